package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// This test is the architecture's teeth: who may import whom is drawn in
// docs/ARCHITECTURE.md under "Allowed arrows" and repeated here as a table, so
// that a wrong import fails a test instead of growing old. It looks at the
// program, not at its tests: a test may build on whatever it needs.

// arrows gives each package of the program the packages of the program that it
// may import. A package that is not here fails the test, so that its place is
// decided once and on purpose.
var arrows = map[string][]string{
	// The nouns know nobody.
	"models": {},
	// Where the nouns are kept.
	"models/store": {"models"},

	// Files and tools that anyone can use because they use nobody.
	"templates":   {},
	"static":      {},
	"seeds":       {},
	"app/i18n":    {},
	"app/blob":    {"models"}, // for errors that people read
	"app/config":  {},
	"app/metrics": {},

	// Tools: verbs and doors call them, they call no verb.
	"app/auth":     {"models"},
	"app/deadline": {"models"},
	"app/duty":     {"models"},
	"app/target":   {"models"},
	"app/importer": {"models", "app/deadline", "app/duty", "app/target", "app/importer/source", "app/importer/clean"},
	// Its two halves: files into text and tables, and damaged text into clean.
	"app/importer/source": {"models"},
	"app/importer/clean":  {"models"},
	"app/exporter":        {"models", "app/i18n"},
	"app/view":            {"models", "templates", "static", "app/i18n"},
	"app/notify":          {"models", "models/store"},

	// The verbs. Seeding is a verb, hence seeds.
	"app": {"models", "models/store", "app/importer", "app/deadline", "app/duty", "app/i18n", "app/view", "app/auth", "app/blob", "app/notify", "seeds"},

	// Doors: they call verbs, no verb calls them. They read lists through
	// store.Reader; every write goes through a verb.
	"app/jobs": {"app", "app/notify", "models"},
	"app/web":  {"app", "app/jobs", "app/notify", "static", "seeds", "models", "models/store", "app/view", "app/auth", "app/blob", "app/exporter", "app/i18n", "app/metrics"},
	"app/api":  {"app", "models", "models/store", "app/auth", "app/blob", "app/exporter", "app/metrics"},

	// The program puts all of it together.
	"cmd/duban": {"*"},

	// Helpers of tests, imported by no program code (testOnly below).
	"models/store/storetest": {"models", "models/store"},
}

// testOnly are the packages, of the program and of others, that only tests may
// import.
var testOnly = []string{
	"duban/models/store/storetest",
	"testing",
	"net/http/httptest",
	"github.com/go-rod/rod",
	"github.com/google/go-cmp",
	"github.com/emersion/go-smtp",
	"pgregory.net/rapid",
}

// fences keeps what is hard to replace in one place each: a package path, with
// everything below it, and the only packages that may import it.
var fences = []struct {
	path string
	only []string
	why  string
}{
	{"gorm.io", []string{"models/store"}, "so that gorm's ways of losing data and its errors end in one package"},
	{"modernc.org", []string{"models/store"}, "dialect knowledge lives in the store"},
	{"github.com/jackc/pgx", []string{"models/store"}, "dialect knowledge lives in the store"},
	{"github.com/pressly/goose", []string{"models/store"}, "migrations belong to the store"},
	{"database/sql", []string{"models/store"}, "the store's Reader and Tx are the only way to the database"},
	{"github.com/labstack", []string{"app/web", "app/api"}, "echo stays at the doors, verbs know no HTTP"},
	{"net/http", []string{"app/web", "app/api", "app/auth", "app/notify", "app/metrics", "app/view", "app/blob", "static", "cmd/duban"}, "nouns, verbs and jobs know no HTTP"},
	{"github.com/robfig/cron", []string{"app/jobs"}, "jobs decide when, verbs decide what"},
	{"net/smtp", []string{"app/notify"}, "mail leaves through the outbox only"},
	{"github.com/wneessen/go-mail", []string{"app/notify"}, "mail leaves through the outbox only"},
	{"github.com/prometheus", []string{"app/metrics", "app/web", "app/api"}, "measuring stays at the doors"},
	{"github.com/caarlos0/env", []string{"app/config"}, "settings are read in one place"},
	{"github.com/alecthomas/kong", []string{"cmd/duban"}, "only the command line parses the command line"},
}

// exact are fenced paths that do not fence what is below them: a noun may
// implement driver.Valuer of database/sql/driver without knowing a database.
var exact = []string{"database/sql"}

