package models

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// policyTable says who may do what, by hand: all, own (the actor's own unit's
// duties) or - (not at all). The lead office does not act for units and the
// administrator has no business rights (docs/adr/0004), the supervisor changes
// nothing.
const policyTable = `
            contact leader lead supervisor admin
sign        own     -      -    -          -
progress    own     -      -    -          -
submit      own     -      -    -          -
ask_na      own     -      -    -          -
ask_extend  own     -      -    -          -
block       own     -      all  -          -
approve     -       -      all  -          -
return      -       -      all  -          -
close       -       -      all  -          -
reopen      -       -      all  -          -
withdraw    -       -      all  -          -
decide_ext  -       -      all  -          -
nudge       -       -      all  -          -
opinion     -       -      -    all        -
see_unit    own     own    all  all        -
see_all     -       -      all  all        -
see_plan    all     all    all  all        -
import      -       -      all  -          -
issue       -       -      all  -          -
units       -       -      all  -          all
post        -       -      all  -          all
jobs        -       -      all  all        all
run_jobs    -       -      all  -          all
people      -       -      -    -          all
see_people  -       -      all  all        all
audit       -       -      all  all        all
own         all     all    all  all        all
no_such_act -       -      -    -          -
`

func TestPolicy(t *testing.T) {
	const ownUnit, otherUnit = UnitID(3), UnitID(4)
	roles, rows := table(policyTable)
	written := map[Act]bool{}
	for _, row := range rows {
		act := Act(row[0])
		written[act] = true
		for i, role := range roles {
			a := Actor{UserID: 9, Role: Role(role), UnitID: ownUnit}
			want := row[i+1]
			if got := a.May(act); got != (want != "-") {
				t.Errorf("%s: May(%s) = %v", role, act, got)
			}
			if got := a.MayOn(act, ownUnit); got != (want != "-") {
				t.Errorf("%s: MayOn(%s, own unit) = %v", role, act, got)
			}
			if got := a.MayOn(act, otherUnit); got != (want == "all") {
				t.Errorf("%s: MayOn(%s, other unit) = %v", role, act, got)
			}
			if got := a.MayOn(act, 0); got != (want == "all") {
				t.Errorf("%s: MayOn(%s, no unit) = %v", role, act, got)
			}
			// Somebody who has not been given a unit yet owns nothing.
			a.UnitID = 0
			if got := a.MayOn(act, 0) || a.MayOn(act, ownUnit); got != (want == "all") {
				t.Errorf("%s without a unit: MayOn(%s) = %v", role, act, got)
			}
		}
	}
	for _, act := range Acts() {
		if !written[act] {
			t.Errorf("the table lacks the act %s", act)
		}
	}
	if n := len(Acts()); n != len(rows)-1 {
		t.Errorf("%d acts in the program, %d in the table", n, len(rows)-1)
	}
	if len(roles) != len(Roles) {
		t.Errorf("%d roles in the table, %d in the program", len(roles), len(Roles))
	}
	for _, r := range Roles {
		if !slices.Contains(roles, string(r)) || !r.Valid() {
			t.Errorf("role %s", r)
		}
	}
	if Role("").Valid() || Role("root").Valid() {
		t.Error("an unknown role is valid")
	}
}

// The supervisor's acts must all be reading, but for the opinion.
func TestSupervisorChangesNothing(t *testing.T) {
	s := Actor{Role: RoleSupervisor, UnitID: 3}
	var may []string
	for _, act := range Acts() {
		if s.May(act) {
			may = append(may, string(act))
		}
	}
	slices.Sort(may)
	if got := strings.Join(may, " "); got != "audit jobs opinion own see_all see_people see_plan see_unit" {
		t.Errorf("a supervisor may %s", got)
	}
}

func TestSystemActs(t *testing.T) {
	a := SystemActor("remind")
	if a.Role != "" || a.UserID != 0 || !a.System {
		t.Errorf("%+v", a)
	}
	for _, act := range Acts() {
		if !a.May(act) || !a.MayOn(act, 4) || a.Require(act, 4) != nil || a.Require(act, 0) != nil {
			t.Errorf("the system may not %s", act)
		}
	}
	if a := (Actor{}); a.May(ActSeePlan) || a.MayOn(ActSign, 0) || !a.Scope().Empty() {
		t.Error("nobody may do something")
	}
}

