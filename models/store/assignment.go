package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"duban/models"

	"gorm.io/gorm"
)

// The SQL twins of the pure rules in models/assignment.go; TestLamps holds
// them together. The column ref_on is Assignment.ReferenceOn, with undated for
// "no date".
const sqlWaiting = "a.state IN ('unack','active','returned')"

// undated is how ref_on says that there is no day to chase against: the last
// day there is, so that such rows sort last on both databases.
var undated = models.NewDate(9999, time.December, 31)

// lampSQL is models.Assignment.Lamp in SQL; lampArgs gives its parameters.
const lampSQL = "CASE WHEN " + sqlWaiting + " THEN CASE" +
	" WHEN a.ref_on < ? AND a.ref_on >= a.issued_on THEN 'overdue'" +
	" WHEN a.state = 'returned' THEN 'returned'" +
	" WHEN a.ref_on >= ? AND a.ref_on <= ? THEN 'due'" +
	" WHEN a.ref_on < a.issued_on THEN 'past'" +
	" ELSE a.state END ELSE a.state END"

func lampArgs(today models.Date) []any {
	return []any{today, today, today.AddDays(models.DueSoonDays)}
}

// scoped adds the viewer's scope, last and in its own brackets, so that no OR
// before it can widen it.
func scoped(g *gorm.DB, s models.Scope) *gorm.DB {
	switch {
	case s.All:
		return g
	case s.Unit != 0:
		return g.Where("(a.unit_id = ?)", s.Unit)
	}
	return g.Where("(1 = 0)")
}

// scopeSQL is scoped for hand-written SQL.
func scopeSQL(s models.Scope) (string, []any) {
	switch {
	case s.All:
		return "", nil
	case s.Unit != 0:
		return " AND (a.unit_id = ?)", []any{s.Unit}
	}
	return " AND (1 = 0)", nil
}

const itemColumns = `a.*, p."key" AS plan_key, p.title AS plan_title, m.ref AS measure_ref, m.no AS measure_no,
	m.text AS measure_text, m.row_nos, m.first_pos, u.code AS unit_code, u.name AS unit_name, u.short AS unit_short, u.family`

func (r Reader) items(ctx context.Context, s models.Scope) *gorm.DB {
	g := r.q(ctx).Table("assignments a").Select(itemColumns).
		Joins("JOIN plans p ON p.id = a.plan_id").
		Joins("JOIN measures m ON m.id = a.measure_id").
		Joins("JOIN units u ON u.id = a.unit_id")
	return scoped(g, s)
}

// Item returns one assignment with its words; not_found when there is none in
// the viewer's scope.
func (r Reader) Item(ctx context.Context, s models.Scope, id models.AssignmentID) (models.Item, error) {
	var out models.Item
	res := r.items(ctx, s).Where("a.id = ?", id).Limit(1).Scan(&out)
	return out, found(res)
}

// ItemFilter narrows a list of assignments. Zero fields do not narrow.
type ItemFilter struct {
	Plan    models.PlanID
	Measure models.MeasureID
	// Measures and Refs keep assignments of these measures only.
	Measures []models.MeasureID
	Refs     []string
	Unit     models.UnitID
	States   []models.State
	Lamps    []models.Lamp
	// Waiting keeps what the unit has in hand (unack, active, returned).
	Waiting bool
	// OpenOrSince keeps what is open or in review, and what was first handed in
	// on that day or later: what a weekly digest speaks of.
	OpenOrSince models.Date
	// IDs keeps these only.
	IDs []models.AssignmentID
	// RefFrom and RefTo bound the day chased against, both inclusive.
	RefFrom, RefTo models.Date
	// Text must occur in the measure's words or the unit's name.
	Text string
	// AfterOn and AfterID continue a list in the default order behind an item:
	// its ReferenceOn (zero for none) and id.
	AfterOn models.Date
	AfterID models.AssignmentID
	Limit   int
	// ByMeasure orders by document order and unit; the default is by the day
	// chased against and id, the earliest first, those without one last.
	ByMeasure bool
	// BySubmitted orders by the day of hand-in, the longest waiting first.
	BySubmitted bool
}

// Items returns the assignments that match, in the viewer's scope, with their
// lights judged on day today.
func (r Reader) Items(ctx context.Context, s models.Scope, f ItemFilter, today models.Date) ([]models.Item, error) {
	g := r.items(ctx, s)
	if f.Plan != 0 {
		g = g.Where("a.plan_id = ?", f.Plan)
	}
	if f.Measure != 0 {
		g = g.Where("a.measure_id = ?", f.Measure)
	}
	if len(f.Measures) > 0 {
		g = g.Where("a.measure_id IN ?", f.Measures)
	}
	if len(f.Refs) > 0 {
		g = g.Where("m.ref IN ?", f.Refs)
	}
	if f.Unit != 0 {
		g = g.Where("a.unit_id = ?", f.Unit)
	}
	if len(f.States) > 0 {
		g = g.Where(stateSQL(f.States))
	}
	if f.IDs != nil {
		g = g.Where("a.id IN ?", f.IDs)
	}
	if f.Waiting {
		g = g.Where(sqlWaiting)
	}
	if !f.OpenOrSince.IsZero() {
		g = g.Where("("+sqlWaiting+" OR a.state = 'review' OR a.first_submitted_on >= ?)", f.OpenOrSince)
	}
	if len(f.Lamps) > 0 {
		g = whereLamps(g, f.Lamps, today)
	}
	if !f.RefFrom.IsZero() {
		g = g.Where("a.ref_on >= ? AND a.ref_on < ?", f.RefFrom, undated)
	}
	if !f.RefTo.IsZero() {
		g = g.Where("a.ref_on <= ?", f.RefTo)
	}
	if f.Text != "" {
		// SQLite's LIKE ignores the case of ASCII letters, PostgreSQL's does not.
		like := "%" + escapeLike(strings.ToLower(f.Text)) + "%"
		g = g.Where(`(LOWER(m.text) LIKE ? ESCAPE '!' OR LOWER(u.name) LIKE ? ESCAPE '!')`, like, like)
	}
	switch {
	case f.ByMeasure:
		g = g.Order("a.plan_id, m.sort_no, u.sort_no, a.id")
	case f.BySubmitted:
		g = g.Order("a.submitted_at, a.id")
	default:
		if f.AfterID != 0 {
			on := f.AfterOn
			if on.IsZero() {
				on = undated
			}
			g = g.Where("(a.ref_on, a.id) > (?, ?)", on, f.AfterID)
		}
		g = g.Order("a.ref_on, a.id")
	}
	if f.Limit > 0 {
		g = g.Limit(f.Limit)
	}
	var out []models.Item
	err := g.Scan(&out).Error
	return out, fail(err)
}

