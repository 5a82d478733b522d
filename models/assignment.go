package models

import "time"

// State is the stored state of an assignment. One function, Assignment.Apply,
// owns every change of it.
type State string

const (
	StateUnack     State = "unack"     // 未签收
	StateActive    State = "active"    // 进行中
	StateReview    State = "review"    // 待审核
	StateReturned  State = "returned"  // 已退回
	StateDone      State = "done"      // 已完成: the lead office approved
	StateClosed    State = "closed"    // 已销号: final sign-off, locked
	StateNA        State = "na"        // 不涉及, with the lead office's consent
	StateWithdrawn State = "withdrawn" // 已撤销: the plan changed
)

// States lists every state in the fixed order of bars.
var States = []State{StateClosed, StateDone, StateReview, StateActive, StateUnack, StateReturned, StateNA, StateWithdrawn}

// Finished reports 办结: done or closed.
func (s State) Finished() bool { return s == StateDone || s == StateClosed }

// Counts reports whether the assignment is in the denominator: na and
// withdrawn are not.
func (s State) Counts() bool { return s != StateNA && s != StateWithdrawn }

// Waiting reports whether the unit has something to do: the clock runs.
func (s State) Waiting() bool { return s == StateUnack || s == StateActive || s == StateReturned }

// Assignment is a duty as tracked (交办): measure × one unit × role, 一家次.
type Assignment struct {
	ID        AssignmentID
	PlanID    PlanID
	MeasureID MeasureID
	UnitID    UnitID
	GroupID   GroupID // the group that it was expanded from, 0 if named itself
	Role      UnitRole
	State     State
	// DueOn is the original deadline (appraisal looks at it), EffectiveOn the
	// one after granted extensions (chasing looks at it). Zero: no date.
	DueOn       Date
	EffectiveOn Date
	// ResubmitBy is the day until which a returned submission is to be handed
	// in again; zero unless returned.
	ResubmitBy Date
	IssuedOn   Date // the day on which the unit was given the duty (下发)
	SignedAt   *time.Time
	// SubmittedAt is the latest hand-in, FirstSubmittedOn the day of the
	// first: on time means that day is not after DueOn.
	SubmittedAt      *time.Time
	FirstSubmittedOn Date
	FinishedAt       *time.Time // approved
	ClosedAt         *time.Time
	// BlockedCause is why an open assignment cannot go on, BlockedBy who can
	// clear it; both empty when it is not blocked (受阻).
	BlockedCause string
	BlockedBy    string
	Nudges       int  // manual reminders so far
	NudgedOn     Date // the day of the latest
	Version      int
}

// ReferenceOn is the day against which the unit is chased: the resubmission
// date after a return, else the effective deadline. Zero: never overdue.
func (a Assignment) ReferenceOn() Date {
	if a.State == StateReturned && !a.ResubmitBy.IsZero() {
		return a.ResubmitBy
	}
	return a.EffectiveOn
}

// PastAtIssue reports 下发时已过期: the deadline lay before the day of issue.
// Such a duty is shown apart and not counted as late. A granted extension or
// a resubmission date makes it an ordinary one.
func (a Assignment) PastAtIssue() bool {
	ref := a.ReferenceOn()
	return !ref.IsZero() && ref.Before(a.IssuedOn)
}

// Overdue reports 逾期 on day today: the reference day has passed, the unit
// has it in hand, and it was not already past at issue.
func (a Assignment) Overdue(today Date) bool {
	ref := a.ReferenceOn()
	return a.State.Waiting() && !ref.IsZero() && ref.Before(today) && !a.PastAtIssue()
}

// DueSoonDays is how many days ahead a waiting assignment counts as 即将到期.
const DueSoonDays = 7

// DueSoon reports 即将到期: 0 to 7 days left and not submitted.
func (a Assignment) DueSoon(today Date) bool {
	ref := a.ReferenceOn()
	if !a.State.Waiting() || ref.IsZero() {
		return false
	}
	left := today.DaysUntil(ref)
	return left >= 0 && left <= DueSoonDays
}

// Lamp is the one light that a cell shows: computed, never stored, never an act.
type Lamp string

const (
	LampOverdue   Lamp = "overdue"
	LampReturned  Lamp = "returned"
	LampDue       Lamp = "due"
	LampPast      Lamp = "past" // 下发时已过期
	LampReview    Lamp = "review"
	LampUnack     Lamp = "unack"
	LampActive    Lamp = "active"
	LampDone      Lamp = "done"
	LampClosed    Lamp = "closed"
	LampNA        Lamp = "na"
	LampWithdrawn Lamp = "withdrawn"
)

// Lamps lists the lights by precedence, worst first: a measure for a group
// takes the worst light of its units.
var Lamps = []Lamp{LampOverdue, LampReturned, LampDue, LampPast, LampReview, LampUnack, LampActive, LampDone, LampClosed, LampNA, LampWithdrawn}

