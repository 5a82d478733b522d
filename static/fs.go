// Package static holds what the browser loads: one style sheet, one small
// script, pictures. It owns their addresses, which carry a hash of the content
// so that they can be cached for ever; it knows nothing of pages.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

//go:embed all:css all:js all:img
var files embed.FS

// Prefix is the path under which Handler expects its requests.
const Prefix = "/static/"

// Asset is one file as it is served.
type Asset struct {
	Name string // logical name: duban.css, img/favicon.svg
	Path string // address: /static/duban-0123456789.css
	Type string // media type
	Data []byte
	Gzip []byte // the same compressed, nil where that saves nothing
}

type bundle struct {
	byName map[string]*Asset
	byPath map[string]*Asset
}

var assets = sync.OnceValue(func() *bundle {
	b, err := build(files)
	if err != nil {
		panic(err) // the files are in the program: only a broken build fails
	}
	return b
})

// build makes the assets: css/*.css joined in the order of their names (the
// numbers in front are the order of the cascade), js and img file by file.
func build(fsys fs.FS) (*bundle, error) {
	b := &bundle{map[string]*Asset{}, map[string]*Asset{}}
	sheets, err := fs.Glob(fsys, "css/*.css") // sorted
	if err != nil {
		return nil, err
	}
	var css bytes.Buffer
	for _, name := range sheets {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&css, "/* %s */\n%s\n", path.Base(name), data)
	}
	if err := b.add("duban.css", css.Bytes()); err != nil {
		return nil, err
	}
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "css/") {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		return b.add(strings.TrimPrefix(name, "js/"), data)
	})
	return b, err
}

func (b *bundle) add(name string, data []byte) error {
	ext := path.Ext(name)
	sum := sha256.Sum256(data)
	a := &Asset{
		Name: name,
		Path: Prefix + strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:5]) + ext,
		Type: mediaType(ext),
		Data: data,
	}
	var z bytes.Buffer
	w, err := gzip.NewWriterLevel(&z, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if z.Len() < len(data)*9/10 {
		a.Gzip = z.Bytes()
	}
	b.byName[name], b.byPath[a.Path] = a, a
	return nil
}

// mediaType does not ask the operating system for the types that matter: its
// tables differ, and with nosniff a wrong one disables the file.
func mediaType(ext string) string {
	switch ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}

// Path returns the address of the asset called name ("duban.css", "duban.js",
// "img/favicon.svg"). It panics for an unknown name: templates only use names
// that a test has rendered.
func Path(name string) string {
	a, ok := assets().byName[name]
	if !ok {
		panic("static: no asset " + name)
	}
	return a.Path
}

// ByName returns the asset called name.
func ByName(name string) (*Asset, bool) {
	a, ok := assets().byName[name]
	return a, ok
}

// All returns every asset by its address.
func All() map[string]*Asset { return assets().byPath }

// Handler serves the assets under Prefix, GET and HEAD only, with a year of
// caching: a changed file has another address.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		a, ok := assets().byPath[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.Type)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		data := a.Data
		if a.Gzip != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			data = a.Gzip
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	})
}

func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0"
		}
	}
	return false
}
