package deadline

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"duban/models"
)

type what int

const (
	absolute what = iota // a day, month, quarter, half or year
	festivity
	relative
	every
	ongoing
)

type grain int

const (
	byDay grain = iota
	byTenDays
	byMonth
	byQuarter
	byHalf
	byYear
)

// phrase is one expression of time, s[from:to], the words 前, 内, 起 after it
// included. Which fields count depends on what and grain.
type phrase struct {
	from, to int
	what     what
	grain    grain
	year     int    // as written; 0 without
	yearWord string // 今年, 明年 …
	months   []int  // one, or a list: 6、12月底前
	relMonth int    // 本月 0, 下月 1; only with thisMonth
	nearby   bool   // the month is counted from the issue: 本月, 下月
	day      int    // 0: the end of the grain
	part     string // 上旬, 底, 初 …
	quarter  int    // 1 to 4, 0: 本季度末
	half     int    // 1 or 2
	dayOnly  bool   // 15日前: the month stands before it
	slip     bool
	about    bool   // 左右
	tail     string // 前, 内, 起 …
	event    bool   // a thing happens then: 9月底通报
	names    []string
	rel      Relative
	rule     rule
	starts   bool // 即日起
	unclear  bool // read with a guess
}

// A rule of the grammar finds phrases by a pattern. make fills in the phrase
// and may refuse the match.
type pattern struct {
	re   *regexp.Regexp
	make func(m match, p *phrase) bool
}

// match gives the named groups of a pattern.
type match struct {
	src      source
	re       *regexp.Regexp
	idx      []int
	base, to int // the text searched is s[base:to]
}

func (m match) get(name string) string {
	i := m.re.SubexpIndex(name)
	if i < 0 || m.idx[2*i] < 0 {
		return ""
	}
	return m.src.s[m.base+m.idx[2*i] : m.base+m.idx[2*i+1]]
}

func (m match) num(name string) int {
	n, _ := strconv.Atoi(m.get(name))
	return n
}

// rest is what follows the phrase, as far as a rule may look: a fixed distance,
// so that the whole takes linear time.
func (m match) rest(p *phrase) string { return m.src.s[p.to:min(m.to, p.to+lookahead)] }

const lookahead = 256

// Pieces of patterns. \b keeps 6月 from matching inside 20186月: Chinese
// characters are no word characters to RE2, so it stands between them and a
// digit.
const (
	yearPart  = `(?:\b(?P<year>\d{4})[年./-]|\b(?P<yy>\d{2})年|(?P<yw>今年|本年|当年|明年|次年|翌年|来年))?度?的?`
	monthPart = `(?:(?P<list>(?:\b\d{1,2}、)*)(?:\b\d{1,2}-)?\b(?P<m>\d{1,2})月份?|(?P<mw>本月|当月|下月|次月)份?)`
	dayPart   = `(?:(?P<d>\d{1,2})(?P<dm>[日号])?(?:[-至到](?P<d2>\d{1,2})[日号])?(?P<slip>底|末)?|(?P<part>上旬|中旬|下旬|月底|月末|底|末|初|中))?`
	feast     = `"?(?:元旦|春节|清明|五一国际劳动节|五一|劳动节|端午|中秋|十一|国庆|七一|八一)"?(?:节|假期|小长假|黄金周|国际劳动节|劳动节)*`
	amount    = `(?:\b(?P<n>\d{1,3})(?P<u>个?工作日|个?自然日|个?日历日|个月|个?星期|个?小时|日|天|周|年)|(?P<h>半年|半个?月))`
)

