package shipflow_test

import (
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"shipflow"
)

// The rows of tests/capi/MISUSE.md, column Go: an error, never a crash.

func TestClosedHandlesSaySo(t *testing.T) {
	engine := open(t, shipflow.Options{}, newToy())
	compiled, err := engine.CompileText(plan, environments, shipflow.Request{Environment: "here", Version: "1.0.0", Variables: map[string]string{}})
	if err != nil {
		t.Fatal(err)
	}
	document, _ := shipflow.ParseDocument(plan, "plan.yaml")
	store, _ := shipflow.MemoryStore()
	for i := 0; i < 2; i++ {
		for _, closer := range []interface{ Close() error }{store, document, compiled} {
			if err := closer.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_, started := engine.Start(compiled, shipflow.Start{Principal: "user:dana"})
	_, printed := compiled.Print("table")
	_, rehearsed := compiled.Rehearse(shipflow.Rehearsal{})
	_, read := document.Value()
	_, listed := store.Runs(shipflow.RunFilter{})
	_, opened := shipflow.NewEngine(shipflow.Options{Store: store})
	_, nothing := engine.Start(nil, shipflow.Start{Principal: "user:dana"})
	_, none := engine.Compile(nil, document, shipflow.Request{})
	for i, err := range []error{started, printed, rehearsed, read, listed, opened, nothing, none} {
		if !errors.Is(err, shipflow.InvalidArgument) {
			t.Error(i, err)
		}
	}
	if compiled.Digest() != "" {
		t.Error("a closed plan has no digest")
	}
	_ = engine.Close()
	_ = engine.Close()
	_, waited := engine.Wait(soon(t), "x")
	for i, err := range []error{waited, engine.Say("x", shipflow.Said{Name: "pause", Principal: "user:x"}), engine.AddProvider(newToy())} {
		if !errors.Is(err, shipflow.Cancelled) {
			t.Error(i, err)
		}
	}
	if _, open := <-engine.Events(context.Background(), ""); open {
		t.Error("a closed engine has no events")
	}
	var zero shipflow.Engine
	if zero.Close() != nil {
		t.Error("an engine that was never opened has nothing to close")
	}
}

func TestHandlesGoInAnyOrderAndFromAnyGoroutine(t *testing.T) {
	for i := 0; i < 20; i++ {
		store, _ := shipflow.MemoryStore()
		engine := open(t, shipflow.Options{Store: store}, newToy())
		run := start(t, engine, gated)
		closers := []interface{ Close() error }{store, engine}
		if i%2 == 0 {
			closers[0], closers[1] = closers[1], closers[0]
		}
		var users sync.WaitGroup
		for _, c := range closers {
			users.Add(2)
			go func(c interface{ Close() error }) { defer users.Done(); _ = c.Close() }(c)
			go func() { defer users.Done(); _, _ = engine.Look(run); _, _ = store.Runs(shipflow.RunFilter{}) }()
		}
		users.Wait()
	}
}

func TestTextThatIsNoUTF8IsRefused(t *testing.T) {
	if _, err := shipflow.ParseDocument("a: \xff", "x"); !errors.Is(err, shipflow.InvalidArgument) {
		t.Fatal(err)
	}
	engine := open(t, shipflow.Options{}, newToy())
	if _, err := engine.Look("\xff"); !errors.Is(err, shipflow.InvalidArgument) {
		t.Fatal(err)
	}
	// encoding/json replaces such bytes, so that a principal with them is just nobody
	if err := engine.Say("nobody", shipflow.Said{Name: "pause", Principal: "user:\xff"}); !errors.Is(err, shipflow.NotFound) {
		t.Fatal(err)
	}
}

func TestAnAnswerThatCannotBeSaidFailsTheStep(t *testing.T) {
	for name, value := range map[string]any{"NaN": math.NaN(), "a channel": make(chan int)} {
		t.Run(name, func(t *testing.T) {
			engine := open(t, shipflow.Options{VirtualTime: true}, &oddToy{toy: newToy(), answer: shipflow.Done(map[string]any{"value": value})})
			_, err := engine.Wait(soon(t), start(t, engine, plan))
			if !errors.Is(err, shipflow.InvalidArgument) {
				t.Fatal(err)
			}
		})
	}
	engine := open(t, shipflow.Options{VirtualTime: true}, &oddToy{toy: newToy(), answer: shipflow.Answer{Kind: "perhaps"}})
	if _, err := engine.Wait(soon(t), start(t, engine, plan)); !errors.Is(err, shipflow.InvalidArgument) {
		t.Fatal(err)
	}
}

// oddToy observes something else than it should.
type oddToy struct {
	*toy
	answer shipflow.Answer
}

func (o *oddToy) Observe(context.Context, shipflow.Call) (shipflow.Answer, error) {
	return o.answer, nil
}

type myPanic struct{ error }

func TestTheOriginalErrorComesBack(t *testing.T) {
	cause := errors.New("the disk is full")
	for name, fail := range map[string]func() error{
		"an error": func() error { return cause },
		"a panic":  func() error { panic(myPanic{cause}) },
	} {
		t.Run(name, func(t *testing.T) {
			door := newToy()
			door.apply = func(context.Context, shipflow.Call) (shipflow.Answer, error) { return shipflow.Answer{}, fail() }
			engine := open(t, shipflow.Options{VirtualTime: true}, door)
			_, err := engine.Wait(soon(t), start(t, engine, plan))
			var run *shipflow.RunError
			if !errors.As(err, &run) || run.Cause == nil {
				t.Fatal(err)
			}
			var panicked *shipflow.PanicError
			if name == "a panic" && (!errors.As(err, &panicked) || panicked.Value.(myPanic).error != cause || !strings.Contains(string(panicked.Stack), "misuse_test.go")) {
				t.Fatal(err)
			}
			if name == "an error" && run.Cause != cause {
				t.Fatal(run.Cause)
			}
		})
	}
}

func TestAStatusThatMayBeTriedAgainIsTriedAgain(t *testing.T) {
	door := newToy()
	tries := 0
	door.apply = func(context.Context, shipflow.Call) (shipflow.Answer, error) {
		tries++
		if tries == 1 {
			return shipflow.Answer{}, shipflow.Throttled
		}
		return shipflow.Answer{}, nil
	}
	engine := open(t, shipflow.Options{VirtualTime: true}, door)
	patient := strings.ReplaceAll(plan, "action: toy.set,", "retry: { attempts: 2, backoff: 1s }, action: toy.set,")
	if _, err := engine.Wait(soon(t), start(t, engine, patient)); err != nil || tries != 3 {
		t.Fatal(err, tries)
	}
}

func TestAGoroutineThatExitsLeavesTheCallLost(t *testing.T) {
	door := &resolving{toy: newToy()}
	door.apply = func(context.Context, shipflow.Call) (shipflow.Answer, error) {
		if !door.exited {
			door.exited = true
			runtime.Goexit()
		}
		return shipflow.Answer{}, nil
	}
	engine := open(t, shipflow.Options{VirtualTime: true}, door)
	if _, err := engine.Wait(soon(t), start(t, engine, plan)); err != nil || door.asked == 0 {
		t.Fatal(err, door.asked)
	}
}

// resolving knows that what was lost did not happen, and bounds how long a late effect is waited for.
type resolving struct {
	*toy
	exited bool
	asked  int
	limit  int64
}

func (r *resolving) Actions() []shipflow.Action {
	actions := r.toy.Actions()
	actions[0].CallTimeoutMS = r.limit
	return actions
}

func (r *resolving) Resolve(context.Context, shipflow.Call) (shipflow.Answer, error) {
	r.asked++
	return shipflow.NotApplied(), nil
}

func TestAProviderHearsThatItsRunWasCancelledAndOfItsDeadline(t *testing.T) {
	for _, how := range []string{"cancelled", "deadline"} {
		t.Run(how, func(t *testing.T) {
			door := &resolving{toy: newToy(), limit: 300}
			heard := make(chan error, 8)
			var engine *shipflow.Engine
			door.apply = func(ctx context.Context, call shipflow.Call) (shipflow.Answer, error) {
				if how == "cancelled" {
					_ = engine.Say(call.Run, shipflow.Said{Name: "cancel", Principal: "user:dana"})
				}
				<-ctx.Done()
				heard <- ctx.Err()
				return shipflow.Answer{}, ctx.Err()
			}
			engine = open(t, shipflow.Options{}, door)
			_ = start(t, engine, plan)
			select {
			case <-heard:
			case <-soon(t).Done():
				t.Fatal("nobody told the provider")
			}
		})
	}
}

func TestWhoStopsWaitingStopsNothingElse(t *testing.T) {
	engine := open(t, shipflow.Options{}, newToy())
	run := start(t, engine, gated)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := engine.Wait(ctx, run); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := engine.Say(run, shipflow.Said{Name: "approve", Principal: "user:quinn", Body: map[string]any{"step": "go"}}); err != nil {
		t.Fatal(err)
	}
	if outcome, err := engine.Wait(soon(t), run); err != nil || outcome.Phase != "released" {
		t.Fatal(outcome, err)
	}
}

func TestClosingDoesNotWaitForAProviderThatNeverAnswers(t *testing.T) {
	door := newToy()
	begun, end := make(chan struct{}), make(chan struct{})
	finished := make(chan struct{})
	door.apply = func(context.Context, shipflow.Call) (shipflow.Answer, error) {
		close(begun)
		<-end
		close(finished)
		return shipflow.Answer{}, nil
	}
	engine := open(t, shipflow.Options{}, door)
	run := start(t, engine, plan)
	waited := make(chan error)
	go func() { _, err := engine.Wait(context.Background(), run); waited <- err }()
	<-begun
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := engine.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := <-waited; !errors.Is(err, shipflow.Cancelled) {
		t.Fatal(err)
	}
	close(end) // the answer comes after the engine is gone, from another thread, and is dropped
	<-finished
}

func TestShutdownTakesTheAnswersOfWhatIsAtWork(t *testing.T) {
	door := newToy()
	begun := make(chan struct{})
	door.apply = func(ctx context.Context, _ shipflow.Call) (shipflow.Answer, error) {
		close(begun)
		<-ctx.Done()
		return shipflow.Answer{}, nil
	}
	store, _ := shipflow.MemoryStore()
	engine := open(t, shipflow.Options{Store: store}, door)
	run := start(t, engine, plan)
	<-begun
	if err := engine.Shutdown(soon(t)); err != nil {
		t.Fatal(err)
	}
	facts, err := store.Facts(run, 0)
	if err != nil || facts[len(facts)-1]["kind"] != "outcome" {
		t.Fatal(facts, err)
	}
}

func TestClosingInsideAProviderIsSafe(t *testing.T) {
	door := newToy()
	var engine *shipflow.Engine
	closed := make(chan error, 1)
	door.apply = func(context.Context, shipflow.Call) (shipflow.Answer, error) {
		closed <- engine.Close()
		return shipflow.Answer{}, nil
	}
	engine = open(t, shipflow.Options{}, door)
	_ = start(t, engine, plan)
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
}

// child runs one test of this program in a process of its own, where `world` says what it is to do.
func child(t *testing.T, world string, argument string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), "SHIPFLOW_CHILD="+world, "SHIPFLOW_CHILD_ARGUMENT="+argument)
	return cmd
}

