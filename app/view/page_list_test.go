package view

import "duban/app/i18n"

func init() {
	rows := []ListRow{
		{ID: 1, Href: "/p/anda-2020/t/12-2?u=anda-swj", Ref: Ref{"12", "②"}, Text: "承担一网通办事项的市直有关部门主动对接全省一体化在线政务服务平台。", Unit: "市水务局", Family: "市直", UnitHref: "/p/anda-2020/u/anda-swj", Role: "responsible", Lamp: "overdue", Day: "2020-09-30", Days: 13, Nudges: 2, NudgedToday: true},
		{ID: 2, Href: "/p/anda-2020/t/27-1?u=anda-cbl", Ref: Ref{"27", ""}, Text: "重新梳理政务服务事项清单。", Unit: "黑龙江省地方储备粮安达库", Family: "中省直", UnitHref: "/p/anda-2020/u/anda-cbl", Role: "cooperate", Lamp: "overdue", Day: "2020-09-15", Days: 28, CanNudge: true},
	}
	tabs := []Tab{{Key: "state.overdue", Count: 57, Tone: "overdue", Href: "/p/anda-2020/list?lamp=overdue", Current: true}, {Key: "state.due", Count: 148, Href: "/p/anda-2020/list?lamp=due"}}
	addFixture("list", "list", func(lang i18n.Lang) any {
		return &ListPage{Shell: leadShell(lang, "home", "/p/anda-2020/list"), Lamp: "overdue", Tabs: tabs, Rows: rows, Total: 57, Next: "/p/anda-2020/list?lamp=overdue&on=2020-09-15&after=2", NudgeHref: "/p/anda-2020/list/nudge", Back: "/p/anda-2020/list"}
	})
	addFixture("list-empty", "list", func(lang i18n.Lang) any {
		return &ListPage{Shell: leadShell(lang, "home", "/p/anda-2020/list"), Lamp: "overdue", Tabs: tabs}
	})
}
