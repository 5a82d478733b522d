package app

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"duban/models"
	"duban/models/store"
)

// ImportPlan stores a draft as a plan in state draft: rows, measures, duties
// as written, deadlines, targets and doubts, exactly as they were read. Unit
// names must be known to the draft's register. Errors: invalid (every
// contradiction and unknown name at once), forbidden, conflict when a plan of
// that key is there.
func (a *App) ImportPlan(ctx context.Context, actor models.Actor, d models.Draft) (models.Plan, error) {
	var plan models.Plan
	if err := actor.Require(models.ActImport, 0); err != nil {
		return plan, err
	}
	if err := d.Check(); err != nil {
		return plan, err
	}
	err := a.change(ctx, actor, func(v *act) error {
		if _, err := v.tx.PlanByKey(ctx, d.Plan.Key); err == nil {
			return models.Errf(models.Conflict, "err.plan_exists", d.Plan.Title)
		}
		n, err := loadNames(ctx, v.tx.Reader, d.Plan.Register)
		if err != nil {
			return err
		}
		if err := checkNames(d, n); err != nil {
			return err
		}
		plan = models.Plan{
			Key: d.Plan.Key, Title: d.Plan.Title, DocumentNumber: d.Plan.DocumentNumber, Issuer: d.Plan.Issuer,
			Issued: d.Plan.Issued, Year: d.Plan.Year, Addressees: d.Plan.Addressees, Columns: d.Plan.Columns,
			LeadUnitID: n.units[d.Plan.LeadUnit], Source: d.Plan.Source, State: models.PlanDraft, Version: 1, CreatedAt: v.now,
		}
		if err := v.tx.InsertPlan(ctx, &plan); err != nil {
			return err
		}
		if err := v.storeDraft(ctx, plan.ID, d, n); err != nil {
			return err
		}
		if err := v.freeze(ctx, plan.ID, 1, d, "import"); err != nil {
			return err
		}
		return v.log(ctx, models.AuditEntry{Act: string(models.ActImport), PlanID: plan.ID, Object: plan.Key})
	})
	return plan, err
}

// checkNames returns every unit and group that the register does not know.
func checkNames(d models.Draft, n names) error {
	var errs models.Errors
	seen := map[string]bool{}
	for _, m := range d.Measures {
		for _, r := range m.Responsibilities {
			known := n.units[r.Unit] != 0
			if r.Group {
				known = n.groups[r.Unit] != 0
			}
			if !known && !seen[r.Unit] {
				seen[r.Unit] = true
				errs = append(errs, models.FieldErr(m.ID, "err.unit_unknown", r.Unit))
			}
		}
	}
	return errs.Or()
}

// freeze keeps a reading of the plan as it was.
func (v *act) freeze(ctx context.Context, plan models.PlanID, number int, d models.Draft, reason string) error {
	b, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return v.tx.InsertPlanVersion(ctx, &models.PlanVersion{
		PlanID: plan, Number: number, At: v.now, ByID: v.actor.UserID, ByName: v.actor.Name, Reason: reason, DraftJSON: string(b),
	})
}

