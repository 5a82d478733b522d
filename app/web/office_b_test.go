package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"duban/app/notify"
	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// mailTo puts a mail about one duty into the outbox, as it stands after an
// attempt that failed for good.
func (s *seeded) mailTo(login string, kind models.NoticeKind, state models.MessageState) models.Message {
	s.t.Helper()
	u := s.User(login)
	it := s.Assignment("m1", "gaj")
	m := models.Message{Key: "test:" + login + ":" + string(kind), Kind: kind, UserID: u.ID, ToName: u.Name, ToAddress: u.Email,
		Subject: "督办提醒：一件秘密的事", Text: "正文里的秘密。", HTML: "<p>网页里的秘密。</p>", MIMEID: login + "." + string(kind) + "@duban.example",
		State: state, NotBefore: storetest.Now.Add(-time.Hour), Tries: 1, CreatedAt: storetest.Now.Add(-time.Hour)}
	if state == models.MessageFailed {
		m.LastError = "refused: RCPT TO: 550 5.1.1 mailbox unknown"
	}
	n := models.Notice{Key: m.Key, UserID: u.ID, Kind: kind, PlanID: it.PlanID, AssignmentID: it.ID, UnitID: it.UnitID, Text: "通知里的话。", CreatedAt: m.CreatedAt}
	storetest.Write(s.t, s.db, func(tx *store.Tx) error {
		if _, err := tx.InsertMessage(s.t.Context(), &m); err != nil {
			return err
		}
		ns, err := tx.InsertNotices(s.t.Context(), []models.Notice{n})
		if err != nil {
			return err
		}
		return tx.LinkNotices(s.t.Context(), []models.NoticeID{ns[0].ID}, m.ID)
	})
	return m
}

// TestOfficePages asks for every page as every role. The table is written by
// hand from the glossary's rights, not derived from the policy.
func TestOfficePages(t *testing.T) {
	s := newSeeded(t)
	m := s.mailTo("gaj-contact", models.NoticeNudge, models.MessageFailed)
	s.server.cfg.FromName, s.server.cfg.FromAddress = "督办", "duban@duban.example"
	mail := messageHref(m.ID)
	person := personHref(s.User("gaj-contact").ID)
	roles := []string{"lead", "supervisor", "gaj-contact", "admin"}
	for _, c := range []struct {
		path string
		want [4]int // of the roles above
		says string
	}{
		{"/people", [4]int{403, 403, 403, 200}, "王公安"},
		{"/people?role=disabled", [4]int{403, 403, 403, 200}, "郑资源"},
		{"/people?q=公安局", [4]int{403, 403, 403, 200}, "赵局长"},
		{"/people/new", [4]int{403, 403, 403, 200}, "建立账号"},
		{person, [4]int{403, 403, 403, 200}, "市公安局联络员"},
		{"/people/99999", [4]int{403, 403, 403, 404}, "没有"},
		{"/people/x", [4]int{403, 403, 403, 404}, "没有"},
		{"/outbox", [4]int{200, 200, 403, 200}, "对方服务器拒收"},
		{"/outbox?s=failed", [4]int{200, 200, 403, 200}, "王公安"},
		{"/outbox?q=gaj", [4]int{200, 200, 403, 200}, "王公安"},
		{"/outbox?q=nobody", [4]int{200, 200, 403, 200}, "没有邮件"},
		{"/outbox?before=1", [4]int{200, 200, 403, 200}, "没有邮件"},
		{mail, [4]int{200, 200, 403, 200}, "550 5.1.1 mailbox unknown"},
		{mail + "/html", [4]int{200, 200, 403, 403}, ""},
		{mail + "/eml", [4]int{200, 200, 403, 403}, ""},
		{"/outbox/99999", [4]int{404, 404, 403, 404}, "没有"},
		{"/jobs", [4]int{200, 200, 403, 200}, "每个工作日 08:10"},
		{"/jobs/remind/preview", [4]int{200, 200, 403, 403}, ""},
		{"/jobs/escalate/preview", [4]int{200, 200, 403, 403}, ""},
		{"/jobs/digest/preview", [4]int{200, 200, 403, 403}, ""},
		{"/jobs/sweep/preview", [4]int{404, 404, 403, 403}, ""},
		{"/notices", [4]int{200, 200, 200, 200}, "通知"},
		{"/notices?unread=1", [4]int{200, 200, 200, 200}, "通知"},
		{"/audit", [4]int{200, 200, 403, 200}, "操作日志"},
		{"/audit?act=progress&from=2020-10-01&to=2020-10-31&q=内部", [4]int{200, 200, 403, 200}, "操作日志"},
		{"/audit?act=no-such-act&unit=x&from=yesterday", [4]int{200, 200, 403, 200}, "操作日志"},
		{"/help", [4]int{200, 200, 200, 200}, "7 个工作日"},
	} {
		for i, login := range roles {
			a := s.as(login).get(c.path)
			if a.status != c.want[i] {
				t.Errorf("%s asks for %s: %d, want %d\n%s", login, c.path, a.status, c.want[i], a.text())
				continue
			}
			if a.status != 403 && c.says != "" {
				a.is(c.want[i], c.says)
			}
		}
	}
}

