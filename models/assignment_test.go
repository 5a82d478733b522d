package models

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// on reads a day of a test table; a misspelt one is a fault of the test.
func on(s string) Date {
	if s == "" {
		return Date{}
	}
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// machineTable is the state machine as the rules of supervision have it, acts
// down and states across: the state that follows, = where it stays, - where the
// act is refused. It is written by hand and must not be derived from the code.
const machineTable = `
            unack     active    review    returned  done      closed    na        withdrawn
sign        active    -         -         -         -         -         -         -
progress    -         =         -         =         -         -         -         -
submit      -         review    -         review    -         -         -         -
ask_na      -         review    -         review    -         -         -         -
ask_extend  =         =         -         -         -         -         -         -
decide_ext  =         =         -         =         -         -         -         -
block       =         =         -         =         -         -         -         -
nudge       =         =         -         =         -         -         -         -
approve     -         -         done      -         -         -         -         -
approve+na  -         -         na        -         -         -         -         -
return      -         -         returned  -         -         -         -         -
close       -         -         -         -         closed    -         -         -
reopen      -         -         -         -         returned  -         returned  -
withdraw    withdrawn withdrawn withdrawn withdrawn withdrawn -         withdrawn -
opinion     -         -         -         -         -         -         -         -
see_unit    -         -         -         -         -         -         -         -
see_all     -         -         -         -         -         -         -         -
see_plan    -         -         -         -         -         -         -         -
import      -         -         -         -         -         -         -         -
issue       -         -         -         -         -         -         -         -
units       -         -         -         -         -         -         -         -
post        -         -         -         -         -         -         -         -
jobs        -         -         -         -         -         -         -         -
run_jobs    -         -         -         -         -         -         -         -
people      -         -         -         -         -         -         -         -
see_people  -         -         -         -         -         -         -         -
audit       -         -         -         -         -         -         -         -
own         -         -         -         -         -         -         -         -
approval    -         -         -         -         -         -         -         -
`

// table splits a hand-written table into its head and its rows.
func table(text string) (head []string, rows [][]string) {
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if head == nil {
			head = f
			continue
		}
		rows = append(rows, f)
	}
	return head, rows
}

func TestMachine(t *testing.T) {
	states, rows := table(machineTable)
	if len(states) != len(States) {
		t.Fatalf("the table has %d states, the program %d", len(states), len(States))
	}
	written := map[Act]bool{}
	for _, row := range rows {
		name, na := strings.CutSuffix(row[0], "+na")
		act := Act(name)
		written[act] = true
		for i, from := range states {
			a := sample(State(from))
			before := a
			err := a.Apply(act, Change{
				Now: noon, Today: on("2020-10-13"), Reason: "材料不全", ResubmitBy: on("2020-10-20"), NA: na,
			})
			want := row[i+1]
			if can := State(from).Can(act); can != (want != "-") {
				t.Errorf("%s in %s: Can = %v", act, from, can)
			}
			switch want {
			case "-":
				var e *Error
				if !errors.As(err, &e) || e.Code != Conflict || e.Key != "err.state" {
					t.Errorf("%s in %s: got %v, want a conflict", row[0], from, err)
				} else if len(e.Args) != 2 || e.Args[0] != string(act) || e.Args[1] != from {
					t.Errorf("%s in %s: the error names %v", row[0], from, e.Args)
				}
				if a != before {
					t.Errorf("%s in %s: refused, yet it changed the assignment", row[0], from)
				}
				continue
			case "=":
				want = from
				if a != before {
					t.Errorf("%s in %s: it is to change nothing", row[0], from)
				}
			}
			if err != nil || a.State != State(want) {
				t.Errorf("%s in %s: got %s, %v; want %s", row[0], from, a.State, err, want)
			}
		}
	}
	for _, act := range Acts() {
		if !written[act] {
			t.Errorf("the table lacks the act %s", act)
		}
	}
}

var noon = time.Date(2020, 10, 13, 4, 0, 0, 0, time.UTC)

// sample is an assignment that stands in the given state after a plain course
// of things.
func sample(s State) Assignment {
	at := func(day int) *time.Time {
		t := time.Date(2020, 9, day, 2, 0, 0, 0, time.UTC)
		return &t
	}
	a := Assignment{
		ID: 1, UnitID: 3, Role: UnitResponsible, State: s,
		DueOn: on("2020-10-15"), EffectiveOn: on("2020-10-15"), IssuedOn: on("2020-08-31"), Version: 4,
	}
	if s == StateUnack {
		return a
	}
	a.SignedAt = at(1)
	if s == StateActive {
		return a
	}
	a.SubmittedAt, a.FirstSubmittedOn = at(10), on("2020-09-10")
	switch s {
	case StateReturned:
		a.ResubmitBy = on("2020-10-14")
	case StateDone:
		a.FinishedAt = at(11)
	case StateClosed:
		a.FinishedAt, a.ClosedAt = at(11), at(12)
	}
	return a
}

