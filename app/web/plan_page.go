package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// planOverview shows one plan: its facts, the doubts of its reading, and with
// ?do=issue what issuing it would do.
func (r *request) planOverview() error {
	plan, err := r.plan()
	if err != nil {
		return err
	}
	return r.showPlan(http.StatusOK, plan, answered{})
}

// answered is an answer to a doubt that could not be stored, as it was typed.
type answered struct {
	problem int64
	text    string
	errors  view.FormErrors
}

// planPage is one plan's page being made.
type planPage struct {
	*request
	plan    models.Plan
	content store.Content
	dir     directory
	days    map[models.MeasureID]models.Date
	duties  map[models.MeasureID][]models.Duty // that the text gives today, in the reader's scope
}

func (r *request) showPlan(status int, plan models.Plan, a answered) error {
	g := planPage{request: r, plan: plan}
	if err := g.load(); err != nil {
		return err
	}
	p := view.PlanPage{Key: plan.Key, Path: "/p/" + plan.Key, Title: plan.Title, Number: plan.DocumentNumber, Issuer: plan.Issuer,
		Issued: plan.Issued.String(), Year: plan.Year, State: string(plan.State), IssuedAt: r.instantOf(plan.IssuedAt),
		LeadUnit: g.dir.units[plan.LeadUnitID].Name, Addressees: plan.Addressees, Columns: plan.Columns, Source: plan.Source, Version: plan.Version,
		CanSettle: plan.State == models.PlanDraft && r.actor.May(models.ActImport), CanIssue: r.actor.May(models.ActIssue)}
	if err := g.count(&p); err != nil {
		return err
	}
	g.deadlines(&p)
	if err := g.problems(&p, a); err != nil {
		return err
	}
	if err := g.versions(&p); err != nil {
		return err
	}
	if r.QueryParam("do") == "issue" && p.CanIssue && plan.State == models.PlanDraft && p.Confirm == 0 {
		if err := g.confirm(&p); err != nil {
			return err
		}
	}
	p.Shell = r.shell()
	p.Shell.Here = p.Path // an answer to a form has no address of its own
	return r.render(status, "plan", &p)
}

// load reads the plan's text and what its groups hold today.
func (g *planPage) load() error {
	var err error
	if g.content, err = g.read().Content(g.ctx(), g.plan.ID); err != nil {
		return err
	}
	if g.dir, err = g.directory(); err != nil {
		return err
	}
	members, err := g.read().Members(g.ctx())
	if err != nil {
		return err
	}
	rs := map[models.MeasureID][]models.Responsibility{}
	for _, x := range g.content.Responsibilities {
		rs[x.MeasureID] = append(rs[x.MeasureID], x)
	}
	ds := map[models.MeasureID][]models.Deadline{}
	for _, x := range g.content.Deadlines {
		ds[x.MeasureID] = append(ds[x.MeasureID], x)
	}
	g.days, g.duties = map[models.MeasureID]models.Date{}, map[models.MeasureID][]models.Duty{}
	today, scope := g.s.app.Today(), g.scope()
	for _, m := range g.content.Measures {
		g.days[m.ID] = models.DueDate(ds[m.ID])
		for _, d := range models.Expand(rs[m.ID], members, today) {
			if scope.Sees(d.UnitID) {
				g.duties[m.ID] = append(g.duties[m.ID], d)
			}
		}
	}
	return nil
}

// count says how large the plan is: a draft by its text, a running plan by
// what was really handed out.
func (g *planPage) count(p *view.PlanPage) error {
	p.Rows, p.Measures = len(g.content.Tasks), len(g.content.Measures)
	if g.plan.State == models.PlanDraft {
		units := map[models.UnitID]bool{}
		for _, ds := range g.duties {
			p.Total += len(ds)
			for _, d := range ds {
				units[d.UnitID] = true
			}
		}
		p.Units = len(units)
		return nil
	}
	counts, err := g.read().Counts(g.ctx(), g.scope(), g.plan.ID, store.ByUnit, g.s.app.Today())
	t, units := newTally(), map[models.UnitID]bool{}
	for _, c := range counts {
		t.add(c)
		if c.Lamp != models.LampWithdrawn {
			units[c.UnitID] = true
		}
	}
	p.Units, p.Total, p.Finished = len(units), t.total, t.finished
	p.Overdue, p.PastIssue = t.lamps[models.LampOverdue], t.lamps[models.LampPast]
	return err
}

// issueDay is the day of issue, for a draft today.
func (g *planPage) issueDay() models.Date {
	if g.plan.IssuedAt != nil {
		return models.DateIn(*g.plan.IssuedAt, g.s.app.Zone)
	}
	return g.s.app.Today()
}

