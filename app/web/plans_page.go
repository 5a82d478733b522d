package web

import (
	"strconv"
	"sync"

	"duban/app"
	"duban/app/view"
	"duban/models"
	"duban/models/store"
	"duban/seeds"
)

// plans lists the plans that the reader may see, and offers the lead office
// the documents that come with the program.
func (r *request) plans() error {
	all, err := r.read().Plans(r.ctx())
	if err != nil {
		return err
	}
	p := view.PlansPage{CanImport: r.actor.May(models.ActImport)}
	if p.Rows, err = r.planRows(all); err != nil {
		return err
	}
	if p.CanImport {
		if p.Seeds, err = seedRows(all); err != nil {
			return err
		}
		if len(all) == 0 {
			if p.Steps, err = r.firstSteps(); err != nil {
				return err
			}
		}
	}
	p.Shell = r.shell()
	return r.page("plans", &p)
}

// planRows draws the plans, the newest first. It asks a fixed number of
// questions, however many plans there are.
func (r *request) planRows(plans []models.Plan) ([]view.PlanRow, error) {
	today := r.s.app.Today()
	sizes, err := r.read().PlanSizes(r.ctx())
	if err != nil {
		return nil, err
	}
	units, err := r.read().UnitsIn(r.ctx(), r.scope())
	if err != nil {
		return nil, err
	}
	drafts, err := r.read().DraftSizes(r.ctx(), today)
	if err != nil {
		return nil, err
	}
	counts, err := r.read().Counts(r.ctx(), r.scope(), 0, store.ByPlan, today)
	if err != nil {
		return nil, err
	}
	by := map[models.PlanID]*tally{}
	for _, c := range counts {
		t := by[c.PlanID]
		if t == nil {
			t = newTally()
			by[c.PlanID] = t
		}
		t.add(c)
	}
	var out []view.PlanRow
	for _, pl := range plans {
		if pl.State == models.PlanDraft && !r.actor.May(models.ActImport) {
			continue
		}
		size := sizes[pl.ID]
		row := view.PlanRow{Href: "/p/" + pl.Key, Key: pl.Key, Title: pl.Title, Number: pl.DocumentNumber, Issuer: pl.Issuer,
			Issued: pl.Issued.String(), Year: pl.Year, State: string(pl.State), Rows: size.Rows, Measures: size.Measures, Units: units[pl.ID]}
		if pl.State == models.PlanDraft {
			row.Confirm, row.Units, row.Total = size.ToConfirm, drafts[pl.ID].Units, drafts[pl.ID].Duties
		}
		if t := by[pl.ID]; t != nil {
			row.Bar = t.bar()
			row.Total, row.Finished, row.Overdue = t.total, t.finished, t.lamps[models.LampOverdue]
		}
		out = append(out, row)
	}
	return out, nil
}

// tally adds up counts by light.
type tally struct {
	lamps           map[models.Lamp]int
	total, finished int         // without 不涉及 and what was withdrawn
	oldest          models.Date // the earliest day that is overdue
}

func newTally() *tally { return &tally{lamps: map[models.Lamp]int{}} }

func (t *tally) add(c store.Count) {
	t.lamps[c.Lamp] += c.N
	if st := models.State(c.Lamp); st.Counts() {
		t.total += c.N
		if st.Finished() {
			t.finished += c.N
		}
	}
	if c.Lamp == models.LampOverdue && (t.oldest.IsZero() || c.Oldest.Before(t.oldest)) {
		t.oldest = c.Oldest
	}
}

func (t *tally) bar() view.Bar {
	m := map[string]int{}
	for l, n := range t.lamps {
		m[string(l)] = n
	}
	return view.NewBar(m)
}

// loadSeeds reads the built-in documents once: they cannot change while the
// program runs.
var loadSeeds = sync.OnceValues(func() ([]view.SeedRow, error) {
	var out []view.SeedRow
	for _, key := range seeds.PlanKeys() {
		d, err := app.SeedDraft(key)
		if err != nil {
			return nil, err
		}
		units, err := seeds.Units(d.Plan.Register)
		if err != nil {
			return nil, err
		}
		row := view.SeedRow{Key: key, Title: d.Plan.Title, Issuer: d.Plan.Issuer, Issued: d.Plan.Issued.String(),
			Rows: len(d.Tasks), Measures: len(d.Measures), Problems: len(d.Problems)}
		bodies := 0
		for _, u := range units {
			if models.UnitFamily(u.Family) != models.FamilyRegion {
				bodies++
			}
			row.Sample = row.Sample || u.Sample
		}
		row.Units = units[0].Name + " · " + strconv.Itoa(bodies) // a register begins with its region
		out = append(out, row)
	}
	return out, nil
})

// seedRows offers the built-in documents and says which of them are in.
func seedRows(plans []models.Plan) ([]view.SeedRow, error) {
	all, err := loadSeeds()
	out := append([]view.SeedRow(nil), all...)
	for i := range out {
		for _, p := range plans {
			out[i].In = out[i].In || p.Key == out[i].Key
		}
	}
	return out, err
}

// firstSteps leads through an empty system.
func (r *request) firstSteps() ([]view.Step, error) {
	units, err := r.read().Units(r.ctx())
	if err != nil {
		return nil, err
	}
	contacts, err := r.read().UsersIn(r.ctx(), models.RoleContact)
	people := "/units"
	if r.actor.May(models.ActPeople) {
		people = "/people"
	}
	return []view.Step{
		{Key: "steps.import", Href: "#seeds"},
		{Key: "steps.units", Done: len(units) > 0, Href: "/units"},
		{Key: "steps.people", Done: len(contacts) > 0, Href: people},
		{Key: "steps.settle", Href: "/plans"},
		{Key: "steps.issue", Href: "/plans"},
	}, err
}

// importSeed puts a built-in document in as a draft.
func (r *request) importSeed() error {
	p, err := r.s.app.ImportSeed(r.ctx(), r.actor, r.field("seed"))
	if err != nil {
		return err
	}
	return r.done("/p/"+p.Key, "flash.imported")
}
