package shipflow_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"time"

	"shipflow"
)

// scripted is a provider of a scenario: what it answers stands in the file.
type scripted struct {
	p       *player
	name    string
	actions []shipflow.Action
}

func (s *scripted) Name() string               { return s.name }
func (s *scripted) Actions() []shipflow.Action { return s.actions }

func (s *scripted) play(call shipflow.Call) (shipflow.Answer, error) {
	given, err := s.p.called(call.Verb+" "+call.Step, call, object{"kind": "done"})
	if err != nil {
		return shipflow.Answer{}, err
	}
	answer := shipflow.Answer{Percent: -1, LookAgainMS: 1000}
	text, _ := json.Marshal(given)
	return answer, json.Unmarshal(text, &answer)
}

func (s *scripted) Apply(_ context.Context, c shipflow.Call) (shipflow.Answer, error) {
	return s.play(c)
}
func (s *scripted) Observe(_ context.Context, c shipflow.Call) (shipflow.Answer, error) {
	return s.play(c)
}
func (s *scripted) Settle(_ context.Context, c shipflow.Call) (shipflow.Answer, error) {
	return s.play(c)
}
func (s *scripted) Resolve(_ context.Context, c shipflow.Call) (shipflow.Answer, error) {
	return s.play(c)
}
func (s *scripted) Undo(_ context.Context, c shipflow.Call) (shipflow.Answer, error) {
	return s.play(c)
}
func (s *scripted) Diagnose(_ context.Context, c shipflow.Call) (shipflow.Answer, error) {
	return s.play(c)
}
func (s *scripted) Ready(_ context.Context, c shipflow.Call) (shipflow.Answer, error) {
	return s.play(c)
}

func (p *player) probe(_ context.Context, r shipflow.ProbeRequest) (shipflow.Look, error) {
	given, err := p.called("probe "+r.Name, r, object{"outcome": "pass"})
	if err != nil {
		return shipflow.Look{}, err
	}
	var look shipflow.Look
	text, _ := json.Marshal(given)
	return look, json.Unmarshal(text, &look)
}

func (p *player) metrics(_ context.Context, r shipflow.MetricRequest) ([]shipflow.Reading, error) {
	given, err := p.called("metrics "+r.Source, r, nil)
	if err != nil {
		return nil, err
	}
	if why, ok := given["why"].(string); ok {
		return nil, errors.New(why)
	}
	var readings []shipflow.Reading
	for _, one := range given["readings"].([]any) {
		switch value := one.(type) {
		case float64:
			readings = append(readings, shipflow.Value(value))
		case object:
			readings = append(readings, fullReading(value))
		default:
			readings = append(readings, shipflow.Reading{})
		}
	}
	return readings, nil
}

func fullReading(of object) shipflow.Reading {
	number, _ := of["number"].(float64)
	why, _ := of["why"].(string)
	out := shipflow.Reading{State: of["state"].(string), Number: number, Why: why, Instances: map[string]float64{}}
	buckets, _ := of["buckets"].([]any)
	for _, b := range buckets {
		upper, bounded := b.([]any)[0].(float64)
		if !bounded {
			upper = math.Inf(1)
		}
		out.Buckets = append(out.Buckets, shipflow.Bucket{Upper: upper, Count: b.([]any)[1].(float64)})
	}
	instances, _ := of["instances"].(object)
	for name, one := range instances {
		out.Instances[name] = one.(float64)
	}
	return out
}

func (p *player) secret(_ context.Context, source string) (string, error) {
	given, err := p.called("secret "+source, source, nil)
	if err != nil {
		return "", err
	}
	return given["value"].(string), nil
}

func (p *player) policy(_ context.Context, vote shipflow.Vote) error {
	given, err := p.called("policy "+vote.Step, vote, nil)
	if err != nil || given["allow"] == true {
		return err
	}
	why, _ := given["why"].(string)
	if why == "" {
		why = "refused by the host's policy"
	}
	return errors.New(why)
}

func (p *player) message(_ context.Context, m shipflow.Message) error {
	given, err := p.called("message "+m.Moment, m, nil)
	if err != nil {
		return err
	}
	why, _ := given["why"].(string)
	switch given["outcome"] {
	case "delivered":
		return nil
	case "refused":
		return &shipflow.Refusal{Why: why}
	}
	wait, _ := given["not_before_ms"].(float64)
	return &shipflow.Later{Why: why, After: time.Duration(wait) * time.Millisecond}
}
