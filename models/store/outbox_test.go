package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

func TestNotices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		contact, leader := o.User("gaj-contact").ID, o.User("gaj-leader").ID
		notice := func(n int, user models.UserID) models.Notice {
			v := filled[models.Notice](n)
			v.UserID, v.MessageID, v.ReadAt = user, 0, nil
			return v
		}
		insert := func(ns ...models.Notice) (fresh []models.Notice) {
			t.Helper()
			write(t, db, func(tx *store.Tx) (err error) { fresh, err = tx.InsertNotices(ctx, ns); return err })
			return fresh
		}
		first := insert(notice(1, contact), notice(2, contact))
		if len(first) != 2 || first[0].ID == 0 || first[0].ID == first[1].ID {
			t.Fatalf("stored %+v", first)
		}
		// Telling it again, in the same run or a later one, tells only what is new.
		again := insert(notice(1, contact), notice(3, leader), notice(2, contact), notice(3, leader))
		if len(again) != 1 || again[0].Key != notice(3, leader).Key || again[0].ID == 0 {
			t.Errorf("told again: %+v", again)
		}
		if none := insert(); len(none) != 0 {
			t.Errorf("nothing gives %v", none)
		}
		same(t, "newest first", must(db.NoticesOf(ctx, contact, 10))(t), []models.Notice{first[1], first[0]})
		same(t, "the latest", must(db.NoticesOf(ctx, contact, 1))(t), first[1:])

		var keys []string
		for n := range 1200 { // more than one query's worth
			keys = append(keys, notice(n+2, contact).Key)
		}
		same(t, "known", must(db.KnownNotices(ctx, keys))(t), map[string]bool{first[1].Key: true, again[0].Key: true})
		same(t, "known of none", must(db.KnownNotices(ctx, nil))(t), map[string]bool{})

		if n := must(db.CountUnread(ctx, contact))(t); n != 2 {
			t.Errorf("%d unread", n)
		}
		write(t, db, func(tx *store.Tx) error { return tx.MarkNoticesRead(ctx, contact, first[0].ID, storetest.Now) })
		write(t, db, func(tx *store.Tx) error {
			return tx.MarkNoticesRead(ctx, contact, first[0].ID, storetest.Now.Add(time.Hour))
		})
		now := storetest.Now
		first[0].ReadAt = &now
		same(t, "read once", must(db.NoticesOf(ctx, contact, 10))(t), []models.Notice{first[1], first[0]})
		if a, b := must(db.CountUnread(ctx, contact))(t), must(db.CountUnread(ctx, leader))(t); a != 1 || b != 1 {
			t.Errorf("unread: %d and %d", a, b)
		}

		write(t, db, func(tx *store.Tx) error {
			if err := tx.LinkNotices(ctx, nil, 6); err != nil {
				return err
			}
			return tx.LinkNotices(ctx, []models.NoticeID{first[0].ID, again[0].ID}, 5)
		})
		first[0].MessageID, again[0].MessageID = 5, 5
		same(t, "in one message", must(db.NoticesIn(ctx, 5))(t), []models.Notice{first[0], again[0]})
		if none := must(db.NoticesIn(ctx, 6))(t); len(none) != 0 {
			t.Errorf("in another: %v", none)
		}
	})
}

func TestNudgeOnceADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		nudge := func(ref, unit string, d models.Date) (fresh bool) {
			t.Helper()
			write(t, db, func(tx *store.Tx) (err error) {
				fresh, err = tx.InsertNudge(ctx, o.Assignment(ref, unit).ID, d, o.User("lead").ID, storetest.Now)
				return err
			})
			return fresh
		}
		if !nudge("m1", "gaj", today) || nudge("m1", "gaj", today) {
			t.Error("want the first nudge of the day and not the second")
		}
		if !nudge("m1", "gaj", today.AddDays(1)) || !nudge("m2", "renmin", today) {
			t.Error("another day and another assignment are free")
		}
	})
}

