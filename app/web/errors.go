package web

import (
	"context"
	"errors"
	"net/http"

	"duban/app/view"
	"duban/models"

	"github.com/labstack/echo/v4"
)

// status is the one table from error codes to HTTP.
var status = map[models.Code]int{
	models.Invalid:         http.StatusUnprocessableEntity,
	models.NotFound:        http.StatusNotFound,
	models.Conflict:        http.StatusConflict,
	models.Forbidden:       http.StatusForbidden,
	models.Unauthenticated: http.StatusUnauthorized,
	models.TooLarge:        http.StatusRequestEntityTooLarge,
	models.NoSpace:         http.StatusInsufficientStorage,
	models.Internal:        http.StatusInternalServerError,
}

// handleError turns whatever a handler returned into an answer: the only place
// that logs a fault, once, under the id that the person sees.
func (s *Server) handleError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	r, ok := c.Get("request").(*request)
	if !ok {
		r = &request{Context: c, s: s, reqID: newRequestID(), lang: matchLang(c.Request().Header.Get("Accept-Language"))}
	}
	code := models.CodeOf(err)
	var he *echo.HTTPError
	switch {
	case isTooLarge(err):
		code = models.TooLarge
		err = models.Errf(models.TooLarge, "err.body_too_large", mebibytes(maxBytes(err)))
	case errors.As(err, &he) && he.Code == http.StatusMethodNotAllowed:
		s.answer(r, http.StatusMethodNotAllowed, "method", nil)
		return
	case errors.As(err, &he) && he.Code == http.StatusNotFound:
		code = models.NotFound
	case code == models.Internal && errors.Is(err, context.Canceled):
		return // the reader has gone
	case code == models.Internal:
		s.log.Error("request failed", "request", r.reqID, "method", c.Request().Method, "path", c.Path(), "err", err)
	}
	if code == models.Unauthenticated && c.Request().Method == http.MethodGet {
		_ = c.Redirect(http.StatusSeeOther, "/login?next="+queryEscape(c.Request().URL.RequestURI()))
		return
	}
	s.answer(r, status[code], string(code), err)
}

func maxBytes(err error) int64 {
	var m *http.MaxBytesError
	if errors.As(err, &m) {
		return m.Limit
	}
	return 0
}

// answer draws the error page. Should even that fail, one line of text remains.
func (s *Server) answer(r *request, status int, kind string, err error) {
	p := view.ErrorPage{Status: status, Kind: kind, RequestID: r.reqID, BackHref: "/"}
	var e *models.Error
	if errors.As(err, &e) && e.Code != models.Internal {
		p.Message = r.errText(e)
		if e.Code == models.TooLarge && len(e.Args) > 0 {
			p.LimitText = r.t("size.mib", e.Args[len(e.Args)-1])
		}
	}
	if ref := r.Request().Referer(); ref != "" {
		if u, ok := sameSite(r.Request(), ref); ok {
			p.BackHref = u
		}
	}
	p.Shell = r.shell()
	if kind == string(models.Conflict) {
		r.fillConflict(&p)
	}
	if err := r.render(status, "error", &p); err != nil && !r.Response().Committed {
		s.log.Error("error page failed", "request", r.reqID, "err", err)
		_ = r.String(status, s.cat.T(r.lang, "err.internal")+" "+r.reqID)
	}
}

// errText puts an error into the reader's words.
func (r *request) errText(e *models.Error) string {
	args := make([]any, len(e.Args))
	for i, a := range e.Args {
		if d, ok := a.(models.Date); ok {
			a = r.s.view.Locale(r.lang).Day(d.String())
		} else if f, ok := a.(float64); ok {
			a = number(f)
		}
		args[i] = a
	}
	switch e.Key {
	case "err.state": // what was tried, in which state: both are words of the catalogue
		for i, p := range []string{"act.", "state."} {
			if i < len(args) {
				args[i] = r.t(p + args[i].(string))
			}
		}
	case "err.figure_short": // the operator is a sign: ≥, and none for "exactly"
		if len(args) > 2 {
			args[2] = opSigns[args[2].(string)]
		}
	}
	return r.t(e.Key, args...)
}

// formErrors sorts a verb's field errors for a form; anything that is not
// about a field of a form comes back as the second value.
func (r *request) formErrors(err error) (view.FormErrors, error) {
	var es models.Errors
	var e *models.Error
	switch {
	case errors.As(err, &es):
	case errors.As(err, &e) && e.Field != "" && (e.Code == models.Invalid || e.Code == models.Conflict || e.Code == models.TooLarge):
		es = models.Errors{e}
	default:
		return nil, err
	}
	var out view.FormErrors
	for _, e := range es {
		out.Add(e.Field, r.errText(e))
	}
	return out, nil
}
