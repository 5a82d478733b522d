// Package duty reads the wording of responsibility: who leads, who answers,
// who helps. It reads clean text, a unit cell or a list after a label; it does
// not search prose, where an actor is not an assignment.
package duty

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"duban/models"
)

// Note is something about a party that a person may want to look at.
type Note string

// Notes of a party.
const (
	NoteOpenList  Note = "open_list"         // 等: the list says that it is not complete
	NoteSeparator Note = "missing_separator" // 市民政局各乡镇政府: read as two
)

// Party is one unit or group with its role.
type Party struct {
	Name    string          // with a carried prefix: 市发展改革委
	Text    string          // as written
	Role    models.UnitRole // lead, responsible, cooperate, pilot
	Group   bool            // 各区, 中省市直各部门, 有关单位
	Carried bool            // Name has a prefix that was written on the first name only
	From,
	To int // bytes of Text in the text parsed
	Notes []Note
}

// Item is one numbered part of a cell, or the whole of a cell without numbers.
type Item struct {
	No       int // printed number, 0 without
	Text     string
	From, To int // bytes in the text parsed
	Parties  []Party
}

// Rule is what a document states once for all of its items.
type Rule struct {
	FirstLeads bool // 排在第一位的为牵头单位，下同
}

var ruleRE = regexp.MustCompile(`(?:排在?|列在?|位列|列)(?:首位|第一位|第一)的?(?:单位|部门)?(?:均?为|是|即为)(?:牵头|主要责任|主办)(?:单位|部门)`)

// FindRule reports the rule that a paragraph states for the items after it.
func FindRule(paragraph string) (Rule, bool) {
	if ruleRE.MatchString(paragraph) {
		return Rule{FirstLeads: true}, true
	}
	return Rule{}, false
}

// numberRE is an item number: circled ones divide anywhere, others only at the
// start or after a stop, so that a count inside a name divides nothing.
var numberRE = regexp.MustCompile(`(?:^|[。；;\n])\s*(?:(\d{1,2})(?:[.．]|、)|[（(](\d{1,2})[）)])|([①-⑳])`)

// Parse reads a unit cell or a label list. An item that names nobody has no
// parties; nothing is invented.
func Parse(cell string, rule Rule) []Item {
	var items []Item
	start, no := 0, 0
	add := func(to int) {
		part := cell[start:to]
		from := start + len(part) - len(strings.TrimLeftFunc(part, unicode.IsSpace))
		to = start + len(strings.TrimRightFunc(part, unicode.IsSpace))
		if from >= to {
			return
		}
		p := parser{text: cell, rule: rule}
		p.item(from, to)
		items = append(items, Item{No: no, Text: cell[from:to], From: from, To: to, Parties: p.done()})
	}
	for _, m := range numberRE.FindAllStringSubmatchIndex(cell, -1) {
		cut := m[0]
		if stop, size := utf8.DecodeRuneInString(cell[cut:]); strings.ContainsRune("。；;\n", stop) {
			cut += size
		}
		add(cut)
		start, no = m[1], number(cell, m)
	}
	add(len(cell))
	return items
}

func number(s string, m []int) int {
	for _, g := range []int{2, 4} {
		if m[g] >= 0 {
			n := 0
			for _, c := range s[m[g]:m[g+1]] {
				n = n*10 + int(c-'0')
			}
			return n
		}
	}
	return int(firstRune(s[m[6]:])-'①') + 1
}

// firstRune is the first character of s, utf8.RuneError of an empty one.
func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
