package models

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// smallDraft is a plan of two rows that share a measure, with every field
// filled, those of the seed file too.
func smallDraft() Draft {
	return Draft{
		Plan: DraftPlan{
			Key: "small-2020", Title: "责任分工方案", DocumentNumber: "安营办〔2020〕1号", Issuer: "领导小组办公室",
			Issued: on("2020-11-16"), Year: 2020,
			Addressees: []string{"各乡（镇）政府"}, LeadUnit: "市营商环境局", Register: "anda", Source: "网站", Columns: []string{"序号"},
		},
		Tasks: []DraftTask{
			{
				No: "1", Title: "系统建设。", EvaluationPoints: "评估系统建设。", Remarks: []string{"新增指标"}, Measures: []string{"m1", "m2"},
				Indicators: []DraftIndicator{
					{Level: 1, Name: "在线服务成效度", Code: "A", PrintedCode: "A"},
					{Level: 2, Name: "管理体系", Code: "A1", PrintedCode: "Al"},
				},
			},
			{No: "2", EvaluationPoints: "评估整改。", Measures: []string{"m2"}},
		},
		Measures: []DraftMeasure{
			{
				ID: "m1", No: "1", Text: "完成系统建设。", Rows: []string{"1"}, UnitText: "市营商环境局牵头，各部门配合",
				Responsibilities: []DraftResponsibility{
					{Name: "营商局", Unit: "市营商环境局", Role: UnitLead},
					{Name: "各部门", Unit: "市直各部门", Role: UnitCooperate, Group: true},
				},
				Deadlines: []DraftDeadline{{Text: "2020年9月底前。", Date: on("2020-09-30"), Kind: DeadlineMonthEnd, Authority: "province"}},
				Targets:   []DraftTarget{{Text: "达到90%以上", Metric: "网上可办率", Op: ">=", Value: 90, Unit: "%"}},
			},
			{ID: "m2", Text: "落实整改。", Rows: []string{"1", "2"}},
		},
		Problems: []DraftProblem{{Severity: SeverityConfirm, Where: "row 2", Message: "无完成时限"}},
	}
}

// faults lists what Check found: place and what.
func faults(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var errs Errors
	if !errors.As(err, &errs) {
		t.Fatalf("Check returned %v", err)
	}
	var out []string
	for _, e := range errs {
		if e.Code != Invalid || e.Key != "err.draft" || len(e.Args) != 2 || e.Field != e.Args[0] {
			t.Errorf("fault %+v", e)
		}
		out = append(out, e.Args[0].(string)+": "+e.Args[1].(string))
	}
	return out
}

