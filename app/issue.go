package app

import (
	"context"
	"fmt"

	"duban/models"
	"duban/models/store"
)

// Preview is what issuing a plan would do: shown before it is done.
type Preview struct {
	Assignments int // 家次
	Units       int
	NoContact   []models.Unit // units that nobody can be told for
	Past        int           // 家次 whose deadline has passed already
	Unassigned  []models.Measure
	Open        int // doubts to confirm that nobody has settled
}

// PreviewIssue computes what issuing the plan today would do. Errors:
// not_found, forbidden.
func (a *App) PreviewIssue(ctx context.Context, actor models.Actor, plan models.PlanID) (Preview, error) {
	var p Preview
	if err := actor.Require(models.ActIssue, 0); err != nil {
		return p, err
	}
	r := a.DB.Reader
	if _, err := r.Plan(ctx, plan); err != nil {
		return p, err
	}
	as, without, err := expand(ctx, r, plan, a.Today())
	if err != nil {
		return p, err
	}
	p.Unassigned = without
	p.Assignments = len(as)
	posts, err := loadPosts(ctx, r)
	if err != nil {
		return p, err
	}
	seen := map[models.UnitID]bool{}
	for _, as := range as {
		if as.PastAtIssue() {
			p.Past++
		}
		if !seen[as.UnitID] {
			seen[as.UnitID] = true
			if len(posts.of(as.UnitID, models.PostContact)) == 0 {
				p.NoContact = append(p.NoContact, posts.units[as.UnitID])
			}
		}
	}
	p.Units = len(seen)
	p.Open, err = openDoubts(ctx, r, plan)
	return p, err
}

func openDoubts(ctx context.Context, r store.Reader, plan models.PlanID) (int, error) {
	problems, err := r.Problems(ctx, plan)
	n := 0
	for _, p := range problems {
		if p.Severity == models.SeverityConfirm && p.SettledAt == nil {
			n++
		}
	}
	return n, err
}

// expand turns a plan's duties as written into assignments of day today: a
// group gives one for each member of that day. It also returns the measures
// that name nobody.
func expand(ctx context.Context, r store.Reader, plan models.PlanID, today models.Date) ([]models.Assignment, []models.Measure, error) {
	c, err := r.Content(ctx, plan)
	if err != nil {
		return nil, nil, err
	}
	members, err := r.Members(ctx)
	if err != nil {
		return nil, nil, err
	}
	rs := map[models.MeasureID][]models.Responsibility{}
	for _, x := range c.Responsibilities {
		rs[x.MeasureID] = append(rs[x.MeasureID], x)
	}
	ds := map[models.MeasureID][]models.Deadline{}
	for _, x := range c.Deadlines {
		ds[x.MeasureID] = append(ds[x.MeasureID], x)
	}
	var out []models.Assignment
	var without []models.Measure
	for _, m := range c.Measures {
		due := models.DueDate(ds[m.ID])
		duties := models.Expand(rs[m.ID], members, today)
		if len(duties) == 0 {
			without = append(without, m)
		}
		for _, d := range duties {
			out = append(out, models.Assignment{
				PlanID: plan, MeasureID: m.ID, UnitID: d.UnitID, GroupID: d.GroupID, Role: d.Role, State: models.StateUnack,
				DueOn: due, EffectiveOn: due, IssuedOn: today, Version: 1,
			})
		}
	}
	return out, without, nil
}

// IssuePlan issues a draft plan to its units (下发): one assignment per measure
// and unit, groups expanded to the members of the day, and one mail to each
// unit's contact. Errors: not_found, forbidden, conflict (issued already,
// changed since, or doubts to confirm are open), invalid when nobody is named.
func (a *App) IssuePlan(ctx context.Context, actor models.Actor, id models.PlanID, version int) (int, error) {
	n := 0
	err := a.change(ctx, actor, func(v *act) error {
		if err := actor.Require(models.ActIssue, 0); err != nil {
			return err
		}
		plan, err := v.tx.Plan(ctx, id)
		if err != nil {
			return err
		}
		if plan.State != models.PlanDraft {
			return models.Errf(models.Conflict, "err.plan_issued_already")
		}
		if version != 0 && version != plan.Version {
			return models.Errf(models.Conflict, "err.stale")
		}
		open, err := openDoubts(ctx, v.tx.Reader, id)
		if err != nil {
			return err
		}
		if open > 0 {
			return models.Errf(models.Conflict, "err.doubts_open", open)
		}
		as, _, err := expand(ctx, v.tx.Reader, id, v.today)
		if err != nil {
			return err
		}
		if len(as) == 0 {
			return models.Errf(models.Invalid, "err.nobody_named")
		}
		plan.State, plan.IssuedAt = models.PlanIssued, &v.now
		if err := v.tx.UpdatePlan(ctx, &plan); err != nil {
			return err
		}
		if err := v.tx.InsertAssignments(ctx, as); err != nil {
			return err
		}
		if err := v.freezeIssued(ctx, plan); err != nil {
			return err
		}
		n = len(as)
		if err := v.log(ctx, models.AuditEntry{Act: string(models.ActIssue), PlanID: id, Object: plan.Key,
			Detail: fmt.Sprintf(`{"assignments":%d}`, n)}); err != nil {
			return err
		}
		posts, err := v.posts(ctx)
		if err != nil {
			return err
		}
		return v.tell(ctx, v.issued(as, posts))
	})
	return n, err
}

