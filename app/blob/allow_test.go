package blob

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"

	"duban/models"
)

// zipOf makes a zip file with the named members.
func zipOf(t *testing.T, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, n := range names {
		f, err := w.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte("<x/>"))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// ole makes the head of an OLE container with one directory sector of entries.
func ole(stream string) string {
	b := make([]byte, 4096)
	copy(b, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
	binary.LittleEndian.PutUint16(b[24:], 0x3E)
	binary.LittleEndian.PutUint16(b[26:], 3)
	binary.LittleEndian.PutUint16(b[28:], 0xFFFE)
	binary.LittleEndian.PutUint16(b[30:], 9)
	binary.LittleEndian.PutUint16(b[32:], 6)
	binary.LittleEndian.PutUint32(b[48:], 0) // directory in sector 0
	for i, name := range []string{"Root Entry", stream} {
		e := b[512+128*i:]
		for j, r := range name {
			binary.LittleEndian.PutUint16(e[2*j:], uint16(r))
		}
		binary.LittleEndian.PutUint16(e[64:], uint16(2*len(name)+2))
		e[66] = map[int]byte{0: 5, 1: 2}[i]
	}
	return string(b)
}

func TestAllowedByNameAndContent(t *testing.T) {
	docx := zipOf(t, "[Content_Types].xml", "_rels/.rels", "word/document.xml")
	xlsx := zipOf(t, "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")
	pptx := zipOf(t, "[Content_Types].xml", "_rels/.rels", "ppt/presentation.xml")
	plainZip := zipOf(t, "照片/1.jpg", "照片/2.jpg")
	ofd := zipOf(t, "OFD.xml", "Doc_0/Document.xml")
	gbk := "\xd6\xc6\xb6\xa8\xb7\xfe\xce\xf1\xc6\xf3\xd2\xb5\xb4\xeb\xca\xa9\r\n" // 制定服务企业措施
	const (
		pdf  = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
		jpeg = "\xff\xd8\xff\xe0\x00\x10JFIF\x00"
		png  = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
		exe  = "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff"
		html = "<!DOCTYPE html><html><body><script>alert(1)</script>"
		svg  = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`
		heic = "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
		rar  = "Rar!\x1a\x07\x01\x00"
		webp = "RIFF\x24\x00\x00\x00WEBPVP8 "
		mp4  = "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
	)
	for _, tt := range []struct {
		name, content string
		key           string // "" if allowed
	}{
		{"会议纪要.pdf", pdf, ""}, {"会议纪要.PDF", pdf, ""}, {"通知.docx", docx, ""}, {"台账.xlsx", xlsx, ""}, {"汇报.pptx", pptx, ""},
		{"通知.docx", plainZip, ""}, // a docx whose head does not tell
		{"通知.doc", ole("WordDocument"), ""}, {"台账.xls", ole("Workbook"), ""}, {"汇报.ppt", ole("PowerPoint Document"), ""},
		{"方案.wps", ole("WordDocument"), ""}, {"方案.wps", docx, ""}, {"台账.et", ole("Workbook"), ""}, {"汇报.dps", ole("PowerPoint Document"), ""},
		{"方案.wps", ole("Contents"), ""},
		{"公文.ofd", ofd, ""}, {"照片.zip", plainZip, ""}, {"照片.rar", rar, ""},
		{"现场.jpg", jpeg, ""}, {"现场.JPEG", jpeg, ""}, {"截图.png", png, ""}, {"动图.gif", "GIF89a\x01\x00", ""},
		{"手机.heic", heic, ""}, {"微信.webp", webp, ""},
		{"说明.txt", "制定服务企业措施\n", ""}, {"说明.txt", gbk, ""}, {"数据.csv", "单位,件数\n公安局,3\n民政局,5\n", ""}, {"数据.csv", gbk, ""},
		{"说明.txt", "\xff\xfe" + "a\x00b\x00", ""}, // UTF-16, as Notepad's "Unicode"

		{"网页.html", html, "err.file_web"}, {"图.svg", svg, "err.file_web"}, {"数据.xml", svg, "err.file_web"}, {"存档.mht", "MIME-Version: 1.0", "err.file_web"},
		{"脚本.js", "alert(1)", "err.file_type"}, {"程序.exe", exe, "err.file_type"}, {"批.bat", "@echo off", "err.file_type"},
		{"报告.pdf.exe", exe, "err.file_type"}, {"a.php", "<?php", "err.file_type"}, {"包.7z", "7z\xbc\xaf\x27\x1c", "err.file_type"},
		{"表.xlsm", xlsx, "err.file_macro"}, {"文.docm", docx, "err.file_macro"}, {"录像.mp4", mp4, "err.file_video"}, {"录像.MOV", mp4, "err.file_video"},
		{"没有后缀", pdf, "err.file_no_ext"}, {"", pdf, "err.file_no_ext"},
		// The name says one thing, the content another.
		{"报告.pdf", exe, "err.file_mismatch"}, {"报告.pdf", html, "err.file_mismatch"}, {"报告.pdf", docx, "err.file_mismatch"},
		{"现场.jpg", svg, "err.file_mismatch"}, {"现场.png", html, "err.file_mismatch"}, {"手机.heic", mp4, "err.file_mismatch"},
		{"通知.docx", html, "err.file_mismatch"}, {"台账.xls", "<html><table>", "err.file_mismatch"}, {"通知.docx", xlsx, "err.file_mismatch"},
		{"台账.xls", xlsx, "err.file_mismatch"}, {"通知.doc", `{\rtf1\ansi}`, "err.file_mismatch"}, {"说明.txt", html, "err.file_mismatch"},
		{"说明.txt", svg, "err.file_mismatch"}, {"说明.txt", "#!/bin/sh\nrm -rf /\n", "err.file_mismatch"}, {"说明.txt", exe, "err.file_mismatch"},
		{"照片.zip", exe, "err.file_mismatch"}, {"照片.zip", zipOf(t, "AndroidManifest.xml", "classes.dex"), "err.file_mismatch"},
		{"通知.docx", ole("EncryptedPackage"), "err.file_locked"}, {"台账.xlsx", ole("EncryptedPackage"), "err.file_locked"},
	} {
		s, _ := open(t)
		b := put(t, s, tt.content)
		err := Allowed(CleanName(tt.name), b.MIME)
		if tt.key == "" {
			if err != nil {
				t.Errorf("%q of %s: %v", tt.name, b.MIME, err)
			}
			continue
		}
		e, ok := err.(*models.Error)
		if !ok || e.Code != models.Invalid || e.Key != tt.key {
			t.Errorf("%q of %s: %v, want %s", tt.name, b.MIME, err, tt.key)
		}
	}
}

func TestExtensionsAreThoseAllowed(t *testing.T) {
	listed := Extensions()
	slices.Sort(listed)
	if known := slices.Sorted(maps.Keys(allowed)); !slices.Equal(listed, known) {
		t.Errorf("listed %v, allowed %v", listed, known)
	}
}

func TestCleanName(t *testing.T) {
	long := strings.Repeat("文", 200)
	for in, want := range map[string]string{
		"会议纪要.pdf":              "会议纪要.pdf",
		`C:\Users\张三\桌面\台账.xls`: "台账.xls",
		"../../etc/passwd":      "passwd",
		"/":                     "未命名", "": "未命名", "...": "未命名", " . ": "未命名",
		".pdf":                    "未命名.pdf",
		"a/.pdf":                  "未命名.pdf",
		"报告\u202efdp.exe":         "报告fdp.exe", // shown as 报告exe.pdf with the override
		"a.php\x00.jpg":           "a.php.jpg",
		"报告.exe. ":                "报告.exe",
		"报告 .pdf":                 "报告.pdf",
		"一\r\nSet-Cookie: x.pdf":  "一Set-Cookie_ x.pdf",
		"零\u200b宽\ufeff.docx":     "零宽.docx",
		`"><img src=x>.png`:       "___img src=x_.png",
		"\xd6\xc6.txt":            "_.txt", // GBK sent as if it were UTF-8
		"全角\u3000空格.pdf":          "全角 空格.pdf",
		long + ".pdf":             long[:116*3] + ".pdf",
		long:                      long[:120*3],
		"第一条。all in one. " + long: "第一条。all in one. " + long[:(120-16)*3],
		"关于2020年4.0版.有一个非常非常长的后缀的文件名":                              "关于2020年4.0版.有一个非常非常长的后缀的文件名",
		strings.Repeat("a", 118) + " .b" + strings.Repeat("c", 30): strings.Repeat("a", 118),
	} {
		if got := CleanName(in); got != want {
			t.Errorf("CleanName(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"a.pdf", "../x", "\u202e.exe", strings.Repeat("文", 130) + ".docx", "a .b. .", "\x00", "aa ." + strings.Repeat("b", 20)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got := CleanName(in)
		if got == "" || len([]rune(got)) > 120 || got == "." || got == ".." || strings.ContainsAny(got, `/\<>:"|?*`) ||
			strings.HasSuffix(got, ".") || strings.HasSuffix(got, " ") || strings.HasPrefix(got, " ") {
			t.Errorf("CleanName(%q) = %q", in, got)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return unicode.Is(unicode.C, r) || r == unicode.ReplacementChar }) {
			t.Errorf("CleanName(%q) = %q: something invisible is left", in, got)
		}
		if again := CleanName(got); again != got {
			t.Errorf("CleanName(%q) = %q, then %q", in, got, again)
		}
	})
}
