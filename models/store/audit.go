package store

import (
	"context"

	"duban/models"
)

// InsertAudit adds a line to the log.
func (tx *Tx) InsertAudit(ctx context.Context, e *models.AuditEntry) error {
	return fail(tx.q(ctx).Create(e).Error)
}

// AuditFilter narrows the log. Zero fields do not narrow.
type AuditFilter struct {
	Plan       models.PlanID
	Measure    models.MeasureID
	Assignment models.AssignmentID
	Actor      models.UserID
	Act        string
	BeforeID   models.AuditID
	Limit      int
}

// Audit returns lines of the log, newest first. A viewer without the whole
// scope sees what concerns his own unit only.
func (r Reader) Audit(ctx context.Context, s models.Scope, f AuditFilter) ([]models.AuditEntry, error) {
	g := r.q(ctx).Model(&models.AuditEntry{})
	for _, w := range []struct {
		sql  string
		arg  any
		used bool
	}{
		{"plan_id = ?", f.Plan, f.Plan != 0},
		{"measure_id = ?", f.Measure, f.Measure != 0},
		{"assignment_id = ?", f.Assignment, f.Assignment != 0},
		{"actor_id = ?", f.Actor, f.Actor != 0},
		{"act = ?", f.Act, f.Act != ""},
		{"id < ?", f.BeforeID, f.BeforeID != 0},
	} {
		if w.used {
			g = g.Where(w.sql, w.arg)
		}
	}
	switch {
	case s.All:
	case s.Unit != 0:
		g = g.Where("(unit_id = ?)", s.Unit)
	default:
		g = g.Where("(1 = 0)")
	}
	if f.Limit > 0 {
		g = g.Limit(f.Limit)
	}
	var out []models.AuditEntry
	err := g.Order("id DESC").Find(&out).Error
	return out, fail(err)
}

// LatestAudit returns the latest line of the log about each assignment of a
// measure or of a unit (one of the two is given), in one query. Acts are the
// acts looked at.
func (r Reader) LatestAudit(ctx context.Context, s models.Scope, m models.MeasureID, unit models.UnitID, acts []string) (map[models.AssignmentID]models.AuditEntry, error) {
	g := r.q(ctx).Table("audit l").Select("MAX(l.id)").Joins("JOIN assignments a ON a.id = l.assignment_id").Where("l.act IN ?", acts)
	if m != 0 {
		g = g.Where("a.measure_id = ?", m)
	} else {
		g = g.Where("a.unit_id = ?", unit)
	}
	var rows []models.AuditEntry
	err := r.q(ctx).Where("id IN (?)", scoped(g, s).Group("l.assignment_id")).Find(&rows).Error
	out := make(map[models.AssignmentID]models.AuditEntry, len(rows))
	for _, row := range rows {
		out[row.AssignmentID] = row
	}
	return out, fail(err)
}
