package models

import "time"

// AuditEntry is one line of the log: who did what to what, when and why. It is
// written in the transaction that made the change, and never altered.
type AuditEntry struct {
	ID           AuditID
	At           time.Time
	ActorID      UserID
	ActorName    string
	ActorRole    Role
	ActorUnitID  UnitID
	IP           string
	Act          string // an Act, or login, login_failed, logout, job …
	PlanID       PlanID
	MeasureID    MeasureID
	AssignmentID AssignmentID
	UnitID       UnitID // whose duty it concerns
	Object       string // what else it concerns: "user 7", "message 12"
	FromState    State
	ToState      State
	Note         string // reason or text, as typed
	Detail       string // facts as JSON: dates, counts, file names
}

// TableName names the table for the store.
func (AuditEntry) TableName() string { return "audit" }
