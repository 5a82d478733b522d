package view

// MatrixPage is the official table with its original merges, and beside it what
// the system adds. MatrixRows makes Rows.
type MatrixPage struct {
	Shell
	Path     string   // /p/{plan}/m
	ReadOnly bool     // a unit reads the whole plan; nothing to tick
	Items    int      // 项 of the plan
	Measures int      // 条措施 of the plan
	Tasks    int      // 家次 of the plan
	Gaps     []string // printed numbers that the document leaves out
	Shown    int      // measures that the filters leave

	Views   []MatrixView
	Filter  MatrixFilter
	Chips   []FilterChip // filters in force
	Clear   string       // address without filters
	Density []DensityLink

	Levels int  // columns of indicators, 1 to 3
	Points bool // the plan has 评估要点
	// Heads as printed in the document, "" for the usual words.
	HeadPoints, HeadMeasure, HeadUnits, HeadDue string

	Rows []MatrixRow
	// BulkHref is where ticked measures are sent to have their open units
	// nudged (POST, field m); "" where the reader may not.
	BulkHref string
}

// Columns is how many columns the table has.
func (p MatrixPage) Columns() int {
	n := 5 + p.Levels
	if p.Points {
		n++
	}
	return n
}

// DensityKey is the density in force: compact, standard or full.
func (p MatrixPage) DensityKey() string {
	for _, d := range p.Density {
		if d.Current {
			return d.Key
		}
	}
	return "standard"
}

// MatrixView is a saved view; its words are T("matrix.view_"+Key), with Day put
// in where the view is of one day.
type MatrixView struct {
	Key     string // all, overdue, day, review, group, lead, past
	Day     string
	Count   int
	Tone    string
	Href    string
	Current bool
}

// MatrixFilter is the form over the table; it is sent with GET.
type MatrixFilter struct {
	Q       string
	Inds    []Option // indicators
	Units   []Option
	Dues    []Option // days, and past, week, month
	States  []Option // labels are T("state."+value)
	Density string   // kept when the form is sent
	View    string   // kept when the form is sent
}

// FilterChip is one filter in force, with the address that drops it.
type FilterChip struct {
	Key   string // q, ind, unit, due, state: T("matrix.f_"+Key)
	Label string // in the reader's language
	Href  string
}

// DensityLink is one of the three densities.
type DensityLink struct {
	Key     string // compact, standard, full
	Href    string
	Current bool
}

// MatrixItem is one numbered row (项) of the document with its measures, in the
// order of the document. It is what MatrixRows is given.
type MatrixItem struct {
	No      string
	Levels  []MatrixLevel // of the indicators from the first down
	Points  string        // 评估要点
	Remarks []string
	// Measures of the row. A measure that serves several rows is the same
	// pointer in each.
	Measures []*MatrixMeasure
}

// MatrixLevel is an indicator. Equal neighbours are drawn as one merged cell.
type MatrixLevel struct {
	Name string
	Code string // as printed
}

// MatrixMeasure is one measure with what the system knows of it.
type MatrixMeasure struct {
	ID       string // m12: value of its tick box and of ?open
	Href     string // its page
	OpenHref string // this page with the measure opened, or closed when it is open
	No       string // printed number in the cell, "2", or ""
	Name     string // how it is called where it cannot be seen: 第12项②
	Text     string
	Shared   string // "8–11" where merged cells share it
	UnitText string // wording of the unit cell: equal neighbours are merged
	Units    []UnitPart

	Due     string // written date, in the reader's language; "" none
	DueKey  string // tells two deadlines apart: equal neighbours are merged
	DueLeft string // written distance, "" where it does not matter any more
	DueTone string // overdue, due or ""
	DueText string // the document's wording
	DuePast bool   // lay before the day of issue

	Lamp  string // worst light
	Words string // of the light: 逾期 7 家
	Bar   Bar
	Rest  []RestPart // what else is open, three at most
	Open  *FanOut
}

// Done and Total are the figures beside the bar.
func (m *MatrixMeasure) Done() int  { return m.Bar.Done() }
func (m *MatrixMeasure) Total() int { return m.Bar.Total }

// Left is how many unit tasks are not finished.
func (m *MatrixMeasure) Left() int { return m.Bar.Total - m.Bar.Done() }

// UnitPart is a stretch of the unit cell's wording. Count is the number of
// members where it names a group, else 0.
type UnitPart struct {
	Text  string
	Count int
}

// RestPart is one of the small figures under the bar.
type RestPart struct {
	Tone string // class: t-review …, or ""
	Text string // 待审 6
}

// FanOut shows a measure's units by state, with one act per state.
type FanOut struct {
	Open  int    // not finished
	Group string // name of the group, "" where units are named one by one
	Count int    // of its members
	Close string // address without it
	Lines []FanLine
	NA    int // units that it does not apply to
}

// FanLine is one state of a fan-out.
type FanLine struct {
	State string
	Count int
	Units []FanUnit
	More  int // further ones
	All   string
	Act   *Action
}

// FanUnit is one unit's chip.
type FanUnit struct {
	Short string
	Name  string
	Href  string
}

// Pick is one choice of the filter form.
type Pick struct {
	Name    string
	Options []Option // without the one for all
	On      bool     // something is chosen
}

func pickOf(name string, options []Option) Pick {
	p := Pick{Name: name, Options: options}
	for _, o := range options {
		p.On = p.On || o.Selected
	}
	return p
}

// legendStates are the lights that the foot of the matrix explains.
var legendStates = []string{"overdue", "due", "review", "returned", "active", "unack", "done", "closed"}

func init() {
	moreFuncs = append(moreFuncs, func(l *Locale) map[string]any {
		return map[string]any{
			"rowsHTML":     l.rowsHTML,
			"pickOf":       pickOf,
			"legendStates": func() []string { return legendStates },
		}
	})
}
