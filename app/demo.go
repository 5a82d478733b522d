package app

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"sort"
	"strings"
	"time"

	"duban/models"
	"duban/models/store"
)

// The demo shows a running plan: issued on 2 September 2020, looked at on 13
// October, so that the document's own deadlines lie before, on and after that
// day. People, phones and all progress are invented; the plan is real.
const (
	DemoPlan     = "anda-2020"
	DemoOther    = "shanghai-2019" // put in as a draft, to be looked at and issued
	demoRegister = "anda"
)

// DemoStart is the instant at which the demo's clock begins: 2020-10-13 09:00
// in Shanghai.
func DemoStart(zone *time.Location) time.Time {
	return time.Date(2020, 10, 13, 9, 0, 0, 0, zone)
}

func demoIssue(zone *time.Location) time.Time { return time.Date(2020, 9, 2, 9, 30, 0, 0, zone) }

// SeedDemo fills an empty database with the demo: registers, sample people
// with the given password hash, the Anda plan with six weeks of activity, the
// Shanghai plan as a draft. A database with plans in it is left alone.
// Everything goes through the state machine and leaves its audit lines, in one
// transaction.
func (a *App) SeedDemo(ctx context.Context, passwordHash string) error {
	plans, err := a.DB.Plans(ctx)
	if err != nil || len(plans) > 0 {
		return err
	}
	sys := models.SystemActor("demo")
	before := a.Deps
	before.Now = func() time.Time { return demoIssue(a.Zone).Add(-24 * time.Hour) }
	then := New(before)
	if _, err := then.ImportSeed(ctx, sys, DemoPlan); err != nil {
		return err
	}
	if _, err := then.ImportSeed(ctx, sys, DemoOther); err != nil {
		return err
	}
	if err := then.SeedPeople(ctx, demoRegister, passwordHash); err != nil {
		return err
	}
	files, err := a.demoFiles(ctx)
	if err != nil {
		return err
	}
	return a.change(ctx, sys, func(v *act) error {
		d := demo{act: v, files: files}
		return d.play(ctx)
	})
}

// demoFiles puts the few evidence files on the disk that the demo's
// submissions share.
func (a *App) demoFiles(ctx context.Context) ([]models.Evidence, error) {
	ups := []Upload{
		{"事项清单（示例）.csv", strings.NewReader("\ufeff序号,事项名称,是否对接,备注\r\n1,社会团体成立登记,是,示例数据\r\n2,户籍证明,是,示例数据\r\n3,取水许可,否,示例数据\r\n")},
		{"完成情况说明（示例）.txt", strings.NewReader("\ufeff这是演示用的佐证材料，内容为虚构。\r\n本单位已完成事项对接与自查，详见事项清单。\r\n")},
	}
	out, errs := a.StoreFiles(ctx, ups)
	return out, errs.Or()
}

// demo plays six weeks of invented work.
type demo struct {
	*act
	files    []models.Evidence
	plan     models.Plan
	items    map[models.AssignmentID]*models.Item
	contacts map[models.UnitID]models.Actor
	lead     models.Actor
	events   []event
}

// event is one act of one person at one time.
type event struct {
	at time.Time
	id models.AssignmentID
	do func(ctx context.Context, it *models.Item) error
}

func (d *demo) play(ctx context.Context) error {
	if err := d.begin(ctx); err != nil {
		return err
	}
	ids := make([]models.AssignmentID, 0, len(d.items))
	for id := range d.items {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })
	for _, id := range ids {
		d.script(d.items[id])
	}
	sort.SliceStable(d.events, func(i, j int) bool { return d.events[i].at.Before(d.events[j].at) })
	stop := DemoStart(d.Zone)
	for _, e := range d.events {
		if !e.at.Before(stop) {
			break
		}
		d.clock(e.at)
		if err := e.do(ctx, d.items[e.id]); err != nil {
			return fmt.Errorf("demo, assignment %d at %s: %w", e.id, e.at, err)
		}
	}
	return d.retire(ctx)
}

func (d *demo) clock(t time.Time) {
	d.now = t.UTC()
	d.today = models.DateIn(t, d.Zone)
}

