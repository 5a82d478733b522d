package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// who are the persons of every table below, in this order.
var who = []string{"lead", "gaj-contact", "gaj-leader", "scjgj-contact", "supervisor", "admin", ""}

// TestTaskAccess is the hand-written table of who may open what.
func TestTaskAccess(t *testing.T) {
	s := newSeeded(t)
	m1gaj, m3scjgj := s.act("m1", "gaj"), s.act("m3", "scjgj")
	ev := func(ref, unit string) string {
		all, err := s.db.EvidenceOf(t.Context(), models.Scope{All: true}, s.Assignment(ref, unit).ID)
		if err != nil || len(all) != 2 {
			t.Fatal(all, err)
		}
		return fmt.Sprintf("/evidence/%d", all[0].ID)
	}
	link := func(ref, unit string) string {
		all, _ := s.db.EvidenceOf(t.Context(), models.Scope{All: true}, s.Assignment(ref, unit).ID)
		return fmt.Sprintf("/evidence/%d", all[1].ID)
	}
	const toLogin = http.StatusSeeOther
	for _, c := range []struct {
		path string
		want [7]int // lead, contact, leader and contact of another unit, supervisor, administrator, nobody
	}{
		{"/p/demo-2020/t/1-1", [7]int{200, 200, 200, 200, 200, 403, toLogin}},
		{"/p/demo-2020/t/2-2", [7]int{200, 200, 200, 200, 200, 403, toLogin}},
		{"/p/demo-2020/t/4-1", [7]int{200, 200, 200, 200, 200, 403, toLogin}}, // the same measure under its other row
		{"/p/demo-2020/t/1-1?u=gaj", [7]int{200, 200, 200, 404, 200, 403, toLogin}},
		{"/p/demo-2020/t/1-1?u=scjgj", [7]int{200, 404, 404, 200, 200, 403, toLogin}},
		{"/p/demo-2020/t/1-1?u=renmin", [7]int{404, 404, 404, 404, 404, 403, toLogin}},
		{"/p/demo-2020/t/1-1?u=nix", [7]int{404, 404, 404, 404, 404, 403, toLogin}},
		{"/p/demo-2020/t/3-1", [7]int{404, 404, 404, 404, 404, 403, toLogin}},
		{"/p/demo-2020/t/1-2", [7]int{404, 404, 404, 404, 404, 403, toLogin}},
		{"/p/demo-2020/t/1-0", [7]int{404, 404, 404, 404, 404, 403, toLogin}},
		{"/p/demo-2020/t/1", [7]int{404, 404, 404, 404, 404, 403, toLogin}},
		{"/p/nix/t/1-1", [7]int{404, 404, 404, 404, 404, 403, toLogin}},
		{"/p/demo-2020/review", [7]int{200, 403, 403, 403, 200, 403, toLogin}},
		{"/p/nix/review", [7]int{404, 403, 403, 403, 404, 403, toLogin}},
		{"/p/demo-2020/u/gaj", [7]int{200, 200, 200, 404, 200, 403, toLogin}},
		{"/p/demo-2020/u/scjgj", [7]int{200, 404, 404, 200, 200, 403, toLogin}},
		{"/p/demo-2020/u/laohugang", [7]int{200, 404, 404, 404, 200, 403, toLogin}}, // owes nothing
		{"/p/demo-2020/u/nix", [7]int{404, 404, 404, 404, 404, 403, toLogin}},
		{m1gaj + "/submit", [7]int{403, 200, 403, 404, 403, 403, toLogin}},
		{m1gaj + "/submit?form=na", [7]int{403, 200, 403, 404, 403, 403, toLogin}},
		{m1gaj + "/submit?form=progress", [7]int{403, 200, 403, 404, 403, 403, toLogin}},
		{m1gaj + "/submit?form=extend", [7]int{403, 200, 403, 404, 403, 403, toLogin}},
		{m1gaj + "/submit?form=block", [7]int{200, 200, 403, 404, 403, 403, toLogin}},
		{m1gaj + "/submit?form=nix", [7]int{404, 404, 403, 404, 403, 403, toLogin}},
		{strings.Replace(m1gaj, "demo-2020", "nix", 1) + "/submit", [7]int{404, 404, 403, 404, 403, 403, toLogin}},
		{s.act("m3", "gaj") + "/submit", [7]int{403, 409, 403, 404, 403, 403, toLogin}}, // closed
		{m3scjgj + "/submit", [7]int{403, 404, 403, 200, 403, 403, toLogin}},
		{"/p/demo-2020/a/999999/submit?form=block", [7]int{404, 404, 403, 404, 403, 403, toLogin}},
		{"/p/demo-2020/a/x/submit?form=block", [7]int{404, 404, 403, 404, 403, 403, toLogin}},
		{ev("m1", "scjgj"), [7]int{200, 404, 404, 200, 200, 403, toLogin}},
		{ev("m3", "gaj"), [7]int{200, 200, 200, 404, 200, 403, toLogin}},
		{link("m3", "gaj"), [7]int{404, 404, 404, 404, 404, 403, toLogin}}, // a link is no file
		{"/evidence/999999", [7]int{404, 404, 404, 404, 404, 403, toLogin}},
		{"/evidence/0", [7]int{404, 404, 404, 404, 404, 403, toLogin}},
	} {
		for i, login := range who {
			if got := s.as(login).get(c.path); got.status != c.want[i] {
				t.Errorf("%s as %q: %d, want %d", c.path, login, got.status, c.want[i])
			}
		}
	}
}

