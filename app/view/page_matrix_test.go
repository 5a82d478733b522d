package view

import (
	"bytes"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"duban/app/i18n"
)

func init() {
	addFixture("matrix", "matrix", func(lang i18n.Lang) any { return matrixFixture(lang) })
	addFixture("matrix-filtered", "matrix", func(lang i18n.Lang) any {
		p := matrixFixture(lang)
		p.Chips = []FilterChip{{"state", "逾期", "?unit=anda-gaj"}, {"unit", "市公安局", "?state=overdue"}}
		p.Clear = p.Path
		p.Filter.States[0].Selected = true
		p.Density[0].Current, p.Density[1].Current = true, false
		return p
	})
	addFixture("matrix-none", "matrix", func(lang i18n.Lang) any {
		p := matrixFixture(lang)
		p.Rows, p.Shown, p.Clear = nil, 0, p.Path
		p.Chips = []FilterChip{{"due", "11月", "?state=returned"}}
		return p
	})
	addFixture("matrix-unit", "matrix", func(lang i18n.Lang) any {
		p := matrixFixture(lang)
		p.Shell = unitShell(lang, "fullplan", p.Path)
		p.ReadOnly, p.BulkHref = true, ""
		return p
	})
	// A plan of sections, as work points are: one level, no third column.
	addFixture("matrix-sections", "matrix", func(lang i18n.Lang) any {
		p := matrixFixture(lang)
		items := matrixItems(lang)
		for i := range items {
			items[i].Levels = items[i].Levels[:1]
		}
		p.Levels, p.Rows = 1, MatrixRows(items)
		return p
	})
}

// drawnMatrix is part of the Anda table as data.
type drawnMatrix struct {
	Items []struct {
		No       string
		Levels   [][2]string
		Points   string
		Measures []string
	}
	Measures map[string]struct {
		No, Text, Shared, Units, Due, Tone, Left, DueText, Lamp, Words string
		Bar                                                            map[string]int
	}
}

func matrixItems(lang i18n.Lang) []MatrixItem {
	b, err := os.ReadFile("testdata/matrix.json")
	if err != nil {
		panic(err)
	}
	var d drawnMatrix
	if err := json.Unmarshal(b, &d); err != nil {
		panic(err)
	}
	l := &Locale{Lang: lang, cat: i18n.Default()}
	ms := map[string]*MatrixMeasure{}
	var items []MatrixItem
	for _, it := range d.Items {
		x := MatrixItem{No: it.No, Points: it.Points}
		for _, lv := range it.Levels {
			x.Levels = append(x.Levels, MatrixLevel{lv[0], lv[1]})
		}
		for pos, id := range it.Measures {
			m := ms[id]
			if m == nil {
				v := d.Measures[id]
				addr := it.No + "-" + strconv.Itoa(pos+1)
				m = &MatrixMeasure{ID: id, Href: "/p/anda-2020/t/" + addr, OpenHref: "?open=" + id + "#r" + addr,
					No: v.No, Name: "第" + it.No + "项", Text: v.Text, Shared: v.Shared, UnitText: v.Units,
					Units: SplitUnits(v.Units, map[string]int{"中省市直各部门": 50, "中省市直部门": 50}),
					Due:   v.Due, DueKey: v.Due, DueLeft: v.Left, DueTone: v.Tone, DueText: v.DueText,
					Lamp: v.Lamp, Words: l.T("state." + v.Lamp), Bar: NewBar(v.Bar)}
				if v.Lamp == "overdue" {
					m.Words = l.Words("overdue", v.Bar["overdue"])
				}
				m.Rest = l.Rest(m.Bar)
				ms[id] = m
			}
			x.Measures = append(x.Measures, m)
		}
		items = append(items, x)
	}
	m := ms["m17"]
	if m == nil || m.Bar.Of("overdue") != 7 {
		panic("the table's open measure is not m17")
	}
	unit := func(names string) []FanUnit {
		var out []FanUnit
		for _, n := range strings.Fields(names) {
			out = append(out, FanUnit{n, "市" + n + "局", "/p/anda-2020/t/12-2?u=x"})
		}
		return out
	}
	act := func(n int, state string) *Action {
		return &Action{Key: "nudge", N: n, Href: "/p/anda-2020/t/12-2/nudge", Post: true, Icon: "nudge", Fields: []HiddenField{{"state", state}}}
	}
	m.OpenHref = "?"
	m.Open = &FanOut{Open: 13, Group: "中省市直各部门", Count: 50, Close: "?#r12-2", NA: 1, Lines: []FanLine{
		{State: "overdue", Count: 7, Units: unit("水务 林草 城管 人防 供热 联通 储备粮"), Act: act(7, "overdue")},
		{State: "returned", Count: 2, Units: unit("扶贫 残联"), Act: act(2, "returned")},
		{State: "review", Count: 4, Units: unit("发改 民政 文旅 档案"), Act: &Action{Key: "review_each", Href: "/p/anda-2020/t/12-2", Primary: true}},
		{State: "done", Count: 37, Units: unit("教育 科技 工信 公安 司法 财政 人社 自然资源 住建 交通 农业 商务 卫健"), More: 24, All: "/p/anda-2020/t/12-2"},
	}}
	return items
}

