package importer

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"duban/models"
)

// front is the front matter of a document: where each part stands, by number
// of line. A part that is missing has no lines.
type front struct {
	title      lines // the plan's own title, not that of the notice that brings it
	number     lines
	numberText string // 沪府办发〔2019〕8号
	issuer     lines
	issued     lines
	issuedOn   models.Date
	addressees lines
	// body is the line after the title: where the plan itself begins.
	body int
}

// lines is a stretch of lines, to exclusive.
type lines struct{ from, to int }

func (l lines) none() bool { return l.to <= l.from }

// of joins the lines of the stretch.
func (l lines) of(text []string) string {
	var b strings.Builder
	for i := l.from; i < l.to; i++ {
		b.WriteString(strings.TrimSpace(text[i]))
	}
	return b.String()
}

// frontLines is how many lines from the top may be front matter.
const frontLines = 80

// docNumber is a document number (GB/T 9704-2012, 7.2.5): the body's mark, the
// year in six-cornered brackets, the number. Other brackets are read as meant.
var docNumber = regexp.MustCompile(`(\p{Han}{1,12})[〔﹝\[［（(【]((?:19|20)\d\d)[〕﹞\]］）)】](?:第)?(\d{1,4})号`)

// bodyWords end the name of a body that issues documents.
var bodyWords = regexp.MustCompile(`(厅|室|委|局|府|组|会|院|部|办|处|校|学|司|队|中心|公司|集团|机关|医院|团|站|社|联|党组|支行|分行)$`)

// titleWords end the title of a plan.
var titleWords = regexp.MustCompile(`(方案|要点|计划|意见|任务|分工|分工表|分解表|台账|清单|办法|措施|规划|通知|任务书|责任书|一览表|明细表|汇总表|安排|安排表|进度表|建议|报告|细则|规程|目标|行动|举措|项目|表)(?:[（(][^（）()]{1,20}[）)])?$`)

// frontOf finds the front matter in a document's clean lines. table is the
// number of the first line that belongs to a table, or len(text).
func frontOf(text []string, table int) front {
	f := front{body: 0}
	end := min(len(text), frontLines, table)
	first := firstItem(text, end)
	f.findTitle(text, first)
	f.findNumber(text, end)
	f.findIssue(text, end)
	f.findAddressees(text, end)
	return f
}

// firstItem is the first line that has a number of an outline.
func firstItem(text []string, end int) int {
	for i := range end {
		if l, ok := labelOf(text[i]); ok && (l.mark == markHan || l.mark == markChapter || l.mark == markHanIn || l.mark == markArabic) {
			return i
		}
	}
	return end
}

// findTitle takes the last title before the plan's text begins: a notice's own
// title (关于印发…的通知) stands before it.
func (f *front) findTitle(text []string, first int) {
	for i := range first {
		s := strings.TrimSpace(text[i])
		if !titleLike(s) {
			continue
		}
		l := lines{i, i + 1}
		for l.from > 0 && titlePart(text[l.from-1]) && utf8.RuneCountInString(lines{l.from - 1, l.to}.of(text)) <= 60 {
			l.from--
		}
		if !f.title.none() && notice(s) && !notice(f.title.of(text)) {
			continue
		}
		f.title, f.body = l, l.to
	}
}

func notice(s string) bool { return strings.HasSuffix(s, "通知") }

// titleLike tells a title from a sentence.
func titleLike(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 4 && n <= 60 && !strings.ContainsAny(s, "。；：:;") && titleWords.MatchString(s) && !strings.HasPrefix(s, "附件")
}

// titlePart is the first half of a title that runs over two lines.
func titlePart(s string) bool {
	s = strings.TrimSpace(s)
	n := utf8.RuneCountInString(s)
	return n >= 4 && n <= 40 && !strings.ContainsAny(s, "。；：:;，,！？") && !titleWords.MatchString(s) && !bodyWords.MatchString(s) &&
		!docNumber.MatchString(s) && dateOf(s).IsZero() && !strings.HasPrefix(s, "附件")
}

