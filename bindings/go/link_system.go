//go:build !shipflow_bundled

package shipflow

// #cgo pkg-config: shipflow-c
import "C"
