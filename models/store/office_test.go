package store_test

import (
	"fmt"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

func TestPlanSizes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		write(t, db, func(tx *store.Tx) error {
			return tx.InsertProblems(ctx, []models.PlanProblem{
				{PlanID: o.Plan.ID, Severity: models.SeverityConfirm, Location: "row 1", Message: "一", SortNo: 2},
				{PlanID: o.Plan.ID, Severity: models.SeverityConfirm, Location: "row 2", Message: "二", SortNo: 3},
			})
		})
		same(t, "sizes", must(db.PlanSizes(ctx))(t), map[models.PlanID]store.PlanSize{o.Plan.ID: {PlanID: o.Plan.ID, Rows: 3, Measures: 4, ToConfirm: 2}})
		problems := must(db.Problems(ctx, o.Plan.ID))(t)
		write(t, db, func(tx *store.Tx) error {
			return tx.SettleProblem(ctx, o.Plan.ID, problems[1].ID, o.User("lead").ID, storetest.Now, "是")
		})
		if n := must(db.PlanSizes(ctx))(t)[o.Plan.ID].ToConfirm; n != 1 {
			t.Errorf("%d to confirm after one of two was settled", n)
		}

		// zrzyj owes m3 beside the withdrawn m4
		same(t, "units", must(db.UnitsIn(ctx, everyone))(t), map[models.PlanID]int{o.Plan.ID: 6})
		same(t, "own unit", must(db.UnitsIn(ctx, o.Scope("gaj-contact")))(t), map[models.PlanID]int{o.Plan.ID: 1})
	})
}

// DraftSizes counts what models.Expand gives, on each side of a membership's
// end; an issued plan is no draft.
func TestDraftSizes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		if got := must(db.DraftSizes(ctx, today))(t); len(got) != 0 {
			t.Errorf("an issued plan counts as a draft: %v", got)
		}
		plan := o.Plan
		plan.State = models.PlanDraft
		write(t, db, func(tx *store.Tx) error {
			// a unit that is named itself and through its group counts once
			err := tx.InsertContent(ctx, store.Content{Responsibilities: []models.Responsibility{
				{MeasureID: o.Measure("m2").ID, Name: "任民镇", UnitID: o.Unit("renmin").ID, Role: models.UnitLead, SortNo: 99}}})
			if err != nil {
				return err
			}
			return tx.UpdatePlan(ctx, &plan)
		})
		members := must(db.Members(ctx))(t)
		c := must(db.Content(ctx, o.Plan.ID))(t)
		for _, on := range []models.Date{day("2019-12-31"), day("2020-08-31"), day("2020-09-01"), today} {
			duties, units := 0, map[models.UnitID]bool{}
			for _, m := range c.Measures {
				var rs []models.Responsibility
				for _, r := range c.Responsibilities {
					if r.MeasureID == m.ID {
						rs = append(rs, r)
					}
				}
				for _, d := range models.Expand(rs, members, on) {
					duties++
					units[d.UnitID] = true
				}
			}
			want := map[models.PlanID]store.DraftSize{o.Plan.ID: {PlanID: o.Plan.ID, Duties: duties, Units: len(units)}}
			same(t, "on "+on.String(), must(db.DraftSizes(ctx, on))(t), want)
		}
	})
}

func TestLastActs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		gaj := o.Unit("gaj").ID
		write(t, db, func(tx *store.Tx) error {
			for i, role := range []models.Role{models.RoleContact, models.RoleLeader, models.RoleLead} {
				e := models.AuditEntry{At: storetest.Now.Add(time.Duration(i) * time.Hour), ActorUnitID: gaj, ActorRole: role, UnitID: gaj, PlanID: o.Plan.ID, Act: "x"}
				if err := tx.InsertAudit(ctx, &e); err != nil {
					return err
				}
			}
			return nil
		})
		got := must(db.LastActs(ctx, everyone, o.Plan.ID))(t)
		if len(got) != 2 || !got[gaj].Equal(storetest.Now.Add(time.Hour)) || !got[o.Unit("scjgj").ID].Equal(storetest.Now.Add(-48*time.Hour)) {
			t.Errorf("last acts: %v", got)
		}
	})
}

func TestGroupUses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := storetest.Seed(t, db)
		same(t, "uses", must(db.GroupUses(t.Context()))(t), []store.GroupUse{
			{GroupID: o.Group.ID, PlanID: o.Plan.ID, Title: o.Plan.Title, State: models.PlanIssued, Measures: 1}})
	})
}

func TestCountSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		u, now := o.User("lead"), storetest.Now
		for i, s := range []models.Session{
			{UserID: u.ID, Epoch: u.Epoch, CreatedAt: now.Add(-time.Hour), LastSeenAt: now},
			{UserID: u.ID, Epoch: u.Epoch, CreatedAt: now.Add(-time.Hour), LastSeenAt: now.Add(-40 * time.Minute)}, // idle
			{UserID: u.ID, Epoch: u.Epoch, CreatedAt: now.Add(-13 * time.Hour), LastSeenAt: now},                   // old
			{UserID: u.ID, Epoch: u.Epoch - 1, CreatedAt: now, LastSeenAt: now},                                    // of before
			{UserID: o.User("admin").ID, Epoch: 1, CreatedAt: now, LastSeenAt: now},
		} {
			s.TokenHash = fmt.Sprint(i)
			write(t, db, func(tx *store.Tx) error { return tx.InsertSession(ctx, &s) })
		}
		if n := must(db.CountSessions(ctx, u, now.Add(-30*time.Minute), now.Add(-12*time.Hour)))(t); n != 1 {
			t.Errorf("%d sessions, want 1", n)
		}
	})
}

func TestLatestRuns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		write(t, db, func(tx *store.Tx) error {
			for i := range 4 {
				for _, name := range []string{"remind", "digest"} {
					run := models.JobRun{Name: name, Slot: fmt.Sprint(i), State: models.RunOK, StartedAt: storetest.Now.Add(time.Duration(i) * time.Hour), Tries: 1}
					if name == "digest" && i > 0 {
						continue
					}
					if _, err := tx.ClaimRun(ctx, &run, storetest.Now, 3); err != nil {
						return err
					}
				}
			}
			return nil
		})
		var got []string
		for _, run := range must(db.LatestRuns(ctx, 2))(t) {
			got = append(got, run.Name+run.Slot)
		}
		same(t, "the latest of each", got, []string{"digest0", "remind3", "remind2"})
	})
}

func TestStuck(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		if got := must(db.Stuck(ctx))(t); got.Last.ID != 0 {
			t.Errorf("nothing was tried, and yet %v", got)
		}
		m := filled[models.Message](1)
		m.UserID, m.State, m.NotBefore, m.LeaseTill = o.User("lead").ID, models.MessageQueued, storetest.Now, nil
		try := func(at int, ok bool, result string) {
			t.Helper()
			write(t, db, func(tx *store.Tx) error {
				when := storetest.Now.Add(time.Duration(at) * time.Minute)
				c, err := tx.ClaimMessage(ctx, when, when)
				if err != nil {
					return err
				}
				c.State = models.MessageQueued
				return tx.FinishMessage(ctx, &c, models.Attempt{At: when, OK: ok, Result: result})
			})
		}
		write(t, db, func(tx *store.Tx) error { _, err := tx.InsertMessage(ctx, &m); return err })
		try(1, false, "channel: a")
		try(2, true, "250")
		if got := must(db.Stuck(ctx))(t); got.Last.ID != 0 {
			t.Errorf("after a success: %v", got)
		}
		try(3, false, "channel: b")
		try(4, false, "channel: c")
		try(5, false, "channel: d")
		got := must(db.Stuck(ctx))(t)
		if got.First.Result != "channel: b" || got.Last.Result != "channel: d" {
			t.Errorf("stuck since %q, last %q", got.First.Result, got.Last.Result)
		}
		same(t, "states", must(db.StatesOf(ctx, []models.MessageID{got.Last.MessageID, nobody}))(t), map[models.MessageID]models.MessageState{got.Last.MessageID: models.MessageQueued})
		same(t, "states of none", must(db.StatesOf(ctx, nil))(t), map[models.MessageID]models.MessageState{})
	})
}

func TestNoticesByPage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		me := o.User("gaj-contact").ID
		var ids []models.NoticeID
		write(t, db, func(tx *store.Tx) error {
			for n := range 6 {
				v := filled[models.Notice](n + 1)
				v.UserID, v.ReadAt = me, nil
				if n == 5 {
					v.UserID = o.User("lead").ID
				}
				fresh, err := tx.InsertNotices(ctx, []models.Notice{v})
				if err != nil {
					return err
				}
				ids = append(ids, fresh[0].ID)
			}
			return tx.MarkNoticesRead(ctx, me, ids[1], storetest.Now)
		})
		for name, c := range map[string]struct {
			f    store.NoticeFilter
			want []int
		}{
			"all":        {store.NoticeFilter{}, []int{4, 3, 2, 1, 0}},
			"unread":     {store.NoticeFilter{Unread: true}, []int{4, 3, 2}},
			"first page": {store.NoticeFilter{Limit: 2}, []int{4, 3}},
			"older":      {store.NoticeFilter{Limit: 2, BeforeID: ids[3]}, []int{2, 1}},
			"newer":      {store.NoticeFilter{Limit: 2, AfterID: ids[0]}, []int{2, 1}},
		} {
			var got []models.NoticeID
			for _, n := range must(db.Notices(ctx, me, c.f))(t) {
				got = append(got, n.ID)
			}
			var want []models.NoticeID
			for _, i := range c.want {
				want = append(want, ids[i])
			}
			same(t, name, got, want)
		}
		if n := must(db.CountNotices(ctx, me))(t); n != 5 {
			t.Errorf("%d notices", n)
		}
	})
}

