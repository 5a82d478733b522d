package app_test

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"duban/models"
	"duban/models/store"
)

// TestFirstContact: who becomes a unit's contact by being the first, or the
// first after one who is out of use, is told of what is open like one who is
// given the post.
func TestFirstContact(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		admin := w.who("admin")
		for _, unit := range []string{"wanbao", "zrzyj", "gaj"} {
			w.duty(unit, models.StateUnack, "2020-12-31")
			w.duty(unit, models.StateDone, "2020-12-31")
		}
		create := func(login, unit string, role models.Role) {
			t.Helper()
			u := models.User{Login: login, Name: "新人", Email: login + "@example.test", Role: role, UnitID: w.Unit(unit).ID}
			_, _, err := w.CreateUser(ctx, admin, u)
			w.must("create "+login, err)
		}

		m := w.mark()
		create("wanbao-1", "wanbao", models.RoleContact)
		m.wantTold("wanbao-1 posted", "wanbao-1")
		create("zrzyj-1", "zrzyj", models.RoleContact) // the contact of before is disabled
		if w.unit("zrzyj").ContactID != w.who("zrzyj-1").UserID {
			t.Error("the post of one who is out of use was not filled")
		}
		m = w.mark()
		create("gaj-1", "gaj", models.RoleContact)      // there is one
		create("wanbao-2", "wanbao", models.RoleLeader) // leaders are told by the ladder
		m.wantTold("", "")
		if w.unit("gaj").ContactID != w.User("gaj-contact").ID || w.unit("wanbao").LeaderID != w.who("wanbao-2").UserID {
			t.Error("a post that is held has changed hands, or an empty one stays empty")
		}

		// moving into a unit without a contact is the same
		w.duty("changde", models.StateActive, "2020-12-31")
		m = w.mark()
		w.edit("gaj-1", func(u *models.User) { u.UnitID = w.Unit("changde").ID })
		m.wantTold("gaj-1 posted", "gaj-1")

		// he who comes back does not push out who came after him
		w.must("enable", w.DisableUser(ctx, admin, w.User("zrzyj-contact").ID, false))
		if w.unit("zrzyj").ContactID != w.who("zrzyj-1").UserID {
			t.Error("back in use, and back in the post")
		}
	})
}

// TestReminderFollowsThePost: from the moment of the change on reminders of what
// is open go to the new contact, none to the old one.
func TestReminderFollowsThePost(t *testing.T) {
	db, raw := openSQLite(t)
	w := newWorld(t, db, raw)
	it := w.duty("gaj", models.StateActive, "2020-10-15")
	w.remindOn("2020-10-12")
	w.relay()
	w.now = at("2020-10-13 15:00")
	u := w.addUser("gaj-new", models.RoleContact, "gaj")
	w.must("hand over", w.SetPost(t.Context(), w.who("lead"), u.UnitID, 0, models.PostContact, u.ID))
	if left, _ := w.relay(); len(left) != 1 || left[0].ToAddress != u.Email || !strings.Contains(left[0].Text, it.MeasureText) {
		t.Errorf("at the change: %+v", left)
	}
	var to []string
	for d := day("2020-10-14"); !d.After(day("2020-11-06")); d = d.AddDays(1) {
		w.remindOn(d.String())
		left, _ := w.relay()
		var today []string
		for _, m := range left {
			today = append(today, strings.TrimSuffix(m.ToAddress, "@example.test"))
		}
		slices.Sort(today) // remindOn runs its two jobs in any order
		to = append(to, today...)
	}
	// due-1, due-0, overdue-1; the leader after 3 working days, the lead office
	// after 7, on 26 October; weekly to both of the unit from 2 November on
	if got := strings.Join(to, " "); got != "gaj-new gaj-new gaj-new gaj-leader lead gaj-leader gaj-new" {
		t.Errorf("mails after the change: %s\n%s", got, strings.Join(w.chasesOf(it), "\n"))
	}
}

// TestLeavingIsTold: a unit that leaves a group is told which duties are taken
// from it, over all plans in one mail.
func TestLeavingIsTold(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		lead := w.who("lead")
		for range 2 { // two plans that ask something of 各乡镇 and of 市公安局
			p, problem := w.draftPlan()
			w.must("settle", w.SettleProblem(ctx, lead, p.ID, problem, ""))
			_, err := w.IssuePlan(ctx, lead, p.ID, 0)
			w.must("issue", err)
		}
		m := w.mark()
		n, err := w.LeaveGroup(ctx, lead, w.Group.ID, w.Unit("renmin").ID, day("2020-10-12"))
		if err != nil || n != 2 {
			t.Fatalf("%d duties taken, %v", n, err)
		}
		m.wantTold("renmin-contact withdrawn, renmin-contact withdrawn", "renmin-contact")
		left, cancelled := w.relay()
		found := false
		for _, msg := range left {
			found = found || msg.Kind == models.NoticeWithdrawn && strings.HasPrefix(msg.ToAddress, "renmin-contact")
		}
		// the two mails of the issue were still waiting: they have nothing left to say
		if !found || len(cancelled) != 2 {
			t.Errorf("%d left, cancelled %v", len(left), cancelled)
		}

		// joining: one mail over both plans, too
		m = w.mark()
		n, err = w.JoinGroup(ctx, lead, w.Group.ID, w.Unit("scjgj").ID, day("2020-10-13"))
		if err != nil || n != 2 {
			t.Fatalf("%d duties given, %v", n, err)
		}
		m.wantTold("scjgj-contact issued, scjgj-contact issued", "scjgj-contact")
	})
}
