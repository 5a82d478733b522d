package models_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"duban/models"
)

// sentence makes a text of its own characters: two of them share no pair.
func sentence(k int) string {
	var b strings.Builder
	for i := range 12 {
		b.WriteRune(rune(0x4E00 + (k*12+i)%20000))
	}
	return b.String() + "。"
}

// diffDraft is a plan of rows 1 to n with the given number of measures each.
func diffDraft(rows, each int) models.Draft {
	d := models.Draft{Plan: models.DraftPlan{Key: "k", Title: "工作要点", Issued: models.Date{}, Year: 2020}}
	for r := range rows {
		t := models.DraftTask{No: fmt.Sprint(r + 1), EvaluationPoints: sentence(r * (each + 1))}
		for k := range each {
			id := fmt.Sprintf("m%d-%d", r+1, k+1)
			t.Measures = append(t.Measures, id)
			d.Measures = append(d.Measures, models.DraftMeasure{ID: id, Text: sentence(r*(each+1) + k + 1), Rows: []string{t.No},
				Responsibilities: []models.DraftResponsibility{{Name: "甲局", Unit: "甲局", Role: models.UnitLead}},
				Deadlines:        []models.DraftDeadline{{Text: "年底前", Kind: models.DeadlineMonthEnd}}})
		}
		d.Tasks = append(d.Tasks, t)
	}
	return d
}

// complete fails unless each index of both versions is in exactly one item, of
// the class that its sides and fields allow.
func complete[T any](t interface {
	Fatalf(string, ...any)
}, items []models.DiffItem[T], before, after int) {
	olds, news := make([]int, before), make([]int, after)
	for _, i := range items {
		if (i.Old == nil) != (i.OldAt < 0) || (i.New == nil) != (i.NewAt < 0) {
			t.Fatalf("sides of %+v", i)
		}
		if i.OldAt >= 0 {
			olds[i.OldAt]++
		}
		if i.NewAt >= 0 {
			news[i.NewAt]++
		}
		differs := i.Class == models.DiffChanged || i.Class == models.DiffMoved
		if (i.Class == models.DiffAdded) != (i.Old == nil) || (i.Class == models.DiffWithdrawn) != (i.New == nil) || differs != (len(i.Fields) > 0) {
			t.Fatalf("class of %+v", i)
		}
	}
	for _, n := range append(olds, news...) {
		if n != 1 {
			t.Fatalf("old %v, new %v", olds, news)
		}
	}
}

// said lists what a difference says but for what stays the same.
func said[T any](items []models.DiffItem[T], name func(*T) string) []string {
	l := []string{}
	for _, i := range items {
		if i.Class == models.DiffSame {
			continue
		}
		x := i.New
		if x == nil {
			x = i.Old
		}
		l = append(l, strings.TrimSpace(fmt.Sprint(i.Class, " ", name(x), " ", strings.Join(i.Fields, ","))))
	}
	slices.Sort(l)
	return l
}

func rowNo(t *models.DraftTask) string        { return t.No }
func measureID(m *models.DraftMeasure) string { return m.ID }
func want(l ...string) []string               { slices.Sort(l); return l }
func edited(text string) string               { return strings.TrimSuffix(text, "。") + "修订。" }

