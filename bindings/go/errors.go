package shipflow

// #include <shipflow.h>
import "C"

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Status says what kind of trouble an Error is. A Status is itself an error, so that errors.Is(err, shipflow.NotFound)
// works, and a provider may return one: return Answer{}, shipflow.Throttled.
type Status int32

// The statuses of the C interface.
const (
	InvalidArgument Status = C.SHIPFLOW_INVALID_ARGUMENT
	InvalidDocument Status = C.SHIPFLOW_INVALID_DOCUMENT
	NotFound        Status = C.SHIPFLOW_NOT_FOUND
	AlreadyExists   Status = C.SHIPFLOW_ALREADY_EXISTS
	Denied          Status = C.SHIPFLOW_DENIED
	ConflictStatus  Status = C.SHIPFLOW_CONFLICT
	Fenced          Status = C.SHIPFLOW_FENCED
	UnknownOutcome  Status = C.SHIPFLOW_UNKNOWN_OUTCOME
	Unavailable     Status = C.SHIPFLOW_UNAVAILABLE
	Throttled       Status = C.SHIPFLOW_THROTTLED
	TimedOut        Status = C.SHIPFLOW_TIMEOUT
	Cancelled       Status = C.SHIPFLOW_CANCELLED
	Unsupported     Status = C.SHIPFLOW_UNSUPPORTED
	IO              Status = C.SHIPFLOW_IO
	Corrupt         Status = C.SHIPFLOW_CORRUPT
	NewerVersion    Status = C.SHIPFLOW_NEWER_VERSION
	SecretLeak      Status = C.SHIPFLOW_SECRET_LEAK
	Failed          Status = C.SHIPFLOW_FAILED
	Internal        Status = C.SHIPFLOW_INTERNAL
	NoMemory        Status = C.SHIPFLOW_NO_MEMORY
	Forked          Status = C.SHIPFLOW_FORKED
	Reentrant       Status = C.SHIPFLOW_REENTRANT
	Faulted         Status = C.SHIPFLOW_FAULTED
	HostStatus      Status = C.SHIPFLOW_HOST
)

func (s Status) Error() string { return C.GoString(C.shipflow_status_name(C.shipflow_status(s))) }

// Retryable reports whether the same call may succeed later without any change by a person.
func (s Status) Retryable() bool {
	return C.shipflow_status_is(C.shipflow_status(s), C.SHIPFLOW_CLASS_RETRYABLE) == 1
}

// A Finding is one of the things that are wrong with a document. Lines and columns count from 1.
type Finding struct {
	Severity, File, Pointer, Message string
	Line, Column                     int
}

// An Error is why a call failed. Branch on the status, with errors.Is, never on the text.
type Error struct {
	Status   Status
	Message  string
	Findings []Finding
}

func (e *Error) Error() string { return e.Message }

// Is reports whether the target is this error's Status.
func (e *Error) Is(target error) bool {
	status, ok := target.(Status)
	return ok && status == e.Status
}

var errClosed = &Error{Status: Cancelled, Message: "the engine is closed"}

func closedHandle(what string) error {
	return &Error{Status: InvalidArgument, Message: "this " + what + " is closed"}
}

// failed turns a status and an error object, which is freed, to a Go error.
func failed(status C.shipflow_status, err *C.shipflow_error) error {
	if status == C.SHIPFLOW_OK {
		return nil
	}
	defer C.shipflow_error_free(err)
	out := &Error{Status: Status(status), Message: textOf(C.shipflow_error_message(err))}
	if out.Message == "" {
		out.Message = out.Status.Error()
	}
	var detail struct{ Findings []Finding }
	if json.Unmarshal(bytesOf(C.shipflow_error_detail(err)), &detail) == nil {
		out.Findings = detail.Findings
	}
	return out
}

// statusOf is what an error of the host's code means to the engine.
func statusOf(err error) Status {
	var e *Error
	var status Status
	switch {
	case errors.As(err, &e):
		return e.Status
	case errors.As(err, &status) && status != 0:
		return status
	}
	return HostStatus
}

// RunError is returned for a run that did not end released. Cause is what code of this program returned in between.
type RunError struct {
	Outcome Outcome
	Cause   error
}

func (e *RunError) Error() string {
	return fmt.Sprintf("run %s %s: %s", e.Outcome.Run, e.Outcome.Phase, e.Outcome.Reason)
}

// Unwrap gives the cause.
func (e *RunError) Unwrap() error { return e.Cause }

// PanicError is the cause of a RunError when code of this program panicked.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap gives the value when it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
