package view

// TaskPage is one measure with the state of every unit that owes it, the panel
// of one of them, and what has happened. A unit's people get only
// their own unit's row; a supervisor reads.
type TaskPage struct {
	Shell
	Path     string // this page without its query: /p/anda-2020/t/12-2
	Crumbs   []Crumb
	PrevHref string // the measure before this one, "" at the end
	NextHref string

	Lamp      string // worst light of the measure
	LampUnits int    // how many units have it
	Days      int    // of overdue, returned, due: the largest number of days
	Pos, Of   int    // position among the row's measures
	Group     bool   // the duty is a group's, every member reports
	Shared    string // "8–11" where merged cells share it, else ""
	Ref       Ref
	Text      string

	UnitText    string // the unit cell's wording
	UnitCount   int
	Coordinator string
	Due         string // day of the original deadline
	DueTone     string // "overdue", "due" or ""
	DueText     string // the document's wording
	DuePast     bool   // lay before the day of issue
	Evaluation  string // 评估要点
	EvalHref    string // the row in the matrix
	Remarks     []string
	Targets     []string // as worded
	Reviewer    string   // who reviews and who closes

	Done, Total, NA int // 家次; Total without NA
	Percent         int
	Bar             Bar

	Tabs       []Tab
	TabKey     string // state filter of the table, for its empty sentence
	Units      []TaskUnit
	BulkHref   string // where ticked units are nudged, "" where the reader may not
	BulkCount  int    // how many can be nudged now
	Open       *UnitPanel
	Extensions []ExtensionCard
	Events     []Event
	Older      []Event // folded away
	OnlyHref   string  // history of the open unit alone
	AllHref    string
	Only       bool
	HistoryCut bool       // there are older lines than are shown
	Errors     FormErrors // of the list: nothing was ticked
	CloseAll   *CloseAll  // nil where nobody can be signed off, or not by the reader
}

// CloseAll signs off, in one act, whoever of the measure is completed.
type CloseAll struct {
	Href    string // POST
	AskHref string // this page with the confirmation
	Cancel  string
	Asked   bool
	Units   []string
}

// TaskUnit is one unit's row on the task page.
type TaskUnit struct {
	ID       int64
	Version  int
	Name     string
	Href     string // opens the unit's panel
	Family   string
	Role     string // lead, responsible, pilot, cooperate
	Contact  Contact
	Lamp     string
	Days     int    // late, waiting or left, as the light says
	LastAct  string // key of the latest event's act, "" where nothing happened
	LastAt   string
	LastNote string
	Number   int    // of the latest submission: 2 says resubmitted
	AskedTo  string // day asked for by an open request for more time
	Blocked  string // cause
	Evidence int
	Nudges   int
	Selected bool
	// What the reader may do from the row; the first that holds is the button.
	CanReview, CanDecide, CanClose, CanNudge, CanSign, CanSubmit bool
	NudgedToday                                                  bool
	ActHref                                                      string // of POST verbs: /p/{plan}/a/{id}
}

// UnitPanel is one unit's duty on the measure: what it handed in, and what the
// reader may do about it.
type UnitPanel struct {
	ID      int64
	Version int
	ActHref string // /p/{plan}/a/{id}
	Self    string // this panel: Path?u=code
	Code    string
	Name    string
	Role    string
	Lamp    string
	Days    int
	Index   int // among those waiting for review; 0 when it is not
	Of      int
	PrevURL string // the one before it in that list
	NextURL string
	Contact Contact

	Due         string // original deadline
	Effective   string // after extensions, "" when equal
	ResubmitBy  string
	Blocked     string
	BlockedBy   string
	OverduePast bool // the original deadline has passed

	Current *SubmissionView // the latest submission handed in, or nil
	Earlier []SubmissionView

	// Review is the form, nil where there is nothing to review or the reader
	// may not.
	Review *ReviewForm
	// Acts that the reader may do, each a form or a link.
	CanSign, CanSubmit, CanProgress, CanExtend, CanNA, CanBlock, CanUnblock bool
	CanNudge, CanClose, CanReopen, CanWithdraw, CanOpinion                  bool
	NudgedToday                                                             bool
	// Confirm opens the form of an act that is public or final: "close",
	// "reopen", "withdraw" or "opinion".
	Confirm string
	Form    ActForm
}

// SubmissionView is one submission as handed in, with its review.
type SubmissionView struct {
	ID        int64
	Number    int
	NA        bool // asks to be counted as 不涉及
	At        string
	WaitDays  int
	By        string
	Statement string
	Figures   []FigureLine
	Evidence  []EvidenceLine
	Handler   string
	Approver  string
	// The decision, State "approved", "returned" or "" while open.
	State      string
	Reviewer   string
	ReviewedAt string
	ReasonCode string
	Reason     string
	ResubmitBy string
}

// ReviewForm is the decision on a submission, with what was typed kept.
type ReviewForm struct {
	Version    int    // of the assignment, so that a newer hand-in is not decided on
	Decision   string // approve, return or ""
	ReasonCode string
	Reasons    []string // codes; words are T("reason."+code)
	Reason     string
	ResubmitBy string // ISO, as typed
	Next       bool   // there is another one to review
	Errors     FormErrors
}

// ActForm is the form of a single act that needs a reason.
type ActForm struct {
	Reason     string
	ResubmitBy string
	Errors     FormErrors
}

// ExtensionCard is a request for more time and its decision.
type ExtensionCard struct {
	ID       int64
	Version  int
	Href     string // POST address: /p/{plan}/x/{id}/decide
	Back     string // the unit's panel
	Unit     string
	Number   int
	From, To string
	Days     int
	Others   int // other units of the measure, unaffected
	Reason   string
	By, At   string
	Late     int // days overdue on the day of asking, 0 if none
	// State is open, granted or refused.
	State     string
	GrantedTo string
	Answer    string
	Decider   string
	DecidedAt string
	Can       bool
	// What was typed, after an error.
	TypedTo, TypedAnswer, Decision string
	Errors                         FormErrors
}

// Event is one line of the history, which only grows.
type Event struct {
	At         string
	Act        string // key: T("act."+Act)
	Icon       string // state key whose icon and colour mark the line
	Actor      string
	Unit       string // whose duty, where it is not the actor's own
	Number     int    // of the submission
	Evidence   int    // pieces handed in
	Units      int    // told or given the duty
	To         string // day asked for or granted
	ResubmitBy string // day set by a return
	Note       string // reason or text, as typed
}
