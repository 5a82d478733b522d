package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// register shows the register of units and groups, and with ?edit=, ?new=1 or
// ?group= one form beside it.
func (r *request) register() error {
	return r.showRegister(http.StatusOK, registerForm{edit: r.QueryParam("edit"), fresh: r.QueryParam("new") != "", group: r.QueryParam("group")})
}

// registerForm is the form that is open, with what was typed into it.
type registerForm struct {
	edit   string // code of a unit
	fresh  bool   // a new unit
	group  string // code of a group
	errors view.FormErrors
	typed  bool // what follows was typed and is shown again

	in       models.Unit
	post     models.Post // whose form has the error
	aliases  string      // as typed, where aliased
	aliased  bool        // the aliases' form has the error
	user     models.UserID
	unit     models.UnitID
	from, to string
}

// registerPage is the register being made.
type registerPage struct {
	*request
	form     registerForm
	dir      directory
	units    []models.Unit // in order of the tree
	depth    map[models.UnitID]int
	aliases  []models.UnitAlias
	byUnit   map[models.UnitID]*tally
	groups   []models.UnitGroup
	members  []models.GroupMember
	uses     []store.GroupUse
	today    models.Date
	canEdit  bool
	canPosts bool
}

func (r *request) showRegister(status int, f registerForm) error {
	g := registerPage{request: r, form: f, today: r.s.app.Today(), canEdit: r.actor.May(models.ActUnits), canPosts: r.actor.May(models.ActPost)}
	if err := g.load(); err != nil {
		return err
	}
	p := view.RegisterPage{Tab: "units", Query: strings.TrimSpace(r.QueryParam("q")), CanEdit: g.canEdit, CanPost: g.canPosts}
	if r.QueryParam("tab") == "groups" || f.group != "" {
		p.Tab = "groups"
	}
	bodies := g.rows(&p)
	p.Tabs = []view.Tab{{Key: "register.tab.units", Count: bodies, Href: "/units", Current: p.Tab == "units"},
		{Key: "register.tab.groups", Count: len(g.groups), Href: "/units?tab=groups", Current: p.Tab == "groups"}}
	g.groupCards(&p)
	if err := g.open(&p); err != nil {
		return err
	}
	p.Shell = r.shell()
	if r.Request().Method == http.MethodPost {
		p.Shell.Here = "/units" // an answer to a form has no address of its own
	}
	return r.render(status, "unit_register", &p)
}

// load asks a fixed number of questions, however many units there are.
func (g *registerPage) load() error {
	var err error
	if g.dir, err = g.directory(); err != nil {
		return err
	}
	if g.aliases, err = g.read().Aliases(g.ctx()); err != nil {
		return err
	}
	if g.groups, err = g.read().Groups(g.ctx()); err != nil {
		return err
	}
	if g.members, err = g.read().Members(g.ctx()); err != nil {
		return err
	}
	if g.uses, err = g.read().GroupUses(g.ctx()); err != nil {
		return err
	}
	counts, err := g.read().Counts(g.ctx(), g.scope(), 0, store.ByUnit, g.today)
	g.byUnit = map[models.UnitID]*tally{}
	for _, c := range counts {
		if g.byUnit[c.UnitID] == nil {
			g.byUnit[c.UnitID] = newTally()
		}
		g.byUnit[c.UnitID].add(c)
	}
	g.tree()
	return err
}

// tree puts the units in order: each below its parent, in protocol order.
func (g *registerPage) tree() {
	below := map[models.UnitID][]models.Unit{}
	for _, u := range g.dir.units {
		if u.ArchivedAt != nil {
			continue
		}
		parent := u.ParentID
		if up, ok := g.dir.units[parent]; !ok || up.ArchivedAt != nil {
			parent = 0
		}
		below[parent] = append(below[parent], u)
	}
	g.depth = map[models.UnitID]int{}
	var walk func(parent models.UnitID, depth int)
	walk = func(parent models.UnitID, depth int) {
		us := below[parent]
		slices.SortFunc(us, func(a, b models.Unit) int { return cmp.Or(cmp.Compare(a.SortNo, b.SortNo), cmp.Compare(a.ID, b.ID)) })
		for _, u := range us {
			g.depth[u.ID] = depth
			g.units = append(g.units, u)
			walk(u.ID, depth+1)
		}
	}
	walk(0, 0)
}

// rows draws the tree, or what matches the search with what stands above it,
// and returns how many bodies the register has.
func (g *registerPage) rows(p *view.RegisterPage) int {
	shown := g.matching(p.Query)
	bodies := 0
	for _, u := range g.units {
		region := u.Family == models.FamilyRegion
		row := view.RegisterRow{Code: u.Code, Name: u.Name, Short: u.Short, Family: string(u.Family), Depth: g.depth[u.ID], Region: region,
			Aliases: g.aliasesOf(u.ID, 0), Contact: g.dir.contact(u.ID), Leader: g.dir.leader(u.ID), Sample: u.Sample, Open: g.unfinished(u.ID), Current: u.Code == g.form.edit}
		if g.canEdit || g.canPosts {
			row.Href = "/units?edit=" + u.Code + "#edit"
		}
		if u.Sample {
			p.Sample++
		}
		if !region {
			bodies++
			if row.Contact.Name == "" || row.Contact.Disabled {
				p.Vacant++
			}
		}
		if shown == nil || shown[u.ID] {
			p.Rows = append(p.Rows, row)
		}
	}
	return bodies
}

