package models

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
)

// DiffClass says what a later version of a plan does to a row or a measure.
type DiffClass string

// The classes. Every row and measure of both versions is in exactly one.
const (
	DiffSame      DiffClass = "same"
	DiffAdded     DiffClass = "added"
	DiffChanged   DiffClass = "changed"
	DiffMoved     DiffClass = "moved" // nothing but its number or its place is different
	DiffWithdrawn DiffClass = "withdrawn"
)

// DiffPlace stands among the fields of a difference for the place among those
// that both versions have.
const DiffPlace = "place"

// DiffItem pairs a row or a measure with itself in the later version.
type DiffItem[T any] struct {
	Class DiffClass
	// Old and New are its two forms, as printed: Old nil when it was added,
	// New nil when it was withdrawn.
	Old, New *T
	// OldAt and NewAt are its indexes in the two drafts, -1 where it is missing.
	OldAt, NewAt int
	// Fields are the JSON names of the fields with different values, and
	// DiffPlace; the values stand in Old and New. Empty unless changed or moved.
	Fields []string
}

// Diff is what a later version of a plan changes, by stable key: neither the
// ids of measures, which each reading gives anew, nor printed numbers decide
// what is the same.
type Diff struct {
	// Old and New are the two front matters, PlanFields the JSON names of the
	// facts that are different. The plan's key is not compared.
	Old, New   DraftPlan
	PlanFields []string
	// Tasks and Measures hold all of both versions: those of the new version
	// in its order, then the withdrawn ones in the order of the old.
	Tasks    []DiffItem[DraftTask]
	Measures []DiffItem[DraftMeasure]
}

// Empty reports whether both versions say the same.
func (d Diff) Empty() bool {
	return len(d.PlanFields) == 0 &&
		!slices.ContainsFunc(d.Tasks, func(i DiffItem[DraftTask]) bool { return i.Class != DiffSame }) &&
		!slices.ContainsFunc(d.Measures, func(i DiffItem[DraftMeasure]) bool { return i.Class != DiffSame })
}

// DiffPlan compares the printed forms of two versions of a plan.
//
// Rows are the same when their text is, the printed number deciding between
// equal texts; then when their measures are; then when the text is similar
// under the same number, or between the same neighbours. Measures are the same
// when their text is, the row deciding between equal texts; then when they
// stand in the same row and their text is similar. Width, case, spaces and
// punctuation do not count for identity, but are changes of the text.
//
// The time is n log n but for the similarity, which looks at few candidates.
func DiffPlan(before, after Draft) Diff {
	before, after = before.Printed(), after.Printed()
	o, n := newVersion(before), newVersion(after)
	rows := matchRows(o, n)
	measures := matchMeasures(o, n, rows)
	d := Diff{Old: before.Plan, New: after.Plan}
	d.PlanFields = differing(
		"title", before.Plan.Title, after.Plan.Title,
		"document_number", before.Plan.DocumentNumber, after.Plan.DocumentNumber,
		"issuer", before.Plan.Issuer, after.Plan.Issuer,
		"issued", before.Plan.Issued, after.Plan.Issued,
		"year", before.Plan.Year, after.Plan.Year)

	moved := outOfOrder(rows.to)
	d.Tasks = items(before.Tasks, after.Tasks, rows, []string{"no", DiffPlace}, func(i, j int) []string {
		a, b := before.Tasks[i], after.Tasks[j]
		return differing("no", a.No, b.No, "indicators", a.Indicators, b.Indicators,
			"evaluation_points", a.EvaluationPoints, b.EvaluationPoints,
			"remarks", a.Remarks, b.Remarks, DiffPlace, moved[i], false)
	})
	shifted := shiftedInRow(o, n, rows, measures)
	d.Measures = items(before.Measures, after.Measures, measures, []string{"no", "rows", DiffPlace}, func(i, j int) []string {
		a, b := before.Measures[i], after.Measures[j]
		return differing("no", a.No, b.No, "text", a.Text, b.Text, "rows", rows.through(o.rowsOf[i]), n.rowsOf[j],
			"responsibilities", a.Responsibilities, b.Responsibilities, "deadlines", a.Deadlines, b.Deadlines,
			"targets", a.Targets, b.Targets, DiffPlace, shifted[i], false)
	})
	return d
}

// differing takes a name and two values in turn, and returns the names whose
// values are not the same.
func differing(nameOldNew ...any) []string {
	var names []string
	for i := 0; i < len(nameOldNew); i += 3 {
		if !reflect.DeepEqual(nameOldNew[i+1], nameOldNew[i+2]) {
			names = append(names, fmt.Sprint(nameOldNew[i]))
		}
	}
	return names
}

// items lists everything of both versions once. With nothing but the fields of
// place different, a pair has moved.
func items[T any](before, after []T, m matching, place []string, fields func(i, j int) []string) []DiffItem[T] {
	list := make([]DiffItem[T], 0, len(after))
	for j := range after {
		i := m.from[j]
		item := DiffItem[T]{Class: DiffAdded, New: &after[j], OldAt: i, NewAt: j}
		if i >= 0 {
			item.Old, item.Fields, item.Class = &before[i], fields(i, j), DiffSame
			for _, f := range item.Fields {
				if !slices.Contains(place, f) {
					item.Class = DiffChanged
					break
				}
				item.Class = DiffMoved
			}
		}
		list = append(list, item)
	}
	for i := range before {
		if m.to[i] < 0 {
			list = append(list, DiffItem[T]{Class: DiffWithdrawn, Old: &before[i], OldAt: i, NewAt: -1})
		}
	}
	return list
}

// shiftedInRow reports for each old measure whether it changed places with
// another one of a row that both are in, before and after.
func shiftedInRow(o, n version, rows, measures matching) []bool {
	shifted := make([]bool, len(measures.to))
	for i, j := range rows.to {
		if j < 0 {
			continue
		}
		place := make(map[int]int, len(n.inRow[j]))
		for at, m := range n.inRow[j] {
			place[m] = at
		}
		to := make([]int, len(o.inRow[i]))
		for k, m := range o.inRow[i] {
			to[k] = -1
			if at, ok := place[measures.to[m]]; ok {
				to[k] = at
			}
		}
		for k, out := range outOfOrder(to) {
			if out {
				shifted[o.inRow[i][k]] = true
			}
		}
	}
	return shifted
}

// outOfOrder marks the fewest elements without which the rest rises; elements
// below zero do not count. The longest rising subsequence by patience sorting.
func outOfOrder(to []int) []bool {
	out := make([]bool, len(to))
	before := make([]int, len(to)) // the one in front of each, in the best run that it ends
	var ends []int                 // ends[k]: index of the least end of a run of k+1
	for i, v := range to {
		if v < 0 {
			continue
		}
		out[i] = true
		k, _ := slices.BinarySearchFunc(ends, v, func(e, v int) int { return cmp.Compare(to[e], v) })
		before[i] = -1
		if k > 0 {
			before[i] = ends[k-1]
		}
		if k == len(ends) {
			ends = append(ends, i)
		} else {
			ends[k] = i
		}
	}
	if len(ends) > 0 {
		for i := ends[len(ends)-1]; i >= 0; i = before[i] {
			out[i] = false
		}
	}
	return out
}

// listKey makes a key of indexes.
func listKey(l []int) string {
	var b []byte
	for _, v := range l {
		b = append(strconv.AppendInt(b, int64(v), 10), ' ')
	}
	return string(b)
}
