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

// Print gives the plan as "json", "table", "mermaid" or "warnings".
func (p *Plan) Print(form string) (string, error) {
	v := viewOf(form)
	defer v.free()
	p.guard.Lock()
	defer p.guard.Unlock()
	var buf *C.shipflow_buf
	var trouble *C.shipflow_error
	if err := failed(C.shipflow_plan_print(p.ptr, v.str, &buf, &trouble), trouble); err != nil {
		return "", err
	}
	return takeText(buf), nil
}

// Digest names the plan: "sha256:...".
func (p *Plan) Digest() string {
	p.guard.Lock()
	defer p.guard.Unlock()
	return textOf(C.shipflow_plan_digest(p.ptr))
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
func (p *Plan) Rehearse(r Rehearsal) (map[string]any, error) {
	v, err := viewJSON(r)
	if err != nil {
		return nil, err
	}
	defer v.free()
	p.guard.Lock()
	defer p.guard.Unlock()
	var buf *C.shipflow_buf
	var trouble *C.shipflow_error
	if err := failed(C.shipflow_plan_rehearse(p.ptr, v.str, &buf, &trouble), trouble); err != nil {
		return nil, err
	}
	var report map[string]any
	return report, takeJSON(buf, &report)
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

// A Store keeps runs: in memory, or in a SQLite file. Close it when no engine needs it any more; an engine that
// uses it keeps it open.
type Store struct {
	guard sync.Mutex
	ptr   *C.shipflow_store
}

// MemoryStore keeps runs in memory.
func MemoryStore() (*Store, error) {
	var ptr *C.shipflow_store
	var trouble *C.shipflow_error
	if err := failed(C.shipflow_store_memory(&ptr, &trouble), trouble); err != nil {
		return nil, err
	}
	return &Store{ptr: ptr}, nil
}

// OpenStore opens or creates a SQLite file, whose directory must exist.
func OpenStore(path string) (*Store, error) { return openStore(path, 0) }

// OpenStoreReadOnly opens a store beside its living writer, to look at history.
func OpenStoreReadOnly(path string) (*Store, error) {
	return openStore(path, C.SHIPFLOW_STORE_READ_ONLY)
}

func openStore(path string, flags C.uint32_t) (*Store, error) {
	v := viewOf(path)
	defer v.free()
	var ptr *C.shipflow_store
	var trouble *C.shipflow_error
	if err := failed(C.shipflow_store_open(v.str, flags, &ptr, &trouble), trouble); err != nil {
		return nil, err
	}
	return &Store{ptr: ptr}, nil
}

// A RunRow is one run as history lists it. Times are milliseconds since 1970.
type RunRow struct {
	ID          string `json:"id"`
	Plan        string `json:"plan"`
	PlanDigest  string `json:"plan_digest"`
	Environment string `json:"environment"`
	Version     string `json:"version"`
	Principal   string `json:"principal"`
	Status      string `json:"status"`
	Reason      string `json:"reason"`
	CreatedMS   int64  `json:"created_ms"`
	FinishedMS  int64  `json:"finished_ms"`
}

// Runs lists runs, newest first. An empty environment means all.
func (s *Store) Runs(environment string, limit int) ([]RunRow, error) {
	v, err := viewJSON(map[string]any{"environment": environment, "limit": limit})
	if err != nil {
		return nil, err
	}
	defer v.free()
	var rows []RunRow
	return rows, s.read(&rows, func(buf **C.shipflow_buf, trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_store_runs(s.ptr, v.str, buf, trouble)
	})
}

// Facts are the facts of a run after a revision.
func (s *Store) Facts(run string, afterRev int64) ([]map[string]any, error) {
	v := viewOf(run)
	defer v.free()
	var facts []map[string]any
	return facts, s.read(&facts, func(buf **C.shipflow_buf, trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_store_facts(s.ptr, v.str, C.int64_t(afterRev), buf, trouble)
	})
}

// An Audit is a hash chain that verified.
type Audit struct {
	Facts int    `json:"facts"`
	Head  string `json:"head"`
}

// Verify checks the hash chain of a run; the error Is Corrupt when it does not hold.
func (s *Store) Verify(run string) (Audit, error) {
	v := viewOf(run)
	defer v.free()
	var audit Audit
	err := s.read(&audit, func(buf **C.shipflow_buf, trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_store_verify(s.ptr, v.str, buf, trouble)
	})
	return audit, err
}

func (s *Store) read(into any, ask func(**C.shipflow_buf, **C.shipflow_error) C.shipflow_status) error {
	s.guard.Lock()
	defer s.guard.Unlock()
	var buf *C.shipflow_buf
	var trouble *C.shipflow_error
	if err := failed(ask(&buf, &trouble), trouble); err != nil {
		return err
	}
	return takeJSON(buf, into)
}

// Close frees the handle. It may be called twice.
func (s *Store) Close() error {
	s.guard.Lock()
	defer s.guard.Unlock()
	C.shipflow_store_free(s.ptr)
	s.ptr = nil
	return nil
}
