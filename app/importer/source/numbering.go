package source

import (
	"strconv"
	"strings"
)

// paraStyle is what a paragraph style gives.
type paraStyle struct {
	heading      int
	center, bold bool
	num          string // numId; "0" is no list
	level        int
}

type styles struct {
	byID map[string]*element
	def  string
}

func readStyles(root *element) styles {
	s := styles{byID: map[string]*element{}}
	if root == nil {
		return s
	}
	for _, k := range root.kids {
		if k.name == "style" && k.attr["type"] == "paragraph" {
			s.byID[k.attr["styleId"]] = k
			if k.attr["default"] == "1" || k.attr["default"] == "true" {
				s.def = k.attr["styleId"]
			}
		}
	}
	return s
}

// of returns the style of the id with what it inherits.
func (s styles) of(id string) paraStyle {
	if id == "" {
		id = s.def
	}
	var chain []*element // from the style to its oldest ancestor
	for e := s.byID[id]; e != nil && len(chain) < 16; e = s.byID[e.val("basedOn")] {
		chain = append(chain, e)
	}
	var out paraStyle
	for i := len(chain) - 1; i >= 0; i-- {
		e, pr := chain[i], chain[i].kid("pPr")
		if n := pr.num(-1, "outlineLvl"); n >= 0 {
			out.heading = n + 1
		}
		if n, ok := strings.CutPrefix(strings.ToLower(e.val("name")), "heading "); ok {
			out.heading, _ = strconv.Atoi(n)
		}
		if jc := pr.val("jc"); jc != "" {
			out.center = jc == "center"
		}
		if e.kid("rPr", "b") != nil {
			out.bold = e.on("rPr", "b")
		}
		if n := pr.val("numPr", "numId"); n != "" {
			out.num = n
		}
		out.level = pr.num(out.level, "numPr", "ilvl")
	}
	if out.heading < 0 || out.heading > 6 {
		out.heading = 0
	}
	return out
}

// level is one level of a list.
type level struct {
	start       int
	format      string
	text        string // "%1." or "（%2）"
	arabicAbove bool   // isLgl
}

// lists counts the paragraphs that Word numbers by itself.
type lists struct {
	abstract map[string]map[int]level // abstractNumId → levels
	nums     map[string]*element      // numId → w:num
	counts   map[string]map[int]int   // abstractNumId → level → last number: lists of one definition go on
	seen     map[string]bool          // numId already used, so that startOverride counts once
}

func readLists(root *element) *lists {
	l := &lists{abstract: map[string]map[int]level{}, nums: map[string]*element{},
		counts: map[string]map[int]int{}, seen: map[string]bool{}}
	if root == nil {
		return l
	}
	for _, k := range root.kids {
		switch k.name {
		case "abstractNum":
			levels := map[int]level{}
			for _, v := range k.kids {
				if n, err := strconv.Atoi(v.attr["ilvl"]); err == nil && v.name == "lvl" {
					levels[n] = readLevel(v)
				}
			}
			l.abstract[k.attr["abstractNumId"]] = levels
		case "num":
			l.nums[k.attr["numId"]] = k
		}
	}
	return l
}

func readLevel(v *element) level {
	f := v.val("numFmt")
	if f == "" {
		f = "decimal"
	}
	return level{start: v.num(0, "start"), format: f, text: v.val("lvlText"), arabicAbove: v.on("isLgl")}
}

// at returns the list and level of a paragraph, "" without list.
func (l *lists) at(pr *element, own paraStyle) (numID string, lvl int) {
	numID, lvl = own.num, own.level
	if n := pr.val("numPr", "numId"); n != "" {
		numID = n
	}
	lvl = pr.num(lvl, "numPr", "ilvl")
	if numID == "0" || l.nums[numID] == nil {
		return "", 0
	}
	return numID, lvl
}

