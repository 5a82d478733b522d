package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"duban/models"
)

// Count is how many assignments share a light (and, by the query, a measure, a
// unit or a day).
type Count struct {
	MeasureID models.MeasureID
	UnitID    models.UnitID
	PlanID    models.PlanID
	Day       models.Date // effective day
	Lamp      models.Lamp
	Blocking  bool // role other than cooperating; only by measure
	N         int
	Oldest    models.Date // earliest reference day among them
}

// CountBy says what a count is grouped by.
type CountBy int

const (
	ByMeasure CountBy = iota
	ByUnit
	ByDay
	ByPlan
)

// Counts counts assignments of a plan (0: of all plans) by light and by one
// more thing, in the viewer's scope: one query, whatever the size. They come
// in ascending order of that thing, days without a date first.
func (r Reader) Counts(ctx context.Context, s models.Scope, plan models.PlanID, by CountBy, today models.Date) ([]Count, error) {
	if by == ByMeasure {
		return r.countMeasures(ctx, s, plan, today)
	}
	key := map[CountBy]string{ByUnit: "a.unit_id", ByDay: "a.effective_on", ByPlan: "a.plan_id"}[by]
	where, args := "", append(lampArgs(today), undated)
	if plan != 0 {
		where, args = " AND a.plan_id = ?", append(args, plan)
	}
	scope, scopeArgs := scopeSQL(s)
	sql := fmt.Sprintf(`SELECT %s, (%s), COUNT(*), NULLIF(MIN(a.ref_on), ?)
		FROM assignments a WHERE 1 = 1%s%s GROUP BY 1, 2`, key, lampSQL, where, scope)
	rows, err := r.q(ctx).Raw(sql, append(args, scopeArgs...)...).Rows()
	if err != nil {
		return nil, fail(err)
	}
	defer rows.Close()
	var out []Count
	for rows.Next() {
		// By hand: thousands of rows, and gorm takes as long to fill in a row
		// as the database to count it.
		var c Count
		into := []any{nil, &c.Lamp, &c.N, &c.Oldest}
		switch by {
		case ByUnit:
			into[0] = &c.UnitID
		case ByDay:
			into[0] = &c.Day
		case ByPlan:
			into[0] = &c.PlanID
		}
		if err := rows.Scan(into...); err != nil {
			return nil, fail(err)
		}
		out = append(out, c)
	}
	sortCounts(out)
	return out, fail(rows.Err())
}

// countMeasures counts by measure and light. It groups by what stands in
// the index, in the order of the index, so that nothing is sorted, and judges
// the light of each group in Go, by the rule itself.
func (r Reader) countMeasures(ctx context.Context, s models.Scope, plan models.PlanID, today models.Date) ([]Count, error) {
	where, args := scopeSQL(s)
	if plan != 0 {
		where, args = where+" AND a.plan_id = ?", append(args, plan)
	}
	rows, err := r.q(ctx).Raw(`SELECT a.measure_id, a.role, a.state, a.ref_on, a.issued_on, COUNT(*) FROM assignments a
		WHERE 1 = 1`+where+` GROUP BY a.plan_id, a.measure_id, a.role, a.state, a.ref_on, a.issued_on`, args...).Rows()
	if err != nil {
		return nil, fail(err)
	}
	defer rows.Close()
	type key struct {
		measure  models.MeasureID
		lamp     models.Lamp
		blocking bool
	}
	at := map[key]int{}
	var out []Count
	for rows.Next() {
		var g models.Assignment
		var n int
		if err := rows.Scan(&g.MeasureID, &g.Role, &g.State, &g.EffectiveOn, &g.IssuedOn, &n); err != nil {
			return nil, fail(err)
		}
		if g.EffectiveOn == undated {
			g.EffectiveOn = models.Date{}
		}
		k := key{g.MeasureID, g.Lamp(today), g.Role.Blocking()}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, Count{MeasureID: k.measure, Lamp: k.lamp, Blocking: k.blocking, Oldest: g.EffectiveOn})
		}
		c := &out[i]
		c.N += n
		if c.Oldest.IsZero() || !g.EffectiveOn.IsZero() && g.EffectiveOn.Before(c.Oldest) {
			c.Oldest = g.EffectiveOn
		}
	}
	sortCounts(out)
	return out, fail(rows.Err())
}

// sortCounts puts counts in order here, because SQLite would sort a second time
// after grouping.
func sortCounts(out []Count) {
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.MeasureID, b.MeasureID), cmp.Compare(a.UnitID, b.UnitID), cmp.Compare(a.PlanID, b.PlanID),
			a.Day.Compare(b.Day), cmp.Compare(a.Lamp, b.Lamp))
	})
}

// CountWaiting counts what a plan's units have in hand by light. It reads the
// index of open assignments only: what is finished, most of an old plan, costs
// nothing.
func (r Reader) CountWaiting(ctx context.Context, s models.Scope, plan models.PlanID, today models.Date) (map[models.Lamp]int, error) {
	scope, scopeArgs := scopeSQL(s)
	rows, err := r.q(ctx).Raw(`SELECT a.ref_on, a.issued_on, a.state, COUNT(*) FROM assignments a
		WHERE a.plan_id = ? AND `+sqlWaiting+scope+` GROUP BY a.ref_on, a.issued_on, a.state`, append([]any{plan}, scopeArgs...)...).Rows()
	if err != nil {
		return nil, fail(err)
	}
	defer rows.Close()
	out := map[models.Lamp]int{}
	for rows.Next() {
		var g models.Assignment
		var n int
		if err := rows.Scan(&g.EffectiveOn, &g.IssuedOn, &g.State, &n); err != nil {
			return nil, fail(err)
		}
		if g.EffectiveOn == undated {
			g.EffectiveOn = models.Date{}
		}
		out[g.Lamp(today)] += n
	}
	return out, fail(rows.Err())
}

