package models

import "sort"

// DigestUnitLine is one unit's part of the lead office's weekly digest.
type DigestUnitLine struct {
	UnitID  UnitID
	Unit    string
	Family  UnitFamily
	Overdue []Item // worst first
	Longest int    // days, of the one longest overdue
}

// LeadDigest is what the lead office reads on Monday: all overdue by unit, new
// and cleared since last week, due next week, waiting for review.
type LeadDigest struct {
	AsOf      Date
	Overdue   int // 家次
	Measures  int // 条措施 with something overdue
	Units     []DigestUnitLine
	New       []Item // overdue now and not yet in the last digest
	Cleared   []Item // handed in late since the last digest
	DueByDay  []DueDay
	Due       int
	Review    []Item // waiting for review, longest first
	PastIssue int    // open and past at issue, counted apart
}

// DueDay is how much falls due on one day.
type DueDay struct {
	Day      Date
	Count    int // 家次
	Measures int
}

// UnitDigest is what one unit reads on Monday.
type UnitDigest struct {
	AsOf     Date
	UnitID   UnitID
	Unit     string
	Overdue  []Item
	Returned []Item
	Due      []Item // within DueSoonDays
	Unsigned []Item
	Past     []Item // past at issue
	Later    []Item // open, due after that or without a date
}

// Empty reports whether there is nothing to say.
func (d UnitDigest) Empty() bool {
	return len(d.Overdue)+len(d.Returned)+len(d.Due)+len(d.Unsigned)+len(d.Past)+len(d.Later) == 0
}

// Empty reports whether there is nothing to say.
func (d LeadDigest) Empty() bool {
	return d.Overdue+len(d.Cleared)+d.Due+len(d.Review)+d.PastIssue == 0
}

// BuildLeadDigest builds the lead office's digest on day asOf, when the last
// one left a week before: see BuildLeadDigestSince.
func BuildLeadDigest(items []Item, asOf Date) LeadDigest {
	return BuildLeadDigestSince(items, asOf.AddDays(-7), asOf)
}

// BuildLeadDigestSince builds the lead office's digest on day asOf from every
// assignment that is open, in review, or was handed in on day since or after.
// The last digest left on day since, in the morning: what was handed in later
// that day is news, and what is handed in on the morning of asOf is next
// week's. After a holiday week the two lie further apart than seven days.
func BuildLeadDigestSince(items []Item, since, asOf Date) LeadDigest {
	d := LeadDigest{AsOf: asOf}
	units := map[UnitID]*DigestUnitLine{}
	measures := map[MeasureID]bool{}
	type dayCount struct {
		n  int
		ms map[MeasureID]bool
	}
	days := map[Date]*dayCount{}
	for _, it := range items {
		ref := it.ReferenceOn()
		switch {
		case it.Overdue(asOf):
			d.Overdue++
			measures[it.MeasureID] = true
			u := units[it.UnitID]
			if u == nil {
				u = &DigestUnitLine{UnitID: it.UnitID, Unit: it.UnitName, Family: it.Family}
				units[it.UnitID] = u
			}
			u.Overdue = append(u.Overdue, it)
			u.Longest = max(u.Longest, ref.DaysUntil(asOf))
			if !ref.Before(since) {
				d.New = append(d.New, it)
			}
		case it.State.Waiting() && it.PastAtIssue():
			d.PastIssue++
		case it.DueSoon(asOf):
			d.Due++
			if days[ref] == nil {
				days[ref] = &dayCount{ms: map[MeasureID]bool{}}
			}
			days[ref].n++
			days[ref].ms[it.MeasureID] = true
		}
		if it.State == StateReview {
			d.Review = append(d.Review, it)
		}
		if clearedSince(it, since, asOf) {
			d.Cleared = append(d.Cleared, it)
		}
	}
	d.Measures = len(measures)
	for _, u := range units {
		sortByRef(u.Overdue)
		d.Units = append(d.Units, *u)
	}
	sort.Slice(d.Units, func(i, j int) bool {
		a, b := d.Units[i], d.Units[j]
		if len(a.Overdue) != len(b.Overdue) {
			return len(a.Overdue) > len(b.Overdue)
		}
		if a.Longest != b.Longest {
			return a.Longest > b.Longest
		}
		return a.UnitID < b.UnitID
	})
	for day, c := range days {
		d.DueByDay = append(d.DueByDay, DueDay{day, c.n, len(c.ms)})
	}
	sort.Slice(d.DueByDay, func(i, j int) bool { return d.DueByDay[i].Day.Before(d.DueByDay[j].Day) })
	sortByRef(d.New)
	sortByRef(d.Cleared)
	sort.SliceStable(d.Review, func(i, j int) bool {
		a, b := d.Review[i].SubmittedAt, d.Review[j].SubmittedAt
		if a != nil && b != nil && !a.Equal(*b) {
			return a.Before(*b)
		}
		return d.Review[i].ID < d.Review[j].ID
	})
	return d
}

// clearedSince reports that the item was handed in late, for the first time, on
// a day from since to before asOf.
func clearedSince(it Item, since, asOf Date) bool {
	on, due := it.FirstSubmittedOn, it.EffectiveOn
	if it.State.Waiting() || on.IsZero() || due.IsZero() || due.Before(it.IssuedOn) {
		return false
	}
	return due.Before(on) && !on.Before(since) && on.Before(asOf)
}

// BuildUnitDigest builds one unit's digest on day asOf from its assignments.
func BuildUnitDigest(unit UnitID, name string, items []Item, asOf Date) UnitDigest {
	d := UnitDigest{AsOf: asOf, UnitID: unit, Unit: name}
	for _, it := range items {
		switch it.Lamp(asOf) {
		case LampOverdue:
			d.Overdue = append(d.Overdue, it)
		case LampReturned:
			d.Returned = append(d.Returned, it)
		case LampDue:
			d.Due = append(d.Due, it)
		case LampPast:
			d.Past = append(d.Past, it)
		case LampUnack:
			d.Unsigned = append(d.Unsigned, it)
		case LampActive:
			d.Later = append(d.Later, it)
		}
	}
	for _, l := range [][]Item{d.Overdue, d.Returned, d.Due, d.Past, d.Unsigned, d.Later} {
		sortByRef(l)
	}
	return d
}

// sortByRef puts the earliest reference day first, items without one last.
func sortByRef(items []Item) {
	sort.SliceStable(items, func(i, j int) bool {
		a, b := items[i].ReferenceOn(), items[j].ReferenceOn()
		if a != b {
			if a.IsZero() || b.IsZero() {
				return b.IsZero()
			}
			return a.Before(b)
		}
		return items[i].ID < items[j].ID
	})
}
