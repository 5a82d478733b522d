package app

import (
	"context"

	"duban/models"
	"duban/models/store"
)

// Nudged is what a manual reminder (催办) did.
type Nudged struct {
	Told    int // 家次 reminded now
	Already int // reminded today already
	Silent  int // not reminded: the unit has no active contact, the lead office must see to it
}

// Nudge reminds units by hand of what they have in hand: the given assignments
// of the actor's scope, at most once a day each. What was handed in meanwhile
// is left out. Errors: forbidden, not_found when none of the ids exists.
func (a *App) Nudge(ctx context.Context, actor models.Actor, ids []models.AssignmentID) (Nudged, error) {
	var n Nudged
	err := a.change(ctx, actor, func(v *act) error {
		if err := actor.Require(models.ActNudge, 0); err != nil {
			return err
		}
		if len(ids) == 0 { // to the store no ids means no narrowing: every duty there is
			return models.Errf(models.NotFound, "err.not_found")
		}
		items, err := v.tx.Items(ctx, actor.Scope(), store.ItemFilter{IDs: ids}, v.today)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			return models.Errf(models.NotFound, "err.not_found")
		}
		posts, err := v.posts(ctx)
		if err != nil {
			return err
		}
		open := map[models.PlanID]bool{}
		var ns []models.Notice
		for i := range items {
			it := &items[i]
			if _, seen := open[it.PlanID]; !seen {
				open[it.PlanID] = v.planOpen(ctx, it.PlanID) == nil
			}
			if !open[it.PlanID] || !it.State.Can(models.ActNudge) {
				continue
			}
			// a reminder that nobody gets is none: it neither counts nor uses up the day
			contacts := posts.of(it.UnitID, models.PostContact)
			if len(contacts) == 0 {
				n.Silent++
				continue
			}
			fresh, err := v.tx.InsertNudge(ctx, it.ID, v.today, actor.UserID, v.now)
			if err != nil {
				return err
			}
			if !fresh {
				n.Already++
				continue
			}
			it.Nudges++
			it.NudgedOn = v.today
			if err := v.apply(ctx, models.ActNudge, it, models.Change{}, map[string]any{"count": it.Nudges}); err != nil {
				return err
			}
			n.Told++
			ns = append(ns, v.notices(contacts, models.NoticeNudge, *it, "")...)
		}
		return v.tell(ctx, ns)
	})
	return n, err
}
