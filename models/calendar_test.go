package models

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
)

// official reads the table of one year that is shipped with the program.
func official(t *testing.T, year int) []Holiday {
	t.Helper()
	f, err := os.Open(fmt.Sprintf("../seeds/calendar/%d.csv", year))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	days, err := ParseCalendarCSV(f)
	if err != nil {
		t.Fatalf("%d: %v", year, err)
	}
	return days
}

func officialCalendar(t *testing.T) Calendar {
	t.Helper()
	var days []Holiday
	for year := 2019; year <= 2026; year++ {
		days = append(days, official(t, year)...)
	}
	return NewCalendar(days)
}

// The notices as they are worded: holidays from … to …, and the weekend days
// that are worked. Where a notice says 放假，与周末连休, the weekend is part of it.
var notices = []struct {
	year      int
	off, work string
}{
	{2019, "1-1 2-4..2-10 4-5..4-7 5-1..5-4 6-7..6-9 9-13..9-15 10-1..10-7", "2-2 2-3 4-28 5-5 9-29 10-12"},
	{2020, "1-1 1-24..2-2 4-4..4-6 5-1..5-5 6-25..6-27 10-1..10-8", "1-19 4-26 5-9 6-28 9-27 10-10"},
	{2021, "1-1..1-3 2-11..2-17 4-3..4-5 5-1..5-5 6-12..6-14 9-19..9-21 10-1..10-7", "2-7 2-20 4-25 5-8 9-18 9-26 10-9"},
	{2022, "1-1..1-3 1-31..2-6 4-3..4-5 4-30..5-4 6-3..6-5 9-10..9-12 10-1..10-7 12-31", "1-29 1-30 4-2 4-24 5-7 10-8 10-9"},
	{2023, "1-1..1-2 1-21..1-27 4-5 4-29..5-3 6-22..6-24 9-29..10-6 12-30..12-31", "1-28 1-29 4-23 5-6 6-25 10-7 10-8"},
	{2024, "1-1 2-10..2-17 4-4..4-6 5-1..5-5 6-8..6-10 9-15..9-17 10-1..10-7", "2-4 2-18 4-7 4-28 5-11 9-14 9-29 10-12"},
	{2025, "1-1 1-28..2-4 4-4..4-6 5-1..5-5 5-31..6-2 10-1..10-8", "1-26 2-8 4-27 9-28 10-11"},
	{2026, "1-1..1-3 2-15..2-23 4-4..4-6 5-1..5-5 6-19..6-21 9-25..9-27 10-1..10-7", "1-4 2-14 2-28 5-9 9-20 10-10"},
}

func TestOfficialTables(t *testing.T) {
	counts := map[int][2]int{2019: {28, 6}, 2020: {30, 6}, 2021: {31, 7}, 2022: {32, 7}, 2023: {28, 7}, 2024: {30, 8}, 2025: {28, 5}, 2026: {33, 6}}
	for _, n := range notices {
		want := map[Date]HolidayKind{}
		spell := func(text string, kind HolidayKind) {
			for _, span := range strings.Fields(text) {
				from, to, isSpan := strings.Cut(span, "..")
				if !isSpan {
					to = from
				}
				d, end := monthDay(t, n.year, from), monthDay(t, n.year, to)
				for ; !d.After(end); d = d.AddDays(1) {
					want[d] = kind
				}
			}
		}
		spell(n.off, HolidayOff)
		spell(n.work, HolidayWork)

		off, work := 0, 0
		for _, h := range official(t, n.year) {
			if want[h.Date] != h.Kind {
				t.Errorf("%v is listed as %s, the notice says %q", h.Date, h.Kind, want[h.Date])
			}
			delete(want, h.Date)
			weekend := h.Date.Weekday() == time.Saturday || h.Date.Weekday() == time.Sunday
			if h.Kind == HolidayWork {
				work++
				if !weekend {
					t.Errorf("%v, a %v, cannot be a make-up day", h.Date, h.Date.Weekday())
				}
			} else {
				off++
			}
		}
		for d, kind := range want {
			t.Errorf("%v (%s) is missing", d, kind)
		}
		if got := [2]int{off, work}; got != counts[n.year] {
			t.Errorf("%d: %v days off and worked, want %v", n.year, got, counts[n.year])
		}
	}
}

