// Package v3 names the parts of a description.
package v3

import (
	"github.com/pb33f/libopenapi/datamodel/high/base"
	"github.com/pb33f/libopenapi/orderedmap"
	"go.yaml.in/yaml/v4"
)

// Document describes an interface.
type Document struct {
	Info       *base.Info
	Paths      *Paths
	Components *Components
}

// Components are what a document's parts refer to.
type Components struct {
	Schemas *orderedmap.Map[string, *base.SchemaProxy]
}

// Paths are a document's paths.
type Paths struct {
	PathItems *orderedmap.Map[string, *PathItem]
}

// PathItem holds a path's operations by method.
type PathItem struct{ Get, Post, Put, Delete, Patch, Head *Operation }

// Operation is a method of a path.
type Operation struct {
	OperationId, Summary, Description string
	Tags                              []string
	Parameters                        []*Parameter
	RequestBody                       *RequestBody
	Responses                         *Responses
	Deprecated                        *bool
	Extensions                        *orderedmap.Map[string, *yaml.Node]
}

// Parameter is one of an operation's.
type Parameter struct {
	Name, In, Description string
	Required              *bool
	Schema                *base.SchemaProxy
}

// RequestBody is what an operation takes.
type RequestBody struct {
	Content *orderedmap.Map[string, *MediaType]
}

// Responses are what an operation gives, by status.
type Responses struct {
	Codes   *orderedmap.Map[string, *Response]
	Default *Response
}

// Response is one of them.
type Response struct {
	Description string
	Content     *orderedmap.Map[string, *MediaType]
}

// MediaType is a body in one format.
type MediaType struct{ Schema *base.SchemaProxy }
