package store

import (
	"context"
	"time"

	"duban/models"
)

// Plans returns every plan, the newest first.
func (r Reader) Plans(ctx context.Context) ([]models.Plan, error) {
	var out []models.Plan
	err := r.q(ctx).Order("year DESC, id DESC").Find(&out).Error
	return out, fail(err)
}

// Plan returns one plan; not_found if there is none.
func (r Reader) Plan(ctx context.Context, id models.PlanID) (models.Plan, error) {
	var out models.Plan
	err := r.q(ctx).Where("id = ?", id).Take(&out).Error
	return out, fail(err)
}

// PlanByKey returns one plan by its key; not_found if there is none.
func (r Reader) PlanByKey(ctx context.Context, key string) (models.Plan, error) {
	var out models.Plan
	err := r.q(ctx).Where(`"key" = ?`, key).Take(&out).Error
	return out, fail(err)
}

// Content is the text of a plan: everything but the assignments.
type Content struct {
	Indicators       []models.Indicator
	Tasks            []models.Task
	Measures         []models.Measure
	Links            []models.TaskMeasure
	Responsibilities []models.Responsibility
	Deadlines        []models.Deadline
	Targets          []models.Target
}

// Content returns the text of a plan in document order, in seven queries
// however long the plan is.
func (r Reader) Content(ctx context.Context, plan models.PlanID) (Content, error) {
	var c Content
	ofMeasures := " WHERE x.measure_id IN (SELECT id FROM measures WHERE plan_id = ?) ORDER BY x.measure_id, x.sort_no"
	for _, q := range []struct {
		into any
		sql  string
	}{
		{&c.Indicators, "SELECT * FROM indicators WHERE plan_id = ? ORDER BY sort_no"},
		{&c.Tasks, "SELECT * FROM tasks WHERE plan_id = ? ORDER BY sort_no"},
		{&c.Measures, "SELECT * FROM measures WHERE plan_id = ? ORDER BY sort_no"},
		{&c.Links, `SELECT x.* FROM task_measures x JOIN tasks t ON t.id = x.task_id
			WHERE t.plan_id = ? ORDER BY t.sort_no, x.sort_no`},
		{&c.Responsibilities, "SELECT x.* FROM responsibilities x" + ofMeasures},
		{&c.Deadlines, "SELECT x.* FROM deadlines x" + ofMeasures},
		{&c.Targets, "SELECT x.* FROM targets x" + ofMeasures},
	} {
		if err := r.q(ctx).Raw(q.sql, plan).Scan(q.into).Error; err != nil {
			return Content{}, fail(err)
		}
	}
	return c, nil
}

// Targets returns the targets of one measure.
func (r Reader) Targets(ctx context.Context, m models.MeasureID) ([]models.Target, error) {
	var out []models.Target
	err := r.q(ctx).Where("measure_id = ?", m).Order("sort_no").Find(&out).Error
	return out, fail(err)
}

// Problems returns a plan's doubts in order.
func (r Reader) Problems(ctx context.Context, plan models.PlanID) ([]models.PlanProblem, error) {
	var out []models.PlanProblem
	err := r.q(ctx).Where("plan_id = ?", plan).Order("sort_no").Find(&out).Error
	return out, fail(err)
}

// PlanVersions returns the frozen readings of a plan, oldest first, without
// their text.
func (r Reader) PlanVersions(ctx context.Context, plan models.PlanID) ([]models.PlanVersion, error) {
	var out []models.PlanVersion
	err := r.q(ctx).Omit("draft_json").Where("plan_id = ?", plan).Order("number").Find(&out).Error
	return out, fail(err)
}

// InsertPlan stores a new plan and sets its id; conflict when the key is taken.
func (tx *Tx) InsertPlan(ctx context.Context, p *models.Plan) error {
	p.Version = max(p.Version, 1)
	return fail(tx.q(ctx).Create(p).Error)
}

// UpdatePlan changes a plan's state if nobody else has changed the plan since
// it was read (conflict otherwise), and raises its version.
func (tx *Tx) UpdatePlan(ctx context.Context, p *models.Plan) error {
	res := tx.q(ctx).Model(&models.Plan{}).Where("id = ? AND version = ?", p.ID, p.Version).
		Updates(map[string]any{"state": p.State, "issued_at": p.IssuedAt, "lead_unit_id": p.LeadUnitID, "version": p.Version + 1})
	if err := changed(res); err != nil {
		return err
	}
	p.Version++
	return nil
}

// InsertIndicator stores one indicator and sets its id.
func (tx *Tx) InsertIndicator(ctx context.Context, i *models.Indicator) error {
	return fail(tx.q(ctx).Create(i).Error)
}

// InsertTasks stores rows and sets their ids.
func (tx *Tx) InsertTasks(ctx context.Context, ts []models.Task) error {
	return insertAll(tx.q(ctx), ts)
}

// InsertMeasures stores measures and sets their ids.
func (tx *Tx) InsertMeasures(ctx context.Context, ms []models.Measure) error {
	return insertAll(tx.q(ctx), ms)
}

// InsertContent stores what hangs on rows and measures; Indicators, Tasks and
// Measures of c are not looked at.
func (tx *Tx) InsertContent(ctx context.Context, c Content) error {
	for _, insert := range []func() error{
		func() error { return insertAll(tx.q(ctx), c.Links) },
		func() error { return insertAll(tx.q(ctx), c.Responsibilities) },
		func() error { return insertAll(tx.q(ctx), c.Deadlines) },
		func() error { return insertAll(tx.q(ctx), c.Targets) },
	} {
		if err := insert(); err != nil {
			return err
		}
	}
	return nil
}

// InsertProblems stores a plan's doubts.
func (tx *Tx) InsertProblems(ctx context.Context, ps []models.PlanProblem) error {
	return insertAll(tx.q(ctx), ps)
}

// SettleProblem records a person's answer to a doubt; conflict when it is
// settled already.
func (tx *Tx) SettleProblem(ctx context.Context, plan models.PlanID, id int64, by models.UserID, at time.Time, answer string) error {
	return changed(tx.q(ctx).Model(&models.PlanProblem{}).
		Where("id = ? AND plan_id = ? AND settled_at IS NULL", id, plan).
		Updates(map[string]any{"settled_at": at, "settled_by": by, "answer": answer}))
}

// InsertPlanVersion freezes a reading of the plan.
func (tx *Tx) InsertPlanVersion(ctx context.Context, v *models.PlanVersion) error {
	return fail(tx.q(ctx).Create(v).Error)
}
