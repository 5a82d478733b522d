package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"duban/app"
	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// TestOfficeAccess is the hand-written table of who may open the pages of
// plans and of the register.
func TestOfficeAccess(t *testing.T) {
	s := newSeeded(t)
	const toLogin = http.StatusSeeOther
	for _, c := range []struct {
		path string
		want [7]int // as who lists them
	}{
		{"/plans", [7]int{200, 200, 200, 200, 200, 403, toLogin}},
		{"/p/demo-2020", [7]int{200, 200, 200, 200, 200, 403, toLogin}},
		{"/p/demo-2020?do=issue", [7]int{200, 200, 200, 200, 200, 403, toLogin}}, // issued: no panel
		{"/p/nix", [7]int{404, 404, 404, 404, 404, 403, toLogin}},
		{"/p/demo-2020/u", [7]int{200, 403, 403, 403, 200, 403, toLogin}},
		{"/p/demo-2020/u?f=乡镇&sort=share", [7]int{200, 403, 403, 403, 200, 403, toLogin}},
		{"/p/nix/u", [7]int{404, 403, 403, 403, 404, 403, toLogin}},
		{"/units", [7]int{200, 403, 403, 403, 200, 200, toLogin}},
		{"/units?tab=groups", [7]int{200, 403, 403, 403, 200, 200, toLogin}},
		{"/units?edit=gaj", [7]int{200, 403, 403, 403, 200, 200, toLogin}},
		{"/units?edit=nix", [7]int{404, 403, 403, 403, 200, 404, toLogin}}, // the supervisor has no form to open
		{"/units?new=1", [7]int{200, 403, 403, 403, 200, 200, toLogin}},
		{"/units?tab=groups&group=townships", [7]int{200, 403, 403, 403, 200, 200, toLogin}},
		{"/units?tab=groups&group=nix", [7]int{404, 403, 403, 403, 200, 404, toLogin}},
	} {
		for i, login := range who {
			if got := s.as(login).get(c.path); got.status != c.want[i] {
				t.Errorf("%s as %q: %d, want %d", c.path, login, got.status, c.want[i])
			}
		}
	}
	const login = http.StatusUnauthorized
	for _, c := range []struct {
		path string
		want [7]int // empty forms
	}{
		{"/plans/import", [7]int{404, 403, 403, 403, 403, 403, login}},
		{"/p/demo-2020/problems/999", [7]int{404, 403, 403, 403, 403, 403, login}},
		{"/p/demo-2020/problems/x", [7]int{404, 403, 403, 403, 403, 403, login}},
		{"/p/demo-2020/issue", [7]int{409, 403, 403, 403, 403, 403, login}}, // issued already
		{"/p/nix/issue", [7]int{404, 403, 403, 403, 403, 403, login}},
		{"/p/demo-2020/u/nudge", [7]int{422, 403, 403, 403, 403, 403, login}},
		{"/units", [7]int{422, 403, 403, 403, 403, 422, login}},
		{"/units/gaj", [7]int{422, 403, 403, 403, 403, 422, login}},
		{"/units/nix", [7]int{404, 403, 403, 403, 403, 404, login}},
		{"/units/gaj/post", [7]int{404, 403, 403, 403, 403, 404, login}}, // which post?
		{"/units/groups/townships", [7]int{404, 403, 403, 403, 403, 404, login}},
		{"/units/groups/nix", [7]int{404, 403, 403, 403, 403, 404, login}},
	} {
		for i, login := range who {
			if got := s.as(login).post(c.path, nil); got.status != c.want[i] {
				t.Errorf("POST %s as %q: %d, want %d", c.path, login, got.status, c.want[i])
			}
		}
	}
}