var patterns = []pattern{
	{regexp.MustCompile(yearPart + monthPart + dayPart), makeMonth},
	{regexp.MustCompile(`\b(?P<year>\d{4})[-./](?P<m>\d{1,2})(?:[-./](?P<d>\d{1,2}))?\b[日号]?`), makeNumeric},
	{regexp.MustCompile(`\b(?P<m>\d{1,2})[./](?P<d>\d{1,2})\b[日号]?(?P<slip>底)?`), makeNumeric},
	{regexp.MustCompile(`\b(?P<d>\d{1,2})[日号](?P<slip>底|末)?`), makeDayOnly},
	{regexp.MustCompile(yearPart + `(?:第?\b(?P<q>[1-4])季度?|前(?P<fq>[23])季度?|Q(?P<qq>[1-4])\b)(?:末|底)?`), makeQuarter},
	{regexp.MustCompile(`(?P<w>本|当|下|次)?季度?[末底]`), makeQuarter},
	{regexp.MustCompile(yearPart + `(?P<half>上|下)半年[末底]?`), makeHalf},
	{regexp.MustCompile(`(?:\b(?P<year>\d{4})年|(?P<yw>今年|本年|当年|明年|次年|翌年|来年))度?年?(?P<end>底|末|内|终)?`), makeYear},
	{regexp.MustCompile(`\b\d{4}年?[-至到](?P<year>\d{4})年度?(?P<end>底|末|内)?`), makeYear},
	{regexp.MustCompile(`(?P<end>年底|年末|年内|年终|岁末|年度内|全年)`), makeYear},
	{regexp.MustCompile(`(?P<five>十[三四五六])五"?(?:规划)?(?:期间|时期|期末|期内|末|收官)`), makeFiveYears},
	{regexp.MustCompile(`(?:\b(?P<year>\d{4})年|(?P<yw>今年|本年|当年|明年|次年|翌年|来年))?度?(?P<f>` + feast + `(?:[、和及]?` + feast + `)*)(?:到来|来临)?(?:之前|以前|前夕|前)`), makeFestival},
	{regexp.MustCompile(`(?P<a>印发|下发|发布|公布|发文|颁布|出台|下达|即日|收到|接到|签收|收文|接收)(?P<mid>[^。；\d]{0,16}?)` + amount + `(?P<in>以内|之内|内)?`), makeAnchored},
	{regexp.MustCompile(amount + `(?P<in>以内|之内|内)`), makeUnanchored},
	{everyRE, makeEvery},
	{shortEveryRE, makeShortEvery},
	{regexp.MustCompile(`(?:长期|持续|常态化?|常年|滚动|全年|定期)(?:坚持|推进|开展|优化|实施|落实|深化|加强|改进|更新|跟进|抓好|进行|巩固|提升|做好|执行|运行|保持|完善|有效)|长期任务|长期工作|常抓不懈|贯穿全年`), makeOngoing},
	{regexp.MustCompile(`长期性?|持续|常态化?|常年|经常性|不?定期`), makeOngoingAtEnd},
	{regexp.MustCompile(`即日起`), makeStart},
}

// looseOngoing counts only where nothing else does: 定期向市政府报告.
var looseOngoing = regexp.MustCompile(`长期|持续|常态|常年|经常性|日常|定期`)

// find returns the phrases of an item, in order, without overlaps: of two that
// overlap the one that begins first counts, of two that begin together the
// longer.
func find(src source, it item) []phrase {
	var all []phrase
	collect := func(pt pattern) {
		s := src.s[it.from:it.to]
		for _, idx := range pt.re.FindAllStringSubmatchIndex(s, -1) {
			p := phrase{from: it.from + idx[0], to: it.from + idx[1]}
			if pt.make(match{src, pt.re, idx, it.from, it.to}, &p) && p.from < p.to {
				all = append(all, p)
			}
		}
	}
	for _, pt := range patterns {
		collect(pt)
	}
	if len(all) == 0 {
		collect(pattern{looseOngoing, makeOngoing})
	}
	slices.SortStableFunc(all, func(a, b phrase) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return b.to - a.to
	})
	var out []phrase
	for _, p := range all {
		if len(out) == 0 || p.from >= out[len(out)-1].to {
			out = append(out, p)
		}
	}
	return out
}

var (
	tailRE = regexp.MustCompile(`^(?:\((?:星期|周)[一二三四五六日天]\)|(?:\d{1,2}(?:时|点|:\d{2})(?:整|\d{1,2}分)?|上午|下午|晚上?|中午|下班|当[日天]))*(?P<about>左右)?(?P<tail>之前|以前|前夕|前|之内|以内|内|为止|止|起|开始|之后|以后|后)?`)

	// Words after a day that make it the day of an event rather than a limit.
	eventRE = regexp.MustCompile(`^(?:将|予以|进行|组织|统一|集中|正式|全面)*(?:通报|召开|举办|举行|开展|启动|上线|发布|公布|评估|验收|检查|抽查|考核|督查|督导|总结|评选|开通|测评|点评|试运行|实施|施行)`)
)

// readTail takes in the words after a date: 前, 内, 起, an hour, a weekday.
func readTail(m match, p *phrase) {
	rest := m.rest(p)
	idx := tailRE.FindStringSubmatchIndex(rest)
	t := match{m.src, tailRE, idx, p.to, m.to}
	p.tail, p.about = t.get("tail"), t.get("about") != ""
	end := idx[1]
	if p.tail == "起" && strings.HasPrefix(rest[end:], "草") { // 起草
		p.tail = ""
		end -= len("起")
	}
	p.to += end
	if strings.HasSuffix(p.tail, "前") && strings.HasPrefix(rest[end:], "后") { // 9月底前后
		p.about = true
	}
	p.event = p.tail == "" && eventRE.MatchString(rest[end:])
}

