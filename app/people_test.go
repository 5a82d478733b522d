package app_test

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"testing"
	"time"

	"duban/app"
	"duban/models"
	"duban/models/store"
)

const (
	goodPassword  = "Tram42-blue#Kite"
	otherPassword = "Harbour9_violet%Loom"
)

// signedUp gives a person of the office a password, the way he would get one,
// and returns nothing: the person can sign in now.
func (w *world) signedUp(login, password string) {
	w.t.Helper()
	token, err := w.Invite(w.t.Context(), models.SystemActor("t"), w.who(login).UserID)
	w.must("invite "+login, err)
	w.must("password of "+login, w.SetPassword(w.t.Context(), token, password))
}

// login signs a person in, who must get in.
func (w *world) login(login, password string) (token string) {
	w.t.Helper()
	token, u, err := w.Login(w.t.Context(), login, password, "192.0.2.9", "test")
	w.must("login "+login, err)
	if token == "" || u.Login != login {
		w.t.Fatalf("login %s: token %q, person %+v", login, token, u)
	}
	return token
}

// alive reports whether a session's token still opens anything.
func (w *world) alive(token string) bool {
	w.t.Helper()
	_, err := w.Principal(w.t.Context(), token)
	if err != nil && models.CodeOf(err) != models.Unauthenticated {
		w.t.Fatalf("principal: %v", err)
	}
	return err == nil
}

// TestAccountLife follows an account: made, invited, signed in, given a new
// password, taken out of use and back.
func TestAccountLife(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		admin := w.who("admin")

		w.refused("everything wrong", func() error {
			_, _, err := w.CreateUser(ctx, admin, models.User{Login: "王 芳", Role: "king", Email: "nobody"})
			return err
		}, models.Invalid, "login:err.login_form", "name:err.name_needed", "role:err.role_needed", "email:err.email")
		w.refused("a contact of no unit", func() error {
			_, _, err := w.CreateUser(ctx, admin, models.User{Login: "wf", Name: "王芳", Role: models.RoleContact})
			return err
		}, models.Invalid, "unit:err.unit_needed")
		w.refused("a contact of an unknown unit", func() error {
			_, _, err := w.CreateUser(ctx, admin, models.User{Login: "wf", Name: "王芳", Role: models.RoleContact, UnitID: 99999})
			return err
		}, models.Invalid, "unit:err.unit_needed")
		w.refused("a login that is taken", func() error {
			_, _, err := w.CreateUser(ctx, admin, models.User{Login: "gaj-contact", Name: "王芳", Role: models.RoleSupervisor})
			return err
		}, models.Conflict, "login:err.login_taken")

		m := w.mark()
		u, token, err := w.CreateUser(ctx, admin, models.User{Login: "wf", Name: " 王芳 ", Role: models.RoleContact, UnitID: w.Unit("wanbao").ID,
			Email: "wf@example.test", PasswordHash: "planted", Epoch: 77})
		w.must("create", err)
		m.wantLog("user_created by admin")
		if u.Name != "王芳" || u.PasswordHash != "" || u.Epoch != 1 || w.unit("wanbao").ContactID != u.ID {
			t.Errorf("created %+v; the empty post is held by %d", u, w.unit("wanbao").ContactID)
		}
		// the second one does not push the first from the post
		second, _, err := w.CreateUser(ctx, admin, models.User{Login: "wf2", Name: "王二", Role: models.RoleContact, UnitID: w.Unit("wanbao").ID})
		w.must("create the second", err)
		if w.unit("wanbao").ContactID != u.ID || second.ID == u.ID {
			t.Errorf("the post went to the second")
		}

		for _, p := range []string{"", goodPassword, "planted"} {
			if _, _, err := w.Login(ctx, "wf", p, "", ""); models.CodeOf(err) != models.Unauthenticated {
				t.Errorf("signed in with %q before a password was set: %v", p, err)
			}
		}
		w.refused("a weak password", func() error { return w.SetPassword(ctx, token, "wf") }, models.Invalid)
		w.refused("a made-up link", func() error { return w.SetPassword(ctx, "made-up", goodPassword) }, models.NotFound, "err.link_used")
		w.must("set the password", w.SetPassword(ctx, token, goodPassword))
		w.refused("the link again", func() error { return w.SetPassword(ctx, token, otherPassword) }, models.NotFound, "err.link_used")
		session := w.login("wf", goodPassword)
		if !w.alive(session) {
			t.Fatal("the new session is dead")
		}

		// a new link: the old password stands until it is used, then all sessions end
		first, err := w.Invite(ctx, admin, u.ID)
		w.must("invite", err)
		later, err := w.Invite(ctx, admin, u.ID)
		w.must("invite again", err)
		if !w.alive(session) {
			t.Error("an invitation ended a session")
		}
		w.login("wf", goodPassword)
		w.refused("a link that was replaced", func() error { return w.SetPassword(ctx, first, otherPassword) }, models.NotFound, "err.link_used")
		w.must("new password", w.SetPassword(ctx, later, otherPassword))
		if w.alive(session) {
			t.Error("a session outlives the password")
		}
		if _, _, err := w.Login(ctx, "wf", goodPassword, "", ""); models.CodeOf(err) != models.Unauthenticated {
			t.Errorf("the old password: %v", err)
		}
		session = w.login("wf", otherPassword)

		// out of use: no session, no link, no login, no mail; the answer gives nothing away
		pending, err := w.Invite(ctx, admin, u.ID)
		w.must("invite", err)
		m = w.mark()
		w.must("disable", w.DisableUser(ctx, admin, u.ID, true))
		m.wantLog("user_disabled by admin")
		_, _, err = w.Login(ctx, "wf", otherPassword, "", "")
		if w.alive(session) || strings.Join(keysOf(err), " ") != "err.login_failed" {
			t.Errorf("disabled: session %v, login %v", w.alive(session), err)
		}
		w.refused("a disabled person's link", func() error { return w.SetPassword(ctx, pending, goodPassword) }, models.NotFound, "err.link_used")
		w.refused("invite a disabled person", func() error { _, err := w.Invite(ctx, admin, u.ID); return err }, models.Conflict, "err.user_disabled")
		it := w.duty("wanbao", models.StateReview, "2020-10-30")
		m = w.mark()
		w.must("return", w.Return(ctx, w.who("lead"), it.ID, 0, "evidence", "缺材料", day("2020-10-20")))
		m.wantTold("", "")

		m = w.mark()
		w.must("enable", w.DisableUser(ctx, admin, u.ID, false))
		m.wantLog("user_enabled by admin")
		if w.alive(session) {
			t.Error("an ended session came back")
		}
		w.login("wf", otherPassword)
	})
}

