package jobs_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// tick is one moment at which runners wake up: one, or two at the same time.
type tick struct {
	at      time.Time
	runners []int
}

// event is something that people do in these weeks, to the program and to the
// model alike.
type event struct {
	at string
	do func(o *office, m *model)
}

func handIn(name, by string) func(*office, *model) {
	return func(o *office, m *model) {
		o.handIn(name, by)
		m.set(name, o.now, false)
	}
}

// giveBack returns what was handed in, or reopens what was done.
func giveBack(name, by string, reopen bool) func(*office, *model) {
	return func(o *office, m *model) {
		if reopen {
			o.must(o.apps[0].Reopen(o.t.Context(), o.actor("dw0-contact"), o.duties[name], 0, "抽查不实", day(by)))
		} else {
			o.must(o.apps[0].Return(o.t.Context(), o.actor("dw0-contact"), o.duties[name], 0, "evidence", "请补充", day(by)))
		}
		m.set(name, o.now, true)
		m.duties[name].ref, m.duties[name].past = day(by), false
	}
}

func ask(name, by, to string) func(*office, *model) {
	return func(o *office, _ *model) {
		o.must(o.apps[0].AskExtension(o.t.Context(), o.actor(by), o.duties[name], day(to), "接口未开放"))
	}
}

func grant(name, to string) func(*office, *model) {
	return func(o *office, m *model) {
		ctx := o.t.Context()
		es, err := o.db.Extensions(ctx, models.Scope{All: true}, o.duties[name])
		o.must(err)
		o.must(o.apps[0].DecideExtension(ctx, o.actor("dw0-contact"), es[0].ID, 0, day(to), ""))
		m.duties[name].ref, m.duties[name].past = day(to), false
	}
}

func disable(login string, off bool) func(*office, *model) {
	return func(o *office, m *model) {
		o.must(o.apps[0].DisableUser(o.t.Context(), o.actor("admin"), o.byLogin[login].ID, off))
		unit, _, _ := strings.Cut(login, "-")
		m.units[unit].contact = ""
		if !off {
			m.units[unit].contact = login
		}
	}
}

var events = []event{
	{"2020-09-21 15:30", func(o *office, _ *model) {
		for _, unit := range []string{"dw1", "dw2", "dw3", "dw4", "dw5", "dw6", "dw7", "dw8"} { // the others never sign
			_, err := o.apps[0].SignAll(o.t.Context(), o.actor(unit+"-contact"), 0)
			o.must(err)
		}
	}},
	{"2020-09-22 10:10", ask("m1 dw10", "dw10-contact", "2020-10-20")},
	{"2020-09-23 10:10", grant("m1 dw10", "2020-10-20")},
	{"2020-09-24 10:40", handIn("m2 dw1", "dw1-contact")},
	{"2020-09-25 16:20", func(o *office, _ *model) {
		o.must(o.apps[0].Approve(o.t.Context(), o.actor("dw0-contact"), o.duties["m2 dw1"], 0, ""))
	}},
	{"2020-09-27 10:10", ask("m4 dw3", "dw3-contact", "2020-10-12")},
	{"2020-09-28 11:20", handIn("m3 dw2", "dw2-contact")},
	{"2020-09-28 17:10", grant("m4 dw3", "2020-10-12")},
	{"2020-09-29 09:50", giveBack("m3 dw2", "2020-10-09", false)},
	{"2020-09-30 16:30", handIn("m5 dw4", "dw4-contact")},
	{"2020-10-03 12:00", handIn("m6 dw5", "dw5-contact")},
	{"2020-10-09 10:00", func(o *office, _ *model) {
		o.must(o.apps[0].Approve(o.t.Context(), o.actor("dw0-contact"), o.duties["m5 dw4"], 0, ""))
	}},
	{"2020-10-09 14:10", handIn("m3 dw2", "dw2-contact")},
	{"2020-10-10 15:00", giveBack("m6 dw5", "2020-10-14", false)},
	{"2020-10-12 10:00", func(o *office, _ *model) {
		o.must(o.apps[0].Close(o.t.Context(), o.actor("dw0-contact"), o.duties["m5 dw4"], 0))
	}},
	{"2020-10-12 11:30", disable("dw5-contact", true)},
	{"2020-10-13 10:30", func(o *office, m *model) {
		var u models.User
		storetest.Write(o.t, o.db, func(tx *store.Tx) (err error) {
			u, err = o.person(tx, "dw6-successor", models.RoleContact, o.units["dw6"].ID)
			return err
		})
		o.must(o.apps[0].SetPost(o.t.Context(), o.actor("admin"), o.units["dw6"].ID, 0, models.PostContact, u.ID))
		m.units["dw6"].contact = u.Login
	}},
	// During the outage of the mail server, with reminders waiting:
	{"2020-10-15 15:00", handIn("m8 dw7", "dw7-contact")},
	{"2020-10-15 15:10", handIn("m8 dw9", "dw9-contact")},
	{"2020-10-15 16:00", disable("dw3-contact", true)},
	{"2020-10-20 11:00", func(o *office, m *model) {
		o.must(o.apps[0].Withdraw(o.t.Context(), o.actor("dw0-contact"), o.duties["m9 dw8"], 0, "方案调整"))
		m.set("m9 dw8", o.now, false)
	}},
	{"2020-10-21 09:05", giveBack("m2 dw1", "2020-10-26", true)},
	{"2020-10-22 14:00", disable("dw5-contact", false)},
}

