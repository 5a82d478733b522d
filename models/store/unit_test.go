package store_test

import (
	"testing"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

func TestUnits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		first, second := filled[models.Unit](1), filled[models.Unit](2)
		second.ArchivedAt, second.SortNo = nil, 1
		write(t, db, func(tx *store.Tx) error {
			if err := tx.InsertUnit(ctx, &first); err != nil {
				return err
			}
			return tx.InsertUnit(ctx, &second)
		})
		if first.ID == 0 || first.ID == second.ID {
			t.Fatalf("ids %d and %d", first.ID, second.ID)
		}
		same(t, "unit", must(db.Unit(ctx, first.ID))(t), first)
		same(t, "unit by code", must(db.UnitByCode(ctx, second.Code))(t), second)
		same(t, "units, without the archived", must(db.Units(ctx))(t), []models.Unit{second})

		changed := filled[models.Unit](3)
		changed.ID, changed.Version = second.ID, second.Version
		write(t, db, func(tx *store.Tx) error { return tx.UpdateUnit(ctx, &changed) })
		if changed.Version != second.Version+1 {
			t.Errorf("version %d after %d", changed.Version, second.Version)
		}
		want := changed
		want.Code, want.Register = second.Code, second.Register // the unit's identity stays
		same(t, "changed unit", must(db.Unit(ctx, second.ID))(t), want)

		refused(t, db, models.Conflict, func(tx *store.Tx) error { return tx.UpdateUnit(ctx, &second) })
		refused(t, db, models.Conflict, func(tx *store.Tx) error {
			twin := filled[models.Unit](4)
			twin.Code = first.Code
			return tx.InsertUnit(ctx, &twin)
		})
		if _, err := db.Unit(ctx, nobody); models.CodeOf(err) != models.NotFound {
			t.Errorf("unknown unit: %v", err)
		}
		if _, err := db.UnitByCode(ctx, ""); models.CodeOf(err) != models.NotFound {
			t.Errorf("no code: %v", err)
		}
	})
}

// Names are unique among the living units of one register.
func TestUnitNames(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		insert := func(register, code string) error {
			u := models.Unit{Register: register, Code: code, Name: "市公安局", Short: "公安", Family: "市直"}
			return db.Tx(ctx, func(tx *store.Tx) error { return tx.InsertUnit(ctx, &u) })
		}
		if err := insert("anda", "anda-gaj"); err != nil {
			t.Fatal(err)
		}
		if err := insert("shanghai", "sh-gaj"); err != nil {
			t.Errorf("the same name in another register: %v", err)
		}
		if err := insert("anda", "anda-gaj2"); models.CodeOf(err) != models.Conflict {
			t.Errorf("the same name twice: %v", err)
		}
		old := must(db.UnitByCode(ctx, "anda-gaj"))(t)
		now := storetest.Now
		old.ArchivedAt = &now
		write(t, db, func(tx *store.Tx) error { return tx.UpdateUnit(ctx, &old) })
		if err := insert("anda", "anda-gaj2"); err != nil {
			t.Errorf("after the first was archived: %v", err)
		}
	})
}

func TestGroupsAndAliases(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		group := filled[models.UnitGroup](1)
		write(t, db, func(tx *store.Tx) error { return tx.InsertGroup(ctx, &group) })
		same(t, "group", must(db.Group(ctx, group.ID))(t), group)
		same(t, "groups", must(db.Groups(ctx))(t), []models.UnitGroup{o.Group, group})
		refused(t, db, models.Conflict, func(tx *store.Tx) error {
			twin := group
			twin.ID, twin.Code = 0, "other"
			return tx.InsertGroup(ctx, &twin)
		})
		if _, err := db.Group(ctx, nobody); models.CodeOf(err) != models.NotFound {
			t.Errorf("unknown group: %v", err)
		}

		open := models.GroupMember{GroupID: group.ID, UnitID: o.Unit("wanbao").ID, FromDate: day("2020-01-01")}
		ended := models.GroupMember{GroupID: group.ID, UnitID: o.Unit("gaj").ID, FromDate: day("2019-01-01"), ToDate: day("2019-12-31")}
		members := []models.GroupMember{open, ended}
		write(t, db, func(tx *store.Tx) error { return tx.InsertMembers(ctx, members) })
		all := must(db.Members(ctx))(t)
		same(t, "members in protocol order", all[len(all)-2:], []models.GroupMember{members[1], members[0]})

		write(t, db, func(tx *store.Tx) error { return tx.EndMembership(ctx, members[0].ID, day("2020-06-30")) })
		members[0].ToDate = day("2020-06-30")
		all = must(db.Members(ctx))(t)
		same(t, "ended", all[len(all)-1], members[0])
		refused(t, db, models.Conflict, func(tx *store.Tx) error { return tx.EndMembership(ctx, members[0].ID, today) })
		for on, want := range map[string]int{"2018-12-31": 0, "2019-01-01": 1, "2019-12-31": 1, "2020-01-01": 1, "2020-06-30": 1, "2020-07-01": 0} {
			if n := must(db.MemberCounts(ctx, day(on)))(t)[group.ID]; n != want {
				t.Errorf("%d members on %s, want %d", n, on, want)
			}
		}

		alias := models.UnitAlias{Alias: "各镇", GroupID: group.ID}
		write(t, db, func(tx *store.Tx) error { return tx.InsertAlias(ctx, &alias) })
		aliases := must(db.Aliases(ctx))(t)
		same(t, "alias", aliases[len(aliases)-1], alias)
		refused(t, db, models.Conflict, func(tx *store.Tx) error {
			twin := models.UnitAlias{Alias: "各镇", GroupID: group.ID}
			return tx.InsertAlias(ctx, &twin)
		})
	})
}