// TestRequire writes down what an actor is told: nil, forbidden where he can
// see the unit's duties anyway, not_found where he may not know of them.
func TestRequire(t *testing.T) {
	for _, c := range []struct {
		role Role
		unit UnitID // the actor's
		act  Act
		on   UnitID
		want Code
	}{
		{RoleContact, 3, ActSign, 3, ""},
		{RoleContact, 3, ActSign, 4, NotFound},
		{RoleContact, 3, ActApprove, 3, Forbidden},
		{RoleContact, 3, ActApprove, 4, NotFound},
		{RoleContact, 3, ActApprove, 0, Forbidden},
		{RoleContact, 3, ActSubmit, 0, ""}, // on some unit: the route's question
		{RoleContact, 3, ActSeeUnit, 4, NotFound},
		{RoleContact, 0, ActSeeUnit, 3, NotFound},
		{RoleContact, 0, ActSign, 3, NotFound},
		{RoleContact, 3, ActSeePlan, 0, ""},
		{RoleContact, 3, ActPeople, 0, Forbidden},
		{RoleLeader, 3, ActSeeUnit, 3, ""},
		{RoleLeader, 3, ActSubmit, 3, Forbidden},
		{RoleLeader, 3, ActSubmit, 4, NotFound},
		{RoleLead, 1, ActApprove, 4, ""},
		{RoleLead, 1, ActSubmit, 4, Forbidden}, // does not act for units
		{RoleLead, 1, ActSubmit, 1, Forbidden}, // nor for its own
		{RoleLead, 1, ActOpinion, 4, Forbidden},
		{RoleLead, 1, ActPeople, 0, Forbidden},
		{RoleSupervisor, 0, ActSeeUnit, 4, ""},
		{RoleSupervisor, 0, ActOpinion, 4, ""},
		{RoleSupervisor, 0, ActNudge, 4, Forbidden},
		{RoleSupervisor, 0, ActImport, 0, Forbidden},
		{RoleAdmin, 0, ActPeople, 0, ""},
		{RoleAdmin, 0, ActPost, 4, ""},
		{RoleAdmin, 0, ActSeeUnit, 4, NotFound},
		{RoleAdmin, 0, ActApprove, 4, NotFound},
		{RoleAdmin, 0, ActApprove, 0, Forbidden},
		{RoleAdmin, 3, ActSeeUnit, 3, NotFound}, // a unit gives an administrator nothing
		{"", 0, ActSeePlan, 0, Forbidden},
		{"", 0, ActOwnAccount, 0, Forbidden},
		{"", 3, ActSign, 3, NotFound},
	} {
		a := Actor{UserID: 9, Role: c.role, UnitID: c.unit}
		err := a.Require(c.act, c.on)
		if got := CodeOf(err); got != c.want {
			t.Errorf("%s of unit %d, %s on unit %d: %q, want %q", c.role, c.unit, c.act, c.on, got, c.want)
		}
		if c.want != "" {
			if key := err.(*Error).Key; key != "err."+string(c.want) {
				t.Errorf("key %s", key)
			}
		}
	}
}

// A refusal must not tell a unit that exists from one that does not.
func TestRequireKeepsUnitsApart(t *testing.T) {
	for _, role := range []Role{RoleContact, RoleLeader, RoleAdmin} {
		a := Actor{UserID: 9, Role: role, UnitID: 3}
		for _, act := range Acts() {
			e1, e2 := a.Require(act, 4), a.Require(act, 4711)
			if fmt.Sprint(e1) != fmt.Sprint(e2) {
				t.Errorf("%s, %s: %v for one unit, %v for another", role, act, e1, e2)
			}
		}
	}
}

func TestScope(t *testing.T) {
	for _, c := range []struct {
		actor            Actor
		own, other, zero bool
		empty            bool
	}{
		{Actor{Role: RoleContact, UnitID: 3}, true, false, false, false},
		{Actor{Role: RoleLeader, UnitID: 3}, true, false, false, false},
		{Actor{Role: RoleContact}, false, false, false, true},
		{Actor{Role: RoleLead, UnitID: 1}, true, true, true, false},
		{Actor{Role: RoleSupervisor}, true, true, true, false},
		{Actor{Role: RoleAdmin, UnitID: 3}, false, false, false, true},
		{Actor{}, false, false, false, true},
		{SystemActor("digest"), true, true, true, false},
	} {
		s := c.actor.Scope()
		if s.Sees(3) != c.own || s.Sees(4) != c.other || s.Sees(0) != c.zero || s.Empty() != c.empty {
			t.Errorf("%s of unit %d: %+v", c.actor.Role, c.actor.UnitID, s)
		}
	}
	if (Scope{}).Sees(0) {
		t.Error("the zero scope sees something")
	}
}
