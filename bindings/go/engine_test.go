package shipflow_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"shipflow"
)

const plan = `
shipflow: 1
plan: greeting
components: [door]
steps:
  - { id: open, action: toy.set, with: { value: open } }
  - { id: greet, needs: [open], action: toy.set, with: { value: hello } }
`

const gated = `
shipflow: 1
plan: gated
components: [door]
steps:
  - { id: go, approval: { roles: [qa] } }
  - { id: open, needs: [go], action: toy.set, with: { value: open } }
`

const environments = `
shipflow: 1
environments:
  here:
    url: http://localhost
    variables: { TOKEN: { env: TEST_TOKEN, secret: true } }
    roles: { qa: ["user:quinn"] }
    bind: { door: { provider: toy } }
    metrics: { failures: { source: shop, value: failures } }
    triggers: { errors: { alert: "failures > 5", severity: SEV1 } }
`

type toy struct {
	guard   sync.Mutex
	value   string
	applied []string
	tokens  []string
	apply   func(ctx context.Context, call shipflow.Call) (shipflow.Answer, error)
}

func newToy() *toy { return &toy{value: "shut"} }

func (t *toy) Name() string { return "toy" }
func (t *toy) Actions() []shipflow.Action {
	return []shipflow.Action{{
		Name:      "set",
		Inputs:    []shipflow.Field{{Name: "value", Type: "string", Required: true}, {Name: "token", Type: "string", Sensitive: true}},
		Resources: []string{"door"},
	}}
}
func (t *toy) Observe(context.Context, shipflow.Call) (shipflow.Answer, error) {
	t.guard.Lock()
	defer t.guard.Unlock()
	return shipflow.Done(map[string]any{"value": t.value}), nil
}
func (t *toy) Apply(ctx context.Context, call shipflow.Call) (shipflow.Answer, error) {
	if t.apply != nil {
		if answer, err := t.apply(ctx, call); err != nil {
			return answer, err
		}
	}
	t.guard.Lock()
	defer t.guard.Unlock()
	t.applied = append(t.applied, call.Step)
	if token, ok := call.Inputs["token"].(string); ok {
		t.tokens = append(t.tokens, token)
	}
	t.value = call.Inputs["value"].(string)
	return shipflow.Done(nil), nil
}
func (t *toy) Undo(_ context.Context, call shipflow.Call) (shipflow.Answer, error) {
	t.guard.Lock()
	defer t.guard.Unlock()
	t.value = call.Baseline.(map[string]any)["value"].(string)
	return shipflow.Done(nil), nil
}
func (t *toy) now() string {
	t.guard.Lock()
	defer t.guard.Unlock()
	return t.value
}

