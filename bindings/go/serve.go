package shipflow

/*
#include <poll.h>
#include <shipflow.h>

static void shipflow_go_wait(int fd) {
  struct pollfd p = {fd, POLLIN, 0};
  (void)poll(&p, 1, 1000);
}

static int shipflow_go_rings(int fd) {
  struct pollfd p = {fd, POLLIN, 0};
  return poll(&p, 1, 0) == 1;
}
*/
import "C"

import (
	"context"
	"encoding/json"
)

// causes are what code of this program returned, by run; the oldest go first.
type causes struct {
	of    map[string]error
	order []string
}

const mostCauses = 1000

func (c *causes) keep(run string, err error) {
	if _, there := c.of[run]; !there {
		c.order = append(c.order, run)
	}
	c.of[run] = err
	if len(c.order) > mostCauses {
		delete(c.of, c.order[0])
		c.order = c.order[1:]
	}
}

// serve pulls events until the engine is closed. In virtual time the library works inside `next`, so calls of other
// goroutines wait for it: it never waits long.
//
// Who takes a call answers it at once, and another goroutine pulls on: to wake one up for the answer would cost more than
// the whole call.
func (e *Engine) serve(ctx context.Context) {
	for ctx.Err() == nil {
		event, err := e.next()
		if err != nil {
			e.guard.Lock()
			e.broken = err
			e.guard.Unlock()
			e.tellAll()
			break
		}
		if event == nil {
			e.calls.cancelUnwanted()
			continue
		}
		call := C.shipflow_event_call(event)
		if call == nil {
			e.take(event)
		}
		C.shipflow_event_free(event)
		if call != nil {
			e.begin(ctx, call)
			return
		}
		e.calls.cancelUnwanted()
	}
	e.loop.Done()
}

func (e *Engine) next() (*C.shipflow_event, error) {
	var event *C.shipflow_event
	var trouble *C.shipflow_error
	if !e.options.VirtualTime {
		status := C.shipflow_engine_next(e.ptr, -1, &event, &trouble)
		return event, failed(status, trouble)
	}
	e.guard.Lock()
	status := C.shipflow_engine_next(e.ptr, 0, &event, &trouble)
	idle := event == nil && C.shipflow_engine_wait_ms(e.ptr) != 0
	e.guard.Unlock()
	if status == C.SHIPFLOW_OK && idle {
		C.shipflow_go_wait(C.shipflow_engine_fd(e.ptr))
	}
	return event, failed(status, trouble)
}

// idle reports that nothing is left to be taken, and that time alone brings nothing more.
func (e *Engine) idle() bool {
	e.guard.Lock()
	defer e.guard.Unlock()
	return e.closed || (C.shipflow_engine_wait_ms(e.ptr) == -1 && C.shipflow_go_rings(C.shipflow_engine_fd(e.ptr)) == 0)
}

// take hands an event that is no call to who waits for it.
func (e *Engine) take(event *C.shipflow_event) {
	kind := C.shipflow_event_kind(event)
	if kind == C.SHIPFLOW_EVENT_CHECKED {
		var report ProviderReport
		_ = json.Unmarshal(bytesOf(C.shipflow_event_body(event)), &report)
		e.guard.Lock()
		defer e.guard.Unlock()
		e.checked(report)
		return
	}
	ended := kind == C.SHIPFLOW_EVENT_ENDED
	run := textOf(C.shipflow_event_run(event))
	e.guard.Lock()
	defer e.guard.Unlock()
	// Reading a body costs more than all the rest: only for somebody who wants it.
	if len(e.listeners) == 0 && !(ended && len(e.waiting[run]) != 0) {
		return
	}
	body := bytesOf(C.shipflow_event_body(event))
	if ended {
		var outcome Outcome
		_ = json.Unmarshal(body, &outcome)
		for _, w := range e.waiting[run] {
			w <- outcome
		}
		delete(e.waiting, run)
	}
	e.tell(run, body, ended)
}

// tell hands an event to who listens, to each a map of its own; the guard is held.
func (e *Engine) tell(run string, body []byte, ended bool) {
	for l := range e.listeners {
		if l.run != "" && l.run != run {
			continue
		}
		var what Event
		if json.Unmarshal(body, &what) != nil {
			return
		}
		if ended {
			what["event"] = "ended"
		}
		l.put(what)
		if ended && l.run != "" {
			e.drop(l)
		}
	}
}

// tellAll ends everything that waits.
func (e *Engine) tellAll() {
	e.guard.Lock()
	defer e.guard.Unlock()
	for _, waiters := range e.waiting {
		for _, w := range waiters {
			close(w)
		}
	}
	e.waiting = map[string][]chan Outcome{}
	for l := range e.listeners {
		e.drop(l)
	}
	if e.report != nil {
		close(e.report)
		e.report = nil
	}
}
