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

// SystemActs are the acts that concern accounts, the register and the machine:
// what an administrator, who has no business rights, reads of the log.
var SystemActs = []string{
	"login", "login_failed", "logout", "password", "setup", "lang", "invite",
	"user_created", "user_changed", "user_disabled", "user_enabled", "people",
	"register", "unit_created", "unit_changed", "aliases", string(ActPost), "group_join", "group_leave",
	"retry", "run_jobs",
}
