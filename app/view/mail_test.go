package view

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"duban/app/i18n"
)

const site = "https://duban.anda.example"

// leadDigest is a Monday with something of everything.
func leadDigest(lang i18n.Lang) DigestLead {
	m := func(ref Ref, text string, units, days int, names ...string) DigestMeasure {
		return DigestMeasure{ref, text, site + "/p/anda-2020/t/" + strings.TrimSuffix(ref.Rows, "–42"), names, units, days}
	}
	return DigestLead{
		To: "李明", Week: 42, Year: 2020, At: "2020-10-13 09:00", Plans: []string{"安达市2020年网上政务服务能力建设责任分工方案"}, Schedule: i18n.Default().T(lang, "mail.schedule"),
		Overdue: 38, OverdueMeasures: 11, OverdueUnits: 18, DueOn: "2020-10-15", DueIn: 2, Due: 287, DueMeasures: 17, DueWeek: 287,
		Review: 48, ReviewOld: 12, ReviewLongest: 6, Extensions: 3, New: 5, Cleared: 8, PastIssue: 12, Done: 1174, Total: 1732, PercentLast: "65.1",
		Actions: []DigestAction{{Kind: "nudge", Ref: RefOf([]string{"12"}, 2), Count: 7, Href: site + "/p/anda-2020/t/12-2"}, {Kind: "review", Count: 48, Days: 6, Href: site + "/p/anda-2020/review"}, {Kind: "extend", Count: 3, Href: site + "/p/anda-2020/review?k=ext"}},
		Measures: []DigestMeasure{
			m(RefOf([]string{"12"}, 2), "承担一网通办事项的市直有关部门主动对接全省一体化在线政务服务平台。", 7, 13, "市水务局", "市林业和草原局", "市城市管理综合执法局", "市人民防空办公室", "市供热管理办公室", "中国联通安达市分公司"),
			m(RefOf([]string{"39", "40", "41", "42"}, 0), "落实省政务服务平台政务服务事项基本目录及实施清单要素编制要求", 6, 13, "市公安局", "市审计局", "市林业和草原局", "市供热管理办公室", "中国人民银行安达市支行", "市气象局"),
			m(RefOf([]string{"3"}, 0), "省营商环境局牵头建立常用语检索知识库，丰富政务服务网智能问答内容。", 3, 3, "市工业和信息化局", "市城市管理综合执法局", "市人民防空办公室"),
		}, More: 8,
		Units:    []DigestUnitCount{{"市人民防空办公室", 5, 13, site + "/p/anda-2020/u/anda-rfb"}, {"市水务局", 4, 13, site + "/p/anda-2020/u/anda-swj"}, {"市工业和信息化局", 3, 13, site + "/p/anda-2020/u/anda-gxj"}},
		DueTop:   []DigestDue{{RefOf([]string{"8", "9", "10", "11"}, 0), "推进市直部门除法律法规规章要求必须到现场办理外，达到70%零跑动", site + "/p/anda-2020/t/8-1", 25, 50}, {RefOf([]string{"20"}, 1), "公布我市新权力清单和公共服务事项清单", site + "/p/anda-2020/t/20-1", 27, 51}},
		Days:     []DigestDay{{"2020-10-15", 287, 17}, {"2020-10-20", 1, 1}},
		Waiting:  []MailItem{{Ref: RefOf([]string{"12"}, 2), Text: "承担一网通办事项的市直有关部门主动对接全省一体化在线政务服务平台。", Unit: "市发展和改革局", Days: 6, Href: site + "/p/anda-2020/t/12-2?u=anda-fgj", Lamp: "review"}},
		Gone:     []MailItem{{Ref: RefOf([]string{"15"}, 0), Unit: "市住房和城乡建设局", Href: site + "/p/anda-2020/t/15-1?u=anda-zjj", Lamp: "done"}},
		HomeHref: site + "/", OverdueHref: site + "/p/anda-2020/m?state=overdue", ReviewHref: site + "/p/anda-2020/review", MailHref: site + "/notices", Demo: true,
	}
}