// storeDraft stores the text of the draft under the plan.
func (v *act) storeDraft(ctx context.Context, plan models.PlanID, d models.Draft, n names) error {
	indicators, err := v.storeIndicators(ctx, plan, d)
	if err != nil {
		return err
	}
	tasks := make([]models.Task, len(d.Tasks))
	for i, t := range d.Tasks {
		tasks[i] = models.Task{PlanID: plan, IndicatorID: indicators[i], No: t.No, SortNo: i + 1, Title: t.Title,
			EvaluationPoints: t.EvaluationPoints, Remarks: t.Remarks}
	}
	if err := v.tx.InsertTasks(ctx, tasks); err != nil {
		return err
	}
	// position of each measure in each row that it shares with others
	pos := map[[2]string]int{}
	for _, t := range d.Tasks {
		for i, id := range t.Measures {
			if len(t.Measures) > 1 {
				pos[[2]string{t.No, id}] = i + 1
			}
		}
	}
	measures := make([]models.Measure, len(d.Measures))
	for i, m := range d.Measures {
		measures[i] = models.Measure{PlanID: plan, Ref: m.ID, No: m.No, Text: m.Text, UnitText: m.UnitText, SortNo: i + 1,
			RowNos: m.Rows, FirstPos: pos[[2]string{m.Rows[0], m.ID}], CoordinatorID: models.Coordinator(duties(m, 0, n))}
	}
	if err := v.tx.InsertMeasures(ctx, measures); err != nil {
		return err
	}
	var c store.Content
	byRef := map[string]models.MeasureID{}
	for i, m := range d.Measures {
		id := measures[i].ID
		byRef[m.ID] = id
		c.Responsibilities = append(c.Responsibilities, duties(m, id, n)...)
		for j, dl := range m.Deadlines {
			c.Deadlines = append(c.Deadlines, models.Deadline{MeasureID: id, Text: dl.Text, Date: dl.Date, Kind: dl.Kind, RRule: dl.RRule, Authority: dl.Authority, SortNo: j + 1})
		}
		for j, t := range m.Targets {
			c.Targets = append(c.Targets, models.Target{MeasureID: id, Text: t.Text, Metric: t.Metric, Op: t.Op, Value: t.Value, Unit: t.Unit, SortNo: j + 1})
		}
	}
	for i, t := range d.Tasks {
		for j, ref := range t.Measures {
			c.Links = append(c.Links, models.TaskMeasure{TaskID: tasks[i].ID, MeasureID: byRef[ref], SortNo: j + 1})
		}
	}
	if err := v.tx.InsertContent(ctx, c); err != nil {
		return err
	}
	problems := make([]models.PlanProblem, len(d.Problems))
	for i, p := range d.Problems {
		problems[i] = models.PlanProblem{PlanID: plan, Severity: p.Severity, Location: p.Where, Message: p.Message, SortNo: i + 1}
	}
	return v.tx.InsertProblems(ctx, problems)
}

// duties turns a draft measure's responsibilities into rows.
func duties(m models.DraftMeasure, id models.MeasureID, n names) []models.Responsibility {
	out := make([]models.Responsibility, len(m.Responsibilities))
	for i, r := range m.Responsibilities {
		out[i] = models.Responsibility{MeasureID: id, Name: r.Name, Role: r.Role, SortNo: i + 1}
		if r.Group {
			out[i].GroupID = n.groups[r.Unit]
		} else {
			out[i].UnitID = n.units[r.Unit]
		}
	}
	return out
}

// storeIndicators stores the tree of indicators and returns each row's lowest
// one. Neighbouring rows with the same path share the node: a merged cell.
func (v *act) storeIndicators(ctx context.Context, plan models.PlanID, d models.Draft) ([]models.IndicatorID, error) {
	lowest := make([]models.IndicatorID, len(d.Tasks))
	type node struct {
		ind models.DraftIndicator
		id  models.IndicatorID
	}
	var path []node
	sort := 0
	for i, t := range d.Tasks {
		shared := 0
		for shared < len(t.Indicators) && shared < len(path) && path[shared].ind == t.Indicators[shared] {
			shared++
		}
		path = path[:shared]
		for _, ind := range t.Indicators[shared:] {
			sort++
			row := models.Indicator{PlanID: plan, Level: ind.Level, Name: ind.Name, Code: ind.Code, PrintedCode: ind.PrintedCode, SortNo: sort}
			if len(path) > 0 {
				row.ParentID = path[len(path)-1].id
			}
			if err := v.tx.InsertIndicator(ctx, &row); err != nil {
				return nil, err
			}
			path = append(path, node{ind, row.ID})
		}
		if len(path) > 0 {
			lowest[i] = path[len(path)-1].id
		}
	}
	return lowest, nil
}

// PlanDraft reads a stored plan back as a draft: what `duban plan show --json`
// prints.
func (a *App) PlanDraft(ctx context.Context, key string) (models.Draft, error) {
	return planDraft(ctx, a.DB.Reader, key)
}