// TestApplyReasons writes down which act needs what beside the state, and which
// form field the message belongs to.
func TestApplyReasons(t *testing.T) {
	const today = "2020-10-13"
	for _, c := range []struct {
		act    Act
		from   State
		reason string
		by     string
		want   string // fields at fault
	}{
		{ActAskNA, StateActive, "", "", "reason"},
		{ActAskNA, StateActive, "本单位无行政许可事项", "", ""},
		{ActAskExtend, StateActive, "", "", "reason"},
		{ActAskExtend, StateActive, "系统改造", "", ""},
		{ActReturn, StateReview, "", "", "reason resubmit_by"},
		{ActReturn, StateReview, "", "2020-10-20", "reason"},
		{ActReturn, StateReview, "截图看不清", "", "resubmit_by"},
		{ActReturn, StateReview, "截图看不清", "2020-10-12", "resubmit_by"},
		{ActReturn, StateReview, "截图看不清", "2020-10-13", ""}, // today is in time
		{ActReturn, StateReview, "截图看不清", "2020-10-20", ""},
		{ActReopen, StateDone, "", "", "reason resubmit_by"},
		{ActReopen, StateDone, "抽查不实", "2020-10-12", "resubmit_by"},
		{ActReopen, StateNA, "抽查不实", "2020-10-20", ""},
		{ActWithdraw, StateActive, "", "", "reason"},
		{ActWithdraw, StateActive, "方案调整", "", ""},
		// the others need nothing
		{ActSign, StateUnack, "", "", ""},
		{ActProgress, StateActive, "", "", ""},
		{ActSubmit, StateActive, "", "", ""},
		{ActDecideExt, StateActive, "", "", ""},
		{ActBlock, StateActive, "", "", ""},
		{ActNudge, StateActive, "", "", ""},
		{ActApprove, StateReview, "", "", ""},
		{ActClose, StateDone, "", "", ""},
	} {
		a := sample(c.from)
		before := a
		err := a.Apply(c.act, Change{Now: noon, Today: on(today), Reason: c.reason, ResubmitBy: on(c.by)})
		var got []string
		var errs Errors
		if errors.As(err, &errs) {
			for _, e := range errs {
				got = append(got, e.Field)
				if e.Code != Invalid {
					t.Errorf("%s: code %s", c.act, e.Code)
				}
			}
		} else if err != nil {
			t.Errorf("%s: %v", c.act, err)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s with reason %q until %q: faults %q, want %q", c.act, c.reason, c.by, got, c.want)
		}
		if c.want != "" && a != before {
			t.Errorf("%s: refused, yet it changed the assignment", c.act)
		}
	}
	// The state is judged first: nobody is asked for a reason in vain.
	a := sample(StateClosed)
	if err := a.Apply(ActReturn, Change{Now: noon, Today: on(today)}); CodeOf(err) != Conflict {
		t.Errorf("return of a closed one without a reason: %v", err)
	}
}

