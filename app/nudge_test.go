package app_test

import (
	"context"
	"database/sql"
	"sync"
	"testing"

	"duban/app"
	"duban/models"
	"duban/models/store"
)

// TestNudge: once a day, one mail for each contact, what was handed in is left
// out, a unit that nobody can be told for is counted and not marked as nudged.
func TestNudge(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		lead := w.who("lead")
		a, b := w.duty("gaj", models.StateActive, "2020-10-10"), w.duty("gaj", models.StateUnack, "2020-10-30")
		c := w.duty("scjgj", models.StateReturned, "2020-10-30")
		handed, done := w.duty("scjgj", models.StateReview, "2020-10-10"), w.duty("scjgj", models.StateClosed, "2020-10-10")
		nobody := w.duty("wanbao", models.StateActive, "2020-10-10")
		left := w.duty("zrzyj", models.StateActive, "2020-10-10") // its contact is disabled
		ids := []models.AssignmentID{a.ID, b.ID, c.ID, handed.ID, done.ID, nobody.ID, left.ID, a.ID}
		nudge := func(want app.Nudged, ids ...models.AssignmentID) {
			t.Helper()
			if n, err := w.Nudge(ctx, lead, ids); err != nil || n != want {
				t.Errorf("nudged %+v, %v, want %+v", n, err, want)
			}
		}

		m := w.mark()
		nudge(app.Nudged{Told: 3, Silent: 2}, ids...)
		m.wantTold("gaj-contact nudge, gaj-contact nudge, scjgj-contact nudge", "gaj-contact, scjgj-contact")
		m.wantLog("nudge active>active by lead", "nudge unack>unack by lead", "nudge returned>returned by lead")
		if it := w.read(a.ID); it.Nudges != 1 || it.NudgedOn != day("2020-10-13") {
			t.Errorf("nudged: %+v", it.Assignment)
		}
		for _, it := range []models.Item{handed, done, nobody, left} {
			if now := w.read(it.ID); now.Nudges != 0 || !now.NudgedOn.IsZero() || now.Version != it.Version {
				t.Errorf("%s %s: nobody was reminded, and it counts as nudged: %+v", it.UnitName, it.State, now.Assignment)
			}
		}

		w.now = at("2020-10-13 23:59")
		m = w.mark()
		nudge(app.Nudged{Already: 3, Silent: 2}, ids...)
		m.wantTold("", "")
		m.wantLog()

		// as soon as there is somebody, he can be reminded, on the same day
		u := w.addUser("wanbao-contact", models.RoleContact, "wanbao")
		w.must("post", w.SetPost(ctx, lead, u.UnitID, 0, models.PostContact, u.ID))
		nudge(app.Nudged{Told: 1}, nobody.ID)

		w.now = at("2020-10-14 00:00")
		nudge(app.Nudged{Told: 1}, a.ID)
		if it := w.read(a.ID); it.Nudges != 2 || it.NudgedOn != day("2020-10-14") {
			t.Errorf("nudged again: %+v", it.Assignment)
		}

		for what, none := range map[string][]models.AssignmentID{"nothing": nil, "an empty list": {}, "an unknown id": {1 << 40}} {
			w.refused("nudge "+what, func() error { _, err := w.Nudge(ctx, lead, none); return err }, models.NotFound)
		}
	})
}

// TestNudgeAtOnce: two people who press the button at once remind once.
func TestNudgeAtOnce(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		w := newWorld(t, db, raw)
		it := w.duty("gaj", models.StateActive, "2020-10-10")
		lead := w.who("lead")
		m := w.mark()
		told := make([]int, 10)
		var wg sync.WaitGroup
		for i := range told {
			wg.Go(func() {
				n, err := w.Nudge(context.Background(), lead, []models.AssignmentID{it.ID})
				if err != nil && models.CodeOf(err) != models.Conflict {
					t.Errorf("nudge: %v", err)
				}
				told[i] = n.Told
			})
		}
		wg.Wait()
		sum := 0
		for _, n := range told {
			sum += n
		}
		if sum != 1 || w.read(it.ID).Nudges != 1 {
			t.Errorf("told %d times, counted %d", sum, w.read(it.ID).Nudges)
		}
		m.wantTold("gaj-contact nudge", "gaj-contact")
	})
}
