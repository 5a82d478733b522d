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

// grouped issues a plan whose one measure names 市公安局 and the group 各乡镇
// (renmin, wanbao, changde), on 13 October 2020.
func grouped(t *testing.T, db *store.DB, raw *sql.DB) (*world, models.Plan) {
	t.Helper()
	w := newWorld(t, db, raw)
	p, problem := w.draftPlan()
	w.must("settle", w.SettleProblem(t.Context(), w.who("lead"), p.ID, problem, "是"))
	n, err := w.IssuePlan(t.Context(), w.who("lead"), p.ID, 0)
	w.must("issue", err)
	if n != 4 {
		t.Fatalf("%d duties, want 4: the fixture has changed", n)
	}
	w.now = w.now.Add(time.Hour)
	return w, p
}

// standing lists a plan's duties as "unit state", with a star behind those
// that come through a group, in the register's order.
func (w *world) standing(plan models.PlanID) string {
	w.t.Helper()
	items, err := w.db.Items(w.t.Context(), everything, store.ItemFilter{Plan: plan, ByMeasure: true}, w.Today())
	w.must("items", err)
	var out []string
	for _, it := range items {
		s := it.UnitCode + " " + string(it.State)
		if it.GroupID != 0 {
			s += "*"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func (w *world) wantStanding(what string, plan models.PlanID, want string) {
	w.t.Helper()
	if got := w.standing(plan); got != want {
		w.t.Errorf("%s: %s\n want %s", what, got, want)
	}
}

// of returns a unit's duty of a plan.
func (w *world) of(plan models.PlanID, unit string) models.Item {
	w.t.Helper()
	items, err := w.db.Items(w.t.Context(), everything, store.ItemFilter{Plan: plan, Unit: w.Unit(unit).ID}, w.Today())
	w.must("items", err)
	if len(items) != 1 {
		w.t.Fatalf("%s has %d duties", unit, len(items))
	}
	return items[0]
}

const issuedStanding = "gaj unack, renmin unack*, wanbao unack*, changde unack*"

// TestJoinGroup: a unit that joins today has the running plans' duties today,
// as issued today, and its contact is told; plans that do not run are left.
func TestJoinGroup(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w, p := grouped(t, db, raw)
		w.wantStanding("issued", p.ID, issuedStanding)
		lead := w.who("lead")
		today := day("2020-10-13")
		join := func(unit models.UnitID, from models.Date) func() error {
			return func() error { _, err := w.JoinGroup(ctx, lead, w.Group.ID, unit, from); return err }
		}
		city, err := db.UnitByCode(ctx, "city")
		w.must("region", err)
		foreign := w.Unit("gaj")
		foreign.ID, foreign.Code, foreign.Register, foreign.ContactID, foreign.LeaderID = 0, "foreign", "other", 0, 0
		w.Write(func(tx *store.Tx) error { return tx.InsertUnit(ctx, &foreign) })
		w.refused("no day", join(w.Unit("laohugang").ID, models.Date{}), models.Invalid, "from:err.date_needed")
		w.refused("a region", join(city.ID, today), models.Invalid, "unit:err.unit_needed")
		w.refused("a unit of another register", join(foreign.ID, today), models.Invalid, "unit:err.unit_needed")
		w.refused("no unit", join(99999, today), models.NotFound)
		w.refused("no group", func() error { _, err := w.JoinGroup(ctx, lead, 99999, w.Unit("gaj").ID, today); return err }, models.NotFound)
		w.refused("a member already", join(w.Unit("renmin").ID, today), models.Conflict, "err.member_already")

		// one that nobody can be told for, and one with a contact
		m := w.mark()
		n, err := w.JoinGroup(ctx, lead, w.Group.ID, w.Unit("laohugang").ID, today)
		w.must("join", err)
		if n != 1 {
			t.Errorf("%d duties added", n)
		}
		m.wantLog("group_join by lead", "group_sync by lead")
		m.wantTold("lead no-contact", "lead")
		w.refused("twice", join(w.Unit("laohugang").ID, today), models.Conflict, "err.member_already")
		w.now = w.now.Add(time.Hour)
		m = w.mark()
		w.must("join", join(w.Unit("scjgj").ID, day("2020-10-01"))()) // from a day that has passed
		m.wantTold("scjgj-contact issued", "scjgj-contact")
		w.wantStanding("joined", p.ID, "gaj unack, scjgj unack*, renmin unack*, wanbao unack*, changde unack*, laohugang unack*")
		if it := w.of(p.ID, "laohugang"); it.IssuedOn != today || it.DueOn != day("2020-10-31") || it.EffectiveOn != it.DueOn || it.Role != models.UnitResponsible || it.GroupID != w.Group.ID {
			t.Errorf("the new duty: %+v", it.Assignment)
		}

		// a unit that is named itself has its duty already
		m = w.mark()
		w.must("join", join(w.Unit("gaj").ID, today)())
		m.wantTold("", "")
		if it := w.of(p.ID, "gaj"); it.GroupID != 0 || it.Role != models.UnitLead {
			t.Errorf("named itself and through the group: %+v", it.Assignment)
		}

		// the plan that storetest has closed names the group too
		n = 0
		if err := raw.QueryRow("SELECT COUNT(*) FROM assignments WHERE plan_id = $1 AND unit_id = $2", w.Office.Plan.ID, w.Unit("laohugang").ID).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d duties in a closed plan, %v", n, err)
		}
	})
}

