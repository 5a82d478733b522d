package source

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"duban/app/i18n"
	"duban/models"
)

// dump writes a document for comparison: paragraphs with their marks, tables
// row by row; a continuation is in [ ].
func dump(d *Document) string {
	var b strings.Builder
	text := func(s models.Span) string { return d.Text[s.From:s.To] }
	for _, k := range d.Blocks {
		if k.Table == nil {
			if k.Heading > 0 {
				fmt.Fprintf(&b, "h%d ", k.Heading)
			}
			if k.Center {
				b.WriteString("center ")
			}
			if k.Bold {
				b.WriteString("bold ")
			}
			if k.Number != "" {
				fmt.Fprintf(&b, "<%s> ", k.Number)
			}
			b.WriteString(text(k.Span) + "\n")
			continue
		}
		fmt.Fprintf(&b, "table %s\n", k.Table.Name)
		for _, row := range k.Table.Rows {
			for _, c := range row {
				var lines []string
				for _, p := range c.Paras {
					lines = append(lines, text(p))
				}
				s := strings.Join(lines, "/")
				if !c.Date.IsZero() {
					s += "@" + c.Date.String()
				}
				if !c.Origin {
					s = "[" + s + "]"
				}
				b.WriteString("|" + s)
			}
			b.WriteString("|\n")
		}
	}
	return b.String()
}

// sound checks what holds of every document.
func sound(t testing.TB, d *Document) {
	t.Helper()
	line := func(s models.Span) {
		if s.From < 0 || s.To < s.From || s.To >= len(d.Text) || d.Text[s.To] != '\n' ||
			s.From > 0 && d.Text[s.From-1] != '\n' || strings.Contains(d.Text[s.From:s.To], "\n") {
			t.Fatalf("span %v is no line of %q", s, d.Text)
		}
	}
	for _, b := range d.Blocks {
		if b.Table == nil {
			line(b.Span)
			continue
		}
		for r, row := range b.Table.Rows {
			if len(row) != b.Table.Cols {
				t.Fatalf("row %d has %d of %d cells", r, len(row), b.Table.Cols)
			}
			for c, cell := range row {
				if r < cell.Row || r >= cell.Row+cell.RowSpan || c < cell.Col || c >= cell.Col+cell.ColSpan ||
					cell.Origin != (r == cell.Row && c == cell.Col) {
					t.Fatalf("cell %d,%d: %+v", r, c, cell)
				}
				for _, p := range cell.Paras {
					line(p)
				}
			}
		}
	}
}

func read(t *testing.T, name string, data []byte) *Document {
	t.Helper()
	d, err := Read(name, data, DefaultLimits())
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	sound(t, d)
	return d
}

func same(t *testing.T, got, want string) {
	t.Helper()
	if got = strings.TrimSpace(got); got != strings.TrimSpace(want) {
		t.Errorf("got\n%s\nwant\n%s", got, strings.TrimSpace(want))
	}
}

// refused checks the key of an error, and that the catalogue has it.
func refused(t *testing.T, name string, data []byte, lim Limits, key string) {
	t.Helper()
	d, err := Read(name, data, lim)
	var e *models.Error
	if !errors.As(err, &e) || e.Key != key || d != nil {
		t.Errorf("%s: %v, want %s", name, err, key)
	}
	if !i18n.Default().Has(key) {
		t.Errorf("no message %s", key)
	}
}

const simplified = "关于印发2020年工作要点的通知\n各区人民政府，市有关部门：\n一、优化营商环境。牵头单位：市发展改革委\n"
const traditional = "關於印發2020年工作要點的通知\n各區人民政府，市有關部門：\n一、優化營商環境。牽頭單位：市發展改革委\n"

