package deadline

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// rule is a recurrence on its way to an RFC 5545 RRULE.
type rule struct {
	freq     string // DAILY, WEEKLY, MONTHLY, YEARLY
	interval int    // 0 or 1: every one
	months   []int
	days     []int    // of the month; -1 is the last
	weekdays []string // MO … SU
	pos      int      // BYSETPOS; 0 without
	until    int      // a year, 0 without
	halfOpen bool     // a yearly rule that still waits for its month: 每年6月底前
}

// String writes the rule with its parts in one fixed order.
func (r rule) String() string {
	var b strings.Builder
	b.WriteString("FREQ=" + r.freq)
	part := func(name string, values ...string) {
		if len(values) > 0 {
			b.WriteString(";" + name + "=" + strings.Join(values, ","))
		}
	}
	if r.interval > 1 {
		part("INTERVAL", strconv.Itoa(r.interval))
	}
	part("BYMONTH", numbers(r.months)...)
	part("BYMONTHDAY", numbers(r.days)...)
	part("BYDAY", r.weekdays...)
	if r.pos != 0 {
		part("BYSETPOS", strconv.Itoa(r.pos))
	}
	if r.until > 0 {
		part("UNTIL", strconv.Itoa(r.until)+"1231")
	}
	return b.String()
}

func numbers(ns []int) []string {
	var out []string
	for _, n := range ns {
		out = append(out, strconv.Itoa(n))
	}
	return out
}

var (
	// 每月, 按季度, 每半年, 每两周, 隔周; 逐月 but not 逐年 (year by year), 各季度
	// but not 各年.
	everyRE = regexp.MustCompile(`(?:\b(?P<year>\d{4})年|(?P<yw>今年|本年|当年|明年))?度?内?(?:(?P<e>每|按|逐|各)(?P<n>\d{1,2}|半|双|单)?|(?P<gap>每?隔)(?P<gn>\d{1,2})?)个?(?P<u>工作日|日|天|周|星期|旬|月|季|年)(?:份|度)?`)

	// 月调度、季通报、年考核; 一月一报.
	shortEveryRE = regexp.MustCompile(`(?P<one>1)?(?P<u>半年|日|天|周|旬|月|季|年)度?(?:[1一]\p{Han}|调度|通报|报告|评估|考核|督查|点评|排名|例会|报送|上报|小结)`)
)

func makeEvery(m match, p *phrase) bool {
	if !readYear(m, p) {
		return false
	}
	p.what = every
	e, unit, count := m.get("e"), m.get("u"), m.get("n")
	next := m.rest(p)
	switch {
	case e == "逐" && unit == "年", e == "各" && unit != "季" && unit != "月":
		return false
	case unit == "日" && hasAnyPrefix(next, "期", "常", "均"),
		unit == "年" && hasAnyPrefix(next, "龄", "限", "代", "级", "均"),
		unit == "周" && hasAnyPrefix(next, "期", "边", "转", "密"),
		e == "按" && hasAnyPrefix(next, "计划", "目标", "任务", "工作要点"):
		return false
	}
	n, _ := strconv.Atoi(count)
	if m.get("gap") != "" { // 隔周 is every second week, 每隔2周 every third
		if n, _ = strconv.Atoi(m.get("gn")); n == 0 {
			n = 1
		}
		n++
	}
	p.rule = periodRule(unit, n, count)
	p.rule.until = p.year
	p.readDetail(m, unit, count)
	return true
}

func makeShortEvery(m match, p *phrase) bool {
	p.what = every
	before, unit := m.src.before(p.from), m.get("u")
	if m.get("one") == "" && before != 0 && !strings.ContainsRune("。；，、:(\"", before) || isDigit(before) {
		return false
	}
	count := ""
	if unit == "半年" {
		unit, count = "年", "半"
	}
	p.rule = periodRule(unit, 0, count)
	p.rule.halfOpen = false
	return true
}

