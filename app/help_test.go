package app_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"duban/app"
	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"

	_ "modernc.org/sqlite" // the driver "sqlite", for a hand that reaches past the store
)

// everything is the scope of a test that looks at results.
var everything = models.Scope{All: true}

func day(iso string) models.Date {
	d, err := models.ParseDate(iso)
	if err != nil {
		panic(err)
	}
	return d
}

// at is an instant in the office's zone: "2020-10-13 09:00".
func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, storetest.Zone)
	if err != nil {
		panic(err)
	}
	return t
}

// each runs fn on both databases, with a second way into the database that
// obeys nothing: for putting traps in and for reading whole tables.
func each(t *testing.T, fn func(t *testing.T, db *store.DB, raw *sql.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { db, raw := openSQLite(t); fn(t, db, raw) })
	t.Run("postgres", func(t *testing.T) {
		db := storetest.OpenPostgres(t)
		raw, err := db.SQL()
		if err != nil {
			t.Fatal(err)
		}
		fn(t, db, raw)
	})
}

func openSQLite(t testing.TB) (*store.DB, *sql.DB) {
	t.Helper()
	path := storetest.SQLiteFile(t)
	raw, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	return storetest.Open(t, store.Options{Database: path}), raw
}

// world is the small office of storetest with a running plan of its own, to
// which a test adds as many duties as it likes, each on a measure of its own.
// The plan that storetest has issued is closed, so that nothing of it moves.
type world struct {
	*storetest.Office
	*app.App
	t    testing.TB
	db   *store.DB
	raw  *sql.DB
	now  time.Time
	plan models.Plan
	task models.TaskID
	n    int // measures so far
}

// issuedOn is the day on which the world's plan was issued.
var issuedOn = day("2020-09-02")

// newWorld opens its office on Tuesday, 13 October 2020, 09:00.
func newWorld(t testing.TB, db *store.DB, raw *sql.DB) *world {
	t.Helper()
	w := &world{Office: storetest.Seed(t, db), t: t, db: db, raw: raw, now: storetest.Now}
	w.App = newApp(t, db, &w.now)
	ctx := t.Context()
	w.Write(func(tx *store.Tx) error {
		old := w.Office.Plan
		old.State = models.PlanClosed
		if err := tx.UpdatePlan(ctx, &old); err != nil {
			return err
		}
		when := at("2020-09-02 09:30")
		w.plan = models.Plan{Key: "w-2020", Title: "测试方案", Year: 2020, State: models.PlanIssued, IssuedAt: &when, CreatedAt: when, Version: 1}
		if err := tx.InsertPlan(ctx, &w.plan); err != nil {
			return err
		}
		rows := []models.Task{{PlanID: w.plan.ID, No: "1", SortNo: 1, EvaluationPoints: "评估要点"}}
		err := tx.InsertTasks(ctx, rows)
		w.task = rows[0].ID
		return err
	})
	return w
}

// measure adds a measure to the world's plan.
func (w *world) measure() models.Measure {
	w.t.Helper()
	w.n++
	ms := []models.Measure{{PlanID: w.plan.ID, Ref: fmt.Sprintf("m%d", w.n), No: fmt.Sprint(w.n), Text: fmt.Sprintf("措施%d。", w.n),
		SortNo: w.n, RowNos: models.StringList{"1"}, FirstPos: w.n}}
	w.Write(func(tx *store.Tx) error {
		if err := tx.InsertMeasures(w.t.Context(), ms); err != nil {
			return err
		}
		return tx.InsertContent(w.t.Context(), store.Content{Links: []models.TaskMeasure{{TaskID: w.task, MeasureID: ms[0].ID, SortNo: w.n}}})
	})
	return ms[0]
}

