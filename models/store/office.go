package store

import (
	"context"
	"slices"
	"time"

	"duban/models"

	"gorm.io/gorm"
)

// PlanSize is how much a plan's document holds.
type PlanSize struct {
	PlanID    models.PlanID
	Rows      int
	Measures  int
	ToConfirm int // doubts that block issuing and are not settled
}

// PlanSizes returns the size of every plan, in one query.
func (r Reader) PlanSizes(ctx context.Context) (map[models.PlanID]PlanSize, error) {
	var rows []PlanSize
	err := r.q(ctx).Raw(`SELECT p.id AS plan_id,
		(SELECT COUNT(*) FROM tasks t WHERE t.plan_id = p.id) AS "rows",
		(SELECT COUNT(*) FROM measures m WHERE m.plan_id = p.id) AS measures,
		(SELECT COUNT(*) FROM plan_problems x WHERE x.plan_id = p.id AND x.severity = ? AND x.settled_at IS NULL) AS to_confirm
		FROM plans p`, models.SeverityConfirm).Scan(&rows).Error
	out := map[models.PlanID]PlanSize{}
	for _, row := range rows {
		out[row.PlanID] = row
	}
	return out, fail(err)
}

// UnitsIn counts the units that owe each plan something, in the viewer's scope.
func (r Reader) UnitsIn(ctx context.Context, s models.Scope) (map[models.PlanID]int, error) {
	scope, args := scopeSQL(s)
	var rows []struct {
		PlanID models.PlanID
		N      int
	}
	err := r.q(ctx).Raw(`SELECT a.plan_id, COUNT(DISTINCT a.unit_id) AS n FROM assignments a
		WHERE a.state <> 'withdrawn'`+scope+` GROUP BY a.plan_id`, args...).Scan(&rows).Error
	out := map[models.PlanID]int{}
	for _, row := range rows {
		out[row.PlanID] = row.N
	}
	return out, fail(err)
}

// DraftSize is what issuing a draft would give.
type DraftSize struct {
	PlanID models.PlanID
	Duties int // 家次
	Units  int
}

// DraftSizes counts, for every plan that is not issued, the assignments that
// issuing it on a day would make: models.Expand in SQL, where only the number
// is wanted.
func (r Reader) DraftSizes(ctx context.Context, on models.Date) (map[models.PlanID]DraftSize, error) {
	const draft = " JOIN measures m ON m.id = x.measure_id JOIN plans p ON p.id = m.plan_id AND p.state = 'draft'"
	var rows []DraftSize
	err := r.q(ctx).Raw(`SELECT d.plan_id, COUNT(*) AS duties, COUNT(DISTINCT d.unit_id) AS units FROM (
			SELECT m.plan_id, x.measure_id, x.unit_id FROM responsibilities x`+draft+` WHERE x.unit_id <> 0
			UNION
			SELECT m.plan_id, x.measure_id, gm.unit_id FROM responsibilities x`+draft+`
				JOIN group_members gm ON gm.group_id = x.group_id AND gm.from_date <= ? AND (gm.to_date IS NULL OR gm.to_date >= ?)
		) d GROUP BY d.plan_id`, on, on).Scan(&rows).Error
	out := map[models.PlanID]DraftSize{}
	for _, row := range rows {
		out[row.PlanID] = row
	}
	return out, fail(err)
}

// LastActs returns when each unit's own people last did something in a plan,
// in the viewer's scope.
func (r Reader) LastActs(ctx context.Context, s models.Scope, plan models.PlanID) (map[models.UnitID]time.Time, error) {
	g := r.q(ctx).Model(&models.AuditEntry{}).Select("MAX(id)").
		Where("plan_id = ? AND actor_role IN ?", plan, []models.Role{models.RoleContact, models.RoleLeader})
	var rows []models.AuditEntry
	err := r.q(ctx).Select("id, at, actor_unit_id").Where("id IN (?)", auditScope(g, s).Group("actor_unit_id")).Find(&rows).Error
	out := map[models.UnitID]time.Time{}
	for _, row := range rows {
		out[row.ActorUnitID] = row.At
	}
	return out, fail(err)
}

// GroupUse says that a plan gives a group something to do.
type GroupUse struct {
	GroupID  models.GroupID
	PlanID   models.PlanID
	Title    string // of the plan
	State    models.PlanState
	Measures int
}

