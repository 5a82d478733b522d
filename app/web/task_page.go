package web

import (
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// task shows one measure with every unit that owes it; ?u= opens one unit
// beside the list, ?do= the form of an act that needs a word or a second look.
func (r *request) task() error {
	plan, m, err := r.measure()
	if err != nil {
		return err
	}
	return r.showTask(http.StatusOK, plan, m, taskForm{unit: r.QueryParam("u"), do: r.QueryParam("do")})
}

// measure is the plan and the measure of the address.
func (r *request) measure() (models.Plan, models.Measure, error) {
	plan, err := r.plan()
	if err != nil {
		return plan, models.Measure{}, err
	}
	row, place, ok := splitAddress(r.Param("addr"))
	if !ok {
		return plan, models.Measure{}, models.Errf(models.NotFound, "err.not_found")
	}
	m, err := r.read().MeasureAt(r.ctx(), plan.ID, row, place)
	return plan, m, err
}

// splitAddress takes "12-2" apart into the row's printed number, which may
// hold anything, and the place in it.
func splitAddress(addr string) (row string, place int, ok bool) {
	i := strings.LastIndexByte(addr, '-')
	if i <= 0 {
		return "", 0, false
	}
	place, err := strconv.Atoi(addr[i+1:])
	return addr[:i], place, err == nil && place > 0
}

// taskHref is the address of a duty's page, with its unit open.
func taskHref(it models.Item) string {
	return "/p/" + it.PlanKey + "/t/" + url.PathEscape(it.Address()) + "?u=" + url.QueryEscape(it.UnitCode)
}

// taskForm is which form of the page is open, and what was typed into it
// before it came back with a fault.
type taskForm struct {
	unit   string // code of the open unit
	do     string // close, reopen, withdraw, opinion, close_all
	act    view.ActForm
	review *view.ReviewForm
	ext    view.ExtensionCard // ID and what was typed
	errors view.FormErrors    // of the list: nothing ticked
}

// taskPage is one task page being made.
type taskPage struct {
	*request
	plan  models.Plan
	m     models.Measure
	form  taskForm
	path  string
	today models.Date

	text     store.MeasureText
	dir      directory
	duties   []models.Duty // of the wording, whoever looks
	items    []models.Item // in the viewer's scope, what needs something first
	latest   map[models.AssignmentID]models.AuditEntry
	handed   map[models.AssignmentID][]store.HandedIn
	exts     []models.Extension
	asked    map[models.AssignmentID]models.Extension // open requests
	waiting  []models.Item                            // of items, in review, the longest first
	open     *models.Item
	openSubs []models.Submission
	openEv   []models.Evidence
	queue    []store.Waiting // of the whole plan, to lead on from the last one here
	log      []models.AuditEntry
}

func (r *request) showTask(status int, plan models.Plan, m models.Measure, form taskForm) error {
	t := taskPage{request: r, plan: plan, m: m, form: form, today: r.s.app.Today(), path: "/p/" + plan.Key + "/t/" + url.PathEscape(m.Address())}
	if err := t.load(); err != nil {
		return err
	}
	p := view.TaskPage{Path: t.path}
	t.facts(&p)
	t.sum(&p)
	t.list(&p)
	t.panel(&p)
	t.extensions(&p)
	t.history(&p)
	p.Shell = r.shell()
	if status != http.StatusOK { // the address of a form cannot be come back to
		p.Shell.Here = t.path
	}
	return r.render(status, "task", &p)
}

// load asks a fixed number of questions, however many units there are.
func (t *taskPage) load() error {
	r, ctx, s := t.read(), t.ctx(), t.scope()
	var err error
	if t.text, err = r.MeasureText(ctx, t.m); err != nil {
		return err
	}
	if t.dir, err = t.directory(); err != nil {
		return err
	}
	members, err := r.Members(ctx)
	if err != nil {
		return err
	}
	t.duties = models.Expand(t.text.Responsibilities, members, t.today)
	if t.items, err = r.Items(ctx, s, store.ItemFilter{Measure: t.m.ID, ByMeasure: true}, t.today); err != nil {
		return err
	}
	if t.latest, err = r.LatestAudit(ctx, s, t.m.ID, 0, lastActs); err != nil {
		return err
	}
	handed, err := r.HandedIn(ctx, s, t.m.ID)
	if err != nil {
		return err
	}
	t.handed = map[models.AssignmentID][]store.HandedIn{}
	for _, h := range handed {
		t.handed[h.AssignmentID] = append(t.handed[h.AssignmentID], h)
	}
	if t.exts, err = r.ExtensionsOn(ctx, s, t.m.ID); err != nil {
		return err
	}
	t.arrange()
	return t.loadOpen()
}

// arrange puts first what needs something: who waits for the lead office, the
// longest first, then who is late.
func (t *taskPage) arrange() {
	state := map[models.AssignmentID]models.State{}
	for _, it := range t.items {
		state[it.ID] = it.State
	}
	t.asked = map[models.AssignmentID]models.Extension{}
	for _, e := range t.exts {
		if e.State == models.ExtensionOpen && state[e.AssignmentID].Waiting() {
			t.asked[e.AssignmentID] = e
		}
	}
	rank := map[models.Lamp]int{models.LampReview: 0, models.LampOverdue: 2, models.LampReturned: 3, models.LampDue: 4, models.LampPast: 5,
		models.LampUnack: 6, models.LampActive: 7, models.LampDone: 8, models.LampClosed: 9, models.LampNA: 10, models.LampWithdrawn: 11}
	rankOf := func(it models.Item) int {
		if _, ok := t.asked[it.ID]; ok {
			return 1
		}
		return rank[it.Lamp(t.today)]
	}
	sort.SliceStable(t.items, func(i, j int) bool {
		a, b := t.items[i], t.items[j]
		if x, y := rankOf(a), rankOf(b); x != y {
			return x < y
		}
		if a.State == models.StateReview && a.SubmittedAt != nil && b.SubmittedAt != nil {
			return a.SubmittedAt.Before(*b.SubmittedAt)
		}
		return false
	})
	for _, it := range t.items {
		if it.State == models.StateReview {
			t.waiting = append(t.waiting, it)
		}
	}
}

// loadOpen loads what the open unit's panel shows, and the history.
func (t *taskPage) loadOpen() error {
	r, ctx, s := t.read(), t.ctx(), t.scope()
	if t.form.unit == "" && !s.All && len(t.items) == 1 {
		t.form.unit = t.items[0].UnitCode // a unit has one row: it stands open
	}
	f := store.AuditFilter{Measure: t.m.ID, Limit: historyLines}
	if t.form.unit != "" {
		for i := range t.items {
			if t.items[i].UnitCode == t.form.unit {
				t.open = &t.items[i]
			}
		}
		if t.open == nil {
			return models.Errf(models.NotFound, "err.not_found")
		}
		var err error
		if t.openSubs, err = r.Submissions(ctx, s, t.open.ID); err != nil {
			return err
		}
		if t.openEv, err = r.EvidenceOf(ctx, s, t.open.ID); err != nil {
			return err
		}
		if t.actor.May(models.ActApprove) && t.open.State == models.StateReview {
			if t.queue, err = r.InReview(ctx, s, t.plan.ID); err != nil {
				return err
			}
		}
		if t.only() {
			f.Assignment = t.open.ID
		}
	}
	var err error
	t.log, err = r.Audit(ctx, s, f)
	return err
}

// only reports whether the history is that of the open unit alone.
func (t *taskPage) only() bool { return t.open != nil && t.QueryParam("only") != "" }

// can reports whether the reader may do the act on the assignment now. The
// verb asks again; this draws the buttons.
func (t *taskPage) can(act models.Act, it models.Item) bool { return t.request.can(t.plan, act, it) }

func (r *request) can(p models.Plan, act models.Act, it models.Item) bool {
	return p.State == models.PlanIssued && r.actor.MayOn(act, it.UnitID) && (it.State.Can(act) || act == models.ActOpinion)
}

// canExtend reports whether the unit can ask for more time now.
func (r *request) canExtend(p models.Plan, it models.Item, asked bool) bool {
	return !asked && r.can(p, models.ActAskExtend, it) &&
		models.CheckExtension(it.Assignment, models.LaterDate(it.EffectiveOn, r.s.app.Today()).AddDays(1), r.s.app.Today(), "-") == nil
}

// facts is the measure as the document has it.
func (t *taskPage) facts(p *view.TaskPage) {
	loc := t.s.view.Locale(t.lang)
	m, text := t.m, t.text
	p.Ref, p.Text, p.UnitText = view.RefOf(m.RowNos, m.FirstPos), m.Text, m.UnitText
	p.Pos, p.Of = max(m.FirstPos, 1), text.InRow
	p.UnitCount = len(t.duties)
	if len(m.RowNos) > 1 {
		p.Shared = view.RefOf(m.RowNos, 0).Rows
	}
	for _, rs := range text.Responsibilities {
		p.Group = p.Group || rs.GroupID != 0
		if rs.Role == models.UnitLead {
			p.Coordinator = t.dir.units[m.CoordinatorID].Name
		}
	}
	for _, x := range text.Targets {
		p.Targets = append(p.Targets, x.Text)
	}
	t.crumbs(p)
	t.due(p)
	if text.Before.ID != 0 {
		p.PrevHref = "/p/" + t.plan.Key + "/t/" + url.PathEscape(text.Before.Address())
	}
	if text.After.ID != 0 {
		p.NextHref = "/p/" + t.plan.Key + "/t/" + url.PathEscape(text.After.Address())
	}
	office, who := t.dir.office(t.plan)
	p.Reviewer = strings.TrimSpace(office + " " + who.Name + " " + who.Phone)
	if len(text.Rows) > 0 {
		first := text.Rows[0]
		p.Evaluation = cut(first.EvaluationPoints, 90)
		p.EvalHref = "/p/" + t.plan.Key + "/m#r" + url.PathEscape(m.Address())
		p.Crumbs[len(p.Crumbs)-1].Label = strings.TrimSpace(loc.Ref(view.RefOf([]string{first.No}, 0))) + " " + p.Crumbs[len(p.Crumbs)-1].Label
	}
	for _, row := range text.Rows {
		for _, mark := range row.Remarks {
			if !slices.Contains(p.Remarks, mark) {
				p.Remarks = append(p.Remarks, mark)
			}
		}
	}
}

// crumbs lead from the matrix through the indicators to the row.
func (t *taskPage) crumbs(p *view.TaskPage) {
	base := "/p/" + t.plan.Key + "/m"
	p.Crumbs = []view.Crumb{{Label: t.t("nav.matrix"), Href: base}}
	for i, ind := range t.text.Indicators {
		if i == len(t.text.Indicators)-1 {
			p.Crumbs = append(p.Crumbs, view.Crumb{Label: ind.Name, Code: ind.PrintedCode})
			return
		}
		p.Crumbs = append(p.Crumbs, view.Crumb{Label: strings.TrimSpace(ind.PrintedCode + " " + ind.Name), Href: base + "?ind=" + strconv.FormatInt(int64(ind.ID), 10)})
	}
	p.Crumbs = append(p.Crumbs, view.Crumb{Label: ""})
}

// due is the deadline: the date as read, and the wording.
func (t *taskPage) due(p *view.TaskPage) {
	p.DueText = deadlineText(t.text.Deadlines)
	day := models.DueDate(t.text.Deadlines)
	if day.IsZero() {
		return
	}
	p.Due = day.String()
	for _, it := range t.items {
		switch it.Lamp(t.today) {
		case models.LampOverdue:
			p.DueTone = "overdue"
		case models.LampDue:
			if p.DueTone == "" {
				p.DueTone = "due"
			}
		}
		p.DuePast = p.DuePast || it.DueOn == day && it.DueOn.Before(it.IssuedOn) && it.State.Counts()
	}
}

// deadlineText is a measure's deadlines in the document's words.
func deadlineText(ds []models.Deadline) string {
	var texts []string
	for _, d := range ds {
		if d.Text != "" && !slices.Contains(texts, d.Text) {
			texts = append(texts, d.Text)
		}
	}
	return strings.Join(texts, "")
}

// sum is the measure's state: the worst light, and how far the units are.
func (t *taskPage) sum(p *view.TaskPage) {
	counts := map[string]int{}
	for _, it := range t.items {
		counts[string(it.Lamp(t.today))]++
	}
	p.Bar = view.NewBar(counts)
	p.Done, p.Total, p.NA, p.Percent = p.Bar.Done(), p.Bar.Total, counts[string(models.LampNA)], p.Bar.Percent()
	p.Lamp = "none"
	for _, l := range models.Lamps {
		if counts[string(l)] > 0 {
			p.Lamp = string(l)
			break
		}
	}
	if len(t.items) > 1 {
		p.LampUnits = counts[p.Lamp]
	}
	for _, it := range t.items {
		if string(it.Lamp(t.today)) == p.Lamp {
			p.Days = max(p.Days, t.days(it))
		}
	}
}

// days is the number beside a duty's light: late, waiting, returned or left.
func (t *taskPage) days(it models.Item) int {
	switch it.Lamp(t.today) {
	case models.LampOverdue:
		return it.ReferenceOn().DaysUntil(t.today)
	case models.LampDue:
		return t.today.DaysUntil(it.ReferenceOn())
	case models.LampReview:
		return t.waited(it.SubmittedAt)
	case models.LampReturned:
		if line, ok := t.latest[it.ID]; ok && (line.Act == string(models.ActReturn) || line.Act == string(models.ActReopen)) {
			return t.waited(&line.At)
		}
		if h := t.handed[it.ID]; len(h) > 0 {
			return t.waited(h[len(h)-1].ReviewedAt)
		}
	}
	return 0
}
