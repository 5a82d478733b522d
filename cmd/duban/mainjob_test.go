package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// duban runs a command to its end and returns what it printed.
func duban(t *testing.T, environ []string, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	if code := run(context.Background(), args, environ, &out, &errOut); code != exitOK {
		t.Fatalf("duban %s: exit %d\n%s%s", strings.Join(args, " "), code, out.String(), errOut.String())
	}
	return out.String()
}

var oneTime = regexp.MustCompile(`/(?:invite|setup)/[A-Za-z0-9_-]+`)

const testPassword = "Zhengwu#2020-ok"

// TestMainJob walks the main job in a browser, on the real program with an
// empty database and the real clock: issue → sign → submit with a file →
// return → resubmit → approve → close. The lead office sits at a desk, the
// unit holds a phone.
func TestMainJob(t *testing.T) {
	if testing.Short() {
		t.Skip("browser: left out of the short run")
	}
	data := t.TempDir()
	environ := []string{"LANG=zh_CN.UTF-8", "DUBAN_DATA=" + data}
	duban(t, environ, "seed", "anda-2020")
	leadLink := oneTime.FindString(duban(t, environ, "user", "add", "liming", "--name", "李明", "--role", "lead", "--unit", "anda-yshj", "--email", "liming@anda.example"))
	unitLink := oneTime.FindString(duban(t, environ, "user", "add", "wangfang", "--name", "王芳", "--role", "contact", "--unit", "anda-gaj", "--email", "wangfang@anda.example"))
	site := start(t, environ, "serve", "--addr", "127.0.0.1:0")

	lead := visit(t, site.URL, 1440)
	lead.choosePassword(leadLink, testPassword)
	lead.signIn("liming", testPassword)
	lead.goTo("/p/anda-2020")
	for doubts := 0; lead.has(`.prob:has(.tag.bad) form`); doubts++ {
		if doubts > 50 {
			t.Fatal("settling a doubt does not settle it")
		}
		lead.set(`.prob:has(.tag.bad) form [name=answer]`, `function() { this.value = "按所列读法确认" }`)
		lead.press(`.prob:has(.tag.bad) form button`)
	}
	lead.goTo("/p/anda-2020?do=issue")
	lead.press(`form[action$="/issue"] button`)
	lead.sees("已下发")

	unit := visit(t, site.URL, 390)
	unit.choosePassword(unitLink, testPassword)
	unit.signIn("wangfang", testPassword)
	const duty = "/p/anda-2020/t/12-2?u=anda-gaj"
	unit.goTo(duty)
	unit.press(`[formaction$="/sign"], form[action$="/sign"] button`)
	unit.goTo(duty)
	unit.press(`a[href*="/submit"]`)

	// an unfinished form comes back with what was typed, and says what is missing
	unit.fill("statement", "已完成对接，详见清单。")
	unit.press(`button.pri[value="submit"]`)
	unit.sees("还不能提交")
	unit.sees("佐证材料")
	if got, err := unit.page.MustElement(`[name=statement]`).Property("value"); err != nil || got.Str() != "已完成对接，详见清单。" {
		t.Errorf("the typed text is lost: %q, %v", got.Str(), err)
	}
	first := write(t, "对接清单.csv", "序号,事项\r\n1,户籍证明\r\n")
	unit.attach(`[name=files]`, first)
	unit.fill("handler", "王芳")
	unit.press(`button.pri[value="submit"]`)
	unit.sees("对接清单.csv") // kept although the form was not accepted
	unit.fill("approver", "陈静")
	unit.set(`[name=signed]`, `function() { this.checked = true }`)
	unit.press(`button.pri[value="submit"]`)
	unit.sees("已提交审核")

	lead.goTo(duty)
	lead.sees("已完成对接，详见清单。")
	lead.set(`[name=decision][value=return]`, `function() { this.checked = true }`)
	lead.fill("reason", "缺平台对接确认单，请补充。")
	lead.set(`[name=resubmit_by]`, `function() { const d = new Date(Date.now() + 5*864e5); this.value = d.toISOString().slice(0, 10) }`)
	lead.press(`.rv-go-ret`)
	lead.sees("已退回")

	unit.goTo("/")
	unit.sees("缺平台对接确认单，请补充。")
	unit.goTo(duty)
	unit.press(`a[href*="/submit"]`)
	unit.fill("statement", "已补充确认单。")
	unit.attach(`[name=files]`, write(t, "对接确认单.txt", "对接确认单（盖章件文字版）\r\n"))
	unit.fill("handler", "王芳")
	unit.fill("approver", "陈静")
	unit.set(`[name=signed]`, `function() { this.checked = true }`)
	unit.press(`button.pri[value="submit"]`)
	unit.sees("已提交审核")

	lead.goTo(duty)
	lead.sees("已补充确认单。")
	lead.set(`[name=decision][value=approve]`, `function() { this.checked = true }`)
	lead.press(`.rv-go-ok`)
	lead.goTo(duty)
	lead.press(`a[href*="do=close"]`)
	lead.press(`.rv-confirm button.pri`)
	lead.goTo(duty)
	lead.sees("已销号")
	lead.check("the end")
	unit.check("the end")

	// the evidence lies in the data folder under its hash, the mails beside it
	site.stop()
	if n := files(t, filepath.Join(data, "evidence")); n != 2 {
		t.Errorf("%d evidence files, want 2", n)
	}
	if n := files(t, filepath.Join(data, "mail")); n < 2 {
		t.Errorf("%d mails: at least the issue and the return were to be told", n)
	}
	if out := duban(t, environ, "plan", "list"); !strings.Contains(out, "已下发") {
		t.Errorf("plan list: %s", out)
	}
}

// TestFirstRun creates the first administrator with the one-time link that an
// empty program prints; the link works once.
func TestFirstRun(t *testing.T) {
	if testing.Short() {
		t.Skip("browser: left out of the short run")
	}
	environ := []string{"LANG=zh_CN.UTF-8", "DUBAN_DATA=" + t.TempDir()}
	site := start(t, environ, "serve", "--addr", "127.0.0.1:0")
	var link string
	for deadline := time.Now().Add(10 * time.Second); link == "" && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		link = oneTime.FindString(site.out.String()) // printed just after the address
	}
	p := visit(t, site.URL, 1366)
	p.goTo(link)
	p.fill("login", "admin1")
	p.fill("name", "高远")
	p.fill("password", testPassword)
	p.fill("again", testPassword)
	p.press(`form.lg-form button`)
	p.signIn("admin1", testPassword)
	p.sees("高远")
	again := visit(t, site.URL, 1366)
	must(t, again.page.Navigate(site.URL+link))
	must(t, again.page.WaitLoad())
	again.sees("链接")
	if again.has(`form [name=password]`) {
		t.Error("the set-up link works twice")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// files counts the regular files below a folder.
func files(t *testing.T, dir string) int {
	t.Helper()
	n := 0
	must(t, filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			n++
		}
		return err
	}))
	return n
}
