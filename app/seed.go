package app

import (
	"bytes"
	"context"
	"fmt"

	"duban/models"
	"duban/models/store"
	"duban/seeds"
)

// SeedCalendar reads the built-in tables of holidays and make-up days, and adds
// extra, such as the days of a new year from the office's own file; a day in
// extra replaces the built-in one.
func SeedCalendar(extra []models.Holiday) (models.Calendar, error) {
	tables, err := seeds.Calendars()
	if err != nil {
		return models.Calendar{}, err
	}
	byDay := map[models.Date]models.Holiday{}
	for year, r := range tables {
		days, err := models.ParseCalendarCSV(r)
		if err != nil {
			return models.Calendar{}, fmt.Errorf("calendar %s: %w", year, err)
		}
		for _, d := range days {
			byDay[d.Date] = d
		}
	}
	for _, d := range extra {
		byDay[d.Date] = d
	}
	all := make([]models.Holiday, 0, len(byDay))
	for _, d := range byDay {
		all = append(all, d)
	}
	return models.NewCalendar(all), nil
}

// LoadRegister puts a seed's register of units and groups in, unless it is
// there already. It returns how many units it added. Errors: forbidden,
// not_found for an unknown register, conflict when a code is taken.
func (a *App) LoadRegister(ctx context.Context, actor models.Actor, register string) (int, error) {
	units, err := seeds.Units(register)
	if err != nil {
		return 0, models.Errf(models.NotFound, "err.seed_unknown", register)
	}
	members, err := seeds.Members(register)
	if err != nil {
		return 0, err
	}
	added := 0
	err = a.change(ctx, actor, func(v *act) error {
		if err := actor.Require(models.ActUnits, 0); err != nil {
			return err
		}
		if _, err := v.tx.UnitByCode(ctx, units[0].Code); err == nil {
			return nil
		}
		ids, err := v.addUnits(ctx, register, units)
		if err != nil {
			return err
		}
		added = len(ids)
		if err := v.addGroups(ctx, register, members, ids); err != nil {
			return err
		}
		return v.log(ctx, models.AuditEntry{Act: "register", Object: register, Detail: fmt.Sprintf(`{"units":%d}`, added)})
	})
	return added, err
}

func (v *act) addUnits(ctx context.Context, register string, units []seeds.Unit) (map[string]models.UnitID, error) {
	ids := map[string]models.UnitID{}
	for _, s := range units {
		parent, ok := ids[s.Parent]
		if s.Parent != "" && !ok {
			return nil, fmt.Errorf("register %s: %s stands before its parent %s", register, s.Code, s.Parent)
		}
		u := models.Unit{
			Code: s.Code, Register: register, Name: s.Name, Short: s.Short, Family: models.UnitFamily(s.Family),
			ParentID: parent, SortNo: s.Sort, Sample: s.Sample, Note: s.Note, Version: 1,
		}
		if err := v.tx.InsertUnit(ctx, &u); err != nil {
			return nil, err
		}
		ids[s.Code] = u.ID
		for _, alias := range s.Aliases {
			if err := v.tx.InsertAlias(ctx, &models.UnitAlias{Alias: alias, UnitID: u.ID}); err != nil {
				return nil, err
			}
		}
	}
	return ids, nil
}

func (v *act) addGroups(ctx context.Context, register string, members []seeds.Member, ids map[string]models.UnitID) error {
	groups := map[string]models.GroupID{}
	var rows []models.GroupMember
	for _, m := range members {
		if _, ok := groups[m.Group]; !ok {
			g := models.UnitGroup{Code: m.Group, Register: register, Name: m.Name, SortNo: len(groups) + 1}
			if err := v.tx.InsertGroup(ctx, &g); err != nil {
				return err
			}
			groups[m.Group] = g.ID
			for _, alias := range m.Aliases {
				if err := v.tx.InsertAlias(ctx, &models.UnitAlias{Alias: alias, GroupID: g.ID}); err != nil {
					return err
				}
			}
		}
		from, err := models.ParseDate(m.From)
		if err != nil {
			return err
		}
		row := models.GroupMember{GroupID: groups[m.Group], UnitID: ids[m.Unit], FromDate: from}
		if m.To != "" {
			if row.ToDate, err = models.ParseDate(m.To); err != nil {
				return err
			}
		}
		if row.UnitID == 0 {
			return fmt.Errorf("register %s: group %s names unknown unit %s", register, m.Group, m.Unit)
		}
		rows = append(rows, row)
	}
	return v.tx.InsertMembers(ctx, rows)
}

