package app

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"duban/models"
)

// maxAlias is how many characters a name of a unit may have.
const maxAlias = 50

// SetAliases replaces the confirmed aliases of a unit: other names under which
// a document may mean it. An alias names one body of a register only, so one
// that is another's name or alias is refused, never merged in silence. Errors:
// invalid, not_found, forbidden, conflict (changed since; taken, with the
// other's name).
func (a *App) SetAliases(ctx context.Context, actor models.Actor, id models.UnitID, version int, aliases []string) error {
	wanted, err := cleanAliases(aliases)
	if err != nil {
		return err
	}
	return a.change(ctx, actor, func(v *act) error {
		if err := actor.Require(models.ActUnits, 0); err != nil {
			return err
		}
		u, err := v.tx.Unit(ctx, id)
		if err != nil {
			return err
		}
		if version != 0 && version != u.Version {
			return models.Errf(models.Conflict, "err.stale")
		}
		wanted = slices.DeleteFunc(wanted, func(s string) bool { return s == u.Name })
		if err := v.aliasesFree(ctx, u, wanted); err != nil {
			return err
		}
		return v.replaceAliases(ctx, u, wanted)
	})
}

// cleanAliases trims and leaves out what is empty or stands twice.
func cleanAliases(aliases []string) ([]string, error) {
	var out []string
	for _, s := range aliases {
		s = strings.TrimSpace(s)
		if n := utf8.RuneCountInString(s); n > maxAlias {
			return nil, models.FieldErr("aliases", "err.text_long", maxAlias, n)
		}
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out, nil
}

// aliasesFree refuses names that mean another body of the unit's register.
func (v *act) aliasesFree(ctx context.Context, u models.Unit, wanted []string) error {
	units, err := v.tx.Units(ctx)
	if err != nil {
		return err
	}
	groups, err := v.tx.Groups(ctx)
	if err != nil {
		return err
	}
	aliases, err := v.tx.Aliases(ctx)
	if err != nil {
		return err
	}
	owner := map[string]string{}
	unitName, groupName := map[models.UnitID]string{}, map[models.GroupID]string{}
	for _, x := range units {
		if x.Register == u.Register && x.ID != u.ID {
			unitName[x.ID] = x.Name
			owner[x.Name] = x.Name
		}
	}
	for _, g := range groups {
		if g.Register == u.Register {
			groupName[g.ID] = g.Name
			owner[g.Name] = g.Name
		}
	}
	for _, al := range aliases {
		if name := unitName[al.UnitID] + groupName[al.GroupID]; name != "" && owner[al.Alias] == "" {
			owner[al.Alias] = name
		}
	}
	var errs models.Errors
	for _, s := range wanted {
		if other := owner[s]; other != "" {
			errs = append(errs, &models.Error{Code: models.Conflict, Key: "err.alias_taken", Field: "aliases", Args: []any{s, other}})
		}
	}
	return errs.Or()
}

func (v *act) replaceAliases(ctx context.Context, u models.Unit, wanted []string) error {
	all, err := v.tx.Aliases(ctx)
	if err != nil {
		return err
	}
	var had, added, removed []string
	for _, al := range all {
		if al.UnitID != u.ID {
			continue
		}
		if had = append(had, al.Alias); slices.Contains(wanted, al.Alias) {
			continue
		}
		removed = append(removed, al.Alias)
		if err := v.tx.DeleteAlias(ctx, al.ID); err != nil {
			return err
		}
	}
	for _, s := range wanted {
		if slices.Contains(had, s) {
			continue
		}
		added = append(added, s)
		if err := v.tx.InsertAlias(ctx, &models.UnitAlias{Alias: s, UnitID: u.ID}); err != nil {
			return err
		}
	}
	if len(added)+len(removed) == 0 {
		return nil
	}
	detail, err := json.Marshal(map[string][]string{"added": added, "removed": removed})
	if err != nil {
		return err
	}
	// raises the version, so that two people do not overwrite each other
	if err := v.tx.UpdateUnit(ctx, &u); err != nil {
		return err
	}
	return v.log(ctx, models.AuditEntry{Act: "aliases", UnitID: u.ID, Object: u.Name, Detail: string(detail)})
}
