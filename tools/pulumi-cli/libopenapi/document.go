// Package libopenapi stands in for the OpenAPI reader that the CLI uses for one command, `pulumi cloud api`, which browses
// Pulumi's hosted service. The reader is a quarter of the CLI's compile time, and the stack has no use for the service.
// The other packages of this module hold the shapes that the command's code names.
package libopenapi

import (
	"errors"

	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

// Document is never made.
type Document struct{}

// DocumentModel is a parsed description.
type DocumentModel struct{ Model v3.Document }

// NewDocument always refuses.
func NewDocument([]byte) (Document, error) {
	return Document{}, errors.New("this build of the Pulumi CLI cannot browse the service's interface; install the published one")
}

// BuildV3Model completes what the command's code calls.
func (Document) BuildV3Model() (*DocumentModel, error) { return nil, nil }
