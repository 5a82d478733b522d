package jobs_test

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"duban/models"
	"duban/models/store/storetest"
)

// model says who must be told what, and when, from the words of the rules
// alone: it shares no code with the ladder that it checks, and reads nothing
// from the database. Its choices, where the rules leave one:
//
//   - A run tells, per recipient, only the latest rung reached; rungs that were
//     missed before it are merged into it and never told.
//   - A rung before or on the day is stale once the day has passed.
//   - The rung "on the day" of a deadline on a day off falls on the last working
//     day before it.
//   - Contact and leader are told weekly from the eighth calendar day after the
//     lead bureau was to be told; the lead bureau is told once.
//   - What was past at issue is told to the contact once a week, from the week
//     after the issue, and climbs no further.
//   - A new contact is told the rung reached, though his predecessor was.
//   - A unit without an active contact: the lead bureau is told once a week, as
//     long as there is something that its contact would be chased for. A unit
//     without a leader: the lead bureau is told in his place.
//   - Nothing is told on a day off.
type model struct {
	leads  []string
	units  map[string]*post
	duties map[string]*duty

	told             map[string]bool
	entries          []entry           // reminders, in the order told
	digests          map[string]string // "login week" → day
	remind, escalate models.Date
	digestWeek       string
}

// post is who holds a unit's posts: "" nobody, or nobody active.
type post struct{ contact, leader string }

// duty is an assignment as the model sees it.
type duty struct {
	unit    string
	ref     models.Date
	past    bool
	waiting bool
	since   []change // every change of waiting, in order
}

type change struct {
	at      time.Time
	waiting bool
}

// entry is one thing told: who, what kind, about which duty (or unit), against
// which deadline, in which week, on which day.
type entry struct {
	key string
	day models.Date
}

func newModel(o *office) *model {
	m := &model{leads: []string{"dw0-contact", "dw0-leader"}, units: map[string]*post{}, duties: map[string]*duty{},
		told: map[string]bool{}, digests: map[string]string{}}
	for code := range o.units {
		if code == "dw0" {
			continue
		}
		p := &post{code + "-contact", code + "-leader"}
		if code == "dw7" {
			p.leader = ""
		}
		m.units[code] = p
	}
	for name := range o.duties {
		var n int
		var unit string
		if _, err := fmt.Sscanf(name, "m%d %s", &n, &unit); err != nil {
			o.t.Fatal(err)
		}
		d := &duty{unit: unit, waiting: true}
		if dueDates[n-1] != "" {
			d.ref = day(dueDates[n-1])
		}
		d.past = n == 1
		m.duties[name] = d
	}
	return m
}

func (m *model) set(name string, now time.Time, waiting bool) {
	d := m.duties[name]
	d.waiting = waiting
	d.since = append(d.since, change{now, waiting})
}

// waitingAt reports whether the unit had the duty in hand at an instant.
func (d *duty) waitingAt(t time.Time) bool {
	w := true
	for _, c := range d.since {
		if !c.at.After(t) {
			w = c.waiting
		}
	}
	return w
}