// TestActAccess is the same for what changes something. Nobody may do it here:
// the forms are empty, stale or not his, and nothing may have changed after.
func TestActAccess(t *testing.T) {
	s := newSeeded(t)
	exts, err := s.db.OpenExtensions(t.Context(), models.Scope{All: true}, 0)
	if err != nil || len(exts) != 1 {
		t.Fatal(exts, err)
	}
	gaj := s.act("m1", "gaj") // active
	const login = http.StatusUnauthorized
	for _, c := range []struct {
		path string
		want [7]int
	}{
		{gaj + "/sign", [7]int{403, 409, 403, 404, 403, 403, login}},
		{gaj + "/submit", [7]int{403, 409, 403, 404, 403, 403, login}}, // a form without a version is stale
		{gaj + "/na", [7]int{403, 409, 403, 404, 403, 403, login}},
		{gaj + "/progress", [7]int{403, 422, 403, 404, 403, 403, login}},
		{gaj + "/extend", [7]int{403, 409, 403, 404, 403, 403, login}}, // overdue: too late to ask
		{gaj + "/block", [7]int{422, 422, 403, 404, 403, 403, login}},
		{gaj + "/unblock", [7]int{409, 409, 403, 404, 403, 403, login}},
		{gaj + "/review", [7]int{422, 403, 403, 403, 403, 403, login}},
		{gaj + "/close", [7]int{409, 403, 403, 403, 403, 403, login}},
		{gaj + "/reopen", [7]int{409, 403, 403, 403, 403, 403, login}},
		{gaj + "/withdraw", [7]int{409, 403, 403, 403, 403, 403, login}},
		{gaj + "/opinion", [7]int{403, 403, 403, 403, 422, 403, login}},
		{strings.Replace(gaj, "demo-2020", "nix", 1) + "/nudge", [7]int{404, 403, 403, 403, 403, 403, login}},
		{strings.Replace(gaj, "demo-2020", "nix", 1) + "/sign", [7]int{403, 404, 403, 404, 403, 403, login}},
		{"/p/demo-2020/a/999999/nudge", [7]int{404, 403, 403, 403, 403, 403, login}},
		{"/p/demo-2020/t/1-1/nudge", [7]int{422, 403, 403, 403, 403, 403, login}},
		{"/p/demo-2020/t/9-9/nudge", [7]int{404, 403, 403, 403, 403, 403, login}},
		{"/p/demo-2020/t/9-9/close", [7]int{404, 403, 403, 403, 403, 403, login}},
		{fmt.Sprintf("/p/demo-2020/x/%d/decide", exts[0].ID), [7]int{422, 403, 403, 403, 403, 403, login}},
		{fmt.Sprintf("/p/nix/x/%d/decide", exts[0].ID), [7]int{404, 403, 403, 403, 403, 403, login}},
		{"/p/demo-2020/x/999999/decide", [7]int{404, 403, 403, 403, 403, 403, login}},
		{"/sign-all", [7]int{403, 303, 403, 303, 403, 403, login}}, // nothing of gaj's is unsigned
	} {
		before := s.Assignment("m1", "gaj")
		for i, login := range who {
			if login == "scjgj-contact" && c.path == "/sign-all" {
				continue
			}
			if got := s.as(login).post(c.path, url.Values{}); got.status != c.want[i] {
				t.Errorf("POST %s as %q: %d, want %d\n%s", c.path, login, got.status, c.want[i], got.text())
			}
		}
		if after := s.Assignment("m1", "gaj"); after.Version != before.Version || after.State != before.State {
			t.Errorf("POST %s changed the assignment: %+v", c.path, after.Assignment)
		}
	}
}

