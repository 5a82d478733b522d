package storetest

import (
	"fmt"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
)

// Office is a small office in a database: a register of eight units with a
// group, a person of each role, and one issued plan of three rows and four
// measures. Seed makes it.
//
//	register  ysj 牵头办, gaj 市公安局, scjgj 市市场监管局, zrzyj 市自然资源局,
//	          renmin 任民镇, wanbao 万宝山镇, changde 昌德镇, laohugang 老虎岗镇
//	group     townships 各乡镇: renmin, wanbao, changde now; laohugang until
//	          31 August 2020
//	people    admin, lead, supervisor; gaj-contact, gaj-leader, scjgj-contact,
//	          scjgj-leader, renmin-contact, renmin-leader; zrzyj-contact is
//	          disabled; wanbao and changde have nobody
//	plan      demo-2020, printed 1 September, issued 7 September 2020
//	  row 1   m1, due 30 September 2020: gaj leads, scjgj cooperates
//	  row 2   m2, due 15 October 2020: 各乡镇
//	  rows 2, 4 (number 3 is absent)
//	          m3, due 31 December 2020: zrzyj leads; scjgj, gaj
//	  row 4   m4, due 31 August 2020, past at issue: scjgj leads; zrzyj, renmin,
//	          pilot gaj
//
// On Today the assignments show every light there is:
//
//	m1 gaj overdue, scjgj done
//	m2 renmin due (unsigned), wanbao review, changde returned
//	m3 zrzyj unack, scjgj active (blocked, an extension asked), gaj closed
//	m4 scjgj past, zrzyj withdrawn, renmin active with a deadline moved from 31 August to 30 November, gaj na
type Office struct {
	t    testing.TB
	db   *store.DB
	Plan models.Plan
	// Group is 各乡镇.
	Group models.UnitGroup

	units    map[string]models.Unit
	users    map[string]models.User
	measures map[string]models.Measure
	duties   map[string]models.AssignmentID
}

// IssuedOn is the day on which the plan of Seed was issued to its units.
var IssuedOn = models.NewDate(2020, time.September, 7)

// EvidenceBytes is the content of each file that the seeded evidence names,
// for tests that put it where files are kept; EvidenceSHA256 is its hash.
var EvidenceBytes = []byte("佐证材料\n")

// EvidenceSHA256 is the SHA-256 of EvidenceBytes in hexadecimal.
const EvidenceSHA256 = "464426297c9f00d41ac5f1a2369e989cc2343c2e8086ce72c3d708a35518c356"

// Seed puts the small office into an empty database.
func Seed(t testing.TB, db *store.DB) *Office {
	t.Helper()
	o := &Office{
		t: t, db: db,
		units: map[string]models.Unit{}, users: map[string]models.User{},
		measures: map[string]models.Measure{}, duties: map[string]models.AssignmentID{},
	}
	o.register()
	o.people()
	o.plan()

	o.Duty("m1", "gaj").As(models.UnitLead).Signed().Store()
	o.Duty("m1", "scjgj").As(models.UnitCooperate).Done().Store()

	o.Duty("m2", "renmin").Through(o.Group).Store()
	o.Duty("m2", "wanbao").Through(o.Group).InReview().Store()
	o.Duty("m2", "changde").Through(o.Group).Returned(day("2020-10-20")).Store()

	o.Duty("m3", "zrzyj").As(models.UnitLead).Store()
	blocked := o.Duty("m3", "scjgj").Signed().Blocked("等待省级系统接口", "市营商环境局").Store()
	o.Duty("m3", "gaj").Closed().Store()

	o.Duty("m4", "scjgj").As(models.UnitLead).Signed().Store()
	o.Duty("m4", "zrzyj").Withdrawn().Store()
	o.Duty("m4", "renmin").Signed().Extended(day("2020-11-30")).Store()
	o.Duty("m4", "gaj").As(models.UnitPilot).NotApplicable().Store()

	o.Write(func(tx *store.Tx) error {
		ctx, contact := t.Context(), o.User("scjgj-contact")
		ext := models.Extension{
			AssignmentID: blocked.ID, Number: 1, FromDate: blocked.EffectiveOn, ToDate: day("2021-03-31"),
			Reason: "省级系统尚未开放接口", State: models.ExtensionOpen, ByID: contact.ID, ByName: contact.Name, At: Now.Add(-24 * time.Hour), Version: 1,
		}
		if err := tx.InsertExtension(ctx, &ext); err != nil {
			return err
		}
		note := models.Note{AssignmentID: blocked.ID, Kind: "progress", Text: "已完成内部测试。", ByID: contact.ID, ByName: contact.Name, At: Now.Add(-48 * time.Hour)}
		if err := tx.InsertNote(ctx, &note); err != nil {
			return err
		}
		return tx.InsertAudit(ctx, &models.AuditEntry{
			At: note.At, ActorID: contact.ID, ActorName: contact.Name, ActorRole: contact.Role, ActorUnitID: contact.UnitID,
			Act: string(models.ActProgress), PlanID: o.Plan.ID, MeasureID: blocked.MeasureID, AssignmentID: blocked.ID,
			UnitID: blocked.UnitID, Note: note.Text,
		})
	})
	return o
}