// next counts the paragraph and returns its label.
func (l *lists) next(numID string, lvl int) string {
	num := l.nums[numID]
	abs := num.val("abstractNumId")
	defs := l.abstract[abs]
	counts := l.counts[abs]
	if counts == nil {
		counts = map[int]int{}
		l.counts[abs] = counts
	}
	override := map[int]level{}
	for _, o := range num.kids {
		n, err := strconv.Atoi(o.attr["ilvl"])
		if o.name != "lvlOverride" || err != nil {
			continue
		}
		if v := o.kid("lvl"); v != nil {
			override[n] = readLevel(v)
		}
		if start := o.num(-1, "startOverride"); start >= 0 && !l.seen[numID] {
			counts[n] = start - 1
		}
	}
	l.seen[numID] = true
	def := func(n int) (level, bool) {
		if d, ok := override[n]; ok {
			return d, true
		}
		d, ok := defs[n]
		return d, ok
	}
	d, ok := def(lvl)
	if !ok {
		return ""
	}
	if c, ok := counts[lvl]; ok {
		counts[lvl] = c + 1
	} else {
		counts[lvl] = d.start
	}
	for n := range counts {
		if n > lvl {
			delete(counts, n) // a deeper level starts again
		}
	}
	if d.format == "bullet" || d.format == "none" && !strings.Contains(d.text, "%") {
		return ""
	}
	out := d.text
	for n := 0; n <= lvl && n < 9; n++ {
		a, ok := def(n)
		if !ok {
			continue
		}
		v, ok := counts[n]
		if !ok {
			v = a.start // a level that was skipped shows its first number
		}
		f := a.format
		if d.arabicAbove {
			f = "decimal"
		}
		out = strings.ReplaceAll(out, "%"+strconv.Itoa(n+1), numeral(f, v))
	}
	return out
}

// numeral writes n in a number format of ECMA-376 part 1, 17.18.59.
func numeral(format string, n int) string {
	switch format {
	case "none", "bullet":
		return ""
	case "chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand",
		"japaneseCounting", "ideographDigital", "koreanDigital2":
		return chinese(n)
	case "decimalEnclosedCircle", "decimalEnclosedCircleChinese":
		if n >= 1 && n <= 20 {
			return string(rune('①' + n - 1))
		}
	case "decimalFullWidth", "decimalFullWidth2":
		return strings.Map(func(r rune) rune { return r - '0' + '０' }, strconv.Itoa(max(n, 0)))
	case "decimalZero":
		if n >= 0 && n < 10 {
			return "0" + strconv.Itoa(n)
		}
	case "upperLetter", "lowerLetter":
		if n >= 1 && n <= 26*8 {
			first := 'A'
			if format == "lowerLetter" {
				first = 'a'
			}
			return strings.Repeat(string(first+rune((n-1)%26)), (n-1)/26+1) // Z, AA, BB
		}
	case "upperRoman":
		return roman(n)
	case "lowerRoman":
		return strings.ToLower(roman(n))
	}
	return strconv.Itoa(n)
}

// chinese writes n up to 9999 as it is counted: 十, 十一, 二十, 一百零五.
func chinese(n int) string {
	const digits = "零一二三四五六七八九"
	if n < 0 || n > 9999 {
		return strconv.Itoa(n)
	}
	if n == 0 {
		return "零"
	}
	digit := func(d int) string { return string([]rune(digits)[d]) }
	var out strings.Builder
	gap := false
	for _, u := range []struct {
		value int
		name  string
	}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		d := n / u.value % 10
		if d == 0 {
			gap = out.Len() > 0
			continue
		}
		if gap {
			out.WriteString("零")
			gap = false
		}
		if u.value != 10 || d != 1 || out.Len() > 0 {
			out.WriteString(digit(d))
		}
		out.WriteString(u.name)
	}
	return out.String()
}

func roman(n int) string {
	if n < 1 || n > 3999 {
		return strconv.Itoa(n)
	}
	var out strings.Builder
	for _, r := range []struct {
		value int
		name  string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"},
		{10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= r.value; n -= r.value {
			out.WriteString(r.name)
		}
	}
	return out.String()
}
