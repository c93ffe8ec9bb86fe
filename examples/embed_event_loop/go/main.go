// The engine inside a select loop that has other work to do: embed_event_loop PLAN ENVIRONMENTS
//
// The loop waits for the engine's events, for jobs of the crew, and for the timer that says that the crew is done.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"shipflow"
)

type crew struct{ jobs chan chan struct{} }

func (crew) Name() string { return "crew" }

func (crew) Actions() []shipflow.Action {
	job := shipflow.Field{Name: "job", Type: "string", Required: true, Help: "what is to be done"}
	return []shipflow.Action{{Name: "do", Undo: "forward_only", Inputs: []shipflow.Field{job}}}
}

func (c crew) Apply(ctx context.Context, call shipflow.Call) (shipflow.Answer, error) {
	fmt.Println("crew: asked to", call.Inputs["job"])
	done := make(chan struct{})
	c.jobs <- done
	select {
	case <-done:
		return shipflow.Done(nil), nil
	case <-ctx.Done():
		return shipflow.Answer{}, ctx.Err()
	}
}

func release(plan, environments string) error {
	engine, err := shipflow.NewEngine(shipflow.Options{})
	if err != nil {
		return err
	}
	defer engine.Close()
	workers := crew{make(chan chan struct{})}
	if err := engine.AddProvider(workers); err != nil {
		return err
	}
	ctx := context.Background()
	events := engine.Events(ctx, "")
	compiled, err := engine.CompileFiles(plan, environments, shipflow.Request{Environment: "here", Version: "1.0.0"})
	if err != nil {
		return err
	}
	run, err := engine.Start(compiled, shipflow.Start{Principal: "user:me"})
	if err != nil {
		return err
	}
	var atWork chan struct{}
	var timer <-chan time.Time
	for ended := false; !ended; {
		select {
		case event := <-events:
			ended = event["event"] == "ended" && event["run"] == run
		case atWork = <-workers.jobs:
			fmt.Println("crew: began, while the engine waits")
			timer = time.After(20 * time.Millisecond)
		case <-timer:
			fmt.Println("crew: done")
			close(atWork)
		}
	}
	outcome, err := engine.Wait(ctx, run)
	fmt.Println(outcome.Phase)
	return err
}

func main() {
	if err := release(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}