func TestChild(t *testing.T) {
	argument := os.Getenv("SHIPFLOW_CHILD_ARGUMENT")
	switch os.Getenv("SHIPFLOW_CHILD") {
	case "signal":
		store, err := shipflow.OpenStore(argument)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		door := newToy()
		door.apply = func(ctx context.Context, _ shipflow.Call) (shipflow.Answer, error) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
			<-ctx.Done()
			return shipflow.Answer{}, ctx.Err()
		}
		// A call that was lost is made again only when it can no longer arrive.
		engine := open(t, shipflow.Options{Store: store}, &resolving{toy: door, limit: 3000})
		if _, err := engine.Wait(ctx, start(t, engine, plan)); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		_ = engine.Close()
		os.Exit(7)
	case "exit":
		door := newToy()
		begun := make(chan struct{})
		door.apply = func(context.Context, shipflow.Call) (shipflow.Answer, error) { close(begun); select {} }
		engine := open(t, shipflow.Options{}, door)
		_ = start(t, engine, plan)
		<-begun
		os.Exit(7) // with the engine, its goroutines and a call open
	case "version":
		os.Exit(7)
	}
}

func TestCtrlCEndsAWaitingProgramAndTheRunGoesOnLater(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs.db")
	if out, err := child(t, "signal", path).CombinedOutput(); err == nil || !strings.Contains(err.Error(), "exit status 7") {
		t.Fatal(err, string(out))
	}
	store, err := shipflow.OpenStore(path)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	engine := open(t, shipflow.Options{Store: store}, &resolving{toy: newToy(), limit: 3000})
	if n, err := engine.Resume(); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	rows, _ := store.Runs(shipflow.RunFilter{})
	if outcome, err := engine.Wait(soon(t), rows[0].ID); outcome.Phase != "released" && outcome.Phase != "rolled_back" {
		t.Fatal(outcome, err)
	}
}

