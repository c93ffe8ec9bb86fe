package shipflow

/*
#include <shipflow.h>
#include <stdlib.h>

// The macro is no name that cgo can see.
static shipflow_engine_options shipflow_go_options(void) {
  shipflow_engine_options o = SHIPFLOW_ENGINE_OPTIONS_INIT;
  return o;
}
*/
import "C"

import (
	"context"
	"encoding/json"
	"sync"
)

// Options of an engine; zero values are the defaults.
type Options struct {
	Store       *Store // nil: in memory
	VirtualTime bool   // the clock jumps to the next timer; for tests
	StartMS     int64  // virtual time: where the clock begins
	Seed        uint64
	// Secrets turns where a secret is into its value; nil: "env:NAME" and "file:PATH" are read.
	Secrets func(ctx context.Context, source string) (string, error)
	// Policy may refuse a vote by an error; nil: the plan's roles alone decide.
	Policy func(ctx context.Context, vote Vote) error
}

// An Outcome is how a run ended: released, rolled_back, failed or cancelled.
type Outcome struct {
	Run    string `json:"run"`
	Phase  string `json:"phase"`
	Reason string `json:"reason"`
}

// An Event is something that happened to a run: {"sequence", "run", "event", ...}, see engine.hpp.
type Event map[string]any

// An Engine carries runs out. Close it when done; runs stay resumable.
type Engine struct {
	ptr     *C.shipflow_engine
	options Options
	store   *Store
	owned   bool // the store was made by the engine

	guard     sync.Mutex
	providers map[string]Provider
	probes    map[string]func(context.Context, ProbeRequest) (Look, error)
	metrics   map[string]func(context.Context, MetricRequest) ([]float64, error)
	gauges    map[string]bool
	ended     map[string]Outcome
	causes    map[string]error
	waiting   map[string][]chan Outcome
	listeners map[chan Event]string
	closed    bool
	stop      context.CancelFunc
	loop      sync.WaitGroup
	work      sync.WaitGroup
}

// NewEngine opens an engine and begins to serve its events in a goroutine.
func NewEngine(options Options) (*Engine, error) {
	e := &Engine{
		options: options, store: options.Store,
		providers: map[string]Provider{},
		probes:    map[string]func(context.Context, ProbeRequest) (Look, error){},
		metrics:   map[string]func(context.Context, MetricRequest) ([]float64, error){},
		gauges:    map[string]bool{},
		ended:     map[string]Outcome{}, causes: map[string]error{},
		waiting: map[string][]chan Outcome{}, listeners: map[chan Event]string{},
	}
	if e.store == nil {
		store, err := MemoryStore()
		if err != nil {
			return nil, err
		}
		e.store, e.owned = store, true
	}
	o := C.shipflow_go_options()
	o.threads = 1
	if options.VirtualTime {
		o.threads = 0
		o.flags |= C.SHIPFLOW_ENGINE_VIRTUAL_TIME
	}
	if options.Secrets != nil {
		o.flags |= C.SHIPFLOW_ENGINE_HOST_SECRETS
	}
	if options.Policy != nil {
		o.flags |= C.SHIPFLOW_ENGINE_HOST_POLICY
	}
	o.start_ms, o.seed = C.int64_t(options.StartMS), C.uint64_t(options.Seed)
	var trouble *C.shipflow_error
	if err := failed(C.shipflow_engine_new(&o, e.store.ptr, &e.ptr, &trouble), trouble); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	e.stop = stop
	e.loop.Add(1)
	go e.serve(ctx)
	return e, nil
}

// Store is where the engine keeps its runs.
func (e *Engine) Store() *Store { return e.store }

var errClosed = &Error{Status: Cancelled, Message: "the engine is closed"}

// do makes one call to the library, unless the engine is closed.
func (e *Engine) do(call func(trouble **C.shipflow_error) C.shipflow_status) error {
	e.guard.Lock()
	defer e.guard.Unlock()
	if e.closed {
		return errClosed
	}
	var trouble *C.shipflow_error
	return failed(call(&trouble), trouble)
}

// AddProvider adds a provider written in Go. Before runs start.
func (e *Engine) AddProvider(p Provider) error {
	name := viewOf(p.Name())
	defer name.free()
	actions, err := viewJSON(p.Actions())
	if err != nil {
		return err
	}
	defer actions.free()
	err = e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_add_provider(e.ptr, name.str, actions.str, trouble)
	})
	if err == nil {
		e.guard.Lock()
		e.providers[p.Name()] = p
		e.guard.Unlock()
	}
	return err
}

// AddBuiltin adds "probes", "http", "command" or "local"; options as in shipflow_engine_add_builtin.
func (e *Engine) AddBuiltin(name string, options map[string]any) error {
	n := viewOf(name)
	defer n.free()
	o, err := viewJSON(options)
	if options == nil {
		o, err = view{}, nil
	}
	if err != nil {
		return err
	}
	defer o.free()
	return e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_add_builtin(e.ptr, n.str, o.str, trouble)
	})
}