// begin settles the plan's doubts and issues it, without the mails.
func (d *demo) begin(ctx context.Context) error {
	d.clock(demoIssue(d.Zone))
	plan, err := d.tx.PlanByKey(ctx, DemoPlan)
	if err != nil {
		return err
	}
	people, err := d.tx.Users(ctx)
	if err != nil {
		return err
	}
	d.contacts = map[models.UnitID]models.Actor{}
	for _, u := range people {
		switch {
		case u.Role == models.RoleLead && d.lead.UserID == 0:
			d.lead = models.ActorOf(u, "")
		case u.Role == models.RoleContact:
			d.contacts[u.UnitID] = models.ActorOf(u, "")
		}
	}
	d.actor = d.lead
	problems, err := d.tx.Problems(ctx, plan.ID)
	if err != nil {
		return err
	}
	for _, p := range problems {
		if p.Severity == models.SeverityConfirm {
			if err := d.tx.SettleProblem(ctx, plan.ID, p.ID, d.lead.UserID, d.now, "按所列读法确认（示例）"); err != nil {
				return err
			}
		}
	}
	as, _, err := expand(ctx, d.tx.Reader, plan.ID, d.today)
	if err != nil {
		return err
	}
	plan.State, plan.IssuedAt = models.PlanIssued, &d.now
	if err := d.tx.UpdatePlan(ctx, &plan); err != nil {
		return err
	}
	if err := d.tx.InsertAssignments(ctx, as); err != nil {
		return err
	}
	if err := d.freezeIssued(ctx, plan); err != nil {
		return err
	}
	d.plan = plan
	if err := d.log(ctx, models.AuditEntry{Act: string(models.ActIssue), PlanID: plan.ID, Object: plan.Key, Detail: fmt.Sprintf(`{"assignments":%d}`, len(as))}); err != nil {
		return err
	}
	items, err := d.tx.Items(ctx, models.Scope{All: true}, store.ItemFilter{Plan: plan.ID, ByMeasure: true}, d.today)
	d.items = map[models.AssignmentID]*models.Item{}
	for i := range items {
		d.items[items[i].ID] = &items[i]
	}
	return err
}

// chance is a fixed number in [0,1) for an assignment and a question, so that
// the demo is the same every time.
func chance(it *models.Item, question string) float64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s|%s|%s", it.MeasureRef, it.UnitCode, question)
	return float64(mix(h.Sum64())%10000) / 10000
}

// mix spreads the hash's bits (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// laggards are the units that the demo shows in trouble.
var laggards = map[string]float64{"人防": 0.45, "水务": 0.35, "城管": 0.3, "工信": 0.28, "联通": 0.4, "储备粮": 0.35, "供热": 0.3, "林草": 0.22, "档案": 0.2, "审计": 0.2}

// script writes down what happens to one assignment in the six weeks.
func (d *demo) script(it *models.Item) {
	issue := demoIssue(d.Zone)
	day := 24 * time.Hour
	lag := laggards[it.UnitShort]
	at := func(t time.Time, do func(context.Context, *models.Item) error) {
		// people work in office hours: 8:30 to 17:30
		local := t.In(d.Zone)
		minutes := 8*60 + 30 + int(chance(it, t.String())*540)
		local = time.Date(local.Year(), local.Month(), local.Day(), minutes/60, minutes%60, 0, 0, d.Zone)
		d.events = append(d.events, event{local, it.ID, do})
	}
	if chance(it, "sign") < 0.03+lag/6 {
		d.chaseLate(it, at)
		return // never signed for
	}
	signed := issue.Add(day + time.Duration(chance(it, "when")*8)*day)
	at(signed, d.sign)
	due := it.EffectiveOn
	if due.IsZero() {
		return
	}
	end := due.Time(d.Zone)
	if due.Before(models.DateIn(issue, d.Zone)) {
		end = issue.Add(20 * day)
	}
	p := chance(it, "done")
	if p < 0.015+lag {
		if chance(it, "note") < 0.4 {
			at(end.Add(-3*day), d.progress)
		}
		d.chaseLate(it, at)
		return // not handed in in time
	}
	// handed in some days before the deadline, by the unit's habit
	early := 1 + time.Duration(chance(it, "early")*14)
	submitted := later(end.Add(-early*day), signed.Add(day))
	at(submitted, d.submit)
	reviewed := submitted.Add((1 + time.Duration(chance(it, "review")*3)) * day)
	if chance(it, "slow") < 0.02 {
		return // still waiting for review
	}
	if chance(it, "return") < 0.06 {
		at(reviewed, d.giveBack)
		if chance(it, "again") < 0.65 {
			at(reviewed.Add(2*day), d.submit)
			at(reviewed.Add(5*day), d.approve)
		}
		return
	}
	at(reviewed, d.approve)
	if chance(it, "close") < 0.55 {
		at(reviewed.Add(4*day), d.closeOff)
	}
}

