package deadline

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"duban/models"
)

// han writes 1 to 99 in Chinese.
func han(n int) string {
	d := []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	switch {
	case n < 10:
		return d[n]
	case n < 20:
		return "十" + d[n%10]
	}
	return d[n/10] + "十" + d[n%10]
}

func hanYear(n int) string {
	d := []string{"〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	return d[n/1000] + d[n/100%10] + d[n/10%10] + d[n%10]
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r + '！' - '!'
		}
		return r
	}, s)
}

// However a day is written, it is the same day.
func TestAnySpellingIsTheSameDay(t *testing.T) {
	first := models.NewDate(1990, 1, 1)
	for i := range 366 * 30 {
		d := first.AddDays(i)
		if i%11 != 0 && d != d.EndOfMonth() {
			continue // every 11th day reaches each day of each month
		}
		y, m, n := d.Year(), int(d.Month()), d.Day()
		plain := fmt.Sprintf("%d年%d月%d日", y, m, n)
		spellings := []string{
			plain + "前",
			fmt.Sprintf("%d年%02d月%02d日前", y, m, n),
			fmt.Sprintf("%d.%d.%d前", y, m, n),
			d.String(),
			hanYear(y) + "年" + han(m) + "月" + han(n) + "日前",
			fullWidth(plain) + "之前",
			fmt.Sprintf(" %d 年 %d　月\t%d 日 前 ", y, m, n),
			fmt.Sprintf("1.%s前。", plain),
			fmt.Sprintf("1.\n%d年%d月\n%d日前。", y, m, n),
			plain + "底前",
			plain + "召开",
			"自" + plain + "起",
		}
		if d == d.EndOfMonth() {
			spellings = append(spellings, fmt.Sprintf("%d年%d月底前", y, m), fmt.Sprintf("%d年%s月份", y, han(m)), fmt.Sprintf("%d年%d月下旬", y, m))
			if m%3 == 0 {
				spellings = append(spellings, fmt.Sprintf("%d年第%s季度末", y, han(m/3)))
			}
		}
		for _, s := range spellings {
			rs, err := Parse(s, plan2020)
			if err != nil || len(rs) != 1 || rs[0].Date != d {
				t.Fatalf("%q = %v, %v; want %v", s, rs, err, d)
			}
			if slip := strings.HasSuffix(s, "日底前"); rs[0].Slip != slip {
				t.Fatalf("%q: slip %v", s, rs[0].Slip)
			}
		}
	}
}

// Cells put together of known parts come apart again.
func TestCellsComeApart(t *testing.T) {
	parts := []row{
		{"2020年9月底前", "2020-09-30 month-end"},
		{"2020年10月15日前", "2020-10-15 before"},
		{"2021年第一季度末", "2021-03-31 quarter-end"},
		{"每月5日前报送", "recurring FREQ=MONTHLY;BYMONTHDAY=5"},
		{"长期坚持", "ongoing"},
		{"2020年国庆节前", "2020-09-30 before"},
		{"收到通知后5个工作日内", "before sign+5workday"},
		{"2020年12月底通报", "2020-12-31 event"},
		{"印发之日起30日内", "2020-05-16 before issue+30day"},
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var text strings.Builder
		var want []string
		stop := []string{"。", "；", "\n", "。\n\n", " "}[r.IntN(5)]
		form := []string{"%d.", "%d、", "（%d）", "%d)", "%d． "}[r.IntN(5)]
		for no := 1; no <= 1+r.IntN(12); no++ {
			p := parts[r.IntN(len(parts))]
			fmt.Fprintf(&text, form, no)
			text.WriteString(p.text + stop)
			want = append(want, fmt.Sprintf("[%d] %s", no, p.want))
		}
		if check(t, plan2020, text.String(), strings.Join(want, " | ")); t.Failed() {
			return
		}
	}
}

