package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"duban/app"
	"duban/app/view"
	"duban/models"
)

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
