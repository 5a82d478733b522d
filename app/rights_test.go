package app_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"duban/app"
	"duban/models"
	"duban/models/store"
)

// TestForeignIDs replays every act on a duty, in every state, with the ids of
// another unit: the answer is always that there is no such thing, never a
// state, a version or a missing field that would give it away, and nothing
// changes. (CWE-639; the table of roles holds who may do what on his own.)
func TestForeignIDs(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		calls := 0
		for _, s := range models.States {
			it := w.duty("gaj", s, "2020-10-30")
			ext := w.asked(it, "2020-11-30")
			ev := w.evidence(it, 7, models.SubmissionReturned)
			draft := w.evidence(it, 8, models.SubmissionDraft)
			before := fingerprint(t, raw)
			for _, login := range []string{"scjgj-contact", "scjgj-leader", "renmin-contact", "admin"} {
				who := w.who(login)
				na := full()
				na.NA = true
				for what, fn := range map[string]func() error{
					"sign":            func() error { return w.Sign(ctx, who, it.ID, it.Version) },
					"sign, stale":     func() error { return w.Sign(ctx, who, it.ID, it.Version+1) },
					"progress":        func() error { return w.Progress(ctx, who, it.ID, "x") },
					"opinion":         func() error { return w.Opinion(ctx, who, it.ID, "x") },
					"draft":           func() error { _, err := w.SaveDraft(ctx, who, it.ID, full(), nil, "https://example.cn/"); return err },
					"check":           func() error { return w.CheckDraft(ctx, who, it.ID, app.Statement{}) },
					"submit":          func() error { return w.Submit(ctx, who, it.ID, it.Version, full(), nil, "https://example.cn/") },
					"submit, empty":   func() error { return w.Submit(ctx, who, it.ID, it.Version+1, app.Statement{}, nil, "no link") },
					"ask na":          func() error { return w.Submit(ctx, who, it.ID, it.Version, na, nil, "") },
					"remove evidence": func() error { return w.RemoveEvidence(ctx, who, it.ID, draft) },
					"ask extension":   func() error { return w.AskExtension(ctx, who, it.ID, day("2020-11-30"), "x") },
					"ask, no reason":  func() error { return w.AskExtension(ctx, who, it.ID, models.Date{}, "") },
					"block":           func() error { return w.Block(ctx, who, it.ID, it.Version, "x", "y") },
					"unblock":         func() error { return w.Unblock(ctx, who, it.ID, it.Version) },
					"approve":         func() error { return w.Approve(ctx, who, it.ID, it.Version, "") },
					"return":          func() error { return w.Return(ctx, who, it.ID, it.Version, "evidence", "x", day("2020-11-30")) },
					"close":           func() error { return w.Close(ctx, who, it.ID, it.Version) },
					"reopen":          func() error { return w.Reopen(ctx, who, it.ID, it.Version, "x", day("2020-11-30")) },
					"withdraw":        func() error { return w.Withdraw(ctx, who, it.ID, it.Version, "x") },
					"decide":          func() error { return w.DecideExtension(ctx, who, ext, 1, day("2020-11-30"), "") },
					"download":        func() error { _, _, err := w.Download(ctx, who, ev); return err },
					"download, draft": func() error { _, _, err := w.Download(ctx, who, draft); return err },
				} {
					calls++
					if err := fn(); models.CodeOf(err) != models.NotFound || strings.Join(keysOf(err), " ") != "err.not_found" {
						t.Errorf("%s by %s on a duty that is %s: %v", what, login, s, err)
					}
				}
			}
			if fingerprint(t, raw) != before {
				t.Errorf("foreign ids of a duty that is %s changed something", s)
			}
		}
		t.Logf("%d calls, 0 through", calls)
	})
}

