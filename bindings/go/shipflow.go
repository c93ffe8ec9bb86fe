// Package shipflow is an embeddable release engine: a release plan is data, it is compiled to a graph of reversible
// steps, carried out as a durable run, watched, and put back when it goes wrong.
//
//	engine, err := shipflow.NewEngine(shipflow.Options{})
//	defer engine.Close()
//	err = engine.AddProvider(door{})
//	plan, err := engine.Compile(planText, environments, shipflow.Request{Environment: "here", Version: "1.0.0"})
//	run, err := engine.Start(plan, shipflow.Start{Principal: "user:me"})
//	outcome, err := engine.Wait(ctx, run)
//
// Providers, probes, metric sources, secrets and policies written in Go are served by goroutines; the library never
// calls into Go. Every function may be called from any goroutine.
//
// The C library is found by pkg-config (package shipflow-c). With the build tag shipflow_bundled it is the archive
// lib/libshipflow_c.a beside this file, with everything inside.
package shipflow

/*
#include <shipflow.h>
#include <stdlib.h>
*/
import "C"

import "fmt"

func init() {
	if found := uint32(C.shipflow_abi_version()); found != C.SHIPFLOW_ABI_VERSION {
		panic(fmt.Sprintf("shipflow: this package needs ABI %d of libshipflow_c, the one that was found has %d", C.SHIPFLOW_ABI_VERSION, found))
	}
}

// Version is the version of the library, for example "0.1.0".
func Version() string { return C.GoString(C.shipflow_version_string()) }
