package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func load(t *testing.T, environ ...string) Config {
	t.Helper()
	c, err := Load(environ)
	if err != nil {
		t.Fatalf("Load(%q):\n%v", environ, err)
	}
	return c
}

func TestDefaults(t *testing.T) {
	c := load(t, "PATH=/bin", "HOME=/root", "DUBAN_TEST_POSTGRES=postgres://x")
	if c.Data != "data" || string(c.Database) != filepath.Join("data", "duban.db") || c.Addr != "127.0.0.1:8080" ||
		c.URL != "http://127.0.0.1:8080" || c.Zone.String() != "Asia/Shanghai" || c.UploadMax != 20<<20 ||
		c.LogLevel != slog.LevelInfo || c.MailFrom != "duban@localhost" || c.MailFromName != "督办" ||
		c.SMTP != (SMTP{Port: 587, TLS: StartTLS}) || len(c.TrustedProxies) != 0 || c.Calendar != "" || !c.MailByFile() {
		t.Errorf("defaults: %+v", c)
	}
}

func TestEverySettingIsReadAndShown(t *testing.T) {
	given := map[string]struct{ value, shown string }{
		"DUBAN_DATA":            {"/var/lib/duban/", "/var/lib/duban"},
		"DUBAN_DATABASE":        {"postgres://duban:s3cret-pw@db.local:5432/duban?sslmode=verify-full", "postgres://duban:********@db.local:5432/duban?sslmode=verify-full"},
		"DUBAN_ADDR":            {":9000", ":9000"},
		"DUBAN_URL":             {"https://duban.example.gov.cn/", "https://duban.example.gov.cn"},
		"DUBAN_ZONE":            {"Asia/Urumqi", "Asia/Urumqi"},
		"DUBAN_SMTP_HOST":       {"mail.example.gov.cn", "mail.example.gov.cn"},
		"DUBAN_SMTP_PORT":       {"2525", "2525"},
		"DUBAN_SMTP_TLS":        {"Implicit", "implicit"},
		"DUBAN_SMTP_USER":       {"duban", "duban"},
		"DUBAN_SMTP_PASSWORD":   {" s3cret-smtp ", "********"},
		"DUBAN_MAIL_FROM":       {"duban@example.gov.cn", "duban@example.gov.cn"},
		"DUBAN_MAIL_FROM_NAME":  {"安达市督办", "安达市督办"},
		"DUBAN_UPLOAD_MAX":      {"1.5 GiB", "1536MiB"},
		"DUBAN_TRUSTED_PROXIES": {"10.0.0.5, 192.168.8.7/24,fd00::/8", "10.0.0.5/32,192.168.8.0/24,fd00::/8"},
		"DUBAN_CALENDAR":        {"/etc/duban/calendar", "/etc/duban/calendar"},
		"DUBAN_LOG":             {"WARN", "warn"},
	}
	var environ []string
	for name, g := range given {
		environ = append(environ, name+"="+g.value)
	}
	c := load(t, environ...)
	if c.SMTP.Password != " s3cret-smtp " || c.MailDomain() != "example.gov.cn" {
		t.Errorf("password %q, domain %q", string(c.SMTP.Password), c.MailDomain())
	}
	shown := c.Describe()
	if len(shown) != len(given) {
		t.Errorf("%d settings shown, %d tested here", len(shown), len(given))
	}
	defaults := load(t).Describe()
	for i, s := range shown {
		if g, ok := given[s.Name]; !ok || s.Value != g.shown || !s.Given {
			t.Errorf("%s: shown %q (given %v), want %q", s.Name, s.Value, s.Given, g.shown)
		}
		if s.ZH == "" || s.EN == "" || s.ZH == s.EN {
			t.Errorf("%s: meaning %q / %q", s.Name, s.ZH, s.EN)
		}
		if d := defaults[i]; d.Given || d.Value == s.Value || (d.Default != "" && d.Value != d.Default && d.Name != "DUBAN_DATA") {
			t.Errorf("%s: default %+v", s.Name, d)
		}
	}
}

func TestUnknownNames(t *testing.T) {
	for name, want := range map[string]string{
		"DUBAN_ADRR":          "DUBAN_ADDR",
		"DUBAN_LISTEN":        "", // nothing is near, but something is named
		"DUBAN_DB":            "",
		"duban_addr":          "DUBAN_ADDR",
		"DUBAN_SMTP_PASS":     "DUBAN_SMTP_PASSWORD",
		"DUBAN_SMTPHOST":      "DUBAN_SMTP_HOST",
		"DUBAN_TRUSTED_PROXY": "DUBAN_TRUSTED_PROXIES",
		"DUBAN_":              "",
	} {
		_, err := Load([]string{name + "=hunter2"})
		var ps Problems
		if !errors.As(err, &ps) || len(ps) != 1 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if ps[0].Nearest == "" || (want != "" && ps[0].Nearest != want) {
			t.Errorf("%s: nearest %q, want %q", name, ps[0].Nearest, want)
		}
		for _, lang := range []string{"zh", "en"} {
			text := ps.Text(lang)
			if !strings.Contains(text, name) || !strings.Contains(text, ps[0].Nearest) || strings.Contains(text, "hunter2") {
				t.Errorf("%s: %q", name, text)
			}
		}
	}
}

