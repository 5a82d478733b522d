package view

import "duban/app/i18n"

func init() {
	ref := RefOf([]string{"12"}, 2)
	text := "承担一网通办事项的市直有关部门主动对接全省一体化在线政务服务平台。"
	addFixture("review", "review", func(lang i18n.Lang) any {
		return ReviewPage{Shell: leadShell(lang, "review", "/p/anda-2020/review"), Waiting: 48, Over3: 12, Longest: 6, Can: true,
			Tabs: []Tab{{"waiting.tab.all", 51, "", "?", true}, {"waiting.tab.completion", 46, "review", "?k=completion", false}, {"waiting.tab.na", 2, "", "?k=na", false}, {"waiting.tab.ext", 3, "", "?k=ext", false}},
			Rows: []ReviewRow{
				{Href: "/p/anda-2020/t/12-2?u=a", Kind: "completion", Unit: "市发展和改革局", Family: "市直", Ref: ref, Text: text, Lead: "我局承担“一网通办”事项 8 项，均已完成对接。", Number: 1, At: "2020-10-07 15:00", Wait: 6, Evidence: 3, Due: "2020-09-30", LateBy: 7},
				{Href: "/p/anda-2020/t/12-2?u=b", Kind: "completion", Unit: "市民政局", Family: "市直", Ref: ref, Text: text, Lead: "我局承担“一网通办”事项 11 项。", Number: 2, At: "2020-10-08 08:55", Wait: 5, Evidence: 4, Short: 1, Due: "2020-09-30", LateBy: 8},
				{Href: "/p/anda-2020/t/3-1?u=c", Kind: "na", Unit: "市档案局", Family: "市直", Ref: RefOf([]string{"3"}, 0), Text: "建立常用语检索知识库。", Lead: "我局没有面向公众的办事事项。", Number: 1, At: "2020-10-10 10:00", Wait: 3, Due: "2020-10-15"},
				{Href: "/p/anda-2020/t/12-2?u=d", Kind: "ext", Unit: "市水务局", Family: "市直", Ref: ref, Text: text, Lead: "省厅事项库接口 10月20日开放。", Number: 2, At: "2020-10-13 08:40", Wait: 0, Due: "2020-09-30", To: "2020-10-25"},
			}, Pager: Pager{1, 50, 51, "", "?page=2"}}
	})
	addFixture("review-none", "review", func(lang i18n.Lang) any {
		return ReviewPage{Shell: leadShell(lang, "review", "/p/anda-2020/review"), EmptyHint: "下一个时限是10月15日，17 条措施。"}
	})
	addFixture("units", "units", func(lang i18n.Lang) any {
		row := func(name, short, family, who string, c map[string]int, longest int) UnitRow {
			b := NewBar(c)
			return UnitRow{Code: "u-" + who, Name: name, Short: short, Family: family, Href: "/p/anda-2020/u/x", Contact: Contact{Name: who, Phone: "0455-7320106"},
				Total: b.Total, Finished: b.Done(), Percent: b.Percent(), Overdue: c["overdue"], Longest: longest, Returned: c["returned"], Due: c["due"], Review: c["review"], Unack: c["unack"], Active: c["active"], Past: c["past"], Bar: b, LastSeen: "2020-10-12 16:00"}
		}
		rows := []UnitRow{
			row("市人民防空办公室", "人防", "市直", "吴敏", map[string]int{"closed": 10, "done": 11, "overdue": 5, "due": 6, "unack": 2}, 13),
			row("市水务局", "水务", "市直", "赵磊", map[string]int{"closed": 14, "done": 10, "overdue": 4, "due": 5, "review": 1}, 13),
			row("市供热管理办公室", "供热", "市直", "", map[string]int{"closed": 4, "done": 10, "overdue": 2, "due": 5, "unack": 13}, 13),
			row("市公安局", "公安", "市直", "王芳", map[string]int{"closed": 12, "done": 11, "overdue": 1, "due": 4, "returned": 1, "review": 1, "active": 4}, 13),
			row("中国联通安达市分公司", "联通", "中省直", "冯雪", map[string]int{"closed": 8, "done": 10, "overdue": 3, "due": 6, "active": 7}, 13),
			row("任民镇", "任民", "乡镇", "于海", map[string]int{"closed": 5, "done": 4}, 0),
		}
		rows[2].LastSeen = ""
		return UnitsPage{Shell: leadShell(lang, "units", "/p/anda-2020/u"), Units: 64, Late: 18, NoContact: 1, Rows: rows, NudgeHref: "/p/anda-2020/nudge",
			Tabs:  []Tab{{"units.tab.all", 64, "", "?", true}, {"市直", 36, "", "?f=1", false}, {"中省直", 14, "", "?f=2", false}, {"乡镇", 14, "", "?f=3", false}},
			Sorts: []Tab{{"units.sort.late", 0, "", "?", true}, {"units.sort.share", 0, "", "?sort=share", false}, {"units.sort.register", 0, "", "?sort=register", false}}}
	})
	register := func(lang i18n.Lang) RegisterPage {
		return RegisterPage{Shell: leadShell(lang, "register", "/units"), Tab: "units", CanEdit: true, CanPost: true, Sample: 64, Vacant: 1,
			Tabs: []Tab{{"register.tab.units", 64, "", "/units", true}, {"register.tab.groups", 4, "", "/units?tab=groups", false}},
			Rows: []RegisterRow{{Code: "anda", Name: "安达市", Family: "区域", Region: true}, {Code: "anda-gaj", Name: "市公安局", Short: "公安", Family: "市直", Depth: 1, Aliases: []string{"安达市公安局", "公安局"},
				Contact: Contact{Name: "王芳", Phone: "0455-7320106"}, Leader: Contact{Name: "陈静", Title: "副局长"}, Sample: true, Open: 11, Href: "/units?edit=anda-gaj#edit", Current: true},
				{Code: "anda-grb", Name: "市供热管理办公室", Short: "供热", Family: "市直", Depth: 1, Contact: Contact{Name: "郑凯", Disabled: true}, Open: 5, Href: "/units?edit=anda-grb#edit"},
				{Code: "anda-zx", Name: "安达市人民政府政务服务中心（安达市营商环境建设监督局公共资源交易服务窗口）", Short: "营商窗口", Family: "大厅", Depth: 2, Aliases: []string{"政务服务大厅"}, Href: "/units?edit=anda-zx#edit"}}}
	}
	addFixture("units-register", "unit_register", func(lang i18n.Lang) any {
		p := register(lang)
		p.Edit = &UnitForm{Action: "/units/anda-gaj", Code: "anda-gaj", Name: "市公安局", Short: "公安", Family: "市直", Families: []string{"市直", "中省直", "乡镇"}, Aliases: []string{"安达市公安局", "公安局"}, Version: 2, BackHref: "/units",
			Contact: PostForm{Action: "/units/anda-gaj/post", Post: "contact", Version: 2, People: []Option{{"12", "王芳（政务服务科）", true}, {"13", "李娜（办公室）", false}}, Open: 11},
			Leader:  PostForm{Action: "/units/anda-gaj/post", Post: "leader", Version: 2, Error: "所选人员不是本单位在用的联络员（分管领导）账号。"}}
		p.Edit.Errors.Add("short", "请填写简称（不超过 6 字）。")
		return p
	})
	addFixture("units-new", "unit_register", func(lang i18n.Lang) any {
		p := register(lang)
		p.Edit = &UnitForm{Action: "/units", Parents: []Option{{"1", "安达市", true}}, Families: []string{"市直"}, BackHref: "/units"}
		return p
	})
	addFixture("units-groups", "unit_register", func(lang i18n.Lang) any {
		p := register(lang)
		p.Tab, p.Tabs[0].Current, p.Tabs[1].Current = "groups", false, true
		p.Groups = []GroupCard{{Code: "zssz", Name: "中省市直各部门", Aliases: []string{"中省直各部门"}, Count: 50, Open: true, Href: "/units?tab=groups&group=zssz#edit", Used: []string{"安达市2020年网上政务服务能力建设责任分工方案"},
			Members: []MemberRow{{1, "市公安局", "市直", "2020-01-01", "", true}, {2, "市扶贫开发工作办公室", "市直", "2020-01-01", "2020-09-30", false}}}, {Code: "xz", Name: "各乡镇政府", Count: 14, Href: "/units?tab=groups&group=xz#edit"}}
		p.Group = &GroupForm{Action: "/units/groups/zssz", Code: "zssz", Name: "中省市直各部门", Units: []Option{{"5", "市大数据中心", false}}, Members: []Option{{"1", "市公安局", false}}, From: "2020-10-13", To: "2020-10-31", BackHref: "/units?tab=groups", Effect: "加入后在《安达市2020年…》中新增 30 家次。"}
		return p
	})
	addFixture("people", "people", func(lang i18n.Lang) any {
		return PeoplePage{Shell: leadShell(lang, "people", "/people"), CanAdd: true, Tabs: []Tab{{"people.tab.all", 132, "", "?", true}, {"people.tab.contact", 64, "", "?role=contact", false}, {"people.tab.disabled", 1, "", "?role=disabled", false}},
			Rows: []PersonRow{{Href: "/people/12", Login: "ad_wangfang", Name: "王芳", Title: "政务服务科", Role: "contact", Unit: "市公安局", Posts: []string{"市公安局联络员"}, Phone: "0455-7320106", Email: "wangfang@anda.example", LastSeen: "2020-10-13 08:20"},
				{Href: "/people/13", Login: "zhengkai", Name: "郑凯", Role: "contact", Unit: "市供热管理办公室", Phone: "0455-7328186", Disabled: true}, {Href: "/people/14", Login: "zhouning", Name: "周宁", Role: "supervisor", NoLogin: true, Email: "zn@anda.example"}}, Pager: Pager{1, 50, 132, "", "?page=2"}}
	})
	person := func(lang i18n.Lang) PersonPage {
		return PersonPage{Shell: leadShell(lang, "people", "/people/12"), Action: "/people/12", ID: 12, Version: 3, Login: "ad_wangfang", Name: "王芳", Title: "政务服务科", Phone: "0455-7320106", Email: "wangfang@anda.example",
			Roles: []Option{{"contact", "", true}, {"leader", "", false}, {"lead", "", false}, {"supervisor", "", false}, {"admin", "", false}}, Units: []Option{{"1", "市公安局", true}, {"2", "市民政局", false}}, Langs: []Option{{"zh", "中文", true}, {"en", "English", false}},
			Can: true, Posts: []string{"市公安局联络员"}, Open: 11, Created: "2020-08-30 10:00", LastSeen: "2020-10-13 08:20", Sessions: 2}
	}
	addFixture("person", "person", func(lang i18n.Lang) any {
		p := person(lang)
		p.LinkURL, p.LinkTill = "https://duban.anda.example/invite/Zk3n8S2xq7T0hWmY4cRb1uVd6eLj9pAf", "2020-10-16 09:00"
		p.Errors.Add("email", "邮箱地址不正确，请按 name@example.gov.cn 的格式填写。")
		return p
	})
	addFixture("person-new", "person", func(lang i18n.Lang) any {
		p := person(lang)
		p.New, p.Action, p.Login, p.Name, p.Posts = true, "/people/new", "", "", nil
		return p
	})
	addFixture("person-read", "person", func(lang i18n.Lang) any {
		p := person(lang)
		p.Can, p.Disabled = false, "2020-09-28 09:00"
		return p
	})
	mails := []MessageRow{{ID: 9, Href: "/outbox/9", State: "failed", Kind: "overdue-1", To: "吴敏", Address: "wumin@anda.example", Unit: "市人民防空办公室", Subject: "督办提醒：5 项逾期", Created: "2020-10-12 08:00", Tries: 1, Error: "550 5.1.1 mailbox unknown", CanRetry: true},
		{ID: 8, Href: "/outbox/8", State: "queued", Kind: "nudge", To: "周强", Address: "zq@anda.example", Unit: "市城市管理综合执法局", Subject: "督办提醒：1 项被催办", Created: "2020-10-12 16:20", NotBefore: "2020-10-13 09:10", Tries: 3, Error: "dial tcp 10.0.0.5:25: connection refused"},
		{ID: 7, Href: "/outbox/7", State: "sent", Kind: "digest", To: "李明", Address: "lm@anda.example", Unit: "市营商环境局", Subject: "督办周报：逾期 38 家次，10月15日到期 287 家次", Created: "2020-10-12 08:30", Sent: "2020-10-12 08:30", Tries: 1},
		{ID: 6, Href: "/outbox/6", State: "cancelled", Kind: "due-1", To: "王芳", Address: "wf@anda.example", Unit: "市公安局", Subject: "督办提醒：1 项即将到期", Created: "2020-10-12 08:00", Error: "nothing left to say"},
		{ID: 5, Href: "/outbox/5", State: "sending", Kind: "returned", To: "卫东", Address: "wd@anda.example", Subject: "督办提醒：第12项②，报送被退回", Created: "2020-10-13 09:00", Tries: 1}}
	addFixture("outbox", "outbox", func(lang i18n.Lang) any {
		return OutboxPage{Shell: leadShell(lang, "outbox", "/outbox"), Channel: "smtp", Target: "mail.anda.example:587", Failed: 1, Queued: 3, Trouble: "dial tcp 10.0.0.5:25: connection refused", Since: "2020-10-13 08:31", CanRun: true, Rows: mails,
			Tabs: []Tab{{"outbox.tab.all", 412, "", "?", true}, {"outbox.tab.queued", 3, "", "?s=queued", false}, {"outbox.tab.failed", 1, "overdue", "?s=failed", false}, {"outbox.tab.sent", 407, "", "?s=sent", false}, {"outbox.tab.cancelled", 1, "", "?s=cancelled", false}}, Pager: Pager{1, 50, 412, "", "?page=2"}}
	})
	addFixture("outbox-none", "outbox", func(lang i18n.Lang) any {
		return OutboxPage{Shell: leadShell(lang, "outbox", "/outbox"), Channel: "files", Target: "data/mail"}
	})
	notices := []NoticeRow{{At: "2020-10-12 09:12", Kind: "returned", Icon: "returned", Unit: "市公安局", Plan: "安达市2020年网上政务服务能力建设责任分工方案", Ref: RefOf([]string{"5"}, 2), Text: "公布高频事项减时间清单、即办事项清单、零跑动清单", Note: "零跑动清单缺“户籍证明”等 3 个事项，请补充后重报。", Day: "2020-10-16", Href: "/p/anda-2020/t/5-2?u=anda-gaj", Unread: true, Mail: "sent"},
		{At: "2020-10-12 08:00", Kind: "due-3", Icon: "due", Unit: "市公安局", Ref: RefOf([]string{"6"}, 1), Text: "推进各部门70%行政许可事项和高频事项零跑动", Day: "2020-10-15", Href: "/p/anda-2020/t/6-1", Mail: "failed"},
		{At: "2020-10-12 08:30", Kind: "digest", Icon: "mail", Href: "/outbox/7"}}
	addFixture("message", "message", func(lang i18n.Lang) any {
		return MessagePage{Shell: leadShell(lang, "outbox", "/outbox/8"), ID: 8, State: "queued", Kind: "nudge", From: "督办 <duban@anda.example>", To: "周强", Address: "zq@anda.example", Subject: "督办提醒：1 项被催办", MessageID: "9f3a7bc2d1e0@anda.example",
			Created: "2020-10-12 16:20", NotBefore: "2020-10-13 09:10", Tries: 3, LastError: "dial tcp 10.0.0.5:25: connection refused", Text: "督办提醒　10月12日 星期一 16:20\n────────\n周强，1 项被催办。\n", HTMLHref: "/outbox/8/html", EMLHref: "/outbox/8/eml", RetryHref: "/outbox/8/retry",
			Attempts: []AttemptRow{{"2020-10-12 16:20", false, "dial tcp 10.0.0.5:25: connection refused"}, {"2020-10-12 16:25", false, "421 try again later"}}, Notices: notices}
	})
	addFixture("notices", "notices", func(lang i18n.Lang) any {
		return NoticesPage{Shell: unitShell(lang, "notices", "/notices"), Unread: 1, ReadHref: "/notices/read", Rows: notices, Tabs: []Tab{{"notices.tab.all", 3, "", "/notices", true}, {"notices.tab.unread", 1, "", "/notices?unread=1", false}}}
	})
	addFixture("notices-none", "notices", func(lang i18n.Lang) any { return NoticesPage{Shell: unitShell(lang, "notices", "/notices")} })
	addFixture("jobs", "jobs", func(lang i18n.Lang) any {
		p := JobsPage{Shell: leadShell(lang, "jobs", "/jobs"), Now: "2020-10-13 09:00", CanRun: true, Troubled: 1}
		for i, n := range []string{"remind", "escalate", "digest", "relay", "sweep"} {
			j := JobCard{Name: n, Spec: "0 8 * * *", Schedule: "每个工作日 08:00", State: []string{"ok", "ok", "late", "failed", "never"}[i], LastAt: "2020-10-13 08:00", LastSlot: "2020-10-13", Took: "0.8 s", Result: "64 notices, 41 mails", NextAt: "2020-10-14 08:00", RunHref: "/jobs/" + n,
				Runs: []RunRow{{"2020-10-13", "ok", "2020-10-13 08:00", "0.8 s", 1, "64 notices, 41 mails", ""}, {"2020-10-12", "failed", "2020-10-12 08:00", "0.1 s", 2, "", "database is locked"}}}
			if n == "relay" {
				j.Error = "dial tcp 10.0.0.5:25: connection refused"
			}
			if n == "sweep" {
				j.LastAt, j.Runs = "", nil
			}
			p.Jobs = append(p.Jobs, j)
		}
		return p
	})
	bar := NewBar(map[string]int{"closed": 400, "done": 774, "review": 48, "active": 180, "due": 200, "unack": 63, "returned": 29, "overdue": 38})
	seeds := []SeedRow{{Key: "anda-2020", Title: "安达市2020年网上政务服务能力建设责任分工方案", Issuer: "安达市人民政府办公室", Issued: "2020-11-16", Rows: 41, Measures: 37, Units: "64", Sample: true, In: true, Problems: 23}, {Key: "shanghai-2019", Title: "2019年上海市推进“一网通办”工作要点", Issuer: "上海市人民政府办公厅", Issued: "2019-04-03", Rows: 47, Measures: 47, Units: "64", Problems: 4}}
	addFixture("plans", "plans", func(lang i18n.Lang) any {
		return PlansPage{Shell: leadShell(lang, "plans", "/plans"), CanImport: true, Seeds: seeds, Rows: []PlanRow{{Href: "/p/anda-2020", Key: "anda-2020", Title: "安达市2020年网上政务服务能力建设责任分工方案", Issuer: "安达市人民政府办公室", Issued: "2020-11-16", Year: 2020, State: "issued", Rows: 41, Measures: 37, Units: 65, Total: 1732, Finished: 1174, Overdue: 38, Bar: bar},
			{Href: "/p/shanghai-2019", Key: "shanghai-2019", Title: "2019年上海市推进“一网通办”工作要点", Number: "沪府办发〔2019〕4号", Issuer: "上海市人民政府办公厅", Issued: "2019-04-03", Year: 2019, State: "draft", Rows: 47, Measures: 47, Units: 64, Total: 320, Confirm: 2}}}
	})
	addFixture("plans-none", "plans", func(lang i18n.Lang) any {
		return PlansPage{Shell: leadShell(lang, "plans", "/plans"), CanImport: true, Seeds: seeds[1:], Steps: []Step{{"steps.import", false, "#seeds"}, {"steps.units", true, "/units"}, {"steps.people", false, "/people"}, {"steps.settle", false, "/plans"}, {"steps.issue", false, "/plans"}}}
	})
	plan := func(lang i18n.Lang) PlanPage {
		return PlanPage{Shell: leadShell(lang, "plan", "/p/anda-2020"), Key: "anda-2020", Path: "/p/anda-2020", Title: "安达市2020年网上政务服务能力建设责任分工方案", Issuer: "安达市人民政府办公室", Issued: "2020-11-16", Year: 2020, State: "draft", LeadUnit: "市营商环境局",
			Addressees: []string{"各乡镇人民政府", "市政府各直属单位", "中省直各单位"}, Source: "安政办发附件", Rows: 41, Measures: 37, Units: 65, Total: 1732, Confirm: 1, Check: 1, Settled: 1, CanSettle: true, CanIssue: true,
			Deadlines: []PlanDay{{"2020-09-30", 10, 454, true}, {"2020-10-15", 17, 774, false}, {"", 2, 60, false}},
			Problems: []ProblemRow{{ID: 1, Severity: "confirm", Where: "row 20", Href: "/p/anda-2020/m?q=20", Message: "第20项有两条措施、两个时限，但都没有编号：按先后对应。", Action: "/p/anda-2020/problems/1"},
				{ID: 2, Severity: "check", Where: "row 22", Message: "原文“市民政局各乡镇政府”缺顿号，按两个单位处理。", Action: "/p/anda-2020/problems/2"},
				{ID: 3, Severity: "confirm", Where: "row 9–11", Message: "“10月15日底前”按10月15日处理。", Settled: "2020-08-31 10:00", By: "李明", Answer: "按10月15日办理"}},
			Versions: []PlanVersionRow{{2, "2020-09-02 15:30", "李明", "issue"}, {1, "2020-08-30 10:00", "李明", "import"}}}
	}
	addFixture("plan", "plan", func(lang i18n.Lang) any { return plan(lang) })
	addFixture("plan-issued", "plan", func(lang i18n.Lang) any {
		p := plan(lang)
		p.State, p.IssuedAt, p.Finished, p.Overdue, p.PastIssue, p.Problems, p.Confirm, p.Check = "issued", "2020-09-02 15:30", 1174, 38, 12, nil, 0, 0
		return p
	})
	addFixture("plan-issue", "plan", func(lang i18n.Lang) any {
		p := plan(lang)
		p.Confirm = 0
		p.Issue = &IssueConfirm{Action: "/p/anda-2020/issue", BackHref: "/p/anda-2020", Version: 3, Measures: 37, Units: 65, Total: 1732, PastIssue: 454, Ongoing: 60, Unassigned: 1, Mails: 64, On: "2020-09-02", NoContact: []string{"市供热管理办公室"},
			Recipients: []Recipient{{"市公安局", "王芳", "wangfang@anda.example", 34}, {"市民政局", "张伟", "", 30}}}
		return p
	})
	addFixture("audit", "audit", func(lang i18n.Lang) any {
		return AuditPage{Shell: leadShell(lang, "audit", "/audit"), Active: true, From: "2020-10-01", Acts: []Option{{"approve", "", false}, {"return", "", true}, {"login_failed", "", false}}, Units: []Option{{"1", "市公安局", false}},
			Rows: []AuditRow{{At: "2020-10-12 09:12", Actor: "李明", Role: "lead", Unit: "市营商环境局", IP: "10.0.3.7", Act: "return", Object: "第5项② · 市公安局", Href: "/p/anda-2020/t/5-2?u=anda-gaj", From: "review", To: "returned", Note: "零跑动清单缺“户籍证明”等 3 个事项，请补充后重报。", Detail: `{"submission":1,"resubmit_by":"2020-10-16"}`},
				{At: "2020-10-12 08:00", Actor: "remind", Act: "job", Detail: `{"mails":41}`}, {At: "2020-10-11 22:01", Actor: "", Role: "", IP: "10.0.9.9", Act: "login_failed", Object: "admin"}}, Pager: Pager{1, 100, 5120, "", "?page=2"}}
	})
	addFixture("help", "help", func(lang i18n.Lang) any {
		return HelpPage{Shell: unitShell(lang, "help", "/help"), Limit: "20 MB", DigestDay: i18n.Default().T(lang, "mail.schedule"), Support: "0455-7322018",
			Ladder: []LadderRow{{-7, "contact"}, {-3, "contact"}, {-1, "contact"}, {0, "contact"}, {1, "contact"}, {3, "leader"}, {7, "lead"}}}
	})
}