// TestUpdateUser: words change quietly; role and unit end sessions and posts.
func TestUpdateUser(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		admin := w.who("admin")
		w.signedUp("gaj-contact", goodPassword)
		session := w.login("gaj-contact", goodPassword)
		read := func() models.User {
			u, err := db.UserByLogin(ctx, "gaj-contact")
			w.must("read", err)
			return u
		}
		u := read()
		u.Title, u.Login = "督查科科长", "renamed"
		w.must("words", w.UpdateUser(ctx, admin, u))
		if got := read(); got.Title != "督查科科长" || !w.alive(session) || w.unit("gaj").ContactID != u.ID {
			t.Errorf("words: %+v, session %v, post %d", got, w.alive(session), w.unit("gaj").ContactID)
		}
		w.refused("from an old page", func() error { return w.UpdateUser(ctx, admin, u) }, models.Conflict, "err.stale")
		w.refused("to no name", func() error { u := read(); u.Name = " "; return w.UpdateUser(ctx, admin, u) }, models.Invalid, "name:err.name_needed")
		w.refused("nobody", func() error { u := read(); u.ID = 99999; return w.UpdateUser(ctx, admin, u) }, models.NotFound)

		// to another unit: the session ends, the post is free, the old unit is out of sight
		it := w.duty("gaj", models.StateActive, "2020-10-30")
		u = read()
		u.UnitID = w.Unit("wanbao").ID
		m := w.mark()
		w.must("move", w.UpdateUser(ctx, admin, u))
		m.wantLog("user_changed by admin")
		if w.alive(session) || w.unit("gaj").ContactID != 0 || w.unit("wanbao").ContactID != u.ID {
			t.Errorf("moved: session %v, old post %d, new post %d", w.alive(session), w.unit("gaj").ContactID, w.unit("wanbao").ContactID)
		}
		w.refused("the old unit's duty", func() error { return w.Progress(ctx, w.who("gaj-contact"), it.ID, "x") }, models.NotFound)

		// to another role
		session = w.login("gaj-contact", goodPassword)
		u = read()
		u.Role = models.RoleSupervisor
		w.must("new role", w.UpdateUser(ctx, admin, u))
		if got := read(); w.alive(session) || got.UnitID != 0 || w.unit("wanbao").ContactID != 0 {
			t.Errorf("new role: session %v, %+v, post %d", w.alive(session), got, w.unit("wanbao").ContactID)
		}
	})
}

