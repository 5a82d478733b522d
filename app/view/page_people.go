package view

// PeoplePage lists the accounts.
type PeoplePage struct {
	Shell
	Tabs   []Tab // roles
	Query  string
	Rows   []PersonRow
	Pager  Pager
	CanAdd bool
}

// PersonRow is one account.
type PersonRow struct {
	Href     string
	Login    string
	Name     string
	Title    string
	Role     string
	Unit     string
	Posts    []string // units whose contact or leader this person is now
	Phone    string
	Email    string
	Disabled bool
	NoLogin  bool // no password set yet
	LastSeen string
}

// PersonPage creates or edits one account.
type PersonPage struct {
	Shell
	New      bool
	Action   string // POST
	ID       int64
	Version  int
	Login    string
	Name     string
	Title    string
	Phone    string
	Email    string
	Roles    []Option // labels are T("role."+value)
	Units    []Option
	Langs    []Option
	Disabled string // instant since when, "" active
	Self     bool   // one's own account: cannot be switched off
	Can      bool
	Posts    []string
	Open     int    // open items of the units whose contact this is
	LinkURL  string // a new one-time link: shown once, never again
	LinkTill string
	Created  string
	LastSeen string
	Sessions int
	Errors   FormErrors
}