// stateSQL names the states in the query itself: a parameter would hide from
// SQLite that a partial index can serve it.
func stateSQL(states []models.State) string {
	var quoted []string
	for _, known := range models.States {
		if slices.Contains(states, known) {
			quoted = append(quoted, "'"+string(known)+"'")
		}
	}
	switch len(quoted) {
	case 0:
		return "(1 = 0)"
	case 1:
		return "a.state = " + quoted[0]
	}
	return "a.state IN (" + strings.Join(quoted, ",") + ")"
}

// whereLamps keeps assignments with one of the lights. It says what lampSQL
// says the other way round, light by light and in plain comparisons: neither
// planner can use an index, or guess how many rows there are, through a CASE.
func whereLamps(g *gorm.DB, lamps []models.Lamp, today models.Date) *gorm.DB {
	soon := today.AddDays(models.DueSoonDays)
	var anyOf []string
	var args []any
	add := func(sql string, vs ...any) {
		anyOf = append(anyOf, "("+sql+")")
		args = append(args, vs...)
	}
	waiting, last := true, models.Date{} // last: the latest reference day that a light allows
	for _, l := range lamps {
		until := undated
		switch l {
		case models.LampOverdue:
			add(sqlWaiting+" AND a.ref_on < ? AND a.ref_on >= a.issued_on", today)
			until = today.AddDays(-1)
		case models.LampReturned:
			add("a.state = 'returned' AND (a.ref_on >= ? OR a.ref_on < a.issued_on)", today)
		case models.LampDue:
			add("a.state IN ('unack','active') AND a.ref_on >= ? AND a.ref_on <= ?", today, soon)
			until = soon
		case models.LampPast:
			add("a.state IN ('unack','active') AND a.ref_on < a.issued_on AND (a.ref_on < ? OR a.ref_on > ?)", today, soon)
		case models.LampUnack, models.LampActive:
			add("a.state = ? AND a.ref_on > ? AND a.ref_on >= a.issued_on", l, soon)
		default: // review, done, closed, na, withdrawn: the state itself
			add("a.state = ?", l)
			waiting = false
		}
		last = models.LaterDate(last, until)
	}
	g = g.Where("("+strings.Join(anyOf, " OR ")+")", args...)
	if waiting {
		g = g.Where(sqlWaiting+" AND a.ref_on <= ?", last)
	}
	return g
}

// escapeLike takes the meaning from LIKE's wildcards; the escape character is !.
func escapeLike(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

// InsertAssignments stores new assignments and sets their ids; conflict when a
// unit has the measure already.
func (tx *Tx) InsertAssignments(ctx context.Context, as []models.Assignment) error {
	rows := make([]assignmentRow, len(as))
	for i := range as {
		as[i].Version = max(as[i].Version, 1)
		rows[i] = assignmentRow{as[i], refOn(as[i])}
	}
	if err := insertAll(tx.q(ctx), rows); err != nil {
		return err
	}
	for i := range rows {
		as[i].ID = rows[i].ID
	}
	return nil
}

// assignmentRow is an assignment as stored: with its reference day, which the
// database checks against the columns that it follows from.
type assignmentRow struct {
	models.Assignment
	RefOn models.Date
}

// TableName names the table.
func (assignmentRow) TableName() string { return "assignments" }

func refOn(a models.Assignment) models.Date {
	if ref := a.ReferenceOn(); !ref.IsZero() {
		return ref
	}
	return undated
}

// UpdateAssignment stores an assignment's state and dates if nobody else has
// changed it since it was read (conflict otherwise), and raises its version.
func (tx *Tx) UpdateAssignment(ctx context.Context, a *models.Assignment) error {
	res := tx.q(ctx).Model(&models.Assignment{}).Where("id = ? AND version = ?", a.ID, a.Version).
		Updates(map[string]any{
			"state": a.State, "effective_on": a.EffectiveOn, "resubmit_by": a.ResubmitBy, "signed_at": a.SignedAt,
			"submitted_at": a.SubmittedAt, "first_submitted_on": a.FirstSubmittedOn, "finished_at": a.FinishedAt,
			"closed_at": a.ClosedAt, "blocked_cause": a.BlockedCause, "blocked_by": a.BlockedBy,
			"nudges": a.Nudges, "nudged_on": a.NudgedOn, "ref_on": refOn(*a), "version": a.Version + 1,
		})
	if err := changed(res); err != nil {
		return err
	}
	a.Version++
	return nil
}