func matrixFixture(lang i18n.Lang) MatrixPage {
	l := &Locale{Lang: lang, cat: i18n.Default()}
	p := MatrixPage{
		Shell: leadShell(lang, "matrix", "/p/anda-2020/m"), Path: "/p/anda-2020/m",
		Items: 41, Measures: 37, Tasks: 1732, Gaps: []string{"38"}, Shown: 37,
		Views: []MatrixView{{Key: "all", Count: 37, Href: "?", Current: true}, {Key: "overdue", Count: 11, Tone: "overdue", Href: "?view=overdue"},
			{Key: "day", Day: l.Day("2020-10-15"), Count: 17, Href: "?due=2020-10-15"}, {Key: "review", Count: 22, Tone: "review", Href: "?view=review"},
			{Key: "group", Count: 32, Href: "?view=group"}, {Key: "lead", Count: 16, Href: "?view=lead"}},
		Filter: MatrixFilter{
			Inds: []Option{{Value: "A", Label: "A 在线服务成效度"}, {Value: "B", Label: "B 在线办理成熟度"}}, Units: []Option{{Value: "anda-gaj", Label: "市公安局"}},
			Dues:   []Option{{Value: "past", Label: l.T("matrix.due_past")}, {Value: "2020-10-15", Label: l.Day("2020-10-15")}},
			States: []Option{{Value: "overdue", Label: l.T("state.overdue")}, {Value: "review", Label: l.T("state.review")}},
		},
		Density: []DensityLink{{Key: "compact", Href: "?density=compact"}, {Key: "standard", Href: "?", Current: true}, {Key: "full", Href: "?density=full"}},
		Levels:  3, Points: true, HeadDue: "省级要求完成时限", BulkHref: "/p/anda-2020/m/nudge",
	}
	p.Rows = MatrixRows(matrixItems(lang))
	return p
}

// thousand repeats the table until it has a thousand measures, with
// nothing opened.
func thousand(lang i18n.Lang) MatrixPage {
	p := matrixFixture(lang)
	var all []MatrixItem
	n := 0
	for n < 1000 {
		items := matrixItems(lang)
		seen := map[*MatrixMeasure]bool{}
		for _, it := range items {
			for _, m := range it.Measures {
				m.Open = nil
				if !seen[m] {
					seen[m] = true
					n++
				}
			}
		}
		all = append(all, items...)
	}
	p.Measures, p.Rows = n, MatrixRows(all)
	return p
}

// TestMatrixSize holds the page to what a government desk's line can carry: 1 KB
// for each row of the table before compression, official text included (in this
// plan 0.5 KB for each measure).
func TestMatrixSize(t *testing.T) {
	r := newTestRenderer(t)
	p := thousand(i18n.ZH)
	var b bytes.Buffer
	if err := r.Page(&b, i18n.ZH, "matrix", p); err != nil {
		t.Fatal(err)
	}
	per := b.Len() / p.Measures
	t.Logf("%d measures, %d rows, %d KB, %d bytes for each measure", p.Measures, len(p.Rows), b.Len()>>10, per)
	if row := b.Len() / len(p.Rows); row > 1024 || per > 1400 {
		t.Errorf("%d bytes for each measure and %d for each row, want at most 1,400 and 1,024", per, row)
	}
}

func BenchmarkMatrix1000(b *testing.B) {
	r := newTestRenderer(b)
	p := thousand(i18n.ZH)
	var w bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		w.Reset()
		if err := r.Page(&w, i18n.ZH, "matrix", p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMatrixRows1000(b *testing.B) {
	var items []MatrixItem
	for range 28 {
		items = append(items, matrixItems(i18n.ZH)...)
	}
	b.ReportAllocs()
	for b.Loop() {
		MatrixRows(items)
	}
}