func TestCheck(t *testing.T) {
	if err := smallDraft().Check(); err != nil {
		t.Fatalf("the sound draft: %v", err)
	}
	for _, c := range []struct {
		name  string
		spoil func(d *Draft)
		want  string // one of the faults
	}{
		{"no key", func(d *Draft) { d.Plan.Key = "" }, "plan: key, title, year"},
		{"no title", func(d *Draft) { d.Plan.Title = "" }, "plan: key, title, year"},
		{"no year", func(d *Draft) { d.Plan.Year = 0 }, "plan: key, title, year"},
		{"a row without a number", func(d *Draft) { d.Tasks[1].No = "" }, "row : no"},
		{"a number twice", func(d *Draft) { d.Tasks[1].No = "1" }, "row 1: no"},
		{"a level left out", func(d *Draft) { d.Tasks[0].Indicators[1].Level = 3 }, "row 1: indicators"},
		{"levels from 0", func(d *Draft) { d.Tasks[0].Indicators[0].Level = 0 }, "row 1: indicators"},
		{"an indicator without a name", func(d *Draft) { d.Tasks[0].Indicators[1].Name = "" }, "row 1: indicators"},
		{"a row without measures", func(d *Draft) {
			d.Tasks[1].Measures, d.Measures[1].Rows = nil, []string{"1"}
		}, "row 2: measures"},
		{"a measure twice in a row", func(d *Draft) { d.Tasks[0].Measures = []string{"m1", "m2", "m1"} }, "row 1: measures"},
		{"a row names an unknown measure", func(d *Draft) { d.Tasks[1].Measures = append(d.Tasks[1].Measures, "m9") }, "row 2: measure m9"},
		{"a row names a measure that does not name it", func(d *Draft) { d.Measures[1].Rows = []string{"1"} }, "row 2: measure m2"},
		{"a measure names a row that does not name it", func(d *Draft) { d.Tasks[0].Measures = []string{"m1"} }, "measure m2: row 1"},
		{"a measure names an unknown row", func(d *Draft) { d.Measures[0].Rows = append(d.Measures[0].Rows, "38") }, "measure m1: row 38"},
		{"a row twice in a measure", func(d *Draft) { d.Measures[1].Rows = []string{"1", "2", "1"} }, "measure m2: text, rows"},
		{"a measure without rows", func(d *Draft) { d.Measures[0].Rows = nil }, "measure m1: text, rows"},
		{"a measure without text", func(d *Draft) { d.Measures[0].Text = "" }, "measure m1: text, rows"},
		{"a measure without an id", func(d *Draft) { d.Measures[1].ID = "" }, "measure : id"},
		{"an id twice", func(d *Draft) { d.Measures[1].ID = "m1" }, "measure m1: id"},
		{"an unknown role", func(d *Draft) { d.Measures[0].Responsibilities[0].Role = "牵头" }, "measure m1: responsibility 营商局"},
		{"no role", func(d *Draft) { d.Measures[0].Responsibilities[1].Role = "" }, "measure m1: responsibility 各部门"},
		{"an unread unit", func(d *Draft) { d.Measures[0].Responsibilities[0].Unit = "" }, "measure m1: responsibility 营商局"},
		{"an unknown kind of deadline", func(d *Draft) { d.Measures[0].Deadlines[0].Kind = "month" }, "measure m1: deadline 2020年9月底前。"},
		{"no kind of deadline", func(d *Draft) { d.Measures[0].Deadlines[0].Kind = "" }, "measure m1: deadline 2020年9月底前。"},
		{"an unknown comparison", func(d *Draft) { d.Measures[0].Targets[0].Op = "≥" }, "measure m1: target 达到90%以上"},
		{"an unknown severity", func(d *Draft) { d.Problems[0].Severity = "warn" }, "row 2: severity warn"},
	} {
		d := smallDraft()
		c.spoil(&d)
		if got := faults(t, d.Check()); !slices.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q among them", c.name, got, c.want)
		}
	}
}

