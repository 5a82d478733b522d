package view

import (
	"fmt"
	"html/template"
	"strconv"
	"time"

	"duban/app/i18n"
	"duban/static"
)

// Locale writes values in one language.
type Locale struct {
	Lang  i18n.Lang
	cat   *i18n.Catalogue
	today func() string
}

// funcs are the functions that templates of this language call.
func (l *Locale) funcs() template.FuncMap {
	m := template.FuncMap{
		"T":        l.T,
		"num":      func(n int) string { return i18n.Number(int64(n)) },
		"day":      l.Day,
		"weekday":  l.Weekday,
		"stamp":    l.Stamp,
		"stampw":   l.StampWeekday,
		"daysleft": l.DaysLeft,
		"daysin":   l.DaysIn,
		"icon":     icon,
		"sprite":   sprite,
		"asset":    static.Path,
		"htmllang": l.Lang.Tag,
		"fieldErr": fieldErr,
		"emptyOf":  emptyOf,
		"lampOf":   l.lampOf,
		"barText":  l.barText,
	}
	for _, more := range moreFuncs {
		for name, f := range more(l) {
			if _, ok := m[name]; ok {
				panic("view: two template functions are called " + name)
			}
			m[name] = f
		}
	}
	return m
}

// T returns a message of the catalogue. Whole numbers among args get thousands
// commas: pass a year as text.
func (l *Locale) T(key string, args ...any) string { return l.cat.T(l.Lang, key, args...) }

// split takes "2020-10-15" or "2020-10-15 08:51" apart; ok is false for
// anything else, which is then shown as it is.
func split(s string) (y, m, d int, clock string, ok bool) {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return 0, 0, 0, "", false
	}
	var err [3]error
	y, err[0] = strconv.Atoi(s[:4])
	m, err[1] = strconv.Atoi(s[5:7])
	d, err[2] = strconv.Atoi(s[8:10])
	if err != [3]error{} || m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, 0, 0, "", false
	}
	if len(s) >= 16 && (s[10] == ' ' || s[10] == 'T') {
		clock = s[11:16]
	}
	return y, m, d, clock, true
}

var months = [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

// Day writes the day of "2020-10-15" or of "2020-10-15 08:51": 10月15日, 15 Oct,
// with the year where it is not this one. "" stays "".
func (l *Locale) Day(s string) string {
	y, m, d, _, ok := split(s)
	if !ok {
		return s
	}
	year := false
	if l.today != nil {
		today := l.today()
		year = len(today) >= 4 && today[:4] != s[:4]
	}
	switch {
	case l.Lang == i18n.EN && year:
		return fmt.Sprintf("%d %s %d", d, months[m-1], y)
	case l.Lang == i18n.EN:
		return strconv.Itoa(d) + " " + months[m-1]
	case year:
		return fmt.Sprintf("%d年%d月%d日", y, m, d)
	}
	return strconv.Itoa(m) + "月" + strconv.Itoa(d) + "日"
}

var (
	weekdaysZH = [...]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}
	weekdaysEN = [...]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
)

// Weekday writes the day with its weekday: 10月13日 星期二, Tue 13 Oct.
func (l *Locale) Weekday(s string) string {
	y, m, d, _, ok := split(s)
	if !ok {
		return s
	}
	w := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Weekday()
	if l.Lang == i18n.EN {
		return weekdaysEN[w] + " " + l.Day(s)
	}
	return l.Day(s) + " " + weekdaysZH[w]
}

// Stamp writes an instant in the office's zone: 10月12日 17:20, 12 Oct 17:20.
func (l *Locale) Stamp(s string) string {
	_, _, _, clock, ok := split(s)
	if !ok || clock == "" {
		return l.Day(s)
	}
	return l.Day(s) + " " + clock
}

// StampWeekday is Stamp with the weekday: 10月12日 星期一 08:30.
func (l *Locale) StampWeekday(s string) string {
	_, _, _, clock, ok := split(s)
	if !ok || clock == "" {
		return l.Weekday(s)
	}
	return l.Weekday(s) + " " + clock
}

// DaysLeft says how far a deadline is: 还有 2 天, 今天到期, 已过 13 天 (negative n).
func (l *Locale) DaysLeft(n int) string {
	switch {
	case n > 0:
		return l.T("days.left", n)
	case n == 0:
		return l.T("days.today")
	}
	return l.T("days.ago", -n)
}

// DaysIn names a day by its distance: 今天, 明天, 后天, 5 天后; 昨天, 3 天前.
func (l *Locale) DaysIn(n int) string {
	switch {
	case n < -1:
		return l.T("days.before", -n)
	case n == -1:
		return l.T("days.yesterday")
	case n <= 2:
		return l.T("days.in_" + strconv.Itoa(n))
	}
	return l.T("days.in", n)
}

// NowLine is the line above a heading: the day of s, and its time as that of
// the data: 10月13日 星期二 · 数据截至 09:00.
func (l *Locale) NowLine(s string) string {
	_, _, _, clock, ok := split(s)
	if !ok || clock == "" {
		return l.Weekday(s)
	}
	return l.Weekday(s) + " · " + l.T("shell.as_of", clock)
}