func readYear(m match, p *phrase) bool {
	// 三、四月: the first of the two has no unit and was not read.
	if s, ok := strings.CutSuffix(m.src.s[m.base:p.from], "、"); ok && s != "" {
		before := m.src.before(m.base + len(s))
		p.unclear = isDigit(before) || isHanDigit(before)
	}
	p.year, p.yearWord = m.num("year"), m.get("yw")
	if m.get("yy") != "" {
		p.year = 2000 + m.num("yy")
	}
	if m.get("year") != "" {
		return plausible(p.year)
	}
	// In 12020年9月底前 the year is garbled: the rest must not pass for a date
	// of the plan's year.
	return p.year > 0 || p.yearWord != "" || !strings.HasSuffix(m.src.s[:p.from], "年") || !isDigit(m.src.before(p.from-len("年")))
}

// plausible keeps numbers that are no year of a plan from being read as one.
func plausible(year int) bool { return year >= 1949 && year <= 2199 }

// after says that the words mean the time after the day, which is no deadline.
func (p *phrase) after() bool { return strings.HasSuffix(p.tail, "后") }

func makeMonth(m match, p *phrase) bool {
	if !readYear(m, p) {
		return false
	}
	p.grain = byMonth
	p.part = m.get("part")
	if w := m.get("mw"); w != "" {
		p.nearby = true
		if w == "下月" || w == "次月" {
			p.relMonth = 1
		}
	} else {
		for _, s := range strings.Split(m.get("list"), "、") {
			if n, _ := strconv.Atoi(s); n != 0 {
				p.months = append(p.months, n)
			}
		}
		p.months = append(p.months, m.num("m"))
		for _, n := range p.months {
			if n < 1 || n > 12 {
				return false
			}
		}
	}
	if d := m.get("d"); d != "" {
		p.grain, p.day = byDay, m.num("d")
		p.slip = m.get("slip") != ""
		if d2 := m.get("d2"); d2 != "" {
			p.day = m.num("d2")
		}
		if m.get("dm") == "" && m.get("d2") == "" && !p.slip {
			// 10月15前 is a day; in 10月5个工作日 the number belongs to
			// what follows.
			if !strings.HasPrefix(m.rest(p), "前") && !strings.HasPrefix(m.rest(p), "之前") && !strings.HasPrefix(m.rest(p), "以前") {
				p.to -= len(d)
				p.grain, p.day = byMonth, 0
				return true
			}
		}
		if p.day < 1 || p.day > 31 {
			return false
		}
		if len(p.months) > 1 { // 2、10月15日: an item number, or a month?
			p.months, p.unclear = p.months[len(p.months)-1:], true
		}
	}
	switch p.part {
	case "上旬", "中旬", "下旬":
		p.grain = byTenDays
	case "初", "中":
		p.grain, p.unclear = byTenDays, true
	}
	readTail(m, p)
	return !p.after()
}

func makeNumeric(m match, p *phrase) bool {
	p.year = m.num("year")
	month := m.num("m")
	p.months = []int{month}
	p.grain, p.day = byMonth, m.num("d")
	p.slip = m.get("slip") != ""
	if m.get("d") != "" {
		p.grain = byDay
		if p.day < 1 || p.day > 31 {
			return false
		}
	}
	readTail(m, p)
	if month < 1 || month > 12 || p.after() {
		return false
	}
	// 10.15 without a year is a number, unless 前 makes it a date.
	if m.get("year") != "" {
		return plausible(p.year)
	}
	before := m.src.before(p.from)
	return strings.Contains(p.tail, "前") && (p.from == m.base || !strings.ContainsRune("./-", before))
}

// makeDayOnly reads 15日前, whose month stands before it or is this month.
func makeDayOnly(m match, p *phrase) bool {
	p.grain, p.day, p.dayOnly = byDay, m.num("d"), true
	p.slip = m.get("slip") != ""
	readTail(m, p)
	if p.day < 1 || p.day > 31 || p.after() {
		return false
	}
	before := m.src.before(p.from)
	if before == '月' { // its month was refused
		return false
	}
	return strings.Contains(p.tail, "前") || before != 0 && strings.ContainsRune("-至到", before)
}

func makeQuarter(m match, p *phrase) bool {
	if !readYear(m, p) {
		return false
	}
	p.grain = byQuarter
	for _, group := range []string{"q", "fq", "qq"} {
		if n := m.num(group); n > 0 {
			p.quarter = n
		}
	}
	if w := m.get("w"); w == "下" || w == "次" {
		p.relMonth = 3
	}
	readTail(m, p)
	return !p.after()
}

func makeHalf(m match, p *phrase) bool {
	if !readYear(m, p) {
		return false
	}
	p.grain, p.half = byHalf, 1
	if m.get("half") == "下" {
		p.half = 2
	}
	readTail(m, p)
	return !p.after()
}