// deadlines are the days as the document has them, those without a day last.
func (g *planPage) deadlines(p *view.PlanPage) {
	measures, units := map[models.Date]int{}, map[models.Date]int{}
	for _, m := range g.content.Measures {
		d := g.days[m.ID]
		measures[d]++
		units[d] += len(g.duties[m.ID])
	}
	days := make([]models.Date, 0, len(measures))
	for d := range measures {
		days = append(days, d)
	}
	slices.SortFunc(days, func(a, b models.Date) int {
		switch {
		case a == b:
			return 0
		case b.IsZero() || !a.IsZero() && a.Before(b):
			return -1
		}
		return 1
	})
	on := g.issueDay()
	for _, d := range days {
		p.Deadlines = append(p.Deadlines, view.PlanDay{Day: d.String(), Measures: measures[d], Units: units[d], Past: !d.IsZero() && d.Before(on)})
	}
}

// problems lists the doubts: what blocks issuing first, what is settled last.
func (g *planPage) problems(p *view.PlanPage, a answered) error {
	all, err := g.read().Problems(g.ctx(), g.plan.ID)
	if err != nil {
		return err
	}
	rank := func(x models.PlanProblem) int {
		switch {
		case x.SettledAt != nil:
			return 2
		case x.Severity == models.SeverityConfirm:
			return 0
		}
		return 1
	}
	slices.SortStableFunc(all, func(x, y models.PlanProblem) int { return rank(x) - rank(y) })
	for _, x := range all {
		id := strconv.FormatInt(x.ID, 10)
		row := view.ProblemRow{ID: x.ID, Severity: x.Severity, Where: x.Location, Message: x.Message, Settled: g.instantOf(x.SettledAt),
			By: g.dir.users[x.SettledBy].Name, Answer: x.Answer, Action: p.Path + "/problems/" + id}
		if nos := row.Rows(); nos != "" {
			first := strings.FieldsFunc(nos, func(c rune) bool { return c == '、' || c == '–' || c == ' ' })
			if len(first) > 0 {
				row.Href = p.Path + "/m?q=" + queryEscape(first[0])
			}
		}
		if x.ID == a.problem {
			row.Typed, row.Errors = a.text, a.errors
		}
		switch rank(x) {
		case 0:
			p.Confirm++
		case 1:
			p.Check++
		default:
			p.Settled++
		}
		p.Problems = append(p.Problems, row)
	}
	return nil
}

// versions lists the frozen readings, the newest first.
func (g *planPage) versions(p *view.PlanPage) error {
	all, err := g.read().PlanVersions(g.ctx(), g.plan.ID)
	for _, v := range slices.Backward(all) {
		p.Versions = append(p.Versions, view.PlanVersionRow{Number: v.Number, At: g.instant(v.At), By: v.ByName, Reason: v.Reason})
	}
	return err
}

// confirm says what issuing would do today and who would be told.
func (g *planPage) confirm(p *view.PlanPage) error {
	pre, err := g.s.app.PreviewIssue(g.ctx(), g.actor, g.plan.ID)
	if err != nil {
		return err
	}
	c := view.IssueConfirm{Action: p.Path + "/issue", BackHref: p.Path, Version: g.plan.Version, On: g.s.app.Today().String(),
		Measures: p.Measures - len(pre.Unassigned), Units: pre.Units, Total: pre.Assignments, PastIssue: pre.Past, Unassigned: len(pre.Unassigned)}
	perUnit := map[models.UnitID]int{}
	for _, m := range g.content.Measures {
		for _, d := range g.duties[m.ID] {
			perUnit[d.UnitID]++
			if g.days[m.ID].IsZero() {
				c.Ongoing++
			}
		}
	}
	for _, u := range sortedUnits(g.dir.units) {
		n := perUnit[u.ID]
		if n == 0 {
			continue
		}
		who := g.dir.contact(u.ID)
		if who.Name == "" || who.Disabled {
			continue
		}
		if who.Email != "" {
			c.Mails++
		}
		c.Recipients = append(c.Recipients, view.Recipient{Unit: u.Name, Name: who.Name, Address: who.Email, Count: n})
	}
	for _, u := range pre.NoContact {
		c.NoContact = append(c.NoContact, u.Name)
	}
	p.Issue = &c
	return nil
}

// settle stores the answer to a doubt.
func (r *request) settle() error {
	plan, err := r.plan()
	if err != nil {
		return err
	}
	id, err := r.id("pid")
	if err != nil {
		return err
	}
	all, err := r.read().Problems(r.ctx(), plan.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(x models.PlanProblem) bool { return x.ID == id }) {
		return models.Errf(models.NotFound, "err.not_found")
	}
	a := answered{problem: id, text: r.field("answer")}
	if err := r.s.app.SettleProblem(r.ctx(), r.actor, plan.ID, id, a.text); err != nil {
		if a.errors, err = r.formErrors(err); err != nil {
			return err
		}
		return r.showPlan(http.StatusUnprocessableEntity, plan, a)
	}
	return r.done("/p/"+plan.Key+"#problems", "flash.settled")
}

// issue issues a draft to its units.
func (r *request) issue() error {
	plan, err := r.plan()
	if err != nil {
		return err
	}
	n, err := r.s.app.IssuePlan(r.ctx(), r.actor, plan.ID, r.seen())
	if err != nil {
		return err
	}
	r.s.jobs.Wake()
	return r.done("/p/"+plan.Key, "flash.issued", n)
}