// duty is a new assignment of a unit (by its short code) on a new measure, in
// the given state, due on the given day, "" for none. It comes there through
// the state machine, with the submission that the state asks for.
func (w *world) duty(unit string, s models.State, due string) models.Item {
	w.t.Helper()
	m := w.measure()
	a := models.Assignment{PlanID: w.plan.ID, MeasureID: m.ID, UnitID: w.Unit(unit).ID, Role: models.UnitResponsible,
		State: models.StateUnack, IssuedOn: issuedOn, Version: 1}
	if due != "" {
		a.DueOn, a.EffectiveOn = day(due), day(due)
	}
	var sub *models.Submission
	do := func(what models.Act, c models.Change) {
		c.Now, c.Today = at("2020-09-03 10:00"), day("2020-09-03")
		if err := a.Apply(what, c); err != nil {
			w.t.Fatalf("fixture %s: %v", s, err)
		}
	}
	handIn := func(k models.SubmissionKind, st models.SubmissionState) {
		do(models.ActSign, models.Change{})
		what := models.ActSubmit
		if k == models.SubmitNA {
			what = models.ActAskNA
		}
		do(what, models.Change{Reason: "无此职能"})
		sub = &models.Submission{Number: 1, Kind: k, State: st, Statement: "已完成。", CreatedAt: at("2020-09-03 10:00"), SubmittedAt: a.SubmittedAt, Version: 1}
	}
	switch s {
	case models.StateUnack:
	case models.StateActive:
		do(models.ActSign, models.Change{})
	case models.StateReview:
		handIn(models.SubmitCompletion, models.SubmissionReview)
	case models.StateReturned:
		handIn(models.SubmitCompletion, models.SubmissionReturned)
		do(models.ActReturn, models.Change{Reason: "缺材料", ResubmitBy: a.EffectiveOn})
	case models.StateDone, models.StateClosed:
		handIn(models.SubmitCompletion, models.SubmissionApproved)
		do(models.ActApprove, models.Change{})
		if s == models.StateClosed {
			do(models.ActClose, models.Change{})
		}
	case models.StateNA:
		handIn(models.SubmitNA, models.SubmissionApproved)
		do(models.ActApprove, models.Change{NA: true})
	case models.StateWithdrawn:
		do(models.ActWithdraw, models.Change{Reason: "调整"})
	default:
		w.t.Fatalf("no fixture for %s", s)
	}
	as := []models.Assignment{a}
	w.Write(func(tx *store.Tx) error {
		if err := tx.InsertAssignments(w.t.Context(), as); err != nil || sub == nil {
			return err
		}
		sub.AssignmentID = as[0].ID
		return tx.InsertSubmission(w.t.Context(), sub)
	})
	return w.read(as[0].ID)
}