func TestTheProgramMayExitWithRunsOpen(t *testing.T) {
	if out, err := child(t, "exit", "").CombinedOutput(); err == nil || !strings.Contains(err.Error(), "exit status 7") || strings.Contains(string(out), "SIG") {
		t.Fatal(err, string(out))
	}
}

// A library with the names of another version in it: all of them are there, none does anything.
func TestALibraryOfAnotherVersionIsNamed(t *testing.T) {
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("no C compiler")
	}
	if os.Getenv("SHIPFLOW_BUNDLED") != "" {
		t.Skip("the library is part of this program")
	}
	text, err := os.ReadFile("../../capi/abi/shipflow_c.map")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	source := ""
	for _, word := range strings.FieldsFunc(string(text), func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz_", r) }) {
		if strings.HasPrefix(word, "shipflow_") && word != "shipflow_abi_version" {
			source += "void " + word + "(void) {}\n"
		}
	}
	source += "unsigned shipflow_abi_version(void) { return 999; }\n"
	if err := os.WriteFile(filepath.Join(dir, "other.c"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "libshipflow_c.so.0.1")
	if out, err := exec.Command(gcc, "-w", "-shared", "-fPIC", "-Wl,-soname,libshipflow_c.so.0.1", "-Wl,--version-script=../../capi/abi/shipflow_c.map", "-o", name, filepath.Join(dir, "other.c")).CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	cmd := child(t, "version", "")
	cmd.Env = append(cmd.Env, "LD_LIBRARY_PATH="+dir)
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "this package needs ABI 1 of libshipflow_c, the one that was found has 999") {
		t.Fatal(err, string(out))
	}
}