// GroupUses returns which plans name which groups, the newest plan first.
func (r Reader) GroupUses(ctx context.Context) ([]GroupUse, error) {
	var out []GroupUse
	err := r.q(ctx).Raw(`SELECT x.group_id, p.id AS plan_id, p.title, p.state, COUNT(DISTINCT m.id) AS measures
		FROM responsibilities x JOIN measures m ON m.id = x.measure_id JOIN plans p ON p.id = m.plan_id
		WHERE x.group_id <> 0 GROUP BY x.group_id, p.id, p.title, p.state ORDER BY p.id DESC`).Scan(&out).Error
	return out, fail(err)
}

// CountSessions counts the sessions of a person that would still be let in:
// opened in his present epoch, used after idle and begun after born.
func (r Reader) CountSessions(ctx context.Context, u models.User, idle, born time.Time) (int, error) {
	var n int64
	err := r.q(ctx).Model(&models.Session{}).
		Where("user_id = ? AND epoch = ? AND last_seen_at >= ? AND created_at >= ?", u.ID, u.Epoch, idle, born).Count(&n).Error
	return int(n), fail(err)
}

// LatestRuns returns the latest runs of each job, newest first.
func (r Reader) LatestRuns(ctx context.Context, each int) ([]models.JobRun, error) {
	var out []models.JobRun
	err := r.q(ctx).Raw(`SELECT * FROM (
			SELECT j.*, ROW_NUMBER() OVER (PARTITION BY j.name ORDER BY j.started_at DESC, j.id DESC) AS place FROM job_runs j
		) x WHERE place <= ? ORDER BY name, place`, each).Scan(&out).Error
	return out, fail(err)
}

// Stuck is how mails have fared since the last one that left.
type Stuck struct {
	First, Last models.Attempt // zero when the last attempt was a success
}

// Stuck looks at the attempts since the last success.
func (r Reader) Stuck(ctx context.Context) (Stuck, error) {
	var rows []models.Attempt
	err := r.q(ctx).Raw(`SELECT * FROM attempts WHERE id IN (
			(SELECT MAX(id) FROM attempts),
			(SELECT MIN(id) FROM attempts WHERE id > COALESCE((SELECT id FROM attempts WHERE ok ORDER BY id DESC LIMIT 1), 0))
		) ORDER BY id`).Scan(&rows).Error
	if err != nil || len(rows) == 0 || rows[len(rows)-1].OK {
		return Stuck{}, fail(err)
	}
	return Stuck{rows[0], rows[len(rows)-1]}, nil
}

// StatesOf returns the state of each of the mails.
func (r Reader) StatesOf(ctx context.Context, ids []models.MessageID) (map[models.MessageID]models.MessageState, error) {
	out := map[models.MessageID]models.MessageState{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []models.Message
	err := r.q(ctx).Select("id, state").Where("id IN ?", ids).Find(&rows).Error
	for _, row := range rows {
		out[row.ID] = row.State
	}
	return out, fail(err)
}

// NoticeFilter narrows a person's notices. Zero fields do not narrow.
type NoticeFilter struct {
	Unread            bool
	BeforeID, AfterID models.NoticeID
	Limit             int
}

// Notices returns a person's notices, newest first. With AfterID it returns
// the ones next to that id, not the newest of all.
func (r Reader) Notices(ctx context.Context, user models.UserID, f NoticeFilter) ([]models.Notice, error) {
	g := r.q(ctx).Where("user_id = ?", user)
	if f.Unread {
		g = g.Where("read_at IS NULL")
	}
	return keyset[models.Notice](g, int64(f.BeforeID), int64(f.AfterID), f.Limit)
}

// CountNotices returns how many notices a person ever got.
func (r Reader) CountNotices(ctx context.Context, user models.UserID) (int, error) {
	var n int64
	err := r.q(ctx).Model(&models.Notice{}).Where("user_id = ?", user).Count(&n).Error
	return int(n), fail(err)
}

// keyset reads one page of a list whose newest rows have the highest ids:
// before an id, or the rows next after one, always newest first.
func keyset[T any](g *gorm.DB, before, after int64, limit int) ([]T, error) {
	var out []T
	if before != 0 {
		g = g.Where("id < ?", before)
	}
	if limit > 0 {
		g = g.Limit(limit)
	}
	if after == 0 {
		err := g.Order("id DESC").Find(&out).Error
		return out, fail(err)
	}
	err := g.Where("id > ?", after).Order("id").Find(&out).Error
	slices.Reverse(out)
	return out, fail(err)
}

// DeleteAlias removes an alias; not_found when there is none of that id.
func (tx *Tx) DeleteAlias(ctx context.Context, id int64) error {
	return found(tx.q(ctx).Where("id = ?", id).Delete(&models.UnitAlias{}))
}