// outage is when the mail server takes nothing.
func outage(t time.Time) bool {
	return !t.Before(at("2020-10-15 00:00")) && t.Before(at("2020-10-16 12:00"))
}

var (
	firstTick = at("2020-09-21 08:00")
	lastDay   = day("2020-10-30")
)

// live plays the weeks: events at their times, ticks at theirs.
func live(o *office, m *model, ticks []tick) {
	o.box.down = outage
	next := 0
	for _, k := range ticks {
		for next < len(events) && !at(events[next].at).After(k.at) {
			o.now = at(events[next].at)
			events[next].do(o, m)
			next++
		}
		o.now = k.at
		m.tick(k.at)
		var wg sync.WaitGroup
		for _, r := range k.runners {
			wg.Go(func() { o.runners[r].RunDue(o.t.Context()) })
		}
		wg.Wait()
	}
	if next < len(events) {
		o.t.Fatalf("%d events were not played", len(events)-next)
	}
}

// hourly wakes runner 0 every hour of every day that skip leaves.
func hourly(skip func(models.Date) bool) (out []tick) {
	for t := firstTick; !models.DateIn(t, storetest.Zone).After(lastDay); t = t.Add(time.Hour) {
		if h := t.Hour(); h >= 7 && h <= 19 && !skip(models.DateIn(t, storetest.Zone)) {
			out = append(out, tick{t, []int{0}})
		}
	}
	return out
}

// random wakes one of two runners at some minute of most hours of most days,
// sometimes both at once. The day on which the mail server is down and the last
// two days are never skipped, so that what hangs on them is seen.
func random(seed uint64) (out []tick, hours, days int) {
	r := rand.New(rand.NewPCG(seed, 1))
	off := false
	for t := firstTick; !models.DateIn(t, storetest.Zone).After(lastDay); t = t.Add(time.Hour) {
		d := models.DateIn(t, storetest.Zone)
		if t.Hour() == 0 || t.Equal(firstTick) {
			off = r.Float64() < 0.25 && d != day("2020-10-15") && d.Before(lastDay.AddDays(-1))
			if off {
				days++
			}
		}
		if off || t.Hour() < 6 || t.Hour() > 20 {
			continue
		}
		last := d == lastDay && t.Hour() == 20
		if r.Float64() < 0.4 && !last {
			hours++
			continue
		}
		k := tick{t.Add(time.Duration(r.IntN(60)) * time.Minute), []int{len(out) % 2}}
		if r.Float64() < 0.25 {
			k.runners = []int{0, 1}
		}
		out = append(out, k)
	}
	return out, hours, days
}

