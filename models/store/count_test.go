package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

func TestCounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		one, as := everyKind(t, db, "one")
		_, more := crowd(t, db, "two", 2, 10, func(int, *models.Assignment) {})
		unit := models.Scope{Unit: as[3].UnitID}

		for _, by := range []struct {
			name string
			by   store.CountBy
			key  func(a models.Assignment, c *store.Count)
		}{
			{"measure", store.ByMeasure, func(a models.Assignment, c *store.Count) { c.MeasureID, c.Blocking = a.MeasureID, a.Role.Blocking() }},
			{"unit", store.ByUnit, func(a models.Assignment, c *store.Count) { c.UnitID = a.UnitID }},
			{"day", store.ByDay, func(a models.Assignment, c *store.Count) { c.Day = a.EffectiveOn }},
			{"plan", store.ByPlan, func(a models.Assignment, c *store.Count) { c.PlanID = a.PlanID }},
		} {
			for _, plan := range []models.PlanID{0, one.ID} {
				for _, scope := range []models.Scope{everyone, unit} {
					want := map[store.Count]store.Count{}
					for _, a := range append(slices.Clone(as), more...) {
						if plan != 0 && a.PlanID != plan || !scope.Sees(a.UnitID) {
							continue
						}
						key := store.Count{Lamp: a.Lamp(today)}
						by.key(a, &key)
						c := want[key]
						c.N++
						if ref := a.ReferenceOn(); c.Oldest.IsZero() || !ref.IsZero() && ref.Before(c.Oldest) {
							c.Oldest = ref
						}
						want[key] = c
					}
					got := map[store.Count]store.Count{}
					for _, c := range must(db.Counts(ctx, scope, plan, by.by, today))(t) {
						key := c
						key.N, key.Oldest = 0, models.Date{}
						if _, twice := got[key]; twice {
							t.Errorf("by %s: %+v twice", by.name, key)
						}
						got[key] = store.Count{N: c.N, Oldest: c.Oldest}
					}
					same(t, fmt.Sprintf("by %s, plan %d, scope %+v", by.name, plan, scope), got, want)
				}
			}
		}

		for _, scope := range []models.Scope{everyone, unit} {
			inHand := map[models.Lamp]int{}
			for _, a := range as {
				if scope.Sees(a.UnitID) && a.State.Waiting() {
					inHand[a.Lamp(today)]++
				}
			}
			same(t, "waiting", must(db.CountWaiting(ctx, scope, one.ID, today))(t), inHand)
		}
		for _, scope := range []models.Scope{everyone, unit} {
			want, seen := map[models.Lamp]int{}, map[string]bool{}
			for _, a := range as {
				key := fmt.Sprint(a.MeasureID, a.Lamp(today))
				if scope.Sees(a.UnitID) && !seen[key] {
					seen[key] = true
					want[a.Lamp(today)]++
				}
			}
			same(t, "measures with", must(db.MeasuresWith(ctx, scope, one.ID, today))(t), want)
		}
	})
}

func TestCountsOfDaysAndUnsigned(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		p, as := everyKind(t, db, "one")
		crowd(t, db, "two", 2, 10, func(_ int, a *models.Assignment) { a.EffectiveOn = today })
		for _, scope := range []models.Scope{everyone, {Unit: as[3].UnitID}} {
			days, seen := map[models.Date]int{}, map[string]bool{}
			unsigned, units := store.Unsigned{}, map[models.UnitID]bool{}
			for _, a := range as {
				if !scope.Sees(a.UnitID) {
					continue
				}
				if key := fmt.Sprint(a.MeasureID, a.EffectiveOn); !a.EffectiveOn.IsZero() && !seen[key] {
					seen[key] = true
					days[a.EffectiveOn]++
				}
				if a.State == models.StateUnack {
					unsigned.N++
					units[a.UnitID] = true
					if a.EffectiveOn == today {
						unsigned.OnDay++
					}
				}
			}
			unsigned.Units = len(units)
			same(t, "measures by day", must(db.MeasuresByDay(ctx, scope, p.ID))(t), days)
			same(t, "unsigned", must(db.Unsigned(ctx, scope, p.ID, today))(t), unsigned)
		}
		if got := must(db.Unsigned(ctx, everyone, nobody, today))(t); got != (store.Unsigned{}) {
			t.Errorf("of no plan: %+v", got)
		}
	})
}

func TestTrend(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		// Deadlines from 20 days ago to 20 days ahead, handed in from 5 days
		// before to 5 days after, approved up to 3 days later, issued late now
		// and then, in a scope of several units.
		p, as := crowd(t, db, "trend", 60, 10, func(i int, a *models.Assignment) {
			pick := func(n int) int { k := i % n; i /= n; return k }
			if d := pick(12); d > 0 {
				a.EffectiveOn = today.AddDays(4*d - 24)
			}
			a.IssuedOn = today.AddDays(-30 + 20*pick(2))
			submitted := pick(5)
			a.State = models.StateActive
			if submitted > 0 && !a.EffectiveOn.IsZero() {
				a.FirstSubmittedOn = a.EffectiveOn.AddDays(3*submitted - 8)
				a.State = models.StateReview
				if k := pick(3); k > 0 {
					// the last second of one day and the first of the next
					when := a.FirstSubmittedOn.AddDays(k).Time(storetest.Zone).Add(time.Duration(k-2) * time.Second)
					a.FinishedAt, a.State = &when, models.StateDone
				}
			}
			if pick(7) == 6 {
				a.State = models.StateWithdrawn
			}
		})
		var days []models.Date
		var midnight []any
		for d := today.AddDays(-25); d.Before(today.AddDays(25)); d = d.AddDays(3) {
			days = append(days, d)
			midnight = append(midnight, d.AddDays(1).Time(storetest.Zone))
		}
		for _, scope := range []models.Scope{everyone, {Unit: as[2].UnitID}} {
			var want []store.TrendPoint
			for i, d := range days {
				point := store.TrendPoint{Day: d}
				for _, a := range as {
					if !a.State.Counts() || !scope.Sees(a.UnitID) {
						continue
					}
					if !a.EffectiveOn.IsZero() && !a.EffectiveOn.After(d) {
						point.Due++
					}
					if a.FinishedAt != nil && a.FinishedAt.Before(midnight[i].(time.Time)) {
						point.Finished++
					}
					if !a.EffectiveOn.IsZero() && a.EffectiveOn.Before(d) && !a.EffectiveOn.Before(a.IssuedOn) &&
						(a.FirstSubmittedOn.IsZero() || a.FirstSubmittedOn.After(d)) {
						point.Late++
					}
				}
				want = append(want, point)
			}
			same(t, fmt.Sprintf("trend, scope %+v", scope), must(db.Trend(ctx, scope, p.ID, days, midnight))(t), want)
		}
		if got := must(db.Trend(ctx, everyone, p.ID, nil, nil))(t); len(got) != 0 {
			t.Errorf("no days give %v", got)
		}
	})
}
