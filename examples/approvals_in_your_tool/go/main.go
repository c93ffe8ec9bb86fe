// A run asks its question in the tool that people use anyway: approvals_in_your_tool PLAN ENVIRONMENTS
//
// The chat of this example is a list of what two people type. A question is a `timer` fact of an approval step; what came of
// a vote is a `signal` fact.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"shipflow"
)

type site struct{}

func (site) Name() string { return "site" }

func (site) Actions() []shipflow.Action {
	version := shipflow.Field{Name: "version", Type: "string", Required: true, Help: "what is published"}
	return []shipflow.Action{{Name: "publish", Undo: "forward_only", Inputs: []shipflow.Field{version}}}
}

func (site) Apply(_ context.Context, call shipflow.Call) (shipflow.Answer, error) {
	fmt.Println("publishing", call.Inputs["version"])
	return shipflow.Done(nil), nil
}

type chat struct {
	engine *shipflow.Engine
	run    string
	people []string // all of them type: approve
}

func (c *chat) answerNext(step string) error {
	who := c.people[0]
	c.people = c.people[1:]
	fmt.Println(who, "approves")
	return c.engine.Say(c.run, shipflow.Said{Name: "approve", Principal: who, Body: map[string]any{"step": step}})
}

func (c *chat) show(fact map[string]any) error {
	step, _ := fact["step"].(string)
	body, _ := fact["body"].(map[string]any)
	switch {
	case fact["kind"] == "timer":
		fmt.Printf("%s: may 2.4.0 be published?\n", step)
		return c.answerNext(step)
	case fact["kind"] == "signal" && body["meaning"] == "refused":
		fmt.Println("refused:", body["why"])
		return c.answerNext(step)
	}
	return nil
}

func release(plan, environments string) error {
	engine, err := shipflow.NewEngine(shipflow.Options{})
	if err != nil {
		return err
	}
	defer engine.Close()
	if err := engine.AddProvider(site{}); err != nil {
		return err
	}
	ctx := context.Background()
	news := engine.Events(ctx, "")
	compiled, err := engine.CompileFiles(plan, environments, shipflow.Request{Environment: "here", Version: "2.4.0"})
	if err != nil {
		return err
	}
	run, err := engine.Start(compiled, shipflow.Start{Principal: "user:release-bot"})
	if err != nil {
		return err
	}
	people := &chat{engine: engine, run: run, people: []string{"user:dana", "user:quinn"}}
	for event := range news {
		if fact, ok := event["fact"].(map[string]any); ok {
			if err := people.show(fact); err != nil {
				return err
			}
		}
		if event["event"] == "ended" {
			break
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
