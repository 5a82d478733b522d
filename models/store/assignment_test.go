package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// crowd stores a plan with so many measures for each of so many units; make
// fills in what the assignment number i is beyond its place.
func crowd(t testing.TB, db *store.DB, key string, measures, units int, make func(i int, a *models.Assignment)) (models.Plan, []models.Assignment) {
	t.Helper()
	ctx := t.Context()
	p := models.Plan{Key: key, Title: key, Year: 2020, State: models.PlanIssued, CreatedAt: storetest.Now}
	var as []models.Assignment
	write(t, db, func(tx *store.Tx) error {
		if err := tx.InsertPlan(ctx, &p); err != nil {
			return err
		}
		have, err := tx.Units(ctx)
		if err != nil {
			return err
		}
		for n := len(have); n < units; n++ {
			u := models.Unit{Code: fmt.Sprintf("u%d", n), Name: fmt.Sprintf("单位%d", n), Short: "单位", Family: "市直", SortNo: n}
			if err := tx.InsertUnit(ctx, &u); err != nil {
				return err
			}
			have = append(have, u)
		}
		ms := []models.Measure{}
		for n := range measures {
			ms = append(ms, models.Measure{PlanID: p.ID, Ref: fmt.Sprintf("m%d", n+1), Text: fmt.Sprintf("措施%d", n+1), SortNo: n + 1, FirstPos: 1})
		}
		if err := tx.InsertMeasures(ctx, ms); err != nil {
			return err
		}
		for _, m := range ms {
			for _, u := range have[:units] {
				a := models.Assignment{PlanID: p.ID, MeasureID: m.ID, UnitID: u.ID, Role: models.UnitResponsible, State: models.StateUnack, IssuedOn: storetest.IssuedOn}
				make(len(as), &a)
				as = append(as, a)
			}
		}
		return tx.InsertAssignments(ctx, as)
	})
	return p, as
}

// everyKind gives the assignments around each edge of the rules: every state,
// role, and every order of deadline, resubmission day, day of issue and today.
func everyKind(t testing.TB, db *store.DB, key string) (models.Plan, []models.Assignment) {
	t.Helper()
	days := []models.Date{{}, today.AddDays(-30), today.AddDays(-1), today, today.AddDays(1),
		today.AddDays(models.DueSoonDays), today.AddDays(models.DueSoonDays + 1)}
	issued := []models.Date{today.AddDays(-31), today.AddDays(-30), today, today.AddDays(models.DueSoonDays + 1)}
	roles := []models.UnitRole{models.UnitLead, models.UnitResponsible, models.UnitPilot, models.UnitCooperate}
	// 29 units, because a number without common factors gives each unit every kind.
	const units = 29
	kinds := len(models.States) * len(days) * len(days) * len(issued)
	return crowd(t, db, key, kinds/units+1, units, func(i int, a *models.Assignment) {
		pick := func(n int) int { k := i % n; i /= n; return k }
		a.Role = roles[i%len(roles)]
		a.EffectiveOn = days[pick(len(days))]
		a.ResubmitBy = days[pick(len(days))]
		a.IssuedOn = issued[pick(len(issued))]
		a.State = models.States[pick(len(models.States))]
		a.DueOn = a.EffectiveOn
		if a.State.Finished() && !a.EffectiveOn.IsZero() {
			a.FirstSubmittedOn = a.EffectiveOn.AddDays(-7)
		}
	})
}

func ids[T any](items []T, id func(T) models.AssignmentID) []models.AssignmentID {
	out := []models.AssignmentID{}
	for _, it := range items {
		out = append(out, id(it))
	}
	return out
}

func itemIDs(items []models.Item) []models.AssignmentID {
	return ids(items, func(it models.Item) models.AssignmentID { return it.ID })
}

func assignmentIDs(as []models.Assignment) []models.AssignmentID {
	return ids(as, func(a models.Assignment) models.AssignmentID { return a.ID })
}

func keep[T any](all []T, want func(T) bool) []T {
	out := []T{}
	for _, v := range all {
		if want(v) {
			out = append(out, v)
		}
	}
	return out
}

// refOrder is the default order of lists: by the day chased against, those
// without one last, then by id.
func refOrder(a, b models.Assignment) int {
	x, y := a.ReferenceOn(), b.ReferenceOn()
	if x.IsZero() != y.IsZero() {
		if x.IsZero() {
			return 1
		}
		return -1
	}
	return cmp.Or(x.Compare(y), cmp.Compare(a.ID, b.ID))
}

