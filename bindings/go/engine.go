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
	"sync"
	"time"
)

// Options of an engine; zero values are the defaults.
type Options struct {
	Store       *Store // nil: in memory
	VirtualTime bool   // the clock jumps to the next timer; for tests
	StartMS     int64  // virtual time: where the clock begins
	Seed        uint64 // virtual time: of the random numbers
	ID          string // name of this engine in the store, never reused; "": random
	CallsAtOnce uint32 // calls to providers under way at once; 0: 64
	QueueLimit  uint32 // events kept inside the library; 0: 65536
	// Secrets turns where a secret is into its value; nil: "env:NAME" and "file:PATH" are read.
	Secrets func(ctx context.Context, source string) (string, error)
	// Policy may refuse a vote by an error; nil: the plan's roles alone decide.
	Policy func(ctx context.Context, vote Vote) error
}

// An Engine carries runs out. Close it when done; runs stay resumable. Its goroutine keeps it alive until then.
type Engine struct {
	ptr     *C.shipflow_engine
	options Options
	store   *Store
	owned   bool // the store was made by the engine

	guard     sync.Mutex
	providers map[string]Provider
	probes    map[string]ProbeFunc
	metrics   map[string]metricSource
	notifiers map[string]Notifier
	causes    causes
	waiting   map[string][]chan Outcome
	listeners map[*listener]struct{}
	report    chan ProviderReport // what CheckProvider waits for
	closed    bool
	broken    error // the library said that the engine is of no use any more

	checking sync.Mutex // one check of a provider at a time

	calls calls
	stop  context.CancelFunc
	loop  sync.WaitGroup
}

// NewEngine opens an engine and begins to serve its events in a goroutine.
func NewEngine(options Options) (*Engine, error) {
	e := &Engine{
		options: options, store: options.Store,
		providers: map[string]Provider{}, probes: map[string]ProbeFunc{}, metrics: map[string]metricSource{}, notifiers: map[string]Notifier{},
		causes: causes{of: map[string]error{}}, waiting: map[string][]chan Outcome{}, listeners: map[*listener]struct{}{},
		calls: calls{open: map[*C.shipflow_call]context.CancelFunc{}},
	}
	if e.store == nil {
		store, err := MemoryStore()
		if err != nil {
			return nil, err
		}
		e.store, e.owned = store, true
	}
	if err := e.store.use(e.open); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	e.stop = stop
	e.loop.Add(1)
	go e.serve(ctx)
	return e, nil
}

func (e *Engine) open(store *C.shipflow_store) error {
	o := C.shipflow_go_options()
	o.threads = 1
	if e.options.VirtualTime {
		o.threads = 0
		o.flags |= C.SHIPFLOW_ENGINE_VIRTUAL_TIME
	}
	if e.options.Secrets != nil {
		o.flags |= C.SHIPFLOW_ENGINE_HOST_SECRETS
	}
	if e.options.Policy != nil {
		o.flags |= C.SHIPFLOW_ENGINE_HOST_POLICY
	}
	o.start_ms, o.seed = C.int64_t(e.options.StartMS), C.uint64_t(e.options.Seed)
	o.calls_at_once, o.queue_limit = C.uint32_t(e.options.CallsAtOnce), C.uint32_t(e.options.QueueLimit)
	if e.options.ID != "" {
		id := viewOf(e.options.ID)
		defer id.free()
		o.id = id.str
	}
	var trouble *C.shipflow_error
	return failed(C.shipflow_engine_new(&o, store, &e.ptr, &trouble), trouble)
}

// Store is where the engine keeps its runs.
func (e *Engine) Store() *Store { return e.store }

// Now is the engine's time: the system's, or the virtual one.
func (e *Engine) Now() time.Time {
	e.guard.Lock()
	defer e.guard.Unlock()
	if e.closed {
		return time.Time{}
	}
	return time.UnixMilli(int64(C.shipflow_engine_now_ms(e.ptr)))
}

// do makes one call to the library, unless the engine is closed, and lets the serving goroutine see what came of it.
func (e *Engine) do(call func(trouble **C.shipflow_error) C.shipflow_status) error {
	e.guard.Lock()
	defer e.guard.Unlock()
	if e.closed {
		return errClosed
	}
	var trouble *C.shipflow_error
	err := failed(call(&trouble), trouble)
	if e.options.VirtualTime {
		C.shipflow_engine_wakeup(e.ptr)
	}
	return err
}

// Shutdown starts nothing new, asks the code of providers to end by their contexts, waits for it and takes its
// answers; then it closes. When the context is done first it closes without waiting any longer and gives its error.
func (e *Engine) Shutdown(ctx context.Context) error {
	_ = e.do(func(trouble **C.shipflow_error) C.shipflow_status { return C.shipflow_engine_stop(e.ptr, trouble) })
	e.calls.cancelAll()
	var late error
	select {
	case <-e.calls.quiet():
		// Stopping again is done after what was answered before it.
		_ = e.do(func(trouble **C.shipflow_error) C.shipflow_status { return C.shipflow_engine_stop(e.ptr, trouble) })
	case <-ctx.Done():
		late = ctx.Err()
	}
	if err := e.Close(); err != nil {
		return err
	}
	return late
}

// Close ends at once; runs stay resumable. Contexts of providers' methods are done, what they still answer is dropped.
// It may be called twice, and from a provider.
func (e *Engine) Close() error {
	e.guard.Lock()
	if e.closed || e.ptr == nil {
		e.guard.Unlock()
		return nil
	}
	e.closed = true
	e.guard.Unlock()
	e.stop()
	C.shipflow_engine_wakeup(e.ptr) // after the stop: who is woken sees it
	e.loop.Wait()
	C.shipflow_engine_free(e.ptr)
	e.tellAll()
	if e.owned {
		return e.store.Close()
	}
	return nil
}
