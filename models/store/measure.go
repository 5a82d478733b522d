package store

import (
	"context"

	"duban/models"
)

// MeasureAt returns the measure that stands in a row of a plan: the row's
// printed number and the place in it, from 1. A measure that serves several
// rows is found under each. Not_found if there is none.
func (r Reader) MeasureAt(ctx context.Context, plan models.PlanID, row string, place int) (models.Measure, error) {
	var out models.Measure
	res := r.q(ctx).Table("measures m").Select("m.*").
		Joins("JOIN task_measures x ON x.measure_id = m.id").
		Joins("JOIN tasks t ON t.id = x.task_id").
		Where("t.plan_id = ? AND t.no = ? AND x.sort_no = ?", plan, row, place).Limit(1).Scan(&out)
	return out, found(res)
}

// Measure returns one measure; not_found if there is none.
func (r Reader) Measure(ctx context.Context, id models.MeasureID) (models.Measure, error) {
	var out models.Measure
	err := r.q(ctx).Where("id = ?", id).Take(&out).Error
	return out, fail(err)
}

// MeasureText is one measure with the document around it.
type MeasureText struct {
	Rows             []models.Task      // the rows that it serves, in order
	Indicators       []models.Indicator // of the first row, from the top down
	Responsibilities []models.Responsibility
	Deadlines        []models.Deadline
	Targets          []models.Target
	InRow            int            // how many measures its first row has
	Before, After    models.Measure // its neighbours in document order, zero at the ends
}

// MeasureText returns the document around one measure, in seven queries.
func (r Reader) MeasureText(ctx context.Context, m models.Measure) (MeasureText, error) {
	var out MeasureText
	var near []models.Measure
	for _, q := range []struct {
		into any
		sql  string
		args []any
	}{
		{&out.Rows, `SELECT t.* FROM task_measures x JOIN tasks t ON t.id = x.task_id WHERE x.measure_id = ? ORDER BY t.sort_no`, []any{m.ID}},
		{&out.Responsibilities, "SELECT * FROM responsibilities WHERE measure_id = ? ORDER BY sort_no", []any{m.ID}},
		{&out.Deadlines, "SELECT * FROM deadlines WHERE measure_id = ? ORDER BY sort_no", []any{m.ID}},
		{&out.Targets, "SELECT * FROM targets WHERE measure_id = ? ORDER BY sort_no", []any{m.ID}},
		{&near, `SELECT * FROM measures WHERE plan_id = ? AND sort_no IN (
			(SELECT MAX(sort_no) FROM measures WHERE plan_id = ? AND sort_no < ?),
			(SELECT MIN(sort_no) FROM measures WHERE plan_id = ? AND sort_no > ?))`, []any{m.PlanID, m.PlanID, m.SortNo, m.PlanID, m.SortNo}},
	} {
		if err := r.q(ctx).Raw(q.sql, q.args...).Scan(q.into).Error; err != nil {
			return out, fail(err)
		}
	}
	for _, n := range near {
		if n.SortNo < m.SortNo {
			out.Before = n
		} else {
			out.After = n
		}
	}
	if len(out.Rows) == 0 {
		return out, nil
	}
	first := out.Rows[0]
	if err := r.q(ctx).Raw("SELECT COUNT(*) FROM task_measures WHERE task_id = ?", first.ID).Scan(&out.InRow).Error; err != nil {
		return out, fail(err)
	}
	err := r.q(ctx).Raw(`WITH RECURSIVE up AS (
			SELECT * FROM indicators WHERE id = ?
			UNION SELECT i.* FROM indicators i JOIN up ON i.id = up.parent_id)
		SELECT * FROM up ORDER BY level, sort_no`, first.IndicatorID).Scan(&out.Indicators).Error
	return out, fail(err)
}

// RowOf is a row that a measure serves, with the row's lowest indicator.
type RowOf struct {
	MeasureID   models.MeasureID
	Name        string // of the indicator
	PrintedCode string
	Title       string // of the row, in plans whose rows have one
}

// RowsOf returns the rows of the measures that are duties in the viewer's
// scope, in document order, in one query.
func (r Reader) RowsOf(ctx context.Context, s models.Scope) (map[models.MeasureID][]RowOf, error) {
	where, args := scopeSQL(s)
	var rows []RowOf
	err := r.q(ctx).Raw(`SELECT x.measure_id, COALESCE(i.name, '') AS name, COALESCE(i.printed_code, '') AS printed_code, t.title
		FROM task_measures x JOIN tasks t ON t.id = x.task_id LEFT JOIN indicators i ON i.id = t.indicator_id
		WHERE x.measure_id IN (SELECT a.measure_id FROM assignments a WHERE 1 = 1`+where+`) ORDER BY t.plan_id, t.sort_no`, args...).Scan(&rows).Error
	out := map[models.MeasureID][]RowOf{}
	for _, row := range rows {
		out[row.MeasureID] = append(out[row.MeasureID], row)
	}
	return out, fail(err)
}
