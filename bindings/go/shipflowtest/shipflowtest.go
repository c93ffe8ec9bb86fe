// Package shipflowtest helps those who write providers to test them.
package shipflowtest

import (
	"context"
	"testing"
	"time"

	"shipflow"
)

// CheckProvider checks that a provider keeps the contract of shipflow's provider.hpp: every call is answered, observing
// changes nothing, an effect may be repeated, undo puts back what was observed, no answer holds a secret, and more. The
// target is really changed, and put back where it can be. Broken rules are errors of the test.
//
//	func TestContract(t *testing.T) {
//		shipflowtest.CheckProvider(t, newDoor(), shipflow.Trial{Action: "set", Inputs: map[string]any{"to": "open"}})
//	}
func CheckProvider(t testing.TB, p shipflow.Provider, trials ...shipflow.Trial) shipflow.ProviderReport {
	t.Helper()
	engine, err := shipflow.NewEngine(shipflow.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	if err := engine.AddProvider(p); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	report, err := engine.CheckProvider(ctx, p.Name(), trials)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range report.Broken {
		t.Errorf("provider %s breaks the rule %s with %s: %s", report.Provider, b.Rule, b.Action, b.What)
	}
	return report
}
