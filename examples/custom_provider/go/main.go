// A provider of feature flags: custom_provider PLAN ENVIRONMENTS
//
// Its line goes dead after the first flag was set, so shipflow asks Resolve whether it was. The second flag is refused, so
// both are put back to what Observe said: a refusal does not prove that nothing was changed.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"shipflow"
)

// The calls of a run come one after the other here; flags that several steps set at once would need a lock.
type flags struct{ values map[string]string }

func (flags) Name() string { return "flags" }

func (flags) Actions() []shipflow.Action {
	return []shipflow.Action{{
		Name: "set",
		Inputs: []shipflow.Field{
			{Name: "flag", Type: "string", Required: true, Help: "which one"},
			{Name: "to", Type: "string", Required: true, Help: "on or off"},
		},
		Resources: []string{"flag:${flag}"},
	}}
}

func (f flags) Observe(_ context.Context, call shipflow.Call) (shipflow.Answer, error) {
	return shipflow.Done(map[string]any{"value": f.values[input(call, "flag")]}), nil
}

func (f flags) Apply(_ context.Context, call shipflow.Call) (shipflow.Answer, error) {
	flag, to := input(call, "flag"), input(call, "to")
	if flag == "search" {
		fmt.Println("search: refused, there is no index")
		return shipflow.Answer{}, &shipflow.Error{Status: shipflow.Failed, Message: "there is no index"}
	}
	fmt.Printf("%s: %s -> %s, and the line went dead\n", flag, f.values[flag], to)
	f.values[flag] = to
	return shipflow.Unknown("the line went dead"), nil
}

func (f flags) Resolve(_ context.Context, call shipflow.Call) (shipflow.Answer, error) {
	flag := input(call, "flag")
	fmt.Printf("%s: looked, it is %s\n", flag, f.values[flag])
	if f.values[flag] == input(call, "to") {
		return shipflow.Done(nil), nil
	}
	return shipflow.NotApplied(), nil
}

func (f flags) Undo(_ context.Context, call shipflow.Call) (shipflow.Answer, error) {
	flag := input(call, "flag")
	f.values[flag] = call.Baseline.(map[string]any)["value"].(string)
	fmt.Printf("%s: put back to %s\n", flag, f.values[flag])
	return shipflow.Done(nil), nil
}

func input(call shipflow.Call, name string) string { return call.Inputs[name].(string) }

func release(plan, environments string) error {
	engine, err := shipflow.NewEngine(shipflow.Options{})
	if err != nil {
		return err
	}
	defer engine.Close()
	if err := engine.AddProvider(flags{map[string]string{"checkout": "off", "search": "off"}}); err != nil {
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
	fmt.Printf("%s: %s\n", outcome.Phase, outcome.Reason)
	var failed *shipflow.RunError
	if errors.As(err, &failed) {
		return nil // this is what the example is about
	}
	return err
}

func main() {
	if err := release(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}
