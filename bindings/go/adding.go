package shipflow

// #include <shipflow.h>
import "C"

// AddProvider adds a provider written in Go. Before runs start.
func (e *Engine) AddProvider(p Provider) error {
	name := viewOf(p.Name())
	defer name.free()
	actions, err := viewJSON(p.Actions())
	if err != nil {
		return err
	}
	defer actions.free()
	err = e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_add_provider(e.ptr, name.str, actions.str, trouble)
	})
	if err == nil {
		e.guard.Lock()
		e.providers[p.Name()] = p
		e.guard.Unlock()
	}
	return err
}

// AddBuiltin adds "probes", "http", "gate", "github", "command", "local", "sources", "notifiers" or "aws"; options as
// in shipflow_engine_add_builtin.
func (e *Engine) AddBuiltin(name string, options map[string]any) error {
	n := viewOf(name)
	defer n.free()
	var o view
	if options != nil {
		var err error
		if o, err = viewJSON(options); err != nil {
			return err
		}
		defer o.free()
	}
	return e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_add_builtin(e.ptr, n.str, o.str, trouble)
	})
}

// AddProbe adds a kind of probes. An error makes a look unavailable, which is no failure of what is looked at.
func (e *Engine) AddProbe(kind string, look ProbeFunc) error {
	v, err := viewJSON([]string{kind})
	if err != nil {
		return err
	}
	defer v.free()
	err = e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_add_probes(e.ptr, v.str, trouble)
	})
	if err == nil {
		e.guard.Lock()
		e.probes[kind] = look
		e.guard.Unlock()
	}
	return err
}

// AddMetrics adds a source of numbers. An error makes it unavailable, which is no breach of what is watched.
func (e *Engine) AddMetrics(source string, kind SeriesKind, read MetricFunc) error {
	v, err := viewJSON([]string{source})
	if err != nil {
		return err
	}
	defer v.free()
	err = e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_add_metrics(e.ptr, v.str, trouble)
	})
	if err == nil {
		e.guard.Lock()
		e.metrics[source] = metricSource{read, kind}
		e.guard.Unlock()
	}
	return err
}

// AddNotifier carries the messages of channels `{ host: KIND, with: {...} }`.
func (e *Engine) AddNotifier(kind string, n Notifier) error {
	v, err := viewJSON([]string{kind})
	if err != nil {
		return err
	}
	defer v.free()
	err = e.do(func(trouble **C.shipflow_error) C.shipflow_status {
		return C.shipflow_engine_add_notifiers(e.ptr, v.str, trouble)
	})
	if err == nil {
		e.guard.Lock()
		e.notifiers[kind] = n
		e.guard.Unlock()
	}
	return err
}
