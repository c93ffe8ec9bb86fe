// A provider of one action, a plan, a run: hello PLAN ENVIRONMENTS
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"shipflow"
)

type printer struct{}

func (printer) Name() string { return "print" }

func (printer) Actions() []shipflow.Action {
	text := shipflow.Field{Name: "text", Type: "string", Required: true, Help: "what is printed"}
	return []shipflow.Action{{Name: "say", Undo: "forward_only", Inputs: []shipflow.Field{text}}}
}

func (printer) Apply(_ context.Context, call shipflow.Call) (shipflow.Answer, error) {
	fmt.Println(call.Inputs["text"])
	return shipflow.Done(nil), nil
}

func release(plan, environments string) error {
	engine, err := shipflow.NewEngine(shipflow.Options{})
	if err != nil {
		return err
	}
	defer engine.Close()
	if err := engine.AddProvider(printer{}); err != nil {
		return err
	}
	compiled, err := engine.CompileFiles(plan, environments, shipflow.Request{Environment: "here", Version: "1.0.0"})
	if err != nil {
		return err
	}
	run, err := engine.Start(compiled, shipflow.Start{Principal: "user:me"})
	if err != nil {
		return err
	}
	outcome, err := engine.Wait(context.Background(), run)
	fmt.Println(outcome.Phase)
	return err
}

func main() {
	if err := release(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}
