package shipflow

import "context"

// A Field is one input or output of an action.
type Field struct {
	Name      string     `json:"name"`
	Type      string     `json:"type,omitempty"` // string, integer, number, boolean, duration, strings, object, any
	Required  bool       `json:"required,omitempty"`
	Sensitive bool       `json:"sensitive,omitempty"`
	Help      string     `json:"help,omitempty"`
	Ranges    [][2]int64 `json:"ranges,omitempty"` // of an input: [least, most], both included; none: anything
}

// An Action is what a provider offers; what the members mean: provider.hpp.
type Action struct {
	Name          string   `json:"name"`
	Version       int      `json:"version,omitempty"`
	Repeat        string   `json:"repeat,omitempty"` // set_value, token, compare_and_set, creates
	Undo          string   `json:"undo,omitempty"`   // reversible, forward_only, destructive, irreversible
	Rank          string   `json:"rank,omitempty"`   // service, traffic, database, cleanup
	Help          string   `json:"help,omitempty"`
	Inputs        []Field  `json:"inputs,omitempty"`
	Outputs       []Field  `json:"outputs,omitempty"`
	Resources     []string `json:"resources,omitempty"`
	TellsReady    bool     `json:"tells_ready,omitempty"` // it answers Ready
	CallTimeoutMS int64    `json:"call_timeout_ms,omitempty"`
	TimeoutMS     int64    `json:"timeout_ms,omitempty"`
}

// A Call is what an action is asked.
type Call struct {
	Provider    string         `json:"provider"`
	Action      string         `json:"action"`
	Verb        string         `json:"verb"`
	Run         string         `json:"run"`
	Step        string         `json:"step"`
	Environment string         `json:"environment"`
	Component   string         `json:"component"`
	EffectKey   string         `json:"effect_key"` // the same for every try of one effect, also after a crash
	Attempt     int            `json:"attempt"`
	DeadlineMS  int64          `json:"deadline_ms"`
	TimeoutMS   int64          `json:"timeout_ms"`
	Target      map[string]any `json:"target"`
	Inputs      map[string]any `json:"inputs"` // secrets resolved: do not log
	Baseline    any            `json:"baseline"`
	Handle      any            `json:"handle"`
}

// An Answer is what came of a call.
type Answer struct {
	Kind        string `json:"kind"`
	Value       any    `json:"value,omitempty"`
	Percent     int    `json:"percent"`
	Text        string `json:"text,omitempty"`
	LookAgainMS int64  `json:"look_again_ms"`
	Status      Status `json:"status,omitempty"`
	Message     string `json:"message,omitempty"`
}

// Done answers with outputs, or with the baseline when observing. A nil map is an empty one.
func Done(value map[string]any) Answer {
	if value == nil {
		value = map[string]any{}
	}
	return Answer{Kind: "done", Value: value, Percent: -1}
}

// Started answers that the effect is under way; Settle is asked with the handle.
func Started(handle any, lookAgainMS int64) Answer {
	return Answer{Kind: "started", Value: handle, Percent: -1, LookAgainMS: lookAgainMS}
}

// InProgress answers Settle; percent is 0 to 100, or -1.
func InProgress(percent int, text string, lookAgainMS int64) Answer {
	return Answer{Kind: "progress", Percent: percent, Text: text, LookAgainMS: lookAgainMS}
}

// NotApplied answers Resolve: it certainly did not happen.
func NotApplied() Answer { return Answer{Kind: "not_applied", Percent: -1} }

// Unknown answers that it may or may not have happened.
func Unknown(why string) Answer { return Answer{Kind: "unknown", Percent: -1, Message: why} }

// Conflict answers that somebody else changed the world.
func Conflict(why string) Answer { return Answer{Kind: "conflict", Percent: -1, Message: why} }

// A Provider is a system that can be released to. Its methods run in goroutines of their own; the context is done when
// the answer is no longer wanted. An error fails the step, and is the cause of the RunError.
type Provider interface {
	Name() string
	Actions() []Action
	Apply(ctx context.Context, call Call) (Answer, error)
}

// Observer is a Provider that can say what is there now: the baseline that Undo gets back.
type Observer interface {
	Observe(ctx context.Context, call Call) (Answer, error)
}

// Undoer is a Provider that puts the baseline back.
type Undoer interface {
	Undo(ctx context.Context, call Call) (Answer, error)
}

// Settler is a Provider whose Apply or Undo answers Started.
type Settler interface {
	Settle(ctx context.Context, call Call) (Answer, error)
}

// Resolver is a Provider that can tell after a crash whether an effect was carried out.
type Resolver interface {
	Resolve(ctx context.Context, call Call) (Answer, error)
}

// Diagnoser is a Provider that gathers evidence for a failure.
type Diagnoser interface {
	Diagnose(ctx context.Context, call Call) (Answer, error)
}

// A Vote is an approval or rejection about to be counted.
type Vote struct {
	Run, Step, Principal, Name string
	Groups                     []string
	PlanDigest                 string `json:"plan_digest"`
	Body                       map[string]any
}

// A Readier is a Provider that can tell whether Undo could put the baseline back now; for actions with TellsReady.
type Readier interface {
	Ready(ctx context.Context, call Call) (Answer, error)
}

// act calls the method of a verb; one that is not there answers as documented for tables in shipflow_provider.h.
func act(ctx context.Context, p Provider, call Call) (Answer, error) {
	switch call.Verb {
	case "apply":
		return p.Apply(ctx, call)
	case "observe":
		if o, ok := p.(Observer); ok {
			return o.Observe(ctx, call)
		}
		return Done(nil), nil
	case "undo":
		if u, ok := p.(Undoer); ok {
			return u.Undo(ctx, call)
		}
	case "settle":
		if s, ok := p.(Settler); ok {
			return s.Settle(ctx, call)
		}
	case "resolve":
		if r, ok := p.(Resolver); ok {
			return r.Resolve(ctx, call)
		}
		return Unknown("the provider cannot tell"), nil
	case "ready":
		if r, ok := p.(Readier); ok {
			return r.Ready(ctx, call)
		}
		return Unknown("the provider cannot tell"), nil
	case "diagnose":
		if d, ok := p.(Diagnoser); ok {
			return d.Diagnose(ctx, call)
		}
		return Done(nil), nil
	}
	return Answer{}, &Error{Status: Unsupported, Message: "provider " + p.Name() + " has no " + call.Verb}
}