// The working days of the autumn of 2020, from the State Council's notice:
// 1 to 8 October off, Sunday 27 September and Saturday 10 October worked.
func works(d models.Date) bool {
	switch s := d.String(); {
	case s == "2020-09-27" || s == "2020-10-10":
		return true
	case s >= "2020-10-01" && s <= "2020-10-08":
		return false
	}
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

var workingDays = func() (out []models.Date) {
	for d := day("2020-07-01"); d.Before(day("2021-06-30")); d = d.AddDays(1) {
		if works(d) {
			out = append(out, d)
		}
	}
	return out
}()

// rung returns the day of the nth working day after (before) ref.
func rung(ref models.Date, n int) models.Date {
	// i is the first working day after ref
	i := sort.Search(len(workingDays), func(i int) bool { return workingDays[i].After(ref) })
	switch {
	case n > 0:
		return workingDays[i+n-1]
	case n == 0:
		return workingDays[i-1]
	}
	if workingDays[i-1] == ref {
		i--
	}
	return workingDays[i+n]
}

func week(d models.Date) string {
	y, w := d.ISOWeek()
	return fmt.Sprintf("%d-W%02d", y, w)
}

// contactIs returns what the contact of a duty must have been told on day: the
// kind and the week, or nothing.
func (d *duty) contactIs(day models.Date) (kind, period string) {
	switch {
	case !d.waiting || d.ref.IsZero():
		return "", ""
	case d.past:
		if week(day) > week(models.DateIn(issuedAt, storetest.Zone)) {
			return "past", week(day)
		}
		return "", ""
	case d.weekly(day):
		return "weekly", week(day)
	case day.After(d.ref):
		if !day.Before(rung(d.ref, 1)) {
			return "overdue-1", ""
		}
		return "", ""
	case !day.Before(rung(d.ref, 0)):
		return "due-0", ""
	}
	for _, n := range []int{1, 3, 7} {
		if !day.Before(rung(d.ref, -n)) {
			return fmt.Sprintf("due-%d", n), ""
		}
	}
	return "", ""
}

func (d *duty) weekly(day models.Date) bool {
	return day.Sub(rung(d.ref, 7)) > 6
}

// tick does what is due at now: each part once a day, from its time on.
func (m *model) tick(now time.Time) {
	now = now.In(storetest.Zone)
	today := models.DateIn(now, storetest.Zone)
	if !works(today) {
		return
	}
	clock := now.Format("15:04")
	if clock >= "08:10" && m.remind != today {
		m.remind = today
		for _, name := range m.sorted() {
			d := m.duties[name]
			if kind, period := d.contactIs(today); kind != "" {
				m.tell(today, m.units[d.unit].contact, kind, name, d.ref, period)
			}
		}
	}
	if clock >= "08:20" && m.escalate != today {
		m.escalate = today
		m.climb(today)
	}
	first := monday(today)
	for !works(first) {
		first = first.AddDays(1)
	}
	if w := week(today); w != m.digestWeek && (today.After(first) || today == first && clock >= "08:30") {
		m.digestWeek = w
		m.weeklyDigest(today)
	}
}

func (m *model) climb(today models.Date) {
	for _, name := range m.sorted() {
		d := m.duties[name]
		p := m.units[d.unit]
		if kind, _ := d.contactIs(today); kind != "" && p.contact == "" {
			for _, l := range m.leads {
				m.tell(today, l, "no-contact", d.unit, models.Date{}, week(today))
			}
		}
		if !d.waiting || d.ref.IsZero() || d.past {
			continue
		}
		kind, period := "", ""
		switch {
		case d.weekly(today):
			kind, period = "weekly", week(today)
		case !today.Before(rung(d.ref, 3)):
			kind = "overdue-3"
		}
		if kind != "" {
			to := []string{p.leader}
			if p.leader == "" {
				to = m.leads
			}
			for _, u := range to {
				m.tell(today, u, kind, name, d.ref, period)
			}
		}
		if !today.Before(rung(d.ref, 7)) {
			for _, l := range m.leads {
				m.tell(today, l, "overdue-7", name, d.ref, "")
			}
		}
	}
}

func (m *model) tell(today models.Date, who, kind, what string, ref models.Date, period string) {
	if who == "" {
		return
	}
	k := strings.Join([]string{who, kind, what, ref.String(), period}, "|")
	if !m.told[k] {
		m.told[k] = true
		m.entries = append(m.entries, entry{k, today})
	}
}

// weeklyDigest: the lead office always has something to read in these weeks;
// a unit's contact has one when the unit has anything in hand.
func (m *model) weeklyDigest(today models.Date) {
	to := append([]string(nil), m.leads...)
	for code, p := range m.units {
		for _, d := range m.duties {
			if d.unit == code && d.waiting && p.contact != "" {
				to = append(to, p.contact)
				break
			}
		}
	}
	for _, u := range to {
		m.digests[u+" "+week(today)] = today.String()
	}
}

func (m *model) sorted() []string {
	out := make([]string, 0, len(m.duties))
	for name := range m.duties {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

func monday(d models.Date) models.Date {
	for d.Weekday() != time.Monday {
		d = d.AddDays(-1)
	}
	return d
}
