package app

import (
	"context"
	"strings"

	"duban/models"
)

// AskExtension asks for more time (延期), before the due day is over. The
// clock goes on. Errors: invalid, not_found, forbidden, conflict (too late,
// no date to move, a request is open already).
func (a *App) AskExtension(ctx context.Context, actor models.Actor, id models.AssignmentID, to models.Date, reason string) error {
	reason = strings.TrimSpace(reason)
	if err := checkText("reason", reason); err != nil {
		return err
	}
	return a.change(ctx, actor, func(v *act) error {
		it, err := v.item(ctx, models.ActAskExtend, id, 0)
		if err != nil {
			return err
		}
		if err := models.CheckExtension(it.Assignment, to, v.today, reason); err != nil {
			return err
		}
		if !it.State.Can(models.ActAskExtend) {
			return models.Errf(models.Conflict, "err.state", string(models.ActAskExtend), string(it.State))
		}
		before, err := v.tx.Extensions(ctx, actor.Scope(), id)
		if err != nil {
			return err
		}
		if len(before) > 0 && before[0].State == models.ExtensionOpen {
			return models.Errf(models.Conflict, "err.extend_open")
		}
		e := models.Extension{
			AssignmentID: id, Number: len(before) + 1, FromDate: it.EffectiveOn, ToDate: to, Reason: reason,
			State: models.ExtensionOpen, ByID: actor.UserID, ByName: actor.Name, At: v.now, Version: 1,
		}
		if err := v.tx.InsertExtension(ctx, &e); err != nil {
			return err
		}
		if err := v.logItem(ctx, models.ActAskExtend, it, it.State, reason, map[string]any{"from": it.EffectiveOn, "to": to}); err != nil {
			return err
		}
		leads, err := v.tx.UsersIn(ctx, models.RoleLead)
		if err != nil {
			return err
		}
		return v.tell(ctx, v.notices(leads, models.NoticeExtAsked, it, reason))
	})
}

// DecideExtension grants a request with a day (the one asked for, or another),
// or refuses it with a zero day and an answer. A grant moves the effective
// date everywhere at once; the original one stays for appraisal. Errors:
// invalid, not_found, forbidden, conflict (decided already, or the unit has
// handed in meanwhile).
func (a *App) DecideExtension(ctx context.Context, actor models.Actor, id models.ExtensionID, version int, grantTo models.Date, answer string) error {
	answer = strings.TrimSpace(answer)
	if err := checkText("answer", answer); err != nil {
		return err
	}
	return a.change(ctx, actor, func(v *act) error {
		e, err := v.tx.Extension(ctx, actor.Scope(), id)
		if err != nil {
			return err
		}
		it, err := v.item(ctx, models.ActDecideExt, e.AssignmentID, 0)
		if err != nil {
			return err
		}
		// again, after the duty: who decides at the same moment has changed
		// both, and the old request beside the new date would look wrong
		if e, err = v.tx.Extension(ctx, actor.Scope(), id); err != nil {
			return err
		}
		if e.State != models.ExtensionOpen || version != 0 && version != e.Version {
			return models.Errf(models.Conflict, "err.stale")
		}
		if !it.State.Can(models.ActDecideExt) {
			return models.Errf(models.Conflict, "err.state", string(models.ActDecideExt), string(it.State))
		}
		kind := models.NoticeRefused
		e.State = models.ExtensionRefused
		if grantTo.IsZero() {
			if answer == "" {
				return models.FieldErr("answer", "err.reason_needed")
			}
		} else {
			if !grantTo.After(it.EffectiveOn) {
				return models.FieldErr("to", "err.extend_not_later", it.EffectiveOn)
			}
			if grantTo.Before(v.today) {
				return models.FieldErr("to", "err.date_past")
			}
			kind, e.State, e.GrantedTo = models.NoticeExtended, models.ExtensionGranted, grantTo
		}
		e.DecidedByID, e.DecidedBy, e.DecidedAt, e.Answer = actor.UserID, actor.Name, &v.now, answer
		if err := v.tx.DecideExtension(ctx, &e); err != nil {
			return err
		}
		from := it.EffectiveOn
		if e.State == models.ExtensionGranted {
			it.EffectiveOn = grantTo
			err = v.apply(ctx, models.ActDecideExt, &it, models.Change{Reason: answer}, map[string]any{"granted": true, "from": from, "to": grantTo})
		} else {
			err = v.logItem(ctx, models.ActDecideExt, it, it.State, answer, map[string]any{"granted": false, "from": from, "to": e.ToDate})
		}
		if err != nil {
			return err
		}
		contacts, err := v.postsOf(ctx, it.UnitID, models.PostContact)
		if err != nil {
			return err
		}
		return v.tell(ctx, v.notices(contacts, kind, it, answer))
	})
}
