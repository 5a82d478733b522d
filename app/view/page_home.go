package view

import "duban/app/i18n"

// HomePage is the lead office's and the supervisor's first page:
// what is wrong in one sentence, five counts, what to do first, what falls due,
// how completion goes, and every unit.
type HomePage struct {
	Shell
	NoPlan  bool // no plan was issued yet: only the first step is shown
	CanPlan bool // the reader may bring a plan in

	Counts HomeCounts
	// NudgeAll leads to the nudging of every overdue unit, nil where there is
	// none or the reader may not.
	NudgeAll *Action

	Kinds []Tab      // of the queue: all, review, nudge, extend, other
	Queue []QueueRow // what to do first, ranked
	More  []KindCount
	// MoreHref leads to what the queue does not show.
	MoreHref string

	Days     []HomeDay
	Trend    *Trend // nil while there are fewer than two points
	Families []HomeFamily
	Units    int // units with duties
	CalmPart int // whole percent of units with nothing overdue
	UnitsURL string
}

// HomeCounts are the five counts. 家次 unless said otherwise.
type HomeCounts struct {
	Overdue         int
	OverdueChange   int  // against yesterday; negative is better
	HasChange       bool // yesterday is known
	OverdueMeasures int
	OverdueUnits    int
	OverdueLongest  int // days
	OverdueHref     string

	Due         int    // waiting, with 0 to 7 days left
	DueOn       string // nearest day with something open
	DueIn       int    // days until then
	DueOnCount  int    // open on that day
	DueMeasures int    // measures with a deadline within 7 days
	DueOneDay   bool   // all of them on DueOn
	DueHref     string

	Review        int // submissions waiting
	ReviewOld     int // longer than three days
	ReviewLongest int // days
	Extensions    int // requests for more time undecided
	ReviewHref    string

	Unack      int
	UnackSoon  int // of these, with a deadline at DueOn
	UnackUnits int
	NeverSeen  int // units none of whose people ever signed in
	UnackHref  string

	Past     int // past at issue and open: counted apart
	PastHref string

	Bar     Bar // of all duties of the plan
	Ahead   int // finished minus due by now, in tenths of a percent point
	HasPlan bool
}

// Done counts what is finished, of Total.
func (c HomeCounts) Done() int { return c.Bar.Done() }

// Total counts all duties of the plan.
func (c HomeCounts) Total() int { return c.Bar.Total }

// Rate is the finished share in percent with one decimal.
func (c HomeCounts) Rate() string { return tenths(share(c.Bar.Done(), c.Bar.Total)) }

// AheadText is the distance to what is due by now, without a sign.
func (c HomeCounts) AheadText() string { return tenths(max(c.Ahead, -c.Ahead)) }

// Calm reports that nothing is overdue.
func (c HomeCounts) Calm() bool { return c.Overdue == 0 }

// Action is a button of a list row: a link, or a form of one button.
type Action struct {
	Key     string // word: T("do."+Key, N)
	N       int    // units concerned, where the word names them
	Href    string
	Post    bool
	Primary bool
	Icon    string
	Fields  []HiddenField
}

// HiddenField is sent along with an Action's form.
type HiddenField struct{ Name, Value string }

// QueueRow is one thing that waits for the reader. The sentence is made of
// T("queue_title."+Kind …) and T("queue_why."+Kind …) from the values.
//
// Kinds: overdue (a measure with late units), review (submissions of a
// measure), ext (a request for more time), unack (duties of one day that nobody
// signed for), returned (not handed in again), silent (a unit with overdue
// items and no sign of life), contact (a unit without a contact), opinion (a
// supervisor's opinion unanswered), past (past at issue and open).
type QueueRow struct {
	Kind  string
	Href  string
	First bool // the most urgent, if overdue: its ground is tinted

	Ref   Ref
	Code  string // of the indicator
	Text  string // of the measure, shortened by the page
	Units []string
	Count int // units concerned; more than len(Units) is said as "等 n 家"

	Days     int // late, waiting, left or since the return, as the kind says
	Done     int
	Total    int
	Never    int    // of Count, never nudged
	Nudges   int    // so far
	Evidence int    // pieces handed in
	Number   int    // of the request
	Late     int    // days overdue when asked, 0 for none
	Day      string // asked-for day (ext), deadline (unack), since when (contact)
	Measures int
	Reason   string // as typed
	Actions  []Action
}

// Lamp is the state whose icon and colour mark the row.
func (q QueueRow) Lamp() string {
	switch q.Kind {
	case "silent":
		return "overdue"
	case "contact":
		return "unack"
	case "unack":
		return "due"
	case "opinion":
		return "returned"
	}
	return q.Kind
}

// KindCount is how many further things of one kind the queue holds.
type KindCount struct {
	Key string // review, nudge, extend, other
	N   int
}

// HomeDay is one deadline.
type HomeDay struct {
	Day      string
	Days     int // left; negative: past
	Measures int
	Overdue  int
	Bar      Bar
	Href     string
	Next     bool // the nearest that is not past
}

// Open counts what is not finished.
func (d HomeDay) Open() int { return d.Bar.Total - d.Bar.Done() }

// HomeFamily is one row of the heat strip, worst unit first.
type HomeFamily struct {
	Name  string // models.UnitFamily, in Chinese
	Tiles []UnitTile
}

// UnitTile is one unit of the heat strip.
type UnitTile struct {
	Short   string
	Name    string
	Href    string
	Total   int
	Done    int
	Overdue int
	Due     int // within 7 days
}

// Percent is the finished share in whole percent.
func (u UnitTile) Percent() int { return percent(u.Done, u.Total) }

// Rest is what is missing to 100 percent.
func (u UnitTile) Rest() int { return 100 - u.Percent() }

// Level is the class of the tile: o3 from three overdue on, o1 below, "" none.
func (u UnitTile) Level() string {
	switch {
	case u.Overdue >= 3:
		return "o3"
	case u.Overdue > 0:
		return "o1"
	}
	return ""
}

// share is part of all in tenths of a percent, rounded to the nearest.
func share(part, all int) int {
	if all == 0 {
		return 0
	}
	return (2000*part + all) / (2 * all)
}

// tenths writes tenths of a percent with their decimal: 678 as 67.8.
func tenths(n int) string {
	return i18n.Number(int64(n/10)) + "." + string(rune('0'+n%10))
}