func unitDigest(lang i18n.Lang) DigestUnit {
	return DigestUnit{To: "王芳", Unit: "市公安局", Week: 42, Year: 2020, At: "2020-10-12 08:30", Schedule: i18n.Default().T(lang, "mail.schedule"),
		LeadUnit: "市营商环境局", Lead: Contact{Name: "李明", Phone: "0455-7322018"}, HomeHref: site + "/",
		Groups: []DigestGroup{
			{"overdue", "overdue", []MailItem{{Ref: RefOf([]string{"39", "40", "41", "42"}, 0), Text: "落实政务服务事项实施清单要素编制要求", Href: site + "/p/anda-2020/t/39-1", Lamp: "overdue", Due: "2020-09-30", Days: 12}}, 0},
			{"returned", "returned", []MailItem{{Ref: RefOf([]string{"5"}, 2), Text: "公布高频事项减时间清单", Href: site + "/p/anda-2020/t/5-2", Lamp: "returned", Due: "2020-10-16", Days: -4, Note: "缺“户籍证明”等 3 个事项"}}, 0},
			{"due", "due", []MailItem{{Ref: RefOf([]string{"6"}, 1), Text: "推进各部门70%行政许可事项和高频事项零跑动", Href: site + "/p/anda-2020/t/6-1", Lamp: "due", Due: "2020-10-15", Days: -3}}, 3},
			{"later", "active", []MailItem{{Ref: RefOf([]string{"31"}, 0), Text: "持续更新办事指南", Href: site + "/p/anda-2020/t/31-1", Lamp: "active"}}, 0},
		}}
}

func oneNotice(kind string) Notice {
	it := MailItem{Kind: kind, Ref: RefOf([]string{"12"}, 2), Text: "承担一网通办事项的市直有关部门主动对接全省一体化在线政务服务平台。", Href: site + "/p/anda-2020/t/12-2?u=anda-mzj", Lamp: "overdue", Due: "2020-09-30", Days: 13}
	if kind == "returned" {
		it.Lamp, it.Due, it.Days, it.Note = "returned", "2020-10-16", -3, "请补充带时间水印的平台事项列表截图，<b>其余</b>材料无需重报。"
	}
	if kind == "extended" {
		it.To, it.Note = "2020-10-25", "同意"
	}
	return Notice{To: "张伟", At: "2020-10-13 08:00", Plans: []MailPlan{{"安达市2020年网上政务服务能力建设责任分工方案", []MailItem{it}}}, HomeHref: site + "/", LeadUnit: "市营商环境局", Lead: Contact{Name: "李明", Phone: "0455-7322018"}}
}

func manyNotices() Notice {
	n := oneNotice("overdue-1")
	more := oneNotice("due-3").Plans[0].Items[0]
	more.Lamp, more.Due, more.Days = "due", "2020-10-15", -2
	second := oneNotice("returned").Plans[0].Items[0]
	second.Unit = "市民政局"
	n.Plans[0].Items = append(n.Plans[0].Items, more, more)
	n.Plans = append(n.Plans, MailPlan{"2019年上海市推进“一网通办”工作要点", []MailItem{second}})
	return n
}

type mailFixture struct {
	file, name string
	make       func(i18n.Lang) any
}

func mailFixtures() []mailFixture {
	out := []mailFixture{
		{"mail-lead", "digest_lead", func(l i18n.Lang) any { return leadDigest(l) }},
		{"mail-lead-calm", "digest_lead", func(l i18n.Lang) any {
			return DigestLead{To: "李明", Week: 1, Year: 2021, At: "2021-01-04 08:30", Plans: []string{"方案"}, Schedule: "每周一 08:30", Cleared: 2, HomeHref: site + "/"}
		}},
		{"mail-unit", "digest_unit", func(l i18n.Lang) any { return unitDigest(l) }},
		{"mail-many", "notice", func(i18n.Lang) any { return manyNotices() }},
	}
	for _, k := range countOrder {
		out = append(out, mailFixture{"mail-" + k, "notice", func(i18n.Lang) any { return oneNotice(kindOf(k)) }})
	}
	return out
}

// kindOf returns a notice kind that is counted under the key.
func kindOf(key string) string {
	switch key {
	case "overdue":
		return "overdue-1"
	case "due":
		return "due-3"
	}
	return key
}

var address = regexp.MustCompile(`https://[^\s）)]+`)

