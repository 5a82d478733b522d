package web

import (
	"sort"

	"duban/app/view"
	"duban/models"
)

// The queue 先办这些 mixes reviews, nudges, requests for more time and broken
// contacts in one list, ranked by days late × units × days waiting on the
// reader.

// queueRow is a row with its rank and the tab it belongs to.
type queueRow struct {
	view.QueueRow
	kind  string // review, nudge, extend, other
	score int
}

// queueShown is how many rows the home page shows.
const queueShown = 7

func (h *homePage) queue(p *view.HomePage) {
	var rows []queueRow
	rows = append(rows, h.lateRows()...)
	rows = append(rows, h.reviewRows()...)
	rows = append(rows, h.extensionRows()...)
	rows = append(rows, h.unsignedRow(p.Counts)...)
	rows = append(rows, h.contactRows()...)
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].score > rows[j].score })
	want := h.QueryParam("kind")
	count := map[string]int{}
	shown := map[string]int{}
	for _, r := range rows {
		count[r.kind]++
		if want != "" && want != r.kind || len(p.Queue) >= queueShown && want == "" {
			continue
		}
		r.First = len(p.Queue) == 0 && r.Kind == "overdue"
		p.Queue = append(p.Queue, r.QueueRow)
		shown[r.kind]++
	}
	tabs := []struct{ kind, key string }{{"", "queue.all"}, {"review", "queue.tab_review"}, {"nudge", "queue.tab_nudge"}, {"extend", "queue.tab_extend"}, {"other", "queue.tab_other"}}
	for _, t := range tabs {
		tab := view.Tab{Key: t.key, Count: count[t.kind], Href: "/", Current: t.kind == want}
		if t.kind == "" {
			tab.Count = len(rows)
		} else {
			tab.Href = "/?kind=" + t.kind
		}
		if tab.Count > 0 || t.kind == "" {
			p.Kinds = append(p.Kinds, tab)
		}
		if t.kind != "" && want == "" && count[t.kind] > shown[t.kind] {
			p.More = append(p.More, view.KindCount{Key: t.kind, N: count[t.kind] - shown[t.kind]})
		}
	}
	p.MoreHref = "/p/" + h.plan.Key + "/review"
	if len(p.More) > 0 {
		p.MoreHref = "/?kind=" + p.More[0].Key
	}
}

// byMeasure groups items of one list by measure, in the order of first sight.
func byMeasure(items []models.Item) [][]models.Item {
	at := map[models.MeasureID]int{}
	var out [][]models.Item
	for _, it := range items {
		i, ok := at[it.MeasureID]
		if !ok {
			i = len(out)
			at[it.MeasureID] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], it)
	}
	return out
}

// lateRows are the measures with units that are overdue, or were given their
// hand-in back.
func (h *homePage) lateRows() []queueRow {
	var late, back []models.Item
	for _, it := range h.urgent {
		if it.Overdue(h.today) {
			late = append(late, it)
		} else {
			back = append(back, it)
		}
	}
	var out []queueRow
	for _, items := range byMeasure(late) {
		out = append(out, h.lateRow("overdue", items))
	}
	for _, items := range byMeasure(back) {
		out = append(out, h.lateRow("returned", items))
	}
	return out
}

func (h *homePage) lateRow(kind string, items []models.Item) queueRow {
	first := items[0]
	row := queueRow{kind: "nudge", QueueRow: h.base(kind, first)}
	row.Count = len(items)
	nudgedToday := 0
	for _, it := range items {
		if len(row.Units) < 4 {
			row.Units = append(row.Units, it.UnitShort)
		}
		row.Nudges = max(row.Nudges, it.Nudges)
		if it.Nudges == 0 {
			row.Never++
		}
		if it.NudgedOn == h.today {
			nudgedToday++
		}
		days := it.ReferenceOn().DaysUntil(h.today)
		if kind == "returned" {
			days = max(0, h.daysSince(it.SubmittedAt))
		}
		row.Days = max(row.Days, days)
		row.score += 10 * max(1, days)
	}
	for _, c := range h.measures {
		if c.MeasureID != first.MeasureID || !models.State(c.Lamp).Counts() {
			continue
		}
		row.Total += c.N
		if models.State(c.Lamp).Finished() {
			row.Done += c.N
		}
	}
	row.Actions = append(row.Actions, view.Action{Key: "list", Href: row.Href})
	if h.actor.May(models.ActNudge) && nudgedToday < len(items) {
		row.Actions = append(row.Actions, view.Action{Key: "nudge", N: len(items) - nudgedToday, Post: true, Primary: kind == "overdue", Icon: "nudge",
			Href:   "/p/" + h.plan.Key + "/nudge",
			Fields: []view.HiddenField{{Name: "m", Value: first.MeasureRef}, {Name: "lamp", Value: kind}, {Name: "back", Value: "/"}}})
	}
	return row
}

// base fills what every row about a measure has.
func (h *homePage) base(kind string, it models.Item) view.QueueRow {
	return view.QueueRow{Kind: kind, Href: "/p/" + it.PlanKey + "/t/" + it.Address(), Ref: view.RefOf(it.RowNos, it.FirstPos), Text: it.MeasureText}
}