// All that is wrong is said at once, in the order of the document.
func TestCheckSaysAll(t *testing.T) {
	d := smallDraft()
	d.Plan.Key = ""
	d.Tasks[0].Indicators[0].Name = ""
	d.Measures[0].Responsibilities[0].Role = "x"
	d.Problems[0].Severity = "x"
	want := []string{"plan: key, title, year", "row 1: indicators", "measure m1: responsibility 营商局", "row 2: severity x"}
	if got := faults(t, d.Check()); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestCheckKinds(t *testing.T) {
	for _, k := range []DeadlineKind{"before", "month-end", "quarter-end", "year-end", "event", "ongoing", "recurring", "implied"} {
		d := smallDraft()
		d.Measures[0].Deadlines[0].Kind = k
		if err := d.Check(); err != nil {
			t.Errorf("%s: %v", k, err)
		}
	}
	for _, r := range []UnitRole{"lead", "cooperate", "responsible", "pilot"} {
		d := smallDraft()
		d.Measures[0].Responsibilities[0].Role = r
		if err := d.Check(); err != nil {
			t.Errorf("%s: %v", r, err)
		}
	}
	for _, op := range []string{">=", ">", "<=", "<", "="} {
		d := smallDraft()
		d.Measures[0].Targets[0].Op = op
		if err := d.Check(); err != nil {
			t.Errorf("%s: %v", op, err)
		}
	}
}

// publishedShape is what `duban plan show KEY --json` prints: each object's keys.
// Others read this form, so that no key may come, go or be renamed.
var publishedShape = map[string]string{
	"":                              "plan tasks measures problems",
	"plan":                          "key title document_number issuer issued year",
	"tasks[]":                       "no indicators evaluation_points remarks measures",
	"tasks[].indicators[]":          "level name code printed_code",
	"measures[]":                    "id no text rows responsibilities deadlines targets",
	"measures[].responsibilities[]": "name unit role group",
	"measures[].deadlines[]":        "text date kind rrule",
	"measures[].targets[]":          "text metric op value unit",
	"problems[]":                    "severity where message",
}

// shape walks decoded JSON and notes each object's keys by its place; a list
// must be a list, never null.
func shape(t *testing.T, place string, v any, seen map[string]bool) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		seen[place] = true
		var keys []string
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		want := strings.Fields(publishedShape[place])
		slices.Sort(want)
		if !slices.Equal(keys, want) {
			t.Errorf("%q has the keys %v, want %v", place, keys, want)
		}
		for k, inner := range v {
			shape(t, strings.TrimPrefix(place+"."+k, "."), inner, seen)
		}
	case []any:
		for _, inner := range v {
			shape(t, place+"[]", inner, seen)
		}
	case nil:
		t.Errorf("%q is null", place)
	}
}

func printed(t *testing.T, d Draft) (text []byte, tree any) {
	t.Helper()
	text, err := json.Marshal(d.Printed())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	return text, tree
}

func TestPrintedShape(t *testing.T) {
	seen := map[string]bool{}
	_, tree := printed(t, smallDraft())
	shape(t, "", tree, seen)
	for place := range publishedShape {
		if !seen[place] {
			t.Errorf("%q is not printed", place)
		}
	}
	// A plan without anything has empty lists, not null.
	text, tree := printed(t, Draft{})
	shape(t, "", tree, map[string]bool{})
	if want := `{"plan":{"key":"","title":"","document_number":"","issuer":"","issued":"","year":0},"tasks":[],"measures":[],"problems":[]}`; string(text) != want {
		t.Errorf("an empty plan is printed as %s", text)
	}
	_, tree = printed(t, Draft{Tasks: []DraftTask{{}}, Measures: []DraftMeasure{{}}})
	shape(t, "", tree, map[string]bool{})
}

