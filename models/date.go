package models

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Date is a civil day without a time and without a zone: the day that is
// printed in a document. Deadlines are Dates because "by 30 September" is the
// same day whoever reads it; only "which day is it now" needs a zone (DateIn).
//
// The zero Date means "no date". Dates compare with == and serve as map keys.
// Years 1 to 9999 can be held, which is what ISO 8601, SQLite and PostgreSQL
// all write with four digits.
type Date struct {
	year  int16
	month uint8
	day   uint8
}

// NewDate returns the given day, or the zero Date when there is no such day
// (30 February) or the year lies outside 1 to 9999. It does not roll over into
// the next month as time.Date does: a wrong date in a document must be seen.
func NewDate(year int, month time.Month, day int) Date {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return Date{}
	}
	return Date{int16(year), uint8(month), uint8(day)}
}

// ParseDate reads the ISO form 2006-01-02, nothing shorter and nothing longer.
// Its error names the text and is meant for a log or a developer.
func ParseDate(s string) (Date, error) {
	if len(s) == 10 && s[4] == '-' && s[7] == '-' {
		year, ok1 := digits(s[0:4])
		month, ok2 := digits(s[5:7])
		day, ok3 := digits(s[8:10])
		if ok1 && ok2 && ok3 {
			if d := NewDate(year, time.Month(month), day); !d.IsZero() {
				return d, nil
			}
			return Date{}, fmt.Errorf("date %q: there is no such day", s)
		}
	}
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return Date{}, fmt.Errorf("date %q: want YYYY-MM-DD", s)
}

