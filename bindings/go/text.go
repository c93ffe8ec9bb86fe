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

// view is text in C memory for the time of a call.
type view struct{ str C.shipflow_str }

func viewOf(text string) view {
	if text == "" {
		return view{}
	}
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

func textOf(s C.shipflow_str) string { return C.GoStringN(s.ptr, C.int(s.len)) }

// takeText is the text of a buffer, which is freed.
func takeText(buf *C.shipflow_buf) string {
	defer C.shipflow_buf_free(buf)
	return textOf(C.shipflow_buf_view(buf))
}

func takeJSON(buf *C.shipflow_buf, into any) error {
	return json.Unmarshal([]byte(takeText(buf)), into)
}
