package store_test

import (
	"sync"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

func person(n int, role models.Role) models.User {
	u := filled[models.User](n)
	u.Role, u.Lang, u.DisabledAt = role, "en", nil
	return u
}

func TestUsers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		left, contact, lead := person(1, models.RoleContact), person(2, models.RoleContact), person(3, models.RoleLead)
		gone := storetest.Now.Add(-time.Hour)
		left.DisabledAt = &gone
		write(t, db, func(tx *store.Tx) error {
			for _, u := range []*models.User{&left, &contact, &lead} {
				if err := tx.InsertUser(ctx, u); err != nil {
					return err
				}
			}
			return nil
		})
		same(t, "user", must(db.User(ctx, left.ID))(t), left)
		same(t, "user by login", must(db.UserByLogin(ctx, contact.Login))(t), contact)
		same(t, "users, the disabled last", must(db.Users(ctx))(t), []models.User{contact, lead, left})
		same(t, "users who may be written to", must(db.UsersIn(ctx, models.RoleContact))(t), []models.User{contact})
		if n := must(db.CountUsers(ctx))(t); n != 3 {
			t.Errorf("%d users", n)
		}

		changed := person(4, models.RoleLeader)
		changed.ID, changed.Version, changed.DisabledAt = contact.ID, contact.Version, &gone
		write(t, db, func(tx *store.Tx) error { return tx.UpdateUser(ctx, &changed) })
		want := changed
		want.Login, want.CreatedAt = contact.Login, contact.CreatedAt // the account's identity stays
		want.SeenAt = contact.SeenAt                                  // written by SeeUser alone
		same(t, "changed user", must(db.User(ctx, contact.ID))(t), want)
		refused(t, db, models.Conflict, func(tx *store.Tx) error { return tx.UpdateUser(ctx, &contact) })

		// Signing in is no change of the account: who edits it does not collide.
		seen := storetest.Now.Add(time.Minute)
		write(t, db, func(tx *store.Tx) error { return tx.SeeUser(ctx, contact.ID, seen) })
		want.SeenAt = &seen
		same(t, "seen user", must(db.User(ctx, contact.ID))(t), want)
		same(t, "another user", must(db.User(ctx, lead.ID))(t), lead)
		write(t, db, func(tx *store.Tx) error { return tx.SeeUser(ctx, contact.ID, gone) })
		want.SeenAt = &gone
		same(t, "seen user, same version", must(db.User(ctx, contact.ID))(t), want)

		refused(t, db, models.Conflict, func(tx *store.Tx) error {
			twin := person(5, models.RoleAdmin)
			twin.Login = lead.Login
			return tx.InsertUser(ctx, &twin)
		})
		if _, err := db.UserByLogin(ctx, ""); models.CodeOf(err) != models.NotFound {
			t.Errorf("no login: %v", err)
		}
		if _, err := db.User(ctx, 0); models.CodeOf(err) != models.NotFound {
			t.Errorf("user 0: %v", err)
		}
	})
}

func TestSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		u, other := person(1, models.RoleContact), person(2, models.RoleLead)
		write(t, db, func(tx *store.Tx) error {
			if err := tx.InsertUser(ctx, &u); err != nil {
				return err
			}
			return tx.InsertUser(ctx, &other)
		})
		session := func(hash string, of models.User, created, seen time.Duration) models.Session {
			s := models.Session{TokenHash: hash, UserID: of.ID, Epoch: 3, CreatedAt: storetest.Now.Add(-created),
				LastSeenAt: storetest.Now.Add(-seen), IP: "192.0.2.7", Agent: "test's \"agent\""}
			write(t, db, func(tx *store.Tx) error { return tx.InsertSession(ctx, &s) })
			return s
		}
		there := func(hash string) bool {
			t.Helper()
			_, _, err := db.Session(ctx, hash)
			if err != nil && models.CodeOf(err) != models.NotFound {
				t.Fatal(err)
			}
			return err == nil
		}

		fresh := session("fresh", u, time.Hour, time.Minute)
		got, of, err := db.Session(ctx, "fresh")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "session", got, fresh)
		same(t, "its person", of, u)
		if there("") {
			t.Error("an empty hash finds a session")
		}

		write(t, db, func(tx *store.Tx) error { return tx.TouchSession(ctx, "fresh", storetest.Now) })
		if got, _, _ := db.Session(ctx, "fresh"); !got.LastSeenAt.Equal(storetest.Now) {
			t.Errorf("touched: %s", got.LastSeenAt)
		}

		session("idle", u, time.Hour, 31*time.Minute)
		session("old", u, 13*time.Hour, time.Minute)
		session("others", other, time.Hour, time.Minute)
		var n int64
		write(t, db, func(tx *store.Tx) (err error) {
			n, err = tx.DeleteSessionsBefore(ctx, storetest.Now.Add(-30*time.Minute), storetest.Now.Add(-12*time.Hour))
			return err
		})
		if n != 2 || !there("fresh") || there("idle") || there("old") {
			t.Errorf("swept %d sessions", n)
		}

		session("second", u, time.Hour, time.Minute)
		write(t, db, func(tx *store.Tx) error { return tx.DeleteSession(ctx, "fresh") })
		if there("fresh") || !there("second") {
			t.Error("signing out ends that session and no other")
		}
		write(t, db, func(tx *store.Tx) error { return tx.DeleteSessionsOf(ctx, u.ID) })
		if there("second") || !there("others") {
			t.Error("ending a person's sessions ends his, all, and nobody else's")
		}
	})
}

