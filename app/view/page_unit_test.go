package view

import "duban/app/i18n"

func init() {
	addFixture("mytasks", "mytasks", func(lang i18n.Lang) any { return myTasksFixture(lang) })
	addFixture("mytasks-unsigned", "mytasks", func(lang i18n.Lang) any {
		p := myTasksFixture(lang)
		p.Unsigned, p.SignAll = 5, true
		return p
	})
	addFixture("mytasks-foreign", "mytasks", func(lang i18n.Lang) any {
		p := myTasksFixture(lang)
		p.Shell = leadShell(lang, "units", "/p/anda-2020/u/anda-gaj")
		p.Foreign, p.BackHref, p.Family = true, "/p/anda-2020/u", "市直"
		p.Contact = Contact{Name: "王芳", Phone: "0455-7320106"}
		for i := range p.Groups {
			for j := range p.Groups[i].Cards {
				c := &p.Groups[i].Cards[j]
				c.CanSign, c.CanSubmit, c.CanExtend, c.CanNA, c.CanBlock, c.CanProgress, c.DraftAt = false, false, false, false, false, false, ""
				c.CanNudge = i < 3
				c.NudgedToday = i == 1
			}
		}
		return p
	})
	addFixture("mytasks-empty", "mytasks", func(lang i18n.Lang) any {
		return MyTasksPage{Shell: unitShell(lang, "mytasks", "/"), Unit: "市公安局", Empty: true}
	})
	addFixture("submit", "submit", func(lang i18n.Lang) any {
		p := submitFixture(lang)
		p.Errors.Add("figure", "零跑动比例为 68.4%，未达到要求（≥ 70%）。确实无法达到的，请改为申请延期，或留空此项并在完成情况中说明原因。")
		p.Errors.Add("files", "“事项办理录屏.mp4”太大：每个文件不超过 20 MiB。请压缩图片或拆成几个文件再传")
		p.Rejected = []RejectedFile{{"事项办理录屏.mp4", 155189248, "超过 20 MB，没有上传。可改为截图"}}
		return p
	})
	for _, f := range []string{"extend", "na", "block", "progress"} {
		addFixture("submit-"+f, "submit", func(lang i18n.Lang) any {
			p := submitFixture(lang)
			p.Form = f
			for i := range p.Tabs {
				p.Tabs[i].Current = p.Tabs[i].Key == "submit.tab."+f
			}
			p.Metrics, p.To, p.MinTo, p.Blocked = nil, "2020-10-10", "2020-10-16", f == "block"
			if f == "extend" {
				p.Errors.Add("to", "新的期限须晚于现有期限（10月15日）。")
			}
			if f == "na" {
				p.Evidence = nil
			}
			return p
		})
	}
	addFixture("submit-returned", "submit", func(lang i18n.Lang) any {
		p := submitFixture(lang)
		p.Changed = &Changed{By: "李明", At: "2020-10-13 08:40", Act: "nudge"}
		p.Resubmit, p.Due, p.Days, p.Reason, p.ReasonBy, p.ReasonAt = true, "2020-10-16", 3, "零跑动清单缺“户籍证明”等 3 个事项，请补充后重报。", "李明", "2020-10-12 09:00"
		return p
	})
}

