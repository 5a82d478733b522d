package web

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"duban/app/i18n"
	"duban/models"

	"github.com/labstack/echo/v4"
)

// policy says who may use a route: signed-in people who may do Act, or anybody,
// for a stated reason.
type policy struct {
	act    models.Act
	public string
}

// need is the policy of a route for people who may do the act.
func need(act models.Act) policy { return policy{act: act} }

// public is the policy of a route that needs no account, and why.
func public(reason string) policy { return policy{public: reason} }

// declared reports whether the policy says anything.
func (p policy) declared() bool { return p.act != "" || p.public != "" }

type handler func(*request) error

type route struct {
	method, path string
	policy       policy
	handler      handler
	// body is the largest request body in bytes; 0 means smallBody.
	body int64
}

// smallBody bounds forms without files: 256 KiB.
const smallBody = 256 << 10

// register puts every route of the table on echo. It is the only place that
// does, and it refuses a route without a policy.
func (s *Server) register() {
	s.add(s.table())
	s.echo.RouteNotFound("/*", s.serve(route{policy: public("says that there is no such page"), handler: func(*request) error {
		return models.Errf(models.NotFound, "err.not_found")
	}}))
}

func (s *Server) add(routes []route) {
	for _, r := range routes {
		if !r.policy.declared() {
			panic("web: no policy declared for " + r.method + " " + r.path)
		}
		s.echo.Add(r.method, r.path, s.serve(r))
	}
	s.routes = append(s.routes, routes...)
}

// serve wraps a route's handler: who asks, may he, in which language, within
// which size, and what becomes of a panic.
func (s *Server) serve(rt route) echo.HandlerFunc {
	limit := rt.body
	if limit == 0 {
		limit = smallBody
	}
	return func(c echo.Context) (err error) {
		r := &request{Context: c, s: s, reqID: newRequestID(), began: s.app.Now()}
		c.Set("request", r)
		c.Response().Header().Set("X-Request-Id", r.reqID)
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.log.Error("panic", "request", r.reqID, "path", c.Path(), "panic", p, "stack", string(debug.Stack()))
				err = models.Errf(models.Internal, "err.internal")
			}
		}()
		req := c.Request()
		r.boundReading(limit)
		req.Body = http.MaxBytesReader(c.Response(), req.Body, limit)
		if err := r.identify(); err != nil { // first: a refusal too is said in the reader's language
			return err
		}
		if req.ContentLength > limit {
			return models.Errf(models.TooLarge, "err.body_too_large", mebibytes(limit))
		}
		if rt.policy.public == "" {
			if r.user.ID == 0 {
				return models.Errf(models.Unauthenticated, "err.login_needed")
			}
			if !r.actor.May(rt.policy.act) {
				return models.Errf(models.Forbidden, "err.forbidden")
			}
			// what an account shows is for that account alone
			c.Response().Header().Set("Cache-Control", "no-store")
		}
		return rt.handler(r)
	}
}

// boundReading gives a slow sender half a minute for a form and ten minutes for
// files, so that it cannot hold a connection for ever.
func (r *request) boundReading(limit int64) {
	if r.s.cfg.Wall == nil {
		return
	}
	patience := 30 * time.Second
	if limit > smallBody {
		patience = 10 * time.Minute
	}
	// a recorder of tests has no deadlines; every real connection does
	_ = http.NewResponseController(r.Response()).SetReadDeadline(r.s.cfg.Wall().Add(patience))
}

// identify finds out who asks and in which language to answer.
func (r *request) identify() error {
	r.lang = matchLang(r.Request().Header.Get("Accept-Language"))
	if ck, err := r.Cookie(langCookie); err == nil {
		r.lang = matchLang(ck.Value)
	}
	if ck, err := r.Cookie(r.s.cookieName()); err == nil {
		u, err := r.s.app.Principal(r.ctx(), ck.Value)
		switch models.CodeOf(err) {
		case "":
			r.user, r.token = u, ck.Value
			r.lang = matchLang(u.Lang)
		case models.Unauthenticated:
		default:
			return err
		}
	}
	r.actor = models.ActorOf(r.user, r.RealIP())
	r.actor.Lang = string(r.lang)
	return nil
}

// mebibytes is a limit as people read it: whole where it is whole.
func mebibytes(n int64) any {
	if n%(1<<20) == 0 {
		return n >> 20
	}
	return strconv.FormatFloat(float64(n)/(1<<20), 'f', 2, 64)
}

func newRequestID() string {
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

// headers puts the security headers on every answer.
func (s *Server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		if s.cfg.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// requireOrigin refuses a request that would change something, carries a
// session cookie, and says nothing of where it comes from: every browser says
// so, and CrossOriginProtection lets the silent ones through.
func (s *Server) requireOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" {
			if _, err := r.Cookie(s.cookieName()); err == nil {
				s.plainError(w, r, http.StatusForbidden, "err.cross_origin")
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// plainError answers before echo: in words, without a page.
func (s *Server) plainError(w http.ResponseWriter, r *http.Request, status int, key string) {
	lang := matchLang(r.Header.Get("Accept-Language"))
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(s.cat.T(lang, key) + "\n"))
}

const langCookie = "duban_lang"

// cookieName is the session cookie. Under https the __Host- prefix ties it to
// this host and to https.
func (s *Server) cookieName() string {
	if s.cfg.Secure {
		return "__Host-duban"
	}
	return "duban"
}

// cookie makes a cookie with the site's settings; maxAge in seconds, -1 removes
// it. Lax, not Strict: links in mails must arrive signed in.
func (s *Server) cookie(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: s.cfg.Secure, SameSite: http.SameSiteLaxMode}
}

func ipNet(p netip.Prefix) *net.IPNet {
	p = p.Masked()
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

// localPath returns the path if it leads to a page of this site, else "/": a
// link must not send a person who has just signed in to another host.
func localPath(p string) string {
	if len(p) < 1 || p[0] != '/' || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\r\n\t") {
		return "/"
	}
	for _, c := range p {
		if c < 0x20 || c == 0x7f {
			return "/"
		}
	}
	return p
}

// isTooLarge reports that reading a body met its limit.
func isTooLarge(err error) bool {
	var m *http.MaxBytesError
	return errors.As(err, &m)
}

// matchLang reads a language cookie or an Accept-Language header: English only
// where it stands before any Chinese.
func matchLang(header string) i18n.Lang {
	for _, tag := range strings.Split(header, ",") {
		tag = strings.ToLower(strings.TrimSpace(tag))
		switch {
		case strings.HasPrefix(tag, "zh"):
			return i18n.ZH
		case strings.HasPrefix(tag, "en"):
			return i18n.EN
		}
	}
	return i18n.ZH
}
