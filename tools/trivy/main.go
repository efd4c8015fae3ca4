// Command trivy-config is what `trivy config` does with Kubernetes manifests: Trivy's own scanner with the checks that are built into it.
// The whole of Trivy is four times as much to compile, for images, clouds and languages that nobody here scans.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"testing/fstest"

	"github.com/aquasecurity/trivy/pkg/iac/rego"
	"github.com/aquasecurity/trivy/pkg/iac/scan"
	"github.com/aquasecurity/trivy/pkg/iac/scanners/kubernetes"
)

// data is what `trivy config --config-data` takes: answers to what the checks cannot know.
//
//go:embed data.json
var data []byte

// finding is one check that a file fails.
type finding struct {
	File    string `json:"file"`
	Check   string `json:"check"`
	Message string `json:"message"`
}

// report tells how much was looked at, so that a run which looked at nothing does not pass for one that found nothing.
type report struct {
	Passed   int       `json:"passed"`
	Findings []finding `json:"findings"`
}

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("usage: trivy-config FOLDER"))
	}
	scanner := kubernetes.NewScanner(
		rego.WithEmbeddedPolicies(true),
		rego.WithEmbeddedLibraries(true),
		rego.WithDataFilesystem(fstest.MapFS{"data/data.json": {Data: bytes.TrimSpace(data)}}),
		rego.WithDataDirs("data"),
	)
	results, err := scanner.ScanFS(context.Background(), os.DirFS(os.Args[1]), ".")
	if err != nil {
		fail(err)
	}
	found := report{Passed: len(results.GetPassed()), Findings: []finding{}}
	for _, result := range results.GetFailed() {
		found.Findings = append(found.Findings, findingOf(result))
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		fail(err)
	}
}

func findingOf(result scan.Result) finding {
	return finding{File: result.Range().GetFilename(), Check: result.Rule().ID, Message: result.Description()}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
