package duty

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

func show(items []Item) string {
	var out []string
	for _, it := range items {
		for _, q := range it.Parties {
			out = append(out, q.Name+":"+string(q.Role[0]))
		}
	}
	return strings.Join(out, " ")
}

// l lead, r responsible, c cooperate, p pilot.
func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"市民政局": "市民政局:r",
		"（牵头单位：省教育厅；配合单位：省财政厅、省科技厅）":    "省教育厅:l 省财政厅:c 省科技厅:c",
		"【责任单位：教务处、学生处】":                "教务处:r 学生处:r",
		"[责任部门:医务科,护理部]":                "医务科:r 护理部:r",
		"〔牵头部门：发展改革委〕":                  "发展改革委:l",
		"主要责任单位：区住房和城乡建设局、文化和旅游局":       "区住房和城乡建设局:r 区文化和旅游局:r",
		"市市场监管局、发展改革委":                  "市市场监管局:r 市发展改革委:r",
		"市民政局各乡镇政府":                     "市民政局:r 各乡镇政府:r",
		"市民政局市财政局":                      "市民政局:r 市财政局:r",
		"市委市政府督查室":                      "市委市政府督查室:r",
		"市教育局牵头，市财政局、市公安局配合":            "市教育局:l 市财政局:c 市公安局:c",
		"市教育局、市公安局负责":                   "市教育局:r 市公安局:r",
		"市教育局牵头，市财政局、市公安局按职责分工负责":       "市教育局:l 市财政局:r 市公安局:r",
		"由市教育局牵头，各县（市、区）政府具体实施":         "市教育局:l 各县（市、区）政府:r",
		"市教育局会同有关部门":                    "市教育局:l 有关部门:c",
		"县农业农村局会同县水利局、县财政局负责":           "县农业农村局:l 县水利局:c 县财政局:c",
		"市司法局和市公安局":                     "市司法局:r 市公安局:r",
		"市人力资源和社会保障局和市医保局":              "市人力资源和社会保障局:r 市医保局:r",
		"市公安局、市民政局等":                    "市公安局:r 市民政局:r",
		"市公安局、市民政局等部门":                  "市公安局:r 市民政局:r",
		"市教育局（牵头）、市财政局":                 "市教育局:l 市财政局:r",
		"分管领导：张三；责任单位：办公室":              "办公室:r",
		"责任单位：区教育局；责任人：李四；完成时限：2024年6月": "区教育局:r",
		"市委组织部、市委网信办":                   "市委组织部:r 市委网信办:r",
		"市民政局 市财政局\n市水利局":               "市民政局:r 市财政局:r 市水利局:r",
		"牵头单位：市民政局 配合单位：市财政局":           "市民政局:l 市财政局:c",
		"1.市民政局牵头。2.各街道办事处。":            "市民政局:l 各街道办事处:r",
		"①教务处②总务处":                      "教务处:r 总务处:r",
		"试点单位：东城区、西城区等":                 "东城区:p 西城区:p",
		"指导单位：省卫生健康委；实施单位：各医疗机构所属单位":    "省卫生健康委:c 各医疗机构所属单位:r",
		"市公安局、市司法局，浦东新区负责":              "市公安局:r 市司法局:r 浦东新区:r",
		"":           "",
		"各部门要加强组织领导": "",
		"责任单位：省发展改革委、教育厅按职责分工负责": "省发展改革委:r 省教育厅:r",
		"市委宣传部牵头，团市委、市妇联参与":      "市委宣传部:l 团市委:c 市妇联:c",
		"长期坚持":  "",
		"12345": "",
	} {
		if got := show(Parse(in, Rule{})); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestRule(t *testing.T) {
	r, ok := FindRule("（责任单位排在第一位的为牵头单位，下同）")
	if !ok || show(Parse("市教育局、市财政局", r)) != "市教育局:l 市财政局:r" {
		t.Error("the first does not lead", ok)
	}
	if got := show(Parse("市教育局牵头，市财政局负责", r)); got != "市教育局:l 市财政局:r" {
		t.Error(got)
	}
	if _, ok := FindRule("牵头单位要切实负起责任"); ok {
		t.Error("a rule in prose")
	}
}

// The seeds were read by hand: names and roles must come out in their order.
func TestSeeds(t *testing.T) {
	for _, key := range []string{"anda-2020", "shanghai-2019"} {
		b, err := os.ReadFile("../../seeds/plans/" + key + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var d struct {
			Measures []struct {
				UnitText         string `json:"unit_text"`
				Responsibilities []struct {
					Name, Role string
					Group      bool
				}
			}
		}
		if err := json.Unmarshal(b, &d); err != nil || len(d.Measures) == 0 {
			t.Fatal(err, len(d.Measures))
		}
		for _, m := range d.Measures {
			var want, got []string
			for _, r := range m.Responsibilities {
				want = append(want, fmt.Sprintf("%s:%s:%v", r.Name, r.Role, r.Group))
			}
			for _, it := range Parse(m.UnitText, Rule{}) {
				for _, q := range it.Parties {
					got = append(got, fmt.Sprintf("%s:%s:%v", q.Name, q.Role, q.Group))
				}
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%s %s\n got %v\nwant %v", key, m.UnitText, got, want)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("1.（牵头单位：市民政局；配合单位：各区等）2.市民政局各乡镇政府")
	f.Fuzz(func(t *testing.T, s string) {
		for _, it := range Parse(s, Rule{FirstLeads: true}) {
			for _, q := range it.Parties {
				if q.From < it.From || q.To > it.To || s[q.From:q.To] != q.Text || q.Name == "" || q.Role == "" {
					t.Fatalf("%q: %+v outside %+v", s, q, it)
				}
			}
		}
	})
}

// TestBlanks: blanks of any kind around a cell take nothing from it.
func TestBlanks(t *testing.T) {
	for _, blank := range []string{" ", "\u3000", "\u00a0", "\t\n"} {
		cell := blank + "市民政局" + blank
		items := Parse(cell, Rule{})
		if len(items) != 1 || items[0].Text != "市民政局" || cell[items[0].From:items[0].To] != "市民政局" ||
			len(items[0].Parties) != 1 || items[0].Parties[0].Name != "市民政局" {
			t.Errorf("%q: %+v", blank, items)
		}
	}
}
