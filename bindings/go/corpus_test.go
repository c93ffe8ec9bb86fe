package shipflow_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// The conformance corpus, through this package: tests/corpus/README.md.
func TestTheCorpusComesOutAsWritten(t *testing.T) {
	folder := os.Getenv("SHIPFLOW_CORPUS")
	if folder == "" {
		folder = "../../tests/corpus"
	}
	files, _ := filepath.Glob(filepath.Join(folder, "*.json"))
	if len(files) < 12 {
		t.Fatal("the corpus is missing", files)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var s scenario
			if err := json.Unmarshal(text, &s); err != nil {
				t.Fatal(err)
			}
			compare(t, s, newPlayer(t, s).play())
		})
	}
}

func compare(t *testing.T, s scenario, seen outcome) {
	t.Helper()
	if s.Expect.Refused != nil {
		if seen.refused != s.Expect.Refused.Status || !strings.Contains(seen.message, s.Expect.Refused.Message) {
			t.Fatal(seen.refused, seen.message)
		}
		return
	}
	if seen.refused != "" || len(seen.trouble) != 0 {
		t.Fatal(seen.refused, seen.message, seen.trouble)
	}
	// Calls of one moment are served by goroutines of their own, which begin in any order; the facts say what came when.
	sort.Strings(seen.calls)
	sort.Strings(s.Expect.Calls)
	if s.Unordered {
		sort.Strings(seen.facts)
		sort.Strings(s.Expect.Facts)
	}
	if strings.Join(seen.calls, "\n") != strings.Join(s.Expect.Calls, "\n") {
		t.Errorf("calls\n%s\nexpected\n%s", strings.Join(seen.calls, "\n"), strings.Join(s.Expect.Calls, "\n"))
	}
	if strings.Join(seen.facts, "\n") != strings.Join(s.Expect.Facts, "\n") {
		t.Errorf("facts\n%s\nexpected\n%s", strings.Join(seen.facts, "\n"), strings.Join(s.Expect.Facts, "\n"))
	}
	if seen.phase != s.Expect.Phase || seen.folded != s.Expect.Phase || seen.audited == 0 {
		t.Error(seen.phase, seen.folded, seen.audited)
	}
	if !strings.Contains(seen.reason, s.Expect.Reason) || !strings.Contains(seen.parked, s.Expect.Parked) {
		t.Error(seen.reason, seen.parked)
	}
	for _, text := range s.Expect.Reached {
		if !strings.Contains(seen.bodies, text) {
			t.Errorf("%s reached no call", text)
		}
	}
	for _, text := range s.Expect.Never {
		if strings.Contains(seen.written, text) {
			t.Errorf("%s was written", text)
		}
	}
}
