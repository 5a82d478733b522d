package store

import (
	"context"

	"duban/models"

	"gorm.io/gorm"
)

// ofScope joins a child to its assignment, so that the child is found only
// through an assignment in the viewer's scope.
func ofScope(g *gorm.DB, s models.Scope) *gorm.DB {
	return scoped(g.Joins("JOIN assignments a ON a.id = x.assignment_id"), s)
}

// Submissions returns what was handed in for one assignment, and its draft,
// newest first.
func (r Reader) Submissions(ctx context.Context, s models.Scope, id models.AssignmentID) ([]models.Submission, error) {
	var out []models.Submission
	err := ofScope(r.q(ctx).Table("submissions x").Select("x.*"), s).
		Where("x.assignment_id = ?", id).Order("x.number DESC").Scan(&out).Error
	return out, fail(err)
}

// SubmissionsIn returns the submissions in one state of many assignments.
func (r Reader) SubmissionsIn(ctx context.Context, s models.Scope, ids []models.AssignmentID, state models.SubmissionState) ([]models.Submission, error) {
	var out []models.Submission
	err := ofScope(r.q(ctx).Table("submissions x").Select("x.*"), s).
		Where("x.assignment_id IN ? AND x.state = ?", ids, state).Order("x.id").Scan(&out).Error
	return out, fail(err)
}

// SubmissionOf returns an assignment's one submission in the given state
// (draft or review); not_found when there is none.
func (r Reader) SubmissionOf(ctx context.Context, id models.AssignmentID, state models.SubmissionState) (models.Submission, error) {
	var out models.Submission
	err := r.q(ctx).Where("assignment_id = ? AND state = ?", id, state).Take(&out).Error
	return out, fail(err)
}

// LastSubmissionNumber returns the number of an assignment's latest
// submission, drafts included; 0 when there is none.
func (r Reader) LastSubmissionNumber(ctx context.Context, id models.AssignmentID) (int, error) {
	var n int
	err := r.q(ctx).Raw("SELECT COALESCE(MAX(number), 0) FROM submissions WHERE assignment_id = ?", id).Scan(&n).Error
	return n, fail(err)
}

// InsertSubmission stores a submission and sets its id; conflict when the
// assignment has a draft, or one in review, already.
func (tx *Tx) InsertSubmission(ctx context.Context, s *models.Submission) error {
	s.Version = max(s.Version, 1)
	return fail(tx.q(ctx).Create(s).Error)
}

// UpdateSubmission stores a submission if nobody else has changed it since it
// was read (conflict otherwise), and raises its version.
func (tx *Tx) UpdateSubmission(ctx context.Context, s *models.Submission) error {
	res := tx.q(ctx).Model(&models.Submission{}).Where("id = ? AND version = ?", s.ID, s.Version).
		Updates(map[string]any{
			"kind": s.Kind, "state": s.State, "statement": s.Statement, "values_json": s.ValuesJSON,
			"handler": s.Handler, "approver": s.Approver, "by_id": s.ByID, "by_name": s.ByName, "created_at": s.CreatedAt,
			"submitted_at": s.SubmittedAt, "reviewer_id": s.ReviewerID, "reviewer_name": s.ReviewerName,
			"reviewed_at": s.ReviewedAt, "reason_code": s.ReasonCode, "reason": s.Reason,
			"resubmit_by": s.ResubmitBy, "version": s.Version + 1,
		})
	if err := changed(res); err != nil {
		return err
	}
	s.Version++
	return nil
}

// EvidenceOf returns the evidence of one assignment, over all its submissions.
func (r Reader) EvidenceOf(ctx context.Context, s models.Scope, id models.AssignmentID) ([]models.Evidence, error) {
	var out []models.Evidence
	err := ofScope(r.q(ctx).Table("evidence x").Select("x.*"), s).
		Where("x.assignment_id = ?", id).Order("x.id").Scan(&out).Error
	return out, fail(err)
}

// Evidence returns one piece of evidence; not_found when there is none in the
// viewer's scope.
func (r Reader) Evidence(ctx context.Context, s models.Scope, id models.EvidenceID) (models.Evidence, error) {
	var out models.Evidence
	res := ofScope(r.q(ctx).Table("evidence x").Select("x.*"), s).Where("x.id = ?", id).Limit(1).Scan(&out)
	return out, found(res)
}

// EvidenceCounts returns how many pieces of evidence each of the measure's
// assignments has handed in (drafts are the unit's own business).
func (r Reader) EvidenceCounts(ctx context.Context, s models.Scope, m models.MeasureID) (map[models.AssignmentID]int, error) {
	var rows []struct {
		AssignmentID models.AssignmentID
		N            int
	}
	err := ofScope(r.q(ctx).Table("evidence x").Select("x.assignment_id, COUNT(*) AS n"), s).
		Joins("JOIN submissions s ON s.id = x.submission_id AND s.state <> 'draft'").
		Where("a.measure_id = ?", m).Group("x.assignment_id").Scan(&rows).Error
	out := map[models.AssignmentID]int{}
	for _, row := range rows {
		out[row.AssignmentID] = row.N
	}
	return out, fail(err)
}

