package app_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"duban/app"
	"duban/models"
	"duban/models/store"
)

// verb is one verb made ready to be called once: a duty of 市公安局 in the
// state that the verb needs, and whatever else it acts on.
type verb struct {
	name string
	// state of the duty that is made for it; "" for none.
	state models.State
	call  func(w *world, ctx context.Context, who models.Actor, it models.Item) error
}

// verbs lists every verb that changes something in somebody's name. A test
// holds it against the methods of App.
var verbs = []verb{
	{"Sign", models.StateUnack, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		return w.Sign(ctx, who, it.ID, it.Version)
	}},
	{"SignAll", models.StateUnack, func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		_, err := w.SignAll(ctx, who, w.plan.ID)
		return err
	}},
	{"Progress", models.StateActive, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		return w.Progress(ctx, who, it.ID, "正在办理")
	}},
	{"SaveDraft", models.StateActive, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		_, err := w.SaveDraft(ctx, who, it.ID, full(), nil, "https://example.cn/")
		return err
	}},
	{"CheckDraft", models.StateActive, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		w.draft(it)
		return w.CheckDraft(ctx, who, it.ID, full())
	}},
	{"RemoveEvidence", models.StateActive, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		return w.RemoveEvidence(ctx, who, it.ID, w.draft(it))
	}},
	{"Submit", models.StateActive, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		return w.Submit(ctx, who, it.ID, it.Version, full(), nil, "https://example.cn/")
	}},
	{"Submit na", models.StateActive, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		s := full()
		s.NA = true
		return w.Submit(ctx, who, it.ID, it.Version, s, nil, "")
	}},
	{"AskExtension", models.StateActive, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		return w.AskExtension(ctx, who, it.ID, day("2020-11-30"), "来不及")
	}},
	{"Block", models.StateActive, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		return w.Block(ctx, who, it.ID, it.Version, "等接口", "省厅")
	}},
	{"Unblock", models.StateActive, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		return w.Unblock(ctx, who, it.ID, it.Version)
	}},
	{"Approve", models.StateReview, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		return w.Approve(ctx, who, it.ID, it.Version, "")
	}},
	{"Return", models.StateReview, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		return w.Return(ctx, who, it.ID, it.Version, "evidence", "缺材料", day("2020-10-30"))
	}},
	{"Close", models.StateDone, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		return w.Close(ctx, who, it.ID, it.Version)
	}},
	{"CloseAll", models.StateDone, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		_, err := w.CloseAll(ctx, who, it.MeasureID)
		return err
	}},
	{"Reopen", models.StateDone, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		return w.Reopen(ctx, who, it.ID, it.Version, "核查不实", day("2020-10-30"))
	}},
	{"Withdraw", models.StateActive, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		return w.Withdraw(ctx, who, it.ID, it.Version, "方案调整")
	}},
	{"DecideExtension", models.StateActive, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		return w.DecideExtension(ctx, who, w.asked(it, "2020-11-30"), 1, day("2020-11-20"), "")
	}},
	{"Nudge", models.StateActive, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		_, err := w.Nudge(ctx, who, []models.AssignmentID{it.ID})
		return err
	}},
	{"Opinion", models.StateActive, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		return w.Opinion(ctx, who, it.ID, "请加快")
	}},
	{"Download", models.StateActive, func(w *world, ctx context.Context, who models.Actor, it models.Item) error {
		_, f, err := w.Download(ctx, who, w.handedIn(it))
		if err == nil {
			f.Close()
		}
		return err
	}},
	{"ImportPlan", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		_, err := w.ImportPlan(ctx, who, w.aDraft())
		return err
	}},
	{"ImportSeed", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		_, err := w.ImportSeed(ctx, who, "shanghai-2019")
		return err
	}},
	{"LoadRegister", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		_, err := w.LoadRegister(ctx, who, "anda")
		return err
	}},
	{"SettleProblem", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		plan, problem := w.draftPlan()
		return w.SettleProblem(ctx, who, plan.ID, problem, "按原文")
	}},
	{"IssuePlan", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		plan, problem := w.draftPlan()
		w.must("settle", w.SettleProblem(ctx, models.SystemActor("t"), plan.ID, problem, ""))
		_, err := w.IssuePlan(ctx, who, plan.ID, plan.Version)
		return err
	}},
	{"PreviewIssue", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		plan, _ := w.draftPlan()
		_, err := w.PreviewIssue(ctx, who, plan.ID)
		return err
	}},
	{"SyncGroups", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		_, _, err := w.SyncGroups(ctx, who, w.plan.ID)
		return err
	}},
	{"JoinGroup", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		_, err := w.JoinGroup(ctx, who, w.Group.ID, w.newUnit(), day("2020-10-13"))
		return err
	}},
	{"LeaveGroup", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		unit := w.newUnit()
		w.Write(func(tx *store.Tx) error {
			return tx.InsertMembers(ctx, []models.GroupMember{{GroupID: w.Group.ID, UnitID: unit, FromDate: day("2020-01-01")}})
		})
		_, err := w.LeaveGroup(ctx, who, w.Group.ID, unit, day("2020-10-12"))
		return err
	}},
	{"SaveUnit", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		w.n++
		_, err := w.SaveUnit(ctx, who, models.Unit{Code: fmt.Sprintf("new%d", w.n), Name: fmt.Sprintf("新单位%d", w.n), Short: "新", Family: "市直", Register: "demo"})
		return err
	}},
	{"SetAliases", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		w.n++
		return w.SetAliases(ctx, who, w.Unit("gaj").ID, 0, []string{fmt.Sprintf("公安%d", w.n)})
	}},
	{"SetPost", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		return w.SetPost(ctx, who, w.Unit("wanbao").ID, 0, models.PostContact, 0)
	}},
	{"CreateUser", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		w.n++
		_, _, err := w.CreateUser(ctx, who, models.User{Login: fmt.Sprintf("new%d", w.n), Name: "新人", Role: models.RoleSupervisor})
		return err
	}},
	{"Invite", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		_, err := w.Invite(ctx, who, w.User("renmin-leader").ID)
		return err
	}},
	{"UpdateUser", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		u, err := w.db.User(ctx, w.User("renmin-leader").ID)
		w.must("read", err)
		u.Title = "镇长"
		return w.UpdateUser(ctx, who, u)
	}},
	{"DisableUser", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		return w.DisableUser(ctx, who, w.User("renmin-leader").ID, true)
	}},
	{"RetryMessage", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		return w.RetryMessage(ctx, who, w.failed())
	}},
	{"NoteRun", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		return w.NoteRun(ctx, who, "remind")
	}},
	{"SetLang", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		u, err := w.db.User(ctx, who.UserID)
		w.must("read", err)
		return w.SetLang(ctx, who, map[string]string{"zh": "en", "en": "zh"}[u.Lang])
	}},
	{"ReadNotices", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		return w.ReadNotices(ctx, who, 1<<30)
	}},
	{"Logout", "", func(w *world, ctx context.Context, who models.Actor, _ models.Item) error {
		return w.Logout(ctx, who, "no such session")
	}},
}