var linkOf = regexp.MustCompile(`http://duban\.example(/invite/[A-Za-z0-9_-]+)`)

// TestAccountJourney: an account, its one-time link, its first sign-in, and
// the end of it while signed in.
func TestAccountJourney(t *testing.T) {
	s := newSeeded(t)
	admin := s.as("admin")
	unit := decimalOf(s.Unit("gaj").ID)
	form := admin.get("/people/new").is(200).form("/people")

	// faults: everything typed stands again
	typed := with(form, "login", "Neu Er", "name", "新<人>", "role", "contact", "unit", "", "phone", "0455-1", "email", "not an address", "lang", "en")
	page := admin.post("/people", typed).is(422, "账号须为", "请选择单位", "邮箱地址不正确")
	again := page.form("/people")
	for field, want := range map[string]string{"login": "Neu Er", "name": "新<人>", "phone": "0455-1", "email": "not an address"} {
		if got := again.Get(field); got != want {
			t.Errorf("after the fault %s holds %q, want %q", field, got, want)
		}
	}
	admin.post("/people", with(typed, "login", "lead", "unit", unit, "email", "x@example.test")).is(409, "已被使用")

	// the link stands on the answer, and nowhere else
	page = admin.post("/people", with(typed, "login", "xinren", "name", "新人", "unit", unit, "email", "x@example.test", "lang", "zh")).is(200, "一次性链接", "10月16日")
	found := linkOf.FindStringSubmatch(page.body)
	if found == nil {
		t.Fatalf("no link on the page:\n%s", page.text())
	}
	for k, vs := range page.header {
		if strings.Contains(strings.Join(vs, " "), "/invite/") {
			t.Errorf("the link is in the header %s", k)
		}
	}
	u, err := s.db.UserByLogin(t.Context(), "xinren")
	if err != nil {
		t.Fatal(err)
	}
	admin.get(personHref(u.ID)).is(200, "新人").not("/invite/")
	admin.get("/audit").is(200, "新增账号", "新人 (xinren)").not(strings.TrimPrefix(found[1], "/invite/"))

	// the person sets a password, once, and signs in with it
	nobody := s.as("")
	const password = "Duban-2020-xr"
	nobody.get(found[1]).is(200, "新人", "xinren")
	set := url.Values{"password": {password}, "again": {password}}
	if to := nobody.post(found[1], set).sentTo(); to != "/login" {
		t.Errorf("the password set, one is led to %s", to)
	}
	nobody.get(found[1]).is(404)
	nobody.post(found[1], with(set, "password", "Other-2020-xr", "again", "Other-2020-xr")).is(404)
	a := nobody.post("/login", url.Values{"login": {"xinren"}, "password": {password}, "next": {"/help"}})
	if to := a.sentTo(); to != "/help" {
		t.Errorf("signed in, one is led to %s", to)
	}
	nobody.cookie = cookieOf(a, "duban")
	nobody.get("/help").is(200)

	// out of use: the next request leads to the login, the password opens nothing
	disable := personHref(u.ID) + "/disable"
	page = admin.get(personHref(u.ID)).is(200, "停用账号", "已登录设备")
	if to := admin.post(disable, page.form(disable)).sentTo(); to != personHref(u.ID) {
		t.Errorf("out of use, one is led to %s", to)
	}
	if to := nobody.get("/help").sentTo(); !strings.HasPrefix(to, "/login") {
		t.Errorf("a disabled person is led to %s", to)
	}
	s.as("").post("/login", url.Values{"login": {"xinren"}, "password": {password}}).is(401)
	admin.post(personHref(u.ID)+"/link", nil).is(409, "账号已停用")
	admin.get("/people?role=disabled").is(200, "新人")

	// back into use, with a new link
	admin.post(personHref(u.ID)+"/enable", nil).sentTo()
	s.as("").post("/login", url.Values{"login": {"xinren"}, "password": {password}}).sentTo()
	first := linkOf.FindStringSubmatch(admin.post(personHref(u.ID)+"/link", nil).is(200, "一次性链接").body)[1]
	second := linkOf.FindStringSubmatch(admin.post(personHref(u.ID)+"/link", nil).is(200).body)[1]
	s.as("").get(first).is(404)
	s.as("").get(second).is(200, "新人")
}

