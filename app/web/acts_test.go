package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"duban/models"
	"duban/models/store"
)

// TestJourney walks one duty from its signature to the final sign-off, through
// the forms as the pages draw them: nothing is sent that a browser without
// script would not send.
func TestJourney(t *testing.T) {
	s := newSeeded(t)
	unit, lead := s.as("renmin-contact"), s.as("lead")
	act := s.act("m2", "renmin")

	// sign, from the unit's own list
	home := unit.get("/").is(200, "10月15日", "各乡镇设立企业服务网点。", "未签收")
	if to := unit.post(act+"/sign", home.form(act+"/sign")).sentTo(); to != "/" {
		t.Errorf("signing from the list leads to %s", to)
	}
	s.state("m2", "renmin", models.StateActive)

	// hand in without evidence: refused, everything typed is still there
	page := unit.get(act+"/submit").is(200, "填报完成情况", "覆盖率", "要求 ≥ 90%", "陈镇长（副镇长）")
	typed := with(page.form(act+"/submit"), "statement", "已设立 <b>12</b> 个网点。", "m0", "88", "handler", "冯任民", "signed", "1", "do", "submit")
	page = unit.upload(act+"/submit", typed).is(422, "还不能提交，有 2 处要改", "请至少上传一份佐证材料", "覆盖率为 88%，未达到要求（≥ 90%）")
	again := page.form(act + "/submit")
	for field, want := range map[string]string{"statement": "已设立 <b>12</b> 个网点。", "m0": "88", "handler": "冯任民", "approver": "陈镇长（副镇长）", "signed": "1"} {
		if got := again.Get(field); got != want {
			t.Errorf("after the fault the field %s holds %q, want %q", field, got, want)
		}
	}
	s.state("m2", "renmin", models.StateActive)

	// with a file
	to := unit.upload(act+"/submit", with(again, "m0", "95", "do", "submit"), file{"网点照片.txt", "照片说明"}).sentTo()
	if to != "/" {
		t.Errorf("handing in leads to %s", to)
	}
	s.state("m2", "renmin", models.StateReview)
	unit.get("/").is(200, "审核中，已停止计时")

	// the lead office returns it: first without a reason
	task := "/p/demo-2020/t/2-1?u=renmin"
	page = lead.get(task).is(200, "审核：", "已设立 <b>12</b> 个网点。", "95", "达标", "网点照片.txt")
	form := with(page.form(act+"/review"), "decision", "return", "reason_code", "evidence", "reason", "", "resubmit_by", "2020-10-21")
	page = lead.post(act+"/review", form).is(422, "请写明理由")
	if got := page.form(act + "/review"); got.Get("resubmit_by") != "2020-10-21" || got.Get("decision") != "return" || got.Get("reason_code") != "evidence" {
		t.Errorf("the decision is not kept: %v", got)
	}
	to = lead.post(act+"/review", with(page.form(act+"/review"), "reason", "缺现场照片。")).sentTo()
	if want := "/p/demo-2020/t/2-1?u=wanbao#unit"; to != want {
		t.Errorf("the decision leads to %s, want the next one: %s", to, want)
	}
	if it := s.state("m2", "renmin", models.StateReturned); it.ResubmitBy.String() != "2020-10-21" {
		t.Errorf("resubmit by %s", it.ResubmitBy)
	}
	unit.get("/").is(200, "被退回，待补报", "缺现场照片。", "李牵头", "10月21日", "补报")

	// the unit resubmits: what it wrote is there already, and one file is enough
	page = unit.get(act+"/submit").is(200, "缺现场照片。")
	form = page.form(act + "/submit")
	if form.Get("statement") != "已设立 <b>12</b> 个网点。" || form.Get("m0") != "95" {
		t.Errorf("the form asks again for what was handed in: %v", form)
	}
	unit.upload(act+"/submit", with(form, "signed", "1", "do", "submit"), file{"现场.txt", "现场照片"}).sentTo()

	// approve, then close off with the confirmation
	page = lead.get(task).is(200, "以前的报送（1 次）", "现场.txt", "缺现场照片。")
	lead.post(act+"/review", with(page.form(act+"/review"), "decision", "approve")).sentTo()
	s.state("m2", "renmin", models.StateDone)
	page = lead.get(task+"&do=close").is(200, "确认为任民镇销号？", "记录锁定")
	if to := lead.post(act+"/close", page.form(act+"/close")).sentTo(); to != task {
		t.Errorf("closing off leads to %s", to)
	}
	s.state("m2", "renmin", models.StateClosed)
	history := lead.get(task+"&only=1").is(200, "签收", "（第2次）", "退回", "缺现场照片。", "请于10月21日前补报", "审核通过", "销号")
	history.not("上传佐证") // what happened in the draft is the unit's own business
	unit.get("/p/demo-2020/t/2-1").is(200, "上传佐证", "已销号")
	for _, e := range []string{"sign", "submit", "return", "approve", "close"} {
		lines, err := s.db.Audit(t.Context(), models.Scope{All: true}, store.AuditFilter{Assignment: s.Assignment("m2", "renmin").ID, Act: e})
		if want := map[string]int{"submit": 2}[e]; err != nil || len(lines) != max(want, 1) {
			t.Errorf("%s: %d lines in the log, %v", e, len(lines), err)
		}
	}
}

