package view

import (
	"slices"
	"strconv"
	"strings"
)

// MatrixRow is one table row. A span says over how many rows a cell reaches; 0
// means that the cell is drawn by a row above.
type MatrixRow struct {
	ID     string // 12-2, anchor of the row
	No     string
	NoSpan int
	L1     LevelCell
	L2     LevelCell
	L3     LevelCell

	Points     string
	Remarks    []string
	PointsSpan int

	M        *MatrixMeasure // nil: the row has no measure
	Span     int            // of measure and progress
	UnitSpan int
	DueSpan  int
	Fan      *FanOut // the row shows a fan-out and nothing else
}

// LevelCell is a cell of an indicator.
type LevelCell struct {
	MatrixLevel
	Span int
}

// Long reports whether the evaluation points need to be cut at the standard
// density: the column holds about sixteen characters in a line, four lines.
func (r MatrixRow) Long() bool {
	n := 0
	for range r.Points {
		n++
	}
	return n > 64
}

// line is one row while the spans are computed.
type line struct {
	item int
	pos  int // of the measure in the item
	m    *MatrixMeasure
	fan  bool
}

// MatrixRows lays items out as table rows with the merges of the document:
//
//   - an indicator reaches over its neighbouring rows, under the same parent;
//   - evaluation points of equal wording reach over neighbouring rows;
//   - a measure that serves several rows reaches over them where its cells
//     touch; elsewhere it is drawn again;
//   - unit and date cells of equal wording in one row of the document are one;
//   - an open measure is followed by its fan-out, which indicators reach over
//     and which cuts merged unit and date cells in two.
func MatrixRows(items []MatrixItem) []MatrixRow {
	lines := layLines(items)
	rows := make([]MatrixRow, len(lines))
	var left [6]int  // first row of the current run: no, levels 1 to 3, points
	var right [3]int // measure, units, date
	for i, ln := range lines {
		it := &items[ln.item]
		row := &rows[i]
		row.ID = it.No + "-" + strconv.Itoa(ln.pos+1)
		if i == 0 || lines[i-1].item != ln.item {
			left[0] = i
			row.No = it.No
		}
		rows[left[0]].NoSpan++
		same := i > 0
		for k := range 3 {
			lv := level(it, k)
			same = same && level(&items[lines[i-1].item], k) == lv
			if !same {
				left[k+1] = i
				cellOf(row, k).MatrixLevel = lv
			}
			cellOf(&rows[left[k+1]], k).Span++
		}
		if i == 0 || !samePoints(items, lines[i-1].item, ln.item) {
			left[4] = i
			row.Points, row.Remarks = it.Points, it.Remarks
		}
		rows[left[4]].PointsSpan++

		if ln.fan {
			row.Fan = ln.m.Open
			continue
		}
		row.M = ln.m
		var prev *line
		if i > 0 && !lines[i-1].fan {
			prev = &lines[i-1]
		}
		joined := [3]bool{}
		if prev != nil && prev.m != nil && ln.m != nil {
			shared := prev.m == ln.m
			inItem := prev.item == ln.item
			joined[0] = shared
			joined[1] = shared || inItem && prev.m.UnitText == ln.m.UnitText
			joined[2] = shared || inItem && prev.m.DueKey == ln.m.DueKey && prev.m.DueText == ln.m.DueText
		}
		for k, j := range joined {
			if !j {
				right[k] = i
			}
		}
		rows[right[0]].Span++
		rows[right[1]].UnitSpan++
		rows[right[2]].DueSpan++
	}
	return rows
}

// layLines lists the rows in order, each open measure followed by its fan-out.
func layLines(items []MatrixItem) []line {
	var lines []line
	for i := range items {
		ms := items[i].Measures
		if len(ms) == 0 {
			lines = append(lines, line{item: i})
			continue
		}
		for p, m := range ms {
			lines = append(lines, line{item: i, pos: p, m: m})
			if m.Open != nil && !continues(items, i, m) {
				lines = append(lines, line{item: i, pos: p, m: m, fan: true})
			}
		}
	}
	return lines
}

// continues reports whether the measure's merged cell goes on in the next row
// of the document: then its fan-out waits for the end.
func continues(items []MatrixItem, i int, m *MatrixMeasure) bool {
	ms := items[i].Measures
	if ms[len(ms)-1] != m || i+1 == len(items) {
		return false
	}
	next := items[i+1].Measures
	return len(next) > 0 && next[0] == m
}

func level(it *MatrixItem, k int) MatrixLevel {
	if k < len(it.Levels) {
		return it.Levels[k]
	}
	return MatrixLevel{}
}

func cellOf(r *MatrixRow, k int) *LevelCell {
	switch k {
	case 0:
		return &r.L1
	case 1:
		return &r.L2
	}
	return &r.L3
}

// samePoints reports whether two neighbouring rows have one cell of evaluation
// points: equal wording under one indicator of the second level.
func samePoints(items []MatrixItem, a, b int) bool {
	if a == b {
		return true
	}
	x, y := &items[a], &items[b]
	return x.Points != "" && x.Points == y.Points && slices.Equal(x.Remarks, y.Remarks) &&
		level(x, 0) == level(y, 0) && level(x, 1) == level(y, 1)
}

// SplitUnits cuts the wording of a unit cell at the names of groups, which are
// then shown with their number of members. names maps a group's names and
// aliases to that number; the longest name that fits wins.
func SplitUnits(wording string, names map[string]int) []UnitPart {
	var out []UnitPart
	from := 0
	for i := 0; i < len(wording); {
		best := ""
		for name := range names {
			if len(name) > len(best) && strings.HasPrefix(wording[i:], name) {
				best = name
			}
		}
		if best == "" {
			i++
			continue
		}
		if from < i {
			out = append(out, UnitPart{Text: wording[from:i]})
		}
		out = append(out, UnitPart{Text: best, Count: names[best]})
		i += len(best)
		from = i
	}
	if from < len(wording) {
		out = append(out, UnitPart{Text: wording[from:]})
	}
	return out
}

// Rest lists what else is open under a bar: three figures at most, what waits
// for the reader first.
func (l *Locale) Rest(b Bar) []RestPart {
	var out []RestPart
	add := func(key, tone string, n int) {
		if n > 0 && len(out) < 3 {
			out = append(out, RestPart{tone, l.T("matrix.rest_"+key, n)})
		}
	}
	add("review", "t-review", b.Of("review"))
	add("returned", "t-returned", b.Of("returned"))
	add("past", "t-past", b.Of("past"))
	add("unack", "", b.Of("unack"))
	add("active", "", b.Of("active")+b.Of("due"))
	return out
}

// Words are those of a measure's light: 逾期 7 家.
func (l *Locale) Words(lamp string, units int) string {
	return l.lampOf(lamp, 0, units, false).Text
}
