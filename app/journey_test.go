package app_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"duban/app"
	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// anda puts the Anda plan and its people in as the lead office would.
func anda(t *testing.T, db *store.DB, raw *sql.DB) (*world, models.Plan) {
	t.Helper()
	ctx := t.Context()
	w := &world{t: t, db: db, raw: raw, now: at("2020-09-02 09:30")}
	w.App = newApp(t, db, &w.now)
	if _, err := w.ImportSeed(ctx, models.SystemActor("seed"), "anda-2020"); err != nil {
		t.Fatal(err)
	}
	w.must("people", w.SeedPeople(ctx, "anda", "x"))
	plan, err := db.PlanByKey(ctx, "anda-2020")
	w.must("plan", err)
	return w, plan
}

// settle answers every doubt that blocks issuing, and returns how many.
func (w *world) settle(plan models.PlanID) int {
	w.t.Helper()
	n := 0
	problems, err := w.db.Problems(w.t.Context(), plan)
	w.must("problems", err)
	for _, p := range problems {
		if p.Severity == models.SeverityConfirm {
			w.must("settle", w.SettleProblem(w.t.Context(), w.who("liming"), plan, p.ID, "按原文"))
			n++
		}
	}
	return n
}

// TestIssueAnda issues the Anda plan: refused while doubts are open, then one
// assignment for each unit of each measure, one mail for each contact, once.
func TestIssueAnda(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w, plan := anda(t, db, raw)
		lead := w.who("liming")

		before := w.mark()
		w.refused("issue with doubts", func() error { _, err := w.IssuePlan(ctx, lead, plan.ID, plan.Version); return err },
			models.Conflict, "err.doubts_open")
		pre, err := w.PreviewIssue(ctx, lead, plan.ID)
		w.must("preview", err)
		if pre.Open == 0 {
			t.Fatal("the plan has no doubts to confirm: this test shows nothing")
		}
		if n := w.settle(plan.ID); n != pre.Open {
			t.Errorf("%d doubts settled, the preview said %d", n, pre.Open)
		}
		w.refused("issue from an old page", func() error { _, err := w.IssuePlan(ctx, lead, plan.ID, plan.Version+1); return err },
			models.Conflict, "err.stale")

		want := expanded(t, db, plan.ID, day("2020-09-02"))
		n, err := w.IssuePlan(ctx, lead, plan.ID, plan.Version)
		w.must("issue", err)
		if n != len(want) || pre.Assignments != n {
			t.Errorf("%d assignments, preview %d, want %d", n, pre.Assignments, len(want))
		}
		items, err := db.Items(ctx, everything, store.ItemFilter{Plan: plan.ID}, w.Today())
		w.must("items", err)
		got := map[string]bool{}
		units := map[models.UnitID]bool{}
		past := 0
		for _, it := range items {
			got[fmt.Sprintf("%s %d %s %d", it.MeasureRef, it.UnitID, it.Role, it.GroupID)] = true
			units[it.UnitID] = true
			if it.State != models.StateUnack || it.IssuedOn != day("2020-09-02") || it.DueOn != it.EffectiveOn {
				t.Errorf("%s %s: %+v", it.MeasureRef, it.UnitName, it.Assignment)
			}
			if it.PastAtIssue() {
				past++
			}
		}
		for k := range want {
			if !got[k] {
				t.Errorf("missing: %s", k)
			}
		}
		if len(got) != len(want) || pre.Past != past || pre.Units != len(units) || len(pre.NoContact) != 0 {
			t.Errorf("stored %d of %d; past %d, preview %d; units %d, preview %d; preview without contact %v", len(got), len(want), past, pre.Past, len(units), pre.Units, pre.NoContact)
		}
		wantLog := make([]string, 0, pre.Open+1)
		for range pre.Open {
			wantLog = append(wantLog, "settle by liming")
		}
		before.wantLog(append(wantLog, "issue by liming")...)

		// one notice for each assignment, one mail for each contact
		notices, mails := before.told()
		if len(notices) != n || len(mails) != len(units) || repeats(mails) {
			t.Errorf("%d notices for %d assignments, %d mails for %d units", len(notices), n, len(mails), len(units))
		}
		for _, x := range notices {
			if !strings.HasSuffix(x, " issued") {
				t.Errorf("notice %s", x)
			}
		}
		w.refused("second issue", func() error { _, err := w.IssuePlan(ctx, lead, plan.ID, 0); return err },
			models.Conflict, "err.plan_issued_already")
		plan, err = db.Plan(ctx, plan.ID)
		if err != nil || plan.State != models.PlanIssued || plan.IssuedAt == nil || !plan.IssuedAt.Equal(w.now) {
			t.Errorf("plan %+v, %v", plan, err)
		}
	})
}

