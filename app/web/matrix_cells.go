package web

import (
	"net/url"
	"slices"
	"sort"
	"strings"

	"duban/app/view"
	"duban/models"
)

// measure draws one measure's cells.
func (m *matrixPage) measure(x models.Measure) *view.MatrixMeasure {
	counts := m.counts[x.ID]
	byState := map[string]int{}
	for lamp, n := range counts {
		byState[string(lamp)] += n
	}
	out := &view.MatrixMeasure{
		ID: x.Ref, Href: "/p/" + m.plan.Key + "/t/" + x.Address(), No: x.No,
		Name: m.s.view.Locale(m.lang).Ref(view.RefOf(x.RowNos, x.FirstPos)), Text: x.Text, UnitText: x.UnitText,
		Units: m.unitParts(x), Bar: view.NewBar(byState),
	}
	if len(x.RowNos) > 1 {
		out.Shared = view.RefOf(x.RowNos, 0).Rows
	}
	m.due(out, x, counts)
	m.light(out, x, counts)
	_, isOpen := m.open[x.ID]
	out.OpenHref = m.toggled(x.Ref, isOpen)
	if isOpen {
		out.Open = m.fan(x, out.OpenHref)
	}
	return out
}

// toggled is this page with one measure opened, or closed again.
func (m *matrixPage) toggled(ref string, isOpen bool) string {
	refs := slices.Clone(m.openRefs())
	if isOpen {
		refs = slices.DeleteFunc(refs, func(s string) bool { return s == ref })
	} else {
		refs = append(refs, ref)
	}
	return m.with("open", strings.Join(refs, ",")) + "#" + ref
}

// with is this page with one value of the query string changed; "" drops it.
func (m *matrixPage) with(name, value string) string {
	q := url.Values{}
	for _, k := range []string{"view", "q", "ind", "unit", "due", "state", "density", "open"} {
		v := m.q.Get(k)
		if k == name {
			v = value
		}
		if v != "" {
			q.Set(k, v)
		}
	}
	path := "/p/" + m.plan.Key + "/m"
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}

// due draws the date cell: the date as read, how far it is, and the wording.
func (m *matrixPage) due(out *view.MatrixMeasure, x models.Measure, counts map[models.Lamp]int) {
	ds := m.ds[x.ID]
	var texts []string
	for _, d := range ds {
		if d.Text != "" {
			texts = append(texts, d.Text)
		}
	}
	out.DueText = strings.Join(texts, "")
	day := models.DueDate(ds)
	out.DueKey = day.String() + "|" + out.DueText
	if day.IsZero() {
		return
	}
	loc := m.s.view.Locale(m.lang)
	out.Due = loc.Day(day.String())
	open := 0
	for lamp, n := range counts {
		if models.State(lamp).Counts() && !models.State(lamp).Finished() {
			open += n
		}
	}
	if open == 0 {
		return
	}
	left := m.today.DaysUntil(day)
	out.DueLeft = loc.DaysLeft(left)
	switch {
	case counts[models.LampOverdue] > 0:
		out.DueTone = "overdue"
	case left >= 0 && left <= models.DueSoonDays:
		out.DueTone = "due"
	}
	out.DuePast = counts[models.LampPast] > 0
}

// light draws the progress cell's light: the worst, and of how many units.
func (m *matrixPage) light(out *view.MatrixMeasure, x models.Measure, counts map[models.Lamp]int) {
	out.Lamp = "none"
	for _, lamp := range models.Lamps {
		if counts[lamp] > 0 {
			out.Lamp = string(lamp)
			break
		}
	}
	out.Words = m.t("state." + out.Lamp)
	if n := counts[models.Lamp(out.Lamp)]; n > 0 && (out.Lamp == "overdue" || out.Lamp == "returned") {
		out.Words = m.t("lamp."+out.Lamp+"_units", n)
	}
	for _, rest := range []models.Lamp{models.LampReview, models.LampReturned, models.LampUnack, models.LampPast, models.LampActive} {
		n := counts[rest]
		if rest == models.LampActive && out.Lamp != string(models.LampDue) {
			n += counts[models.LampDue] // in hand, whether due soon or not
		}
		if n == 0 || string(rest) == out.Lamp || len(out.Rest) == 3 {
			continue
		}
		tone := ""
		if rest == models.LampReview || rest == models.LampReturned {
			tone = "t-" + string(rest)
		}
		out.Rest = append(out.Rest, view.RestPart{Tone: tone, Text: m.t("matrix.rest_"+string(rest), n)})
	}
}

