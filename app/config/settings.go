package config

import (
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// want says what a setting's value should be, when it is not.
type want struct{ zh, en string }

// setting is one line of the table: how a value is read, and what it means.
type setting struct {
	name   string
	def    string // the value when none is given; "" may be worked out by Load
	defZH  string // how the default is explained where it depends on others
	defEN  string
	zh, en string // meaning
	// set puts the value into c, or says what is wanted.
	set func(c *Config, v string) *want
	// shown is how `duban config` shows the value in effect.
	shown func(c Config) string
}

// table is every setting, in the order in which they are shown.
var table = []setting{
	{
		name: "DUBAN_DATA", def: "./data",
		zh: "数据目录：佐证材料，以及未配置邮件服务器时写出的邮件",
		en: "Data folder: evidence files, and the mails when there is no mail server",
		set: func(c *Config, v string) *want {
			c.Data = filepath.Clean(v)
			return nil
		},
		shown: func(c Config) string { return c.Data },
	},
	{
		name: "DUBAN_DATABASE", defZH: "数据目录下的 duban.db", defEN: "duban.db in the data folder",
		zh: "数据库：SQLite 文件路径，或 postgres:// 地址",
		en: "Database: the path of a SQLite file, or a postgres:// address",
		set: func(c *Config, v string) *want {
			w := &want{"SQLite 文件路径，或 postgres://用户:口令@主机:端口/库名",
				"the path of a SQLite file, or postgres://user:password@host:port/name"}
			if scheme, _, ok := strings.Cut(v, "://"); ok {
				if scheme != "postgres" && scheme != "postgresql" {
					return w
				}
				if u, err := url.Parse(v); err != nil || (u.Host == "" && u.Query().Get("host") == "") {
					return w
				}
			} else if strings.HasPrefix(v, "file:") || v == ":memory:" || strings.ContainsAny(v, "?=") {
				// Options in the path would be another driver's spelling and
				// get lost in silence; "host=… password=…" is libpq's.
				return w
			}
			c.Database = DSN(v)
			return nil
		},
		shown: func(c Config) string { return c.Database.String() },
	},
	{
		name: "DUBAN_ADDR", def: "127.0.0.1:8080",
		zh: "监听地址，主机:端口", en: "Address to listen on, host:port",
		set: func(c *Config, v string) *want {
			if _, port, err := net.SplitHostPort(v); err != nil || !isPort(port, 0) {
				return &want{"主机:端口，例如 127.0.0.1:8080 或 :8080", "host:port, such as 127.0.0.1:8080 or :8080"}
			}
			c.Addr = v
			return nil
		},
		shown: func(c Config) string { return c.Addr },
	},
	{
		name: "DUBAN_URL", defZH: "http:// 加监听地址", defEN: "http:// and the address listened on",
		zh: "对外网址，邮件里的链接以它开头", en: "Public address; links in mails begin with it",
		set: func(c *Config, v string) *want {
			u, err := url.Parse(v)
			if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil ||
				u.RawQuery != "" || u.Fragment != "" || (u.Port() != "" && !isPort(u.Port(), 1)) {
				return &want{"http:// 或 https:// 开头的网址，例如 https://duban.example.gov.cn",
					"an address that begins with http:// or https://, such as https://duban.example.gov.cn"}
			}
			c.URL = strings.TrimRight(v, "/")
			return nil
		},
		shown: func(c Config) string { return c.URL },
	},
	{
		name: "DUBAN_ZONE", def: "Asia/Shanghai",
		zh: "本单位所在时区，决定“今天”是哪一天", en: "The office's time zone: it says which day it is",
		set: func(c *Config, v string) *want {
			zone, err := time.LoadLocation(v)
			// "Local" is whatever the machine happens to be set to.
			if err != nil || v == "Local" {
				return &want{"时区名，例如 Asia/Shanghai、Asia/Urumqi", "the name of a time zone, such as Asia/Shanghai or Asia/Urumqi"}
			}
			c.Zone = zone
			return nil
		},
		shown: func(c Config) string { return c.Zone.String() },
	},
	{
		name: "DUBAN_SMTP_HOST", defZH: "无：邮件写成文件", defEN: "none: mails are written as files",
		zh: "邮件服务器主机名；不设则邮件写入数据目录的 mail 文件夹",
		en: "Mail server; without one, mails are written into the folder mail of the data folder",
		set: func(c *Config, v string) *want {
			if strings.ContainsAny(v, "/@ \t") || (strings.Contains(v, ":") && !isIP(v)) {
				return &want{"只要主机名或 IP 地址，端口写在 DUBAN_SMTP_PORT", "a host name or IP address alone; the port goes into DUBAN_SMTP_PORT"}
			}
			c.SMTP.Host = strings.Trim(v, "[]")
			return nil
		},
		shown: func(c Config) string { return c.SMTP.Host },
	},
	{
		name: "DUBAN_SMTP_PORT", defZH: "587；implicit 方式为 465", defEN: "587; 465 with implicit TLS",
		zh: "邮件服务器端口", en: "The mail server's port",
		set: func(c *Config, v string) *want {
			if !isPort(v, 1) {
				return &want{"1 到 65535 的端口号", "a port number from 1 to 65535"}
			}
			c.SMTP.Port, _ = strconv.Atoi(v)
			return nil
		},
		shown: func(c Config) string { return strconv.Itoa(c.SMTP.Port) },
	},
	{
		name: "DUBAN_SMTP_TLS", def: string(StartTLS),
		zh: "邮件加密方式：starttls、implicit（一开始就加密）、none（仅限本机服务器）",
		en: "How mail is protected: starttls, implicit (TLS from the start), none (a server on this machine only)",
		set: func(c *Config, v string) *want {
			switch c.SMTP.TLS = TLSMode(strings.ToLower(v)); c.SMTP.TLS {
			case StartTLS, ImplicitTLS, NoTLS:
				return nil
			}
			return &want{"starttls、implicit 或 none", "starttls, implicit or none"}
		},
		shown: func(c Config) string { return string(c.SMTP.TLS) },
	},
	{
		name: "DUBAN_SMTP_USER", defZH: "无：不登录", defEN: "none: no login",
		zh: "邮件服务器的登录账号", en: "Account on the mail server",
		set: func(c *Config, v string) *want {
			c.SMTP.User = v
			return nil
		},
		shown: func(c Config) string { return c.SMTP.User },
	},
	{
		name: "DUBAN_SMTP_PASSWORD",
		zh:   "邮件服务器的登录口令或授权码", en: "Password or authorisation code on the mail server",
		set: func(c *Config, v string) *want {
			c.SMTP.Password = Secret(v)
			return nil
		},
		shown: func(c Config) string { return c.SMTP.Password.String() },
	},
	{
		name: "DUBAN_MAIL_FROM", def: "duban@localhost",
		zh: "发件地址", en: "The sender's mail address",
		set: func(c *Config, v string) *want {
			a, err := mail.ParseAddress(v)
			if err != nil || a.Address != v || !isASCII(v) {
				return &want{"一个邮件地址，例如 duban@example.gov.cn；显示名写在 DUBAN_MAIL_FROM_NAME",
					"one mail address, such as duban@example.gov.cn; the name goes into DUBAN_MAIL_FROM_NAME"}
			}
			c.MailFrom = v
			return nil
		},
		shown: func(c Config) string { return c.MailFrom },
	},
	{
		name: "DUBAN_MAIL_FROM_NAME", def: "督办",
		zh: "发件人显示名", en: "The sender's name",
		set: func(c *Config, v string) *want {
			if strings.ContainsFunc(v, unicode.IsControl) || len([]rune(v)) > 60 {
				return &want{"不含换行和控制字符、不超过 60 字的名称", "a name of at most 60 characters, without line breaks"}
			}
			c.MailFromName = v
			return nil
		},
		shown: func(c Config) string { return c.MailFromName },
	},
	{
		name: "DUBAN_UPLOAD_MAX", def: "20MiB",
		zh: "单个佐证文件的上限，带单位", en: "The largest evidence file, with its unit",
		set: func(c *Config, v string) *want {
			n, ok := parseSize(v)
			if !ok || n < 1<<10 || n > 4<<30 {
				return &want{"1KiB 到 4GiB 之间、带单位的大小，例如 20MiB", "a size with its unit, from 1KiB to 4GiB, such as 20MiB"}
			}
			c.UploadMax = n
			return nil
		},
		shown: func(c Config) string { return formatSize(c.UploadMax) },
	},
	{
		name: "DUBAN_TRUSTED_PROXIES", defZH: "无", defEN: "none",
		zh: "可信反向代理的网段，逗号分隔；只采信它们传来的来访者地址",
		en: "Networks of trusted reverse proxies, separated by commas; only their word on a visitor's address counts",
		set: func(c *Config, v string) *want {
			var out []netip.Prefix
			for part := range strings.SplitSeq(v, ",") {
				p, ok := parsePrefix(strings.TrimSpace(part))
				if !ok {
					return &want{"逗号分隔的网段或地址，例如 10.0.0.5,192.168.8.0/24（不得为全网段）",
						"networks or addresses separated by commas, such as 10.0.0.5,192.168.8.0/24 (not the whole internet)"}
				}
				out = append(out, p)
			}
			c.TrustedProxies = out
			return nil
		},
		shown: func(c Config) string {
			parts := make([]string, len(c.TrustedProxies))
			for i, p := range c.TrustedProxies {
				parts[i] = p.String()
			}
			return strings.Join(parts, ",")
		},
	},
	{
		name: "DUBAN_CALENDAR", defZH: "无：只用内置的节假日表", defEN: "none: the built-in holiday tables only",
		zh: "另加的节假日与调休表（csv）所在文件夹", en: "Folder with further tables (csv) of holidays and make-up days",
		set: func(c *Config, v string) *want {
			c.Calendar = filepath.Clean(v)
			return nil
		},
		shown: func(c Config) string { return c.Calendar },
	},
	{
		name: "DUBAN_LOG", def: "info",
		zh: "日志级别：debug、info、warn、error", en: "Log level: debug, info, warn, error",
		set: func(c *Config, v string) *want {
			switch strings.ToLower(v) {
			case "debug":
				c.LogLevel = slog.LevelDebug
			case "info":
				c.LogLevel = slog.LevelInfo
			case "warn":
				c.LogLevel = slog.LevelWarn
			case "error":
				c.LogLevel = slog.LevelError
			default:
				return &want{"debug、info、warn 或 error", "debug, info, warn or error"}
			}
			return nil
		},
		shown: func(c Config) string { return strings.ToLower(c.LogLevel.String()) },
	},
}

// sizeUnits are bytes per unit: the powers of 1024 and of 1000, each by its
// own name (IEC 80000-13).
var sizeUnits = []struct {
	name string
	n    int64
}{
	{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1},
}

// parseSize reads "20MiB", "1.5 GB" or "4096 B". A bare number is refused: 20
// would be 20 bytes, which nobody means.
func parseSize(v string) (int64, bool) {
	for _, u := range sizeUnits {
		if len(v) <= len(u.name) || !strings.EqualFold(v[len(v)-len(u.name):], u.name) {
			continue
		}
		f, err := strconv.ParseFloat(strings.TrimSpace(v[:len(v)-len(u.name)]), 64)
		size := f * float64(u.n)
		if err != nil || math.IsNaN(size) || size < 0 || size >= math.MaxInt64 {
			return 0, false
		}
		return int64(size), true
	}
	return 0, false
}

// formatSize writes bytes so that parseSize reads the same.
func formatSize(n int64) string {
	for _, u := range sizeUnits {
		if n >= u.n && n%u.n == 0 {
			return fmt.Sprintf("%d%s", n/u.n, u.name)
		}
	}
	return fmt.Sprintf("%dB", n)
}

// parsePrefix reads a network or one address. "The whole internet" is refused:
// everybody could then claim any address.
func parsePrefix(v string) (netip.Prefix, bool) {
	if ip, err := netip.ParseAddr(v); err == nil {
		ip = ip.Unmap().WithZone("")
		return netip.PrefixFrom(ip, ip.BitLen()), true
	}
	p, err := netip.ParsePrefix(v)
	if err != nil || p.Bits() == 0 {
		return netip.Prefix{}, false
	}
	return p.Masked(), true
}

func isPort(v string, least int) bool {
	n, err := strconv.Atoi(v)
	return err == nil && n >= least && n <= 65535
}

func isIP(v string) bool {
	_, err := netip.ParseAddr(strings.Trim(v, "[]"))
	return err == nil
}

func isASCII(v string) bool {
	return !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r > '~' })
}