// TestPlanJourney brings a built-in plan in, settles its doubts and issues it.
func TestPlanJourney(t *testing.T) {
	s := newSeeded(t)
	lead := s.as("lead")
	lead.get("/plans").is(200, "随程序提供的方案", "示例市优化营商环境责任分工方案")
	if to := lead.post("/plans/import", url.Values{"seed": {"anda-2020"}}).is(303).sentTo(); to != "/p/anda-2020" {
		t.Fatal("imported to", to)
	}
	lead.post("/plans/import", url.Values{"seed": {"anda-2020"}}).is(409)
	lead.get("/plans").is(200, "已导入", "处须确认")
	page := lead.get("/p/anda-2020").is(200, "须确认", "先确认")
	page.not("确认下发")
	s.as("gaj-contact").get("/p/anda-2020").is(404) // units see a plan once it is issued
	s.as("supervisor").get("/p/anda-2020").is(404)
	s.as("gaj-contact").get("/plans").is(200).not("安达市2020年")

	// with open doubts nothing is issued
	lead.get("/p/anda-2020?do=issue").is(200).not("确认下发")
	plan, err := s.db.PlanByKey(t.Context(), "anda-2020")
	if err != nil {
		t.Fatal(err)
	}
	issue := url.Values{"version": {strconv.Itoa(plan.Version)}}
	lead.post("/p/anda-2020/issue", issue).is(409, "确认")

	problems, err := s.db.Problems(t.Context(), plan.ID)
	if err != nil || len(problems) == 0 {
		t.Fatal(problems, err)
	}
	path := func(p models.PlanProblem) string { return "/p/anda-2020/problems/" + strconv.FormatInt(p.ID, 10) }
	long := strings.Repeat("长", app.MaxText+1)
	lead.post(path(problems[0]), url.Values{"answer": {long}}).is(422, long)
	for _, p := range problems {
		if to := lead.post(path(p), url.Values{"answer": {"按原文办理"}}).is(303).sentTo(); to != "/p/anda-2020#problems" {
			t.Fatal("settled to", to)
		}
	}
	lead.post(path(problems[0]), url.Values{"answer": {"另一种"}}).is(409)
	// a doubt of another plan than the address names
	lead.post(strings.Replace(path(problems[0]), "anda-2020", "demo-2020", 1), url.Values{"answer": {"x"}}).is(404)

	page = lead.get("/p/anda-2020").is(200, "按原文办理", "李牵头")
	page.not("先确认")
	panel := lead.get("/p/anda-2020?do=issue").is(200, "确认下发", "没有联络员")
	form := panel.form("/p/anda-2020/issue")
	lead.post("/p/anda-2020/issue", nil).is(409) // a form without a version is stale
	lead.post("/p/anda-2020/issue", form).is(303)
	lead.post("/p/anda-2020/issue", form).is(409)

	counts, err := s.db.Counts(t.Context(), models.Scope{All: true}, plan.ID, store.ByUnit, s.app.Today())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range counts {
		n += c.N
	}
	panel.is(200, "共 "+thousands(n)+" 家次") // what the panel said is what was done
	lead.get("/p/anda-2020").is(200, "已下发").not("先确认")
	lead.get("/p/anda-2020/u").is(200, "市公安局", "市直", "乡镇")
	s.as("supervisor").get("/p/anda-2020").is(200).not("下发到")
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	if len(s) > 3 {
		return s[:len(s)-3] + "," + s[len(s)-3:]
	}
	return s
}

// TestUnitsOfPlan reads the list of the small office by its known lights.
func TestUnitsOfPlan(t *testing.T) {
	s := newSeeded(t)
	lead := s.as("lead")
	page := lead.get("/p/demo-2020/u").is(200, "1 个单位有逾期", "市公安局", "万宝山镇")
	page.not("老虎岗镇") // owes nothing
	if strings.Index(page.body, ">市公安局<") > strings.Index(page.body, ">任民镇<") {
		t.Error("the unit with something overdue does not come first")
	}
	lead.get("/p/demo-2020/u?f=乡镇").is(200, "任民镇").not(">市公安局<")
	s.as("supervisor").get("/p/demo-2020/u").is(200).not("催办所选单位")
	lead.post("/p/demo-2020/u/nudge", nil).is(422, "催办所选单位")
	lead.post("/p/demo-2020/u/nudge", url.Values{"u": {"nix"}}).is(404)
	lead.post("/p/demo-2020/u/nudge", url.Values{"u": {"renmin"}}).is(404) // nothing overdue there
	lead.post("/p/demo-2020/u/nudge", url.Values{"u": {"gaj"}, "back": {"/p/demo-2020/u?f=市直"}}).is(303)
	if it := s.Assignment("m1", "gaj"); it.Nudges != 1 {
		t.Error("nudged", it.Nudges, "times")
	}
	if it := s.Assignment("m3", "scjgj"); it.Nudges != 0 {
		t.Error("a unit that was not ticked was nudged")
	}
}

// TestRegisterForms changes words, adds a unit and gives what was typed back.
func TestRegisterForms(t *testing.T) {
	s := newSeeded(t)
	admin := s.as("admin")
	form := admin.get("/units?edit=gaj").is(200, "市公安局").form("/units/gaj")
	admin.post("/units/gaj", with(form, "name", "市公安局新名", "short", "这个简称实在太长")).is(422, "市公安局新名", "这个简称实在太长")
	admin.post("/units/gaj", with(form, "name", "市市场监管局")).is(409, "市市场监管局") // another's name
	admin.post("/units/gaj", with(form, "name", "市公安局新名", "note", "改名")).is(303)
	admin.post("/units/gaj", with(form, "name", "又一个")).is(409) // drawn before the change
	u, err := s.db.UnitByCode(t.Context(), "gaj")
	if err != nil || u.Name != "市公安局新名" || u.Note != "改名" || u.Sample || u.ContactID != s.User("gaj-contact").ID || u.SortNo != s.Unit("gaj").SortNo {
		t.Error(u, err)
	}
	city := strconv.FormatInt(int64(s.Unit("gaj").ParentID), 10)
	fresh := url.Values{"code": {"Bad Code"}, "parent": {city}, "name": {"市新设局"}, "short": {"新设"}, "family": {"市直"}, "note": {"试"}}
	admin.post("/units", fresh).is(422, "Bad Code", "市新设局", "新设")
	fresh.Set("code", "xsj")
	admin.post("/units", with(fresh, "parent", "999999")).is(404)
	admin.post("/units", fresh).is(303)
	if u, err = s.db.UnitByCode(t.Context(), "xsj"); err != nil || u.Register != "demo" || u.ParentID != s.Unit("gaj").ParentID || u.SortNo <= s.Unit("laohugang").SortNo {
		t.Error(u, err)
	}
	admin.get("/units?q=营商局").is(200, "市营商环境局").not("任民镇")
	admin.get("/units?q=没有的").is(200, "没有符合条件的单位")
	s.as("supervisor").get("/units?edit=gaj").is(200).not("/units/gaj")
}

