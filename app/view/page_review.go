package view

// ReviewPage is the queue of what waits for the lead office: submissions,
// requests for 不涉及 and for more time, longest wait first.
type ReviewPage struct {
	Shell
	Tabs    []Tab
	Waiting int
	Over3   int // waiting longer than three days
	Longest int // days
	Rows    []ReviewRow
	Pager   Pager
	Can     bool // decide; a supervisor reads
	// EmptyHint says what is next when nothing waits, in the reader's language.
	EmptyHint string
}

// ReviewRow is one thing to decide.
type ReviewRow struct {
	Href     string
	Kind     string // completion, na, ext
	Unit     string
	Family   string
	Ref      Ref
	Text     string
	Lead     string // first words of the statement or reason
	Number   int
	At       string
	Wait     int
	Evidence int
	Short    int    // figures below what is asked
	Due      string // deadline of the duty
	LateBy   int    // days after the deadline on which it was handed in
	To       string // ext: day asked for
}
