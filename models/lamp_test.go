package models

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestLamp writes the lights down by hand. Today is 13 October 2020, a Tuesday;
// the duty was given on 1 September unless the row says otherwise.
func TestLamp(t *testing.T) {
	for _, c := range []struct {
		name     string
		state    State
		due      string // effective deadline
		resubmit string
		issued   string
		want     Lamp
		overdue  bool
		soon     bool
		past     bool
	}{
		// the deadline, day by day
		{"a day late", StateActive, "2020-10-12", "", "", LampOverdue, true, false, false},
		{"the day itself", StateActive, "2020-10-13", "", "", LampDue, false, true, false},
		{"1 day left", StateActive, "2020-10-14", "", "", LampDue, false, true, false},
		{"7 days left", StateActive, "2020-10-20", "", "", LampDue, false, true, false},
		{"8 days left", StateActive, "2020-10-21", "", "", LampActive, false, false, false},
		{"no deadline", StateActive, "", "", "", LampActive, false, false, false},
		{"unsigned, a day late", StateUnack, "2020-10-12", "", "", LampOverdue, true, false, false},
		{"unsigned, the day itself", StateUnack, "2020-10-13", "", "", LampDue, false, true, false},
		{"unsigned, 7 days left", StateUnack, "2020-10-20", "", "", LampDue, false, true, false},
		{"unsigned, 8 days left", StateUnack, "2020-10-21", "", "", LampUnack, false, false, false},
		{"unsigned, no deadline", StateUnack, "", "", "", LampUnack, false, false, false},

		// returned: chased against the resubmission date
		{"returned, past its date", StateReturned, "2020-10-20", "2020-10-12", "", LampOverdue, true, false, false},
		{"returned, its date today", StateReturned, "2020-10-20", "2020-10-13", "", LampReturned, false, true, false},
		{"returned, 7 days left", StateReturned, "2020-09-30", "2020-10-20", "", LampReturned, false, true, false},
		{"returned, 8 days left, deadline long gone", StateReturned, "2020-09-30", "2020-10-21", "", LampReturned, false, false, false},
		{"returned, past its date, no deadline", StateReturned, "", "2020-10-12", "", LampOverdue, true, false, false},

		// past at issue: the deadline lay before the day of issue
		{"past at issue", StateActive, "2020-09-30", "", "2020-10-01", LampPast, false, false, true},
		{"past at issue, unsigned", StateUnack, "2020-09-30", "", "2020-10-01", LampPast, false, false, true},
		{"due on the day of issue", StateActive, "2020-10-01", "", "2020-10-01", LampOverdue, true, false, false},
		{"issued and due today", StateUnack, "2020-10-13", "", "2020-10-13", LampDue, false, true, false},
		{"past at issue, then extended", StateActive, "2020-10-21", "", "2020-10-01", LampActive, false, false, false},
		{"past at issue, then returned", StateReturned, "2020-09-30", "2020-10-21", "2020-10-01", LampReturned, false, false, false},
		{"past at issue, then returned and late", StateReturned, "2020-09-30", "2020-10-12", "2020-10-01", LampOverdue, true, false, false},

		// handed in: the clock stands still, however late
		{"in review, late", StateReview, "2020-10-12", "", "", LampReview, false, false, false},
		{"in review, the day itself", StateReview, "2020-10-13", "", "", LampReview, false, false, false},
		{"in review, past at issue", StateReview, "2020-09-30", "", "2020-10-01", LampReview, false, false, true},
		{"done, late", StateDone, "2020-10-12", "", "", LampDone, false, false, false},
		{"done, past at issue", StateDone, "2020-09-30", "", "2020-10-01", LampDone, false, false, true},
		{"closed, late", StateClosed, "2020-10-12", "", "", LampClosed, false, false, false},
		{"not applicable, late", StateNA, "2020-10-12", "", "", LampNA, false, false, false},
		{"withdrawn, late", StateWithdrawn, "2020-10-12", "", "", LampWithdrawn, false, false, false},
	} {
		issued := on("2020-09-01")
		if c.issued != "" {
			issued = on(c.issued)
		}
		today := on("2020-10-13")
		a := Assignment{State: c.state, DueOn: on("2020-09-30"), EffectiveOn: on(c.due), ResubmitBy: on(c.resubmit), IssuedOn: issued}
		if got := a.Lamp(today); got != c.want {
			t.Errorf("%s: lamp %s, want %s", c.name, got, c.want)
		}
		if got := a.Overdue(today); got != c.overdue {
			t.Errorf("%s: Overdue = %v", c.name, got)
		}
		if got := a.DueSoon(today); got != c.soon {
			t.Errorf("%s: DueSoon = %v", c.name, got)
		}
		if got := a.PastAtIssue(); got != c.past {
			t.Errorf("%s: PastAtIssue = %v", c.name, got)
		}
	}
}