// What the verbs above act on, made past the verbs.

// draft gives a duty a draft with one piece of evidence.
func (w *world) draft(it models.Item) models.EvidenceID {
	w.t.Helper()
	return w.submission(it, models.SubmissionDraft)
}

// handedIn gives a duty a returned submission with one file.
func (w *world) handedIn(it models.Item) models.EvidenceID {
	w.t.Helper()
	return w.submission(it, models.SubmissionReturned)
}

func (w *world) submission(it models.Item, state models.SubmissionState) models.EvidenceID {
	w.t.Helper()
	ev := []models.Evidence{w.file("佐证.txt")}
	w.Write(func(tx *store.Tx) error {
		s := models.Submission{AssignmentID: it.ID, Number: 1, Kind: models.SubmitCompletion, State: state, Statement: "已完成。", Handler: "王芳",
			Approver: "赵局长", CreatedAt: w.now, Version: 1}
		if err := tx.InsertSubmission(w.t.Context(), &s); err != nil {
			return err
		}
		ev[0].SubmissionID, ev[0].AssignmentID, ev[0].CreatedAt = s.ID, it.ID, w.now
		return tx.InsertEvidence(w.t.Context(), ev)
	})
	return ev[0].ID
}

// asked gives a duty an open request for more time.
func (w *world) asked(it models.Item, to string) models.ExtensionID {
	w.t.Helper()
	e := models.Extension{AssignmentID: it.ID, Number: 1, FromDate: it.EffectiveOn, ToDate: day(to), Reason: "来不及",
		State: models.ExtensionOpen, At: w.now, Version: 1}
	w.Write(func(tx *store.Tx) error { return tx.InsertExtension(w.t.Context(), &e) })
	return e.ID
}

