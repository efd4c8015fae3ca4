// Package kubernetes stands in for the provider's own Go SDK: one generated type per Kubernetes kind, six minutes of
// processor time to compile. The provider itself uses the SDK only to register what a ConfigGroup or a Chart contains,
// and for that the three small packages of this module do the same.
package kubernetes

import "reflect"

// UntypedArgs is a manifest, as a resource's inputs.
type UntypedArgs map[string]any

// ElementType tells Pulumi how to marshal the manifest.
func (UntypedArgs) ElementType() reflect.Type { return reflect.TypeFor[map[string]any]() }
