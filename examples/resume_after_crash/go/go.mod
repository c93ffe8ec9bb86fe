module resume_after_crash

go 1.19

require shipflow v0.0.0

replace shipflow => ../../../bindings/go
