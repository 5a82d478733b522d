package jobs_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"duban/app"
	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// rows counts the rows of every table of a SQLite file.
func rows(t *testing.T, path string) map[string]int {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tables, err := db.Query(`SELECT name FROM sqlite_master WHERE type = 'table'`)
	if err != nil {
		t.Fatal(err)
	}
	defer tables.Close()
	var names []string
	for tables.Next() {
		var n string
		if err := tables.Scan(&n); err != nil {
			t.Fatal(err)
		}
		names = append(names, n)
	}
	if err := tables.Err(); err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, n := range names {
		var c int
		if err := db.QueryRow(`SELECT COUNT(*) FROM "` + n + `"`).Scan(&c); err != nil {
			t.Fatal(err)
		}
		out[n] = c
	}
	return out
}

// TestDryRun holds that looking at what would be told stores nothing, and that
// the run then queues exactly that: the same people, notices and bytes.
func TestDryRun(t *testing.T) {
	path := storetest.SQLiteFile(t)
	db := storetest.Open(t, store.Options{Database: path})
	o := newOffice(t, db)
	a, ctx := o.apps[0], t.Context()
	kinds := map[string]func(context.Context, models.Date, bool) (app.Report, error){
		"remind": a.Remind, "escalate": a.Escalate, "digest": a.SendDigests,
	}
	mails := map[string]int{}
	for _, d := range []string{"2020-09-22", "2020-09-25", "2020-09-30", "2020-10-03", "2020-10-12", "2020-10-19", "2020-10-26"} {
		o.now = at(d + " 09:00")
		for _, name := range []string{"remind", "escalate", "digest"} {
			run, today := kinds[name], day(d)
			before, known := rows(t, path), allMessages(t, db)
			dry, err := run(ctx, today, true)
			o.must(err)
			var asRows []models.Message
			if name == "digest" {
				asRows, err = a.DigestMessages(ctx, today)
				o.must(err)
			}
			if after := rows(t, path); !maps.Equal(before, after) {
				t.Errorf("%s %s: a dry run stored something: %v, before %v", d, name, after, before)
			}
			wet, err := run(ctx, today, false)
			o.must(err)
			if len(wet.Planned) != 0 || dry.Looked != wet.Looked || dry.Notices != wet.Notices || dry.Mails != wet.Mails || dry.Skipped != wet.Skipped {
				t.Errorf("%s %s: dry %v, then %v", d, name, dry, wet)
			}
			queued := map[models.UserID]models.Message{}
			for id, m := range allMessages(t, db) {
				if _, old := known[id]; !old {
					queued[m.UserID] = m
				}
			}
			if len(queued) != len(dry.Planned) || len(queued) != wet.Mails {
				t.Errorf("%s %s: %d mails queued, %d planned, %d reported", d, name, len(queued), len(dry.Planned), wet.Mails)
			}
			for _, p := range dry.Planned {
				m := queued[p.To.ID]
				if m.Subject != p.Subject || m.Text != p.Text || m.HTML != p.HTML || m.ToAddress != p.To.Email || m.Subject == "" {
					t.Errorf("%s %s: to %s was queued %q, planned %q", d, name, p.To.Login, m.Subject, p.Subject)
				}
				ns, err := db.NoticesIn(ctx, m.ID)
				o.must(err)
				if got, want := keysOf(ns), keysOf(p.Notices); !slices.Equal(got, want) {
					t.Errorf("%s %s: to %s were told %v, planned %v", d, name, p.To.Login, got, want)
				}
			}
			for _, want := range asRows {
				if got := queued[want.UserID]; len(queued) > 0 && (got.Key != want.Key || got.Subject != want.Subject || got.Text != want.Text || got.HTML != want.HTML ||
					got.MIMEID != want.MIMEID || got.ToAddress != want.ToAddress) {
					t.Errorf("%s: the digest to %s was shown as %q and queued as %q", d, want.ToName, want.Subject, got.Subject)
				}
			}
			again, err := run(ctx, today, true)
			o.must(err)
			if len(again.Planned) != 0 {
				t.Errorf("%s %s: %d mails are planned again after the run", d, name, len(again.Planned))
			}
			mails[name] += len(dry.Planned)
		}
	}
	t.Log("mails planned and queued alike:", mails)
	for name := range kinds {
		if mails[name] < 10 {
			t.Errorf("only %d mails by %s", mails[name], name)
		}
	}
}

