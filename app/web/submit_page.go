package web

import (
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"duban/app/blob"
	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// formActs are the forms in which a unit reports on a duty, and their acts.
// The first is the completion.
var formActs = []struct {
	form string
	act  models.Act
}{
	{"", models.ActSubmit}, {"progress", models.ActProgress}, {"extend", models.ActAskExtend}, {"na", models.ActAskNA}, {"block", models.ActBlock},
}

// submitPage shows one of the forms.
func (r *request) submitPage() error {
	f, err := r.reportForm(r.QueryParam("form"))
	if err != nil {
		return err
	}
	if f.form != "extend" && !f.it.State.Can(f.act) {
		return models.Errf(models.Conflict, "err.state", string(f.act), string(f.it.State))
	}
	return f.show(http.StatusOK, view.SubmitPage{})
}

// reportForm is one form being shown or read.
type reportForm struct {
	*request
	form string
	act  models.Act
	it   models.Item
	plan models.Plan
}

// reportForm finds the duty of the address and checks that the reader may use
// the form on it.
func (r *request) reportForm(form string) (reportForm, error) {
	f := reportForm{request: r, form: form}
	i := slices.IndexFunc(formActs, func(x struct {
		form string
		act  models.Act
	}) bool {
		return x.form == form
	})
	if i < 0 {
		return f, models.Errf(models.NotFound, "err.not_found")
	}
	f.act = formActs[i].act
	var err error
	if f.it, err = r.duty(); err != nil {
		return f, err
	}
	if err := r.actor.Require(f.act, f.it.UnitID); err != nil {
		return f, err
	}
	f.plan, err = r.plan()
	return f, err
}

// show draws the form. p holds what was typed and what is wrong with it; on
// the first showing it holds nothing.
func (f *reportForm) show(status int, p view.SubmitPage) error {
	m, err := f.read().Measure(f.ctx(), f.it.MeasureID)
	if err != nil {
		return err
	}
	text, err := f.read().MeasureText(f.ctx(), m)
	if err != nil {
		return err
	}
	subs, err := f.read().Submissions(f.ctx(), f.scope(), f.it.ID)
	if err != nil {
		return err
	}
	exts, err := f.read().Extensions(f.ctx(), f.scope(), f.it.ID)
	if err != nil {
		return err
	}
	f.frame(&p, text)
	f.returned(&p, subs)
	switch f.form {
	case "", "na":
		if err := f.completion(&p, subs, text.Targets); err != nil {
			return err
		}
	case "extend":
		f.extension(&p, exts)
	case "block":
		if p.Input == "" && p.Who == "" && len(p.Errors) == 0 {
			p.Input, p.Who = f.it.BlockedCause, f.it.BlockedBy
		}
	}
	f.tabs(&p, len(exts) > 0 && exts[0].State == models.ExtensionOpen)
	p.Shell = f.shell()
	p.Shell.Here = f.href(f.form)
	return f.render(status, "submit", &p)
}

// href is the address of one of the forms.
func (f *reportForm) href(form string) string {
	if form == "" {
		return actHref(f.it) + "/submit"
	}
	return actHref(f.it) + "/submit?form=" + form
}

// frame is what every form says of the duty.
func (f *reportForm) frame(p *view.SubmitPage, text store.MeasureText) {
	it, today := f.it, f.s.app.Today()
	ref := it.ReferenceOn()
	p.Form, p.ActHref, p.BackHref, p.Version = f.form, actHref(it), taskHref(it), it.Version
	p.Ref, p.Text, p.UnitName = view.RefOf(it.RowNos, it.FirstPos), it.MeasureText, it.UnitName
	p.Due, p.Lamp, p.Resubmit = ref.String(), string(it.Lamp(today)), it.State == models.StateReturned
	p.DueText, p.Blocked = deadlineText(text.Deadlines), it.BlockedCause != ""
	if !ref.IsZero() {
		p.Days = today.DaysUntil(ref)
	}
	if n := len(text.Indicators); n > 0 {
		p.Indicator, p.Code = text.Indicators[n-1].Name, text.Indicators[n-1].PrintedCode
	}
}

// tabs are the forms that are open to this duty.
func (f *reportForm) tabs(p *view.SubmitPage, asked bool) {
	for _, x := range formActs {
		ok := f.can(f.plan, x.act, f.it)
		if x.act == models.ActAskExtend {
			ok = f.canExtend(f.plan, f.it, asked)
		}
		if !ok && x.form != f.form {
			continue
		}
		key := x.form
		if key == "" {
			key = "completion"
		}
		p.Tabs = append(p.Tabs, view.Tab{Key: "submit.tab." + key, Href: f.href(x.form), Current: x.form == f.form})
	}
}

// returned says why the unit has to report again.
func (f *reportForm) returned(p *view.SubmitPage, subs []models.Submission) {
	for _, s := range subs {
		if s.State == models.SubmissionReturned {
			p.Reason, p.ReasonBy, p.ReasonAt = s.Reason, s.ReviewerName, f.instantOf(s.ReviewedAt)
			return
		}
	}
}

// extension says what is in the way of asking, and from which day on one can.
func (f *reportForm) extension(p *view.SubmitPage, exts []models.Extension) {
	today := f.s.app.Today()
	p.MinTo = models.LaterDate(f.it.EffectiveOn, today.AddDays(-1)).AddDays(1).String()
	if len(p.Errors) > 0 {
		return
	}
	err := models.CheckExtension(f.it.Assignment, models.LaterDate(f.it.EffectiveOn, today).AddDays(1), today, "-")
	if err == nil && len(exts) > 0 && exts[0].State == models.ExtensionOpen {
		err = models.Errf(models.Conflict, "err.extend_open")
	}
	var e *models.Error
	if errors.As(err, &e) {
		p.Errors.Add("", f.errText(e))
	}
}

// completion fills the form of a hand-in: with what was typed just now, else
// with the draft, else with what came back.
func (f *reportForm) completion(p *view.SubmitPage, subs []models.Submission, targets []models.Target) error {
	p.MaxBytes = f.s.app.UploadMax
	p.Types, p.Accept = f.t("submit.types"), "."+strings.Join(blob.Extensions(), ",.")
	var draft models.Submission
	if len(subs) > 0 {
		draft = subs[0]
	}
	if draft.State == models.SubmissionDraft {
		p.DraftAt = f.instant(draft.CreatedAt)
		if err := f.kept(p, draft.ID); err != nil {
			return err
		}
	}
	typed := f.Request().Method == http.MethodPost
	if !typed {
		f.prefill(p, draft)
	}
	if f.form == "" {
		f.metrics(p, targets, draft, typed)
	}
	return nil
}

// kept lists the files and links that lie in the draft.
func (f *reportForm) kept(p *view.SubmitPage, draft models.SubmissionID) error {
	all, err := f.read().EvidenceOf(f.ctx(), f.scope(), f.it.ID)
	for _, e := range all {
		if e.SubmissionID == draft {
			p.Evidence = append(p.Evidence, f.evidenceLine(e))
		}
	}
	return err
}

// prefill writes into the fields what is known already: a unit is asked for
// nothing twice.
func (f *reportForm) prefill(p *view.SubmitPage, last models.Submission) {
	p.Statement, p.Handler, p.Approver = last.Statement, last.Handler, last.Approver
	if p.Handler == "" {
		p.Handler = f.user.Name
		if f.user.Title != "" {
			p.Handler += " · " + f.user.Title
		}
	}
	if p.Approver != "" {
		return
	}
	unit, err := f.read().Unit(f.ctx(), f.it.UnitID)
	if err != nil || unit.LeaderID == 0 {
		return
	}
	if u, err := f.read().User(f.ctx(), unit.LeaderID); err == nil && u.UnitID == unit.ID {
		p.Approver = u.Name
		if u.Title != "" {
			p.Approver += "（" + u.Title + "）"
		}
	}
}

// metrics draws one field for each number that the measure asks for.
func (f *reportForm) metrics(p *view.SubmitPage, targets []models.Target, last models.Submission, typed bool) {
	figures := last.Figures()
	for i, t := range targets {
		m := view.MetricField{Field: "m" + strconv.Itoa(i), Label: t.Metric, Unit: t.Unit, Required: required(t.Op, t.Value)}
		if m.Label == "" {
			m.Label = t.Text
		}
		if typed {
			m.Value = f.field(m.Field)
			if v, err := parseNumber(m.Value); err == nil {
				m.Checked, m.Met = true, t.Meets(v)
			}
		} else if j := slices.IndexFunc(figures, func(x models.Figure) bool { return x.Metric == t.Metric && x.Op == t.Op && x.Target == t.Value }); j >= 0 {
			m.Value, m.Checked, m.Met = number(figures[j].Value), true, figures[j].Meets()
		}
		p.Metrics = append(p.Metrics, m)
	}
}

// parseNumber reads a figure as people type it: 68.4, 68.4%, １００, 1,200.
func parseNumber(s string) (float64, error) {
	s = strings.Map(func(c rune) rune {
		switch {
		case c >= '０' && c <= '９':
			return c - '０' + '0'
		case c == '．':
			return '.'
		case c == ',' || c == '，' || c == ' ':
			return -1
		}
		return c
	}, s)
	v, err := strconv.ParseFloat(strings.TrimRight(s, "%％"), 64)
	if err == nil && (math.IsInf(v, 0) || math.IsNaN(v)) {
		err = strconv.ErrRange
	}
	return v, err
}

// progress adds a progress report; "no news" takes one tap.
func (r *request) progress() error {
	text := r.field("text")
	return r.report("progress", "flash.progress", view.SubmitPage{Input: text}, func(it models.Item) error {
		if text == "" && r.field("nonews") == "" {
			return models.FieldErr("text", "err.text_needed")
		}
		return r.s.app.Progress(r.ctx(), r.actor, it.ID, text)
	})
}

// extend asks for more time.
func (r *request) extend() error {
	p := view.SubmitPage{To: r.field("to"), Input: r.field("reason")}
	return r.report("extend", "flash.ext_asked", p, func(it models.Item) error {
		to, err := r.date("to")
		if err != nil {
			return err
		}
		return r.s.app.AskExtension(r.ctx(), r.actor, it.ID, to, p.Input)
	})
}

// block reports an obstacle.
func (r *request) block() error {
	p := view.SubmitPage{Input: r.field("cause"), Who: r.field("by")}
	return r.report("block", "flash.blocked", p, func(it models.Item) error {
		return r.s.app.Block(r.ctx(), r.actor, it.ID, r.seen(), p.Input, p.Who)
	})
}

// report does the verb of a short form, which comes back with its faults.
func (r *request) report(form, flash string, p view.SubmitPage, do func(it models.Item) error) error {
	f, err := r.reportForm(form)
	if err != nil {
		return err
	}
	if err := do(f.it); err != nil {
		return f.again(err, p)
	}
	r.s.jobs.Wake()
	return r.done(r.back(taskHref(f.it)), flash)
}

// again shows a short form with its faults. That a request for more time comes
// too late is no matter of who was first: the form itself says it.
func (f *reportForm) again(err error, p view.SubmitPage) error {
	var e *models.Error
	if errors.As(err, &e) && e.Code == models.Conflict && strings.HasPrefix(e.Key, "err.extend_") {
		p.Errors.Add("", f.errText(e))
		return f.show(http.StatusConflict, p)
	}
	errs, err := f.formErrors(err)
	if err != nil {
		return err
	}
	p.Errors = errs
	return f.show(http.StatusUnprocessableEntity, p)
}