// TestChangeAccount: what is typed is kept; of two who change the same account
// the second is told.
func TestChangeAccount(t *testing.T) {
	s := newSeeded(t)
	admin, id := s.as("admin"), s.User("gaj-contact").ID
	page := admin.get(personHref(id)).is(200)
	unit := decimalOf(s.Unit("gaj").ID)
	form := with(page.form(personHref(id)), "role", "contact", "unit", unit, "lang", "zh")
	if to := admin.post(personHref(id), with(form, "phone", "0455-7320199", "login", "other")).sentTo(); to != personHref(id) {
		t.Errorf("saved, one is led to %s", to)
	}
	u, err := s.db.User(t.Context(), id)
	if err != nil || u.Phone != "0455-7320199" || u.Login != "gaj-contact" || u.Title != "办公室" {
		t.Errorf("stored: %+v, %v", u, err)
	}
	page = admin.post(personHref(id), with(form, "name", "王另名")).is(409, "已被他人更改")
	if got := page.form(personHref(id)); got.Get("name") != "王另名" || got.Get("version") != decimalOf(u.Version) {
		t.Errorf("after the conflict the form holds %v", got)
	}
	admin.post(personHref(id), with(form, "name", "", "version", decimalOf(u.Version))).is(422)
	if now, err := s.db.User(t.Context(), id); err != nil || now.Name != "王公安" || now.Version != u.Version {
		t.Errorf("a refused change was stored: %+v, %v", now, err)
	}
	self := s.User("admin").ID
	mine := with(admin.get(personHref(self)).form(personHref(self)), "role", "lead", "unit", unit, "lang", "zh")
	admin.post(personHref(self), mine).is(422, "不能更改自己的角色")
	admin.post(personHref(self)+"/disable", nil).is(403, "不能停用自己的账号")
}

