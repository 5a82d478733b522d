package models

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"
	_ "time/tzdata"
)

func day(t *testing.T, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestParseDate(t *testing.T) {
	for _, s := range []string{"2020-02-29", "0001-01-01", "9999-12-31", "2000-02-29"} {
		if got := day(t, s).String(); got != s {
			t.Errorf("ParseDate(%q).String() = %q", s, got)
		}
	}
	for _, s := range []string{"", "2020-2-29", "2021-02-29", "1900-02-29", "2020-13-01", "2020-00-10", "2020-09-31",
		"0000-01-01", "2020-09-30 ", "2020/09/30", "+020-01-01", "2020-09-3x", "2020-09-30T00:00:00Z", "2020年9月30日，省级要求完成时限为二〇二〇年九月底前"} {
		if d, err := ParseDate(s); err == nil || !d.IsZero() {
			t.Errorf("ParseDate(%q) = %v, %v; want an error and no date", s, d, err)
		}
	}
}

func TestNewDateDoesNotRollOver(t *testing.T) {
	if d := NewDate(2021, time.February, 29); !d.IsZero() {
		t.Errorf("29 February 2021 became %v", d)
	}
	if d := NewDate(10000, 1, 1); !d.IsZero() {
		t.Errorf("year 10000 became %v", d)
	}
}

func TestDateIn(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	instant := time.Date(2020, 10, 12, 16, 0, 0, 0, time.UTC) // midnight in Shanghai
	if got := DateIn(instant, shanghai).String(); got != "2020-10-13" {
		t.Errorf("at midnight: %s", got)
	}
	if got := DateIn(instant.Add(-time.Nanosecond), shanghai).String(); got != "2020-10-12" {
		t.Errorf("a moment before midnight: %s", got)
	}
	if got := day(t, "2020-10-13").Time(shanghai); !got.Equal(instant) {
		t.Errorf("Time = %v, want %v", got, instant)
	}
}

// Shanghai skipped midnight on 1 June 1940 (and São Paulo did so until 2018):
// the day began at 01:00.
func TestTimeWhereMidnightIsSkipped(t *testing.T) {
	for zone, s := range map[string]string{"Asia/Shanghai": "1940-06-01", "America/Sao_Paulo": "2018-11-04"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		d := day(t, s)
		start := d.Time(loc)
		if DateIn(start, loc) != d || DateIn(start.Add(-time.Nanosecond), loc) != d.AddDays(-1) {
			t.Errorf("%s: %v does not begin at %v", zone, d, start)
		}
	}
}

func TestAddMonths(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2021-01-31", 1, "2021-02-28"}, {"2020-01-31", 1, "2020-02-29"}, {"2020-03-31", -1, "2020-02-29"},
		{"2020-11-30", 3, "2021-02-28"}, {"2020-02-29", 12, "2021-02-28"}, {"2020-06-15", 0, "2020-06-15"},
		{"2020-01-15", -1, "2019-12-15"}, {"9999-12-01", 1, ""}, {"0001-01-31", -1, ""}, {"0001-02-28", -1, "0001-01-28"},
		{"2020-06-15", 1 << 40, ""},
	} {
		if got := day(t, c.from).AddMonths(c.n).String(); got != c.want {
			t.Errorf("%s + %d months = %q, want %q", c.from, c.n, got, c.want)
		}
	}
}

func TestISOWeekAndWeekday(t *testing.T) {
	for _, c := range []struct {
		date       string
		year, week int
		weekday    time.Weekday
	}{
		{"2020-12-31", 2020, 53, time.Thursday}, {"2021-01-03", 2020, 53, time.Sunday}, {"2021-01-04", 2021, 1, time.Monday},
		{"2019-12-30", 2020, 1, time.Monday}, {"2020-10-13", 2020, 42, time.Tuesday},
	} {
		d := day(t, c.date)
		if y, w := d.ISOWeek(); y != c.year || w != c.week || d.Weekday() != c.weekday {
			t.Errorf("%s = %d-W%d %v, want %d-W%d %v", c.date, y, w, d.Weekday(), c.year, c.week, c.weekday)
		}
	}
}

