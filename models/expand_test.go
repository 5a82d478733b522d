package models

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// show writes duties as 3:lead 4:responsible<9 (through group 9).
func show(ds []Duty) string {
	var out []string
	for _, d := range ds {
		s := fmt.Sprintf("%d:%s", d.UnitID, d.Role)
		if d.GroupID != 0 {
			s += fmt.Sprintf("<%d", d.GroupID)
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestExpand(t *testing.T) {
	unit := func(sort int, u UnitID, r UnitRole) Responsibility {
		return Responsibility{UnitID: u, Role: r, SortNo: sort}
	}
	group := func(sort int, g GroupID, r UnitRole) Responsibility {
		return Responsibility{GroupID: g, Role: r, SortNo: sort}
	}
	// Group 9 is 各乡镇 with units 10 to 12, the last from October only; group 8
	// is 各部门 with 3, 4 and, until the end of September, 5.
	members := []GroupMember{
		{GroupID: 8, UnitID: 4, FromDate: on("2020-01-01")},
		{GroupID: 8, UnitID: 3, FromDate: on("2020-01-01")},
		{GroupID: 8, UnitID: 5, FromDate: on("2020-01-01"), ToDate: on("2020-09-30")},
		{GroupID: 9, UnitID: 10, FromDate: on("2020-01-01")},
		{GroupID: 9, UnitID: 11, FromDate: on("2020-01-01")},
		{GroupID: 9, UnitID: 12, FromDate: on("2020-10-01")},
	}
	for _, c := range []struct {
		name string
		rs   []Responsibility
		day  string
		want string
	}{
		{"nobody", nil, "2020-10-13", ""},
		{"one unit", []Responsibility{unit(1, 3, UnitLead)}, "2020-10-13", "3:lead"},
		{"as the document names them", []Responsibility{unit(2, 3, UnitCooperate), unit(1, 4, UnitLead)}, "2020-10-13", "4:lead 3:cooperate"},
		{"members in the given order", []Responsibility{group(1, 8, UnitResponsible)}, "2020-10-13", "4:responsible<8 3:responsible<8"},
		{"the last day of a membership", []Responsibility{group(1, 8, UnitResponsible)}, "2020-09-30", "4:responsible<8 3:responsible<8 5:responsible<8"},
		{"the day before one begins", []Responsibility{group(1, 9, UnitPilot)}, "2020-09-30", "10:pilot<9 11:pilot<9"},
		{"the day one begins", []Responsibility{group(1, 9, UnitPilot)}, "2020-10-01", "10:pilot<9 11:pilot<9 12:pilot<9"},
		{"before any", []Responsibility{group(1, 9, UnitPilot)}, "2019-12-31", ""},
		{"an unknown group", []Responsibility{group(1, 7, UnitResponsible)}, "2020-10-13", ""},
		{"two groups", []Responsibility{group(1, 9, UnitResponsible), group(2, 8, UnitCooperate)}, "2020-09-01",
			"10:responsible<9 11:responsible<9 4:cooperate<8 3:cooperate<8 5:cooperate<8"},

		// reached twice: one duty, the weightier role
		{"lead by name, cooperating by group", []Responsibility{unit(1, 3, UnitLead), group(2, 8, UnitCooperate)}, "2020-10-13", "3:lead 4:cooperate<8"},
		{"cooperating by group, then lead by name", []Responsibility{group(1, 8, UnitCooperate), unit(2, 3, UnitLead)}, "2020-10-13", "4:cooperate<8 3:lead"},
		{"cooperating by name, responsible by group", []Responsibility{unit(1, 3, UnitCooperate), group(2, 8, UnitResponsible)}, "2020-10-13", "3:responsible<8 4:responsible<8"},
		{"lead and cooperating by name", []Responsibility{unit(1, 3, UnitCooperate), unit(2, 3, UnitLead)}, "2020-10-13", "3:lead"},
		{"responsible beats pilot", []Responsibility{unit(1, 3, UnitPilot), unit(2, 3, UnitResponsible)}, "2020-10-13", "3:responsible"},
		{"pilot beats cooperating", []Responsibility{unit(1, 3, UnitCooperate), unit(2, 3, UnitPilot)}, "2020-10-13", "3:pilot"},

		// reached twice in one role: its own naming stands
		{"by name, then by group", []Responsibility{unit(1, 3, UnitResponsible), group(2, 8, UnitResponsible)}, "2020-10-13", "3:responsible 4:responsible<8"},
		{"by group, then by name", []Responsibility{group(1, 8, UnitResponsible), unit(2, 3, UnitResponsible)}, "2020-10-13", "4:responsible<8 3:responsible"},
	} {
		rs := slices.Clone(c.rs)
		if got := show(Expand(c.rs, members, on(c.day))); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if !slices.Equal(rs, c.rs) {
			t.Errorf("%s: the caller's list was changed", c.name)
		}
	}
}

// TestExpandOnce: whatever is written, each unit owes one duty, in the
// weightiest role in which it is reached, and nobody else owes one.
func TestExpandOnce(t *testing.T) {
	weight := map[UnitRole]int{UnitLead: 4, UnitResponsible: 3, UnitPilot: 2, UnitCooperate: 1}
	roles := []UnitRole{UnitCooperate, UnitPilot, UnitResponsible, UnitLead}
	rapid.Check(t, func(t *rapid.T) {
		today := on("2020-10-13")
		var members []GroupMember
		for range rapid.IntRange(0, 20).Draw(t, "members") {
			m := GroupMember{
				GroupID:  GroupID(rapid.IntRange(1, 3).Draw(t, "group")),
				UnitID:   UnitID(rapid.IntRange(1, 8).Draw(t, "unit")),
				FromDate: today.AddDays(rapid.IntRange(-3, 1).Draw(t, "from")),
			}
			if n := rapid.IntRange(-2, 2).Draw(t, "to"); n < 2 {
				m.ToDate = today.AddDays(n)
			}
			members = append(members, m)
		}
		var rs []Responsibility
		for i := range rapid.IntRange(0, 8).Draw(t, "responsibilities") {
			r := Responsibility{Role: rapid.SampledFrom(roles).Draw(t, "role"), SortNo: i + 1}
			if rapid.Bool().Draw(t, "isGroup") {
				r.GroupID = GroupID(rapid.IntRange(1, 3).Draw(t, "group"))
			} else {
				r.UnitID = UnitID(rapid.IntRange(1, 8).Draw(t, "unit"))
			}
			rs = append(rs, r)
		}
		got := Expand(rs, members, today)

		best := map[UnitID]int{}   // weightiest role
		named := map[UnitID]bool{} // named itself in that role
		reach := func(u UnitID, r UnitRole, self bool) {
			switch w := weight[r]; {
			case w > best[u]:
				best[u], named[u] = w, self
			case w == best[u] && self:
				named[u] = true
			}
		}
		for _, r := range rs {
			if r.UnitID != 0 {
				reach(r.UnitID, r.Role, true)
			}
			for _, m := range members {
				in := m.FromDate.Compare(today) <= 0 && (m.ToDate.IsZero() || m.ToDate.Compare(today) >= 0)
				if r.UnitID == 0 && m.GroupID == r.GroupID && in {
					reach(m.UnitID, r.Role, false)
				}
			}
		}
		if len(got) != len(best) {
			t.Fatalf("%d duties for %d units: %s", len(got), len(best), show(got))
		}
		seen := map[UnitID]bool{}
		for _, d := range got {
			if seen[d.UnitID] {
				t.Fatalf("unit %d twice: %s", d.UnitID, show(got))
			}
			seen[d.UnitID] = true
			if weight[d.Role] != best[d.UnitID] || (d.GroupID == 0) != named[d.UnitID] {
				t.Fatalf("unit %d: %s, want weight %d, named %v", d.UnitID, show([]Duty{d}), best[d.UnitID], named[d.UnitID])
			}
		}
		if again := Expand(rs, members, today); show(again) != show(got) {
			t.Fatalf("%s, then %s", show(got), show(again))
		}
	})
}

func TestCoordinator(t *testing.T) {
	r := func(sort int, u UnitID, g GroupID, role UnitRole) Responsibility {
		return Responsibility{SortNo: sort, UnitID: u, GroupID: g, Role: role}
	}
	for _, c := range []struct {
		name string
		rs   []Responsibility
		want UnitID
	}{
		{"nobody", nil, 0},
		{"the only lead", []Responsibility{r(1, 3, 0, UnitLead), r(2, 4, 0, UnitCooperate)}, 3},
		{"the only lead, named last", []Responsibility{r(1, 4, 0, UnitCooperate), r(2, 5, 0, UnitCooperate), r(3, 3, 0, UnitLead)}, 3},
		{"no lead: the first named", []Responsibility{r(2, 4, 0, UnitResponsible), r(1, 3, 0, UnitResponsible)}, 3},
		{"two leads: the first named", []Responsibility{r(1, 3, 0, UnitLead), r(2, 4, 0, UnitLead), r(3, 5, 0, UnitCooperate)}, 3},
		{"two leads behind another: the first named, to the letter", []Responsibility{r(1, 5, 0, UnitCooperate), r(2, 3, 0, UnitLead), r(3, 4, 0, UnitLead)}, 5},
		{"the first named is a group", []Responsibility{r(1, 0, 9, UnitResponsible), r(2, 4, 0, UnitResponsible)}, 0},
		{"the only lead beside a group", []Responsibility{r(1, 0, 9, UnitResponsible), r(2, 4, 0, UnitLead)}, 4},
		{"a group is the only lead", []Responsibility{r(1, 3, 0, UnitCooperate), r(2, 0, 9, UnitLead)}, 0},
	} {
		if got := Coordinator(c.rs); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestUnitRoles(t *testing.T) {
	for _, c := range []struct {
		role            UnitRole
		valid, blocking bool
	}{
		{UnitLead, true, true},
		{UnitResponsible, true, true},
		{UnitPilot, true, true},
		{UnitCooperate, true, false},
		{"", false, true},
		{"牵头", false, true},
	} {
		if c.role.Valid() != c.valid {
			t.Errorf("%q: Valid = %v", c.role, !c.valid)
		}
		if c.valid && c.role.Blocking() != c.blocking {
			t.Errorf("%q: Blocking = %v", c.role, !c.blocking)
		}
	}
}