// TestJoinLater: a membership that begins on a later day takes effect on that
// day, when the house is put in order, once.
func TestJoinLater(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w, p := grouped(t, db, raw)
		m := w.mark()
		n, err := w.JoinGroup(ctx, w.who("lead"), w.Group.ID, w.Unit("scjgj").ID, day("2020-10-20"))
		w.must("join", err)
		if n != 0 {
			t.Errorf("%d duties a week too early", n)
		}
		m.wantLog("group_join by lead")
		m.wantTold("", "")
		w.refused("a second membership from an earlier day", func() error {
			_, err := w.JoinGroup(ctx, w.who("lead"), w.Group.ID, w.Unit("scjgj").ID, day("2020-10-15"))
			return err
		}, models.Conflict, "err.member_already")
		sweep := func(when, want string) {
			t.Helper()
			w.now = at(when)
			got, err := w.Sweep(ctx)
			if err != nil || !strings.HasPrefix(got, want) {
				t.Errorf("sweep at %s: %q, %v, want %s", when, got, err, want)
			}
		}
		// 23:59 and 00:01 in the office's zone are two days; in UTC they are one
		m = w.mark()
		sweep("2020-10-19 23:59", "group duties +0 -0")
		w.wantStanding("the evening before", p.ID, issuedStanding)
		sweep("2020-10-20 00:01", "group duties +1 -0")
		w.wantStanding("on the day", p.ID, "gaj unack, scjgj unack*, renmin unack*, wanbao unack*, changde unack*")
		m.wantLog("group_sync")
		m.wantTold("scjgj-contact issued", "scjgj-contact")
		m = w.mark()
		sweep("2020-10-20 12:00", "group duties +0 -0")
		sweep("2020-10-21 00:01", "group duties +0 -0")
		m.wantLog()
		m.wantTold("", "")
		if it := w.of(p.ID, "scjgj"); it.IssuedOn != day("2020-10-20") {
			t.Errorf("issued on %s", it.IssuedOn)
		}
	})
}

