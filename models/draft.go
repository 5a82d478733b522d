package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Draft is a plan as read from a document or a seed, before it is stored: the
// exact shape that `duban plan show --json` prints. Names, not ids.
type Draft struct {
	Plan     DraftPlan      `json:"plan"`
	Tasks    []DraftTask    `json:"tasks"`
	Measures []DraftMeasure `json:"measures"`
	Problems []DraftProblem `json:"problems"`
}

// DraftPlan is the document's front matter. The fields from Addressees on are
// kept with the data but are not part of the printed form (see Printed).
type DraftPlan struct {
	Key            string `json:"key"`
	Title          string `json:"title"`
	DocumentNumber string `json:"document_number"`
	Issuer         string `json:"issuer"`
	Issued         Date   `json:"issued"`
	Year           int    `json:"year"`

	Addressees []string `json:"addressees,omitempty"`
	LeadUnit   string   `json:"lead_unit,omitempty"`
	Register   string   `json:"register,omitempty"` // in which unit names are looked up
	Source     string   `json:"source,omitempty"`
	Columns    []string `json:"columns,omitempty"`
}

// DraftTask is one numbered row.
type DraftTask struct {
	No               string           `json:"no"`
	Indicators       []DraftIndicator `json:"indicators"`
	Title            string           `json:"title,omitempty"`
	EvaluationPoints string           `json:"evaluation_points"`
	Remarks          []string         `json:"remarks"`
	Measures         []string         `json:"measures"`
}

// DraftIndicator is one level of a row's indicators.
type DraftIndicator struct {
	Level       int    `json:"level"`
	Name        string `json:"name"`
	Code        string `json:"code"`
	PrintedCode string `json:"printed_code"`
}

// DraftMeasure is one measure with its duties, deadlines and targets.
type DraftMeasure struct {
	ID               string                `json:"id"`
	No               string                `json:"no"`
	Text             string                `json:"text"`
	Rows             []string              `json:"rows"`
	UnitText         string                `json:"unit_text,omitempty"`
	Responsibilities []DraftResponsibility `json:"responsibilities"`
	Deadlines        []DraftDeadline       `json:"deadlines"`
	Targets          []DraftTarget         `json:"targets"`
}

// DraftResponsibility is a duty as written; Unit is the register's name of the
// unit or group.
type DraftResponsibility struct {
	Name  string   `json:"name"`
	Unit  string   `json:"unit"`
	Role  UnitRole `json:"role"`
	Group bool     `json:"group"`
}

// DraftDeadline is a deadline as worded and as read.
type DraftDeadline struct {
	Text      string       `json:"text"`
	Date      Date         `json:"date"`
	Kind      DeadlineKind `json:"kind"`
	RRule     string       `json:"rrule"`
	Authority string       `json:"authority,omitempty"`
}

// DraftTarget is a number that the wording asks for.
type DraftTarget struct {
	Text   string  `json:"text"`
	Metric string  `json:"metric"`
	Op     string  `json:"op"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
}

// DraftProblem is a doubt of the reading.
type DraftProblem struct {
	Severity string `json:"severity"`
	Where    string `json:"where"`
	Message  string `json:"message"`
}

// ReadDraft decodes a draft and refuses unknown fields, and whatever stands
// behind it, so that a misspelt field of a seed file is found at once.
func ReadDraft(r io.Reader) (Draft, error) {
	var d Draft
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return Draft{}, fmt.Errorf("plan file: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return Draft{}, errors.New("plan file: something follows the plan")
	}
	return d, nil
}

// Printed returns the draft in the published form: without the fields that
// only the seed file carries, and with lists that are empty rather than null.
func (d Draft) Printed() Draft {
	p := d
	p.Plan.Addressees, p.Plan.Columns = nil, nil
	p.Plan.LeadUnit, p.Plan.Register, p.Plan.Source = "", "", ""
	p.Tasks = make([]DraftTask, len(d.Tasks))
	for i, t := range d.Tasks {
		t.Title = ""
		t.Indicators = orEmpty(t.Indicators)
		t.Remarks = orEmpty(t.Remarks)
		t.Measures = orEmpty(t.Measures)
		p.Tasks[i] = t
	}
	p.Measures = make([]DraftMeasure, len(d.Measures))
	for i, m := range d.Measures {
		m.UnitText = ""
		m.Rows = orEmpty(m.Rows)
		m.Responsibilities = orEmpty(m.Responsibilities)
		m.Targets = orEmpty(m.Targets)
		ds := make([]DraftDeadline, len(m.Deadlines))
		for j, dl := range m.Deadlines {
			dl.Authority = ""
			ds[j] = dl
		}
		m.Deadlines = ds
		p.Measures[i] = m
	}
	p.Problems = orEmpty(d.Problems)
	return p
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// Check returns every way in which the draft contradicts itself: a measure
// without a row, a row without a measure, the two not naming each other, a
// number or id given twice, an unknown role, kind or comparison. A draft that
// fails is refused whole.
func (d Draft) Check() error {
	var errs Errors
	bad := func(where, what string) {
		errs = append(errs, FieldErr(where, "err.draft", where, what))
	}
	if d.Plan.Key == "" || d.Plan.Title == "" || d.Plan.Year == 0 {
		bad("plan", "key, title, year")
	}
	rows := map[string]DraftTask{}
	for _, t := range d.Tasks {
		if _, twice := rows[t.No]; twice || t.No == "" {
			bad("row "+t.No, "no")
		}
		rows[t.No] = t
		if len(t.Measures) == 0 || repeats(t.Measures) {
			bad("row "+t.No, "measures")
		}
		for i, ind := range t.Indicators {
			if ind.Level != i+1 || ind.Name == "" {
				bad("row "+t.No, "indicators")
			}
		}
	}
	served := map[string]map[string]bool{}
	for _, m := range d.Measures {
		if _, twice := served[m.ID]; twice || m.ID == "" {
			bad("measure "+m.ID, "id")
		}
		served[m.ID] = map[string]bool{}
		if m.Text == "" || len(m.Rows) == 0 || repeats(m.Rows) {
			bad("measure "+m.ID, "text, rows")
		}
		for _, r := range m.Rows {
			served[m.ID][r] = true
			if !slices.Contains(rows[r].Measures, m.ID) {
				bad("measure "+m.ID, "row "+r)
			}
		}
		for _, r := range m.Responsibilities {
			if !r.Role.Valid() || r.Unit == "" {
				bad("measure "+m.ID, "responsibility "+r.Name)
			}
		}
		for _, dl := range m.Deadlines {
			if !dl.Kind.Valid() {
				bad("measure "+m.ID, "deadline "+dl.Text)
			}
		}
		for _, tg := range m.Targets {
			if !slices.Contains([]string{">=", ">", "<=", "<", "="}, tg.Op) {
				bad("measure "+m.ID, "target "+tg.Text)
			}
		}
	}
	for _, t := range d.Tasks {
		for _, id := range t.Measures {
			if !served[id][t.No] {
				bad("row "+t.No, "measure "+id)
			}
		}
	}
	for _, p := range d.Problems {
		if p.Severity != SeverityConfirm && p.Severity != SeverityCheck {
			bad(p.Where, "severity "+p.Severity)
		}
	}
	return errs.Or()
}

// repeats reports whether a string stands in the list twice.
func repeats(l []string) bool {
	sorted := slices.Sorted(slices.Values(l))
	return len(slices.Compact(sorted)) < len(l)
}
