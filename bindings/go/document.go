package shipflow

// #include <shipflow.h>
import "C"

import (
	"runtime"
	"sync"
)

// A Document is a parsed YAML or JSON text in which every node knows its line and column. Immutable; freed by the
// garbage collector or by Close.
type Document struct {
	guard sync.Mutex
	ptr   *C.shipflow_document
}

func newDocument(ptr *C.shipflow_document) *Document {
	d := &Document{ptr: ptr}
	runtime.SetFinalizer(d, func(d *Document) { _ = d.Close() })
	return d
}

// ParseDocument parses text; file names it in messages. The error Is InvalidDocument and has all findings.
func ParseDocument(text, file string) (*Document, error) {
	t, f := viewOf(text), viewOf(file)
	defer t.free()
	defer f.free()
	var ptr *C.shipflow_document
	var trouble *C.shipflow_error
	if err := failed(C.shipflow_document_parse(t.str, f.str, &ptr, &trouble), trouble); err != nil {
		return nil, err
	}
	return newDocument(ptr), nil
}

// LoadDocument reads and parses a file.
func LoadDocument(path string) (*Document, error) {
	p := viewOf(path)
	defer p.free()
	var ptr *C.shipflow_document
	var trouble *C.shipflow_error
	if err := failed(C.shipflow_document_load(p.str, &ptr, &trouble), trouble); err != nil {
		return nil, err
	}
	return newDocument(ptr), nil
}

// use hands the handle out for the time of a call.
func (d *Document) use(call func(*C.shipflow_document) error) error {
	if d == nil {
		return &Error{Status: InvalidArgument, Message: "no document"}
	}
	d.guard.Lock()
	defer d.guard.Unlock()
	if d.ptr == nil {
		return closedHandle("document")
	}
	return call(d.ptr)
}

// Value is the tree as plain Go values.
func (d *Document) Value() (value any, err error) {
	err = d.use(func(ptr *C.shipflow_document) error {
		return made(&value, func(buf **C.shipflow_buf, trouble **C.shipflow_error) C.shipflow_status {
			return C.shipflow_document_json(ptr, buf, trouble)
		})
	})
	return value, err
}

// Environments are the names of the environments in an environments document, in its order.
func (d *Document) Environments() (names []string, err error) {
	err = d.use(func(ptr *C.shipflow_document) error {
		return made(&names, func(buf **C.shipflow_buf, trouble **C.shipflow_error) C.shipflow_status {
			return C.shipflow_document_environments(ptr, buf, trouble)
		})
	})
	return names, err
}

// Close frees the document. It may be called twice.
func (d *Document) Close() error {
	d.guard.Lock()
	defer d.guard.Unlock()
	C.shipflow_document_free(d.ptr)
	d.ptr = nil
	runtime.SetFinalizer(d, nil)
	return nil
}

// Schema is the JSON Schema (draft 2020-12) of "plan" or "environments" documents.
func Schema(name string) (schema map[string]any, err error) {
	v := viewOf(name)
	defer v.free()
	err = made(&schema, func(buf **C.shipflow_buf, trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_schema(v.str, buf, trouble)
	})
	return schema, err
}
