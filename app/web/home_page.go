package web

import (
	"slices"
	"sort"
	"time"

	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// leadHome is the lead office's and the supervisor's first page.
func (r *request) leadHome() error {
	plans, err := r.read().Plans(r.ctx())
	if err != nil {
		return err
	}
	p := view.HomePage{CanPlan: r.actor.May(models.ActImport)}
	key := r.QueryParam("plan")
	i := slices.IndexFunc(plans, func(x models.Plan) bool {
		return x.State == models.PlanIssued && (key == "" || x.Key == key)
	})
	if i < 0 {
		p.NoPlan = true
		p.Shell = r.shell()
		return r.page("home", &p)
	}
	h := homePage{request: r, plan: plans[i], today: r.s.app.Today()}
	if err := h.load(); err != nil {
		return err
	}
	h.fill(&p)
	p.Shell = r.shell()
	return r.page("home", &p)
}

// homePage is one home page being made.
type homePage struct {
	*request
	plan  models.Plan
	today models.Date

	byUnit   []store.Count
	byDay    []store.Count
	with     map[models.Lamp]int // measures with something in a light
	measures []store.Count
	units    map[models.UnitID]models.Unit
	users    map[models.UserID]models.User
	urgent   []models.Item // overdue and returned
	review   []models.Item
	exts     []models.Extension
	extItems map[models.AssignmentID]models.Item
	trend    []store.TrendPoint
	onDay    map[models.Date]int // measures effective on each day
	next     models.Date         // nearest day with something due
	unsigned []models.Item       // not signed for and due on that day
	notMine  store.Unsigned
}

// load asks a fixed number of questions, whatever the size of the plan.
func (h *homePage) load() error {
	r, ctx, s := h.read(), h.ctx(), h.scope()
	var err error
	if h.byUnit, err = r.Counts(ctx, s, h.plan.ID, store.ByUnit, h.today); err != nil {
		return err
	}
	if h.byDay, err = r.Counts(ctx, s, h.plan.ID, store.ByDay, h.today); err != nil {
		return err
	}
	if h.measures, err = r.Counts(ctx, s, h.plan.ID, store.ByMeasure, h.today); err != nil {
		return err
	}
	if h.with, err = r.MeasuresWith(ctx, s, h.plan.ID, h.today); err != nil {
		return err
	}
	units, err := r.Units(ctx)
	if err != nil {
		return err
	}
	users, err := r.Users(ctx)
	if err != nil {
		return err
	}
	h.units, h.users = map[models.UnitID]models.Unit{}, map[models.UserID]models.User{}
	for _, u := range units {
		h.units[u.ID] = u
	}
	for _, u := range users {
		h.users[u.ID] = u
	}
	if h.onDay, err = r.MeasuresByDay(ctx, s, h.plan.ID); err != nil {
		return err
	}
	h.next = h.nextDue()
	if h.notMine, err = r.Unsigned(ctx, s, h.plan.ID, h.next); err != nil {
		return err
	}
	if !h.next.IsZero() {
		h.unsigned, err = r.Items(ctx, s, store.ItemFilter{Plan: h.plan.ID, States: []models.State{models.StateUnack}, RefFrom: h.next, RefTo: h.next, Limit: queueItems}, h.today)
		if err != nil {
			return err
		}
	}
	return h.loadQueue()
}

// queueItems bounds how much of each kind the queue looks at.
const queueItems = 400

func (h *homePage) loadQueue() error {
	r, ctx, s := h.read(), h.ctx(), h.scope()
	var err error
	h.urgent, err = r.Items(ctx, s, store.ItemFilter{Plan: h.plan.ID, Lamps: []models.Lamp{models.LampOverdue, models.LampReturned}, Limit: queueItems}, h.today)
	if err != nil {
		return err
	}
	h.review, err = r.Items(ctx, s, store.ItemFilter{Plan: h.plan.ID, States: []models.State{models.StateReview}, BySubmitted: true, Limit: queueItems}, h.today)
	if err != nil {
		return err
	}
	if h.exts, err = r.OpenExtensions(ctx, s, h.plan.ID); err != nil {
		return err
	}
	ids := make([]models.AssignmentID, len(h.exts))
	for i, e := range h.exts {
		ids[i] = e.AssignmentID
	}
	h.extItems = map[models.AssignmentID]models.Item{}
	if len(ids) > 0 {
		items, err := r.Items(ctx, s, store.ItemFilter{IDs: ids}, h.today)
		if err != nil {
			return err
		}
		for _, it := range items {
			h.extItems[it.ID] = it
		}
	}
	days := h.trendDays()
	ends := make([]any, len(days))
	for i, d := range days {
		ends[i] = d.AddDays(1).Time(h.s.app.Zone).UTC()
	}
	h.trend, err = r.Trend(ctx, s, h.plan.ID, days, ends)
	return err
}

// trendDays are today and the Mondays before it, back to the week of issue, ten
// points at most.
func (h *homePage) trendDays() []models.Date {
	days := []models.Date{h.today}
	if h.plan.IssuedAt == nil {
		return days
	}
	issued := models.DateIn(*h.plan.IssuedAt, h.s.app.Zone)
	monday := h.today.AddDays(-((int(h.today.Weekday()) + 6) % 7))
	if monday == h.today {
		monday = monday.AddDays(-7)
	}
	for d := monday; !d.Before(issued.AddDays(-7)) && len(days) < 10; d = d.AddDays(-7) {
		days = append(days, d)
	}
	slices.Reverse(days)
	return days
}

func (h *homePage) fill(p *view.HomePage) {
	p.Counts = h.counts()
	p.Days = h.days()
	p.Families, p.Units, p.CalmPart = h.families()
	p.UnitsURL = "/p/" + h.plan.Key + "/u"
	p.Trend = h.chart()
	if p.Counts.Overdue > 0 && h.actor.May(models.ActNudge) {
		p.NudgeAll = &view.Action{Key: "nudge_all", N: p.Counts.OverdueUnits, Post: true, Primary: true, Icon: "nudge",
			Href: "/p/" + h.plan.Key + "/nudge", Fields: []view.HiddenField{{Name: "lamp", Value: "overdue"}, {Name: "back", Value: "/"}}}
	}
	h.queue(p)
}

func (h *homePage) counts() view.HomeCounts {
	c := view.HomeCounts{HasPlan: true}
	base := "/p/" + h.plan.Key + "/list?lamp="
	c.OverdueHref, c.DueHref, c.UnackHref, c.PastHref = base+"overdue", base+"due", base+"unack", base+"past"
	c.ReviewHref = "/p/" + h.plan.Key + "/review"
	total := map[string]int{}
	for _, x := range h.byUnit {
		total[string(x.Lamp)] += x.N
		switch x.Lamp {
		case models.LampOverdue:
			c.OverdueUnits++
			c.OverdueLongest = max(c.OverdueLongest, x.Oldest.DaysUntil(h.today))
		}
	}
	c.Overdue, c.Due, c.Review, c.Past = total["overdue"], total["due"], total["review"], total["past"]
	c.Unack, c.UnackUnits, c.UnackSoon = h.notMine.N, h.notMine.Units, h.notMine.OnDay
	c.OverdueMeasures, c.DueMeasures = h.with[models.LampOverdue], h.with[models.LampDue]
	c.Bar = view.NewBar(total)
	c.Extensions = len(h.exts)
	h.countDue(&c)
	h.countReview(&c)
	h.countTrend(&c)
	return c
}

// nextDue is the nearest day, from today on, on which something is due.
func (h *homePage) nextDue() models.Date {
	var first models.Date
	for _, x := range h.byDay {
		if x.Lamp == models.LampDue && !x.Day.Before(h.today) && (first.IsZero() || x.Day.Before(first)) {
			first = x.Day
		}
	}
	return first
}

func (h *homePage) countDue(c *view.HomeCounts) {
	if !h.next.IsZero() {
		for _, x := range h.byDay {
			if x.Day == h.next && x.Lamp == models.LampDue {
				c.DueOnCount += x.N
			}
		}
		c.DueOn, c.DueIn = h.next.String(), h.today.DaysUntil(h.next)
		c.DueOneDay = c.DueOnCount == c.Due
	}
	neverSeen := map[models.UnitID]bool{}
	for _, x := range h.byUnit {
		neverSeen[x.UnitID] = true
	}
	for _, u := range h.users {
		if u.SeenAt != nil {
			delete(neverSeen, u.UnitID)
		}
	}
	c.NeverSeen = len(neverSeen)
}

func (h *homePage) countReview(c *view.HomeCounts) {
	for _, it := range h.review {
		d := h.daysSince(it.SubmittedAt)
		c.ReviewLongest = max(c.ReviewLongest, d)
		if d > 3 {
			c.ReviewOld++
		}
	}
}

func (h *homePage) countTrend(c *view.HomeCounts) {
	if len(h.trend) == 0 || c.Bar.Total == 0 {
		return
	}
	now := h.trend[len(h.trend)-1]
	c.Ahead = (1000*now.Finished - 1000*now.Due) / c.Bar.Total
}

func (h *homePage) daysSince(t *time.Time) int {
	if t == nil {
		return 0
	}
	return models.DateIn(*t, h.s.app.Zone).DaysUntil(h.today)
}

// days draws the deadlines: the last two that have passed, what is next, and
// what follows.
func (h *homePage) days() []view.HomeDay {
	by := map[models.Date]map[string]int{}
	var order []models.Date
	for _, x := range h.byDay {
		if x.Day.IsZero() {
			continue
		}
		if by[x.Day] == nil {
			by[x.Day] = map[string]int{}
			order = append(order, x.Day)
		}
		by[x.Day][string(x.Lamp)] += x.N
	}
	sort.Slice(order, func(i, j int) bool { return order[i].Before(order[j]) })
	next := sort.Search(len(order), func(i int) bool { return !order[i].Before(h.today) })
	order = order[max(0, next-2):]
	order = order[:min(len(order), 6)]
	out := make([]view.HomeDay, len(order))
	for i, d := range order {
		out[i] = view.HomeDay{Day: d.String(), Days: h.today.DaysUntil(d), Measures: h.onDay[d], Overdue: by[d]["overdue"], Bar: view.NewBar(by[d]),
			Href: "/p/" + h.plan.Key + "/m?due=" + d.String()}
		out[i].Next = out[i].Days >= 0 && (i == 0 || out[i-1].Days < 0)
	}
	return out
}

// families draws the heat strip: units by family, worst first.
func (h *homePage) families() ([]view.HomeFamily, int, int) {
	tiles := map[models.UnitID]*view.UnitTile{}
	for _, x := range h.byUnit {
		t := tiles[x.UnitID]
		if t == nil {
			u := h.units[x.UnitID]
			t = &view.UnitTile{Short: u.Short, Name: u.Name, Href: "/p/" + h.plan.Key + "/u/" + u.Code}
			tiles[x.UnitID] = t
		}
		st := models.State(x.Lamp)
		if st.Counts() {
			t.Total += x.N
		}
		if st.Finished() {
			t.Done += x.N
		}
		switch x.Lamp {
		case models.LampOverdue:
			t.Overdue += x.N
		case models.LampDue:
			t.Due += x.N
		}
	}
	var out []view.HomeFamily
	calm := 0
	for _, u := range sortedUnits(h.units) {
		t := tiles[u.ID]
		if t == nil {
			continue
		}
		if t.Overdue == 0 {
			calm++
		}
		i := slices.IndexFunc(out, func(f view.HomeFamily) bool { return f.Name == string(u.Family) })
		if i < 0 {
			out = append(out, view.HomeFamily{Name: string(u.Family)})
			i = len(out) - 1
		}
		out[i].Tiles = append(out[i].Tiles, *t)
	}
	for _, f := range out {
		sort.SliceStable(f.Tiles, func(i, j int) bool {
			a, b := f.Tiles[i], f.Tiles[j]
			if a.Overdue != b.Overdue {
				return a.Overdue > b.Overdue
			}
			return a.Percent() < b.Percent()
		})
	}
	if len(tiles) == 0 {
		return out, 0, 0
	}
	return out, len(tiles), 100 * calm / len(tiles)
}

// sortedUnits are units in protocol order.
func sortedUnits(m map[models.UnitID]models.Unit) []models.Unit {
	out := make([]models.Unit, 0, len(m))
	for _, u := range m {
		out = append(out, u)
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].SortNo != out[j].SortNo {
			return out[i].SortNo < out[j].SortNo
		}
		return out[i].ID < out[j].ID
	})
	return out
}
