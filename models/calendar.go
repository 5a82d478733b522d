package models

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// HolidayKind says what an entry of the holiday table makes of its day.
type HolidayKind string

const (
	HolidayOff  HolidayKind = "off"  // 放假: nobody works
	HolidayWork HolidayKind = "work" // 调休上班: a weekend day that is worked
)

// Holiday is one day of the official table: the annual notice of the General
// Office of the State Council on holidays (国务院办公厅关于…年部分节假日安排的通知).
// Weekend days inside a holiday are entries too.
//
// Name is the festival's own name (春节, 国庆节) on the day of the festival
// itself, several joined by 、 when they fall together, and a longer name
// (春节假期, 春节调休上班) on the days around it; FestivalEve relies on that.
type Holiday struct {
	Date Date
	Kind HolidayKind
	Name string
}

// Calendar knows which days are worked. It is a value that never changes after
// NewCalendar, so it may be shared between goroutines. The zero Calendar knows
// weekends only.
type Calendar struct {
	days  map[Date]Holiday
	eves  map[festival]Date
	years []int
}

type festival struct {
	name string
	year int
}

// NewCalendar builds a calendar from the entries of one or more tables. When a
// day occurs twice the later entry wins, so that an office can put its own
// entries after the official ones. Entries without a date are ignored.
func NewCalendar(days []Holiday) Calendar {
	c := Calendar{days: make(map[Date]Holiday, len(days)), eves: map[festival]Date{}}
	for _, h := range days {
		if !h.Date.IsZero() {
			c.days[h.Date] = h
		}
	}
	for d, h := range c.days {
		if h.Kind != HolidayOff {
			continue
		}
		for _, name := range strings.Split(h.Name, "、") {
			f, eve := festival{name, d.Year()}, d.AddDays(-1)
			// A table that names every day of the holiday alike gives the
			// eve of its first day.
			if known, ok := c.eves[f]; !ok || eve.Before(known) {
				c.eves[f] = eve
			}
		}
		// Every annual notice lists National Day, and a stray entry of an
		// office, or the New Year's holiday that begins in December, does
		// not: so 1 October tells a loaded year from a touched one.
		if d.Month() == time.October && d.Day() == 1 {
			c.years = append(c.years, d.Year())
		}
	}
	slices.Sort(c.years)
	return c
}

// Covers reports whether the official table of the year is loaded. Without it
// only weekends count as days off, which is wrong around every festival, so
// whoever computes a limit in such a year should say so.
func (c Calendar) Covers(year int) bool {
	_, ok := slices.BinarySearch(c.years, year)
	return ok
}

// Years returns the years whose official table is loaded, in order.
func (c Calendar) Years() []int { return slices.Clone(c.years) }

// Holiday returns the table's entry for the day, if it has one.
func (c Calendar) Holiday(d Date) (Holiday, bool) {
	h, ok := c.days[d]
	return h, ok
}

// Holidays returns all entries, in the order of their days.
func (c Calendar) Holidays() []Holiday {
	out := make([]Holiday, 0, len(c.days))
	for _, h := range c.days {
		out = append(out, h)
	}
	slices.SortFunc(out, func(a, b Holiday) int { return a.Date.Compare(b.Date) })
	return out
}

// IsWorkday reports whether the day is worked: Monday to Friday, unless the
// table says otherwise. No date is not a working day.
func (c Calendar) IsWorkday(d Date) bool {
	if d.IsZero() {
		return false
	}
	if h, ok := c.days[d]; ok {
		return h.Kind == HolidayWork
	}
	w := d.Weekday()
	return w != time.Saturday && w != time.Sunday
}

// AddWorkdays returns the nth working day after d, or before d when n is
// negative. The day d itself is not counted, whether it is worked or not
// (Civil Code art. 201: the first day of a period is not counted), so 5
// working days after a Friday is the next Friday. For n = 0 it is d. The
// result is no date when d is, or when it would leave the years 1 to 9999.
func (c Calendar) AddWorkdays(d Date, n int) Date {
	step := 1
	if n < 0 {
		step = -1
	}
	for n != 0 && !d.IsZero() {
		d = d.AddDays(step)
		if c.IsWorkday(d) {
			n -= step
		}
	}
	return d
}