func encoded(t testing.TB, e encoding.Encoding, s string) []byte {
	t.Helper()
	b, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTextEncodings(t *testing.T) {
	le := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	be := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	for _, c := range []struct {
		name string
		data []byte
		enc  string
		text string
	}{
		{"UTF-8", []byte(simplified), "UTF-8", simplified},
		{"UTF-8 with BOM", []byte("\uFEFF" + simplified), "UTF-8", simplified},
		{"Windows lines", []byte(strings.ReplaceAll(simplified, "\n", "\r\n")), "UTF-8", simplified},
		{"GB18030", encoded(t, simplifiedchinese.GB18030, simplified), "GB18030", simplified},
		{"GB18030 traditional", encoded(t, simplifiedchinese.GB18030, "市政府办公室，"+simplified+"镕"), "GB18030", "市政府办公室，" + simplified + "镕\n"},
		{"Big5", encoded(t, traditionalchinese.Big5, traditional), "Big5", traditional},
		{"UTF-16LE", encoded(t, le, simplified), "UTF-16LE", simplified},
		{"UTF-16BE", encoded(t, be, simplified), "UTF-16BE", simplified},
		{"UTF-16LE with BOM", append([]byte("\xFF\xFE"), encoded(t, le, traditional)...), "UTF-16LE", traditional},
		{"UTF-16BE with BOM", append([]byte("\xFE\xFF"), encoded(t, be, traditional)...), "UTF-16BE", traditional},
		{"UTF-16LE of ASCII", encoded(t, le, "plan 2020\n"), "UTF-16LE", "plan 2020\n"},
		{"UTF-8 cut in a character", []byte(simplified + "市")[:len(simplified)+2], "UTF-8", simplified + "\uFFFD\n"},
	} {
		d := read(t, "a.txt", c.data)
		if strings.TrimRight(d.Text, "\n") != strings.TrimRight(c.text, "\n") || d.Encoding != c.enc || d.Format != "txt" {
			t.Errorf("%s: %s %s %q", c.name, d.Format, d.Encoding, d.Text)
		}
	}
}

func TestFromText(t *testing.T) {
	d := FromText("一、甲\r\n\r\n  二、乙\u2028三、丙\xff")
	sound(t, d)
	same(t, dump(d), "一、甲\n  二、乙\n三、丙\uFFFD")
}

func TestHTML(t *testing.T) {
	d := read(t, "plan.doc", encoded(t, simplifiedchinese.GBK, `<!DOCTYPE html><html><head><meta charset="gb2312"><title>站名</title>
<style>p{}</style></head><body><nav>首页</nav><script>var x="牵头";</script>
<h1 align=center>重点工作<br>任务分工</h1><p>一、优化&nbsp;&lt;环境&gt;
继续</p><p><b>粗</b>体</p><div style="display: none">藏</div>
<table><tr><th rowspan=2>序号<th colspan="2">任务</tr><tr><td>甲<td><p>乙</p><p>丙</p></tr>
<tr><td>1<td>A<table><tr><td>内1<td>内2</table><td>B</tr></table>
<table><tr><td><p>框内</p><table><tr><td>x<td>y</table></td></tr></table></body></html>`))
	if d.Format != "html" || d.Encoding != "GB18030" {
		t.Errorf("%s %s", d.Format, d.Encoding)
	}
	same(t, strings.ReplaceAll(dump(d), "\u00A0", "_"), `
h1 center bold 重点工作
h1 center bold 任务分工
一、优化_<环境> 继续
粗体
table 
|序号|任务|[任务]|
|[序号]|甲|乙/丙|
|1|A/内1/内2|B|
框内
table 
|x|y|`)
}

func TestCSV(t *testing.T) {
	for name, s := range map[string]string{
		"comma":     "序号,任务,单位\n1,\"甲\n乙, 丙\",市发展改革委\n2,丁\n",
		"semicolon": "序号;任务;单位\n1;\"甲\n乙, 丙\";市发展改革委\n2;丁\n",
		"tab":       "序号\t任务\t单位\n1\t\"甲\n乙, 丙\"\t市发展改革委\n2\t丁\n",
	} {
		for enc, data := range map[string][]byte{"UTF-8": []byte(s), "GB18030": encoded(t, simplifiedchinese.GB18030, s)} {
			d := read(t, "a.csv", data)
			if d.Format != "csv" || d.Encoding != enc {
				t.Errorf("%s: %s %s", name, d.Format, d.Encoding)
			}
			same(t, dump(d), "table \n|序号|任务|单位|\n|1|甲/乙, 丙|市发展改革委|\n|2|丁||")
		}
	}
}

// book makes a workbook.
func book(t testing.TB, fill func(f *excelize.File, set func(axis string, v any))) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f, func(axis string, v any) {
		if err := f.SetCellValue("Sheet1", axis, v); err != nil {
			t.Fatal(err)
		}
	})
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestXlsx(t *testing.T) {
	data := book(t, func(f *excelize.File, set func(string, any)) {
		ok := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		date := func(axis string, serial float64, st excelize.Style) {
			set(axis, serial)
			id, err := f.NewStyle(&st)
			ok(err)
			ok(f.SetCellStyle("Sheet1", axis, axis, id))
		}
		custom, percent := `yyyy"年"m"月"`, `0.0%`
		set("A1", "任务分工表")
		ok(f.MergeCell("Sheet1", "A1", "C1"))
		set("A2", "序号")
		set("B2", "任务\n措施")
		set("C2", "完成时限")
		set("A3", 1)
		ok(f.MergeCell("Sheet1", "A3", "A5"))
		set("B3", "甲")
		date("C3", 44104, excelize.Style{NumFmt: 14})
		set("B4", "乙")
		date("C4", 44104, excelize.Style{CustomNumFmt: &custom})
		date("B5", 0.7, excelize.Style{CustomNumFmt: &percent})
		date("C5", 44104, excelize.Style{NumFmt: 31})
		for _, n := range []string{"附表", "藏", "duban"} {
			_, err := f.NewSheet(n)
			ok(err)
			ok(f.SetCellValue(n, "A1", n+"内"))
		}
		ok(f.SetSheetVisible("藏", false))
		ok(f.SetSheetVisible("duban", false))
	})
	d := read(t, "a.xls", data) // the extension is wrong
	if d.Format != "xlsx" {
		t.Error(d.Format)
	}
	same(t, dump(d), `
Sheet1
table Sheet1
|任务分工表|[任务分工表]|[任务分工表]|
|序号|任务/措施|完成时限|
|1|甲|2020年9月30日@2020-09-30|
|[1]|乙|2020年9月|
|[1]|70.0%|2020年9月30日@2020-09-30|
附表
table 附表
|附表内|
duban
table duban
|duban内|`)
	if strings.Count(d.Text, "任务分工表") != 1 {
		t.Error("a merged cell was written twice")
	}
}

