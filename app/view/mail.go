package view

// The mails. Each has a data struct here, an HTML part and a plain text part
// in templates/mail with the same facts, order and links, and its subject in
// the text template. Days and instants are strings as in page structs; links
// are absolute; a mail is written in its reader's language.

// MailItem is one duty in a mail.
type MailItem struct {
	Kind string // notice kind; empty in a digest
	Ref  Ref
	Text string // of the measure
	Unit string // whose duty, where the reader looks after several
	Href string
	Lamp string // the light on the day of writing
	Due  string // reference day, "" none
	Days int    // from that day on to today: late when positive, left when negative
	Note string // reason, answer or opinion, as typed
	To   string // new or asked-for day of an extension, "" none
}

// ShowKind reports whether the notice's kind says more than the light does.
func (m MailItem) ShowKind() bool {
	switch m.Kind {
	case "", "overdue-1", "due-7", "due-3", "due-1", "due-0":
		return false
	}
	return m.Kind != m.Lamp
}

// MailPlan groups items under their plan.
type MailPlan struct {
	Title string
	Items []MailItem
}

// Notice is every kind of message about single duties: reminder, escalation,
// nudge, return, approval, answer to a request for more time. One mail carries
// all that is new for one person, over all plans.
type Notice struct {
	To    string // the reader's name
	At    string // instant of writing
	Plans []MailPlan
	// LeadUnit and Lead say whom to ask back.
	LeadUnit string
	Lead     Contact
	HomeHref string
	Demo     bool
}

// Count is how many items of one sort a mail speaks of.
type Count struct {
	Key string // overdue, due, past, nudge, returned …: T("mail.n_"+Key)
	N   int
}

// countKey sorts a notice kind into what the first line of a mail counts.
func countKey(kind string) string {
	switch kind {
	case "due-7", "due-3", "due-1", "due-0":
		return "due"
	case "overdue-1", "overdue-3", "overdue-7", "weekly":
		return "overdue"
	}
	return kind
}

// countOrder is the order of the first line: the worst first.
var countOrder = []string{"overdue", "nudge", "returned", "reopened", "due", "past", "no-contact", "opinion",
	"issued", "to-review", "ext-asked", "refused", "extended", "approved", "withdrawn", "posted"}

// Counts says what the mail is about, worst first: its first line.
func (n Notice) Counts() []Count {
	m := map[string]int{}
	for _, p := range n.Plans {
		for _, it := range p.Items {
			m[countKey(it.Kind)]++
		}
	}
	var out []Count
	for _, k := range countOrder {
		if m[k] > 0 {
			out = append(out, Count{k, m[k]})
		}
	}
	return out
}

// Only returns the one item of a mail that has a single one, else nil.
func (n Notice) Only() *MailItem {
	if len(n.Plans) == 1 && len(n.Plans[0].Items) == 1 {
		return &n.Plans[0].Items[0]
	}
	return nil
}

// DigestLead is the lead office's weekly digest. What is zero or
// empty is left out.
type DigestLead struct {
	To       string
	Week     int // ISO week
	Year     int // of that week
	At       string
	Plans    []string // titles
	Schedule string   // when it is sent, in the reader's language: 每周一 08:30

	Overdue, OverdueMeasures, OverdueUnits int
	DueOn                                  string // nearest day with something due
	DueIn                                  int    // days until then
	Due, DueMeasures                       int    // on that day
	DueWeek                                int    // within seven days
	Review, ReviewOld, ReviewLongest       int    // waiting; of these over three days; days
	Extensions                             int    // requests for more time undecided
	New, Cleared                           int    // became overdue, and were cleared, since last week
	PastIssue                              int    // past at issue and open, counted apart
	Done, Total                            int    // 家次; Total 0: not shown
	PercentLast                            string // share a week ago, "65.1", "" unknown

	Actions  []DigestAction // three at most
	Measures []DigestMeasure
	More     int // further overdue measures
	Units    []DigestUnitCount
	DueTop   []DigestDue // least finished among what is due on DueOn
	Days     []DigestDay // what falls due on which day
	Waiting  []MailItem  // waiting for review, longest first
	Gone     []MailItem  // cleared since last week

	HomeHref    string
	OverdueHref string
	ReviewHref  string
	MailHref    string // where the reader's own settings are, "" none
	Demo        bool
}

// Percent is the finished share of all duties, in whole percent.
func (d DigestLead) Percent() int {
	if d.Total == 0 {
		return 0
	}
	return 100 * d.Done / d.Total
}

// Rest is what is missing to 100 percent: the second half of the bar.
func (d DigestLead) Rest() int { return 100 - d.Percent() }

// DigestAction is one thing to do first. Kinds: nudge, review, extend, contact.
type DigestAction struct {
	Kind  string
	Ref   Ref // nudge
	Count int
	Days  int // review: longest wait
	Href  string
}

// DigestMeasure is one measure with units that are late.
type DigestMeasure struct {
	Ref   Ref
	Text  string
	Href  string
	Names []string // the first few
	Units int      // all of them
	Days  int      // longest
}

// DigestUnitCount is one unit with what it has overdue.
type DigestUnitCount struct {
	Name    string
	Overdue int
	Longest int // days
	Href    string
}

// DigestDue is one measure due soon.
type DigestDue struct {
	Ref         Ref
	Text        string
	Href        string
	Done, Total int
}

// DigestDay is how much falls due on one day.
type DigestDay struct {
	Day      string
	Units    int // 家次
	Measures int
}

// DigestUnit is one unit's weekly digest. Groups come in the order overdue,
// returned, due, unsigned, past, later; empty ones are left out.
type DigestUnit struct {
	To       string
	Unit     string
	Week     int
	Year     int
	At       string
	Schedule string
	Groups   []DigestGroup
	LeadUnit string
	Lead     Contact
	HomeHref string
	MailHref string
	Demo     bool
}

// DigestGroup is the unit's items of one urgency.
type DigestGroup struct {
	Key   string // overdue, returned, due, unsigned, past, later
	Lamp  string
	Items []MailItem
	More  int // further ones, not listed
}

// Count is how many items the group has.
func (g DigestGroup) Count() int { return len(g.Items) + g.More }

// Group returns the group of a key, or an empty one.
func (d DigestUnit) Group(key string) DigestGroup {
	for _, g := range d.Groups {
		if g.Key == key {
			return g
		}
	}
	return DigestGroup{Key: key}
}
