package view

import (
	"testing"

	"duban/app/i18n"
)

func locale(lang i18n.Lang) *Locale {
	return &Locale{Lang: lang, cat: i18n.Default(), today: func() string { return "2020-10-13" }}
}

func TestDates(t *testing.T) {
	zh, en := locale(i18n.ZH), locale(i18n.EN)
	for _, c := range []struct{ got, want string }{
		{zh.Day("2020-10-15"), "10月15日"}, {en.Day("2020-10-15"), "15 Oct"},
		{zh.Day("2021-01-05"), "2021年1月5日"}, {en.Day("2021-01-05"), "5 Jan 2021"},
		{zh.Day("2020-10-12 17:20"), "10月12日"}, {zh.Day(""), ""}, {zh.Day("soon"), "soon"}, {zh.Day("2020-13-01"), "2020-13-01"},
		{zh.Stamp("2020-10-12 17:20"), "10月12日 17:20"}, {en.Stamp("2020-10-12T17:20:05"), "12 Oct 17:20"}, {en.Stamp("2020-10-12"), "12 Oct"}, {zh.Stamp(""), ""},
		{zh.Weekday("2020-10-13"), "10月13日 星期二"}, {en.Weekday("2020-10-15"), "Thu 15 Oct"},
		{zh.StampWeekday("2020-10-12 08:30"), "10月12日 星期一 08:30"},
		{zh.NowLine("2020-10-13 09:00"), "10月13日 星期二 · 数据截至 09:00"}, {en.NowLine("2020-10-13 09:00"), "Tue 13 Oct · as of 09:00"},
		{zh.DaysLeft(2), "还有 2 天"}, {zh.DaysLeft(0), "今天到期"}, {zh.DaysLeft(-13), "已过 13 天"},
		{en.DaysLeft(1), "1 day left"}, {en.DaysLeft(2), "2 days left"}, {en.DaysLeft(-1), "1 day ago"},
		{zh.DaysIn(0), "今天"}, {zh.DaysIn(1), "明天"}, {zh.DaysIn(2), "后天"}, {zh.DaysIn(5), "5 天后"}, {zh.DaysIn(-1), "昨天"}, {zh.DaysIn(-4), "4 天前"},
		{en.DaysIn(2), "in 2 days"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	none := &Locale{Lang: i18n.ZH, cat: i18n.Default()}
	if got := none.Day("2021-01-05"); got != "1月5日" {
		t.Errorf("without a today: %q", got)
	}
}

func TestLamp(t *testing.T) {
	l := locale(i18n.ZH)
	for _, c := range []struct {
		state       string
		days, units int
		tint        bool
		want        Lamp
	}{
		{"overdue", 13, 7, true, Lamp{"overdue", "逾期 7 家 · 已过 13 天", true}},
		{"overdue", 13, 0, false, Lamp{"overdue", "逾期 13 天", false}},
		{"overdue", 0, 7, true, Lamp{"overdue", "逾期 7 家", true}},
		{"returned", -5, 0, true, Lamp{"returned", "退回 5 天", true}},
		{"review", 5, 0, false, Lamp{"review", "待审核 · 等 5 天", false}},
		{"review", 0, 0, true, Lamp{"review", "待审核", true}},
		{"due", 2, 0, true, Lamp{"due", "即将到期 · 还有 2 天", true}},
		{"due", 0, 3, true, Lamp{"due", "即将到期", true}},
		{"done", 4, 0, true, Lamp{"done", "已完成", false}},
		{"", 0, 0, true, Lamp{"none", "未分派", false}},
	} {
		if got := l.lampOf(c.state, c.days, c.units, c.tint); got != c.want {
			t.Errorf("lampOf(%q, %d, %d, %v) = %v, want %v", c.state, c.days, c.units, c.tint, got, c.want)
		}
	}
}

func TestBar(t *testing.T) {
	b := NewBar(map[string]int{"overdue": 7, "closed": 22, "done": 15, "review": 4, "returned": 2, "na": 3, "withdrawn": 9, "unack": 0})
	if b.Total != 50 || b.Done() != 37 || b.Percent() != 74 || len(b.Segs) != 5 || b.Segs[0].State != "closed" || b.Segs[4].State != "overdue" {
		t.Errorf("bar %+v: total %d, done %d, percent %d", b, b.Total, b.Done(), b.Percent())
	}
	if got := b.Width(b.Segs[0]); got != "g22" {
		t.Errorf("width of 22 in 50: %s", got)
	}
	if got, want := locale(i18n.ZH).barText(b), "已销号22；已完成15；待审核4；已退回2；逾期7"; got != want {
		t.Errorf("words %q, want %q", got, want)
	}
	big := NewBar(map[string]int{"done": 1731, "overdue": 1})
	if w := big.Width(big.Segs[1]); w != "g1" || big.Percent() != 99 {
		t.Errorf("1 of 1732 overdue: width %s, %d%% done; something must not be nothing, and nearly all is not all", w, big.Percent())
	}
	if got := locale(i18n.EN).barText(Bar{}); got != "not assigned" {
		t.Errorf("empty bar %q", got)
	}
	for part, want := range map[int]int{0: 0, 1: 1, 500: 50, 995: 99, 999: 99, 1000: 100} {
		if got := percent(part, 1000); got != want {
			t.Errorf("percent(%d, 1000) = %d, want %d", part, got, want)
		}
	}
}

func TestFormErrors(t *testing.T) {
	var e FormErrors
	e.Add("statement", "请填写完成情况")
	e.Add("files", "请上传佐证")
	if !e.Has("files") || e.Has("link") || e.Get("statement") != "请填写完成情况" || fieldErr(e, "link").Message != "" || fieldErr(e, "files").Field != "files" {
		t.Errorf("form errors %v", e)
	}
}