func digits(s string) (int, bool) {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// DateIn returns the day that the instant t falls on in the zone loc. It is
// how "today" is computed: once per run, in the office's zone.
func DateIn(t time.Time, loc *time.Location) Date {
	return NewDate(t.In(loc).Date())
}

func daysIn(year int, month time.Month) int {
	switch month {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// IsZero reports whether d is "no date".
func (d Date) IsZero() bool { return d == Date{} }

// Year returns the year, 0 for no date.
func (d Date) Year() int { return int(d.year) }

// Month returns the month, 0 for no date.
func (d Date) Month() time.Month { return time.Month(d.month) }

// Day returns the day of the month, 0 for no date.
func (d Date) Day() int { return int(d.day) }

// String returns the ISO form 2006-01-02, or "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	b := make([]byte, 10)
	put := func(at, width, n int) {
		for i := at + width - 1; i >= at; i-- {
			b[i] = byte('0' + n%10)
			n /= 10
		}
	}
	put(0, 4, int(d.year))
	put(5, 2, int(d.month))
	put(8, 2, int(d.day))
	b[4], b[7] = '-', '-'
	return string(b)
}

// utc is midnight UTC of the day: the bridge to package time, whose day
// arithmetic is exact in UTC because UTC has no skipped hours.
func (d Date) utc() time.Time {
	return time.Date(int(d.year), time.Month(d.month), int(d.day), 0, 0, 0, 0, time.UTC)
}

// number counts days from 1 January 1970.
func (d Date) number() int { return int(d.utc().Unix() / 86400) }

// Time returns the first instant of the day in the zone loc: midnight, or the
// first hour that exists where a clock change skips midnight. For no date it
// returns the zero time.
func (d Date) Time(loc *time.Location) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	t := time.Date(int(d.year), time.Month(d.month), int(d.day), 0, 0, 0, 0, loc)
	if t.Day() != int(d.day) {
		// Midnight was skipped and package time fell back to the evening
		// before; an hour later the day has begun.
		t = t.Add(time.Hour)
	}
	return t
}

// Weekday returns the day of the week; for no date, Sunday.
func (d Date) Weekday() time.Weekday {
	if d.IsZero() {
		return time.Sunday
	}
	return d.utc().Weekday()
}

// ISOWeek returns the ISO 8601 year and week (1 to 53) of the day; the first
// days of January may belong to the last week of the year before. 0, 0 for no
// date.
func (d Date) ISOWeek() (year, week int) {
	if d.IsZero() {
		return 0, 0
	}
	return d.utc().ISOWeek()
}

// AddDays returns the day n days later, earlier for a negative n. No date
// stays no date; a result outside the years 1 to 9999 is no date.
func (d Date) AddDays(n int) Date {
	const span = 9999 * 366
	if d.IsZero() || n > span || n < -span {
		return Date{}
	}
	return NewDate(d.utc().AddDate(0, 0, n).Date())
}

// AddMonths returns the same day n months later, earlier for a negative n,
// held to the last day of a shorter month: 31 January + 1 month is the last
// day of February. No date stays no date; a result outside the years 1 to 9999
// is no date.
func (d Date) AddMonths(n int) Date {
	const span = 9999 * 12
	if d.IsZero() || n > span || n < -span {
		return Date{}
	}
	months := int(d.year)*12 + int(d.month) - 1 + n
	if months < 12 {
		return Date{}
	}
	year, month := months/12, time.Month(months%12+1)
	return NewDate(year, month, min(int(d.day), daysIn(year, month)))
}

// EndOfMonth returns the last day of the month; for no date, no date.
func (d Date) EndOfMonth() Date {
	if d.IsZero() {
		return d
	}
	return NewDate(int(d.year), time.Month(d.month), daysIn(int(d.year), time.Month(d.month)))
}

// Sub returns the number of days from e to d: 1 when d is the day after e. It
// is 0 when either is no date, so ask IsZero first.
func (d Date) Sub(e Date) int {
	if d.IsZero() || e.IsZero() {
		return 0
	}
	return d.number() - e.number()
}

// DaysUntil returns the number of days from d to e: today.DaysUntil(due) is
// the days left, negative when due has passed. It is 0 when either is no date.
func (d Date) DaysUntil(e Date) int { return e.Sub(d) }

// Compare returns -1 when d is before e, 1 when it is after, 0 when they are
// the same day. No date comes before every date.
func (d Date) Compare(e Date) int {
	switch {
	case d == e:
		return 0
	case d.key() < e.key():
		return -1
	}
	return 1
}

func (d Date) key() int { return int(d.year)<<16 | int(d.month)<<8 | int(d.day) }

// Before reports whether d is an earlier day than e. No date comes before
// every date, so test IsZero first where that matters.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is a later day than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// MarshalText writes the ISO form, or nothing for no date. It makes a Date
// usable as a JSON object key.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the ISO form; empty text is no date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// MarshalJSON writes "2006-01-02", or "" for no date.
func (d Date) MarshalJSON() ([]byte, error) { return []byte(`"` + d.String() + `"`), nil }

// UnmarshalJSON reads "2006-01-02"; "" and null are no date.
func (d *Date) UnmarshalJSON(data []byte) error {
	var s *string
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("date: want a string: %w", err)
	}
	if s == nil {
		*d = Date{}
		return nil
	}
	return d.UnmarshalText([]byte(*s))
}

// Value gives the database the text YYYY-MM-DD, or NULL for no date. Text
// sorts by day in SQLite, and PostgreSQL takes it for a date column.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads what a database driver hands over: NULL (no date), text (SQLite),
// or a time (PostgreSQL's date columns arrive as midnight UTC). Of a time, and
// of a text with a time part, the day is taken as written, without moving it
// to another zone.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case time.Time:
		if v.IsZero() {
			*d = Date{}
			return nil
		}
		read := NewDate(v.Date())
		if read.IsZero() {
			return fmt.Errorf("date: the year of %v is outside 1 to 9999", v)
		}
		*d = read
		return nil
	case []byte:
		return d.scanText(string(v))
	case string:
		return d.scanText(v)
	}
	return fmt.Errorf("date: cannot read a %T from the database", src)
}

func (d *Date) scanText(s string) error {
	if len(s) > 10 && strings.ContainsRune(" T", rune(s[10])) {
		s = s[:10]
	}
	return d.UnmarshalText([]byte(s))
}