// TestTaskScope: a unit's people see their own row, and neither names nor
// counts of others.
func TestTaskScope(t *testing.T) {
	s := newSeeded(t)
	page := s.as("renmin-contact").get("/p/demo-2020/t/2-1").is(200, "任民镇", "各乡镇设立企业服务网点。", "/ 1 家已办结", "签收")
	page.not("万宝山", "昌德", "佐证材料.txt", "待审核")
	s.as("gaj-contact").get("/p/demo-2020/t/2-1").is(200, "本单位没有这条措施的任务", "各乡镇设立企业服务网点。").not("任民镇", "万宝山")
	s.as("lead").get("/p/demo-2020/t/2-1?tab=all").is(200, "任民镇", "万宝山镇", "昌德镇", "/ 3 家已办结")
	s.as("supervisor").get("/p/demo-2020/t/2-1?u=wanbao").is(200, "督办意见").not("审核结论", "催办所选")
}

// TestTaskPageSays looks at what the page draws of each light.
func TestTaskPageSays(t *testing.T) {
	s := newSeeded(t)
	lead := s.as("lead")
	lead.get("/p/demo-2020/t/1-1?u=gaj").is(200,
		"逾期 1 家 · 已过 13 天", "牵头单位", "市公安局", "王公安", "9月30日", "半日", "原文", "“2020年9月底前。”", "到期未办结", "下发方案", "，2家", "开办企业便利度").
		not("审核结论")
	lead.get("/p/demo-2020/t/2-2?u=scjgj").is(200, "措施 2 / 共 2", "共用于第2、4项", "受阻", "等待省级系统接口", "延期申请", "3月31日", "新增指标", "已完成内部测试。")
	lead.get("/p/demo-2020/t/2-1?u=wanbao").is(200, "审核：", "1 / 1", "已按要求完成。", "佐证材料 2 份", "佐证材料.txt", "https://example.test/notice", "提交审核意见")
	lead.get("/p/demo-2020/t/4-2?tab=na").is(200, "不涉及")
	lead.get("/p/demo-2020/t/4-2?tab=all&u=renmin").is(200, "下发时已过期", "已撤销", "延期后时限", "11月30日", "已同意延至", "另有 1 家不涉及")
	lead.get("/p/demo-2020/t/1-1?tab=finished").is(200, "市市场监管局", "1 家已完成，待销号")
	// the neighbours, in document order
	for path, want := range map[string][2]string{"1-1": {"", "2-1"}, "2-2": {"2-1", "4-2"}, "4-2": {"2-2", ""}} {
		page := lead.get("/p/demo-2020/t/" + path)
		for i, rel := range want {
			if rel != "" && !page.hasLink("/p/demo-2020/t/"+rel) {
				t.Errorf("%s has no link to its neighbour %d, %s", path, i, rel)
			}
		}
	}
	// the history of one unit leaves the others out
	lead.get("/p/demo-2020/t/2-2?u=scjgj&only=1").is(200, "周市监")
}