// TestApplyTimes follows one assignment through its whole life and looks at
// every time and day on the way.
func TestApplyTimes(t *testing.T) {
	a := Assignment{
		State: StateUnack, DueOn: on("2020-10-15"), EffectiveOn: on("2020-10-15"), IssuedOn: on("2020-10-01"),
		BlockedCause: "省平台未开放接口", BlockedBy: "省营商环境局",
	}
	at := func(day, hour int) time.Time { return time.Date(2020, 10, day, hour, 0, 0, 0, time.UTC) }
	step := func(act Act, now time.Time, c Change) {
		t.Helper()
		c.Now, c.Today = now, DateIn(now, time.UTC)
		if err := a.Apply(act, c); err != nil {
			t.Fatalf("%s: %v", act, err)
		}
	}
	is := func(name string, got *time.Time, want time.Time) {
		t.Helper()
		switch {
		case want.IsZero() && got != nil:
			t.Errorf("%s is %v, want none", name, got)
		case !want.IsZero() && (got == nil || !got.Equal(want)):
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	var none time.Time

	step(ActSign, at(2, 1), Change{})
	is("SignedAt", a.SignedAt, at(2, 1))
	if a.BlockedCause == "" {
		t.Error("signing is no answer to what blocks")
	}

	step(ActSubmit, at(12, 3), Change{})
	is("SubmittedAt", a.SubmittedAt, at(12, 3))
	if a.FirstSubmittedOn != on("2020-10-12") || a.BlockedCause != "" || a.BlockedBy != "" {
		t.Errorf("after submit: first %s, blocked %q by %q", a.FirstSubmittedOn, a.BlockedCause, a.BlockedBy)
	}

	step(ActReturn, at(13, 4), Change{Reason: "缺截图", ResubmitBy: on("2020-10-19")})
	is("SubmittedAt", a.SubmittedAt, at(12, 3))
	if a.ResubmitBy != on("2020-10-19") {
		t.Errorf("resubmit by %s", a.ResubmitBy)
	}

	step(ActSubmit, at(18, 5), Change{})
	is("SubmittedAt", a.SubmittedAt, at(18, 5))
	if a.FirstSubmittedOn != on("2020-10-12") || !a.ResubmitBy.IsZero() {
		t.Errorf("after resubmission: first %s, resubmit by %s", a.FirstSubmittedOn, a.ResubmitBy)
	}
	is("FinishedAt", a.FinishedAt, none)

	step(ActApprove, at(19, 6), Change{})
	is("FinishedAt", a.FinishedAt, at(19, 6))

	step(ActReopen, at(20, 7), Change{Reason: "抽查不实", ResubmitBy: on("2020-10-30")})
	is("FinishedAt", a.FinishedAt, none)
	if a.ResubmitBy != on("2020-10-30") {
		t.Errorf("reopened, resubmit by %s", a.ResubmitBy)
	}

	step(ActSubmit, at(21, 8), Change{})
	step(ActApprove, at(22, 9), Change{})
	is("ClosedAt", a.ClosedAt, none)
	step(ActClose, at(23, 10), Change{})
	is("FinishedAt", a.FinishedAt, at(22, 9))
	is("ClosedAt", a.ClosedAt, at(23, 10))
	is("SignedAt", a.SignedAt, at(2, 1))
}

// A times change must not reach into the caller's variable later.
func TestApplyKeepsItsOwnTime(t *testing.T) {
	a := sample(StateUnack)
	c := Change{Now: noon, Today: on("2020-10-13")}
	if err := a.Apply(ActSign, c); err != nil {
		t.Fatal(err)
	}
	c.Now = c.Now.Add(time.Hour)
	if !a.SignedAt.Equal(noon) {
		t.Errorf("signed at %v", a.SignedAt)
	}
}

func TestNotApplicable(t *testing.T) {
	a := sample(StateActive)
	c := Change{Now: noon, Today: on("2020-10-13"), Reason: "本单位无行政许可事项"}
	if err := a.Apply(ActAskNA, c); err != nil {
		t.Fatal(err)
	}
	// Asking stops the clock as a hand-in does, but completes nothing.
	if a.State != StateReview || a.SubmittedAt == nil || !a.FirstSubmittedOn.IsZero() {
		t.Errorf("asked: %s, submitted %v, first %s", a.State, a.SubmittedAt, a.FirstSubmittedOn)
	}
	c.NA = true
	if err := a.Apply(ActApprove, c); err != nil {
		t.Fatal(err)
	}
	if a.State != StateNA || a.FinishedAt != nil || a.State.Counts() || a.State.Finished() {
		t.Errorf("consented: %s, finished %v", a.State, a.FinishedAt)
	}
}

func TestWithdrawLeavesNothingOpen(t *testing.T) {
	a := sample(StateReturned)
	a.BlockedCause, a.BlockedBy = "经费未落实", "市财政局"
	if err := a.Apply(ActWithdraw, Change{Now: noon, Today: on("2020-10-13"), Reason: "方案调整"}); err != nil {
		t.Fatal(err)
	}
	if a.State != StateWithdrawn || !a.ResubmitBy.IsZero() || a.BlockedCause != "" || a.BlockedBy != "" {
		t.Errorf("withdrawn: %+v", a)
	}
}

// TestStateWords writes down what each state means for counting and chasing.
func TestStateWords(t *testing.T) {
	_, rows := table(`
		state     finished counts waiting
		unack     no       yes    yes
		active    no       yes    yes
		review    no       yes    no
		returned  no       yes    yes
		done      yes      yes    no
		closed    yes      yes    no
		na        no       no     no
		withdrawn no       no     no`)
	if len(rows) != len(States) {
		t.Fatalf("%d states in the table", len(rows))
	}
	yes := map[bool]string{true: "yes", false: "no"}
	for _, r := range rows {
		s := State(r[0])
		got := strings.Join([]string{yes[s.Finished()], yes[s.Counts()], yes[s.Waiting()]}, " ")
		if want := strings.Join(r[1:], " "); got != want {
			t.Errorf("%s: %s, want %s", s, got, want)
		}
	}
	seen := map[State]bool{}
	for _, s := range States {
		if seen[s] {
			t.Errorf("%s is listed twice", s)
		}
		seen[s] = true
	}
}
