package shipflow

/*
#include <shipflow.h>
#include <stdlib.h>
*/
import "C"

import (
	"encoding/json"
	"unsafe"
)

// view is text in C memory for the time of a call; the zero view is absent.
type view struct{ str C.shipflow_str }

func viewOf(text string) view {
	return view{C.shipflow_str{ptr: C.CString(text), len: C.size_t(len(text))}}
}

func viewJSON(value any) (view, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return view{}, &Error{Status: InvalidArgument, Message: err.Error()}
	}
	return viewOf(string(text)), nil
}

func (v view) free() { C.free(unsafe.Pointer(v.str.ptr)) }

func bytesOf(s C.shipflow_str) []byte { return C.GoBytes(unsafe.Pointer(s.ptr), C.int(s.len)) }

func textOf(s C.shipflow_str) string { return C.GoStringN(s.ptr, C.int(s.len)) }

// takeText is the text of a buffer, which is freed.
func takeText(buf *C.shipflow_buf) string {
	defer C.shipflow_buf_free(buf)
	return textOf(C.shipflow_buf_view(buf))
}

func takeJSON(buf *C.shipflow_buf, into any) error {
	defer C.shipflow_buf_free(buf)
	return json.Unmarshal(bytesOf(C.shipflow_buf_view(buf)), into)
}

// made calls a function that gives one buffer, and reads its JSON.
func made(into any, ask func(**C.shipflow_buf, **C.shipflow_error) C.shipflow_status) error {
	var buf *C.shipflow_buf
	var trouble *C.shipflow_error
	if err := failed(ask(&buf, &trouble), trouble); err != nil {
		return err
	}
	return takeJSON(buf, into)
}