func keysOf(ns []models.Notice) (out []string) {
	for _, n := range ns {
		out = append(out, n.Key)
	}
	slices.Sort(out)
	return out
}

func allMessages(t *testing.T, db *store.DB) map[models.MessageID]models.Message {
	t.Helper()
	list, err := db.Messages(t.Context(), store.MessageFilter{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[models.MessageID]models.Message{}
	for _, m := range list {
		if out[m.ID], err = db.Message(t.Context(), m.ID); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestCatchUp holds what is told after 1, 9 and 60 days without the program:
// what stands on the first working day, once; nothing before it, and nothing
// of what was overtaken. The second and third return fall on days off.
func TestCatchUp(t *testing.T) {
	for _, down := range []int{1, 9, 60} {
		t.Run(fmt.Sprintf("%d days", down), func(t *testing.T) {
			o := newOffice(t, storetest.OpenSQLite(t))
			m := newModel(o)
			hour := func(now time.Time) {
				o.now = now
				m.tick(now)
				o.runners[0].RunDue(t.Context())
			}
			for h := 8; h < 18; h++ {
				hour(at("2020-09-21 00:15").Add(time.Duration(h) * time.Hour))
				hour(at("2020-09-22 00:15").Add(time.Duration(h) * time.Hour))
			}
			before, mails := len(reminders(t, o)), len(o.box.sent)
			back := day("2020-09-22").AddDays(1 + down)
			first := back
			for ; !works(first); first = first.AddDays(1) {
				for h := 8; h < 18; h++ {
					hour(first.Time(storetest.Zone).Add(time.Duration(h)*time.Hour + 5*time.Minute))
				}
				if n := len(o.box.sent) - mails; n != 0 {
					t.Fatalf("%d mails on %s, a day off", n, first)
				}
			}
			for h := 8; h < 18; h++ {
				hour(first.Time(storetest.Zone).Add(time.Duration(h)*time.Hour + 5*time.Minute))
			}
			es := verifyTold(t, o, m)
			msgs, err := o.db.Messages(t.Context(), store.MessageFilter{})
			o.must(err)
			verifyDigests(t, o, m, msgs)
			per := map[string]int{}
			for _, s := range o.box.sent[mails:] {
				kind := "chase"
				if s.m.Kind == models.NoticeDigest {
					kind = "digest"
				}
				per[kind+" "+o.logins[s.m.UserID]]++
			}
			for who, n := range per {
				if n > 1 { // contact: remind; leader and lead office: escalate
					t.Errorf("%d mails on the first day back: %s", n, who)
				}
			}
			t.Logf("back on %s, first working day %s: %d reminders in %d mails to %d people", back, first, len(es)-before, len(o.box.sent)-mails, len(per))
			if len(es) == before {
				t.Error("nothing was caught up")
			}
		})
	}
}

// TestDelayedMail holds that mails which waited for the mail server leave to
// those only who may still read them, reminders only of what is still open, and
// that whoever is left alone gets his digest as before.
func TestDelayedMail(t *testing.T) {
	o := newOffice(t, storetest.OpenSQLite(t))
	ctx, a := t.Context(), o.apps[0]
	o.now = at("2020-10-12 09:00")
	o.box.down = func(now time.Time) bool { return now.Before(at("2020-10-12 12:00")) }
	o.runners[0].RunDue(ctx)
	o.now = at("2020-10-12 10:00")
	move := func(login string, role models.Role, unit string) {
		u, err := o.db.User(ctx, o.byLogin[login].ID)
		o.must(err)
		u.Role, u.UnitID = role, o.units[unit].ID
		o.must(a.UpdateUser(ctx, o.actor("admin"), u))
	}
	move("dw1-contact", models.RoleContact, "dw2")
	move("dw3-contact", models.RoleAdmin, "")
	move("dw0-leader", models.RoleContact, "dw5") // from the lead office to a unit
	for _, name := range slices.Sorted(maps.Keys(o.duties)) {
		if strings.HasSuffix(name, " dw4") {
			o.handIn(name, "dw4-contact")
		}
	}
	o.handIn("m6 dw7", "dw7-contact")
	o.now = at("2020-10-12 12:05")
	o.runners[0].RunDue(ctx)
	digests, chases := map[string]int{}, map[string]int{}
	for _, s := range o.box.sent {
		who := o.logins[s.m.UserID]
		u, err := o.db.User(ctx, s.m.UserID)
		o.must(err)
		for link := range s.links {
			if u.Role != models.RoleLead && !strings.HasSuffix(link, " "+o.codes[u.UnitID]) {
				t.Errorf("a mail (%s) to %s, who is now %s of %q, speaks of %s", s.m.Kind, who, u.Role, o.codes[u.UnitID], link)
			}
			if s.m.Kind.Chasing() && (strings.HasSuffix(link, " dw4") || link == "m6 dw7") {
				t.Errorf("a mail (%s) to %s speaks of %s, which was handed in before it left", s.m.Kind, who, link)
			}
		}
		switch {
		case s.m.Kind == models.NoticeDigest:
			digests[who]++
		case s.m.Kind.Chasing():
			chases[who]++
		}
		if who == "dw0-leader" && s.m.Kind == models.NoticeDigest && strings.Contains(s.m.Text, "示例方案") {
			t.Error("the lead office's digest left to one who is of it no longer")
		}
	}
	for who, want := range map[string]int{"dw0-contact": 1, "dw2-contact": 1, "dw3-contact": 0, "dw7-contact": 1} {
		if digests[who] != want {
			t.Errorf("%d digests left to %s, want %d", digests[who], who, want)
		}
	}
	if chases["dw7-contact"] != 1 || chases["dw4-contact"] != 0 || chases["dw4-leader"] != 0 || chases["dw3-contact"] != 0 {
		t.Errorf("reminders left: %v", chases)
	}
	n, err := o.db.CountMessages(ctx)
	if err != nil || n[models.MessageQueued]+n[models.MessageSending] != 0 {
		t.Errorf("%v, %v", n, err)
	}
	t.Log(n, "digests", digests, "reminders", chases)
}

// TestRunOnce holds that a slot's work is done once however many try, is tried
// three times when it fails, and is taken over from a runner that died.
func TestRunOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		now := at("2020-10-13 09:00")
		a := newApp(t, db, &now)
		ctx := t.Context()

		t.Run("once", func(t *testing.T) {
			for slot := range 20 {
				var worked, ran atomic.Int32
				var wg sync.WaitGroup
				for range 2 {
					wg.Go(func() {
						mine, err := a.RunOnce(ctx, "once", fmt.Sprint(slot), func(context.Context) (string, error) {
							worked.Add(1)
							return "done", nil
						})
						if err != nil {
							t.Error(err)
						}
						if mine {
							ran.Add(1)
						}
					})
				}
				wg.Wait()
				if worked.Load() != 1 || ran.Load() != 1 {
					t.Errorf("slot %d: worked %d times, %d say that they did", slot, worked.Load(), ran.Load())
				}
			}
		})

		t.Run("failing", func(t *testing.T) {
			broken, worked := errors.New("broken"), 0
			fails := func(context.Context) (string, error) { worked++; return "", broken }
			for i := range 6 {
				now = now.Add(20 * time.Minute)
				ran, err := a.RunOnce(ctx, "failing", "s", fails)
				if i < 3 != ran || i < 3 != errors.Is(err, broken) {
					t.Errorf("try %d: ran %v, %v", i+1, ran, err)
				}
			}
			run, err := db.Run(ctx, "failing", "s")
			if err != nil || worked != 3 || run.State != models.RunFailed || run.Tries != 3 || run.Error != "broken" || run.FinishedAt == nil {
				t.Errorf("worked %d times: %+v, %v", worked, run, err)
			}
		})

		t.Run("mended", func(t *testing.T) {
			worked := 0
			work := func(context.Context) (string, error) {
				if worked++; worked == 1 {
					return "", errors.New("broken")
				}
				return "fine", nil
			}
			for range 4 {
				a.RunOnce(ctx, "mended", "s", work) //nolint:errcheck // the first fails, as it should
			}
			run, err := db.Run(ctx, "mended", "s")
			if err != nil || worked != 2 || run.State != models.RunOK || run.Tries != 2 || run.Result != "fine" || run.Error != "" {
				t.Errorf("worked %d times: %+v, %v", worked, run, err)
			}
		})

		t.Run("stale", func(t *testing.T) {
			start := now.UTC()
			storetest.Write(t, db, func(tx *store.Tx) error { // a runner claims, and dies
				ok, err := tx.ClaimRun(ctx, &models.JobRun{Name: "stale", Slot: "s", State: models.RunRunning, StartedAt: start, Tries: 1}, start.Add(-time.Hour), 3)
				if !ok {
					t.Error("not claimed")
				}
				return err
			})
			worked := 0
			work := func(context.Context) (string, error) { worked++; return "taken over", nil }
			for _, x := range []struct {
				after time.Duration
				want  int
			}{{time.Second, 0}, {9*time.Minute + 59*time.Second, 0}, {10*time.Minute + time.Second, 1}, {time.Hour, 1}} {
				now = start.Add(x.after)
				if _, err := a.RunOnce(ctx, "stale", "s", work); err != nil {
					t.Fatal(err)
				}
				if worked != x.want {
					t.Errorf("after %s: worked %d times, want %d", x.after, worked, x.want)
				}
			}
			run, err := db.Run(ctx, "stale", "s")
			if err != nil || run.State != models.RunOK || run.Tries != 2 || run.Result != "taken over" {
				t.Errorf("%+v, %v", run, err)
			}
		})
	})
}

// TestRemindAsksLittle holds that a run with nothing new to tell asks the
// database the same few questions for 60 assignments and for 420. Keys are
// looked up 500 at a time: one more question for each 500 things told already.
func TestRemindAsksLittle(t *testing.T) {
	var asked atomic.Int32
	db := storetest.Open(t, store.Options{Database: storetest.SQLiteFile(t),
		OnQuery: func(string, int64, time.Duration, error) { asked.Add(1) }})
	o := newOffice(t, db)
	a, today := o.apps[0], day("2020-10-19")
	var looked []int
	var counts [][2]int32
	var told [2]int
	for _, plans := range []int{1, 7} {
		o.now = issuedAt
		for len(looked) == 1 && plans > 1 {
			o.importPlan(fmt.Sprintf("more-%d", plans))
			plans--
		}
		o.now = at("2020-10-19 09:00")
		var n [2]int32
		for i, run := range []func(context.Context, models.Date, bool) (app.Report, error){a.Remind, a.Escalate} {
			rep, err := run(t.Context(), today, false)
			if err != nil || rep.Notices == 0 {
				t.Fatalf("the first run: %v, %v", rep, err)
			}
			told[i] += rep.Notices
			asked.Store(0)
			rep, err = run(t.Context(), today, false)
			if err != nil || rep.Notices != 0 {
				t.Fatalf("the second run: %v, %v", rep, err)
			}
			n[i] = asked.Load()
			if i == 0 {
				looked = append(looked, rep.Looked)
			}
		}
		counts = append(counts, n)
	}
	t.Logf("open assignments looked at %v, questions (remind, escalate) %v", looked, counts)
	for i := range told {
		if want := counts[0][i] + int32(told[i]/500); looked[1] != 7*looked[0] || counts[0][i] == 0 || counts[1][i] > want {
			t.Errorf("questions grow with the open assignments: %v for %v, %d told", counts, looked, told[i])
		}
	}
}
