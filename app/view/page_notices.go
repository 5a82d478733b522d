package view

// NoticesPage is what the reader was told.
type NoticesPage struct {
	Shell
	Tabs     []Tab
	Rows     []NoticeRow
	Unread   int
	ReadHref string // POST: marks all as read
	Pager    Pager
}

// NoticeRow is one notice. Its sentence is T("notice."+Kind).
type NoticeRow struct {
	At     string
	Kind   string
	Icon   string // state key for icon and colour
	Unit   string
	Plan   string
	Ref    Ref
	Text   string // measure
	Note   string // reason, as typed
	Day    string // deadline spoken of
	Href   string
	Unread bool
	Mail   string // state of the mail that carried it, "" none
}

// AuditPage is the log, which is only added to.
type AuditPage struct {
	Shell
	Query  string
	Act    string
	Acts   []Option
	From   string
	To     string
	Actor  string
	Unit   string
	Units  []Option
	Rows   []AuditRow
	Pager  Pager
	Active bool // some filter is set
}

// AuditRow is one line of the log.
type AuditRow struct {
	At     string
	Actor  string
	Role   string // "" for the system
	Unit   string
	IP     string
	Act    string
	Object string // in words: "第12项② · 市民政局"
	Href   string
	From   string // state keys
	To     string
	Note   string
	Detail string // facts as JSON
}

// HelpPage explains words, states, deadlines and who does what.
type HelpPage struct {
	Shell
	Ladder    []LadderRow
	Support   string
	Limit     string // of one file, as people read it
	DigestDay string // when the digest leaves, in the reader's language
}

// LadderRow is one step of reminders.
type LadderRow struct {
	Offset int    // working days; negative before the day
	To     string // contact, leader, lead
}

// Lamps lists the lights by precedence, the worst first.
func (HelpPage) Lamps() []string {
	return []string{"overdue", "returned", "due", "past", "review", "unack", "active", "done", "closed", "na", "withdrawn"}
}

// Roles lists the roles of persons.
func (HelpPage) Roles() []string {
	return []string{"contact", "leader", "lead", "supervisor", "admin"}
}
