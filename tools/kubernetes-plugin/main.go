// Command pulumi-resource-kubernetes is Pulumi's Kubernetes provider, served as its own release does it.
// The two embedded files are copied here at build time from the provider's module (see ../artifacts.ts): they are 8 MB, so not committed.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var terraformMapping []byte

func main() {
	provider.Serve("kubernetes", version.Version, schema, terraformMapping)
}