// unitParts cuts the unit cell's wording where it names a group, to put the
// number of members beside it.
func (m *matrixPage) unitParts(x models.Measure) []view.UnitPart {
	type cut struct{ from, to, count int }
	var cuts []cut
	at := 0
	for _, r := range m.rs[x.ID] {
		i := strings.Index(x.UnitText[at:], r.Name)
		if i < 0 {
			continue
		}
		i += at
		at = i + len(r.Name)
		if r.GroupID != 0 {
			cuts = append(cuts, cut{i, at, m.members[r.GroupID]})
		}
	}
	var out []view.UnitPart
	pos := 0
	for _, c := range cuts {
		if c.from > pos {
			out = append(out, view.UnitPart{Text: x.UnitText[pos:c.from]})
		}
		out = append(out, view.UnitPart{Text: x.UnitText[c.from:c.to], Count: c.count})
		pos = c.to
	}
	if pos < len(x.UnitText) {
		out = append(out, view.UnitPart{Text: x.UnitText[pos:]})
	}
	return out
}

// fanShown is how many units of a state are named before the rest is a link.
const fanShown = 60

// fan draws an opened measure: its units by state, one act per state.
func (m *matrixPage) fan(x models.Measure, closeHref string) *view.FanOut {
	f := &view.FanOut{Close: closeHref}
	for _, r := range m.rs[x.ID] {
		if r.GroupID != 0 {
			f.Group, f.Count = m.groups[r.GroupID].Name, m.members[r.GroupID]
			break
		}
	}
	task := "/p/" + m.plan.Key + "/t/" + x.Address()
	by := map[models.Lamp][]models.Item{}
	for _, it := range m.open[x.ID] {
		lamp := it.Lamp(m.today)
		switch {
		case it.State == models.StateNA:
			f.NA++
			continue
		case it.State == models.StateWithdrawn:
			continue
		case !it.State.Finished():
			f.Open++
		}
		by[lamp] = append(by[lamp], it)
	}
	for _, lamp := range models.Lamps {
		if items := by[lamp]; len(items) > 0 {
			f.Lines = append(f.Lines, m.fanLine(x, task, lamp, items))
		}
	}
	return f
}

func (m *matrixPage) fanLine(x models.Measure, task string, lamp models.Lamp, items []models.Item) view.FanLine {
	line := view.FanLine{State: string(lamp), Count: len(items), All: task, More: max(0, len(items)-fanShown)}
	for _, it := range items[:min(len(items), fanShown)] {
		line.Units = append(line.Units, view.FanUnit{Short: it.UnitShort, Name: it.UnitName, Href: task + "?u=" + it.UnitCode})
	}
	if !m.actor.May(models.ActNudge) || m.plan.State != models.PlanIssued {
		return line
	}
	switch {
	case lamp == models.LampReview:
		line.Act = &view.Action{Key: "review_each", Href: task + "?u=" + items[0].UnitCode, Primary: true}
	case items[0].State.Waiting():
		line.Act = &view.Action{Key: "nudge", N: len(items), Icon: "nudge", Href: "/p/" + m.plan.Key + "/nudge", Post: true,
			Fields: []view.HiddenField{{Name: "m", Value: x.Ref}, {Name: "lamp", Value: string(lamp)}, {Name: "back", Value: m.with("", "")}}}
	}
	return line
}

// sortDays finds the plan's deadlines, earliest first, and the nearest one from
// today on; once, since every measure is asked about them.
func (m *matrixPage) sortDays() {
	seen := map[models.Date]bool{}
	for _, ds := range m.ds {
		if d := models.DueDate(ds); !d.IsZero() && !seen[d] {
			seen[d] = true
			m.days = append(m.days, d)
		}
	}
	sort.Slice(m.days, func(i, j int) bool { return m.days[i].Before(m.days[j]) })
	for _, d := range m.days {
		if !d.Before(m.today) {
			m.nextDay = d
			return
		}
	}
}
