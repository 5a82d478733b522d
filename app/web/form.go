package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"duban/models"

	"github.com/labstack/echo/v4"
)

// field is a form field, trimmed and storable.
func (r *request) field(name string) string { return strings.TrimSpace(storable(r.FormValue(name))) }

// storable takes out what PostgreSQL does not keep in a text and no keyboard
// makes: zero bytes and broken UTF-8.
func storable(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}

// version is the form's hidden version, 0 where it carries none.
func (r *request) version() int {
	n, _ := strconv.Atoi(r.FormValue("version"))
	return n
}

// date reads a day typed into a form: zero when empty, an error of that field
// when it is not a day.
func (r *request) date(name string) (models.Date, error) {
	v := r.field(name)
	if v == "" {
		return models.Date{}, nil
	}
	d, err := models.ParseDate(v)
	if err != nil {
		return d, models.FieldErr(name, "err.date_form", v)
	}
	return d, nil
}

// id reads a number out of the address; a page that cannot exist is not found.
func (r *request) id(name string) (int64, error) {
	n, err := strconv.ParseInt(r.Param(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, models.Errf(models.NotFound, "err.not_found")
	}
	return n, nil
}

// ids reads the ticked rows of a form.
func (r *request) ids(name string) ([]int64, error) {
	form, err := r.FormParams()
	if err != nil {
		return nil, err
	}
	var out []int64
	for _, v := range form[name] {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return nil, models.FieldErr(name, "err.select_some")
		}
		out = append(out, n)
	}
	if len(out) == 0 {
		return nil, models.FieldErr(name, "err.select_some")
	}
	return out, nil
}

// plan loads the plan of the address.
func (r *request) plan() (models.Plan, error) {
	p, err := r.read().PlanByKey(r.ctx(), r.Param("plan"))
	if err == nil && p.State == models.PlanDraft && !r.actor.May(models.ActImport) {
		return p, models.Errf(models.NotFound, "err.not_found") // units see a plan once it is issued
	}
	return p, err
}

// flash is a sentence for the next page, by its key: the cookie cannot bring a
// text of its own onto the page.
type flash struct {
	Key  string `json:"k"`
	Args []any  `json:"a,omitempty"`
}

const flashCookie = "duban_flash"

// done sends the person on, with a sentence for the page that comes next.
func (r *request) done(to, key string, args ...any) error {
	if b, err := json.Marshal(flash{key, args}); err == nil {
		r.SetCookie(r.s.cookie(flashCookie, base64.RawURLEncoding.EncodeToString(b), 60))
	}
	return r.Redirect(http.StatusSeeOther, localPath(to))
}

// flashText takes the sentence that an act left for this page.
func (r *request) flashText() string {
	ck, err := r.Cookie(flashCookie)
	if err != nil || ck.Value == "" {
		return ""
	}
	r.SetCookie(r.s.cookie(flashCookie, "", -1))
	var f flash
	b, err := base64.RawURLEncoding.DecodeString(ck.Value)
	if err != nil || json.Unmarshal(b, &f) != nil || !strings.HasPrefix(f.Key, "flash.") || !r.s.cat.Has(f.Key) {
		return ""
	}
	for i, a := range f.Args {
		if n, ok := a.(float64); ok {
			f.Args[i] = int(n)
		}
	}
	return r.t(f.Key, f.Args...)
}

// back is where an act returns to: the page that the form names, else the
// given one.
func (r *request) back(otherwise string) string {
	if b := r.field("back"); b != "" {
		return localPath(b)
	}
	return otherwise
}

func queryEscape(s string) string { return url.QueryEscape(s) }

// sameSite returns the path and query of a referring page of this site.
func sameSite(req *http.Request, ref string) (string, bool) {
	u, err := url.Parse(ref)
	if err != nil || u.Host != req.Host {
		return "", false
	}
	return localPath(u.RequestURI()), true
}

// render draws a page into a buffer and then sends it, so that a fault while
// drawing is an error page and not half a page.
func (r *request) render(status int, name string, data any) error {
	res := r.Response()
	res.Header().Set(echo.HeaderContentType, "text/html; charset=utf-8")
	res.Header().Set("Vary", "Accept-Language, Cookie")
	return r.s.view.Page(statusWriter{res, status}, r.lang, name, data)
}

// page draws a page with status 200.
func (r *request) page(name string, data any) error { return r.render(http.StatusOK, name, data) }

// statusWriter sends the status with the first bytes.
type statusWriter struct {
	res    *echo.Response
	status int
}

// Write implements io.Writer.
func (w statusWriter) Write(b []byte) (int, error) {
	if !w.res.Committed {
		w.res.WriteHeader(w.status)
	}
	return w.res.Write(b)
}
