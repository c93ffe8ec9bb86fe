package shipflow

import (
	"context"
	"math"
)

// A Look is what a probe saw.
type Look struct {
	Outcome   string         `json:"outcome"` // pass, fail, unavailable
	Text      string         `json:"text,omitempty"`
	LatencyMS int64          `json:"latency_ms"`
	Details   map[string]any `json:"details,omitempty"`
}

// A ProbeRequest is one look that is wanted.
type ProbeRequest struct {
	Kind, Name, Environment, Component string
	Spec, Target                       map[string]any
	DeadlineMS                         int64 `json:"deadline_ms"`
}

// A ProbeFunc looks at a thing now.
type ProbeFunc func(ctx context.Context, request ProbeRequest) (Look, error)

// A MetricRequest asks for the state of several series at once. The slot asked about is from FromMS to UntilMS.
type MetricRequest struct {
	Source, Metric, Arm, Environment, Component, Version string
	Series                                               []string
	Spec, Target                                         map[string]any
	FromMS                                               int64 `json:"from_ms"`
	UntilMS                                              int64 `json:"until_ms"`
	DeadlineMS                                           int64 `json:"deadline_ms"`
}

// SeriesKind says how the numbers of a source behave.
type SeriesKind string

// How numbers behave.
const (
	Counter SeriesKind = "counter" // only grows; the engine takes differences
	Gauge   SeriesKind = "gauge"   // the value now
	Delta   SeriesKind = "delta"   // what happened in the slot
)

// A Bucket of a histogram counts what was at most Upper; math.Inf(1) has no bound.
type Bucket struct{ Upper, Count float64 }

// A Reading is one series at one moment. The zero value is missing: never a breach and never a pass.
type Reading struct {
	State     string // value, empty, missing, invalid; "" is missing
	Number    float64
	Why       string
	Buckets   []Bucket
	Instances map[string]float64
}

// Value is a reading of one number; NaN is a missing one.
func Value(number float64) Reading { return Reading{State: "value", Number: number} }

// Values are readings of plain numbers, in the order of the request's series.
func Values(numbers ...float64) []Reading {
	readings := make([]Reading, len(numbers))
	for i, n := range numbers {
		readings[i] = Value(n)
	}
	return readings
}

func (r Reading) answer() any {
	if r.State == "" || (r.State == "value" && math.IsNaN(r.Number)) {
		return map[string]any{"state": "missing", "why": r.Why}
	}
	out := map[string]any{"state": r.State}
	if r.State == "value" {
		out["number"] = r.Number
	}
	if r.Why != "" {
		out["why"] = r.Why
	}
	if len(r.Buckets) != 0 {
		buckets := make([][2]any, len(r.Buckets))
		for i, b := range r.Buckets {
			buckets[i] = [2]any{b.Upper, b.Count}
			if math.IsInf(b.Upper, 1) {
				buckets[i][0] = nil
			}
		}
		out["buckets"] = buckets
	}
	if len(r.Instances) != 0 {
		out["instances"] = r.Instances
	}
	return out
}

// A MetricFunc reads series now, one reading each in the order of the request's Series.
type MetricFunc func(ctx context.Context, request MetricRequest) ([]Reading, error)

type metricSource struct {
	read MetricFunc
	kind SeriesKind
}

func (m metricSource) answer(ctx context.Context, request MetricRequest) (any, error) {
	readings, err := m.read(ctx, request)
	if err != nil {
		return nil, err
	}
	out := make([]any, len(readings))
	for i, r := range readings {
		out[i] = r.answer()
	}
	return map[string]any{"kind": m.kind, "readings": out}, nil
}