// expanded is the set of duties of the plan by the pure rule, written out.
func expanded(t *testing.T, db *store.DB, plan models.PlanID, on models.Date) map[string]bool {
	t.Helper()
	c, err := db.Content(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	members, err := db.Members(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, m := range c.Measures {
		var rs []models.Responsibility
		for _, r := range c.Responsibilities {
			if r.MeasureID == m.ID {
				rs = append(rs, r)
			}
		}
		for _, d := range models.Expand(rs, members, on) {
			out[fmt.Sprintf("%s %d %s %d", m.Ref, d.UnitID, d.Role, d.GroupID)] = true
		}
	}
	if len(out) < 1000 {
		t.Fatalf("only %d duties in the Anda plan", len(out))
	}
	return out
}

func repeats(sorted []string) bool {
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return true
		}
	}
	return false
}

// TestIssueWithoutContact tells the lead office of units that nobody could be
// told for: one mail, one line for each unit.
func TestIssueWithoutContact(t *testing.T) {
	db, raw := openSQLite(t)
	ctx := t.Context()
	w, plan := anda(t, db, raw)
	unit, err := db.UnitByCode(ctx, "anda-gaj")
	w.must("unit", err)
	w.must("empty the post", w.SetPost(ctx, w.who("liming"), unit.ID, 0, models.PostContact, 0))
	w.settle(plan.ID)
	pre, err := w.PreviewIssue(ctx, w.who("liming"), plan.ID)
	w.must("preview", err)
	if len(pre.NoContact) != 1 || pre.NoContact[0].Code != "anda-gaj" {
		t.Errorf("preview without contact: %v", pre.NoContact)
	}
	before := w.mark()
	_, err = w.IssuePlan(ctx, w.who("liming"), plan.ID, 0)
	w.must("issue", err)
	notices, mails := before.told()
	silent := 0
	for _, n := range notices {
		if strings.HasSuffix(n, " no-contact") {
			silent++
		}
	}
	if silent != 2 { // two persons in the lead office, one unit
		t.Errorf("%d notices of a unit without contact, want 2", silent)
	}
	if len(mails) != pre.Units-1+2 || repeats(mails) {
		t.Errorf("%d mails, want %d", len(mails), pre.Units-1+2)
	}
}

// TestIssueTwiceAtOnce: of two that issue at once, one wins, and nobody is
// given a duty or told twice.
func TestIssueTwiceAtOnce(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		w, plan := anda(t, db, raw)
		w.settle(plan.ID)
		before := w.mark()
		var wg sync.WaitGroup
		errs, counts := make([]error, 2), make([]int, 2)
		for i, login := range []string{"liming", "liuyang2"} {
			actor := w.who(login)
			wg.Go(func() { counts[i], errs[i] = w.IssuePlan(context.Background(), actor, plan.ID, plan.Version) })
		}
		wg.Wait()
		won := 0
		for i, err := range errs {
			switch {
			case err == nil:
				won++
			case models.CodeOf(err) != models.Conflict || counts[i] != 0:
				t.Errorf("the loser: %d, %v", counts[i], err)
			}
		}
		n := 0
		if err := raw.QueryRow("SELECT COUNT(*) FROM assignments").Scan(&n); err != nil {
			t.Fatal(err)
		}
		if won != 1 || n != counts[0]+counts[1] {
			t.Errorf("%d won; %d assignments, counted %v", won, n, counts)
		}
		if log := before.log(); len(log) != 1 {
			t.Errorf("%d audit lines", len(log))
		}
		if _, mails := before.told(); repeats(mails) {
			t.Errorf("somebody has two mails: %v", mails)
		}
	})
}