// TestNotApplicable walks the request to count as 不涉及.
func TestNotApplicable(t *testing.T) {
	s := newSeeded(t)
	unit, lead, act := s.as("gaj-contact"), s.as("lead"), s.act("m1", "gaj")
	page := unit.get(act+"/submit?form=na").is(200, "申请不涉及")
	page = unit.upload(act+"/na", with(page.form(act+"/na"), "handler", "", "do", "submit")).is(422, "请填写承办人", "请确认以上内容已经本单位分管领导审签")
	unit.upload(act+"/na", with(page.form(act+"/na"), "statement", "机构改革后不再承担。", "handler", "王公安", "signed", "1", "do", "submit")).sentTo()
	page = lead.get("/p/demo-2020/t/1-1?u=gaj").is(200, "该单位申请“不涉及”", "同意不涉及", "机构改革后不再承担。")
	lead.post(act+"/review", with(page.form(act+"/review"), "decision", "approve")).sentTo()
	s.state("m1", "gaj", models.StateNA)
	// reopened, with a reason and a day
	page = lead.get("/p/demo-2020/t/1-1?u=gaj&do=reopen").is(200, "重新办理")
	page = lead.post(act+"/reopen", with(page.form(act+"/reopen"), "resubmit_by", "2020-10-01")).is(422, "请写明理由", "补报期限不能早于今天")
	lead.post(act+"/reopen", with(page.form(act+"/reopen"), "reason", "核查发现仍有此职能。", "resubmit_by", "2020-10-30")).sentTo()
	s.state("m1", "gaj", models.StateReturned)
	unit.get("/").is(200, "核查发现仍有此职能。", "10月30日")
	// and taken back
	page = lead.get("/p/demo-2020/t/1-1?u=gaj&do=withdraw").is(200, "撤销市公安局的这项任务？")
	lead.post(act+"/withdraw", with(page.form(act+"/withdraw"), "reason", "")).is(422, "请写明理由")
	lead.post(act+"/withdraw", with(page.form(act+"/withdraw"), "reason", "方案调整。")).sentTo()
	s.state("m1", "gaj", models.StateWithdrawn)
}

