package source

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

func TestRefused(t *testing.T) {
	lim := DefaultLimits()
	refused(t, "a.txt", []byte(" \n"), lim, "import.source.empty")
	refused(t, "a.docx", []byte("%PDF-1.7\n…"), lim, "import.source.pdf")
	refused(t, "a.doc", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), lim, "import.source.old_doc")
	refused(t, "a.wps", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), lim, "import.source.old_doc")
	refused(t, "a.xls", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), lim, "import.source.old_sheet")
	refused(t, "a.txt", []byte("任务\x00分工\x00表"), lim, "import.source.unreadable")
	refused(t, "a.txt", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\xff\xd8\xfe\x01\x02\x03\x04\x05"), lim, "import.source.unreadable")
	refused(t, "a.txt", make([]byte, 101), Limits{Bytes: 100}, "import.source.big")
	refused(t, "a.zip", archive(t, "x.txt", "x"), lim, "import.source.unreadable")

	// Truncated, wherever it is cut.
	for name, data := range map[string][]byte{"docx": word(t, wp("甲")), "xlsx": book(t, func(_ *excelize.File, set func(string, any)) { set("A1", "甲") })} {
		for i := 4; i < len(data)-1; i += 97 {
			refused(t, name, data[:i], lim, "import.source.broken")
		}
	}
}

func TestHostile(t *testing.T) {
	start := time.Now()
	lim := DefaultLimits()

	// Zip bombs: 300 MB of one letter are 300 kB packed.
	bomb := strings.Repeat("a", 300<<20)
	refused(t, "bomb.docx", archive(t, "word/document.xml", bomb), lim, "import.source.big")
	refused(t, "bomb.xlsx", archive(t, "xl/workbook.xml", "<workbook/>", "xl/media/x", bomb), lim, "import.source.big")
	bomb = ""

	deep := strings.Repeat("<w:sdt>", 100_000)
	refused(t, "deep.docx", archive(t, "word/document.xml", wordHead+deep), lim, "import.source.big")
	refused(t, "entity.docx", archive(t, "word/document.xml",
		`<!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/passwd">]>`+wordHead+wp("&x;")+wordTail), lim, "import.source.broken")
	refused(t, "wide.docx", word(t, `<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="99999999"/></w:tcPr>`+wp("a")+`</w:tc></w:tr></w:tbl>`), lim, "import.source.big")
	refused(t, "before.docx", word(t, `<w:tbl><w:tr><w:trPr><w:gridBefore w:val="2147483647"/></w:trPr><w:tc>`+wp("a")+`</w:tc></w:tr></w:tbl>`), lim, "import.source.big")

	span := `<table><tr>` + strings.Repeat(`<td colspan=1000 rowspan=65534>x`, 50) + `</tr>` + strings.Repeat(`<tr><td>`, 5000) + `</table>`
	refused(t, "span.html", []byte(span), lim, "import.source.big")
	if d, err := Read("deep.html", []byte("<html>"+strings.Repeat("<div><table><tr><td>", 50_000)), lim); err == nil {
		sound(t, d)
	}
	if d := time.Since(start); d > 60*time.Second {
		t.Errorf("took %v", d)
	}
}

func sheetOf(b testing.TB, rows int) []byte {
	return book(b, func(_ *excelize.File, set func(string, any)) {
		for r := 1; r <= rows; r++ {
			for c, v := range []any{r, "优化营商环境", "建立健全统筹推进机制，完成平台建设", "市发展改革委", "各区人民政府", "2020年9月底前"} {
				set(fmt.Sprintf("%c%d", 'A'+c, r), v)
			}
		}
	})
}

func BenchmarkXlsx10000(b *testing.B) {
	data := sheetOf(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		d, err := Read("a.xlsx", data, DefaultLimits())
		if err != nil || len(d.Blocks[0].Table.Rows) != 10_000 {
			b.Fatal(err)
		}
	}
}

func fuzz(f *testing.F, name string, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	lim := Limits{Bytes: 1 << 20, Unzipped: 4 << 20, Rows: 2000, Cells: 20_000, Depth: 100}
	f.Fuzz(func(t *testing.T, data []byte) {
		if d, err := Read(name, data, lim); err == nil {
			sound(t, d)
		}
	})
}

func FuzzText(f *testing.F) {
	fuzz(f, "a.txt", []byte(simplified), []byte("\xFF\xFEa\x00"), []byte("\xC8\xCE\xCE\xF1"))
}

func FuzzCSV(f *testing.F) { fuzz(f, "a.csv", []byte("a,b\n\"c\nd\",e"), []byte("a;b;c\n\"")) }

func FuzzHTML(f *testing.F) {
	fuzz(f, "a.html", []byte("<table><tr><td rowspan=2>a<td colspan=3>b<tr><td>c</table><p>x<br>y"))
}

// FuzzDocx changes the body, so that the archive stays one.
func FuzzDocx(f *testing.F) {
	f.Add(item("1", 0, "甲") + item("2", 2, "乙"))
	f.Add(`<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/><w:vMerge w:val="restart"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>`)
	f.Fuzz(func(t *testing.T, body string) {
		lim := Limits{Bytes: 1 << 20, Unzipped: 4 << 20, Rows: 2000, Cells: 20_000, Depth: 100}
		if d, err := Read("a.docx", word(t, body), lim); err == nil {
			sound(t, d)
		}
	})
}