// queue stores n messages that are due, and returns them.
func queue(t testing.TB, db *store.DB, o *storetest.Office, n int) []models.Message {
	t.Helper()
	ctx := t.Context()
	var out []models.Message
	write(t, db, func(tx *store.Tx) error {
		for i := range n {
			m := filled[models.Message](i)
			m.UserID, m.State, m.Tries, m.LeaseTill, m.SentAt = o.User("lead").ID, models.MessageQueued, 0, nil, nil
			m.NotBefore = storetest.Now.Add(time.Duration(i-n) * time.Minute)
			fresh, err := tx.InsertMessage(ctx, &m)
			if err != nil {
				return err
			}
			if !fresh || m.ID == 0 {
				t.Errorf("message %d: fresh %v, id %d", i, fresh, m.ID)
			}
			out = append(out, m)
		}
		return nil
	})
	return out
}

func claim(t testing.TB, db *store.DB, now, lease time.Time) (m models.Message, err error) {
	err = db.Tx(t.Context(), func(tx *store.Tx) error {
		m, err = tx.ClaimMessage(t.Context(), now, lease)
		return err
	})
	return m, err
}

func TestMessages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, now := t.Context(), storetest.Now
		o := storetest.Seed(t, db)
		ms := queue(t, db, o, 3)
		same(t, "message", must(db.Message(ctx, ms[0].ID))(t), ms[0])
		if _, err := db.Message(ctx, nobody); models.CodeOf(err) != models.NotFound {
			t.Errorf("unknown message: %v", err)
		}
		same(t, "known", must(db.KnownMessages(ctx, []string{"another", ms[0].Key}))(t), map[string]bool{ms[0].Key: true})
		write(t, db, func(tx *store.Tx) error { // the same key again
			twin := ms[0]
			twin.ID, twin.MIMEID = 0, "another"
			fresh, err := tx.InsertMessage(ctx, &twin)
			if fresh || twin.ID != 0 {
				t.Errorf("queued twice: id %d", twin.ID)
			}
			return err
		})
		refused(t, db, models.Conflict, func(tx *store.Tx) error { // a Message-ID is never used twice
			twin := ms[0]
			twin.ID, twin.Key = 0, "another"
			_, err := tx.InsertMessage(ctx, &twin)
			return err
		})

		lease := now.Add(5 * time.Minute)
		got, err := claim(t, db, now, lease)
		if err != nil {
			t.Fatal(err)
		}
		want := ms[0] // the one that has been due longest
		want.State, want.Tries, want.LeaseTill = models.MessageSending, 1, &lease
		same(t, "claimed", got, want)
		same(t, "as stored", must(db.Message(ctx, got.ID))(t), want)

		rewritten := got
		rewritten.Subject, rewritten.Text, rewritten.HTML = "s", "t", "h"
		write(t, db, func(tx *store.Tx) error { return tx.RewriteMessage(ctx, &rewritten) })
		same(t, "rewritten", must(db.Message(ctx, got.ID))(t), rewritten)
		refused(t, db, models.Conflict, func(tx *store.Tx) error { return tx.RewriteMessage(ctx, &ms[1]) })
		refused(t, db, models.Conflict, func(tx *store.Tx) error { return tx.RetryMessage(ctx, got.ID, now) })

		sent := filled[models.Message](9)
		sent.ID, sent.Tries, sent.State = got.ID, got.Tries, models.MessageSent
		attempt := filled[models.Attempt](1)
		write(t, db, func(tx *store.Tx) error { return tx.FinishMessage(ctx, &sent, attempt) })
		want = sent // who, whereto and under which Message-ID never changes
		want.Key, want.Kind, want.UserID, want.ToName, want.ToAddress = got.Key, got.Kind, got.UserID, got.ToName, got.ToAddress
		want.MIMEID, want.CreatedAt, want.LeaseTill = got.MIMEID, got.CreatedAt, nil
		same(t, "sent", must(db.Message(ctx, got.ID))(t), want)
		attempts := must(db.Attempts(ctx, got.ID))(t)
		if len(attempts) != 1 || attempts[0].ID == 0 {
			t.Fatalf("attempts %+v", attempts)
		}
		attempt.ID, attempt.MessageID = attempts[0].ID, got.ID
		same(t, "attempt", attempts[0], attempt)
		refused(t, db, models.Conflict, func(tx *store.Tx) error { return tx.FinishMessage(ctx, &sent, attempt) })
		if n := len(must(db.Attempts(ctx, got.ID))(t)); n != 1 {
			t.Errorf("%d attempts after a refused finish", n)
		}
		refused(t, db, models.Conflict, func(tx *store.Tx) error { return tx.RetryMessage(ctx, got.ID, now) })

		// A message that failed for good can be sent again by hand.
		failed, err := claim(t, db, now, lease)
		if err != nil || failed.ID != ms[1].ID {
			t.Fatalf("second claim: %d, %v", failed.ID, err)
		}
		failed.State = models.MessageFailed
		write(t, db, func(tx *store.Tx) error { return tx.FinishMessage(ctx, &failed, models.Attempt{At: now}) })
		write(t, db, func(tx *store.Tx) error { return tx.RetryMessage(ctx, failed.ID, now.Add(time.Hour)) })
		if m := must(db.Message(ctx, failed.ID))(t); m.State != models.MessageQueued || !m.NotBefore.Equal(now.Add(time.Hour)) || m.Tries != 1 {
			t.Errorf("put back: %s, not before %s, %d tries", m.State, m.NotBefore, m.Tries)
		}
		if third, err := claim(t, db, now, lease); err != nil || third.ID != ms[2].ID {
			t.Errorf("third claim: %d, %v", third.ID, err)
		}
		if m, err := claim(t, db, now, lease); models.CodeOf(err) != models.NotFound {
			t.Errorf("nothing is due, but claimed %d, %v", m.ID, err)
		}

		same(t, "counts", must(db.CountMessages(ctx))(t),
			map[models.MessageState]int{models.MessageSent: 1, models.MessageQueued: 1, models.MessageSending: 1})
		list := func(f store.MessageFilter) (ids []models.MessageID) {
			t.Helper()
			for _, m := range must(db.Messages(ctx, f))(t) {
				if m.Text != "" || m.HTML != "" || m.ToAddress == "" {
					t.Errorf("lists carry everything but the bodies: %+v", m)
				}
				ids = append(ids, m.ID)
			}
			return ids
		}
		same(t, "all", list(store.MessageFilter{}), []models.MessageID{ms[2].ID, ms[1].ID, ms[0].ID})
		same(t, "a page", list(store.MessageFilter{BeforeID: ms[2].ID, Limit: 1}), []models.MessageID{ms[1].ID})
		same(t, "sent", list(store.MessageFilter{State: models.MessageSent}), []models.MessageID{ms[0].ID})
		same(t, "somebody else's", list(store.MessageFilter{User: o.User("admin").ID}), []models.MessageID(nil))
	})
}

