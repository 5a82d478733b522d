package deadline

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"duban/models"
)

var calendar = func() models.Calendar {
	var days []models.Holiday
	for year := 2019; year <= 2026; year++ {
		f, err := os.Open(fmt.Sprintf("../../seeds/calendar/%d.csv", year))
		if err != nil {
			panic(err)
		}
		table, err := models.ParseCalendarCSV(f)
		f.Close()
		if err != nil {
			panic(err)
		}
		days = append(days, table...)
	}
	return models.NewCalendar(days)
}()

// plan2020 is a plan of 2020, issued in April, so that most of its days lie
// ahead.
var plan2020 = Context{PlanYear: 2020, Issued: date("2020-04-16"), Calendar: calendar}

func date(s string) models.Date {
	d, err := models.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// brief writes a result in one line: [item] date kind rrule relative !notes.
func brief(r Result) string {
	var b []string
	if r.Item > 0 {
		b = append(b, fmt.Sprintf("[%d]", r.Item))
	}
	if !r.Date.IsZero() {
		b = append(b, r.Date.String())
	}
	if r.Kind != "" {
		b = append(b, string(r.Kind))
	}
	if r.RRule != "" {
		b = append(b, r.RRule)
	}
	if r.Relative != (Relative{}) {
		b = append(b, fmt.Sprintf("%s+%d%s", r.Relative.From, r.Relative.N, r.Relative.Unit))
	}
	for _, n := range r.Notes {
		b = append(b, "!"+string(n))
	}
	return strings.Join(b, " ")
}

func briefs(rs []Result) string {
	var out []string
	for _, r := range rs {
		out = append(out, brief(r))
	}
	return strings.Join(out, " | ")
}

func check(t *testing.T, ctx Context, text, want string) []Result {
	t.Helper()
	rs, err := Parse(text, ctx)
	if err != nil {
		t.Errorf("%q: %v", text, err)
		return nil
	}
	if got := briefs(rs); got != want {
		t.Errorf("%q\n got %s\nwant %s", text, got, want)
	}
	return rs
}

type row struct{ text, want string }

func table(t *testing.T, ctx Context, rows []row) {
	t.Helper()
	for _, r := range rows {
		check(t, ctx, r.text, r.want)
	}
}

func TestDates(t *testing.T) {
	table(t, plan2020, []row{
		{"2020年9月底前", "2020-09-30 month-end"},
		{"2020年10月15日前", "2020-10-15 before"},
		{"10月15日底前", "2020-10-15 before !slip"},
		{"9月底通报", "2020-09-30 event"},
		{"9月31日前", "2020-09-30 before !slip"},
		{"2020年2月30日前", "2020-02-29 before !slip"},
		{"12月底前", "2020-12-31 month-end"},
		{"9月", "2020-09-30 month-end"},
		{"9月份完成", "2020-09-30 month-end"},
		{"9月前", "2020-09-30 month-end !boundary"},
		{"9月上旬", "2020-09-10 before"},
		{"9月中旬前", "2020-09-20 before"},
		{"9月下旬", "2020-09-30 before"},
		{"2021年2月下旬", "2021-02-28 before"},
		{"9月初", "2020-09-10 before !approximate"},
		{"9月中", "2020-09-20 before !approximate"},
		{"9月15日左右", "2020-09-15 before !approximate"},
		{"9月底前后", "2020-09-30 month-end !approximate"},
		{"国庆节前后", "2020-09-30 before !approximate"},
		{"三季度末", "2020-09-30 quarter-end"},
		{"第一季度", "2020-03-31 quarter-end !year"},
		{"2021年4季度末前", "2021-12-31 quarter-end"},
		{"前三季度", "2020-09-30 quarter-end"},
		{"季度末", "2020-06-30 quarter-end"},
		{"下季度末", "2020-09-30 quarter-end"},
		{"上半年", "2020-06-30 before"},
		{"2021年上半年", "2021-06-30 before"},
		{"下半年", "2020-12-31 year-end"},
		{"年内", "2020-12-31 year-end"},
		{"年底前完成", "2020-12-31 year-end"},
		{"2020年年底前", "2020-12-31 year-end"},
		{"今年年底前", "2020-12-31 year-end"},
		{"本年度内", "2020-12-31 year-end"},
		{"年底通报", "2020-12-31 event"},
		{"到2022年", "2022-12-31 year-end"},
		{"力争到2022年底，全面完成", "2022-12-31 year-end"},
		{"2020年", "2020-12-31 year-end"},
		{"2020-2022年", "2022-12-31 year-end"},
		{"2019年—2021年底前", "2021-12-31 year-end"},
		{"2021年前", "2021-12-31 year-end !boundary"},
		{"“十四五”末", "2025-12-31 year-end"},
		{"十三五期间", "2020-12-31 year-end"},
		{"明年上半年", "2021-06-30 before"},
		{"2020.10.15前", "2020-10-15 before"},
		{"2020-10-15", "2020-10-15 before"},
		{"2020/9/1前", "2020-09-01 before"},
		{"2020.9月底前", "2020-09-30 month-end"},
		{"2020.10前", "2020-10-31 month-end !boundary"},
		{"10.15前", "2020-10-15 before"},
		{"20年9月底前", "2020-09-30 month-end"},
		{"10月15前", "2020-10-15 before"},
		{"10月15号前", "2020-10-15 before"},
		{"10月15日24时前", "2020-10-15 before"},
		{"10月15日（星期四）下班前", "2020-10-15 before"},
		{"本月底前", "2020-04-30 month-end"},
		{"下月10日前", "2020-05-10 before"},
		{"20日前", "2020-04-20 before !approximate"},
		{"15日前", "2020-05-15 before !approximate"}, // the 15th of April has passed
		{"10月中旬召开推进会", "2020-10-20 event"},
		{"自2020年10月1日起施行", "2020-10-01 event"},
		{"2020年10月起", "2020-10-01 event"},
		{"9月起草方案", "2020-09-30 month-end"},
	})
}

func TestNumeralsAndForms(t *testing.T) {
	table(t, plan2020, []row{
		{"十月底前", "2020-10-31 month-end"},
		{"二〇二〇年十月十五日前", "2020-10-15 before"},
		{"二○二○年十二月三十一日前", "2020-12-31 before"},
		{"二零二一年一月廿五日前", "2021-01-25 before"},
		{"２０２０年１０月１５日前", "2020-10-15 before"},
		{" 2020 年 9 月底　前 ", "2020-09-30 month-end"},
		{"2020年10月\n15日前。", "2020-10-15 before"},
		{"2020年\u200b10月15日前", "2020-10-15 before"},
		{"第三季度末", "2020-09-30 quarter-end"},
		{"二十一前", "!unknown"},
		{"一二月份", "!unknown"}, // January and February, or twelve? a person says
	})
}

func TestSpansAndLists(t *testing.T) {
	table(t, plan2020, []row{
		{"2020年9月1日至10月15日", "2020-10-15 before"},
		{"9月10日至15日", "2020-09-15 before"},
		{"9月10—20日", "2020-09-20 before"},
		{"2020年5-9月", "2020-09-30 month-end"},
		{"2020年9月—2021年3月", "2021-03-31 month-end"},
		{"2021年9月1日至10月15日", "2021-10-15 before"},
		{"即日起至年底", "2020-12-31 year-end"},
		{"6、12月底前", "2020-06-30 month-end | 2020-12-31 month-end"},
		{"6月、9月、12月底前", "2020-06-30 month-end | 2020-09-30 month-end | 2020-12-31 month-end"},
		{"三、四月底前", "2020-04-30 month-end !approximate"},
		{"一、二季度末", "2020-06-30 quarter-end !approximate"},
		{"9月10日、25日前", "2020-09-10 before | 2020-09-25 before"},
		{"2020年9月底前完成50%，年底前全部完成", "2020-09-30 month-end | 2020-12-31 year-end"},
		{"2021年3月底前完成方案，6月底前落实", "2021-03-31 month-end | 2021-06-30 month-end"},
		{"9月底前\n10月底前", "2020-09-30 month-end | 2020-10-31 month-end"},
		{"2021年3月底前，当年12月底前", "2021-03-31 month-end | 2021-12-31 month-end"},
		{"10月起，5个工作日内", "2020-10-14 before"}, // from 1 October: 9, 10, 12, 13, 14
		{"2020年11月底前完成，次年3月底前验收", "2020-11-30 month-end | 2021-03-31 month-end"},
	})
}

func TestFestivals(t *testing.T) {
	table(t, plan2020, []row{
		{"国庆节前", "2020-09-30 before"},
		{"2020年国庆前夕", "2020-09-30 before"},
		{"“五一”前", "2020-04-30 before"},
		{"五一国际劳动节前", "2020-04-30 before"},
		{"十一前", "2020-09-30 before"},
		{"“七一”前", "2020-06-30 before"},
		{"八一前", "2020-07-31 before"},
		{"端午节前", "2020-06-24 before"},
		{"中秋、国庆节前", "2020-09-30 before"},
		{"2023年中秋节、国庆节前", "2023-09-28 before"},
		{"元旦前", "2020-12-31 before"},
		{"2021年元旦前", "2020-12-31 before"},
		{"2021年春节前", "2021-02-11 before"},
		{"春节前", "2020-01-24 before !year"},
		{"2027年春节前", "before !no_calendar"},
		{"2027年国庆节前", "2027-09-30 before"},
		{"国庆节后", "!unknown"},
	})
	// Without a plan's year: the first eve on or after the issue.
	noYear := Context{Issued: date("2020-11-16"), Calendar: calendar}
	table(t, noYear, []row{
		{"春节前", "2021-02-11 before"},
		{"国庆节前", "2021-09-30 before"},
		{"元旦前", "2020-12-31 before"},
	})
}

func TestYear(t *testing.T) {
	table(t, Context{Issued: date("2020-11-16")}, []row{
		{"12月底前", "2020-12-31 month-end"},
		{"11月16日前", "2020-11-16 before"},
		{"11月15日前", "2021-11-15 before"},
		{"3月底前", "2021-03-31 month-end"},
		{"年底前", "2020-12-31 year-end"},
		{"", "2020-12-31 implied"},
	})
	table(t, Context{}, []row{
		{"9月底前", "month-end !no_year"},
		{"明年9月底前", "month-end !no_year"},
		{"季度末", "quarter-end !no_year"},
		{"2020年9月底前", "2020-09-30 month-end"},
		{"", "implied !no_year"},
	})
	// The plan's year holds although the day lies before the issue: 下发时已过期
	// is for the plan to show. That the year is a guess is said.
	late := Context{PlanYear: 2020, Issued: date("2020-11-16")}
	table(t, late, []row{
		{"2020年9月底前", "2020-09-30 month-end"},
		{"9月底前", "2020-09-30 month-end !year"},
	})
}

func TestOngoing(t *testing.T) {
	table(t, plan2020, []row{
		{"长期坚持", "ongoing"},
		{"持续推进", "ongoing"},
		{"长期", "ongoing"},
		{"常态化", "ongoing"},
		{"定期向市政府报告", "ongoing"},
		{"即日起", "ongoing"},
		{"2020年10月15日前。并持续推进", "2020-10-15 before | ongoing"},
		{"2020年9月底前完成，长期坚持。", "2020-09-30 month-end | ongoing"},
		{"2020年9月底前建立常态化机制", "2020-09-30 month-end"},
		{"2020年9月底前出台中长期规划", "2020-09-30 month-end"},
	})
}

func TestRelative(t *testing.T) {
	table(t, plan2020, []row{
		{"印发之日起30日内", "2020-05-16 before issue+30day"},
		{"自本方案印发之日起3个月内完成", "2020-07-16 before issue+3month"},
		{"方案印发之日起，一个月内", "2020-05-16 before issue+1month"},
		{"发布后两周内", "2020-04-30 before issue+14day"},
		{"印发后10个工作日内", "2020-04-29 before issue+10workday"}, // 26 April, a Sunday, is worked
		{"公布后一年内", "2021-04-16 before issue+12month"},
		{"印发方案，半年内完成", "2020-10-16 before issue+6month !anchor"},
		{"印发实施方案3个", "!unknown"},
		{"印发之日起半年内", "2020-10-16 before issue+6month"},
		{"收到通知后5个工作日内", "before sign+5workday"},
		{"自收到本通知之日起，十个工作日内报市政府", "before sign+10workday"},
		{"接到交办单24小时内", "before sign+1day"},
		{"签收后3日内", "before sign+3day"},
		{"30日内", "2020-05-16 before issue+30day !anchor"},
		{"半个月内", "2020-05-01 before issue+15day !anchor"},
		{"自2020年10月1日起30日内", "2020-10-31 before"},
	})
	table(t, Context{PlanYear: 2020}, []row{
		{"印发之日起30日内", "before issue+30day"}, // the issue is not known yet
	})
	table(t, Context{Issued: date("2027-03-01"), Calendar: calendar}, []row{
		{"印发之日起5个工作日内", "2027-03-08 before issue+5workday !no_calendar"},
		{"印发之日起5日内", "2027-03-06 before issue+5day"},
	})

	// Counting from signing is for later, when the unit has signed.
	sign := Relative{From: FromSign, N: 5, Unit: Workdays}
	if got := sign.On(date("2020-09-29"), calendar); got != date("2020-10-13") {
		t.Errorf("5 working days after 29 September 2020: %v", got)
	}
	month := Relative{From: FromIssue, N: 1, Unit: Months}
	if got := month.On(date("2020-01-31"), calendar); got != date("2020-02-29") {
		t.Errorf("a month after 31 January 2020: %v", got)
	}
	if got := (Relative{}).On(date("2020-01-31"), calendar); !got.IsZero() {
		t.Errorf("no limit ends on %v", got)
	}
}

func TestItemNumbers(t *testing.T) {
	const two = "[1] 2020-09-30 month-end | [2] 2020-10-15 before"
	for _, text := range []string{
		"1.2020年9月底前。2.2020年10月15日前。",
		"1.2020年9月底前。\n\n2.2020年10月15日前。",
		"1．2020年9月底前；2．2020年10月15日前",
		"1、2020年9月底前。2、2020年10月15日前。",
		"1、9月底前。2、10月15日前。",
		"1.9月底前 2.10月15日前",
		"1.2020年9月底前，2.2020年10月15日前",
		"1.2020年9月底前2.2020年10月15日前",
		"(1)2020年9月底前(2)2020年10月15日前",
		"（1）2020年9月底前；（2）2020年10月15日前。",
		"1）9月底前\n2）10月15日前",
		"①9月底前②10月15日前",
		"⒈9月底前⒉10月15日前",
		"一、9月底前。二、10月15日前。",
		"（一）9月底前。（二）10月15日前。",
		"一是9月底前；二是10月15日前",
		"第1项：9月底前；第2项：10月15日前",
		"第一项9月底前。第二项10月15日前。",
		"完成时限：1.9月底前；2.10月15日前",
	} {
		check(t, plan2020, text, two)
	}
	table(t, plan2020, []row{
		{"1.2020年9月底前。3.2020年10月15日前。", "[1] 2020-09-30 month-end | [3] 2020-10-15 before !numbering"},
		{"2、10月15日前", "2020-10-15 before !approximate"}, // item 2, or February and October?
		{"2.2020年9月底前。", "[2] 2020-09-30 month-end !numbering"},
		{"1.\n2.2020年9月底前。", "[1] 2020-12-31 implied | [2] 2020-09-30 month-end"},
		{"1.30日内", "[1] 2020-05-16 before issue+30day !anchor"},
		{"1.2020.10.15前2.2020.11.15前", "[1] 2020-10-15 before | [2] 2020-11-15 before"},
		{"1.每月5日前。2.长期坚持。", "[1] recurring FREQ=MONTHLY;BYMONTHDAY=5 | [2] ongoing"},
		{"1.9.30前；2.10.15前", "[1] 2020-09-30 before | [2] 2020-10-15 before"},
		{"1-2.2020年9月底前。3.2020年10月底前", "2020-09-30 month-end | [3] 2020-10-31 month-end !numbering"},
		{"第1、2项：9月底前；第3项：10月底前", "2020-09-30 month-end | [3] 2020-10-31 month-end !numbering"},
		{"1.15前", "2020-01-15 before !year"},
		{"2020年9月底前完成3.5%", "2020-09-30 month-end"},
	})
}

// The deadline column of a plan of 2020 that was issued on 16 November, all
// wordings, as printed in the cells of its rows.
func TestPlanAsPrinted(t *testing.T) {
	ctx := Context{PlanYear: 2020, Issued: date("2020-11-16"), Calendar: calendar}
	table(t, ctx, []row{
		{"2020年8月底前。", "2020-08-31 month-end"},
		{"2020年9月底前。", "2020-09-30 month-end"},
		{"2020年9月15日前。", "2020-09-15 before"},
		{"2020年10月10日前。", "2020-10-10 before"},
		{"2020年10月15日前。", "2020-10-15 before"},
		{"2020年10月底前。", "2020-10-31 month-end"},
		{"2020年10月15日底前。", "2020-10-15 before !slip"},
		{"2020年9月底前将自查报告提交给市营商环境局。", "2020-09-30 month-end"},
		{"1.2020年10月15日前。\n\n2.2020年9月底前。", "[1] 2020-10-15 before | [2] 2020-09-30 month-end"},
		{"1.2020年11月底前。\n\n2.2020年9月底通报", "[1] 2020-11-30 month-end | [2] 2020-09-30 event"},
		{"2020年10月15日前。\n\n2020年12月底前。", "2020-10-15 before | 2020-12-31 month-end"},
		{"2020年9月底前。\n\n1.2020年9月底前。\n\n2.2020年10月15日前。\n\n2020年9月底前。",
			"2020-09-30 month-end | [1] 2020-09-30 month-end | [2] 2020-10-15 before | 2020-09-30 month-end !numbering"},
	})
	rs := check(t, ctx, "1.2020年10月15日前。\n\n2.2020年10月15日前。全部实现EMS或其他快递服务并持续推进。",
		"[1] 2020-10-15 before | [2] 2020-10-15 before | [2] ongoing")
	texts := []string{"2020年10月15日前。", "2020年10月15日前。", "全部实现EMS或其他快递服务并持续推进。"}
	for i, r := range rs {
		if r.Text != texts[i] {
			t.Errorf("text %d is %q, want %q", i, r.Text, texts[i])
		}
	}
}

func TestText(t *testing.T) {
	for text, want := range map[string][]string{
		" 2020年9月\n  底前完成，\n并持续推进。 ": {"2020年9月底前完成，", "并持续推进。"},
		"由市局牵头，9月底前成稿。10月底前印发":       {"由市局牵头，9月底前成稿。", "10月底前印发"},
		"二〇二〇年十月底前":                  {"二〇二〇年十月底前"},
		"6、12月底前":                    {"6、12月底前", "6、12月底前"},
		"视情况而定":                      {"视情况而定"},
		"无":                          {"无"},
	} {
		rs, err := Parse(text, plan2020)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rs {
			got = append(got, r.Text)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: texts %q, want %q", text, got, want)
		}
	}
}

func TestNotUnderstood(t *testing.T) {
	table(t, plan2020, []row{
		{"", "2020-12-31 implied"},
		{" —— ", "2020-12-31 implied"},
		{"完成时限：", "2020-12-31 implied"},
		{"/", "2020-12-31 implied"},
		{"无", "2020-12-31 implied"},
		{"按省级要求", "!unknown"},
		{"2020年13月", "!unknown"},
		{"2020.10.32前", "!unknown"},
		{"3000.10.15前", "!unknown"},
		{"3000年", "!unknown"},
		{"3000年上半年", "!unknown"},
		{"3000年一季度", "!unknown"},
		{"3000年春节前", "!unknown"},
		{"2020年起", "!unknown"},
		{"第2020项", "!unknown"},
		{"13月底前", "!unknown"},
		{"9月32日前", "!unknown"},
		{"0月底前", "!unknown"},
		{"12020年9月底前", "!unknown"}, // a garbled year must not become the plan's
		{"1234年9月底前", "!unknown"},
		{"20186月底前", "!unknown"},
		{"根据2019年工作要点", "!unknown"},
		{"版本3.5", "!unknown"},
		{"http://192.150.251.131:8080/", "!unknown"},
	})
	for _, r := range []Note{NoteUnknown, NoteSlip, NoteYear, NoteNoYear, NoteBoundary, NoteApprox, NoteAnchor, NoteNoCalendar, NoteNumbering} {
		if r.Message() == "" {
			t.Errorf("%s has no message", r)
		}
	}
}

func TestBadInput(t *testing.T) {
	if rs, err := Parse(strings.Repeat("年", MaxLen/3+1), plan2020); !errors.Is(err, ErrTooLong) || rs != nil {
		t.Errorf("too long: %d results, %v", len(rs), err)
	}
	if rs, err := Parse("2020年\xff", plan2020); !errors.Is(err, ErrNotText) || rs != nil {
		t.Errorf("not text: %d results, %v", len(rs), err)
	}
}
