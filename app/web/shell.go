package web

import (
	"strings"
	"time"

	"duban/app/view"
	"duban/models"
)

// shell is the frame of a page: who is signed in, where he can go, what the
// last act did. A fault while looking that up must not hide the page itself:
// it is logged and the frame is poorer by it.
func (r *request) shell() view.Shell {
	sh := view.Shell{Lang: r.lang, Here: r.Request().URL.RequestURI()}
	if text := r.flashText(); text != "" {
		sh.Flashes = append(sh.Flashes, view.Flash{Kind: "ok", Text: text})
	}
	now := r.s.app.Now()
	if r.s.cfg.Demo {
		sh.Demo = now.In(r.s.app.Zone).Format(r.t("demo.clock"))
	}
	sh.NowLine = r.nowLine(now)
	if r.user.ID == 0 {
		return sh
	}
	if err := r.fillShell(&sh); err != nil {
		r.s.log.Error("frame of the page", "request", r.reqID, "err", err)
	}
	return sh
}

// nowLine says which day it is and how fresh the figures are.
func (r *request) nowLine(now time.Time) string {
	at := r.instant(now)
	return r.t("now.line", r.s.view.Locale(r.lang).Weekday(at), at[len(at)-5:])
}

func (r *request) fillShell(sh *view.Shell) error {
	sh.User = &view.UserBadge{Name: r.user.Name, Post: r.user.Title, Role: string(r.user.Role)}
	if r.user.UnitID != 0 {
		u, err := r.read().Unit(r.ctx(), r.user.UnitID)
		if err != nil {
			return err
		}
		sh.User.Unit = u.Name
	}
	unread, err := r.read().CountUnread(r.ctx(), r.user.ID)
	if err != nil {
		return err
	}
	sh.Unread = int(unread)
	key := ""
	if r.actor.May(models.ActSeePlan) {
		plans, err := r.read().Plans(r.ctx())
		if err != nil {
			return err
		}
		key = r.chosenPlan(plans)
		sh.Plans = r.planChoices(plans, key)
		for _, p := range sh.Plans {
			if p.Current {
				sh.Plan = p
			}
		}
		if key != "" {
			sh.Search = view.SearchBox{Action: "/p/" + key + "/m", Query: r.QueryParam("q")}
		}
	}
	waiting := 0
	if r.actor.May(models.ActSeeAll) && key != "" {
		if waiting, err = r.waitingForReview(key); err != nil {
			return err
		}
	}
	r.navigate(sh, key, waiting)
	return nil
}

// chosenPlan is the key of the plan in view: the address's, else the first one
// that runs, else (for the lead office) the newest draft.
func (r *request) chosenPlan(plans []models.Plan) string {
	if key := r.Param("plan"); key != "" {
		return key
	}
	for _, p := range plans {
		if p.State == models.PlanIssued {
			return p.Key
		}
	}
	if len(plans) > 0 && r.actor.May(models.ActImport) {
		return plans[0].Key
	}
	return ""
}

func (r *request) planChoices(plans []models.Plan, key string) []view.PlanChoice {
	var out []view.PlanChoice
	for _, p := range plans {
		if p.State == models.PlanDraft && !r.actor.May(models.ActImport) {
			continue
		}
		c := view.PlanChoice{Title: p.Title, Href: "/p/" + p.Key + "/m", Current: p.Key == key}
		if p.State == models.PlanDraft {
			c.Href = "/p/" + p.Key
		}
		out = append(out, c)
	}
	return out
}

// waitingForReview is the count beside 待审核: hand-ins and requests for more
// time that the lead office owes an answer.
func (r *request) waitingForReview(key string) (int, error) {
	p, err := r.read().PlanByKey(r.ctx(), key)
	if models.CodeOf(err) == models.NotFound {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return r.read().CountToDecide(r.ctx(), r.scope(), p.ID)
}

// navigate draws the links that the person's role has.
func (r *request) navigate(sh *view.Shell, key string, waiting int) {
	path := r.Request().URL.Path
	add := func(list *[]view.NavItem, n view.NavItem) {
		if n.Href == "/" {
			n.Current = path == "/"
		} else {
			n.Current = path == n.Href || strings.HasPrefix(path, n.Href+"/")
		}
		*list = append(*list, n)
	}
	base := "/p/" + key
	me := r.actor
	switch {
	case me.May(models.ActSeeAll):
		add(&sh.Nav, view.NavItem{Key: "home", Href: "/"})
		if key != "" {
			add(&sh.Nav, view.NavItem{Key: "matrix", Href: base + "/m"})
			add(&sh.Nav, view.NavItem{Key: "review", Href: base + "/review", Count: waiting, Tone: "review"})
			add(&sh.Nav, view.NavItem{Key: "units", Href: base + "/u"})
		}
		add(&sh.Nav, view.NavItem{Key: "plans", Href: "/plans"})
		add(&sh.Phone, view.NavItem{Key: "home", Href: "/", Icon: "home"})
		if key != "" {
			add(&sh.Phone, view.NavItem{Key: "matrix", Href: base + "/m", Icon: "list"})
		}
	case me.May(models.ActSeePlan):
		add(&sh.Nav, view.NavItem{Key: "mytasks", Href: "/"})
		add(&sh.Phone, view.NavItem{Key: "mytasks", Href: "/", Icon: "list"})
		if key != "" {
			add(&sh.Nav, view.NavItem{Key: "fullplan", Href: base + "/m"})
			add(&sh.Phone, view.NavItem{Key: "fullplan", Href: base + "/m", Icon: "file"})
		}
	default:
		add(&sh.Nav, view.NavItem{Key: "people", Href: "/people"})
		add(&sh.Phone, view.NavItem{Key: "people", Href: "/people", Icon: "user"})
	}
	add(&sh.Phone, view.NavItem{Key: "notices", Href: "/notices", Icon: "bell", Count: sh.Unread})
	add(&sh.Phone, view.NavItem{Key: "help", Href: "/help", Icon: "help"})
	for _, m := range []struct {
		key, href string
		act       models.Act
	}{
		{"register", "/units", models.ActUnits}, {"people", "/people", models.ActPeople}, {"outbox", "/outbox", models.ActJobs},
		{"jobs", "/jobs", models.ActJobs}, {"audit", "/audit", models.ActAudit}, {"notices", "/notices", models.ActOwnAccount}, {"help", "/help", models.ActOwnAccount},
	} {
		if me.May(m.act) {
			add(&sh.Menu, view.NavItem{Key: m.key, Href: m.href})
		}
	}
}

// fillConflict says on the conflict page who changed what, and gives back what
// was typed.
func (r *request) fillConflict(p *view.ErrorPage) {
	id, ok := r.Get(aboutKey).(models.AssignmentID)
	if !ok || r.user.ID == 0 {
		return
	}
	if line, ok := r.lastChange(id); ok {
		p.ChangedBy, p.ChangedAt, p.ChangedWhat = line.ActorName, r.instant(line.At), actOf(line)
	}
	for _, name := range []string{"statement", "reason", "text", "cause", "answer"} {
		if v := r.field(name); v != "" {
			p.Typed = append(p.Typed, view.TypedField{Label: r.t("field." + name), Value: v})
		}
	}
}