// However many relays there are, each message is claimed once; and once more
// when its lease has run out, by one of them.
func TestClaimMessageOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const messages, workers = 40, 8
		now := storetest.Now
		ms := queue(t, db, storetest.Seed(t, db), messages)
		drain := func(now time.Time) map[models.MessageID]int {
			t.Helper()
			var mu sync.Mutex
			claims := map[models.MessageID]int{}
			var wg sync.WaitGroup
			for range workers {
				wg.Go(func() {
					for {
						m, err := claim(t, db, now, now.Add(time.Minute))
						switch models.CodeOf(err) {
						case "":
							mu.Lock()
							claims[m.ID]++
							mu.Unlock()
						case models.Conflict: // another relay was faster; there may be more
						case models.NotFound:
							return
						default:
							t.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			return claims
		}
		once := map[models.MessageID]int{}
		for _, m := range ms {
			once[m.ID] = 1
		}
		same(t, "claims", drain(now), once)
		same(t, "claims while the leases run", drain(now.Add(time.Minute)), map[models.MessageID]int{})
		same(t, "claims after the leases ran out", drain(now.Add(time.Minute+time.Second)), once)

		// The relay that came back to life too late may not record its result.
		late := ms[0]
		late.State, late.Tries = models.MessageSent, 1
		refused(t, db, models.Conflict, func(tx *store.Tx) error { return tx.FinishMessage(t.Context(), &late, models.Attempt{At: now}) })
	})
}

func TestRuns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, now := t.Context(), storetest.Now
		stale := now.Add(-time.Hour)
		try := func(name, slot string, at, stale time.Time) (run models.JobRun, mine bool) {
			t.Helper()
			run = models.JobRun{Name: name, Slot: slot, State: models.RunRunning, StartedAt: at, Tries: 1}
			write(t, db, func(tx *store.Tx) (err error) { mine, err = tx.ClaimRun(ctx, &run, stale, 3); return err })
			return run, mine
		}
		run, mine := try("remind", "2020-10-13", now, stale)
		if !mine || run.ID == 0 {
			t.Fatalf("first: %v, %+v", mine, run)
		}
		same(t, "run", must(db.Run(ctx, "remind", "2020-10-13"))(t), run)
		if _, mine := try("remind", "2020-10-13", now, stale); mine {
			t.Error("claimed while it runs")
		}
		if _, mine := try("remind", "2020-10-14", now, stale); !mine {
			t.Error("another slot is free")
		}

		// Its runner died: an hour later another takes over.
		took, mine := try("remind", "2020-10-13", now.Add(time.Hour), now.Add(time.Second))
		if !mine || took.ID != run.ID || took.Tries != 2 || !took.StartedAt.Equal(now.Add(time.Hour)) {
			t.Errorf("taken over: %v, %+v", mine, took)
		}
		end := now.Add(2 * time.Hour)
		took.State, took.FinishedAt, took.Error = models.RunFailed, &end, "邮件服务器没有应答"
		write(t, db, func(tx *store.Tx) error { return tx.FinishRun(ctx, &took) })
		same(t, "failed", must(db.Run(ctx, "remind", "2020-10-13"))(t), took)

		// A failed run is tried again, three times in all.
		third, mine := try("remind", "2020-10-13", end, stale)
		if !mine || third.Tries != 3 || third.FinishedAt != nil {
			t.Errorf("third: %v, %+v", mine, third)
		}
		third.State, third.FinishedAt = models.RunFailed, &end
		write(t, db, func(tx *store.Tx) error { return tx.FinishRun(ctx, &third) })
		if _, mine := try("remind", "2020-10-13", end, end); mine {
			t.Error("a fourth try")
		}

		// A run that went well is never repeated.
		ok, _ := try("digest", "2020-W42", now, stale)
		ok.State, ok.FinishedAt, ok.Result = models.RunOK, &end, "3 封"
		write(t, db, func(tx *store.Tx) error { return tx.FinishRun(ctx, &ok) })
		if _, mine := try("digest", "2020-W42", end, end.Add(time.Hour)); mine {
			t.Error("a finished run was repeated")
		}
		runs := must(db.Runs(ctx, 2))(t)
		if len(runs) != 2 || runs[0].Slot != "2020-10-13" {
			t.Errorf("latest: %+v", runs)
		}
		if _, err := db.Run(ctx, "digest", ""); models.CodeOf(err) != models.NotFound {
			t.Errorf("unknown run: %v", err)
		}
	})
}

