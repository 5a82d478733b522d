package app

import (
	"sort"

	"duban/app/i18n"
	"duban/app/view"
	"duban/models"
)

// rendered is a mail in words.
type rendered struct{ Subject, Text, HTML string }

func (a *App) renderMail(lang, name string, data any) (rendered, error) {
	m, err := a.View.Mail(i18n.Parse(lang), name, data)
	return rendered{m.Subject, string(m.Text), string(m.HTML)}, err
}

// instant writes a time as pages and mails take it: office zone, to the minute.
func (v *act) at() string { return v.now.In(v.Zone).Format("2006-01-02 15:04") }

// noticeMail writes the mail that carries one person's notices, the worst
// first, grouped by plan.
func (a *App) noticeMail(u models.User, ns []models.Notice, items map[models.AssignmentID]models.Item, today models.Date) (rendered, error) {
	v := &act{App: a, now: a.now()}
	data := view.Notice{To: u.Name, At: v.at(), HomeHref: a.BaseURL + "/"}
	byPlan := map[models.PlanID]*view.MailPlan{}
	var order []models.PlanID
	sorted := append([]models.Notice(nil), ns...)
	sort.SliceStable(sorted, func(i, j int) bool {
		x, y := sorted[i], sorted[j]
		if x.PlanID != y.PlanID {
			return x.PlanID < y.PlanID
		}
		if x.RefOn != y.RefOn {
			return y.RefOn.IsZero() || !x.RefOn.IsZero() && x.RefOn.Before(y.RefOn)
		}
		return x.AssignmentID < y.AssignmentID
	})
	for _, n := range sorted {
		it, ok := items[n.AssignmentID]
		if !ok {
			continue
		}
		p := byPlan[it.PlanID]
		if p == nil {
			p = &view.MailPlan{Title: it.PlanTitle}
			byPlan[it.PlanID] = p
			order = append(order, it.PlanID)
		}
		m := a.mailItem(it, today, u.Role == models.RoleLead)
		m.Kind, m.Note = string(n.Kind), n.Text
		if n.Kind == models.NoticeExtended {
			m.To = it.EffectiveOn.String()
		}
		p.Items = append(p.Items, m)
	}
	for _, id := range order {
		data.Plans = append(data.Plans, *byPlan[id])
	}
	return a.renderMail(u.Lang, "notice", data)
}

// mailItem writes one duty as a mail shows it.
func (a *App) mailItem(it models.Item, today models.Date, withUnit bool) view.MailItem {
	ref := it.ReferenceOn()
	m := view.MailItem{
		Ref: view.RefOf(it.RowNos, it.FirstPos), Text: it.MeasureText, Lamp: string(it.Lamp(today)), Due: ref.String(),
		Href: a.BaseURL + "/p/" + it.PlanKey + "/t/" + it.Address() + "?u=" + it.UnitCode,
	}
	if !ref.IsZero() {
		m.Days = ref.DaysUntil(today)
	}
	if withUnit {
		m.Unit = it.UnitName
	}
	return m
}

// leadDigestMail writes the lead office's weekly digest.
func (a *App) leadDigestMail(u models.User, d models.LeadDigest, total digestTotals) (rendered, error) {
	v := &act{App: a, now: a.now()}
	year, week := d.AsOf.ISOWeek()
	lang := i18n.Parse(u.Lang)
	data := view.DigestLead{
		To: u.Name, Week: week, Year: year, At: v.at(), Plans: total.plans, Schedule: a.View.T(lang, "mail.schedule"),
		Overdue: d.Overdue, OverdueMeasures: d.Measures, OverdueUnits: len(d.Units),
		DueWeek: d.Due, Review: len(d.Review), Extensions: total.extensions, New: len(d.New), Cleared: len(d.Cleared),
		PastIssue: d.PastIssue, Done: total.finished, Total: total.counted, PercentLast: total.percentLast,
		HomeHref: a.BaseURL + "/", OverdueHref: a.BaseURL + "/", ReviewHref: a.BaseURL + "/",
	}
	if len(total.keys) > 0 {
		data.OverdueHref = a.BaseURL + "/p/" + total.keys[0] + "/m?state=overdue"
		data.ReviewHref = a.BaseURL + "/p/" + total.keys[0] + "/review"
	}
	for _, it := range d.Review {
		if it.SubmittedAt == nil {
			continue
		}
		days := models.DateIn(*it.SubmittedAt, a.Zone).DaysUntil(d.AsOf)
		data.ReviewLongest = max(data.ReviewLongest, days)
		if days > 3 {
			data.ReviewOld++
		}
	}
	for i, day := range d.DueByDay {
		if i == 0 {
			data.DueOn, data.DueIn = day.Day.String(), d.AsOf.DaysUntil(day.Day)
			data.Due, data.DueMeasures = day.Count, day.Measures
		}
		data.Days = append(data.Days, view.DigestDay{Day: day.Day.String(), Units: day.Count, Measures: day.Measures})
	}
	for _, it := range total.dueNext {
		m := total.measures[it.MeasureID]
		data.DueTop = append(data.DueTop, view.DigestDue{Ref: view.RefOf(it.RowNos, it.FirstPos), Text: it.MeasureText,
			Href: a.BaseURL + "/p/" + it.PlanKey + "/t/" + it.Address(), Done: m.finished, Total: m.counted})
	}
	a.digestMeasures(&data, d)
	for _, x := range d.Units {
		data.Units = append(data.Units, view.DigestUnitCount{Name: x.Unit, Overdue: len(x.Overdue), Longest: x.Longest,
			Href: a.BaseURL + "/p/" + x.Overdue[0].PlanKey + "/u/" + x.Overdue[0].UnitCode})
	}
	for _, it := range d.Review[:min(len(d.Review), 8)] {
		m := a.mailItem(it, d.AsOf, true)
		if it.SubmittedAt != nil {
			m.Days = models.DateIn(*it.SubmittedAt, a.Zone).DaysUntil(d.AsOf)
		}
		data.Waiting = append(data.Waiting, m)
	}
	for _, it := range d.Cleared[:min(len(d.Cleared), 8)] {
		data.Gone = append(data.Gone, a.mailItem(it, d.AsOf, true))
	}
	data.Actions = a.digestActions(data, d, total)
	return a.renderMail(u.Lang, "digest_lead", data)
}