// MeasuresWith counts the measures that have at least one assignment in each
// light: "17 条措施" beside the 家次.
func (r Reader) MeasuresWith(ctx context.Context, s models.Scope, plan models.PlanID, today models.Date) (map[models.Lamp]int, error) {
	scope, scopeArgs := scopeSQL(s)
	args := append(append(lampArgs(today), plan), scopeArgs...)
	var rows []struct {
		Lamp models.Lamp
		N    int
	}
	err := r.q(ctx).Raw(`SELECT (`+lampSQL+`) AS lamp, COUNT(DISTINCT a.measure_id) AS n
		FROM assignments a WHERE a.plan_id = ?`+scope+` GROUP BY 1`, args...).Scan(&rows).Error
	out := map[models.Lamp]int{}
	for _, row := range rows {
		out[row.Lamp] = row.N
	}
	return out, fail(err)
}

// MeasuresByDay counts the measures that have something effective on each day.
func (r Reader) MeasuresByDay(ctx context.Context, s models.Scope, plan models.PlanID) (map[models.Date]int, error) {
	scope, scopeArgs := scopeSQL(s)
	var rows []struct {
		Day models.Date
		N   int
	}
	err := r.q(ctx).Raw(`SELECT a.effective_on AS day, COUNT(DISTINCT a.measure_id) AS n FROM assignments a
		WHERE a.plan_id = ? AND a.effective_on IS NOT NULL`+scope+` GROUP BY 1`, append([]any{plan}, scopeArgs...)...).Scan(&rows).Error
	out := map[models.Date]int{}
	for _, row := range rows {
		out[row.Day] = row.N
	}
	return out, fail(err)
}

// Unsigned is how much of a plan nobody has signed for, whatever its light.
type Unsigned struct {
	N     int // 家次
	Units int
	OnDay int // of N, due on the given day
}

// Unsigned counts what nobody has signed for.
func (r Reader) Unsigned(ctx context.Context, s models.Scope, plan models.PlanID, day models.Date) (Unsigned, error) {
	scope, scopeArgs := scopeSQL(s)
	var out Unsigned
	err := r.q(ctx).Raw(`SELECT COUNT(*) AS n, COUNT(DISTINCT a.unit_id) AS units,
		COALESCE(SUM(CASE WHEN a.effective_on = ? THEN 1 ELSE 0 END), 0) AS on_day
		FROM assignments a WHERE a.plan_id = ? AND a.state = 'unack'`+scope, append([]any{day, plan}, scopeArgs...)...).Scan(&out).Error
	return out, fail(err)
}

// TrendPoint is a plan's progress at the end of one day.
type TrendPoint struct {
	Day      models.Date
	Due      int // effective deadline reached
	Finished int // approved by then
	Late     int // due before that day and not yet handed in that day
}

// Trend returns a plan's progress at the end of each given day, in one query
// that reads each assignment once. The days ascend; midnight[i] is the instant
// at which days[i] ends in the office's zone.
func (r Reader) Trend(ctx context.Context, s models.Scope, plan models.PlanID, days []models.Date, midnight []any) ([]TrendPoint, error) {
	if len(days) == 0 {
		return nil, nil
	}
	// Assignments of one history are one row: finished says before which of
	// the midnights it was approved first.
	var args []any
	finished := "CASE WHEN a.finished_at IS NULL THEN -1"
	for i, m := range midnight {
		finished += fmt.Sprintf(" WHEN a.finished_at < ? THEN %d", i)
		args = append(args, m)
	}
	scope, scopeArgs := scopeSQL(s)
	args = append(append(args, plan), scopeArgs...)
	rows, err := r.q(ctx).Raw(`SELECT a.effective_on, a.first_submitted_on, COALESCE(a.effective_on < a.issued_on, FALSE), `+finished+` ELSE -1 END, COUNT(*)
		FROM assignments a WHERE a.plan_id = ? AND a.state NOT IN ('na','withdrawn')`+scope+` GROUP BY 1, 2, 3, 4`, args...).Rows()
	if err != nil {
		return nil, fail(err)
	}
	defer rows.Close()
	out := make([]TrendPoint, len(days))
	for i, d := range days {
		out[i].Day = d
	}
	for rows.Next() {
		var effective, submitted models.Date
		var past bool
		var before, n int
		if err := rows.Scan(&effective, &submitted, &past, &before, &n); err != nil {
			return nil, fail(err)
		}
		for i, d := range days {
			p := &out[i]
			if before >= 0 && before <= i {
				p.Finished += n
			}
			if effective.IsZero() || effective.After(d) {
				continue
			}
			p.Due += n
			if effective.Before(d) && !past && (submitted.IsZero() || submitted.After(d)) {
				p.Late += n
			}
		}
	}
	return out, fail(rows.Err())
}
