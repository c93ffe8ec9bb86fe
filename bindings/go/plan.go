package shipflow

// #include <shipflow.h>
import "C"

import (
	"runtime"
	"sync"
)

// A Plan is a compiled plan: a graph of reversible steps. Immutable; freed by the garbage collector or by Close.
type Plan struct {
	guard sync.Mutex
	ptr   *C.shipflow_plan
}

func newPlan(ptr *C.shipflow_plan) *Plan {
	p := &Plan{ptr: ptr}
	runtime.SetFinalizer(p, func(p *Plan) { _ = p.Close() })
	return p
}

// PlanFromJSON reads what Print("json") gave; the digest is the same.
func PlanFromJSON(text string) (*Plan, error) {
	v := viewOf(text)
	defer v.free()
	var ptr *C.shipflow_plan
	var trouble *C.shipflow_error
	if err := failed(C.shipflow_plan_from_json(v.str, &ptr, &trouble), trouble); err != nil {
		return nil, err
	}
	return newPlan(ptr), nil
}

// use hands the handle out for the time of a call.
func (p *Plan) use(call func(*C.shipflow_plan) error) error {
	if p == nil {
		return &Error{Status: InvalidArgument, Message: "no plan"}
	}
	p.guard.Lock()
	defer p.guard.Unlock()
	if p.ptr == nil {
		return closedHandle("plan")
	}
	return call(p.ptr)
}

// Print gives the plan as "json", "table", "mermaid" or "warnings".
func (p *Plan) Print(form string) (text string, err error) {
	v := viewOf(form)
	defer v.free()
	err = p.use(func(ptr *C.shipflow_plan) error {
		var buf *C.shipflow_buf
		var trouble *C.shipflow_error
		if err := failed(C.shipflow_plan_print(ptr, v.str, &buf, &trouble), trouble); err != nil {
			return err
		}
		text = takeText(buf)
		return nil
	})
	return text, err
}

// Digest names the plan: "sha256:..."; empty when it is closed.
func (p *Plan) Digest() (digest string) {
	_ = p.use(func(ptr *C.shipflow_plan) error {
		digest = textOf(C.shipflow_plan_digest(ptr))
		return nil
	})
	return digest
}

// A Rehearsal says how a plan is played in virtual time; zero values are the defaults.
type Rehearsal struct {
	Mode    string   `json:"mode,omitempty"` // exhaustive, swarm, single
	Seed    int64    `json:"seed,omitempty"`
	Runs    int      `json:"runs,omitempty"` // of a swarm
	Faults  []string `json:"faults,omitempty"`
	WatchMS int64    `json:"watch_ms,omitempty"`
}

// Rehearse plays the plan with a fault at every step; nothing is touched. The report is the one of
// shipflow_plan_rehearse: its "violations" are empty when all is well.
func (p *Plan) Rehearse(r Rehearsal) (report map[string]any, err error) {
	v, err := viewJSON(r)
	if err != nil {
		return nil, err
	}
	defer v.free()
	err = p.use(func(ptr *C.shipflow_plan) error {
		return made(&report, func(buf **C.shipflow_buf, trouble **C.shipflow_error) C.shipflow_status {
			return C.shipflow_plan_rehearse(ptr, v.str, buf, trouble)
		})
	})
	return report, err
}

// Close frees the plan. It may be called twice.
func (p *Plan) Close() error {
	p.guard.Lock()
	defer p.guard.Unlock()
	C.shipflow_plan_free(p.ptr)
	p.ptr = nil
	runtime.SetFinalizer(p, nil)
	return nil
}
