package view

// LoginPage asks for account and password.
type LoginPage struct {
	Shell
	Office    string // whose system this is: 安达市
	Support   string // whom to call, "" where not set
	Login     string // kept after an error; the password never is
	Next      string // local address to go on to
	Error     string // "", "wrong", "locked", "disabled", "expired" (session), "rate"
	TriesLeft int
	Minutes   int // until another try is possible
	Demo      []DemoAccount
}

// DemoAccount is one account of the demonstration, shown there only.
type DemoAccount struct {
	Login, Password, Name, Role, Unit string
}

// SetupPage creates the first administrator from a one-time link.
type SetupPage struct {
	Shell
	Office    string
	Login     string
	Name      string
	Email     string
	MinLength int  // of a password, in characters
	Dead      bool // the link was used, has expired or never existed
	Errors    FormErrors
}

// InvitePage sets a person's password from a one-time link.
type InvitePage struct {
	Shell
	Office    string
	Support   string
	Name      string
	Login     string
	Unit      string
	Reset     bool // a password existed before
	MinLength int
	Expires   string
	Dead      bool
	Errors    FormErrors
}

// ErrorPage says what went wrong and what to do. Kind is a models.Code or
// "rate": not_found, forbidden, conflict, too_large, no_space, invalid,
// unauthenticated, internal, rate, method.
type ErrorPage struct {
	Shell
	Status    int
	Kind      string
	RequestID string
	Message   string // one sentence in the reader's language, may be empty
	WhoCan    string // forbidden: who may do it
	LimitText string // too_large: "20 MB"
	Minutes   int    // rate: wait so long
	BackHref  string
	// Conflict: who changed what, and what the reader had typed.
	ChangedBy   string
	ChangedAt   string
	ChangedWhat string // act key
	Typed       []TypedField
}

// TypedField keeps one typed text so that it can be copied into the new form.
type TypedField struct{ Label, Value string }
