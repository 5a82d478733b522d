package models

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Workbench is a reading while a person checks it: the reading with every
// correction made so far, and the steps that led there, each with what takes
// it back. It is plain data, kept as JSON between visits, so that leaving and
// coming back loses nothing.
type Workbench struct {
	Reading Reading    `json:"reading"`
	Steps   []WorkStep `json:"steps"`
}

// WorkStep is one action of a person: all that it changed is taken back
// together.
type WorkStep struct {
	Act    string     `json:"act"` // StepSettle, StepEdit, StepMap, StepDefaults
	Doubts []string   `json:"doubts,omitempty"`
	Edits  []Edit     `json:"edits,omitempty"`
	Undo   []Edit     `json:"undo,omitempty"`   // in the order to apply
	Mapped *NameMatch `json:"mapped,omitempty"` // of StepMap: what was decided
}

// What a step was.
const (
	StepSettle   = "settle"
	StepEdit     = "edit"
	StepMap      = "map"
	StepDefaults = "defaults"
)

// Answers to a doubt besides the keys of its options.
const (
	AnswerKeep = "ok"     // the value stands as it is now
	AnswerEdit = "edited" // a person wrote the value anew
)

// Settle answers one doubt by the key of an option, or by AnswerKeep, and
// makes the changes of the option. Errors: not_found (no such doubt or
// option), conflict (settled already; or a later step changed the same value,
// which the option would overwrite), invalid (the draft would contradict
// itself).
func (w *Workbench) Settle(id, answer string) error {
	i := w.doubt(id)
	if i < 0 {
		return Errf(NotFound, "err.not_found")
	}
	if w.Reading.Doubts[i].Chosen != "" {
		return Errf(Conflict, "err.doubt_settled")
	}
	edits, ok := w.Reading.Doubts[i].edits(answer)
	if !ok {
		return Errf(NotFound, "err.not_found")
	}
	t := w.begin(StepSettle)
	if err := t.apply(edits); err != nil {
		return err
	}
	t.answer(i, answer)
	return t.commit()
}

// SettleAll gives one answer to every open doubt of a kind and returns how
// many it settled and how many stay open: those that do not offer the answer,
// and those whose value was changed meanwhile. It is one step. Errors:
// conflict (nothing could be settled), invalid (the draft would contradict
// itself; then nothing changed).
func (w *Workbench) SettleAll(kind, answer string) (settled, left int, err error) {
	t := w.begin(StepSettle)
	for i, d := range w.Reading.Doubts {
		if d.Kind != kind || d.Chosen != "" {
			continue
		}
		edits, ok := d.edits(answer)
		if ok {
			switch err := t.apply(edits); {
			case CodeOf(err) == Conflict:
				ok = false
			case err != nil:
				return 0, 0, err
			}
		}
		if !ok {
			left++
			continue
		}
		t.answer(i, answer)
		settled++
	}
	if settled == 0 {
		return 0, left, Errf(Conflict, "err.doubt_settled")
	}
	if err := t.commit(); err != nil {
		return 0, 0, err
	}
	return settled, left, nil
}

// Edit makes a person's own changes as one step. With the id of an open doubt
// they also settle it. Errors: not_found (no such doubt), conflict (it is
// settled already), invalid (no such value, a value of the wrong kind, a draft
// that would contradict itself; then nothing changed).
func (w *Workbench) Edit(doubt string, edits ...Edit) error {
	i := -1
	if doubt != "" {
		if i = w.doubt(doubt); i < 0 {
			return Errf(NotFound, "err.not_found")
		}
		if w.Reading.Doubts[i].Chosen != "" {
			return Errf(Conflict, "err.doubt_settled")
		}
	}
	t := w.begin(StepEdit)
	t.touched = nil // a person may change a value twice
	if err := t.apply(edits); err != nil {
		return err
	}
	if i >= 0 {
		t.answer(i, AnswerEdit)
	}
	return t.commit()
}

// Undo takes the last step back: its changes, and its answers. Errors:
// conflict (there is none).
func (w *Workbench) Undo() (WorkStep, error) {
	n := len(w.Steps)
	if n == 0 {
		return WorkStep{}, Errf(Conflict, "err.nothing_undone")
	}
	last := w.Steps[n-1]
	if _, err := w.Reading.Draft.ApplyAll(last.Undo); err != nil {
		return WorkStep{}, err
	}
	reopen := map[string]bool{}
	for _, id := range last.Doubts {
		reopen[id] = true
	}
	for i := range w.Reading.Doubts {
		if d := &w.Reading.Doubts[i]; reopen[d.ID] {
			d.Chosen = ""
		}
	}
	w.Steps = w.Steps[:n-1]
	return last, nil
}

