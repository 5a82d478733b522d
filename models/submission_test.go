package models

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// TestCheckExtension: today is 13 October 2020; the request must come before
// the due day is over.
func TestCheckExtension(t *testing.T) {
	for _, c := range []struct {
		name        string
		state       State
		due, issued string
		to, reason  string
		want        Code
		fields      string
		key         string
	}{
		{name: "in time", due: "2020-10-15", to: "2020-10-30", reason: "系统改造"},
		{name: "on the due day", due: "2020-10-13", to: "2020-10-14", reason: "系统改造"},
		{name: "unsigned", state: StateUnack, due: "2020-10-15", to: "2020-10-30", reason: "系统改造"},
		{name: "the day after", due: "2020-10-12", to: "2020-10-30", reason: "系统改造", want: Conflict, key: "err.extend_late"},
		{name: "past at issue: still", due: "2020-09-30", issued: "2020-10-01", to: "2020-10-30", reason: "下发时已过期"},
		{name: "past at issue, to a day gone by", due: "2020-09-30", issued: "2020-10-01", to: "2020-10-12", reason: "下发时已过期", want: Invalid, fields: "to"},
		{name: "past at issue, to today", due: "2020-09-30", issued: "2020-10-01", to: "2020-10-13", reason: "下发时已过期"},
		{name: "to the same day", due: "2020-10-15", to: "2020-10-15", reason: "系统改造", want: Invalid, fields: "to"},
		{name: "to an earlier day", due: "2020-10-15", to: "2020-10-14", reason: "系统改造", want: Invalid, fields: "to"},
		{name: "without a day", due: "2020-10-15", reason: "系统改造", want: Invalid, fields: "to"},
		{name: "without a reason", due: "2020-10-15", to: "2020-10-30", want: Invalid, fields: "reason"},
		{name: "with neither", due: "2020-10-15", want: Invalid, fields: "reason to"},
		{name: "no deadline", to: "2020-10-30", reason: "系统改造", want: Conflict, key: "err.extend_no_date"},
		{name: "returned", state: StateReturned, due: "2020-10-15", to: "2020-10-30", reason: "系统改造", want: Conflict, key: "err.extend_no_date"},
	} {
		a := Assignment{State: StateActive, EffectiveOn: on(c.due), DueOn: on(c.due), IssuedOn: on("2020-09-01")}
		if c.state != "" {
			a.State = c.state
		}
		if c.issued != "" {
			a.IssuedOn = on(c.issued)
		}
		err := CheckExtension(a, on(c.to), on("2020-10-13"), c.reason)
		if got := CodeOf(err); got != c.want {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
			continue
		}
		var one *Error
		if c.key != "" && (!errors.As(err, &one) || one.Key != c.key) {
			t.Errorf("%s: %v, want %s", c.name, err, c.key)
		}
		var all Errors
		if c.fields != "" {
			errors.As(err, &all)
			fields := ""
			for _, e := range all {
				fields += " " + e.Field
			}
			if fields != " "+c.fields {
				t.Errorf("%s: faults in%s, want %s", c.name, fields, c.fields)
			}
		}
	}
}

func TestTargetMeets(t *testing.T) {
	_, rows := table(`
		op 89.9 90 90.1
		>= no   yes yes
		>  no   no  yes
		<= yes  yes no
		<  yes  no  no
		=  no   yes no`)
	for _, r := range rows {
		for i, v := range []float64{89.9, 90, 90.1} {
			want := r[i+1] == "yes"
			if got := (Target{Op: r[0], Value: 90}).Meets(v); got != want {
				t.Errorf("%v %s 90: %v", v, r[0], got)
			}
			if got := (Figure{Op: r[0], Target: 90, Value: v}).Meets(); got != want {
				t.Errorf("figure %v %s 90: %v", v, r[0], got)
			}
		}
	}
	if !(Figure{Metric: "办件量", Value: 3}).Meets() {
		t.Error("a figure without a target falls short of it")
	}
}

func TestFigures(t *testing.T) {
	s := Submission{ValuesJSON: `[{"metric":"网上可办率","value":91.5,"unit":"%","op":">=","target":90},{"metric":"办件量","value":3,"unit":"件"}]`}
	want := []Figure{{"网上可办率", 91.5, "%", ">=", 90}, {Metric: "办件量", Value: 3, Unit: "件"}}
	if got := s.Figures(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	for _, text := range []string{"", "null", "[]", "not JSON"} {
		if got := (Submission{ValuesJSON: text}).Figures(); len(got) != 0 {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestDueDate(t *testing.T) {
	dated := func(days ...string) (ds []Deadline) {
		for _, d := range days {
			ds = append(ds, Deadline{Date: on(d)})
		}
		return ds
	}
	for _, c := range []struct {
		ds   []Deadline
		want string
	}{
		{nil, ""},
		{dated("2020-10-15"), "2020-10-15"},
		{dated("2020-10-15", ""), "2020-10-15"}, // 10月15日前。并持续推进
		{dated("", "2019-12-31"), "2019-12-31"},
		{dated("2020-10-15", "2020-09-30"), "2020-10-15"}, // the first in the document's order
		{dated("", ""), ""},
	} {
		if got := DueDate(c.ds); got != on(c.want) {
			t.Errorf("%v: %s, want %q", c.ds, got, c.want)
		}
	}
}

func TestPeople(t *testing.T) {
	for role, want := range map[Role]bool{
		RoleContact: true, RoleLeader: true, RoleLead: true, RoleSupervisor: false, RoleAdmin: false,
	} {
		if got := role.OfUnit(); got != want {
			t.Errorf("%s: OfUnit = %v", role, got)
		}
	}
	u := User{ID: 7, Name: "王芳", Role: RoleContact, UnitID: 3, Lang: "zh"}
	if !u.Active() {
		t.Error("an account that nobody disabled is off")
	}
	at := time.Date(2020, 10, 13, 0, 0, 0, 0, time.UTC)
	u.DisabledAt = &at
	if u.Active() {
		t.Error("a disabled account is on")
	}
	if got, want := ActorOf(u, "10.0.0.7"), (Actor{UserID: 7, Name: "王芳", Role: RoleContact, UnitID: 3, Lang: "zh", IP: "10.0.0.7"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
