package view

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"duban/app/i18n"
)

// spans writes the rows as "no l1 l2 l3 points measure unit due", 0 for a cell
// that is drawn above, "fan" for a fan-out.
func spans(rows []MatrixRow) []string {
	var out []string
	for _, r := range rows {
		if r.Fan != nil {
			out = append(out, fmt.Sprintf("%d %d %d %d %d fan", r.NoSpan, r.L1.Span, r.L2.Span, r.L3.Span, r.PointsSpan))
			continue
		}
		out = append(out, fmt.Sprintf("%d %d %d %d %d %d %d %d", r.NoSpan, r.L1.Span, r.L2.Span, r.L3.Span, r.PointsSpan, r.Span, r.UnitSpan, r.DueSpan))
	}
	return out
}

func levels(names ...string) []MatrixLevel {
	var out []MatrixLevel
	for _, n := range names {
		out = append(out, MatrixLevel{Name: n})
	}
	return out
}

func TestMatrixRows(t *testing.T) {
	fan := &FanOut{}
	m := func(units, due string, open *FanOut) *MatrixMeasure {
		return &MatrixMeasure{UnitText: units, DueKey: due, DueText: due, Open: open}
	}
	shared := m("u", "d", nil)
	open := m("u", "d", fan)
	edge := m("u", "d", nil)
	for _, c := range []struct {
		name  string
		items []MatrixItem
		want  []string
	}{
		{"two measures, equal units and dates are one cell", []MatrixItem{
			{No: "1", Levels: levels("A", "A1", "A11"), Points: "p", Measures: []*MatrixMeasure{m("u", "d", nil), m("u", "d", nil)}},
		}, []string{
			"2 2 2 2 2 1 2 2",
			"0 0 0 0 0 1 0 0",
		}},
		{"other units, other dates", []MatrixItem{
			{No: "1", Levels: levels("A", "A1", "A11"), Points: "p", Measures: []*MatrixMeasure{m("u", "d", nil), m("v", "d", nil), m("v", "e", nil)}},
		}, []string{
			"3 3 3 3 3 1 1 2",
			"0 0 0 0 0 1 2 0",
			"0 0 0 0 0 1 0 1",
		}},
		{"equal units of two rows stay apart", []MatrixItem{
			{No: "1", Levels: levels("A", "A1", "A11"), Points: "p", Measures: []*MatrixMeasure{m("u", "d", nil)}},
			{No: "2", Levels: levels("A", "A1", "A12"), Points: "q", Measures: []*MatrixMeasure{m("u", "d", nil)}},
		}, []string{
			"1 2 2 1 1 1 1 1",
			"1 0 0 1 1 1 1 1",
		}},
		{"a measure of four rows, points of equal wording", []MatrixItem{
			{No: "8", Levels: levels("B", "B1", "a"), Points: "p", Measures: []*MatrixMeasure{shared}},
			{No: "9", Levels: levels("B", "B1", "b"), Points: "p", Measures: []*MatrixMeasure{shared}},
			{No: "10", Levels: levels("B", "B1", "c"), Points: "p", Measures: []*MatrixMeasure{shared}},
			{No: "11", Levels: levels("B", "B2", "d"), Points: "p", Measures: []*MatrixMeasure{shared}},
		}, []string{
			"1 4 3 1 3 4 4 4",
			"1 0 0 1 0 0 0 0",
			"1 0 0 1 0 0 0 0",
			"1 0 1 1 1 0 0 0",
		}},
		{"the fan-out follows its measure and cuts merged cells", []MatrixItem{
			{No: "1", Levels: levels("A", "A1", "A11"), Points: "p", Measures: []*MatrixMeasure{m("u", "d", nil), open, m("u", "d", nil)}},
		}, []string{
			"4 4 4 4 4 1 2 2",
			"0 0 0 0 0 1 0 0",
			"0 0 0 0 0 fan",
			"0 0 0 0 0 1 1 1",
		}},
		{"the fan-out of a shared measure waits for its end", []MatrixItem{
			{No: "8", Levels: levels("B", "B1", "a"), Points: "p", Measures: []*MatrixMeasure{open}},
			{No: "9", Levels: levels("B", "B1", "b"), Points: "p", Measures: []*MatrixMeasure{open}},
			{No: "10", Levels: levels("B", "B1", "c"), Points: "p", Measures: []*MatrixMeasure{m("u", "d", nil)}},
		}, []string{
			"1 4 4 1 4 2 2 2",
			"2 0 0 2 0 0 0 0",
			"0 0 0 0 0 fan",
			"1 0 0 1 0 1 1 1",
		}},
		{"last of one row and first of the next", []MatrixItem{
			{No: "1", Levels: levels("A", "A1", "a"), Points: "p", Measures: []*MatrixMeasure{m("v", "d", nil), edge}},
			{No: "2", Levels: levels("A", "A1", "b"), Points: "q", Measures: []*MatrixMeasure{edge, m("w", "e", nil)}},
		}, []string{
			"2 4 4 2 2 1 1 3",
			"0 0 0 0 0 2 2 0",
			"2 0 0 2 2 0 0 0",
			"0 0 0 0 0 1 1 1",
		}},
		{"equal names under other parents stay apart; a missing level", []MatrixItem{
			{No: "1", Levels: levels("A", "x"), Points: "", Measures: []*MatrixMeasure{m("u", "d", nil)}},
			{No: "2", Levels: levels("B", "x"), Points: "", Measures: []*MatrixMeasure{m("u", "d", nil)}},
			{No: "3", Levels: levels("B"), Points: "", Measures: nil},
		}, []string{
			"1 1 1 1 1 1 1 1",
			"1 2 1 1 1 1 1 1",
			"1 0 1 1 1 1 1 1",
		}},
	} {
		if got := spans(MatrixRows(c.items)); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.name, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
	}
	if rows := MatrixRows(nil); len(rows) != 0 {
		t.Errorf("no items make %d rows", len(rows))
	}
}