func (w *Workbench) doubt(id string) int {
	return slices.IndexFunc(w.Reading.Doubts, func(d Doubt) bool { return d.ID == id })
}

// edits returns what an answer changes, and whether the doubt takes it.
func (d Doubt) edits(answer string) ([]Edit, bool) {
	for _, o := range d.Options {
		if o.Key == answer {
			return o.Edits, true
		}
	}
	return nil, answer == AnswerKeep
}

// workStep gathers one step on a copy of the draft, so that a step which fails
// changes nothing.
type workStep struct {
	w       *Workbench
	step    WorkStep
	draft   Draft
	answers map[int]string
	// touched holds, per object, the fields that steps changed and the values
	// they gave. The edits of an option were made for the value as it was read;
	// taken after a change of the same field they would silently undo it.
	touched map[string]map[string][]byte
}

func (w *Workbench) begin(act string) *workStep {
	t := &workStep{w: w, step: WorkStep{Act: act}, draft: w.Reading.Draft.Clone(), answers: map[int]string{}, touched: map[string]map[string][]byte{}}
	for _, s := range w.Steps {
		t.touch(s.Edits)
	}
	return t
}

func (t *workStep) touch(edits []Edit) {
	if t.touched == nil {
		return
	}
	for _, e := range edits {
		k := e.Object + "/" + e.ID
		if t.touched[k] == nil {
			t.touched[k] = map[string][]byte{}
		}
		t.touched[k][e.Field] = compactJSON(e.Value)
	}
}

// clashes reports whether an edit would overwrite what a step changed.
func (t *workStep) clashes(e Edit) bool {
	fields := t.touched[e.Object+"/"+e.ID]
	if _, whole := fields[""]; whole || e.Field == "" {
		return len(fields) > 0
	}
	v, there := fields[e.Field]
	return there && !bytes.Equal(v, compactJSON(e.Value))
}

// apply makes some edits, all or none.
func (t *workStep) apply(edits []Edit) error {
	var undo []Edit
	for _, e := range edits {
		clash := t.clashes(e)
		var back Edit
		var err error
		if !clash {
			back, err = t.draft.Apply(e)
			clash = err != nil && len(t.touched[e.Object+"/"+e.ID]) > 0
		}
		if clash {
			err = Errf(Conflict, "err.doubt_overtaken")
		}
		if err != nil {
			for _, u := range slices.Backward(undo) {
				if _, e := t.draft.Apply(u); e != nil {
					return e
				}
			}
			return err
		}
		undo = append(undo, back)
	}
	t.touch(edits)
	t.step.Edits = append(t.step.Edits, edits...)
	t.step.Undo = append(t.step.Undo, undo...)
	return nil
}

func (t *workStep) answer(i int, answer string) {
	t.answers[i] = answer
	t.step.Doubts = append(t.step.Doubts, t.w.Reading.Doubts[i].ID)
}

// commit keeps the step unless it makes the draft contradict itself where it
// did not before: what the document itself gets wrong must not stop a person
// from mending something else.
func (t *workStep) commit() error {
	if err := newFaults(t.w.Reading.Draft, t.draft); err != nil {
		return err
	}
	slices.Reverse(t.step.Undo)
	t.w.Reading.Draft = t.draft
	for i, a := range t.answers {
		t.w.Reading.Doubts[i].Chosen = a
	}
	t.w.Steps = append(t.w.Steps, t.step)
	return nil
}

// newFaults returns the contradictions of a draft that it did not have before.
func newFaults(before, after Draft) error {
	var was, is Errors
	errors.As(after.Check(), &is)
	if len(is) == 0 {
		return nil
	}
	errors.As(before.Check(), &was)
	old := map[string]int{}
	for _, e := range was {
		old[fmt.Sprint(e.Field, e.Args)]++
	}
	var out Errors
	for _, e := range is {
		if k := fmt.Sprint(e.Field, e.Args); old[k] > 0 {
			old[k]--
			continue
		}
		out = append(out, e)
	}
	return out.Or()
}

func compactJSON(b json.RawMessage) []byte {
	var out bytes.Buffer
	if err := json.Compact(&out, b); err != nil {
		return b // Apply refuses it
	}
	return out.Bytes()
}
