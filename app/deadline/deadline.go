// Package deadline reads the wording of deadlines in official documents:
// 2020年9月底前, 三季度末, 国庆节前, 每月5日前, 收到通知后5个工作日内.
//
// It owns the grammar: which words name a day, and how a cell with several
// numbered deadlines falls apart. It reads text and computes days; it knows no
// database, no clock and no document format. What it cannot read, or reads
// with a doubt, it says (Result.Notes), so that a person decides.
package deadline

import (
	"errors"
	"strings"
	"unicode/utf8"

	"duban/models"
)

// MaxLen is the longest wording that Parse takes, in bytes. A deadline cell is
// a line or two; what is longer is not a deadline.
const MaxLen = 8192

// Errors of Parse.
var (
	ErrTooLong = errors.New("deadline: the wording is longer than 8192 bytes")
	ErrNotText = errors.New("deadline: the wording is not UTF-8")
)

// Context is what the wording leaves out.
type Context struct {
	PlanYear int             // the plan's year, 0 when it has none
	Issued   models.Date     // the document's date, zero when unknown
	Calendar models.Calendar // festivals and working days
}

// Result is one deadline as read.
type Result struct {
	// Item is the number printed before it (2 of "2.2020年10月15日前。"), which
	// pairs it with the measure and the unit of the same number; 0 without.
	Item int
	// Text is the wording as written, without the item number and with broken
	// lines joined.
	Text string
	// Date is the day, inclusive. It is zero for ongoing and recurring duties,
	// for limits that count from signing, and where no day could be found.
	Date models.Date
	// Kind is how it is worded; "" when it was not understood (NoteUnknown).
	Kind models.DeadlineKind
	// RRule is the RFC 5545 rule of a recurring duty, one occurrence per
	// period. Parts used: FREQ, INTERVAL (counted from the issue), BYMONTH,
	// BYMONTHDAY, BYDAY, BYSETPOS, UNTIL.
	RRule string
	// Relative is the limit that counts from an event; its zero value is none.
	Relative Relative
	// Slip marks a slip of the pen that was read as meant: 10月15日底前 as
	// 15 October, 9月31日 as 30 September. NoteSlip is among the notes.
	Slip bool
	// Notes are the doubts, for a person to confirm.
	Notes []Note
}

// Anchor is the event that a relative limit counts from.
type Anchor string

const (
	FromIssue Anchor = "issue" // 印发之日起
	FromSign  Anchor = "sign"  // 收到通知后: each unit's own signing 签收
)

// Unit is what a relative limit counts.
type Unit string

const (
	Days     Unit = "day"
	Workdays Unit = "workday"
	Months   Unit = "month"
)

// Relative is a limit that counts from an event. The zero value is none.
type Relative struct {
	From Anchor
	N    int
	Unit Unit
}

// On returns the last day of the limit when its event falls on start. The day
// of the event is not counted (Civil Code art. 201); a limit in months ends on
// the same day of the month, or on the month's last day where that is missing
// (art. 202).
func (r Relative) On(start models.Date, cal models.Calendar) models.Date {
	switch r.Unit {
	case Workdays:
		return cal.AddWorkdays(start, r.N)
	case Months:
		return start.AddMonths(r.N)
	case Days:
		return start.AddDays(r.N)
	}
	return models.Date{}
}

// Note is a doubt about a reading.
type Note string

const (
	NoteUnknown    Note = "unknown"     // the wording was not understood
	NoteSlip       Note = "slip"        // a slip of the pen, read as meant
	NoteYear       Note = "year"        // no year is written, and the plan's year puts it before the issue
	NoteNoYear     Note = "no_year"     // no year is written, and neither plan year nor issue date is known
	NoteBoundary   Note = "boundary"    // 9月前, 2020年前: read with the month or year included
	NoteApprox     Note = "approximate" // 月初, 月中, 左右, a day without its month, 三、四月
	NoteAnchor     Note = "anchor"      // 30日内 without "from when": read as from the issue
	NoteNoCalendar Note = "no_calendar" // the holiday table of the year is missing
	NoteNumbering  Note = "numbering"   // the item numbers jump, or stop before the end of the cell
)

// Message returns the doubt as a Chinese sentence for a plan's problem list.
func (n Note) Message() string { return messages[n] }