// TestLastAdmin: somebody can always mend the accounts.
func TestLastAdmin(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		read := func(login string) models.User {
			u, err := db.UserByLogin(ctx, login)
			w.must("read", err)
			return u
		}
		demoted := func(login string) models.User { u := read(login); u.Role = models.RoleSupervisor; return u }
		admin, sys := w.who("admin"), models.SystemActor("t")
		w.refused("one's own role", func() error { return w.UpdateUser(ctx, admin, demoted("admin")) }, models.Invalid, "role:err.own_role")
		w.refused("oneself", func() error { return w.DisableUser(ctx, admin, admin.UserID, true) }, models.Forbidden, "err.disable_self")
		w.refused("the last one out", func() error { return w.DisableUser(ctx, sys, admin.UserID, true) }, models.Conflict, "err.last_admin")
		w.refused("the last one to another role", func() error { return w.UpdateUser(ctx, sys, demoted("admin")) }, models.Conflict, "err.last_admin")

		// a disabled second one does not count; an active one does
		second := w.addUser("admin2", models.RoleAdmin, "")
		w.must("disable the second", w.DisableUser(ctx, admin, second.ID, true))
		w.refused("the last active one", func() error { return w.DisableUser(ctx, sys, admin.UserID, true) }, models.Conflict, "err.last_admin")
		w.must("enable the second", w.DisableUser(ctx, admin, second.ID, false))
		w.must("the first out", w.DisableUser(ctx, w.who("admin2"), admin.UserID, true))
		w.must("and back", w.DisableUser(ctx, w.who("admin2"), admin.UserID, false))

		// two that take each other away at the same moment: one stays
		for range 40 {
			pair := []models.Actor{w.who("admin"), w.who("admin2")}
			atOnce(2, func(i int) error { return w.DisableUser(context.Background(), pair[i], pair[1-i].UserID, true) })
			left, err := db.UsersIn(ctx, models.RoleAdmin)
			w.must("read", err)
			if len(left) != 1 {
				t.Fatalf("%d administrators are left", len(left))
			}
			for _, login := range []string{"admin", "admin2"} {
				w.must("enable", w.DisableUser(ctx, sys, w.who(login).UserID, false))
			}
		}
	})
}

// TestLoginLock: five wrong passwords in 15 minutes, known account or not, and
// the answers do not tell the two apart.
func TestLoginLock(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		w.signedUp("lead", goodPassword)
		for _, login := range []string{"lead", "no-such-person"} {
			start := w.now
			m := w.mark()
			for i := range app.MaxFailures {
				_, _, err := w.Login(ctx, login, "wrong", "192.0.2.9", "test")
				e := asOne(err)
				if e == nil || e.Code != models.Unauthenticated || e.Key != "err.login_failed" || len(e.Args) != 1 || e.Args[0] != app.MaxFailures-1-i {
					t.Fatalf("%s, try %d: %v %+v", login, i+1, err, e)
				}
				w.now = w.now.Add(time.Minute)
			}
			if n := len(m.log()); n != app.MaxFailures {
				t.Errorf("%s: %d lines in the log", login, n)
			}
			// locked, for the right password too
			_, _, err := w.Login(ctx, login, goodPassword, "192.0.2.9", "test")
			if e := asOne(err); e == nil || e.Code != models.Forbidden || e.Key != "err.login_locked" || e.Args[0] != 11 {
				t.Errorf("%s, locked: %v %+v", login, err, e)
			}
			// tries while locked do not make it longer
			w.now = start.Add(app.FailureWindow - time.Second)
			if _, _, err := w.Login(ctx, login, goodPassword, "", ""); models.CodeOf(err) != models.Forbidden {
				t.Errorf("%s, a second before the end: %v", login, err)
			}
			w.now = start.Add(app.FailureWindow + time.Second)
			_, _, err = w.Login(ctx, login, goodPassword, "", "")
			if want := map[string]models.Code{"lead": "", "no-such-person": models.Unauthenticated}[login]; models.CodeOf(err) != want {
				t.Errorf("%s, after the lock: %v", login, err)
			}
		}
		// who gets in begins anew
		for range 3 {
			for range app.MaxFailures - 1 {
				if _, _, err := w.Login(ctx, "lead", "wrong", "", ""); models.CodeOf(err) != models.Unauthenticated {
					t.Fatal(err)
				}
			}
			w.login("lead", goodPassword)
		}
	})
}

// asOne returns the one error inside err.
func asOne(err error) *models.Error {
	e, _ := err.(*models.Error)
	return e
}

