package view

import (
	"fmt"
	"strings"

	"duban/app/i18n"
)

func init() {
	addFixture("home", "home", func(lang i18n.Lang) any { return homeFixture(lang) })
	addFixture("home-calm", "home", func(lang i18n.Lang) any {
		p := homeFixture(lang)
		p.Counts.Overdue, p.Counts.Review, p.Counts.Extensions, p.Counts.Unack, p.Counts.Ahead = 0, 0, 0, 0, -21
		p.Counts.HasChange, p.Counts.UnackSoon, p.Counts.ReviewOld = false, 0, 0
		p.Counts.Past, p.Counts.PastHref = 12, "/p/anda-2020/m?state=past"
		p.Queue, p.More, p.Kinds, p.NudgeAll = nil, nil, nil, nil
		return p
	})
	addFixture("home-new", "home", func(lang i18n.Lang) any {
		return HomePage{Shell: leadShell(lang, "home", "/"), NoPlan: true, CanPlan: true}
	})
}

// homeFixture holds a day with something of everything.
func homeFixture(lang i18n.Lang) HomePage {
	m := "/p/anda-2020/m"
	ref := Ref{"12", "②"}
	task := "/p/anda-2020/t/12-2"
	bar := func(closed, done, review, active, due, unack, returned, overdue int) Bar {
		return NewBar(map[string]int{"closed": closed, "done": done, "review": review, "active": active,
			"due": due, "unack": unack, "returned": returned, "overdue": overdue})
	}
	p := HomePage{
		Shell: leadShell(lang, "home", "/"),
		Counts: HomeCounts{
			Overdue: 38, OverdueChange: -3, HasChange: true, OverdueMeasures: 11, OverdueUnits: 18, OverdueLongest: 28, OverdueHref: m + "?state=overdue",
			Due: 287, DueOn: "2020-10-15", DueIn: 2, DueOnCount: 287, DueMeasures: 17, DueOneDay: true, DueHref: m + "?due=2020-10-15",
			Review: 48, ReviewOld: 12, ReviewLongest: 6, Extensions: 3, ReviewHref: "/p/anda-2020/review",
			Unack: 63, UnackSoon: 24, UnackUnits: 33, NeverSeen: 3, UnackHref: m + "?state=unack",
			Bar: bar(472, 702, 48, 180, 216, 63, 13, 38), Ahead: 324,
		},
		NudgeAll: &Action{Key: "nudge_all", N: 18, Href: "/p/anda-2020/nudge", Primary: true, Icon: "nudge"},
		Kinds: []Tab{{Key: "queue.all", Count: 14, Href: "/", Current: true}, {Key: "queue.tab_review", Count: 6, Href: "/?kind=review"},
			{Key: "queue.tab_nudge", Count: 4, Href: "/?kind=nudge"}, {Key: "queue.tab_extend", Count: 3, Href: "/?kind=extend"}, {Key: "queue.tab_other", Count: 1, Href: "/?kind=other"}},
		Queue: []QueueRow{
			{Kind: "overdue", First: true, Href: task, Ref: ref, Code: "B2-1", Text: "主动对接全省一体化在线政务服务平台", Count: 7, Days: 13, Done: 37, Total: 50, Never: 3,
				Actions: []Action{{Key: "list", Href: task}, {Key: "nudge", N: 7, Href: task + "/nudge", Post: true, Primary: true, Icon: "nudge", Fields: []HiddenField{{"state", "overdue"}}}}},
			{Kind: "review", Href: task, Ref: ref, Units: []string{"市发展和改革局"}, Count: 4, Days: 6, Evidence: 11, Late: 13, Actions: []Action{{Key: "review", Href: task, Primary: true}}},
			{Kind: "ext", Href: task, Ref: ref, Units: []string{"市水务局"}, Count: 1, Day: "2020-10-25", Reason: "省厅事项库接口 10月20日开放", Number: 2, Late: 13, Actions: []Action{{Key: "decide", Href: task + "?u=anda-swj"}}},
			{Kind: "unack", Href: m + "?due=2020-10-15&state=unack", Day: "2020-10-15", Days: 2, Measures: 17, Total: 24, Units: []string{"城管", "供热", "联通", "残联"}, Count: 4, Actions: []Action{{Key: "remind_sign", Href: "/p/anda-2020/nudge", Post: true}}},
			{Kind: "returned", Href: task, Ref: ref, Units: []string{"市扶贫办", "市残联"}, Count: 2, Days: 5, Reason: "只附了截图，缺平台对接确认单", Actions: []Action{{Key: "nudge", N: 2, Href: task + "/nudge", Post: true}}},
			{Kind: "silent", Href: "/p/anda-2020/u/anda-rfb", Units: []string{"市人民防空办公室"}, Count: 1, Total: 5, Days: 14, Nudges: 3, Actions: []Action{{Key: "open", Href: "/p/anda-2020/u/anda-rfb"}}},
			{Kind: "contact", Href: "/units?code=anda-grb", Units: []string{"市供热管理办公室"}, Count: 1, Total: 5, Day: "2020-09-28", Actions: []Action{{Key: "contact", Href: "/units?code=anda-grb"}}},
		},
		More: []KindCount{{"review", 5}, {"nudge", 1}, {"extend", 1}}, MoreHref: "/?all=1",
		Days: []HomeDay{
			{Day: "2020-09-30", Days: -13, Measures: 10, Overdue: 33, Bar: bar(328, 82, 9, 0, 0, 0, 2, 33), Href: m + "?due=2020-09-30"},
			{Day: "2020-10-10", Days: -3, Measures: 1, Overdue: 3, Bar: bar(0, 47, 1, 0, 0, 0, 0, 3), Href: m + "?due=2020-10-10"},
			{Day: "2020-10-15", Days: 2, Measures: 17, Bar: bar(0, 487, 36, 0, 216, 24, 11, 0), Href: m + "?due=2020-10-15", Next: true},
			{Day: "2020-10-31", Days: 18, Measures: 4, Bar: bar(0, 74, 2, 106, 0, 18, 0, 0), Href: m + "?due=2020-10-31"},
			{Day: "2020-11-30", Days: 48, Measures: 1, Bar: bar(0, 6, 0, 41, 0, 3, 0, 0), Href: m + "?due=2020-11-30"},
		},
		Units: 64, CalmPart: 72, UnitsURL: "/p/anda-2020/u",
	}
	var points []TrendPoint
	for _, x := range []TrendPoint{{"2020-08-31", 80, 100, 0, 18}, {"2020-09-07", 111, 100, 0, 14}, {"2020-09-14", 170, 152, 0, 22}, {"2020-09-21", 303, 152, 0, 20},
		{"2020-09-28", 575, 534, 0, 17}, {"2020-10-05", 811, 534, 0, 88}, {"2020-10-12", 1127, 613, 0, 46}, {"2020-10-13", 1174, 613, 0, 38}} {
		x.Total = 1732
		points = append(points, x)
	}
	p.Trend = NewTrend(points)
	for _, f := range heatStrip {
		fam := HomeFamily{Name: f.family}
		for _, l := range strings.Split(f.units, "\n") {
			var u UnitTile
			if _, err := fmt.Sscan(l, &u.Short, &u.Name, &u.Total, &u.Done, &u.Overdue, &u.Due); err != nil {
				panic(err)
			}
			u.Href = "/p/anda-2020/u/x"
			fam.Tiles = append(fam.Tiles, u)
		}
		p.Families = append(p.Families, fam)
	}
	return p
}
