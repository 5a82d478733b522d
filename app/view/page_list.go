package view

// ListPage is a flat list of unit tasks (家次) of a plan in one light, such as
// everything that is overdue: the way from a count to names and to a nudge. It
// is shown in pages, whatever its length.
type ListPage struct {
	Shell
	Lamp      string // the light shown
	Tabs      []Tab
	Rows      []ListRow
	Total     int    // of that light
	Next      string // address of the page after this one, "" at the end
	First     string // address of the first page, "" where this is it
	NudgeHref string // POST: nudges the ticked rows (field a); "" where the reader may not
	Back      string // this page, for the form
}

// ListRow is one unit task.
type ListRow struct {
	ID          int64
	Href        string
	Ref         Ref
	Text        string
	Unit        string
	Family      string
	UnitHref    string
	Role        string
	Lamp        string
	Day         string // reference day
	Days        int    // late when positive, left when negative
	Nudges      int
	NudgedToday bool
	CanNudge    bool
}
