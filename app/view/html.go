package view

import (
	"fmt"
	"html/template"
	"regexp"
	"strconv"
	"sync"

	"duban/static"
)

// This is the only file of the program that may make a template.HTML, that is,
// text which html/template does not escape; a test holds the rest of the source
// to it. It comes from two places: files of the program, and htmlWriter below.

// sprite is the drawing of every icon, put once into each page.
var sprite = sync.OnceValue(func() template.HTML {
	a, ok := static.ByName("img/sprite.svg")
	if !ok {
		panic("view: no sprite")
	}
	return template.HTML(a.Data) //nolint:gosec // a file of the program
})

var symbolID = regexp.MustCompile(`<symbol id="i-([a-z0-9]+)"`)

var icons = sync.OnceValue(func() map[string]template.HTML {
	m := map[string]template.HTML{}
	for _, id := range symbolID.FindAllStringSubmatch(string(sprite()), -1) {
		m[id[1]] = template.HTML(`<svg class="i" aria-hidden="true"><use href="#i-` + id[1] + `"/></svg>`) //nolint:gosec // letters and digits of a file of the program
	}
	return m
})

// icon refers to one drawing of the sprite. An unknown name is an error, so
// that a page with a missing icon is not shown as if nothing were.
func icon(name string) (template.HTML, error) {
	h, ok := icons()[name]
	if !ok {
		return "", fmt.Errorf("no icon %q in the sprite", name)
	}
	return h, nil
}

// htmlWriter writes the rows of the matrix, for which html/template is too slow
// (a thousand measures: about 18 times slower). Every value goes through one of its
// methods, each right for one place:
//
//	lit   markup; takes constants only, see literal
//	text  between tags, or inside a double-quoted attribute
//	href  inside a double-quoted href
//	num   either
type htmlWriter struct{ b []byte }

// literal is markup written in the source. A constant converts to it by itself,
// a string variable does not: data given to lit does not compile.
type literal string

func (w *htmlWriter) lit(s literal) { w.b = append(w.b, s...) }

func (w *htmlWriter) num(n int) { w.b = strconv.AppendInt(w.b, int64(n), 10) }

// text escapes s for the text between tags and for double-quoted attributes. It
// escapes what html.EscapeString does, and drops NUL, which no reader agrees on.
func (w *htmlWriter) text(s string) {
	from := 0
	for i := 0; i < len(s); i++ {
		var esc string
		switch s[i] {
		case '&':
			esc = "&amp;"
		case '<':
			esc = "&lt;"
		case '>':
			esc = "&gt;"
		case '"':
			esc = "&#34;"
		case '\'':
			esc = "&#39;"
		case 0:
		default:
			continue
		}
		w.b = append(w.b, s[from:i]...)
		w.b = append(w.b, esc...)
		from = i + 1
	}
	w.b = append(w.b, s[from:]...)
}

// href writes an address of this program: one that begins with a single slash,
// with ? or with #. Anything else could have a scheme or another host, and
// becomes "#".
func (w *htmlWriter) href(s string) {
	if s == "" || s[0] != '/' && s[0] != '?' && s[0] != '#' || len(s) > 1 && s[0] == '/' && (s[1] == '/' || s[1] == '\\') {
		s = "#"
	}
	w.text(s)
}

// icon writes an icon by its name; an unknown one is left out, since names are
// states of the program, which the test of the fixtures draws all.
func (w *htmlWriter) icon(name string) { w.b = append(w.b, icons()[name]...) }

// html returns a copy of what was written.
func (w *htmlWriter) html() template.HTML { return template.HTML(w.b) } //nolint:gosec // every value went through text or href
