package shipflow

// #include <shipflow.h>
import "C"

import "context"

// A Request says what to compile a plan for.
type Request struct {
	Environment string
	Version     string
	Release     map[string]any    // further members of the release: images, commit, ...
	Parameters  map[string]any    // over the plan's defaults
	Variables   map[string]string // in place of the process environment; nil: that
}

func (r Request) body() map[string]any {
	release := map[string]any{}
	for name, value := range r.Release {
		release[name] = value
	}
	release["version"] = r.Version
	body := map[string]any{"environment": r.Environment, "release": release}
	if r.Parameters != nil {
		body["parameters"] = r.Parameters
	}
	if r.Variables != nil {
		body["variables"] = r.Variables
	}
	return body
}

// Compile compiles a plan for one environment and release; the error lists all findings.
func (e *Engine) Compile(plan, environments *Document, r Request) (*Plan, error) {
	request, err := viewJSON(r.body())
	if err != nil {
		return nil, err
	}
	defer request.free()
	var ptr *C.shipflow_plan
	err = plan.use(func(what *C.shipflow_document) error {
		compile := func(where *C.shipflow_document) error {
			return e.do(func(trouble **C.shipflow_error) C.shipflow_status {
				return C.shipflow_plan_compile(e.ptr, what, where, request.str, &ptr, trouble)
			})
		}
		if plan == environments {
			return compile(what)
		}
		return environments.use(compile)
	})
	if err != nil {
		return nil, err
	}
	return newPlan(ptr), nil
}

// CompileText is Compile for documents that are text in this program.
func (e *Engine) CompileText(plan, environments string, r Request) (*Plan, error) {
	what, err := ParseDocument(plan, "plan.yaml")
	if err != nil {
		return nil, err
	}
	defer what.Close()
	where, err := ParseDocument(environments, "environments.yaml")
	if err != nil {
		return nil, err
	}
	defer where.Close()
	return e.Compile(what, where, r)
}

// CompileFiles is Compile for documents in files.
func (e *Engine) CompileFiles(plan, environments string, r Request) (*Plan, error) {
	what, err := LoadDocument(plan)
	if err != nil {
		return nil, err
	}
	defer what.Close()
	where, err := LoadDocument(environments)
	if err != nil {
		return nil, err
	}
	defer where.Close()
	return e.Compile(what, where, r)
}

// A Start says who begins a run, and why.
type Start struct {
	Principal  string   `json:"principal"` // "user:alice"; required
	Groups     []string `json:"groups,omitempty"`
	Reason     string   `json:"reason,omitempty"`
	ExternalID string   `json:"external_id,omitempty"` // a second start with the same one gives the first run
	StartAtMS  int64    `json:"start_at_ms,omitempty"` // begins no sooner, and waits in the store
	Override   string   `json:"override,omitempty"`    // why the calendar is not asked
	Emergency  string   `json:"emergency,omitempty"`   // why steps marked `skippable` are skipped
	Hotfix     string   `json:"hotfix,omitempty"`      // why it need not have proved itself elsewhere
}

// Start makes a run durable, begins it and returns its id.
func (e *Engine) Start(plan *Plan, s Start) (string, error) {
	options, err := viewJSON(s)
	if err != nil {
		return "", err
	}
	defer options.free()
	var run *C.shipflow_buf
	err = plan.use(func(what *C.shipflow_plan) error {
		return e.do(func(trouble **C.shipflow_error) C.shipflow_status {
			return C.shipflow_engine_start(e.ptr, what, options.str, &run, trouble)
		})
	})
	if err != nil {
		return "", err
	}
	return takeText(run), nil
}

// Resume adopts what a dead engine left, and returns how many runs.
func (e *Engine) Resume() (int, error) {
	var count C.int64_t
	err := e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_resume(e.ptr, &count, trouble)
	})
	return int(count), err
}

// A Said is what somebody says to a run: approve, reject, tick, pause, resume, cancel, rollback, retry or skip.
type Said struct {
	Name      string         `json:"name"`
	Principal string         `json:"principal"`
	Groups    []string       `json:"groups,omitempty"`
	ID        string         `json:"id,omitempty"` // a repeat of the same id changes nothing
	Body      map[string]any `json:"body,omitempty"`
}

// Say tells a run something; it is durable when it returns, what it means the run decides.
func (e *Engine) Say(run string, s Said) error {
	r := viewOf(run)
	defer r.free()
	what, err := viewJSON(s)
	if err != nil {
		return err
	}
	defer what.free()
	return e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_say(e.ptr, r.str, what.str, trouble)
	})
}

// Look gives the state of a run, as documented at shipflow_engine_look.
func (e *Engine) Look(run string) (state map[string]any, err error) {
	return state, e.look(run, &state)
}

func (e *Engine) look(run string, into any) error {
	r := viewOf(run)
	defer r.free()
	var buf *C.shipflow_buf
	err := e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_look(e.ptr, r.str, &buf, trouble)
	})
	if err != nil {
		return err
	}
	return takeJSON(buf, into)
}

// An Outcome is how a run ended: released, rolled_back, failed or cancelled.
type Outcome struct {
	Run    string `json:"run"`
	Phase  string `json:"phase"`
	Reason string `json:"reason"`
}

// Wait waits until a run has ended. A run that did not end released gives a RunError. When the context is done first
// its error is returned and nothing else happens: the run goes on, Say "cancel" cancels it.
func (e *Engine) Wait(ctx context.Context, run string) (Outcome, error) {
	ended, err := e.waitFor(run)
	if err != nil {
		return Outcome{}, err
	}
	defer e.leave(run, ended)
	// Looked at only now: an end after this comes by the channel.
	var state struct {
		Outcome
		Ended bool `json:"ended"`
	}
	if err := e.look(run, &state); err != nil {
		return Outcome{}, err
	}
	if state.Ended {
		return e.result(state.Outcome)
	}
	select {
	case outcome, ok := <-ended:
		if !ok {
			return Outcome{}, e.whyClosed()
		}
		return e.result(outcome)
	case <-ctx.Done():
		return Outcome{}, ctx.Err()
	}
}

func (e *Engine) result(o Outcome) (Outcome, error) {
	if o.Phase == "released" {
		return o, nil
	}
	e.guard.Lock()
	defer e.guard.Unlock()
	return o, &RunError{Outcome: o, Cause: e.causes.of[o.Run]}
}

func (e *Engine) waitFor(run string) (chan Outcome, error) {
	e.guard.Lock()
	defer e.guard.Unlock()
	if e.closed || e.broken != nil {
		return nil, e.reason()
	}
	ended := make(chan Outcome, 1)
	e.waiting[run] = append(e.waiting[run], ended)
	return ended, nil
}

func (e *Engine) leave(run string, ended chan Outcome) {
	e.guard.Lock()
	defer e.guard.Unlock()
	for i, w := range e.waiting[run] {
		if w == ended {
			e.waiting[run] = append(e.waiting[run][:i], e.waiting[run][i+1:]...)
			break
		}
	}
	if len(e.waiting[run]) == 0 {
		delete(e.waiting, run)
	}
}

func (e *Engine) whyClosed() error {
	e.guard.Lock()
	defer e.guard.Unlock()
	return e.reason()
}

func (e *Engine) reason() error {
	if e.broken != nil {
		return e.broken
	}
	return errClosed
}
