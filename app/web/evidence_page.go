package web

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"duban/models"

	"github.com/labstack/echo/v4"
)

// evidence sends one evidence file, always to be saved and never to be shown
// here: what a unit uploads must not run as a page of this site.
func (r *request) evidence() error {
	id, err := r.id("ev")
	if err != nil {
		return err
	}
	ev, f, err := r.s.app.Download(r.ctx(), r.actor, models.EvidenceID(id))
	if err != nil {
		return err
	}
	defer f.Close()
	h := r.Response().Header()
	h.Set(echo.HeaderContentType, ev.MIME)
	h.Set(echo.HeaderContentDisposition, attachment(ev))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", `"`+ev.SHA256+`"`)
	http.ServeContent(r.Response(), r.Request(), "", ev.CreatedAt, f)
	return nil
}

// attachment names the file for the browser: the name as it was uploaded
// (RFC 8187), and before it a plain one for what cannot read that.
func attachment(ev models.Evidence) string {
	ext := path.Ext(ev.Name)
	for _, c := range ext {
		if c >= 0x7f || c <= ' ' || c == '"' || c == '\\' {
			ext = ""
		}
	}
	name := strings.ReplaceAll(url.QueryEscape(ev.Name), "+", "%20")
	return fmt.Sprintf(`attachment; filename="evidence-%d%s"; filename*=UTF-8''%s`, ev.ID, ext, name)
}
