package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// matrix shows the plan as it was issued, with what the system knows beside it.
// The filters are in the query string, so that a view can be sent on.
func (r *request) matrix() error {
	plan, err := r.plan()
	if err != nil {
		return err
	}
	m := matrixPage{request: r, plan: plan, q: r.Request().URL.Query(), today: r.s.app.Today()}
	if err := m.load(); err != nil {
		return err
	}
	p, err := m.build()
	if err != nil {
		return err
	}
	p.Shell = r.shell()
	return r.page("matrix", &p)
}

// matrixPage is one matrix being made: what it asks, what it has loaded.
type matrixPage struct {
	*request
	plan  models.Plan
	q     url.Values
	today models.Date

	text     store.Content
	counts   map[models.MeasureID]map[models.Lamp]int
	oldest   map[models.MeasureID]map[models.Lamp]models.Date
	units    map[models.UnitID]models.Unit
	groups   map[models.GroupID]models.UnitGroup
	members  map[models.GroupID]int
	byTask   map[models.TaskID][]models.MeasureID
	measures map[models.MeasureID]models.Measure
	rs       map[models.MeasureID][]models.Responsibility
	ds       map[models.MeasureID][]models.Deadline
	inds     map[models.IndicatorID]models.Indicator
	open     map[models.MeasureID][]models.Item
	rowsOf   map[models.MeasureID][]models.Task
	days     []models.Date // deadlines, earliest first
	nextDay  models.Date   // the nearest from today on
}

// load asks a fixed number of questions, whatever the size of the plan.
func (m *matrixPage) load() error {
	r, ctx := m.read(), m.ctx()
	var err error
	if m.text, err = m.s.app.Content(ctx, m.plan); err != nil {
		return err
	}
	counts, err := r.Counts(ctx, m.scope(), m.plan.ID, store.ByMeasure, m.today)
	if err != nil {
		return err
	}
	m.counts, m.oldest = map[models.MeasureID]map[models.Lamp]int{}, map[models.MeasureID]map[models.Lamp]models.Date{}
	for _, c := range counts {
		if m.counts[c.MeasureID] == nil {
			m.counts[c.MeasureID], m.oldest[c.MeasureID] = map[models.Lamp]int{}, map[models.Lamp]models.Date{}
		}
		m.counts[c.MeasureID][c.Lamp] += c.N
		if old := m.oldest[c.MeasureID][c.Lamp]; old.IsZero() || c.Oldest.Before(old) {
			m.oldest[c.MeasureID][c.Lamp] = c.Oldest
		}
	}
	units, err := r.Units(ctx)
	if err != nil {
		return err
	}
	groups, err := r.Groups(ctx)
	if err != nil {
		return err
	}
	if m.members, err = r.MemberCounts(ctx, m.today); err != nil {
		return err
	}
	m.index(units, groups)
	return m.loadOpen()
}

// index puts what was loaded where the rows look for it.
func (m *matrixPage) index(units []models.Unit, groups []models.UnitGroup) {
	m.units, m.groups = map[models.UnitID]models.Unit{}, map[models.GroupID]models.UnitGroup{}
	for _, u := range units {
		m.units[u.ID] = u
	}
	for _, g := range groups {
		m.groups[g.ID] = g
	}
	m.byTask, m.measures = map[models.TaskID][]models.MeasureID{}, map[models.MeasureID]models.Measure{}
	m.rs, m.ds = map[models.MeasureID][]models.Responsibility{}, map[models.MeasureID][]models.Deadline{}
	m.inds = map[models.IndicatorID]models.Indicator{}
	for _, x := range m.text.Links {
		m.byTask[x.TaskID] = append(m.byTask[x.TaskID], x.MeasureID)
	}
	for _, x := range m.text.Measures {
		m.measures[x.ID] = x
	}
	for _, x := range m.text.Responsibilities {
		m.rs[x.MeasureID] = append(m.rs[x.MeasureID], x)
	}
	for _, x := range m.text.Deadlines {
		m.ds[x.MeasureID] = append(m.ds[x.MeasureID], x)
	}
	for _, x := range m.text.Indicators {
		m.inds[x.ID] = x
	}
	m.rowsOf = map[models.MeasureID][]models.Task{}
	for _, t := range m.text.Tasks {
		for _, id := range m.byTask[t.ID] {
			m.rowsOf[id] = append(m.rowsOf[id], t)
		}
	}
	m.sortDays()
}

// maxOpen bounds how many measures can be opened at once.
const maxOpen = 20

// loadOpen loads the units of the opened measures, in one question.
func (m *matrixPage) loadOpen() error {
	m.open = map[models.MeasureID][]models.Item{}
	refs := m.openRefs()
	var ids []models.MeasureID
	for _, x := range m.text.Measures {
		if slices.Contains(refs, x.Ref) && len(ids) < maxOpen {
			ids = append(ids, x.ID)
			m.open[x.ID] = nil
		}
	}
	if len(ids) == 0 {
		return nil
	}
	items, err := m.read().Items(m.ctx(), m.scope(), store.ItemFilter{Plan: m.plan.ID, Measures: ids, ByMeasure: true}, m.today)
	for _, it := range items {
		m.open[it.MeasureID] = append(m.open[it.MeasureID], it)
	}
	return err
}

func (m *matrixPage) openRefs() []string {
	if v := m.q.Get("open"); v != "" {
		return strings.Split(v, ",")
	}
	return nil
}

