package store

import (
	"context"

	"duban/models"

	"gorm.io/gorm/clause"
)

// Units returns every unit that is not archived, in protocol order.
func (r Reader) Units(ctx context.Context) ([]models.Unit, error) {
	var out []models.Unit
	err := r.q(ctx).Where("archived_at IS NULL").Order("sort_no, id").Find(&out).Error
	return out, fail(err)
}

// Unit returns one unit, archived or not; not_found if there is none.
func (r Reader) Unit(ctx context.Context, id models.UnitID) (models.Unit, error) {
	var out models.Unit
	err := r.q(ctx).Where("id = ?", id).Take(&out).Error
	return out, fail(err)
}

// UnitByCode returns one unit by its code; not_found if there is none.
func (r Reader) UnitByCode(ctx context.Context, code string) (models.Unit, error) {
	var out models.Unit
	err := r.q(ctx).Where("code = ?", code).Take(&out).Error
	return out, fail(err)
}

// Groups returns every unit group, in order.
func (r Reader) Groups(ctx context.Context) ([]models.UnitGroup, error) {
	var out []models.UnitGroup
	err := r.q(ctx).Order("sort_no, id").Find(&out).Error
	return out, fail(err)
}

// Group returns one unit group; not_found if there is none.
func (r Reader) Group(ctx context.Context, id models.GroupID) (models.UnitGroup, error) {
	var out models.UnitGroup
	err := r.q(ctx).Where("id = ?", id).Take(&out).Error
	return out, fail(err)
}

// LockGroup is Group for a change of its members: until the transaction ends,
// another that asks the same waits, and then sees what this one has done.
// (SQLite runs one transaction at a time anyway.)
func (tx *Tx) LockGroup(ctx context.Context, id models.GroupID) (models.UnitGroup, error) {
	var out models.UnitGroup
	err := tx.q(ctx).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id).Take(&out).Error
	return out, fail(err)
}

// Members returns every membership of every group, past ones too, in the
// protocol order of the units.
func (r Reader) Members(ctx context.Context) ([]models.GroupMember, error) {
	var out []models.GroupMember
	err := r.q(ctx).Raw(`SELECT gm.* FROM group_members gm JOIN units u ON u.id = gm.unit_id
		ORDER BY gm.group_id, u.sort_no, u.id`).Scan(&out).Error
	return out, fail(err)
}

// MemberCounts returns how many members each group has on day d.
func (r Reader) MemberCounts(ctx context.Context, d models.Date) (map[models.GroupID]int, error) {
	var rows []struct {
		GroupID models.GroupID
		N       int
	}
	err := r.q(ctx).Raw(`SELECT group_id, COUNT(*) AS n FROM group_members
		WHERE from_date <= ? AND (to_date IS NULL OR to_date >= ?) GROUP BY 1`, d, d).Scan(&rows).Error
	out := map[models.GroupID]int{}
	for _, row := range rows {
		out[row.GroupID] = row.N
	}
	return out, fail(err)
}

// Aliases returns every confirmed alias.
func (r Reader) Aliases(ctx context.Context) ([]models.UnitAlias, error) {
	var out []models.UnitAlias
	err := r.q(ctx).Order("id").Find(&out).Error
	return out, fail(err)
}

// InsertUnit stores a new unit and sets its id; conflict when its code or name
// is taken.
func (tx *Tx) InsertUnit(ctx context.Context, u *models.Unit) error {
	u.Version = max(u.Version, 1)
	return fail(tx.q(ctx).Create(u).Error)
}

// UpdateUnit changes a unit's words, place and posts if nobody else has
// changed it since it was read (conflict otherwise), and raises its version.
func (tx *Tx) UpdateUnit(ctx context.Context, u *models.Unit) error {
	res := tx.q(ctx).Model(&models.Unit{}).Where("id = ? AND version = ?", u.ID, u.Version).
		Updates(map[string]any{
			"name": u.Name, "short": u.Short, "family": u.Family, "parent_id": u.ParentID, "sort_no": u.SortNo,
			"sample": u.Sample, "note": u.Note, "contact_id": u.ContactID, "leader_id": u.LeaderID,
			"archived_at": u.ArchivedAt, "version": u.Version + 1,
		})
	if err := changed(res); err != nil {
		return err
	}
	u.Version++
	return nil
}

// InsertGroup stores a new group; conflict when its code or name is taken.
func (tx *Tx) InsertGroup(ctx context.Context, g *models.UnitGroup) error {
	return fail(tx.q(ctx).Create(g).Error)
}

// InsertMembers stores memberships.
func (tx *Tx) InsertMembers(ctx context.Context, ms []models.GroupMember) error {
	return insertAll(tx.q(ctx), ms)
}

// EndMembership sets the last day of a running membership.
func (tx *Tx) EndMembership(ctx context.Context, id int64, last models.Date) error {
	return changed(tx.q(ctx).Model(&models.GroupMember{}).Where("id = ? AND to_date IS NULL", id).
		Update("to_date", last))
}

// InsertAlias stores an alias; conflict when it is there already.
func (tx *Tx) InsertAlias(ctx context.Context, a *models.UnitAlias) error {
	return fail(tx.q(ctx).Create(a).Error)
}