// TestParallelGuesses: of 20 guesses at once, five are looked at.
func TestParallelGuesses(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		w := newWorld(t, db, raw)
		w.signedUp("lead", goodPassword)
		m := w.mark()
		errs := atOnce(20, func(i int) error {
			_, _, err := w.Login(context.Background(), "lead", "guess", "192.0.2.9", "test")
			return err
		})
		n := codes(errs)
		if n[models.Unauthenticated] != app.MaxFailures || n[models.Forbidden] != 20-app.MaxFailures {
			t.Errorf("answers: %v", n)
		}
		if looked := len(m.log()); looked != app.MaxFailures {
			t.Errorf("%d guesses were looked at", looked)
		}
	})
}

// atOnce runs fn n times at the same time.
func atOnce(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { <-start; errs[i] = fn(i) })
	}
	close(start)
	wg.Wait()
	return errs
}

func codes(errs []error) map[models.Code]int {
	out := map[models.Code]int{}
	for _, err := range errs {
		out[models.CodeOf(err)]++
	}
	return out
}

// TestTicketOnce: a one-time link that 20 use at once works for one of them.
func TestTicketOnce(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		id := w.who("gaj-leader").UserID
		token, err := w.Invite(ctx, w.who("admin"), id)
		w.must("invite", err)
		m := w.mark()
		n := codes(atOnce(20, func(int) error { return w.SetPassword(context.Background(), token, goodPassword) }))
		if n[""] != 1 || n[models.NotFound] != 19 {
			t.Errorf("answers: %v", n)
		}
		m.wantLog("password by gaj-leader")

		// a link of one kind is none of the other
		token, err = w.Invite(ctx, w.who("admin"), id)
		w.must("invite", err)
		w.refused("as a set-up link", func() error { return w.Setup(ctx, token, "boss", "王", "", goodPassword) }, models.NotFound, "err.link_used")
		// it lasts for its time and no longer
		made := w.now
		w.now = made.Add(app.InviteLife - time.Second)
		if _, err := w.CheckTicket(ctx, models.TicketInvite, token); err != nil {
			t.Errorf("a second before its end: %v", err)
		}
		w.now = made.Add(app.InviteLife)
		w.refused("a link that has run out", func() error { return w.SetPassword(ctx, token, otherPassword) }, models.NotFound, "err.link_used")
		if s, err := w.NewSetupTicket(ctx); err != nil || s != "" {
			t.Errorf("a set-up link although there are accounts: %q, %v", s, err)
		}
	})
}

// TestSetup: the first administrator is made once, whoever comes first.
func TestSetup(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := &world{t: t, db: db, raw: raw, now: at("2020-10-13 09:00")}
		w.App = newApp(t, db, &w.now)
		old, err := w.NewSetupTicket(ctx)
		w.must("link", err)
		token, err := w.NewSetupTicket(ctx)
		w.must("link", err)
		w.refused("a link that was replaced", func() error { return w.Setup(ctx, old, "boss", "王", "", goodPassword) }, models.NotFound, "err.link_used")
		w.refused("a weak password", func() error { return w.Setup(ctx, token, "boss", "王", "", "boss") }, models.Invalid)
		w.refused("no name", func() error { return w.Setup(ctx, token, "boss", " ", "", goodPassword) }, models.Invalid, "name:err.name_needed")
		n := codes(atOnce(20, func(i int) error {
			return w.Setup(context.Background(), token, "boss"+string(rune('a'+i)), "王", "", goodPassword)
		}))
		count, err := db.CountUsers(ctx)
		if n[""] != 1 || n[models.NotFound] != 19 || count != 1 || err != nil {
			t.Errorf("answers %v, %d accounts, %v", n, count, err)
		}
		admins, err := db.UsersIn(ctx, models.RoleAdmin)
		if err != nil || len(admins) != 1 {
			t.Fatalf("administrators %v, %v", admins, err)
		}
		w.login(admins[0].Login, goodPassword)
	})
}

