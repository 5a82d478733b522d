package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"duban/app"
	"duban/app/blob"
	"duban/app/i18n"
	"duban/app/jobs"
	"duban/app/notify"
	"duban/app/view"
	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// office is a small invented office under a clock that the test moves: ten
// units with contact and leader (the seventh has no leader), a lead office of
// two, and one issued plan of 12 measures, each for five units.
type office struct {
	t       testing.TB
	db      *store.DB
	now     time.Time
	apps    []*app.App
	runners []*jobs.Runner
	box     *mailbox
	logins  map[models.UserID]string
	byLogin map[string]models.User
	units   map[string]models.Unit // by code
	codes   map[models.UnitID]string
	duties  map[string]models.AssignmentID // by "m3 dw4"
	names   map[models.AssignmentID]string
}

const base = "http://duban.example"

// dueDates are the deadlines of the twelve measures: one past at issue, plain
// days, the first and fourth day of the National Day holidays, the make-up
// Saturday, a Sunday, the year's end and none.
var dueDates = []string{
	"2020-09-10", "2020-09-25", "2020-09-28", "2020-09-30", "2020-10-01", "2020-10-04",
	"2020-10-10", "2020-10-15", "2020-10-18", "2020-10-30", "2020-12-31", "",
}

var issuedAt = time.Date(2020, 9, 18, 10, 0, 0, 0, storetest.Zone) // a Friday

// newOffice fills an empty database (or several handles of the same one, each
// with an App and a Runner of its own) and issues the plan.
func newOffice(t testing.TB, dbs ...*store.DB) *office {
	t.Helper()
	o := &office{
		t: t, db: dbs[0], now: issuedAt, logins: map[models.UserID]string{}, byLogin: map[string]models.User{},
		units: map[string]models.Unit{}, codes: map[models.UnitID]string{},
		duties: map[string]models.AssignmentID{}, names: map[models.AssignmentID]string{},
	}
	o.box = &mailbox{o: o}
	for _, db := range dbs {
		a := newApp(t, db, &o.now)
		relay := &notify.Relay{DB: db, Sender: o.box, Now: a.Now, Check: a.CheckMessage}
		o.apps = append(o.apps, a)
		o.runners = append(o.runners, jobs.New(a, relay, slog.New(slog.DiscardHandler)))
	}
	o.people()
	o.issue()
	return o
}

// newApp makes the verbs on a database, with a clock that the test can move.
func newApp(t testing.TB, db *store.DB, now *time.Time) *app.App {
	t.Helper()
	cal, err := app.SeedCalendar(nil)
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.Open(filepath.Join(t.TempDir(), "evidence"))
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return *now }
	r, err := view.New(i18n.Default(), func() string { return models.DateIn(*now, storetest.Zone).String() })
	if err != nil {
		t.Fatal(err)
	}
	return app.New(app.Deps{DB: db, Blob: files, View: r, Now: clock, Zone: storetest.Zone, Calendar: cal,
		BaseURL: base, MailDomain: "duban.example", UploadMax: 1 << 20})
}

func (o *office) people() {
	o.t.Helper()
	storetest.Write(o.t, o.db, func(tx *store.Tx) error {
		for i := 0; i <= 10; i++ {
			code := fmt.Sprintf("dw%d", i)
			u := models.Unit{Code: code, Register: "weeks", Name: fmt.Sprintf("示例%d局", i), Short: fmt.Sprintf("示%d", i),
				Family: "市直", SortNo: i + 1, Sample: true, Version: 1}
			if err := tx.InsertUnit(o.t.Context(), &u); err != nil {
				return err
			}
			people := []struct {
				post string
				role models.Role
			}{{"contact", models.RoleContact}, {"leader", models.RoleLeader}}
			if i == 0 {
				people[0].role, people[1].role = models.RoleLead, models.RoleLead
			}
			for _, p := range people {
				if i == 7 && p.post == "leader" {
					continue
				}
				person, err := o.person(tx, code+"-"+p.post, p.role, u.ID)
				if err != nil {
					return err
				}
				switch p.role {
				case models.RoleContact:
					u.ContactID = person.ID
				case models.RoleLeader:
					u.LeaderID = person.ID
				}
			}
			if err := tx.UpdateUnit(o.t.Context(), &u); err != nil {
				return err
			}
			o.units[code], o.codes[u.ID] = u, code
		}
		_, err := o.person(tx, "admin", models.RoleAdmin, 0)
		return err
	})
}

func (o *office) person(tx *store.Tx, login string, role models.Role, unit models.UnitID) (models.User, error) {
	u := models.User{Login: login, Name: "示例" + login, Email: login + "@duban.example", Role: role, UnitID: unit, Lang: "zh",
		Epoch: 1, CreatedAt: issuedAt, Version: 1}
	err := tx.InsertUser(o.t.Context(), &u)
	o.logins[u.ID], o.byLogin[login] = login, u
	return u, err
}