// TestLeaveGroup: what a unit has not finished is taken from it when its last
// day has passed; what it has finished stays, and what it owes in its own name.
func TestLeaveGroup(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w, p := grouped(t, db, raw)
		lead, sys := w.who("lead"), models.SystemActor("t")
		leave := func(unit, last string) (int, error) {
			return w.LeaveGroup(ctx, lead, w.Group.ID, w.Unit(unit).ID, day(last))
		}
		w.refused("no day", func() error {
			_, err := w.LeaveGroup(ctx, lead, w.Group.ID, w.Unit("renmin").ID, models.Date{})
			return err
		}, models.Invalid, "to:err.date_needed")
		w.refused("before it came", func() error { _, err := leave("renmin", "2019-12-31"); return err }, models.Invalid, "to:err.member_before")
		w.refused("no member", func() error { _, err := leave("scjgj", "2020-10-13"); return err }, models.NotFound)
		w.refused("left long ago", func() error { _, err := leave("laohugang", "2020-10-13"); return err }, models.NotFound)

		// wanbao is through, changde has handed in, renmin has not begun
		for _, unit := range []string{"wanbao", "changde"} {
			it := w.of(p.ID, unit)
			w.must("sign", w.Sign(ctx, sys, it.ID, 0))
			w.must("submit", w.Submit(ctx, sys, it.ID, 0, full(), nil, "https://example.cn/"))
		}
		w.must("approve", w.Approve(ctx, lead, w.of(p.ID, "wanbao").ID, 0, ""))
		w.wantStanding("before", p.ID, "gaj unack, renmin unack*, wanbao done*, changde review*")

		// the last day is a day of membership: nothing is taken before it is over
		m := w.mark()
		n, err := leave("renmin", "2020-10-15")
		w.must("leave", err)
		m.wantLog("group_leave by lead")
		w.refused("leave twice", func() error { _, err := leave("renmin", "2020-10-16"); return err }, models.NotFound)
		if n != 0 {
			t.Errorf("%d duties taken two days too early", n)
		}
		w.now = at("2020-10-15 23:59")
		if _, err := w.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		w.wantStanding("on the last day", p.ID, "gaj unack, renmin unack*, wanbao done*, changde review*")
		w.now = at("2020-10-16 00:01")
		m = w.mark()
		if got, err := w.Sweep(ctx); err != nil || !strings.HasPrefix(got, "group duties +0 -1") {
			t.Errorf("sweep: %q, %v", got, err)
		}
		m.wantLog("withdraw unack>withdrawn")
		if note := m.log()[0].Note; note == "" {
			t.Error("a duty is taken back without a reason")
		}
		w.wantStanding("the day after", p.ID, "gaj unack, renmin withdrawn*, wanbao done*, changde review*")

		// a last day that has passed takes effect at once
		n, err = leave("wanbao", "2020-10-10")
		w.must("leave", err)
		if n != 0 {
			t.Errorf("%d finished duties taken", n)
		}
		n, err = leave("changde", "2020-10-10")
		w.must("leave", err)
		if n != 1 {
			t.Errorf("%d duties taken, want the one that is not decided", n)
		}
		w.wantStanding("all gone", p.ID, "gaj unack, renmin withdrawn*, wanbao done*, changde withdrawn*")
		// nothing is left to review or to chase of it
		if n, err := db.CountToDecide(ctx, everything, p.ID); err != nil || n != 0 {
			t.Errorf("%d to decide, %v", n, err)
		}
		w.must("close what was done", w.Close(ctx, lead, w.of(p.ID, "wanbao").ID, 0))
	})
}

// TestMembershipAtIssue: who counts is decided on the day of issue, in the
// office's zone.
func TestMembershipAtIssue(t *testing.T) {
	db, raw := openSQLite(t)
	ctx := t.Context()
	w := newWorld(t, db, raw)
	lead := w.who("lead")
	_, err := w.LeaveGroup(ctx, lead, w.Group.ID, w.Unit("renmin").ID, day("2020-10-19"))
	w.must("leave", err)
	_, err = w.JoinGroup(ctx, lead, w.Group.ID, w.Unit("laohugang").ID, day("2020-10-20"))
	w.must("join", err)
	for _, c := range []struct{ when, want string }{
		{"2020-10-19 23:59", issuedStanding},
		{"2020-10-20 00:01", "gaj unack, wanbao unack*, changde unack*, laohugang unack*"},
	} {
		w.now = at(c.when)
		p, problem := w.draftPlan()
		w.must("settle", w.SettleProblem(ctx, lead, p.ID, problem, "是"))
		_, err := w.IssuePlan(ctx, lead, p.ID, 0)
		w.must("issue", err)
		w.wantStanding("issued at "+c.when, p.ID, c.want)
	}
}

// TestJoinAtOnce: a unit that two people enter at once is a member once, and
// has each duty once.
func TestJoinAtOnce(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		w, p := grouped(t, db, raw)
		lead, ctx := w.who("lead"), context.Background()
		for unit, from := range map[string]string{"scjgj": "2020-10-13", "zrzyj": "2020-12-01"} { // today, and later: no duty yet
			id := w.Unit(unit).ID
			n := codes(atOnce(8, func(int) error { _, err := w.JoinGroup(ctx, lead, w.Group.ID, id, day(from)); return err }))
			if n[""] != 1 || n[models.Conflict] != 7 {
				t.Errorf("%s, answers: %v", unit, n)
			}
			members, err := db.Members(ctx)
			w.must("members", err)
			count := 0
			for _, m := range members {
				if m.UnitID == id {
					count++
				}
			}
			if count != 1 {
				t.Errorf("%s: %d memberships", unit, count)
			}
		}
		w.of(p.ID, "scjgj") // one duty
	})
}