// evidence gives a duty a submission of the given number and state, with one
// file, and returns the file.
func (w *world) evidence(it models.Item, number int, state models.SubmissionState) models.EvidenceID {
	w.t.Helper()
	ev := []models.Evidence{w.file("佐证.txt")}
	w.Write(func(tx *store.Tx) error {
		s := models.Submission{AssignmentID: it.ID, Number: number, Kind: models.SubmitCompletion, State: state, Statement: "已完成。", CreatedAt: w.now, Version: 1}
		if err := tx.InsertSubmission(w.t.Context(), &s); err != nil {
			return err
		}
		ev[0].SubmissionID, ev[0].AssignmentID, ev[0].CreatedAt = s.ID, it.ID, w.now
		return tx.InsertEvidence(w.t.Context(), ev)
	})
	return ev[0].ID
}

// TestMixedIDs pairs ids that are each in order but do not belong together.
func TestMixedIDs(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		contact, lead := w.who("gaj-contact"), w.who("lead")
		mine, other := w.duty("gaj", models.StateActive, "2020-10-30"), w.duty("gaj", models.StateActive, "2020-10-30")
		foreign := w.duty("scjgj", models.StateActive, "2020-10-30")
		w.evidence(mine, 1, models.SubmissionDraft)
		ofOther, ofForeign := w.evidence(other, 1, models.SubmissionDraft), w.evidence(foreign, 1, models.SubmissionDraft)
		w.refused("another duty's evidence", func() error { return w.RemoveEvidence(ctx, contact, mine.ID, ofOther) }, models.NotFound)
		w.refused("another unit's evidence", func() error { return w.RemoveEvidence(ctx, contact, mine.ID, ofForeign) }, models.NotFound)
		w.refused("the lead office in a unit's draft", func() error { _, _, err := w.Download(ctx, lead, ofOther); return err }, models.NotFound)
		w.refused("the supervisor in a unit's draft", func() error { _, _, err := w.Download(ctx, w.who("supervisor"), ofOther); return err }, models.NotFound)
		_, f, err := w.Download(ctx, w.who("gaj-leader"), ofOther)
		w.must("the unit's leader in its draft", err)
		f.Close()

		// evidence goes where it is handed in, whatever its row says
		planted := w.file("三.txt")
		draft, err := db.SubmissionOf(ctx, foreign.ID, models.SubmissionDraft)
		w.must("draft", err)
		planted.SubmissionID, planted.AssignmentID, planted.ByID = draft.ID, foreign.ID, w.User("scjgj-contact").ID
		_, err = w.SaveDraft(ctx, contact, mine.ID, full(), []models.Evidence{planted}, "")
		w.must("draft", err)
		for unit, it := range map[string]models.Item{"gaj": mine, "scjgj": foreign} {
			evs, err := db.EvidenceOf(ctx, everything, it.ID)
			if want := map[string]int{"gaj": 2, "scjgj": 1}[unit]; err != nil || len(evs) != want {
				t.Errorf("%s has %d pieces of evidence, want %d, %v", unit, len(evs), want, err)
			}
			for _, e := range evs {
				if e.Name == "三.txt" && e.ByID != contact.UserID {
					t.Errorf("the evidence is by %d", e.ByID)
				}
			}
		}

		// a doubt of one plan under the address of another
		p1, problem1 := w.draftPlan()
		p2, _ := w.draftPlan()
		before := fingerprint(t, raw)
		if err := w.SettleProblem(ctx, lead, p2.ID, problem1, "是"); models.CodeOf(err) != models.NotFound && models.CodeOf(err) != models.Conflict {
			t.Errorf("another plan's doubt: %v", err)
		}
		if fingerprint(t, raw) != before {
			t.Error("another plan's doubt: refused, and yet something has changed")
		}
		w.must("its own", w.SettleProblem(ctx, lead, p1.ID, problem1, "是"))

		// everything of one's own unit is nothing of another's
		unsigned := w.duty("scjgj", models.StateUnack, "2020-10-30")
		w.duty("gaj", models.StateUnack, "2020-10-30")
		n, err := w.SignAll(ctx, contact, 0)
		if err != nil || n != 1 || w.read(unsigned.ID).State != models.StateUnack {
			t.Errorf("signed %d, %v; the other unit's is %s", n, err, w.read(unsigned.ID).State)
		}
		finished := w.duty("scjgj", models.StateDone, "2020-10-30")
		for _, none := range []models.MeasureID{0, 1 << 40} {
			w.refused("close all of nothing", func() error { _, err := w.CloseAll(ctx, lead, none); return err }, models.NotFound, "err.not_found")
		}
		if n, err := w.CloseAll(ctx, lead, mine.MeasureID); n != 0 || err != nil || w.read(finished.ID).State != models.StateDone {
			t.Errorf("closed %d of another measure, %v", n, err)
		}

		// notices are read by whom they concern
		w.must("opinion", w.Opinion(ctx, w.who("supervisor"), mine.ID, "请加快"))
		w.must("read", w.ReadNotices(ctx, contact, 1<<40))
		for login, want := range map[string]int64{"gaj-contact": 0, "lead": 1} {
			if n, err := db.CountUnread(ctx, w.who(login).UserID); err != nil || n != want {
				t.Errorf("%s has %d unread, want %d, %v", login, n, want, err)
			}
		}
	})
}

