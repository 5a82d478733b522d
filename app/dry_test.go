package app_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"duban/app"
	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// TestDryRunsAskAFixedNumberOfQuestions: seeing who would get what costs as
// many questions for three people and twelve duties as for one of each, and
// tells nobody.
func TestDryRunsAskAFixedNumberOfQuestions(t *testing.T) {
	var n atomic.Int64
	db := storetest.Open(t, store.Options{Database: storetest.SQLiteFile(t), OnQuery: func(string, int64, time.Duration, error) { n.Add(1) }})
	w := newWorld(t, db, nil)
	runs := map[string]func(context.Context, models.Date, bool) (app.Report, error){"remind": w.Remind, "escalate": w.Escalate, "digest": w.SendDigests}
	dry := func() (queries map[string]int64, mails map[string]int) {
		queries, mails = map[string]int64{}, map[string]int{}
		for name, run := range runs {
			n.Store(0)
			rep, err := run(t.Context(), w.Today(), true)
			w.must(name, err)
			queries[name], mails[name] = n.Load(), len(rep.Planned)
			if rep.Mails != len(rep.Planned) {
				t.Errorf("%s: %d mails, %d planned", name, rep.Mails, len(rep.Planned))
			}
			for _, p := range rep.Planned {
				if p.To.ID == 0 || p.Subject == "" || p.Text == "" || p.HTML == "" {
					t.Errorf("%s: planned for %q: subject %q, %d and %d bytes", name, p.To.Name, p.Subject, len(p.Text), len(p.HTML))
				}
			}
		}
		return queries, mails
	}
	w.duty("gaj", models.StateActive, "2020-09-30") // overdue long enough for every rung
	few, fewMails := dry()
	for range 4 {
		for _, unit := range []string{"gaj", "scjgj", "renmin"} {
			w.duty(unit, models.StateActive, "2020-09-30")
		}
	}
	many, manyMails := dry()
	for name := range runs {
		if fewMails[name] == 0 || manyMails[name] <= fewMails[name] {
			t.Errorf("%s: %d mails and then %d: the test proves nothing", name, fewMails[name], manyMails[name])
		}
		if many[name] > few[name] {
			t.Errorf("%s: %d questions for one duty, %d for thirteen", name, few[name], many[name])
		}
	}
	if got, err := db.Messages(t.Context(), store.MessageFilter{}); err != nil || len(got) != 0 {
		t.Errorf("dry runs queued %d mails, %v", len(got), err)
	}
	t.Log(few, fewMails, many, manyMails)
}
