package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"duban/app"
	"duban/app/view"
	"duban/models"
)

// peopleRows is how many accounts a page of the list holds.
const peopleRows = 50

// people lists the accounts. They are a few hundred at most, and every page
// that names persons reads them all; so does this one, in two questions.
func (r *request) people() error {
	d, err := r.directory()
	if err != nil {
		return err
	}
	users, err := r.read().Users(r.ctx())
	if err != nil {
		return err
	}
	p := view.PeoplePage{Query: r.field("q"), CanAdd: r.actor.May(models.ActPeople)}
	tab := r.peopleTabs(&p, users)
	var shown []models.User
	for _, u := range users {
		if inPeopleTab(u, tab) && matchesPerson(u, d.units[u.UnitID], p.Query) {
			shown = append(shown, u)
		}
	}
	from, to := r.cutPage(&p.Pager, len(shown), peopleRows)
	posts := d.posts()
	for _, u := range shown[from:to] {
		p.Rows = append(p.Rows, view.PersonRow{
			Href: personHref(u.ID), Login: u.Login, Name: u.Name, Title: u.Title, Role: string(u.Role), Unit: d.units[u.UnitID].Name,
			Posts: r.postWords(posts[u.ID]), Phone: u.Phone, Email: u.Email, Disabled: !u.Active(), NoLogin: u.PasswordHash == "", LastSeen: r.instantOf(u.SeenAt),
		})
	}
	p.Shell = r.shell()
	return r.page("people", &p)
}

func personHref(id models.UserID) string { return "/people/" + strconv.FormatInt(int64(id), 10) }

// peopleTabs draws the views by role and returns the chosen one, "" for all.
func (r *request) peopleTabs(p *view.PeoplePage, users []models.User) string {
	keys := []string{""}
	for _, role := range models.Roles {
		keys = append(keys, string(role))
	}
	keys = append(keys, "disabled")
	chosen := r.QueryParam("role")
	if !slices.Contains(keys, chosen) {
		chosen = ""
	}
	for _, k := range keys {
		t := view.Tab{Key: "people.tab." + cmp.Or(k, "all"), Href: r.address("role", k), Current: k == chosen}
		for _, u := range users {
			if inPeopleTab(u, k) {
				t.Count++
			}
		}
		p.Tabs = append(p.Tabs, t)
	}
	return chosen
}

// inPeopleTab reports whether the account belongs under a tab. Accounts out of
// use stand under their own and under "all".
func inPeopleTab(u models.User, tab string) bool {
	switch tab {
	case "":
		return true
	case "disabled":
		return !u.Active()
	}
	return u.Active() && string(u.Role) == tab
}

func matchesPerson(u models.User, unit models.Unit, query string) bool {
	if query == "" {
		return true
	}
	query = strings.ToLower(query)
	for _, s := range []string{u.Name, u.Login, u.Title, u.Phone, u.Email, unit.Name, unit.Short} {
		if strings.Contains(strings.ToLower(s), query) {
			return true
		}
	}
	return false
}

// holding is one post that a person holds.
type holding struct {
	unit models.Unit
	role models.Role // contact or leader
}

// posts returns who holds which posts, in the register's order.
func (d directory) posts() map[models.UserID][]holding {
	units := make([]models.Unit, 0, len(d.units))
	for _, u := range d.units {
		units = append(units, u)
	}
	slices.SortFunc(units, func(a, b models.Unit) int { return cmp.Or(cmp.Compare(a.SortNo, b.SortNo), cmp.Compare(a.ID, b.ID)) })
	out := map[models.UserID][]holding{}
	for _, u := range units {
		for id, role := range map[models.UserID]models.Role{u.ContactID: models.RoleContact, u.LeaderID: models.RoleLeader} {
			if id != 0 && d.users[id].UnitID == u.ID {
				out[id] = append(out[id], holding{u, role})
			}
		}
	}
	return out
}

func (r *request) postWords(hs []holding) []string {
	var out []string
	for _, h := range hs {
		out = append(out, r.t("person.post_of", h.unit.Name, r.t("role."+string(h.role))))
	}
	return out
}

// newPerson shows the empty form.
func (r *request) newPerson() error {
	u := models.User{Role: models.RoleContact, Lang: "zh"}
	if id, err := strconv.ParseInt(r.QueryParam("unit"), 10, 64); err == nil {
		u.UnitID = models.UnitID(id)
	}
	return r.showPerson(http.StatusOK, u, view.PersonPage{New: true})
}

// typedPerson is the account as the form has it.
func (r *request) typedPerson() models.User {
	u := models.User{Login: r.field("login"), Name: r.field("name"), Title: r.field("title"), Phone: r.field("phone"), Email: r.field("email"),
		Role: models.Role(r.field("role")), Lang: r.field("lang"), Version: r.version()}
	if id, err := strconv.ParseInt(r.field("unit"), 10, 64); err == nil {
		u.UnitID = models.UnitID(id)
	}
	return u
}

// createPerson makes an account. Its one-time link stands on the answer and
// nowhere else: not in an address, a cookie or the log.
func (r *request) createPerson() error {
	typed := r.typedPerson()
	u, token, err := r.s.app.CreateUser(r.ctx(), r.actor, typed)
	if err != nil {
		errs, other := r.formErrors(err)
		if other != nil {
			return other
		}
		return r.showPerson(status[models.CodeOf(err)], typed, view.PersonPage{New: true, Errors: errs})
	}
	return r.showLink(u.ID, token)
}

