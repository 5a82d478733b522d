package notify

import (
	"bytes"
	"encoding/base64"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"duban/models"
)

var (
	zone   = time.FixedZone("Asia/Shanghai", 8*60*60)
	sender = Address{Name: "安达市督办", Address: "duban@example.gov.cn"}
)

// letter is a message as verbs queue it.
func letter() models.Message {
	return models.Message{
		ID: 17, Key: "digest:u3:2020-W42", Kind: models.NoticeDigest, UserID: 3, ToName: "王芳", ToAddress: "wangfang@example.gov.cn",
		Subject: "【督办周报】市公安局 2020年第42周：逾期 3 家次，即将到期 5 家次，请于本周五前办结并上报佐证材料",
		Text:    "王芳：\n\n逾期 3 家次。\n.\n一行一个点也要原样到达。\n",
		HTML:    "<!doctype html><p>逾期 <b>3</b> 家次</p>\n",
		MIMEID:  "0123456789abcdef@example.gov.cn", State: models.MessageQueued,
		CreatedAt: time.Date(2020, 10, 12, 0, 30, 0, 0, time.UTC),
	}
}

func render(t testing.TB, m models.Message) []byte {
	t.Helper()
	b, err := Render(m, sender, DateOf(m, zone))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// parsed is a mail as a mail program reads it.
type parsed struct {
	header mail.Header
	parts  map[string]string // media type → text
}

func parse(t testing.TB, raw []byte) parsed {
	t.Helper()
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	p := parsed{msg.Header, map[string]string{}}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	decode := func(r io.Reader, kind, enc string) {
		if enc != "base64" {
			t.Errorf("part %s is encoded as %q", kind, enc)
		}
		text, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, r))
		if err != nil {
			t.Error(err)
		}
		p.parts[kind] = string(text)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		decode(msg.Body, kind, msg.Header.Get("Content-Transfer-Encoding"))
		return p
	}
	if kind != "multipart/alternative" {
		t.Errorf("content type %s", kind)
	}
	for r, order := multipart.NewReader(msg.Body, params["boundary"]), []string{"text/plain", "text/html"}; ; order = order[1:] {
		part, err := r.NextPart()
		if err == io.EOF {
			return p
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, params, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil || len(order) == 0 || kind != order[0] || !strings.EqualFold(params["charset"], "utf-8") {
			t.Fatalf("part %q: %v", part.Header.Get("Content-Type"), err)
		}
		decode(part, kind, part.Header.Get("Content-Transfer-Encoding"))
	}
}

func (p parsed) subject(t testing.TB) string {
	t.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(p.header.Get("Subject"))
	if err != nil {
		t.Error(err)
	}
	return s
}

