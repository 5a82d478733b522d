package models

import (
	"encoding/json"
	"time"
)

// SubmissionKind tells what a unit hands in.
type SubmissionKind string

const (
	SubmitCompletion SubmissionKind = "completion" // 办结申报
	SubmitNA         SubmissionKind = "na"         // 不涉及申请
)

// SubmissionState is where a submission stands.
type SubmissionState string

const (
	SubmissionDraft    SubmissionState = "draft"    // saved, seen by the unit only
	SubmissionReview   SubmissionState = "review"   // handed in
	SubmissionApproved SubmissionState = "approved" // 通过
	SubmissionReturned SubmissionState = "returned" // 退回
)

// Submission is what a unit hands in for one assignment: a statement, figures
// and evidence. An assignment has at most one draft; what was handed in is
// never changed, a return starts a new one.
type Submission struct {
	ID           SubmissionID
	AssignmentID AssignmentID
	Number       int // 1 for the first, counted per assignment
	Kind         SubmissionKind
	State        SubmissionState
	Statement    string
	ValuesJSON   string // figures: []Figure
	Handler      string // 承办人
	Approver     string // 审签领导
	ByID         UserID
	ByName       string
	CreatedAt    time.Time // when the draft was saved last
	SubmittedAt  *time.Time
	// The review, once decided.
	ReviewerID   UserID
	ReviewerName string
	ReviewedAt   *time.Time
	ReasonCode   string // evidence, mismatch, figures, unsigned, other
	Reason       string
	ResubmitBy   Date
	Version      int
}

// Figure is one reported value, against a target of the measure where there
// is one.
type Figure struct {
	Metric string  `json:"metric"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Op     string  `json:"op,omitempty"`
	Target float64 `json:"target,omitempty"`
}

// Meets reports whether the figure reaches its target.
func (f Figure) Meets() bool { return f.Op == "" || Target{Op: f.Op, Value: f.Target}.Meets(f.Value) }

// Figures decodes ValuesJSON; unreadable data gives none.
func (s Submission) Figures() []Figure {
	var out []Figure
	if s.ValuesJSON != "" {
		_ = json.Unmarshal([]byte(s.ValuesJSON), &out)
	}
	return out
}

// ReturnReasons are the reason codes that a reviewer picks from.
var ReturnReasons = []string{"evidence", "mismatch", "figures", "unsigned", "other"}

// EvidenceKind tells how a piece of evidence is held.
type EvidenceKind string

const (
	EvidenceFile EvidenceKind = "file"
	EvidenceLink EvidenceKind = "link"
)

// Evidence is one piece of 佐证材料: a file kept by its SHA-256, or a link.
type Evidence struct {
	ID           EvidenceID
	SubmissionID SubmissionID
	AssignmentID AssignmentID
	Kind         EvidenceKind
	Name         string // file name as uploaded, or the link's address
	SHA256       string
	Size         int64 // bytes
	MIME         string
	ByID         UserID
	ByName       string
	CreatedAt    time.Time
}

// TableName names the table for the store: evidence has no plural.
func (Evidence) TableName() string { return "evidence" }

// Note is a line that changes no state: a unit's progress report (进展) or a
// supervisor's opinion (督办意见).
type Note struct {
	ID           int64
	AssignmentID AssignmentID
	Kind         string // progress or opinion
	Text         string
	ByID         UserID
	ByName       string
	At           time.Time
}

// ExtensionState is where a request for more time stands.
type ExtensionState string

const (
	ExtensionOpen    ExtensionState = "open"
	ExtensionGranted ExtensionState = "granted"
	ExtensionRefused ExtensionState = "refused"
)

// Extension is a request for more time (延期). It does not stop the clock;
// granting it moves the effective date and leaves the original one.
type Extension struct {
	ID           ExtensionID
	AssignmentID AssignmentID
	Number       int // 1 for the unit's first request on this assignment
	FromDate     Date
	ToDate       Date // asked for
	GrantedTo    Date
	Reason       string
	State        ExtensionState
	ByID         UserID
	ByName       string
	At           time.Time
	DecidedByID  UserID
	DecidedBy    string
	DecidedAt    *time.Time
	Answer       string
	Version      int
}

// CheckExtension returns what is wrong with asking, on day today, to move the
// assignment's deadline to day to: invalid field errors, or conflict when it
// is asked too late (the request must come before the due date, that day
// included) or there is no date to move.
func CheckExtension(a Assignment, to, today Date, reason string) error {
	ref := a.EffectiveOn
	if ref.IsZero() || a.State == StateReturned {
		return Errf(Conflict, "err.extend_no_date")
	}
	if ref.Before(today) && !a.PastAtIssue() {
		return Errf(Conflict, "err.extend_late", ref)
	}
	var errs Errors
	if reason == "" {
		errs = append(errs, FieldErr("reason", "err.reason_needed"))
	}
	switch {
	case to.IsZero():
		errs = append(errs, FieldErr("to", "err.date_needed"))
	case !to.After(ref) || to.Before(today):
		errs = append(errs, FieldErr("to", "err.extend_not_later", ref))
	}
	return errs.Or()
}