func monthDay(t *testing.T, year int, s string) Date {
	t.Helper()
	var m, d int
	if _, err := fmt.Sscanf(s, "%d-%d", &m, &d); err != nil {
		t.Fatal(s, err)
	}
	return NewDate(year, time.Month(m), d)
}

// The number of working days a year is public: 250 in 2019 and so on. It ties
// days off, make-up days and weekends together.
func TestWorkdaysOfYear(t *testing.T) {
	c := officialCalendar(t)
	for year, want := range map[int]int{2019: 250, 2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248} {
		if got := c.WorkdaysBetween(NewDate(year-1, 12, 31), NewDate(year, 12, 31)); got != want {
			t.Errorf("%d has %d working days, want %d", year, got, want)
		}
	}
}

func TestIsWorkday(t *testing.T) {
	c := officialCalendar(t)
	for s, want := range map[string]bool{
		"2020-10-13": true,                      // a Tuesday
		"2020-10-17": false,                     // a Saturday
		"2020-10-10": true,                      // a Saturday worked for the holiday
		"2020-10-08": false,                     // a Thursday off
		"2019-05-02": false, "2019-05-05": true, // Labour Day as changed in March 2019
		"2020-01-31": false, "2020-02-01": false, "2020-02-03": true, // the prolonged Spring Festival
	} {
		if got := c.IsWorkday(day(t, s)); got != want {
			t.Errorf("IsWorkday(%s) = %v", s, got)
		}
	}
	if c.IsWorkday(Date{}) {
		t.Error("no date is a working day")
	}
}

func TestAddWorkdays(t *testing.T) {
	c := officialCalendar(t)
	for _, x := range []struct {
		from string
		n    int
		want string
	}{
		{"2019-04-26", 5, "2019-05-06"}, // over the Labour Day with both its make-up days
		{"2019-10-08", -1, "2019-09-30"},
		{"2020-10-15", -7, "2020-09-29"}, // 14, 13, 12, 10, 9 Oct; 30, 29 Sep
		{"2020-09-30", 1, "2020-10-09"},
		{"2020-10-16", 5, "2020-10-23"}, // from a Friday
		{"2020-10-17", 1, "2020-10-19"}, // from a Saturday
		{"2020-10-03", 0, "2020-10-03"}, // nothing added, not even to a holiday
		{"2020-11-16", 0, "2020-11-16"},
	} {
		if got := c.AddWorkdays(day(t, x.from), x.n).String(); got != x.want {
			t.Errorf("%s %+d working days = %s, want %s", x.from, x.n, got, x.want)
		}
	}
	if got := c.AddWorkdays(day(t, "9999-12-30"), 10); !got.IsZero() {
		t.Errorf("past the last year: %v", got)
	}
	if n, m := c.WorkdaysBetween(Date{}, day(t, "2020-10-13")), c.WorkdaysBetween(day(t, "2020-10-13"), Date{}); n != 0 || m != 0 {
		t.Errorf("to or from no date: %d, %d working days", n, m)
	}
	if got := c.AddWorkdays(Date{}, 3); !got.IsZero() {
		t.Errorf("from no date: %v", got)
	}
}

// Whatever the table, the four functions agree with each other and with a
// count by hand.
func TestWorkdayLaws(t *testing.T) {
	c := officialCalendar(t)
	r := rand.New(rand.NewPCG(15, 3))
	first := day(t, "2018-06-01")
	for range 4000 {
		d := first.AddDays(r.IntN(365 * 10))
		n := r.IntN(81) - 40
		got := c.AddWorkdays(d, n)
		if back := c.WorkdaysBetween(d, got); back != n {
			t.Fatalf("%v %+d working days = %v, but %d lie between", d, n, got, back)
		}
		if n != 0 && !c.IsWorkday(got) {
			t.Fatalf("%v %+d working days = %v, a day off", d, n, got)
		}
		next, prev := c.NextWorkday(d), c.PrevWorkday(d)
		if !c.IsWorkday(next) || next.Before(d) || !c.IsWorkday(prev) || prev.After(d) {
			t.Fatalf("around %v: %v and %v", d, prev, next)
		}
		if c.IsWorkday(d) != (next == d) || c.IsWorkday(d) != (prev == d) {
			t.Fatalf("%v: next %v, prev %v", d, next, prev)
		}
		e := d.AddDays(r.IntN(800) - 400)
		a, b := d, e
		if b.Before(a) {
			a, b = b, a
		}
		count := 0
		for x := a.AddDays(1); !x.After(b); x = x.AddDays(1) {
			if c.IsWorkday(x) {
				count++
			}
		}
		if got := c.WorkdaysBetween(a, b); got != count {
			t.Fatalf("%v to %v: %d working days, counted %d", a, b, got, count)
		}
	}
}

