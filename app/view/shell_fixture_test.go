package view

import "duban/app/i18n"

// leadShell is the frame as the lead office sees it.
func leadShell(lang i18n.Lang, current, here string) Shell {
	l := Locale{Lang: lang, cat: i18n.Default(), today: func() string { return "2020-10-13" }}
	as := "数据截至 09:00"
	if lang == i18n.EN {
		as = "as of 09:00"
	}
	nav := func(key, href string) NavItem {
		return NavItem{Key: key, Href: href, Current: key == current}
	}
	review := nav("review", "/p/anda-2020/review")
	review.Count, review.Tone = 48, "review"
	phone := func(key, href, icon string) NavItem {
		return NavItem{Key: key, Href: href, Icon: icon, Current: key == current}
	}
	return Shell{
		Lang: lang, Here: here,
		NowLine: l.Weekday("2020-10-13") + " · " + as,
		User:    &UserBadge{Name: "李明", Unit: "市营商环境局", Post: "督查科", Role: "lead"},
		Plan:    PlanChoice{Title: "安达市2020年网上政务服务能力建设责任分工方案", Href: "/p/anda-2020"},
		Plans: []PlanChoice{
			{"安达市2020年网上政务服务能力建设责任分工方案", "/p/anda-2020", true},
			{"2019年上海市推进“一网通办”工作要点", "/p/shanghai-2019", false},
		},
		Nav: []NavItem{nav("home", "/"), nav("matrix", "/p/anda-2020/m"), review, nav("units", "/p/anda-2020/u"), nav("plan", "/p/anda-2020")},
		Phone: []NavItem{phone("home", "/", "home"), phone("matrix", "/p/anda-2020/m", "table"),
			phone("review", "/p/anda-2020/review", "review"), phone("notices", "/notices", "bell")},
		Menu: []NavItem{nav("plans", "/plans"), nav("register", "/units"), nav("people", "/people"),
			nav("outbox", "/outbox"), nav("jobs", "/jobs"), nav("audit", "/audit"), nav("help", "/help")},
		Search: SearchBox{Action: "/p/anda-2020/m"},
		Unread: 5,
		Demo:   "2020-10-13 09:00",
	}
}

// unitShell is the frame as a unit's contact sees it.
func unitShell(lang i18n.Lang, current, here string) Shell {
	s := leadShell(lang, current, here)
	s.User = &UserBadge{Name: "王芳", Unit: "市公安局", Post: "政务服务科", Role: "contact"}
	mine := NavItem{Key: "mytasks", Href: "/", Count: 1, Tone: "overdue", Current: current == "mytasks"}
	s.Nav = []NavItem{mine, {Key: "fullplan", Href: "/p/anda-2020/m", Current: current == "fullplan"}}
	s.Phone = []NavItem{{Key: "tasks", Href: "/", Icon: "list", Current: current == "mytasks"},
		{Key: "notices", Href: "/notices", Icon: "bell"}, {Key: "plan", Href: "/p/anda-2020/m", Icon: "file"}, {Key: "help", Href: "/help", Icon: "help"}}
	s.Menu = []NavItem{{Key: "notices", Href: "/notices"}, {Key: "help", Href: "/help"}}
	return s
}

// outerShell is the frame of a page for nobody in particular: login, invitation.
func outerShell(lang i18n.Lang, here string) Shell {
	return Shell{Lang: lang, Here: here}
}