// person shows one account.
func (r *request) person() error {
	u, err := r.personOf()
	if err != nil {
		return err
	}
	return r.showPerson(http.StatusOK, u, view.PersonPage{})
}

// personOf loads the account of the address.
func (r *request) personOf() (models.User, error) {
	id, err := r.id("id")
	if err != nil {
		return models.User{}, err
	}
	return r.read().User(r.ctx(), models.UserID(id))
}

// updatePerson changes an account. On a fault the form comes back as typed; when
// somebody else was quicker it also carries the new version, so that saving
// again is a decision.
func (r *request) updatePerson() error {
	u, err := r.personOf()
	if err != nil {
		return err
	}
	in := r.typedPerson()
	in.ID = u.ID
	err = r.s.app.UpdateUser(r.ctx(), r.actor, in)
	if err == nil {
		return r.done(personHref(u.ID), "flash.saved")
	}
	errs, other := r.formErrors(err)
	if other != nil {
		e := asConflict(other)
		if e == nil {
			return other
		}
		errs.Add("", r.errText(e))
	}
	u.Name, u.Title, u.Phone, u.Email, u.Role, u.UnitID, u.Lang = in.Name, in.Title, in.Phone, in.Email, in.Role, in.UnitID, in.Lang
	return r.showPerson(status[models.CodeOf(err)], u, view.PersonPage{Errors: errs})
}

// renewLink makes a new one-time link and shows it once.
func (r *request) renewLink() error {
	id, err := r.id("id")
	if err != nil {
		return err
	}
	token, err := r.s.app.Invite(r.ctx(), r.actor, models.UserID(id))
	if err != nil {
		return err
	}
	return r.showLink(models.UserID(id), token)
}

func (r *request) showLink(id models.UserID, token string) error {
	u, err := r.read().User(r.ctx(), id)
	if err != nil {
		return err
	}
	return r.showPerson(http.StatusOK, u, view.PersonPage{
		LinkURL: r.s.app.BaseURL + "/invite/" + token, LinkTill: r.instant(r.s.app.Now().Add(app.InviteLife)),
	})
}

func (r *request) disablePerson() error { return r.switchPerson(true, "flash.disabled") }

func (r *request) enablePerson() error { return r.switchPerson(false, "flash.enabled") }

func (r *request) switchPerson(off bool, said string) error {
	id, err := r.id("id")
	if err != nil {
		return err
	}
	if err := r.s.app.DisableUser(r.ctx(), r.actor, models.UserID(id), off); err != nil {
		return err
	}
	return r.done(personHref(models.UserID(id)), said)
}

// showPerson draws the form with the given account in it.
func (r *request) showPerson(status int, u models.User, p view.PersonPage) error {
	d, err := r.directory()
	if err != nil {
		return err
	}
	p.ID, p.Version, p.Login, p.Name, p.Title, p.Phone, p.Email = int64(u.ID), u.Version, u.Login, u.Name, u.Title, u.Phone, u.Email
	p.Can, p.Self = r.actor.May(models.ActPeople), u.ID == r.user.ID
	for _, role := range models.Roles {
		p.Roles = append(p.Roles, view.Option{Value: string(role), Selected: role == u.Role})
	}
	p.Units = r.unitOptions(d, u.UnitID)
	p.Langs = []view.Option{{Value: "zh", Label: "中文", Selected: u.Lang != "en"}, {Value: "en", Label: "English", Selected: u.Lang == "en"}}
	here := "/people/new"
	if p.New {
		p.Action = "/people"
	} else {
		here = personHref(u.ID)
		p.Action = here
		p.Disabled, p.Created, p.LastSeen = r.instantOf(u.DisabledAt), r.instant(u.CreatedAt), r.instantOf(u.SeenAt)
		p.Posts = r.postWords(d.posts()[u.ID])
		now := r.s.app.Now()
		if p.Sessions, err = r.read().CountSessions(r.ctx(), u, now.Add(-app.SessionIdle), now.Add(-app.SessionLife)); err != nil {
			return err
		}
	}
	p.Shell = r.shell()
	p.Shell.Here = here // the answer to a form has no address of its own to come back to
	return r.render(status, "person", &p)
}

// unitOptions offers the bodies of the register, in its order; regions and
// bodies that are no more only where one is chosen already.
func (r *request) unitOptions(d directory, chosen models.UnitID) []view.Option {
	units := make([]models.Unit, 0, len(d.units))
	for _, u := range d.units {
		if u.ID == chosen || u.Family != models.FamilyRegion && u.ArchivedAt == nil {
			units = append(units, u)
		}
	}
	slices.SortFunc(units, func(a, b models.Unit) int { return cmp.Or(cmp.Compare(a.SortNo, b.SortNo), cmp.Compare(a.ID, b.ID)) })
	named := map[string]int{}
	for _, u := range units {
		named[u.Name]++
	}
	out := make([]view.Option, len(units))
	for i, u := range units {
		out[i] = view.Option{Value: strconv.FormatInt(int64(u.ID), 10), Label: u.Name, Selected: u.ID == chosen}
		if named[u.Name] > 1 { // names are unique in one register only
			out[i].Label = r.t("person.unit_of", u.Name, u.Register)
		}
	}
	return out
}