// SeedDraft reads a built-in plan. Errors: not_found.
func SeedDraft(key string) (models.Draft, error) {
	b, err := seeds.Plan(key)
	if err != nil {
		return models.Draft{}, models.Errf(models.NotFound, "err.seed_unknown", key)
	}
	return models.ReadDraft(bytes.NewReader(b))
}

// ImportSeed puts a built-in plan in as a draft, with its register of units if
// that is not there yet. Errors: not_found, forbidden, conflict when the plan
// is in already.
func (a *App) ImportSeed(ctx context.Context, actor models.Actor, key string) (models.Plan, error) {
	if err := actor.Require(models.ActImport, 0); err != nil {
		return models.Plan{}, err
	}
	d, err := SeedDraft(key)
	if err != nil {
		return models.Plan{}, err
	}
	if _, err := a.LoadRegister(ctx, actor, d.Plan.Register); err != nil {
		return models.Plan{}, err
	}
	return a.ImportPlan(ctx, actor, d)
}

// SeedPeople gives every person of a register's sample list an account, with
// the given password hash, and the units their contacts and leaders. People
// whose login exists are left alone.
func (a *App) SeedPeople(ctx context.Context, register, passwordHash string) error {
	people, err := seeds.People(register)
	if err != nil {
		return err
	}
	return a.change(ctx, models.SystemActor("seed"), func(v *act) error {
		for _, p := range people {
			if _, err := v.tx.UserByLogin(ctx, p.Login); err == nil {
				continue
			}
			if err := v.addPerson(ctx, p, passwordHash); err != nil {
				return fmt.Errorf("person %s: %w", p.Login, err)
			}
		}
		return v.log(ctx, models.AuditEntry{Act: "people", Object: register})
	})
}

func (v *act) addPerson(ctx context.Context, p seeds.Person, hash string) error {
	u := models.User{
		Login: p.Login, Name: p.Name, Title: p.Title, Phone: p.Phone, Email: p.Email, Role: models.Role(p.Role),
		Lang: "zh", PasswordHash: hash, Epoch: 1, CreatedAt: v.now, Version: 1,
	}
	var unit models.Unit
	if p.Unit != "" {
		var err error
		if unit, err = v.tx.UnitByCode(ctx, p.Unit); err != nil {
			return err
		}
		u.UnitID = unit.ID
	}
	if err := v.tx.InsertUser(ctx, &u); err != nil {
		return err
	}
	switch {
	case u.Role == models.RoleContact && unit.ContactID == 0:
		unit.ContactID = u.ID
	case u.Role == models.RoleLeader && unit.LeaderID == 0:
		unit.LeaderID = u.ID
	default:
		return nil
	}
	return v.tx.UpdateUnit(ctx, &unit)
}

// Names resolves names of one register: official names and confirmed aliases.
type names struct {
	units  map[string]models.UnitID
	groups map[string]models.GroupID
}

func loadNames(ctx context.Context, r store.Reader, register string) (names, error) {
	n := names{map[string]models.UnitID{}, map[string]models.GroupID{}}
	units, err := r.Units(ctx)
	if err != nil {
		return n, err
	}
	groups, err := r.Groups(ctx)
	if err != nil {
		return n, err
	}
	aliases, err := r.Aliases(ctx)
	if err != nil {
		return n, err
	}
	mine := map[models.UnitID]bool{}
	mineGroups := map[models.GroupID]bool{}
	for _, u := range units {
		mine[u.ID] = u.Register == register
	}
	for _, g := range groups {
		mineGroups[g.ID] = g.Register == register
	}
	// an alias of two bodies names neither: it is never merged in silence
	for _, al := range aliases {
		if al.UnitID != 0 && mine[al.UnitID] {
			if other, ok := n.units[al.Alias]; ok && other != al.UnitID {
				n.units[al.Alias] = 0
				continue
			}
			n.units[al.Alias] = al.UnitID
		}
		if al.GroupID != 0 && mineGroups[al.GroupID] {
			if other, ok := n.groups[al.Alias]; ok && other != al.GroupID {
				n.groups[al.Alias] = 0
				continue
			}
			n.groups[al.Alias] = al.GroupID
		}
	}
	// official names last: they win over another's alias
	for _, u := range units {
		if mine[u.ID] {
			n.units[u.Name] = u.ID
		}
	}
	for _, g := range groups {
		if mineGroups[g.ID] {
			n.groups[g.Name] = g.ID
		}
	}
	return n, nil
}
