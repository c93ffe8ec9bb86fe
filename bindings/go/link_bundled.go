//go:build shipflow_bundled

package shipflow

// #cgo CFLAGS: -I${SRCDIR}/include -DSHIPFLOW_STATIC
// #cgo LDFLAGS: ${SRCDIR}/lib/libshipflow_c.a -lm -ldl -lpthread
import "C"
