package shipflow

import "context"

// An Event is something that happened to a run: {"sequence", "run", "event", ...}, see engine.hpp. The last one of a run
// is "ended".
type Event map[string]any

// mostKept is how many events wait for a listener that does not take them.
const mostKept = 1024

type listener struct {
	run     string
	out     chan Event
	over    chan struct{}
	dropped int
}

// put hands an event on, or counts it when the listener is too far behind.
func (l *listener) put(event Event) {
	if l.dropped > 0 {
		with := Event{"dropped": l.dropped}
		for name, value := range event {
			with[name] = value
		}
		event = with
	}
	select {
	case l.out <- event:
		l.dropped = 0
	default:
		l.dropped++
	}
}

// Events gives the events of a run ("": of all) from now on, until the run ends, the context is done or the engine is
// closed. A listener that is more than 1,024 events behind misses some, which the next one counts in "dropped".
func (e *Engine) Events(ctx context.Context, run string) <-chan Event {
	l := &listener{run: run, out: make(chan Event, mostKept), over: make(chan struct{})}
	e.guard.Lock()
	if e.closed || e.broken != nil {
		e.guard.Unlock()
		close(l.out)
		return l.out
	}
	e.listeners[l] = struct{}{}
	e.guard.Unlock()
	if run != "" {
		var state struct{ Ended bool }
		if err := e.look(run, &state); err != nil || state.Ended {
			e.dismiss(l)
			return l.out
		}
	}
	go func() {
		select {
		case <-ctx.Done():
			e.dismiss(l)
		case <-l.over:
		}
	}()
	return l.out
}

func (e *Engine) dismiss(l *listener) {
	e.guard.Lock()
	defer e.guard.Unlock()
	e.drop(l)
}

// drop ends a listener; the guard is held.
func (e *Engine) drop(l *listener) {
	if _, there := e.listeners[l]; !there {
		return
	}
	delete(e.listeners, l)
	close(l.over)
	close(l.out)
}
