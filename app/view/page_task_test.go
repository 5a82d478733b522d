package view

import "duban/app/i18n"

func init() {
	addFixture("task", "task", func(lang i18n.Lang) any { return taskFixture(lang) })
	addFixture("task-ext", "task", func(lang i18n.Lang) any {
		p := taskFixture(lang)
		p.Open = unitPanelFixture("overdue")
		p.Open.CanNudge, p.Open.CanWithdraw, p.Open.Blocked, p.Open.BlockedBy = true, true, "省厅水利事项库接口 10月20日开放，此前无法完成对接。", "省水利厅、市营商环境局"
		p.Extensions[0].Errors.Add("to", "新的期限须晚于现有期限（9月30日）。")
		p.Extensions[0].Decision, p.Extensions[0].TypedTo = "grant", "2020-09-20"
		return p
	})
	addFixture("task-close", "task", func(lang i18n.Lang) any {
		p := taskFixture(lang)
		p.Open = unitPanelFixture("done")
		p.Open.Confirm, p.Open.CanClose = "close", true
		p.CloseAll = &CloseAll{Href: p.Path + "/close", AskHref: p.Path + "?do=close_all#close", Cancel: p.Path, Units: []string{"市民政局", "市教育局"}}
		p.Errors.Add("a", "请先勾选要办理的单位。")
		p.HistoryCut, p.Older = true, p.Events[3:]
		p.Extensions = nil
		return p
	})
	addFixture("task-na", "task", func(lang i18n.Lang) any {
		p := taskFixture(lang)
		p.CloseAll = &CloseAll{Href: p.Path + "/close", Cancel: p.Path, Asked: true, Units: []string{"市民政局"}}
		p.Open = unitPanelFixture("review")
		p.Open.Current = &SubmissionView{Number: 1, NA: true, At: "2020-10-09 10:02", WaitDays: 4, Statement: "我局机构改革后不再承担此类事项，依据《安达市机构改革方案》第三条。", Handler: "赵磊", Approver: "李强（副局长）"}
		p.Open.Review = &ReviewForm{Version: 3, Reasons: []string{"evidence", "mismatch", "figures", "unsigned", "other"}}
		p.Extensions = nil
		return p
	})
	addFixture("task-unit", "task", func(lang i18n.Lang) any {
		p := taskFixture(lang)
		p.Shell = unitShell(lang, "fullplan", "/p/anda-2020/t/12-2")
		p.BulkHref, p.BulkCount, p.Tabs = "", 0, nil
		u := p.Units[4]
		u.CanDecide, u.CanNudge, u.CanSubmit, u.Selected = false, false, true, false
		p.Units = []TaskUnit{u}
		p.Open = unitPanelFixture("returned")
		p.Open.Current.State, p.Open.Current.Reviewer, p.Open.Current.ReviewedAt = "returned", "李明", "2020-10-12 09:12"
		p.Open.Current.ReasonCode, p.Open.Current.Reason, p.Open.Current.ResubmitBy = "evidence", "零跑动清单缺“户籍证明”等 3 个事项，请补充后重报。", "2020-10-16"
		p.Open.ResubmitBy, p.Open.CanSubmit, p.Open.CanProgress, p.Open.CanNA, p.Open.CanBlock = "2020-10-16", true, true, true, true
		p.Extensions[0].Can = false
		p.Extensions = p.Extensions[:1]
		return p
	})
}

