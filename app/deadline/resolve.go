package deadline

import (
	"strings"
	"time"

	"duban/models"
)

// merge joins phrases that are one: a span (9月1日至10月15日) is its end, a yearly
// rule takes its dates (每年6月底前、12月底前), a start gives way to what follows
// it (10月起，每月5日前), a list is spread out (6、12月底前).
func merge(src source, ps []phrase) []phrase {
	var out []phrase
	for _, p := range ps {
		if n := len(out); n > 0 {
			last := &out[n-1]
			gap := src.s[last.to:p.from]
			switch {
			case isSpan(*last, gap) && p.what == absolute:
				q := p
				q.from = last.from
				inherit(*last, &q)
				out[n-1] = q
				continue
			case p.what == absolute && last.what == every && p.year == 0 && p.yearWord == "" && last.takes(p, gap):
				last.to = p.to
				continue
			case p.what == absolute && last.what == every && p.year == 0 && p.yearWord == "" && last.rule.freq == "YEARLY" && joins(gap):
				// 每年3月15日前、11月20日前: another day of the year.
				q := phrase{from: p.from, to: p.to, what: every, rule: rule{freq: "YEARLY",
					interval: last.rule.interval, until: last.rule.until, halfOpen: true}}
				if q.rule.addDate(p) {
					p = q
				}
			case p.what == relative && last.what == absolute && last.tail == "起" && (gap == "" || gap == "，"):
				last.rel, last.to = p.rel, p.to
				continue
			case p.dayOnly:
				inherit(*last, &p)
			}
		}
		out = append(out, p)
	}
	return spread(dropStarts(out))
}

// isSpan reports whether the gap makes the phrase the start of a span.
func isSpan(p phrase, gap string) bool {
	if p.what != absolute && !p.starts {
		return false
	}
	switch gap {
	case "至", "到", "-", "--", "，至", "，到":
		return true
	}
	return false
}

// inherit fills what a second date leaves out from the one before it.
func inherit(from phrase, to *phrase) {
	if from.what != absolute {
		return
	}
	if to.dayOnly && len(from.months) > 0 {
		to.months, to.dayOnly = from.months[len(from.months)-1:], false
	}
	if to.year == 0 && to.yearWord == "" {
		to.year, to.yearWord = from.year, from.yearWord
	}
}

// joins reports whether the words between two dates make a list of them.
func joins(gap string) bool {
	switch gap {
	case "", "、", "和", "及", "，", "的":
		return true
	}
	return false
}

// takes lets a recurring phrase take a date that follows it.
func (p *phrase) takes(q phrase, gap string) bool {
	switch p.rule.freq {
	case "YEARLY": // 每年开展一次，9月底前完成
		once := strings.HasSuffix(strings.TrimSuffix(gap, "，"), "次") && !strings.ContainsAny(gap, "。；")
		return (joins(gap) || once && p.rule.halfOpen) && p.rule.addDate(q)
	case "MONTHLY": // 每月报送一次，次月5日前
		if q.nearby && q.day > 0 && !strings.ContainsAny(gap, "。；") && len(p.rule.days) == 1 && p.rule.days[0] == -1 {
			p.rule.days = []int{q.day}
			return true
		}
	}
	return false
}

// dropStarts leaves out 即日起 and 10月起 where something follows.
func dropStarts(ps []phrase) []phrase {
	var out []phrase
	for i, p := range ps {
		start := p.starts || p.what == absolute && (p.tail == "起" || p.tail == "开始") && p.rel.N == 0
		if start && i+1 < len(ps) {
			ps[i+1].from = min(ps[i+1].from, p.to)
			continue
		}
		out = append(out, p)
	}
	return out
}

func spread(ps []phrase) []phrase {
	var out []phrase
	for _, p := range ps {
		if p.what != absolute || len(p.months) < 2 {
			out = append(out, p)
			continue
		}
		for i, m := range p.months {
			q := p
			q.months = []int{m}
			if i > 0 {
				q.from = p.to // it shares the wording of the first
			}
			out = append(out, q)
		}
	}
	return out
}

// years resolves the phrases of one item, in order. A written year holds for
// the dates after it: 2021年3月底前…，6月底前….
type years struct {
	ctx   Context
	carry int
}

func (y *years) resolve(src source, p phrase) Result {
	r := Result{}
	if p.unclear && p.what != relative || p.about {
		r.note(NoteApprox)
	}
	switch p.what {
	case ongoing:
		r.Kind = models.DeadlineOngoing
	case every:
		r.Kind = models.DeadlineRecurring
		if p.yearWord != "" {
			p.rule.until, _ = y.written(p)
		}
		r.RRule = p.rule.String()
	case relative:
		y.relative(p, &r)
	case festivity:
		y.festival(p, &r)
	case absolute:
		y.absolute(p, &r)
	}
	return r
}

// written returns the year that the phrase names: 2020年, 今年, 次年.
func (y *years) written(p phrase) (int, bool) {
	base := y.ctx.PlanYear
	if base == 0 {
		base = y.ctx.Issued.Year()
	}
	switch p.yearWord {
	case "":
		return p.year, p.year > 0
	case "明年", "来年":
		if base > 0 {
			base++
		}
	case "次年", "翌年":
		if y.carry > 0 {
			base = y.carry
		}
		if base > 0 {
			base++
		}
	case "当年":
		if y.carry > 0 {
			base = y.carry
		}
	}
	return base, base > 0
}

