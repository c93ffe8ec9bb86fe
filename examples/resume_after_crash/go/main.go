// A program that dies in the middle of a step and goes on when it is started again:
// resume_after_crash PLAN ENVIRONMENTS DIRECTORY [die]
//
// With `die` it ends at once after the second page was written, before it could say so. Started again it does not write that
// page twice: shipflow asks Resolve first.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"shipflow"
)

type pages struct {
	directory string
	dies      bool
}

func (*pages) Name() string { return "pages" }

func (*pages) Actions() []shipflow.Action {
	return []shipflow.Action{{
		Name: "write",
		Undo: "forward_only",
		Inputs: []shipflow.Field{
			{Name: "page", Type: "string", Required: true, Help: "name of the file"},
			{Name: "text", Type: "string", Required: true, Help: "its text"},
		},
	}}
}

func (p *pages) Apply(_ context.Context, call shipflow.Call) (shipflow.Answer, error) {
	page, text := call.Inputs["page"].(string), call.Inputs["text"].(string)
	if err := os.WriteFile(filepath.Join(p.directory, page), []byte(text), 0o600); err != nil {
		return shipflow.Answer{}, err
	}
	fmt.Printf("%s: written\n", page)
	if p.dies && page == "news" {
		os.Exit(9)
	}
	return shipflow.Done(nil), nil
}

func (p *pages) Resolve(_ context.Context, call shipflow.Call) (shipflow.Answer, error) {
	page := call.Inputs["page"].(string)
	text, err := os.ReadFile(filepath.Join(p.directory, page))
	if err != nil || string(text) != call.Inputs["text"] {
		fmt.Printf("%s: looked, it is not there\n", page)
		return shipflow.NotApplied(), nil
	}
	fmt.Printf("%s: looked, it is there\n", page)
	return shipflow.Done(nil), nil
}

// begin starts a run, or goes on with the one that is left.
func begin(engine *shipflow.Engine, plan, environments string) (string, error) {
	open := false
	left, err := engine.Store().Runs(shipflow.RunFilter{Terminal: &open})
	if err != nil {
		return "", err
	}
	if len(left) != 0 {
		count, err := engine.Resume()
		fmt.Println(count, "run goes on")
		return left[0].ID, err
	}
	compiled, err := engine.CompileFiles(plan, environments, shipflow.Request{Environment: "here", Version: "1.0.0"})
	if err != nil {
		return "", err
	}
	fmt.Println("a new run")
	return engine.Start(compiled, shipflow.Start{Principal: "user:me"})
}

func release(plan, environments, directory string, dies bool) error {
	store, err := shipflow.OpenStore(filepath.Join(directory, "releases.db"))
	if err != nil {
		return err
	}
	defer store.Close()
	engine, err := shipflow.NewEngine(shipflow.Options{Store: store})
	if err != nil {
		return err
	}
	defer engine.Close()
	if err := engine.AddProvider(&pages{directory, dies}); err != nil {
		return err
	}
	run, err := begin(engine, plan, environments)
	if err != nil {
		return err
	}
	outcome, err := engine.Wait(context.Background(), run)
	fmt.Println(outcome.Phase)
	return err
}

func main() {
	if err := release(os.Args[1], os.Args[2], os.Args[3], len(os.Args) > 4); err != nil {
		log.Fatal(err)
	}
}