func open(t *testing.T, options shipflow.Options, p shipflow.Provider) *shipflow.Engine {
	t.Helper()
	engine, err := shipflow.NewEngine(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	if err := engine.AddProvider(p); err != nil {
		t.Fatal(err)
	}
	return engine
}

func start(t *testing.T, engine *shipflow.Engine, text string) string {
	t.Helper()
	compiled, err := engine.CompileText(text, environments, shipflow.Request{Environment: "here", Version: "1.0.0", Variables: map[string]string{}})
	if err != nil {
		t.Fatal(err)
	}
	defer compiled.Close()
	run, err := engine.Start(compiled, shipflow.Start{Principal: "user:dana"})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func TestAPlanIsCarriedOutByAProviderInGo(t *testing.T) {
	for name, virtual := range map[string]bool{"real time": false, "virtual time": true} {
		t.Run(name, func(t *testing.T) {
			door := newToy()
			engine := open(t, shipflow.Options{VirtualTime: virtual}, door)
			outcome, err := engine.Wait(soon(t), start(t, engine, plan))
			if err != nil || outcome.Phase != "released" || door.now() != "hello" {
				t.Fatal(outcome, err, door.now())
			}
		})
	}
}

var errMute = errors.New("no voice")

func TestWhatAProviderReturnsIsTheCause(t *testing.T) {
	door := newToy()
	door.apply = func(_ context.Context, call shipflow.Call) (shipflow.Answer, error) {
		if call.Step == "greet" {
			return shipflow.Answer{}, errMute
		}
		return shipflow.Answer{}, nil
	}
	engine := open(t, shipflow.Options{VirtualTime: true}, door)
	outcome, err := engine.Wait(soon(t), start(t, engine, plan))
	var run *shipflow.RunError
	if outcome.Phase != "rolled_back" || !errors.As(err, &run) || !errors.Is(err, errMute) {
		t.Fatal(outcome, err)
	}
	if !strings.Contains(err.Error(), "no voice") || door.now() != "shut" {
		t.Fatal(err, door.now())
	}
}

func TestAPanicFailsTheStepAndNothingElse(t *testing.T) {
	door := newToy()
	door.apply = func(context.Context, shipflow.Call) (shipflow.Answer, error) { panic("at the disco") }
	engine := open(t, shipflow.Options{VirtualTime: true}, door)
	outcome, err := engine.Wait(soon(t), start(t, engine, plan))
	if outcome.Phase == "released" || !strings.Contains(err.Error(), "panic: at the disco") {
		t.Fatal(outcome, err)
	}
}

func TestAPolicyMayRefuseAVote(t *testing.T) {
	asked := make(chan shipflow.Vote, 4)
	door := newToy()
	engine := open(t, shipflow.Options{Policy: func(_ context.Context, v shipflow.Vote) error {
		asked <- v
		if len(asked) == 1 {
			return errors.New("not on a Friday")
		}
		return nil
	}}, door)
	run := start(t, engine, gated)
	ctx, cancel := context.WithCancel(soon(t))
	events := engine.Events(ctx, run)
	approve := shipflow.Said{Name: "approve", Principal: "user:quinn", Body: map[string]any{"step": "go"}}
	if err := engine.Say(run, approve); err != nil {
		t.Fatal(err)
	}
	for event := range events {
		text, _ := json.Marshal(event)
		if strings.Contains(string(text), "not on a Friday") {
			break
		}
	}
	cancel()
	if err := engine.Say(run, approve); err != nil {
		t.Fatal(err)
	}
	if outcome, err := engine.Wait(soon(t), run); err != nil {
		t.Fatal(outcome, err)
	}
	if v := <-asked; v.Principal != "user:quinn" || v.Step != "go" {
		t.Fatal(v)
	}
}

func TestSecretsReachTheProviderAndNoFact(t *testing.T) {
	door := newToy()
	engine := open(t, shipflow.Options{VirtualTime: true, Secrets: func(_ context.Context, source string) (string, error) {
		return "pa55word-" + source, nil
	}}, door)
	run := start(t, engine, strings.Replace(plan, "{ value: open }", `{ value: open, token: "${TOKEN}" }`, 1))
	if _, err := engine.Wait(soon(t), run); err != nil {
		t.Fatal(err)
	}
	if len(door.tokens) != 1 || door.tokens[0] != "pa55word-env:TEST_TOKEN" {
		t.Fatal(door.tokens)
	}
	facts, err := engine.Store().Facts(run, 0)
	if err != nil || len(facts) == 0 {
		t.Fatal(facts, err)
	}
	if text, _ := json.Marshal(facts); strings.Contains(string(text), "pa55word") {
		t.Fatal("a secret stands in a fact")
	}
	if audit, err := engine.Store().Verify(run); err != nil || audit.Facts != len(facts) {
		t.Fatal(audit, err)
	}
}

func TestGaugesOfTheHostGuardARelease(t *testing.T) {
	door := newToy()
	engine := open(t, shipflow.Options{VirtualTime: true}, door)
	err := engine.AddMetrics("shop", shipflow.Gauge, func(context.Context, shipflow.MetricRequest) ([]shipflow.Reading, error) {
		if door.now() == "open" {
			return shipflow.Values(9), nil
		}
		return shipflow.Values(math.NaN()), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	run := start(t, engine, `
shipflow: 1
plan: guarded
components: [door]
steps:
  - { id: open, action: toy.set, with: { value: open }, guard: { abort: [errors] } }
  - { id: bake, needs: [open], wait: 10m }
`)
	outcome, err := engine.Wait(soon(t), run)
	if outcome.Phase != "rolled_back" || !strings.Contains(outcome.Reason, "failures > 5") {
		t.Fatal(outcome, err)
	}
}

func TestAPlanIsRehearsed(t *testing.T) {
	engine := open(t, shipflow.Options{VirtualTime: true}, newToy())
	compiled, err := engine.CompileText(plan, environments, shipflow.Request{Environment: "here", Version: "1.0.0", Variables: map[string]string{}})
	if err != nil {
		t.Fatal(err)
	}
	report, err := compiled.Rehearse(shipflow.Rehearsal{})
	if err != nil || len(report["violations"].([]any)) != 0 || report["restored"].(float64) == 0 {
		t.Fatal(report["violations"], err)
	}
	if _, err := compiled.Rehearse(shipflow.Rehearsal{Mode: "perhaps"}); !errors.Is(err, shipflow.InvalidArgument) {
		t.Fatal(err)
	}
}

func TestErrorsAreMatchedByStatus(t *testing.T) {
	engine := open(t, shipflow.Options{}, newToy())
	_, err := engine.CompileText("shipflow: 1\nplan: x\nsteps: [{ id: a, acton: x }]", environments, shipflow.Request{Environment: "here", Version: "1.0.0"})
	var e *shipflow.Error
	if !errors.Is(err, shipflow.InvalidDocument) || !errors.As(err, &e) || len(e.Findings) == 0 || e.Findings[0].Line != 3 {
		t.Fatal(err, e)
	}
	if err := engine.AddProvider(newToy()); !errors.Is(err, shipflow.AlreadyExists) {
		t.Fatal(err)
	}
	if _, err := engine.Look("nobody"); !errors.Is(err, shipflow.NotFound) {
		t.Fatal(err)
	}
	if err := engine.AddBuiltin("teleport", nil); !errors.Is(err, shipflow.NotFound) {
		t.Fatal(err)
	}
	if !shipflow.Throttled.Retryable() || shipflow.Denied.Retryable() {
		t.Fatal("classes of statuses")
	}
}

func TestAStoreKeepsRunsInAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs.db")
	store, err := shipflow.OpenStore(path)
	if err != nil {
		t.Fatal(err)
	}
	engine := open(t, shipflow.Options{Store: store}, newToy())
	run := start(t, engine, plan)
	if _, err := engine.Wait(soon(t), run); err != nil {
		t.Fatal(err)
	}
	_ = engine.Close()
	_ = store.Close()
	again, err := shipflow.OpenStoreReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	rows, err := again.Runs(shipflow.RunFilter{Environment: "here"})
	if err != nil || len(rows) != 1 || rows[0].ID != run || rows[0].Status != "released" {
		t.Fatal(rows, err)
	}
}

func TestDocumentsAndHistoryAreRead(t *testing.T) {
	document, err := shipflow.ParseDocument(environments, "environments.yaml")
	if err != nil {
		t.Fatal(err)
	}
	names, err := document.Environments()
	if err != nil || len(names) != 1 || names[0] != "here" {
		t.Fatal(names, err)
	}
	value, err := document.Value()
	if err != nil || value.(map[string]any)["shipflow"] != float64(1) {
		t.Fatal(value, err)
	}
	schema, err := shipflow.Schema("plan")
	if err != nil || !strings.Contains(schema["$schema"].(string), "2020-12") {
		t.Fatal(err)
	}
	if _, err := shipflow.Schema("nothing"); !errors.Is(err, shipflow.NotFound) {
		t.Fatal(err)
	}
	engine := open(t, shipflow.Options{VirtualTime: true, StartMS: 1772532000000, ID: "mine", Seed: 3, CallsAtOnce: 2}, newToy())
	run := start(t, engine, plan)
	if _, err := engine.Wait(soon(t), run); err != nil {
		t.Fatal(err)
	}
	state, err := engine.Store().Look(run)
	if err != nil || state["phase"] != "released" {
		t.Fatal(state, err)
	}
	later := engine.Now().Add(time.Hour).UnixMilli()
	if n, err := engine.Store().Purge(shipflow.Retention{}, later); n != 0 || err != nil {
		t.Fatal("the defaults keep what is an hour old", n, err)
	}
	if n, err := engine.Store().Purge(shipflow.Retention{FactsMS: 1000, RowsMS: 1000}, later); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if _, err := engine.Store().Purge(shipflow.Retention{FactsMS: -1}, later); !errors.Is(err, shipflow.InvalidArgument) {
		t.Fatal(err)
	}
	if engine.Now().UnixMilli() < 1772532000000 || engine.Now().Year() != 2026 {
		t.Fatal(engine.Now())
	}
}

func TestEventsComeFromTheStartToTheEnd(t *testing.T) {
	engine := open(t, shipflow.Options{VirtualTime: true}, newToy())
	run := start(t, engine, gated)
	events := engine.Events(soon(t), run)
	all := engine.Events(soon(t), "")
	if err := engine.Say(run, shipflow.Said{Name: "approve", Principal: "user:quinn", Body: map[string]any{"step": "go"}}); err != nil {
		t.Fatal(err)
	}
	last := ""
	for event := range events {
		last, _ = event["event"].(string)
	}
	if last != "ended" {
		t.Fatal(last)
	}
	if _, open := <-engine.Events(soon(t), run); open {
		t.Fatal("the events of a run that has ended are over")
	}
	_ = engine.Close()
	for range all {
	}
}

func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func TestManyRunsOfADayLeaveNothingBehind(t *testing.T) {
	day := strings.Replace(plan, "steps:", "steps:\n  - { id: bake, wait: 24h }", 1)
	some := func(count int) {
		for i := 0; i < count; i++ {
			engine, err := shipflow.NewEngine(shipflow.Options{VirtualTime: true})
			if err != nil {
				t.Fatal(err)
			}
			if err := engine.AddProvider(newToy()); err != nil {
				t.Fatal(err)
			}
			if _, err := engine.Wait(soon(t), start(t, engine, day)); err != nil {
				t.Fatal(err)
			}
			_ = engine.Close()
		}
	}
	some(20)
	before, goroutines := descriptors(t), runtime.NumGoroutine()
	some(200)
	if now := descriptors(t); now > before {
		t.Fatalf("%d descriptors, %d before", now, before)
	}
	if now := runtime.NumGoroutine(); now > goroutines+2 {
		t.Fatalf("%d goroutines, %d before", now, goroutines)
	}
}
