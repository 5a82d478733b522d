package web

import (
	"encoding/json"
	"sort"
	"strconv"
	"time"

	"duban/app/view"
	"duban/models"
)

// historyLines bounds how much of the log a task page looks at.
const historyLines = 400

// historyShown is how many lines stand open; older ones are folded away.
const historyShown = 20

// eventIcons are the signs of the history's lines; an act without one has that
// of an ordinary step.
var eventIcons = map[string]string{
	"issue": "flag", "assign": "flag", "sign": "check", "progress": "active", "submit": "review", "ask_na": "na", "ask_extend": "ext", "granted": "ext", "refused": "ext",
	"block": "warn", "unblock": "check", "approve": "done", "return": "returned", "reopen": "returned", "close": "closed", "withdraw": "withdrawn",
	"nudge": "nudge", "opinion": "eye", "overdue": "overdue", "evidence": "clip", "evidence_removed": "clip",
}

// hidden are lines of the log that are no event of the duty itself, or are the
// unit's own business.
func (t *taskPage) hidden(act string) bool {
	switch act {
	case "download":
		return true
	case "evidence", "evidence_removed":
		return t.actor.UnitID == 0 || t.scope().All
	}
	return false
}

// auditDetail is what verbs put beside a line of the log.
type auditDetail struct {
	Submission int    `json:"submission"`
	To         string `json:"to"`
	ResubmitBy string `json:"resubmit_by"`
	Granted    *bool  `json:"granted"`
}

func detailOf(line models.AuditEntry) auditDetail {
	var d auditDetail
	_ = json.Unmarshal([]byte(line.Detail), &d) // a line without one has none
	return d
}

// actOf is the line's act in the words of the catalogue: a decision is named
// by its outcome, and an obstacle without a cause is one that was cleared.
func actOf(line models.AuditEntry) string {
	switch models.Act(line.Act) {
	case models.ActDecideExt:
		if g := detailOf(line).Granted; g != nil {
			if *g {
				return "granted"
			}
			return "refused"
		}
	case models.ActBlock:
		if line.Note == "" {
			return "unblock"
		}
	}
	return line.Act
}

// event is a line of the history with the instant that it is sorted by.
type event struct {
	view.Event
	at time.Time
}

// history tells what happened, newest first: the lines of the log, and between
// them what the calendar did.
func (t *taskPage) history(p *view.TaskPage) {
	var events []event
	for _, line := range t.log {
		if t.hidden(line.Act) {
			continue
		}
		e := event{t.event(line), line.At}
		if n := len(events); n > 0 && together(events[n-1], e) {
			last := &events[n-1]
			last.Units = max(last.Units, 1) + 1
			last.Unit, last.Note = "", ""
			if last.Act == string(models.ActSign) {
				last.Actor = ""
			}
			continue
		}
		events = append(events, e)
	}
	p.HistoryCut = len(t.log) == historyLines
	events = append(events, t.calendarEvents()...)
	sort.SliceStable(events, func(i, j int) bool { return events[i].at.After(events[j].at) })
	for i, e := range events {
		if i < historyShown || len(events) <= historyShown+3 {
			p.Events = append(p.Events, e.Event)
		} else {
			p.Older = append(p.Older, e.Event)
		}
	}
}

// together reports whether two neighbouring lines are told as one: one act of
// the lead office on several units, and the signatures of one day.
func together(a, b event) bool {
	if a.Act != b.Act {
		return false
	}
	switch models.Act(a.Act) {
	case models.ActSign:
		return a.At[:10] == b.At[:10]
	case models.ActNudge, models.ActClose:
		return a.At == b.At && a.Actor == b.Actor
	}
	return false
}

func (t *taskPage) event(line models.AuditEntry) view.Event {
	e := view.Event{At: t.instant(line.At), Act: actOf(line), Actor: line.ActorName, Note: line.Note}
	unit := t.dir.units[line.UnitID].Name
	switch {
	case line.ActorID == 0:
		e.Actor, e.Unit = t.t("audit.system"), unit
	case line.ActorUnitID == line.UnitID && !t.only() && t.scope().All:
		e.Actor = unit // who of the unit it was stands in the history of the unit alone
	case line.ActorUnitID != line.UnitID && t.scope().All:
		e.Unit = unit
	}
	e.Icon = eventIcons[e.Act]
	if e.Icon == "" {
		e.Icon = "info"
	}
	d := detailOf(line)
	switch models.Act(line.Act) {
	case models.ActSubmit, models.ActAskNA:
		e.Number = d.Submission
		for _, h := range t.handed[line.AssignmentID] {
			if h.Number == d.Submission {
				e.Evidence = h.Evidence
			}
		}
		if models.Act(line.Act) == models.ActSubmit {
			e.Note = ""
		}
	case models.ActAskExtend, models.ActDecideExt:
		if d.Granted == nil || *d.Granted {
			e.To = d.To
		}
	case models.ActReturn:
		e.ResubmitBy = d.ResubmitBy
	case models.ActProgress:
		if e.Note == "" {
			e.Note = t.t("submit.no_news")
		}
	case models.ActWithdraw:
		if e.Note == "group" { // written by the program, not by a person
			e.Note = t.t("task.left_group")
		}
	}
	return e
}

// calendarEvents are the issue, later assignments, and the days on which
// deadlines ran out: nobody did that, so it is not in the log.
func (t *taskPage) calendarEvents() []event {
	if t.plan.IssuedAt == nil {
		return nil
	}
	issued := models.DateIn(*t.plan.IssuedAt, t.s.app.Zone)
	first := event{view.Event{At: t.instant(*t.plan.IssuedAt), Act: "issue", Icon: "flag"}, *t.plan.IssuedAt}
	late := map[models.Date]int{}
	var out []event
	for _, it := range t.items {
		if t.only() && it.ID != t.open.ID {
			continue
		}
		if it.IssuedOn == issued {
			first.Units++
		} else {
			at := it.IssuedOn.Time(t.s.app.Zone)
			out = append(out, event{view.Event{At: it.IssuedOn.String(), Act: "assign", Icon: "flag", Unit: it.UnitName}, at})
		}
		if ranOut(it, t.today) {
			late[it.EffectiveOn]++
		}
	}
	if first.Units > 0 {
		if !t.scope().All || t.only() {
			first.Units = 0 // of one unit nobody counts
		}
		out = append(out, first)
	}
	for day, n := range late {
		at := day.AddDays(1).Time(t.s.app.Zone)
		e := event{view.Event{At: t.instant(at), Act: "overdue", Icon: "overdue"}, at}
		if t.scope().All && !t.only() {
			e.Units = n
		}
		out = append(out, e)
	}
	return out
}

// ranOut reports whether the deadline passed before the unit handed in.
func ranOut(it models.Item, today models.Date) bool {
	if it.EffectiveOn.IsZero() || !it.EffectiveOn.Before(today) || it.EffectiveOn.Before(it.IssuedOn) || !it.State.Counts() {
		return false
	}
	return it.FirstSubmittedOn.IsZero() || it.FirstSubmittedOn.After(it.EffectiveOn)
}

// actHref is the address that the acts on a duty begin with.
func actHref(it models.Item) string {
	return "/p/" + it.PlanKey + "/a/" + strconv.FormatInt(int64(it.ID), 10)
}
