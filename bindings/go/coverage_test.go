package shipflow_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// notNeeded are functions of the C headers that have no use in Go, and why.
var notNeeded = map[string]string{
	"shipflow_call_set_user":             "a goroutine keeps what it knows in its own variables",
	"shipflow_call_user":                 "a goroutine keeps what it knows in its own variables",
	"shipflow_engine_add_provider_table": "a type with methods is the table",
	"shipflow_engine_dispatch":           "it serves tables; the serving goroutine dispatches here",
	"shipflow_error_status":              "the failing function returned it already",
	"shipflow_json_at":                   "the standard library has encoding/json",
	"shipflow_json_quote":                "the standard library has encoding/json",
}

func TestEveryFunctionOfTheHeadersIsUsedOrNamedWithTheReason(t *testing.T) {
	var code strings.Builder
	files, _ := filepath.Glob("*.go")
	for _, name := range files {
		if text, err := os.ReadFile(name); err == nil && !strings.HasSuffix(name, "_test.go") {
			code.Write(text)
		}
	}
	include := os.Getenv("SHIPFLOW_HEADERS")
	if include == "" {
		include = "../../capi/include"
	}
	declared := regexp.MustCompile(`(?s)SHIPFLOW_API\s[^;(]*?(shipflow_\w+)\(`)
	count := 0
	for _, header := range []string{"shipflow.h", "shipflow_provider.h"} {
		text, err := os.ReadFile(filepath.Join(include, header))
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range declared.FindAllStringSubmatch(string(text), -1) {
			count++
			used := strings.Contains(code.String(), "C."+match[1]+"(")
			if _, excused := notNeeded[match[1]]; used == excused {
				t.Errorf("%s: used %v, named as not needed %v", match[1], used, excused)
			}
		}
	}
	if count < 60 {
		t.Fatalf("only %d functions were found", count)
	}
}
