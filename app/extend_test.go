package app_test

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"testing"

	"duban/models"
	"duban/models/store"
)

// chasesOf lists the reminders of a duty that are stored, as "login kind day".
func (w *world) chasesOf(it models.Item) []string {
	w.t.Helper()
	rows, err := w.raw.Query(`SELECT u.login || ' ' || n.kind, n.ref_on FROM notices n JOIN users u ON u.id = n.user_id
		WHERE n.assignment_id = $1 AND (n.kind LIKE 'due-%' OR n.kind LIKE 'overdue-%' OR n.kind IN ('weekly', 'past')) ORDER BY n.id`, it.ID)
	w.must("notices", err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var line string
		var ref models.Date
		w.must("scan", rows.Scan(&line, &ref))
		out = append(out, line+" "+ref.String())
	}
	w.must("rows", rows.Err())
	return out
}

// remindOn runs the reminder and the escalation of a day at their hour.
func (w *world) remindOn(iso string) {
	w.t.Helper()
	w.now = at(iso + " 08:20")
	for what, run := range map[string]func() error{
		"remind":   func() error { _, err := w.Remind(w.t.Context(), w.Today(), false); return err },
		"escalate": func() error { _, err := w.Escalate(w.t.Context(), w.Today(), false); return err },
	} {
		w.must(what+" "+iso, run())
	}
}

// TestExtension follows a request for more time: asked for on the last day,
// granted, and the reminders that follow the new day.
func TestExtension(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		it := w.duty("gaj", models.StateActive, "2020-10-15")
		contact, lead := w.who("gaj-contact"), w.who("lead")

		w.remindOn("2020-10-13")
		if got := strings.Join(w.chasesOf(it), ", "); got != "gaj-contact due-3 2020-10-15" {
			t.Errorf("before: %s", got)
		}
		for what, fn := range map[string]func() error{
			"no reason":    func() error { return w.AskExtension(ctx, contact, it.ID, day("2020-10-30"), "  ") },
			"no day":       func() error { return w.AskExtension(ctx, contact, it.ID, models.Date{}, "来不及") },
			"the same day": func() error { return w.AskExtension(ctx, contact, it.ID, day("2020-10-15"), "来不及") },
			"an essay": func() error {
				return w.AskExtension(ctx, contact, it.ID, day("2020-10-30"), strings.Repeat("长", 5001))
			},
		} {
			w.refused(what, fn, models.Invalid)
		}

		// on the due day, until its last minute, it is not too late
		w.now = at("2020-10-15 23:59")
		m := w.mark()
		w.must("ask on the due day", w.AskExtension(ctx, contact, it.ID, day("2020-11-10"), "接口未开放"))
		m.wantLog("ask_extend active>active by gaj-contact")
		m.wantTold("lead ext-asked", "lead")
		w.refused("ask again", func() error { return w.AskExtension(ctx, contact, it.ID, day("2020-11-20"), "还是来不及") },
			models.Conflict, "err.extend_open")
		if now := w.read(it.ID); now.EffectiveOn != day("2020-10-15") || now.Version != it.Version {
			t.Errorf("asking has moved something: %+v", now.Assignment)
		}

		// asking does not stop the clock
		w.remindOn("2020-10-16")
		if got := w.chasesOf(it); got[len(got)-1] != "gaj-contact overdue-1 2020-10-15" {
			t.Errorf("while it is open: %v", got)
		}

		es, err := db.OpenExtensions(ctx, everything, w.plan.ID)
		if err != nil || len(es) != 1 || es[0].Number != 1 || es[0].FromDate != day("2020-10-15") || es[0].ToDate != day("2020-11-10") {
			t.Fatalf("requests %+v, %v", es, err)
		}
		e := es[0]
		w.refused("to an earlier day", func() error { return w.DecideExtension(ctx, lead, e.ID, e.Version, day("2020-10-15"), "") }, models.Invalid, "to:err.extend_not_later")
		w.refused("from an old page", func() error { return w.DecideExtension(ctx, lead, e.ID, e.Version+1, day("2020-11-05"), "") }, models.Conflict, "err.stale")
		w.refused("to yesterday", func() error {
			w.now = at("2020-10-20 09:00")
			defer func() { w.now = at("2020-10-16 09:00") }()
			return w.DecideExtension(ctx, lead, e.ID, e.Version, day("2020-10-19"), "")
		}, models.Invalid, "to:err.date_past")
		m = w.mark()
		w.must("grant another day", w.DecideExtension(ctx, lead, e.ID, e.Version, day("2020-11-05"), "同意至5日"))
		m.wantLog("decide_ext active>active by lead")
		m.wantTold("gaj-contact extended", "gaj-contact")
		if d := m.log()[0].Detail; !strings.Contains(d, `"granted":true`) || !strings.Contains(d, "2020-10-15") || !strings.Contains(d, "2020-11-05") {
			t.Errorf("the line says %s", d)
		}
		it = w.read(it.ID)
		if it.EffectiveOn != day("2020-11-05") || it.DueOn != day("2020-10-15") || it.Overdue(day("2020-11-05")) || !it.Overdue(day("2020-11-06")) {
			t.Errorf("granted: %+v", it.Assignment)
		}
		w.refused("decide twice", func() error { return w.DecideExtension(ctx, lead, e.ID, 0, models.Date{}, "不同意") }, models.Conflict)

		// the ladder begins anew, against the new day
		before := len(w.chasesOf(it))
		for d := day("2020-10-19"); !d.After(day("2020-11-06")); d = d.AddDays(1) {
			w.remindOn(d.String())
		}
		if got := strings.Join(w.chasesOf(it)[before:], ", "); got != "gaj-contact due-7 2020-11-05, gaj-contact due-3 2020-11-05, "+
			"gaj-contact due-1 2020-11-05, gaj-contact due-0 2020-11-05, gaj-contact overdue-1 2020-11-05" {
			t.Errorf("after: %s", got)
		}

		// appraisal looks at the first day
		w.now = at("2020-11-06 10:00")
		w.must("submit", w.Submit(ctx, contact, it.ID, 0, full(), nil, "https://example.cn/"))
		if w.read(it.ID).OnTime() {
			t.Error("handed in after the printed day and on time")
		}
	})
}