// matching finds the units whose name, short name or alias holds the words;
// nil without a search.
func (g *registerPage) matching(q string) map[models.UnitID]bool {
	if q == "" {
		return nil
	}
	q = strings.ToLower(q)
	out := map[models.UnitID]bool{}
	for _, u := range g.units {
		words := strings.Join(append([]string{u.Name, u.Short, u.Code}, g.aliasesOf(u.ID, 0)...), "\n")
		if !strings.Contains(strings.ToLower(words), q) {
			continue
		}
		for id := u.ID; id != 0 && !out[id]; id = g.dir.units[id].ParentID {
			out[id] = true
		}
	}
	return out
}

func (g *registerPage) aliasesOf(u models.UnitID, group models.GroupID) []string {
	var out []string
	for _, a := range g.aliases {
		if u != 0 && a.UnitID == u || group != 0 && a.GroupID == group {
			out = append(out, a.Alias)
		}
	}
	return out
}

func (g *registerPage) unfinished(u models.UnitID) int {
	t := g.byUnit[u]
	if t == nil {
		return 0
	}
	return t.total - t.finished
}

// open draws the form that the address asks for.
func (g *registerPage) open(p *view.RegisterPage) error {
	f := g.form
	switch {
	case f.fresh && g.canEdit:
		p.Edit = g.newForm()
	case f.edit != "" && (g.canEdit || g.canPosts):
		i := slices.IndexFunc(g.units, func(u models.Unit) bool { return u.Code == f.edit })
		if i < 0 {
			return models.Errf(models.NotFound, "err.not_found")
		}
		p.Edit = g.unitForm(g.units[i])
	case f.group != "" && g.canEdit:
		i := slices.IndexFunc(g.groups, func(x models.UnitGroup) bool { return x.Code == f.group })
		if i < 0 {
			return models.Errf(models.NotFound, "err.not_found")
		}
		p.Group = g.groupForm(g.groups[i])
	}
	return nil
}

func (g *registerPage) families() []string {
	var out []string
	for _, u := range g.units {
		if !slices.Contains(out, string(u.Family)) {
			out = append(out, string(u.Family))
		}
	}
	return out
}

func (g *registerPage) newForm() *view.UnitForm {
	in := g.form.in
	f := &view.UnitForm{Action: "/units", NewCode: in.Code, Name: in.Name, Short: in.Short, Family: string(in.Family), Note: in.Note,
		Families: g.families(), BackHref: "/units", Errors: g.form.errors}
	above := map[models.UnitID]bool{}
	for _, u := range g.units {
		above[u.ParentID] = true
	}
	for _, u := range g.units {
		if u.Family == models.FamilyRegion || above[u.ID] {
			f.Parents = append(f.Parents, view.Option{Value: strconv.FormatInt(int64(u.ID), 10), Label: u.Name, Selected: u.ID == in.ParentID})
		}
	}
	f.Parents = append(f.Parents, view.Option{Value: "0", Label: g.t("register.root"), Selected: g.form.typed && in.ParentID == 0})
	return f
}

func (g *registerPage) unitForm(u models.Unit) *view.UnitForm {
	in, faults := u, g.form.errors
	if g.form.post != "" || g.form.aliased { // the fault stands at that form
		faults = nil
	} else if g.form.typed {
		in = g.form.in
	}
	f := &view.UnitForm{Action: "/units/" + u.Code, Code: u.Code, Name: in.Name, Short: in.Short, Family: string(in.Family), Note: in.Note,
		Families: g.families(), Aliases: g.aliasesOf(u.ID, 0), Version: u.Version, BackHref: "/units", Errors: faults,
		AliasForm: "/units/" + u.Code + "/aliases"}
	f.AliasText = strings.Join(f.Aliases, "\n")
	if g.form.aliased {
		f.AliasText, f.AliasError = g.form.aliases, g.form.errors.Get("aliases")
	}
	f.Contact = g.postForm(u, models.PostContact, models.RoleContact, u.ContactID)
	if t := g.byUnit[u.ID]; t != nil { // what is with the lead office does not move
		f.Contact.Open = t.total - t.finished - t.lamps[models.LampReview]
	}
	f.Leader = g.postForm(u, models.PostLeader, models.RoleLeader, u.LeaderID)
	return f
}

func (g *registerPage) postForm(u models.Unit, post models.Post, role models.Role, holder models.UserID) view.PostForm {
	f := view.PostForm{Action: "/units/" + u.Code + "/post", Post: string(post), Version: u.Version}
	if g.form.post == post {
		f.Error = g.form.errors.Get("user")
		holder = g.form.user
	}
	for _, x := range g.dir.users {
		if !x.Active() || x.UnitID != u.ID || x.Role != role {
			continue
		}
		o := view.Option{Value: strconv.FormatInt(int64(x.ID), 10), Label: x.Name, Selected: x.ID == holder}
		if x.Title != "" {
			o.Label += "（" + x.Title + "）"
		}
		f.People = append(f.People, o)
	}
	slices.SortFunc(f.People, func(a, b view.Option) int {
		return cmp.Or(cmp.Compare(len(a.Value), len(b.Value)), cmp.Compare(a.Value, b.Value))
	})
	return f
}
