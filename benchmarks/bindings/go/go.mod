module bench

go 1.19

require shipflow v0.0.0

replace shipflow => ../../../bindings/go