// TestPrintedBytes is the published form to the letter, of a plan small enough
// to write down.
func TestPrintedBytes(t *testing.T) {
	text, _ := printed(t, smallDraft())
	want := `{"plan":{"key":"small-2020","title":"责任分工方案","document_number":"安营办〔2020〕1号","issuer":"领导小组办公室","issued":"2020-11-16","year":2020},` +
		`"tasks":[{"no":"1","indicators":[{"level":1,"name":"在线服务成效度","code":"A","printed_code":"A"},{"level":2,"name":"管理体系","code":"A1","printed_code":"Al"}],` +
		`"evaluation_points":"评估系统建设。","remarks":["新增指标"],"measures":["m1","m2"]},` +
		`{"no":"2","indicators":[],"evaluation_points":"评估整改。","remarks":[],"measures":["m2"]}],` +
		`"measures":[{"id":"m1","no":"1","text":"完成系统建设。","rows":["1"],` +
		`"responsibilities":[{"name":"营商局","unit":"市营商环境局","role":"lead","group":false},{"name":"各部门","unit":"市直各部门","role":"cooperate","group":true}],` +
		`"deadlines":[{"text":"2020年9月底前。","date":"2020-09-30","kind":"month-end","rrule":""}],` +
		`"targets":[{"text":"达到90%以上","metric":"网上可办率","op":"\u003e=","value":90,"unit":"%"}]},` +
		`{"id":"m2","no":"","text":"落实整改。","rows":["1","2"],"responsibilities":[],"deadlines":[],"targets":[]}],` +
		`"problems":[{"severity":"confirm","where":"row 2","message":"无完成时限"}]}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

// Printing must not take anything away from the draft that is kept.
func TestPrintedLeavesTheDraft(t *testing.T) {
	d := smallDraft()
	d.Printed()
	if !reflect.DeepEqual(d, smallDraft()) {
		t.Error("Printed changed the draft")
	}
}

func TestReadDraft(t *testing.T) {
	text, err := json.Marshal(smallDraft())
	if err != nil {
		t.Fatal(err)
	}
	d, err := ReadDraft(strings.NewReader(string(text) + "\n"))
	if err != nil || !reflect.DeepEqual(d, smallDraft()) {
		t.Errorf("%v: %+v", err, d)
	}
	for name, bad := range map[string]string{
		"nothing":                   ``,
		"not JSON":                  `plan: x`,
		"cut off":                   string(text[:len(text)/2]),
		"a list":                    `[]`,
		"an unknown field":          `{"plan":{},"rows":[]}`,
		"one in the plan":           `{"plan":{"keyy":"x"}}`,
		"one in a row":              `{"tasks":[{"number":"1"}]}`,
		"one in an indicator":       `{"tasks":[{"indicators":[{"lvl":1}]}]}`,
		"one in a measure":          `{"measures":[{"units":[]}]}`,
		"one in a responsibility":   `{"measures":[{"responsibilities":[{"rolle":"lead"}]}]}`,
		"one in a deadline":         `{"measures":[{"deadlines":[{"due":"2020-09-30"}]}]}`,
		"one in a target":           `{"measures":[{"targets":[{"operator":">="}]}]}`,
		"one in a problem":          `{"problems":[{"place":"row 1"}]}`,
		"no such day":               `{"plan":{"issued":"2020-09-31"}}`,
		"a day as a number":         `{"plan":{"issued":20200930}}`,
		"a row's number, unquoted":  `{"tasks":[{"no":1}]}`,
		"two plans in one file":     string(text) + string(text),
		"something behind the plan": string(text) + "}",
	} {
		if d, err := ReadDraft(strings.NewReader(bad)); err == nil {
			t.Errorf("%s: read as %+v", name, d)
		}
	}
}

// TestSeedPlans: the plans that come with the program are read, are sound, and
// are printed in the published form without losing a word of it.
func TestSeedPlans(t *testing.T) {
	for key, rows := range map[string]int{"anda-2020": 41, "shanghai-2019": 47} {
		text, err := os.ReadFile("../seeds/plans/" + key + ".json")
		if err != nil {
			t.Fatal(err)
		}
		d, err := ReadDraft(strings.NewReader(string(text)))
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		if err := d.Check(); err != nil {
			t.Errorf("%s: %q", key, faults(t, err))
		}
		if d.Plan.Key != key || len(d.Tasks) != rows || len(d.Measures) == 0 {
			t.Errorf("%s: key %s, %d rows, %d measures", key, d.Plan.Key, len(d.Tasks), len(d.Measures))
		}
		out, tree := printed(t, d)
		shape(t, "", tree, map[string]bool{})
		back, err := ReadDraft(strings.NewReader(string(out)))
		if err != nil {
			t.Fatalf("%s, printed and read again: %v", key, err)
		}
		if !reflect.DeepEqual(back, d.Printed()) {
			t.Errorf("%s: what is printed reads differently", key)
		}
		for _, row := range d.Tasks { // a title is not printed: it must stand in the points
			if !strings.Contains(row.EvaluationPoints, row.Title) {
				t.Errorf("%s, row %s: the title %q would be lost", key, row.No, row.Title)
			}
		}
	}
}