// Unit returns a unit by the short code of the list at Office.
func (o *Office) Unit(code string) models.Unit { return get(o, o.units, "unit", code) }

// User returns a person by account name.
func (o *Office) User(login string) models.User { return get(o, o.users, "user", login) }

// Actor returns a person, acting.
func (o *Office) Actor(login string) models.Actor {
	return models.ActorOf(o.User(login), "192.0.2.1")
}

// Scope returns what a person may see.
func (o *Office) Scope(login string) models.Scope { return o.Actor(login).Scope() }

// Measure returns a measure by its ref: m1 to m4.
func (o *Office) Measure(ref string) models.Measure { return get(o, o.measures, "measure", ref) }

// Assignment reads a unit's assignment on a measure as it stands now.
func (o *Office) Assignment(ref, unit string) models.Item {
	o.t.Helper()
	item, err := o.db.Item(o.t.Context(), models.Scope{All: true}, get(o, o.duties, "assignment", ref+" "+unit))
	if err != nil {
		o.t.Fatalf("assignment %s %s: %v", ref, unit, err)
	}
	return item
}

// Write runs fn in a transaction and fails the test when it fails.
func (o *Office) Write(fn func(tx *store.Tx) error) {
	o.t.Helper()
	Write(o.t, o.db, fn)
}

