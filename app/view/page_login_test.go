package view

import "duban/app/i18n"

func init() {
	demo := []DemoAccount{{"liming", "duban-demo", "李明", "lead", "市营商环境局"}, {"wangfang", "duban-demo", "王芳", "contact", "市公安局"}, {"chenjing", "duban-demo", "陈静", "leader", "市公安局"},
		{"ducha", "duban-demo", "周宁", "supervisor", ""}, {"admin", "duban-demo", "赵敏", "admin", ""}}
	addFixture("login", "login", func(lang i18n.Lang) any {
		return LoginPage{Shell: outerShell(lang, "/login"), Office: "安达市", Support: "0455-7322018 · 8:30–17:30", Login: "ad_wangfang", Next: "/p/anda-2020/m", Error: "wrong", TriesLeft: 4}
	})
	addFixture("login-demo", "login", func(lang i18n.Lang) any {
		p := LoginPage{Shell: outerShell(lang, "/login"), Next: "/", Demo: demo}
		p.Shell.Demo = "2020-10-13 09:00"
		return p
	})
	for _, e := range []string{"locked", "rate", "disabled", "expired"} {
		addFixture("login-"+e, "login", func(lang i18n.Lang) any {
			return LoginPage{Shell: outerShell(lang, "/login"), Login: "ad_wangfang", Error: e, Minutes: 15}
		})
	}
	addFixture("setup", "setup", func(lang i18n.Lang) any {
		p := SetupPage{Shell: outerShell(lang, "/setup/x"), Login: "Admin", Name: "赵敏", MinLength: 10}
		p.Errors.Add("login", "账号须为 2 至 32 位小写字母、数字、点、横线或下划线，以字母或数字开头。")
		p.Errors.Add("again", "两次输入的密码不一致。")
		return p
	})
	addFixture("setup-dead", "setup", func(lang i18n.Lang) any { return SetupPage{Shell: outerShell(lang, "/setup/x"), Dead: true} })
	addFixture("invite", "invite", func(lang i18n.Lang) any {
		return InvitePage{Shell: outerShell(lang, "/invite/x"), Name: "王芳", Login: "ad_wangfang", Unit: "市公安局", Reset: true, MinLength: 10, Expires: "2020-10-16 09:00", Support: "0455-7322018"}
	})
	addFixture("invite-dead", "invite", func(lang i18n.Lang) any { return InvitePage{Shell: outerShell(lang, "/invite/x"), Dead: true} })
	for _, e := range []struct {
		status int
		kind   string
	}{{404, "not_found"}, {403, "forbidden"}, {409, "conflict"}, {413, "too_large"}, {507, "no_space"}, {422, "invalid"}, {401, "unauthenticated"}, {500, "internal"}, {429, "rate"}, {405, "method"}} {
		addFixture("error-"+e.kind, "error", func(lang i18n.Lang) any {
			p := ErrorPage{Shell: leadShell(lang, "", "/x"), Status: e.status, Kind: e.kind, RequestID: "5f1c9a3e7b2d4401", BackHref: "/p/anda-2020/t/12-2?u=anda-mzj"}
			switch e.kind {
			case "conflict":
				p.Message = "您打开本页之后，内容已被他人更改。请核对后重新办理。"
				p.ChangedBy, p.ChangedAt, p.ChangedWhat = "刘局长", "2020-10-13 08:59", "approve"
				p.Typed = []TypedField{{"退回说明", "请补充带时间水印的平台事项列表截图，\n其余材料无需重报。"}}
			case "forbidden":
				p.WhoCan = "牵头办"
			case "too_large":
				p.LimitText = "20 MB"
			case "rate":
				p.Minutes = 2
			case "unauthenticated":
				p.Shell = outerShell(lang, "/x")
			}
			return p
		})
	}
}