// TestMatrixRowsFill lays out random plans and paints the table as a browser
// does: every field of the grid must be covered once.
func TestMatrixRowsFill(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for try := range 300 {
		var items []MatrixItem
		var last *MatrixMeasure
		for i := range 1 + rnd.IntN(9) {
			it := MatrixItem{No: fmt.Sprint(i), Points: []string{"", "p", "q"}[rnd.IntN(3)]}
			for k := range rnd.IntN(4) {
				it.Levels = append(it.Levels, MatrixLevel{Name: fmt.Sprint(k, rnd.IntN(2))})
			}
			for k := range rnd.IntN(4) {
				m := &MatrixMeasure{UnitText: fmt.Sprint(rnd.IntN(2)), DueKey: fmt.Sprint(rnd.IntN(2))}
				if rnd.IntN(4) == 0 {
					m.Open = &FanOut{}
				}
				if k == 0 && last != nil && rnd.IntN(2) == 0 {
					m = last
				}
				it.Measures = append(it.Measures, m)
				last = m
			}
			items = append(items, it)
		}
		rows := MatrixRows(items)
		const columns = 9
		taken := make([][columns]bool, len(rows))
		paint := func(row, col, width, span int) {
			for r := row; r < row+span; r++ {
				for c := col; c < col+width; c++ {
					if r >= len(rows) {
						t.Fatalf("try %d: a cell of row %d reaches below the table", try, row)
					}
					if taken[r][c] {
						t.Fatalf("try %d: row %d column %d is covered twice", try, r, c)
					}
					taken[r][c] = true
				}
			}
		}
		for i, r := range rows {
			for c, span := range []int{r.NoSpan, r.L1.Span, r.L2.Span, r.L3.Span, r.PointsSpan} {
				paint(i, c, 1, span)
			}
			switch {
			case r.Fan != nil:
				paint(i, 5, 4, 1)
			case r.M == nil:
				paint(i, 5, 4, 1) // one cell that says so
			default:
				for c, span := range []int{r.Span, r.UnitSpan, r.DueSpan, r.Span} {
					paint(i, 5+c, 1, span)
				}
			}
		}
		for r, row := range taken {
			for c, ok := range row {
				if !ok {
					t.Fatalf("try %d: row %d column %d is not covered", try, r, c)
				}
			}
		}
	}
}

func TestSplitUnits(t *testing.T) {
	names := map[string]int{"中省市直各部门": 50, "中省市直": 48, "各乡镇政府": 14}
	for in, want := range map[string][]UnitPart{
		"":        nil,
		"市民政局。":   {{"市民政局。", 0}},
		"中省市直各部门": {{"中省市直各部门", 50}},
		"1.营商局牵头，中省市直各部门配合。": {{"1.营商局牵头，", 0}, {"中省市直各部门", 50}, {"配合。", 0}},
		"市民政局各乡镇政府中省市直":      {{"市民政局", 0}, {"各乡镇政府", 14}, {"中省市直", 48}},
	} {
		if got := SplitUnits(in, names); !slices.Equal(got, want) {
			t.Errorf("SplitUnits(%q) = %v, want %v", in, got, want)
		}
	}
}

func TestRest(t *testing.T) {
	l := &Locale{Lang: i18n.ZH, cat: i18n.Default()}
	got := l.Rest(NewBar(map[string]int{"done": 3, "review": 6, "due": 16, "active": 2, "unack": 2, "returned": 1, "overdue": 9}))
	want := []RestPart{{"t-review", "待审 6"}, {"t-returned", "退回 1"}, {"", "未签收 2"}}
	if !slices.Equal(got, want) {
		t.Errorf("Rest = %v, want %v", got, want)
	}
	got = l.Rest(NewBar(map[string]int{"due": 16, "active": 2, "done": 1}))
	if want := []RestPart{{"", "办理 18"}}; !slices.Equal(got, want) {
		t.Errorf("Rest = %v, want %v", got, want)
	}
}
