package models

import (
	"fmt"
	"time"
)

// NoticeKind says why a person is told something.
type NoticeKind string

const (
	NoticeIssued    NoticeKind = "issued"    // new duties
	NoticeDue7      NoticeKind = "due-7"     // 7 working days left
	NoticeDue3      NoticeKind = "due-3"     // 3 working days left
	NoticeDue1      NoticeKind = "due-1"     // 1 working day left
	NoticeDue0      NoticeKind = "due-0"     // on the day
	NoticeOverdue1  NoticeKind = "overdue-1" // contact, 1 working day late
	NoticeOverdue3  NoticeKind = "overdue-3" // unit leader, 3 working days late
	NoticeOverdue7  NoticeKind = "overdue-7" // lead bureau, 7 working days late
	NoticeWeekly    NoticeKind = "weekly"    // contact and leader, every week after that
	NoticePast      NoticeKind = "past"      // past at issue and still open, every week
	NoticeNoContact NoticeKind = "no-contact"
	NoticeNudge     NoticeKind = "nudge"
	NoticeReview    NoticeKind = "to-review" // handed in, for the lead office
	NoticeReturned  NoticeKind = "returned"
	NoticeApproved  NoticeKind = "approved"
	NoticeExtAsked  NoticeKind = "ext-asked"
	NoticeExtended  NoticeKind = "extended"
	NoticeRefused   NoticeKind = "refused"
	NoticeWithdrawn NoticeKind = "withdrawn"
	NoticeReopened  NoticeKind = "reopened"
	NoticeOpinion   NoticeKind = "opinion"
	NoticeDigest    NoticeKind = "digest"
	NoticePosted    NoticeKind = "posted" // open items moved to a new contact
)

// Chasing reports whether the notice asks the unit to do something that a
// finished or submitted assignment no longer needs; the relay drops such a
// notice when the item is closed before it leaves.
func (k NoticeKind) Chasing() bool {
	switch k {
	case NoticeDue7, NoticeDue3, NoticeDue1, NoticeDue0, NoticeOverdue1, NoticeOverdue3, NoticeOverdue7,
		NoticeWeekly, NoticePast, NoticeNoContact, NoticeNudge:
		return true
	}
	return false
}

// Notice is one thing told to one person, once: unique by its Key. Several
// notices leave in one mail.
type Notice struct {
	ID           NoticeID
	Key          string
	UserID       UserID
	Kind         NoticeKind
	PlanID       PlanID
	AssignmentID AssignmentID
	UnitID       UnitID
	RefOn        Date   // the deadline it speaks of
	Text         string // a sentence to add: a return's reason
	MessageID    MessageID
	CreatedAt    time.Time
	ReadAt       *time.Time
}

// NoticeKey is the identity of a notice: recipient, kind, item, deadline and
// period. Moving the deadline therefore makes a new reminder; running a job
// twice does not.
func NoticeKey(user UserID, kind NoticeKind, a AssignmentID, ref Date, period string) string {
	return fmt.Sprintf("u%d:%s:a%d:%s:%s", user, kind, a, ref, period)
}

// MessageState is where an outgoing mail stands.
type MessageState string

const (
	MessageQueued    MessageState = "queued"
	MessageSending   MessageState = "sending"   // claimed, with a lease
	MessageSent      MessageState = "sent"      // accepted by the mail server
	MessageFailed    MessageState = "failed"    // refused for good
	MessageCancelled MessageState = "cancelled" // nothing left to say, or nobody to say it to
)

// MessageStates lists the states as the outbox page shows them.
var MessageStates = []MessageState{MessageQueued, MessageSending, MessageSent, MessageFailed, MessageCancelled}

// Message is one row of the outbox: one mail to one person, its body fixed
// when it was queued, so that a second attempt sends the same bytes under the
// same Message-ID.
type Message struct {
	ID        MessageID
	Key       string // dedupe key, unique
	Kind      NoticeKind
	UserID    UserID
	ToName    string
	ToAddress string
	Subject   string
	Text      string
	HTML      string
	MIMEID    string // Message-ID without the angle brackets
	State     MessageState
	NotBefore time.Time
	Tries     int
	LastError string
	Reply     string // the mail server's answer, or the file written
	LeaseTill *time.Time
	CreatedAt time.Time
	SentAt    *time.Time
}

// Attempt is one try to send a message.
type Attempt struct {
	ID        int64
	MessageID MessageID
	At        time.Time
	OK        bool
	Result    string
}

// RunState is how a job's run ended.
type RunState string

const (
	RunRunning RunState = "running"
	RunOK      RunState = "ok"
	RunFailed  RunState = "failed"
)

// JobRun is one run of a scheduled job for one slot (a day, an ISO week): the
// pair is unique, so that however many processes wake up, one does the work.
type JobRun struct {
	ID         int64
	Name       string
	Slot       string
	State      RunState
	StartedAt  time.Time
	FinishedAt *time.Time
	Tries      int
	Result     string // counts, in words for people
	Error      string
}
