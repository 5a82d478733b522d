package models

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Edit changes one value of a draft, or adds or removes a row or a measure. It
// is how a person corrects a reading in place; the answer of Apply undoes it.
type Edit struct {
	Object string `json:"object"` // plan, task, measure
	// ID is the row's printed number or the measure's id; "" for the plan.
	ID string `json:"id,omitempty"`
	// Field is the JSON name of the field that changes. With "" the object
	// itself is added (Value holds it), or removed (Value null).
	Field string          `json:"field,omitempty"`
	Value json.RawMessage `json:"value"`
	// At is the position of an object that is added.
	At int `json:"at,omitempty"`
}

// SetField makes an edit that sets one field.
func SetField(object, id, field string, value any) Edit {
	b, err := json.Marshal(value)
	if err != nil {
		panic("models: edit of " + object + "." + field + ": " + err.Error()) // only values of this package come here
	}
	return Edit{Object: object, ID: id, Field: field, Value: b}
}

// AddObject makes an edit that adds a row or a measure at a position.
func AddObject(object, id string, at int, value any) Edit {
	e := SetField(object, id, "", value)
	e.At = at
	return e
}

// RemoveObject makes an edit that takes a row or a measure out.
func RemoveObject(object, id string) Edit {
	return Edit{Object: object, ID: id, Value: json.RawMessage("null")}
}

// Apply changes the draft and returns the edit that undoes it. It does not
// check that rows and measures still name each other: several edits together
// may, so Check comes after the last. Errors: invalid (no such object or
// field, a value of the wrong kind).
func (d *Draft) Apply(e Edit) (Edit, error) {
	switch e.Object {
	case "plan":
		return editField(&d.Plan, e)
	case "task":
		return editList(&d.Tasks, e, func(t DraftTask) string { return t.No })
	case "measure":
		return editList(&d.Measures, e, func(m DraftMeasure) string { return m.ID })
	}
	return Edit{}, badEdit(e)
}

// ApplyAll applies edits in order, all or none, and returns what undoes them,
// in the order to apply.
func (d *Draft) ApplyAll(edits []Edit) ([]Edit, error) {
	work := d.Clone()
	undo := make([]Edit, 0, len(edits))
	for _, e := range edits {
		u, err := work.Apply(e)
		if err != nil {
			return nil, err
		}
		undo = append(undo, u)
	}
	slices.Reverse(undo)
	*d = work
	return undo, nil
}

// Clone returns a deep copy.
func (d Draft) Clone() Draft {
	var c Draft
	b, err := json.Marshal(d)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil {
		panic("models: clone of a draft: " + err.Error()) // plain data only
	}
	return c
}

func badEdit(e Edit) error {
	return FieldErr(e.Object+"/"+e.ID+"/"+e.Field, "err.draft", e.Object+" "+e.ID, e.Field)
}

func editList[T any](list *[]T, e Edit, id func(T) string) (Edit, error) {
	at := slices.IndexFunc(*list, func(x T) bool { return id(x) == e.ID })
	remove := string(e.Value) == "null"
	switch {
	case e.Field != "" && at >= 0:
		return editField(&(*list)[at], e)
	case e.Field == "" && remove && at >= 0:
		back := AddObject(e.Object, e.ID, at, (*list)[at])
		*list = slices.Delete(*list, at, at+1)
		return back, nil
	case e.Field == "" && !remove && at < 0:
		var x T
		if err := json.Unmarshal(e.Value, &x); err != nil || id(x) != e.ID {
			return Edit{}, badEdit(e)
		}
		*list = slices.Insert(*list, min(max(e.At, 0), len(*list)), x)
		return RemoveObject(e.Object, e.ID), nil
	}
	return Edit{}, badEdit(e)
}

// editField sets one field by its JSON name, and returns the edit back. A
// row's number or a measure's id changes its name for later edits.
func editField[T any](x *T, e Edit) (Edit, error) {
	b, err := json.Marshal(*x)
	if err != nil {
		return Edit{}, err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(b, &fields); err != nil {
		return Edit{}, err
	}
	old, had := fields[e.Field]
	if !had {
		old = json.RawMessage("null") // left out because empty
	}
	fields[e.Field] = e.Value
	if b, err = json.Marshal(fields); err != nil {
		return Edit{}, badEdit(e)
	}
	var y T
	if err := strictJSON(b, &y); err != nil {
		return Edit{}, badEdit(e)
	}
	*x = y
	back := e
	back.Value = old
	if e.Field == "no" && e.Object == "task" || e.Field == "id" {
		var name string
		if err := json.Unmarshal(e.Value, &name); err == nil {
			back.ID = name
		}
	}
	return back, nil
}

// strictJSON decodes and refuses fields that the type does not have.
func strictJSON(b []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}
