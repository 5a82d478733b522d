package models

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// numbers lists the ids of items in their order: 3 1 2.
func numbers(items []Item) string {
	var out []string
	for _, it := range items {
		out = append(out, fmt.Sprint(it.ID))
	}
	return strings.Join(out, " ")
}

// late is an item of unit 3, given on 1 September, due on the day.
func late(id AssignmentID, due string) Item {
	return Item{
		Assignment: Assignment{
			ID: id, UnitID: 3, MeasureID: MeasureID(id), State: StateActive,
			DueOn: on(due), EffectiveOn: on(due), IssuedOn: on("2020-09-01"),
		},
		UnitName: "市公安局", Family: "市直",
	}
}

// TestLeadDigestNew: the digests leave on Monday 12 and 19 October. What was due
// on the 12th itself was not overdue in the earlier one.
func TestLeadDigestNew(t *testing.T) {
	items := []Item{
		late(1, "2020-10-11"), // in the last digest already
		late(2, "2020-10-12"),
		late(3, "2020-10-15"),
		late(4, "2020-10-18"),
		late(5, "2020-10-19"), // today: not overdue yet
	}
	d := BuildLeadDigest(items, on("2020-10-19"))
	if numbers(d.New) != "2 3 4" || d.Overdue != 4 || d.Measures != 4 || d.Due != 1 {
		t.Errorf("new %s, overdue %d, due %d", numbers(d.New), d.Overdue, d.Due)
	}
	was := BuildLeadDigest(items, on("2020-10-12"))
	if was.Overdue != 1 || numbers(was.Units[0].Overdue) != "1" {
		t.Errorf("a week before: %s", numbers(was.Units[0].Overdue))
	}
}

// TestLeadDigestNewAfterHoliday: after National Day 2020 the digest of 28
// September is followed by that of Friday 9 October. What was due on 30
// September must be news in it.
func TestLeadDigestNewAfterHoliday(t *testing.T) {
	items := []Item{late(1, "2020-09-27"), late(2, "2020-09-28"), late(3, "2020-09-30"), late(4, "2020-10-08")}
	if d := BuildLeadDigestSince(items, on("2020-09-28"), on("2020-10-09")); numbers(d.New) != "2 3 4" {
		t.Errorf("new since 28 September: %s", numbers(d.New))
	}
	if d := BuildLeadDigestSince(items, on("2020-10-09"), on("2020-10-12")); numbers(d.New) != "" || d.Overdue != 4 {
		t.Errorf("new since 9 October: %s of %d", numbers(d.New), d.Overdue)
	}
}

func TestLeadDigestCleared(t *testing.T) {
	in := func(id AssignmentID, due, first string, s State) Item {
		it := late(id, due)
		it.State, it.FirstSubmittedOn = s, on(first)
		return it
	}
	extended := in(9, "2020-10-10", "2020-10-14", StateReview)
	extended.EffectiveOn = on("2020-10-20")
	wasPast := in(10, "2020-08-15", "2020-10-14", StateReview)
	pastExtended := in(11, "2020-08-15", "2020-10-14", StateReview)
	pastExtended.EffectiveOn = on("2020-10-10")
	undated := in(12, "", "2020-10-14", StateReview)
	items := []Item{
		in(1, "2020-10-10", "2020-10-11", StateReview), // before the last digest
		in(2, "2020-10-10", "2020-10-12", StateReview), // the day it left: later that day
		in(3, "2020-10-10", "2020-10-18", StateReview),
		in(4, "2020-10-10", "2020-10-19", StateReview), // this morning: next week's news
		in(5, "2020-10-14", "2020-10-14", StateReview), // in time
		in(6, "2020-10-14", "2020-10-15", StateReview), // a day late, within the week
		in(7, "2020-10-11", "2020-10-15", StateDone),
		in(8, "2020-10-09", "2020-10-15", StateClosed),
		extended, wasPast, pastExtended, undated,
		in(13, "2020-10-10", "2020-10-15", StateReturned), // back on the unit's desk
		in(14, "2020-10-10", "", StateActive),
	}
	d := BuildLeadDigest(items, on("2020-10-19"))
	if got := numbers(d.Cleared); got != "8 2 3 11 7 6" {
		t.Errorf("cleared %s", got)
	}
	// Whatever is handed in late is told once, however the weeks lie.
	once := in(1, "2020-10-01", "", StateReview)
	for first := on("2020-10-02"); first.Before(on("2020-10-30")); first = first.AddDays(1) {
		once.FirstSubmittedOn = first
		n := 0
		for monday := on("2020-09-28"); monday.Before(on("2020-11-30")); monday = monday.AddDays(7) {
			n += len(BuildLeadDigest([]Item{once}, monday).Cleared)
		}
		if n != 1 {
			t.Errorf("handed in on %s: cleared in %d digests", first, n)
		}
	}
}