// TestMails renders every mail in both languages and holds the two parts to
// the same links in the same order, the HTML to what mail programs take, and
// both to words instead of keys.
func TestMails(t *testing.T) {
	r := newTestRenderer(t)
	for _, f := range mailFixtures() {
		for _, lang := range i18n.Langs {
			t.Run(f.file+"-"+string(lang), func(t *testing.T) {
				m, err := r.Mail(lang, f.name, f.make(lang))
				if err != nil {
					t.Fatal(err)
				}
				if m.Subject == "" || strings.ContainsAny(m.Subject, "\r\n") {
					t.Errorf("subject %q", m.Subject)
				}
				doc, err := html.Parse(bytes.NewReader(m.HTML))
				if err != nil {
					t.Fatal(err)
				}
				var links []string
				for n := range doc.Descendants() {
					if n.Type != html.ElementNode {
						continue
					}
					switch n.Data {
					case "img", "script", "form", "link":
						t.Errorf("a mail must not have <%s>", n.Data)
					case "a":
						links = append(links, attrs(n)["href"])
					}
				}
				if got := address.FindAllString(string(m.Text), -1); !slices.Equal(got, links) {
					t.Errorf("links of the text part\n%s\nand of the HTML part\n%s", strings.Join(got, "\n"), strings.Join(links, "\n"))
				}
				for _, part := range []string{m.Subject, string(m.Text), words(doc)} {
					for _, w := range strings.Fields(part) {
						if i18n.Default().Has(w) || strings.HasPrefix(w, "mail.") || strings.HasPrefix(w, "notice.") {
							t.Errorf("%q stands where words should", w)
						}
					}
				}
				for _, line := range strings.Split(string(m.Text), "\n") {
					if strings.TrimRight(line, " \u3000") != line {
						t.Errorf("white space ends %q", line)
					}
				}
				if bytes.Contains(m.HTML, []byte("ZgotmplZ")) || bytes.Contains(m.HTML, []byte("<b>其余")) {
					t.Error("the HTML part is not escaped as it should be")
				}
				if strings.Contains(string(m.Text), "&#") || strings.Contains(string(m.Text), "&lt;") {
					t.Error("the text part is escaped as if it were HTML")
				}
				if *fixtureDir != "" {
					for ext, b := range map[string][]byte{".html": m.HTML, ".txt": append([]byte(m.Subject+"\n\n"), m.Text...)} {
						if err := os.WriteFile(filepath.Join(*fixtureDir, f.file+"-"+string(lang)+ext), b, 0o644); err != nil {
							t.Fatal(err)
						}
					}
				}
			})
		}
	}
}

// TestMailSubject pins the first words a reader sees.
func TestMailSubject(t *testing.T) {
	r := newTestRenderer(t)
	for _, tt := range []struct {
		lang i18n.Lang
		name string
		data any
		want string
	}{
		{i18n.ZH, "digest_lead", leadDigest(i18n.ZH), "督办周报：逾期 38 家次，10月15日到期 287 家次"},
		{i18n.EN, "digest_lead", leadDigest(i18n.EN), "Weekly digest: 38 overdue, 287 due 15 Oct"},
		{i18n.ZH, "digest_unit", unitDigest(i18n.ZH), "本单位任务周报：市公安局，1 项逾期，1 项被退回，4 项 7 天内到期，1 项以后到期"},
		{i18n.ZH, "notice", oneNotice("returned"), "督办提醒：第12项②，报送被退回"},
		{i18n.EN, "notice", oneNotice("returned"), "Duban notice: Item 12②, Returned"},
		{i18n.ZH, "notice", manyNotices(), "督办提醒：1 项逾期，1 项被退回，2 项即将到期"},
	} {
		m, err := r.Mail(tt.lang, tt.name, tt.data)
		if err != nil {
			t.Fatal(err)
		}
		if m.Subject != tt.want {
			t.Errorf("subject %q, want %q", m.Subject, tt.want)
		}
	}
	n := oneNotice("nudge")
	n.Plans[0].Items[0].Ref.Rows = "12\r\nBcc: x@y.z"
	m, err := r.Mail(i18n.ZH, "notice", n)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(m.Subject, "\r\n") {
		t.Errorf("typed text broke the subject: %q", m.Subject)
	}
}

// TestRefOf pins how a measure is named by its rows.
func TestRefOf(t *testing.T) {
	for _, tt := range []struct {
		rows []string
		pos  int
		want Ref
	}{
		{[]string{"12"}, 2, Ref{"12", "②"}}, {[]string{"3"}, 0, Ref{"3", ""}}, {[]string{"39", "40", "41", "42"}, 0, Ref{"39–42", ""}},
		{[]string{"37", "39"}, 0, Ref{"37、39", ""}}, {[]string{"9", "10"}, 1, Ref{"9–10", "①"}}, {[]string{"1"}, 21, Ref{"1", "(21)"}}, {nil, 0, Ref{}},
	} {
		if got := RefOf(tt.rows, tt.pos); got != tt.want {
			t.Errorf("RefOf(%v, %d) = %v, want %v", tt.rows, tt.pos, got, tt.want)
		}
	}
}

// TestBytes pins how sizes are written.
func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 38912: "38 KB", 1258291: "1.2 MB", 20 << 20: "20 MB", 1<<20 - 1: "1 MB"} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
}

// words is the text of a parsed mail.
func words(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data + " ")
		}
	}
	return b.String()
}
