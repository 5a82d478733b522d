package web

import (
	"slices"
	"time"

	"duban/app/view"
	"duban/models"
)

// taskTab is one saved view over the units of a measure.
type taskTab struct {
	key, tone string
	has       func(it models.Item, l models.Lamp) bool
	always    bool // shown even when nobody is in it
}

var taskTabs = []taskTab{
	{"open", "", func(it models.Item, _ models.Lamp) bool { return it.State.Counts() && !it.State.Finished() }, true},
	{"review", "review", func(it models.Item, _ models.Lamp) bool { return it.State == models.StateReview }, false},
	{"overdue", "overdue", func(_ models.Item, l models.Lamp) bool { return l == models.LampOverdue }, false},
	{"returned", "", func(it models.Item, _ models.Lamp) bool { return it.State == models.StateReturned }, false},
	{"unack", "", func(it models.Item, _ models.Lamp) bool { return it.State == models.StateUnack }, false},
	{"finished", "", func(it models.Item, _ models.Lamp) bool { return it.State.Finished() }, true},
	{"na", "", func(it models.Item, _ models.Lamp) bool { return it.State == models.StateNA }, false},
	{"all", "", func(models.Item, models.Lamp) bool { return true }, true},
}

// list draws the units of the chosen view, each with what the reader may do.
func (t *taskPage) list(p *view.TaskPage) {
	chosen := t.tabs(p)
	for _, it := range t.items {
		if chosen.has(it, it.Lamp(t.today)) {
			p.Units = append(p.Units, t.row(it))
		}
	}
	p.Errors = t.form.errors
	if !t.actor.May(models.ActNudge) || t.plan.State != models.PlanIssued {
		return
	}
	for _, u := range p.Units {
		if u.CanNudge && !u.NudgedToday {
			p.BulkCount++
		}
	}
	if p.BulkCount > 0 {
		p.BulkHref = t.path + "/nudge"
	}
	t.closeAll(p)
}

// tabs draws the views and returns the chosen one: what is open, unless
// nothing is.
func (t *taskPage) tabs(p *view.TaskPage) taskTab {
	count := map[string]int{}
	for _, it := range t.items {
		for _, tab := range taskTabs {
			if tab.has(it, it.Lamp(t.today)) {
				count[tab.key]++
			}
		}
	}
	chosen := taskTabs[len(taskTabs)-1]
	if !t.scope().All {
		return chosen // a unit's own row needs no views
	}
	want := t.QueryParam("tab")
	if i := slices.IndexFunc(taskTabs, func(x taskTab) bool { return x.key == want }); i >= 0 {
		chosen = taskTabs[i]
	} else if count["open"] > 0 {
		chosen = taskTabs[0]
	}
	for _, tab := range taskTabs {
		if tab.always || count[tab.key] > 0 || tab.key == chosen.key {
			p.Tabs = append(p.Tabs, view.Tab{Key: "task.tab." + tab.key, Count: count[tab.key], Tone: tab.tone, Href: t.path + "?tab=" + tab.key, Current: tab.key == chosen.key})
		}
	}
	p.TabKey = chosen.key
	return chosen
}

// closeAll offers to sign off, in one act, whoever is completed.
func (t *taskPage) closeAll(p *view.TaskPage) {
	if !t.actor.May(models.ActClose) {
		return
	}
	c := view.CloseAll{Href: t.path + "/close", AskHref: t.path + "?do=close_all#close", Cancel: t.path, Asked: t.form.do == "close_all"}
	for _, it := range t.items {
		if it.State == models.StateDone {
			c.Units = append(c.Units, it.UnitName)
		}
	}
	if len(c.Units) > 0 {
		p.CloseAll = &c
	}
}

// row draws one unit.
func (t *taskPage) row(it models.Item) view.TaskUnit {
	u := view.TaskUnit{
		ID: int64(it.ID), Version: it.Version, Name: it.UnitName, Family: string(it.Family), Role: string(it.Role),
		Href: t.path + "?u=" + it.UnitCode + "#unit", ActHref: actHref(it), Contact: t.dir.contact(it.UnitID),
		Lamp: string(it.Lamp(t.today)), Days: t.days(it), Blocked: it.BlockedCause, Nudges: it.Nudges, Number: 1,
		Selected: t.open != nil && t.open.ID == it.ID, NudgedToday: it.NudgedOn == t.today,
	}
	u.Contact.Title = "" // the list has room for the number only
	for _, h := range t.handed[it.ID] {
		u.Evidence += h.Evidence
		u.Number = h.Number
	}
	if e, ok := t.asked[it.ID]; ok {
		u.AskedTo = e.ToDate.String()
	}
	t.last(&u, it)
	_, asked := t.asked[it.ID]
	u.CanReview = t.can(models.ActApprove, it)
	u.CanDecide = asked && t.can(models.ActDecideExt, it)
	u.CanClose = t.can(models.ActClose, it)
	u.CanNudge = t.can(models.ActNudge, it)
	u.CanSign = t.can(models.ActSign, it)
	u.CanSubmit = t.can(models.ActSubmit, it)
	u.NudgedToday = u.NudgedToday && u.CanNudge
	return u
}

// lastActs are the acts that count as an event of a duty. What happens in a
// unit's draft is its own business, and a download is no event.
var lastActs = []string{
	string(models.ActSign), string(models.ActProgress), string(models.ActSubmit), string(models.ActAskNA), string(models.ActAskExtend),
	string(models.ActDecideExt), string(models.ActBlock), string(models.ActApprove), string(models.ActReturn), string(models.ActClose),
	string(models.ActReopen), string(models.ActWithdraw), string(models.ActNudge), string(models.ActOpinion),
}

// last says what happened to a duty last.
func (t *taskPage) last(u *view.TaskUnit, it models.Item) {
	line, ok := t.latest[it.ID]
	if !ok {
		u.LastAct, u.LastAt = string(models.ActIssue), it.IssuedOn.String()
		return
	}
	u.LastAct, u.LastAt = actOf(line), t.instant(line.At)
	switch u.LastAct {
	case string(models.ActSubmit):
		if u.Number > 1 {
			u.LastAct = "resubmit"
		}
	case string(models.ActProgress):
		u.LastNote = line.Note
		if line.Note == "" {
			u.LastNote = t.t("submit.no_news")
		}
	case string(models.ActReturn), string(models.ActReopen), string(models.ActBlock), string(models.ActOpinion), "refused":
		u.LastNote = line.Note
	}
	u.LastNote = cut(u.LastNote, 40)
}

// cut shortens a text to n characters, with a sign that it goes on.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

// waited is how many days have passed since an instant, in the office's zone.
func (r *request) waited(since *time.Time) int {
	if since == nil {
		return 0
	}
	return models.DateIn(*since, r.s.app.Zone).DaysUntil(r.s.app.Today())
}
