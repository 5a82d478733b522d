package models

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// similarEnough is the least share of common pairs of characters (Dice's
// coefficient) at which a text counts as an edited form of another.
const similarEnough = 0.6

// similarReach bounds how far apart, in the list of those left over, two
// candidates may stand, so that the work stays linear.
const similarReach = 32

// version is a draft made ready for matching.
type version struct {
	rowNo, rowText, rowMeasures []string
	rowPairs                    [][]uint64
	inRow                       [][]int // indexes of a row's measures
	text, duties                []string
	pairs                       [][]uint64
	rowsOf                      [][]int // indexes of a measure's rows
}

func newVersion(d Draft) version {
	var v version
	measure, row := map[string]int{}, map[string]int{}
	for i, t := range d.Tasks {
		row[t.No] = i
	}
	for i, m := range d.Measures {
		measure[m.ID] = i
		text := identity(m.Text)
		v.text = append(v.text, text)
		v.duties = append(v.duties, fmt.Sprint(m.No, m.Responsibilities, m.Deadlines, m.Targets))
		v.pairs = append(v.pairs, bigrams(text))
		v.rowsOf = append(v.rowsOf, indexes(m.Rows, row))
	}
	for _, t := range d.Tasks {
		in := slices.DeleteFunc(indexes(t.Measures, measure), func(i int) bool { return i < 0 })
		var own, theirs strings.Builder
		for _, ind := range t.Indicators {
			own.WriteString(ind.Name)
		}
		own.WriteString(t.EvaluationPoints)
		for _, m := range in {
			theirs.WriteString(v.text[m])
		}
		text := identity(own.String())
		if text == "" { // a row that is nothing but its measures
			text = theirs.String()
		}
		v.rowNo, v.rowText = append(v.rowNo, identity(t.No)), append(v.rowText, text)
		v.rowMeasures, v.rowPairs = append(v.rowMeasures, theirs.String()), append(v.rowPairs, bigrams(text))
		v.inRow = append(v.inRow, in)
	}
	return v
}

func indexes(names []string, at map[string]int) []int {
	l := make([]int, len(names))
	for i, name := range names {
		l[i] = -1
		if k, ok := at[name]; ok {
			l[i] = k
		}
	}
	return l
}

// identity returns the letters and digits of a text, full-width forms as
// narrow ones (U+FF01 to U+FF5E), in lower case; a text without any as it is.
func identity(s string) string {
	id := strings.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFEE0
		}
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	if id == "" {
		return s
	}
	return id
}

// bigrams returns the pairs of neighbouring characters, sorted, with repeats.
func bigrams(s string) []uint64 {
	var l []uint64
	last := rune(-1)
	for _, r := range s {
		if last >= 0 {
			l = append(l, uint64(uint32(last))<<32|uint64(uint32(r)))
		}
		last = r
	}
	slices.Sort(l)
	return l
}

// dice returns twice the number of common pairs over the number of all.
func dice(a, b []uint64) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	common := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch c := cmp.Compare(a[i], b[j]); {
		case c < 0:
			i++
		case c > 0:
			j++
		default:
			common, i, j = common+1, i+1, j+1
		}
	}
	return 2 * float64(common) / float64(len(a)+len(b))
}

// matching says for each old index its new one, and back; -1 for none.
type matching struct{ to, from []int }

func newMatching(before, after int) matching {
	m := matching{make([]int, before), make([]int, after)}
	for i := range m.to {
		m.to[i] = -1
	}
	for j := range m.from {
		m.from[j] = -1
	}
	return m
}

func (m matching) pair(i, j int) { m.to[i], m.from[j] = j, i }

// through maps old indexes to new ones.
func (m matching) through(l []int) []int {
	t := make([]int, len(l))
	for k, i := range l {
		t[k] = -1
		if i >= 0 {
			t[k] = m.to[i]
		}
	}
	return t
}

