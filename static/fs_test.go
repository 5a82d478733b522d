package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func TestBundle(t *testing.T) {
	fsys := fstest.MapFS{
		"css/20-b.css":    {Data: []byte("b{}")},
		"css/10-a.css":    {Data: []byte("a{}")},
		"js/x.js":         {Data: []byte("1")},
		"img/y.svg":       {Data: []byte("<svg/>")},
		"img/deep/z.webp": {Data: []byte("z")},
	}
	b, err := build(fsys)
	if err != nil {
		t.Fatal(err)
	}
	css := b.byName["duban.css"]
	if css == nil || strings.Index(string(css.Data), "a{}") > strings.Index(string(css.Data), "b{}") {
		t.Fatalf("the sheets are not joined in order: %q", css.Data)
	}
	for name, ext := range map[string]string{"duban.css": ".css", "x.js": ".js", "img/y.svg": ".svg", "img/deep/z.webp": ".webp"} {
		a := b.byName[name]
		if a == nil {
			t.Errorf("no asset %s", name)
			continue
		}
		want := regexp.MustCompile(`^/static/` + regexp.QuoteMeta(strings.TrimSuffix(name, ext)) + `-[0-9a-f]{10}` + regexp.QuoteMeta(ext) + `$`)
		if !want.MatchString(a.Path) || b.byPath[a.Path] != a {
			t.Errorf("address of %s: %s", name, a.Path)
		}
	}
	fsys["css/20-b.css"].Data = []byte("b{color:red}")
	c, err := build(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if c.byName["duban.css"].Path == css.Path {
		t.Error("a changed sheet kept its address")
	}
	if c.byName["x.js"].Path != b.byName["x.js"].Path {
		t.Error("an unchanged file changed its address")
	}
}

func TestHandler(t *testing.T) {
	h := Handler()
	get := func(method, path, encoding string) *http.Response {
		r := httptest.NewRequest(method, path, nil)
		if encoding != "" {
			r.Header.Set("Accept-Encoding", encoding)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result()
	}
	css, _ := ByName("duban.css")
	for name, want := range map[string]string{"duban.css": "text/css; charset=utf-8", "duban.js": "text/javascript; charset=utf-8", "img/favicon.svg": "image/svg+xml"} {
		res := get("GET", Path(name), "")
		if res.StatusCode != 200 || res.Header.Get("Content-Type") != want || res.Header.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(res.Header.Get("Cache-Control"), "immutable") || res.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %d %v", name, res.StatusCode, res.Header)
		}
	}
	for encoding, zipped := range map[string]bool{"gzip": true, "br, gzip;q=0.8": true, "GZIP": true, "gzip;q=0": false, "br": false, "gzip; q=0": false, "": false} {
		res := get("GET", css.Path, encoding)
		if got := res.Header.Get("Content-Encoding") == "gzip"; got != zipped {
			t.Errorf("Accept-Encoding %q: gzip %v", encoding, got)
		}
		if res.Header.Get("Vary") != "Accept-Encoding" {
			t.Error("no Vary: a cache would mix the two")
		}
		if !zipped {
			continue
		}
		z, err := gzip.NewReader(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(z); err != nil || !bytes.Equal(b, css.Data) {
			t.Errorf("unpacked sheet differs, %v", err)
		}
	}
	for path, code := range map[string]int{"/static/duban.css": 404, "/static/css/10-base.css": 404, "/static/../fs.go": 404, "/static/": 404} {
		if res := get("GET", path, ""); res.StatusCode != code {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, code)
		}
	}
	if res := get("POST", css.Path, ""); res.StatusCode != 405 || res.Header.Get("Allow") == "" {
		t.Errorf("POST: %d", res.StatusCode)
	}
	if b, _ := io.ReadAll(get("HEAD", css.Path, "").Body); len(b) != 0 {
		t.Error("HEAD has a body")
	}
}

// TestSheetsAreSafe: nothing is loaded from elsewhere, and no sheet needs what
// the content security policy forbids.
func TestSheetsAreSafe(t *testing.T) {
	css, _ := ByName("duban.css")
	js, _ := ByName("duban.js")
	for _, bad := range []string{"@import", "http:", "https:", "url(//", "expression("} {
		if bytes.Contains(css.Data, []byte(bad)) {
			t.Errorf("the style sheet has %q", bad)
		}
	}
	for _, bad := range []string{"http:", "https:", "eval(", "innerHTML", "document.write", "new Function"} {
		if bytes.Contains(js.Data, []byte(bad)) {
			t.Errorf("the script has %q", bad)
		}
	}
	if n := bytes.Count(js.Data, []byte("\n")); n > 200 {
		t.Errorf("the script has %d lines, want at most 200", n)
	}
	if o, c := bytes.Count(css.Data, []byte("{")), bytes.Count(css.Data, []byte("}")); o != c {
		t.Errorf("%d { and %d } in the style sheet", o, c)
	}
	for _, m := range regexp.MustCompile(`font-size:(\d+)px`).FindAllSubmatch(css.Data, -1) {
		if s := string(m[1]); s != "0" && len(s) == 1 || s == "10" || s == "11" {
			t.Errorf("text of %spx: 12 is the floor", s)
		}
	}
}