// TestOutbox: a failed mail is put back for sending; the lead office reads it,
// the administrator only sees that it failed and why.
func TestOutbox(t *testing.T) {
	s := newSeeded(t)
	s.server.cfg.FromName, s.server.cfg.FromAddress = "督办", "duban@duban.example"
	m := s.mailTo("gaj-contact", models.NoticeNudge, models.MessageFailed)
	sent := s.mailTo("gaj-leader", models.NoticeOverdue3, models.MessageSent)
	mail := messageHref(m.ID)
	lead, admin := s.as("lead"), s.as("admin")

	lead.get("/outbox").is(200, "1 封邮件发送失败", "一件秘密的事", "催办")
	page := lead.get(mail).is(200, "一件秘密的事", "正文里的秘密。", "通知里的话。", "督办 <duban@duban.example>")
	a := lead.get(mail + "/html")
	if a.status != 200 || a.header.Get("Content-Security-Policy") != "sandbox; default-src 'none'; style-src 'unsafe-inline'" || a.body != m.HTML {
		t.Errorf("the HTML part: %d %q %q", a.status, a.header.Get("Content-Security-Policy"), a.body)
	}
	want, err := notify.Render(m, notify.Address{Name: "督办", Address: "duban@duban.example"}, m.CreatedAt.In(storetest.Zone))
	if err != nil {
		t.Fatal(err)
	}
	a = lead.get(mail + "/eml")
	if a.body != string(want) || a.header.Get("Content-Type") != "message/rfc822" || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the file: %v\n%s", a.header, a.body)
	}

	for _, path := range []string{"/outbox", mail, "/outbox?q=秘密"} {
		admin.get(path).is(200).not("一件秘密", "正文里", "网页里", "通知里")
	}
	admin.get("/outbox?q=秘密").is(200, "没有邮件") // nor can it be found out by searching
	admin.get(mail).is(200, "对方服务器拒收：RCPT TO: 550 5.1.1 mailbox unknown", "gaj-contact@example.test")

	// the supervisor changes nothing; the lead office sends again
	s.as("supervisor").post(mail+"/retry", nil).is(403)
	if s.as("supervisor").get(mail).body == "" || strings.Contains(s.as("supervisor").get(mail).body, "/retry") {
		t.Error("the supervisor is offered to send again")
	}
	if to := lead.post(mail+"/retry", page.form(mail+"/retry")).sentTo(); to != mail {
		t.Errorf("sent again, one is led to %s", to)
	}
	if now, err := s.db.Message(t.Context(), m.ID); err != nil || now.State != models.MessageQueued || !now.NotBefore.Equal(storetest.Now) {
		t.Errorf("after sending again: %s, not before %s, %v", now.State, now.NotBefore, err)
	}
	lead.post(messageHref(sent.ID)+"/retry", nil).is(409)
	lead.post("/outbox/99999/retry", nil).is(404)
	lead.get("/audit?act=retry").is(200, "重新发送邮件", "李牵头", "第 "+decimalOf(m.ID)+" 号邮件")
}

// TestOutboxPaging walks 120 mails to the last page and back.
func TestOutboxPaging(t *testing.T) {
	s := newSeeded(t)
	u := s.User("gaj-contact")
	storetest.Write(t, s.db, func(tx *store.Tx) error {
		for i := range 120 {
			m := models.Message{Key: "k" + decimalOf(i), Kind: models.NoticeNudge, UserID: u.ID, ToName: u.Name, ToAddress: u.Email, Subject: "第" + decimalOf(i+1) + "封。",
				MIMEID: "m" + decimalOf(i) + "@duban.example", State: models.MessageSent, NotBefore: storetest.Now, CreatedAt: storetest.Now}
			if _, err := tx.InsertMessage(t.Context(), &m); err != nil {
				return err
			}
		}
		return nil
	})
	lead := s.as("lead")
	next := func(a answer, word string) string {
		m := regexp.MustCompile(`href="([^"]*)" rel="` + word + `"`).FindStringSubmatch(a.body)
		if m == nil {
			return ""
		}
		return strings.ReplaceAll(m[1], "&amp;", "&")
	}
	a := lead.get("/outbox?s=sent").is(200, "第120封。", "第71封。", "第 1–50 条，共 120 条").not("第70封。")
	if next(a, "prev") != "" {
		t.Error("the first page has one before it")
	}
	a = lead.get(next(a, "next")).is(200, "第70封。", "第21封。", "第 51–100 条，共 120 条").not("第71封。", "第20封。")
	a = lead.get(next(a, "next")).is(200, "第20封。", "第1封。", "第 101–120 条，共 120 条").not("第21封。")
	if next(a, "next") != "" {
		t.Error("the last page has one after it")
	}
	a = lead.get(next(a, "prev")).is(200, "第70封。", "第21封。", "第 51–100 条，共 120 条").not("第71封。", "第20封。")
	a = lead.get(next(a, "prev")).is(200, "第120封。", "第71封。", "第 1–50 条，共 120 条").not("第70封。")
	if next(a, "prev") != "" {
		t.Error("back on the first page there is one before it")
	}
}