// TestBlock: a duty that cannot go on says why and who can clear it, keeps its
// state and its clock, and a hand-in clears it.
func TestBlock(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		it := w.duty("gaj", models.StateActive, "2020-10-30")
		contact, lead := w.who("gaj-contact"), w.who("lead")
		w.refused("without why and who", func() error { return w.Block(ctx, contact, it.ID, 0, " ", "") }, models.Invalid, "cause:err.reason_needed", "by:err.block_by_needed")
		long := strings.Repeat("长", app.MaxText+1)
		w.refused("too long a cause", func() error { return w.Block(ctx, contact, it.ID, 0, long, "省厅") }, models.Invalid, "cause:err.text_long")
		w.refused("too long a name", func() error { return w.Block(ctx, contact, it.ID, 0, "等接口", long) }, models.Invalid, "by:err.text_long")
		m := w.mark()
		w.must("block", w.Block(ctx, contact, it.ID, it.Version, " 等接口 ", "省厅"))
		m.wantLog("block active>active by gaj-contact")
		got := w.read(it.ID)
		if got.BlockedCause != "等接口" || got.BlockedBy != "省厅" || got.State != models.StateActive || got.EffectiveOn != it.EffectiveOn {
			t.Errorf("blocked: %+v", got.Assignment)
		}
		w.refused("from an old page", func() error { return w.Unblock(ctx, lead, it.ID, it.Version) }, models.Conflict, "err.stale")
		w.must("unblock", w.Unblock(ctx, lead, it.ID, got.Version))
		if got = w.read(it.ID); got.BlockedCause != "" || got.BlockedBy != "" {
			t.Errorf("unblocked: %+v", got.Assignment)
		}
		w.must("block again", w.Block(ctx, lead, it.ID, 0, "等接口", "省厅"))
		w.must("submit", w.Submit(ctx, contact, it.ID, 0, full(), nil, "https://example.cn/"))
		if got = w.read(it.ID); got.BlockedCause != "" || got.BlockedBy != "" {
			t.Errorf("handed in and still blocked: %+v", got.Assignment)
		}
	})
}

