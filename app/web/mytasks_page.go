package web

import (
	"strings"

	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// unitTasks shows one unit's list in one plan to those who may see the unit.
func (r *request) unitTasks() error {
	plan, err := r.plan()
	if err != nil {
		return err
	}
	unit, err := r.read().UnitByCode(r.ctx(), r.Param("code"))
	if err != nil {
		return err
	}
	if !r.scope().Sees(unit.ID) {
		return models.Errf(models.NotFound, "err.not_found")
	}
	return r.unitList(unit, []models.Plan{plan}, r.user.UnitID != unit.ID || r.scope().All)
}

// myTasks shows a unit's list over all running plans. A foreign reader is not
// of the unit.
func (r *request) myTasks(unit models.Unit, foreign bool) error {
	all, err := r.read().Plans(r.ctx())
	if err != nil {
		return err
	}
	var running []models.Plan
	for _, p := range all {
		if p.State == models.PlanIssued {
			running = append(running, p)
		}
	}
	return r.unitList(unit, running, foreign)
}

// unitPage is one unit's list being made.
type unitPage struct {
	*request
	unit    models.Unit
	plans   map[models.PlanID]models.Plan
	foreign bool
	today   models.Date

	dir    directory
	items  []models.Item
	rows   map[models.MeasureID][]store.RowOf
	back   map[models.AssignmentID]models.AuditEntry // why it was returned or reopened
	drafts map[models.AssignmentID]models.Submission
	asked  map[models.AssignmentID]models.Extension
	many   bool // the list spans several plans
}

func (r *request) unitList(unit models.Unit, plans []models.Plan, foreign bool) error {
	u := unitPage{request: r, unit: unit, foreign: foreign, today: r.s.app.Today(), plans: map[models.PlanID]models.Plan{}}
	for _, p := range plans {
		u.plans[p.ID] = p
	}
	if err := u.load(); err != nil {
		return err
	}
	p := view.MyTasksPage{Unit: unit.Name, UnitCode: unit.Code, Family: string(unit.Family), Foreign: foreign, Empty: len(u.items) == 0,
		Contact: u.dir.contact(unit.ID), Leader: u.dir.leader(unit.ID)}
	if foreign && len(plans) == 1 {
		p.BackHref = "/p/" + plans[0].Key + "/u"
	}
	u.summary(&p)
	u.groups(&p)
	p.Shell = r.shell()
	return r.page("mytasks", &p)
}

// load asks a fixed number of questions, however many duties there are.
func (u *unitPage) load() error {
	r, ctx, s := u.read(), u.ctx(), models.Scope{Unit: u.unit.ID}
	var err error
	if u.dir, err = u.directory(); err != nil {
		return err
	}
	items, err := r.Items(ctx, s, store.ItemFilter{}, u.today)
	if err != nil {
		return err
	}
	seen := map[models.PlanID]bool{}
	for _, it := range items {
		if _, ok := u.plans[it.PlanID]; ok {
			u.items = append(u.items, it)
			seen[it.PlanID] = true
		}
	}
	u.many = len(seen) > 1
	if u.rows, err = r.RowsOf(ctx, s); err != nil {
		return err
	}
	if u.back, err = r.LatestAudit(ctx, s, 0, u.unit.ID, []string{string(models.ActReturn), string(models.ActReopen)}); err != nil {
		return err
	}
	exts, err := r.OpenExtensions(ctx, s, 0)
	if err != nil {
		return err
	}
	u.asked = map[models.AssignmentID]models.Extension{}
	for _, e := range exts {
		u.asked[e.AssignmentID] = e
	}
	return u.loadDrafts(s)
}

// loadDrafts loads the unit's drafts, for its own people only.
func (u *unitPage) loadDrafts(s models.Scope) error {
	u.drafts = map[models.AssignmentID]models.Submission{}
	if u.foreign {
		return nil
	}
	var ids []models.AssignmentID
	for _, it := range u.items {
		if it.State.Waiting() {
			ids = append(ids, it.ID)
		}
	}
	subs, err := u.read().SubmissionsIn(u.ctx(), s, ids, models.SubmissionDraft)
	for _, d := range subs {
		u.drafts[d.AssignmentID] = d
	}
	return err
}

// summary counts what the head of the page says.
func (u *unitPage) summary(p *view.MyTasksPage) {
	var next, back models.Date
	for _, it := range u.items {
		if it.State.Counts() {
			p.Total++
		}
		if it.State.Finished() {
			p.Done++
		}
		if it.State == models.StateUnack {
			p.Unsigned++
		}
		ref := it.ReferenceOn()
		switch it.Lamp(u.today) {
		case models.LampOverdue:
			p.Overdue++
			p.OverdueDays = max(p.OverdueDays, ref.DaysUntil(u.today))
		case models.LampReturned:
			p.Returned++
			if back.IsZero() || ref.Before(back) {
				back = ref
			}
		case models.LampDue:
			p.DueSoon++
			switch {
			case next.IsZero() || ref.Before(next):
				next, p.DueNextCount = ref, 1
			case ref == next:
				p.DueNextCount++
			}
		}
	}
	p.ReturnBy, p.DueNext = back.String(), next.String()
	if !next.IsZero() {
		p.DueNextDays = u.today.DaysUntil(next)
	}
	p.SignAll = !u.foreign && p.Unsigned > 1 && u.actor.MayOn(models.ActSign, u.unit.ID)
}

// unitGroups are the degrees of urgency, the most urgent first.
var unitGroups = []struct {
	key, icon string
	open      bool
	lamps     []models.Lamp
}{
	{"overdue", "overdue", true, []models.Lamp{models.LampOverdue}},
	{"returned", "returned", true, []models.Lamp{models.LampReturned}},
	{"due", "due", true, []models.Lamp{models.LampDue}},
	{"past", "past", true, []models.Lamp{models.LampPast}},
	{"unack", "unack", true, []models.Lamp{models.LampUnack}},
	{"later", "", false, []models.Lamp{models.LampActive}},
	{"review", "review", false, []models.Lamp{models.LampReview}},
	{"finished", "done", false, []models.Lamp{models.LampDone, models.LampClosed}},
	{"na", "na", false, []models.Lamp{models.LampNA, models.LampWithdrawn}},
}

func (u *unitPage) groups(p *view.MyTasksPage) {
	by := map[models.Lamp][]models.Item{}
	for _, it := range u.items {
		l := it.Lamp(u.today)
		by[l] = append(by[l], it)
	}
	for _, g := range unitGroups {
		out := view.TaskGroup{Key: g.key, Lamp: g.icon, Open: g.open}
		for _, l := range g.lamps {
			for _, it := range by[l] {
				out.Cards = append(out.Cards, u.card(it))
			}
		}
		if out.Count = len(out.Cards); out.Count > 0 {
			p.Groups = append(p.Groups, out)
		}
	}
	// what comes later is not hidden where there is nothing before it
	if len(p.Groups) > 0 && !p.Groups[0].Open {
		p.Groups[0].Open = true
	}
}

// card draws one duty.
func (u *unitPage) card(it models.Item) view.TaskCard {
	ref := it.ReferenceOn()
	c := view.TaskCard{
		ID: int64(it.ID), Version: it.Version, Href: taskHref(it), ActHref: actHref(it), Back: u.Request().URL.Path,
		Ref: view.RefOf(it.RowNos, it.FirstPos), Role: string(it.Role), Text: it.MeasureText,
		Lamp: string(it.Lamp(u.today)), State: string(it.State), Due: ref.String(), Resubmit: it.State == models.StateReturned && !it.ResubmitBy.IsZero(),
		Late: it.Overdue(u.today), Nudges: it.Nudges, Unsigned: it.State == models.StateUnack, Blocked: it.BlockedCause,
	}
	if !ref.IsZero() {
		c.Days = u.today.DaysUntil(ref)
	}
	if u.many {
		c.PlanTitle = it.PlanTitle
	}
	c.Indicator, c.Code = indicatorOf(u.rows[it.MeasureID])
	if it.State == models.StateReview {
		c.Waiting = u.instantOf(it.SubmittedAt)
	}
	if line, ok := u.back[it.ID]; ok && it.State == models.StateReturned {
		c.Reason, c.ReasonBy, c.ReasonAt = line.Note, line.ActorName, u.instant(line.At)
	}
	if d, ok := u.drafts[it.ID]; ok {
		c.DraftAt = u.instant(d.CreatedAt)
	}
	if e, ok := u.asked[it.ID]; ok {
		c.AskedTo = e.ToDate.String()
	}
	if c.Late || it.State == models.StateReturned {
		c.LeadUnit, c.Lead = u.dir.office(u.plans[it.PlanID])
	}
	u.cardRights(&c, it)
	return c
}

func (u *unitPage) cardRights(c *view.TaskCard, it models.Item) {
	plan := u.plans[it.PlanID]
	c.CanSign = u.can(plan, models.ActSign, it)
	c.CanSubmit = u.can(plan, models.ActSubmit, it)
	c.CanExtend = u.canExtend(plan, it, c.AskedTo != "")
	c.CanNA = u.can(plan, models.ActAskNA, it)
	c.CanBlock = u.can(plan, models.ActBlock, it)
	c.CanProgress = u.can(plan, models.ActProgress, it)
	c.CanNudge = u.can(plan, models.ActNudge, it)
	c.NudgedToday = c.CanNudge && it.NudgedOn == u.today
}

// indicatorOf names the rows that a measure serves by their indicators: the
// first one's name, and the first and the last code.
func indicatorOf(rows []store.RowOf) (name, code string) {
	if len(rows) == 0 {
		return "", ""
	}
	first, last := rows[0], rows[len(rows)-1]
	name, code = first.Name, first.PrintedCode
	if last.PrintedCode != code {
		code = strings.Trim(code+"…"+last.PrintedCode, "…")
	}
	return name, code
}