// byKey pairs what is left over under equal keys, in order; "" is no key.
func (m matching) byKey(before, after func(int) string) {
	free := map[string][]int{}
	for j, i := range m.from {
		if k := after(j); i < 0 && k != "" {
			free[k] = append(free[k], j)
		}
	}
	for i, j := range m.to {
		if j >= 0 {
			continue
		}
		k := before(i)
		if l := free[k]; len(l) > 0 {
			m.pair(i, l[0])
			free[k] = l[1:]
		}
	}
}

// bySimilarity pairs what is left over of two lists of indexes, the most
// similar first, then the nearest.
func (m matching) bySimilarity(before, after []int, a, b [][]uint64) {
	before = slices.DeleteFunc(slices.Clone(before), func(i int) bool { return m.to[i] >= 0 })
	after = slices.DeleteFunc(slices.Clone(after), func(j int) bool { return m.from[j] >= 0 })
	type candidate struct {
		score   float64
		far     int
		i, j    int
		oldRank int
	}
	var l []candidate
	for p, i := range before {
		for q := max(0, p-similarReach); q < min(len(after), p+similarReach+1); q++ {
			j := after[q]
			if s := dice(a[i], b[j]); s >= similarEnough {
				l = append(l, candidate{s, max(p-q, q-p), i, j, p})
			}
		}
	}
	slices.SortStableFunc(l, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.far, y.far), cmp.Compare(x.oldRank, y.oldRank))
	})
	for _, c := range l {
		if m.to[c.i] < 0 && m.from[c.j] < 0 {
			m.pair(c.i, c.j)
		}
	}
}

func matchRows(o, n version) matching {
	m := newMatching(len(o.rowNo), len(n.rowNo))
	numbered := func(v version) func(int) string {
		return func(i int) string { return v.rowNo[i] + "\n" + v.rowText[i] }
	}
	of := func(l []string) func(int) string { return func(i int) string { return l[i] } }
	m.byKey(numbered(o), numbered(n))
	m.byKey(of(o.rowText), of(n.rowText))
	m.byKey(of(o.rowMeasures), of(n.rowMeasures))

	after := map[string][]int{} // the same number
	for j, i := range m.from {
		if i < 0 {
			after[n.rowNo[j]] = append(after[n.rowNo[j]], j)
		}
	}
	for i, j := range m.to {
		if j < 0 {
			m.bySimilarity([]int{i}, after[o.rowNo[i]], o.rowPairs, n.rowPairs)
		}
	}

	gap := map[int][]int{} // between the same neighbours: by the new row in front
	front := -1
	for j, i := range m.from {
		if i >= 0 {
			front = j
		} else {
			gap[front] = append(gap[front], j)
		}
	}
	type group struct {
		front int
		rows  []int
	}
	var groups []group
	front = -1
	for i, j := range m.to {
		switch {
		case j >= 0:
			front = j
		case len(groups) > 0 && groups[len(groups)-1].front == front:
			groups[len(groups)-1].rows = append(groups[len(groups)-1].rows, i)
		default:
			groups = append(groups, group{front, []int{i}})
		}
	}
	for _, g := range groups {
		m.bySimilarity(g.rows, gap[g.front], o.rowPairs, n.rowPairs)
	}
	return m
}

func matchMeasures(o, n version, rows matching) matching {
	m := newMatching(len(o.text), len(n.text))
	oldRows := func(i int) []int { return rows.through(o.rowsOf[i]) }
	newRows := func(j int) []int { return n.rowsOf[j] }
	first := func(l []int) []int { return l[:min(1, len(l))] }
	m.byKey(func(i int) string { return listKey(oldRows(i)) + "\n" + o.text[i] + "\n" + o.duties[i] },
		func(j int) string { return listKey(newRows(j)) + "\n" + n.text[j] + "\n" + n.duties[j] })
	m.byKey(func(i int) string { return listKey(first(oldRows(i))) + "\n" + o.text[i] },
		func(j int) string { return listKey(first(newRows(j))) + "\n" + n.text[j] })
	m.byKey(func(i int) string { return o.text[i] }, func(j int) string { return n.text[j] })
	for j, i := range rows.from {
		if i >= 0 {
			m.bySimilarity(o.inRow[i], n.inRow[j], o.pairs, n.pairs)
		}
	}
	return m
}