func (f *front) findNumber(text []string, end int) {
	for i := range end {
		s := strings.TrimSpace(text[i])
		at := docNumber.FindStringSubmatchIndex(s)
		// The number stands by itself, or behind its label; one inside a
		// sentence or in brackets belongs to another document.
		if at == nil || at[1] != len(s) {
			continue
		}
		switch before := strings.TrimSpace(s[:at[0]]); {
		case before == "", strings.HasSuffix(before, "文号：") && utf8.RuneCountInString(before) <= 8:
			f.number = lines{i, i + 1}
			f.numberText = s[at[2]:at[3]] + "〔" + s[at[4]:at[5]] + "〕" + s[at[6]:at[7]] + "号"
			return
		}
	}
}

// findIssue finds the signature: the body, and below it the date.
func (f *front) findIssue(text []string, end int) {
	for _, reach := range []struct{ from, to int }{{0, end}, {max(end, len(text)-12), len(text)}} {
		for i := reach.from; i < reach.to; i++ {
			d := dateOf(strings.TrimSpace(text[i]))
			if d.IsZero() {
				continue
			}
			f.issued, f.issuedOn = lines{i, i + 1}, d
			l := lines{i, i}
			for l.from > reach.from && i-l.from < 3 && signature(text[l.from-1], l.from == i) {
				l.from--
			}
			f.issuer = l
			return
		}
	}
}

// signature is a line that may be (the last line of) a body's name.
func signature(s string, last bool) bool {
	s = strings.TrimSpace(s)
	n := utf8.RuneCountInString(s)
	if n < 2 || n > 32 || strings.ContainsAny(s, "。；：，、《》！？“”0123456789") {
		return false
	}
	return !last || bodyWords.MatchString(s)
}

// findAddressees takes the line that ends with a colon and names bodies, where
// it is the first of its kind: 各区人民政府，市政府各委、办、局：
func (f *front) findAddressees(text []string, end int) {
	for i := range end {
		s := strings.TrimSpace(text[i])
		if strings.HasSuffix(s, "：") && !strings.Contains(s, "。") && utf8.RuneCountInString(s) <= 120 && addressee.MatchString(s) {
			f.addressees = lines{i, i + 1}
			return
		}
	}
}

var addressee = regexp.MustCompile(`^(各|省|市|县|区|机关|全|有关|相关|校|院|局|本|集团|所属|直属).*(各|政府|单位|部门|委|办|局|科室|处室|学院|街道|乡镇|镇|中心|公司|学校)`)

// addresseesOf splits the line into its bodies: what a comma or semicolon
// parts; 市政府各委、办、局 is one.
func addresseesOf(s string) []string {
	var out []string
	for _, p := range strings.FieldsFunc(strings.TrimSuffix(strings.TrimSpace(s), "："), func(r rune) bool { return r == '，' || r == '；' || r == ',' }) {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	if len(out) == 1 {
		// 各乡（镇）政府、中省市直各部门: two collections, each with its own 各
		if parts := strings.Split(out[0], "、"); len(parts) > 1 {
			for _, p := range parts {
				if !strings.Contains(p, "各") {
					return out
				}
			}
			return parts
		}
	}
	return out
}

var (
	arabicDate = regexp.MustCompile(`^(?:印发日期：|成文日期：|发文日期：)?((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日$`)
	hanDate    = regexp.MustCompile(`^([一二三四五六七八九〇○零Ｏ０]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日$`)
)

// dateOf reads a line that is a date and nothing else, in figures or in
// Chinese numerals (二〇一九年三月二十六日); zero when it is none.
func dateOf(s string) models.Date {
	s = strings.ReplaceAll(s, " ", "")
	if m := arabicDate.FindStringSubmatch(s); m != nil {
		y, _ := strconv.Atoi(m[1])
		mon, _ := strconv.Atoi(m[2])
		day, _ := strconv.Atoi(m[3])
		return realDate(y, mon, day)
	}
	m := hanDate.FindStringSubmatch(s)
	if m == nil {
		return models.Date{}
	}
	y := 0
	for _, r := range m[1] {
		y = y*10 + hanDigits[r] // the zeros are not in the table
	}
	mon, _ := hanNumber(m[2])
	day, _ := hanNumber(m[3])
	return realDate(y, mon, day)
}

// realDate is the day, or zero where the calendar has none such.
func realDate(y, m, d int) models.Date {
	day, err := models.ParseDate(strconv.Itoa(y) + "-" + two(m) + "-" + two(d))
	if err != nil {
		return models.Date{}
	}
	return day
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