func TestLeadDigestOrder(t *testing.T) {
	asOf := on("2020-10-19")
	unit := func(it Item, u UnitID, m MeasureID) Item {
		it.UnitID, it.MeasureID, it.UnitName = u, m, fmt.Sprintf("单位%d", u)
		return it
	}
	at := func(it Item, day int) Item {
		t := time.Date(2020, 10, day, 2, 0, 0, 0, time.UTC)
		it.State, it.SubmittedAt = StateReview, &t
		return it
	}
	d := BuildLeadDigest([]Item{
		unit(late(1, "2020-10-15"), 4, 1),
		unit(late(2, "2020-10-10"), 3, 1), // shared measure: counted once
		unit(late(3, "2020-10-15"), 3, 2),
		unit(late(4, "2020-10-10"), 6, 3),
		unit(late(5, "2020-10-15"), 5, 4),
		unit(late(6, "2020-10-22"), 5, 5),
		unit(late(7, "2020-10-20"), 4, 5),
		unit(late(8, "2020-10-20"), 5, 5),
		unit(late(9, "2020-10-20"), 5, 6),
		unit(late(10, "2020-10-27"), 5, 7), // 8 days left
		at(late(11, "2020-10-15"), 17),
		at(late(12, "2020-10-15"), 13),
		at(late(13, "2020-10-15"), 17),
	}, asOf)
	// most first, then the longest, then the register's order
	var units []string
	for _, u := range d.Units {
		units = append(units, fmt.Sprintf("%d %s: %s, %d days", u.UnitID, u.Unit, numbers(u.Overdue), u.Longest))
	}
	want := []string{"3 单位3: 2 3, 9 days", "6 单位6: 4, 9 days", "4 单位4: 1, 4 days", "5 单位5: 5, 4 days"}
	if !slices.Equal(units, want) {
		t.Errorf("units %q, want %q", units, want)
	}
	if d.Overdue != 5 || d.Measures != 4 {
		t.Errorf("%d 家次, %d 条措施", d.Overdue, d.Measures)
	}
	if got := fmt.Sprint(d.DueByDay); got != "[{2020-10-20 3 2} {2020-10-22 1 1}]" || d.Due != 4 {
		t.Errorf("due %d: %s", d.Due, got)
	}
	if numbers(d.Review) != "12 11 13" {
		t.Errorf("review %s", numbers(d.Review))
	}
	if d.AsOf != asOf || d.Empty() {
		t.Errorf("as of %s, empty %v", d.AsOf, d.Empty())
	}
}

// TestDigestEmpty: each thing alone is enough to write a digest; what is on
// nobody's desk is not.
func TestDigestEmpty(t *testing.T) {
	asOf := on("2020-10-19")
	with := func(f func(*Item)) Item {
		it := late(1, "2020-12-31")
		f(&it)
		return it
	}
	for _, c := range []struct {
		name       string
		item       Item
		lead, unit bool // has something to say
	}{
		{"overdue", late(1, "2020-10-01"), true, true},
		{"due soon", late(1, "2020-10-20"), true, true},
		{"due later", late(1, "2020-12-31"), false, true},
		{"no deadline", late(1, ""), false, true},
		{"unsigned", with(func(it *Item) { it.State = StateUnack }), false, true},
		{"returned", with(func(it *Item) { it.State, it.ResubmitBy = StateReturned, on("2020-12-01") }), false, true},
		{"past at issue", with(func(it *Item) { it.IssuedOn = on("2021-01-01") }), true, true},
		{"in review", with(func(it *Item) { it.State = StateReview }), true, false},
		{"cleared", with(func(it *Item) {
			it.State, it.EffectiveOn, it.FirstSubmittedOn = StateDone, on("2020-10-10"), on("2020-10-14")
		}), true, false},
		{"done", with(func(it *Item) { it.State = StateDone }), false, false},
		{"closed", with(func(it *Item) { it.State = StateClosed }), false, false},
		{"not applicable", with(func(it *Item) { it.State, it.EffectiveOn = StateNA, on("2020-10-10") }), false, false},
		{"withdrawn", with(func(it *Item) { it.State, it.EffectiveOn = StateWithdrawn, on("2020-10-10") }), false, false},
	} {
		if got := !BuildLeadDigest([]Item{c.item}, asOf).Empty(); got != c.lead {
			t.Errorf("%s: something for the lead office: %v", c.name, got)
		}
		if got := !BuildUnitDigest(3, "市公安局", []Item{c.item}, asOf).Empty(); got != c.unit {
			t.Errorf("%s: something for the unit: %v", c.name, got)
		}
	}
	if !BuildLeadDigest(nil, asOf).Empty() || !BuildUnitDigest(3, "市公安局", nil, asOf).Empty() {
		t.Error("a digest of nothing is not empty")
	}
}

