package web

import (
	"net/http"
	"net/url"
	"slices"

	"duban/app"
	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// duty is the assignment of the address: in the reader's scope, and in the
// plan that the address names.
func (r *request) duty() (models.Item, error) {
	id, err := r.id("id")
	if err != nil {
		return models.Item{}, err
	}
	it, err := r.read().Item(r.ctx(), r.scope(), models.AssignmentID(id))
	if err != nil {
		return it, err
	}
	return it, r.concerns(it)
}

// concerns notes which assignment the request is about, for the page that says
// who was first, and refuses one of another plan than the address names.
func (r *request) concerns(it models.Item) error {
	if it.PlanKey != r.Param("plan") {
		return models.Errf(models.NotFound, "err.not_found")
	}
	r.Set(aboutKey, it.ID)
	return nil
}

// aboutKey is where a request keeps the assignment that it is about.
const aboutKey = "assignment"

// seen is the version of the assignment that the form was drawn from. A form
// without one counts as stale: it must not pass as if nobody had been first.
func (r *request) seen() int {
	if v := r.version(); v > 0 {
		return v
	}
	return -1
}

// act does one verb on the assignment of the address and goes back to where
// the form was.
func (r *request) act(flash string, do func(it models.Item) error) error {
	it, err := r.duty()
	if err != nil {
		return err
	}
	if err := do(it); err != nil {
		return err
	}
	r.s.jobs.Wake()
	return r.done(r.back(taskHref(it)), flash)
}

func (r *request) sign() error {
	return r.act("flash.signed", func(it models.Item) error { return r.s.app.Sign(r.ctx(), r.actor, it.ID, r.seen()) })
}

func (r *request) unblock() error {
	return r.act("flash.unblocked", func(it models.Item) error { return r.s.app.Unblock(r.ctx(), r.actor, it.ID, r.seen()) })
}

func (r *request) close() error {
	return r.act("flash.closed", func(it models.Item) error { return r.s.app.Close(r.ctx(), r.actor, it.ID, r.seen()) })
}

func (r *request) reopen() error {
	f := taskForm{do: "reopen", act: view.ActForm{Reason: r.field("reason"), ResubmitBy: r.field("resubmit_by")}}
	return r.actForm("flash.reopened", f, func(it models.Item) error {
		by, err := r.date("resubmit_by")
		if err != nil {
			return err
		}
		return r.s.app.Reopen(r.ctx(), r.actor, it.ID, r.seen(), f.act.Reason, by)
	})
}

func (r *request) withdraw() error {
	f := taskForm{do: "withdraw", act: view.ActForm{Reason: r.field("reason")}}
	return r.actForm("flash.withdrawn", f, func(it models.Item) error {
		return r.s.app.Withdraw(r.ctx(), r.actor, it.ID, r.seen(), f.act.Reason)
	})
}

func (r *request) opinion() error {
	f := taskForm{do: "opinion", act: view.ActForm{Reason: r.field("text")}}
	return r.actForm("flash.opinion", f, func(it models.Item) error {
		return r.s.app.Opinion(r.ctx(), r.actor, it.ID, f.act.Reason)
	})
}

// actForm is act for a form of the task page: with a fault it comes back as it
// was filled in.
func (r *request) actForm(flash string, f taskForm, do func(it models.Item) error) error {
	it, err := r.duty()
	if err != nil {
		return err
	}
	if err := do(it); err != nil {
		if f.act.Errors, err = r.formErrors(err); err != nil {
			return err
		}
		return r.taskAgain(it, f)
	}
	r.s.jobs.Wake()
	return r.done(r.back(taskHref(it)), flash)
}

// taskAgain shows the task page once more, with the form that has a fault.
func (r *request) taskAgain(it models.Item, f taskForm) error {
	plan, err := r.plan()
	if err != nil {
		return err
	}
	m, err := r.read().Measure(r.ctx(), it.MeasureID)
	if err != nil {
		return err
	}
	f.unit = it.UnitCode
	return r.showTask(http.StatusUnprocessableEntity, plan, m, f)
}

// review decides on what a unit handed in, and leads on to what waits next.
func (r *request) review() error {
	it, err := r.duty()
	if err != nil {
		return err
	}
	f := view.ReviewForm{Decision: r.field("decision"), ReasonCode: r.field("reason_code"), Reason: r.field("reason"), ResubmitBy: r.field("resubmit_by")}
	flash, err := r.decide(it, f)
	if err != nil {
		if f.Errors, err = r.formErrors(err); err != nil {
			return err
		}
		return r.taskAgain(it, taskForm{review: &f})
	}
	r.s.jobs.Wake()
	to, err := r.nextReview(it)
	if err != nil {
		return err
	}
	return r.done(to, flash)
}

func (r *request) decide(it models.Item, f view.ReviewForm) (flash string, err error) {
	switch f.Decision {
	case "approve":
		return "flash.approved", r.s.app.Approve(r.ctx(), r.actor, it.ID, r.seen(), f.Reason)
	case "return":
		by, err := r.date("resubmit_by")
		if err != nil {
			return "", err
		}
		return "flash.returned", r.s.app.Return(r.ctx(), r.actor, it.ID, r.seen(), f.ReasonCode, f.Reason, by)
	}
	return "", models.FieldErr("decision", "err.decision_needed")
}

// nextReview is where a decision leads: to the next unit of the measure that
// waits, else to what waits longest in the plan, else back.
func (r *request) nextReview(it models.Item) (string, error) {
	same, err := r.read().Items(r.ctx(), r.scope(), store.ItemFilter{Measure: it.MeasureID, States: []models.State{models.StateReview}, BySubmitted: true}, r.s.app.Today())
	if err != nil {
		return "", err
	}
	if len(same) > 0 {
		next := slices.IndexFunc(same, func(x models.Item) bool {
			return it.SubmittedAt != nil && x.SubmittedAt != nil && !x.SubmittedAt.Before(*it.SubmittedAt)
		})
		return taskHref(same[max(next, 0)]) + "#unit", nil
	}
	if href, err := r.firstInReview(it.PlanID, it.ID); href != "" || err != nil {
		return href, err
	}
	return taskHref(it) + "#unit", nil
}

// firstInReview is the page of what waits longest in a plan, one duty left
// out; "" when nothing waits.
func (r *request) firstInReview(plan models.PlanID, but models.AssignmentID) (string, error) {
	queue, err := r.read().InReview(r.ctx(), r.scope(), plan)
	if err != nil {
		return "", err
	}
	for _, w := range queue {
		if w.AssignmentID == but {
			continue
		}
		it, err := r.read().Item(r.ctx(), r.scope(), w.AssignmentID)
		return taskHref(it) + "#unit", err
	}
	return "", nil
}

// decideExtension answers a request for more time.
func (r *request) decideExtension() error {
	id, err := r.id("ext")
	if err != nil {
		return err
	}
	e, err := r.read().Extension(r.ctx(), r.scope(), models.ExtensionID(id))
	if err != nil {
		return err
	}
	it, err := r.read().Item(r.ctx(), r.scope(), e.AssignmentID)
	if err == nil {
		err = r.concerns(it)
	}
	if err != nil {
		return err
	}
	f := view.ExtensionCard{ID: id, Decision: r.field("decision"), TypedTo: r.field("to"), TypedAnswer: r.field("answer")}
	flash, err := r.answerExtension(e.ID, f)
	if err != nil {
		if f.Errors, err = r.formErrors(err); err != nil {
			return err
		}
		return r.taskAgain(it, taskForm{ext: f})
	}
	r.s.jobs.Wake()
	return r.done(r.back(taskHref(it)), flash)
}

func (r *request) answerExtension(id models.ExtensionID, f view.ExtensionCard) (flash string, err error) {
	switch f.Decision {
	case "grant":
		to, err := r.date("to")
		if err == nil && to.IsZero() {
			err = models.FieldErr("to", "err.date_needed") // no day would be a refusal
		}
		if err != nil {
			return "", err
		}
		return "flash.extended", r.s.app.DecideExtension(r.ctx(), r.actor, id, r.seen(), to, f.TypedAnswer)
	case "refuse":
		return "flash.refused", r.s.app.DecideExtension(r.ctx(), r.actor, id, r.seen(), models.Date{}, f.TypedAnswer)
	}
	return "", models.Errf(models.Invalid, "err.decision_needed")
}

// nudgeOne reminds one unit of one duty.
func (r *request) nudgeOne() error {
	it, err := r.duty()
	if err != nil {
		return err
	}
	n, err := r.s.app.Nudge(r.ctx(), r.actor, []models.AssignmentID{it.ID})
	if err != nil {
		return err
	}
	return r.nudged(r.back(taskHref(it)), n)
}

func (r *request) nudged(to string, n app.Nudged) error {
	r.s.jobs.Wake()
	return r.done(to, "flash.nudged", n.Told, n.Already, n.Silent)
}

// nudgeTicked reminds the ticked units of a measure.
func (r *request) nudgeTicked() error {
	plan, m, err := r.measure()
	if err != nil {
		return err
	}
	ticked, err := r.ids("a")
	if err != nil {
		f := taskForm{}
		if f.errors, err = r.formErrors(err); err != nil {
			return err
		}
		return r.showTask(http.StatusUnprocessableEntity, plan, m, f)
	}
	ids := make([]models.AssignmentID, len(ticked))
	for i, id := range ticked {
		ids[i] = models.AssignmentID(id)
	}
	items, err := r.read().Items(r.ctx(), r.scope(), store.ItemFilter{Measure: m.ID, IDs: ids}, r.s.app.Today())
	if err != nil {
		return err
	}
	if len(items) != len(ids) {
		return models.Errf(models.NotFound, "err.not_found")
	}
	n, err := r.s.app.Nudge(r.ctx(), r.actor, ids)
	if err != nil {
		return err
	}
	return r.nudged(r.back("/p/"+plan.Key+"/t/"+url.PathEscape(m.Address())), n)
}

// closeAll signs off whoever of a measure is completed.
func (r *request) closeAll() error {
	plan, m, err := r.measure()
	if err != nil {
		return err
	}
	n, err := r.s.app.CloseAll(r.ctx(), r.actor, m.ID)
	if err != nil {
		return err
	}
	return r.done("/p/"+plan.Key+"/t/"+url.PathEscape(m.Address()), "flash.closed_n", n)
}

// signAll signs for everything that the person's unit has not signed for.
func (r *request) signAll() error {
	n, err := r.s.app.SignAll(r.ctx(), r.actor, 0)
	if err != nil {
		return err
	}
	return r.done(r.back("/"), "flash.signed_all", n)
}

// lastChange is the latest line of the log that changed the assignment, and so
// made an older form stale. Uploads, downloads and remarks change nothing.
func (r *request) lastChange(id models.AssignmentID) (models.AuditEntry, bool) {
	it, err := r.read().Item(r.ctx(), r.scope(), id)
	if err != nil {
		return models.AuditEntry{}, false
	}
	acts := slices.DeleteFunc(slices.Clone(lastActs), func(a string) bool {
		return a == string(models.ActProgress) || a == string(models.ActOpinion) || a == string(models.ActAskExtend)
	})
	lines, err := r.read().LatestAudit(r.ctx(), models.Scope{Unit: it.UnitID}, it.MeasureID, 0, acts)
	line, ok := lines[id]
	return line, ok && err == nil
}
