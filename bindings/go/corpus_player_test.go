package shipflow_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"shipflow"
)

type object = map[string]any

type command struct {
	Say    object
	Status string
	Answer string
	With   object
	Crash  bool
}

type entry struct {
	On   string
	Nth  int
	Do   []command
	turn bool
}

type scenario struct {
	Plan, Environments json.RawMessage
	Request            struct {
		Environment string
		Release     object
		Parameters  object
		Variables   map[string]string
	}
	Start     shipflow.Start
	Host      struct{ Secrets, Policy bool }
	Providers []struct {
		Name    string
		Actions []shipflow.Action
	}
	Probes, Metrics, Notifiers []string
	World                      map[string][]object
	Script                     []*entry
	Unordered                  bool
	Expect                     struct {
		Phase, Reason, Parked        string
		Calls, Facts, Reached, Never []string
		Refused                      *struct{ Status, Message string }
	}
}

type outcome struct {
	refused, message, phase, folded, reason, parked, bodies, written string
	calls, facts, trouble                                            []string
	audited                                                          int
}

// player plays one scenario. Its guard is never held while the engine is called.
type player struct {
	t     *testing.T
	s     scenario
	store *shipflow.Store
	run   string
	begun chan struct{} // closed when run is known; a call may come earlier

	guard    sync.Mutex
	current  *shipflow.Engine
	engines  uint64
	turns    map[string]int
	answered map[string]int
	held     map[string]chan object
	working  int // calls under way that are not held
	moves    int // grows with everything that happens
	out      outcome
}

func newPlayer(t *testing.T, s scenario) *player {
	store, err := shipflow.MemoryStore()
	if err != nil {
		t.Fatal(err)
	}
	return &player{t: t, s: s, store: store, begun: make(chan struct{}), turns: map[string]int{}, answered: map[string]int{}, held: map[string]chan object{}}
}

func (p *player) boot(startMS int64) {
	p.engines++
	options := shipflow.Options{Store: p.store, VirtualTime: true, StartMS: startMS, Seed: p.engines}
	if p.s.Host.Secrets {
		options.Secrets = p.secret
	}
	if p.s.Host.Policy {
		options.Policy = p.policy
	}
	engine, err := shipflow.NewEngine(options)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, one := range p.s.Providers {
		if err := engine.AddProvider(&scripted{p, one.Name, one.Actions}); err != nil {
			p.t.Fatal(err)
		}
	}
	for _, kind := range p.s.Probes {
		if err := engine.AddProbe(kind, p.probe); err != nil {
			p.t.Fatal(err)
		}
	}
	for _, source := range p.s.Metrics {
		kind := shipflow.Counter
		for _, answer := range p.s.World["metrics "+source] {
			if word, ok := answer["kind"].(string); ok {
				kind = shipflow.SeriesKind(word)
			}
		}
		if err := engine.AddMetrics(source, kind, p.metrics); err != nil {
			p.t.Fatal(err)
		}
	}
	for _, kind := range p.s.Notifiers {
		if err := engine.AddNotifier(kind, shipflow.NotifyFunc(p.message)); err != nil {
			p.t.Fatal(err)
		}
	}
	go p.listen(engine.Events(context.Background(), ""))
	p.guard.Lock()
	p.current = engine
	p.guard.Unlock()
}

func (p *player) engine() *shipflow.Engine {
	p.guard.Lock()
	defer p.guard.Unlock()
	return p.current
}

func (p *player) crash() {
	now := p.engine().Now().UnixMilli()
	_ = p.engine().Close()
	p.boot(now)
	if _, err := p.engine().Resume(); err != nil {
		p.t.Error(err)
	}
}

func (p *player) listen(events <-chan shipflow.Event) {
	for event := range events {
		text, _ := json.Marshal(event)
		p.guard.Lock()
		p.moves++
		p.out.written += string(text)
		p.guard.Unlock()
		if fact, ok := event["fact"].(object); ok {
			if key := keyOf(fact); key != "" {
				p.carryOut("fact " + key)
			}
		}
	}
}

func keyOf(fact object) string {
	if fact["kind"] == "note" {
		return ""
	}
	body, _ := fact["body"].(object)
	parts := []string{fact["kind"].(string)}
	add := func(value any) bool {
		text, _ := value.(string)
		if text != "" {
			parts = append(parts, text)
		}
		return text != ""
	}
	add(fact["step"])
	add(body["name"])
	for _, word := range []string{"status", "phase", "meaning", "level"} {
		if add(body[word]) {
			break
		}
	}
	return strings.Join(parts, " ")
}

// carryOut does what the script says for a key, when it is its turn.
func (p *player) carryOut(key string) bool {
	p.guard.Lock()
	p.moves++
	p.turns[key]++
	var mine []*entry
	for _, e := range p.s.Script {
		nth := e.Nth
		if nth == 0 {
			nth = 1
		}
		if e.On == key && nth == p.turns[key] {
			e.turn = true
			mine = append(mine, e)
		}
	}
	p.guard.Unlock()
	for _, e := range mine {
		for _, c := range e.Do {
			p.obey(c)
		}
	}
	return len(mine) != 0
}