// WorkdaysBetween counts the working days from a to b: a itself is not
// counted, b is. It is negative when b lies before a, and the inverse of
// AddWorkdays: WorkdaysBetween(d, AddWorkdays(d, n)) = n. It is 0 when either
// is no date.
func (c Calendar) WorkdaysBetween(a, b Date) int {
	if a.IsZero() || b.IsZero() {
		return 0
	}
	step := 1
	if b.Before(a) {
		step = -1
	}
	n := 0
	for d := a; d != b; {
		d = d.AddDays(step)
		if c.IsWorkday(d) {
			n += step
		}
	}
	return n
}

// NextWorkday returns the first working day on or after d.
func (c Calendar) NextWorkday(d Date) Date { return c.roll(d, 1) }

// PrevWorkday returns the last working day on or before d.
func (c Calendar) PrevWorkday(d Date) Date { return c.roll(d, -1) }

func (c Calendar) roll(d Date, step int) Date {
	for !d.IsZero() && !c.IsWorkday(d) {
		d = d.AddDays(step)
	}
	return d
}

// fixedFestivals fall on the same day each year by law (State Council order on
// public holidays, 全国年节及纪念日放假办法), so that no table is needed.
var fixedFestivals = map[string]struct {
	month time.Month
	day   int
}{"元旦": {time.January, 1}, "劳动节": {time.May, 1}, "国庆节": {time.October, 1}}

// FestivalEve returns the day before the named festival of the year: 国庆节 2020
// is 2020-09-30, 元旦 2021 is 2020-12-31, 春节 2021 is 2021-02-11 (除夕). Names are
// those of the table: 元旦, 春节, 清明节, 劳动节, 端午节, 中秋节, 国庆节. It reports
// false for a movable festival of a year that the table lacks, and for a name
// that it does not know.
func (c Calendar) FestivalEve(name string, year int) (Date, bool) {
	if f, ok := fixedFestivals[name]; ok {
		eve := NewDate(year, f.month, f.day).AddDays(-1)
		return eve, !eve.IsZero()
	}
	eve, ok := c.eves[festival{name, year}]
	return eve, ok && !eve.IsZero()
}

// CalendarFault says what is wrong with a line of a holiday table.
type CalendarFault string

const (
	CalendarNotText   CalendarFault = "encoding"  // not UTF-8
	CalendarTooLong   CalendarFault = "too_long"  // over maxCalendarSize
	CalendarNoHeader  CalendarFault = "header"    // the first line is not date,kind,name
	CalendarBadLine   CalendarFault = "columns"   // not three fields, or broken quotes
	CalendarBadDate   CalendarFault = "date"      // not YYYY-MM-DD, or no such day
	CalendarBadKind   CalendarFault = "kind"      // neither off nor work
	CalendarNoName    CalendarFault = "name"      // empty
	CalendarDuplicate CalendarFault = "duplicate" // the day stands on an earlier line
	CalendarEmpty     CalendarFault = "empty"     // a header and nothing more
)

// CalendarError is one fault of a holiday table. Line counts from 1. Text is
// what stands there.
type CalendarError struct {
	Line  int
	Fault CalendarFault
	Text  string
}

var calendarFaults = map[CalendarFault]string{
	CalendarNotText:   "the text is not UTF-8",
	CalendarTooLong:   "the table is longer than 1 MiB",
	CalendarNoHeader:  "want the header date,kind,name",
	CalendarBadLine:   "want three fields: date,kind,name",
	CalendarBadDate:   "want a date as YYYY-MM-DD",
	CalendarBadKind:   "want the kind off or work",
	CalendarNoName:    "the name is missing",
	CalendarDuplicate: "this day is listed before",
	CalendarEmpty:     "the table lists no day",
}