func TestTickets(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, now := t.Context(), storetest.Now
		ticket := func(hash string, kind models.TicketKind, user models.UserID, valid time.Duration) models.Ticket {
			k := models.Ticket{TokenHash: hash, Kind: kind, UserID: user, ExpiresAt: now.Add(valid), CreatedAt: now}
			write(t, db, func(tx *store.Tx) error { return tx.InsertTicket(ctx, &k) })
			return k
		}
		open := func(hash string) bool {
			t.Helper()
			_, err := db.Ticket(ctx, hash, now)
			if err != nil && models.CodeOf(err) != models.NotFound {
				t.Fatal(err)
			}
			return err == nil
		}

		setup := ticket("setup", models.TicketSetup, 0, time.Hour)
		same(t, "ticket", must(db.Ticket(ctx, "setup", now))(t), setup)
		if _, err := db.Ticket(ctx, "setup", setup.ExpiresAt); models.CodeOf(err) != models.NotFound {
			t.Errorf("at the moment it expires: %v", err)
		}
		refused(t, db, models.Conflict, func(tx *store.Tx) error { return tx.UseTicket(ctx, "setup", setup.ExpiresAt) })
		write(t, db, func(tx *store.Tx) error { return tx.UseTicket(ctx, "setup", now) })
		if open("setup") {
			t.Error("a used ticket is open")
		}

		ticket("of 7", models.TicketInvite, 7, time.Hour)
		ticket("of 8", models.TicketInvite, 8, time.Hour)
		write(t, db, func(tx *store.Tx) error { return tx.DeleteTickets(ctx, models.TicketInvite, 7) })
		if open("of 7") || !open("of 8") {
			t.Error("deleting one person's links")
		}
		ticket("expired", models.TicketInvite, 9, -time.Minute)
		var n int64
		write(t, db, func(tx *store.Tx) (err error) { n, err = tx.DeleteTicketsBefore(ctx, now); return err })
		if n != 1 || !open("of 8") {
			t.Errorf("swept %d tickets", n)
		}
	})
}

// A one-time link works once, however many open it in the same moment.
func TestUseTicketOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, now := t.Context(), storetest.Now
		k := models.Ticket{TokenHash: "h", Kind: models.TicketInvite, UserID: 1, ExpiresAt: now.Add(time.Hour), CreatedAt: now}
		write(t, db, func(tx *store.Tx) error { return tx.InsertTicket(ctx, &k) })
		race(t, 50, 1, func(int) error {
			return db.Tx(ctx, func(tx *store.Tx) error { return tx.UseTicket(ctx, "h", now) })
		})
	})
}

func TestLoginFailures(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, now := t.Context(), storetest.Now
		until := now.Add(15 * time.Minute)
		add := func(login string, now, until time.Time) (n int) {
			t.Helper()
			write(t, db, func(tx *store.Tx) (err error) { n, err = tx.AddLoginFailure(ctx, login, now, until); return err })
			return n
		}
		count := func(login string, now time.Time) int {
			t.Helper()
			n, _, err := db.LoginFailures(ctx, login, now)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for want := 1; want <= 3; want++ {
			if n := add("wang", now, until); n != want {
				t.Errorf("failure %d counted as %d", want, n)
			}
		}
		if n, end, err := db.LoginFailures(ctx, "wang", now); n != 3 || !end.Equal(until) || err != nil {
			t.Errorf("%d failures until %s, %v", n, end, err)
		}
		// A later failure does not lengthen the window that runs.
		add("wang", now.Add(time.Minute), until.Add(time.Hour))
		if _, end, _ := db.LoginFailures(ctx, "wang", now); !end.Equal(until) {
			t.Errorf("the window moved to %s", end)
		}
		if n := count("wang", until); n != 0 {
			t.Errorf("%d failures after the window", n)
		}
		if n := add("wang", until, until.Add(time.Hour)); n != 1 {
			t.Errorf("the next window begins at %d", n)
		}
		if n := count("li", now); n != 0 {
			t.Errorf("somebody else has %d", n)
		}
		write(t, db, func(tx *store.Tx) error { return tx.ClearLoginFailures(ctx, "wang") })
		if n := count("wang", until); n != 0 {
			t.Errorf("%d failures after clearing", n)
		}
		add("gone", now.Add(-time.Hour), now.Add(-time.Minute))
		add("kept", now, until)
		write(t, db, func(tx *store.Tx) error { return tx.DeleteLoginFailuresBefore(ctx, now) })
		if count("gone", now.Add(-time.Hour)) != 0 || count("kept", now) != 1 {
			t.Error("the sweep took the wrong windows")
		}
	})
}

// Parallel guesses cannot share a count: of 50, each gets a number of its own.
func TestLoginFailuresInParallel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, now := t.Context(), storetest.Now
		var mu sync.Mutex
		seen := map[int]bool{}
		race(t, 50, 50, func(int) error {
			return db.Tx(ctx, func(tx *store.Tx) error {
				n, err := tx.AddLoginFailure(ctx, "wang", now, now.Add(time.Hour))
				mu.Lock()
				defer mu.Unlock()
				seen[n] = true
				return err
			})
		})
		for n := 1; n <= 50; n++ {
			if !seen[n] {
				t.Errorf("nobody was number %d", n)
			}
		}
	})
}

func TestSettings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if v := must(db.Setting(ctx, "k"))(t); v != "" {
			t.Errorf("unset: %q", v)
		}
		for _, v := range []string{"one", "二", ""} {
			write(t, db, func(tx *store.Tx) error { return tx.SetSetting(ctx, "k", v) })
			if got := must(db.Setting(ctx, "k"))(t); got != v {
				t.Errorf("got %q, want %q", got, v)
			}
		}
	})
}
