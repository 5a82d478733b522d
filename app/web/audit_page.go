package web

import (
	"strconv"
	"strings"

	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// auditRows is how many lines a page of the log holds.
const auditRows = 100

// auditActs are the acts that the log can be asked for, business first.
var auditActs = []string{
	"import", "settle", "issue", "sign", "progress", "submit", "ask_na", "ask_extend", "block", "approve", "return", "close", "reopen", "withdraw",
	"decide_ext", "nudge", "opinion", "evidence", "evidence_removed", "download", "group_sync",
}

// audit shows the log, newest first. An administrator, who has no business
// rights, reads what concerns accounts, the register and the machine.
func (r *request) audit() error {
	d, err := r.directory()
	if err != nil {
		return err
	}
	p := view.AuditPage{Query: r.field("q"), Act: r.QueryParam("act")}
	f := store.AuditFilter{Text: p.Query, Act: p.Act, Limit: auditRows + 1}
	r.auditChoices(&p, &f, d)
	k := r.keys()
	f.BeforeID, f.AfterID = models.AuditID(k.before), models.AuditID(k.after)
	var lines []models.AuditEntry
	if r.actor.May(models.ActSeeAll) {
		lines, err = r.read().Audit(r.ctx(), r.scope(), f)
	} else {
		lines, err = r.read().SystemAudit(r.ctx(), f)
	}
	if err != nil {
		return err
	}
	lines, p.Pager = turn(r, k, lines, auditRows, 0, func(l models.AuditEntry) int64 { return int64(l.ID) })
	objects, err := r.auditObjects(lines, d)
	if err != nil {
		return err
	}
	for _, l := range lines {
		p.Rows = append(p.Rows, r.auditRow(l, d, objects))
	}
	p.Shell = r.shell()
	return r.page("audit", &p)
}

// auditChoices reads the filters out of the address and draws them. A filter
// that says nothing sensible is left out.
func (r *request) auditChoices(p *view.AuditPage, f *store.AuditFilter, d directory) {
	acts := models.SystemActs
	if r.actor.May(models.ActSeeAll) {
		acts = append(append([]string(nil), auditActs...), acts...)
	}
	known := false
	for _, a := range acts {
		p.Acts = append(p.Acts, view.Option{Value: a, Selected: a == p.Act})
		known = known || a == p.Act
	}
	if !known {
		p.Act, f.Act = "", ""
	}
	var unit models.UnitID
	p.Unit = r.QueryParam("unit")
	if id, err := strconv.ParseInt(p.Unit, 10, 64); err == nil && d.units[models.UnitID(id)].ID != 0 {
		unit = models.UnitID(id)
	}
	f.Unit, p.Units = unit, r.unitOptions(d, unit)
	zone := r.s.app.Zone
	if day, err := models.ParseDate(r.QueryParam("from")); err == nil {
		p.From, f.Since = day.String(), day.Time(zone)
	}
	if day, err := models.ParseDate(r.QueryParam("to")); err == nil {
		p.To, f.Until = day.String(), day.AddDays(1).Time(zone)
	}
	p.Active = p.Query != "" || p.Act != "" || unit != 0 || p.From != "" || p.To != ""
}

// auditObjects are what the lines are about.
type auditObjects struct {
	items map[models.AssignmentID]models.Item
	plans map[models.PlanID]models.Plan
	users map[string]models.User // by account name
}

// auditObjects loads them, in two questions whatever their number.
func (r *request) auditObjects(lines []models.AuditEntry, d directory) (auditObjects, error) {
	o := auditObjects{map[models.AssignmentID]models.Item{}, map[models.PlanID]models.Plan{}, map[string]models.User{}}
	for _, u := range d.users {
		o.users[u.Login] = u
	}
	if r.scope().Empty() {
		return o, nil
	}
	var ids []models.AssignmentID
	seen := map[models.AssignmentID]bool{}
	for _, l := range lines {
		if l.AssignmentID != 0 && !seen[l.AssignmentID] {
			seen[l.AssignmentID] = true
			ids = append(ids, l.AssignmentID)
		}
	}
	if len(ids) > 0 {
		items, err := r.read().Items(r.ctx(), r.scope(), store.ItemFilter{IDs: ids}, r.s.app.Today())
		if err != nil {
			return o, err
		}
		for _, it := range items {
			o.items[it.ID] = it
		}
	}
	plans, err := r.read().Plans(r.ctx())
	for _, p := range plans {
		o.plans[p.ID] = p
	}
	return o, err
}

func (r *request) auditRow(l models.AuditEntry, d directory, o auditObjects) view.AuditRow {
	row := view.AuditRow{
		At: r.instant(l.At), Actor: l.ActorName, Role: string(l.ActorRole), Unit: d.units[l.ActorUnitID].Name, IP: l.IP, Act: actOf(l),
		From: string(l.FromState), To: string(l.ToState), Note: l.Note, Detail: l.Detail,
	}
	switch {
	case l.AssignmentID != 0:
		if it, ok := o.items[l.AssignmentID]; ok {
			ref := view.RefOf(it.RowNos, it.FirstPos)
			row.Object, row.Href = r.t("audit.item", ref.Rows, ref.Mark, it.UnitName), taskHref(it)
		}
	case l.PlanID != 0:
		if p, ok := o.plans[l.PlanID]; ok {
			row.Object, row.Href = p.Title, "/p/"+p.Key
		}
	default:
		r.auditThing(&row, l, d, o)
	}
	return row
}

// auditThing names what a line of the system is about: an account, a mail, a
// job, a unit.
func (r *request) auditThing(row *view.AuditRow, l models.AuditEntry, d directory, o auditObjects) {
	unit := d.units[l.UnitID].Name
	row.Object = l.Object
	if n, ok := strings.CutPrefix(l.Object, "message "); ok {
		row.Object, row.Href = r.t("audit.message", n), "/outbox/"+n
		return
	}
	switch models.Act(l.Act) {
	case models.ActRunJobs:
		row.Object, row.Href = r.t("job."+l.Object), "/jobs"
		return
	case models.ActPost:
		if l.Object == string(models.PostContact) || l.Object == string(models.PostLeader) {
			row.Object = r.t("person.post_of", unit, r.t("role."+l.Object))
			return
		}
	}
	if u, ok := o.users[l.Object]; ok && (strings.HasPrefix(l.Act, "user_") || l.Act == "invite" || l.Act == "login_failed") {
		row.Object = u.Name + " (" + u.Login + ")"
		if r.actor.May(models.ActPeople) {
			row.Href = personHref(u.ID)
		}
	}
	if unit != "" && row.Object != unit {
		row.Object = strings.TrimPrefix(row.Object+" · "+unit, " · ")
	}
}