// TestNotices: everyone reads his own; what came in after the page was drawn
// stays unread.
func TestNotices(t *testing.T) {
	s := newSeeded(t)
	s.mailTo("gaj-contact", models.NoticeReturned, models.MessageSent)
	unit := s.as("gaj-contact")
	page := unit.get("/notices").is(200, "1 条未读通知", "报送被退回", "通知里的话。", "已发出")
	s.as("gaj-leader").get("/notices").is(200, "没有通知").not("通知里的话。")
	read := regexp.MustCompile(`/notices/read\?upto=\d+`).FindString(page.body)
	s.mailTo("gaj-contact", models.NoticeNudge, models.MessageSent)
	if to := unit.post(read, nil).sentTo(); to != "/notices" {
		t.Errorf("read, one is led to %s", to)
	}
	unit.get("/notices?unread=1").is(200, "1 条未读通知", "催办").not("报送被退回")
	unit.post("/notices/read", nil).is(404)
}

// TestAuditOfAdministrator: no line about a plan or a duty, whatever is asked.
func TestAuditOfAdministrator(t *testing.T) {
	s := newSeeded(t)
	s.as("admin").post(personHref(s.User("gaj-leader").ID)+"/disable", nil).sentTo()
	for _, path := range []string{"/audit", "/audit?q=内部", "/audit?act=progress", "/audit?unit=" + decimalOf(s.Unit("scjgj").ID)} {
		s.as("admin").get(path).is(200).not("已完成内部测试。", "第3项", "填报进展")
	}
	s.as("admin").get("/audit").is(200, "停用账号", "赵局长 (gaj-leader)")
	s.as("lead").get("/audit?act=progress").is(200, "已完成内部测试。", "周市监", "市市场监管局").not("赵局长 (gaj-leader)")
	s.as("lead").get("/audit?to=2020-10-01").is(200, "没有符合条件的记录").not("已完成内部测试。")
}

// TestJobsByHand: who may, does; it stands in the log; what was said is not
// said again.
func TestJobsByHand(t *testing.T) {
	s := newSeeded(t)
	lead := s.as("lead")
	s.as("supervisor").post("/jobs/remind", nil).is(403)
	s.as("supervisor").get("/jobs").is(200).not("立即运行")
	lead.post("/jobs/no-such", nil).is(404)

	page := lead.get("/jobs/remind/preview").is(200, "只是预览")
	if n, err := s.db.CountMessages(t.Context()); err != nil || len(n) != 0 {
		t.Fatalf("the preview queued mails: %v, %v", n, err)
	}
	if !strings.Contains(page.text(), "王公安") {
		t.Errorf("the preview does not name 王公安:\n%s", page.text())
	}
	if to := lead.post("/jobs/remind", page.form("/jobs/remind")).sentTo(); to != "/jobs" {
		t.Errorf("run, one is led to %s", to)
	}
	if n, err := s.db.CountMessages(t.Context()); err != nil || n[models.MessageQueued] == 0 {
		t.Fatalf("nothing is queued: %v, %v", n, err)
	}
	lead.get("/jobs").is(200, "到期提醒", "核对", "产生通知")
	lead.get("/jobs/remind/preview").is(200, "现在没有要发的")
	lead.get("/audit?act=run_jobs").is(200, "运行定时任务", "到期提醒", "李牵头")
}

// decimalOf writes a number of any kind.
func decimalOf[T ~int | ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// cookieOf is a cookie that an answer sets.
func cookieOf(a answer, name string) *http.Cookie {
	a.t.Helper()
	res := http.Response{Header: a.header}
	for _, c := range res.Cookies() {
		if c.Name == name {
			return &http.Cookie{Name: c.Name, Value: c.Value}
		}
	}
	a.t.Fatalf("no cookie %s", name)
	return nil
}