// TestJourney follows one duty from issue to lock, with the line in the log
// and the notices of each step.
func TestJourney(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		it := w.duty("gaj", models.StateUnack, "2020-10-30")
		contact, lead := w.who("gaj-contact"), w.who("lead")
		step := func(what string, err error, log, notices, mails string, m since) {
			t.Helper()
			w.must(what, err)
			m.wantLog(log)
			m.wantTold(notices, mails)
			it = w.read(it.ID)
		}

		m := w.mark()
		step("sign", w.Sign(ctx, contact, it.ID, it.Version), "sign unack>active by gaj-contact", "", "", m)
		if it.SignedAt == nil || !it.SignedAt.Equal(w.now) {
			t.Errorf("signed at %v", it.SignedAt)
		}

		w.refused("an empty hand-in", func() error { return w.Submit(ctx, contact, it.ID, it.Version, app.Statement{}, nil, "") }, models.Invalid,
			"statement:err.statement_needed", "files:err.evidence_needed", "handler:err.handler_needed", "approver:err.approver_needed", "signed:err.signed_needed")
		w.refused("without evidence", func() error { return w.Submit(ctx, contact, it.ID, it.Version, full(), nil, "") }, models.Invalid, "files:err.evidence_needed")
		short := full()
		short.Figures = []models.Figure{{Metric: "覆盖率", Value: 80, Unit: "%", Op: ">=", Target: 90}}
		w.refused("short of the target", func() error {
			return w.Submit(ctx, contact, it.ID, it.Version, short, []models.Evidence{w.file("清单.txt")}, "")
		}, models.Invalid, "figure:err.figure_short")
		w.refused("a link that is none", func() error {
			return w.Submit(ctx, contact, it.ID, it.Version, full(), nil, "javascript:alert(1)")
		}, models.Invalid, "link:err.link")
		w.refused("too long", func() error {
			s := full()
			s.Text = strings.Repeat("长", 5001)
			return w.Submit(ctx, contact, it.ID, it.Version, s, nil, "")
		}, models.Invalid, "statement:err.text_long")
		w.refused("not a file of that kind", func() error {
			_, errs := w.StoreFiles(ctx, []app.Upload{{Name: "a.exe", Body: strings.NewReader("MZ\x90\x00\x03")}})
			return errs.Or()
		}, models.Invalid)

		// a draft is the unit's own: kept, added to, taken from
		m = w.mark()
		d, err := w.SaveDraft(ctx, contact, it.ID, app.Statement{Text: "草稿"}, []models.Evidence{w.file("一.txt"), w.file("二.txt")}, "https://www.example.gov.cn/1")
		w.must("draft", err)
		m.wantLog("evidence active>active by gaj-contact")
		m.wantTold("", "")
		ev, err := db.EvidenceOf(ctx, everything, it.ID)
		if err != nil || len(ev) != 3 || d.Number != 1 || d.State != models.SubmissionDraft {
			t.Fatalf("draft %+v with %d pieces, %v", d, len(ev), err)
		}
		m = w.mark()
		w.must("remove", w.RemoveEvidence(ctx, contact, it.ID, ev[0].ID))
		m.wantLog("evidence_removed active>active by gaj-contact")
		w.refused("remove twice", func() error { return w.RemoveEvidence(ctx, contact, it.ID, ev[0].ID) }, models.NotFound)
		if got := keysOf(w.CheckDraft(ctx, contact, it.ID, app.Statement{})); strings.Join(got, " ") != "handler:err.handler_needed approver:err.approver_needed signed:err.signed_needed" {
			t.Errorf("what the draft lacks: %v", got)
		}

		m = w.mark()
		w.must("submit", w.Submit(ctx, contact, it.ID, it.Version, full(), []models.Evidence{w.file("三.txt")}, ""))
		m.wantLog("evidence active>active by gaj-contact", "submit active>review by gaj-contact")
		m.wantTold("lead to-review", "") // seen in the program, no mail for each hand-in
		it = w.read(it.ID)
		if it.SubmittedAt == nil || it.FirstSubmittedOn != day("2020-10-13") || it.Overdue(day("2021-01-01")) {
			t.Errorf("after hand-in: %+v", it.Assignment)
		}
		w.refused("hand in twice", func() error { return w.Submit(ctx, contact, it.ID, 0, full(), nil, "https://example.cn/") }, models.Conflict, "err.state")
		w.refused("change what was handed in", func() error { return w.RemoveEvidence(ctx, contact, it.ID, ev[1].ID) }, models.NotFound)
		sub, err := db.SubmissionOf(ctx, it.ID, models.SubmissionReview)
		if err != nil || sub.Number != 1 || sub.Statement != full().Text || sub.SubmittedAt == nil {
			t.Errorf("submission %+v, %v", sub, err)
		}

		w.now = at("2020-10-14 10:00")
		w.refused("return without reason", func() error { return w.Return(ctx, lead, it.ID, it.Version, "evidence", " ", models.Date{}) }, models.Invalid,
			"reason:err.reason_needed", "resubmit_by:err.resubmit_needed")
		w.refused("return to a past day", func() error { return w.Return(ctx, lead, it.ID, it.Version, "evidence", "缺", day("2020-10-13")) }, models.Invalid,
			"resubmit_by:err.resubmit_past")
		w.refused("return from an old page", func() error { return w.Return(ctx, lead, it.ID, it.Version-1, "evidence", "缺", day("2020-10-20")) }, models.Conflict, "err.stale")
		m = w.mark()
		step("return", w.Return(ctx, lead, it.ID, it.Version, "nonsense", "只有截图，缺确认单", day("2020-10-20")), "return review>returned by lead",
			"gaj-contact returned", "gaj-contact", m)
		if it.ReferenceOn() != day("2020-10-20") || m.log()[0].Note != "只有截图，缺确认单" || !strings.Contains(m.log()[0].Detail, `"reason_code":"other"`) {
			t.Errorf("returned: against %s, log %+v", it.ReferenceOn(), m.log()[0])
		}
		if mail := w.queued("gaj-contact", models.MessageQueued); len(mail) != 1 || !strings.Contains(mail[0].Text, "只有截图，缺确认单") || !strings.Contains(mail[0].HTML, "只有截图，缺确认单") {
			t.Errorf("the mail does not give the reason: %+v", mail)
		}

		// what was handed in first stays; the second is a new one
		m = w.mark()
		w.must("resubmit", w.Submit(ctx, contact, it.ID, it.Version, full(), nil, "https://www.example.gov.cn/2"))
		m.wantLog("evidence returned>returned by gaj-contact", "submit returned>review by gaj-contact")
		m.wantTold("lead to-review", "")
		it = w.read(it.ID)
		subs, err := db.Submissions(ctx, everything, it.ID)
		if err != nil || len(subs) != 2 || subs[0].Number != 2 || subs[1].State != models.SubmissionReturned || subs[1].Reason != "只有截图，缺确认单" {
			t.Errorf("submissions %+v, %v", subs, err)
		}
		if it.FirstSubmittedOn != day("2020-10-13") || !it.ResubmitBy.IsZero() {
			t.Errorf("after the second hand-in: %+v", it.Assignment)
		}

		m = w.mark()
		step("approve", w.Approve(ctx, lead, it.ID, it.Version, "同意"), "approve review>done by lead", "gaj-contact approved", "", m)
		m = w.mark()
		step("close", w.Close(ctx, lead, it.ID, it.Version), "close done>closed by lead", "", "", m)
		if it.FinishedAt == nil || it.ClosedAt == nil || !it.OnTime() {
			t.Errorf("closed: %+v", it.Assignment)
		}

		// locked
		for what, fn := range map[string]func() error{
			"reopen":   func() error { return w.Reopen(ctx, lead, it.ID, 0, "核查不实", day("2020-10-30")) },
			"withdraw": func() error { return w.Withdraw(ctx, lead, it.ID, 0, "调整") },
			"approve":  func() error { return w.Approve(ctx, lead, it.ID, 0, "") },
			"close":    func() error { return w.Close(ctx, lead, it.ID, 0) },
			"submit":   func() error { return w.Submit(ctx, contact, it.ID, 0, full(), nil, "https://example.cn/") },
			"draft":    func() error { _, err := w.SaveDraft(ctx, contact, it.ID, full(), nil, ""); return err },
			"block":    func() error { return w.Block(ctx, contact, it.ID, 0, "等接口", "省厅") },
			"extend":   func() error { return w.AskExtension(ctx, contact, it.ID, day("2020-12-01"), "来不及") },
		} {
			w.refused("closed: "+what, fn, models.Conflict)
		}

		// the evidence can be fetched by who may see it, which leaves a line
		m = w.mark()
		all, err := db.EvidenceOf(ctx, everything, it.ID)
		w.must("evidence", err)
		var id models.EvidenceID
		for _, e := range all {
			if e.Name == "三.txt" {
				id = e.ID
			}
		}
		_, f, err := w.Download(ctx, w.who("supervisor"), id)
		w.must("download", err)
		b, err := io.ReadAll(f)
		if err != nil || string(b) != "佐证：三.txt\n" {
			t.Errorf("downloaded %q, %v", b, err)
		}
		f.Close()
		m.wantLog("download by supervisor")
		w.refused("download by another unit", func() error { _, _, err := w.Download(ctx, w.who("scjgj-contact"), id); return err }, models.NotFound)
	})
}