// TestFiveWeeks holds the jobs against the model through five weeks in which
// hours and whole days are missed, two machines share the work, the mail server
// is down for a day and a half, and people come and go.
func TestFiveWeeks(t *testing.T) {
	run := func(t *testing.T, seed uint64, dbs ...*store.DB) {
		ticks, hours, days := random(seed)
		o := newOffice(t, dbs...)
		m := newModel(o)
		live(o, m, ticks)
		t.Logf("seed %d: %d wake-ups, %d hours and %d whole days skipped", seed, len(ticks), hours, days)
		verify(t, o, m)
	}
	t.Run("sqlite", func(t *testing.T) {
		for seed := range uint64(3) {
			db := storetest.OpenSQLite(t)
			run(t, seed, db, db)
		}
	})
	t.Run("postgres", func(t *testing.T) {
		for seed := uint64(10); seed < 12; seed++ {
			dsn := storetest.Postgres(t)
			one := storetest.Open(t, store.Options{Database: dsn})
			if _, err := one.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			run(t, seed, one, storetest.Open(t, store.Options{Database: dsn}))
		}
	})
}

// TestSkippedDays compares five weeks without a gap with the same weeks in
// which whole days were missed: on a day that ran, everything is told that
// the unbroken run tells, and where the working day before ran too, nothing
// else.
func TestSkippedDays(t *testing.T) {
	all := newOffice(t, storetest.OpenSQLite(t))
	m := newModel(all)
	live(all, m, hourly(func(models.Date) bool { return false }))
	verify(t, all, m)

	r := rand.New(rand.NewPCG(7, 7))
	skipped := map[models.Date]bool{}
	for d := day("2020-09-21"); d.Before(lastDay); d = d.AddDays(1) {
		skipped[d] = r.Float64() < 0.3
	}
	some := newOffice(t, storetest.OpenSQLite(t))
	m = newModel(some)
	live(some, m, hourly(func(d models.Date) bool { return skipped[d] }))
	verify(t, some, m)

	want, got := byDay(reminders(t, all)), byDay(reminders(t, some))
	compared, exact := 0, 0
	before := false
	for d := day("2020-09-21"); !d.After(lastDay); d = d.AddDays(1) {
		if !works(d) {
			if len(want[d])+len(got[d]) > 0 {
				t.Errorf("%s: told on a day off: %v %v", d, want[d], got[d])
			}
			continue
		}
		if !skipped[d] {
			compared++
			for _, k := range want[d] {
				if !slices.Contains(got[d], k) {
					t.Errorf("%s: missing after skipped days: %s", d, k)
				}
			}
			if before {
				exact++
				if !slices.Equal(want[d], got[d]) {
					t.Errorf("%s: told %d things, want %d", d, len(got[d]), len(want[d]))
				}
			}
		}
		before = !skipped[d]
	}
	t.Logf("%d days compared, %d of them exactly", compared, exact)
	if compared < 10 || exact < 5 {
		t.Error("too few days to mean anything")
	}
}

func byDay(es []entry) map[models.Date][]string {
	out := map[models.Date][]string{}
	for _, e := range es {
		out[e.day] = append(out[e.day], e.key)
	}
	for _, l := range out {
		slices.Sort(l)
	}
	return out
}

// notices returns everything told to anybody.
func notices(t *testing.T, o *office) (out []models.Notice) {
	t.Helper()
	for id := range o.logins {
		ns, err := o.db.NoticesOf(t.Context(), id, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, ns...)
	}
	return out
}

// reminders returns what the two jobs told, in the words of the model.
func reminders(t *testing.T, o *office) (out []entry) {
	t.Helper()
	for _, n := range notices(t, o) {
		switch n.Kind {
		case "due-7", "due-3", "due-1", "due-0", "overdue-1", "overdue-3", "overdue-7", "weekly", "past", "no-contact":
		default:
			continue
		}
		what, ref := o.names[n.AssignmentID], n.RefOn.String()
		if n.Kind == models.NoticeNoContact {
			what, ref = o.codes[n.UnitID], ""
		}
		k := strings.Join([]string{o.logins[n.UserID], string(n.Kind), what, ref, n.Key[strings.LastIndex(n.Key, ":")+1:]}, "|")
		out = append(out, entry{k, models.DateIn(n.CreatedAt, storetest.Zone)})
	}
	return out
}
