package shipflow

// #include <shipflow.h>
import "C"

import "context"

// A Trial is one action, and what it is called with. It must succeed from the state the target is in.
type Trial struct {
	Action     string         `json:"action"`
	Target     map[string]any `json:"target,omitempty"` // as a binding would give it
	Inputs     map[string]any `json:"inputs,omitempty"`
	Secrets    []string       `json:"secrets,omitempty"`     // values that no answer may hold
	PatienceMS int64          `json:"patience_ms,omitempty"` // of one call; 0: 30 seconds
}

// A RuleFinding says what came of one rule of provider_suite.hpp.
type RuleFinding struct {
	Rule   string `json:"rule"`
	Action string `json:"action"`
	What   string `json:"what"` // broken: what was seen; skipped: why it could not be tried
}

// A ProviderReport says which rules of the contract a provider keeps.
type ProviderReport struct {
	Provider string        `json:"provider"`
	Kept     []RuleFinding `json:"kept"`
	Broken   []RuleFinding `json:"broken"`
	Skipped  []RuleFinding `json:"skipped"`
}

// CheckProvider checks that a provider added before keeps the contract of provider.hpp. The target is really changed, and
// put back where it can be. For tests there is package shipflowtest.
func (e *Engine) CheckProvider(ctx context.Context, name string, trials []Trial) (ProviderReport, error) {
	n := viewOf(name)
	defer n.free()
	what, err := viewJSON(trials)
	if err != nil {
		return ProviderReport{}, err
	}
	defer what.free()
	// One at a time, so that the report that comes is the one that was asked for.
	e.checking.Lock()
	defer e.checking.Unlock()
	report := make(chan ProviderReport, 1)
	e.guard.Lock()
	e.report = report
	e.guard.Unlock()
	err = e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_check_provider(e.ptr, n.str, what.str, trouble)
	})
	if err != nil {
		return ProviderReport{}, err
	}
	select {
	case r, ok := <-report:
		if !ok {
			return ProviderReport{}, e.whyClosed()
		}
		return r, nil
	case <-ctx.Done():
		return ProviderReport{}, ctx.Err()
	}
}

// checked hands a report over; the guard is held.
func (e *Engine) checked(r ProviderReport) {
	if e.report != nil {
		e.report <- r
		e.report = nil
	}
}
