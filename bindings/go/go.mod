module shipflow

go 1.19