// TestShortForms walks progress, obstacle and the supervisor's opinion.
func TestShortForms(t *testing.T) {
	s := newSeeded(t)
	unit, act := s.as("gaj-contact"), s.act("m1", "gaj")
	task := "/p/demo-2020/t/1-1?u=gaj"

	page := unit.get(act+"/submit?form=progress").is(200, "填报进展", "无新进展")
	unit.post(act+"/progress", page.form(act+"/progress")).is(422, "请填写内容")
	if to := unit.post(act+"/progress", with(page.form(act+"/progress"), "text", "已完成选址。")).sentTo(); to != task {
		t.Errorf("progress leads to %s", to)
	}
	unit.post(act+"/progress", with(page.form(act+"/progress"), "nonews", "1")).sentTo()
	unit.get(task).is(200, "已完成选址。", "无新进展，正常推进")
	unit.post(act+"/progress", with(page.form(act+"/progress"), "text", strings.Repeat("长", 5001))).is(422, "最多 5,000 字，现有 5,001 字")

	page = unit.get(act + "/submit?form=block").is(200)
	page = unit.post(act+"/block", with(page.form(act+"/block"), "cause", "等待接口")).is(422, "请写明由谁协调解决")
	if got := page.form(act + "/block").Get("cause"); got != "等待接口" {
		t.Errorf("the cause is not kept: %q", got)
	}
	unit.post(act+"/block", with(page.form(act+"/block"), "by", "市数据局")).sentTo()
	if it := s.Assignment("m1", "gaj"); it.BlockedCause != "等待接口" || it.BlockedBy != "市数据局" {
		t.Errorf("blocked: %q by %q", it.BlockedCause, it.BlockedBy)
	}
	page = s.as("lead").get(task).is(200, "等待接口", "市数据局", "解除受阻")
	s.as("lead").post(act+"/unblock", page.form(act+"/unblock")).sentTo()
	if it := s.Assignment("m1", "gaj"); it.BlockedCause != "" {
		t.Errorf("still blocked: %q", it.BlockedCause)
	}
	unit.get(task).is(200, "报告受阻", "解除受阻")

	sup := s.as("supervisor")
	page = sup.get(task+"&do=opinion").is(200, "对市公安局提出督办意见")
	sup.post(act+"/opinion", page.form(act+"/opinion")).is(422, "请填写内容")
	if to := sup.post(act+"/opinion", with(page.form(act+"/opinion"), "text", "请抓紧办理。")).sentTo(); to != task {
		t.Errorf("the opinion leads to %s", to)
	}
	unit.get(task).is(200, "提出督办意见", "请抓紧办理。", "孙督查")
	if unread, err := s.db.CountUnread(t.Context(), s.User("gaj-contact").ID); err != nil || unread != 1 {
		t.Errorf("the contact has %d notices, %v", unread, err)
	}
}

// TestExtensionForms walks a request for more time and its decision.
func TestExtensionForms(t *testing.T) {
	s := newSeeded(t)
	lead := s.as("lead")

	// too late to ask: the form says so, and keeps what was typed
	gaj, late := s.as("gaj-contact"), s.act("m1", "gaj")
	page := gaj.get(late+"/submit?form=extend").is(200, "延期应当在期限届满前申请")
	page = gaj.post(late+"/extend", with(page.form(late+"/extend"), "to", "2020-11-30", "reason", "接口未开放。")).is(409, "延期应当在期限届满前申请")
	if f := page.form(late + "/extend"); f.Get("to") != "2020-11-30" || f.Get("reason") != "接口未开放。" {
		t.Errorf("what was typed is not kept: %v", f)
	}

	unit, act := s.as("renmin-contact"), s.act("m2", "renmin")
	page = unit.get(act+"/submit?form=extend").is(200, "申请延期", "现时限 10月15日")
	page = unit.post(act+"/extend", with(page.form(act+"/extend"), "to", "2020-10-15")).is(422, "请写明理由", "新的期限须晚于现有期限（10月15日）")
	unit.post(act+"/extend", with(page.form(act+"/extend"), "to", "十月底", "reason", "选址未定。")).is(422, "“十月底”不是日期")
	unit.post(act+"/extend", with(page.form(act+"/extend"), "to", "2020-10-31", "reason", "选址未定。")).sentTo()
	unit.get("/").is(200, "已申请延至10月31日，待批复")
	unit.get(act+"/submit?form=extend").is(200, "已有一份延期申请等待批复")

	exts, err := s.db.Extensions(t.Context(), models.Scope{All: true}, s.Assignment("m2", "renmin").ID)
	if err != nil || len(exts) != 1 {
		t.Fatal(exts, err)
	}
	decide := fmt.Sprintf("/p/demo-2020/x/%d/decide", exts[0].ID)
	page = lead.get("/p/demo-2020/t/2-1?u=renmin").is(200, "延期申请：", "选址未定。", "顺延 16 天")
	base := page.form(decide)
	if base.Get("to") != "2020-10-31" || base.Get("version") != "1" {
		t.Errorf("the form to grant: %v", base)
	}
	lead.post(decide, with(base, "decision", "grant", "to", "")).is(422, "请填写日期")
	if it := s.Assignment("m2", "renmin"); it.EffectiveOn.String() != "2020-10-15" {
		t.Fatalf("granting no day moved the deadline to %s", it.EffectiveOn)
	}
	page = lead.post(decide, with(base, "decision", "grant", "to", "2020-10-10", "answer", "酌情")).is(422, "新的期限须晚于现有期限")
	page.is(422, "酌情")
	lead.post(decide, with(base, "decision", "refuse")).is(422, "请写明理由")
	lead.post(decide, with(base, "decision", "maybe")).is(422)
	if to := lead.post(decide, with(base, "decision", "grant")).sentTo(); to != "/p/demo-2020/t/2-1?u=renmin" {
		t.Errorf("the decision leads to %s", to)
	}
	if it := s.Assignment("m2", "renmin"); it.EffectiveOn.String() != "2020-10-31" || it.DueOn.String() != "2020-10-15" {
		t.Errorf("effective %s, due %s", it.EffectiveOn, it.DueOn)
	}
	// a second decision on the same request comes too late, and says who was first
	lead.post(decide, with(base, "decision", "refuse", "answer", "不同意的理由")).is(409, "李牵头", "同意延期", "不同意的理由")
	unit.get("/p/demo-2020/t/2-1").is(200, "已同意延至10月31日")
}

