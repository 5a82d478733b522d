package web

import (
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"duban/app"
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
	p.Types, p.Accept = strings.ToUpper(strings.Join(blob.Extensions(), " ")), "."+strings.Join(blob.Extensions(), ",.")
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

// figures reads the numbers of the form: an empty field is left out, and what
// is no number is a fault of its field.
func (f *reportForm) figures() ([]models.Figure, models.Errors, error) {
	targets, err := f.read().Targets(f.ctx(), f.it.MeasureID)
	if err != nil {
		return nil, nil, err
	}
	var out []models.Figure
	var errs models.Errors
	for i, t := range targets {
		field := "m" + strconv.Itoa(i)
		typed := f.field(field)
		if typed == "" {
			continue
		}
		v, err := parseNumber(typed)
		if err != nil {
			errs = append(errs, models.FieldErr(field, "err.figure_form"))
			continue
		}
		out = append(out, models.Figure{Metric: t.Metric, Value: v, Unit: t.Unit, Op: t.Op, Target: t.Value})
	}
	return out, errs, nil
}

// submit takes the completion in, askNA the request to count as 不涉及.
func (r *request) submit() error { return r.handIn("") }

func (r *request) askNA() error { return r.handIn("na") }

// handIn reads a form with files. Whatever was typed and uploaded goes into
// the draft first, so that no fault further down can lose it.
func (r *request) handIn(form string) error {
	f, err := r.reportForm(form)
	if err != nil {
		return err
	}
	if !f.it.State.Can(f.act) {
		return models.Errf(models.Conflict, "err.state", string(f.act), string(f.it.State))
	}
	up, err := r.readUpload()
	if err != nil {
		return err
	}
	in := incoming{reportForm: f, uploaded: up}
	if err := in.keep(); err != nil {
		return err
	}
	switch {
	case r.field("remove") != "":
		return in.remove()
	case r.field("do") == "draft":
		return in.draft()
	}
	return in.finish()
}

// incoming is a hand-in that has come in.
type incoming struct {
	reportForm
	uploaded
	statement app.Statement
	link      string
	errs      models.Errors // faults that the verb does not see
}

// keep puts everything into the draft. A link or a text that cannot be kept
// must not cost the files: they are then kept without it.
func (in *incoming) keep() error {
	in.statement = app.Statement{NA: in.form == "na", Text: in.field("statement"), Handler: in.field("handler"), Approver: in.field("approver"), Signed: in.field("signed") != ""}
	in.errs = in.refused
	if !in.statement.NA {
		figures, errs, err := in.figures()
		if err != nil {
			return err
		}
		in.statement.Figures, in.errs = figures, append(errs, in.errs...)
	}
	in.link = in.field("link")
	_, err := in.s.app.SaveDraft(in.ctx(), in.actor, in.it.ID, in.statement, in.files, in.link)
	if models.CodeOf(err) == models.Invalid {
		in.errs = append(asErrors(err), in.errs...)
		rest := in.statement
		rest.Text = string([]rune(rest.Text)[:min(len([]rune(rest.Text)), app.MaxText)])
		_, err = in.s.app.SaveDraft(in.ctx(), in.actor, in.it.ID, rest, in.files, "")
	} else if err == nil {
		in.link = "" // it lies in the draft now
	}
	return err
}

// asErrors lists the faults inside err.
func asErrors(err error) models.Errors {
	var es models.Errors
	var e *models.Error
	switch {
	case errors.As(err, &es):
		return es
	case errors.As(err, &e):
		return models.Errors{e}
	}
	return nil
}

// remove takes one piece of evidence out of the draft.
func (in *incoming) remove() error {
	id, err := strconv.ParseInt(in.field("remove"), 10, 64)
	if err != nil {
		return models.Errf(models.NotFound, "err.not_found")
	}
	if err := in.s.app.RemoveEvidence(in.ctx(), in.actor, in.it.ID, models.EvidenceID(id)); err != nil {
		return err
	}
	if len(in.errs) > 0 {
		return in.again(in.errs)
	}
	return in.done(in.href(in.form), "flash.removed")
}

// draft has saved already; what could not be saved is said.
func (in *incoming) draft() error {
	if len(in.errs) > 0 {
		return in.again(in.errs)
	}
	return in.done(in.href(in.form), "flash.draft")
}

// finish hands the draft in, or says everything that it still lacks.
func (in *incoming) finish() error {
	if len(in.errs) > 0 {
		err := in.s.app.CheckDraft(in.ctx(), in.actor, in.it.ID, in.statement)
		if err != nil && models.CodeOf(err) != models.Invalid {
			return err
		}
		return in.again(append(in.errs, asErrors(err)...))
	}
	err := in.s.app.Submit(in.ctx(), in.actor, in.it.ID, in.seen(), in.statement, nil, "")
	switch {
	case err == nil:
	case models.CodeOf(err) == models.Invalid:
		return in.again(asErrors(err))
	case models.CodeOf(err) == models.Conflict:
		return in.conflict(err)
	default:
		return err
	}
	in.s.jobs.Wake()
	flash := "flash.submitted"
	if in.statement.NA {
		flash = "flash.na_asked"
	}
	return in.request.done("/", flash)
}

// again shows the form with its faults and everything that was typed.
func (in *incoming) again(errs models.Errors) error {
	p := in.typed()
	code := http.StatusUnprocessableEntity
	for _, e := range order(errs) {
		p.Errors.Add(e.Field, in.errText(e))
		if e.Code == models.TooLarge || e.Code == models.NoSpace {
			code = status[e.Code]
		}
	}
	return in.show(code, p)
}

// order puts faults in the order of the form's fields.
func order(errs models.Errors) models.Errors {
	fields := []string{"statement", "m", "figure", "files", "link", "handler", "approver", "signed"}
	rank := func(e *models.Error) int {
		if i := slices.Index(fields, e.Field); i >= 0 {
			return i
		}
		if strings.HasPrefix(e.Field, "m") {
			return 1
		}
		return -1
	}
	slices.SortStableFunc(errs, func(a, b *models.Error) int { return rank(a) - rank(b) })
	return errs
}

// typed is the form as it was filled in.
func (in *incoming) typed() view.SubmitPage {
	p := view.SubmitPage{Statement: in.field("statement"), Handler: in.statement.Handler, Approver: in.statement.Approver, Confirmed: in.statement.Signed, Link: in.link}
	for _, e := range in.refused {
		p.Rejected = append(p.Rejected, view.RejectedFile{Error: in.errText(e)})
	}
	return p
}

// conflict shows the form once more on top of what somebody else did, so that
// it can be sent again; where the duty is out of the unit's hands by now, the
// page of conflicts says so and gives the text back.
func (in *incoming) conflict(err error) error {
	it, err2 := in.read().Item(in.ctx(), in.scope(), in.it.ID)
	if err2 != nil {
		return err2
	}
	if !it.State.Can(in.act) {
		return err
	}
	in.it = it
	p := in.typed()
	p.Changed = &view.Changed{}
	if line, ok := in.lastChange(it.ID); ok {
		p.Changed = &view.Changed{By: line.ActorName, At: in.instant(line.At), Act: actOf(line)}
	}
	return in.show(http.StatusConflict, p)
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
