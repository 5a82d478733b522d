package app_test

import (
	"context"
	"database/sql"
	"reflect"
	"strings"
	"testing"

	"duban/app"
	"duban/models"
	"duban/models/store"
)

// actorVerbs names the methods of App that act in somebody's name.
func actorVerbs() []string {
	var out []string
	typ, actor := reflect.TypeOf(&app.App{}), reflect.TypeOf(models.Actor{})
	for i := range typ.NumMethod() {
		m := typ.Method(i)
		for j := 1; j < m.Type.NumIn(); j++ {
			if m.Type.In(j) == actor {
				out = append(out, m.Name)
				break
			}
		}
	}
	return out
}

// auditTable says what each verb of the list leaves in the log, and who does
// it: F1 of the promises. The state stands before and after, where the verb
// concerns a duty.
var auditTable = map[string]struct {
	by, want string
}{
	"Sign":            {"gaj-contact", "sign unack>active"},
	"SignAll":         {"gaj-contact", "sign unack>active"},
	"Progress":        {"gaj-contact", "progress active>active"},
	"SaveDraft":       {"gaj-contact", "evidence active>active"},
	"CheckDraft":      {"gaj-contact", ""}, // changes nothing
	"RemoveEvidence":  {"gaj-contact", "evidence_removed active>active"},
	"Submit":          {"gaj-contact", "evidence active>active, submit active>review"},
	"Submit na":       {"gaj-contact", "ask_na active>review"},
	"AskExtension":    {"gaj-contact", "ask_extend active>active"},
	"Block":           {"gaj-contact", "block active>active"},
	"Unblock":         {"lead", "block active>active"},
	"Approve":         {"lead", "approve review>done"},
	"Return":          {"lead", "return review>returned"},
	"Close":           {"lead", "close done>closed"},
	"CloseAll":        {"lead", "close done>closed"},
	"Reopen":          {"lead", "reopen done>returned"},
	"Withdraw":        {"lead", "withdraw active>withdrawn"},
	"DecideExtension": {"lead", "decide_ext active>active"},
	"Nudge":           {"lead", "nudge active>active"},
	"Opinion":         {"supervisor", "opinion active>active"},
	"Download":        {"supervisor", "download"},
	"ImportPlan":      {"lead", "import"},
	"ImportSeed":      {"lead", "register, import"},
	"LoadRegister":    {"lead", "register"},
	"SettleProblem":   {"lead", "settle"},
	"IssuePlan":       {"lead", "issue"},
	"PreviewIssue":    {"lead", ""}, // changes nothing
	"SyncGroups":      {"lead", ""}, // nothing has changed: nothing to say
	"JoinGroup":       {"lead", "group_join, group_sync"},
	"LeaveGroup":      {"lead", "group_leave"},
	"SaveUnit":        {"lead", "unit_created"},
	"SetAliases":      {"lead", "aliases"},
	"NoteRun":         {"admin", "run_jobs"},
	"SetPost":         {"lead", "post"},
	"CreateUser":      {"admin", "user_created"},
	"Invite":          {"admin", "invite"},
	"UpdateUser":      {"admin", "user_changed"},
	"DisableUser":     {"admin", "user_disabled"},
	"RetryMessage":    {"lead", "retry"},
	"SetLang":         {"supervisor", "lang"},
	"ReadNotices":     {"lead", ""}, // a mark of his own, no act
	"Logout":          {"lead", "logout"},
}

// TestAuditRows: each verb leaves exactly its lines, with the duty, the plan
// and the unit that it concerns.
func TestAuditRows(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		w := newWorld(t, db, raw)
		for _, v := range verbs {
			row, ok := auditTable[v.name]
			if !ok {
				t.Errorf("%s is not in the table", v.name)
				continue
			}
			var it models.Item
			if v.state != "" {
				it = w.duty("gaj", v.state, "2020-10-30")
			}
			who := w.who(row.by)
			m := w.mark()
			if err := v.call(w, t.Context(), who, it); err != nil {
				t.Errorf("%s: %v", v.name, err)
				continue
			}
			var got []string
			for _, e := range m.log() {
				if e.ActorID != who.UserID {
					continue // what the test itself put in
				}
				line := e.Act
				if e.FromState != "" || e.ToState != "" {
					line += " " + string(e.FromState) + ">" + string(e.ToState)
				}
				got = append(got, line)
				if it.ID != 0 && (e.AssignmentID != it.ID || e.PlanID != it.PlanID || e.MeasureID != it.MeasureID || e.UnitID != it.UnitID) {
					t.Errorf("%s: the line names %+v", v.name, e)
				}
				if e.ActorName != who.Name || e.ActorRole != who.Role || e.ActorUnitID != who.UnitID || e.IP != "192.0.2.1" || !e.At.Equal(w.now) {
					t.Errorf("%s: the line is by %+v", v.name, e)
				}
			}
			if s := strings.Join(got, ", "); s != row.want {
				t.Errorf("%s leaves %q, want %q", v.name, s, row.want)
			}
		}
		if len(auditTable) != len(verbs) {
			t.Errorf("%d lines in the table, %d verbs", len(auditTable), len(verbs))
		}
	})
}