// Lamp returns the assignment's light on day today. The store computes the
// same in SQL; a test holds the two together.
func (a Assignment) Lamp(today Date) Lamp {
	switch {
	case a.Overdue(today):
		return LampOverdue
	case a.State == StateReturned:
		return LampReturned
	case a.DueSoon(today):
		return LampDue
	case a.State.Waiting() && a.PastAtIssue():
		return LampPast
	}
	return Lamp(a.State)
}

// Change is what Apply needs to know beyond the act: when, and what the act
// carries.
type Change struct {
	Now        time.Time
	Today      Date
	Reason     string
	ResubmitBy Date // for a return or a reopening
	NA         bool // the submission asks for, or the approval consents to, 不涉及
}

// transition is one row of the state machine.
type transition struct {
	from        []State
	needsReason bool
	needsDate   bool // a resubmission date, today or later
}

// machine is the whole state machine. Acts that leave the state alone
// (progress, block, nudge, extension) name the states in which they are open.
var machine = map[Act]transition{
	ActSign:      {from: []State{StateUnack}},
	ActProgress:  {from: []State{StateActive, StateReturned}},
	ActSubmit:    {from: []State{StateActive, StateReturned}},
	ActAskNA:     {from: []State{StateActive, StateReturned}, needsReason: true},
	ActAskExtend: {from: []State{StateUnack, StateActive}, needsReason: true}, // not returned: see CheckExtension
	ActDecideExt: {from: []State{StateUnack, StateActive, StateReturned}},
	ActBlock:     {from: []State{StateUnack, StateActive, StateReturned}},
	ActNudge:     {from: []State{StateUnack, StateActive, StateReturned}},
	ActApprove:   {from: []State{StateReview}},
	ActReturn:    {from: []State{StateReview}, needsReason: true, needsDate: true},
	ActClose:     {from: []State{StateDone}},
	ActReopen:    {from: []State{StateDone, StateNA}, needsReason: true, needsDate: true},
	ActWithdraw:  {from: []State{StateUnack, StateActive, StateReview, StateReturned, StateDone, StateNA}, needsReason: true},
}

// Can reports whether the act is open in state s.
func (s State) Can(act Act) bool {
	for _, f := range machine[act].from {
		if f == s {
			return true
		}
	}
	return false
}

// Apply changes the assignment by one act, or returns why it cannot: conflict
// (err.state) when the state does not allow the act, invalid when a reason or
// a resubmission date is missing. It is the only code that sets State.
func (a *Assignment) Apply(act Act, c Change) error {
	t, ok := machine[act]
	if !ok || !a.State.Can(act) {
		return Errf(Conflict, "err.state", string(act), string(a.State))
	}
	var errs Errors
	if t.needsReason && c.Reason == "" {
		errs = append(errs, FieldErr("reason", "err.reason_needed"))
	}
	if t.needsDate {
		switch {
		case c.ResubmitBy.IsZero():
			errs = append(errs, FieldErr("resubmit_by", "err.resubmit_needed"))
		case c.ResubmitBy.Before(c.Today):
			errs = append(errs, FieldErr("resubmit_by", "err.resubmit_past"))
		}
	}
	if len(errs) > 0 {
		return errs
	}
	now := c.Now
	switch act {
	case ActSign:
		a.State, a.SignedAt = StateActive, &now
	case ActSubmit, ActAskNA:
		a.State, a.SubmittedAt, a.ResubmitBy = StateReview, &now, Date{}
		a.BlockedCause, a.BlockedBy = "", ""
		if a.FirstSubmittedOn.IsZero() && act == ActSubmit {
			a.FirstSubmittedOn = c.Today
		}
	case ActApprove:
		if c.NA {
			a.State = StateNA
			break
		}
		a.State, a.FinishedAt = StateDone, &now
	case ActReturn, ActReopen:
		a.State, a.ResubmitBy, a.FinishedAt = StateReturned, c.ResubmitBy, nil
	case ActClose:
		a.State, a.ClosedAt = StateClosed, &now
	case ActWithdraw:
		a.State, a.ResubmitBy = StateWithdrawn, Date{}
		a.BlockedCause, a.BlockedBy = "", ""
	}
	return nil
}

// OnTime reports whether the first hand-in met the original deadline; it is
// true where there is no deadline or it was past at issue already.
func (a Assignment) OnTime() bool {
	if a.DueOn.IsZero() || a.DueOn.Before(a.IssuedOn) {
		return true
	}
	return !a.FirstSubmittedOn.IsZero() && !a.FirstSubmittedOn.After(a.DueOn)
}

// Item is an assignment with the words around it: what lists and mails show.
type Item struct {
	Assignment
	PlanKey     string
	PlanTitle   string
	MeasureRef  string
	MeasureNo   string
	MeasureText string
	RowNos      StringList // printed numbers of the rows that the measure serves
	FirstPos    int        // its position in the first of them, 0 where it is the only one
	UnitCode    string
	UnitName    string
	UnitShort   string
	Family      UnitFamily
}

// Address names the measure in addresses of pages: 12-2.
func (it Item) Address() string { return address(it.RowNos, it.FirstPos) }
