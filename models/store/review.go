package store

import (
	"context"
	"time"

	"duban/models"
)

// HandedIn is what one unit once handed in on a measure, without its words,
// and how many pieces of evidence came with it.
type HandedIn struct {
	SubmissionID models.SubmissionID
	AssignmentID models.AssignmentID
	Number       int
	Kind         models.SubmissionKind
	State        models.SubmissionState
	ReviewedAt   *time.Time
	Evidence     int
}

// HandedIn returns what the units have handed in on a measure, drafts left
// out, the first of each assignment first.
func (r Reader) HandedIn(ctx context.Context, s models.Scope, m models.MeasureID) ([]HandedIn, error) {
	var out []HandedIn
	err := ofScope(r.q(ctx).Table("submissions x").Select(`x.id AS submission_id, x.assignment_id, x.number, x.kind, x.state, x.reviewed_at,
		(SELECT COUNT(*) FROM evidence e WHERE e.submission_id = x.id) AS evidence`), s).
		Where("a.measure_id = ? AND x.state <> 'draft'", m).Order("x.assignment_id, x.number").Scan(&out).Error
	return out, fail(err)
}

// ExtensionsOn returns the requests for more time on a measure, newest first.
func (r Reader) ExtensionsOn(ctx context.Context, s models.Scope, m models.MeasureID) ([]models.Extension, error) {
	var out []models.Extension
	err := ofScope(r.q(ctx).Table("extensions x").Select("x.*"), s).
		Where("a.measure_id = ?", m).Order("x.id DESC").Scan(&out).Error
	return out, fail(err)
}

// Waiting is one hand-in that waits for the lead office.
type Waiting struct {
	AssignmentID models.AssignmentID
	SubmissionID models.SubmissionID
	Kind         models.SubmissionKind
	SubmittedAt  time.Time
	Evidence     int
}

// InReview returns every hand-in of a plan that waits for the lead office, the
// longest waiting first: ids and times only, so that thousands are cheap.
func (r Reader) InReview(ctx context.Context, s models.Scope, plan models.PlanID) ([]Waiting, error) {
	var out []Waiting
	err := ofScope(r.q(ctx).Table("submissions x").Select(`x.assignment_id, x.id AS submission_id, x.kind, a.submitted_at,
		(SELECT COUNT(*) FROM evidence e WHERE e.submission_id = x.id) AS evidence`), s).
		Where("x.state = 'review' AND a.state = 'review' AND a.plan_id = ?", plan).Order("a.submitted_at, a.id").Scan(&out).Error
	return out, fail(err)
}