func (p *player) obey(c command) {
	switch {
	case c.Crash:
		p.crash()
	case c.Answer != "":
		p.guard.Lock()
		kept := p.held[c.Answer]
		delete(p.held, c.Answer)
		p.working++
		p.guard.Unlock()
		kept <- c.With
	default:
		var said shipflow.Said
		text, _ := json.Marshal(c.Say)
		_ = json.Unmarshal(text, &said)
		status := "OK"
		<-p.begun
		if err := p.engine().Say(p.run, said); err != nil {
			status = nameOf(err)
		}
		if wanted := c.Status; status != wanted && !(wanted == "" && status == "OK") {
			p.complain("said %v: %s", c.Say, status)
		}
	}
}

func (p *player) complain(format string, args ...any) {
	p.guard.Lock()
	defer p.guard.Unlock()
	p.out.trouble = append(p.out.trouble, fmt.Sprintf(format, args...))
}

func nameOf(err error) string {
	var e *shipflow.Error
	if errors.As(err, &e) {
		return strings.TrimPrefix(e.Status.Error(), "SHIPFLOW_")
	}
	return err.Error()
}

func (p *player) nextAnswer(key string, fallback object) object {
	p.guard.Lock()
	defer p.guard.Unlock()
	answers, there := p.s.World[key]
	if !there {
		if fallback == nil {
			p.out.trouble = append(p.out.trouble, "the world has no answer for "+key)
			return object{"drop": true}
		}
		return fallback
	}
	turn := p.answered[key]
	p.answered[key]++
	for _, answer := range answers {
		times := 1
		if n, ok := answer["times"].(float64); ok {
			times = int(n)
		}
		if turn < times {
			return answer
		}
		turn -= times
	}
	return answers[len(answers)-1]
}

// called plays a call up to its answer; a dropped one ends its goroutine.
func (p *player) called(key string, body any, fallback object) (object, error) {
	text, _ := json.Marshal(body)
	p.guard.Lock()
	p.moves++
	p.working++
	p.out.calls = append(p.out.calls, key)
	p.out.bodies += string(text)
	p.guard.Unlock()
	defer func() {
		p.guard.Lock()
		p.moves++
		p.working--
		p.guard.Unlock()
	}()
	p.carryOut(key)
	given := p.nextAnswer(key, fallback)
	if name, ok := given["hold"].(string); ok {
		kept := make(chan object, 1)
		p.guard.Lock()
		p.held[name] = kept
		p.working--
		p.guard.Unlock()
		given = <-kept
	}
	if given["drop"] == true {
		runtime.Goexit()
	}
	if name, ok := given["fail"].(string); ok {
		message, _ := given["message"].(string)
		return nil, &shipflow.Error{Status: statusNamed(name), Message: message}
	}
	return given, nil
}

func statusNamed(name string) shipflow.Status {
	for s := shipflow.InvalidArgument; s <= shipflow.HostStatus; s++ {
		if s.Error() == "SHIPFLOW_"+name {
			return s
		}
	}
	panic("no status " + name)
}

// quiet waits until nothing happens any more: nobody is at work, and time alone brings nothing. A busy machine may keep a
// goroutine with an event in its hand from running for some slices of its scheduler: so many looks.
func (p *player) quiet() bool {
	limit := time.Now().Add(time.Minute)
	for calm, last := 0, -1; calm < 60; {
		runtime.Gosched()
		time.Sleep(500 * time.Microsecond) // between looks; what counts is that nothing moved between them
		idle := p.engine().Idle()
		p.guard.Lock()
		if idle && p.working == 0 && p.moves == last {
			calm++
		} else {
			calm = 0
		}
		last = p.moves
		p.guard.Unlock()
		if time.Now().After(limit) {
			p.complain("it does not come to an end")
			return false
		}
	}
	return true
}

func (p *player) begin() error {
	r := p.s.Request
	version, _ := r.Release["version"].(string)
	plan, err := shipflow.ParseDocument(string(p.s.Plan), "plan.json")
	if err != nil {
		return err
	}
	places, err := shipflow.ParseDocument(string(p.s.Environments), "environments.json")
	if err != nil {
		return err
	}
	compiled, err := p.engine().Compile(plan, places, shipflow.Request{
		Environment: r.Environment, Version: version, Release: r.Release, Parameters: r.Parameters, Variables: r.Variables})
	if err != nil {
		return err
	}
	defer close(p.begun)
	p.run, err = p.engine().Start(compiled, p.s.Start)
	return err
}

func (p *player) play() outcome {
	p.boot(1_772_532_000_000)
	defer func() { _ = p.engine().Close(); _ = p.store.Close() }()
	if err := p.begin(); err != nil {
		return outcome{refused: nameOf(err), message: err.Error()}
	}
	for p.quiet() && p.carryOut("idle") {
	}
	for _, e := range p.s.Script {
		if !e.turn {
			p.complain("never came to %s", e.On)
		}
	}
	state, err := p.engine().Look(p.run)
	folded, lost := p.store.Look(p.run)
	facts, unread := p.store.Facts(p.run, 0)
	audit, broken := p.store.Verify(p.run)
	for _, e := range []error{err, lost, unread, broken} {
		if e != nil {
			p.t.Fatal(e)
		}
	}
	p.guard.Lock()
	defer p.guard.Unlock()
	p.out.phase, p.out.folded = state["phase"].(string), folded["phase"].(string)
	p.out.reason, p.out.parked = state["reason"].(string), state["parked"].(string)
	p.out.audited = audit.Facts
	for _, fact := range facts {
		if key := keyOf(fact); key != "" {
			p.out.facts = append(p.out.facts, key)
		}
	}
	text, _ := json.Marshal([]any{facts, state})
	p.out.written += string(text)
	return p.out
}
