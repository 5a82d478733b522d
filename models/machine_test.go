package models

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// duty is a second, much simpler telling of an assignment's life, for the
// comparison below: who has it on the desk, and what it has been through.
type duty struct {
	desk     string // unit, office, shelf (finished), cellar (locked), out, gone
	signed   bool
	returned bool
	first    Date // first hand-in
	until    Date // resubmission date
	approved bool
	blocked  bool
}

// do tells whether the act goes through, and what it does.
func (d *duty) do(act Act, reason bool, by, today Date, na bool) bool {
	dated := !by.IsZero() && !by.Before(today)
	working := d.desk == "unit" && d.signed
	switch act {
	case ActSign:
		if d.desk != "unit" || d.signed {
			return false
		}
		d.signed = true
	case ActProgress:
		return working
	case ActNudge, ActDecideExt, ActBlock:
		return d.desk == "unit"
	case ActAskExtend:
		return d.desk == "unit" && !d.returned && reason
	case ActSubmit, ActAskNA:
		if !working || act == ActAskNA && !reason {
			return false
		}
		if act == ActSubmit && d.first.IsZero() {
			d.first = today
		}
		d.desk, d.returned, d.until, d.blocked = "office", false, Date{}, false
	case ActApprove:
		if d.desk != "office" {
			return false
		}
		d.desk, d.approved = "shelf", true
		if na {
			d.desk, d.approved = "out", false
		}
	case ActReturn, ActReopen:
		from := d.desk == "office"
		if act == ActReopen {
			from = d.desk == "shelf" || d.desk == "out"
		}
		if !from || !reason || !dated {
			return false
		}
		d.desk, d.returned, d.until, d.approved = "unit", true, by, false
	case ActClose:
		if d.desk != "shelf" {
			return false
		}
		d.desk = "cellar"
	case ActWithdraw:
		if d.desk == "cellar" || d.desk == "gone" || !reason {
			return false
		}
		d.desk, d.returned, d.until, d.blocked = "gone", false, Date{}, false
	default:
		return false
	}
	return true
}

// state names the state that the telling amounts to.
func (d *duty) state() State {
	switch {
	case d.desk == "unit" && d.returned:
		return StateReturned
	case d.desk == "unit" && d.signed:
		return StateActive
	}
	return map[string]State{
		"unit": StateUnack, "office": StateReview, "shelf": StateDone,
		"cellar": StateClosed, "out": StateNA, "gone": StateWithdrawn,
	}[d.desk]
}

// TestMachineWalks takes random walks through the state machine beside the
// simpler telling: they must agree on every step, a refused act must change
// nothing, and what the fields say must always fit the state.
func TestMachineWalks(t *testing.T) {
	acts := []Act{
		ActSign, ActProgress, ActSubmit, ActAskNA, ActAskExtend, ActDecideExt, ActBlock, ActNudge,
		ActApprove, ActReturn, ActClose, ActReopen, ActWithdraw, ActOpinion,
	}
	// A walk of blind steps hardly ever gets far, so most steps are of these.
	forward := []Act{ActSign, ActSubmit, ActApprove, ActReturn, ActReopen, ActClose, ActBlock}
	steps := map[State]int{}
	rapid.Check(t, func(t *rapid.T) {
		now := noon
		a := Assignment{State: StateUnack, DueOn: on("2020-10-20"), EffectiveOn: on("2020-10-20"), IssuedOn: on("2020-10-01")}
		d := duty{desk: "unit"}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 72).Draw(t, "hours")) * time.Hour)
			today := DateIn(now, time.UTC)
			choice := acts
			if rapid.IntRange(0, 3).Draw(t, "blind") > 0 {
				choice = slices.DeleteFunc(slices.Clone(forward), func(act Act) bool { return !a.State.Can(act) })
			}
			if len(choice) == 0 {
				choice = acts
			}
			act := rapid.SampledFrom(choice).Draw(t, "act")
			c := Change{Now: now, Today: today, NA: rapid.IntRange(0, 3).Draw(t, "na") == 0}
			if rapid.IntRange(0, 4).Draw(t, "reason") > 0 {
				c.Reason = "理由"
			}
			if n := rapid.IntRange(-2, 9).Draw(t, "by"); n > -2 {
				c.ResubmitBy = today.AddDays(n)
			}
			if act == ActBlock && a.State.Can(act) { // the verb writes these beside the act
				a.BlockedCause, a.BlockedBy, d.blocked = "经费未落实", "市财政局", true
			}
			before := a
			err := a.Apply(act, c)
			ok := d.do(act, c.Reason != "", c.ResubmitBy, today, c.NA)
			if (err == nil) != ok {
				t.Fatalf("%s in %s: %v, expected to pass: %v", act, before.State, err, ok)
			}
			if err != nil && a != before {
				t.Fatalf("%s in %s was refused and changed the assignment", act, before.State)
			}
			if before.State == StateClosed && a != before {
				t.Fatalf("%s changed a closed assignment", act)
			}
			if a.State != d.state() {
				t.Fatalf("%s in %s: %s, want %s", act, before.State, a.State, d.state())
			}
			if a.ResubmitBy != d.until || a.FirstSubmittedOn != d.first {
				t.Fatalf("%s: resubmit by %s, first %s; want %s, %s", act, a.ResubmitBy, a.FirstSubmittedOn, d.until, d.first)
			}
			if (a.BlockedCause != "") != d.blocked {
				t.Fatalf("%s: blocked %q", act, a.BlockedCause)
			}
			if d.desk != "gone" { // a withdrawn one keeps the times it had
				if got := a.FinishedAt != nil; got != d.approved {
					t.Fatalf("%s: finished at %v", act, a.FinishedAt)
				}
				if got := a.ClosedAt != nil; got != (a.State == StateClosed) {
					t.Fatalf("%s: closed at %v", act, a.ClosedAt)
				}
			}
			if (a.SignedAt != nil) != d.signed {
				t.Fatalf("%s: signed at %v", act, a.SignedAt)
			}
			if err == nil && a.State == StateReview && act != ActNudge && before.State != StateReview && !a.SubmittedAt.Equal(now) {
				t.Fatalf("%s: handed in at %v, now %v", act, a.SubmittedAt, now)
			}
			steps[a.State]++
		}
	})
	for _, s := range States {
		if steps[s] == 0 && !testing.Short() { // a short run makes few walks
			t.Errorf("no walk came through %s: the test proves nothing about it", s)
		}
	}
}