// unitsOf names the five units that answer for measure m (1 to 12).
func unitsOf(m int) []string {
	var out []string
	for k := range 5 {
		out = append(out, fmt.Sprintf("dw%d", 1+(m+2*k)%10))
	}
	return out
}

// importPlan puts a plan of 12 measures and 60 assignments in and issues it.
func (o *office) importPlan(key string) models.Plan {
	o.t.Helper()
	ctx := o.t.Context()
	d := models.Draft{Plan: models.DraftPlan{Key: key, Title: "示例方案", Issued: models.NewDate(2020, 9, 17), Year: 2020,
		LeadUnit: "示例0局", Register: "weeks"}}
	for i, due := range dueDates {
		no, ref := fmt.Sprint(i+1), fmt.Sprintf("m%d", i+1)
		d.Tasks = append(d.Tasks, models.DraftTask{No: no, Measures: []string{ref}, Title: "事项" + no, EvaluationPoints: "要点",
			Indicators: []models.DraftIndicator{{Level: 1, Name: "指标", Code: "A", PrintedCode: "A"}}})
		m := models.DraftMeasure{ID: ref, Text: "办理第" + no + "件示例事项。", Rows: []string{no}}
		dl := models.DraftDeadline{Text: "持续推进", Kind: models.DeadlineOngoing}
		if due != "" {
			dl = models.DraftDeadline{Text: due + "前", Date: day(due), Kind: models.DeadlineBefore}
		}
		m.Deadlines = []models.DraftDeadline{dl}
		for _, code := range unitsOf(i + 1) {
			name := o.units[code].Name
			m.Responsibilities = append(m.Responsibilities, models.DraftResponsibility{Name: name, Unit: name, Role: models.UnitResponsible})
		}
		d.Measures = append(d.Measures, m)
	}
	a, lead := o.apps[0], o.actor("dw0-contact")
	plan, err := a.ImportPlan(ctx, lead, d)
	o.must(err)
	_, err = a.IssuePlan(ctx, lead, plan.ID, 0)
	o.must(err)
	return plan
}

func (o *office) issue() {
	o.t.Helper()
	plan := o.importPlan("weeks")
	items, err := o.db.Items(o.t.Context(), models.Scope{All: true}, store.ItemFilter{Plan: plan.ID}, o.apps[0].Today())
	o.must(err)
	for _, it := range items {
		name := it.MeasureRef + " " + it.UnitCode
		o.duties[name], o.names[it.ID] = it.ID, name
	}
	if len(o.duties) != 60 {
		o.t.Fatalf("%d assignments, want 60", len(o.duties))
	}
}

func (o *office) actor(login string) models.Actor {
	u, ok := o.byLogin[login]
	if !ok {
		o.t.Fatalf("nobody is called %q", login)
	}
	return models.ActorOf(u, "192.0.2.1")
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatalf("%s: %v", o.now.In(storetest.Zone).Format("2006-01-02 15:04"), err)
	}
}

// handIn signs where needed and submits an assignment with evidence.
func (o *office) handIn(duty, by string) {
	o.t.Helper()
	ctx, id := o.t.Context(), o.duties[duty]
	it, err := o.db.Item(ctx, models.Scope{All: true}, id)
	o.must(err)
	if it.State == models.StateUnack {
		o.must(o.apps[0].Sign(ctx, o.actor(by), id, 0))
	}
	o.must(o.apps[0].Submit(ctx, o.actor(by), id, 0,
		app.Statement{Text: "已办结，佐证附后。", Handler: "经办", Approver: "分管", Signed: true}, nil, "https://example.com/evidence"))
}

// sent is one mail as it left.
type sent struct {
	at    time.Time
	m     models.Message
	links map[string]bool // duties linked: "m3 dw4"
	any   bool            // any link into the plan
}

// mailbox records what leaves and refuses everything while it is down.
type mailbox struct {
	o        *office
	mu       sync.Mutex
	down     func(time.Time) bool
	sent     []sent
	refusals int
}

var dutyLink = regexp.MustCompile(base + `/p/weeks/t/([0-9]+)-1\?u=(dw[0-9]+)`)
var planLink = regexp.MustCompile(base + `/p/weeks/`)

// Send implements notify.Sender.
func (b *mailbox) Send(_ context.Context, m models.Message) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down != nil && b.down(b.o.now) {
		b.refusals++
		return "", &notify.Failure{Class: notify.Channel, Server: true, Step: "connect", Err: errors.New("the server is down")}
	}
	s := sent{at: b.o.now, m: m, links: map[string]bool{}, any: planLink.MatchString(m.Text)}
	for _, l := range dutyLink.FindAllStringSubmatch(m.Text, -1) {
		s.links["m"+l[1]+" "+l[2]] = true
	}
	b.sent = append(b.sent, s)
	return "250 ok", nil
}

func day(iso string) models.Date {
	d, err := models.ParseDate(iso)
	if err != nil {
		panic(err)
	}
	return d
}

func at(iso string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", iso, storetest.Zone)
	if err != nil {
		panic(err)
	}
	return t
}
