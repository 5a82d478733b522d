package app

import (
	"context"
	"strings"

	"duban/models"
)

// JoinGroup makes a unit a member of a group from a day on, and gives it at
// once what running plans ask of the group. Errors: invalid, not_found,
// forbidden, conflict when it is a member on that day already.
func (a *App) JoinGroup(ctx context.Context, actor models.Actor, group models.GroupID, unit models.UnitID, from models.Date) (added int, err error) {
	if from.IsZero() {
		return 0, models.FieldErr("from", "err.date_needed")
	}
	err = a.change(ctx, actor, func(v *act) error {
		g, u, members, err := v.membership(ctx, group, unit)
		if err != nil {
			return err
		}
		for _, m := range members {
			if m.ToDate.IsZero() || !m.ToDate.Before(from) {
				return models.Errf(models.Conflict, "err.member_already", u.Name, g.Name)
			}
		}
		if err := v.tx.InsertMembers(ctx, []models.GroupMember{{GroupID: group, UnitID: unit, FromDate: from}}); err != nil {
			return err
		}
		if err := v.log(ctx, models.AuditEntry{Act: "group_join", UnitID: unit, Object: g.Name, Detail: `{"from":"` + from.String() + `"}`}); err != nil {
			return err
		}
		added, _, err = v.syncAll(ctx)
		return err
	})
	return added, err
}

// LeaveGroup ends a unit's membership with a last day. What running plans ask
// of the group is taken from the unit once that day has passed, unless it has
// finished it. Errors: invalid, not_found (no running membership), forbidden.
func (a *App) LeaveGroup(ctx context.Context, actor models.Actor, group models.GroupID, unit models.UnitID, last models.Date) (withdrawn int, err error) {
	if last.IsZero() {
		return 0, models.FieldErr("to", "err.date_needed")
	}
	err = a.change(ctx, actor, func(v *act) error {
		g, _, members, err := v.membership(ctx, group, unit)
		if err != nil {
			return err
		}
		for _, m := range members {
			if !m.ToDate.IsZero() {
				continue
			}
			if last.Before(m.FromDate) {
				return models.FieldErr("to", "err.member_before")
			}
			if err := v.tx.EndMembership(ctx, m.ID, last); err != nil {
				return err
			}
			if err := v.log(ctx, models.AuditEntry{Act: "group_leave", UnitID: unit, Object: g.Name, Detail: `{"to":"` + last.String() + `"}`}); err != nil {
				return err
			}
			_, withdrawn, err = v.syncAll(ctx)
			return err
		}
		return models.Errf(models.NotFound, "err.not_found")
	})
	return withdrawn, err
}

// membership loads a group, a unit and the unit's memberships in the group.
func (v *act) membership(ctx context.Context, group models.GroupID, unit models.UnitID) (models.UnitGroup, models.Unit, []models.GroupMember, error) {
	var mine []models.GroupMember
	if err := v.actor.Require(models.ActUnits, 0); err != nil {
		return models.UnitGroup{}, models.Unit{}, nil, err
	}
	g, err := v.tx.LockGroup(ctx, group) // two people may enter or take out the same unit at once
	if err != nil {
		return g, models.Unit{}, nil, err
	}
	u, err := v.tx.Unit(ctx, unit)
	if err != nil {
		return g, u, nil, err
	}
	if u.Family == models.FamilyRegion || u.Register != g.Register {
		return g, u, nil, models.FieldErr("unit", "err.unit_needed")
	}
	all, err := v.tx.Members(ctx)
	for _, m := range all {
		if m.GroupID == group && m.UnitID == unit {
			mine = append(mine, m)
		}
	}
	return g, u, mine, err
}

// syncAll brings every running plan in line with today's memberships and tells
// whom it concerns, in one mail over all plans.
func (v *act) syncAll(ctx context.Context) (added, withdrawn int, err error) {
	plans, err := v.tx.Plans(ctx)
	if err != nil {
		return 0, 0, err
	}
	var all []models.Notice
	for _, p := range plans {
		if p.State != models.PlanIssued {
			continue
		}
		a, w, ns, err := v.syncGroups(ctx, p.ID)
		if err != nil {
			return 0, 0, err
		}
		added, withdrawn, all = added+a, withdrawn+w, append(all, ns...)
	}
	return added, withdrawn, v.tell(ctx, all)
}

// SyncMemberships brings every running plan in line with today's memberships:
// a membership that begins or ends on a later day takes effect on that day.
func (a *App) SyncMemberships(ctx context.Context) (added, withdrawn int, err error) {
	err = a.change(ctx, models.SystemActor("sweep"), func(v *act) error {
		added, withdrawn, err = v.syncAll(ctx)
		return err
	})
	return added, withdrawn, err
}

// SaveUnit stores a unit's words, or makes a new unit when its id is 0.
// Errors: invalid, not_found, forbidden, conflict (changed since, name or code
// taken).
func (a *App) SaveUnit(ctx context.Context, actor models.Actor, in models.Unit) (models.Unit, error) {
	for _, s := range []*string{&in.Code, &in.Name, &in.Short, &in.Note} {
		*s = strings.TrimSpace(*s)
	}
	var errs models.Errors
	if in.Name == "" {
		errs = append(errs, models.FieldErr("name", "err.name_needed"))
	}
	if in.Short == "" || len([]rune(in.Short)) > 6 {
		errs = append(errs, models.FieldErr("short", "err.short_needed"))
	}
	if in.ID == 0 && !loginForm.MatchString(in.Code) {
		errs = append(errs, models.FieldErr("code", "err.code_form"))
	}
	if in.Family == "" {
		errs = append(errs, models.FieldErr("family", "err.family_needed"))
	}
	if err := errs.Or(); err != nil {
		return in, err
	}
	err := a.change(ctx, actor, func(v *act) error {
		if err := actor.Require(models.ActUnits, 0); err != nil {
			return err
		}
		if in.ID == 0 {
			in.Version = 1
			if err := v.tx.InsertUnit(ctx, &in); err != nil {
				return nameTaken(err)
			}
			return v.log(ctx, models.AuditEntry{Act: "unit_created", UnitID: in.ID, Object: in.Name})
		}
		u, err := v.tx.Unit(ctx, in.ID)
		if err != nil {
			return err
		}
		if in.Version != u.Version {
			return models.Errf(models.Conflict, "err.stale")
		}
		u.Name, u.Short, u.Family, u.SortNo, u.Note = in.Name, in.Short, in.Family, in.SortNo, in.Note
		u.Sample = false // somebody has looked at it
		if err := v.tx.UpdateUnit(ctx, &u); err != nil {
			return nameTaken(err)
		}
		in = u
		return v.log(ctx, models.AuditEntry{Act: "unit_changed", UnitID: in.ID, Object: in.Name})
	})
	return in, err
}

func nameTaken(err error) error {
	if e := asError(err); e.Key == "err.duplicate" {
		return &models.Error{Code: models.Conflict, Key: "err.unit_taken", Field: "name"}
	}
	return err
}
