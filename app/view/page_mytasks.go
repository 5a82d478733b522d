package view

// MyTasksPage is one unit's list, grouped by urgency. The lead
// office and supervisors read it at /p/{plan}/u/{code}.
type MyTasksPage struct {
	Shell
	Unit     string
	UnitCode string
	Family   string
	Contact  Contact
	Leader   Contact
	Foreign  bool   // the reader is not of this unit
	BackHref string // the units page, for such a reader

	Overdue, OverdueDays int    // how many, and the longest
	Returned             int    //
	ReturnBy             string // the nearest resubmission day
	DueSoon              int
	DueNext              string // the nearest day
	DueNextDays          int
	DueNextCount         int
	Unsigned             int
	SignAll              bool // the reader may sign for all of them at once
	Done, Total          int

	Groups []TaskGroup
	Empty  bool // nothing was ever issued to the unit
}

// TaskGroup is one degree of urgency. Keys: overdue, returned, due, unack,
// later, past, review, finished.
type TaskGroup struct {
	Key   string
	Lamp  string // icon and colour, "" for none
	Count int
	Open  bool
	Cards []TaskCard
}

// TaskCard is one duty of the unit.
type TaskCard struct {
	ID        int64
	Version   int
	Href      string // task page
	ActHref   string // /p/{plan}/a/{id}
	Back      string // where an act returns to: this list
	PlanTitle string // only where the list spans several plans
	Ref       Ref
	Indicator string
	Code      string
	Role      string
	Text      string
	Lamp      string
	State     string
	Due       string // reference day
	Days      int    // from today; negative: past
	Resubmit  bool   // Due is a resubmission day
	Late      bool
	Nudges    int
	Lead      Contact // who to ring at the lead office; Name empty: not shown
	LeadUnit  string
	Unsigned  bool
	Reason    string // of the return
	ReasonBy  string
	ReasonAt  string
	DraftAt   string // a draft is kept since
	Waiting   string // instant of the submission, in review
	Blocked   string
	AskedTo   string // open request for more time
	// What the reader may do.
	CanSign, CanSubmit, CanExtend, CanNA, CanBlock, CanProgress, CanNudge bool
	NudgedToday                                                           bool
}

// Tone is the colour class of the card's date: red when late, amber when due
// soon, none otherwise.
func (c TaskCard) Tone() string {
	switch {
	case c.Late:
		return "t-overdue"
	case c.Lamp == "due":
		return "t-due"
	}
	return ""
}
