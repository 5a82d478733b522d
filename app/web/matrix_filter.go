package web

import (
	"strconv"
	"strings"

	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// filtered reports whether any filter or view narrows the rows.
func (m *matrixPage) filtered() bool {
	for _, k := range []string{"q", "ind", "unit", "due", "state"} {
		if m.q.Get(k) != "" {
			return true
		}
	}
	v := m.q.Get("view")
	return v != "" && v != "all"
}

// filter returns the measures that the query string leaves.
func (m *matrixPage) filter() (map[models.MeasureID]bool, error) {
	keep := make(map[models.MeasureID]bool, len(m.text.Measures))
	mine, err := m.ofUnit()
	if err != nil {
		return nil, err
	}
	for _, x := range m.text.Measures {
		ok := m.inView(x, m.q.Get("view")) && m.inText(x) && m.inIndicator(x) && m.inDue(x) &&
			(m.q.Get("state") == "" || m.counts[x.ID][models.Lamp(m.q.Get("state"))] > 0)
		if ok && (mine == nil || mine[x.ID]) {
			keep[x.ID] = true
		}
	}
	return keep, nil
}

// ofUnit returns the measures of the chosen unit; nil when none is chosen.
func (m *matrixPage) ofUnit() (map[models.MeasureID]bool, error) {
	code := m.q.Get("unit")
	if code == "" {
		return nil, nil
	}
	out := map[models.MeasureID]bool{}
	for _, u := range m.units {
		if u.Code != code {
			continue
		}
		items, err := m.read().Items(m.ctx(), m.scope(), store.ItemFilter{Plan: m.plan.ID, Unit: u.ID, ByMeasure: true}, m.today)
		for _, it := range items {
			out[it.MeasureID] = true
		}
		return out, err
	}
	return out, nil
}

func (m *matrixPage) inText(x models.Measure) bool {
	q := strings.ToLower(strings.TrimSpace(m.q.Get("q")))
	if q == "" {
		return true
	}
	if strings.Contains(strings.ToLower(x.Text+"\n"+x.UnitText), q) {
		return true
	}
	for _, no := range x.RowNos {
		if no == q {
			return true
		}
	}
	for _, t := range m.rowsOf[x.ID] {
		if strings.Contains(strings.ToLower(t.Title+"\n"+t.EvaluationPoints+"\n"+m.path(t.IndicatorID)), q) {
			return true
		}
	}
	return false
}

// path writes an indicator with those above it, names and codes.
func (m *matrixPage) path(id models.IndicatorID) string {
	var b strings.Builder
	for ; id != 0; id = m.inds[id].ParentID {
		x := m.inds[id]
		b.WriteString(x.Name + " " + x.Code + " " + x.PrintedCode + "\n")
	}
	return b.String()
}

func (m *matrixPage) inIndicator(x models.Measure) bool {
	want, err := strconv.ParseInt(m.q.Get("ind"), 10, 64)
	if err != nil {
		return true
	}
	for _, t := range m.rowsOf[x.ID] {
		for ind := t.IndicatorID; ind != 0; ind = m.inds[ind].ParentID {
			if ind == models.IndicatorID(want) {
				return true
			}
		}
	}
	return false
}

func (m *matrixPage) inDue(x models.Measure) bool {
	day := models.DueDate(m.ds[x.ID])
	switch v := m.q.Get("due"); v {
	case "":
		return true
	case "past":
		return !day.IsZero() && day.Before(m.today)
	case "week":
		return !day.IsZero() && !day.Before(m.today) && m.today.DaysUntil(day) <= 7
	case "month":
		return !day.IsZero() && !day.Before(m.today) && m.today.DaysUntil(day) <= 30
	default:
		return day.String() == v
	}
}

// inView reports whether a measure belongs to a saved view.
func (m *matrixPage) inView(x models.Measure, name string) bool {
	c := m.counts[x.ID]
	switch name {
	case "overdue":
		return c[models.LampOverdue] > 0
	case "review":
		return c[models.LampReview] > 0
	case "past":
		return c[models.LampPast] > 0
	case "day":
		return models.DueDate(m.ds[x.ID]) == m.nextDay
	case "group":
		return m.hasGroup(x) && m.unfinished(x)
	case "lead":
		for _, r := range m.rs[x.ID] {
			if r.Role == models.UnitLead && r.UnitID != 0 && r.UnitID == m.plan.LeadUnitID {
				return true
			}
		}
		return false
	}
	return true
}

func (m *matrixPage) hasGroup(x models.Measure) bool {
	for _, r := range m.rs[x.ID] {
		if r.GroupID != 0 {
			return true
		}
	}
	return false
}

func (m *matrixPage) unfinished(x models.Measure) bool {
	for lamp, n := range m.counts[x.ID] {
		if n > 0 && models.State(lamp).Counts() && !models.State(lamp).Finished() {
			return true
		}
	}
	return false
}

// views are the saved views with their counts. Empty ones are left out.
func (m *matrixPage) views() []view.MatrixView {
	current := m.q.Get("view")
	if current == "" {
		current = "all"
	}
	day := m.nextDay
	var out []view.MatrixView
	for _, v := range []struct{ key, tone string }{{"all", ""}, {"overdue", "overdue"}, {"day", ""}, {"review", "review"}, {"group", ""}, {"lead", ""}, {"past", ""}} {
		n := 0
		for _, x := range m.text.Measures {
			if m.inView(x, v.key) {
				n++
			}
		}
		if n == 0 && v.key != "all" || v.key == "day" && day.IsZero() {
			continue
		}
		mv := view.MatrixView{Key: v.key, Count: n, Tone: v.tone, Current: v.key == current, Href: "/p/" + m.plan.Key + "/m?view=" + v.key}
		if v.key == "day" {
			mv.Day = m.s.view.Locale(m.lang).Day(day.String())
		}
		out = append(out, mv)
	}
	return out
}

func (m *matrixPage) densities() []view.DensityLink {
	current := m.q.Get("density")
	if current != "compact" && current != "full" {
		current = "standard"
	}
	var out []view.DensityLink
	for _, k := range []string{"compact", "standard", "full"} {
		out = append(out, view.DensityLink{Key: k, Href: m.with("density", k), Current: k == current})
	}
	return out
}

// filterForm fills the form over the table.
func (m *matrixPage) filterForm() view.MatrixFilter {
	f := view.MatrixFilter{Q: m.q.Get("q"), Density: m.q.Get("density"), View: m.q.Get("view")}
	for _, x := range m.text.Indicators {
		if x.Level <= 2 {
			id := strconv.FormatInt(int64(x.ID), 10)
			f.Inds = append(f.Inds, view.Option{Value: id, Label: strings.Repeat("　", x.Level-1) + x.Name + " " + x.PrintedCode, Selected: id == m.q.Get("ind")})
		}
	}
	if m.scope().All {
		f.Units = m.unitOptions()
	}
	for _, k := range []string{"past", "week", "month"} {
		f.Dues = append(f.Dues, view.Option{Value: k, Label: m.t("matrix.due_" + k), Selected: k == m.q.Get("due")})
	}
	for _, d := range m.days {
		f.Dues = append(f.Dues, view.Option{Value: d.String(), Label: m.s.view.Locale(m.lang).Day(d.String()), Selected: d.String() == m.q.Get("due")})
	}
	for _, l := range models.Lamps {
		f.States = append(f.States, view.Option{Value: string(l), Label: m.t("state." + string(l)), Selected: string(l) == m.q.Get("state")})
	}
	return f
}

// unitOptions are the units that owe the plan something, in protocol order.
func (m *matrixPage) unitOptions() []view.Option {
	register := ""
	for _, rs := range m.rs {
		for _, r := range rs {
			if u, ok := m.units[r.UnitID]; ok {
				register = u.Register
			} else if g, ok := m.groups[r.GroupID]; ok {
				register = g.Register
			}
		}
	}
	var out []view.Option
	for _, u := range sortedUnits(m.units) {
		if u.Register == register && u.Family != models.FamilyRegion {
			out = append(out, view.Option{Value: u.Code, Label: u.Name, Selected: u.Code == m.q.Get("unit")})
		}
	}
	return out
}

// chips are the filters in force, each with the address without it.
func (m *matrixPage) chips() []view.FilterChip {
	var out []view.FilterChip
	label := map[string]func(string) string{
		"q": func(v string) string { return v },
		"ind": func(v string) string {
			id, _ := strconv.ParseInt(v, 10, 64)
			return m.inds[models.IndicatorID(id)].Name
		},
		"unit": func(v string) string {
			for _, u := range m.units {
				if u.Code == v {
					return u.Name
				}
			}
			return v
		},
		"due": func(v string) string {
			if d, err := models.ParseDate(v); err == nil {
				return m.s.view.Locale(m.lang).Day(d.String())
			}
			return m.t("matrix.due_" + v)
		},
		"state": func(v string) string { return m.t("state." + v) },
	}
	for _, k := range []string{"q", "ind", "unit", "due", "state"} {
		if v := m.q.Get(k); v != "" {
			out = append(out, view.FilterChip{Key: k, Label: label[k](v), Href: m.with(k, "")})
		}
	}
	return out
}