// Every rule below must hold for any two days; package time is the reference.
func TestDateArithmetic(t *testing.T) {
	r := rand.New(rand.NewPCG(2020, 1116))
	first := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 20000 {
		ta := first.AddDate(0, 0, r.IntN(3652059))
		tb := first.AddDate(0, 0, r.IntN(3652059))
		a, b := NewDate(ta.Date()), NewDate(tb.Date())
		days := int(tb.Sub(ta).Hours()) / 24
		if ta.Year() < 200 || tb.Year()-ta.Year() > 200 || ta.Year()-tb.Year() > 200 {
			days = int((tb.Unix() - ta.Unix()) / 86400) // a Duration holds 292 years
		}
		if a.DaysUntil(b) != days || b.Sub(a) != days || a.AddDays(days) != b {
			t.Fatalf("%v to %v: DaysUntil %d, AddDays %v, want %d days", a, b, a.DaysUntil(b), a.AddDays(days), days)
		}
		if a.Compare(b) != ta.Compare(tb) || a.Before(b) != ta.Before(tb) || a.After(b) != ta.After(tb) {
			t.Fatalf("%v and %v compare wrongly", a, b)
		}
		if back, err := ParseDate(a.String()); err != nil || back != a {
			t.Fatalf("%v reads back as %v, %v", a, back, err)
		}
		if a.Weekday() != ta.Weekday() {
			t.Fatalf("%v is a %v, not a %v", a, ta.Weekday(), a.Weekday())
		}
		if end := a.EndOfMonth(); end.Month() != a.Month() || end.AddDays(1).Day() != 1 && end.String() != "9999-12-31" {
			t.Fatalf("%v: end of month %v", a, end)
		}
		n := r.IntN(600) - 300
		if m := a.AddMonths(n); !m.IsZero() && (m.Day() > a.Day() || (m.Year()-a.Year())*12+int(m.Month()-a.Month()) != n) {
			t.Fatalf("%v + %d months = %v", a, n, m)
		}
	}
}

func TestNoDate(t *testing.T) {
	var none Date
	d := day(t, "2020-09-30")
	if !none.IsZero() || none.String() != "" || d.IsZero() {
		t.Error("the zero Date is not 'no date'")
	}
	if !none.AddDays(1).IsZero() || !none.AddMonths(1).IsZero() || !none.EndOfMonth().IsZero() {
		t.Error("arithmetic made a date out of no date")
	}
	if none.DaysUntil(d) != 0 || d.Sub(none) != 0 || !none.Before(d) || !d.After(none) {
		t.Error("no date does not come before every date at distance 0")
	}
	if none.Weekday() != time.Sunday {
		t.Errorf("no date is a %v", none.Weekday())
	}
	if y, w := none.ISOWeek(); y != 0 || w != 0 || !none.Time(time.UTC).IsZero() {
		t.Error("no date has a week or an instant")
	}
	if !d.AddDays(1<<40).IsZero() || !d.AddDays(-1<<40).IsZero() {
		t.Error("a day outside the years 1 to 9999 was returned")
	}
}

func TestDateJSON(t *testing.T) {
	type row struct {
		Date Date          `json:"date"`
		Zero Date          `json:"zero"`
		Omit Date          `json:"omit,omitzero"`
		ByID map[Date]bool `json:"by"`
	}
	in := row{Date: day(t, "2020-09-30"), ByID: map[Date]bool{day(t, "2020-10-15"): true}}
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"date":"2020-09-30","zero":"","by":{"2020-10-15":true}}`
	if string(data) != want {
		t.Fatalf("got  %s\nwant %s", data, want)
	}
	var out row
	if err := json.Unmarshal(data, &out); err != nil || out.Date != in.Date || !out.Zero.IsZero() || !out.ByID[day(t, "2020-10-15")] {
		t.Fatalf("read back %+v, %v", out, err)
	}
	d := in.Date
	if err := json.Unmarshal([]byte(`null`), &d); err != nil || !d.IsZero() {
		t.Errorf("null = %v, %v", d, err)
	}
	for _, bad := range []string{`"2020-02-30"`, `20200930`, `"30.9.2020"`} {
		d := in.Date
		if err := json.Unmarshal([]byte(bad), &d); err == nil || d != in.Date {
			t.Errorf("%s was read as %v, %v; a bad date must leave the old one", bad, d, err)
		}
	}
}

func TestDateInDatabase(t *testing.T) {
	d := day(t, "2020-09-30")
	if v, err := d.Value(); err != nil || v != "2020-09-30" {
		t.Errorf("Value = %v, %v", v, err)
	}
	if v, err := (Date{}).Value(); err != nil || v != nil {
		t.Errorf("Value of no date = %v, %v", v, err)
	}
	cst := time.FixedZone("CST", 8*3600)
	for _, src := range []any{"2020-09-30", []byte("2020-09-30"), "2020-09-30 00:00:00+00:00", "2020-09-30T16:00:00Z",
		time.Date(2020, 9, 30, 0, 0, 0, 0, time.UTC), time.Date(2020, 9, 30, 0, 0, 0, 0, cst)} {
		var got Date
		if err := got.Scan(src); err != nil || got != d {
			t.Errorf("Scan(%v) = %v, %v", src, got, err)
		}
	}
	for _, src := range []any{nil, "", []byte(nil), time.Time{}} {
		got := d
		if err := got.Scan(src); err != nil || !got.IsZero() {
			t.Errorf("Scan(%v) = %v, %v; want no date", src, got, err)
		}
	}
	for _, src := range []any{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "2020-9-30", "2020-09-30x", int64(20200930), 1.5, true} {
		got := d
		if err := got.Scan(src); err == nil || got != d {
			t.Errorf("Scan(%v) = %v, %v; want an error and the old value", src, got, err)
		}
	}
}
