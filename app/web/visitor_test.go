package web

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"

	"duban/app/i18n"
	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// seeded is a site on the small office of storetest, served on a real port.
type seeded struct {
	site
	*storetest.Office
	t       testing.TB
	srv     *httptest.Server
	queries *atomic.Int64
}

func newSeeded(t testing.TB) *seeded {
	t.Helper()
	n := &atomic.Int64{}
	db := storetest.Open(t, store.Options{Database: storetest.SQLiteFile(t), OnQuery: func(string, int64, time.Duration, error) { n.Add(1) }})
	s := &seeded{site: newSite(t, db, storetest.Clock), Office: storetest.Seed(t, db), t: t, queries: n}
	if _, err := s.app.Blob.Put(t.Context(), bytes.NewReader(storetest.EvidenceBytes), 1<<20); err != nil {
		t.Fatal(err)
	}
	s.srv = httptest.NewServer(s.h)
	t.Cleanup(s.srv.Close)
	return s
}

// a duty's address, as acts begin with it.
func (s *seeded) act(ref, unit string) string { return actHref(s.Assignment(ref, unit)) }

// visitor is a browser of one person, without script.
type visitor struct {
	s      *seeded
	cookie *http.Cookie
	client *http.Client
}

// as is a person, signed in; "" is nobody.
func (s *seeded) as(login string) *visitor {
	v := &visitor{s: s, client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if login != "" {
		v.cookie = s.signIn(s.t, login)
	}
	return v
}

// answer is what came back: the status, the header and the page.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

func (v *visitor) do(method, path, contentType string, body io.Reader) answer {
	v.s.t.Helper()
	req, err := http.NewRequestWithContext(v.s.t.Context(), method, v.s.srv.URL+path, body)
	if err != nil {
		v.s.t.Fatal(err)
	}
	req.Header.Set("Accept-Language", "zh-CN")
	if method != http.MethodGet {
		req.Header.Set("Origin", v.s.srv.URL)
		req.Header.Set("Content-Type", contentType)
	}
	if v.cookie != nil {
		req.AddCookie(v.cookie)
	}
	res, err := v.client.Do(req)
	if err != nil {
		v.s.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.s.t.Fatal(err)
	}
	a := answer{v.s.t, res.StatusCode, res.Header, string(b)}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		a.check(method + " " + path)
	}
	return a
}

func (v *visitor) get(path string) answer {
	v.s.t.Helper()
	path, _, _ = strings.Cut(path, "#")
	return v.do(http.MethodGet, path, "", nil)
}