// TestTaskQueries: the pages ask as many questions for fifty units as for three.
func TestTaskQueries(t *testing.T) {
	s := newSeeded(t)
	pages := []struct{ login, path string }{
		{"lead", "/p/demo-2020/t/2-1?tab=all&u=wanbao"}, {"lead", "/p/demo-2020/t/2-1"}, {"lead", "/p/demo-2020/review"},
		{"lead", "/p/demo-2020/u/scjgj"}, {"scjgj-contact", "/"}, {"scjgj-contact", s.act("m3", "scjgj") + "/submit"},
	}
	count := func() []int64 {
		out := make([]int64, len(pages))
		for i, p := range pages {
			v := s.as(p.login)
			s.queries.Store(0)
			v.get(p.path).is(200)
			out[i] = s.queries.Load()
		}
		return out
	}
	few := count()
	s.grow(50)
	for i, n := range count() {
		if n != few[i] {
			t.Errorf("%s asks %d questions with few rows and %d with many", pages[i].path, few[i], n)
		}
		if n > 40 {
			t.Errorf("%s asks %d questions", pages[i].path, n)
		}
	}
	s.as("lead").get("/p/demo-2020/t/2-1?tab=all").is(200, "第49局", "/ 53 家已办结")
}

// grow gives the measure m2 to n more units, each with a person, a hand-in in
// review, a request for more time decided and lines in the log; and the unit
// scjgj n more measures.
func (s *seeded) grow(n int) {
	s.t.Helper()
	ctx := context.Background()
	m2 := s.Measure("m2")
	storetest.Write(s.t, s.db, func(tx *store.Tx) error {
		at := storetest.Now.AddDate(0, 0, -3)
		for i := range n {
			u := models.Unit{Code: fmt.Sprintf("more-%d", i), Register: "more", Name: fmt.Sprintf("第%d局", i), Short: fmt.Sprint(i), Family: "市直", SortNo: 100 + i}
			if err := tx.InsertUnit(ctx, &u); err != nil {
				return err
			}
			as := []models.Assignment{{PlanID: s.Plan.ID, MeasureID: m2.ID, UnitID: u.ID, Role: models.UnitResponsible, State: models.StateReview,
				DueOn: storetest.Today, EffectiveOn: storetest.Today, IssuedOn: storetest.IssuedOn, SubmittedAt: &at}}
			if err := tx.InsertAssignments(ctx, as); err != nil {
				return err
			}
			sub := models.Submission{AssignmentID: as[0].ID, Number: 1, Kind: models.SubmitCompletion, State: models.SubmissionReview, CreatedAt: at, SubmittedAt: &at}
			if err := tx.InsertSubmission(ctx, &sub); err != nil {
				return err
			}
			if err := tx.InsertEvidence(ctx, []models.Evidence{{SubmissionID: sub.ID, AssignmentID: as[0].ID, Kind: models.EvidenceLink, Name: "https://example.test", CreatedAt: at}}); err != nil {
				return err
			}
			if err := tx.InsertAudit(ctx, &models.AuditEntry{At: at, ActorName: "x", Act: "submit", PlanID: s.Plan.ID, MeasureID: m2.ID, AssignmentID: as[0].ID, UnitID: u.ID}); err != nil {
				return err
			}
			ms := []models.Measure{{PlanID: s.Plan.ID, Ref: fmt.Sprint("x", i), Text: "措施", SortNo: 100 + i, RowNos: models.StringList{"4"}}}
			if err := tx.InsertMeasures(ctx, ms); err != nil {
				return err
			}
			own := []models.Assignment{{PlanID: s.Plan.ID, MeasureID: ms[0].ID, UnitID: s.Unit("scjgj").ID, Role: models.UnitLead, State: models.StateReturned,
				IssuedOn: storetest.IssuedOn, ResubmitBy: storetest.Today}}
			if err := tx.InsertAssignments(ctx, own); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestSplitAddress(t *testing.T) {
	for addr, want := range map[string]struct {
		row   string
		place int
		ok    bool
	}{
		"12-2": {"12", 2, true}, "一-1": {"一", 1, true}, "3-1-2": {"3-1", 2, true}, "12": {}, "-1": {}, "12-": {}, "12-x": {}, "12-0": {}, "12--1": {"12-", 1, true}, "": {},
	} {
		row, place, ok := splitAddress(addr)
		if ok != want.ok || ok && (row != want.row || place != want.place) {
			t.Errorf("%q: %q %d %v", addr, row, place, ok)
		}
	}
}