// makeYear reads 2020年底前, 年内, 到2022年. A bare year counts only as a limit
// (到2022年, 2020年前) or when it is the whole wording; in a sentence it names
// the plan or its data.
func makeYear(m match, p *phrase) bool {
	if !readYear(m, p) {
		return false
	}
	p.grain = byYear
	p.part = m.get("end")
	if r := m.src.after(p.to); p.part == "" && (isDigit(r) || r == '第' || r == '上' || r == '下') {
		return false
	}
	readTail(m, p)
	if p.after() || p.tail == "起" {
		return false
	}
	if p.part != "" || p.tail != "" {
		return true
	}
	switch m.src.before(p.from) {
	case '到', '至', '-':
		return true
	}
	whole := strings.Trim(m.src.s[m.base:m.to], "。；，\"()")
	return whole == m.src.s[p.from:p.to]
}

// makeFiveYears reads "十四五"末: the 14th five-year plan ended in 2025, the 13th
// in 2020.
func makeFiveYears(m match, p *phrase) bool {
	p.grain, p.part = byYear, "末"
	n, _ := hanNumber([]rune(m.get("five")), 0)
	plan, _ := strconv.Atoi(n)
	p.year = 1955 + 5*plan
	readTail(m, p)
	return !p.after()
}

var feastNames = []struct{ short, name string }{
	{"元旦", "元旦"}, {"春节", "春节"}, {"清明", "清明节"}, {"五一", "劳动节"}, {"劳动节", "劳动节"}, {"端午", "端午节"},
	{"中秋", "中秋节"}, {"十一", "国庆节"}, {"国庆", "国庆节"}, {"七一", "七一"}, {"八一", "八一"},
}

func makeFestival(m match, p *phrase) bool {
	if !readYear(m, p) {
		return false
	}
	p.what, p.tail = festivity, "前"
	f := m.get("f")
	for _, n := range feastNames {
		if strings.Contains(f, n.short) {
			p.names = append(p.names, n.name)
		}
	}
	p.about = m.src.after(p.to) == '后' // 国庆节前后
	// 二十一前 is a number; "十一"前 is a feast.
	return !isHanDigit(m.src.before(p.from)) && len(p.names) > 0
}

func readAmount(m match) (Relative, bool) {
	switch m.get("h") {
	case "半年":
		return Relative{N: 6, Unit: Months}, true
	case "半月", "半个月":
		return Relative{N: 15, Unit: Days}, true
	}
	n := m.num("n")
	r := Relative{N: n, Unit: Days}
	switch u := strings.TrimPrefix(m.get("u"), "个"); u {
	case "工作日":
		r.Unit = Workdays
	case "月":
		r.Unit = Months
	case "年":
		r.Unit, r.N = Months, 12*n
	case "周", "星期":
		r.N = 7 * n
	case "小时":
		r.N = (n + 23) / 24
	}
	return r, r.N > 0
}

func makeAnchored(m match, p *phrase) bool {
	p.what = relative
	mid, in := m.get("mid"), m.get("in")
	if in == "" && !strings.ContainsAny(mid, "起后") {
		return false
	}
	if strings.Contains(mid, "，") && !strings.ContainsAny(mid, "起后") {
		return false
	}
	var ok bool
	p.rel, ok = readAmount(m)
	p.rel.From = FromIssue
	switch m.get("a") {
	case "收到", "接到", "签收", "收文", "接收":
		p.rel.From = FromSign
	}
	return ok
}

func makeUnanchored(m match, p *phrase) bool {
	var ok bool
	p.what, p.unclear = relative, true
	p.rel, ok = readAmount(m)
	p.rel.From = FromIssue
	return ok
}

func makeOngoing(m match, p *phrase) bool {
	p.what = ongoing
	return m.src.before(p.from) != '中' // 中长期
}

// makeOngoingAtEnd takes a bare 长期 or 持续 where its clause ends, and leaves
// 持续性, 长期规划, 常态化机制 alone.
func makeOngoingAtEnd(m match, p *phrase) bool {
	p.what = ongoing
	next := m.src.after(p.to)
	return m.src.before(p.from) != '中' && (p.to == m.to || strings.ContainsRune("。；，、)!", next))
}

func makeStart(m match, p *phrase) bool {
	p.what, p.starts = ongoing, true
	return true
}

// kindOf says how the phrase words its day.
func (p *phrase) kindOf() models.DeadlineKind {
	if p.event || p.tail == "起" || p.tail == "开始" {
		return models.DeadlineEvent
	}
	switch p.grain {
	case byMonth:
		return models.DeadlineMonthEnd
	case byQuarter:
		return models.DeadlineQuarterEnd
	case byYear:
		return models.DeadlineYearEnd
	case byHalf:
		if p.half == 2 {
			return models.DeadlineYearEnd
		}
	}
	return models.DeadlineBefore
}