func (v *visitor) post(path string, form url.Values) answer {
	v.s.t.Helper()
	return v.do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// file is one file of an upload.
type file struct {
	name string
	body string
}

// upload sends a form with files, fields first as a browser does.
func (v *visitor) upload(path string, form url.Values, files ...file) answer {
	v.s.t.Helper()
	body, contentType := multipartBody(v.s.t, form, files)
	return v.do(http.MethodPost, path, contentType, bytes.NewReader(body))
}

func multipartBody(t testing.TB, form url.Values, files []file) ([]byte, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, vs := range form {
		for _, x := range vs {
			if err := w.WriteField(k, x); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, f := range files {
		p, err := w.CreateFormFile("files", f.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(p, f.body); err != nil {
			t.Fatal(err)
		}
	}
	if len(files) == 0 { // a browser sends an empty part for a field that was left empty
		if _, err := w.CreateFormFile("files", ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), w.FormDataContentType()
}

// is checks the status, and that the page says each of the texts.
func (a answer) is(status int, texts ...string) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d (location %q):\n%s", a.status, status, a.header.Get("Location"), a.text())
	}
	for _, want := range texts {
		if !strings.Contains(a.text(), want) && !strings.Contains(a.body, html.EscapeString(want)) {
			a.t.Errorf("the page does not say %q:\n%s", want, a.text())
		}
	}
	return a
}

// not checks that the page does not say any of the texts.
func (a answer) not(texts ...string) answer {
	a.t.Helper()
	for _, s := range texts {
		if strings.Contains(a.text(), s) {
			a.t.Errorf("the page says %q:\n%s", s, a.text())
		}
	}
	return a
}

// sentTo checks that the answer is a redirect and returns where to.
func (a answer) sentTo() string {
	a.t.Helper()
	a.is(http.StatusSeeOther)
	return a.header.Get("Location")
}

func (a answer) doc() *html.Node {
	a.t.Helper()
	doc, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		a.t.Fatal(err)
	}
	return doc
}

// text is what the page says to a reader.
func (a answer) text() string {
	a.t.Helper()
	var b strings.Builder
	for n := range a.doc().Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "title" {
			if s := strings.TrimSpace(n.Data); s != "" {
				b.WriteString(s)
				b.WriteByte(' ')
			}
		}
	}
	return b.String()
}

var bareKey = regexp.MustCompile(`^[a-z][a-z_]*\.[a-z][a-z0-9_.-]*$`)

// check holds for every page: no word of the catalogue stands for itself, no
// value was refused by the escaper, nothing that the policy forbids.
func (a answer) check(where string) {
	a.t.Helper()
	if strings.Contains(a.body, "ZgotmplZ") {
		a.t.Errorf("%s: a value was refused by the escaper", where)
	}
	heads := map[string]bool{}
	for _, k := range i18n.Default().Keys() {
		head, _, _ := strings.Cut(k, ".")
		heads[head] = true
	}
	for _, w := range strings.Fields(a.text()) {
		if head, _, _ := strings.Cut(w, "."); bareKey.MatchString(w) && heads[head] && !strings.Contains(w, "@") && !strings.HasSuffix(w, ".txt") && !strings.HasSuffix(w, ".pdf") {
			a.t.Errorf("%s: %q stands where words should", where, w)
		}
	}
	for n := range a.doc().Descendants() {
		for _, x := range n.Attr {
			if x.Key == "style" || strings.HasPrefix(x.Key, "on") {
				a.t.Errorf("%s: <%s %s> is forbidden by the content security policy", where, n.Data, x.Key)
			}
		}
	}
}

// form returns what the page's form at the address would send untouched: its
// fields, and with a button of the form the address that the button names.
func (a answer) form(action string) url.Values {
	a.t.Helper()
	for n := range a.doc().Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" {
			continue
		}
		found := attr(n, "action") == action
		for x := range n.Descendants() {
			found = found || x.Data == "button" && attr(x, "formaction") == action
		}
		if found {
			return fields(n)
		}
	}
	a.t.Fatalf("the page has no form to %s:\n%s", action, a.text())
	return nil
}

func fields(form *html.Node) url.Values {
	out := url.Values{}
	for n := range form.Descendants() {
		name := attr(n, "name")
		if n.Type != html.ElementNode || name == "" {
			continue
		}
		switch n.Data {
		case "textarea":
			if n.FirstChild != nil {
				out.Set(name, n.FirstChild.Data)
			} else {
				out.Set(name, "")
			}
		case "input":
			kind := attr(n, "type")
			if (kind == "checkbox" || kind == "radio") && !has(n, "checked") || kind == "file" {
				continue
			}
			out.Add(name, attr(n, "value"))
		}
	}
	return out
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

// links returns the addresses that the page leads to.
func (a answer) links() []string {
	var out []string
	for n := range a.doc().Descendants() {
		if n.Type == html.ElementNode && n.Data == "a" {
			out = append(out, attr(n, "href"))
		}
	}
	return out
}

func (a answer) hasLink(href string) bool {
	for _, l := range a.links() {
		if l == href {
			return true
		}
	}
	return false
}

// with is a form with some fields filled in.
func with(form url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for k, v := range form {
		out[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

// state checks the stored state of a duty.
func (s *seeded) state(ref, unit string, want models.State) models.Item {
	s.t.Helper()
	it := s.Assignment(ref, unit)
	if it.State != want {
		s.t.Fatalf("%s %s is %s, want %s", ref, unit, it.State, want)
	}
	return it
}
