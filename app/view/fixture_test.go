package view

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"duban/app/i18n"
	"duban/static"
)

// A fixture is a page with values as an office sees them. Each page's test file
// adds its own with addFixture.
type fixture struct {
	name string // file name: home, home-calm
	page string
	make func(lang i18n.Lang) any
}

var fixtures []fixture

// addFixture registers a page to be rendered in both languages by the tests
// below. name differs from page where a page has several faces.
func addFixture(name, page string, data func(lang i18n.Lang) any) {
	fixtures = append(fixtures, fixture{name, page, data})
}

var fixtureDir = flag.String("fixtures", "", "write every fixture as DIR/<name>-<lang>.html, to be looked at in a browser")

func newTestRenderer(t testing.TB) *Renderer {
	t.Helper()
	r, err := New(i18n.Default(), func() string { return "2020-10-13" })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestFixtures renders every page in both languages and checks what holds for
// all of them.
func TestFixtures(t *testing.T) {
	r := newTestRenderer(t)
	seen := map[string]bool{}
	for _, f := range fixtures {
		seen[f.page] = true
		for _, lang := range i18n.Langs {
			t.Run(f.name+"-"+string(lang), func(t *testing.T) {
				var b bytes.Buffer
				if err := r.Page(&b, lang, f.page, f.make(lang)); err != nil {
					t.Fatal(err)
				}
				checkPage(t, b.Bytes())
			})
		}
	}
	for _, p := range r.Pages() {
		if !seen[p] {
			t.Errorf("page %s has no fixture", p)
		}
	}
}

// checkPage looks for what the content security policy forbids, for broken
// references inside the page and for inputs without a name to a reader.
func checkPage(t *testing.T, page []byte) {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	var mains, h1 int
	labelled := map[string]bool{}
	var refs []string
	var inputs []*html.Node
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && strings.Contains(n.Data, "ZgotmplZ") {
			t.Errorf("a value was refused by the escaper: %q", n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		a := attrs(n)
		for k, v := range a {
			switch {
			case k == "style" || strings.HasPrefix(k, "on"):
				t.Errorf("<%s %s=%q> is forbidden by the content security policy", n.Data, k, v)
			case strings.Contains(v, "ZgotmplZ"):
				t.Errorf("<%s %s> was refused by the escaper", n.Data, k)
			case k == "id":
				if ids[v] {
					t.Errorf("id %q stands twice", v)
				}
				ids[v] = true
			case k == "href" && n.Data == "use", k == "aria-labelledby", k == "aria-describedby":
				refs = append(refs, strings.Fields(strings.TrimPrefix(v, "#"))...)
			}
		}
		switch n.Data {
		case "style":
			t.Error("a <style> is forbidden by the content security policy")
		case "script":
			if a["src"] == "" {
				t.Error("a script inside the page is forbidden by the content security policy")
			}
		case "main":
			mains++
			if a["id"] != "main" {
				t.Error("<main> must have the id main: the skip link leads there")
			}
		case "h1":
			h1++
		case "label":
			labelled[a["for"]] = true
		case "th":
			if a["scope"] == "" {
				t.Errorf("<th> without a scope: %q", nodeText(n))
			}
		case "form":
			if m := strings.ToLower(a["method"]); m != "" && m != "get" && m != "post" && m != "dialog" {
				t.Errorf("form method %q", m)
			}
		case "input", "select", "textarea":
			if a["type"] != "hidden" && a["type"] != "submit" {
				inputs = append(inputs, n)
			}
		case "button":
			if a["aria-label"] == "" && a["aria-hidden"] == "" && strings.TrimSpace(nodeText(n)) == "" {
				t.Errorf("a button without words: %v", n.Attr)
			}
		}
	}
	for _, r := range refs {
		if !ids[r] {
			t.Errorf("#%s is referred to and does not exist", r)
		}
	}
	for _, n := range inputs {
		a := attrs(n)
		if a["aria-label"] == "" && a["aria-labelledby"] == "" && !labelled[a["id"]] && !inLabel(n) {
			t.Errorf("<%s name=%q> has no label", n.Data, a["name"])
		}
	}
	if mains != 1 || h1 != 1 {
		t.Errorf("%d <main> and %d <h1>, want one of each", mains, h1)
	}
}

func attrs(n *html.Node) map[string]string {
	m := map[string]string{}
	for _, a := range n.Attr {
		m[a.Key] = a.Val
	}
	return m
}

func nodeText(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func inLabel(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Type == html.ElementNode && p.Data == "label" {
			return true
		}
	}
	return false
}

// TestWriteFixtures writes the fixtures for looking at them:
//
//	go test ./app/view -run TestWriteFixtures -fixtures DIR
func TestWriteFixtures(t *testing.T) {
	if *fixtureDir == "" {
		t.Skip("no -fixtures directory given")
	}
	var swap []string
	for p, a := range static.All() {
		file := filepath.Join(*fixtureDir, filepath.FromSlash(strings.TrimPrefix(p, "/")))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, a.Data, 0o644); err != nil {
			t.Fatal(err)
		}
		swap = append(swap, `"`+p+`"`, `"`+strings.TrimPrefix(p, "/")+`"`)
	}
	r := newTestRenderer(t)
	relative := strings.NewReplacer(swap...)
	names := slices.Clone(fixtures)
	for _, f := range names {
		for _, lang := range i18n.Langs {
			var b bytes.Buffer
			if err := r.Page(&b, lang, f.page, f.make(lang)); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(*fixtureDir, f.name+"-"+string(lang)+".html")
			if err := os.WriteFile(file, []byte(relative.Replace(b.String())), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
