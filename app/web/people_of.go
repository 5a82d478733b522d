package web

import (
	"duban/app/view"
	"duban/models"
)

// directory knows units and persons, for pages that say whom to ring.
type directory struct {
	units map[models.UnitID]models.Unit
	users map[models.UserID]models.User
}

// directory loads it, in two questions.
func (r *request) directory() (directory, error) {
	d := directory{map[models.UnitID]models.Unit{}, map[models.UserID]models.User{}}
	units, err := r.read().Units(r.ctx())
	if err != nil {
		return d, err
	}
	users, err := r.read().Users(r.ctx())
	for _, u := range units {
		d.units[u.ID] = u
	}
	for _, u := range users {
		d.users[u.ID] = u
	}
	return d, err
}

// contact is who holds a unit's post 联络员; without a name it is vacant.
func (d directory) contact(unit models.UnitID) view.Contact {
	return d.holder(unit, d.units[unit].ContactID)
}

// leader is who holds a unit's post 分管领导; without a name it is vacant.
func (d directory) leader(unit models.UnitID) view.Contact {
	return d.holder(unit, d.units[unit].LeaderID)
}

func (d directory) holder(unit models.UnitID, id models.UserID) view.Contact {
	u, ok := d.users[id]
	if !ok || u.UnitID != unit {
		return view.Contact{}
	}
	return person(u)
}

// office is whom to ring at the lead office of a plan: the unit's name and the
// account that has been there longest.
func (d directory) office(p models.Plan) (string, view.Contact) {
	var first models.User
	for _, u := range d.users {
		if u.Role == models.RoleLead && u.Active() && (u.UnitID == p.LeadUnitID || p.LeadUnitID == 0) && (first.ID == 0 || u.ID < first.ID) {
			first = u
		}
	}
	if first.ID == 0 {
		return d.units[p.LeadUnitID].Name, view.Contact{}
	}
	return d.units[first.UnitID].Name, person(first)
}

func person(u models.User) view.Contact {
	return view.Contact{Name: u.Name, Title: u.Title, Phone: u.Phone, Email: u.Email, Disabled: !u.Active()}
}