// The lights that the database computes are those of models.Assignment.Lamp,
// one by one and in any company.
func TestLamps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		_, as := everyKind(t, db, "kinds")
		slices.SortFunc(as, refOrder)
		seen := map[models.Lamp]int{}
		for _, a := range as {
			seen[a.Lamp(today)]++
		}
		check := func(lamps ...models.Lamp) {
			t.Helper()
			items, err := db.Items(ctx, everyone, store.ItemFilter{Lamps: lamps}, today)
			if err != nil {
				t.Fatalf("%v: %v", lamps, err)
			}
			want := keep(as, func(a models.Assignment) bool { return slices.Contains(lamps, a.Lamp(today)) })
			same(t, fmt.Sprint(lamps), itemIDs(items), assignmentIDs(want))
		}
		for i, l := range models.Lamps {
			if seen[l] == 0 {
				t.Errorf("no assignment shows %s: the test proves nothing about it", l)
			}
			check(l)
			for _, m := range models.Lamps[:i] {
				check(l, m)
			}
		}
		check(models.Lamps...)
	})
}

func TestItems(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		p, as := everyKind(t, db, "kinds")
		slices.SortFunc(as, refOrder)
		m, u := as[7].MeasureID, as[7].UnitID
		some := []models.AssignmentID{as[1].ID, as[40].ID, nobody}
		measure := map[string]models.MeasureID{}
		for _, m := range must(db.Content(ctx, p.ID))(t).Measures {
			measure[m.Ref] = m.ID
		}
		from, to := today.AddDays(-1), today.AddDays(1)
		between := func(a models.Assignment, from, to models.Date) bool {
			ref := a.ReferenceOn()
			return !ref.IsZero() && (from.IsZero() || !ref.Before(from)) && (to.IsZero() || !ref.After(to))
		}
		for name, c := range map[string]struct {
			filter store.ItemFilter
			want   func(models.Assignment) bool
		}{
			"plan":    {store.ItemFilter{Plan: p.ID}, func(a models.Assignment) bool { return true }},
			"measure": {store.ItemFilter{Plan: p.ID, Measure: m}, func(a models.Assignment) bool { return a.MeasureID == m }},
			"unit":    {store.ItemFilter{Plan: p.ID, Unit: u}, func(a models.Assignment) bool { return a.UnitID == u }},
			"states": {store.ItemFilter{Plan: p.ID, States: []models.State{models.StateDone, models.StateNA}},
				func(a models.Assignment) bool { return a.State == models.StateDone || a.State == models.StateNA }},
			"no known state": {store.ItemFilter{Plan: p.ID, States: []models.State{"x') OR ('1'='1"}}, func(models.Assignment) bool { return false }},
			"open or since": {store.ItemFilter{Plan: p.ID, OpenOrSince: today.AddDays(-7)}, func(a models.Assignment) bool {
				return a.State.Waiting() || a.State == models.StateReview || !a.FirstSubmittedOn.IsZero() && !a.FirstSubmittedOn.Before(today.AddDays(-7))
			}},
			"measures": {store.ItemFilter{Plan: p.ID, Measures: []models.MeasureID{m, as[0].MeasureID, nobody}},
				func(a models.Assignment) bool { return a.MeasureID == m || a.MeasureID == as[0].MeasureID }},
			"refs":    {store.ItemFilter{Plan: p.ID, Refs: []string{"m2", "m5", "none"}}, func(a models.Assignment) bool { return a.MeasureID == measure["m2"] || a.MeasureID == measure["m5"] }},
			"waiting": {store.ItemFilter{Plan: p.ID, Waiting: true}, func(a models.Assignment) bool { return a.State.Waiting() }},
			"ids":     {store.ItemFilter{Plan: p.ID, IDs: some}, func(a models.Assignment) bool { return slices.Contains(some, a.ID) }},
			"no ids":  {store.ItemFilter{Plan: p.ID, IDs: []models.AssignmentID{}}, func(models.Assignment) bool { return false }},
			"from":    {store.ItemFilter{Plan: p.ID, RefFrom: from}, func(a models.Assignment) bool { return between(a, from, models.Date{}) }},
			"to":      {store.ItemFilter{Plan: p.ID, RefTo: to}, func(a models.Assignment) bool { return between(a, models.Date{}, to) }},
			"between": {store.ItemFilter{Plan: p.ID, RefFrom: from, RefTo: to}, func(a models.Assignment) bool { return between(a, from, to) }},
			"all together": {store.ItemFilter{Plan: p.ID, Unit: u, RefFrom: from, RefTo: to, Waiting: true, Lamps: []models.Lamp{models.LampDue, models.LampPast}},
				func(a models.Assignment) bool {
					return a.UnitID == u && between(a, from, to) && a.State.Waiting() && (a.Lamp(today) == models.LampDue || a.Lamp(today) == models.LampPast)
				}},
		} {
			want := assignmentIDs(keep(as, c.want))
			same(t, name, itemIDs(must(db.Items(ctx, everyone, c.filter, today))(t)), want)
			if len(want) == 0 && !strings.HasPrefix(name, "no ") {
				t.Errorf("%s: nothing matches, which proves nothing", name)
			}

			// The same list, page by page.
			paged, f := []models.AssignmentID{}, c.filter
			f.Limit = 97
			for {
				page := must(db.Items(ctx, everyone, f, today))(t)
				paged = append(paged, itemIDs(page)...)
				if len(page) < f.Limit || len(paged) > len(as) {
					break
				}
				last := page[len(page)-1]
				f.AfterOn, f.AfterID = last.ReferenceOn(), last.ID
			}
			same(t, name+", page by page", paged, want)
		}

		// The words around the assignment.
		got := o.Assignment("m3", "scjgj")
		want := models.Item{
			Assignment: got.Assignment, PlanKey: "demo-2020", PlanTitle: o.Plan.Title, MeasureRef: "m3", MeasureNo: "2",
			MeasureText: "推进部门数据共享。", RowNos: models.StringList{"2", "4"}, FirstPos: 2,
			UnitCode: "scjgj", UnitName: "市市场监管局", UnitShort: "市监局", Family: "市直",
		}
		same(t, "item", got, want)
		if _, err := db.Item(ctx, everyone, nobody); models.CodeOf(err) != models.NotFound {
			t.Errorf("unknown assignment: %v", err)
		}

		byMeasure := must(db.Items(ctx, everyone, store.ItemFilter{Plan: o.Plan.ID, ByMeasure: true}, today))(t)
		names := []string{}
		for _, it := range byMeasure {
			names = append(names, it.MeasureRef+" "+it.UnitCode)
		}
		same(t, "in document order", names, []string{
			"m1 gaj", "m1 scjgj", "m2 renmin", "m2 wanbao", "m2 changde", "m3 gaj", "m3 scjgj", "m3 zrzyj", "m4 gaj", "m4 scjgj", "m4 zrzyj", "m4 renmin"})
	})
}

