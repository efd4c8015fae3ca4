// Stands in for the Go SDK of the Kubernetes provider; see go/kubernetes/kubernetes.go.
module github.com/pulumi/pulumi-kubernetes/sdk/v4

go 1.25.11

require github.com/pulumi/pulumi/sdk/v3 v3.215.0
