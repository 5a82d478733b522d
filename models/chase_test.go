package models

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDefaultLadder(t *testing.T) {
	_, rows := table(`
		kind      days post
		due-7     -7   contact
		due-3     -3   contact
		due-1     -1   contact
		due-0     0    contact
		overdue-1 1    contact
		overdue-3 3    leader
		overdue-7 7    lead`)
	if len(rows) != len(Ladder) {
		t.Fatalf("%d rungs", len(Ladder))
	}
	for i, s := range Ladder {
		if got := fmt.Sprintf("%s %d %s", s.Kind, s.Offset, s.To); got != strings.Join(rows[i], " ") {
			t.Errorf("rung %d is %s, want %s", i, got, rows[i])
		}
		if s.Escalating() != (s.To != PostContact) {
			t.Errorf("rung %s: Escalating = %v", s.Kind, s.Escalating())
		}
	}
}

// told writes chases as contact:due-3, with the period of repeated ones.
func told(cs []Chase) string {
	var out []string
	for _, c := range cs {
		s := string(c.To) + ":" + string(c.Kind)
		if c.Period != "" {
			s += "@" + c.Period
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

// TestChases writes down, day by day, what is due to be told. Around National
// Day 2020 the calendar reads: worked are Sunday 27 September, 28 to 30
// September, Friday 9 and Saturday 10 October, then Monday to Friday; 1 to 8
// October are off.
func TestChases(t *testing.T) {
	cal := officialCalendar(t)
	for _, c := range []struct {
		name     string
		state    State
		due      string
		resubmit string
		issued   string
		days     string // day, = what is told; a day without a line tells what the one before did
	}{
		{name: "due on Thursday 15 October, a week after the holiday", state: StateActive, due: "2020-10-15", issued: "2020-08-31", days: `
			2020-09-28 =
			2020-09-29 = contact:due-7
			2020-10-11 = contact:due-7
			2020-10-12 = contact:due-3
			2020-10-13 = contact:due-3
			2020-10-14 = contact:due-1
			2020-10-15 = contact:due-0
			2020-10-16 = contact:overdue-1
			2020-10-19 = contact:overdue-1
			2020-10-20 = contact:overdue-1 leader:overdue-3
			2020-10-25 = contact:overdue-1 leader:overdue-3
			2020-10-26 = contact:overdue-1 leader:overdue-3 lead:overdue-7
			2020-11-01 = contact:overdue-1 leader:overdue-3 lead:overdue-7
			2020-11-02 = lead:overdue-7 contact:weekly@2020-W45 leader:weekly@2020-W45
			2020-11-08 = lead:overdue-7 contact:weekly@2020-W45 leader:weekly@2020-W45
			2020-11-09 = lead:overdue-7 contact:weekly@2020-W46 leader:weekly@2020-W46
			2020-12-28 = lead:overdue-7 contact:weekly@2020-W53 leader:weekly@2020-W53
			2021-01-03 = lead:overdue-7 contact:weekly@2020-W53 leader:weekly@2020-W53
			2021-01-04 = lead:overdue-7 contact:weekly@2021-W01 leader:weekly@2021-W01`},
		{name: "due on 30 September, the eve of the holiday", state: StateUnack, due: "2020-09-30", issued: "2020-08-31", days: `
			2020-09-21 =
			2020-09-22 = contact:due-7
			2020-09-26 = contact:due-7
			2020-09-27 = contact:due-3
			2020-09-29 = contact:due-1
			2020-09-30 = contact:due-0
			2020-10-01 =
			2020-10-08 =
			2020-10-09 = contact:overdue-1
			2020-10-10 = contact:overdue-1
			2020-10-12 = contact:overdue-1 leader:overdue-3
			2020-10-15 = contact:overdue-1 leader:overdue-3
			2020-10-16 = contact:overdue-1 leader:overdue-3 lead:overdue-7`},
		{name: "due inside the holiday: said on the last working day before", state: StateActive, due: "2020-10-03", issued: "2020-08-31", days: `
			2020-09-22 =
			2020-09-23 = contact:due-7
			2020-09-28 = contact:due-3
			2020-09-29 = contact:due-3
			2020-09-30 = contact:due-0
			2020-10-03 = contact:due-0
			2020-10-04 =
			2020-10-08 =
			2020-10-09 = contact:overdue-1
			2020-10-12 = contact:overdue-1 leader:overdue-3
			2020-10-16 = contact:overdue-1 leader:overdue-3 lead:overdue-7
			2020-10-22 = contact:overdue-1 leader:overdue-3 lead:overdue-7
			2020-10-23 = lead:overdue-7 contact:weekly@2020-W43 leader:weekly@2020-W43`},
		{name: "due on a worked Saturday", state: StateActive, due: "2020-10-10", issued: "2020-08-31", days: `
			2020-09-23 =
			2020-09-24 = contact:due-7
			2020-09-29 = contact:due-3
			2020-10-09 = contact:due-1
			2020-10-10 = contact:due-0
			2020-10-11 =
			2020-10-12 = contact:overdue-1`},
		{name: "returned: chased against the resubmission date, not the deadline", state: StateReturned, due: "2020-09-30", resubmit: "2020-10-20", issued: "2020-08-31", days: `
			2020-10-09 =
			2020-10-10 = contact:due-7
			2020-10-14 = contact:due-7
			2020-10-15 = contact:due-3
			2020-10-19 = contact:due-1
			2020-10-20 = contact:due-0
			2020-10-21 = contact:overdue-1
			2020-10-23 = contact:overdue-1 leader:overdue-3`},
		{name: "past at issue: the contact, weekly, from the week after", state: StateUnack, due: "2020-09-30", issued: "2020-11-18", days: `
			2020-11-10 =
			2020-11-16 =
			2020-11-18 =
			2020-11-22 =
			2020-11-23 = contact:past@2020-W48
			2020-11-29 = contact:past@2020-W48
			2020-11-30 = contact:past@2020-W49
			2021-01-01 = contact:past@2020-W53`},
		{name: "past at issue and extended: an ordinary one", state: StateActive, due: "2020-11-27", issued: "2020-11-18", days: `
			2020-11-18 = contact:due-7
			2020-11-24 = contact:due-3
			2020-11-26 = contact:due-1
			2020-11-27 = contact:due-0
			2020-11-28 =
			2020-11-30 = contact:overdue-1`},
		{name: "past at issue and returned: an ordinary one", state: StateReturned, due: "2020-09-30", resubmit: "2020-11-27", issued: "2020-11-18", days: `
			2020-11-24 = contact:due-3
			2020-11-26 = contact:due-1
			2020-11-27 = contact:due-0
			2020-11-28 =
			2020-11-30 = contact:overdue-1`},
		{name: "due on the day of issue", state: StateUnack, due: "2020-11-18", issued: "2020-11-18", days: `
			2020-11-18 = contact:due-0
			2020-11-19 = contact:overdue-1`},
		{name: "without a deadline", state: StateActive, issued: "2020-08-31", days: `
			2020-09-01 =
			2020-12-31 =`},
		{name: "handed in", state: StateReview, due: "2020-10-15", issued: "2020-08-31", days: `
			2020-10-14 =
			2020-10-15 =
			2020-11-30 =`},
		{name: "handed in, past at issue", state: StateReview, due: "2020-09-30", issued: "2020-11-18", days: `
			2020-11-23 =`},
		{name: "done", state: StateDone, due: "2020-10-15", issued: "2020-08-31", days: `
			2020-11-30 =`},
		{name: "closed", state: StateClosed, due: "2020-10-15", issued: "2020-08-31", days: `
			2020-11-30 =`},
		{name: "not applicable", state: StateNA, due: "2020-10-15", issued: "2020-08-31", days: `
			2020-11-30 =`},
		{name: "withdrawn", state: StateWithdrawn, due: "2020-10-15", issued: "2020-08-31", days: `
			2020-11-30 =`},
	} {
		a := Assignment{State: c.state, DueOn: on("2020-08-01"), EffectiveOn: on(c.due), ResubmitBy: on(c.resubmit), IssuedOn: on(c.issued)}
		ref := on(c.due)
		if c.resubmit != "" {
			ref = on(c.resubmit)
		}
		want := map[Date]string{}
		var first, last Date
		for _, line := range strings.Split(strings.TrimSpace(c.days), "\n") {
			d, what, _ := strings.Cut(strings.TrimSpace(line), "=")
			last = on(strings.TrimSpace(d))
			if first.IsZero() {
				first = last
			}
			want[last] = strings.TrimSpace(what)
		}
		current := ""
		for d := first; !d.After(last); d = d.AddDays(1) {
			if w, ok := want[d]; ok {
				current = w
			} else if strings.Contains(current, "@") {
				continue // the week changes; the table names the days that matter
			}
			got := Chases(a, d, cal, Ladder)
			if told(got) != current {
				t.Errorf("%s, %s: %q, want %q", c.name, d, told(got), current)
			}
			for _, ch := range got {
				if ch.Ref != ref {
					t.Errorf("%s, %s: %s is said of %s, want %s", c.name, d, ch.Kind, ch.Ref, ref)
				}
			}
		}
	}
}

// TestChasesMissedRuns: the service was down; on the first day that it is back,
// each post hears the latest thing only.
func TestChasesMissedRuns(t *testing.T) {
	cal := officialCalendar(t)
	a := Assignment{State: StateActive, EffectiveOn: on("2020-10-15"), IssuedOn: on("2020-08-31")}
	for _, c := range []struct {
		runs string // days on which the jobs ran
		want string // what was told, in order, with the day
	}{
		{"2020-10-14", "14 contact:due-1"},
		{"2020-10-15", "15 contact:due-0"},
		{"2020-10-12 2020-10-15", "12 contact:due-3, 15 contact:due-0"},
		{"2020-10-18", "18 contact:overdue-1"},
		{"2020-10-22", "22 contact:overdue-1, 22 leader:overdue-3"},
		{"2020-10-27 2020-10-28", "27 contact:overdue-1, 27 leader:overdue-3, 27 lead:overdue-7"},
		{"2020-11-30 2020-12-01", "30 lead:overdue-7, 30 contact:weekly@2020-W49, 30 leader:weekly@2020-W49"},
		{"2020-10-15 2020-10-15 2020-10-14 2020-10-15", "15 contact:due-0, 14 contact:due-1"},
	} {
		known := map[string]bool{}
		var got []string
		for _, run := range strings.Fields(c.runs) {
			for _, ch := range Chases(a, on(run), cal, Ladder) {
				if key := NoticeKey(7, ch.Kind, 1, ch.Ref, ch.Period) + string(ch.To); !known[key] {
					known[key] = true
					got = append(got, fmt.Sprintf("%d %s", on(run).Day(), told([]Chase{ch})))
				}
			}
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("runs on %s: %s, want %s", c.runs, s, c.want)
		}
	}
}

// TestChasesMovedDeadline: a granted extension begins a new ladder, whose
// notices are new ones.
func TestChasesMovedDeadline(t *testing.T) {
	cal := officialCalendar(t)
	a := Assignment{State: StateActive, EffectiveOn: on("2020-10-15"), IssuedOn: on("2020-08-31")}
	today := on("2020-10-14")
	before := Chases(a, today, cal, Ladder)
	a.EffectiveOn = on("2020-10-15").AddDays(14)
	if got := told(Chases(a, today, cal, Ladder)); got != "" {
		t.Errorf("after the grant: %s", got)
	}
	after := Chases(a, on("2020-10-28"), cal, Ladder)
	if told(before) != "contact:due-1" || told(after) != "contact:due-1" {
		t.Fatalf("%s, then %s", told(before), told(after))
	}
	key := func(c Chase) string { return NoticeKey(7, c.Kind, 1, c.Ref, c.Period) }
	if key(before[0]) == key(after[0]) {
		t.Error("the new deadline has the old one's notice")
	}
}

// TestChasesOtherLadder: an office may order its rungs as it likes, or have none.
func TestChasesOtherLadder(t *testing.T) {
	cal := officialCalendar(t)
	a := Assignment{State: StateActive, EffectiveOn: on("2020-10-15"), IssuedOn: on("2020-08-31")}
	upside := slices.Clone(Ladder)
	slices.Reverse(upside)
	for d := on("2020-09-01"); d.Before(on("2021-01-31")); d = d.AddDays(1) {
		if got, want := told(Chases(a, d, cal, upside)), told(Chases(a, d, cal, Ladder)); got != want {
			t.Fatalf("%s, rungs in reverse order: %s, want %s", d, got, want)
		}
		if got := told(Chases(a, d, cal, nil)); got != "" {
			t.Fatalf("%s, no ladder: %s", d, got)
		}
	}
	// Without a rung after the day there is nothing that a week could follow.
	if got := told(Chases(a, on("2021-01-31"), cal, Ladder[:4])); got != "" {
		t.Errorf("reminders only: %s", got)
	}
}

// span is a stretch of days, from the first to before the second.
type span struct{ from, to Date }

// plannedNotices is a second telling of the rules, by stretches of days: each notice
// is due on any day of its stretch. A post's earlier rung ends where its next
// begins, so an empty stretch is never told.
func plannedNotices(ref Date, cal Calendar, until Date) map[string]span {
	// Walk out from the reference day and note the nth working day each way.
	before, after := map[int]Date{}, map[int]Date{}
	for d, n := ref.AddDays(-1), 0; n < 7; d = d.AddDays(-1) {
		if cal.IsWorkday(d) {
			n++
			before[n] = d
		}
	}
	for d, n := ref.AddDays(1), 0; n < 7; d = d.AddDays(1) {
		if cal.IsWorkday(d) {
			n++
			after[n] = d
		}
	}
	theDay := ref
	if !cal.IsWorkday(ref) {
		theDay = before[1]
	}
	week := after[7].AddDays(7)
	forever := on("9999-12-31")
	out := map[string]span{
		"contact:due-7":     {before[7], before[3]},
		"contact:due-3":     {before[3], before[1]},
		"contact:due-1":     {before[1], theDay},
		"contact:due-0":     {theDay, ref.AddDays(1)},
		"contact:overdue-1": {after[1], week},
		"leader:overdue-3":  {after[3], week},
		"lead:overdue-7":    {after[7], forever},
	}
	for d := week; !d.After(until); d = d.AddDays(1) {
		y, w := d.ISOWeek()
		for _, post := range []string{"contact", "leader"} {
			key := fmt.Sprintf("%s:weekly@%d-W%02d", post, y, w)
			if s, ok := out[key]; ok {
				out[key] = span{s.from, d.AddDays(1)}
			} else {
				out[key] = span{d, d.AddDays(1)}
			}
		}
	}
	return out
}

// TestChasesAnyRuns: however often the jobs run, in whatever order, with
// whatever days left out, each notice is told once, and exactly those are told
// whose stretch of days holds a run. So a missed day never adds one.
func TestChasesAnyRuns(t *testing.T) {
	cal := officialCalendar(t)
	rapid.Check(t, func(t *rapid.T) {
		ref := on("2019-02-01").AddDays(rapid.IntRange(0, 2800).Draw(t, "ref"))
		issued := ref.AddDays(-rapid.IntRange(0, 40).Draw(t, "lead"))
		a := Assignment{ID: 1, State: StateActive, DueOn: ref, EffectiveOn: ref, IssuedOn: issued}
		switch rapid.IntRange(0, 3).Draw(t, "state") {
		case 0:
			a.State = StateUnack
		case 1:
			a.State, a.EffectiveOn, a.ResubmitBy = StateReturned, on("2019-01-01"), ref
		}
		first := rapid.IntRange(-15, 60).Draw(t, "first day")
		length := rapid.IntRange(1, 60).Draw(t, "days")
		var every []Date
		for i := range length {
			every = append(every, ref.AddDays(first+i))
		}
		some := rapid.SliceOfN(rapid.SampledFrom(every), 0, 2*length).Draw(t, "runs")

		run := func(days []Date) map[string]bool {
			got := map[string]bool{}
			for _, d := range days {
				seen := map[string]bool{}
				for _, c := range Chases(a, d, cal, Ladder) {
					key := told([]Chase{c})
					if seen[key] {
						t.Fatalf("%s twice on %s", key, d)
					}
					seen[key], got[key] = true, true
					if c.Ref != ref {
						t.Fatalf("%s is said of %s, not of %s", key, c.Ref, ref)
					}
				}
			}
			return got
		}
		plan := plannedNotices(ref, cal, every[length-1])
		check := func(days []Date, got map[string]bool) {
			for key, s := range plan {
				want := slices.ContainsFunc(days, func(d Date) bool { return !d.Before(s.from) && d.Before(s.to) && !d.Before(issued) })
				if got[key] != want {
					t.Fatalf("due %s, runs %v: %s told: %v", ref, days, key, got[key])
				}
			}
			for key := range got {
				if _, ok := plan[key]; !ok {
					t.Fatalf("due %s: %s is told and in no plan", ref, key)
				}
			}
		}
		all, part := run(every), run(some)
		check(every, all)
		check(some, part)
		for key := range part {
			if !all[key] {
				t.Fatalf("due %s: %s is told only when days are left out", ref, key)
			}
		}
	})
}

// TestChasesEveryDay: a job that runs every day from issue to long after tells
// every rung of the ladder, but for the one swallowed by a deadline on a day
// off, whose eve is the day itself.
func TestChasesEveryDay(t *testing.T) {
	cal := officialCalendar(t)
	for ref := on("2020-01-20"); ref.Before(on("2021-01-01")); ref = ref.AddDays(1) {
		a := Assignment{State: StateActive, EffectiveOn: ref, IssuedOn: ref.AddDays(-40)}
		kinds := map[NoticeKind]bool{}
		weeks := 0
		known := map[string]bool{}
		for d := a.IssuedOn; d.Before(ref.AddDays(60)); d = d.AddDays(1) {
			if !cal.IsWorkday(d) {
				continue
			}
			for _, c := range Chases(a, d, cal, Ladder) {
				kinds[c.Kind] = true
				if key := told([]Chase{c}); c.Kind == NoticeWeekly && !known[key] {
					known[key] = true
					weeks++
				}
			}
		}
		for _, s := range Ladder {
			want := s.Kind != NoticeDue1 || cal.IsWorkday(ref)
			if kinds[s.Kind] != want {
				t.Errorf("due %s: %s told: %v", ref, s.Kind, kinds[s.Kind])
			}
		}
		if weeks < 2*4 || weeks > 2*8 {
			t.Errorf("due %s: %d weekly notices in the two months after", ref, weeks)
		}
	}
}

func TestChaseWords(t *testing.T) {
	for _, c := range []struct {
		post Post
		want bool
	}{{PostContact, false}, {PostLeader, true}, {PostLead, true}} {
		if got := (Chase{To: c.post}).EscalatingKind(); got != c.want {
			t.Errorf("%s: %v", c.post, got)
		}
	}
	for day, want := range map[string]string{
		"2020-10-13": "2020-W42", "2020-12-31": "2020-W53", "2021-01-03": "2020-W53", "2021-01-04": "2021-W01",
		"2018-12-31": "2019-W01", "2020-01-01": "2020-W01",
	} {
		if got := WeekName(on(day)); got != want {
			t.Errorf("%s is in %s, want %s", day, got, want)
		}
	}
	a, b := on("2020-10-13"), on("2020-10-14")
	if LaterDate(a, b) != b || LaterDate(b, a) != b || LaterDate(Date{}, a) != a || LaterDate(a, Date{}) != a || LaterDate(a, a) != a {
		t.Error("LaterDate")
	}
}

// Every kind that the ladder tells is one that the relay drops once the item
// is handed in.
func TestChasesAreChasing(t *testing.T) {
	kinds := []NoticeKind{NoticeWeekly, NoticePast, NoticeNoContact, NoticeNudge}
	for _, s := range Ladder {
		kinds = append(kinds, s.Kind)
	}
	for _, k := range kinds {
		if !k.Chasing() {
			t.Errorf("%s", k)
		}
	}
	for _, k := range []NoticeKind{
		NoticeIssued, NoticeReview, NoticeReturned, NoticeApproved, NoticeExtAsked, NoticeExtended,
		NoticeRefused, NoticeWithdrawn, NoticeReopened, NoticeOpinion, NoticeDigest, NoticePosted,
	} {
		if k.Chasing() {
			t.Errorf("%s chases", k)
		}
	}
}

// TestNoticeKey: each part tells two notices apart, and none runs into the next.
func TestNoticeKey(t *testing.T) {
	ref := on("2020-10-15")
	base := NoticeKey(7, NoticeDue3, 11, ref, "")
	if base != "u7:due-3:a11:2020-10-15:" {
		t.Errorf("key %s", base)
	}
	seen := map[string]bool{base: true}
	for _, k := range []string{
		NoticeKey(8, NoticeDue3, 11, ref, ""),
		NoticeKey(7, NoticeDue1, 11, ref, ""),
		NoticeKey(7, NoticeDue3, 1, ref, ""),
		NoticeKey(7, NoticeDue3, 11, ref.AddDays(1), ""),
		NoticeKey(7, NoticeDue3, 11, ref, "2020-W42"),
		NoticeKey(7, NoticeDue3, 11, Date{}, ""),
		NoticeKey(71, NoticeDue3, 1, ref, ""),
	} {
		if seen[k] {
			t.Errorf("%s twice", k)
		}
		seen[k] = true
	}
}