// TestStale: whoever acts on an old page is told who was first, and gets back
// what was typed.
func TestStale(t *testing.T) {
	s := newSeeded(t)
	unit, lead, act := s.as("gaj-contact"), s.as("lead"), s.act("m1", "gaj")

	form := unit.get(act + "/submit").form(act + "/submit")
	block := unit.get(act + "/submit?form=block").form(act + "/block")
	lead.post(act+"/nudge", url.Values{}).sentTo() // the assignment has a new version

	unit.post(act+"/block", with(block, "cause", "等待接口", "by", "市数据局")).is(409, "李牵头", "催办", "等待接口", "受阻原因")

	// the long form comes back whole, on top of what was done meanwhile
	page := unit.upload(act+"/submit", with(form, "statement", "已全部完成。", "m0", "0.5", "signed", "1", "do", "submit"), file{"清单.txt", "清单"}).
		is(409, "李牵头", "催办", "已存入草稿", "清单.txt")
	next := page.form(act + "/submit")
	if next.Get("statement") != "已全部完成。" || next.Get("signed") != "1" || next.Get("version") == form.Get("version") {
		t.Errorf("the form after the conflict: %v", next)
	}
	unit.upload(act+"/submit", with(next, "do", "submit")).sentTo()
	s.state("m1", "gaj", models.StateReview)

	// handed in already: no form any more, the text is given back
	unit.upload(act+"/submit", with(next, "do", "submit")).is(409, "待审核", "王公安")

	// two reviewers
	review := lead.get("/p/demo-2020/t/1-1?u=gaj").form(act + "/review")
	lead.post(act+"/review", with(review, "decision", "approve")).sentTo()
	lead.post(act+"/review", with(review, "decision", "return", "reason", "数据不一致。", "resubmit_by", "2020-10-30")).is(409, "李牵头", "审核通过", "数据不一致。")
	s.state("m1", "gaj", models.StateDone)
	// a form that says nothing of its version is no way round
	lead.post(act+"/close", url.Values{}).is(409)
	s.state("m1", "gaj", models.StateDone)
}

