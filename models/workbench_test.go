package models_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"duban/models"

	"pgregory.net/rapid"
)

// bench is a workbench on the plan of Anda with doubts as an import raises
// them: pairs of dates to confirm, names in several writings, an open question
// without options.
func bench(t interface {
	Helper()
	Fatal(...any)
}) *models.Workbench {
	t.Helper()
	f, err := os.Open("../seeds/plans/anda-2020.json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	d, err := models.ReadDraft(f)
	if err != nil {
		t.Fatal(err)
	}
	w := &models.Workbench{Reading: models.Reading{Draft: d, Shape: models.ShapeMatrix}}
	for i := range 4 {
		m := d.Measures[i]
		swapped := slices.Clone(m.Deadlines)
		swapped[0].Date = models.NewDate(2020, time.December, i+1)
		w.Reading.Doubts = append(w.Reading.Doubts, models.Doubt{
			ID: "d" + strconv.Itoa(i+1), Severity: models.SeverityConfirm, Kind: "pairing", Where: "row " + m.Rows[0],
			Options: []models.Option{
				{Key: "in_order", Recommended: true},
				{Key: "swap", Edits: []models.Edit{models.SetField("measure", m.ID, "deadlines", swapped)}},
			},
		})
	}
	w.Reading.Doubts = append(w.Reading.Doubts, models.Doubt{ID: "d5", Severity: models.SeverityCheck, Kind: "number_missing", Where: "document"})
	return w
}

func open(w *models.Workbench) map[string]int {
	n := map[string]int{}
	for _, c := range w.OpenDoubts() {
		n[c.Kind] = c.Open
	}
	return n
}

// keyOf returns the catalogue key of the first error inside err.
func keyOf(err error) string {
	var e *models.Error
	if errors.As(err, &e) {
		return e.Key
	}
	return ""
}

// TestSettle settles one doubt, then all alike, and takes both back.
func TestSettle(t *testing.T) {
	w := bench(t)
	before := asJSON(t, w.Reading.Draft)
	if c := w.OpenDoubts(); c[0].Kind != "pairing" || c[0].Severity != models.SeverityConfirm || c[1].Severity != models.SeverityCheck {
		t.Fatalf("%+v", c)
	}
	if err := w.Settle("d2", "in_order"); err != nil || asJSON(t, w.Reading.Draft) != before {
		t.Fatalf("the reading should stand: %v", err)
	}
	settled, left, err := w.SettleAll("pairing", "swap")
	if err != nil || settled != 3 || left != 0 || open(w)["pairing"] != 0 {
		t.Fatalf("%d %d %v %v", settled, left, err, open(w))
	}
	for i, want := range []models.Date{models.NewDate(2020, time.December, 1), {}, models.NewDate(2020, time.December, 3), models.NewDate(2020, time.December, 4)} {
		if got := w.Reading.Draft.Measures[i].Deadlines[0].Date; i != 1 && got != want {
			t.Errorf("measure %d: %v", i, got)
		}
	}
	for key, err := range map[string]error{
		"err.doubt_settled": w.Settle("d2", "swap"),
		"err.not_found":     w.Settle("d9", "swap"),
	} {
		if keyOf(err) != key {
			t.Errorf("%v, want %s", err, key)
		}
	}
	if err := w.Settle("d5", "swap"); models.CodeOf(err) != models.NotFound {
		t.Errorf("an option that the doubt has not: %v", err)
	}
	if _, _, err := w.SettleAll("pairing", "swap"); models.CodeOf(err) != models.Conflict {
		t.Errorf("nothing left: %v", err)
	}
	for _, n := range []int{3, 4} {
		if _, err := w.Undo(); err != nil || open(w)["pairing"] != n {
			t.Errorf("%v %v, want %d", err, open(w), n)
		}
	}
	if asJSON(t, w.Reading.Draft) != before {
		t.Error("not the draft as it was read")
	}
	if _, err := w.Undo(); keyOf(err) != "err.nothing_undone" {
		t.Errorf("%v", err)
	}
}

// TestOvertaken: an answer never overwrites what a person wrote; the doubt
// stays open until the person keeps the value, also when all alike are settled.
func TestOvertaken(t *testing.T) {
	w := bench(t)
	m := w.Reading.Draft.Measures[0]
	own := slices.Clone(m.Deadlines)
	own[0].Date = models.NewDate(2021, time.March, 5)
	if err := w.Edit("", models.SetField("measure", m.ID, "deadlines", own)); err != nil {
		t.Fatal(err)
	}
	if err := w.Settle("d1", "swap"); keyOf(err) != "err.doubt_overtaken" {
		t.Errorf("%v", err)
	}
	if settled, left, err := w.SettleAll("pairing", "swap"); err != nil || settled != 3 || left != 1 {
		t.Errorf("%d %d %v", settled, left, err)
	}
	if got := w.Reading.Draft.Measures[0].Deadlines[0].Date; got != own[0].Date {
		t.Errorf("overwritten: %v", got)
	}
	if err := w.Settle("d1", models.AnswerKeep); err != nil || open(w)["pairing"] != 0 {
		t.Errorf("%v %v", err, open(w))
	}
	// with the doubt's id the change itself is the answer
	w = bench(t)
	if err := w.Edit("d1", models.SetField("measure", m.ID, "deadlines", own)); err != nil || w.Reading.Doubts[0].Chosen != models.AnswerEdit {
		t.Errorf("%v %+v", err, w.Reading.Doubts[0])
	}
	if err := w.Edit("d1", models.SetField("plan", "", "title", "x")); keyOf(err) != "err.doubt_settled" {
		t.Errorf("%v", err)
	}
}

// TestContradiction refuses a change that breaks the draft and keeps the draft;
// what was broken before does not stand in the way of other changes.
func TestContradiction(t *testing.T) {
	w := bench(t)
	before := asJSON(t, w.Reading.Draft)
	m := w.Reading.Draft.Measures[0]
	for name, e := range map[string]models.Edit{
		"measure gone": models.RemoveObject("measure", m.ID),
		"no text":      models.SetField("measure", m.ID, "text", ""),
		"no such":      models.SetField("measure", "nix", "text", "x"),
		"wrong kind":   models.SetField("plan", "", "year", "soon"),
	} {
		if err := w.Edit("d1", e); models.CodeOf(err) != models.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if asJSON(t, w.Reading.Draft) != before || len(w.Steps) != 0 || w.Reading.Doubts[0].Chosen != "" {
		t.Fatal("a refused change left something behind")
	}
	w.Reading.Draft.Tasks[0].Measures = nil // as the document was read
	if err := w.Edit("", models.SetField("plan", "", "title", "新题")); err != nil {
		t.Errorf("an old fault stands in the way: %v", err)
	}
	if err := w.Edit("", models.SetField("plan", "", "title", "")); models.CodeOf(err) != models.Invalid {
		t.Errorf("%v", err)
	}
}

// TestNames maps a name everywhere at once, remembers it, and takes it back.
func TestNames(t *testing.T) {
	w := bench(t)
	name := slices.MaxFunc(w.Names(), func(a, b models.NameUse) int { return a.Duties - b.Duties }).Written
	for i := range w.Reading.Draft.Measures {
		for j := range w.Reading.Draft.Measures[i].Responsibilities {
			if r := &w.Reading.Draft.Measures[i].Responsibilities[j]; r.Name == name {
				r.Unit = ""
			}
		}
	}
	before := asJSON(t, w.Reading.Draft)
	first := w.Names()[0]
	if first.Written != name || first.Unit != "" || first.Duties < 2 {
		t.Fatalf("the unknown name is not first: %+v", first)
	}
	n, err := w.MapName(models.NameMatch{Written: name, Unit: "市审计局"})
	if err != nil || n != first.Duties {
		t.Fatalf("%d of %d, %v", n, first.Duties, err)
	}
	if u := w.Names()[0]; u.Unit == "" {
		t.Errorf("still unknown: %+v", u)
	}
	if got := w.Learned(); !reflect.DeepEqual(got, []models.NameMatch{{Written: name, Unit: "市审计局"}}) {
		t.Errorf("learned %+v", got)
	}
	for key, to := range map[string]models.NameMatch{
		"err.name_mapped":      {Written: name, Unit: "市审计局"},
		"err.name_unit_needed": {Written: name},
		"err.not_found":        {Written: "无此名", Unit: "市审计局"},
	} {
		if _, err := w.MapName(to); keyOf(err) != key {
			t.Errorf("%v, want %s", err, key)
		}
	}
	if _, err := w.Undo(); err != nil || asJSON(t, w.Reading.Draft) != before || len(w.Learned()) != 0 {
		t.Errorf("not taken back: %v", err)
	}
}

// TestDefaults gives dates only where the document has none.
func TestDefaults(t *testing.T) {
	w := bench(t)
	d := &w.Reading.Draft
	printed := d.Measures[2].Deadlines
	d.Measures[0].Deadlines = nil
	d.Measures[1].Deadlines = []models.DraftDeadline{{Kind: models.DeadlineImplied, Date: models.NewDate(2020, time.December, 31), Authority: "city"}}
	due := models.NewDate(2020, time.November, 30)
	if n, err := w.SetDefaults(due, "市审计局"); err != nil || n != 2 {
		t.Fatalf("%d %v", n, err)
	}
	d = &w.Reading.Draft
	for i, authority := range []string{"", "city"} {
		if got, want := d.Measures[i].Deadlines, []models.DraftDeadline{{Kind: models.DeadlineImplied, Date: due, Authority: authority}}; !reflect.DeepEqual(got, want) {
			t.Errorf("measure %d: %+v", i, got)
		}
	}
	if d.Plan.LeadUnit != "市审计局" || !reflect.DeepEqual(d.Measures[2].Deadlines, printed) {
		t.Errorf("%s %+v", d.Plan.LeadUnit, d.Measures[2].Deadlines)
	}
	if _, err := w.SetDefaults(due, "市审计局"); keyOf(err) != "err.defaults_same" {
		t.Errorf("%v", err)
	}
}

// TestResult says all that stands against storing at once, then gives the draft
// with the doubts to check as its problems.
func TestResult(t *testing.T) {
	say := func(d models.Doubt) string { return "say " + d.Kind }
	w := bench(t)
	w.Reading.Draft.Measures[0].Responsibilities[0].Unit = ""
	_, err := w.Result(say)
	var errs models.Errors
	if !errors.As(err, &errs) || len(errs) != 2 || errs[0].Key != "err.doubts_confirm" || errs[0].Args[0] != "4" || errs[1].Key != "err.names_open" {
		t.Fatalf("%v", err)
	}
	if _, _, err := w.SettleAll("pairing", models.AnswerKeep); err != nil {
		t.Fatal(err)
	}
	written := w.Names()[0].Written
	if _, err := w.MapName(models.NameMatch{Written: written, Unit: "市审计局"}); err != nil {
		t.Fatal(err)
	}
	d, err := w.Result(say)
	want := []models.DraftProblem{{Severity: models.SeverityCheck, Where: "document", Message: "say number_missing"}}
	if err != nil || d.Check() != nil || !reflect.DeepEqual(d.Problems, want) {
		t.Errorf("%v %+v", err, d.Problems)
	}
}

// TestWorkbenchBack: whatever a person does, kept as JSON and read again after
// each step, undoing it all gives the reading as it was, doubts and all.
func TestWorkbenchBack(t *testing.T) {
	whole := func(t *rapid.T, w *models.Workbench) string {
		b, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	start, err := json.Marshal(bench(t))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		var w models.Workbench
		if err := json.Unmarshal(start, &w); err != nil {
			t.Fatal(err)
		}
		w.Steps = []models.WorkStep{}
		first := whole(t, &w)
		done := 0
		for range rapid.IntRange(1, 4).Draw(t, "steps") {
			before := whole(t, &w)
			var err error
			m := rapid.SampledFrom(w.Reading.Draft.Measures[:5]).Draw(t, "measure")
			answer := rapid.SampledFrom([]string{"in_order", "swap", models.AnswerKeep}).Draw(t, "answer")
			doubt := rapid.SampledFrom([]string{"d1", "d2", "d3", "d5"}).Draw(t, "doubt")
			switch rapid.IntRange(0, 4).Draw(t, "act") {
			case 0:
				err = w.Settle(doubt, answer)
			case 1:
				_, _, err = w.SettleAll("pairing", answer)
			case 2:
				err = w.Edit(doubt, models.SetField("measure", m.ID, "text", rapid.StringMatching(`[一-龥]{0,9}`).Draw(t, "text")),
					models.SetField("measure", m.ID, "deadlines", []models.DraftDeadline{}))
			case 3:
				_, err = w.MapName(models.NameMatch{Written: m.Responsibilities[0].Name, Unit: "市审计局"})
			case 4:
				_, err = w.SetDefaults(models.NewDate(2020, time.November, rapid.IntRange(1, 30).Draw(t, "day")), "")
			}
			switch {
			case err == nil:
				done++
			case whole(t, &w) != before:
				t.Fatalf("refused (%v), and changed", err)
			}
			kept := whole(t, &w)
			w = models.Workbench{}
			if err := json.Unmarshal([]byte(kept), &w); err != nil || whole(t, &w) != kept {
				t.Fatalf("does not come back from JSON: %v", err)
			}
		}
		if len(w.Steps) != done {
			t.Fatalf("%d steps for %d actions", len(w.Steps), done)
		}
		for range done {
			if _, err := w.Undo(); err != nil {
				t.Fatal(err)
			}
		}
		if whole(t, &w) != first {
			t.Fatal("not as it was read")
		}
	})
}

// TestWorkbenchLarge settles thousands of doubts in one step, and takes it back.
func TestWorkbenchLarge(t *testing.T) {
	const n = 5_000
	w := &models.Workbench{Reading: models.Reading{Draft: models.Draft{Plan: models.DraftPlan{Key: "k", Title: "t", Year: 2020}}}}
	for i := range n {
		no, id := strconv.Itoa(i+1), "m"+strconv.Itoa(i+1)
		w.Reading.Draft.Tasks = append(w.Reading.Draft.Tasks, models.DraftTask{No: no, Measures: []string{id}})
		w.Reading.Draft.Measures = append(w.Reading.Draft.Measures, models.DraftMeasure{ID: id, Text: "x", Rows: []string{no}})
		w.Reading.Doubts = append(w.Reading.Doubts, models.Doubt{ID: "d" + no, Kind: "text", Severity: models.SeverityConfirm,
			Options: []models.Option{{Key: "mend", Edits: []models.Edit{models.SetField("measure", id, "text", "y")}}}})
	}
	settled, _, err := w.SettleAll("text", "mend")
	if err != nil || settled != n || w.Reading.Draft.Measures[n-1].Text != "y" {
		t.Fatalf("%d %v", settled, err)
	}
	if _, err := w.Undo(); err != nil || w.Reading.Draft.Measures[n-1].Text != "x" || open(w)["text"] != n {
		t.Errorf("%v %v", err, open(w))
	}
}