// calls are functions of the standard library that only some packages may use.
// Tests may use them anywhere.
var calls = []struct {
	pkg   string
	names []string
	only  []string
	why   string
}{
	{"time", []string{"Now"}, []string{"cmd/duban"},
		"take the clock that cmd hands down: a demo and a test run on another day"},
	// They read the clock too. The store measures a statement from the instant
	// that gorm itself took.
	{"time", []string{"Since", "Until"}, []string{"cmd/duban", "models/store"},
		"take the clock that cmd hands down and subtract"},
	{"os", []string{"Getenv", "LookupEnv", "Environ", "ExpandEnv"}, []string{"app/config", "models/store/storetest"},
		"settings are read, checked and documented in app/config"},
}

const module = "duban"

// listed is what the test needs of `go list -json`.
type listed struct {
	Dir        string
	ImportPath string
	Imports    []string
	GoFiles    []string
	CgoFiles   []string
	// Of files left out on this system, such as lock_windows.go.
	IgnoredGoFiles []string
}

func (p listed) name() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

func packages(t *testing.T) []listed {
	t.Helper()
	// -e: a package that does not compile is another test's failure.
	cmd := exec.Command("go", "list", "-e", "-json=Dir,ImportPath,Imports,GoFiles,CgoFiles,IgnoredGoFiles", "./...")
	cmd.Dir = filepath.Join("..", "..")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if !slices.ContainsFunc(all, func(p listed) bool { return p.name() == "models" }) {
		t.Fatalf("go list found %d packages and not models: the test looks in the wrong place", len(all))
	}
	return all
}

func TestArrows(t *testing.T) {
	for _, p := range packages(t) {
		may, known := arrows[p.name()]
		if !known {
			t.Errorf("package %s has no place yet: decide what it may import and add it to arrows in cmd/duban/arrows_test.go and to \"Allowed arrows\" in docs/ARCHITECTURE.md", p.name())
			continue
		}
		for _, imported := range p.Imports {
			if own, ok := strings.CutPrefix(imported, module+"/"); ok && !slices.Contains(may, own) && !slices.Contains(may, "*") {
				t.Errorf("%s imports %s; it may import %s (docs/ARCHITECTURE.md, Allowed arrows)", p.name(), own, orNone(may))
			}
			if p.name() == "models" && strings.Contains(firstElement(imported), ".") {
				t.Errorf("models imports %s; the nouns use the standard library only", imported)
			}
			if p.name() == "models/store/storetest" {
				continue // only tests reach it, so it is a test to what follows
			}
			for _, f := range fences {
				if within(imported, f.path) && !slices.Contains(f.only, p.name()) {
					t.Errorf("%s imports %s, which only %s may: %s", p.name(), imported, orNone(f.only), f.why)
				}
			}
			for _, only := range testOnly {
				if within(imported, only) {
					t.Errorf("%s imports %s, which is for tests only", p.name(), imported)
				}
			}
		}
	}
}

func TestClockAndEnvironmentComeFromOnePlace(t *testing.T) {
	scanned := 0
	for _, p := range packages(t) {
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles) {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Error(err)
				continue
			}
			scanned++
			for _, c := range calls {
				if slices.Contains(c.only, p.name()) {
					continue
				}
				for _, sel := range uses(file, c.pkg, c.names) {
					t.Errorf("%s/%s:%d uses %s.%s, which only %s may: %s",
						p.name(), name, fset.Position(sel.Pos()).Line, c.pkg, sel.Sel.Name, orNone(c.only), c.why)
				}
			}
		}
	}
	if scanned == 0 {
		t.Error("no file was looked at")
	}
}

// uses finds the mentions of the named functions of a package in a file, as a
// call or as a value, under whatever name the file imports the package.
func uses(file *ast.File, pkg string, names []string) (found []*ast.SelectorExpr) {
	local := ""
	for _, spec := range file.Imports {
		if p, _ := strconv.Unquote(spec.Path.Value); p == pkg {
			local = path.Base(pkg)
			if spec.Name != nil {
				local = spec.Name.Name
			}
		}
	}
	if local == "" {
		return nil
	}
	for n := range ast.Preorder(file) {
		if sel, ok := n.(*ast.SelectorExpr); ok && slices.Contains(names, sel.Sel.Name) {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == local {
				found = append(found, sel)
			}
		}
	}
	return found
}

// within reports whether an import path is the fenced path or lies below it.
func within(imported, fenced string) bool {
	if slices.Contains(exact, fenced) {
		return imported == fenced
	}
	return imported == fenced || strings.HasPrefix(imported, fenced+"/")
}

func firstElement(importPath string) string {
	first, _, _ := strings.Cut(importPath, "/")
	return first
}

func orNone(names []string) string {
	return cmp.Or(strings.Join(names, ", "), "no package of the program")
}