// Numerals in words, wherever a unit makes them numbers.
func TestChineseNumerals(t *testing.T) {
	for n := 1; n <= 999; n++ {
		word := ""
		switch h, rest := n/100, n%100; {
		case h == 0:
			word = han(n)
		case rest == 0:
			word = han(h) + "百"
		case rest < 10:
			word = han(h) + "百零" + han(rest)
		case rest < 20:
			word = han(h) + "百一" + han(rest)
		default:
			word = han(h) + "百" + han(rest)
		}
		rs, err := Parse("印发之日起"+word+"日内", plan2020)
		if err != nil || len(rs) != 1 || rs[0].Relative.N != n || rs[0].Date != plan2020.Issued.AddDays(n) {
			t.Fatalf("%s (%d): %v, %v", word, n, rs, err)
		}
	}
	for _, word := range []string{"十百", "廿百", "二廿", "一二", "百百", "十十", "〇", "零十", "一百二百", "一十二十一十"} {
		if n, ok := hanNumber([]rune(word), '日'); ok {
			t.Errorf("%s was read as %s", word, n)
		}
	}
}

var rulePart = regexp.MustCompile(`^(FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)|INTERVAL=\d{1,3}|BYMONTH=\d{1,2}(,\d{1,2})*|BYMONTHDAY=(-1|\d{1,2})(,(-1|\d{1,2}))*|BYDAY=(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU))*|BYSETPOS=(-1|\d{1,2})|UNTIL=\d{4}1231)$`)

// invariants holds for every text whatsoever.
func invariants(t *testing.T, text string, ctx Context) {
	t.Helper()
	rs, err := Parse(text, ctx)
	if len(text) > MaxLen || !utf8.ValidString(text) {
		if err == nil || rs != nil {
			t.Fatalf("%.80q: accepted", text)
		}
		return
	}
	if err != nil || len(rs) == 0 {
		t.Fatalf("%q: %d results, %v", text, len(rs), err)
	}
	again, _ := Parse(text, ctx)
	if !reflect.DeepEqual(rs, again) {
		t.Fatalf("%q: read twice, %v and %v", text, rs, again)
	}
	rest := bare(text)
	for i, r := range rs {
		unknown := slices.Contains(r.Notes, NoteUnknown)
		switch {
		case unknown != (r.Kind == ""), !unknown && !r.Kind.Valid():
			t.Fatalf("%q: kind %q, notes %v", text, r.Kind, r.Notes)
		case r.Slip != slices.Contains(r.Notes, NoteSlip):
			t.Fatalf("%q: slip %v, notes %v", text, r.Slip, r.Notes)
		case (r.RRule != "") != (r.Kind == models.DeadlineRecurring):
			t.Fatalf("%q: kind %q with rule %q", text, r.Kind, r.RRule)
		case !r.Date.IsZero() && (r.RRule != "" || unknown || r.Kind == models.DeadlineOngoing || r.Relative.From == FromSign):
			t.Fatalf("%q: a day, %v, for %+v", text, r.Date, r)
		case (r.Relative.N > 0) != (r.Relative.From != "") || (r.Relative.From != "") != (r.Relative.Unit != ""):
			t.Fatalf("%q: %+v", text, r.Relative)
		case r.Item < 0 || r.Item > 99:
			t.Fatalf("%q: item %d", text, r.Item)
		}
		for _, n := range r.Notes {
			if n.Message() == "" {
				t.Fatalf("%q: note %q has no message", text, n)
			}
		}
		if r.RRule != "" {
			checkRule(t, text, r.RRule)
		}
		// The wording is kept: each text stands in the cell, in order.
		if i > 0 && r.Text == rs[i-1].Text && !strings.Contains(rest, bare(r.Text)) {
			continue // one of a list
		}
		at := strings.Index(rest, bare(r.Text))
		if at < 0 {
			t.Fatalf("%q: the text %q is not in %q", text, r.Text, rest)
		}
		rest = rest[at+len(bare(r.Text)):]
	}
}

// bare is the text without what lines and cells break it with.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
}