// TestNotes: progress is the unit's word, an opinion the supervisor's; neither
// changes the duty or makes an open page stale; an opinion is told to the lead
// office and the unit.
func TestNotes(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		it := w.duty("gaj", models.StateActive, "2020-10-30")
		contact, supervisor := w.who("gaj-contact"), w.who("supervisor")
		m := w.mark()
		w.must("progress", w.Progress(ctx, contact, it.ID, " 已完成内部测试 "))
		w.must("no news is a report", w.Progress(ctx, contact, it.ID, ""))
		m.wantLog("progress active>active by gaj-contact", "progress active>active by gaj-contact")
		m.wantTold("", "")
		w.refused("too long", func() error { return w.Progress(ctx, contact, it.ID, strings.Repeat("长", app.MaxText+1)) }, models.Invalid, "text:err.text_long")
		w.refused("no opinion", func() error { return w.Opinion(ctx, supervisor, it.ID, " ") }, models.Invalid, "text:err.text_needed")
		for i := range 2 { // two are two, and each is told
			w.now = w.now.Add(time.Minute)
			m = w.mark()
			w.must("opinion", w.Opinion(ctx, supervisor, it.ID, fmt.Sprintf("意见%d", i)))
			m.wantLog("opinion active>active by supervisor")
			m.wantTold("gaj-contact opinion, lead opinion", "gaj-contact, lead")
		}
		if got := w.read(it.ID); got.Version != it.Version || got.State != it.State {
			t.Errorf("a remark changed the duty: %+v", got.Assignment)
		}
		notes, err := db.Notes(ctx, everything, it.ID)
		if err != nil || len(notes) != 4 {
			t.Fatalf("%d notes, %v", len(notes), err)
		}
		kinds := map[string]int{}
		for _, n := range notes {
			kinds[n.Kind+" by "+n.ByName]++
		}
		if kinds["progress by "+contact.Name] != 2 || kinds["opinion by "+supervisor.Name] != 2 {
			t.Errorf("notes: %v", kinds)
		}
	})
}

// TestCancelled: a request that its sender has given up changes nothing.
func TestCancelled(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		w := newWorld(t, db, raw)
		it := w.duty("gaj", models.StateActive, "2020-10-30")
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		w.refused("submit", func() error {
			return w.Submit(gone, w.who("gaj-contact"), it.ID, it.Version, full(), nil, "https://example.cn/")
		}, models.Internal)
		w.must("the next one", w.Submit(t.Context(), w.who("gaj-contact"), it.ID, it.Version, full(), nil, "https://example.cn/"))
	})
}

// TestRefusedKeepsDraft: a hand-in that is refused takes nothing of the draft
// with it, and too long a name is the writer's to mend.
func TestRefusedKeepsDraft(t *testing.T) {
	db, raw := openSQLite(t)
	ctx := t.Context()
	w := newWorld(t, db, raw)
	it := w.duty("gaj", models.StateActive, "2020-10-30")
	contact := w.who("gaj-contact")
	_, err := w.SaveDraft(ctx, contact, it.ID, app.Statement{Text: "草稿"}, []models.Evidence{w.file("一.txt")}, "https://example.cn/")
	w.must("draft", err)
	w.refused("unsigned", func() error { s := full(); s.Signed = false; return w.Submit(ctx, contact, it.ID, 0, s, nil, "") }, models.Invalid, "signed:err.signed_needed")
	long := strings.Repeat("长", 101)
	w.refused("too long names", func() error {
		s := full()
		s.Handler, s.Approver = long, long
		return w.Submit(ctx, contact, it.ID, 0, s, nil, "")
	}, models.Invalid, "handler:err.text_long", "approver:err.text_long")
	short := full()
	short.Figures = []models.Figure{{Metric: "覆盖率", Value: 80, Unit: "%", Op: ">=", Target: 90}}
	err = w.Submit(ctx, contact, it.ID, 0, short, nil, "")
	if e, _ := asFields(err); len(e) != 1 || e[0].Key != "err.figure_short" || fmt.Sprint(e[0].Args) != "[覆盖率 80 >= 90 %]" {
		t.Errorf("below the target: %v", err)
	}
	d, err := db.SubmissionOf(ctx, it.ID, models.SubmissionDraft)
	evs, err2 := db.EvidenceOf(ctx, everything, it.ID)
	if err != nil || err2 != nil || d.Statement != "草稿" || len(evs) != 2 {
		t.Errorf("draft %+v with %d pieces, %v %v", d, len(evs), err, err2)
	}
	w.must("at last", w.Submit(ctx, contact, it.ID, 0, full(), nil, ""))
	if evs, err = db.EvidenceOf(ctx, everything, it.ID); err != nil || len(evs) != 2 || evs[0].SubmissionID != d.ID {
		t.Errorf("handed in with %d pieces, %v", len(evs), err)
	}
}

// asFields returns the errors of a form's fields.
func asFields(err error) (models.Errors, bool) {
	es, ok := err.(models.Errors)
	return es, ok
}