// myTasksFixture is a unit with something of every urgency.
func myTasksFixture(lang i18n.Lang) MyTasksPage {
	act := func(c TaskCard) TaskCard {
		c.ID, c.Version, c.Href, c.ActHref, c.Role = 7, 2, "/p/anda-2020/t/6-1?u=anda-gaj", "/p/anda-2020/a/7", or(c.Role, "responsible")
		c.CanSubmit = !c.Unsigned
		c.CanSign, c.CanNA, c.CanBlock, c.CanProgress = c.Unsigned, !c.Unsigned, true, !c.Unsigned
		c.CanExtend = c.Lamp == "due"
		return c
	}
	return MyTasksPage{
		Shell: unitShell(lang, "mytasks", "/"), Unit: "市公安局", UnitCode: "anda-gaj",
		Overdue: 1, OverdueDays: 13, Returned: 1, ReturnBy: "2020-10-16", DueSoon: 4, DueNext: "2020-10-15", DueNextDays: 2, DueNextCount: 4, Unsigned: 1, Done: 23, Total: 34,
		Groups: []TaskGroup{
			{"overdue", "overdue", 1, true, []TaskCard{act(TaskCard{Ref: RefOf([]string{"39", "40", "41", "42"}, 0), Indicator: "办理流程", Code: "E3-1…E4-2",
				Text: "落实政务服务事项实施清单要素编制要求，逐事项、逐要素自查，完善本部门事项办事指南", Lamp: "overdue", State: "active", Due: "2020-09-30", Days: -13, Late: true, Nudges: 1,
				LeadUnit: "市营商环境局", Lead: Contact{Name: "李明", Phone: "0455-7322018"}})}},
			{"returned", "returned", 1, true, []TaskCard{act(TaskCard{Ref: RefOf([]string{"5"}, 2), Indicator: "减时间", Code: "A4-1", Text: "公布高频事项减时间清单、即办事项清单、零跑动清单",
				Lamp: "returned", State: "returned", Due: "2020-10-16", Days: 3, Resubmit: true, Reason: "零跑动清单缺“户籍证明”等 3 个事项，请补充后重报。", ReasonBy: "李明", ReasonAt: "2020-10-12 09:12"})}},
			{"due", "due", 4, true, []TaskCard{
				act(TaskCard{Ref: RefOf([]string{"6"}, 1), Indicator: "减跑动", Code: "A4-3", Text: "推进各部门70%行政许可事项和高频事项零跑动", Lamp: "due", State: "active", Due: "2020-10-15", Days: 2, DraftAt: "2020-10-12 17:20"}),
				act(TaskCard{Ref: RefOf([]string{"4"}, 3), Indicator: "引导便捷度", Code: "A3-2", Text: "在申报材料要件中标注是否属于电子证照", Lamp: "due", State: "active", Due: "2020-10-15", Days: 2, AskedTo: "2020-10-31"}),
				act(TaskCard{Ref: RefOf([]string{"25"}, 0), Indicator: "公共服务事项办事指南发布数量", Code: "D1-2", Role: "cooperate", Lamp: "due", State: "active", Due: "2020-10-15", Days: 2,
					Text: "梳理公共服务类政务服务事项办事指南，重点梳理教育、医疗、住房、社保、民政、扶贫、公共法律服务等与群众日常生产生活密切相关的领域，编制公共服务办事指南"}),
				act(TaskCard{Ref: RefOf([]string{"14"}, 0), Indicator: "统一编码", Code: "B3-1", Text: "统一对接全省政务服务事项库，确保事项关联度100%", Lamp: "due", State: "unack", Due: "2020-10-15", Days: 2, Unsigned: true}),
			}},
			{"later", "", 2, false, []TaskCard{act(TaskCard{Ref: RefOf([]string{"30"}, 0), Indicator: "事项要素", Code: "E1-1", Text: "完善事项要素", Lamp: "active", State: "active", Due: "2020-10-31", Days: 18, Blocked: "等待省厅编码规则"}),
				act(TaskCard{Ref: RefOf([]string{"31"}, 0), Indicator: "事项要素", Code: "E1-2", Text: "持续更新办事指南", Lamp: "active", State: "active"})}},
			{"review", "review", 1, false, []TaskCard{{ID: 8, Href: "/p/anda-2020/t/2-1", ActHref: "/p/anda-2020/a/8", Ref: RefOf([]string{"2"}, 0), Indicator: "服务渠道", Text: "整合线上服务渠道", Lamp: "review", State: "review", Due: "2020-10-10", Days: -3, Waiting: "2020-10-09 10:00"}}},
			{"finished", "done", 2, false, []TaskCard{{ID: 9, Href: "/p/anda-2020/t/1-1", ActHref: "/p/anda-2020/a/9", Ref: RefOf([]string{"1"}, 0), Indicator: "服务渠道", Text: "公布办事渠道", Lamp: "closed", State: "closed", Due: "2020-09-30", Days: -13},
				{ID: 10, Href: "/p/anda-2020/t/7-1", ActHref: "/p/anda-2020/a/10", Ref: RefOf([]string{"7"}, 0), Indicator: "服务渠道", Text: "公布咨询电话", Lamp: "done", State: "done", Due: "2020-09-30", Days: -13}}},
		},
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// submitFixture is a form with faults to mend.
func submitFixture(lang i18n.Lang) SubmitPage {
	a := "/p/anda-2020/a/7/submit"
	return SubmitPage{
		Shell: unitShell(lang, "mytasks", a), ActHref: "/p/anda-2020/a/7", BackHref: "/", Version: 4,
		Tabs: []Tab{{"submit.tab.completion", 0, "", a, true}, {"submit.tab.progress", 0, "", a + "?form=progress", false}, {"submit.tab.extend", 0, "", a + "?form=extend", false},
			{"submit.tab.na", 0, "", a + "?form=na", false}, {"submit.tab.block", 0, "", a + "?form=block", false}},
		Ref: RefOf([]string{"6"}, 1), Indicator: "减跑动", Code: "A4-3", Text: "推进各部门70%行政许可事项和高频事项零跑动。", UnitName: "市公安局",
		Due: "2020-10-15", Days: 2, Lamp: "due", DueText: "1.2020年10月15日前。", DraftAt: "2020-10-12 17:20",
		Statement: "我局行政许可及高频事项共 57 项，已有 39 项实现零跑动，其余事项正协调 EMS 寄递。",
		Metrics:   []MetricField{{"m0", "行政许可及高频事项数", "57", "项", "", false, false}, {"m1", "零跑动比例", "68.4", "%", "≥ 70", true, false}, {"m2", "满意度", "98", "%", "≥ 95", true, true}},
		Evidence: []EvidenceLine{{ID: 1, Href: "/evidence/1", Name: "零跑动事项清单（盖章）.pdf", Size: 880640}, {ID: 2, Href: "/evidence/2", Name: "窗口寄递服务照片.jpg", Pic: true, Size: 3250585},
			{ID: 3, Href: "https://zwfw.hlj.gov.cn/anda/gaj", Name: "https://zwfw.hlj.gov.cn/anda/gaj", Link: true}},
		MaxBytes: 20 << 20, Types: "PDF、Word、Excel、图片、zip", Accept: ".pdf,.docx,.xlsx,.png,.jpg,.zip",
		Handler: "王芳 · 政务服务科", Approver: "陈静（副局长）", Confirmed: true,
	}
}
