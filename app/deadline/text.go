package deadline

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// source is a wording in a form that the grammar can rely on: half-width
// digits and brackets, Chinese numerals before a unit as digits, no white
// space. Every byte remembers where it came from.
type source struct {
	text string
	s    string
	at   []int  // s[i] stands for text[at[i]]; one longer than s
	gap  []byte // the white space that stood before s[i]: 0, ' ' or '\n'; one longer than s
}

type glyph struct {
	r   rune
	at  int
	gap byte
}

func normalise(text string) source {
	var gs []glyph
	var gap byte
	for i, r := range text {
		switch {
		case r == '\n' || r == '\u2028' || r == '\u2029':
			gap = '\n'
			continue
		case unicode.IsSpace(r) || unicode.IsControl(r):
			if gap == 0 {
				gap = ' '
			}
			continue
		case unicode.Is(unicode.Cf, r): // zero-width joiners and marks
			continue
		}
		r = narrow(r)
		if gap != 0 && len(gs) > 0 && isDigit(gs[len(gs)-1].r) && isDigit(r) {
			gs = append(gs, glyph{' ', i, gap}) // two numbers, not one
		}
		gs = append(gs, glyph{r, i, gap})
		gap = 0
	}
	src := source{text: text}
	var b strings.Builder
	put := func(g glyph, s string) {
		b.WriteString(s)
		for range len(s) {
			src.at = append(src.at, g.at)
			src.gap = append(src.gap, g.gap)
			g.gap = 0
		}
	}
	for i := 0; i < len(gs); {
		j := i
		for j < len(gs) && isHanDigit(gs[j].r) {
			j++
		}
		if n, ok := unitNumber(gs, i, j); ok {
			put(gs[i], n)
			i = j
			continue
		}
		for j = max(j, i+1); i < j; i++ {
			put(gs[i], string(gs[i].r))
		}
	}
	src.s = b.String()
	src.at = append(src.at, len(text))
	src.gap = append(src.gap, gap)
	return src
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// narrow maps the many forms of one sign to one.
func narrow(r rune) rune {
	if r >= '！' && r <= '～' { // full-width ASCII
		r -= '！' - '!'
	}
	switch r {
	case ',':
		return '，'
	case ';':
		return '；'
	case '｡':
		return '。'
	case '~', '〜', '–', '—', '―', '‐', '‑', '−':
		return '-'
	case '“', '”', '„', '‟', '「', '」', '『', '』', '‘', '’', '\'':
		return '"'
	}
	return r
}

// unitNumber returns the digits of the Chinese numeral gs[i:j] when a unit
// follows it (十月, 三十一日, 五个工作日) or 第 stands before it. Elsewhere the
// characters are words: 统一, 五一, 十四五.
func unitNumber(gs []glyph, i, j int) (string, bool) {
	if i == j {
		return "", false
	}
	var next rune
	if j < len(gs) {
		next = gs[j].r
	}
	if !strings.ContainsRune("年月日号天个周季小星", next) && !(i > 0 && gs[i-1].r == '第') || next == 0 {
		return "", false
	}
	run := make([]rune, 0, j-i)
	for _, g := range gs[i:j] {
		run = append(run, g.r)
	}
	return hanNumber(run, next)
}

// hanNumber reads 二〇二〇 (before 年 only) and 一 to 九百九十九.
func hanNumber(run []rune, next rune) (string, bool) {
	if len(run) > 6 {
		return "", false
	}
	if len(run) == 4 && next == '年' && !strings.ContainsAny(string(run), "十廿卅百") {
		var b strings.Builder
		for _, r := range run {
			b.WriteByte(byte('0' + hanValue(r)))
		}
		return b.String(), true
	}
	total, digit := 0, -1 // digit: one read and not yet weighed
	limit := 1000         // each weight must be smaller than the one before
	for _, r := range run {
		switch r {
		case '百', '十', '廿', '卅':
			weight, times := 10, 1
			switch {
			case r == '百':
				weight = 100
			case r == '廿':
				times = 2
			case r == '卅':
				times = 3
			}
			if digit > 0 {
				if times != 1 {
					return "", false
				}
				times = digit
			}
			if weight >= limit || digit == 0 {
				return "", false
			}
			total, digit, limit = total+times*weight, -1, weight
		default:
			if digit > 0 { // 一二月: two months, not twelve
				return "", false
			}
			digit = hanValue(r)
		}
	}
	if digit > 0 {
		total += digit
	}
	if total == 0 {
		return "", false
	}
	var b []byte
	for n := total; n > 0; n /= 10 {
		b = append([]byte{byte('0' + n%10)}, b...)
	}
	return string(b), true
}

func hanValue(r rune) int {
	switch r {
	case '一':
		return 1
	case '二', '两':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	}
	return 0
}

// before returns the rune that ends at i, 0 at the start.
func (src source) before(i int) rune {
	if i <= 0 {
		return 0
	}
	r, _ := utf8.DecodeLastRuneInString(src.s[:i])
	return r
}

// after returns the rune that begins at i, 0 at the end.
func (src source) after(i int) rune {
	if i >= len(src.s) {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(src.s[i:])
	return r
}

// raw returns the original wording of s[from:to], trimmed, with broken lines
// joined.
func (src source) raw(from, to int) string {
	if from >= to {
		return ""
	}
	lines := strings.FieldsFunc(src.text[src.at[from]:src.at[to]], func(r rune) bool { return r == '\n' || r == '\r' })
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "")
}

var labelRE = regexp.MustCompile(`^["(\[【]*(?:省级要求)?(?:完成|办理|整改|落实|报送|时间)?(?:时限|时间|期限|要求)[")\]】]*:?`)

// blank reports whether s[from:to] says nothing: no letter and no digit, apart
// from a heading such as 完成时限：, or the word 无.
func (src source) blank(from, to int) bool {
	s := src.s[from:to]
	s = s[len(labelRE.FindString(s)):]
	for _, r := range s {
		if unicode.IsLetter(r) && r != '无' || unicode.IsDigit(r) {
			return false
		}
	}
	return true
}

// cut returns where the wording of p ends and that of q begins: after the last
// full stop between them, or else the last comma, or else right before q.
func (src source) cut(p, q phrase) int {
	if q.from <= p.to {
		return q.from
	}
	between := src.s[p.to:q.from]
	for _, stops := range []string{"。；!", "，、"} {
		if i := strings.LastIndexAny(between, stops); i >= 0 {
			_, n := utf8.DecodeRuneInString(between[i:])
			return p.to + i + n
		}
	}
	for i := q.from; i > p.to; i-- {
		if src.gap[i] == '\n' {
			return i
		}
	}
	return q.from
}