func TestItemsBySubmitted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		at := func(i int) time.Time { return storetest.Now.Add(time.Duration(i*7%5) * time.Hour) }
		p, as := crowd(t, db, "queue", 2, 5, func(i int, a *models.Assignment) {
			when := at(i)
			a.State, a.SubmittedAt = models.StateReview, &when
		})
		slices.SortFunc(as, func(a, b models.Assignment) int {
			return cmp.Or(a.SubmittedAt.Compare(*b.SubmittedAt), cmp.Compare(a.ID, b.ID))
		})
		f := store.ItemFilter{Plan: p.ID, States: []models.State{models.StateReview}, BySubmitted: true}
		same(t, "the longest waiting first", itemIDs(must(db.Items(t.Context(), everyone, f, today))(t)), assignmentIDs(as))
	})
}

// What a person types is searched as he typed it.
func TestItemsText(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		var ms []models.Measure
		for i, text := range []string{`覆盖率达到90%以上`, `覆盖率达到900以上`, `a_b!c'd"e\f`, `aXb!c'd"e\f`, `Use of AI`} {
			ms = append(ms, models.Measure{PlanID: o.Plan.ID, Ref: fmt.Sprint(i), Text: text, SortNo: 10 + i})
		}
		write(t, db, func(tx *store.Tx) error {
			if err := tx.InsertMeasures(ctx, ms); err != nil {
				return err
			}
			var as []models.Assignment
			for _, m := range ms {
				as = append(as, models.Assignment{PlanID: o.Plan.ID, MeasureID: m.ID, UnitID: o.Unit("laohugang").ID, Role: models.UnitLead, State: models.StateUnack, IssuedOn: today})
			}
			return tx.InsertAssignments(ctx, as)
		})
		for text, want := range map[string]string{
			"覆盖率": "01", "90%": "0", "0%": "0", "%": "0", "a_b": "2", "_": "2", "b!c": "23", "!": "23", "'": "23", `"e`: "23", `\`: "23",
			"use OF ai": "4", "老虎岗": "01234", "没有": "", "guide%": "",
		} {
			got := ""
			for _, it := range must(db.Items(ctx, everyone, store.ItemFilter{Text: text, ByMeasure: true}, today))(t) {
				got += it.MeasureRef
			}
			if got != want {
				t.Errorf("%q finds %q, want %q", text, got, want)
			}
		}
	})
}

func TestUpdateAssignment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		before := o.Assignment("m1", "gaj")
		other := o.Assignment("m3", "scjgj")

		a := filled[models.Assignment](1)
		a.ID, a.Version, a.State = before.ID, before.Version, models.StateReturned
		write(t, db, func(tx *store.Tx) error { return tx.UpdateAssignment(ctx, &a) })
		want := a // whose duty it is, on what and until when it was due, never changes
		want.PlanID, want.MeasureID, want.UnitID, want.GroupID = before.PlanID, before.MeasureID, before.UnitID, before.GroupID
		want.Role, want.DueOn, want.IssuedOn = before.Role, before.DueOn, before.IssuedOn
		same(t, "changed assignment", o.Assignment("m1", "gaj").Assignment, want)
		if a.Version != before.Version+1 {
			t.Errorf("version %d after %d", a.Version, before.Version)
		}
		same(t, "another", o.Assignment("m3", "scjgj"), other)

		// Every date can be taken away again.
		b := models.Assignment{ID: a.ID, Version: a.Version, State: models.StateActive}
		write(t, db, func(tx *store.Tx) error { return tx.UpdateAssignment(ctx, &b) })
		want = models.Assignment{ID: a.ID, Version: b.Version, State: models.StateActive, PlanID: before.PlanID, MeasureID: before.MeasureID,
			UnitID: before.UnitID, GroupID: before.GroupID, Role: before.Role, DueOn: before.DueOn, IssuedOn: before.IssuedOn}
		same(t, "emptied assignment", o.Assignment("m1", "gaj").Assignment, want)

		refused(t, db, models.Conflict, func(tx *store.Tx) error { return tx.UpdateAssignment(ctx, &a) })
		refused(t, db, models.Conflict, func(tx *store.Tx) error {
			return tx.InsertAssignments(ctx, []models.Assignment{before.Assignment})
		})
	})
}

// However many act on one state of an assignment, one changes it and the
// others are told so.
func TestUpdateAssignmentOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		before := o.Assignment("m2", "wanbao").Assignment
		race(t, 50, 1, func(i int) error {
			return db.Tx(ctx, func(tx *store.Tx) error {
				a := before
				a.State, a.BlockedCause = models.StateDone, fmt.Sprint(i)
				return tx.UpdateAssignment(ctx, &a)
			})
		})
		if got := o.Assignment("m2", "wanbao"); got.Version != before.Version+1 || got.State != models.StateDone {
			t.Errorf("after the race: version %d, state %s", got.Version, got.State)
		}
	})
}

// A long insert gives each row its own id.
func TestInsertManyAssignments(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p, as := crowd(t, db, "many", 30, 50, func(i int, a *models.Assignment) { a.Nudges = i })
		got := must(db.Items(t.Context(), everyone, store.ItemFilter{Plan: p.ID}, today))(t)
		byID := map[models.AssignmentID]models.Assignment{}
		for _, it := range got {
			byID[it.ID] = it.Assignment
		}
		if len(byID) != len(as) || len(as) != 1500 {
			t.Fatalf("%d of %d assignments", len(byID), len(as))
		}
		for _, a := range as {
			same(t, "assignment", byID[a.ID], a)
		}
	})
}

// The stored reference day cannot part from the columns that it follows from.
func TestReferenceDayIsChecked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		a := storetest.Seed(t, db).Assignment("m2", "changde")
		for _, sql := range []string{
			"UPDATE assignments SET ref_on = '2020-12-01' WHERE id = ?",
			"UPDATE assignments SET resubmit_by = '2020-12-01' WHERE id = ?",
			"UPDATE assignments SET state = 'active' WHERE id = ?",
			"UPDATE assignments SET effective_on = NULL, resubmit_by = NULL WHERE id = ?",
		} {
			if err := store.Exec(ctx, db, sql, a.ID); err == nil {
				t.Errorf("%s: went through", sql)
			}
		}
		if err := store.Exec(ctx, db, "UPDATE assignments SET state = 'active', ref_on = effective_on WHERE id = ?", a.ID); err != nil {
			t.Errorf("what agrees: %v", err)
		}
	})
}
