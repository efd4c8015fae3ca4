// Package base names the parts of a schema.
package base

import (
	"errors"

	"github.com/pb33f/libopenapi/orderedmap"
	"go.yaml.in/yaml/v4"
)

// Schema describes a value.
type Schema struct {
	Type                                     []string
	Format, Pattern, Description             string
	Enum                                     []*yaml.Node
	Default                                  *yaml.Node
	AllOf, AnyOf, OneOf                      []*SchemaProxy
	Items, AdditionalProperties              *DynamicValue
	Properties                               *orderedmap.Map[string, *SchemaProxy]
	Required                                 []string
	Discriminator                            *Discriminator
	Nullable, ReadOnly                       *bool
	Minimum, Maximum, MultipleOf             *float64
	MinLength, MaxLength, MinItems, MaxItems *int64
	Extensions                               *orderedmap.Map[string, *yaml.Node]
}

// GoLow is the schema as read.
func (*Schema) GoLow() *Low { return nil }

// MarshalJSONInline always refuses.
func (*Schema) MarshalJSONInline() ([]byte, error) { return nil, errors.ErrUnsupported }

// Low is a schema as read.
type Low struct{}

// Hash identifies a schema.
func (*Low) Hash() uint64 { return 0 }

// SchemaProxy is a schema or a reference to one.
type SchemaProxy struct{}

// Schema is what the proxy stands for.
func (*SchemaProxy) Schema() *Schema { return nil }

// IsReference tells a reference from a schema.
func (*SchemaProxy) IsReference() bool { return false }

// GetReference is the reference's text.
func (*SchemaProxy) GetReference() string { return "" }

// DynamicValue is a schema or a yes or no.
type DynamicValue struct {
	A *SchemaProxy
	B bool
}

// IsA tells which.
func (*DynamicValue) IsA() bool { return false }

// Discriminator tells variants apart.
type Discriminator struct {
	PropertyName string
	Mapping      *orderedmap.Map[string, string]
}

// Info is about the described interface.
type Info struct{ Version string }
