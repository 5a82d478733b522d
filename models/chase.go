package models

import "fmt"

// Post is whom a step of the ladder speaks to.
type Post string

const (
	PostContact Post = "contact" // the unit's 联络员
	PostLeader  Post = "leader"  // the unit's 分管领导
	PostLead    Post = "lead"    // the lead bureau
)

// Step is one rung of the ladder: so many working days before (negative) or
// after the reference day, that post is told.
type Step struct {
	Kind   NoticeKind
	Offset int // working days; negative before, 0 on the day, positive after
	To     Post
}

// Ladder is the default ladder of reminders and escalation: 7, 3 and 1 working
// days before; on the day; overdue: contact at +1, unit leader at +3, lead
// bureau at +7; then weekly. Practice differs from city to city.
var Ladder = []Step{
	{NoticeDue7, -7, PostContact},
	{NoticeDue3, -3, PostContact},
	{NoticeDue1, -1, PostContact},
	{NoticeDue0, 0, PostContact},
	{NoticeOverdue1, 1, PostContact},
	{NoticeOverdue3, 3, PostLeader},
	{NoticeOverdue7, 7, PostLead},
}

// Escalating reports whether the step climbs above the unit's contact: the
// escalate job sends those, the remind job the others.
func (s Step) Escalating() bool { return s.To != PostContact }

// day returns the working day on which the step falls. The day itself moves to
// the working day on or before it, so that nothing is told on a holiday.
func (s Step) day(ref Date, cal Calendar) Date {
	if s.Offset == 0 {
		return cal.PrevWorkday(ref)
	}
	return cal.AddWorkdays(ref, s.Offset)
}

// Chase is one thing that is due to be told about one assignment.
type Chase struct {
	Kind   NoticeKind
	To     Post
	Ref    Date   // the day chased against
	Period string // the ISO week of a repeated one, else ""
}

// Chases returns what is due to be told about the assignment on day today,
// told already or not: the caller's unique notice keys make it once. It looks
// at dates only, never at the last run, so that a missed day heals itself:
// per post the latest rung reached counts, earlier missed ones are merged
// into it. Nothing is due for an assignment that the unit has handed in.
//
// The ladder ends a week after the last rung; from then on contact and leader
// are told once per ISO week. What was past at issue is told to the contact
// once per ISO week from the week after issue, and climbs no further.
func Chases(a Assignment, today Date, cal Calendar, ladder []Step) []Chase {
	ref := a.ReferenceOn()
	if !a.State.Waiting() || ref.IsZero() || today.Before(a.IssuedOn) {
		return nil
	}
	if a.PastAtIssue() {
		if weekOf(today) == weekOf(a.IssuedOn) || today.Before(a.IssuedOn) {
			return nil
		}
		return []Chase{{NoticePast, PostContact, ref, weekOf(today)}}
	}
	latest := map[Post]Step{}
	var last Date
	for _, s := range ladder {
		d := s.day(ref, cal)
		if s.Offset > 0 {
			last = LaterDate(last, d)
		}
		if d.After(today) {
			continue
		}
		// a rung before the day is stale once the day has passed
		if s.Offset <= 0 && ref.Before(today) {
			continue
		}
		if was, ok := latest[s.To]; !ok || s.Offset > was.Offset {
			latest[s.To] = s
		}
	}
	weekly := !last.IsZero() && last.AddDays(6).Before(today)
	if weekly { // a later rung than any for these two
		delete(latest, PostContact)
		delete(latest, PostLeader)
	}
	var out []Chase
	for _, post := range []Post{PostContact, PostLeader, PostLead} {
		if s, ok := latest[post]; ok {
			out = append(out, Chase{s.Kind, post, ref, ""})
		}
	}
	if weekly {
		week := weekOf(today)
		out = append(out, Chase{NoticeWeekly, PostContact, ref, week}, Chase{NoticeWeekly, PostLeader, ref, week})
	}
	return out
}

// weekOf names d's ISO week: 2020-W42.
func weekOf(d Date) string {
	y, w := d.ISOWeek()
	return fmt.Sprintf("%04d-W%02d", y, w)
}

// WeekName names d's ISO week, as in 2020-W42.
func WeekName(d Date) string { return weekOf(d) }

// LaterDate returns the later of two days; zero is earlier than any.
func LaterDate(a, b Date) Date {
	if a.Before(b) {
		return b
	}
	return a
}

// EscalatingKind reports whether a notice kind belongs to the escalate job for
// the given post.
func (c Chase) EscalatingKind() bool { return c.To != PostContact }
