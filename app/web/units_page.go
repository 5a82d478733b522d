package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// planUnits shows the units of a plan with what each owes, the worst first.
func (r *request) planUnits() error {
	plan, err := r.plan()
	if err != nil {
		return err
	}
	return r.showUnits(http.StatusOK, plan, "")
}

// showUnits draws the page; fault is what was wrong with a form, "" for none.
func (r *request) showUnits(status int, plan models.Plan, fault string) error {
	dir, err := r.directory()
	if err != nil {
		return err
	}
	today := r.s.app.Today()
	counts, err := r.read().Counts(r.ctx(), r.scope(), plan.ID, store.ByUnit, today)
	if err != nil {
		return err
	}
	last, err := r.read().LastActs(r.ctx(), r.scope(), plan.ID)
	if err != nil {
		return err
	}
	by := map[models.UnitID]*tally{}
	for _, c := range counts {
		if c.Lamp == models.LampWithdrawn {
			continue
		}
		t := by[c.UnitID]
		if t == nil {
			t = newTally()
			by[c.UnitID] = t
		}
		t.add(c)
	}
	var rows []view.UnitRow
	for _, u := range sortedUnits(dir.units) {
		if t := by[u.ID]; t != nil {
			row := unitRow(plan, u, t, today)
			row.Contact, row.LastSeen = dir.contact(u.ID), ""
			if at, ok := last[u.ID]; ok {
				row.LastSeen = models.DateIn(at, r.s.app.Zone).String()
			}
			rows = append(rows, row)
		}
	}
	p := view.UnitsPage{Units: len(rows)}
	for _, row := range rows {
		if row.Overdue > 0 {
			p.Late++
		}
		if row.Contact.Name == "" || row.Contact.Disabled {
			p.NoContact++
		}
	}
	r.arrange(&p, plan, rows)
	if r.actor.May(models.ActNudge) && plan.State == models.PlanIssued && p.Late > 0 {
		p.NudgeHref = "/p/" + plan.Key + "/u/nudge"
	}
	p.Shell = r.shell()
	if fault != "" {
		p.Shell.Here = "/p/" + plan.Key + "/u"
		p.Shell.Flashes = append(p.Shell.Flashes, view.Flash{Kind: "bad", Text: fault})
	}
	return r.render(status, "units", &p)
}

func unitRow(plan models.Plan, u models.Unit, t *tally, today models.Date) view.UnitRow {
	row := view.UnitRow{ID: int64(u.ID), Code: u.Code, Name: u.Name, Short: u.Short, Family: string(u.Family), Href: "/p/" + plan.Key + "/u/" + u.Code,
		Total: t.total, Finished: t.finished, Bar: t.bar(), Overdue: t.lamps[models.LampOverdue], Returned: t.lamps[models.LampReturned],
		Due: t.lamps[models.LampDue], Review: t.lamps[models.LampReview], Unack: t.lamps[models.LampUnack], Active: t.lamps[models.LampActive],
		Past: t.lamps[models.LampPast], NA: t.lamps[models.LampNA]}
	row.Percent = row.Bar.Percent()
	if !t.oldest.IsZero() {
		row.Longest = t.oldest.DaysUntil(today)
	}
	return row
}

// arrange puts the rows of the chosen family into the chosen order.
func (r *request) arrange(p *view.UnitsPage, plan models.Plan, rows []view.UnitRow) {
	family, order := r.QueryParam("f"), r.QueryParam("sort")
	if order != "share" && order != "register" {
		order = "late"
	}
	href := func(f, o string) string {
		q := url.Values{}
		if f != "" {
			q.Set("f", f)
		}
		if o != "late" {
			q.Set("sort", o)
		}
		if len(q) == 0 {
			return "/p/" + plan.Key + "/u"
		}
		return "/p/" + plan.Key + "/u?" + q.Encode()
	}
	p.Tabs = []view.Tab{{Key: "units.tab.all", Count: len(rows), Href: href("", order)}}
	for _, row := range rows {
		i := slices.IndexFunc(p.Tabs, func(t view.Tab) bool { return t.Key == row.Family })
		if i < 0 {
			p.Tabs = append(p.Tabs, view.Tab{Key: row.Family, Href: href(row.Family, order)})
			i = len(p.Tabs) - 1
		}
		p.Tabs[i].Count++
	}
	chosen := max(0, slices.IndexFunc(p.Tabs, func(t view.Tab) bool { return t.Key == family }))
	p.Tabs[chosen].Current = true
	if chosen == 0 {
		family = ""
	}
	for _, row := range rows {
		if family == "" || row.Family == family {
			p.Rows = append(p.Rows, row)
		}
	}
	switch order { // stable: equals stay in protocol order
	case "late":
		slices.SortStableFunc(p.Rows, func(a, b view.UnitRow) int {
			return cmp.Or(cmp.Compare(b.Overdue, a.Overdue), cmp.Compare(b.Longest, a.Longest), cmp.Compare(a.Percent, b.Percent))
		})
	case "share":
		slices.SortStableFunc(p.Rows, func(a, b view.UnitRow) int { return cmp.Compare(a.Percent, b.Percent) })
	}
	for _, o := range []string{"late", "share", "register"} {
		p.Sorts = append(p.Sorts, view.Tab{Key: "units.sort." + o, Href: href(family, o), Current: o == order})
	}
}

// nudgeUnits reminds the ticked units of everything that is overdue with them.
func (r *request) nudgeUnits() error {
	plan, err := r.plan()
	if err != nil {
		return err
	}
	form, err := r.FormParams()
	if err != nil {
		return err
	}
	if len(form["u"]) == 0 {
		return r.showUnits(http.StatusUnprocessableEntity, plan, r.t("err.select_some"))
	}
	late, err := r.read().Items(r.ctx(), r.scope(), store.ItemFilter{Plan: plan.ID, Lamps: []models.Lamp{models.LampOverdue}}, r.s.app.Today())
	if err != nil {
		return err
	}
	var ids []models.AssignmentID
	for _, it := range late {
		if slices.Contains(form["u"], it.UnitCode) {
			ids = append(ids, it.ID)
		}
	}
	if len(ids) == 0 {
		return models.Errf(models.NotFound, "err.not_found")
	}
	n, err := r.s.app.Nudge(r.ctx(), r.actor, ids)
	if err != nil {
		return err
	}
	return r.nudged(r.back("/p/"+plan.Key+"/u"), n)
}