func TestMessageSearch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		var ids []models.MessageID
		write(t, db, func(tx *store.Tx) error {
			for n, m := range []models.Message{
				{ToName: "王公安", ToAddress: "Wang@example.test", Subject: "督办周报"},
				{ToName: "李牵头", ToAddress: "li@example.test", Subject: "Reminder 100%"},
			} {
				m.Key, m.MIMEID, m.UserID, m.State = fmt.Sprint(n), fmt.Sprint(n), o.User("lead").ID, models.MessageQueued
				if _, err := tx.InsertMessage(ctx, &m); err != nil {
					return err
				}
				ids = append(ids, m.ID)
			}
			return nil
		})
		for name, c := range map[string]struct {
			f    store.MessageFilter
			want []models.MessageID
		}{
			"name":               {store.MessageFilter{Text: "公安"}, ids[:1]},
			"address, any case":  {store.MessageFilter{Text: "wANG@"}, ids[:1]},
			"subject":            {store.MessageFilter{Text: "reminder", InSubject: true}, ids[1:]},
			"a wildcard is text": {store.MessageFilter{Text: "0%", InSubject: true}, ids[1:]},
			"any character":      {store.MessageFilter{Text: "w_ng"}, nil},
			"subject left out":   {store.MessageFilter{Text: "reminder"}, nil},
			"newer":              {store.MessageFilter{AfterID: ids[0], Limit: 1}, ids[1:]},
		} {
			var got []models.MessageID
			for _, m := range must(db.Messages(ctx, c.f))(t) {
				got = append(got, m.ID)
			}
			same(t, name, got, c.want)
		}
	})
}

func TestAuditSearch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		es := []models.AuditEntry{
			{Act: "login", ActorID: 1, ActorName: "王芳"},
			{Act: "user_changed", ActorID: 2, ActorName: "Admin", Object: "wangfang", UnitID: 7},
			{Act: "return", ActorID: 3, ActorName: "李明", ActorUnitID: 8, PlanID: 1, AssignmentID: 5, UnitID: 7, Note: "缺清单"},
			{Act: "retry", ActorID: 3, ActorName: "李明", ActorUnitID: 8, Object: "message 12"},
			{Act: "retry", ActorID: 3, ActorName: "李明", PlanID: 1}, // a system act about a plan is the plan's
		}
		write(t, db, func(tx *store.Tx) error {
			for i := range es {
				es[i].At = storetest.Now.Add(time.Duration(i) * time.Hour).UTC()
				if err := tx.InsertAudit(ctx, &es[i]); err != nil {
					return err
				}
			}
			return nil
		})
		ids := func(list []models.AuditEntry) (out []models.AuditID) {
			for _, e := range list {
				out = append(out, e.ID)
			}
			return out
		}
		pick := func(at ...int) (out []models.AuditID) {
			for _, i := range at {
				out = append(out, es[i].ID)
			}
			return out
		}
		hour := func(n int) time.Time { return storetest.Now.Add(time.Duration(n) * time.Hour) }
		for name, c := range map[string]struct {
			f    store.AuditFilter
			want []models.AuditID
		}{
			"unit, as object or as actor's": {store.AuditFilter{Unit: 8}, pick(3, 2)},
			"unit concerned":                {store.AuditFilter{Unit: 7}, pick(2, 1)},
			"text in a name":                {store.AuditFilter{Text: "aDMIN"}, pick(1)},
			"text in an object":             {store.AuditFilter{Text: "wang"}, pick(1)},
			"text in a note":                {store.AuditFilter{Text: "清单"}, pick(2)},
			"since":                         {store.AuditFilter{Since: hour(3)}, pick(4, 3)},
			"until":                         {store.AuditFilter{Until: hour(1)}, pick(0)},
			"newer":                         {store.AuditFilter{AfterID: es[0].ID, Limit: 2}, pick(2, 1)},
		} {
			same(t, name, ids(must(db.Audit(ctx, everyone, c.f))(t)), c.want)
		}
		same(t, "an administrator's", ids(must(db.SystemAudit(ctx, store.AuditFilter{}))(t)), pick(3, 1, 0))
		same(t, "an administrator asks for a business act", ids(must(db.SystemAudit(ctx, store.AuditFilter{Act: "return"}))(t)), []models.AuditID{})
	})
}

func TestDeleteAlias(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.Seed(t, db)
		all := must(db.Aliases(ctx))(t)
		write(t, db, func(tx *store.Tx) error { return tx.DeleteAlias(ctx, all[0].ID) })
		same(t, "aliases", must(db.Aliases(ctx))(t), all[1:])
		refused(t, db, models.NotFound, func(tx *store.Tx) error { return tx.DeleteAlias(ctx, all[0].ID) })
	})
}
