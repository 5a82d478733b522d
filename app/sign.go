package app

import (
	"context"
	"strings"

	"duban/models"
)

// Sign records that the unit has received its duty (签收). Errors: not_found,
// forbidden, conflict (signed already, or changed since the page was made).
func (a *App) Sign(ctx context.Context, actor models.Actor, id models.AssignmentID, version int) error {
	return a.change(ctx, actor, func(v *act) error {
		it, err := v.item(ctx, models.ActSign, id, version)
		if err != nil {
			return err
		}
		return v.apply(ctx, models.ActSign, &it, models.Change{}, nil)
	})
}

// SignAll signs for everything that the actor's unit has not signed for yet,
// in one plan or (plan 0) in all, and returns how many that was.
func (a *App) SignAll(ctx context.Context, actor models.Actor, plan models.PlanID) (int, error) {
	n := 0
	err := a.change(ctx, actor, func(v *act) error {
		if err := actor.Require(models.ActSign, actor.UnitID); err != nil {
			return err
		}
		items, err := v.running(ctx, models.Scope{Unit: actor.UnitID}, plan, models.StateUnack)
		if err != nil {
			return err
		}
		for i := range items {
			if err := v.apply(ctx, models.ActSign, &items[i], models.Change{}, nil); err != nil {
				return err
			}
		}
		n = len(items)
		return nil
	})
	return n, err
}

// Progress adds a unit's progress report (进展) to a running assignment. "No
// news" is a report too: an empty text says so in the office's words, for it
// must take one tap. Errors: not_found, forbidden, conflict.
func (a *App) Progress(ctx context.Context, actor models.Actor, id models.AssignmentID, text string) error {
	return a.note(ctx, actor, models.ActProgress, id, "progress", strings.TrimSpace(text))
}

// Opinion adds a supervisor's opinion (督办意见), which the unit and the lead
// office are told. Errors: not_found, forbidden, invalid without a text.
func (a *App) Opinion(ctx context.Context, actor models.Actor, id models.AssignmentID, text string) error {
	text = strings.TrimSpace(text)
	if text == "" {
		return models.FieldErr("text", "err.text_needed")
	}
	return a.note(ctx, actor, models.ActOpinion, id, "opinion", text)
}

// MaxText bounds every free text, in characters.
const MaxText = 5000

func (a *App) note(ctx context.Context, actor models.Actor, what models.Act, id models.AssignmentID, kind, text string) error {
	if err := checkText("text", text); err != nil {
		return err
	}
	return a.change(ctx, actor, func(v *act) error {
		it, err := v.item(ctx, what, id, 0)
		if err != nil {
			return err
		}
		if what == models.ActProgress && !it.State.Can(what) {
			return models.Errf(models.Conflict, "err.state", string(what), string(it.State))
		}
		n := models.Note{AssignmentID: id, Kind: kind, Text: text, ByID: actor.UserID, ByName: actor.Name, At: v.now}
		if err := v.tx.InsertNote(ctx, &n); err != nil {
			return err
		}
		if err := v.logItem(ctx, what, it, it.State, text, nil); err != nil {
			return err
		}
		if what != models.ActOpinion {
			return nil
		}
		leads, err := v.tx.UsersIn(ctx, models.RoleLead)
		if err != nil {
			return err
		}
		contacts, err := v.postsOf(ctx, it.UnitID, models.PostContact)
		if err != nil {
			return err
		}
		return v.tell(ctx, v.notices(append(leads, contacts...), models.NoticeOpinion, it, text))
	})
}

// Block records that an open assignment cannot go on (受阻), why, and who can
// clear it. Errors: invalid without both, not_found, forbidden, conflict.
func (a *App) Block(ctx context.Context, actor models.Actor, id models.AssignmentID, version int, cause, by string) error {
	cause, by = strings.TrimSpace(cause), strings.TrimSpace(by)
	var errs models.Errors
	if cause == "" {
		errs = append(errs, models.FieldErr("cause", "err.reason_needed"))
	}
	if by == "" {
		errs = append(errs, models.FieldErr("by", "err.block_by_needed"))
	}
	if err := errs.Or(); err != nil {
		return err
	}
	return a.setBlocked(ctx, actor, id, version, cause, by)
}

// Unblock records that an assignment can go on. Errors: not_found, forbidden,
// conflict.
func (a *App) Unblock(ctx context.Context, actor models.Actor, id models.AssignmentID, version int) error {
	return a.setBlocked(ctx, actor, id, version, "", "")
}

func (a *App) setBlocked(ctx context.Context, actor models.Actor, id models.AssignmentID, version int, cause, by string) error {
	if err := firstOf(checkText("cause", cause), checkText("by", by)); err != nil {
		return err
	}
	return a.change(ctx, actor, func(v *act) error {
		it, err := v.item(ctx, models.ActBlock, id, version)
		if err != nil {
			return err
		}
		it.BlockedCause, it.BlockedBy = cause, by
		return v.apply(ctx, models.ActBlock, &it, models.Change{Reason: cause}, map[string]string{"by": by})
	})
}

// checkText refuses a text that is too long to be meant.
func checkText(field, text string) error {
	if n := len([]rune(text)); n > MaxText {
		return models.FieldErr(field, "err.text_long", MaxText, n)
	}
	return nil
}