// TestNudges: ticked units, one unit, and never twice a day.
func TestNudges(t *testing.T) {
	s := newSeeded(t)
	s.Write(func(tx *store.Tx) error { // somebody who can be reminded
		unit := s.Unit("changde")
		u := models.User{Login: "changde-contact", Name: "褚昌德", Email: "changde-contact@example.test", Role: models.RoleContact,
			UnitID: unit.ID, Lang: "zh", Epoch: 1}
		if err := tx.InsertUser(t.Context(), &u); err != nil {
			return err
		}
		unit.ContactID = u.ID
		return tx.UpdateUnit(t.Context(), &unit)
	})
	lead := s.as("lead")
	page := lead.get("/p/demo-2020/t/2-1?tab=all").is(200, "催办所选单位")
	form := page.form("/p/demo-2020/t/2-1/nudge")
	if form.Get("back") != "/p/demo-2020/t/2-1?tab=all" {
		t.Errorf("the form goes back to %q", form.Get("back"))
	}
	lead.post("/p/demo-2020/t/2-1/nudge", form).is(422, "请先勾选要办理的单位")
	renmin, changde := s.Assignment("m2", "renmin"), s.Assignment("m2", "changde")
	foreign := s.Assignment("m1", "gaj")
	lead.post("/p/demo-2020/t/2-1/nudge", url.Values{"a": {fmt.Sprint(renmin.ID), fmt.Sprint(foreign.ID)}}).is(404)
	if s.Assignment("m2", "renmin").Nudges != 0 {
		t.Fatal("a form with a foreign id has nudged")
	}
	form["a"] = []string{fmt.Sprint(renmin.ID), fmt.Sprint(changde.ID)}
	to := lead.post("/p/demo-2020/t/2-1/nudge", form).sentTo()
	if to != "/p/demo-2020/t/2-1?tab=all" {
		t.Errorf("nudging leads to %s", to)
	}
	if a, b := s.Assignment("m2", "renmin").Nudges, s.Assignment("m2", "changde").Nudges; a != 1 || b != 1 {
		t.Errorf("nudges %d and %d", a, b)
	}
	lead.get(to).is(200, "今天已催办", "催办，2家")
	lead.post(s.act("m2", "renmin")+"/nudge", url.Values{}).sentTo()
	if n := s.Assignment("m2", "renmin").Nudges; n != 1 {
		t.Errorf("nudged %d times on one day", n)
	}
}

// TestTogether: signing for everything, and signing off everything, at once.
func TestTogether(t *testing.T) {
	s := newSeeded(t)
	s.Duty("m1", "renmin").Store()
	unit := s.as("renmin-contact")
	page := unit.get("/").is(200, "2 项任务还没有签收", "全部签收")
	unit.post("/sign-all", page.form("/sign-all")).sentTo()
	s.state("m1", "renmin", models.StateActive)
	s.state("m2", "renmin", models.StateActive)
	unit.get("/").is(200).not("全部签收")

	s.Duty("m1", "wanbao").Done().Store()
	lead := s.as("lead")
	page = lead.get("/p/demo-2020/t/1-1").is(200, "2 家已完成，待销号")
	if !page.hasLink("/p/demo-2020/t/1-1?do=close_all#close") {
		t.Error("no way to the confirmation")
	}
	page = lead.get("/p/demo-2020/t/1-1?do=close_all").is(200, "确认为以下 2 家一并销号？", "市市场监管局", "万宝山镇")
	lead.post("/p/demo-2020/t/1-1/close", page.form("/p/demo-2020/t/1-1/close")).sentTo()
	s.state("m1", "scjgj", models.StateClosed)
	s.state("m1", "wanbao", models.StateClosed)
	s.state("m1", "gaj", models.StateActive)
	lead.get("/p/demo-2020/t/1-1").is(200).not("待销号")
}

