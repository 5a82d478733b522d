package models

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// NameMatch is a name of a unit or group as a document writes it, and which
// unit or group of the register is meant.
type NameMatch struct {
	Written string `json:"written"`
	Unit    string `json:"unit"` // the register's name; "" unknown
	Group   bool   `json:"group,omitempty"`
}

// NameUse is a name with the number of duties that it has in the draft.
type NameUse struct {
	NameMatch
	Duties int
}

// Names returns the distinct names of the draft as written with what each is
// taken for: the unknown first, else in the order of the document. A name that
// is taken for two things is there twice.
func (w *Workbench) Names() []NameUse {
	at := map[NameMatch]int{}
	var out []NameUse
	for _, m := range w.Reading.Draft.Measures {
		for _, r := range m.Responsibilities {
			k := NameMatch{r.Name, r.Unit, r.Group}
			i, there := at[k]
			if !there {
				i = len(out)
				at[k] = i
				out = append(out, NameUse{NameMatch: k})
			}
			out[i].Duties++
		}
	}
	known := func(u NameUse) int {
		if u.Unit == "" {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b NameUse) int { return cmp.Compare(known(a), known(b)) })
	return out
}

// MapName decides what a name as written means, wherever it stands, in one
// step, and returns the number of duties that changed. Errors: invalid (no
// unit given), not_found (no duty has the name), conflict (it means that
// already).
func (w *Workbench) MapName(to NameMatch) (int, error) {
	if to.Unit == "" {
		return 0, FieldErr("unit", "err.name_unit_needed")
	}
	t := w.begin(StepMap)
	t.touched = nil
	t.step.Mapped = &to
	found, changed := false, 0
	var edits []Edit
	for _, m := range t.draft.Measures {
		duties := slices.Clone(m.Responsibilities)
		n := 0
		for i, r := range duties {
			if r.Name != to.Written {
				continue
			}
			found = true
			if r.Unit != to.Unit || r.Group != to.Group {
				duties[i].Unit, duties[i].Group = to.Unit, to.Group
				n++
			}
		}
		if n > 0 {
			edits = append(edits, SetField("measure", m.ID, "responsibilities", duties))
			changed += n
		}
	}
	switch {
	case !found:
		return 0, Errf(NotFound, "err.not_found")
	case changed == 0:
		return 0, Errf(Conflict, "err.name_mapped")
	}
	if err := t.apply(edits); err != nil {
		return 0, err
	}
	return changed, t.commit()
}

// Learned returns the names that a person decided and that are not the
// register's own: the aliases that the next import should know. The last
// decision on a name counts.
func (w *Workbench) Learned() []NameMatch {
	last := map[string]NameMatch{}
	for _, s := range w.Steps {
		if s.Mapped != nil {
			last[s.Mapped.Written] = *s.Mapped
		}
	}
	var out []NameMatch
	for _, m := range last {
		if m.Written != m.Unit {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b NameMatch) int { return strings.Compare(a.Written, b.Written) })
	return out
}

// SetDefaults gives a deadline to every measure for which the document has
// none, and names the unit that leads the plan, in one step. A zero date or an
// empty name leaves that as it is. It returns the number of measures that got
// another deadline. Errors: conflict (nothing would change).
func (w *Workbench) SetDefaults(due Date, leadUnit string) (int, error) {
	t := w.begin(StepDefaults)
	t.touched = nil
	var edits []Edit
	n := 0
	for _, m := range t.draft.Measures {
		if due.IsZero() || len(m.Deadlines) > 1 {
			continue
		}
		d := DraftDeadline{Kind: DeadlineImplied}
		if len(m.Deadlines) == 1 {
			d = m.Deadlines[0]
		}
		if d.Kind != DeadlineImplied || d.Date == due {
			continue // the document's own wording stands
		}
		d.Date = due
		edits = append(edits, SetField("measure", m.ID, "deadlines", []DraftDeadline{d}))
		n++
	}
	if leadUnit != "" && leadUnit != t.draft.Plan.LeadUnit {
		edits = append(edits, SetField("plan", "", "lead_unit", leadUnit))
	}
	if len(edits) == 0 {
		return 0, Errf(Conflict, "err.defaults_same")
	}
	if err := t.apply(edits); err != nil {
		return 0, err
	}
	return n, t.commit()
}

// DoubtCount is the number of open doubts of a kind.
type DoubtCount struct {
	Kind     string
	Severity string // SeverityConfirm when one of them is
	Open     int
}

// OpenDoubts counts the open doubts by kind: those to confirm first, then the
// kinds with most doubts, which one answer settles.
func (w *Workbench) OpenDoubts() []DoubtCount {
	at := map[string]int{}
	var out []DoubtCount
	for _, d := range w.Reading.Doubts {
		if d.Chosen != "" {
			continue
		}
		i, there := at[d.Kind]
		if !there {
			i = len(out)
			at[d.Kind] = i
			out = append(out, DoubtCount{Kind: d.Kind, Severity: d.Severity})
		}
		out[i].Open++
		if d.Severity == SeverityConfirm {
			out[i].Severity = SeverityConfirm
		}
	}
	rank := func(c DoubtCount) int {
		if c.Severity == SeverityConfirm {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b DoubtCount) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(b.Open, a.Open))
	})
	return out
}

// Result returns the draft to store as a plan. Open doubts to check go with it
// as the plan's problems, in words that say makes. Errors: invalid, with all
// that stands against it at once: doubts to confirm, names that mean nothing,
// contradictions.
func (w *Workbench) Result(say func(Doubt) string) (Draft, error) {
	var errs Errors
	confirm := 0
	d := w.Reading.Draft.Clone()
	d.Problems = nil
	for _, x := range w.Reading.Doubts {
		switch {
		case x.Chosen != "":
		case x.Severity == SeverityConfirm:
			confirm++
		default:
			d.Problems = append(d.Problems, DraftProblem{Severity: x.Severity, Where: x.Where, Message: say(x)})
		}
	}
	if confirm > 0 {
		errs = append(errs, FieldErr("doubts", "err.doubts_confirm", strconv.Itoa(confirm)))
	}
	var unknown []string
	for _, n := range w.Names() {
		if n.Unit == "" {
			unknown = append(unknown, n.Written)
		}
	}
	if len(unknown) > 0 {
		errs = append(errs, FieldErr("names", "err.names_open", strings.Join(unknown, "、")))
	}
	errs = append(errs, faultsButNames(d)...)
	if err := errs.Or(); err != nil {
		return Draft{}, err
	}
	return d, nil
}

// faultsButNames checks a draft as if every name were known: unknown ones have
// a message of their own, once each.
func faultsButNames(d Draft) Errors {
	c := d.Clone()
	for i := range c.Measures {
		for j := range c.Measures[i].Responsibilities {
			if r := &c.Measures[i].Responsibilities[j]; r.Unit == "" {
				r.Unit = r.Name
			}
		}
	}
	faults, _ := c.Check().(Errors)
	return faults
}
