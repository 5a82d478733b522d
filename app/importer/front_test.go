package importer

import (
	"slices"
	"strings"
	"testing"
)

// TestFront reads the front matter of documents as they are issued; text is
// clean, a line per paragraph.
func TestFront(t *testing.T) {
	for name, tt := range map[string]struct {
		text                          string
		title, number, issuer, issued string
		addressees                    []string
		body                          string // the first line of the plan itself
	}{
		"notice with a plan": {
			text: `沪府办发〔2019〕8号
上海市人民政府办公厅关于印发《2019年上海市推进“一网通办”工作要点》的通知
各区人民政府，市政府各委、办、局：
经市政府同意，现将《2019年上海市推进“一网通办”工作要点》印发给你们，请结合实际，认真组织实施。
上海市人民政府办公厅
2019年3月26日
2019年上海市推进“一网通办”工作要点
为贯彻落实《国务院关于加快推进全国一体化在线政务服务平台建设的指导意见》（国发〔2018〕27号），制定2019年本市“一网通办”工作要点。
一、以“减环节”为目标
1.实现审批时限平均减少一半。`,
			title: "2019年上海市推进“一网通办”工作要点", number: "沪府办发〔2019〕8号", issuer: "上海市人民政府办公厅", issued: "2019-03-26",
			addressees: []string{"各区人民政府", "市政府各委、办、局"}, body: "为贯彻落实",
		},
		"body and title over two lines": {
			text: `安达市提升网上政务服务能力（政务服务“好差评”）建设责任分工方案
时间：2020-12-18 15:44:46.0 来源：营商局
各乡（镇）政府、中省市直各部门：
为贯彻落实好会议精神，现将《责任分工方案》印发给你们，抓好落实。
中共安达市委市政府
优化营商环境领导小组办公室
2020年11月16日
安达市2020年网上政务服务能力（政务服务“好差评”）建设
责任分工方案
序号`,
			title:  "安达市2020年网上政务服务能力（政务服务“好差评”）建设责任分工方案",
			issuer: "中共安达市委市政府优化营商环境领导小组办公室", issued: "2020-11-16",
			addressees: []string{"各乡（镇）政府", "中省市直各部门"}, body: "序号",
		},
		"Chinese numerals": {
			text: `临江市教育局文件
临教发[2021]15号
临江市教育局关于印发2021年工作要点的通知
各中小学校、幼儿园，局机关各科室：
现印发给你们，请遵照执行。
临江市教育局
二〇二一年二月二十八日
临江市教育局2021年工作要点
一、总体要求`,
			title: "临江市教育局2021年工作要点", number: "临教发〔2021〕15号", issuer: "临江市教育局", issued: "2021-02-28",
			addressees: []string{"各中小学校、幼儿园", "局机关各科室"}, body: "一、总体要求",
		},
		"notice alone": {
			text: `关于做好2024年防汛工作的通知
各镇人民政府，区级各部门：
现就有关事项通知如下。
一、强化责任
1.落实责任制。
区防汛抗旱指挥部办公室
2024年5月6日`,
			title: "关于做好2024年防汛工作的通知", issuer: "区防汛抗旱指挥部办公室", issued: "2024-05-06",
			addressees: []string{"各镇人民政府", "区级各部门"}, body: "各镇人民政府，区级各部门：",
		},
		"nothing of it": {text: "一、总体要求\n1.落实。", body: "一、总体要求"},
		"other documents are not this one": {
			text:  "2024年重点任务分工\n根据《实施意见》（川府发〔2023〕12号）和 国发〔2023〕3号精神，制定本分工。\n一、任务",
			title: "2024年重点任务分工", body: "根据",
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Split(tt.text, "\n")
			f := frontOf(text, len(text))
			issued := ""
			if !f.issuedOn.IsZero() {
				issued = f.issuedOn.String()
			}
			got := []string{f.title.of(text), f.numberText, f.issuer.of(text), issued}
			if want := []string{tt.title, tt.number, tt.issuer, tt.issued}; !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
			if got := addresseesOf(f.addressees.of(text)); !slices.Equal(got, tt.addressees) {
				t.Errorf("addressees %q, want %q", got, tt.addressees)
			}
			if !strings.HasPrefix(text[f.body], tt.body) {
				t.Errorf("the plan begins with %q, want %q", text[f.body], tt.body)
			}
		})
	}
}

func TestDateOf(t *testing.T) {
	for in, want := range map[string]string{
		"2019年3月26日": "2019-03-26", "二〇一九年三月二十六日": "2019-03-26", "二○二○年十一月十六日": "2020-11-16",
		"二零二四年一月三十一日": "2024-01-31", "2020年11月16日前": "", "2020年2月30日": "", "2020年": "", "2019年13月1日": "",
		"二〇二〇年十三月一日": "", "": "",
	} {
		if d := dateOf(in); d.IsZero() != (want == "") || want != "" && d.String() != want {
			t.Errorf("%s: %s, want %q", in, d, want)
		}
	}
}

// FuzzFront: no text makes the reading of the front matter leave the text.
func FuzzFront(f *testing.F) {
	f.Add("沪府办发〔2019〕8号\n关于印发要点的通知\n各区：\n办公厅\n2019年3月26日\n要点")
	f.Add("二〇一九年三月二十六日")
	f.Fuzz(func(t *testing.T, s string) {
		text := strings.Split(s, "\n")
		fr := frontOf(text, len(text))
		for _, l := range []lines{fr.title, fr.number, fr.issuer, fr.issued, fr.addressees} {
			if l.from < 0 || l.to > len(text) || l.from > l.to {
				t.Fatalf("%+v of %d lines", l, len(text))
			}
		}
		if fr.body < 0 || fr.body > len(text) {
			t.Fatalf("body %d of %d", fr.body, len(text))
		}
	})
}