// TestReviewQueue: the longest wait first, by kind, and on to the next.
func TestReviewQueue(t *testing.T) {
	s := newSeeded(t)
	lead := s.as("lead")
	page := lead.get("/p/demo-2020/review").is(200, "2 件待审核", "最久已等 15 天", "万宝山镇", "市市场监管局", "已按要求完成。", "申请延期", "审核", "批复…")
	if text := page.text(); strings.Index(text, "万宝山镇") > strings.Index(text, "市市场监管局") {
		t.Error("the longest wait does not stand first")
	}
	lead.get("/p/demo-2020/review?tab=ext").is(200, "市市场监管局").not("万宝山镇")
	lead.get("/p/demo-2020/review?tab=na").is(200, "下一个时限是10月15日，1 条措施。")
	lead.get("/p/demo-2020/review?page=99").is(200, "万宝山镇")
	s.as("supervisor").get("/p/demo-2020/review").is(200, "查看").not("批复…")
	// ?next leads on, and back to the empty queue
	id := s.Assignment("m2", "wanbao").ID
	lead.get(fmt.Sprintf("/p/demo-2020/review?next=%d", id)).is(200)
	if to := lead.get("/p/demo-2020/review?next=1").sentTo(); to != "/p/demo-2020/t/2-1?u=wanbao#unit" {
		t.Errorf("the next one is %s", to)
	}
	s.grow(60)
	page = lead.get("/p/demo-2020/review?tab=completion").is(200, "第 1–50 条，共 61 条")
	if !page.hasLink("/p/demo-2020/review?tab=completion&page=2") {
		t.Error("no way to the second page")
	}
	lead.get("/p/demo-2020/review?tab=completion&page=2").is(200, "第 51–61 条", "第59局")
}

// TestUnitList draws one unit's list for its own people and for others.
func TestUnitList(t *testing.T) {
	s := newSeeded(t)
	own := s.as("scjgj-contact").get("/").is(200, "没有逾期", "下发时已过期，仍须办结", "以后到期", "已办结", "受阻：", "等待省级系统接口", "已申请延至2021年3月31日")
	if !own.hasLink(s.act("m4", "scjgj") + "/submit") {
		t.Error("the unit cannot report on what was past at issue")
	}
	own.not("催办")
	page := s.as("lead").get("/p/demo-2020/u/scjgj").is(200, "联络员", "周市监", "催办", "各单位").not("填报完成", "全部签收")
	act := s.act("m4", "scjgj")
	if to := s.as("lead").post(act+"/nudge", page.form(act+"/nudge")).sentTo(); to != "/p/demo-2020/u/scjgj" {
		t.Errorf("nudging from the list leads to %s", to)
	}
	s.as("lead").get("/p/demo-2020/u/laohugang").is(200, "还没有下发给本单位的任务")
	s.as("scjgj-leader").get("/").is(200, "受阻：").not("填报完成", "签收 ")
	// in English every word has its other half
	s.Write(func(tx *store.Tx) error {
		for _, login := range []string{"lead", "scjgj-contact"} {
			u := s.User(login)
			u.Lang = "en"
			if err := tx.UpdateUser(t.Context(), &u); err != nil {
				return err
			}
		}
		return nil
	})
	s.as("scjgj-contact").get("/").is(200, "Past at issue, still to be done", "Complete")
	s.as("scjgj-contact").get(s.act("m4", "scjgj")+"/submit").is(200, "Submit completion", "Save draft")
	s.as("lead").get("/p/demo-2020/t/2-2?u=scjgj").is(200, "Extension request", "Measure 2 of 2", "Progress by unit")
	s.as("lead").get("/p/demo-2020/review").is(200, "2 to review", "Longest wait first")
}

// TestClosedPlan: nothing moves in a plan that has ended, and no page offers it.
func TestClosedPlan(t *testing.T) {
	s := newSeeded(t)
	form := s.as("gaj-contact").get(s.act("m1", "gaj") + "/submit").form(s.act("m1", "gaj") + "/submit")
	s.Write(func(tx *store.Tx) error {
		p := s.Plan
		p.State = models.PlanClosed
		return tx.UpdatePlan(t.Context(), &p)
	})
	page := s.as("lead").get("/p/demo-2020/t/2-1?u=wanbao").is(200, "已按要求完成。").not("提交审核意见", "催办所选")
	if strings.Contains(page.body, "<form method=\"post\" action=\"/p/") {
		t.Error("a page of a closed plan offers an act")
	}
	act := s.act("m1", "gaj")
	s.as("gaj-contact").upload(act+"/submit", with(form, "do", "submit")).is(http.StatusConflict, "方案未下发或已办结")
	s.as("lead").post(act+"/nudge", url.Values{}).sentTo() // told none
	if n := s.Assignment("m1", "gaj").Nudges; n != 0 {
		t.Errorf("nudged in a closed plan: %d", n)
	}
}