// taskFixture is a measure with units in every state.
func taskFixture(lang i18n.Lang) TaskPage {
	family := func(i int) string {
		if i == 9 || i == 10 {
			return "中省直"
		}
		return "市直"
	}
	p := TaskPage{
		Shell: leadShell(lang, "matrix", "/p/anda-2020/t/12-2?u=anda-mzj"), Path: "/p/anda-2020/t/12-2",
		Crumbs: []Crumb{{Label: i18n.Default().T(lang, "nav.matrix"), Href: "/p/anda-2020/m"}, {Label: "B 在线办理成熟度", Href: "/p/anda-2020/m?ind=B"},
			{Label: "B2 协同办理", Href: "/p/anda-2020/m?ind=B2"}, {Label: "第12项 区域通办", Code: "B2-1"}},
		PrevHref: "/p/anda-2020/t/12-1", NextHref: "/p/anda-2020/t/13-1",
		Lamp: "overdue", LampUnits: 7, Days: 13, Pos: 2, Of: 2, Group: true, Ref: RefOf([]string{"12"}, 2),
		Text:     "承担一网通办事项的市直有关部门主动对接全省一体化在线政务服务平台。",
		UnitText: "中省市直各部门", UnitCount: 50, Due: "2020-09-30", DueTone: "overdue", DueText: "2.2020年9月底前。",
		Evaluation: "区域通办、跨省通办等事项在一体化平台的对接和办理情况。", EvalHref: "/p/anda-2020/m?q=12", Reviewer: "李明（督查科）→ 刘局长终审销号",
		Targets: []string{"全程网办率 ≥70%"},
		Done:    37, Total: 50, NA: 1, Percent: 74,
		Bar:      NewBar(map[string]int{"closed": 22, "done": 15, "review": 4, "returned": 2, "overdue": 7}),
		BulkHref: "/p/anda-2020/nudge", BulkCount: 9, OnlyHref: "?u=anda-mzj&only=1", AllHref: "?u=anda-mzj",
		Tabs: []Tab{{"task.tab.open", 13, "", "?tab=open", true}, {"task.tab.review", 4, "review", "?tab=review", false}, {"task.tab.overdue", 7, "overdue", "?tab=overdue", false},
			{"task.tab.returned", 2, "", "?tab=returned", false}, {"task.tab.finished", 37, "", "?tab=finished", false}, {"task.tab.all", 50, "", "?tab=all", false}},
	}
	rows := []struct {
		name, who, lamp string
		days            int
		act, at, note   string
		ev, nudges      int
	}{
		{"市发展和改革局", "王芳", "review", 6, "submit", "2020-10-07 15:00", "", 3, 0},
		{"市民政局", "张伟", "review", 5, "submit", "2020-10-08 08:55", "", 4, 0},
		{"市文体广电和旅游局", "刘洋", "review", 2, "resubmit", "2020-10-11 10:05", "", 2, 0},
		{"市档案局", "陈静", "review", 1, "submit", "2020-10-12 11:00", "", 2, 0},
		{"市水务局", "赵磊", "overdue", 13, "ask_extend", "2020-10-13 08:40", "", 0, 1},
		{"市林业和草原局", "孙丽", "overdue", 13, "progress", "2020-10-09 09:30", "正在对接", 1, 2},
		{"市城市管理综合执法局", "周强", "overdue", 13, "nudge", "2020-10-12 16:20", "", 0, 3},
		{"市人民防空办公室", "吴敏", "overdue", 13, "", "", "", 0, 3},
		{"市供热管理办公室", "郑凯", "overdue", 13, "issue", "2020-09-02 15:30", "", 0, 0},
		{"中国联通安达市分公司", "冯雪", "overdue", 13, "issue", "2020-09-02 15:30", "", 0, 0},
		{"黑龙江省地方储备粮安达库", "褚亮", "overdue", 13, "sign", "2020-09-03 09:10", "", 0, 0},
		{"市扶贫开发工作办公室", "卫东", "returned", 5, "return", "2020-10-08 09:12", "缺平台对接确认单", 1, 1},
		{"市残疾人联合会", "蒋琳", "returned", 5, "return", "2020-10-08 09:30", "截图无时间水印", 1, 1},
	}
	for i, r := range rows {
		u := TaskUnit{ID: int64(100 + i), Version: 3, Name: r.name, Href: p.Path + "?u=x#unit", Family: family(i), Role: "responsible",
			Contact: Contact{Name: r.who, Phone: "0455-73201" + string(rune('0'+i/10)) + string(rune('0'+i%10))}, Lamp: r.lamp, Days: r.days,
			LastAct: r.act, LastAt: r.at, LastNote: r.note, Number: 2, Evidence: r.ev, Nudges: r.nudges, ActHref: "/p/anda-2020/a/100",
			CanReview: r.lamp == "review", CanNudge: r.lamp != "review"}
		switch i {
		case 1:
			u.Selected = true
		case 4:
			u.AskedTo, u.CanDecide = "2020-10-25", true
		case 6:
			u.NudgedToday = true
		case 8:
			u.Contact.Disabled = true
		}
		p.Units = append(p.Units, u)
	}
	p.Open = unitPanelFixture("review")
	p.Open.Review = &ReviewForm{Version: 3, Decision: "return", ReasonCode: "evidence", Reasons: []string{"evidence", "mismatch", "figures", "unsigned", "other"},
		Reason: "请补充带时间水印的平台事项列表截图，其余材料无需重报。", ResubmitBy: "2020-10-16", Next: true}
	p.Extensions = []ExtensionCard{{ID: 4, Version: 1, Href: "/p/anda-2020/x/4/decide", Unit: "市水务局", Number: 2, From: "2020-09-30", To: "2020-10-25", Days: 25, Others: 49,
		Reason: "省厅水利事项库接口 10月20日开放，此前无法完成对接；已附省厅通知。", By: "赵磊", At: "2020-10-13 08:40", Late: 13, State: "open", Can: true}}
	p.Events = []Event{
		{At: "2020-10-13 08:40", Act: "ask_extend", Icon: "ext", Actor: "市水务局", To: "2020-10-25", Note: "省厅事项库接口 10月20日开放"},
		{At: "2020-10-12 16:20", Act: "nudge", Icon: "nudge", Actor: "李明", Units: 2},
		{At: "2020-10-11 10:05", Act: "submit", Icon: "review", Actor: "市文体广电和旅游局", Number: 2, Evidence: 2},
		{At: "2020-10-08 09:12", Act: "return", Icon: "returned", Actor: "李明", Unit: "市扶贫开发工作办公室", Note: "只附截图，缺平台对接确认单", ResubmitBy: "2020-10-14"},
		{At: "2020-10-08 08:55", Act: "submit", Icon: "review", Actor: "市民政局", Number: 1, Evidence: 4},
		{At: "2020-10-01 00:00", Act: "overdue", Icon: "overdue", Units: 18},
		{At: "2020-09-02 15:30", Act: "issue", Icon: "flag", Actor: "李明", Units: 50},
	}
	return p
}