// EvidenceHashes returns every stored file's hash, for the sweep that removes
// files without a row.
func (r Reader) EvidenceHashes(ctx context.Context) (map[string]bool, error) {
	var rows []string
	err := r.q(ctx).Raw("SELECT DISTINCT sha256 FROM evidence WHERE sha256 <> ''").Scan(&rows).Error
	out := make(map[string]bool, len(rows))
	for _, h := range rows {
		out[h] = true
	}
	return out, fail(err)
}

// InsertEvidence stores evidence rows and sets their ids. The file must be on
// the disk before.
func (tx *Tx) InsertEvidence(ctx context.Context, es []models.Evidence) error {
	return insertAll(tx.q(ctx), es)
}

// DeleteEvidence takes a piece out of a draft; not_found when it is not there.
func (tx *Tx) DeleteEvidence(ctx context.Context, draft models.SubmissionID, id models.EvidenceID) error {
	return found(tx.q(ctx).Where("id = ? AND submission_id = ?", id, draft).Delete(&models.Evidence{}))
}

// Notes returns an assignment's progress reports and opinions, newest first.
func (r Reader) Notes(ctx context.Context, s models.Scope, id models.AssignmentID) ([]models.Note, error) {
	var out []models.Note
	err := ofScope(r.q(ctx).Table("notes x").Select("x.*"), s).
		Where("x.assignment_id = ?", id).Order("x.id DESC").Scan(&out).Error
	return out, fail(err)
}

// InsertNote stores a progress report or an opinion.
func (tx *Tx) InsertNote(ctx context.Context, n *models.Note) error {
	return fail(tx.q(ctx).Create(n).Error)
}

// Extensions returns an assignment's requests for more time, newest first.
func (r Reader) Extensions(ctx context.Context, s models.Scope, id models.AssignmentID) ([]models.Extension, error) {
	var out []models.Extension
	err := ofScope(r.q(ctx).Table("extensions x").Select("x.*"), s).
		Where("x.assignment_id = ?", id).Order("x.number DESC").Scan(&out).Error
	return out, fail(err)
}

// OpenExtensions returns the undecided requests of a plan (0: of all plans),
// the oldest first.
func (r Reader) OpenExtensions(ctx context.Context, s models.Scope, plan models.PlanID) ([]models.Extension, error) {
	g := ofScope(r.q(ctx).Table("extensions x").Select("x.*"), s).Where("x.state = 'open' AND " + sqlWaiting) // once the unit has handed in there is nothing to decide
	if plan != 0 {
		g = g.Where("a.plan_id = ?", plan)
	}
	var out []models.Extension
	err := g.Order("x.id").Scan(&out).Error
	return out, fail(err)
}

// CountToDecide returns how much of a plan waits for the lead office: hand-ins
// to review and requests for more time to decide.
func (r Reader) CountToDecide(ctx context.Context, s models.Scope, plan models.PlanID) (int, error) {
	where, args := scopeSQL(s)
	var n int
	err := r.q(ctx).Raw(`SELECT (SELECT COUNT(*) FROM assignments a WHERE a.state = 'review' AND a.plan_id = ?`+where+`) +
		(SELECT COUNT(*) FROM extensions x JOIN assignments a ON a.id = x.assignment_id WHERE x.state = 'open' AND `+sqlWaiting+` AND a.plan_id = ?`+where+`)`,
		append(append(append([]any{plan}, args...), plan), args...)...).Scan(&n).Error
	return n, fail(err)
}

// Extension returns one request; not_found when there is none in the viewer's
// scope.
func (r Reader) Extension(ctx context.Context, s models.Scope, id models.ExtensionID) (models.Extension, error) {
	var out models.Extension
	res := ofScope(r.q(ctx).Table("extensions x").Select("x.*"), s).Where("x.id = ?", id).Limit(1).Scan(&out)
	return out, found(res)
}

// InsertExtension stores a request; conflict when one is open already.
func (tx *Tx) InsertExtension(ctx context.Context, e *models.Extension) error {
	e.Version = max(e.Version, 1)
	return fail(tx.q(ctx).Create(e).Error)
}

// DecideExtension stores the decision of an open request; conflict when it was
// decided already.
func (tx *Tx) DecideExtension(ctx context.Context, e *models.Extension) error {
	res := tx.q(ctx).Model(&models.Extension{}).
		Where("id = ? AND state = 'open' AND version = ?", e.ID, e.Version).
		Updates(map[string]any{
			"state": e.State, "granted_to": e.GrantedTo, "decided_by_id": e.DecidedByID,
			"decided_by": e.DecidedBy, "decided_at": e.DecidedAt, "answer": e.Answer, "version": e.Version + 1,
		})
	if err := changed(res); err != nil {
		return err
	}
	e.Version++
	return nil
}