// TestSession: 30 minutes without a request, 12 hours in all.
func TestSession(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		w.signedUp("lead", goodPassword)
		begin := w.now
		token := w.login("lead", goodPassword)
		for _, bad := range []string{"", "x", token + "x"} {
			if w.alive(bad) {
				t.Errorf("%q is a session", bad)
			}
		}
		w.now = begin.Add(app.SessionIdle)
		if !w.alive(token) {
			t.Error("dead after 30 minutes to the second")
		}
		w.now = w.now.Add(app.SessionIdle + time.Second)
		if w.alive(token) {
			t.Error("alive after more than 30 minutes without a request")
		}
		// used all the time, it ends after 12 hours
		begin = w.now
		token = w.login("lead", goodPassword)
		other := w.login("lead", goodPassword)
		for w.now.Before(begin.Add(app.SessionLife - 20*time.Minute)) {
			w.now = w.now.Add(20 * time.Minute)
			if !w.alive(token) {
				t.Fatalf("dead after %s", w.now.Sub(begin))
			}
		}
		w.now = begin.Add(app.SessionLife)
		if !w.alive(token) || w.alive(other) {
			t.Errorf("after 12 hours: the one in use %v, the idle one %v", w.alive(token), w.alive(other))
		}
		w.now = begin.Add(app.SessionLife + time.Second)
		if w.alive(token) {
			t.Error("alive after more than 12 hours")
		}
		// signing out ends one session only
		token, other = w.login("lead", goodPassword), w.login("lead", goodPassword)
		w.must("logout", w.Logout(ctx, w.who("lead"), token))
		if w.alive(token) || !w.alive(other) {
			t.Error("signing out ended the wrong session")
		}
		// the sweep removes dead ones and leaves the living
		if _, err := w.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		n := 0
		if err := raw.QueryRow("SELECT COUNT(*) FROM sessions").Scan(&n); err != nil || n != 1 || !w.alive(other) {
			t.Errorf("%d sessions after the sweep, %v", n, err)
		}
	})
}

// TestSetPost: the unit keeps its duties; who holds the post is told of what
// is open, in one mail, and hears of it from then on.
func TestSetPost(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		lead := w.who("lead")
		gaj := w.Unit("gaj").ID
		fresh := w.addUser("gaj-new", models.RoleContact, "gaj")
		off := w.addUser("gaj-off", models.RoleContact, "gaj")
		w.must("disable", w.DisableUser(ctx, w.who("admin"), off.ID, true))
		for _, s := range models.States {
			w.duty("gaj", s, "2020-10-30")
		}
		inReview := w.duty("gaj", models.StateReview, "2020-10-30")
		w.duty("scjgj", models.StateActive, "2020-10-30")

		for what, id := range map[string]models.UserID{"another unit's": w.User("scjgj-contact").ID, "a leader": w.User("gaj-leader").ID,
			"the lead office's": w.User("lead").ID, "a disabled one": off.ID} {
			w.refused(what, func() error { return w.SetPost(ctx, lead, gaj, 0, models.PostContact, id) }, models.Invalid, "user:err.post_person")
		}
		w.refused("a contact as leader", func() error { return w.SetPost(ctx, lead, gaj, 0, models.PostLeader, fresh.ID) }, models.Invalid, "user:err.post_person")
		w.refused("a post that no unit has", func() error { return w.SetPost(ctx, lead, gaj, 0, models.PostLead, fresh.ID) }, models.Invalid)
		w.refused("nobody known", func() error { return w.SetPost(ctx, lead, gaj, 0, models.PostContact, 99999) }, models.NotFound)
		w.refused("no unit", func() error { return w.SetPost(ctx, lead, 99999, 0, models.PostContact, 0) }, models.NotFound)
		w.refused("from an old page", func() error { return w.SetPost(ctx, lead, gaj, w.unit("gaj").Version+1, models.PostContact, fresh.ID) }, models.Conflict, "err.stale")

		m := w.mark()
		w.must("hand over", w.SetPost(ctx, lead, gaj, w.unit("gaj").Version, models.PostContact, fresh.ID))
		m.wantLog("post by lead")
		m.wantTold("gaj-new posted, gaj-new posted, gaj-new posted", "gaj-new") // unack, active, returned
		m = w.mark()
		w.must("the same again", w.SetPost(ctx, lead, gaj, 0, models.PostContact, fresh.ID))
		m.wantTold("", "")
		w.now = w.now.Add(time.Hour)
		m = w.mark()
		w.must("return", w.Return(ctx, lead, inReview.ID, 0, "evidence", "缺材料", day("2020-10-20")))
		m.wantTold("gaj-new returned", "gaj-new")

		// the post empty: nobody is told, the duty stands
		w.must("nobody", w.SetPost(ctx, lead, gaj, 0, models.PostContact, 0))
		w.must("leader", w.SetPost(ctx, lead, gaj, 0, models.PostLeader, 0))
		if u := w.unit("gaj"); u.ContactID != 0 || u.LeaderID != 0 {
			t.Errorf("posts %d and %d", u.ContactID, u.LeaderID)
		}
		m = w.mark()
		w.must("hand back", w.SetPost(ctx, lead, gaj, 0, models.PostContact, w.User("gaj-contact").ID))
		m.wantTold("gaj-contact posted, gaj-contact posted, gaj-contact posted, gaj-contact posted", "gaj-contact")
	})
}
