package app_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
)

// TestJobPanics: a job that panics, here with a transaction open, is a failed
// run like another: recorded, tried three times in all, its half-done work
// undone, and the next slot runs.
func TestJobPanics(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		calls := 0
		work := func(ctx context.Context) (string, error) {
			calls++
			return "", db.Tx(ctx, func(tx *store.Tx) error {
				if err := tx.SetSetting(ctx, "half", "done"); err != nil {
					return err
				}
				panic("the work met a fault of the program")
			})
		}
		for i := range 6 {
			ran, err := w.RunOnce(ctx, "remind", "2020-10-13", work)
			if tried := i < 3; ran != tried || tried != (err != nil) {
				t.Errorf("try %d: ran %v, %v", i+1, ran, err)
			}
			w.now = w.now.Add(5 * time.Minute)
		}
		run, err := db.Run(ctx, "remind", "2020-10-13")
		if err != nil || run.State != models.RunFailed || run.Tries != 3 || calls != 3 || !strings.Contains(run.Error, "panic") || run.FinishedAt == nil {
			t.Errorf("run %+v after %d calls, %v", run, calls, err)
		}
		if half, err := db.Setting(ctx, "half"); err != nil || half != "" {
			t.Errorf("half of the work stands: %q, %v", half, err)
		}
		if ran, err := w.RunOnce(ctx, "remind", "2020-10-14", func(context.Context) (string, error) { return "fine", nil }); !ran || err != nil {
			t.Errorf("the next slot: %v, %v", ran, err)
		}
	})
}
