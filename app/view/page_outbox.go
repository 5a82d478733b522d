package view

// OutboxPage lists the mails that left or did not.
type OutboxPage struct {
	Shell
	Tabs    []Tab // states
	Query   string
	Rows    []MessageRow
	Pager   Pager
	Channel string // where mails go: "smtp" or "files"
	Target  string // server name, or the folder
	Trouble string // last error of the channel, "" when it works
	Since   string // trouble since
	Queued  int
	Failed  int
	CanRun  bool
}

// MessageRow is one mail.
type MessageRow struct {
	ID        int64
	Href      string
	State     string // queued, sending, sent, failed, cancelled
	Kind      string // notice kind
	To        string
	Address   string
	Unit      string
	Subject   string
	Created   string
	Sent      string
	NotBefore string
	Tries     int
	Error     string
	CanRetry  bool
}

// MessagePage is one mail: headers, both parts, every attempt.
type MessagePage struct {
	Shell
	ID        int64
	State     string
	Kind      string
	From      string
	To        string
	Address   string
	Subject   string
	MessageID string
	Created   string
	Sent      string
	NotBefore string
	Tries     int
	LastError string
	Reply     string
	Text      string
	HTMLHref  string // served with a sandboxing policy; "" without an HTML part
	EMLHref   string
	Attempts  []AttemptRow
	Notices   []NoticeRow // what it tells
	RetryHref string      // POST, "" where it cannot be sent again
}

// AttemptRow is one try to send.
type AttemptRow struct {
	At     string
	OK     bool
	Result string
}

// JobsPage shows what runs by itself.
type JobsPage struct {
	Shell
	Jobs     []JobCard
	Now      string // instant of the office clock
	CanRun   bool
	Troubled int
}

// JobCard is one job with its latest runs. What it does is T("job."+Name).
type JobCard struct {
	Name     string // remind, escalate, digest, relay, sweep
	Spec     string // cron expression
	Schedule string // the same in words, in the reader's language
	State    string // ok, failed, running, never, late
	LastAt   string
	LastSlot string
	Took     string // "0.8 s"
	Result   string
	Error    string
	NextAt   string
	Waiting  string // next run in words: what it will find, "" unknown
	RunHref  string // POST, "" where the reader may not
	Preview  string // who gets what, "" none
	Runs     []RunRow
}

// RunRow is one run.
type RunRow struct {
	Slot    string
	State   string
	Started string
	Took    string
	Tries   int
	Result  string
	Error   string
}
