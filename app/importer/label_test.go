package importer

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestLabel(t *testing.T) {
	for _, tt := range []struct {
		in   string
		mark mark
		n    int
		rest string
	}{
		{"一、总体要求", markHan, 1, "总体要求"},
		{"十二、保障措施", markHan, 12, "保障措施"},
		{"二十、附则", markHan, 20, "附则"},
		{"　　二十三、其他", markHan, 23, "其他"},
		{"（一）改革引领", markHanIn, 1, "改革引领"},
		{"(十一)改革", markHanIn, 11, "改革"},
		{"1.实现审批", markArabic, 1, "实现审批"},
		{"1、平台功能", markArabic, 1, "平台功能"},
		{"12．建立", markArabic, 12, "建立"},
		{"1.2020年9月底前。", markArabic, 1, "2020年9月底前。"},
		{"（1）部分", markArabicIn, 1, "部分"},
		{"2）部分", markArabicIn, 2, "部分"},
		{"③推进", markCircle, 3, "推进"},
		{"第三条 各单位", markArticle, 3, "各单位"},
		{"第二章　任务", markChapter, 2, "任务"},
		{"第一部分 现状", markChapter, 1, "现状"},
		// none of these is an item
		{"2020年9月底前", markNone, 0, ""},
		{"1.5万件以上", markNone, 0, ""},
		{"12345热线", markNone, 0, ""},
		{"3个方面", markNone, 0, ""},
		{"一网通办", markNone, 0, ""},
		{"一是完善", markNone, 0, ""},
		{"十四五规划", markNone, 0, ""},
		{"（好差评", markNone, 0, ""},
		{"（2019）8号", markNone, 0, ""},
		{"第三季度报告", markNone, 0, ""},
		{"第三方评估", markNone, 0, ""},
		{"", markNone, 0, ""},
	} {
		l, ok := labelOf(tt.in)
		if ok != (tt.mark != markNone) || l.mark != tt.mark || l.n != tt.n || ok && tt.in[l.end:] != tt.rest {
			t.Errorf("%q: %+v %v", tt.in, l, ok)
		}
	}
}

// TestHanNumber writes every number and reads it back.
func TestHanNumber(t *testing.T) {
	digits := []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	for n := 1; n < 100; n++ {
		s := digits[n%10]
		if n >= 20 {
			s = digits[n/10] + "十" + s
		} else if n >= 10 {
			s = "十" + s
		}
		for _, tail := range []string{"", "、", "章"} {
			if got, used := hanNumber(s + tail); got != n || used != len(s) {
				t.Errorf("%s%s: %d, %d bytes", s, tail, got, used)
			}
		}
	}
}

// TestLabelAnything: whatever stands there, a label lies within it.
func TestLabelAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("（()）.、．12390一二十百①⑳第章条部分年 　x"))).Draw(t, "s")
		l, ok := labelOf(s)
		if ok && (l.end < 1 || l.end > len(s) || l.n < 0 || l.text == "") {
			t.Fatal(fmt.Sprintf("%q: %+v", s, l))
		}
	})
}
