//go:build shipflow_bundled

package shipflow

// #cgo CFLAGS: -I${SRCDIR}/include
// #cgo LDFLAGS: -L${SRCDIR}/lib -lshipflow_c -Wl,-rpath,${SRCDIR}/lib
import "C"