// TestLampOrder writes down which light wins in a measure for a group.
func TestLampOrder(t *testing.T) {
	want := []Lamp{
		"overdue", "returned", "due", "past", "review", "unack", "active", "done", "closed", "na", "withdrawn",
	}
	if !slices.Equal(Lamps, want) {
		t.Errorf("Lamps = %v, want %v", Lamps, want)
	}
}

// TestLampLife follows one untouched duty from day to day: it goes from active
// to due soon to overdue, each once, and the lights cover all days.
func TestLampLife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		issued := on("2020-01-01").AddDays(rapid.IntRange(0, 700).Draw(t, "issued"))
		lead := rapid.IntRange(-20, 60).Draw(t, "lead")
		a := Assignment{State: StateActive, DueOn: issued.AddDays(lead), EffectiveOn: issued.AddDays(lead), IssuedOn: issued}
		for n := range 80 {
			today := issued.AddDays(n)
			want := LampOverdue
			switch {
			case lead < 0:
				want = LampPast
			case lead-n > 7:
				want = LampActive
			case lead-n >= 0:
				want = LampDue
			}
			if got := a.Lamp(today); got != want {
				t.Fatalf("issued %s, due %s, on %s: %s, want %s", issued, a.EffectiveOn, today, got, want)
			}
		}
	})
}

func TestReferenceOn(t *testing.T) {
	for _, c := range []struct {
		state         State
		due, resubmit string
		want          string
	}{
		{StateActive, "2020-10-15", "", "2020-10-15"},
		{StateUnack, "", "", ""},
		{StateReturned, "2020-10-15", "2020-10-22", "2020-10-22"},
		{StateReturned, "2020-10-15", "2020-10-12", "2020-10-12"}, // also when it is the earlier day
		{StateReturned, "", "2020-10-22", "2020-10-22"},
		{StateReturned, "2020-10-15", "", "2020-10-15"},
		{StateReview, "2020-10-15", "", "2020-10-15"},
		{StateDone, "2020-10-15", "", "2020-10-15"},
	} {
		a := Assignment{State: c.state, EffectiveOn: on(c.due), ResubmitBy: on(c.resubmit), DueOn: on("2020-01-01")}
		if got := a.ReferenceOn(); got != on(c.want) {
			t.Errorf("%s due %q, resubmit %q: %s, want %q", c.state, c.due, c.resubmit, got, c.want)
		}
	}
}

// TestOnTime: appraisal looks at the original deadline and the first hand-in.
func TestOnTime(t *testing.T) {
	for _, c := range []struct {
		name                          string
		due, effective, first, issued string
		want                          bool
	}{
		{"the day before", "2020-10-15", "2020-10-15", "2020-10-14", "2020-09-01", true},
		{"the day itself", "2020-10-15", "2020-10-15", "2020-10-15", "2020-09-01", true},
		{"the day after", "2020-10-15", "2020-10-15", "2020-10-16", "2020-09-01", false},
		{"in the extension: late for appraisal", "2020-10-15", "2020-10-30", "2020-10-20", "2020-09-01", false},
		{"nothing handed in", "2020-10-15", "2020-10-15", "", "2020-09-01", false},
		{"no deadline", "", "", "2020-10-16", "2020-09-01", true},
		{"no deadline, nothing handed in", "", "", "", "2020-09-01", true},
		{"past at issue", "2020-08-31", "2020-08-31", "2020-10-16", "2020-09-01", true},
		{"past at issue and extended", "2020-08-31", "2020-10-10", "2020-10-16", "2020-09-01", true},
		{"due on the day of issue", "2020-09-01", "2020-09-01", "2020-09-02", "2020-09-01", false},
	} {
		a := Assignment{State: StateDone, DueOn: on(c.due), EffectiveOn: on(c.effective), FirstSubmittedOn: on(c.first), IssuedOn: on(c.issued)}
		if got := a.OnTime(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
