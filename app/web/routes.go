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
	uploads := uploadBody(s.app.UploadMax)
	return []route{
		{method: get, path: "/static/*", policy: public("style sheet, script and pictures, the same for everybody"), handler: (*request).static},
		{method: get, path: "/healthz", policy: probe, handler: (*request).healthz},
		{method: get, path: "/readyz", policy: probe, handler: (*request).readyz},

		{method: get, path: "/", policy: self, handler: (*request).home},
		{method: get, path: "/p/:plan/m", policy: need(models.ActSeePlan), handler: (*request).matrix},
		{method: get, path: "/p/:plan/list", policy: need(models.ActSeeAll), handler: (*request).list},
		{method: post, path: "/p/:plan/list/nudge", policy: need(models.ActNudge), handler: (*request).nudgeListed},
		{method: post, path: "/p/:plan/nudge", policy: need(models.ActNudge), handler: (*request).nudgeMany},

		{method: get, path: "/p/:plan/t/:addr", policy: need(models.ActSeePlan), handler: (*request).task},
		{method: post, path: "/p/:plan/t/:addr/nudge", policy: need(models.ActNudge), handler: (*request).nudgeTicked},
		{method: post, path: "/p/:plan/t/:addr/close", policy: need(models.ActClose), handler: (*request).closeAll},
		{method: get, path: "/p/:plan/review", policy: need(models.ActSeeAll), handler: (*request).toReview},
		{method: get, path: "/p/:plan/u/:code", policy: need(models.ActSeeUnit), handler: (*request).unitTasks},
		{method: post, path: "/sign-all", policy: need(models.ActSign), handler: (*request).signAll},
		{method: post, path: "/p/:plan/a/:id/sign", policy: need(models.ActSign), handler: (*request).sign},
		// the lead office may report an obstacle too; each form asks for its own act
		{method: get, path: "/p/:plan/a/:id/submit", policy: need(models.ActBlock), handler: (*request).submitPage},
		{method: post, path: "/p/:plan/a/:id/submit", policy: need(models.ActSubmit), handler: (*request).submit, body: uploads},
		{method: post, path: "/p/:plan/a/:id/na", policy: need(models.ActAskNA), handler: (*request).askNA, body: uploads},
		{method: post, path: "/p/:plan/a/:id/progress", policy: need(models.ActProgress), handler: (*request).progress},
		{method: post, path: "/p/:plan/a/:id/extend", policy: need(models.ActAskExtend), handler: (*request).extend},
		{method: post, path: "/p/:plan/a/:id/block", policy: need(models.ActBlock), handler: (*request).block},
		{method: post, path: "/p/:plan/a/:id/unblock", policy: need(models.ActBlock), handler: (*request).unblock},
		{method: post, path: "/p/:plan/a/:id/review", policy: need(models.ActApprove), handler: (*request).review},
		{method: post, path: "/p/:plan/x/:ext/decide", policy: need(models.ActDecideExt), handler: (*request).decideExtension},
		{method: post, path: "/p/:plan/a/:id/nudge", policy: need(models.ActNudge), handler: (*request).nudgeOne},
		{method: post, path: "/p/:plan/a/:id/close", policy: need(models.ActClose), handler: (*request).close},
		{method: post, path: "/p/:plan/a/:id/reopen", policy: need(models.ActReopen), handler: (*request).reopen},
		{method: post, path: "/p/:plan/a/:id/withdraw", policy: need(models.ActWithdraw), handler: (*request).withdraw},
		{method: post, path: "/p/:plan/a/:id/opinion", policy: need(models.ActOpinion), handler: (*request).opinion},
		{method: get, path: "/evidence/:ev", policy: need(models.ActSeeUnit), handler: (*request).evidence},

		{method: get, path: "/units", policy: need(models.ActSeePeople), handler: (*request).register},
		{method: post, path: "/units", policy: need(models.ActUnits), handler: (*request).createUnit},
		{method: post, path: "/units/:code", policy: need(models.ActUnits), handler: (*request).updateUnit},
		{method: post, path: "/units/:code/aliases", policy: need(models.ActUnits), handler: (*request).setAliases},
		{method: post, path: "/units/:code/post", policy: need(models.ActPost), handler: (*request).setPost},
		{method: post, path: "/units/groups/:code", policy: need(models.ActUnits), handler: (*request).changeMembers},

		{method: get, path: "/people", policy: need(models.ActPeople), handler: (*request).people},
		{method: get, path: "/people/new", policy: need(models.ActPeople), handler: (*request).newPerson},
		{method: post, path: "/people", policy: need(models.ActPeople), handler: (*request).createPerson},
		{method: get, path: "/people/:id", policy: need(models.ActPeople), handler: (*request).person},
		{method: post, path: "/people/:id", policy: need(models.ActPeople), handler: (*request).updatePerson},
		{method: post, path: "/people/:id/link", policy: need(models.ActPeople), handler: (*request).renewLink},
		{method: post, path: "/people/:id/disable", policy: need(models.ActPeople), handler: (*request).disablePerson},
		{method: post, path: "/people/:id/enable", policy: need(models.ActPeople), handler: (*request).enablePerson},

		{method: get, path: "/outbox", policy: need(models.ActJobs), handler: (*request).outbox},
		{method: get, path: "/outbox/:id", policy: need(models.ActJobs), handler: (*request).message},
		{method: get, path: "/outbox/:id/html", policy: need(models.ActJobs), handler: (*request).messageHTML},
		{method: get, path: "/outbox/:id/eml", policy: need(models.ActJobs), handler: (*request).messageEML},
		{method: post, path: "/outbox/:id/retry", policy: need(models.ActRunJobs), handler: (*request).retryMessage},
		{method: get, path: "/jobs", policy: need(models.ActJobs), handler: (*request).jobsPage},
		{method: post, path: "/jobs/:name", policy: need(models.ActRunJobs), handler: (*request).runJob},
		// what mails will say is business: not for administrators
		{method: get, path: "/jobs/:name/preview", policy: need(models.ActSeeAll), handler: (*request).previewJob},
		{method: get, path: "/notices", policy: self, handler: (*request).notices},
		{method: post, path: "/notices/read", policy: self, handler: (*request).readNotices},
		{method: get, path: "/audit", policy: need(models.ActAudit), handler: (*request).audit},
		{method: get, path: "/help", policy: self, handler: (*request).help},

		{method: get, path: "/plans", policy: need(models.ActSeePlan), handler: (*request).plans},
		{method: post, path: "/plans/import", policy: need(models.ActImport), handler: (*request).importSeed},
		{method: get, path: "/p/:plan", policy: need(models.ActSeePlan), handler: (*request).planOverview},
		{method: post, path: "/p/:plan/problems/:pid", policy: need(models.ActImport), handler: (*request).settle},
		{method: post, path: "/p/:plan/issue", policy: need(models.ActIssue), handler: (*request).issue},
		{method: get, path: "/p/:plan/u", policy: need(models.ActSeeAll), handler: (*request).planUnits},
		{method: post, path: "/p/:plan/u/nudge", policy: need(models.ActNudge), handler: (*request).nudgeUnits},

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