// failed is a mail that was refused for good.
func (w *world) failed() models.MessageID {
	w.t.Helper()
	w.n++
	m := models.Message{Key: fmt.Sprintf("test:%d", w.n), Kind: models.NoticeNudge, UserID: w.User("lead").ID, ToAddress: "lead@example.test",
		MIMEID: fmt.Sprintf("%d@test", w.n), State: models.MessageFailed, NotBefore: w.now, CreatedAt: w.now}
	w.Write(func(tx *store.Tx) error { _, err := tx.InsertMessage(w.t.Context(), &m); return err })
	return m.ID
}

// newUnit is one more unit of the register.
func (w *world) newUnit() models.UnitID {
	w.t.Helper()
	w.n++
	u := models.Unit{Code: fmt.Sprintf("unit%d", w.n), Register: "demo", Name: fmt.Sprintf("第%d镇", w.n), Short: "镇", Family: "乡镇", SortNo: 100 + w.n, Version: 1}
	w.Write(func(tx *store.Tx) error { return tx.InsertUnit(w.t.Context(), &u) })
	return u.ID
}

// aDraft is a small plan of its own key, with a doubt to confirm.
func (w *world) aDraft() models.Draft {
	w.n++
	return models.Draft{
		Plan:  models.DraftPlan{Key: fmt.Sprintf("p%d", w.n), Title: "新方案", Year: 2020, Issued: day("2020-10-01"), Register: "demo"},
		Tasks: []models.DraftTask{{No: "1", Measures: []string{"m1"}}},
		Measures: []models.DraftMeasure{{ID: "m1", Text: "公布指南。", Rows: []string{"1"},
			Responsibilities: []models.DraftResponsibility{{Name: "市公安局", Unit: "市公安局", Role: models.UnitLead}, {Name: "各乡镇", Unit: "各乡镇", Role: models.UnitResponsible, Group: true}},
			Deadlines:        []models.DraftDeadline{{Text: "2020年10月底前", Date: day("2020-10-31"), Kind: models.DeadlineMonthEnd}}}},
		Problems: []models.DraftProblem{{Severity: models.SeverityConfirm, Where: "row 1", Message: "doubt"}},
	}
}

func (w *world) draftPlan() (models.Plan, int64) {
	w.t.Helper()
	p, err := w.ImportPlan(w.t.Context(), models.SystemActor("t"), w.aDraft())
	w.must("import", err)
	ps, err := w.db.Problems(w.t.Context(), p.ID)
	w.must("problems", err)
	return p, ps[0].ID
}

