package store

import (
	"context"
	"strings"
	"time"

	"duban/models"

	"gorm.io/gorm"
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
	Unit       models.UnitID // whose duty it concerns, or whose person acted
	Act        string
	// Since and Until bound the instant: from Since on, before Until.
	Since, Until time.Time
	// Text must occur in the person's name, the object or the note.
	Text              string
	BeforeID, AfterID models.AuditID
	Limit             int
	// system keeps what an administrator may read: see SystemAudit.
	system bool
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
		{"at >= ?", f.Since, !f.Since.IsZero()},
		{"at < ?", f.Until, !f.Until.IsZero()},
		{"act IN ? AND plan_id = 0 AND assignment_id = 0", models.SystemActs, f.system},
	} {
		if w.used {
			g = g.Where(w.sql, w.arg)
		}
	}
	if f.Unit != 0 {
		g = g.Where("(unit_id = ? OR actor_unit_id = ?)", f.Unit, f.Unit)
	}
	if f.Text != "" {
		like := "%" + escapeLike(strings.ToLower(f.Text)) + "%"
		g = g.Where("(LOWER(actor_name) LIKE ? ESCAPE '!' OR LOWER(object) LIKE ? ESCAPE '!' OR LOWER(note) LIKE ? ESCAPE '!')", like, like, like)
	}
	return keyset[models.AuditEntry](auditScope(g, s), int64(f.BeforeID), int64(f.AfterID), f.Limit)
}

// auditScope adds the viewer's scope to a question about the log.
func auditScope(g *gorm.DB, s models.Scope) *gorm.DB {
	switch {
	case s.All:
		return g
	case s.Unit != 0:
		return g.Where("(unit_id = ?)", s.Unit)
	}
	return g.Where("(1 = 0)")
}

// SystemAudit is the log as an administrator reads it, who has no business
// rights: accounts, sessions, the register, mails and jobs, and no line about
// a plan or a duty.
func (r Reader) SystemAudit(ctx context.Context, f AuditFilter) ([]models.AuditEntry, error) {
	f.system = true
	return r.Audit(ctx, models.Scope{All: true}, f)
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