// AddProbe adds a kind of probes. An error makes a look unavailable, which is no failure of what is looked at.
func (e *Engine) AddProbe(kind string, look func(context.Context, ProbeRequest) (Look, error)) error {
	v, _ := viewJSON([]string{kind})
	defer v.free()
	err := e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_add_probes(e.ptr, v.str, trouble)
	})
	if err == nil {
		e.guard.Lock()
		e.probes[kind] = look
		e.guard.Unlock()
	}
	return err
}

// AddCounters adds a source of numbers that only grow; AddGauges one of numbers as they are now. One number per series,
// NaN for one that is missing.
func (e *Engine) AddCounters(source string, read func(context.Context, MetricRequest) ([]float64, error)) error {
	return e.addMetrics(source, read, false)
}

// AddGauges adds a source of numbers as they are now.
func (e *Engine) AddGauges(source string, read func(context.Context, MetricRequest) ([]float64, error)) error {
	return e.addMetrics(source, read, true)
}

func (e *Engine) addMetrics(source string, read func(context.Context, MetricRequest) ([]float64, error), gauge bool) error {
	v, _ := viewJSON([]string{source})
	defer v.free()
	err := e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_add_metrics(e.ptr, v.str, trouble)
	})
	if err == nil {
		e.guard.Lock()
		e.metrics[source], e.gauges[source] = read, gauge
		e.guard.Unlock()
	}
	return err
}

// A Request says what to compile a plan for.
type Request struct {
	Environment string
	Version     string
	Release     map[string]any    // further members of the release: images, commit, ...
	Parameters  map[string]any    // over the plan's defaults
	Variables   map[string]string // in place of the process environment; nil: that
}

// Compile compiles a plan from the text of its two documents; the error lists all findings.
func (e *Engine) Compile(plan, environments string, r Request) (*Plan, error) {
	release := map[string]any{}
	for name, value := range r.Release {
		release[name] = value
	}
	release["version"] = r.Version
	body := map[string]any{"environment": r.Environment, "release": release, "parameters": r.Parameters}
	if r.Variables != nil {
		body["variables"] = r.Variables
	}
	request, err := viewJSON(body)
	if err != nil {
		return nil, err
	}
	defer request.free()
	what, err := parse(plan, "plan.yaml")
	if err != nil {
		return nil, err
	}
	defer C.shipflow_document_free(what)
	where, err := parse(environments, "environments.yaml")
	if err != nil {
		return nil, err
	}
	defer C.shipflow_document_free(where)
	var ptr *C.shipflow_plan
	err = e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_plan_compile(e.ptr, what, where, request.str, &ptr, trouble)
	})
	if err != nil {
		return nil, err
	}
	return newPlan(ptr), nil
}

func parse(text, file string) (*C.shipflow_document, error) {
	t, f := viewOf(text), viewOf(file)
	defer t.free()
	defer f.free()
	var document *C.shipflow_document
	var trouble *C.shipflow_error
	err := failed(C.shipflow_document_parse(t.str, f.str, &document, &trouble), trouble)
	return document, err
}

// A Start says who begins a run, and why.
type Start struct {
	Principal  string   `json:"principal"` // "user:alice"; required
	Groups     []string `json:"groups,omitempty"`
	Reason     string   `json:"reason,omitempty"`
	ExternalID string   `json:"external_id,omitempty"` // a second start with the same one gives the first run
}

// Start makes a run durable, begins it and returns its id.
func (e *Engine) Start(plan *Plan, s Start) (string, error) {
	options, err := viewJSON(s)
	if err != nil {
		return "", err
	}
	defer options.free()
	plan.guard.Lock()
	defer plan.guard.Unlock()
	var run *C.shipflow_buf
	err = e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_start(e.ptr, plan.ptr, options.str, &run, trouble)
	})
	if err != nil {
		return "", err
	}
	C.shipflow_engine_wakeup(e.ptr)
	return takeText(run), nil
}

// Resume adopts what a dead engine left, and returns how many runs.
func (e *Engine) Resume() (int, error) {
	var count C.int64_t
	err := e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_resume(e.ptr, &count, trouble)
	})
	C.shipflow_engine_wakeup(e.ptr)
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

// Say tells a run something; what it means the run decides.
func (e *Engine) Say(run string, s Said) error {
	r := viewOf(run)
	defer r.free()
	what, err := viewJSON(s)
	if err != nil {
		return err
	}
	defer what.free()
	err = e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_say(e.ptr, r.str, what.str, trouble)
	})
	C.shipflow_engine_wakeup(e.ptr)
	return err
}

// Look gives the state of a run, as documented at shipflow_engine_look.
func (e *Engine) Look(run string) (map[string]any, error) {
	r := viewOf(run)
	defer r.free()
	var buf *C.shipflow_buf
	err := e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_look(e.ptr, r.str, &buf, trouble)
	})
	if err != nil {
		return nil, err
	}
	var state map[string]any
	return state, takeJSON(buf, &state)
}

