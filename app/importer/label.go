// Package importer reads issued documents into drafts of plans.
//
// It owns how a document is laid out: front matter, numbered items, tables.
// Formats are read by its package source, damage is mended by clean; the words
// of units and deadlines belong to app/duty and app/deadline. It knows no
// database and no clock.
package importer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// mark is the form of an item's number. Documents nest the forms in the order
// of GB/T 9704-2012, 7.3.3 (一、 then （一） then 1. then （1）), or in an order
// of their own: the outline is found by what is nested, not by the form.
type mark int

const (
	markNone     mark = iota
	markChapter       // 第一章, 第一部分
	markArticle       // 第一条
	markHan           // 一、
	markHanIn         // （一）
	markArabic        // 1. 1、 1．
	markArabicIn      // （1） 1）
	markCircle        // ①
)

// label is the number in front of a paragraph.
type label struct {
	mark mark
	n    int
	text string // as printed: （一）
	end  int    // bytes of the paragraph that it takes, with the blanks after it
}

// labelOf reads the number in front of a clean paragraph. A number that is the
// beginning of a quantity or a date is none: 2020年…, 1.5万件, 3个, 12345热线.
func labelOf(s string) (label, bool) {
	body := strings.TrimLeftFunc(s, unicode.IsSpace)
	lead := len(s) - len(body)
	l, ok := labelAt(body)
	if !ok {
		return label{}, false
	}
	l.text = body[:l.end]
	rest := strings.TrimLeftFunc(body[l.end:], unicode.IsSpace)
	l.end = lead + len(body) - len(rest)
	return l, true
}

func labelAt(s string) (label, bool) {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case r >= '①' && r <= '⑳':
		return label{mark: markCircle, n: int(r-'①') + 1, end: size}, true
	case r == '（' || r == '(':
		return labelInBrackets(s, size)
	case r == '第':
		n, used := hanNumber(s[size:])
		rest := s[size+used:]
		for word, m := range map[string]mark{"章": markChapter, "部分": markChapter, "条": markArticle} {
			if used > 0 && strings.HasPrefix(rest, word) {
				return label{mark: m, n: n, end: size + used + len(word)}, true
			}
		}
		return label{}, false
	}
	if n, used := hanNumber(s); used > 0 {
		if sep, ok := separator(s[used:], "、．."); ok {
			return label{mark: markHan, n: n, end: used + sep}, true
		}
		return label{}, false
	}
	n, used := arabic(s)
	if used == 0 || used > 3 {
		return label{}, false
	}
	rest := s[used:]
	if next, size := utf8.DecodeRuneInString(rest); next == '）' || next == ')' {
		return label{mark: markArabicIn, n: n, end: used + size}, true
	}
	sep, ok := separator(rest, "、．.")
	if !ok {
		return label{}, false
	}
	if after, _ := utf8.DecodeRuneInString(rest[sep:]); unicode.IsDigit(after) && !strings.HasPrefix(rest, "、") && !yearFollows(rest[sep:]) {
		return label{}, false // 1.5万件
	}
	return label{mark: markArabic, n: n, end: used + sep}, true
}

// yearFollows tells 1.2020年9月底前 (an item) from 1.2020 (a number).
func yearFollows(s string) bool {
	_, used := arabic(s)
	return used == 4 && strings.HasPrefix(s[used:], "年")
}

func labelInBrackets(s string, open int) (label, bool) {
	n, used := hanNumber(s[open:])
	m := markHanIn
	if used == 0 {
		n, used = arabic(s[open:])
		m = markArabicIn
		if used > 3 {
			return label{}, false
		}
	}
	next, size := utf8.DecodeRuneInString(s[open+used:])
	if used == 0 || next != '）' && next != ')' {
		return label{}, false
	}
	return label{mark: m, n: n, end: open + used + size}, true
}

// separator reports one of the separators in front of s, and its size.
func separator(s, separators string) (int, bool) {
	r, size := utf8.DecodeRuneInString(s)
	return size, r != utf8.RuneError && strings.ContainsRune(separators, r)
}

// arabic reads digits in front of s and how many there are.
func arabic(s string) (n, used int) {
	for used < len(s) && used < 9 && s[used] >= '0' && s[used] <= '9' {
		n = n*10 + int(s[used]-'0')
		used++
	}
	return n, used
}

var hanDigits = map[rune]int{'一': 1, '二': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}

// hanNumber reads a Chinese number from 1 to 99 in front of s and how many
// bytes it takes; 0, 0 without.
func hanNumber(s string) (n, used int) {
	tens, units, seenTen := 0, 0, false
	for i, r := range s {
		switch d, isDigit := hanDigits[r]; {
		case r == '十' && !seenTen:
			tens, units, seenTen = max(units, 1), 0, true
		case isDigit && units == 0:
			units = d
		default:
			if i == 0 {
				return 0, 0
			}
			return tens*10 + units, i
		}
		used = i + utf8.RuneLen(r)
	}
	return tens*10 + units, used
}