func unitPanelFixture(lamp string) *UnitPanel {
	return &UnitPanel{
		ID: 101, Version: 3, ActHref: "/p/anda-2020/a/101", Self: "/p/anda-2020/t/12-2?u=anda-mzj", Code: "anda-mzj", Name: "市民政局", Role: "responsible",
		Lamp: lamp, Days: 5, Index: 2, Of: 4, PrevURL: "?u=anda-fgj#unit", NextURL: "?u=anda-wtlj#unit", Contact: Contact{Name: "张伟", Phone: "0455-7321116"},
		Due: "2020-09-30", Effective: "2020-10-12", OverduePast: true,
		Current: &SubmissionView{ID: 7, Number: 1, At: "2020-10-08 08:55", WaitDays: 5, By: "张伟",
			Statement: "我局承担“一网通办”事项 11 项，均已在省一体化平台完成对接，其中“社会团体成立登记”等 9 项实现全程网办，2 项因需现场核验保留线下环节。",
			Figures:   []FigureLine{{"应对接事项", "11", "项", "", false}, {"已对接", "100", "%", "≥ 100", true}, {"全程网办", "68.4", "%", "≥ 70", false}},
			Evidence: []EvidenceLine{
				{ID: 1, Href: "/evidence/1", Name: "省一体化平台对接确认单（盖章）.pdf", Size: 1258291, At: "2020-10-08 08:51", Hash: "9f3a7bc2d1e0445566778899aabbccddeeff00112233445566778899aabbccc2"},
				{ID: 2, Href: "/evidence/2", Name: "民政局一网通办事项清单.xlsx", Size: 38912, At: "2020-10-08 08:52", Hash: "1f3a7bc2d1e0445566778899aabbccddeeff00112233445566778899aabbccc2"},
				{ID: 3, Href: "/evidence/3", Name: "平台事项列表截图.png", Pic: true, Size: 655360, At: "2020-10-08 08:53", Hash: "2f3a7bc2d1e0445566778899aabbccddeeff00112233445566778899aabbccc2"},
				{ID: 4, Href: "https://zwfw.hlj.gov.cn/anda/mzj", Name: "https://zwfw.hlj.gov.cn/anda/mzj", Link: true, At: "2020-10-08 08:54"},
			}, Handler: "张伟 · 办公室", Approver: "周强（副局长）"},
	}
}