// TestExtensionTooLate: the day after the due day it is too late, except for
// what was past when it was given out.
func TestExtensionTooLate(t *testing.T) {
	db, raw := openSQLite(t)
	ctx := t.Context()
	w := newWorld(t, db, raw)
	contact := w.who("gaj-contact")
	it := w.duty("gaj", models.StateActive, "2020-10-15")
	w.now = at("2020-10-16 00:00")
	w.refused("the day after", func() error { return w.AskExtension(ctx, contact, it.ID, day("2020-11-10"), "来不及") }, models.Conflict, "err.extend_late")

	none := w.duty("gaj", models.StateActive, "")
	w.refused("no date to move", func() error { return w.AskExtension(ctx, contact, none.ID, day("2020-11-10"), "来不及") }, models.Conflict, "err.extend_no_date")
	back := w.duty("gaj", models.StateReturned, "2020-10-30")
	w.refused("returned", func() error { return w.AskExtension(ctx, contact, back.ID, day("2020-11-10"), "来不及") }, models.Conflict, "err.extend_no_date")

	past := w.duty("gaj", models.StateActive, "2020-08-31")
	w.refused("a past day for what is past", func() error { return w.AskExtension(ctx, contact, past.ID, day("2020-09-30"), "来不及") }, models.Invalid, "to:err.extend_not_later")
	w.must("past at issue", w.AskExtension(ctx, contact, past.ID, day("2020-11-10"), "下发时已过期"))
	es, err := db.Extensions(ctx, everything, past.ID)
	w.must("read", err)
	w.must("grant", w.DecideExtension(ctx, w.who("lead"), es[0].ID, 1, day("2020-11-10"), ""))
	if got := w.read(past.ID); got.PastAtIssue() || got.Overdue(day("2020-11-10")) || !got.Overdue(day("2020-11-11")) || !got.OnTime() {
		t.Errorf("an ordinary duty from here on: %+v", got.Assignment)
	}
}