func TestBadValues(t *testing.T) {
	for _, tt := range []struct{ name, value string }{
		{"DUBAN_DATABASE", "mysql://root@db/duban"}, {"DUBAN_DATABASE", "postgres://"}, {"DUBAN_DATABASE", ":memory:"},
		{"DUBAN_DATABASE", "file:duban.db"}, {"DUBAN_DATABASE", "duban.db?_journal=WAL"}, {"DUBAN_DATABASE", "postgres://u:%zz@h/d"},
		{"DUBAN_DATABASE", "host=db password=x"},
		{"DUBAN_ADDR", "8080"}, {"DUBAN_ADDR", "localhost"}, {"DUBAN_ADDR", "localhost:99999"}, {"DUBAN_ADDR", "http://x:1"},
		{"DUBAN_URL", "duban.example"}, {"DUBAN_URL", "ftp://x"}, {"DUBAN_URL", "https://"}, {"DUBAN_URL", "https://x?y"},
		{"DUBAN_URL", "https://u:p@x"}, {"DUBAN_URL", "https://x/#y"}, {"DUBAN_URL", "javascript:alert(1)"},
		{"DUBAN_ZONE", "Beijing"}, {"DUBAN_ZONE", "Local"}, {"DUBAN_ZONE", "+08:00"},
		{"DUBAN_SMTP_HOST", "mail.example:25"}, {"DUBAN_SMTP_HOST", "smtp://mail.example"},
		{"DUBAN_SMTP_PORT", "0"}, {"DUBAN_SMTP_PORT", "smtp"}, {"DUBAN_SMTP_PORT", "65536"},
		{"DUBAN_SMTP_TLS", "yes"},
		{"DUBAN_MAIL_FROM", "督办 <duban@example.cn>"}, {"DUBAN_MAIL_FROM", "duban"}, {"DUBAN_MAIL_FROM", "督办@example.cn"},
		{"DUBAN_MAIL_FROM", "a@b.cn\r\nBcc: c@d.cn"}, {"DUBAN_MAIL_FROM", "a@b.cn,c@d.cn"},
		{"DUBAN_MAIL_FROM_NAME", "督\n办"},
		{"DUBAN_UPLOAD_MAX", "20"}, {"DUBAN_UPLOAD_MAX", "20M"}, {"DUBAN_UPLOAD_MAX", "-1MiB"}, {"DUBAN_UPLOAD_MAX", "5GiB"},
		{"DUBAN_UPLOAD_MAX", "MiB"}, {"DUBAN_UPLOAD_MAX", "NaNMiB"}, {"DUBAN_UPLOAD_MAX", "1e30GiB"}, {"DUBAN_UPLOAD_MAX", "0B"},
		{"DUBAN_TRUSTED_PROXIES", "10.0.0.0/8,proxy"}, {"DUBAN_TRUSTED_PROXIES", "0.0.0.0/0"}, {"DUBAN_TRUSTED_PROXIES", "::/0"},
		{"DUBAN_TRUSTED_PROXIES", "10.0.0.1,,10.0.0.2"},
		{"DUBAN_LOG", "verbose"},
	} {
		// What else a mail server needs is set, so that one thing is wrong.
		environ := []string{"DUBAN_SMTP_HOST=mail.example", "DUBAN_MAIL_FROM=a@b.cn", "DUBAN_URL=https://x.cn"}
		environ = slices.DeleteFunc(environ, func(line string) bool { return strings.HasPrefix(line, tt.name+"=") })
		_, err := Load(append(environ, tt.name+"="+tt.value))
		var ps Problems
		if !errors.As(err, &ps) || len(ps) != 1 || ps[0].Name != tt.name || ps[0].WantZH == "" || ps[0].WantEN == "" {
			t.Errorf("%s=%s: %v", tt.name, tt.value, err)
			continue
		}
		if masks := strings.ContainsAny(tt.value, "@=") && tt.name == "DUBAN_DATABASE"; !masks && !strings.Contains(err.Error(), strings.TrimSpace(tt.value)) {
			t.Errorf("%s=%s: the value is not named: %v", tt.name, tt.value, err)
		}
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	_, err := Load([]string{"DUBAN_PORT=80", "DUBAN_LOG=loud", "DUBAN_ADDR=nowhere", "DUBAN_SMTP_HOST=mail.example", "DUBAN_SMTP_TLS=none", "DUBAN_SMTP_USER=u"})
	var ps Problems
	if !errors.As(err, &ps) {
		t.Fatal(err)
	}
	var names []string
	for _, p := range ps {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	want := []string{"DUBAN_ADDR", "DUBAN_LOG", "DUBAN_MAIL_FROM", "DUBAN_PORT", "DUBAN_SMTP_PASSWORD", "DUBAN_SMTP_TLS", "DUBAN_URL"}
	if !slices.Equal(names, want) {
		t.Errorf("found %v, want %v\n%v", names, want, err)
	}
	if lines := strings.Count(err.Error(), "\n") + 1; lines != len(want) {
		t.Errorf("%d lines for %d mistakes:\n%v", lines, len(want), err)
	}
}

func TestSettingsThatNeedEachOther(t *testing.T) {
	mail := []string{"DUBAN_MAIL_FROM=a@b.cn", "DUBAN_URL=https://x.cn"}
	for _, tt := range []struct {
		name    string
		environ []string
		wrong   string // the setting named, "" if all is well
	}{
		{"no TLS on this machine", append(mail, "DUBAN_SMTP_HOST=127.0.0.1", "DUBAN_SMTP_TLS=none"), ""},
		{"no TLS on localhost", append(mail, "DUBAN_SMTP_HOST=localhost", "DUBAN_SMTP_TLS=none"), ""},
		{"no TLS on ::1", append(mail, "DUBAN_SMTP_HOST=[::1]", "DUBAN_SMTP_TLS=none"), ""},
		{"no TLS elsewhere", append(mail, "DUBAN_SMTP_HOST=10.0.0.1", "DUBAN_SMTP_TLS=none"), "DUBAN_SMTP_TLS"},
		{"localhost in the name only", append(mail, "DUBAN_SMTP_HOST=localhost.example.cn", "DUBAN_SMTP_TLS=none"), "DUBAN_SMTP_TLS"},
		{"password without account", append(mail, "DUBAN_SMTP_HOST=m", "DUBAN_SMTP_PASSWORD=p"), "DUBAN_SMTP_USER"},
		{"port without server", []string{"DUBAN_SMTP_PORT=25"}, "DUBAN_SMTP_HOST"},
		{"no public address", []string{"DUBAN_SMTP_HOST=m", "DUBAN_MAIL_FROM=a@b.cn"}, "DUBAN_URL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(tt.environ)
			var ps Problems
			errors.As(err, &ps)
			if tt.wrong == "" && err == nil {
				return
			}
			if len(ps) != 1 || ps[0].Name != tt.wrong {
				t.Errorf("%v, want one about %q", err, tt.wrong)
			}
		})
	}
}

func TestDerivedDefaults(t *testing.T) {
	for addr, want := range map[string]string{
		":8080": "http://127.0.0.1:8080", "0.0.0.0:80": "http://127.0.0.1", "[::]:9": "http://127.0.0.1:9",
		"[::1]:80": "http://[::1]", "10.1.2.3:8080": "http://10.1.2.3:8080",
	} {
		if c := load(t, "DUBAN_ADDR="+addr); c.URL != want {
			t.Errorf("address %s: URL %s, want %s", addr, c.URL, want)
		}
	}
	c := load(t, "DUBAN_SMTP_HOST=m", "DUBAN_SMTP_TLS=implicit", "DUBAN_MAIL_FROM=a@b.cn", "DUBAN_URL=https://x.cn")
	if c.SMTP.Port != 465 {
		t.Errorf("port of implicit TLS: %d", c.SMTP.Port)
	}
	if c := load(t, "DUBAN_DATA=/srv/d", "DUBAN_DATABASE=", "DUBAN_LOG=  "); string(c.Database) != "/srv/d/duban.db" {
		t.Errorf("database %s", c.Database)
	}
}

// Whatever way a configuration is printed, no secret is in it.
func TestSecretsAreMasked(t *testing.T) {
	const pw, dbpw, qpw = "s3cret-smtp", "s3cret-db", "s3cret-query"
	c := load(t, "DUBAN_SMTP_HOST=m", "DUBAN_SMTP_USER=u", "DUBAN_SMTP_PASSWORD="+pw, "DUBAN_MAIL_FROM=a@b.cn", "DUBAN_URL=https://x.cn",
		"DUBAN_DATABASE=postgres://u:"+dbpw+"@h/d?password="+qpw)
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("config", "smtp", c.SMTP, "all", c, "secret", c.SMTP.Password, "db", c.Database)
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := json.Marshal(c.Describe())
	if err != nil {
		t.Fatal(err)
	}
	_, refused := Load([]string{"DUBAN_DATABASE=postgres:/u:" + dbpw + "@h/d?x", "DUBAN_LOG=x"})
	for name, text := range map[string]string{
		"%v": fmt.Sprintf("%v", c), "%+v": fmt.Sprintf("%+v", c), "%#v": fmt.Sprintf("%#v", c), "%q": fmt.Sprintf("%q %x", c.SMTP.Password, c.SMTP.Password),
		"slog": logged.String(), "json": string(asJSON), "describe": string(shown), "refused": refused.Error(),
	} {
		for _, secret := range []string{pw, dbpw, qpw} {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows %s: %s", name, secret, text)
			}
		}
	}
	if !strings.Contains(string(shown), "postgres://u:********@h/d") {
		t.Errorf("the rest of the address is gone: %s", shown)
	}
	if Secret("").String() != "" {
		t.Error("an unset secret looks set")
	}
}
