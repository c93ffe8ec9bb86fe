// A trigger over numbers that the program itself answers for: custom_metric PLAN ENVIRONMENTS
//
// The shop takes ten orders a second. Two minutes after the new version was deployed one in five begins to fail. Time is
// virtual, so ten minutes of watching take no time.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"sync"
	"time"

	"shipflow"
)

type shop struct {
	engine   *shipflow.Engine
	guard    sync.Mutex
	version  string
	deployed time.Time
}

func (*shop) Name() string { return "shop" }

func (*shop) Actions() []shipflow.Action {
	version := shipflow.Field{Name: "version", Type: "string", Required: true, Help: "what is deployed"}
	return []shipflow.Action{{Name: "deploy", Inputs: []shipflow.Field{version}, Resources: []string{"fleet:${component}"}}}
}

func (s *shop) Observe(context.Context, shipflow.Call) (shipflow.Answer, error) {
	s.guard.Lock()
	defer s.guard.Unlock()
	return shipflow.Done(map[string]any{"version": s.version}), nil
}

func (s *shop) Apply(_ context.Context, call shipflow.Call) (shipflow.Answer, error) {
	s.guard.Lock()
	defer s.guard.Unlock()
	s.version, s.deployed = call.Inputs["version"].(string), s.engine.Now()
	fmt.Println("deploying", s.version)
	return shipflow.Done(nil), nil
}

func (s *shop) Undo(_ context.Context, call shipflow.Call) (shipflow.Answer, error) {
	s.guard.Lock()
	defer s.guard.Unlock()
	s.version = call.Baseline.(map[string]any)["version"].(string)
	fmt.Println("putting", s.version, "back")
	return shipflow.Done(nil), nil
}

// orders are counters: they only grow.
func (s *shop) orders(_ context.Context, request shipflow.MetricRequest) ([]shipflow.Reading, error) {
	s.guard.Lock()
	defer s.guard.Unlock()
	seconds := s.engine.Now().Sub(s.deployed).Seconds()
	readings := make([]shipflow.Reading, len(request.Series))
	for i, series := range request.Series {
		switch {
		case series == "all":
			readings[i] = shipflow.Value(seconds * 10)
		case seconds > 120:
			readings[i] = shipflow.Value((seconds - 120) * 2)
		default:
			readings[i] = shipflow.Value(0)
		}
	}
	return readings, nil
}

func release(plan, environments string) error {
	engine, err := shipflow.NewEngine(shipflow.Options{VirtualTime: true})
	if err != nil {
		return err
	}
	defer engine.Close()
	fleet := &shop{engine: engine, version: "1.0.0"}
	if err := engine.AddProvider(fleet); err != nil {
		return err
	}
	if err := engine.AddMetrics("orders", shipflow.Counter, fleet.orders); err != nil {
		return err
	}
	compiled, err := engine.CompileFiles(plan, environments, shipflow.Request{Environment: "here", Version: "1.1.0"})
	if err != nil {
		return err
	}
	run, err := engine.Start(compiled, shipflow.Start{Principal: "user:me"})
	if err != nil {
		return err
	}
	outcome, err := engine.Wait(context.Background(), run)
	var failed *shipflow.RunError
	if !errors.As(err, &failed) {
		return fmt.Errorf("this release should have been taken back: %w", err)
	}
	rows, err := engine.Store().Runs(shipflow.RunFilter{})
	if err != nil {
		return err
	}
	fmt.Printf("%s after %d s: %s\n", outcome.Phase, (rows[0].FinishedMS-rows[0].CreatedMS)/1000, outcome.Reason)
	return nil
}

func main() {
	if err := release(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}