// archive makes a zip of name, content, name, content …
func archive(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err == nil {
			_, err = w.Write([]byte(parts[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	wordHead = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="urn:mc"><w:body>`
	wordTail = `</w:body></w:document>`
)

func word(t testing.TB, body string) []byte {
	return archive(t, "word/document.xml", wordHead+body+wordTail,
		"word/styles.xml", `<w:styles><w:style w:type="paragraph" w:styleId="a1"><w:name w:val="heading 1"/><w:pPr><w:jc w:val="center"/></w:pPr><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="a2"><w:name w:val="标题二"/><w:basedOn w:val="a1"/><w:pPr><w:jc w:val="left"/><w:outlineLvl w:val="1"/></w:pPr></w:style></w:styles>`,
		"word/numbering.xml", `<w:numbering><w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>
<w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val=""/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="2"><w:startOverride w:val="5"/></w:lvlOverride></w:num></w:numbering>`)
}

func wp(text string) string { return "<w:p><w:r><w:t>" + text + "</w:t></w:r></w:p>" }

func item(num string, level int, text string) string {
	return fmt.Sprintf(`<w:p><w:pPr><w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%s"/></w:numPr></w:pPr><w:r><w:t>%s</w:t></w:r></w:p>`, level, num, text)
}

func TestDocxParagraphs(t *testing.T) {
	d := read(t, "a.txt", word(t, `<w:p><w:pPr><w:pStyle w:val="a1"/></w:pPr><w:r><w:t>题</w:t><w:br/><w:t>目</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="a2"/></w:pPr><w:r><w:rPr><w:b w:val="0"/></w:rPr><w:t>节</w:t></w:r></w:p>
<w:p><w:del><w:r><w:delText>旧</w:delText><w:t>旧</w:t></w:r></w:del><w:ins><w:r><w:t>新</w:t></w:r></w:ins><w:r><w:tab/><w:t xml:space="preserve"> 后 </w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r></w:p>
<w:sdt><w:sdtPr/><w:sdtContent>`+wp("控件")+`</w:sdtContent></w:sdt>
<w:p><w:r><w:t>主</w:t><mc:AlternateContent><mc:Choice><w:txbxContent>`+wp("框")+`</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>`+wp("框")+`</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>`+
		item("1", 0, "总")+item("1", 1, "甲")+item("1", 2, "5万吨")+item("1", 2, "乙")+item("1", 3, "点")+
		item("1", 1, "丙")+item("1", 2, "丁")+item("1", 0, "又")+item("2", 2, "续")+item("2", 2, "再")))
	same(t, dump(d), `
h1 center bold 题
h1 center bold 目
h2 节
新	 后 
控件
主
框
<一、> 一、总
<（一）> （一）甲
<1.> 1. 5万吨
<2.> 2. 乙
点
<（二）> （二）丙
<1.> 1. 丁
<二、> 二、又
<5.> 5. 续
<6.> 6. 再`)
}

func TestDocxTable(t *testing.T) {
	tc := func(pr, body string) string { return "<w:tc><w:tcPr>" + pr + "</w:tcPr>" + body + "</w:tc>" }
	row := func(pr string, cells ...string) string {
		return "<w:tr><w:trPr>" + pr + "</w:trPr>" + strings.Join(cells, "") + "</w:tr>"
	}
	const from, on, two = `<w:vMerge w:val="restart"/>`, `<w:vMerge/>`, `<w:gridSpan w:val="2"/>`
	inner := "<w:tbl>" + row("", tc("", wp("内1")), tc("", wp("内2"))) + "</w:tbl>"
	d := read(t, "a.docx", word(t, wp("前")+"<w:tbl>"+
		row("", tc(from, wp("序")), tc(two, wp("任")+wp("务")))+
		row("", tc(on, wp("")), tc("", wp("甲")), tc(from, wp("乙")+inner))+
		row(`<w:gridBefore w:val="1"/>`, tc("", wp("丙")), tc(on, "<w:p/>"))+
		row("<w:del/>", tc("", wp("删")))+
		row("", tc(on, wp("尾")))+"</w:tbl>"+wp("后")))
	same(t, dump(d), `
前
table 
|序|任/务|[任/务]|
|[序]|甲|乙/内1/内2|
||丙|[乙/内1/内2]|
|尾|||
后`)
}
