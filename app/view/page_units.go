package view

// UnitsPage is the plan's units with what each owes, worst first.
type UnitsPage struct {
	Shell
	Tabs      []Tab // families
	Sorts     []Tab
	Rows      []UnitRow
	Units     int
	Late      int // units with something overdue
	NoContact int
	NudgeHref string // POST: nudges the ticked units, "" where the reader may not
}

// UnitRow is one unit of the plan.
type UnitRow struct {
	ID         int64
	Code       string
	Name       string
	Short      string
	Family     string
	Href       string
	Contact    Contact
	Total      int // 家次, without 不涉及
	Finished   int
	Percent    int
	Overdue    int
	Longest    int // days
	Returned   int
	Due        int
	Review     int
	Unack      int
	Active     int
	Past       int
	NA         int
	Bar        Bar
	LastSeen   string // latest act of the unit, "" never
	OverdueURL string
}

// RegisterPage is the register of units and groups.
type RegisterPage struct {
	Shell
	Tab     string // units or groups
	Tabs    []Tab
	Query   string
	Rows    []RegisterRow
	Groups  []GroupCard
	Edit    *UnitForm
	Group   *GroupForm
	CanEdit bool
	CanPost bool // contact and leader
	Sample  int  // invented entries, to be replaced
	Vacant  int  // bodies without a contact
}

// RegisterRow is one node of the tree.
type RegisterRow struct {
	Code    string
	Name    string
	Short   string
	Family  string
	Depth   int // 0 for a root
	Region  bool
	Aliases []string
	Contact Contact
	Leader  Contact
	Sample  bool
	Open    int    // open assignments over all plans
	Href    string // edit
	Current bool
}

// UnitForm edits one unit, or a new one when Code is empty.
type UnitForm struct {
	Action   string // POST: /units or /units/{code}
	Code     string
	NewCode  string // as typed
	Parents  []Option
	Name     string
	Short    string
	Family   string
	Families []string
	Aliases  []string // names under which a document may mean it
	// AliasText is the same as typed, one a line, with what is wrong with it;
	// AliasForm is where it is sent, "" for a new unit.
	AliasText, AliasForm, AliasError string
	Note                             string
	Version                          int
	BackHref                         string
	Errors                           FormErrors
	Contact                          PostForm
	Leader                           PostForm
}

// PostForm names the holder of one post of a unit: fields post and user.
type PostForm struct {
	Action  string // POST: /units/{code}/post
	Post    string // contact or leader
	Version int    // of the unit
	People  []Option
	Open    int // items that move with the contact
	Error   string
}

// GroupCard is a group with its dated members.
type GroupCard struct {
	Code    string
	Name    string
	Aliases []string
	Count   int // members today
	Members []MemberRow
	Past    int // ended memberships
	Open    bool
	Href    string
	Used    []string // plans that name it
}

// MemberRow is one membership.
type MemberRow struct {
	ID       int64
	Unit     string
	Family   string
	From, To string // To "" is open
	Now      bool
}

// GroupForm adds or ends a membership; both change open plans visibly. Its
// fields are unit, do (join or leave), from (first day) and to (last day).
type GroupForm struct {
	Action   string // POST: /units/groups/{code}
	Code     string
	Name     string
	Units    []Option // who may join
	Members  []Option // who may leave
	From     string
	To       string
	Effect   string // sentence in the reader's language: what will follow
	BackHref string
	Errors   FormErrors
}
