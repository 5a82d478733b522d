package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"duban/app/view"
	"duban/models"
)

// groupCards draws the groups with their members, those of today first.
func (g *registerPage) groupCards(p *view.RegisterPage) {
	q := strings.ToLower(p.Query)
	for _, x := range g.groups {
		c := view.GroupCard{Code: x.Code, Name: x.Name, Aliases: g.aliasesOf(0, x.ID), Open: x.Code == g.form.group,
			Href: "/units?tab=groups&group=" + x.Code + "#edit"}
		if q != "" && !strings.Contains(strings.ToLower(x.Name+"\n"+strings.Join(c.Aliases, "\n")), q) {
			continue
		}
		var past []view.MemberRow
		for _, m := range g.membersOf(x.ID) {
			u := g.dir.units[m.UnitID]
			row := view.MemberRow{ID: m.ID, Unit: u.Name, Family: string(u.Family), From: m.FromDate.String(), To: m.ToDate.String(), Now: m.On(g.today)}
			switch {
			case row.Now:
				c.Count++
				c.Members = append(c.Members, row)
			default:
				if !m.ToDate.IsZero() && m.ToDate.Before(g.today) {
					c.Past++
				}
				past = append(past, row)
			}
		}
		c.Members = append(c.Members, past...)
		for _, use := range g.uses {
			if use.GroupID == x.ID && (use.State != models.PlanDraft || g.actor.May(models.ActImport)) {
				c.Used = append(c.Used, use.Title)
			}
		}
		p.Groups = append(p.Groups, c)
	}
}

// membersOf are a group's memberships in the order of the register.
func (g *registerPage) membersOf(group models.GroupID) []models.GroupMember {
	place := map[models.UnitID]int{}
	for i, u := range g.units {
		place[u.ID] = i
	}
	var out []models.GroupMember
	for _, m := range g.members {
		if m.GroupID == group {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b models.GroupMember) int { return place[a.UnitID] - place[b.UnitID] })
	return out
}

// groupForm offers those who may join and those who may leave.
func (g *registerPage) groupForm(x models.UnitGroup) *view.GroupForm {
	f := &view.GroupForm{Action: "/units/groups/" + x.Code, Code: x.Code, Name: x.Name, From: g.today.String(), To: g.today.String(),
		BackHref: "/units?tab=groups", Errors: g.form.errors, Effect: g.effect(x.ID)}
	if g.form.typed {
		if g.form.from != "" {
			f.From = g.form.from
		}
		if g.form.to != "" {
			f.To = g.form.to
		}
	}
	running := map[models.UnitID]bool{}
	for _, m := range g.members {
		if m.GroupID == x.ID && m.ToDate.IsZero() {
			running[m.UnitID] = true
		}
	}
	for _, u := range g.units {
		if u.Register != x.Register || u.Family == models.FamilyRegion {
			continue
		}
		o := view.Option{Value: strconv.FormatInt(int64(u.ID), 10), Label: u.Name, Selected: u.ID == g.form.unit}
		if running[u.ID] {
			f.Members = append(f.Members, o)
		} else {
			f.Units = append(f.Units, o)
		}
	}
	return f
}

// effect says what a change of members does to running plans.
func (g *registerPage) effect(group models.GroupID) string {
	measures, titles := 0, []string{}
	for _, use := range g.uses {
		if use.GroupID == group && use.State == models.PlanIssued {
			measures += use.Measures
			titles = append(titles, "《"+use.Title+"》")
		}
	}
	if measures == 0 {
		return g.t("register.effect_none")
	}
	return g.t("register.effect", strings.Join(titles, "、"), measures)
}

// changeMembers lets a unit join or leave a group.
func (r *request) changeMembers() error {
	groups, err := r.read().Groups(r.ctx())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(groups, func(x models.UnitGroup) bool { return x.Code == r.Param("code") })
	if i < 0 {
		return models.Errf(models.NotFound, "err.not_found")
	}
	f := registerForm{group: groups[i].Code, typed: true, from: r.field("from"), to: r.field("to")}
	n, _ := strconv.ParseInt(r.field("unit"), 10, 64)
	f.unit = models.UnitID(n)
	flash, n2, err := r.changeMember(groups[i].ID, f.unit)
	if err != nil {
		code := models.CodeOf(err)
		if f.errors, err = r.formErrors(err); err != nil {
			return err
		}
		return r.showRegister(status[code], f)
	}
	r.s.jobs.Wake()
	return r.done("/units?tab=groups&group="+f.group+"#edit", flash, n2)
}

