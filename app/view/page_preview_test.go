package view

import "duban/app/i18n"

func init() {
	addFixture("preview", "preview", func(lang i18n.Lang) any {
		p := PreviewPage{Shell: leadShell(lang, "jobs", "/jobs/remind/preview"), Name: "remind", Day: "2020-10-13", Looked: 434, Mails: 201, Notices: 226, More: 1, RunHref: "/jobs/remind",
			Rows: []PreviewRow{{To: "王芳", Address: "wangfang@anda.example", Role: "contact", Unit: "市公安局", Subject: "督办提醒：5 项逾期", Text: "督办提醒　10月13日\n王芳，5 项逾期。\n"},
				{To: "张伟", Role: "contact", Unit: "市民政局", Subject: "督办提醒：1 项即将到期", Text: "……"}}}
		for _, k := range []string{"due-1", "overdue-1", "due-1"} {
			p.Rows[0].Add(k)
		}
		return p
	})
	addFixture("preview-holiday", "preview", func(lang i18n.Lang) any {
		return PreviewPage{Shell: leadShell(lang, "jobs", "/jobs/escalate/preview"), Name: "escalate", Day: "2020-10-04", Holiday: true}
	})
}