// fit finds the year and with it the day: as written, or the plan's year, or
// the first occurrence on or after the issue. day computes the day of a year.
func (y *years) fit(p phrase, r *Result, day func(year int) models.Date) {
	year, ok := y.written(p)
	switch {
	case ok && (p.year > 0 || p.yearWord != ""):
		y.carry = year
		r.Date = day(year)
	case p.yearWord != "":
		r.note(NoteNoYear)
	case y.carry > 0:
		r.Date = day(y.carry)
	case y.ctx.PlanYear > 0:
		r.Date = day(y.ctx.PlanYear)
		if !r.Date.IsZero() && r.Date.Before(y.ctx.Issued) {
			r.note(NoteYear)
		}
	case !y.ctx.Issued.IsZero():
		r.Date = day(y.ctx.Issued.Year())
		if r.Date.Before(y.ctx.Issued) {
			r.Date = day(y.ctx.Issued.Year() + 1)
		}
	default:
		r.note(NoteNoYear)
	}
}

func (y *years) absolute(p phrase, r *Result) {
	r.Kind = p.kindOf()
	if p.slip {
		r.note(NoteSlip)
	}
	if strings.Contains(p.tail, "前") && (p.grain == byYear && p.part == "" || p.grain == byMonth && p.day == 0 && p.part == "") {
		r.note(NoteBoundary)
	}
	issued := y.ctx.Issued
	switch {
	case p.nearby || p.dayOnly || p.grain == byQuarter && p.quarter == 0:
		// Counted from the issue: 本月底, 15日前, 季度末.
		if issued.IsZero() {
			r.note(NoteNoYear)
			break
		}
		month := models.NewDate(issued.Year(), issued.Month(), 1).AddMonths(p.relMonth)
		if p.grain == byQuarter {
			r.Date = month.AddMonths((12 - int(month.Month())) % 3).EndOfMonth()
			break
		}
		r.Date = p.in(month, r)
		if p.dayOnly {
			r.note(NoteApprox)
			if r.Date.Before(issued) {
				r.Date = p.in(month.AddMonths(1), r)
			}
		}
	default:
		y.fit(p, r, func(year int) models.Date {
			month := 12
			switch p.grain {
			case byQuarter:
				month = 3 * p.quarter
			case byHalf:
				month = 6 * p.half
			case byDay, byTenDays, byMonth:
				month = p.months[0]
			}
			return p.in(models.NewDate(year, time.Month(month), 1), r)
		})
	}
	if r.Kind == models.DeadlineEvent && (p.tail == "起" || p.tail == "开始") && p.grain == byMonth {
		// 10月起: it begins with the month.
		r.Date = models.NewDate(r.Date.Year(), r.Date.Month(), 1)
	}
	if p.rel.N > 0 && !r.Date.IsZero() { // 自10月1日起30日内
		r.Kind = models.DeadlineBefore
		r.Date = y.count(p.rel, r.Date, r)
	}
}

// in returns the phrase's day in the month that begins on first. A day that
// the month lacks (9月31日) is a slip and means its last day.
func (p phrase) in(first models.Date, r *Result) models.Date {
	if first.IsZero() {
		return first
	}
	end := first.EndOfMonth()
	day := end.Day()
	switch {
	case p.part == "上旬" || p.part == "初":
		day = 10
	case p.part == "中旬" || p.part == "中":
		day = 20
	case p.day > end.Day():
		r.note(NoteSlip)
	case p.day > 0:
		day = p.day
	}
	return models.NewDate(first.Year(), first.Month(), day)
}

// festival takes the eve of the feast, the earliest of several.
func (y *years) festival(p phrase, r *Result) {
	r.Kind = models.DeadlineBefore
	written := p.year > 0 || p.yearWord != ""
	missing := false
	y.fit(p, r, func(year int) models.Date {
		var first models.Date
		missing = false
		for _, name := range p.names {
			of := year
			if name == "元旦" && !written {
				of++ // its eve is what lies in the year
			}
			eve, ok := y.ctx.Calendar.FestivalEve(name, of)
			switch name {
			case "七一":
				eve, ok = models.NewDate(of, time.June, 30), true
			case "八一":
				eve, ok = models.NewDate(of, time.July, 31), true
			}
			if !ok {
				missing = true
				continue
			}
			if first.IsZero() || eve.Before(first) {
				first = eve
			}
		}
		if missing {
			return models.Date{}
		}
		return first
	})
	if missing {
		r.note(NoteNoCalendar)
	}
}

func (y *years) relative(p phrase, r *Result) {
	r.Kind, r.Relative = models.DeadlineBefore, p.rel
	if p.unclear {
		r.note(NoteAnchor)
	}
	if p.rel.From == FromIssue && !y.ctx.Issued.IsZero() {
		r.Date = y.count(p.rel, y.ctx.Issued, r)
	}
}

func (y *years) count(rel Relative, start models.Date, r *Result) models.Date {
	end := rel.On(start, y.ctx.Calendar)
	if rel.Unit == Workdays && !(y.ctx.Calendar.Covers(start.Year()) && y.ctx.Calendar.Covers(end.Year())) {
		r.note(NoteNoCalendar)
	}
	return end
}
