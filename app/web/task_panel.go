package web

import (
	"slices"
	"strconv"
	"strings"

	"duban/app/view"
	"duban/models"
)

// panel draws the open unit's duty: what it handed in, and what the reader may
// do about it.
func (t *taskPage) panel(p *view.TaskPage) {
	if t.open == nil {
		return
	}
	it := *t.open
	u := view.UnitPanel{
		ID: int64(it.ID), Version: it.Version, ActHref: actHref(it), Self: t.path + "?u=" + it.UnitCode, Code: it.UnitCode,
		Name: it.UnitName, Role: string(it.Role), Lamp: string(it.Lamp(t.today)), Days: t.days(it), Contact: t.dir.contact(it.UnitID),
		Due: it.DueOn.String(), ResubmitBy: it.ResubmitBy.String(), Blocked: it.BlockedCause, BlockedBy: it.BlockedBy,
		OverduePast: !it.DueOn.IsZero() && it.DueOn.Before(t.today),
	}
	if it.EffectiveOn != it.DueOn {
		u.Effective = it.EffectiveOn.String()
	}
	if it.State != models.StateReturned {
		u.ResubmitBy = ""
	}
	for _, s := range t.openSubs {
		if s.State == models.SubmissionDraft {
			continue
		}
		v := t.submission(s)
		if u.Current == nil {
			u.Current = &v
			continue
		}
		u.Earlier = append(u.Earlier, v)
	}
	t.place(&u, it)
	t.rights(&u, it)
	t.confirm(&u)
	t.review(&u, it)
	p.Open = &u
	if t.scope().All { // a unit's history is its own anyway
		p.Only, p.AllHref, p.OnlyHref = t.only(), u.Self, u.Self+"&only=1"
	}
}

// place says where the unit stands among those that wait for review, and what
// comes before and after; behind the last one here the plan's queue goes on.
func (t *taskPage) place(u *view.UnitPanel, it models.Item) {
	i := slices.IndexFunc(t.waiting, func(x models.Item) bool { return x.ID == it.ID })
	if i < 0 {
		return
	}
	if !t.scope().All {
		return
	}
	u.Index, u.Of = i+1, len(t.waiting)
	if i > 0 {
		u.PrevURL = t.path + "?u=" + t.waiting[i-1].UnitCode + "#unit"
	}
	if i+1 < len(t.waiting) {
		u.NextURL = t.path + "?u=" + t.waiting[i+1].UnitCode + "#unit"
	} else if t.nextWaiting(it) != 0 {
		u.NextURL = "/p/" + t.plan.Key + "/review?next=" + strconv.FormatInt(int64(it.ID), 10)
	}
}

// nextWaiting is what waits longest in the plan, this one aside.
func (t *taskPage) nextWaiting(it models.Item) models.AssignmentID {
	for _, w := range t.queue {
		if w.AssignmentID != it.ID {
			return w.AssignmentID
		}
	}
	return 0
}

// rights says which acts the reader may do on the open duty.
func (t *taskPage) rights(u *view.UnitPanel, it models.Item) {
	_, asked := t.asked[it.ID]
	u.CanSign = t.can(models.ActSign, it)
	u.CanSubmit = t.can(models.ActSubmit, it)
	u.CanProgress = t.can(models.ActProgress, it)
	u.CanExtend = t.canExtend(t.plan, it, asked)
	u.CanNA = t.can(models.ActAskNA, it)
	u.CanBlock = t.can(models.ActBlock, it) && it.BlockedCause == ""
	u.CanUnblock = t.can(models.ActBlock, it) && it.BlockedCause != ""
	u.CanNudge = t.can(models.ActNudge, it)
	u.NudgedToday = u.CanNudge && it.NudgedOn == t.today
	u.CanClose = t.can(models.ActClose, it)
	u.CanReopen = t.can(models.ActReopen, it)
	u.CanWithdraw = t.can(models.ActWithdraw, it)
	u.CanOpinion = t.can(models.ActOpinion, it)
}

// confirm opens the form of an act that is public, final, or needs a word.
func (t *taskPage) confirm(u *view.UnitPanel) {
	allowed := map[string]bool{"close": u.CanClose, "reopen": u.CanReopen, "withdraw": u.CanWithdraw, "opinion": u.CanOpinion}
	if !allowed[t.form.do] {
		return
	}
	u.Confirm, u.Form = t.form.do, t.form.act
	if u.Form.ResubmitBy == "" && u.Confirm == "reopen" {
		u.Form.ResubmitBy = t.suggestDay()
	}
}

// suggestDay is the day by which a unit usually hands in again: five working
// days from today.
func (t *taskPage) suggestDay() string { return t.s.app.Calendar.AddWorkdays(t.today, 5).String() }

// review draws the form of the decision, where there is something to decide.
func (t *taskPage) review(u *view.UnitPanel, it models.Item) {
	if !t.can(models.ActApprove, it) || u.Confirm != "" {
		return
	}
	f := view.ReviewForm{ResubmitBy: t.suggestDay(), ReasonCode: models.ReturnReasons[0]}
	if t.form.review != nil {
		f = *t.form.review
	}
	f.Version, f.Reasons, f.Next = it.Version, models.ReturnReasons, u.NextURL != ""
	u.Review = &f
}

