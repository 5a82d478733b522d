package models

// Typed ids, so that a unit's id can never be passed for a measure's. Zero is
// "none". They are database keys and carry no meaning of their own.
type (
	PlanID           int64
	IndicatorID      int64
	TaskID           int64
	MeasureID        int64
	UnitID           int64
	GroupID          int64
	ResponsibilityID int64
	AssignmentID     int64
	SubmissionID     int64
	EvidenceID       int64
	ExtensionID      int64
	UserID           int64
	NoticeID         int64
	MessageID        int64
	AuditID          int64
)