func (r *request) changeMember(group models.GroupID, unit models.UnitID) (flash string, n int, err error) {
	field, flash := "from", "flash.joined"
	if r.field("do") == "leave" {
		field, flash = "to", "flash.left"
	} else if r.field("do") != "join" {
		return "", 0, models.Errf(models.NotFound, "err.not_found")
	}
	if unit <= 0 {
		return "", 0, models.FieldErr("unit", "err.unit_needed")
	}
	day, err := r.date(field)
	if err != nil {
		return "", 0, err
	}
	if field == "to" {
		n, err = r.s.app.LeaveGroup(r.ctx(), r.actor, group, unit, day)
	} else {
		n, err = r.s.app.JoinGroup(r.ctx(), r.actor, group, unit, day)
	}
	return flash, n, err
}

// createUnit adds a unit to the register of its parent.
func (r *request) createUnit() error {
	in := models.Unit{Code: r.field("code"), Name: r.field("name"), Short: r.field("short"), Family: models.UnitFamily(r.field("family")), Note: r.field("note")}
	n, _ := strconv.ParseInt(r.field("parent"), 10, 64)
	in.ParentID, in.Register = models.UnitID(n), in.Code // a root begins a register
	units, err := r.read().Units(r.ctx())
	if err != nil {
		return err
	}
	found := in.ParentID == 0
	for _, u := range units {
		if u.ID == in.ParentID {
			in.Register, found = u.Register, true
		}
		if u.ParentID == in.ParentID {
			in.SortNo = max(in.SortNo, u.SortNo+10)
		}
	}
	if !found {
		return models.Errf(models.NotFound, "err.not_found")
	}
	u, err := r.s.app.SaveUnit(r.ctx(), r.actor, in)
	return r.saved(u, registerForm{fresh: true, in: in}, err)
}

// updateUnit stores a unit's words.
func (r *request) updateUnit() error {
	u, err := r.read().UnitByCode(r.ctx(), r.Param("code"))
	if err != nil {
		return err
	}
	u.Name, u.Short, u.Family, u.Note = r.field("name"), r.field("short"), models.UnitFamily(r.field("family")), r.field("note")
	u.Version = r.seen()
	saved, err := r.s.app.SaveUnit(r.ctx(), r.actor, u)
	return r.saved(saved, registerForm{edit: u.Code, in: u}, err)
}

// saved goes on to the unit, or draws its form again.
func (r *request) saved(u models.Unit, f registerForm, err error) error {
	if err != nil {
		code := models.CodeOf(err)
		f.typed = true
		if f.errors, err = r.formErrors(err); err != nil {
			return err
		}
		return r.showRegister(status[code], f)
	}
	return r.done("/units?edit="+u.Code+"#edit", "flash.saved")
}

// setAliases stores the names under which a document may mean a unit.
func (r *request) setAliases() error {
	u, err := r.read().UnitByCode(r.ctx(), r.Param("code"))
	if err != nil {
		return err
	}
	f := registerForm{edit: u.Code, aliased: true, aliases: storable(r.FormValue("aliases"))}
	err = r.s.app.SetAliases(r.ctx(), r.actor, u.ID, r.seen(), strings.Split(f.aliases, "\n"))
	return r.saved(u, f, err)
}

// setPost makes a person the contact or leader of a unit.
func (r *request) setPost() error {
	u, err := r.read().UnitByCode(r.ctx(), r.Param("code"))
	if err != nil {
		return err
	}
	f := registerForm{edit: u.Code, typed: true, post: models.Post(r.field("post"))}
	if f.post != models.PostContact && f.post != models.PostLeader {
		return models.Errf(models.NotFound, "err.not_found")
	}
	n, bad := strconv.ParseInt(r.field("user"), 10, 64)
	f.user = models.UserID(n)
	if bad != nil || n < 0 {
		err = models.FieldErr("user", "err.post_person")
	} else {
		err = r.s.app.SetPost(r.ctx(), r.actor, u.ID, r.seen(), f.post, f.user)
	}
	if models.CodeOf(err) == models.Invalid {
		if f.errors, err = r.formErrors(err); err != nil {
			return err
		}
		return r.showRegister(http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	r.s.jobs.Wake()
	return r.done("/units?edit="+u.Code+"#edit", "flash.post")
}