// submission draws what was handed in, with its figures, evidence and review.
func (t *taskPage) submission(s models.Submission) view.SubmissionView {
	v := view.SubmissionView{
		ID: int64(s.ID), Number: s.Number, NA: s.Kind == models.SubmitNA, At: t.instantOf(s.SubmittedAt), By: s.ByName,
		Statement: s.Statement, Handler: s.Handler, Approver: s.Approver,
		Reviewer: s.ReviewerName, ReviewedAt: t.instantOf(s.ReviewedAt), ReasonCode: s.ReasonCode, Reason: s.Reason, ResubmitBy: s.ResubmitBy.String(),
	}
	if s.State == models.SubmissionReview {
		v.WaitDays = t.waited(s.SubmittedAt)
	} else {
		v.State = string(s.State)
	}
	for _, f := range s.Figures() {
		v.Figures = append(v.Figures, figureLine(f))
	}
	for _, e := range t.openEv {
		if e.SubmissionID == s.ID {
			v.Evidence = append(v.Evidence, t.evidenceLine(e))
		}
	}
	return v
}

func figureLine(f models.Figure) view.FigureLine {
	return view.FigureLine{Name: f.Metric, Value: number(f.Value), Unit: f.Unit, Required: required(f.Op, f.Target), Met: f.Meets()}
}

// opSigns are the signs of targets as people write them; "exactly" has none.
var opSigns = map[string]string{">=": "≥", "<=": "≤", ">": ">", "<": "<"}

// required is a target as people write it: ≥ 70.
func required(op string, v float64) string {
	if op == "" {
		return ""
	}
	return strings.TrimSpace(opSigns[op] + " " + number(v))
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func (r *request) evidenceLine(e models.Evidence) view.EvidenceLine {
	l := view.EvidenceLine{ID: int64(e.ID), Name: e.Name, Size: e.Size, At: r.instant(e.CreatedAt), By: e.ByName, Hash: e.SHA256,
		Pic: strings.HasPrefix(e.MIME, "image/"), Href: "/evidence/" + strconv.FormatInt(int64(e.ID), 10)}
	if e.Kind == models.EvidenceLink {
		l.Link, l.Href = true, e.Name
	}
	return l
}

// extensions draws the requests for more time: those that wait, and those of
// the open unit.
func (t *taskPage) extensions(p *view.TaskPage) {
	byID := map[models.AssignmentID]models.Item{}
	for _, it := range t.items {
		byID[it.ID] = it
	}
	for _, e := range t.exts {
		_, waits := t.asked[e.AssignmentID]
		waits = waits && e.State == models.ExtensionOpen
		if !waits && (t.open == nil || t.open.ID != e.AssignmentID || e.State == models.ExtensionOpen) {
			continue
		}
		p.Extensions = append(p.Extensions, t.extension(e, byID[e.AssignmentID], waits))
	}
	// the open unit's request stands first
	slices.SortStableFunc(p.Extensions, func(a, b view.ExtensionCard) int {
		mine := func(c view.ExtensionCard) bool { return t.open != nil && c.Unit == t.open.UnitName }
		switch {
		case mine(a) && !mine(b):
			return -1
		case mine(b) && !mine(a):
			return 1
		}
		return 0
	})
}

func (t *taskPage) extension(e models.Extension, it models.Item, waits bool) view.ExtensionCard {
	c := view.ExtensionCard{
		ID: int64(e.ID), Version: e.Version, Href: "/p/" + t.plan.Key + "/x/" + strconv.FormatInt(int64(e.ID), 10) + "/decide",
		Back: t.path + "?u=" + it.UnitCode, Unit: it.UnitName, Number: e.Number, From: e.FromDate.String(), To: e.ToDate.String(),
		Days: e.FromDate.DaysUntil(e.ToDate), Reason: e.Reason, By: e.ByName, At: t.instant(e.At), State: string(e.State),
		GrantedTo: e.GrantedTo.String(), Answer: e.Answer, Decider: e.DecidedBy, DecidedAt: t.instantOf(e.DecidedAt),
		Can: waits && t.can(models.ActDecideExt, it),
	}
	if !e.GrantedTo.IsZero() {
		c.Days = e.FromDate.DaysUntil(e.GrantedTo)
	}
	for _, x := range t.items {
		if x.ID != it.ID && x.State.Counts() {
			c.Others++
		}
	}
	if asked := models.DateIn(e.At, t.s.app.Zone); e.FromDate.Before(asked) && !it.PastAtIssue() {
		c.Late = e.FromDate.DaysUntil(asked)
	}
	if f := t.form.ext; f.ID == c.ID {
		c.TypedTo, c.TypedAnswer, c.Decision, c.Errors = f.TypedTo, f.TypedAnswer, f.Decision, f.Errors
	}
	return c
}