var messages = map[Note]string{
	NoteUnknown:    "未能识别完成时限，请人工填写。",
	NoteSlip:       "时限写法有笔误（如“10月15日底前”或不存在的日期），已按本意取值，请确认。",
	NoteYear:       "原文未写年份，按方案年份推算的日期早于印发日期，请确认年份。",
	NoteNoYear:     "原文未写年份，且方案年份和印发日期均缺，无法推算日期。",
	NoteBoundary:   "“×月前”“×年前”已按含当月（当年）计算，请确认是否含当月（当年）。",
	NoteApprox:     "时限为约数或写法不完整（如月初、左右、只写“15日前”），所取日期请确认。",
	NoteAnchor:     "原文未写明起算日，已按印发之日起算，请确认。",
	NoteNoCalendar: "缺少该年度节假日安排，日期无法推算或只按双休日推算，请补充节假日表后核对。",
	NoteNumbering:  "序号不连续，或有未编号的时限，与措施、单位的对应关系请人工确认。",
}

func (r *Result) note(n Note) {
	for _, have := range r.Notes {
		if have == n {
			return
		}
	}
	r.Notes = append(r.Notes, n)
	r.Slip = r.Slip || n == NoteSlip
}

// Parse reads the wording of one deadline cell. It returns at least one
// result, in the order of the text: one per numbered item, and more where an
// item names several days ("…前。并持续推进" is a day, then an ongoing duty). An
// empty cell is the plan's default, the end of its year, as DeadlineImplied.
//
// Its errors are ErrTooLong and ErrNotText; a wording that it does not
// understand is a Result with NoteUnknown, not an error. It takes time linear
// in the length of the text.
func Parse(text string, ctx Context) ([]Result, error) {
	if len(text) > MaxLen {
		return nil, ErrTooLong
	}
	if !utf8.ValidString(text) {
		return nil, ErrNotText
	}
	src := normalise(text)
	var out []Result
	items := split(src)
	for _, it := range items {
		if it.no == 0 && len(items) > 1 && src.blank(it.from, it.to) {
			continue
		}
		out = append(out, readItem(src, it, ctx)...)
	}
	checkNumbering(out)
	return out, nil
}

// readItem reads the text of one item.
func readItem(src source, it item, ctx Context) []Result {
	if src.blank(it.from, it.to) {
		return []Result{implied(src.raw(it.from, it.to), it.no, ctx)}
	}
	phrases := merge(src, find(src, it))
	if len(phrases) == 0 {
		r := Result{Item: it.no, Text: src.raw(it.from, it.to)}
		r.note(NoteUnknown)
		return []Result{r}
	}
	var out []Result
	y := years{ctx: ctx}
	no := it.no
	for i, p := range phrases {
		from, to := it.from, it.to
		if i > 0 {
			from = src.cut(phrases[i-1], p)
		}
		if i+1 < len(phrases) {
			to = src.cut(p, phrases[i+1])
		}
		r := y.resolve(src, p)
		// A line of its own without a number, after numbered ones, belongs
		// to no item (it may be the next merged cell's).
		if no > 0 && i > 0 && p.what == absolute && src.gap[p.from] == '\n' && from == p.from {
			no = 0
			r.note(NoteNumbering)
		}
		r.Item = no
		r.Text = src.raw(from, to)
		if from >= to { // one of a list, 6、12月底前: it shares the wording
			r.Text = out[len(out)-1].Text
		}
		out = append(out, r)
	}
	return out
}

func implied(text string, no int, ctx Context) Result {
	r := Result{Item: no, Text: text, Kind: models.DeadlineImplied}
	year := ctx.PlanYear
	if year == 0 {
		year = ctx.Issued.Year()
	}
	if r.Date = models.NewDate(year, 12, 31); r.Date.IsZero() {
		r.note(NoteNoYear)
	}
	return r
}

// checkNumbering marks the item numbers that do not run 1, 2, 3 …: how they
// pair with measures and units is then for a person to say.
func checkNumbering(rs []Result) {
	last := 0
	for i := range rs {
		n := rs[i].Item
		if n == 0 || n == last {
			continue
		}
		if n != last+1 {
			rs[i].note(NoteNumbering)
		}
		last = n
	}
}

// Chinese numerals and their values.
const hanDigits = "〇○◯零一二两三四五六七八九十廿卅百"

func isHanDigit(r rune) bool { return r != 0 && strings.ContainsRune(hanDigits, r) }