// Error implements error: line 7: want the kind off or work (here: "of").
func (e *CalendarError) Error() string {
	s := fmt.Sprintf("line %d: %s", e.Line, calendarFaults[e.Fault])
	if e.Text != "" {
		s += fmt.Sprintf(" (here: %q)", e.Text)
	}
	return s
}

const (
	maxCalendarSize   = 1 << 20
	maxCalendarErrors = 20
)

// ParseCalendarCSV reads a holiday table: UTF-8, comment lines that begin with
// #, the header date,kind,name, then one day a line. The kind is off or work.
// Either every line is good and all days are returned, or none are and the
// error joins a *CalendarError for each bad line (the first 20).
func ParseCalendarCSV(r io.Reader) ([]Holiday, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxCalendarSize+1))
	if err != nil {
		return nil, fmt.Errorf("holiday table: %w", err)
	}
	if len(data) > maxCalendarSize {
		return nil, &CalendarError{Line: 1, Fault: CalendarTooLong}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // Excel's mark
	if !utf8.Valid(data) {
		return nil, &CalendarError{Line: badLine(data), Fault: CalendarNotText}
	}
	rd := csv.NewReader(bytes.NewReader(data))
	rd.Comment = '#'
	rd.FieldsPerRecord = -1 // counted here, for one kind of message
	rd.ReuseRecord = true

	var (
		days   []Holiday
		faults []error
		seen   = map[Date]bool{}
		header = false
	)
	for len(faults) < maxCalendarErrors {
		rec, err := rd.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line := 1
			var pe *csv.ParseError
			if errors.As(err, &pe) {
				line = pe.Line
			}
			// After a broken quote the rest of the file cannot be trusted.
			faults = append(faults, &CalendarError{Line: line, Fault: CalendarBadLine})
			break
		}
		line, _ := rd.FieldPos(0)
		for i := range rec {
			rec[i] = strings.TrimSpace(rec[i])
		}
		if !header {
			if !slices.Equal(rec, []string{"date", "kind", "name"}) {
				return nil, &CalendarError{Line: line, Fault: CalendarNoHeader, Text: strings.Join(rec, ",")}
			}
			header = true
			continue
		}
		h, fault := parseHoliday(rec, seen)
		if fault != nil {
			fault.Line = line
			faults = append(faults, fault)
			continue
		}
		seen[h.Date] = true
		days = append(days, h)
	}
	switch {
	case len(faults) > 0:
		return nil, errors.Join(faults...)
	case !header:
		return nil, &CalendarError{Line: 1, Fault: CalendarNoHeader}
	case len(days) == 0:
		return nil, &CalendarError{Line: 1, Fault: CalendarEmpty}
	}
	return days, nil
}

func parseHoliday(rec []string, seen map[Date]bool) (Holiday, *CalendarError) {
	if len(rec) != 3 {
		return Holiday{}, &CalendarError{Fault: CalendarBadLine, Text: strings.Join(rec, ",")}
	}
	d, err := ParseDate(rec[0])
	if err != nil {
		return Holiday{}, &CalendarError{Fault: CalendarBadDate, Text: rec[0]}
	}
	h := Holiday{Date: d, Kind: HolidayKind(rec[1]), Name: rec[2]}
	switch {
	case h.Kind != HolidayOff && h.Kind != HolidayWork:
		return Holiday{}, &CalendarError{Fault: CalendarBadKind, Text: rec[1]}
	case h.Name == "":
		return Holiday{}, &CalendarError{Fault: CalendarNoName}
	case seen[d]:
		return Holiday{}, &CalendarError{Fault: CalendarDuplicate, Text: rec[0]}
	}
	return h, nil
}

// badLine returns the number of the first line that is not UTF-8.
func badLine(data []byte) int {
	sc := bufio.NewScanner(bytes.NewReader(data))
	sc.Buffer(nil, maxCalendarSize+1)
	n := 0
	for sc.Scan() {
		n++
		if !utf8.Valid(sc.Bytes()) {
			break
		}
	}
	return n
}
