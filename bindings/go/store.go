package shipflow

// #include <shipflow.h>
import "C"

import (
	"runtime"
	"sync"
)

// A Store keeps runs: in memory, or in a SQLite file. Close it when no engine needs it any more; an engine that
// uses it keeps it open.
type Store struct {
	guard sync.Mutex
	ptr   *C.shipflow_store
}

func newStore(ptr *C.shipflow_store) *Store {
	s := &Store{ptr: ptr}
	runtime.SetFinalizer(s, func(s *Store) { _ = s.Close() })
	return s
}

// MemoryStore keeps runs in memory.
func MemoryStore() (*Store, error) {
	var ptr *C.shipflow_store
	var trouble *C.shipflow_error
	if err := failed(C.shipflow_store_memory(&ptr, &trouble), trouble); err != nil {
		return nil, err
	}
	return newStore(ptr), nil
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
	return newStore(ptr), nil
}

// use hands the handle out for the time of a call.
func (s *Store) use(call func(*C.shipflow_store) error) error {
	if s == nil {
		return &Error{Status: InvalidArgument, Message: "no store"}
	}
	s.guard.Lock()
	defer s.guard.Unlock()
	if s.ptr == nil {
		return closedHandle("store")
	}
	return call(s.ptr)
}

func (s *Store) read(into any, ask func(*C.shipflow_store, **C.shipflow_buf, **C.shipflow_error) C.shipflow_status) error {
	return s.use(func(ptr *C.shipflow_store) error {
		return made(into, func(buf **C.shipflow_buf, trouble **C.shipflow_error) C.shipflow_status {
			return ask(ptr, buf, trouble)
		})
	})
}

// A RunRow is one run as history lists it. Times are milliseconds since 1970, 0 when there is none.
type RunRow struct {
	ID          string `json:"id"`
	ExternalID  string `json:"external_id"`
	Plan        string `json:"plan"`
	PlanDigest  string `json:"plan_digest"`
	Environment string `json:"environment"`
	Version     string `json:"version"`
	Principal   string `json:"principal"`
	Status      string `json:"status"`
	Reason      string `json:"reason"`
	CreatedMS   int64  `json:"created_ms"`
	UpdatedMS   int64  `json:"updated_ms"`
	FinishedMS  int64  `json:"finished_ms"`
	DueMS       int64  `json:"due_ms"`
}

// A RunFilter says which runs are listed; its zero value lists the newest 100.
type RunFilter struct {
	Environment string `json:"environment,omitempty"`
	Plan        string `json:"plan,omitempty"`
	Terminal    *bool  `json:"terminal,omitempty"` // nil: both
	Limit       int    `json:"limit,omitempty"`
}

// Runs lists runs, newest first.
func (s *Store) Runs(filter RunFilter) (rows []RunRow, err error) {
	v, err := viewJSON(filter)
	if err != nil {
		return nil, err
	}
	defer v.free()
	err = s.read(&rows, func(ptr *C.shipflow_store, buf **C.shipflow_buf, trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_store_runs(ptr, v.str, buf, trouble)
	})
	return rows, err
}

// Facts are the facts of a run after a revision.
func (s *Store) Facts(run string, afterRev int64) (facts []map[string]any, err error) {
	v := viewOf(run)
	defer v.free()
	err = s.read(&facts, func(ptr *C.shipflow_store, buf **C.shipflow_buf, trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_store_facts(ptr, v.str, C.int64_t(afterRev), buf, trouble)
	})
	return facts, err
}

// Look is the state of a run folded from its facts, as Engine.Look gives it.
func (s *Store) Look(run string) (state map[string]any, err error) {
	v := viewOf(run)
	defer v.free()
	err = s.read(&state, func(ptr *C.shipflow_store, buf **C.shipflow_buf, trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_store_look(ptr, v.str, buf, trouble)
	})
	return state, err
}

// Retention is how long a store keeps what belongs to runs that have ended; zero values are the defaults.
type Retention struct {
	FactsMS int64 `json:"facts_ms,omitempty"` // their facts, samples and signals; 0: 90 days
	RowsMS  int64 `json:"rows_ms,omitempty"`  // their line in the history; 0: 365 days
}

// Purge deletes what is older, counted back from nowMS, and returns how many runs lost something. It blocks.
func (s *Store) Purge(keep Retention, nowMS int64) (runs int64, err error) {
	v, err := viewJSON(keep)
	if err != nil {
		return 0, err
	}
	defer v.free()
	err = s.use(func(ptr *C.shipflow_store) error {
		var trouble *C.shipflow_error
		return failed(C.shipflow_store_purge(ptr, v.str, C.int64_t(nowMS), (*C.int64_t)(&runs), &trouble), trouble)
	})
	return runs, err
}

// An Audit is a hash chain that verified.
type Audit struct {
	Facts int    `json:"facts"`
	Head  string `json:"head"`
}

// Verify checks the hash chain of a run; the error Is Corrupt when it does not hold.
func (s *Store) Verify(run string) (audit Audit, err error) {
	v := viewOf(run)
	defer v.free()
	err = s.read(&audit, func(ptr *C.shipflow_store, buf **C.shipflow_buf, trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_store_verify(ptr, v.str, buf, trouble)
	})
	return audit, err
}

// Close frees the handle. It may be called twice.
func (s *Store) Close() error {
	s.guard.Lock()
	defer s.guard.Unlock()
	C.shipflow_store_free(s.ptr)
	s.ptr = nil
	runtime.SetFinalizer(s, nil)
	return nil
}
