package shipflow

// Idle is for the player of the corpus: has the engine come to rest?
func (e *Engine) Idle() bool { return e.idle() }