func TestYearWithoutTable(t *testing.T) {
	c := officialCalendar(t)
	for year := 2019; year <= 2026; year++ {
		if !c.Covers(year) {
			t.Errorf("%d is not covered", year)
		}
	}
	if got := c.Years(); len(got) != 8 || got[0] != 2019 || got[7] != 2026 {
		t.Errorf("years %v", got)
	}
	for _, year := range []int{2018, 2027} {
		if c.Covers(year) {
			t.Errorf("%d is covered", year)
		}
	}
	if !c.IsWorkday(day(t, "2027-10-01")) || c.IsWorkday(day(t, "2027-10-02")) {
		t.Error("2027 must know weekends and nothing more")
	}
	// The end of December belongs to the next year's notice, and an office
	// may add a day of its own: neither makes a table.
	stray := NewCalendar([]Holiday{{day(t, "2026-12-31"), HolidayOff, "元旦假期"}, {day(t, "2026-05-04"), HolidayOff, "本地放假"}})
	if stray.Covers(2026) || stray.IsWorkday(day(t, "2026-12-31")) {
		t.Error("two stray days: covered, or not off")
	}
	var zero Calendar
	if zero.Covers(2020) || !zero.IsWorkday(day(t, "2020-10-01")) || zero.IsWorkday(day(t, "2020-10-10")) {
		t.Error("the zero Calendar must know weekends only")
	}
}

func TestLaterEntryWins(t *testing.T) {
	days := append(official(t, 2020), Holiday{day(t, "2020-10-08"), HolidayWork, "本市照常上班"})
	c := NewCalendar(days)
	h, ok := c.Holiday(day(t, "2020-10-08"))
	if !ok || !c.IsWorkday(h.Date) || h.Name != "本市照常上班" || len(c.Holidays()) != len(days)-1 {
		t.Errorf("%+v", h)
	}
	list := c.Holidays()
	for i := 1; i < len(list); i++ {
		if !list[i-1].Date.Before(list[i].Date) {
			t.Fatalf("%v stands before %v", list[i-1].Date, list[i].Date)
		}
	}
}

func TestFestivalEve(t *testing.T) {
	c := officialCalendar(t)
	for _, x := range []struct {
		name string
		year int
		want string // "" when it cannot be known
	}{
		{"国庆节", 2020, "2020-09-30"}, {"中秋节", 2020, "2020-09-30"}, {"元旦", 2021, "2020-12-31"},
		{"春节", 2019, "2019-02-04"}, {"春节", 2020, "2020-01-24"}, {"春节", 2021, "2021-02-11"}, {"春节", 2022, "2022-01-31"},
		{"春节", 2023, "2023-01-21"}, {"春节", 2024, "2024-02-09"}, {"春节", 2025, "2025-01-28"}, {"春节", 2026, "2026-02-16"},
		{"中秋节", 2023, "2023-09-28"}, {"国庆节", 2023, "2023-09-30"}, {"中秋节", 2025, "2025-10-05"},
		{"端午节", 2020, "2020-06-24"}, {"端午节", 2024, "2024-06-09"}, {"清明节", 2020, "2020-04-03"}, {"清明节", 2026, "2026-04-04"},
		{"劳动节", 2022, "2022-04-30"},
		{"国庆节", 2027, "2027-09-30"}, {"春节", 2027, ""}, {"重阳节", 2020, ""}, {"", 2020, ""}, {"元旦", 1, ""},
	} {
		got, ok := c.FestivalEve(x.name, x.year)
		if got.String() != x.want || ok != (x.want != "") {
			t.Errorf("eve of %s %d = %q, %v; want %q", x.name, x.year, got, ok, x.want)
		}
	}
	// A table that does not single out the day of the festival.
	plain := NewCalendar([]Holiday{{day(t, "2027-02-07"), HolidayOff, "春节"}, {day(t, "2027-02-05"), HolidayOff, "春节"},
		{day(t, "2027-02-06"), HolidayOff, "春节"}, {day(t, "2027-01-30"), HolidayWork, "春节"}})
	if got, ok := plain.FestivalEve("春节", 2027); !ok || got.String() != "2027-02-04" {
		t.Errorf("plain table: %v, %v", got, ok)
	}
}