// roleTable says who may do what to a duty of 市公安局, in the order of its
// head. It is written down from docs and the domain, not derived from the
// policy: ok, no (forbidden: he sees it and may not), -- (not_found: not his
// to know of). Lines without a duty concern no unit, so nothing is hidden.
const roleTable = `
verb            | admin lead supervisor gaj-contact gaj-leader scjgj-contact scjgj-leader
Sign            | --    no   no         ok          no         --            --
SignAll         | no    no   no         ok          no         ok            no
Progress        | --    no   no         ok          no         --            --
SaveDraft       | --    no   no         ok          no         --            --
CheckDraft      | --    no   no         ok          no         --            --
RemoveEvidence  | --    no   no         ok          no         --            --
Submit          | --    no   no         ok          no         --            --
Submit na       | --    no   no         ok          no         --            --
AskExtension    | --    no   no         ok          no         --            --
Block           | --    ok   no         ok          no         --            --
Unblock         | --    ok   no         ok          no         --            --
Approve         | --    ok   no         no          no         --            --
Return          | --    ok   no         no          no         --            --
Close           | --    ok   no         no          no         --            --
CloseAll        | no    ok   no         no          no         no            no
Reopen          | --    ok   no         no          no         --            --
Withdraw        | --    ok   no         no          no         --            --
DecideExtension | --    ok   no         no          no         --            --
Nudge           | no    ok   no         no          no         no            no
Opinion         | --    no   ok         no          no         --            --
Download        | --    ok   ok         ok          ok         --            --
ImportPlan      | no    ok   no         no          no         no            no
ImportSeed      | no    ok   no         no          no         no            no
LoadRegister    | ok    ok   no         no          no         no            no
SettleProblem   | no    ok   no         no          no         no            no
IssuePlan       | no    ok   no         no          no         no            no
PreviewIssue    | no    ok   no         no          no         no            no
SyncGroups      | no    ok   no         no          no         no            no
JoinGroup       | ok    ok   no         no          no         no            no
LeaveGroup      | ok    ok   no         no          no         no            no
SaveUnit        | ok    ok   no         no          no         no            no
SetAliases      | ok    ok   no         no          no         no            no
SetPost         | ok    ok   no         no          no         no            no
CreateUser      | ok    no   no         no          no         no            no
Invite          | ok    no   no         no          no         no            no
UpdateUser      | ok    no   no         no          no         no            no
DisableUser     | ok    no   no         no          no         no            no
NoteRun         | ok    ok   no         no          no         no            no
RetryMessage    | ok    ok   no         no          no         no            no
SetLang         | ok    ok   ok         ok          ok         ok            ok
ReadNotices     | ok    ok   ok         ok          ok         ok            ok
Logout          | ok    ok   ok         ok          ok         ok            ok
`

// TestRoles calls every verb as every kind of person, on a duty of his own
// unit and of another's: exactly the table, and a refusal changes nothing.
func TestRoles(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		w := newWorld(t, db, raw)
		lines := strings.Split(strings.TrimSpace(roleTable), "\n")
		_, head, _ := strings.Cut(lines[0], "|")
		people := strings.Fields(head)
		table := map[string][]string{}
		for _, l := range lines[1:] {
			name, cells, _ := strings.Cut(l, "|")
			table[strings.TrimSpace(name)] = strings.Fields(cells)
		}
		codes := map[string]models.Code{"ok": "", "no": models.Forbidden, "--": models.NotFound}
		cells := 0
		for _, v := range verbs {
			row := table[v.name]
			if len(row) != len(people) {
				t.Errorf("%s: %d cells in the table", v.name, len(row))
				continue
			}
			for i, login := range people {
				want, known := codes[row[i]]
				if !known {
					t.Fatalf("%s: cell %q", v.name, row[i])
				}
				var it models.Item
				if v.state != "" {
					it = w.duty("gaj", v.state, "2020-10-30")
				}
				who := w.who(login)
				m := w.mark()
				cells++
				if err := v.call(w, t.Context(), who, it); models.CodeOf(err) != want {
					t.Errorf("%s by %s: %v, want %q", v.name, login, err, row[i])
					continue
				}
				if want != "" {
					for _, e := range m.log() {
						if e.ActorID == who.UserID {
							t.Errorf("%s by %s is refused and leaves the line %+v", v.name, login, e)
						}
					}
					if it.ID != 0 && w.read(it.ID).Version != it.Version {
						t.Errorf("%s by %s is refused and changes the duty", v.name, login)
					}
				}
			}
		}
		t.Logf("%d verbs, %d cells", len(verbs), cells)
		if len(table) != len(verbs) {
			t.Errorf("%d lines in the table, %d verbs", len(table), len(verbs))
		}
	})
}

