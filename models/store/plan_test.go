package store_test

import (
	"testing"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

func aPlan(n int) models.Plan {
	p := filled[models.Plan](n)
	p.State = models.PlanDraft
	return p
}

func TestPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		older, newer := aPlan(1), aPlan(2)
		older.Issued, older.IssuedAt, older.Addressees = models.Date{}, nil, nil
		write(t, db, func(tx *store.Tx) error {
			if err := tx.InsertPlan(ctx, &older); err != nil {
				return err
			}
			return tx.InsertPlan(ctx, &newer)
		})
		older.Addressees = models.StringList{} // no list is read back as an empty one
		same(t, "plan", must(db.Plan(ctx, older.ID))(t), older)
		same(t, "plan by key", must(db.PlanByKey(ctx, newer.Key))(t), newer)
		same(t, "plans, the newest first", must(db.Plans(ctx))(t), []models.Plan{newer, older})
		if _, err := db.PlanByKey(ctx, ""); models.CodeOf(err) != models.NotFound {
			t.Errorf("no key: %v", err)
		}
		if _, err := db.Plan(ctx, nobody); models.CodeOf(err) != models.NotFound {
			t.Errorf("unknown plan: %v", err)
		}

		issued := older
		issued.State, issued.IssuedAt, issued.LeadUnitID = models.PlanIssued, newer.IssuedAt, 77
		write(t, db, func(tx *store.Tx) error { return tx.UpdatePlan(ctx, &issued) })
		same(t, "issued plan", must(db.Plan(ctx, older.ID))(t), issued)
		refused(t, db, models.Conflict, func(tx *store.Tx) error { return tx.UpdatePlan(ctx, &older) })
		refused(t, db, models.Conflict, func(tx *store.Tx) error {
			twin := aPlan(3)
			twin.Key = newer.Key
			return tx.InsertPlan(ctx, &twin)
		})

		var versions []models.PlanVersion
		write(t, db, func(tx *store.Tx) error {
			for _, number := range []int{2, 1} {
				v := filled[models.PlanVersion](number)
				v.PlanID, v.Number = older.ID, number
				if err := tx.InsertPlanVersion(ctx, &v); err != nil {
					return err
				}
				v.DraftJSON = "" // lists leave the text out
				versions = append([]models.PlanVersion{v}, versions...)
			}
			return nil
		})
		same(t, "versions", must(db.PlanVersions(ctx, older.ID))(t), versions)
		refused(t, db, models.Conflict, func(tx *store.Tx) error {
			v := filled[models.PlanVersion](3)
			v.PlanID, v.Number = older.ID, 2
			return tx.InsertPlanVersion(ctx, &v)
		})
	})
}

func TestPlanContent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.Seed(t, db) // a plan whose content must not appear in the other's
		p := aPlan(1)
		var c store.Content
		write(t, db, func(tx *store.Tx) error {
			if err := tx.InsertPlan(ctx, &p); err != nil {
				return err
			}
			for n := 1; n <= 2; n++ {
				ind := filled[models.Indicator](n)
				ind.PlanID, ind.SortNo = p.ID, n
				if err := tx.InsertIndicator(ctx, &ind); err != nil {
					return err
				}
				c.Indicators = append(c.Indicators, ind)
				task := filled[models.Task](n)
				task.PlanID, task.SortNo = p.ID, n
				c.Tasks = append(c.Tasks, task)
				m := filled[models.Measure](n)
				m.PlanID, m.SortNo = p.ID, n
				c.Measures = append(c.Measures, m)
			}
			if err := tx.InsertTasks(ctx, c.Tasks); err != nil {
				return err
			}
			if err := tx.InsertMeasures(ctx, c.Measures); err != nil {
				return err
			}
			for n, m := range c.Measures {
				unit, group := filled[models.Responsibility](1), filled[models.Responsibility](2)
				unit.MeasureID, unit.Role, unit.GroupID, unit.SortNo = m.ID, models.UnitLead, 0, 1
				group.MeasureID, group.Role, group.UnitID, group.SortNo = m.ID, models.UnitCooperate, 0, 2
				dated, undated := filled[models.Deadline](1), filled[models.Deadline](2)
				dated.MeasureID, dated.SortNo = m.ID, 1
				undated.MeasureID, undated.SortNo, undated.Date = m.ID, 2, models.Date{}
				target := filled[models.Target](n + 1)
				target.MeasureID = m.ID
				c.Links = append(c.Links, models.TaskMeasure{TaskID: c.Tasks[n].ID, MeasureID: m.ID, SortNo: 1})
				c.Responsibilities = append(c.Responsibilities, unit, group)
				c.Deadlines = append(c.Deadlines, dated, undated)
				c.Targets = append(c.Targets, target)
			}
			return tx.InsertContent(ctx, c)
		})
		same(t, "content", must(db.Content(ctx, p.ID))(t), c)
		same(t, "targets", must(db.Targets(ctx, c.Measures[1].ID))(t), c.Targets[1:])
		if empty := must(db.Content(ctx, nobody))(t); len(empty.Tasks)+len(empty.Measures)+len(empty.Links) != 0 {
			t.Errorf("content of no plan: %+v", empty)
		}

		// A number stands once in a plan, a measure once in a row.
		refused(t, db, models.Conflict, func(tx *store.Tx) error {
			return tx.InsertTasks(ctx, []models.Task{{PlanID: p.ID, No: c.Tasks[0].No, SortNo: 9}})
		})
		refused(t, db, models.Conflict, func(tx *store.Tx) error {
			return tx.InsertMeasures(ctx, []models.Measure{{PlanID: p.ID, Ref: c.Measures[0].Ref, Text: "x", SortNo: 9}})
		})
		refused(t, db, models.Conflict, func(tx *store.Tx) error {
			return tx.InsertContent(ctx, store.Content{Links: c.Links[:1]})
		})
	})
}

func TestProblems(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		p := aPlan(1)
		first, second := filled[models.PlanProblem](1), filled[models.PlanProblem](2)
		write(t, db, func(tx *store.Tx) error {
			if err := tx.InsertPlan(ctx, &p); err != nil {
				return err
			}
			first.PlanID, first.Severity, first.SettledAt, first.SettledBy, first.Answer = p.ID, models.SeverityConfirm, nil, 0, ""
			second.PlanID, second.Severity = p.ID, models.SeverityCheck
			ps := []models.PlanProblem{first, second}
			err := tx.InsertProblems(ctx, ps)
			first, second = ps[0], ps[1]
			return err
		})
		same(t, "problems", must(db.Problems(ctx, p.ID))(t), []models.PlanProblem{first, second})

		refused(t, db, models.Conflict, func(tx *store.Tx) error { // another plan's
			return tx.SettleProblem(ctx, o.Plan.ID, first.ID, 3, storetest.Now, "是")
		})
		write(t, db, func(tx *store.Tx) error { return tx.SettleProblem(ctx, p.ID, first.ID, 3, storetest.Now, "是") })
		refused(t, db, models.Conflict, func(tx *store.Tx) error {
			return tx.SettleProblem(ctx, p.ID, first.ID, 4, storetest.Now, "否")
		})
		now := storetest.Now
		first.SettledAt, first.SettledBy, first.Answer = &now, 3, "是"
		same(t, "settled", must(db.Problems(ctx, p.ID))(t), []models.PlanProblem{first, second})
	})
}
