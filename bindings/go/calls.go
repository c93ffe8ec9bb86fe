package shipflow

// #include <shipflow.h>
import "C"

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// calls are those that code in Go is at work on.
type calls struct {
	guard sync.Mutex
	open  map[*C.shipflow_call]context.CancelFunc
	idle  chan struct{} // closed when none is open, for who waits for that
}

func (c *calls) add(call *C.shipflow_call, cancel context.CancelFunc) {
	c.guard.Lock()
	defer c.guard.Unlock()
	c.open[call] = cancel
}

// remove is done before the handle is freed, so that nobody looks at it afterwards.
func (c *calls) remove(call *C.shipflow_call) {
	c.guard.Lock()
	defer c.guard.Unlock()
	c.open[call]()
	delete(c.open, call)
	if len(c.open) == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}

// cancelUnwanted ends the contexts of calls whose answer nobody wants any more.
func (c *calls) cancelUnwanted() {
	c.guard.Lock()
	defer c.guard.Unlock()
	for call, cancel := range c.open {
		if C.shipflow_call_cancelled(call) == 1 {
			cancel()
		}
	}
}

func (c *calls) cancelAll() {
	c.guard.Lock()
	defer c.guard.Unlock()
	for _, cancel := range c.open {
		cancel()
	}
}

// quiet is closed as soon as no call is open.
func (c *calls) quiet() <-chan struct{} {
	c.guard.Lock()
	defer c.guard.Unlock()
	if c.idle == nil {
		c.idle = make(chan struct{})
	}
	idle := c.idle
	if len(c.open) == 0 {
		close(c.idle)
		c.idle = nil
	}
	return idle
}

// begin lets another goroutine pull on, and answers.
func (e *Engine) begin(ctx context.Context, call *C.shipflow_call) {
	inner, cancel := context.WithCancel(ctx)
	e.calls.add(call, cancel)
	e.calls.cancelUnwanted()
	go e.serve(ctx)
	defer C.shipflow_call_free(call)
	defer e.calls.remove(call)
	e.answer(inner, call)
}

// answer serves one call to its end: at most one answer, whatever the code in Go does. Without one, after
// runtime.Goexit, the call is answered as lost when it is freed.
func (e *Engine) answer(ctx context.Context, call *C.shipflow_call) {
	body := bytesOf(C.shipflow_call_body(call))
	answer, run, err := e.ask(ctx, C.shipflow_call_kind(call), body)
	if err == nil {
		err = finish(call, answer)
	}
	if err == nil {
		return
	}
	if run != "" {
		e.guard.Lock()
		e.causes.keep(run, err)
		e.guard.Unlock()
	}
	v := viewOf(err.Error())
	defer v.free()
	C.shipflow_call_fail(call, C.shipflow_status(statusOf(err)), v.str, nil)
}

func finish(call *C.shipflow_call, answer any) error {
	v, err := viewJSON(answer)
	if err != nil {
		return err
	}
	defer v.free()
	var trouble *C.shipflow_error
	return failed(C.shipflow_call_finish(call, v.str, &trouble), trouble)
}

// until is the context of one call: done at its deadline, when its answer is no longer wanted, or when the engine is
// closed. Virtual time has nothing to do with the clock that a context looks at.
func (e *Engine) until(ctx context.Context, deadlineMS int64) (context.Context, context.CancelFunc) {
	if e.options.VirtualTime || deadlineMS == 0 {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, time.UnixMilli(deadlineMS))
}

// ask lets the code in Go answer; a panic is an error.
func (e *Engine) ask(ctx context.Context, kind C.shipflow_call_kind_t, body []byte) (answer any, run string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &PanicError{Value: r, Stack: debug.Stack()}
		}
	}()
	switch kind {
	case C.SHIPFLOW_CALL_ACTION:
		var call Call
		if err = json.Unmarshal(body, &call); err != nil {
			return nil, "", err
		}
		run = call.Run
		ctx, cancel := e.until(ctx, call.DeadlineMS)
		defer cancel()
		answer, err = act(ctx, e.provider(call.Provider), call)
	case C.SHIPFLOW_CALL_PROBE:
		var request ProbeRequest
		if err = json.Unmarshal(body, &request); err == nil {
			ctx, cancel := e.until(ctx, request.DeadlineMS)
			defer cancel()
			answer, err = e.probe(request.Kind)(ctx, request)
		}
	case C.SHIPFLOW_CALL_METRICS:
		var request MetricRequest
		if err = json.Unmarshal(body, &request); err == nil {
			ctx, cancel := e.until(ctx, request.DeadlineMS)
			defer cancel()
			answer, err = e.metric(request.Source).answer(ctx, request)
		}
	case C.SHIPFLOW_CALL_MESSAGE:
		var message Message
		if err = json.Unmarshal(body, &message); err == nil {
			answer = told(e.notifier(message.Kind).Notify(ctx, message))
		}
	case C.SHIPFLOW_CALL_SECRET:
		var asked struct{ Source string }
		if err = json.Unmarshal(body, &asked); err == nil {
			var value string
			value, err = e.options.Secrets(ctx, asked.Source)
			answer = map[string]any{"value": value}
		}
	case C.SHIPFLOW_CALL_POLICY:
		var vote Vote
		if err = json.Unmarshal(body, &vote); err == nil {
			answer = verdict(e.options.Policy(ctx, vote))
		}
	default:
		err = fmt.Errorf("a call of kind %d, which this package does not know", uint32(kind))
	}
	return answer, run, err
}

func verdict(refused error) map[string]any {
	if refused != nil {
		return map[string]any{"allow": false, "why": refused.Error()}
	}
	return map[string]any{"allow": true}
}

func (e *Engine) provider(name string) Provider {
	e.guard.Lock()
	defer e.guard.Unlock()
	return e.providers[name]
}

func (e *Engine) probe(kind string) ProbeFunc {
	e.guard.Lock()
	defer e.guard.Unlock()
	return e.probes[kind]
}

func (e *Engine) metric(source string) metricSource {
	e.guard.Lock()
	defer e.guard.Unlock()
	return e.metrics[source]
}

func (e *Engine) notifier(kind string) Notifier {
	e.guard.Lock()
	defer e.guard.Unlock()
	return e.notifiers[kind]
}