// Write runs fn in a transaction and fails the test when it fails.
func Write(t testing.TB, db *store.DB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Tx(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func get[T any](o *Office, m map[string]T, kind, name string) T {
	o.t.Helper()
	v, ok := m[name]
	if !ok {
		o.t.Fatalf("the test office has no %s %q", kind, name)
	}
	return v
}

func day(iso string) models.Date {
	d, err := models.ParseDate(iso)
	if err != nil {
		panic(err)
	}
	return d
}

func (o *Office) register() {
	o.t.Helper()
	o.Write(func(tx *store.Tx) error {
		ctx := o.t.Context()
		region := models.Unit{Code: "city", Register: "demo", Name: "示例市", Short: "示例", Family: models.FamilyRegion, Sample: true, Version: 1}
		if err := tx.InsertUnit(ctx, &region); err != nil {
			return err
		}
		for i, u := range []models.Unit{
			{Code: "ysj", Name: "市营商环境局", Short: "营商局", Family: "市直"},
			{Code: "gaj", Name: "市公安局", Short: "公安局", Family: "市直"},
			{Code: "scjgj", Name: "市市场监管局", Short: "市监局", Family: "市直"},
			{Code: "zrzyj", Name: "市自然资源局", Short: "资源局", Family: "市直"},
			{Code: "renmin", Name: "任民镇", Short: "任民", Family: "乡镇"},
			{Code: "wanbao", Name: "万宝山镇", Short: "万宝山", Family: "乡镇"},
			{Code: "changde", Name: "昌德镇", Short: "昌德", Family: "乡镇"},
			{Code: "laohugang", Name: "老虎岗镇", Short: "老虎岗", Family: "乡镇"},
		} {
			u.Register, u.ParentID, u.SortNo, u.Sample, u.Version = "demo", region.ID, i+1, true, 1
			if err := tx.InsertUnit(ctx, &u); err != nil {
				return err
			}
			o.units[u.Code] = u
		}
		o.Group = models.UnitGroup{Code: "townships", Register: "demo", Name: "各乡镇", SortNo: 1}
		if err := tx.InsertGroup(ctx, &o.Group); err != nil {
			return err
		}
		var members []models.GroupMember
		for _, code := range []string{"renmin", "wanbao", "changde", "laohugang"} {
			m := models.GroupMember{GroupID: o.Group.ID, UnitID: o.units[code].ID, FromDate: day("2020-01-01")}
			if code == "laohugang" {
				m.ToDate = day("2020-08-31")
			}
			members = append(members, m)
		}
		if err := tx.InsertMembers(ctx, members); err != nil {
			return err
		}
		return tx.InsertAlias(ctx, &models.UnitAlias{Alias: "营商局", UnitID: o.units["ysj"].ID})
	})
}

func (o *Office) people() {
	o.t.Helper()
	o.Write(func(tx *store.Tx) error {
		ctx := o.t.Context()
		for _, p := range []struct {
			login, name, title string
			role               models.Role
			unit               string
		}{
			{"admin", "管理员", "信息科", models.RoleAdmin, ""},
			{"lead", "李牵头", "督查科", models.RoleLead, "ysj"},
			{"supervisor", "孙督查", "督查室", models.RoleSupervisor, ""},
			{"gaj-contact", "王公安", "办公室", models.RoleContact, "gaj"},
			{"gaj-leader", "赵局长", "副局长", models.RoleLeader, "gaj"},
			{"scjgj-contact", "周市监", "登记科", models.RoleContact, "scjgj"},
			{"scjgj-leader", "吴局长", "副局长", models.RoleLeader, "scjgj"},
			{"zrzyj-contact", "郑资源", "已调离", models.RoleContact, "zrzyj"},
			{"renmin-contact", "冯任民", "党政办", models.RoleContact, "renmin"},
			{"renmin-leader", "陈镇长", "副镇长", models.RoleLeader, "renmin"},
		} {
			u := models.User{
				Login: p.login, Name: p.name, Title: p.title, Phone: "0455-7000000", Email: p.login + "@example.test",
				Role: p.role, UnitID: o.units[p.unit].ID, Lang: "zh", Epoch: 1, CreatedAt: Now.AddDate(0, -2, 0), Version: 1,
			}
			if p.login == "zrzyj-contact" {
				left := Now.AddDate(0, 0, -10)
				u.DisabledAt = &left
			}
			if err := tx.InsertUser(ctx, &u); err != nil {
				return err
			}
			o.users[u.Login] = u
		}
		for _, code := range []string{"gaj", "scjgj", "renmin", "zrzyj"} {
			u := o.units[code]
			u.ContactID, u.LeaderID = o.users[code+"-contact"].ID, o.users[code+"-leader"].ID
			if err := tx.UpdateUnit(ctx, &u); err != nil {
				return err
			}
			o.units[code] = u
		}
		return nil
	})
}

func (o *Office) plan() {
	o.t.Helper()
	o.Write(func(tx *store.Tx) error {
		ctx := o.t.Context()
		issued := IssuedOn.Time(Zone).Add(10 * time.Hour)
		o.Plan = models.Plan{
			Key: "demo-2020", Title: "示例市优化营商环境责任分工方案", DocumentNumber: "示营商办发〔2020〕1号", Issuer: "市营商办",
			Issued: day("2020-09-01"), Year: 2020, Addressees: models.StringList{"各乡镇", "市直各部门"},
			Columns: models.StringList{"序号", "指标", "措施", "责任单位", "完成时限"}, LeadUnitID: o.units["ysj"].ID,
			Source: "示例", State: models.PlanIssued, IssuedAt: &issued, CreatedAt: issued.Add(-24 * time.Hour), Version: 1,
		}
		if err := tx.InsertPlan(ctx, &o.Plan); err != nil {
			return err
		}
		top := models.Indicator{PlanID: o.Plan.ID, Level: 1, Name: "企业全生命周期", Code: "A", PrintedCode: "A", SortNo: 1}
		if err := tx.InsertIndicator(ctx, &top); err != nil {
			return err
		}
		sub := models.Indicator{PlanID: o.Plan.ID, ParentID: top.ID, Level: 2, Name: "开办企业", Code: "A1", PrintedCode: "Al", SortNo: 2}
		if err := tx.InsertIndicator(ctx, &sub); err != nil {
			return err
		}
		tasks := []models.Task{
			{No: "1", EvaluationPoints: "开办企业便利度"},
			{No: "2", EvaluationPoints: "服务网点覆盖"},
			{No: "4", EvaluationPoints: "数据共享", Remarks: models.StringList{"新增指标"}},
		}
		for i := range tasks {
			tasks[i].PlanID, tasks[i].IndicatorID, tasks[i].SortNo = o.Plan.ID, sub.ID, i+1
		}
		if err := tx.InsertTasks(ctx, tasks); err != nil {
			return err
		}
		row := map[string]models.TaskID{}
		for _, task := range tasks {
			row[task.No] = task.ID
		}
		measures := []models.Measure{
			{Ref: "m1", No: "1", Text: "压缩公章刻制时间至半日。", UnitText: "牵头单位：市公安局；配合单位：市市场监管局", RowNos: models.StringList{"1"}, FirstPos: 1, CoordinatorID: o.units["gaj"].ID},
			{Ref: "m2", No: "1", Text: "各乡镇设立企业服务网点。", UnitText: "各乡镇", RowNos: models.StringList{"2"}, FirstPos: 1},
			{Ref: "m3", No: "2", Text: "推进部门数据共享。", UnitText: "市自然资源局牵头，市市场监管局、市公安局按职责分工负责", RowNos: models.StringList{"2", "4"}, FirstPos: 2, CoordinatorID: o.units["zrzyj"].ID},
			{Ref: "m4", No: "1", Text: "公布办事指南。", UnitText: "市市场监管局牵头", RowNos: models.StringList{"4"}, FirstPos: 2, CoordinatorID: o.units["scjgj"].ID},
		}
		for i := range measures {
			measures[i].PlanID, measures[i].SortNo = o.Plan.ID, i+1
		}
		if err := tx.InsertMeasures(ctx, measures); err != nil {
			return err
		}
		for _, m := range measures {
			o.measures[m.Ref] = m
		}
		m := func(ref string) models.MeasureID { return o.measures[ref].ID }
		content := store.Content{
			Links: []models.TaskMeasure{
				{TaskID: row["1"], MeasureID: m("m1"), SortNo: 1},
				{TaskID: row["2"], MeasureID: m("m2"), SortNo: 1},
				{TaskID: row["2"], MeasureID: m("m3"), SortNo: 2},
				{TaskID: row["4"], MeasureID: m("m3"), SortNo: 1},
				{TaskID: row["4"], MeasureID: m("m4"), SortNo: 2},
			},
			Deadlines: []models.Deadline{
				{MeasureID: m("m1"), Text: "2020年9月底前。", Date: day("2020-09-30"), Kind: models.DeadlineMonthEnd, Authority: "省级要求"},
				{MeasureID: m("m2"), Text: "2020年10月15日前。", Date: day("2020-10-15"), Kind: models.DeadlineBefore},
				{MeasureID: m("m3"), Text: "", Date: day("2020-12-31"), Kind: models.DeadlineImplied},
				{MeasureID: m("m4"), Text: "2020年8月底前，并持续推进。", Date: day("2020-08-31"), Kind: models.DeadlineMonthEnd},
				{MeasureID: m("m4"), Text: "2020年8月底前，并持续推进。", Kind: models.DeadlineOngoing, RRule: "FREQ=MONTHLY", SortNo: 2},
			},
			Targets: []models.Target{
				{MeasureID: m("m1"), Text: "半日", Metric: "公章刻制时间", Op: "<=", Value: 0.5, Unit: "日"},
				{MeasureID: m("m2"), Text: "覆盖率达到90%", Metric: "覆盖率", Op: ">=", Value: 90, Unit: "%"},
			},
		}
		for _, r := range []struct {
			ref, unit string
			role      models.UnitRole
		}{
			{"m1", "gaj", models.UnitLead}, {"m1", "scjgj", models.UnitCooperate},
			{"m2", "", models.UnitResponsible},
			{"m3", "zrzyj", models.UnitLead}, {"m3", "scjgj", models.UnitResponsible}, {"m3", "gaj", models.UnitResponsible},
			{"m4", "scjgj", models.UnitLead}, {"m4", "zrzyj", models.UnitResponsible}, {"m4", "renmin", models.UnitResponsible}, {"m4", "gaj", models.UnitPilot},
		} {
			written := models.Responsibility{MeasureID: m(r.ref), Role: r.role, SortNo: len(content.Responsibilities) + 1}
			if r.unit == "" {
				written.Name, written.GroupID = o.Group.Name, o.Group.ID
			} else {
				written.Name, written.UnitID = o.units[r.unit].Name, o.units[r.unit].ID
			}
			content.Responsibilities = append(content.Responsibilities, written)
		}
		if err := tx.InsertContent(ctx, content); err != nil {
			return err
		}
		return tx.InsertProblems(ctx, []models.PlanProblem{{
			PlanID: o.Plan.ID, Severity: models.SeverityCheck, Location: "row 3", Message: fmt.Sprintf("序号 %s 缺", "3"), SortNo: 1,
		}})
	})
}