func TestDiffCases(t *testing.T) {
	for name, c := range map[string]struct {
		edit           func(d *models.Draft)
		plan           []string
		rows, measures []string
	}{
		"nothing": {edit: func(*models.Draft) {}},
		"ids given anew": {edit: func(d *models.Draft) {
			for i := range d.Measures {
				d.Measures[i].ID = fmt.Sprint("x", i)
				d.Tasks[i/2].Measures[i%2] = d.Measures[i].ID
			}
		}},
		"plan facts":   {edit: func(d *models.Draft) { d.Plan.Title, d.Plan.Year = "新要点", 2021 }, plan: []string{"title", "year"}},
		"text edited":  {edit: func(d *models.Draft) { d.Measures[2].Text = edited(d.Measures[2].Text) }, measures: want("changed m2-1 text")},
		"punctuation":  {edit: func(d *models.Draft) { d.Measures[2].Text += "；" }, measures: want("changed m2-1 text")},
		"text another": {edit: func(d *models.Draft) { d.Measures[2].Text = sentence(900) }, measures: want("added m2-1", "withdrawn m2-1")},
		"unit": {edit: func(d *models.Draft) { d.Measures[0].Responsibilities[0].Role = models.UnitCooperate },
			measures: want("changed m1-1 responsibilities")},
		"deadline and target": {edit: func(d *models.Draft) {
			d.Measures[0].Deadlines[0].Text = "9月底前"
			d.Measures[0].Targets = []models.DraftTarget{{Text: "达到90%", Op: ">=", Value: 90}}
		}, measures: want("changed m1-1 deadlines,targets")},
		"measures change places": {edit: func(d *models.Draft) { slices.Reverse(d.Tasks[0].Measures) }, measures: want("moved m1-1 place")},
		"measure to another row": {edit: func(d *models.Draft) {
			d.Measures[0].Rows = []string{"3"}
			d.Tasks[0].Measures, d.Tasks[2].Measures = []string{"m1-2"}, []string{"m3-1", "m3-2", "m1-1"}
		}, measures: want("moved m1-1 rows")},
		"last row first": {edit: func(d *models.Draft) {
			d.Tasks = append([]models.DraftTask{d.Tasks[3]}, d.Tasks[:3]...)
		}, rows: want("moved 4 place")},
		"last row first and edited, under its number": {edit: func(d *models.Draft) {
			d.Tasks = append([]models.DraftTask{d.Tasks[3]}, d.Tasks[:3]...)
			d.Tasks[0].EvaluationPoints, d.Measures[6].Text = edited(d.Tasks[0].EvaluationPoints), edited(d.Measures[6].Text)
		}, rows: want("changed 4 evaluation_points,place"), measures: want("changed m4-1 text")},
		"row edited": {edit: func(d *models.Draft) { d.Tasks[1].EvaluationPoints = edited(d.Tasks[1].EvaluationPoints) },
			rows: want("changed 2 evaluation_points")},
		"row reworded, measures as they were": {edit: func(d *models.Draft) { d.Tasks[1].EvaluationPoints = sentence(901) },
			rows: want("changed 2 evaluation_points")},
		"row put in front, all numbers move, one row and its measure edited": {edit: func(d *models.Draft) {
			for i := range d.Tasks {
				d.Tasks[i].No = fmt.Sprint(i + 2)
			}
			for i := range d.Measures {
				d.Measures[i].Rows = []string{fmt.Sprint(i/2 + 2)}
			}
			d.Tasks[1].EvaluationPoints, d.Measures[2].Text = edited(d.Tasks[1].EvaluationPoints), edited(d.Measures[2].Text)
			d.Tasks = append([]models.DraftTask{{No: "1", EvaluationPoints: sentence(902), Measures: []string{"new"}}}, d.Tasks...)
			d.Measures = append(d.Measures, models.DraftMeasure{ID: "new", Text: sentence(903), Rows: []string{"1"}})
		}, rows: want("added 1", "moved 2 no", "changed 3 no,evaluation_points", "moved 4 no", "moved 5 no"),
			measures: want("added new", "changed m2-1 text")},
		"row withdrawn": {edit: func(d *models.Draft) { d.Tasks, d.Measures = d.Tasks[1:], d.Measures[2:] },
			rows: want("withdrawn 1"), measures: want("withdrawn m1-1", "withdrawn m1-2")},
	} {
		before := diffDraft(4, 2)
		after := before.Clone()
		c.edit(&after)
		d := models.DiffPlan(before, after)
		complete(t, d.Tasks, len(before.Tasks), len(after.Tasks))
		complete(t, d.Measures, len(before.Measures), len(after.Measures))
		rows, measures := said(d.Tasks, rowNo), said(d.Measures, measureID)
		if !slices.Equal(d.PlanFields, c.plan) || !slices.Equal(rows, c.rows) || !slices.Equal(measures, c.measures) {
			t.Errorf("%s: plan %v, rows %q, measures %q", name, d.PlanFields, rows, measures)
		}
		if d.Empty() != (len(c.plan)+len(c.rows)+len(c.measures) == 0) {
			t.Errorf("%s: empty %v", name, d.Empty())
		}
	}
}

// TestDiffEqualTexts: under equal texts the row decides, then the number, and
// a row that is only its measures is known by them.
func TestDiffEqualTexts(t *testing.T) {
	before := diffDraft(3, 1)
	for i := range before.Tasks {
		before.Tasks[i].EvaluationPoints = ""
		before.Measures[i].Text = "加强宣传。"
	}
	after := before.Clone()
	after.Tasks, after.Measures = slices.Delete(after.Tasks, 1, 2), slices.Delete(after.Measures, 1, 2)
	d := models.DiffPlan(before, after)
	rows, measures := said(d.Tasks, rowNo), said(d.Measures, measureID)
	if !slices.Equal(rows, want("withdrawn 2")) || !slices.Equal(measures, want("withdrawn m2-1")) {
		t.Errorf("rows %q, measures %q", rows, measures)
	}
}

// TestDiffSeeds: the plans that come with the program differ in nothing from
// themselves, and wholly from nothing.
func TestDiffSeeds(t *testing.T) {
	for _, key := range []string{"anda-2020", "shanghai-2019"} {
		f, err := os.Open("../seeds/plans/" + key + ".json")
		if err != nil {
			t.Fatal(err)
		}
		plan, err := models.ReadDraft(f)
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if d := models.DiffPlan(plan, plan); !d.Empty() {
			t.Errorf("%s: rows %q, measures %q", key, said(d.Tasks, rowNo), said(d.Measures, measureID))
		}
		d := models.DiffPlan(models.Draft{}, plan)
		complete(t, d.Tasks, 0, len(plan.Tasks))
		complete(t, d.Measures, 0, len(plan.Measures))
	}
}

// TestDiffEdits: edits of different measures are found, all of them and
// nothing else.
func TestDiffEdits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := diffDraft(rapid.IntRange(1, 6).Draw(t, "rows"), rapid.IntRange(2, 4).Draw(t, "each"))
		after := before.Clone()
		expect := []string{}
		for i := len(after.Measures) - 1; i >= 0; i-- {
			m := &after.Measures[i]
			switch rapid.IntRange(0, 6).Draw(t, m.ID) {
			case 0:
				m.Text = edited(m.Text)
				expect = append(expect, "changed "+m.ID+" text")
			case 1:
				m.Deadlines = nil
				expect = append(expect, "changed "+m.ID+" deadlines")
			case 2:
				m.Text, m.No = "并"+m.Text, "（一）"
				expect = append(expect, "changed "+m.ID+" no,text")
			case 3:
				id, row := m.ID, slices.IndexFunc(after.Tasks, func(r models.DraftTask) bool { return r.No == m.Rows[0] })
				after.Measures = slices.Delete(after.Measures, i, i+1)
				after.Tasks[row].Measures = slices.DeleteFunc(after.Tasks[row].Measures, func(s string) bool { return s == id })
				expect = append(expect, "withdrawn "+id)
			case 4:
				row := slices.IndexFunc(after.Tasks, func(r models.DraftTask) bool { return r.No == m.Rows[0] })
				id := "new-" + m.ID
				at := slices.Index(after.Tasks[row].Measures, m.ID)
				after.Tasks[row].Measures = slices.Insert(after.Tasks[row].Measures, at, id)
				after.Measures = slices.Insert(after.Measures, i, models.DraftMeasure{ID: id, Text: sentence(500 + i), Rows: []string{after.Tasks[row].No}})
				expect = append(expect, "added "+id)
			}
		}
		d := models.DiffPlan(before, after)
		slices.Sort(expect)
		if got := said(d.Measures, measureID); !slices.Equal(got, expect) {
			t.Fatalf("measures %q, want %q", got, expect)
		}
		if got := said(d.Tasks, rowNo); len(got) > 0 {
			t.Fatalf("rows %q", got)
		}
	})
}

// TestDiffAnything: whatever two drafts are, each row and measure has one
// class, a draft is no different from itself, and the answer is always the same.
func TestDiffAnything(t *testing.T) {
	text := rapid.SampledFrom([]string{"", "。", "甲", "加强宣传", "加强宣传。", "加强宣传工作", "完善制度", "完善制度机制"})
	draft := func(t *rapid.T) models.Draft {
		d := diffDraft(rapid.IntRange(0, 5).Draw(t, "rows"), rapid.IntRange(0, 4).Draw(t, "each"))
		for i := range d.Tasks {
			d.Tasks[i].EvaluationPoints = text.Draw(t, "row")
		}
		for i := range d.Measures {
			d.Measures[i].Text = text.Draw(t, "measure")
		}
		return d
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draft(t), draft(t)
		d := models.DiffPlan(a, b)
		complete(t, d.Tasks, len(a.Tasks), len(b.Tasks))
		complete(t, d.Measures, len(a.Measures), len(b.Measures))
		if !models.DiffPlan(a, a).Empty() {
			t.Fatalf("not the same as itself: %+v", a)
		}
		again := models.DiffPlan(a, b)
		if !slices.Equal(said(d.Tasks, rowNo), said(again.Tasks, rowNo)) || !slices.Equal(said(d.Measures, measureID), said(again.Measures, measureID)) {
			t.Fatalf("two answers")
		}
	})
}

func BenchmarkDiffPlan(b *testing.B) {
	before := diffDraft(10000, 1)
	after := before.Clone()
	for i := range after.Measures {
		after.Measures[i].Text = edited(after.Measures[i].Text)
	}
	for b.Loop() {
		models.DiffPlan(before, after)
	}
}