// read returns an assignment as it stands.
func (w *world) read(id models.AssignmentID) models.Item {
	w.t.Helper()
	it, err := w.db.Item(w.t.Context(), everything, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return it
}

// who reads a person anew, as the next request would.
func (w *world) who(login string) models.Actor {
	w.t.Helper()
	u, err := w.db.UserByLogin(w.t.Context(), login)
	if err != nil {
		w.t.Fatalf("%s: %v", login, err)
	}
	return models.ActorOf(u, "192.0.2.1")
}

// addUser puts a person in past the verbs.
func (w *world) addUser(login string, role models.Role, unit string) models.User {
	w.t.Helper()
	u := models.User{Login: login, Name: login + "名", Email: login + "@example.test", Role: role, Lang: "zh", Epoch: 1, Version: 1, CreatedAt: w.now}
	if unit != "" {
		u.UnitID = w.Unit(unit).ID
	}
	w.Write(func(tx *store.Tx) error { return tx.InsertUser(w.t.Context(), &u) })
	return u
}

// unit reads a unit anew.
func (w *world) unit(code string) models.Unit {
	w.t.Helper()
	u, err := w.db.Unit(w.t.Context(), w.Unit(code).ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

// full is a statement that lacks nothing.
func full() app.Statement {
	return app.Statement{Text: "已按要求完成。", Handler: "王芳", Approver: "赵局长", Signed: true}
}

// since reads what a stretch of a test added to three tables.
type since struct {
	w                       *world
	audit, notices, message int64
}

func (w *world) mark() since {
	w.t.Helper()
	s := since{w: w}
	for table, into := range map[string]*int64{"audit": &s.audit, "notices": &s.notices, "messages": &s.message} {
		if err := w.raw.QueryRow("SELECT COALESCE(MAX(id), 0) FROM " + table).Scan(into); err != nil {
			w.t.Fatal(err)
		}
	}
	return s
}

// log returns the new audit lines, oldest first.
func (s since) log() []models.AuditEntry {
	s.w.t.Helper()
	all, err := s.w.db.Audit(s.w.t.Context(), everything, store.AuditFilter{})
	if err != nil {
		s.w.t.Fatal(err)
	}
	var out []models.AuditEntry
	for _, e := range all {
		if int64(e.ID) > s.audit {
			out = append([]models.AuditEntry{e}, out...)
		}
	}
	return out
}

// told returns the new notices as "login kind", sorted, and the new mails as
// logins, sorted.
func (s since) told() (notices, mails []string) {
	s.w.t.Helper()
	read := func(q string, after int64) []string {
		rows, err := s.w.raw.Query(q, after)
		if err != nil {
			s.w.t.Fatal(err)
		}
		defer rows.Close()
		out := []string{}
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				s.w.t.Fatal(err)
			}
			out = append(out, line)
		}
		if err := rows.Err(); err != nil {
			s.w.t.Fatal(err)
		}
		sort.Strings(out)
		return out
	}
	notices = read("SELECT u.login || ' ' || n.kind FROM notices n JOIN users u ON u.id = n.user_id WHERE n.id > $1", s.notices)
	mails = read("SELECT u.login FROM messages m JOIN users u ON u.id = m.user_id WHERE m.id > $1", s.message)
	return notices, mails
}

// wantTold checks notices ("login kind", in any order) and mails (logins).
func (s since) wantTold(notices, mails string) {
	s.w.t.Helper()
	gotN, gotM := s.told()
	if got, want := strings.Join(gotN, ", "), sorted(notices); got != want {
		s.w.t.Errorf("notices: %s\n   want: %s", got, want)
	}
	if got, want := strings.Join(gotM, ", "), sorted(mails); got != want {
		s.w.t.Errorf("mails: %s\n want: %s", got, want)
	}
}

func sorted(list string) string {
	if list == "" {
		return ""
	}
	parts := strings.Split(list, ", ")
	sort.Strings(parts)
	return strings.Join(parts, ", ")
}

// wantLog checks the new audit lines against "act from>to by login" each; who
// a system actor was stands without login.
func (s since) wantLog(want ...string) {
	s.w.t.Helper()
	var got []string
	for _, e := range s.log() {
		line := e.Act
		if e.FromState != "" || e.ToState != "" {
			line += " " + string(e.FromState) + ">" + string(e.ToState)
		}
		if e.ActorID != 0 {
			u, err := s.w.db.User(s.w.t.Context(), e.ActorID)
			if err != nil {
				s.w.t.Fatal(err)
			}
			line += " by " + u.Login
			if e.ActorName != u.Name || e.ActorRole != u.Role || e.ActorUnitID != u.UnitID {
				s.w.t.Errorf("log line %s: actor %q %q unit %d", line, e.ActorName, e.ActorRole, e.ActorUnitID)
			}
		}
		if !e.At.Equal(s.w.now) {
			s.w.t.Errorf("log line %s: at %s, want %s", line, e.At, s.w.now)
		}
		got = append(got, line)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		s.w.t.Errorf("log:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// fingerprint is a hash of every row of every table of the business: two that
// are equal mean that nothing has changed.
func fingerprint(t testing.TB, raw *sql.DB) string {
	t.Helper()
	h := sha256.New()
	for _, table := range []string{"assignments", "submissions", "evidence", "notes", "extensions", "nudges", "audit", "notices", "messages", "attempts",
		"plans", "plan_problems", "plan_versions", "measures", "responsibilities", "deadlines", "units", "unit_groups", "group_members", "unit_aliases",
		"users", "sessions", "tickets", "login_failures", "settings", "job_runs"} {
		order := "id"
		switch table {
		case "sessions", "tickets":
			order = "token_hash"
		case "nudges":
			order = "assignment_id, day"
		case "login_failures":
			order = "login"
		case "settings":
			order = "key"
		}
		rows, err := raw.Query("SELECT * FROM " + table + " ORDER BY " + order)
		if err != nil {
			t.Fatal(err)
		}
		cols, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		vals, ptrs := make([]any, len(cols)), make([]any, len(cols))
		for i := range vals {
			ptrs[i] = &vals[i]
		}
		for rows.Next() {
			if err := rows.Scan(ptrs...); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(h, "%s|%v\n", table, vals)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// refused checks that fn is refused with the code and the keys, and has
// changed nothing.
func (w *world) refused(what string, fn func() error, code models.Code, keys ...string) {
	w.t.Helper()
	before := fingerprint(w.t, w.raw)
	err := fn()
	if models.CodeOf(err) != code {
		w.t.Errorf("%s: %v, want %s", what, err, code)
	}
	if got := keysOf(err); len(keys) > 0 && strings.Join(got, " ") != strings.Join(keys, " ") {
		w.t.Errorf("%s: %v, want %v", what, got, keys)
	}
	if fingerprint(w.t, w.raw) != before {
		w.t.Errorf("%s: refused, and yet something has changed", what)
	}
}

// must fails the test when a verb that should work does not.
func (w *world) must(what string, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
}

// keysOf lists the catalogue keys in an error, with the field of each.
func keysOf(err error) []string {
	var es models.Errors
	var e *models.Error
	one := func(e *models.Error) string {
		if e.Field != "" {
			return e.Field + ":" + e.Key
		}
		return e.Key
	}
	switch {
	case errors.As(err, &es):
		out := make([]string, len(es))
		for i, e := range es {
			out[i] = one(e)
		}
		return out
	case errors.As(err, &e):
		return []string{one(e)}
	}
	return nil
}

// file is a piece of evidence that lies on the disk.
func (w *world) file(name string) models.Evidence {
	w.t.Helper()
	out, errs := w.StoreFiles(w.t.Context(), []app.Upload{{Name: name, Body: strings.NewReader("佐证：" + name + "\n")}})
	if errs.Or() != nil || len(out) != 1 {
		w.t.Fatalf("store %s: %v", name, errs)
	}
	return out[0]
}

// queued returns a person's mails in a state, oldest first.
func (w *world) queued(login string, state models.MessageState) []models.Message {
	w.t.Helper()
	var out []models.Message
	list, err := w.db.Messages(context.Background(), store.MessageFilter{User: w.who(login).UserID, State: state})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, m := range list {
		full, err := w.db.Message(context.Background(), m.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		out = append([]models.Message{full}, out...)
	}
	return out
}
