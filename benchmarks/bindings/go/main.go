// What the Go package costs.
//
//	go run . round-trip [calls [batches]]   one call of a provider from the engine and back, beside a hand-over over channels
//	                                        between goroutines, and between two that are locked to threads of their own, as
//	                                        the engine's thread and the one that waits for it are
//	go run . day [runs]                     runs of a day of virtual time each: memory, descriptors, goroutines after the first
//	                                        tenth and at the end; exit 1 when something grew
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"shipflow"
)

type toy struct{ calls int64 }

func (*toy) Name() string { return "toy" }
func (*toy) Actions() []shipflow.Action {
	return []shipflow.Action{{Name: "nothing", Undo: "forward_only"}}
}
func (t *toy) Apply(context.Context, shipflow.Call) (shipflow.Answer, error) {
	atomic.AddInt64(&t.calls, 1)
	return shipflow.Done(nil), nil
}
func (t *toy) Observe(ctx context.Context, c shipflow.Call) (shipflow.Answer, error) {
	return t.Apply(ctx, c)
}
func (t *toy) Resolve(ctx context.Context, c shipflow.Call) (shipflow.Answer, error) {
	return t.Apply(ctx, c)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func handOver(calls int, threads bool) float64 {
	there, back := make(chan []byte), make(chan struct{})
	go func() {
		if threads {
			runtime.LockOSThread()
		}
		for range there {
			back <- struct{}{}
		}
	}()
	if threads {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
	}
	begin := time.Now()
	for i := 0; i < calls; i++ {
		there <- []byte(fmt.Sprintf(`{"verb":"apply","number":%d}`, i))
		<-back
	}
	close(there)
	return float64(time.Since(begin).Nanoseconds()) / 1000 / float64(calls)
}

func throughTheEngine(calls int) float64 {
	engine, err := shipflow.NewEngine(shipflow.Options{})
	must(err)
	defer engine.Close()
	provider := &toy{}
	must(engine.AddProvider(provider))
	trials := make([]shipflow.Trial, calls/11+1)
	for i := range trials {
		trials[i].Action = "nothing"
	}
	begin := time.Now()
	_, err = engine.CheckProvider(context.Background(), "toy", trials)
	must(err)
	return float64(time.Since(begin).Nanoseconds()) / 1000 / float64(atomic.LoadInt64(&provider.calls))
}

func median(all []float64) float64 {
	sort.Float64s(all)
	return all[len(all)/2]
}

func roundTrip(calls, batches int) {
	var ours, bare, threads []float64
	for i := 0; i < batches; i++ {
		bare = append(bare, handOver(calls, false))
		threads = append(threads, handOver(calls, true))
		ours = append(ours, throughTheEngine(calls))
	}
	call, channel, locked := median(ours), median(bare), median(threads)
	show(map[string]any{"calls": calls, "batches": batches, "call_us": call, "channel_us": channel, "channel_threads_us": locked,
		"ratio": call / channel, "ratio_threads": call / locked})
}

func show(what map[string]any) {
	text, _ := json.Marshal(what)
	fmt.Println(string(text))
}

type print struct{ kib, descriptors, goroutines int }

func footprint() print {
	runtime.GC()
	runtime.GC()
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	must(err)
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	must(err)
	entries, err := os.ReadDir("/proc/self/fd")
	must(err)
	return print{pages * os.Getpagesize() / 1024, len(entries), runtime.NumGoroutine()}
}

const plan = `
shipflow: 1
plan: day
components: [door]
steps:
  - { id: open, action: toy.nothing }
  - { id: bake, needs: [open], wait: 24h }
`
const places = `
shipflow: 1
environments: { here: { bind: { door: { provider: toy } } } }
`

// some plays runs, each with an engine and a store of its own: what stays behind is what leaks.
func some(runs int) {
	for i := 0; i < runs; i++ {
		engine, err := shipflow.NewEngine(shipflow.Options{VirtualTime: true})
		must(err)
		must(engine.AddProvider(&toy{}))
		compiled, err := engine.CompileText(plan, places, shipflow.Request{Environment: "here", Version: "1.0.0", Variables: map[string]string{}})
		must(err)
		run, err := engine.Start(compiled, shipflow.Start{Principal: "user:day"})
		must(err)
		_, err = engine.Wait(context.Background(), run)
		must(err)
		must(engine.Close())
	}
}

func day(runs int) {
	begin := time.Now()
	some(runs / 10)
	early := footprint()
	some(runs - runs/10)
	late := footprint()
	show(map[string]any{"runs": runs, "virtual_hours": 24 * runs, "seconds": time.Since(begin).Seconds(), "kib": late.kib,
		"grown_kib": late.kib - early.kib, "grown_descriptors": late.descriptors - early.descriptors,
		"grown_goroutines": late.goroutines - early.goroutines})
	if late.kib-early.kib > 4096 || late.descriptors > early.descriptors || late.goroutines > early.goroutines+2 {
		os.Exit(1)
	}
}

func number(at, fallback int) int {
	if len(os.Args) <= at {
		return fallback
	}
	n, err := strconv.Atoi(os.Args[at])
	must(err)
	return n
}

func main() {
	switch {
	case len(os.Args) > 1 && os.Args[1] == "round-trip":
		roundTrip(number(2, 4000), number(3, 7))
	case len(os.Args) > 1 && os.Args[1] == "day":
		day(number(2, 1000))
	default:
		fmt.Fprintln(os.Stderr, "usage: round-trip [calls [batches]] | day [runs]")
		os.Exit(2)
	}
}