// issued makes the notices of new duties: for each unit's contact, and for the
// lead office of the units that nobody can be told for.
func (v *act) issued(as []models.Assignment, posts posts) []models.Notice {
	var ns []models.Notice
	silent := map[models.UnitID]bool{}
	for _, as := range as {
		it := models.Item{Assignment: as}
		to := posts.of(as.UnitID, models.PostContact)
		for _, u := range to {
			ns = append(ns, v.notice(u, models.NoticeIssued, it, "", ""))
		}
		if len(to) == 0 && !silent[as.UnitID] {
			silent[as.UnitID] = true
			for _, u := range posts.leads {
				ns = append(ns, v.notice(u, models.NoticeNoContact, it, "", "issue"))
			}
		}
	}
	return ns
}

// SyncGroups gives the assignments of running plans to units that have joined
// a group since the plan was issued, and takes them from units that have left
// (withdrawn, with that reason) unless they have finished. It returns how many
// were added and withdrawn. Errors: forbidden.
func (a *App) SyncGroups(ctx context.Context, actor models.Actor, plan models.PlanID) (added, withdrawn int, err error) {
	err = a.change(ctx, actor, func(v *act) error {
		if err := actor.Require(models.ActIssue, 0); err != nil {
			return err
		}
		var ns []models.Notice
		if added, withdrawn, ns, err = v.syncGroups(ctx, plan); err != nil {
			return err
		}
		return v.tell(ctx, ns)
	})
	return added, withdrawn, err
}

// syncGroups does the work of SyncGroups for one plan; it returns whom to tell
// of it, so that a run over several plans is one mail.
func (v *act) syncGroups(ctx context.Context, plan models.PlanID) (added, withdrawn int, ns []models.Notice, err error) {
	if err := v.planOpen(ctx, plan); err != nil {
		return 0, 0, nil, err
	}
	want, _, err := expand(ctx, v.tx.Reader, plan, v.today)
	if err != nil {
		return 0, 0, nil, err
	}
	have, err := v.tx.Items(ctx, models.Scope{All: true}, store.ItemFilter{Plan: plan}, v.today)
	if err != nil {
		return 0, 0, nil, err
	}
	type key struct {
		m models.MeasureID
		u models.UnitID
	}
	wanted, had := map[key]bool{}, map[key]bool{}
	for _, x := range want {
		wanted[key{x.MeasureID, x.UnitID}] = true
	}
	for _, x := range have {
		had[key{x.MeasureID, x.UnitID}] = true
	}
	var joined []models.Assignment
	for _, x := range want {
		if !had[key{x.MeasureID, x.UnitID}] {
			joined = append(joined, x)
		}
	}
	if err := v.tx.InsertAssignments(ctx, joined); err != nil {
		return 0, 0, nil, err
	}
	posts, err := v.posts(ctx)
	if err != nil {
		return 0, 0, nil, err
	}
	ns = v.issued(joined, posts)
	for i := range have {
		x := &have[i]
		if x.GroupID == 0 || wanted[key{x.MeasureID, x.UnitID}] || !x.State.Can(models.ActWithdraw) || x.State.Finished() || x.State == models.StateNA {
			continue
		}
		if err := v.apply(ctx, models.ActWithdraw, x, models.Change{Reason: "group"}, nil); err != nil {
			return 0, 0, nil, err
		}
		ns = append(ns, v.notices(posts.of(x.UnitID, models.PostContact), models.NoticeWithdrawn, *x, "")...)
		withdrawn++
	}
	if len(joined) > 0 {
		if err := v.log(ctx, models.AuditEntry{Act: "group_sync", PlanID: plan, Detail: fmt.Sprintf(`{"added":%d,"withdrawn":%d}`, len(joined), withdrawn)}); err != nil {
			return 0, 0, nil, err
		}
	}
	return len(joined), withdrawn, ns, nil
}

// freezeIssued keeps the reading that was issued, beside the one of the import.
func (v *act) freezeIssued(ctx context.Context, plan models.Plan) error {
	d, err := planDraft(ctx, v.tx.Reader, plan.Key)
	if err != nil {
		return err
	}
	before, err := v.tx.PlanVersions(ctx, plan.ID)
	if err != nil {
		return err
	}
	return v.freeze(ctx, plan.ID, len(before)+1, d, "issue")
}
