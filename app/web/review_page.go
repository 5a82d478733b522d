package web

import (
	"net/http"
	"sort"
	"strconv"
	"time"

	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// reviewRows is how many rows a page of the queue holds.
const reviewRows = 50

// toReview shows what waits for the lead office in a plan, the longest wait
// first. With ?next= it goes on to the first that is not the given duty.
func (r *request) toReview() error {
	plan, err := r.plan()
	if err != nil {
		return err
	}
	if but, err := strconv.ParseInt(r.QueryParam("next"), 10, 64); err == nil {
		href, err := r.firstInReview(plan.ID, models.AssignmentID(but))
		if err != nil || href != "" {
			return r.goOn(href, err)
		}
	}
	q := reviewQueue{request: r, plan: plan, today: r.s.app.Today()}
	if err := q.load(); err != nil {
		return err
	}
	p := view.ReviewPage{Can: r.actor.May(models.ActApprove)}
	if err := q.fill(&p); err != nil {
		return err
	}
	p.Shell = r.shell()
	return r.page("review", &p)
}

// goOn redirects, unless there was a fault on the way.
func (r *request) goOn(to string, err error) error {
	if err != nil {
		return err
	}
	return r.Redirect(http.StatusSeeOther, to)
}

// entry is one thing that waits: a hand-in or a request for more time.
type entry struct {
	store.Waiting
	kind string // completion, na, ext
	at   time.Time
	ext  models.Extension
}

// reviewQueue is one queue page being made.
type reviewQueue struct {
	*request
	plan  models.Plan
	today models.Date
	all   []entry
	shown []entry
	items map[models.AssignmentID]models.Item
	subs  map[models.SubmissionID]models.Submission
}

// load asks a fixed number of questions; the words of those on this page only.
func (q *reviewQueue) load() error {
	waiting, err := q.read().InReview(q.ctx(), q.scope(), q.plan.ID)
	if err != nil {
		return err
	}
	exts, err := q.read().OpenExtensions(q.ctx(), q.scope(), q.plan.ID)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		q.all = append(q.all, entry{Waiting: w, kind: string(w.Kind), at: w.SubmittedAt})
	}
	for _, e := range exts {
		q.all = append(q.all, entry{Waiting: store.Waiting{AssignmentID: e.AssignmentID}, kind: "ext", at: e.At, ext: e})
	}
	sort.SliceStable(q.all, func(i, j int) bool { return q.all[i].at.Before(q.all[j].at) })
	return nil
}

func (q *reviewQueue) fill(p *view.ReviewPage) error {
	q.head(p)
	tab := q.tabs(p)
	var chosen []entry
	for _, e := range q.all {
		if tab == "" || e.kind == tab {
			chosen = append(chosen, e)
		}
	}
	q.page(p, tab, chosen)
	if err := q.loadShown(); err != nil {
		return err
	}
	for _, e := range q.shown {
		p.Rows = append(p.Rows, q.row(e))
	}
	if len(p.Rows) > 0 {
		return nil
	}
	return q.hint(p)
}

// head counts what the heading says.
func (q *reviewQueue) head(p *view.ReviewPage) {
	p.Waiting = len(q.all)
	for _, e := range q.all {
		d := q.waited(&e.at)
		p.Longest = max(p.Longest, d)
		if d > 3 {
			p.Over3++
		}
	}
}

// tabs draws the views by kind and returns the chosen one, "" for all.
func (q *reviewQueue) tabs(p *view.ReviewPage) string {
	count := map[string]int{"": len(q.all)}
	for _, e := range q.all {
		count[e.kind]++
	}
	base := "/p/" + q.plan.Key + "/review"
	chosen := ""
	for _, k := range []string{"completion", "na", "ext"} {
		if q.QueryParam("tab") == k {
			chosen = k
		}
	}
	for _, k := range []string{"", "completion", "na", "ext"} {
		t := view.Tab{Key: "waiting.tab." + k, Count: count[k], Href: base + "?tab=" + k, Current: k == chosen}
		if k == "" {
			t.Key, t.Href = "waiting.tab.all", base
		}
		p.Tabs = append(p.Tabs, t)
	}
	return chosen
}

// page cuts out the rows of this page.
func (q *reviewQueue) page(p *view.ReviewPage, tab string, chosen []entry) {
	n, _ := strconv.Atoi(q.QueryParam("page"))
	n = max(1, min(n, (len(chosen)+reviewRows-1)/reviewRows))
	from, to := (n-1)*reviewRows, min(n*reviewRows, len(chosen))
	q.shown = chosen[from:to]
	p.Pager = view.Pager{From: from + 1, To: to, Total: len(chosen)}
	href := func(n int) string {
		return "/p/" + q.plan.Key + "/review?tab=" + tab + "&page=" + strconv.Itoa(n)
	}
	if from > 0 {
		p.Pager.Newer = href(n - 1)
	}
	if to < len(chosen) {
		p.Pager.Older = href(n + 1)
	}
}

func (q *reviewQueue) loadShown() error {
	q.items, q.subs = map[models.AssignmentID]models.Item{}, map[models.SubmissionID]models.Submission{}
	if len(q.shown) == 0 {
		return nil
	}
	var ids []models.AssignmentID
	for _, e := range q.shown {
		ids = append(ids, e.AssignmentID)
	}
	items, err := q.read().Items(q.ctx(), q.scope(), store.ItemFilter{IDs: ids}, q.today)
	if err != nil {
		return err
	}
	subs, err := q.read().SubmissionsIn(q.ctx(), q.scope(), ids, models.SubmissionReview)
	for _, it := range items {
		q.items[it.ID] = it
	}
	for _, s := range subs {
		q.subs[s.ID] = s
	}
	return err
}

func (q *reviewQueue) row(e entry) view.ReviewRow {
	it := q.items[e.AssignmentID]
	row := view.ReviewRow{
		Href: taskHref(it) + "#unit", Kind: e.kind, Unit: it.UnitName, Family: string(it.Family), Ref: view.RefOf(it.RowNos, it.FirstPos),
		Text: it.MeasureText, At: q.instant(e.at), Wait: q.waited(&e.at), Evidence: e.Evidence, Due: it.EffectiveOn.String(),
	}
	if e.kind == "ext" {
		row.Href = taskHref(it) + "#x" + strconv.FormatInt(int64(e.ext.ID), 10)
		row.Lead, row.Number, row.To = cut(e.ext.Reason, 60), e.ext.Number, e.ext.ToDate.String()
		return row
	}
	s := q.subs[e.SubmissionID]
	row.Lead, row.Number = cut(s.Statement, 60), s.Number
	for _, f := range s.Figures() {
		if !f.Meets() {
			row.Short++
		}
	}
	if ranOut(it, q.today) && !it.FirstSubmittedOn.IsZero() {
		row.LateBy = it.EffectiveOn.DaysUntil(it.FirstSubmittedOn)
	}
	return row
}

// hint says what comes next when nothing waits.
func (q *reviewQueue) hint(p *view.ReviewPage) error {
	days, err := q.read().MeasuresByDay(q.ctx(), q.scope(), q.plan.ID)
	var next models.Date
	for d := range days {
		if !d.Before(q.today) && (next.IsZero() || d.Before(next)) {
			next = d
		}
	}
	if !next.IsZero() {
		p.EmptyHint = q.t("waiting.next", q.s.view.Locale(q.lang).Day(next.String()), days[next])
	}
	return err
}
