package duty

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"duban/models"
)

// parser reads one item. Clauses without a verb wait for the verb of a later
// clause of their sentence: "市公安局、市司法局，浦东新区负责".
type parser struct {
	text     string
	rule     Rule
	out      []Party
	pending  int // first party of out that waits for a verb
	explicit bool
}

var (
	labelRE = regexp.MustCompile(`(?:第一|主要|共同|市级|省级|区级|县级)?(?:牵头|主办|主责|责任|承办|负责|实施|落实|配合|协办|协同|协助|参与|参加|试点|指导)(?:单位|部门|主体|处室|科室|领导|人员|人)(?:及人员)?\s*[:：]|(?:分管|包保|挂点|市级|主管)领导\s*[:：]|(?:负责人|联系人|联系电话|完成时限|完成时间|时间节点|进度安排|时限)\s*[:：]`)
	verbRE  = regexp.MustCompile(`牵头|会同|负责|配合|协助|协同|参与|参加|承办|协办|主办|指导|按照?(?:各自)?(?:职责|职能)|(?:依据|根据|按照|结合)|(?:具体|组织)?(?:实施|落实|推进)|分别|主动`)
	openRE  = regexp.MustCompile(`等(?:\d*个?(?:市级|市直|相关|有关)*(?:部门|单位))?$`)
	markRE  = regexp.MustCompile(`[（(]([^（()）]{1,30})[）)]$`)
)

// item reads text[from:to]: labels first, then what stands under each.
func (p *parser) item(from, to int) {
	role, skip, at := models.UnitResponsible, false, from
	labelled := false
	for _, m := range labelRE.FindAllStringIndex(p.text[from:to], -1) {
		if !skip {
			p.body(at, from+m[0], role, labelled)
		}
		label := p.text[from+m[0] : from+m[1]]
		role, skip = labelRole(label)
		labelled, at = true, from+m[1]
	}
	if !skip {
		p.body(at, to, role, labelled)
	}
}

// labelRole is the role that a label gives, and whether what follows is no
// unit: a person or a date.
func labelRole(label string) (role models.UnitRole, skip bool) {
	for _, w := range []string{"领导", "责任人", "负责人", "联系", "时限", "时间", "进度"} {
		if strings.Contains(label, w) {
			return "", true
		}
	}
	return verbRole(label), false
}

func verbRole(s string) models.UnitRole {
	switch {
	case containsAny(s, "牵头", "主办", "会同"):
		return models.UnitLead
	case containsAny(s, "配合", "协", "参与", "参加", "指导"):
		return models.UnitCooperate
	case strings.Contains(s, "试点"):
		return models.UnitPilot
	}
	return models.UnitResponsible
}

func containsAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// body reads sentences and their clauses. Signs inside brackets do not divide:
// 各乡（镇）政府, 市大数据局（市政务办）.
func (p *parser) body(from, to int, role models.UnitRole, labelled bool) {
	p.explicit = p.explicit || labelled && role != models.UnitResponsible
	p.pending = len(p.out)
	from, to = unwrap(p.text, from, to)
	at, depth := from, 0
	for i, r := range p.text[from:to] {
		i += from
		switch r {
		case '（', '(':
			depth++
		case '）', ')':
			depth = max(0, depth-1)
		case '，', ',', '；', ';', '。', '\n':
			if depth > 0 && r != '\n' && r != '。' {
				continue
			}
			p.clause(at, i, role)
			at = i + utf8.RuneLen(r)
			if r != '，' && r != ',' {
				p.pending, depth = len(p.out), 0
			}
		}
	}
	p.clause(at, to, role)
}

// unwrap takes off brackets that stand open at either end.
func unwrap(s string, from, to int) (int, int) {
	count := func(a, b string) int { return strings.Count(s[from:to], a) + strings.Count(s[from:to], b) }
	open, shut := count("（", "("), count("）", ")") // counted once: the work stays linear
	for from < to {
		t := s[from:to]
		first, n := utf8.DecodeRuneInString(t)
		last, l := utf8.DecodeLastRuneInString(t)
		switch {
		case strings.ContainsRune(" \t\u3000\r", first):
			from += n
		case strings.ContainsRune(" \t\u3000\r", last):
			to -= l
		case strings.ContainsRune("（(", first) && (open > shut || strings.ContainsRune("）)", last) && open == 1):
			from, open = from+n, open-1
		case strings.ContainsRune("）)", last) && shut > open:
			to, shut = to-l, shut-1
		case strings.ContainsRune("【】[]〔〕<>《》〈〉", first):
			from += n
		case strings.ContainsRune("【】[]〔〕<>《》〈〉", last):
			to -= l
		default:
			return from, to
		}
	}
	return from, to
}

// clause reads names and the verb after them.
func (p *parser) clause(from, to int, role models.UnitRole) {
	from, to = unwrap(p.text, from, to)
	s := p.text[from:to]
	for _, w := range []string{"由", "以"} {
		if strings.HasPrefix(s, w) {
			from, s = from+len(w), s[len(w):]
		}
	}
	if ruleRE.MatchString(s) || strings.HasPrefix(s, "下同") {
		return
	}
	verb, end := -1, -1
	for _, m := range verbRE.FindAllStringIndex(s, -1) {
		if open := strings.Count(s[:m[0]], "（") - strings.Count(s[:m[0]], "）"); open == 0 && (looksUnit(s[:m[0]]) || m[0] == 0) {
			verb, end = m[0], m[1]
			break
		}
	}
	if verb < 0 {
		p.names(from, to, role)
		return
	}
	p.names(from, from+verb, role)
	word := s[verb:end]
	got := verbRole(word)
	for i := p.pending; i < len(p.out); i++ {
		p.out[i].Role = got
	}
	p.explicit = p.explicit || got != models.UnitResponsible
	p.pending = len(p.out)
	if word == "会同" {
		rest := end
		stop := len(s)
		for _, m := range verbRE.FindAllStringIndex(s[rest:], -1) {
			if looksUnit(s[rest : rest+m[0]]) {
				stop = rest + m[0]
				break
			}
		}
		p.names(from+rest, from+stop, models.UnitCooperate)
		p.pending = len(p.out)
	}
}

// done applies the rule of the document: it speaks only where the item itself
// gives nobody a role.
func (p *parser) done() []Party {
	if p.rule.FirstLeads && !p.explicit && len(p.out) > 1 {
		p.out[0].Role = models.UnitLead
	}
	return p.out
}
