package web

import (
	"net/http"

	"duban/models"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// table is the site map: every address, who may use it, and what answers.
// A page's template, address, handler file and test share a word.
func (s *Server) table() []route {
	login := public("signing in needs no account")
	link := public("the one-time link is the key")
	probe := public("load balancers and supervisors have no account; it tells nothing")
	self := need(models.ActOwnAccount)
	return []route{
		{method: get, path: "/static/*", policy: public("style sheet, script and pictures, the same for everybody"), handler: (*request).static},
		{method: get, path: "/healthz", policy: probe, handler: (*request).healthz},
		{method: get, path: "/readyz", policy: probe, handler: (*request).readyz},

		{method: get, path: "/", policy: self, handler: (*request).home},
		{method: get, path: "/p/:plan/m", policy: need(models.ActSeePlan), handler: (*request).matrix},
		{method: get, path: "/p/:plan/list", policy: need(models.ActSeeAll), handler: (*request).list},
		{method: post, path: "/p/:plan/list/nudge", policy: need(models.ActNudge), handler: (*request).nudgeListed},
		{method: post, path: "/p/:plan/nudge", policy: need(models.ActNudge), handler: (*request).nudgeMany},

		{method: get, path: "/login", policy: login, handler: (*request).loginPage},
		{method: post, path: "/login", policy: login, handler: (*request).login},
		{method: post, path: "/logout", policy: self, handler: (*request).logout},
		{method: post, path: "/lang", policy: public("language of the login page; stored with the account once signed in"), handler: (*request).setLang},
		{method: get, path: "/setup/:token", policy: link, handler: (*request).setupPage},
		{method: post, path: "/setup/:token", policy: link, handler: (*request).setup},
		{method: get, path: "/invite/:token", policy: link, handler: (*request).invitePage},
		{method: post, path: "/invite/:token", policy: link, handler: (*request).invite},
	}
}
