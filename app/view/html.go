package view

import (
	"fmt"
	"html/template"
	"regexp"
	"sync"

	"duban/static"
)

// This is the only file of the program that may make a template.HTML, that is,
// text which html/template does not escape. What is made here comes from files
// of the program, never from data; a test holds the rest of the source to it.

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