// TestExtensionRefused: a refusal needs an answer, which the unit reads, and
// the unit may ask again.
func TestExtensionRefused(t *testing.T) {
	db, raw := openSQLite(t)
	ctx := t.Context()
	w := newWorld(t, db, raw)
	contact, lead := w.who("gaj-contact"), w.who("lead")
	it := w.duty("gaj", models.StateUnack, "2020-10-30")
	w.must("ask, not signed for yet", w.AskExtension(ctx, contact, it.ID, day("2020-11-30"), "来不及"))
	es, err := db.Extensions(ctx, everything, it.ID)
	w.must("read", err)
	w.refused("without an answer", func() error { return w.DecideExtension(ctx, lead, es[0].ID, 1, models.Date{}, " ") }, models.Invalid, "answer:err.reason_needed")
	m := w.mark()
	w.must("refuse", w.DecideExtension(ctx, lead, es[0].ID, 1, models.Date{}, "省级要求不变"))
	m.wantLog("decide_ext unack>unack by lead")
	m.wantTold("gaj-contact refused", "gaj-contact")
	if mail := w.queued("gaj-contact", models.MessageQueued); len(mail) != 1 || !strings.Contains(mail[0].Text, "省级要求不变") {
		t.Errorf("the mail does not give the answer: %+v", mail)
	}
	if got := w.read(it.ID); got.EffectiveOn != day("2020-10-30") {
		t.Errorf("refused, and moved to %s", got.EffectiveOn)
	}
	w.must("ask again", w.AskExtension(ctx, contact, it.ID, day("2020-11-10"), "缩短至10日"))
	es, err = db.Extensions(ctx, everything, it.ID)
	if err != nil || len(es) != 2 || es[0].Number != 2 || es[0].State != models.ExtensionOpen || es[1].State != models.ExtensionRefused || es[1].Answer != "省级要求不变" {
		t.Errorf("requests %+v, %v", es, err)
	}
	// what was handed in meanwhile is not decided on any more
	w.must("sign", w.Sign(ctx, contact, it.ID, 0))
	w.must("submit", w.Submit(ctx, contact, it.ID, 0, full(), nil, "https://example.cn/"))
	w.refused("grant after the hand-in", func() error { return w.DecideExtension(ctx, lead, es[0].ID, 0, day("2020-11-10"), "") }, models.Conflict, "err.state")
	w.refused("refuse after the hand-in", func() error { return w.DecideExtension(ctx, lead, es[0].ID, 0, models.Date{}, "不必") }, models.Conflict, "err.state")
	if open, err := db.OpenExtensions(ctx, everything, w.plan.ID); err != nil || len(open) != 0 {
		t.Errorf("the lead office is shown %v, %v", open, err)
	}
}

// TestExtensionOnce: of ten that ask at once, one request stands; of ten that
// decide at once, one decision.
func TestExtensionOnce(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		w := newWorld(t, db, raw)
		contact, lead := w.who("gaj-contact"), w.who("lead")
		it := w.duty("gaj", models.StateActive, "2020-10-30")
		atOnce := func(what string, fn func() error) {
			t.Helper()
			errs := make([]error, 10)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() { errs[i] = fn() })
			}
			wg.Wait()
			won := 0
			for _, err := range errs {
				switch {
				case err == nil:
					won++
				case models.CodeOf(err) != models.Conflict:
					t.Errorf("%s, a loser: %v", what, err)
				}
			}
			if won != 1 {
				t.Errorf("%s: %d won", what, won)
			}
		}
		m := w.mark()
		atOnce("ask", func() error {
			return w.AskExtension(context.Background(), contact, it.ID, day("2020-11-30"), "来不及")
		})
		m.wantTold("lead ext-asked", "lead")
		es, err := db.Extensions(t.Context(), everything, it.ID)
		if err != nil || len(es) != 1 {
			t.Fatalf("%d requests, %v", len(es), err)
		}
		m = w.mark()
		atOnce("decide", func() error { return w.DecideExtension(context.Background(), lead, es[0].ID, 0, day("2020-11-30"), "") })
		m.wantTold("gaj-contact extended", "gaj-contact")
	})
}