// periodRule is the rule of a bare period: due at its end.
func periodRule(unit string, n int, count string) rule {
	r := rule{interval: n}
	switch unit {
	case "日", "天":
		r.freq = "DAILY"
	case "工作日":
		r.freq, r.weekdays = "WEEKLY", []string{"MO", "TU", "WE", "TH", "FR"}
		r.interval = 0
	case "周", "星期": // a working week ends on Friday
		r.freq, r.weekdays = "WEEKLY", []string{"FR"}
	case "旬":
		r.freq, r.days = "MONTHLY", []int{10, 20, -1}
	case "月":
		r.freq, r.days = "MONTHLY", []int{-1}
		switch count {
		case "半":
			r.days = []int{15, -1}
		case "双":
			r.months = []int{2, 4, 6, 8, 10, 12}
		case "单":
			r.months = []int{1, 3, 5, 7, 9, 11}
		}
	case "季":
		r.freq, r.days = "MONTHLY", []int{-1}
		r.months = []int{3, 6, 9, 12}
		if n > 1 {
			r.months, r.interval = nil, 3*n
		}
	case "年":
		r.freq, r.months, r.days = "YEARLY", []int{12}, []int{-1}
		r.halfOpen = true
		if count == "半" {
			r.months, r.halfOpen = []int{6, 12}, false
		}
	}
	return r
}

var (
	weekdaysRE = regexp.MustCompile(`^[一二三四五六日天](?:[、和及](?:周|星期)?[一二三四五六日天])*`)
	monthOfRE  = regexp.MustCompile(`^(?:的)?(?P<which>首月|第1个月|第2个月|第3个月|末月|最后1个月|次月)(?:份)?`)
	daysRE     = regexp.MustCompile(`^(?:的|次月|下月|当月|月)?(?P<days>(?:\d{1,2}[日号]?[、和及])*\d{1,2}[日号])`)
	partRE     = regexp.MustCompile(`^(?:的|当月|月)?(?P<part>上旬|中旬|下旬|底|末|初)`)
	setPosRE   = regexp.MustCompile(`^(?:的|次月|下月|月初)?(?:第(?P<nth>\d)个工作日|前(?P<first>\d)个工作日|(?P<last>最后1个工作日))`)
	afterRE    = regexp.MustCompile(`^(?:结束|终了)?之?后的?(?P<n>\d{1,2})(?P<u>日|天|个工作日)(?:以内|之内|内)?`)
	halvesRE   = regexp.MustCompile(`^(?P<half>上|下)半年`)
	yearEndRE  = regexp.MustCompile(`^年?[底末]`)
)

// readDetail reads the day within the period, which follows it at once: 每周五,
// 每月5日前, 每季度首月10日前, 每季度结束后10日内.
func (p *phrase) readDetail(m match, unit, count string) {
	r := &p.rule
	eat := func(re *regexp.Regexp) (match, bool) {
		idx := re.FindStringSubmatchIndex(m.rest(p))
		if idx == nil {
			return match{}, false
		}
		d := match{m.src, re, idx, p.to, m.to}
		p.to += idx[1]
		return d, true
	}
	switch unit {
	case "周", "星期":
		names := weekdaysRE.FindString(m.rest(p))
		if names != "" && !hasAnyPrefix(m.rest(p)[len(names):], "次", "个", "份", "篇", "条", "场", "期", "家", "名", "报", "通报", "调度", "督查") {
			r.weekdays = nil
			for i, name := range []string{"一", "二", "三", "四", "五", "六"} {
				if strings.Contains(names, name) {
					r.weekdays = append(r.weekdays, []string{"MO", "TU", "WE", "TH", "FR", "SA"}[i])
				}
			}
			if strings.ContainsAny(names, "日天") {
				r.weekdays = append(r.weekdays, "SU")
			}
			p.to += len(names)
		}
	case "年":
		if count != "半" {
			if d, ok := eat(halvesRE); ok {
				r.halfOpen, r.months = false, []int{6}
				if d.get("half") == "下" {
					r.months = []int{12}
				}
			} else if _, ok := eat(yearEndRE); ok {
				r.halfOpen = false
			}
			break
		}
		p.readMonthDetail(eat, []int{1, 7}, false)
	case "季":
		first := []int{1, 4, 7, 10}
		placed := false
		if d, ok := eat(monthOfRE); ok && r.interval == 0 {
			placed = true
			switch d.get("which") {
			case "首月", "第1个月", "次月":
				r.months = first
			case "第2个月":
				r.months = []int{2, 5, 8, 11}
			}
		}
		p.readMonthDetail(eat, first, placed)
	case "月":
		if count == "" || count == "双" || count == "单" {
			p.readMonthDetail(eat, nil, true)
		}
	}
	readTail(m, p)
	p.event, p.about = false, false
}