// Of many processes that wake for one slot one does the work, when it is new,
// when it failed and when its runner died.
func TestClaimRunOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, now := t.Context(), storetest.Now
		for round, stale := range []time.Time{now.Add(-time.Hour), now.Add(time.Hour), now.Add(time.Hour)} {
			race(t, 20, 1, func(i int) error {
				var mine bool
				run := models.JobRun{Name: "remind", Slot: "s", State: models.RunRunning, StartedAt: now.Add(time.Duration(round) * 3 * time.Hour), Tries: 1}
				err := db.Tx(ctx, func(tx *store.Tx) (err error) {
					mine, err = tx.ClaimRun(ctx, &run, stale.Add(time.Duration(round)*time.Hour), 9)
					return err
				})
				if err == nil && !mine {
					return models.Errf(models.Conflict, "not mine")
				}
				return err
			})
			if round == 1 {
				run := must(db.Run(ctx, "remind", "s"))(t)
				run.State = models.RunFailed
				write(t, db, func(tx *store.Tx) error { return tx.FinishRun(ctx, &run) })
			}
		}
		if run := must(db.Run(ctx, "remind", "s"))(t); run.Tries != 3 {
			t.Errorf("%d tries", run.Tries)
		}
	})
}

func TestAudit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		var es []models.AuditEntry
		write(t, db, func(tx *store.Tx) error {
			for n := 1; n <= 3; n++ {
				e := filled[models.AuditEntry](n)
				if err := tx.InsertAudit(ctx, &e); err != nil {
					return err
				}
				es = append(es, e)
			}
			return nil
		})
		newest := []models.AuditEntry{es[2], es[1], es[0]}
		for name, c := range map[string]struct {
			f    store.AuditFilter
			want []models.AuditEntry
		}{
			"all":        {store.AuditFilter{}, newest},
			"a page":     {store.AuditFilter{BeforeID: es[2].ID, Limit: 1}, newest[1:2]},
			"plan":       {store.AuditFilter{Plan: es[1].PlanID}, newest[1:2]},
			"measure":    {store.AuditFilter{Measure: es[1].MeasureID}, newest[1:2]},
			"assignment": {store.AuditFilter{Assignment: es[1].AssignmentID}, newest[1:2]},
			"actor":      {store.AuditFilter{Actor: es[1].ActorID}, newest[1:2]},
			"act":        {store.AuditFilter{Act: es[1].Act}, newest[1:2]},
			"both":       {store.AuditFilter{Act: es[1].Act, Actor: es[0].ActorID}, []models.AuditEntry{}},
		} {
			same(t, name, must(db.Audit(ctx, everyone, c.f))(t), c.want)
		}
		same(t, "one unit's", must(db.Audit(ctx, models.Scope{Unit: es[0].UnitID}, store.AuditFilter{}))(t), newest[2:])
	})
}