// TestAuditFails: where the line in the log cannot be written, nothing is
// changed, nobody is told, nothing is queued.
func TestAuditFails(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		w := newWorld(t, db, raw)
		set := func(on bool) {
			t.Helper()
			q := "DROP TRIGGER audit_trap"
			switch {
			case on && db.Dialect() == store.SQLite:
				q = "CREATE TRIGGER audit_trap BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'trap'); END"
			case on:
				q = `CREATE FUNCTION audit_trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trap'; END $$;
					CREATE TRIGGER audit_trap BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_trap()`
			case db.Dialect() == store.Postgres:
				q = "DROP TRIGGER audit_trap ON audit; DROP FUNCTION audit_trap()"
			}
			if _, err := raw.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		tried := 0
		for _, v := range verbs {
			if auditTable[v.name].want == "" {
				continue
			}
			var it models.Item
			if v.state != "" {
				it = w.duty("gaj", v.state, "2020-10-30")
			}
			who := w.who(auditTable[v.name].by)
			call := w.prepared(v, who, it)
			set(true)
			before := fingerprint(t, raw)
			err := call(t.Context())
			after := fingerprint(t, raw)
			set(false)
			tried++
			if err == nil || !strings.Contains(err.Error(), "trap") {
				t.Errorf("%s without a line in the log: %v", v.name, err)
			}
			if before != after {
				t.Errorf("%s: the log refused and something has changed", v.name)
			}
		}
		if tried < 30 {
			t.Errorf("only %d verbs tried", tried)
		}
	})
}

// prepared makes what a verb acts on, so that the trap closes behind that, and
// returns the call.
func (w *world) prepared(v verb, who models.Actor, it models.Item) func(context.Context) error {
	w.t.Helper()
	ctx := w.t.Context()
	switch v.name {
	case "RemoveEvidence":
		ev := w.draft(it)
		return func(ctx context.Context) error { return w.RemoveEvidence(ctx, who, it.ID, ev) }
	case "DecideExtension":
		e := w.asked(it, "2020-11-30")
		return func(ctx context.Context) error { return w.DecideExtension(ctx, who, e, 1, day("2020-11-20"), "") }
	case "Download":
		ev := w.handedIn(it)
		return func(ctx context.Context) error { _, _, err := w.Download(ctx, who, ev); return err }
	case "SettleProblem":
		p, problem := w.draftPlan()
		return func(ctx context.Context) error { return w.SettleProblem(ctx, who, p.ID, problem, "是") }
	case "IssuePlan":
		p, problem := w.draftPlan()
		w.must("settle", w.SettleProblem(ctx, models.SystemActor("t"), p.ID, problem, ""))
		return func(ctx context.Context) error { _, err := w.IssuePlan(ctx, who, p.ID, p.Version); return err }
	case "JoinGroup":
		u := w.newUnit()
		return func(ctx context.Context) error {
			_, err := w.JoinGroup(ctx, who, w.Group.ID, u, day("2020-10-13"))
			return err
		}
	case "LeaveGroup":
		u := w.newUnit()
		w.Write(func(tx *store.Tx) error {
			return tx.InsertMembers(ctx, []models.GroupMember{{GroupID: w.Group.ID, UnitID: u, FromDate: day("2020-01-01")}})
		})
		return func(ctx context.Context) error {
			_, err := w.LeaveGroup(ctx, who, w.Group.ID, u, day("2020-10-12"))
			return err
		}
	case "RetryMessage":
		m := w.failed()
		return func(ctx context.Context) error { return w.RetryMessage(ctx, who, m) }
	case "SetPost":
		u := w.addUser("post-"+string(w.db.Dialect()), models.RoleContact, "wanbao")
		w.duty("wanbao", models.StateActive, "2020-10-30")
		return func(ctx context.Context) error {
			return w.SetPost(ctx, who, u.UnitID, 0, models.PostContact, u.ID)
		}
	}
	return func(ctx context.Context) error { return v.call(w, ctx, who, it) }
}
