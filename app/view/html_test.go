package view

import (
	"bytes"
	"html/template"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"duban/app/i18n"
)

// hostile are texts that must come out as the text they are.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `a&b &amp; &lt;`, `</td></tr></table>`,
	`{{.Secret}}`, "javascript:alert(1)", "-->", `<!--`, "]]>", "\u202egnp.exe", "x` y=`z", "<a href=/logout>", `=><b>`, "中文“引号”",
}

// TestMatrixEscapes puts each hostile text into every field of the matrix that
// may hold data. The page must have the same elements and attributes as with
// harmless text, and the text must come back whole.
func TestMatrixEscapes(t *testing.T) {
	r := newTestRenderer(t)
	render := func(s string) *html.Node {
		p := matrixFixture(i18n.ZH)
		items := matrixItems(i18n.ZH)
		for i := range items {
			poison(reflect.ValueOf(&items[i]).Elem(), s, map[uintptr]bool{})
		}
		p.Rows = MatrixRows(items)
		var b bytes.Buffer
		if err := r.Page(&b, i18n.ZH, "matrix", p); err != nil {
			t.Fatal(err)
		}
		doc, err := html.Parse(&b)
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	want := skeleton(render("harmless"))
	for _, s := range hostile {
		doc := render(s)
		if got := skeleton(doc); got != want {
			t.Errorf("%q changes the elements of the page", s)
			continue
		}
		texts, titles := 0, 0
		for n := range doc.Descendants() {
			if n.Type == html.TextNode && strings.Contains(n.Data, s) {
				texts++
			}
			for k, v := range attrs(n) {
				if k == "href" || k == "action" {
					if strings.HasPrefix(v, "javascript:") || strings.HasPrefix(v, "//") {
						t.Errorf("%q became an address: %s", s, v)
					}
				} else if strings.Contains(v, s) {
					titles++
				}
			}
		}
		if texts < 100 || titles < 10 {
			t.Errorf("%q came back in %d texts and %d attributes: it was changed or lost", s, texts, titles)
		}
	}
}

// stateField are fields that hold words of the program, not data: they choose
// icons and classes.
var stateField = map[string]bool{"Lamp": true, "State": true, "DueTone": true, "Tone": true, "Icon": true, "Key": true}

// poison sets every string in v that can hold data to s. Addresses keep their
// first character, which the writer checks.
func poison(v reflect.Value, s string, seen map[uintptr]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || seen[v.Pointer()] {
			return
		}
		seen[v.Pointer()] = true
		poison(v.Elem(), s, seen)
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i), s, seen)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if !stateField[v.Type().Field(i).Name] {
				poison(v.Field(i), s, seen)
			}
		}
	case reflect.String:
		if v.String() != "" {
			v.SetString(s)
		}
	}
}

// skeleton is the elements of a page with the names of their attributes.
func skeleton(doc *html.Node) string {
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			b.WriteString(n.Data)
			for _, a := range n.Attr {
				b.WriteString(" " + a.Key)
			}
			b.WriteByte('\n')
		}
		if n.Type == html.CommentNode {
			b.WriteString("comment\n")
		}
	}
	return b.String()
}

// TestWriterText compares the writer with html/template in the two places where
// it writes data.
func TestWriterText(t *testing.T) {
	ref := template.Must(template.New("").Parse(`<p title="{{.}}">{{.}}</p>`))
	read := func(page string) (string, string) {
		doc, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			if n.Data == "p" {
				return attrs(n)["title"], nodeText(n)
			}
		}
		t.Fatalf("no <p> in %q", page)
		return "", ""
	}
	for _, s := range append(hostile, "", "plain", strings.Repeat("<&>", 100), "\r\n\t") {
		var b strings.Builder
		if err := ref.Execute(&b, s); err != nil {
			t.Fatal(err)
		}
		var w htmlWriter
		w.lit(`<p title="`)
		w.text(s)
		w.lit(`">`)
		w.text(s)
		w.lit(`</p>`)
		a1, t1 := read(b.String())
		a2, t2 := read(string(w.html()))
		if a1 != a2 || t1 != t2 {
			t.Errorf("%q: html/template reads back as %q and %q, the writer as %q and %q", s, a1, t1, a2, t2)
		}
	}
}

func TestWriterHref(t *testing.T) {
	for in, want := range map[string]string{
		"/p/anda-2020/t/12-2": "/p/anda-2020/t/12-2", "?open=m1&q=a b": "?open=m1&amp;q=a b", "#r1": "#r1", "/": "/",
		"": "#", "//evil.example": "#", `/\evil.example`: "#", "javascript:alert(1)": "#", "https://evil.example": "#", " /x": "#", "x/y": "#",
		`/a"b`: "/a&#34;b",
	} {
		var w htmlWriter
		w.href(in)
		if got := string(w.html()); got != want {
			t.Errorf("href(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestOnlyHere: no other file of the program makes text that html/template does
// not escape.
func TestOnlyHere(t *testing.T) {
	trusted := regexp.MustCompile(`template\.(HTML|HTMLAttr|JS|JSStr|CSS|URL|Srcset)\(`)
	conversion := regexp.MustCompile(`\bliteral\(`)
	files := 0
	err := filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." && d.Name() != "../.." {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		if filepath.Base(path) != "html.go" && trusted.Match(b) {
			t.Errorf("%s makes trusted text: only app/view/html.go may", path)
		}
		// literal("…") with a constant is fine.
		for _, m := range conversion.FindAllIndex(b, -1) {
			if rest := string(b[m[1]:min(len(b), m[1]+1)]); rest != `"` && rest != "`" {
				t.Errorf("%s converts something other than a constant to literal", path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Errorf("only %d files were looked at", files)
	}
}

func TestIconUnknown(t *testing.T) {
	if _, err := icon("no-such"); err == nil {
		t.Error("an unknown icon is no error")
	}
}