// The log can be added to and nothing else, whoever holds the connection.
func TestAuditIsAppendOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.Seed(t, db)
		before := must(db.Audit(ctx, everyone, store.AuditFilter{}))(t)
		if len(before) == 0 {
			t.Fatal("nothing in the log to try on")
		}
		for _, sql := range []string{
			"UPDATE audit SET note = 'x'", "UPDATE audit SET id = id + 100", "DELETE FROM audit", "DELETE FROM audit WHERE id = 1",
			"INSERT INTO audit (id, at, act) VALUES (" + fmt.Sprint(before[0].ID) + ", '2020-10-13 00:00:00+00:00', 'x') ON CONFLICT (id) DO UPDATE SET act = 'x'",
		} {
			if err := store.Exec(ctx, db, sql); err == nil {
				t.Errorf("%s: went through", sql)
			}
		}
		if db.Dialect() == store.SQLite {
			if err := store.Exec(ctx, db, "INSERT OR REPLACE INTO audit (id, at, act) VALUES (1, '2020-10-13 00:00:00+00:00', 'x')"); err == nil {
				t.Error("INSERT OR REPLACE went through")
			}
		} else if err := store.Exec(ctx, db, "TRUNCATE audit"); err == nil {
			t.Error("TRUNCATE went through")
		}
		same(t, "the log", must(db.Audit(ctx, everyone, store.AuditFilter{}))(t), before)
	})
}