func checkRule(t *testing.T, text, rule string) {
	t.Helper()
	seen := map[string]bool{}
	for _, part := range strings.Split(rule, ";") {
		name, values, _ := strings.Cut(part, "=")
		if !rulePart.MatchString(part) || seen[name] {
			t.Fatalf("%q: rule %q", text, rule)
		}
		seen[name] = true
		limit := map[string]int{"BYMONTH": 12, "BYMONTHDAY": 31}[name]
		if limit == 0 {
			continue
		}
		for _, v := range strings.Split(values, ",") {
			if n, _ := strconv.Atoi(v); n == 0 || n > limit {
				t.Fatalf("%q: rule %q", text, rule)
			}
		}
	}
}

// Random cells of the grammar's own words find what a table does not think of.
func TestInvariants(t *testing.T) {
	words := strings.Fields("2020年 2021年 9月 10月 15日 31日 底 前 末 内 上旬 中旬 下旬 初 中 至 到 - 、 ， 。 ； 起 后 每 月 季度 年 周 一 二 十 〇 半 " +
		"上半年 年底 国庆节 春节 五一 持续推进 长期 常态化 印发之日 收到通知 30 5 个 工作日 日 1. 2. 3、 （1） ① 一、 按 逐 隔 次月 今年 明年 次年 第 Q3 10.15 2020-10-15 通报 召开 完成 次 首月 最后1个月 结束 即日 十四五 \n \u3000 3.5 99 00")
	r := rand.New(rand.NewPCG(3, 4))
	for range 4000 {
		var b strings.Builder
		for range r.IntN(14) {
			b.WriteString(words[r.IntN(len(words))])
			if r.IntN(8) == 0 {
				b.WriteString([]string{" ", "\n"}[r.IntN(2)])
			}
		}
		invariants(t, b.String(), plan2020)
		invariants(t, b.String(), Context{})
	}
}

// Texts that would be slow if any rule looked back or ahead without end.
func TestLongTexts(t *testing.T) {
	for _, unit := range []string{
		"年", "1", "1 ", "一", "一 ", "1.", "2020年", "2020-", "9月", "1、", "9、", "印发", "收到", "每", "每月", "每年9月", "每月1日、", "(", "（1）", "2020年9月底前。", "国庆", "国庆、",
		"五一", "\n", "\u200b", "2020年9月-", "9月至", "12:30", "10月1日上午", "前", "持续推进", "1月1", "一月一", "第", "第一",
	} {
		for _, head := range []string{"", "每年"} {
			text := head + strings.Repeat(unit, (MaxLen-len(head))/len(unit))
			invariants(t, text[:len(head)+len(unit)*(MaxLen/16/len(unit))], plan2020)
			start := time.Now()
			if _, err := Parse(text, plan2020); err != nil {
				t.Fatal(err)
			}
			// A linear reading takes a few milliseconds; the bound is wide
			// enough for a busy machine and far below a quadratic one.
			if d := time.Since(start); d > 3*time.Second {
				t.Errorf("%q repeated: %v", head+unit, d)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "2020年9月底前。", "1.2020年10月15日前。\n\n2.2020年9月底通报", "10月15日底前", "每季度首月10日前", "每年6、12月底前", "收到通知后5个工作日内",
		"国庆节、中秋节前", "二〇二〇年十月三十一日前，并持续推进", "自2020年10月1日起30日内", "2020年9月1日至10月15日", "①9月底前②10.15前", "“十四五”末", "12020年9月", "\xff"} {
		f.Add(s, 2020)
		f.Add(s, 0)
	}
	f.Fuzz(func(t *testing.T, text string, year int) {
		ctx := plan2020
		if ctx.PlanYear = year; year%2 == 0 {
			ctx.Issued = models.Date{}
		}
		invariants(t, text, ctx)
	})
}

func BenchmarkParse(b *testing.B) {
	for _, text := range []string{"2020年9月底前。", strings.Repeat("1.2020年10月15日前完成，并持续推进。", MaxLen/60)} {
		b.Run(strconv.Itoa(len(text)), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, err := Parse(text, plan2020); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
