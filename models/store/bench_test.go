package store_test

import (
	"fmt"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// big holds 100,000 assignments: two plans of 1,000 measures × 50 units in
// every state. As in a real plan the units of a measure share its deadline,
// but for every tenth that was given more time, and two of three stand in the
// same state. About a tenth is overdue, and an eighth was past at issue.
func big(t testing.TB, db *store.DB) (one, two models.Plan) {
	t.Helper()
	roles := []models.UnitRole{models.UnitLead, models.UnitResponsible, models.UnitResponsible, models.UnitCooperate}
	fill := func(i int, a *models.Assignment) {
		measure, unit := i/50, i%50
		h := i * 7919 % 100_003 // a fixed shuffle
		a.State = models.States[measure%len(models.States)]
		if h%3 == 0 {
			a.State = models.States[h/3%len(models.States)]
		}
		a.Role = roles[min(unit, h%4)]
		a.DueOn, a.IssuedOn = today.AddDays(measure*37%240-60), today.AddDays(-30)
		a.EffectiveOn = a.DueOn
		if h%10 == 0 {
			a.EffectiveOn = a.DueOn.AddDays(30)
		}
		if a.State == models.StateReturned {
			a.ResubmitBy = today.AddDays(h/64%40 - 10)
		}
		if !a.State.Waiting() {
			when := a.EffectiveOn.AddDays(h/16%20 - 15).Time(storetest.Zone).Add(9 * time.Hour)
			a.FirstSubmittedOn, a.SubmittedAt = models.DateIn(when, storetest.Zone), &when
			if a.State.Finished() {
				approved := when.Add(48 * time.Hour)
				a.FinishedAt = &approved
			}
		}
	}
	one, _ = crowd(t, db, "big-1", 1000, 50, fill)
	two, _ = crowd(t, db, "big-2", 1000, 50, fill)
	return one, two
}

// BenchmarkStore measures what the heavy pages and jobs ask, over 100,000
// assignments.
func BenchmarkStore(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.DB{"sqlite": storetest.OpenSQLite, "postgres": storetest.OpenPostgres} {
		b.Run(name, func(b *testing.B) {
			db := open(b)
			begun := time.Now()
			plan, _ := big(b, db)
			b.Logf("stored in %s", time.Since(begun).Round(time.Millisecond))
			if db.Dialect() == store.Postgres {
				// what autovacuum does in time
				pool, err := db.SQL()
				if err != nil {
					b.Fatal(err)
				}
				if _, err := pool.ExecContext(b.Context(), "VACUUM ANALYZE"); err != nil {
					b.Fatal(err)
				}
			}
			ctx := b.Context()
			overdue := store.ItemFilter{Lamps: []models.Lamp{models.LampOverdue}, Limit: 50}
			items := must(db.Items(ctx, everyone, store.ItemFilter{Lamps: overdue.Lamps}, today))(b)
			middle := items[len(items)/2]
			behind := overdue
			behind.AfterOn, behind.AfterID = middle.ReferenceOn(), middle.ID
			unit := models.Scope{Unit: middle.UnitID}
			b.Logf("%d overdue", len(items))
			list := func(s models.Scope, f store.ItemFilter) func() error {
				return func() error {
					got, err := db.Items(ctx, s, f, today)
					if err == nil && len(got) == 0 {
						return fmt.Errorf("nothing found")
					}
					return err
				}
			}
			counts := func(plan models.PlanID, by store.CountBy) func() error {
				return func() error { _, err := db.Counts(ctx, everyone, plan, by, today); return err }
			}
			var days []models.Date
			var midnight []any
			for d := today.AddDays(-77); !d.After(today); d = d.AddDays(7) {
				days, midnight = append(days, d), append(midnight, d.AddDays(1).Time(storetest.Zone))
			}
			with := func(f store.ItemFilter, change func(*store.ItemFilter)) store.ItemFilter { change(&f); return f }
			for _, q := range []struct {
				name string
				ask  func() error
			}{
				{"overdue, first page", list(everyone, overdue)},
				{"overdue, middle page", list(everyone, behind)},
				{"overdue of a plan, first page", list(everyone, with(overdue, func(f *store.ItemFilter) { f.Plan = plan.ID }))},
				{"overdue of a unit", list(unit, store.ItemFilter{Lamps: overdue.Lamps})},
				{"overdue and due, first page", list(everyone, with(overdue, func(f *store.ItemFilter) { f.Lamps = []models.Lamp{models.LampOverdue, models.LampDue} }))},
				{"past at issue, first page", list(everyone, with(overdue, func(f *store.ItemFilter) { f.Lamps = []models.Lamp{models.LampPast} }))},
				{"review, first page", list(everyone, store.ItemFilter{States: []models.State{models.StateReview}, BySubmitted: true, Limit: 50})},
				{"review of a plan, first page", list(everyone, store.ItemFilter{Plan: plan.ID, States: []models.State{models.StateReview}, BySubmitted: true, Limit: 50})},
				{"one measure", list(everyone, store.ItemFilter{Measure: middle.MeasureID, ByMeasure: true})},
				{"one unit, waiting", list(unit, store.ItemFilter{Waiting: true})},
				{"all waiting", list(everyone, store.ItemFilter{Waiting: true})},
				{"search in a plan", list(everyone, store.ItemFilter{Plan: plan.ID, Text: "措施99", Limit: 50})},
				{"counts of a plan by measure", counts(plan.ID, store.ByMeasure)},
				{"counts of a plan by unit", counts(plan.ID, store.ByUnit)},
				{"counts of a plan by day", counts(plan.ID, store.ByDay)},
				{"counts of all by plan", counts(0, store.ByPlan)},
				{"measures with", func() error { _, err := db.MeasuresWith(ctx, everyone, plan.ID, today); return err }},
				{"trend of 12 weeks", func() error { _, err := db.Trend(ctx, everyone, plan.ID, days, midnight); return err }},
				{"to decide", func() error { _, err := db.CountToDecide(ctx, everyone, plan.ID); return err }},
			} {
				b.Run(q.name, func(b *testing.B) {
					for b.Loop() {
						if err := q.ask(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
