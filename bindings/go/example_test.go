package shipflow_test

import (
	"context"
	"fmt"

	"shipflow"
)

type door struct{}

func (door) Name() string { return "door" }
func (door) Actions() []shipflow.Action {
	return []shipflow.Action{{Name: "set", Undo: "forward_only", Inputs: []shipflow.Field{{Name: "to", Type: "string", Required: true}}}}
}
func (door) Apply(_ context.Context, call shipflow.Call) (shipflow.Answer, error) {
	fmt.Println("the door is", call.Inputs["to"])
	return shipflow.Done(nil), nil
}

// A release of one step by a provider written in Go.
func Example() {
	engine, err := shipflow.NewEngine(shipflow.Options{})
	if err != nil {
		panic(err)
	}
	defer engine.Close()
	if err := engine.AddProvider(door{}); err != nil {
		panic(err)
	}
	plan, err := engine.CompileText(`
shipflow: 1
plan: visit
components: [house]
steps: [{ id: open, action: door.set, with: { to: open } }]
`, `
shipflow: 1
environments: { here: { url: "http://localhost", bind: { house: { provider: door } } } }
`, shipflow.Request{Environment: "here", Version: "1.0.0"})
	if err != nil {
		panic(err)
	}
	run, err := engine.Start(plan, shipflow.Start{Principal: "user:me"})
	if err != nil {
		panic(err)
	}
	outcome, err := engine.Wait(context.Background(), run)
	fmt.Println(outcome.Phase, err)
	// Output:
	// the door is open
	// released <nil>
}
