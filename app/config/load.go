package config

import (
	"path/filepath"
	"strings"
)

const (
	prefix     = "DUBAN_"
	testPrefix = "DUBAN_TEST_" // settings of the test suite, none of ours
)

// Load reads the settings from an environment ("NAME=value" lines, as
// os.Environ gives them). An empty value counts as not given. Every mistake is
// found in one go: the error is a Problems.
func Load(environ []string) (Config, error) {
	c := Config{given: map[string]bool{}}
	values := map[string]string{}
	var bad Problems
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		// Lower case is looked at too: duban_addr is a slip, not another
		// program's variable.
		if upper := strings.ToUpper(name); !strings.HasPrefix(upper, prefix) || strings.HasPrefix(upper, testPrefix) {
			continue
		}
		if find(name) == nil {
			bad = append(bad, Problem{Name: name, Nearest: nearest(name)})
			continue
		}
		if !c.given[name] && strings.TrimSpace(value) != "" {
			c.given[name], values[name] = true, value
		}
	}
	broken := map[string]bool{}
	for _, s := range table {
		value := values[s.name]
		if s.name != "DUBAN_SMTP_PASSWORD" {
			value = strings.TrimSpace(value)
		}
		if value == "" {
			value = s.def
		}
		if value == "" {
			continue
		}
		if w := s.set(&c, value); w != nil {
			broken[s.name] = true
			bad = append(bad, Problem{Name: s.name, Value: showBad(s.name, value), WantZH: w.zh, WantEN: w.en})
		}
	}
	c.fill()
	bad = append(bad, c.together(broken)...)
	if len(bad) > 0 {
		return Config{}, bad
	}
	return c, nil
}

// fill works out the defaults that depend on other settings.
func (c *Config) fill() {
	if c.Database == "" {
		c.Database = DSN(filepath.Join(c.Data, "duban.db"))
	}
	if c.URL == "" {
		c.URL = urlOf(c.Addr)
	}
	if c.SMTP.Port == 0 {
		c.SMTP.Port = 587
		if c.SMTP.TLS == ImplicitTLS {
			c.SMTP.Port = 465
		}
	}
}

// together checks the settings against each other. A setting that is broken by
// itself is left out: it has been reported.
func (c Config) together(broken map[string]bool) Problems {
	var bad Problems
	needs := func(name, zh, en string) {
		if !c.given[name] && !broken[name] {
			bad = append(bad, Problem{Name: name, WantZH: zh, WantEN: en})
		}
	}
	if c.given["DUBAN_SMTP_HOST"] {
		needs("DUBAN_MAIL_FROM", "配置了邮件服务器就要写明发件地址，例如 duban@example.gov.cn",
			"the sender's address, such as duban@example.gov.cn, since a mail server is set")
		needs("DUBAN_URL", "配置了邮件服务器就要写明对外网址，否则收件人打不开邮件里的链接，例如 https://duban.example.gov.cn",
			"the public address, such as https://duban.example.gov.cn, since a mail server is set: links in mails begin with it")
	} else if !broken["DUBAN_SMTP_HOST"] {
		for _, s := range table {
			if strings.HasPrefix(s.name, "DUBAN_SMTP_") && c.given[s.name] {
				needs("DUBAN_SMTP_HOST", "设置了 "+s.name+" 就要写明邮件服务器主机名", "a mail server, since "+s.name+" is set")
				break
			}
		}
	}
	if c.SMTP.User != "" {
		needs("DUBAN_SMTP_PASSWORD", "设置了 DUBAN_SMTP_USER 就要写明口令", "a password, since DUBAN_SMTP_USER is set")
	}
	if c.SMTP.Password != "" {
		needs("DUBAN_SMTP_USER", "设置了 DUBAN_SMTP_PASSWORD 就要写明账号", "an account, since DUBAN_SMTP_PASSWORD is set")
	}
	if c.SMTP.TLS == NoTLS && c.SMTP.Host != "" && !Loopback(c.SMTP.Host) {
		bad = append(bad, Problem{
			Name: "DUBAN_SMTP_TLS", Value: string(NoTLS),
			WantZH: "starttls 或 implicit；只有本机（localhost）的邮件服务器才可不加密",
			WantEN: "starttls or implicit; only a mail server on this machine (localhost) may go without",
		})
	}
	return bad
}

func find(name string) *setting {
	for i := range table {
		if table[i].name == name {
			return &table[i]
		}
	}
	return nil
}

// nearest is the known name that takes the fewest letters added and removed.
func nearest(name string) string {
	best, least := "", -1
	for _, s := range table {
		if d := distance(strings.ToUpper(name), s.name); least < 0 || d < least {
			best, least = s.name, d
		}
	}
	return best
}

// distance is how many letters must be added or removed to make b of a. A
// changed letter counts as both, so that a name cut short is nearer to its
// whole than to another of its own length.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change += 2
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// showBad is a refused value as an error may show it: of an address that could
// not be read, nothing, since a password may be anywhere in it.
func showBad(name, value string) string {
	if name == "DUBAN_DATABASE" && strings.ContainsAny(value, "@=") {
		return masked
	}
	return value
}

// Problem is one mistake in the settings.
type Problem struct {
	Name    string
	Value   string // as given, secrets masked; "" if missing
	Nearest string // for an unknown name: the known one that was probably meant
	WantZH  string
	WantEN  string
}

// Text says in "zh" or "en" what is wrong and what is wanted.
func (p Problem) Text(lang string) string {
	zh := lang != "en"
	switch {
	case p.Nearest != "" && zh:
		return p.Name + "：没有这项设置，是不是要写 " + p.Nearest + "？"
	case p.Nearest != "":
		return p.Name + ": no such setting; did you mean " + p.Nearest + "?"
	case p.Value == "" && zh:
		return p.Name + "：未设置。应为：" + p.WantZH
	case p.Value == "":
		return p.Name + ": not set; wanted: " + p.WantEN
	case zh:
		return p.Name + "：“" + p.Value + "”不可用。应为：" + p.WantZH
	}
	return p.Name + ": " + quote(p.Value) + " will not do; wanted: " + p.WantEN
}

func quote(v string) string { return `"` + v + `"` }

// Problems is every mistake found.
type Problems []Problem

// Error gives one line a mistake, in English. See Text.
func (ps Problems) Error() string { return ps.Text("en") }

// Text gives one line a mistake, in "zh" or "en".
func (ps Problems) Text(lang string) string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Text(lang)
	}
	return strings.Join(lines, "\n")
}
