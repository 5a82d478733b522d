package view

// SubmitPage is the form in which a unit reports on one duty. Form says which: "" completion, "extend", "na", "block", "progress".
// All but the first are short.
type SubmitPage struct {
	Shell
	Form     string
	ActHref  string // /p/{plan}/a/{id}
	BackHref string
	Version  int
	Tabs     []Tab // the other forms that are open to this duty

	Ref       Ref
	Indicator string
	Code      string
	Text      string
	UnitName  string
	Due       string // reference day
	Days      int
	Lamp      string
	DueText   string
	Resubmit  bool
	// The return that is being answered.
	Reason   string
	ReasonBy string
	ReasonAt string
	DraftAt  string

	Statement string
	Metrics   []MetricField
	Evidence  []EvidenceLine // uploaded already and kept
	Rejected  []RejectedFile
	Link      string
	MaxBytes  int64
	Types     string // what may be uploaded, in words
	Accept    string // the same as an accept attribute
	Handler   string
	Approver  string
	Confirmed bool

	To      string // ISO day asked for
	MinTo   string // the earliest that can be asked for
	Input   string // progress text, reason or cause
	Who     string // who can clear what blocks
	Blocked bool   // it is blocked now: the form can clear it

	Errors  FormErrors
	Changed *Changed // somebody was first: the form stands on top of that now
}

// Changed says who changed what meanwhile. By is empty where nobody knows.
type Changed struct {
	By, At string
	Act    string // key: T("event."+Act)
}

// MetricField is one figure to fill in.
type MetricField struct {
	Field    string // form field: m0, m1 …
	Label    string
	Value    string // as typed
	Unit     string
	Required string // "≥ 70", empty where nothing is asked
	Checked  bool   // a value is saved and was compared
	Met      bool
}

// RejectedFile is an upload that was not taken, and why.
type RejectedFile struct {
	Name  string
	Size  int64
	Error string // in the reader's language: says what to do instead
}

// SizeText is the size as people read it.
func (r RejectedFile) SizeText() string { return Bytes(r.Size) }

// MaxText is the limit of one file as people read it.
func (p SubmitPage) MaxText() string { return Bytes(p.MaxBytes) }