func TestParseCalendarCSV(t *testing.T) {
	days, err := ParseCalendarCSV(strings.NewReader("\xef\xbb\xbf# 通知\r\ndate,kind,name\r\n2027-10-01, off ,国庆节\r\n# 本地\r\n\r\n2027-10-09,work,\"国庆节、调休\"\r\n"))
	want := []Holiday{{day(t, "2027-10-01"), HolidayOff, "国庆节"}, {day(t, "2027-10-09"), HolidayWork, "国庆节、调休"}}
	if err != nil || len(days) != 2 || days[0] != want[0] || days[1] != want[1] {
		t.Fatalf("%+v, %v", days, err)
	}

	const head = "# 通知\ndate,kind,name\n2027-10-01,off,国庆节\n"
	for _, x := range []struct {
		text string
		want string // line fault, …
	}{
		{"", "1 header"},
		{"# only a comment\n", "1 header"},
		{"2027-10-01,off,国庆节\n", "1 header"},
		{"日期,类型,名称\n", "1 header"},
		{"date,kind,name\n", "1 empty"},
		{head + "2027-10-32,off,国庆节\n", "4 date"},
		{head + "2027/10/2,off,国庆节\n", "4 date"},
		{head + "2027-10-02,of,国庆节\n", "4 kind"},
		{head + "2027-10-02,off,\n", "4 name"},
		{head + "2027-10-02,off\n", "4 columns"},
		{head + "2027-10-02,off,国庆节,x\n", "4 columns"},
		{head + "2027-10-01,work,国庆节\n", "4 duplicate"},
		{head + "2027-10-02,\"off,国庆节\n", "4 columns"},
		{head + "x,off,a\n2027-10-02,off,a\n2027-10-03,free,a\n", "4 date, 6 kind"},
		{head + "2027-10-02,off,\xb9\xfa\xc7\xec\n", "4 encoding"},
		{strings.Repeat("#", 1<<20) + "\n" + head, "1 too_long"},
	} {
		days, err := ParseCalendarCSV(strings.NewReader(x.text))
		if days != nil {
			t.Errorf("%.60q: half loaded: %v", x.text, days)
		}
		var got []string
		for _, e := range flatten(err) {
			var ce *CalendarError
			if !errors.As(e, &ce) {
				t.Fatalf("%.60q: %v is not a CalendarError", x.text, e)
			}
			got = append(got, fmt.Sprintf("%d %s", ce.Line, ce.Fault))
			if calendarFaults[ce.Fault] == "" || !strings.HasPrefix(ce.Error(), fmt.Sprintf("line %d: ", ce.Line)) {
				t.Errorf("%.60q: message %q", x.text, ce.Error())
			}
		}
		if s := strings.Join(got, ", "); s != x.want {
			t.Errorf("%.60q: %s, want %s", x.text, s, x.want)
		}
	}
	many := head + strings.Repeat("x,off,a\n", 500)
	if _, err := ParseCalendarCSV(strings.NewReader(many)); len(flatten(err)) != maxCalendarErrors {
		t.Errorf("500 bad lines give %d errors", len(flatten(err)))
	}
	broken := errors.New("disk")
	if _, err := ParseCalendarCSV(failingReader{broken}); !errors.Is(err, broken) {
		t.Errorf("a reader's error is lost: %v", err)
	}
}

func flatten(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }
