package models_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"duban/models"

	"pgregory.net/rapid"
)

func editDraft() models.Draft {
	return models.Draft{
		Plan:  models.DraftPlan{Key: "k", Title: "方案", Year: 2020},
		Tasks: []models.DraftTask{{No: "1", Measures: []string{"m1"}}, {No: "2", Measures: []string{"m2", "m3"}}},
		Measures: []models.DraftMeasure{{ID: "m1", Text: "一", Rows: []string{"1"}}, {ID: "m2", Text: "二", Rows: []string{"2"}},
			{ID: "m3", Text: "三", Rows: []string{"2"}, Deadlines: []models.DraftDeadline{{Text: "2020年9月底前", Kind: models.DeadlineMonthEnd}}}},
	}
}

// TestEdit changes values in place and takes each change back.
func TestEdit(t *testing.T) {
	due := models.DraftDeadline{Text: "年底前", Kind: models.DeadlineYearEnd}
	for name, tt := range map[string]struct {
		edits []models.Edit
		check func(models.Draft) bool
	}{
		"title":  {[]models.Edit{models.SetField("plan", "", "title", "新方案")}, func(d models.Draft) bool { return d.Plan.Title == "新方案" }},
		"date":   {[]models.Edit{models.SetField("measure", "m1", "deadlines", []models.DraftDeadline{due})}, func(d models.Draft) bool { return d.Measures[0].Deadlines[0] == due }},
		"number": {[]models.Edit{models.SetField("task", "2", "no", "2a"), models.SetField("task", "2a", "title", "x")}, func(d models.Draft) bool { return d.Tasks[1].No == "2a" && d.Tasks[1].Title == "x" }},
		"merge": {[]models.Edit{models.RemoveObject("measure", "m3"), models.SetField("task", "2", "measures", []string{"m2"})},
			func(d models.Draft) bool { return len(d.Measures) == 2 && d.Check() == nil }},
		"add": {[]models.Edit{models.AddObject("measure", "m9", 1, models.DraftMeasure{ID: "m9", Text: "新", Rows: []string{"1"}})},
			func(d models.Draft) bool { return d.Measures[1].ID == "m9" && d.Measures[2].ID == "m2" }},
	} {
		t.Run(name, func(t *testing.T) {
			d, before := editDraft(), asJSON(t, editDraft())
			undo, err := d.ApplyAll(tt.edits)
			if err != nil || !tt.check(d) {
				t.Fatalf("%v\n%s", err, asJSON(t, d))
			}
			if _, err := d.ApplyAll(undo); err != nil || asJSON(t, d) != before {
				t.Errorf("taken back: %v\n%s", err, asJSON(t, d))
			}
		})
	}
	for name, e := range map[string]models.Edit{
		"no object":   models.SetField("paper", "", "title", "x"),
		"no field":    models.SetField("plan", "", "titel", "x"),
		"wrong kind":  models.SetField("plan", "", "year", "soon"),
		"no row":      models.SetField("task", "7", "title", "x"),
		"twice":       models.AddObject("measure", "m1", 0, models.DraftMeasure{ID: "m1"}),
		"other name":  models.AddObject("measure", "m8", 0, models.DraftMeasure{ID: "m9"}),
		"nothing out": models.RemoveObject("task", "9"),
	} {
		d, before := editDraft(), asJSON(t, editDraft())
		if _, err := d.ApplyAll([]models.Edit{models.SetField("plan", "", "title", "neu"), e}); models.CodeOf(err) != models.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		if asJSON(t, d) != before {
			t.Errorf("%s: half of it was applied", name)
		}
	}
}

// TestEditBack: whatever is edited, the answer undoes it.
func TestEditBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := editDraft()
		before := asJSON(t, d)
		var edits []models.Edit
		for range rapid.IntRange(1, 6).Draw(t, "edits") {
			m := rapid.SampledFrom([]string{"m1", "m2", "m3"}).Draw(t, "measure")
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				edits = append(edits, models.SetField("measure", m, "text", rapid.String().Draw(t, "text")))
			case 1:
				edits = append(edits, models.RemoveObject("measure", m))
			case 2:
				edits = append(edits, models.AddObject("measure", m, rapid.IntRange(-1, 5).Draw(t, "at"), models.DraftMeasure{ID: m, Text: "x"}))
			case 3:
				edits = append(edits, models.SetField("task", "1", "remarks", rapid.SliceOf(rapid.String()).Draw(t, "remarks")))
			}
		}
		undo, err := d.ApplyAll(edits)
		if err != nil {
			if asJSON(t, d) != before {
				t.Fatal("refused, and changed")
			}
			return
		}
		if _, err := d.ApplyAll(undo); err != nil || asJSON(t, d) != before {
			t.Fatalf("%v\nbefore %s\nafter  %s", err, before, asJSON(t, d))
		}
	})
}

func asJSON(t interface{ Fatal(...any) }, d models.Draft) string {
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var c models.Draft
	if err := json.Unmarshal(b, &c); err != nil || !reflect.DeepEqual(c.Plan, d.Plan) {
		t.Fatal("does not come back from JSON")
	}
	return string(b)
}
