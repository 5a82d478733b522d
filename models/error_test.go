package models

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestCodeOf(t *testing.T) {
	conflict := Errf(Conflict, "err.stale")
	both := Errors{FieldErr("reason", "err.reason_needed"), FieldErr("to", "err.date_needed")}
	for _, c := range []struct {
		err  error
		want Code
	}{
		{nil, ""},
		{conflict, Conflict},
		{fmt.Errorf("review: %w", conflict), Conflict},
		{errors.Join(io.EOF, conflict), Conflict},
		{both, Invalid},
		{fmt.Errorf("form: %w", both), Invalid},
		{Errors{conflict, both[0]}, Conflict}, // the first speaks
		{io.EOF, Internal},
		{fmt.Errorf("read: %w", io.ErrUnexpectedEOF), Internal},
		{Errors{}.Or(), ""},
	} {
		if got := CodeOf(c.err); got != c.want {
			t.Errorf("CodeOf(%v) = %q, want %q", c.err, got, c.want)
		}
	}
}

func TestErrorsFound(t *testing.T) {
	err := fmt.Errorf("submit: %w", Errors{FieldErr("files", "err.evidence_needed"), FieldErr("figure", "err.figure_short", "办件量", 88.5)})
	var all Errors
	if !errors.As(err, &all) || len(all) != 2 {
		t.Fatalf("%v holds no Errors", err)
	}
	var first *Error
	if !errors.As(err, &first) || first.Field != "files" || first.Code != Invalid {
		t.Errorf("first is %v", first)
	}
	if args := all[1].Args; len(args) != 2 || args[0] != "办件量" || args[1] != 88.5 {
		t.Errorf("args %v", args)
	}
	if !errors.Is(err, all[1]) {
		t.Error("the second part is not found")
	}
}

// What a log shows names class, key and field; arguments may hold what people
// typed and stay out.
func TestErrorText(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{Errf(Conflict, "err.state", "sign", "closed"), "conflict: err.state"},
		{FieldErr("reason", "err.text_long", "…"), "invalid: err.text_long (field reason)"},
		{Errors{FieldErr("a", "err.x"), Errf(TooLarge, "err.y")}, "invalid: err.x (field a); too_large: err.y"},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// Or must give an untyped nil: a nil Errors in an error would not be nil.
func TestOr(t *testing.T) {
	var none Errors
	if err := none.Or(); err != nil {
		t.Errorf("no errors: %v", err)
	}
	if err := (Errors{Errf(Invalid, "err.x")}).Or(); err == nil {
		t.Error("one error: nil")
	}
}
