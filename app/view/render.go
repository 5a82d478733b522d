package view

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"duban/app/i18n"
	"duban/templates"
)

// Renderer executes the page templates. It is made once at start and is safe
// for use by many goroutines.
type Renderer struct {
	locales map[i18n.Lang]*Locale
	pages   map[i18n.Lang]map[string]*template.Template
	mails   map[i18n.Lang]map[string]mail
}

// moreFuncs lets other files of the package add template functions; each is
// called once per language.
var moreFuncs []func(*Locale) map[string]any

// New parses all templates, once per language, with the functions of that
// language bound. today returns the office's day as "2020-10-13"; dates of
// another year are shown with their year. With a nil today no year is shown.
// Every fault of a template is an error here, not at the first request.
func New(cat *i18n.Catalogue, today func() string) (*Renderer, error) {
	r := &Renderer{map[i18n.Lang]*Locale{}, map[i18n.Lang]map[string]*template.Template{}, map[i18n.Lang]map[string]mail{}}
	for _, lang := range i18n.Langs {
		l := &Locale{Lang: lang, cat: cat, today: today}
		r.locales[lang] = l
		set, err := parsePages(templates.FS, l.funcs())
		if err != nil {
			return nil, fmt.Errorf("templates, %s: %w", lang, err)
		}
		r.pages[lang] = set
		if r.mails[lang], err = parseMails(templates.FS, l.funcs()); err != nil {
			return nil, fmt.Errorf("mails, %s: %w", lang, err)
		}
	}
	return r, nil
}

// parsePages parses the frame and the partials, then a copy of them with each
// page, which defines "title" and "content".
func parsePages(fsys fs.FS, funcs template.FuncMap) (map[string]*template.Template, error) {
	shared := template.New("").Funcs(funcs)
	for _, dir := range []string{"layout", "partials"} {
		if err := parseDir(shared, fsys, dir); err != nil {
			return nil, err
		}
	}
	files, err := fs.Glob(fsys, "pages/*.html")
	if err != nil {
		return nil, err
	}
	set := map[string]*template.Template{}
	for _, file := range files {
		t, err := shared.Clone()
		if err != nil {
			return nil, err
		}
		if err := parseFile(t, fsys, file); err != nil {
			return nil, err
		}
		// html/template escapes at the first execution and reports its faults
		// there. Executing on nothing brings that forward; it then stops at the
		// missing data, which is expected.
		err = t.ExecuteTemplate(io.Discard, "base", nil)
		var fault *template.Error
		if errors.As(err, &fault) {
			return nil, err
		}
		set[strings.TrimSuffix(path.Base(file), ".html")] = t
	}
	return set, nil
}

func parseDir(t *template.Template, fsys fs.FS, dir string) error {
	files, err := fs.Glob(fsys, dir+"/*.html")
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := parseFile(t, fsys, f); err != nil {
			return err
		}
	}
	return nil
}

func parseFile(t *template.Template, fsys fs.FS, file string) error {
	b, err := fs.ReadFile(fsys, file)
	if err != nil {
		return err
	}
	_, err = t.New(file).Parse(string(b))
	return err
}

// Pages returns the names of all pages, sorted.
func (r *Renderer) Pages() []string {
	return slices.Sorted(maps.Keys(r.pages[i18n.ZH]))
}

// Locale returns how values are written in lang.
func (r *Renderer) Locale(lang i18n.Lang) *Locale {
	if l, ok := r.locales[lang]; ok {
		return l
	}
	return r.locales[i18n.ZH]
}

// Page writes the page called name with data, its typed struct. It writes all
// or nothing: on an error w is untouched.
func (r *Renderer) Page(w io.Writer, lang i18n.Lang, name string, data any) error {
	set, ok := r.pages[lang]
	if !ok {
		set = r.pages[i18n.ZH]
	}
	t, ok := set[name]
	if !ok {
		return fmt.Errorf("view: no page %q", name)
	}
	buf := buffers.Get().(*bytes.Buffer)
	defer func() {
		// A buffer of an unusually large page is not kept.
		if buf.Cap() <= 4<<20 {
			buf.Reset()
			buffers.Put(buf)
		}
	}()
	if err := t.ExecuteTemplate(buf, "base", data); err != nil {
		return fmt.Errorf("view: page %s: %w", name, err)
	}
	_, err := w.Write(buf.Bytes())
	return err
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
