// Package notify takes queued messages out of the database and gets them to
// people: it owns the outbox's relay, the bytes of a mail, and the ways out (a
// mail server, or files). Nothing else in the program sends mail. It does not
// decide who is told what: a message comes finished, and the relay only asks,
// through Relay.Check, whether it still holds.
//
// What can be promised over SMTP, and is: nothing that was queued is lost; a
// message leaves once as long as nothing breaks; when the program is killed,
// or the server's last word is lost, between sending and noting so, at most
// one more copy leaves for each message in hand, under the same Message-ID, so
// that mail programs can fold the two. Exactly once is impossible (RFC 1047).
package notify

import (
	"context"
	"errors"
	"fmt"
	"net/textproto"
	"strings"
	"unicode"

	"duban/models"
)

// Sender is a way out. Send returns the server's word on the message, or the
// file it became; its error is a *Failure, or counts as Temporary. It must
// come to an end by itself: the relay's lease is longer.
type Sender interface {
	Send(ctx context.Context, m models.Message) (reply string, err error)
}

// Class says what a failure means for the message. It is also the word with
// which the result of an attempt begins, as stored and shown: "refused: 550 no
// such user".
type Class string

const (
	// Temporary: try again later (network, 4xx).
	Temporary Class = "temporary"
	// Refused: this message will never be taken for this recipient (5xx at
	// RCPT or DATA, or it cannot be written as a mail).
	Refused Class = "refused"
	// Channel: nothing can leave until somebody mends the settings or the
	// server (5xx at greeting, login or MAIL; TLS). The message waits.
	Channel Class = "channel"
	// Doubt: the server had all of it and did not say whether it took it.
	Doubt Class = "doubt"

	// What only the relay says of an attempt:

	// Cancelled: nothing left to say, or nobody to say it to.
	Cancelled Class = "cancelled"
	// Expired: temporary for too long.
	Expired Class = "expired"
)

// Failure is why a message did not leave.
type Failure struct {
	Class Class
	// Server: the trouble is not this message's. Another one would meet it
	// too, so that the run may as well end.
	Server bool
	// Step is where it happened: connect, greeting, hello, tls, login, from,
	// recipient, data, end, render, write.
	Step string
	Err  error
}

// Error begins with the class; a server's answer follows in its own words.
func (f *Failure) Error() string {
	text := f.Err.Error()
	var answer *textproto.Error
	if errors.As(f.Err, &answer) {
		text = fmt.Sprintf("%d %s", answer.Code, answer.Msg)
	}
	return string(f.Class) + ": " + f.Step + ": " + oneLine(text)
}

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Err }

// failure finds the Failure in err; another error is a temporary one.
func failure(err error) *Failure {
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	return &Failure{Class: Temporary, Step: "send", Err: err}
}

// maxResult is how many runes of a server's words are kept.
const maxResult = 500

// oneLine makes a server's words fit to store and show.
func oneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "�"), func(r rune) bool {
		return unicode.IsControl(r) || unicode.IsSpace(r)
	}), " ")
	if r := []rune(s); len(r) > maxResult {
		s = string(r[:maxResult-1]) + "…"
	}
	return s
}

// Action is what to do with a message that is about to leave.
type Action int

const (
	_ Action = iota // the zero Verdict is none, so that forgetting it sends nothing
	DoSend
	DoCancel
	DoRewrite
)

// Verdict says whether a claimed message still holds.
type Verdict struct {
	Do                  Action
	Reason              string // of DoCancel
	Subject, Text, HTML string // of DoRewrite
}

// Send lets the message leave as it is.
func Send() Verdict { return Verdict{Do: DoSend} }

// Cancel keeps the message from leaving, and says why.
func Cancel(reason string) Verdict { return Verdict{Do: DoCancel, Reason: reason} }

// Rewrite replaces the words of the message, since a part no longer holds, and
// lets it leave.
func Rewrite(subject, text, html string) Verdict {
	return Verdict{Do: DoRewrite, Subject: subject, Text: text, HTML: html}
}
