package models

import "sort"

// Duty is one assignment that a measure asks for: a concrete unit and its role.
type Duty struct {
	UnitID  UnitID
	GroupID GroupID // the group it comes through, 0 where the unit is named itself
	Role    UnitRole
}

// Expand turns a measure's responsibilities as written into one duty per unit
// on day d: a group gives one for each member of that day. A unit that is
// reached twice keeps its weightier role, and its own naming before a group's.
// Duties come in the order of the document, members in the given order.
func Expand(rs []Responsibility, members []GroupMember, d Date) []Duty {
	byGroup := map[GroupID][]UnitID{}
	for _, m := range members {
		if m.On(d) {
			byGroup[m.GroupID] = append(byGroup[m.GroupID], m.UnitID)
		}
	}
	sorted := append([]Responsibility(nil), rs...)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].SortNo < sorted[j].SortNo })
	at := map[UnitID]int{}
	var out []Duty
	add := func(duty Duty) {
		i, seen := at[duty.UnitID]
		switch {
		case !seen:
			at[duty.UnitID] = len(out)
			out = append(out, duty)
		case duty.Role.rank() > out[i].Role.rank():
			out[i] = duty
		case duty.Role == out[i].Role && duty.GroupID == 0:
			out[i].GroupID = 0
		}
	}
	for _, r := range sorted {
		if r.UnitID != 0 {
			add(Duty{UnitID: r.UnitID, Role: r.Role})
			continue
		}
		for _, u := range byGroup[r.GroupID] {
			add(Duty{UnitID: u, GroupID: r.GroupID, Role: r.Role})
		}
	}
	return out
}

// Coordinator returns the one accountable unit of a measure: the only lead,
// else the first named; 0 where that is a group.
func Coordinator(rs []Responsibility) UnitID {
	sorted := append([]Responsibility(nil), rs...)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].SortNo < sorted[j].SortNo })
	var leads []Responsibility
	for _, r := range sorted {
		if r.Role == UnitLead {
			leads = append(leads, r)
		}
	}
	switch {
	case len(leads) == 1:
		return leads[0].UnitID
	case len(sorted) > 0:
		return sorted[0].UnitID
	}
	return 0
}
