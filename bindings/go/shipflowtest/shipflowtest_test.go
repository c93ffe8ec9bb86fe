package shipflowtest_test

import (
	"context"
	"testing"

	"shipflow"
	"shipflow/shipflowtest"
)

type door struct {
	state   string
	forgets bool
}

func (*door) Name() string { return "door" }
func (*door) Actions() []shipflow.Action {
	return []shipflow.Action{{
		Name:      "set",
		Inputs:    []shipflow.Field{{Name: "to", Type: "string", Required: true}},
		Resources: []string{"door"},
	}}
}
func (d *door) Observe(context.Context, shipflow.Call) (shipflow.Answer, error) {
	return shipflow.Done(map[string]any{"state": d.state}), nil
}
func (d *door) Apply(_ context.Context, call shipflow.Call) (shipflow.Answer, error) {
	d.state = call.Inputs["to"].(string)
	return shipflow.Done(nil), nil
}
func (d *door) Undo(_ context.Context, call shipflow.Call) (shipflow.Answer, error) {
	if !d.forgets {
		d.state = call.Baseline.(map[string]any)["state"].(string)
	}
	return shipflow.Done(nil), nil
}

var open = shipflow.Trial{Action: "set", Inputs: map[string]any{"to": "open"}, PatienceMS: 5000}

func TestAProviderThatKeepsTheContractPasses(t *testing.T) {
	d := &door{state: "shut"}
	report := shipflowtest.CheckProvider(t, d, open)
	if len(report.Kept) < 6 || d.state != "shut" {
		t.Fatal(report, d.state)
	}
}

// noted is a test whose errors are counted.
type noted struct {
	testing.TB
	errors int
}

func (n *noted) Errorf(string, ...any) { n.errors++ }
func (*noted) Helper()                 {}

func TestOneThatForgetsToUndoIsFound(t *testing.T) {
	inner := &noted{TB: t}
	report := shipflowtest.CheckProvider(inner, &door{state: "shut", forgets: true}, open)
	if inner.errors == 0 || report.Broken[0].Rule != "undo" {
		t.Fatal(report)
	}
}

func TestTheSameActionMustExist(t *testing.T) {
	inner := &noted{TB: t}
	shipflowtest.CheckProvider(inner, &door{state: "shut"}, shipflow.Trial{Action: "fly"})
	if inner.errors == 0 {
		t.Fatal("an action that is not there was accepted")
	}
}