func TestUnitDigest(t *testing.T) {
	as := func(it Item, s State, resubmit string) Item {
		it.State, it.ResubmitBy = s, on(resubmit)
		return it
	}
	past := late(12, "2020-08-20")
	d := BuildUnitDigest(3, "市公安局", []Item{
		late(1, "2020-10-18"),
		as(late(2, "2020-09-30"), StateUnack, ""),
		as(late(3, "2020-09-30"), StateReturned, "2020-10-16"), // past its new day: overdue
		as(late(4, "2020-09-30"), StateReturned, "2020-10-21"),
		late(5, "2020-10-26"),
		late(6, "2020-10-19"),
		as(late(7, "2020-10-20"), StateUnack, ""),
		late(8, "2020-10-27"),
		late(9, ""),
		as(late(10, "2020-11-30"), StateUnack, ""),
		as(late(11, "2020-10-18"), StateReview, ""),
		past,
		late(13, "2020-10-27"),
		as(late(14, "2020-10-10"), StateDone, ""),
	}, on("2020-10-19"))
	for _, c := range []struct {
		name string
		got  []Item
		want string
	}{
		{"overdue", d.Overdue, "2 3 1"},
		{"returned", d.Returned, "4"},
		{"due", d.Due, "6 7 5"},
		{"unsigned", d.Unsigned, "10"},
		{"past", d.Past, "12"},
		{"later", d.Later, "8 13 9"}, // without a date last
	} {
		if got := numbers(c.got); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if d.UnitID != 3 || d.Unit != "市公安局" || d.AsOf != on("2020-10-19") {
		t.Errorf("%+v", d)
	}
}

// TestDigestCounts compares the digests of random assignments with counts made
// one item at a time, and the lead office's with those of its units.
func TestDigestCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asOf := on("2020-10-19").AddDays(rapid.IntRange(0, 30).Draw(t, "asOf"))
		since := asOf.AddDays(-rapid.IntRange(3, 14).Draw(t, "since"))
		near := func(name string) Date { return asOf.AddDays(rapid.IntRange(-20, 20).Draw(t, name)) }
		var items []Item
		for i := range rapid.IntRange(0, 30).Draw(t, "items") {
			it := Item{Assignment: Assignment{
				ID: AssignmentID(i + 1), UnitID: UnitID(rapid.IntRange(1, 4).Draw(t, "unit")),
				MeasureID: MeasureID(rapid.IntRange(1, 5).Draw(t, "measure")),
				State:     rapid.SampledFrom(States).Draw(t, "state"), IssuedOn: near("issued"),
			}}
			if rapid.IntRange(0, 5).Draw(t, "dated") > 0 {
				it.DueOn = near("due")
				it.EffectiveOn = it.DueOn.AddDays(rapid.IntRange(0, 10).Draw(t, "extended"))
			}
			if it.State == StateReturned {
				it.ResubmitBy = near("resubmit")
			}
			if it.State != StateUnack && it.State != StateActive {
				at := near("submitted")
				first := at.Time(time.UTC)
				it.SubmittedAt, it.FirstSubmittedOn = &first, at
			}
			it.UnitName = fmt.Sprintf("单位%d", it.UnitID)
			items = append(items, it)
		}
		d := BuildLeadDigestSince(items, since, asOf)

		overdue, fresh, cleared, due, review, past := 0, 0, 0, 0, 0, 0
		measures, units := map[MeasureID]bool{}, map[UnitID]int{}
		for _, it := range items {
			ref := it.EffectiveOn
			if it.State == StateReturned {
				ref = it.ResubmitBy
			}
			days := ref.Sub(asOf) // left
			open := it.State == StateUnack || it.State == StateActive || it.State == StateReturned
			switch {
			case !open && it.State == StateReview:
				review++
			case !open || ref.IsZero():
			case ref.Sub(it.IssuedOn) < 0:
				past++
			case days < 0:
				overdue++
				measures[it.MeasureID] = true
				units[it.UnitID]++
				if ref.Sub(since) >= 0 {
					fresh++
				}
			case days <= 7:
				due++
			}
			if f := it.FirstSubmittedOn; !open && !f.IsZero() && !it.EffectiveOn.IsZero() &&
				it.EffectiveOn.Sub(it.IssuedOn) >= 0 && f.Sub(it.EffectiveOn) > 0 && f.Sub(since) >= 0 && f.Sub(asOf) < 0 {
				cleared++
			}
		}
		got := fmt.Sprint(d.Overdue, d.Measures, len(d.Units), len(d.New), len(d.Cleared), d.Due, len(d.Review), d.PastIssue)
		want := fmt.Sprint(overdue, len(measures), len(units), fresh, cleared, due, review, past)
		if got != want {
			t.Fatalf("overdue, measures, units, new, cleared, due, review, past: %s, want %s", got, want)
		}
		sum := 0
		for i, u := range d.Units {
			if len(u.Overdue) != units[u.UnitID] || i > 0 && len(u.Overdue) > len(d.Units[i-1].Overdue) {
				t.Fatalf("unit %d: %d overdue, want %d, not more than the one before", u.UnitID, len(u.Overdue), units[u.UnitID])
			}
			longest := 0
			for _, it := range u.Overdue {
				longest = max(longest, asOf.Sub(it.ReferenceOn()))
			}
			if u.Longest != longest || u.Unit != u.Overdue[0].UnitName {
				t.Fatalf("unit %d %q: longest %d, want %d", u.UnitID, u.Unit, u.Longest, longest)
			}
			sum += len(u.Overdue)
		}
		byDay := 0
		for i, day := range d.DueByDay {
			byDay += day.Count
			if day.Measures > day.Count || day.Measures < 1 || i > 0 && !d.DueByDay[i-1].Day.Before(day.Day) {
				t.Fatalf("due by day %v", d.DueByDay)
			}
		}
		if sum != d.Overdue || byDay != d.Due {
			t.Fatalf("parts: overdue %d of %d, due %d of %d", sum, d.Overdue, byDay, d.Due)
		}

		// The units' digests hold each open item once, and as many overdue.
		open, told, late := 0, 0, 0
		for _, it := range items {
			if it.State.Waiting() {
				open++
			}
		}
		for u := UnitID(1); u <= 4; u++ {
			own := slices.DeleteFunc(slices.Clone(items), func(it Item) bool { return it.UnitID != u })
			ud := BuildUnitDigest(u, "", own, asOf)
			late += len(ud.Overdue)
			told += len(ud.Overdue) + len(ud.Returned) + len(ud.Due) + len(ud.Unsigned) + len(ud.Past) + len(ud.Later)
		}
		if told != open || late != d.Overdue {
			t.Fatalf("units are told of %d of %d open, %d of %d overdue", told, open, late, d.Overdue)
		}
	})
}

// TestDigestSameBytes: a digest does not depend on the order of the rows that
// it was built from, so that a dry run prints what will be mailed.
func TestDigestSameBytes(t *testing.T) {
	var items []Item
	for i := range 24 {
		it := late(AssignmentID(i+1), "2020-10-10")
		it.EffectiveOn = it.EffectiveOn.AddDays(i % 12)
		it.UnitID = UnitID(i%5 + 1)
		if i%7 == 0 {
			t := noon
			it.State, it.SubmittedAt, it.FirstSubmittedOn = StateReview, &t, on("2020-10-13")
		}
		items = append(items, it)
	}
	want := fmt.Sprintf("%+v", BuildLeadDigest(items, on("2020-10-19")))
	rapid.Check(t, func(t *rapid.T) {
		mixed := rapid.Permutation(items).Draw(t, "order")
		if got := fmt.Sprintf("%+v", BuildLeadDigest(mixed, on("2020-10-19"))); got != want {
			t.Fatalf("%s\nin another order:\n%s", want, got)
		}
	})
}
