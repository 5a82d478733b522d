package models

import (
	"errors"
	"strings"
)

// Code is the class of an error. A door (web page, command) turns it into its
// own status in one table.
type Code string

const (
	Invalid         Code = "invalid"         // the input must be changed
	NotFound        Code = "not_found"       // it does not exist, or not for this viewer
	Conflict        Code = "conflict"        // somebody else changed it first
	Forbidden       Code = "forbidden"       // known, seen, but not this person's to do
	Unauthenticated Code = "unauthenticated" // nobody is signed in
	TooLarge        Code = "too_large"       // a file or body is over its limit
	NoSpace         Code = "no_space"        // the disk or database is full
	Internal        Code = "internal"        // a fault of the program or the machine
)

// Error carries a catalogue key instead of a text, so that the page that shows
// it speaks its reader's language. Field names the form field at fault, or is
// empty. Args fill the text's places {0}, {1} …
type Error struct {
	Code  Code
	Key   string
	Field string
	Args  []any
}

// Error implements error for logs; people never see this form.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code))
	b.WriteString(": ")
	b.WriteString(e.Key)
	if e.Field != "" {
		b.WriteString(" (field " + e.Field + ")")
	}
	return b.String()
}

// Errors is several errors of one form, shown together so that a person mends
// them in one go.
type Errors []*Error

// Error implements error.
func (es Errors) Error() string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = e.Error()
	}
	return strings.Join(parts, "; ")
}

// Unwrap lets errors.As find the parts.
func (es Errors) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}

// Or returns es as an error, or nil when it is empty.
func (es Errors) Or() error {
	if len(es) == 0 {
		return nil
	}
	return es
}

// Errf makes an Error.
func Errf(code Code, key string, args ...any) *Error {
	return &Error{Code: code, Key: key, Args: args}
}

// FieldErr makes an invalid-input Error about one form field.
func FieldErr(field, key string, args ...any) *Error {
	return &Error{Code: Invalid, Key: key, Field: field, Args: args}
}

// CodeOf returns the class of err: the code of the first Error inside it,
// Internal for anything else, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}