// Wait waits until a run has ended. A run that did not end released gives a RunError. When the context is done first
// the run is cancelled and waited for, so that nothing is abandoned, and the context's error is returned.
func (e *Engine) Wait(ctx context.Context, run string) (Outcome, error) {
	ended := make(chan Outcome, 1)
	e.guard.Lock()
	if outcome, ok := e.ended[run]; ok {
		ended <- outcome
	} else if e.closed {
		e.guard.Unlock()
		return Outcome{}, errClosed
	} else {
		e.waiting[run] = append(e.waiting[run], ended)
	}
	e.guard.Unlock()
	var interrupted error
	select {
	case outcome, ok := <-ended:
		return e.outcome(outcome, ok, nil)
	case <-ctx.Done():
		interrupted = ctx.Err()
	}
	_ = e.Say(run, Said{Name: "cancel", Principal: "shipflow:go", Body: map[string]any{"reason": interrupted.Error()}})
	outcome, ok := <-ended
	return e.outcome(outcome, ok, interrupted)
}

func (e *Engine) outcome(o Outcome, ok bool, interrupted error) (Outcome, error) {
	if !ok {
		return Outcome{}, errClosed
	}
	if interrupted != nil {
		return o, interrupted
	}
	if o.Phase == "released" {
		return o, nil
	}
	e.guard.Lock()
	defer e.guard.Unlock()
	return o, &RunError{Outcome: o, Cause: e.causes[o.Run]}
}

// Events gives the events of a run ("": of all) until the context is done or the engine is closed. A listener that is
// more than 1,024 events behind misses some.
func (e *Engine) Events(ctx context.Context, run string) <-chan Event {
	out := make(chan Event, 1024)
	e.guard.Lock()
	defer e.guard.Unlock()
	if e.closed {
		close(out)
		return out
	}
	e.listeners[out] = run
	go func() {
		<-ctx.Done()
		e.guard.Lock()
		defer e.guard.Unlock()
		if _, there := e.listeners[out]; there {
			delete(e.listeners, out)
			close(out)
		}
	}()
	return out
}

// Close stops; runs stay resumable. Contexts of provider methods are done, and their goroutines are waited for. It may
// be called twice.
func (e *Engine) Close() error {
	e.guard.Lock()
	if e.closed {
		e.guard.Unlock()
		return nil
	}
	e.closed = true
	e.guard.Unlock()
	e.stop()
	C.shipflow_engine_wakeup(e.ptr)
	e.loop.Wait()
	e.work.Wait()
	C.shipflow_engine_free(e.ptr)
	e.guard.Lock()
	defer e.guard.Unlock()
	for _, waiters := range e.waiting {
		for _, w := range waiters {
			close(w)
		}
	}
	e.waiting = map[string][]chan Outcome{}
	for listener := range e.listeners {
		close(listener)
	}
	e.listeners = map[chan Event]string{}
	if e.owned {
		return e.store.Close()
	}
	return nil
}

// serve pulls events until the engine is closed. In virtual time the library works inside `next`, so calls of other
// goroutines wait for it: it never waits long.
func (e *Engine) serve(ctx context.Context) {
	defer e.loop.Done()
	for ctx.Err() == nil {
		event, err := e.next()
		if err != nil {
			return
		}
		if event == nil {
			continue
		}
		e.take(ctx, event)
		C.shipflow_event_free(event)
	}
}

func (e *Engine) next() (*C.shipflow_event, error) {
	var event *C.shipflow_event
	var trouble *C.shipflow_error
	if e.options.VirtualTime {
		e.guard.Lock()
		status := C.shipflow_engine_next(e.ptr, 0, &event, &trouble)
		idle := event == nil && C.shipflow_engine_wait_ms(e.ptr) != 0
		e.guard.Unlock()
		if status == C.SHIPFLOW_OK && idle {
			wait(C.shipflow_engine_fd(e.ptr))
		}
		return event, failed(status, trouble)
	}
	return event, failed(C.shipflow_engine_next(e.ptr, -1, &event, &trouble), trouble)
}

func (e *Engine) take(ctx context.Context, event *C.shipflow_event) {
	kind := C.shipflow_event_kind(event)
	if kind == C.SHIPFLOW_EVENT_CALL {
		e.work.Add(1)
		call := C.shipflow_event_call(event)
		go func() {
			defer e.work.Done()
			e.answer(ctx, call)
		}()
		return
	}
	body := []byte(textOf(C.shipflow_event_body(event)))
	var what Event
	if json.Unmarshal(body, &what) != nil {
		return
	}
	e.guard.Lock()
	defer e.guard.Unlock()
	if kind == C.SHIPFLOW_EVENT_ENDED {
		what["event"] = "ended"
		var outcome Outcome
		_ = json.Unmarshal(body, &outcome)
		e.ended[outcome.Run] = outcome
		for _, w := range e.waiting[outcome.Run] {
			w <- outcome
		}
		delete(e.waiting, outcome.Run)
	}
	for listener, run := range e.listeners {
		if run != "" && run != what["run"] {
			continue
		}
		select {
		case listener <- what:
		default:
		}
	}
}