// How much of a list a mail shows before it says how many more there are.
const (
	mailMeasures = 8
	mailNames    = 4
	mailDue      = 3
	mailItems    = 12
)

// digestMeasures lists the measures with units that are late, most units first.
func (a *App) digestMeasures(data *view.DigestLead, d models.LeadDigest) {
	type line struct {
		it    models.Item
		names []string
		days  int
	}
	by := map[models.MeasureID]*line{}
	var order []*line
	for _, u := range d.Units {
		for _, it := range u.Overdue {
			l := by[it.MeasureID]
			if l == nil {
				l = &line{it: it}
				by[it.MeasureID] = l
				order = append(order, l)
			}
			l.names = append(l.names, it.UnitShort)
			l.days = max(l.days, it.ReferenceOn().DaysUntil(d.AsOf))
		}
	}
	sort.SliceStable(order, func(i, j int) bool {
		if len(order[i].names) != len(order[j].names) {
			return len(order[i].names) > len(order[j].names)
		}
		return order[i].it.MeasureID < order[j].it.MeasureID
	})
	data.More = max(0, len(order)-mailMeasures)
	for _, l := range order[:min(len(order), mailMeasures)] {
		data.Measures = append(data.Measures, view.DigestMeasure{
			Ref: view.RefOf(l.it.RowNos, l.it.FirstPos), Text: l.it.MeasureText, Units: len(l.names), Days: l.days,
			Names: l.names[:min(len(l.names), mailNames)], Href: a.BaseURL + "/p/" + l.it.PlanKey + "/t/" + l.it.Address(),
		})
	}
}

// digestActions picks at most three things to do first.
func (a *App) digestActions(data view.DigestLead, d models.LeadDigest, total digestTotals) []view.DigestAction {
	var out []view.DigestAction
	if len(data.Measures) > 0 {
		m := data.Measures[0]
		out = append(out, view.DigestAction{Kind: "nudge", Ref: m.Ref, Count: m.Units, Days: m.Days, Href: m.Href})
	}
	if len(d.Review) > 0 {
		out = append(out, view.DigestAction{Kind: "review", Count: len(d.Review), Days: data.ReviewLongest, Href: data.ReviewHref})
	}
	if total.extensions > 0 {
		out = append(out, view.DigestAction{Kind: "extend", Count: total.extensions, Href: data.ReviewHref})
	}
	if total.noContact > 0 && len(out) < 3 && len(total.keys) > 0 {
		out = append(out, view.DigestAction{Kind: "contact", Count: total.noContact, Href: a.BaseURL + "/p/" + total.keys[0] + "/u"})
	}
	return out
}

// unitDigestMail writes one unit's weekly digest.
func (a *App) unitDigestMail(u models.User, d models.UnitDigest, posts posts) (rendered, error) {
	v := &act{App: a, now: a.now()}
	year, week := d.AsOf.ISOWeek()
	data := view.DigestUnit{
		To: u.Name, Unit: d.Unit, Week: week, Year: year, At: v.at(),
		Schedule: a.View.T(i18n.Parse(u.Lang), "mail.schedule"), HomeHref: a.BaseURL + "/",
	}
	if len(posts.leads) > 0 {
		lead := posts.leads[0]
		data.LeadUnit = posts.units[lead.UnitID].Name
		data.Lead = view.Contact{Name: lead.Name, Title: lead.Title, Phone: lead.Phone, Email: lead.Email}
	}
	for _, g := range []struct {
		key, lamp string
		items     []models.Item
	}{
		{"overdue", "overdue", d.Overdue}, {"returned", "returned", d.Returned}, {"due", "due", d.Due},
		{"unsigned", "unack", d.Unsigned}, {"past", "past", d.Past}, {"later", "active", d.Later},
	} {
		if len(g.items) == 0 {
			continue
		}
		vg := view.DigestGroup{Key: g.key, Lamp: g.lamp, More: max(0, len(g.items)-mailItems)}
		for _, it := range g.items[:min(len(g.items), mailItems)] {
			vg.Items = append(vg.Items, a.mailItem(it, d.AsOf, false))
		}
		data.Groups = append(data.Groups, vg)
	}
	return a.renderMail(u.Lang, "digest_unit", data)
}