func (m *matrixPage) build() (view.MatrixPage, error) {
	p := view.MatrixPage{
		Path: "/p/" + m.plan.Key + "/m", ReadOnly: !m.actor.May(models.ActNudge),
		Items: len(m.text.Tasks), Measures: len(m.text.Measures), Gaps: gaps(m.text.Tasks),
	}
	if !p.ReadOnly {
		p.BulkHref = "/p/" + m.plan.Key + "/nudge"
	}
	for _, by := range m.counts {
		for lamp, n := range by {
			if models.State(lamp).Counts() {
				p.Tasks += n
			}
		}
	}
	keep, err := m.filter()
	if err != nil {
		return p, err
	}
	p.Filter, p.Chips, p.Clear = m.filterForm(), m.chips(), p.Path
	p.Views = m.views()
	p.Density = m.densities()
	items := m.items(keep)
	for _, it := range items {
		p.Levels = max(p.Levels, len(it.Levels))
		p.Points = p.Points || it.Points != ""
	}
	p.Levels = min(max(p.Levels, 1), 3)
	p.Shown = len(keep)
	p.Rows = view.MatrixRows(items)
	return p, nil
}

// items draws the rows that have a measure to show, and every row where no
// filter is set.
func (m *matrixPage) items(keep map[models.MeasureID]bool) []view.MatrixItem {
	drawn := map[models.MeasureID]*view.MatrixMeasure{}
	filtered := m.filtered()
	out := make([]view.MatrixItem, 0, len(m.text.Tasks))
	for _, t := range m.text.Tasks {
		item := view.MatrixItem{No: t.No, Levels: m.levels(t.IndicatorID), Points: t.EvaluationPoints, Remarks: t.Remarks}
		if t.Title != "" && item.Points == "" {
			item.Points = t.Title
		}
		for _, id := range m.byTask[t.ID] {
			if !keep[id] {
				continue
			}
			if drawn[id] == nil {
				drawn[id] = m.measure(m.measures[id])
			}
			item.Measures = append(item.Measures, drawn[id])
		}
		if filtered && len(item.Measures) == 0 {
			continue
		}
		out = append(out, item)
	}
	return out
}

func (m *matrixPage) levels(id models.IndicatorID) []view.MatrixLevel {
	var out []view.MatrixLevel
	for ; id != 0; id = m.inds[id].ParentID {
		x := m.inds[id]
		out = append(out, view.MatrixLevel{Name: x.Name, Code: x.PrintedCode})
	}
	slices.Reverse(out)
	return out
}

// gaps are the plain numbers that the document leaves out: 38.
func gaps(tasks []models.Task) []string {
	have, last := map[int]bool{}, 0
	for _, t := range tasks {
		n, err := strconv.Atoi(t.No)
		if err != nil {
			return nil
		}
		have[n] = true
		last = max(last, n)
	}
	var out []string
	for n := 1; n < last && len(out) < 20; n++ {
		if !have[n] {
			out = append(out, strconv.Itoa(n))
		}
	}
	return out
}

// nudgeMany nudges what a form names: ticked measures (m), one light (lamp),
// one unit (unit), or all that is overdue (all).
func (r *request) nudgeMany() error {
	plan, err := r.plan()
	if err != nil {
		return err
	}
	ids, err := r.toNudge(plan)
	if err != nil {
		return err
	}
	back := r.back("/p/" + plan.Key + "/m")
	if len(ids) == 0 {
		return r.done(back, "flash.nudged", 0, 0, 0)
	}
	n, err := r.s.app.Nudge(r.ctx(), r.actor, ids)
	if err != nil {
		return err
	}
	r.s.jobs.Wake()
	return r.done(back, "flash.nudged", n.Told, n.Already, n.Silent)
}

func (r *request) toNudge(plan models.Plan) ([]models.AssignmentID, error) {
	form, err := r.FormParams()
	if err != nil {
		return nil, err
	}
	f := store.ItemFilter{Plan: plan.ID, Waiting: true}
	f.Refs = form["m"]
	if lamp := r.field("lamp"); lamp != "" {
		f.Lamps = []models.Lamp{models.Lamp(lamp)}
	}
	if code := r.field("unit"); code != "" {
		u, err := r.read().UnitByCode(r.ctx(), code)
		if err != nil {
			return nil, err
		}
		f.Unit = u.ID
	}
	if day, err := r.date("day"); err == nil && !day.IsZero() {
		f.RefFrom, f.RefTo = day, day
	}
	if r.field("unsigned") != "" {
		f.States = []models.State{models.StateUnack}
	}
	if len(f.Refs) == 0 && len(f.Lamps) == 0 && f.Unit == 0 && f.RefFrom.IsZero() {
		return nil, models.Errf(models.Invalid, "err.select_some")
	}
	items, err := r.read().Items(r.ctx(), r.scope(), f, r.s.app.Today())
	ids := make([]models.AssignmentID, len(items))
	for i, it := range items {
		ids[i] = it.ID
	}
	return ids, err
}

// home leads everybody to what he has to do.
func (r *request) home() error {
	switch {
	case r.actor.May(models.ActSeeAll):
		return r.leadHome()
	case r.actor.May(models.ActSeePlan):
		u, err := r.read().Unit(r.ctx(), r.user.UnitID)
		if err != nil {
			return err
		}
		return r.myTasks(u, false)
	}
	return r.Redirect(http.StatusSeeOther, "/people")
}
