// Package v4 holds the two nested inputs of a Chart.
package v4

import (
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// RepositoryOpts says where a chart is fetched.
type RepositoryOpts struct {
	CaFile   pulumi.AssetOrArchive `pulumi:"caFile"`
	CertFile pulumi.AssetOrArchive `pulumi:"certFile"`
	KeyFile  pulumi.AssetOrArchive `pulumi:"keyFile"`
	Password *string               `pulumi:"password"`
	Repo     *string               `pulumi:"repo"`
	Username *string               `pulumi:"username"`
}

// PostRenderer is a program that edits the rendered manifests.
type PostRenderer struct {
	Args    []string `pulumi:"args"`
	Command string   `pulumi:"command"`
}

// Pulumi finds an input's output type through the method called To<Name>Output.
type (
	RepositoryOptsInput interface {
		pulumi.Input
		ToRepositoryOptsOutput() RepositoryOptsOutput
	}
	PostRendererInput interface {
		pulumi.Input
		ToPostRendererOutput() PostRendererOutput
	}
	RepositoryOptsOutput struct{ *pulumi.OutputState }
	PostRendererOutput   struct{ *pulumi.OutputState }
)

func (RepositoryOptsOutput) ElementType() reflect.Type { return reflect.TypeFor[RepositoryOpts]() }
func (PostRendererOutput) ElementType() reflect.Type   { return reflect.TypeFor[PostRenderer]() }

func (o RepositoryOptsOutput) ToRepositoryOptsOutput() RepositoryOptsOutput { return o }
func (o PostRendererOutput) ToPostRendererOutput() PostRendererOutput       { return o }

func init() {
	pulumi.RegisterOutputType(RepositoryOptsOutput{})
	pulumi.RegisterOutputType(PostRendererOutput{})
}
