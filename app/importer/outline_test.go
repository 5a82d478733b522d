package importer

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// print writes the tree as it is read: two blanks per level.
func (n *node) print() string {
	var b strings.Builder
	n.walk(func(above []*node, n *node) {
		fmt.Fprintf(&b, "%s%s|%s|%d\n", strings.Repeat("  ", len(above)), n.label.text, n.text, len(n.paras))
	})
	return b.String()
}

func TestOutline(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"sections and items": {`前言。
一、目标
1.实现审批。
（牵头单位：甲）
2.压减材料。
二、保障
1.加强领导。`, `一、|目标|0
  1.|实现审批。|1
  2.|压减材料。|0
二、|保障|0
  1.|加强领导。|0
`},
		"three levels, the middle missing once": {`一、主要目标
全年达到。
二、重点任务
（一）智慧
1.推行
（1）甲
（2）乙
2.构建
（二）集成
3.打造
三、保障
1.组织`, `一、|主要目标|1
二、|重点任务|0
  （一）|智慧|0
    1.|推行|0
      （1）|甲|0
      （2）|乙|0
    2.|构建|0
  （二）|集成|0
    3.|打造|0
三、|保障|0
  1.|组织|0
`},
		"another order of forms": {`1.教学
（一）备课
（二）上课
2.德育
（一）班会`, `1.|教学|0
  （一）|备课|0
  （二）|上课|0
2.|德育|0
  （一）|班会|0
`},
		"skipped and restarted": {"一、甲\n1.a\n3.c\n1.d\n三、乙", "一、|甲|0\n  1.|a|0\n  3.|c|0\n  1.|d|0\n三、|乙|0\n"},
		"nothing numbered":      {"只有正文。\n\n没有编号。", ""},
	} {
		if got := outlineOf(strings.Split(tt.text, "\n")).print(); got != tt.want {
			t.Errorf("%s: got\n%swant\n%s", name, got, tt.want)
		}
	}
}

// TestOutlineKeepsAll: every line that is not blank stands in the tree once.
func TestOutlineKeepsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		starts := []string{"", "一、", "（一）", "1.", "（1）", "①", "第一章", "  "}
		var text []string
		for range rapid.IntRange(0, 30).Draw(t, "lines") {
			text = append(text, rapid.SampledFrom(starts).Draw(t, "start")+rapid.SampledFrom([]string{"", "文字", "。"}).Draw(t, "text"))
		}
		seen := map[int]int{}
		root := outlineOf(text)
		for _, i := range root.paras {
			seen[i]++
		}
		last := -1
		root.walk(func(above []*node, n *node) {
			if n.at <= last {
				t.Fatalf("line %d stands behind line %d", n.at, last)
			}
			last = n.at
			for _, up := range above {
				if up.label.mark == n.label.mark {
					t.Fatalf("line %d lies inside its own form", n.at)
				}
			}
			seen[n.at]++
			for _, i := range n.paras {
				seen[i]++
			}
		})
		for i, s := range text {
			if want := min(len(strings.TrimSpace(s)), 1); seen[i] != want {
				t.Fatalf("line %d %q stands %d times", i, s, seen[i])
			}
		}
	})
}
