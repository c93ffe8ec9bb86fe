package shipflow

// #include <shipflow.h>
import "C"

import (
	"context"
	"errors"
	"time"
)

// A TextPiece is a part of a message: "words" are the author's and may be markup, a "value" never is.
type TextPiece [2]string

// A Message is told to people. The same ID may come again: drop one that was told before.
type Message struct {
	Kind, ID, Moment, Run, Channel, At, Text string
	Pieces                                   []TextPiece
	Values                                   map[string]string
	Spec                                     map[string]any // the channel's `with`, secrets resolved
	Attempt                                  int
	DeadlineMS                               int64 `json:"deadline_ms"`
}

// A Notifier carries messages to a channel. A nil error is delivered, any other is tried again, unless it is a
// Refusal.
type Notifier interface {
	Notify(ctx context.Context, message Message) error
}

// NotifyFunc is a function that is a Notifier.
type NotifyFunc func(ctx context.Context, message Message) error

// Notify calls the function.
func (f NotifyFunc) Notify(ctx context.Context, message Message) error { return f(ctx, message) }

// A Refusal says that a message will never be delivered.
type Refusal struct{ Why string }

func (r *Refusal) Error() string { return r.Why }

// A Later says that a message may be delivered, no sooner than After from now.
type Later struct {
	Why   string
	After time.Duration
}

func (l *Later) Error() string { return l.Why }

func told(err error) map[string]any {
	var refusal *Refusal
	var later *Later
	switch {
	case err == nil:
		return map[string]any{"outcome": "delivered"}
	case errors.As(err, &refusal):
		return map[string]any{"outcome": "refused", "why": err.Error()}
	case errors.As(err, &later):
		return map[string]any{"outcome": "again", "why": err.Error(), "not_before_ms": later.After.Milliseconds()}
	}
	return map[string]any{"outcome": "again", "why": err.Error()}
}

// Unsent counts messages that could be sent now: under way, or due and not tried yet. What is left when the engine is
// closed is sent by the next one on its store.
func (e *Engine) Unsent() int {
	count := 0
	_ = e.do(func(**C.shipflow_error) C.shipflow_status {
		count = int(C.shipflow_engine_unsent(e.ptr))
		return C.SHIPFLOW_OK
	})
	return count
}
