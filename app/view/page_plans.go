package view

import "strings"

// PlansPage lists the plans and offers the seeds that are not in yet.
type PlansPage struct {
	Shell
	Rows      []PlanRow
	Seeds     []SeedRow
	CanImport bool
	// The first steps of an empty system, each with what is done already.
	Steps []Step
}

// PlanRow is one plan.
type PlanRow struct {
	Href     string
	Key      string
	Title    string
	Number   string // document number
	Issuer   string
	Issued   string
	Year     int
	State    string // draft, issued, closed
	Rows     int
	Measures int
	Units    int
	Total    int // 家次
	Finished int
	Overdue  int
	Confirm  int // doubts that block issuing
	Bar      Bar
}

// SeedRow is a document that comes with the program.
type SeedRow struct {
	Key      string
	Title    string
	Issuer   string
	Issued   string
	Rows     int
	Measures int
	Units    string // register that comes with it
	Sample   bool   // its register is invented
	In       bool   // loaded already
	Problems int
}

// Step is one of the first steps.
type Step struct {
	Key  string // catalogue key of its words
	Done bool
	Href string
}

// PlanPage is one plan: its facts, the doubts of its reading, and issuing it.
type PlanPage struct {
	Shell
	Key                          string
	Path                         string // /p/{key}
	Title                        string
	Number                       string
	Issuer                       string
	Issued                       string
	Year                         int
	State                        string
	IssuedAt                     string // to the units, here
	IssuedBy                     string
	LeadUnit                     string
	Addressees                   []string
	Columns                      []string
	Source                       string
	Version                      int
	Rows, Measures, Units, Total int
	Finished, Overdue, PastIssue int
	Deadlines                    []PlanDay
	Problems                     []ProblemRow // confirm first
	Confirm                      int          // open doubts that block issuing
	Check                        int
	Settled                      int
	CanSettle                    bool
	CanIssue                     bool // the reader may; Confirm must be 0 as well
	Versions                     []PlanVersionRow
	Issue                        *IssueConfirm
}

// PlanDay is how much falls due on one day.
type PlanDay struct {
	Day      string // "" for ongoing duties
	Measures int
	Units    int // 家次
	Past     bool
}

// ProblemRow is one doubt of the reading.
type ProblemRow struct {
	ID       int64
	Severity string // confirm or check
	Where    string // as the plan's data say it: "row 20", "rows 16, 17", "document"
	Href     string // the row in the matrix
	Message  string
	Settled  string // instant
	By       string
	Answer   string
	Action   string // POST
	Errors   FormErrors
	Typed    string
}

// Rows is the printed numbers in Where ("rows 16, 17" gives "16、17"), or "".
func (p ProblemRow) Rows() string {
	for _, word := range []string{"rows ", "row ", "tasks ", "task "} {
		if rest, ok := strings.CutPrefix(p.Where, word); ok {
			return strings.NewReplacer(", ", "、", "-", "–").Replace(rest)
		}
	}
	return ""
}

// Document reports whether the doubt is about the document as a whole.
func (p ProblemRow) Document() bool { return p.Where == "document" }

// PlanVersionRow is one frozen reading.
type PlanVersionRow struct {
	Number int
	At     string
	By     string
	Reason string
}

// IssueConfirm names what issuing does before it is done.
type IssueConfirm struct {
	Action     string
	BackHref   string
	Version    int
	Measures   int
	Units      int
	Total      int
	PastIssue  int
	Ongoing    int // duties without a day
	Unassigned int // measures that name nobody and are not issued
	Mails      int
	Recipients []Recipient
	NoContact  []string // units without a contact: told when one is named
	On         string   // the day that counts as issued
	Errors     FormErrors
}

// Recipient is one person who will be told.
type Recipient struct {
	Unit    string
	Name    string
	Address string
	Count   int
}
