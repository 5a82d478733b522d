package duty

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"duban/models"
)

var (
	unitRE  = regexp.MustCompile(`(?:[局委办厅部处科室院所校站队会团社联司行区县乡镇市州旗盟系馆园署库关]|中心|政府|街道|集团|大学|单位|部门|小组|专班|办事大厅|学院|医院|国资|支行|银行|油田|[）)])$`)
	groupRE = regexp.MustCompile(`^各|^(?:有关|相关|其他|其它|全市|全省|全区|全县|全校|全院)|[直属级]各|(?:有关|相关|成员)(?:部门|单位)$|各(?:相关|有关)?(?:部门|单位)$`)
	// bodyRE are names that may take the prefix of the first name of their list.
	bodyRE   = regexp.MustCompile(`^\p{Han}{2,12}(?:局|委|办|厅|委员会|办公室)$`)
	ownRE    = regexp.MustCompile(`^(?:[省市区县州各]|中[央共省]|国家|团[省市区县]|全|有关|相关)|.[省市区县州乡镇]|街道|联席|小组|联合|集团|学校|医院`)
	prefixRE = regexp.MustCompile(`^[省市区县州]\p{Han}{2,}`)
	gluedRE  = regexp.MustCompile(`(?:[局委办厅院]|政府|中心)(?:各|[省市区县]\p{Han})`)
)

// looksUnit reports whether s ends as the name of a body ends.
func looksUnit(s string) bool {
	s = strings.TrimRight(s, " \u3000")
	s = openRE.ReplaceAllString(s, "")
	return unitRE.MatchString(s) && !strings.HasSuffix(s, "社会")
}

// names reads a list of names, all in one role.
func (p *parser) names(from, to int, role models.UnitRole) {
	first, at, depth := len(p.out), from, 0
	s := p.text
	for i := from; i < to; {
		r, n := utf8.DecodeRuneInString(s[i:to])
		cut := 0
		switch {
		case r == '（' || r == '(':
			depth++
		case r == '）' || r == ')':
			depth = max(0, depth-1)
		case depth > 0:
		case r == '、' || r == '/' || r == '／':
			cut = n
		case strings.ContainsRune(" \t\u3000", r) && looksUnit(tail(s[at:i])):
			cut = n
		case strings.HasPrefix(s[i:to], "以及"):
			cut = len("以及")
		case strings.ContainsRune("和及与", r) && looksUnit(tail(s[at:i])) && looksUnit(tail(s[i+n:to])):
			cut = n
		}
		if cut == 0 {
			i += n
			continue
		}
		p.name(at, i, role)
		i += cut
		at = i
	}
	p.name(at, to, role)
	p.carry(first)
}

// tail is the end of s, enough to see how a name ends: keeps the work linear.
func tail(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	i := len(s) - most
	for i < len(s) && !utf8.RuneStart(s[i]) {
		i++
	}
	return s[i:]
}

// name takes one name, or two that lost the sign between them.
func (p *parser) name(from, to int, role models.UnitRole) {
	from, to = unwrap(p.text, from, to)
	var notes []Note
	if m := openRE.FindStringIndex(p.text[from:to]); m != nil {
		to, notes = from+m[0], append(notes, NoteOpenList)
		if from == to { // 等 stands alone after a sign
			return
		}
	}
	if m := markRE.FindStringSubmatchIndex(p.text[from:to]); m != nil && m[0] > 0 {
		inner := p.text[from+m[2] : from+m[3]]
		switch {
		case ruleRE.MatchString(inner):
			to = from + m[0]
		case containsAny(inner, "牵头", "主办", "配合", "协办", "试点") && len(inner) <= len("牵头单位"):
			to, role = from+m[0], verbRole(inner)
			p.explicit = true
		}
	}
	s := p.text[from:to]
	if n := utf8.RuneCountInString(s); n < 2 || n > 40 {
		return
	}
	if m := gluedRE.FindStringIndex(s); m != nil {
		cut := strings.IndexAny(s[m[0]:m[1]], "各省市区县") + m[0]
		left, right := s[:cut], s[cut:]
		own := containsAny(left[max(0, len(left)-6):], "市委", "省委", "区委", "县委") && !strings.HasPrefix(right, "各")
		if cut > 6 && !own && looksUnit(right) {
			p.put(from, from+cut, role, append([]Note{NoteSeparator}, notes...))
			p.name(from+cut, to, role)
			return
		}
	}
	if !looksUnit(s) {
		return
	}
	p.put(from, to, role, notes)
}

func (p *parser) put(from, to int, role models.UnitRole, notes []Note) {
	s := p.text[from:to]
	p.out = append(p.out, Party{Name: s, Text: s, Role: role, Group: groupRE.MatchString(s), From: from, To: to, Notes: notes})
}

// carry gives the prefix of the first name to those after it that have none.
func (p *parser) carry(first int) {
	if first >= len(p.out) || !prefixRE.MatchString(p.out[first].Name) || !looksUnit(p.out[first].Name) {
		return
	}
	prefix := string(firstRune(p.out[first].Name))
	for i := first + 1; i < len(p.out); i++ {
		q := &p.out[i]
		if !q.Group && bodyRE.MatchString(q.Name) && !ownRE.MatchString(strings.TrimPrefix(q.Name, "市场")) {
			q.Name, q.Carried = prefix+q.Name, true
		} else if !q.Group && strings.HasPrefix(q.Name, "市场") && bodyRE.MatchString(q.Name) {
			q.Name, q.Carried = prefix+q.Name, true
		}
	}
}
