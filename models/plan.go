package models

import (
	"strconv"
	"time"
)

// PlanState is where a plan stands.
type PlanState string

const (
	PlanDraft  PlanState = "draft"  // being put in; units see nothing
	PlanIssued PlanState = "issued" // 已下发: assignments run
	PlanClosed PlanState = "closed" // 已办结: nothing moves any more
)

// Plan is one issued document: 责任分工方案 or 工作要点.
type Plan struct {
	ID             PlanID
	Key            string // stable ascii name in addresses: anda-2020
	Title          string
	DocumentNumber string // 文号, empty where none is printed
	Issuer         string
	Issued         Date // the date printed on the document
	Year           int  // plan year
	Addressees     StringList
	Columns        StringList // printed column heads, in order
	LeadUnitID     UnitID     // the lead office's unit, 0 while unknown
	Source         string
	State          PlanState
	IssuedAt       *time.Time // when it was issued to the units here (下发)
	Version        int
	CreatedAt      time.Time
}

// Indicator is a node of the plan's tree of indicators 一级/二级/三级 (any depth).
type Indicator struct {
	ID          IndicatorID
	PlanID      PlanID
	ParentID    IndicatorID
	Level       int
	Name        string
	Code        string // normalised
	PrintedCode string // as printed, typos kept
	SortNo      int
}

// Task is one numbered row (项) of the table.
type Task struct {
	ID               TaskID
	PlanID           PlanID
	IndicatorID      IndicatorID // the lowest indicator of the row
	No               string      // printed number; gaps allowed, never renumbered
	SortNo           int
	Title            string
	EvaluationPoints string
	Remarks          StringList
}

// Measure is the tracked unit of work (条措施): its own units, deadline and
// state. It may serve several rows (merged cells) and is counted once.
type Measure struct {
	ID       MeasureID
	PlanID   PlanID
	Ref      string // m1, m2 … in document order, unique in the plan
	No       string // printed number inside the cell, "" where unnumbered
	Text     string
	UnitText string // the unit cell's wording
	SortNo   int
	// RowNos are the printed numbers of the rows that it serves, in order, and
	// FirstPos its position in the first of them, from 1, or 0 where it is the
	// only one there. Both repeat what the TaskMeasures say and are written
	// together with them.
	RowNos   StringList
	FirstPos int
	// CoordinatorID is the one accountable unit: the only lead, else the
	// first named (0 where that is a group).
	CoordinatorID UnitID
}

// Address names the measure in addresses of pages: its first row and its
// position there, as in 12-2.
func (m Measure) Address() string { return address(m.RowNos, m.FirstPos) }

func address(rows []string, pos int) string {
	if len(rows) == 0 {
		return ""
	}
	return rows[0] + "-" + strconv.Itoa(max(pos, 1))
}

// TaskMeasure ties a measure to one of the rows that it serves.
type TaskMeasure struct {
	TaskID    TaskID
	MeasureID MeasureID
	SortNo    int // position of the measure in the row, from 1
}

// UnitRole is what a unit is in a measure.
type UnitRole string

const (
	UnitLead        UnitRole = "lead"        // 牵头
	UnitResponsible UnitRole = "responsible" // 责任, 负责, 落实, or no mark
	UnitPilot       UnitRole = "pilot"       // 试点
	UnitCooperate   UnitRole = "cooperate"   // 配合
)

// Valid reports whether r is a known role.
func (r UnitRole) Valid() bool { return r.rank() > 0 }

// Blocking reports whether a unit in this role holds the measure open until it
// has finished. Cooperating units report but do not.
func (r UnitRole) Blocking() bool { return r != UnitCooperate }

// rank orders roles: where a unit is named twice in a measure (by itself and
// through a group) the weightier duty stands.
func (r UnitRole) rank() int {
	switch r {
	case UnitLead:
		return 4
	case UnitResponsible:
		return 3
	case UnitPilot:
		return 2
	case UnitCooperate:
		return 1
	}
	return 0
}

// Responsibility is a duty as written: measure × (unit or group) × role.
type Responsibility struct {
	ID        ResponsibilityID
	MeasureID MeasureID
	Name      string // as written
	UnitID    UnitID
	GroupID   GroupID
	Role      UnitRole
	SortNo    int
}

// Target is a number that the measure's wording asks for.
type Target struct {
	ID        int64
	MeasureID MeasureID
	Text      string
	Metric    string
	Op        string // >=, >, <=, <, =
	Value     float64
	Unit      string
	SortNo    int
}

// Meets reports whether v satisfies the target.
func (t Target) Meets(v float64) bool {
	switch t.Op {
	case ">=":
		return v >= t.Value
	case ">":
		return v > t.Value
	case "<=":
		return v <= t.Value
	case "<":
		return v < t.Value
	}
	return v == t.Value
}

// PlanProblem is a doubt found while the document was read. A doubt to confirm
// blocks issuing until a person has settled it; one to check does not.
type PlanProblem struct {
	ID        int64
	PlanID    PlanID
	Severity  string // confirm or check
	Location  string // "row 20"
	Message   string
	SortNo    int
	SettledAt *time.Time
	SettledBy UserID
	Answer    string
}

// SeverityConfirm and SeverityCheck are the two grades of a PlanProblem.
const (
	SeverityConfirm = "confirm"
	SeverityCheck   = "check"
)

// PlanVersion is a frozen reading of the plan, made at import, at issue and at
// every change after it.
type PlanVersion struct {
	ID        int64
	PlanID    PlanID
	Number    int
	At        time.Time
	ByID      UserID
	ByName    string
	Reason    string
	DraftJSON string
}