// readMonthDetail reads the day of a month. first are the months that open the
// period, for a day counted after its end; placed says that the month is known
// already.
func (p *phrase) readMonthDetail(eat func(*regexp.Regexp) (match, bool), first []int, placed bool) {
	r := &p.rule
	workdays := []string{"MO", "TU", "WE", "TH", "FR"}
	if d, ok := eat(afterRE); ok {
		if first != nil && r.interval == 0 {
			r.months = first
		}
		if d.get("u") == "个工作日" {
			r.days, r.weekdays, r.pos = nil, workdays, max(d.num("n"), 1)
		} else {
			r.days = []int{min(max(d.num("n"), 1), 31)}
		}
		return
	}
	if d, ok := eat(setPosRE); ok {
		r.days, r.weekdays = nil, workdays
		switch {
		case d.get("last") != "":
			r.pos = -1
		default:
			r.pos = max(d.num("nth")+d.num("first"), 1)
		}
		return
	}
	if d, ok := eat(daysRE); ok {
		r.days = nil
		for _, s := range strings.FieldsFunc(d.get("days"), func(c rune) bool { return !isDigit(c) }) {
			if n, _ := strconv.Atoi(s); n >= 1 && n <= 31 && !slices.Contains(r.days, n) {
				r.days = append(r.days, n)
			}
		}
		if len(r.days) == 0 {
			r.days, p.unclear = []int{-1}, true
		}
		if !placed { // 每季度10日前: of which month?
			p.unclear = true
			if r.interval == 0 {
				r.months = first
			}
		}
		return
	}
	if d, ok := eat(partRE); ok {
		switch d.get("part") {
		case "上旬":
			r.days = []int{10}
		case "初":
			r.days, p.unclear = []int{10}, true
		case "中旬":
			r.days = []int{20}
		}
	}
}

// addDate gives a yearly rule its month and day (每年6月底前), and adds further
// ones of the same day (6月底前、12月底前). It reports false when the date does
// not fit the rule.
func (r *rule) addDate(p phrase) bool {
	day := p.day
	switch {
	case p.grain == byTenDays && (p.part == "上旬" || p.part == "初"):
		day = 10
	case p.grain == byTenDays && (p.part == "中旬" || p.part == "中"):
		day = 20
	case p.grain != byDay:
		day = -1
	}
	months := p.months
	switch p.grain {
	case byQuarter:
		if p.quarter == 0 {
			return false
		}
		months = []int{3 * p.quarter}
	case byHalf:
		months = []int{6 * p.half}
	case byYear:
		months = []int{12}
	}
	if len(months) == 0 || !r.halfOpen && (len(r.days) != 1 || r.days[0] != day) {
		return false
	}
	if r.halfOpen {
		r.months, r.halfOpen = nil, false
	}
	r.days = []int{day}
	for _, n := range months {
		if !slices.Contains(r.months, n) {
			r.months = append(r.months, n)
		}
	}
	slices.Sort(r.months)
	return true
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