// chaseLate adds what happens to an assignment that is not handed in in time:
// a nudge, or a request for more time.
func (d *demo) chaseLate(it *models.Item, at func(time.Time, func(context.Context, *models.Item) error)) {
	if it.EffectiveOn.IsZero() || it.PastAtIssue() {
		return
	}
	end := it.EffectiveOn.Time(d.Zone)
	switch p := chance(it, "late"); {
	case p < 0.10:
		at(end.Add(-4*24*time.Hour), d.askMore)
		if p < 0.05 {
			at(end.Add(-2*24*time.Hour), d.grantMore)
		}
	case p < 0.55:
		at(end.Add(4*24*time.Hour), d.nudge)
		if p < 0.3 {
			at(end.Add(8*24*time.Hour), d.nudge)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (d *demo) sign(ctx context.Context, it *models.Item) error {
	d.actor = d.contacts[it.UnitID]
	if err := d.tx.SeeUser(ctx, d.actor.UserID, d.now); err != nil {
		return err
	}
	return d.apply(ctx, models.ActSign, it, models.Change{}, nil)
}

func (d *demo) progress(ctx context.Context, it *models.Item) error {
	if !it.State.Can(models.ActProgress) {
		return nil
	}
	d.actor = d.contacts[it.UnitID]
	n := models.Note{AssignmentID: it.ID, Kind: "progress", Text: "正在推进，已完成事项梳理，预计按期完成。", ByID: d.actor.UserID, ByName: d.actor.Name, At: d.now}
	if err := d.tx.InsertNote(ctx, &n); err != nil {
		return err
	}
	return d.logItem(ctx, models.ActProgress, *it, it.State, n.Text, nil)
}

func (d *demo) submit(ctx context.Context, it *models.Item) error {
	if !it.State.Can(models.ActSubmit) {
		return nil
	}
	d.actor = d.contacts[it.UnitID]
	number, err := d.tx.LastSubmissionNumber(ctx, it.ID)
	if err != nil {
		return err
	}
	targets, err := d.tx.Targets(ctx, it.MeasureID)
	if err != nil {
		return err
	}
	var figures []models.Figure
	for _, t := range targets {
		v := t.Value
		if t.Op == ">=" && t.Unit == "%" && v < 95 {
			v += float64(int(chance(it, "figure") * 5))
		}
		figures = append(figures, models.Figure{Metric: t.Metric, Value: v, Unit: t.Unit, Op: t.Op, Target: t.Value})
	}
	values, err := json.Marshal(figures)
	if err != nil {
		return err
	}
	s := models.Submission{
		AssignmentID: it.ID, Number: number + 1, Kind: models.SubmitCompletion, State: models.SubmissionReview,
		Statement:  it.UnitName + "已按要求完成本项措施，相关事项均已在省一体化在线政务服务平台对接，佐证材料附后。（示例）",
		ValuesJSON: string(values), Handler: d.actor.Name, Approver: "分管领导", ByID: d.actor.UserID, ByName: d.actor.Name,
		CreatedAt: d.now, SubmittedAt: &d.now, Version: 1,
	}
	at := d.now
	s.SubmittedAt = &at
	if err := d.tx.InsertSubmission(ctx, &s); err != nil {
		return err
	}
	ev := append([]models.Evidence(nil), d.files[:1+int(chance(it, "files")*float64(len(d.files)))]...)
	for i := range ev {
		ev[i].ID, ev[i].SubmissionID, ev[i].AssignmentID = 0, s.ID, it.ID
		ev[i].ByID, ev[i].ByName, ev[i].CreatedAt = d.actor.UserID, d.actor.Name, d.now
	}
	if err := d.tx.InsertEvidence(ctx, ev); err != nil {
		return err
	}
	return d.apply(ctx, models.ActSubmit, it, models.Change{}, map[string]any{"submission": s.Number})
}

func (d *demo) decide(ctx context.Context, it *models.Item, what models.Act, state models.SubmissionState, c verdict) error {
	if !it.State.Can(what) {
		return nil
	}
	d.actor = d.lead
	s, err := d.tx.SubmissionOf(ctx, it.ID, models.SubmissionReview)
	if err != nil {
		return err
	}
	at := d.now
	s.State, s.ReviewerID, s.ReviewerName, s.ReviewedAt = state, d.actor.UserID, d.actor.Name, &at
	s.ReasonCode, s.Reason, s.ResubmitBy = c.code, c.reason, c.by
	if err := d.tx.UpdateSubmission(ctx, &s); err != nil {
		return err
	}
	return d.apply(ctx, what, it, models.Change{Reason: c.reason, ResubmitBy: c.by}, reviewDetail(s, c))
}

func (d *demo) approve(ctx context.Context, it *models.Item) error {
	return d.decide(ctx, it, models.ActApprove, models.SubmissionApproved, verdict{})
}

func (d *demo) giveBack(ctx context.Context, it *models.Item) error {
	by := d.Calendar.AddWorkdays(d.today, 5)
	return d.decide(ctx, it, models.ActReturn, models.SubmissionReturned,
		verdict{code: "evidence", reason: "只附了截图，缺平台对接确认单，请补充后重报。（示例）", by: by})
}

func (d *demo) closeOff(ctx context.Context, it *models.Item) error {
	if !it.State.Can(models.ActClose) {
		return nil
	}
	d.actor = d.lead
	return d.apply(ctx, models.ActClose, it, models.Change{}, nil)
}

func (d *demo) nudge(ctx context.Context, it *models.Item) error {
	if !it.Overdue(d.today) {
		return nil
	}
	d.actor = d.lead
	if _, err := d.tx.InsertNudge(ctx, it.ID, d.today, d.actor.UserID, d.now); err != nil {
		return err
	}
	it.Nudges++
	it.NudgedOn = d.today
	return d.apply(ctx, models.ActNudge, it, models.Change{}, map[string]any{"count": it.Nudges})
}

func (d *demo) askMore(ctx context.Context, it *models.Item) error {
	to := it.EffectiveOn.AddDays(10)
	reason := "省厅事项库接口尚未开放，此前无法完成对接。（示例）"
	if models.CheckExtension(it.Assignment, to, d.today, reason) != nil {
		return nil
	}
	d.actor = d.contacts[it.UnitID]
	e := models.Extension{AssignmentID: it.ID, Number: 1, FromDate: it.EffectiveOn, ToDate: to, Reason: reason,
		State: models.ExtensionOpen, ByID: d.actor.UserID, ByName: d.actor.Name, At: d.now, Version: 1}
	if err := d.tx.InsertExtension(ctx, &e); err != nil {
		return err
	}
	return d.logItem(ctx, models.ActAskExtend, *it, it.State, reason, map[string]any{"from": it.EffectiveOn, "to": to})
}

func (d *demo) grantMore(ctx context.Context, it *models.Item) error {
	es, err := d.tx.Extensions(ctx, models.Scope{All: true}, it.ID)
	if err != nil || len(es) == 0 {
		return err
	}
	d.actor = d.lead
	e, at, from := es[0], d.now, it.EffectiveOn
	e.State, e.GrantedTo, e.DecidedByID, e.DecidedBy, e.DecidedAt = models.ExtensionGranted, e.ToDate, d.actor.UserID, d.actor.Name, &at
	if err := d.tx.DecideExtension(ctx, &e); err != nil {
		return err
	}
	it.EffectiveOn = e.ToDate
	return d.apply(ctx, models.ActDecideExt, it, models.Change{}, map[string]any{"granted": true, "from": from, "to": e.ToDate})
}

// retire disables one unit's contact, so that the demo shows what then happens.
func (d *demo) retire(ctx context.Context) error {
	d.clock(time.Date(2020, 9, 28, 10, 0, 0, 0, d.Zone))
	for unit, actor := range d.contacts {
		u, err := d.tx.Unit(ctx, unit)
		if err != nil {
			return err
		}
		if u.Short != "供热" {
			continue
		}
		p, err := d.tx.User(ctx, actor.UserID)
		if err != nil {
			return err
		}
		at := d.now
		p.DisabledAt = &at
		p.Epoch++
		d.actor = models.SystemActor("demo")
		if err := d.tx.UpdateUser(ctx, &p); err != nil {
			return err
		}
		return d.log(ctx, models.AuditEntry{Act: "user_disabled", Object: p.Login, UnitID: unit})
	}
	return nil
}
