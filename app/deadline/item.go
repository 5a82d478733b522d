package deadline

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// item is a numbered part of a cell; no is 0 for text without a number.
type item struct {
	no       int
	from, to int
}

// split cuts a cell at its item numbers: 1. 1、 1) (1) ① 一、 （一） 一是 第1项.
func split(src source) []item {
	items := []item{{0, 0, len(src.s)}}
	last := 0
	for i := 0; i < len(src.s); {
		no, size := mark(src, i, last)
		if no == 0 {
			_, n := utf8.DecodeRuneInString(src.s[i:])
			i += n
			continue
		}
		items[len(items)-1].to = i
		items = append(items, item{no, i + size, len(src.s)})
		last = no
		i += size
	}
	return items
}

// mark reads an item number at i and returns it with its length, or 0, 0. A
// number counts at the start of the text, of a line or of a sentence; in the
// middle of a sentence only when it continues the count (last + 1).
func mark(src source, i, last int) (no, size int) {
	before := src.before(i)
	start := i == 0 || src.gap[i] != 0 || strings.ContainsRune("。；!:", before)
	rest := src.s[i:]
	r, n := utf8.DecodeRuneInString(rest)
	for _, first := range []rune{'①', '⑴', '⒈'} {
		if r >= first && r < first+20 {
			return int(r-first) + 1, n
		}
	}
	follows := func(no int) bool {
		return start || no == last+1 && last > 0 && !isDigit(before) && before != '.' && before != '('
	}
	switch {
	case isDigit(r):
		digits := leadingDigits(rest)
		if len(digits) > 2 || isDigit(before) {
			return 0, 0
		}
		no, _ = strconv.Atoi(digits)
		tail := rest[len(digits):]
		if no == 0 || !follows(no) {
			return 0, 0
		}
		switch {
		case strings.HasPrefix(tail, ".") && (src.gap[i+len(digits)+1] != 0 || !dotted(tail[1:], no == last+1)):
			return no, len(digits) + 1
		case strings.HasPrefix(tail, "、") && !listed(tail[len("、"):], no, last):
			return no, len(digits) + len("、")
		case strings.HasPrefix(tail, ")") && start:
			return no, len(digits) + 1
		}
	case r == '(':
		inner, _, ok := strings.Cut(rest[1:min(len(rest), 12)], ")")
		if !ok {
			return 0, 0
		}
		if no = smallNumber(inner); no > 0 && follows(no) {
			return no, len(inner) + 2
		}
	case r == '第' && start:
		digits := leadingDigits(rest[n:])
		tail := rest[n+len(digits):]
		if no, _ = strconv.Atoi(digits); no > 0 && no < 100 && strings.HasPrefix(tail, "项") {
			size = n + len(digits) + len("项")
			if strings.HasPrefix(rest[size:], ":") {
				size++
			}
			return no, size
		}
	case start && isHanDigit(r):
		rest = rest[:min(len(rest), 24)]
		end := strings.IndexFunc(rest, func(r rune) bool { return !isHanDigit(r) })
		if end < 0 || end > 9 {
			return 0, 0
		}
		no = smallNumber(rest[:end])
		next, _ := utf8.DecodeRuneInString(rest[end:])
		after := rest[end+utf8.RuneLen(next):]
		first, _ := utf8.DecodeRuneInString(after)
		if no > 0 && (next == '、' && !isHanDigit(first) && !listed(after, no, last) || next == '是' && no == last+1) {
			return no, end + utf8.RuneLen(next)
		}
	}
	return 0, 0
}

// leadingDigits returns the digits that s begins with, five at most: more than
// any rule here accepts.
func leadingDigits(s string) string {
	i := 0
	for i < len(s) && i < 5 && isDigit(rune(s[i])) {
		i++
	}
	return s[:i]
}

// smallNumber reads 1 to 99 in either script, else 0.
func smallNumber(s string) int {
	if s == "" {
		return 0
	}
	if d, ok := hanNumber([]rune(s), 0); ok && isHanDigit([]rune(s)[0]) {
		s = d
	}
	if len(s) > 2 || leadingDigits(s) != s {
		return 0
	}
	n, _ := strconv.Atoi(s)
	return n
}

// dotted reports whether the text after "N." makes it a date or a decimal
// (10.15前, 3.5%) rather than an item number (1.9月底前, 1.2020年). next says that
// N is the number that the count expects: 1.9.30前 is item 1, 20.9.30前 is a date.
func dotted(after string, next bool) bool {
	digits := leadingDigits(after)
	if digits == "" || len(digits) > 3 {
		return false
	}
	rest := after[len(digits):]
	if next && len(rest) > 1 && rest[0] == '.' && isDigit(rune(rest[1])) {
		return false
	}
	for _, unit := range []string{"年", "月", "个", "周", "季", "天", "工作日", "小时", "日内", "日以内", "日之内"} {
		if strings.HasPrefix(rest, unit) {
			return false
		}
	}
	return true
}

// listed reports whether the text after "N、" makes it one of a list of months
// or days (6、12月底前) rather than an item number (1、9月底前), which continues
// the count from last. 1、2季度 are two quarters even so.
func listed(after string, no, last int) bool {
	digits := leadingDigits(after)
	if digits == "" || len(digits) > 2 {
		return false
	}
	rest := after[len(digits):]
	if strings.HasPrefix(rest, "、") {
		return true
	}
	if strings.HasPrefix(rest, "季") {
		return digits == strconv.Itoa(no+1)
	}
	return no != last+1 && (strings.HasPrefix(rest, "月") || strings.HasPrefix(rest, "日"))
}
