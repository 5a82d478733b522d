package app

import (
	"context"
	"slices"
	"strings"

	"duban/models"
)

// Approve accepts what a unit handed in: the assignment is 已完成, or 不涉及
// where that was asked for. Errors: not_found, forbidden, conflict (reviewed
// already, or changed since the page was made).
func (a *App) Approve(ctx context.Context, actor models.Actor, id models.AssignmentID, version int, note string) error {
	return a.review(ctx, actor, id, version, models.ActApprove, verdict{reason: strings.TrimSpace(note)})
}

// Return gives a hand-in back (退回) with a reason and a day until which it is
// to be handed in again; the clock runs again, against that day. Errors:
// invalid without reason or day, not_found, forbidden, conflict.
func (a *App) Return(ctx context.Context, actor models.Actor, id models.AssignmentID, version int, code, reason string, by models.Date) error {
	if !slices.Contains(models.ReturnReasons, code) {
		code = "other"
	}
	return a.review(ctx, actor, id, version, models.ActReturn, verdict{code: code, reason: strings.TrimSpace(reason), by: by})
}

type verdict struct {
	code, reason string
	by           models.Date
}

func (a *App) review(ctx context.Context, actor models.Actor, id models.AssignmentID, version int, what models.Act, c verdict) error {
	if err := checkText("reason", c.reason); err != nil {
		return err
	}
	return a.change(ctx, actor, func(v *act) error {
		it, err := v.item(ctx, what, id, version)
		if err != nil {
			return err
		}
		s, err := v.tx.SubmissionOf(ctx, id, models.SubmissionReview)
		if models.CodeOf(err) == models.NotFound {
			return models.Errf(models.Conflict, "err.state", string(what), string(it.State))
		}
		if err != nil {
			return err
		}
		ch := models.Change{Reason: c.reason, ResubmitBy: c.by, NA: s.Kind == models.SubmitNA}
		if err := v.apply(ctx, what, &it, ch, reviewDetail(s, c)); err != nil {
			return err
		}
		kind := models.NoticeApproved
		s.State = models.SubmissionApproved
		if what == models.ActReturn {
			kind, s.State = models.NoticeReturned, models.SubmissionReturned
		}
		s.ReviewerID, s.ReviewerName, s.ReviewedAt = actor.UserID, actor.Name, &v.now
		s.ReasonCode, s.Reason, s.ResubmitBy = c.code, c.reason, c.by
		if err := v.tx.UpdateSubmission(ctx, &s); err != nil {
			return err
		}
		contacts, err := v.postsOf(ctx, it.UnitID, models.PostContact)
		if err != nil {
			return err
		}
		if what == models.ActApprove {
			return v.show(ctx, v.notices(contacts, kind, it, c.reason))
		}
		return v.tell(ctx, v.notices(contacts, kind, it, c.reason))
	})
}

func reviewDetail(s models.Submission, c verdict) any {
	d := map[string]any{"submission": s.Number}
	if c.code != "" {
		d["reason_code"] = c.code
	}
	if !c.by.IsZero() {
		d["resubmit_by"] = c.by
	}
	return d
}

// Close is the final sign-off (销号): the assignment is locked. Errors:
// not_found, forbidden, conflict unless it is 已完成.
func (a *App) Close(ctx context.Context, actor models.Actor, id models.AssignmentID, version int) error {
	return a.change(ctx, actor, func(v *act) error {
		it, err := v.item(ctx, models.ActClose, id, version)
		if err != nil {
			return err
		}
		return v.apply(ctx, models.ActClose, &it, models.Change{}, nil)
	})
}

// CloseAll signs off whatever of a measure is 已完成 and returns how many that
// was. Errors: not_found, forbidden.
func (a *App) CloseAll(ctx context.Context, actor models.Actor, m models.MeasureID) (int, error) {
	n := 0
	err := a.change(ctx, actor, func(v *act) error {
		if err := actor.Require(models.ActClose, 0); err != nil {
			return err
		}
		if _, err := v.tx.Measure(ctx, m); err != nil { // also for 0, which would not narrow the question below at all
			return err
		}
		items, err := v.tx.Items(ctx, actor.Scope(), measureFilter(m, models.StateDone), v.today)
		if err != nil {
			return err
		}
		for i := range items {
			if err := v.planOpen(ctx, items[i].PlanID); err != nil {
				return err
			}
			if err := v.apply(ctx, models.ActClose, &items[i], models.Change{}, nil); err != nil {
				return err
			}
		}
		n = len(items)
		return nil
	})
	return n, err
}

// Reopen gives a completed or not-applicable assignment back to its unit,
// because a check disproved it, with a reason and a new day. A closed one
// stays closed. Errors: invalid, not_found, forbidden, conflict.
func (a *App) Reopen(ctx context.Context, actor models.Actor, id models.AssignmentID, version int, reason string, by models.Date) error {
	return a.reverse(ctx, actor, models.ActReopen, id, version, models.NoticeReopened, reason, by)
}

// Withdraw takes a duty back from a unit (撤销), with a reason. Errors:
// invalid, not_found, forbidden, conflict when it is closed or withdrawn.
func (a *App) Withdraw(ctx context.Context, actor models.Actor, id models.AssignmentID, version int, reason string) error {
	return a.reverse(ctx, actor, models.ActWithdraw, id, version, models.NoticeWithdrawn, reason, models.Date{})
}

func (a *App) reverse(ctx context.Context, actor models.Actor, what models.Act, id models.AssignmentID, version int, kind models.NoticeKind, reason string, by models.Date) error {
	reason = strings.TrimSpace(reason)
	if err := checkText("reason", reason); err != nil {
		return err
	}
	return a.change(ctx, actor, func(v *act) error {
		it, err := v.item(ctx, what, id, version)
		if err != nil {
			return err
		}
		if err := v.apply(ctx, what, &it, models.Change{Reason: reason, ResubmitBy: by}, nil); err != nil {
			return err
		}
		contacts, err := v.postsOf(ctx, it.UnitID, models.PostContact)
		if err != nil {
			return err
		}
		return v.tell(ctx, v.notices(contacts, kind, it, reason))
	})
}
