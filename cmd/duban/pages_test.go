package main

import (
	"strings"
	"testing"
)

// everyPage is what each role of the demo can open. A page that is new belongs
// here.
var everyPage = map[string][]string{
	"liming": {"/", "/?kind=review", "/p/anda-2020/m", "/p/anda-2020/m?open=m15,m16&density=full", "/p/anda-2020/m?view=overdue&state=overdue",
		"/p/anda-2020/m?q=%E4%B8%8D%E5%AD%98%E5%9C%A8", "/p/anda-2020/list", "/p/anda-2020/list?lamp=active", "/p/anda-2020/t/12-2", "/p/anda-2020/t/12-2?u=anda-gaj",
		"/p/anda-2020/review", "/p/anda-2020/u", "/p/anda-2020/u/anda-gaj", "/p/anda-2020", "/plans", "/p/shanghai-2019", "/p/shanghai-2019/m",
		"/units", "/units?tab=groups", "/outbox", "/jobs", "/notices", "/audit", "/help"},
	"wangfang": {"/", "/p/anda-2020/m", "/p/anda-2020/t/12-2", "/notices", "/help"},
	"chenjing": {"/", "/p/anda-2020/m", "/p/anda-2020/t/12-2"},
	"hechuan":  {"/", "/p/anda-2020/m", "/p/anda-2020/list", "/p/anda-2020/t/12-2", "/p/anda-2020/review", "/p/anda-2020/u", "/audit"},
	"gaoyuan":  {"/", "/people", "/people/new", "/units", "/outbox", "/jobs", "/audit", "/help"},
}

// TestEveryPage opens every page of the demo as every role, at the three widths
// that the design is checked at: no error on the console, no request to
// another host, no page wider than its window.
func TestEveryPage(t *testing.T) {
	if testing.Short() {
		t.Skip("browser: left out of the short run")
	}
	site := start(t, []string{"LANG=zh_CN.UTF-8"}, "serve", "--demo", "--addr", "127.0.0.1:0")
	for login, paths := range everyPage {
		for _, width := range []int{1440, 1366, 390} {
			p := visit(t, site.URL, width)
			p.goTo("/login")
			p.signIn(login, demoPassword)
			for _, path := range paths {
				p.goTo(path)
				if text := p.text(); strings.Contains(text, "500") && strings.Contains(text, "编号") || strings.Contains(text, "没有这一页") {
					t.Errorf("%s at %d: %s:\n%s", login, width, path, text)
				}
			}
		}
	}
}
