// Package config reads the program's settings. It owns their names, meanings,
// defaults and checks; it must not know what anybody does with them, and it
// touches neither disk nor network.
//
// Every setting is an environment variable DUBAN_*. The table in settings.go
// is the only list: reading, checking, `duban config` and the documentation
// come from it. A hand-written table serves better here than a library that
// fills structs: a slip in a name must be found, every mistake reported in one
// go, and each setting explained in two languages.
package config

import (
	"encoding/json"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	// The office's zone must be known on a machine without a zone database.
	_ "time/tzdata"
)

// Config is every setting, checked.
type Config struct {
	// Database is the path of a SQLite file, or a postgres:// address.
	Database DSN
	// Data is the folder of everything that is not in the database: evidence
	// files, mails when there is no mail server.
	Data string
	// Addr is the address to listen on, host:port.
	Addr string
	// URL is the address that people type and that links in mails begin with,
	// without a trailing slash.
	URL string
	// Zone is the office's zone: it says which day it is.
	Zone *time.Location
	// SMTP is the mail server.
	SMTP SMTP
	// MailFrom is the sender's address, without a name.
	MailFrom string
	// MailFromName is the sender's name as readers see it.
	MailFromName string
	// UploadMax is the largest evidence file, in bytes.
	UploadMax int64
	// TrustedProxies are the reverse proxies whose X-Forwarded-For is
	// believed. None: the peer's own address counts.
	TrustedProxies []netip.Prefix
	// Calendar is a folder with further holiday tables, or empty.
	Calendar string
	// LogLevel is the least level that is logged.
	LogLevel slog.Level

	// given are the names of the settings that somebody set: names only, since
	// a dump of the struct would show values.
	given map[string]bool
}

// SMTP is how mails leave. Without a Host they are written as files.
type SMTP struct {
	Host     string
	Port     int
	TLS      TLSMode
	User     string
	Password Secret
}

// TLSMode says how the way to the mail server is protected.
type TLSMode string

const (
	// StartTLS begins in the clear and must change to TLS before anything is
	// sent: a server that does not offer it gets nothing.
	StartTLS TLSMode = "starttls"
	// ImplicitTLS speaks TLS from the first byte (port 465).
	ImplicitTLS TLSMode = "implicit"
	// NoTLS is for a mail server on the same machine only.
	NoTLS TLSMode = "none"
)

// MailByFile reports that there is no mail server: mails are written into the
// data folder.
func (c Config) MailByFile() bool { return c.SMTP.Host == "" }

// MailDomain stands after the @ of Message-IDs: the sender's own domain, so
// that they cannot meet another system's.
func (c Config) MailDomain() string {
	_, domain, _ := strings.Cut(c.MailFrom, "@")
	return domain
}

// Loopback reports whether host is this machine: "localhost" or a loopback
// address. Other names are not looked up.
func Loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.Unmap().IsLoopback()
}

// Environ is the process's environment, for the one caller that starts the
// program: nothing else reads it.
func Environ() []string { return os.Environ() }

// masked stands for a secret that is set.
const masked = "********"

// Secret is a text that must not be read in logs, pages or dumps. Convert it
// to string where it is used.
type Secret string

// String masks the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return masked
}

// GoString masks the secret in %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// LogValue masks the secret in logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON masks the secret.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// DSN is a database's path or address. The password of an address masks
// itself; convert to string where it is used.
type DSN string

// Postgres reports whether it is the address of a PostgreSQL server.
func (d DSN) Postgres() bool {
	return strings.HasPrefix(string(d), "postgres://") || strings.HasPrefix(string(d), "postgresql://")
}

// String is the path, or the address with its password masked.
func (d DSN) String() string {
	if !d.Postgres() {
		return string(d)
	}
	u, err := url.Parse(string(d))
	if err != nil {
		return "postgres://" + masked
	}
	q := u.Query()
	for _, k := range []string{"password", "sslpassword", "passfile"} {
		if q.Has(k) {
			q.Set(k, masked)
		}
	}
	u.RawQuery = strings.ReplaceAll(q.Encode(), url.QueryEscape(masked), masked)
	user := u.User
	if user == nil {
		return u.String()
	}
	if _, has := user.Password(); !has {
		return u.String()
	}
	// url.URL would escape the asterisks.
	u.User = nil
	return strings.Replace(u.String(), "://", "://"+url.User(user.Username()).String()+":"+masked+"@", 1)
}

// GoString masks the password in %#v.
func (d DSN) GoString() string { return `"` + d.String() + `"` }

// LogValue masks the password in logs.
func (d DSN) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalJSON masks the password.
func (d DSN) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// urlOf is the address of a program that listens on addr, as seen from the
// machine itself.
func urlOf(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "http://" + addr
	}
	if ip, err := netip.ParseAddr(host); host == "" || (err == nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	if port == "80" {
		if strings.Contains(host, ":") {
			return "http://[" + host + "]"
		}
		return "http://" + host
	}
	return "http://" + net.JoinHostPort(host, port)
}