// TestChangeContact hands a unit's post to another person.
func TestChangeContact(t *testing.T) {
	s := newSeeded(t)
	lead := s.as("lead")
	next := models.User{Login: "gaj-second", Name: "新联络", Role: models.RoleContact, UnitID: s.Unit("gaj").ID, Lang: "zh", Epoch: 1, Version: 1, CreatedAt: storetest.Now}
	s.Write(func(tx *store.Tx) error { return tx.InsertUser(t.Context(), &next) })
	page := lead.get("/units?edit=gaj").is(200, "新联络", "随岗位转移")
	form := url.Values{"version": {page.form("/units/gaj").Get("version")}, "post": {"contact"}}
	id := func(u models.UserID) string { return strconv.FormatInt(int64(u), 10) }
	lead.post("/units/gaj/post", with(form, "user", id(s.User("scjgj-contact").ID))).is(422, "所选人员") // another unit's
	lead.post("/units/gaj/post", with(form, "user", "x")).is(422)
	lead.post("/units/gaj/post", with(form, "user", id(next.ID))).is(303)
	lead.post("/units/gaj/post", with(form, "user", "0")).is(409) // drawn before the change
	u, err := s.db.UnitByCode(t.Context(), "gaj")
	if err != nil || u.ContactID != next.ID || u.LeaderID != s.User("gaj-leader").ID {
		t.Error(u, err)
	}
	if got, err := s.db.NoticesOf(t.Context(), next.ID, 10); err != nil || len(got) != 1 {
		t.Error("the new contact was told of", len(got), "duties, one is open", err)
	}
}

// TestGroupMembers lets a unit join and leave a group of a running plan.
func TestGroupMembers(t *testing.T) {
	s := newSeeded(t)
	lead := s.as("lead")
	const path = "/units/groups/townships"
	lead.get("/units?tab=groups&group=townships").is(200, "各乡镇", "老虎岗镇", "有 1 条措施交给本组")
	unit := func(code string) string { return strconv.FormatInt(int64(s.Unit(code).ID), 10) }
	today := s.app.Today().String()
	join := url.Values{"do": {"join"}, "unit": {unit("laohugang")}, "from": {"2020-13-01"}}
	lead.post(path, join).is(422, "2020-13-01")
	lead.post(path, with(join, "from", "")).is(422)
	lead.post(path, with(join, "unit", "")).is(422)
	lead.post(path, with(join, "unit", unit("renmin"), "from", today)).is(409) // a member already
	lead.post(path, with(join, "from", today)).is(303)
	items, err := s.db.Items(t.Context(), models.Scope{Unit: s.Unit("laohugang").ID}, store.ItemFilter{}, s.app.Today())
	if err != nil || len(items) != 1 || items[0].MeasureRef != "m2" {
		t.Error("the new member got", items, err)
	}
	lead.post(path, url.Values{"do": {"leave"}, "unit": {unit("laohugang")}, "to": {"2019-01-01"}}).is(422, "2019-01-01")
	lead.post(path, url.Values{"do": {"leave"}, "unit": {unit("gaj")}, "to": {today}}).is(404)
	lead.post(path, url.Values{"do": {"leave"}, "unit": {unit("laohugang")}, "to": {s.app.Today().AddDays(-1).String()}}).is(422) // before it joined
	lead.post(path, url.Values{"do": {"leave"}, "unit": {unit("laohugang")}, "to": {today}}).is(303)
	members, err := s.db.Members(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ended := 0
	for _, m := range members {
		if m.UnitID == s.Unit("laohugang").ID && m.ToDate == s.app.Today() {
			ended++
		}
	}
	if ended != 1 {
		t.Error("memberships that end today:", ended)
	}
}

// TestOfficeQueries counts the questions of each page before and after the
// office has grown.
func TestOfficeQueries(t *testing.T) {
	s := newSeeded(t)
	ask := func() map[string]int64 {
		out := map[string]int64{}
		lead := s.as("lead")
		for _, path := range []string{"/plans", "/p/demo-2020", "/p/demo-2020/u", "/units", "/units?tab=groups", "/units?edit=gaj"} {
			before := s.queries.Load()
			lead.get(path).is(200)
			out[path] = s.queries.Load() - before
		}
		return out
	}
	before := ask()
	s.grow(30)
	if _, err := s.app.ImportSeed(t.Context(), s.Actor("lead"), "shanghai-2019"); err != nil {
		t.Fatal(err)
	}
	for path, n := range ask() {
		if n > before[path] || n > 30 {
			t.Errorf("%s: %d queries, %d after the office has grown", path, before[path], n)
		}
	}
}
