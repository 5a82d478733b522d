package web

import (
	"net/url"
	"slices"
	"strconv"

	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// listRows is how many rows a page of the list holds.
const listRows = 100

// listLamps are the lights that the list can be asked for.
var listLamps = []models.Lamp{models.LampOverdue, models.LampReturned, models.LampDue, models.LampPast, models.LampUnack, models.LampActive}

// list shows a plan's unit tasks in one light, the earliest deadline first. A
// page begins where the one before ended (keyset), so that the last page costs
// what the first does.
func (r *request) list() error {
	plan, err := r.plan()
	if err != nil {
		return err
	}
	lamp := models.Lamp(r.QueryParam("lamp"))
	if !slices.Contains(listLamps, lamp) {
		lamp = models.LampOverdue
	}
	today := r.s.app.Today()
	f := store.ItemFilter{Plan: plan.ID, Lamps: []models.Lamp{lamp}, Limit: listRows + 1}
	if id, err := strconv.ParseInt(r.QueryParam("after"), 10, 64); err == nil {
		f.AfterID = models.AssignmentID(id)
		f.AfterOn, _ = models.ParseDate(r.QueryParam("on"))
	}
	items, err := r.read().Items(r.ctx(), r.scope(), f, today)
	if err != nil {
		return err
	}
	counts, err := r.read().CountWaiting(r.ctx(), r.scope(), plan.ID, today)
	if err != nil {
		return err
	}
	p := view.ListPage{Lamp: string(lamp)}
	path := "/p/" + plan.Key + "/list?lamp=" + string(lamp)
	if f.AfterID != 0 {
		p.First = path
	}
	if len(items) > listRows {
		items = items[:listRows]
		last := items[listRows-1]
		p.Next = path + "&on=" + url.QueryEscape(last.ReferenceOn().String()) + "&after=" + strconv.FormatInt(int64(last.ID), 10)
	}
	r.fillList(&p, plan, items, counts, today)
	p.Shell = r.shell()
	return r.page("list", &p)
}

func (r *request) fillList(p *view.ListPage, plan models.Plan, items []models.Item, counts map[models.Lamp]int, today models.Date) {
	for _, l := range listLamps {
		tone := ""
		if l == models.LampOverdue {
			tone = "overdue"
		}
		p.Tabs = append(p.Tabs, view.Tab{Key: "state." + string(l), Count: counts[l], Tone: tone,
			Href: "/p/" + plan.Key + "/list?lamp=" + string(l), Current: string(l) == p.Lamp})
	}
	p.Total = counts[models.Lamp(p.Lamp)]
	if r.actor.May(models.ActNudge) && plan.State == models.PlanIssued {
		p.NudgeHref, p.Back = "/p/"+plan.Key+"/list/nudge", r.Request().URL.RequestURI()
	}
	p.Rows = make([]view.ListRow, len(items))
	for i, it := range items {
		ref := it.ReferenceOn()
		row := view.ListRow{
			ID: int64(it.ID), Ref: view.RefOf(it.RowNos, it.FirstPos), Text: it.MeasureText, Unit: it.UnitName, Family: string(it.Family),
			Href: "/p/" + plan.Key + "/t/" + it.Address() + "?u=" + it.UnitCode, UnitHref: "/p/" + plan.Key + "/u/" + it.UnitCode,
			Role: string(it.Role), Lamp: string(it.Lamp(today)), Day: ref.String(), Nudges: it.Nudges, NudgedToday: it.NudgedOn == today,
		}
		if !ref.IsZero() {
			row.Days = ref.DaysUntil(today)
		}
		row.CanNudge = it.State.Can(models.ActNudge) && !row.NudgedToday
		p.Rows[i] = row
	}
}

// nudgeListed nudges the ticked rows of the list.
func (r *request) nudgeListed() error {
	plan, err := r.plan()
	if err != nil {
		return err
	}
	nums, err := r.ids("a")
	if err != nil {
		return err
	}
	items, err := r.read().Items(r.ctx(), r.scope(), store.ItemFilter{Plan: plan.ID, IDs: assignmentIDs(nums)}, r.s.app.Today())
	if err != nil {
		return err
	}
	if len(items) != len(nums) {
		return models.Errf(models.NotFound, "err.not_found")
	}
	n, err := r.s.app.Nudge(r.ctx(), r.actor, assignmentIDs(nums))
	if err != nil {
		return err
	}
	r.s.jobs.Wake()
	return r.done(r.back("/p/"+plan.Key+"/list"), "flash.nudged", n.Told, n.Already, n.Silent)
}

func assignmentIDs(nums []int64) []models.AssignmentID {
	out := make([]models.AssignmentID, len(nums))
	for i, n := range nums {
		out[i] = models.AssignmentID(n)
	}
	return out
}