func TestRenderReadsBack(t *testing.T) {
	m := letter()
	raw := render(t, m)
	p := parse(t, raw)
	if got := p.subject(t); got != m.Subject {
		t.Errorf("subject %q, want %q", got, m.Subject)
	}
	from, err := p.header.AddressList("From")
	if err != nil || len(from) != 1 || *from[0] != (mail.Address{Name: sender.Name, Address: sender.Address}) {
		t.Errorf("from %v %v", from, err)
	}
	to, err := p.header.AddressList("To")
	if err != nil || len(to) != 1 || *to[0] != (mail.Address{Name: m.ToName, Address: m.ToAddress}) {
		t.Errorf("to %v %v", to, err)
	}
	if date, err := p.header.Date(); err != nil || !date.Equal(m.CreatedAt) || !strings.HasSuffix(p.header.Get("Date"), "08:30:00 +0800") {
		t.Errorf("date %q %v", p.header.Get("Date"), err)
	}
	for name, want := range map[string]string{
		"Message-Id": "<0123456789abcdef@example.gov.cn>", "Auto-Submitted": "auto-generated", "Mime-Version": "1.0",
	} {
		if got := p.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got, want := slices.Sorted(maps.Keys(p.header)), headerNames; !slices.Equal(got, want) {
		t.Errorf("headers %v, want %v", got, want)
	}
	for kind, want := range map[string]string{"text/plain": m.Text, "text/html": m.HTML} {
		if got := strings.ReplaceAll(p.parts[kind], "\r\n", "\n"); got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
	wellFormed(t, raw)
}

var headerNames = []string{"Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"}

// wellFormed checks what RFC 5322 and 5321 ask of the bytes.
func wellFormed(t testing.TB, raw []byte) {
	t.Helper()
	for i, b := range raw {
		if b == '\n' && (i == 0 || raw[i-1] != '\r') || b == '\r' && (i+1 == len(raw) || raw[i+1] != '\n') {
			t.Errorf("a line end that is not CRLF at %d", i)
			break
		}
		if b >= utf8.RuneSelf || b == 0 {
			t.Errorf("byte %#x at %d", b, i)
			break
		}
	}
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > 200 { // 998 is the limit, 78 the advice
			t.Errorf("a line of %d characters: %.100s…", len(line), line)
		}
	}
}

func TestRenderIsDeterministic(t *testing.T) {
	m := letter()
	a, b := render(t, m), render(t, m)
	if !bytes.Equal(a, b) {
		t.Errorf("two renderings differ:\n%s\n---\n%s", a, b)
	}
	m.MIMEID = "other@example.gov.cn"
	if c := render(t, m); bytes.Contains(c, []byte(boundary("0123456789abcdef@example.gov.cn"))) {
		t.Error("two messages share a boundary")
	}
}

func TestRenderOnePart(t *testing.T) {
	m := letter()
	m.HTML = ""
	if p := parse(t, render(t, m)); len(p.parts) != 1 || p.parts["text/plain"] == "" {
		t.Errorf("text only: %v", p.parts)
	}
	m = letter()
	m.Text = ""
	if p := parse(t, render(t, m)); len(p.parts) != 1 || p.parts["text/html"] == "" {
		t.Errorf("HTML only: %v", p.parts)
	}
}

func TestRenderRefusesForgery(t *testing.T) {
	for name, change := range map[string]func(m *models.Message, from *Address){
		"subject, CRLF":        func(m *models.Message, _ *Address) { m.Subject = "x\r\nBcc: evil@example.com" },
		"subject, LF":          func(m *models.Message, _ *Address) { m.Subject = "x\nBcc: evil@example.com" },
		"subject, CR":          func(m *models.Message, _ *Address) { m.Subject = "x\rBcc: evil@example.com" },
		"subject, NUL":         func(m *models.Message, _ *Address) { m.Subject = "x\x00" },
		"subject, NEL":         func(m *models.Message, _ *Address) { m.Subject = "x\u0085y" },
		"name":                 func(m *models.Message, _ *Address) { m.ToName = "王芳\r\nBcc: evil@example.com" },
		"address, second line": func(m *models.Message, _ *Address) { m.ToAddress = "a@b.cn\r\nBcc: evil@example.com" },
		"address, two":         func(m *models.Message, _ *Address) { m.ToAddress = "a@b.cn, evil@example.com" },
		"address, named":       func(m *models.Message, _ *Address) { m.ToAddress = "王芳 <a@b.cn>" },
		"address, argument":    func(m *models.Message, _ *Address) { m.ToAddress = "a@b.cn> NOTIFY=NEVER" },
		"address, empty":       func(m *models.Message, _ *Address) { m.ToAddress = "" },
		"address, local":       func(m *models.Message, _ *Address) { m.ToAddress = "root" },
		"address, not ASCII":   func(m *models.Message, _ *Address) { m.ToAddress = "王芳@example.cn" },
		"address, quoted":      func(m *models.Message, _ *Address) { m.ToAddress = `"a b"@example.cn` },
		"address, long":        func(m *models.Message, _ *Address) { m.ToAddress = strings.Repeat("a", 250) + "@b.cn" },
		"message id":           func(m *models.Message, _ *Address) { m.MIMEID = "x@y>\r\nBcc: evil@example.com" },
		"message id, empty":    func(m *models.Message, _ *Address) { m.MIMEID = "" },
		"message id, no at":    func(m *models.Message, _ *Address) { m.MIMEID = "xy" },
		"sender's name":        func(_ *models.Message, f *Address) { f.Name = "督办\nBcc: evil@example.com" },
		"sender's address":     func(_ *models.Message, f *Address) { f.Address = "a@b.cn\nBcc: evil@example.com" },
	} {
		m, from := letter(), sender
		change(&m, &from)
		if b, err := Render(m, from, m.CreatedAt); err == nil {
			t.Errorf("%s:\n%s", name, b)
		} else if strings.Contains(err.Error(), "evil") {
			t.Errorf("%s: the error repeats it: %v", name, err)
		}
	}
}

func TestSubjects(t *testing.T) {
	for in, want := range map[string]string{
		"Weekly digest":                          "Weekly digest",
		"":                                       "",
		"  两端  和　中间的空格 ":                         "两端 和 中间的空格",
		"=?utf-8?q?Bcc=3A?= trick":               "=?utf-8?q?Bcc=3A?= trick",
		strings.Repeat("a", 10_000):              strings.Repeat("a", 199) + "…",
		strings.Repeat("督", 200):                 strings.Repeat("督", 200),
		strings.Repeat("督", 201):                 strings.Repeat("督", 199) + "…",
		strings.Repeat("word ", 20) + "end":      strings.Repeat("word ", 20) + "end",
		"bad \xff utf-8":                         "bad � utf-8",
		"a\u202eexe.fdp <b>{{.X}}</b> \"q\" 🀄 😀": "a\u202eexe.fdp <b>{{.X}}</b> \"q\" 🀄 😀",
	} {
		m := letter()
		m.Subject = in
		raw := render(t, m)
		wellFormed(t, raw)
		if got := parse(t, raw).subject(t); got != want {
			t.Errorf("subject %.60q reads back as %.60q, want %.60q", in, got, want)
		}
	}
}

// FuzzMailHeader: whatever is in a title or a name, either it is refused or
// the mail has exactly our headers, one recipient, and the words read back.
func FuzzMailHeader(f *testing.F) {
	for _, s := range []string{
		"王芳", "a\r\nBcc: x@y.z", "\"", "\\", "<a@b.c>", "a@b.c,", "=?utf-8?b?DQpCY2M6?=", "\u202e", "{{", "🀄", " ", "a  b", "a\u2028b",
		strings.Repeat("长", 300), strings.Repeat("x", 1500), "(comment)", "a: b", "\t", ";", "\xff\xfe", "=?", "?=",
	} {
		f.Add(s, s, s)
	}
	f.Fuzz(func(t *testing.T, subject, name, body string) {
		m := letter()
		m.Subject, m.ToName, m.Text, m.HTML = subject, name, body+"x", body+"x"
		raw, err := Render(m, sender, DateOf(m, zone))
		if err != nil {
			if !strings.ContainsFunc(subject+name, unicode.IsControl) {
				t.Errorf("refused %q, %q: %v", subject, name, err)
			}
			return
		}
		wellFormed(t, raw)
		p := parse(t, raw)
		if got := slices.Sorted(maps.Keys(p.header)); !slices.Equal(got, headerNames) {
			t.Errorf("headers %v of\n%s", got, raw)
		}
		for name, values := range p.header {
			if len(values) != 1 {
				t.Errorf("%s: %q", name, values)
			}
		}
		if got, want := p.subject(t), tidy(subject, maxSubject); got != want {
			t.Errorf("subject %q reads back as %q", want, got)
		}
		to, err := p.header.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Address != m.ToAddress {
			t.Fatalf("to %v %v of\n%s", to, err, raw)
		}
		if got, want := to[0].Name, tidy(name, maxNameLen); got != want {
			t.Errorf("name %q reads back as %q", want, got)
		}
		if got, want := p.parts["text/html"], canonical(body+"x"); got != want {
			t.Errorf("body %q reads back as %q", want, got)
		}
	})
}
