package shipflow

/*
#include <poll.h>
#include <shipflow.h>

static void shipflow_go_wait(int fd) {
  struct pollfd p = {fd, POLLIN, 0};
  (void)poll(&p, 1, 1000);
}
*/
import "C"

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// wait waits until the engine has something, a second at most.
func wait(fd C.int) { C.shipflow_go_wait(fd) }

// answer serves one call to its end: exactly one answer, whatever the code in Go does.
func (e *Engine) answer(ctx context.Context, call *C.shipflow_call) {
	defer C.shipflow_call_free(call)
	body := []byte(textOf(C.shipflow_call_body(call)))
	inner, cancel := withDeadline(ctx, body, e.options.VirtualTime)
	defer cancel()
	answer, run, err := e.ask(inner, C.shipflow_call_kind(call), body)
	if err == nil {
		var v view
		if v, err = viewJSON(answer); err == nil {
			defer v.free()
			var trouble *C.shipflow_error
			err = failed(C.shipflow_call_finish(call, v.str, &trouble), trouble)
		}
	}
	if err == nil {
		return
	}
	if run != "" {
		e.guard.Lock()
		e.causes[run] = err
		e.guard.Unlock()
	}
	status := C.shipflow_status(C.SHIPFLOW_HOST)
	if known, ok := err.(*Error); ok {
		status = C.shipflow_status(known.Status)
	}
	v := viewOf(err.Error())
	defer v.free()
	C.shipflow_call_fail(call, status, v.str, nil)
}

// withDeadline is the context of one call: done at its deadline, or when the engine is closed.
func withDeadline(ctx context.Context, body []byte, virtual bool) (context.Context, context.CancelFunc) {
	var asked struct {
		DeadlineMS int64 `json:"deadline_ms"`
	}
	if virtual || json.Unmarshal(body, &asked) != nil || asked.DeadlineMS == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, time.UnixMilli(asked.DeadlineMS))
}

// ask lets the code in Go answer; a panic is an error.
func (e *Engine) ask(ctx context.Context, kind C.shipflow_call_kind_t, body []byte) (answer any, run string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	switch kind {
	case C.SHIPFLOW_CALL_ACTION:
		var call Call
		if err = json.Unmarshal(body, &call); err != nil {
			return nil, "", err
		}
		e.guard.Lock()
		provider := e.providers[call.Provider]
		e.guard.Unlock()
		answer, err = act(ctx, provider, call)
		return answer, call.Run, err
	case C.SHIPFLOW_CALL_PROBE:
		var request ProbeRequest
		if err = json.Unmarshal(body, &request); err != nil {
			return nil, "", err
		}
		e.guard.Lock()
		look := e.probes[request.Kind]
		e.guard.Unlock()
		answer, err = look(ctx, request)
		return answer, "", err
	case C.SHIPFLOW_CALL_METRICS:
		answer, err = e.read(ctx, body)
		return answer, "", err
	case C.SHIPFLOW_CALL_SECRET:
		var asked struct{ Source string }
		if err = json.Unmarshal(body, &asked); err != nil {
			return nil, "", err
		}
		value, err := e.options.Secrets(ctx, asked.Source)
		return map[string]any{"value": value}, "", err
	case C.SHIPFLOW_CALL_POLICY:
		var vote Vote
		if err = json.Unmarshal(body, &vote); err != nil {
			return nil, "", err
		}
		if refused := e.options.Policy(ctx, vote); refused != nil {
			return map[string]any{"allow": false, "why": refused.Error()}, "", nil
		}
		return map[string]any{"allow": true}, "", nil
	}
	return nil, "", fmt.Errorf("a call of kind %d, which this package does not know", uint32(kind))
}

func (e *Engine) read(ctx context.Context, body []byte) (any, error) {
	var request MetricRequest
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, err
	}
	e.guard.Lock()
	read, gauge := e.metrics[request.Source], e.gauges[request.Source]
	e.guard.Unlock()
	numbers, err := read(ctx, request)
	if err != nil {
		return nil, err
	}
	readings := make([]any, len(numbers))
	for i, n := range numbers {
		if !math.IsNaN(n) {
			readings[i] = n
		}
	}
	kind := "counter"
	if gauge {
		kind = "gauge"
	}
	return map[string]any{"kind": kind, "readings": readings}, nil
}
