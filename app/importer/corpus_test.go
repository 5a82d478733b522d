package importer

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"duban/models"
)

// expectation is what a person read in a document of testdata/corpus.
type expectation struct {
	Options struct {
		Year   int
		Issued string
	}
	Title          string
	DocumentNumber string `json:"document_number"`
	Issuer, Issued string
	Shape          models.Shape
	Tasks          []struct {
		No       string
		Path     []string
		Title    string
		Measures []struct {
			Text  string
			Units []struct {
				Name  string
				Role  models.UnitRole
				Group bool
			}
			Deadlines []struct {
				Date string
				Kind models.DeadlineKind
			}
			Targets []struct {
				Op    string
				Value float64
				Unit  string
			}
		}
	}
}

// TestCorpusExpectations holds the expectations to their documents: whatever
// is expected stands there, so that a slip of the pen is not scored as an
// error of a reader.
func TestCorpusExpectations(t *testing.T) {
	files, err := filepath.Glob("testdata/corpus/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want expectation
			dec := json.NewDecoder(bytes.NewReader(raw))
			dec.DisallowUnknownFields()
			if err := dec.Decode(&want); err != nil {
				t.Fatal(err)
			}
			var text string
			for _, ext := range []string{".txt", ".csv"} {
				if b, err := os.ReadFile(strings.TrimSuffix(file, ".json") + ext); err == nil {
					text = string(b)
				}
			}
			stands := func(what, s string) {
				t.Helper()
				if !strings.Contains(text, s) {
					t.Errorf("%s %q does not stand in the document", what, s)
				}
			}
			stands("title", want.Title)
			stands("number", want.DocumentNumber)
			stands("issuer", want.Issuer)
			if text == "" || len(want.Tasks) == 0 {
				t.Fatal("no document or no task")
			}
			seen := map[string]bool{}
			for _, task := range want.Tasks {
				if seen[task.No] {
					t.Errorf("task %s twice", task.No)
				}
				seen[task.No] = true
				stands("task title", task.Title)
				for _, p := range task.Path {
					stands("section", p)
				}
				for _, m := range task.Measures {
					stands("measure", m.Text)
					for _, u := range m.Units {
						_, first := utf8.DecodeRuneInString(u.Name)
						stands("unit", u.Name[first:]) // the first character may be a carried prefix
						if !u.Role.Valid() {
							t.Errorf("role %q", u.Role)
						}
					}
					for _, d := range m.Deadlines {
						if _, err := time.Parse(time.DateOnly, d.Date); !d.Kind.Valid() || err != nil && d.Date != "" {
							t.Errorf("deadline %+v", d)
						}
					}
				}
			}
		})
	}
}