// TestNotApplicable follows a request for 不涉及 and its reversal.
func TestNotApplicable(t *testing.T) {
	db, raw := openSQLite(t)
	ctx := t.Context()
	w := newWorld(t, db, raw)
	it := w.duty("gaj", models.StateActive, "2020-10-30")
	contact, lead := w.who("gaj-contact"), w.who("lead")
	ask := full()
	ask.NA = true

	bad := ask
	bad.Text = ""
	w.refused("without a reason", func() error { return w.Submit(ctx, contact, it.ID, 0, bad, nil, "") }, models.Invalid, "statement:err.statement_needed")
	m := w.mark()
	w.must("ask", w.Submit(ctx, contact, it.ID, it.Version, ask, nil, "")) // needs no evidence
	w.must("consent", w.Approve(ctx, lead, it.ID, 0, ""))
	m.wantLog("ask_na active>review by gaj-contact", "approve review>na by lead")
	if it = w.read(it.ID); it.State.Counts() || !it.FirstSubmittedOn.IsZero() || it.FinishedAt != nil {
		t.Errorf("not applicable: %+v", it.Assignment)
	}
	w.refused("close what was never done", func() error { return w.Close(ctx, lead, it.ID, 0) }, models.Conflict)
	m = w.mark()
	w.must("reopen", w.Reopen(ctx, lead, it.ID, it.Version, "仍有此职能", day("2020-11-10")))
	m.wantLog("reopen na>returned by lead")
	m.wantTold("gaj-contact reopened", "gaj-contact")
	// a draft that was begun as a completion may become a request, and back
	_, err := w.SaveDraft(ctx, contact, it.ID, full(), []models.Evidence{w.file("一.txt")}, "")
	w.must("draft", err)
	w.must("as a request", w.Submit(ctx, contact, it.ID, 0, ask, nil, ""))
	if s, err := db.SubmissionOf(ctx, it.ID, models.SubmissionReview); err != nil || s.Kind != models.SubmitNA || s.Number != 2 {
		t.Errorf("submission %+v, %v", s, err)
	}
}

// TestFigureThatIsNoNumber: what the database cannot hold is the reporter's to
// mend, not a fault of the program.
func TestFigureThatIsNoNumber(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		raw, err := db.SQL()
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, db, raw)
		it := w.duty("gaj", models.StateActive, "2020-10-30")
		zero := 0.0
		for _, v := range []float64{zero / zero, 1 / zero, -1 / zero} {
			s := full()
			s.Figures = []models.Figure{{Metric: "覆盖率", Value: v}}
			w.refused(fmt.Sprint(v), func() error {
				return w.Submit(t.Context(), w.who("gaj-contact"), it.ID, 0, s, nil, "https://example.cn/")
			}, models.Invalid, "figure:err.figure_form")
		}
	})
}