func planDraft(ctx context.Context, r store.Reader, key string) (models.Draft, error) {
	p, err := r.PlanByKey(ctx, key)
	if err != nil {
		return models.Draft{}, err
	}
	c, err := r.Content(ctx, p.ID)
	if err != nil {
		return models.Draft{}, err
	}
	problems, err := r.Problems(ctx, p.ID)
	if err != nil {
		return models.Draft{}, err
	}
	unitName, groupName, err := nameMaps(ctx, r)
	if err != nil {
		return models.Draft{}, err
	}
	d := models.Draft{Plan: models.DraftPlan{Key: p.Key, Title: p.Title, DocumentNumber: p.DocumentNumber, Issuer: p.Issuer,
		Issued: p.Issued, Year: p.Year, Addressees: p.Addressees, LeadUnit: unitName[p.LeadUnitID], Source: p.Source, Columns: p.Columns}}
	refs := map[models.MeasureID]int{}
	for i, m := range c.Measures {
		refs[m.ID] = i
		d.Measures = append(d.Measures, models.DraftMeasure{ID: m.Ref, No: m.No, Text: m.Text, UnitText: m.UnitText, Rows: m.RowNos})
	}
	for _, x := range c.Responsibilities {
		m := &d.Measures[refs[x.MeasureID]]
		r := models.DraftResponsibility{Name: x.Name, Unit: unitName[x.UnitID], Role: x.Role}
		if x.GroupID != 0 {
			r.Unit, r.Group = groupName[x.GroupID], true
		}
		m.Responsibilities = append(m.Responsibilities, r)
	}
	for _, x := range c.Deadlines {
		m := &d.Measures[refs[x.MeasureID]]
		m.Deadlines = append(m.Deadlines, models.DraftDeadline{Text: x.Text, Date: x.Date, Kind: x.Kind, RRule: x.RRule, Authority: x.Authority})
	}
	for _, x := range c.Targets {
		m := &d.Measures[refs[x.MeasureID]]
		m.Targets = append(m.Targets, models.DraftTarget{Text: x.Text, Metric: x.Metric, Op: x.Op, Value: x.Value, Unit: x.Unit})
	}
	d.Tasks = draftTasks(c, refs)
	for _, x := range problems {
		d.Problems = append(d.Problems, models.DraftProblem{Severity: x.Severity, Where: x.Location, Message: x.Message})
	}
	return d, nil
}

func draftTasks(c store.Content, refs map[models.MeasureID]int) []models.DraftTask {
	byID := map[models.IndicatorID]models.Indicator{}
	for _, ind := range c.Indicators {
		byID[ind.ID] = ind
	}
	links := map[models.TaskID][]string{}
	for _, l := range c.Links {
		links[l.TaskID] = append(links[l.TaskID], c.Measures[refs[l.MeasureID]].Ref)
	}
	out := make([]models.DraftTask, len(c.Tasks))
	for i, t := range c.Tasks {
		dt := models.DraftTask{No: t.No, Title: t.Title, EvaluationPoints: t.EvaluationPoints, Remarks: t.Remarks, Measures: links[t.ID]}
		for id := t.IndicatorID; id != 0; id = byID[id].ParentID {
			ind := byID[id]
			dt.Indicators = append([]models.DraftIndicator{{Level: ind.Level, Name: ind.Name, Code: ind.Code, PrintedCode: ind.PrintedCode}}, dt.Indicators...)
		}
		out[i] = dt
	}
	return out
}

func nameMaps(ctx context.Context, r store.Reader) (map[models.UnitID]string, map[models.GroupID]string, error) {
	units, err := r.Units(ctx)
	if err != nil {
		return nil, nil, err
	}
	groups, err := r.Groups(ctx)
	unitName, groupName := map[models.UnitID]string{}, map[models.GroupID]string{}
	for _, u := range units {
		unitName[u.ID] = u.Name
	}
	for _, g := range groups {
		groupName[g.ID] = g.Name
	}
	return unitName, groupName, err
}

// SettleProblem records a person's answer to a doubt of a draft plan. Errors:
// not_found, forbidden, conflict when it is settled already.
func (a *App) SettleProblem(ctx context.Context, actor models.Actor, plan models.PlanID, id int64, answer string) error {
	if err := checkText("answer", answer); err != nil {
		return err
	}
	return a.change(ctx, actor, func(v *act) error {
		if err := actor.Require(models.ActImport, 0); err != nil {
			return err
		}
		problems, err := v.tx.Problems(ctx, plan)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(problems, func(p models.PlanProblem) bool { return p.ID == id }) {
			return models.Errf(models.NotFound, "err.not_found")
		}
		if err := v.tx.SettleProblem(ctx, plan, id, actor.UserID, v.now, answer); err != nil {
			return err
		}
		return v.log(ctx, models.AuditEntry{Act: "settle", PlanID: plan, Object: "problem " + strconv.FormatInt(id, 10), Note: answer})
	})
}
