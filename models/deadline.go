package models

// DeadlineKind says how a deadline was worded.
type DeadlineKind string

const (
	DeadlineBefore     DeadlineKind = "before"      // a day, inclusive: 10月15日前
	DeadlineMonthEnd   DeadlineKind = "month-end"   // 9月底前
	DeadlineQuarterEnd DeadlineKind = "quarter-end" // 三季度末
	DeadlineYearEnd    DeadlineKind = "year-end"    // 年底前
	DeadlineEvent      DeadlineKind = "event"       // 9月底通报
	DeadlineOngoing    DeadlineKind = "ongoing"     // 持续推进
	DeadlineRecurring  DeadlineKind = "recurring"   // 每季度
	DeadlineImplied    DeadlineKind = "implied"     // none in the document: the plan's default
)

// Valid reports whether k is a known kind.
func (k DeadlineKind) Valid() bool {
	switch k {
	case DeadlineBefore, DeadlineMonthEnd, DeadlineQuarterEnd, DeadlineYearEnd,
		DeadlineEvent, DeadlineOngoing, DeadlineRecurring, DeadlineImplied:
		return true
	}
	return false
}

// Deadline is a measure's deadline as printed. The effective date after
// extensions stands apart, with each Assignment.
type Deadline struct {
	ID        int64
	MeasureID MeasureID
	Text      string // original wording
	Date      Date   // a day, inclusive; zero for ongoing and recurring ones
	Kind      DeadlineKind
	RRule     string // RFC 5545 rule of a recurring one, else ""
	Authority string // who set it: province, city, own
	SortNo    int
}

// DueDate returns the day that counts among a measure's deadlines: the first
// one with a date, or zero when there is none (ongoing duties only).
func DueDate(ds []Deadline) Date {
	for _, d := range ds {
		if !d.Date.IsZero() {
			return d.Date
		}
	}
	return Date{}
}