// TestVerbsListed holds the list of verbs against the methods of App: a new
// verb must be added to the tables of roles and of log lines.
func TestVerbsListed(t *testing.T) {
	listed := map[string]bool{}
	for _, v := range verbs {
		name, _, _ := strings.Cut(v.name, " ")
		listed[name] = true
	}
	for _, name := range actorVerbs() {
		if !listed[name] {
			t.Errorf("%s takes an actor and is not in the list of verbs", name)
		}
	}
	if len(actorVerbs()) < 30 {
		t.Errorf("only %d verbs found: the search is broken", len(actorVerbs()))
	}
}

// TestSystemActor: jobs and commands on the machine may do what people may, on
// every unit.
func TestSystemActor(t *testing.T) {
	db, raw := openSQLite(t)
	w := newWorld(t, db, raw)
	for _, v := range verbs {
		if v.name == "SignAll" || v.name == "SetLang" {
			continue // of a person's own unit, of his own account
		}
		var it models.Item
		if v.state != "" {
			it = w.duty("gaj", v.state, "2020-10-30")
		}
		if err := v.call(w, t.Context(), models.SystemActor("cron"), it); err != nil {
			t.Errorf("%s: %v", v.name, err)
		}
	}
}

// TestNobody: the zero Actor may do nothing.
func TestNobody(t *testing.T) {
	db, raw := openSQLite(t)
	w := newWorld(t, db, raw)
	for _, v := range verbs {
		switch v.name {
		case "ReadNotices", "Logout", "SetLang":
			continue // of his own account, of which he has none
		}
		var it models.Item
		if v.state != "" {
			it = w.duty("gaj", v.state, "2020-10-30")
		}
		if err := v.call(w, t.Context(), models.Actor{}, it); models.CodeOf(err) != models.Forbidden && models.CodeOf(err) != models.NotFound {
			t.Errorf("%s: %v", v.name, err)
		}
	}
}

// TestPlanNotRunning: nothing moves in a plan that is a draft or closed.
func TestPlanNotRunning(t *testing.T) {
	db, raw := openSQLite(t)
	ctx := t.Context()
	w := newWorld(t, db, raw)
	for _, state := range []models.PlanState{models.PlanClosed, models.PlanDraft} {
		for _, v := range verbs {
			if v.state == "" || v.name == "Download" {
				continue
			}
			it := w.duty("gaj", v.state, "2020-10-30")
			w.setPlan(models.PlanIssued)
			if v.name == "CheckDraft" || v.name == "RemoveEvidence" {
				continue // their draft is made inside; reading and taking out of a draft
			}
			w.setPlan(state)
			version := w.read(it.ID).Version
			who := models.SystemActor("t")
			if v.name == "SignAll" {
				who = w.who("gaj-contact")
			}
			err := v.call(w, ctx, who, it)
			silent := v.name == "SignAll" || v.name == "Nudge" // they leave out what they cannot do
			if !silent && models.CodeOf(err) != models.Conflict {
				t.Errorf("%s in a plan that is %s: %v", v.name, state, err)
			}
			if w.read(it.ID).Version != version || w.read(it.ID).State != v.state {
				t.Errorf("%s in a plan that is %s changes the duty", v.name, state)
			}
			w.setPlan(models.PlanIssued)
		}
	}
	w.setPlan(models.PlanClosed)
	if _, _, err := w.SyncGroups(ctx, w.who("lead"), w.plan.ID); models.CodeOf(err) != models.Conflict {
		t.Errorf("sync of a closed plan: %v", err)
	}
	w.now = at("2020-11-10 09:00")
	for _, run := range []func(context.Context, models.Date, bool) (app.Report, error){w.Remind, w.Escalate, w.SendDigests} {
		if rep, err := run(ctx, w.Today(), false); err != nil || rep.Mails != 0 || rep.Looked != 0 {
			t.Errorf("a closed plan is chased: %s, %v", rep, err)
		}
	}
}

func (w *world) setPlan(s models.PlanState) {
	w.t.Helper()
	p, err := w.db.Plan(w.t.Context(), w.plan.ID)
	w.must("plan", err)
	p.State = s
	w.Write(func(tx *store.Tx) error { return tx.UpdatePlan(w.t.Context(), &p) })
}