// reviewRows are the measures with hand-ins that wait for the reader.
func (h *homePage) reviewRows() []queueRow {
	var out []queueRow
	for _, items := range byMeasure(h.review) {
		first := items[0]
		row := queueRow{kind: "review", QueueRow: h.base("review", first)}
		row.Href += "?u=" + first.UnitCode
		row.Count = len(items)
		for _, it := range items {
			if len(row.Units) < 3 {
				row.Units = append(row.Units, it.UnitName)
			}
			d := h.daysSince(it.SubmittedAt)
			row.Days = max(row.Days, d)
			row.score += 4 * max(1, d)
			if !it.EffectiveOn.IsZero() && it.EffectiveOn.Before(h.today) && !it.PastAtIssue() {
				row.Late = max(row.Late, it.EffectiveOn.DaysUntil(h.today))
			}
		}
		key := "review"
		if !h.actor.May(models.ActApprove) {
			key = "open"
		}
		row.Actions = []view.Action{{Key: key, Href: row.Href, Primary: key == "review"}}
		out = append(out, row)
	}
	return out
}

// extensionRows are the requests for more time.
func (h *homePage) extensionRows() []queueRow {
	var out []queueRow
	for _, e := range h.exts {
		it, ok := h.extItems[e.AssignmentID]
		if !ok {
			continue
		}
		row := queueRow{kind: "extend", QueueRow: h.base("ext", it), score: 12 * max(1, h.daysSince(&e.At))}
		row.Href += "?u=" + it.UnitCode
		row.Units, row.Count, row.Number = []string{it.UnitName}, 1, e.Number
		row.Day, row.Reason = e.ToDate.String(), e.Reason
		if it.Overdue(h.today) {
			row.Late = it.EffectiveOn.DaysUntil(h.today)
		}
		key := "decide"
		if !h.actor.May(models.ActDecideExt) {
			key = "open"
		}
		row.Actions = []view.Action{{Key: key, Href: row.Href}}
		out = append(out, row)
	}
	return out
}

// unsignedRow is one row for what falls due next and nobody has signed for.
// Within a week of its deadline an unsigned duty shows the light "due soon",
// so it is counted by its missing signature.
func (h *homePage) unsignedRow(c view.HomeCounts) []queueRow {
	if c.UnackSoon == 0 || c.DueOn == "" {
		return nil
	}
	row := queueRow{kind: "nudge", score: 6 * c.UnackSoon / max(1, c.DueIn)}
	row.Kind, row.Day, row.Days, row.Total = "unack", c.DueOn, c.DueIn, c.UnackSoon
	row.Href = "/p/" + h.plan.Key + "/m?due=" + c.DueOn
	seen, measures := map[string]bool{}, map[models.MeasureID]bool{}
	for _, it := range h.unsigned {
		measures[it.MeasureID] = true
		if !seen[it.UnitShort] {
			seen[it.UnitShort] = true
			row.Units = append(row.Units, it.UnitShort)
		}
	}
	row.Measures, row.Count = len(measures), len(row.Units)
	if len(row.Units) > 4 {
		row.Units = row.Units[:4]
	}
	if h.actor.May(models.ActNudge) {
		row.Actions = []view.Action{{Key: "remind_sign", Post: true, Href: "/p/" + h.plan.Key + "/nudge",
			Fields: []view.HiddenField{{Name: "day", Value: c.DueOn}, {Name: "unsigned", Value: "1"}, {Name: "back", Value: "/"}}}}
	}
	return []queueRow{row}
}

// contactRows are the units with open duties and nobody who could be told.
func (h *homePage) contactRows() []queueRow {
	open := map[models.UnitID]int{}
	for _, x := range h.byUnit {
		if st := models.State(x.Lamp); st.Counts() && !st.Finished() && st != models.StateReview {
			open[x.UnitID] += x.N
		}
	}
	var out []queueRow
	for _, u := range sortedUnits(h.units) {
		if open[u.ID] == 0 {
			continue
		}
		c, ok := h.users[u.ContactID]
		if ok && c.Active() && c.UnitID == u.ID {
			continue
		}
		row := queueRow{kind: "other", score: 8 * open[u.ID]}
		row.Kind, row.Units, row.Count, row.Total = "contact", []string{u.Name}, open[u.ID], open[u.ID]
		row.Href = "/p/" + h.plan.Key + "/u/" + u.Code
		if c.DisabledAt != nil {
			row.Day = models.DateIn(*c.DisabledAt, h.s.app.Zone).String()
		}
		if h.actor.May(models.ActPost) {
			row.Actions = []view.Action{{Key: "contact", Href: "/units?edit=" + u.Code}}
		} else {
			row.Actions = []view.Action{{Key: "open", Href: row.Href}}
		}
		out = append(out, row)
	}
	return out
}

// chart draws how completion went; nil while there are fewer than two points.
func (h *homePage) chart() *view.Trend {
	total := 0
	for _, x := range h.byUnit {
		if models.State(x.Lamp).Counts() {
			total += x.N
		}
	}
	if len(h.trend) < 2 || total == 0 {
		return nil
	}
	pts := make([]view.TrendPoint, len(h.trend))
	for i, p := range h.trend {
		pts[i] = view.TrendPoint{Day: p.Day.String(), Done: p.Finished, DueBy: p.Due, Total: total, Overdue: p.Late}
	}
	return view.NewTrend(pts)
}
