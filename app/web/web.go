// Package web is the HTML door: pages and forms on echo. A handler reads what
// its page shows, or calls one verb and redirects; it decides nothing about
// plans. Every route is in routes.go with its policy, and a route without one
// cannot be registered.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"duban/app"
	"duban/app/i18n"
	"duban/app/jobs"
	"duban/app/view"
	"duban/models"
	"duban/models/store"
	"duban/static"

	"github.com/labstack/echo/v4"
)

// Config is what the pages need beside the verbs.
type Config struct {
	// Secure says that the office reaches the program by https: cookies are
	// then sent over nothing else.
	Secure bool
	// TrustedProxies may say for whom they speak (X-Forwarded-For). Empty:
	// nobody's word is taken, the peer's address counts.
	TrustedProxies []netip.Prefix
	// Demo shows the banner and the accounts on the login page.
	Demo         bool
	DemoPassword string
	DemoAccounts []string // logins, in the order in which they are offered
	// Channel and Target say where mails go, for the outbox page.
	Channel, Target string
	// From is the sender's address, for showing a mail as it is sent.
	FromName, FromAddress string
	// Wall is the real clock: limits on slow clients are real seconds, also
	// where the office's clock stands elsewhere (the demo).
	Wall func() time.Time
	// Ready reports whether the program can serve; nil means always.
	Ready func(context.Context) error
}

// Server serves the pages.
type Server struct {
	app    *app.App
	jobs   *jobs.Runner
	view   *view.Renderer
	cat    *i18n.Catalogue
	log    *slog.Logger
	cfg    Config
	echo   *echo.Echo
	static http.Handler
	routes []route
}

// New makes a server; Handler is what to serve.
func New(a *app.App, runner *jobs.Runner, r *view.Renderer, cat *i18n.Catalogue, log *slog.Logger, cfg Config) *Server {
	s := &Server{app: a, jobs: runner, view: r, cat: cat, log: log, cfg: cfg, echo: echo.New(), static: static.Handler()}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.IPExtractor = s.ipExtractor()
	s.echo.HTTPErrorHandler = s.handleError
	s.register()
	return s
}

// ipExtractor says whose word counts for the client's address: without it echo
// would believe anybody's X-Forwarded-For.
func (s *Server) ipExtractor() echo.IPExtractor {
	if len(s.cfg.TrustedProxies) == 0 {
		return echo.ExtractIPDirect()
	}
	opts := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range s.cfg.TrustedProxies {
		opts = append(opts, echo.TrustIPRange(ipNet(p)))
	}
	return echo.ExtractIPFromXFFHeader(opts...)
}

// Handler is the whole site with its guards: cross-origin requests that change
// something are refused, every answer carries the security headers, a panic
// becomes an error page.
func (s *Server) Handler() http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.plainError(w, r, http.StatusForbidden, "err.cross_origin")
	}))
	return s.headers(s.requireOrigin(guard.Handler(s.echo)))
}

// request is one request with who makes it.
type request struct {
	echo.Context
	s     *Server
	user  models.User  // zero when nobody is signed in
	actor models.Actor // who acts
	lang  i18n.Lang
	token string
	reqID string // names the request in the log and on error pages
	began time.Time
}

// ctx is the request's context.
func (r *request) ctx() context.Context { return r.Request().Context() }

// read answers the page's questions.
func (r *request) read() store.Reader { return r.s.app.Reader() }

// scope is what the reader may see.
func (r *request) scope() models.Scope { return r.actor.Scope() }

// t is a word of the catalogue in the reader's language.
func (r *request) t(key string, args ...any) string { return r.s.cat.T(r.lang, key, args...) }
