package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// options reach the server.
func (s *server) options(tlsMode string) SMTPOptions {
	return SMTPOptions{
		Host: s.host, Port: s.port, TLS: tlsMode, From: sender, Zone: zone, RootCAs: s.ca, Hello: "client.test",
		Connect: 2 * time.Second, Total: 5 * time.Second,
	}
}

func newSMTP(t testing.TB, o SMTPOptions) *SMTP {
	t.Helper()
	s, err := NewSMTP(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wantFailure checks how a failure was sorted.
func wantFailure(t *testing.T, err error, class Class, step string, server bool, say string) {
	t.Helper()
	var f *Failure
	if !errors.As(err, &f) {
		t.Fatalf("error %v is no Failure", err)
	}
	if f.Class != class || f.Step != step || f.Server != server || !strings.Contains(f.Error(), say) || strings.ContainsAny(f.Error(), "\r\n") {
		t.Errorf("failure %+v (%v), want %s at %s, server's %v, saying %q", f, f, class, step, server, say)
	}
}

func TestSMTPDelivers(t *testing.T) {
	const password = "s3cret"
	for _, tt := range []struct {
		name, mode string
		login      bool
	}{
		{"STARTTLS and login", "starttls", true}, {"implicit TLS and login", "implicit", true}, {"STARTTLS", "starttls", false},
		{"this machine, in the clear", "none", false}, {"this machine, in the clear, login", "none", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := newServer(t, "127.0.0.1")
			secure := false
			srv.onStored = func(c *smtp.Conn) error { _, secure = c.TLSConnectionState(); return nil }
			if tt.login {
				srv.password = password
			}
			srv.start(tt.mode == "implicit")
			o := srv.options(tt.mode)
			if tt.login {
				o.User, o.Password = "duban", password
			}
			m := letter()
			got, err := newSMTP(t, o).Send(t.Context(), m)
			if err != nil || !strings.HasPrefix(got, "250 ") {
				t.Fatalf("reply %q, %v", got, err)
			}
			mails := srv.mails()
			if len(mails) != 1 || mails[0].from != sender.Address || mails[0].to != m.ToAddress {
				t.Fatalf("stored %+v", mails)
			}
			if want := render(t, m); !bytes.Equal(mails[0].raw, want) {
				t.Errorf("stored\n%s\nwant the bytes of Render\n%s", mails[0].raw, want)
			}
			if secure != (tt.mode != "none") {
				t.Errorf("secure: %v", secure)
			}
		})
	}
}

// What the server says, and what it means.
func TestSMTPRefusals(t *testing.T) {
	for _, tt := range []struct {
		name   string
		set    func(s *server)
		class  Class
		step   string
		server bool
		say    string
	}{
		{"no such user", func(s *server) { s.onRcpt = reply(550, smtp.EnhancedCode{5, 1, 1}, "No such user") }, Refused, "recipient", false, "550 5.1.1 No such user"},
		{"mailbox full", func(s *server) { s.onRcpt = reply(552, smtp.EnhancedCode{5, 2, 2}, "Over quota") }, Refused, "recipient", false, "552"},
		{"greylisted", func(s *server) { s.onRcpt = reply(451, smtp.EnhancedCode{4, 7, 1}, "Greylisted") }, Temporary, "recipient", false, "451"},
		{"mailbox busy", func(s *server) { s.onRcpt = reply(450, smtp.EnhancedCode{4, 2, 1}, "Busy") }, Temporary, "recipient", false, "450"},
		{"closing at RCPT", func(s *server) { s.onRcpt = reply(421, smtp.EnhancedCode{4, 3, 2}, "Closing") }, Temporary, "recipient", true, "421"},
		{"login wanted at RCPT", func(s *server) { s.onRcpt = reply(530, smtp.EnhancedCode{5, 7, 0}, "Authenticate") }, Channel, "recipient", true, "530"},
		{"sender refused", func(s *server) { s.onMail = reply(553, smtp.EnhancedCode{5, 7, 1}, "Sender not owned") }, Channel, "from", true, "553"},
		{"server full", func(s *server) { s.onMail = reply(452, smtp.EnhancedCode{4, 3, 1}, "Out of storage") }, Temporary, "from", true, "452"},
		{"content refused", func(s *server) {
			s.onData = func([]byte) error { return reply(554, smtp.EnhancedCode{5, 7, 1}, "Spam\r\nsays policy")("") }
		}, Refused, "end", false, "554"},
		{"content, later", func(s *server) {
			s.onData = func([]byte) error { return reply(451, smtp.EnhancedCode{4, 3, 0}, "Try again")("") }
		}, Temporary, "end", false, "451"},
		{"wrong password", func(s *server) { s.password = "other" }, Channel, "login", true, "535"},
		{"login down", func(s *server) {
			s.password = "other"
			s.badLogin = &smtp.SMTPError{Code: 454, EnhancedCode: smtp.EnhancedCode{4, 7, 0}, Message: "Temporary authentication failure"}
		}, Temporary, "login", true, "454"},
		{"no STARTTLS", func(s *server) { s.TLSConfig = nil }, Channel, "tls", true, "STARTTLS"},
		{"strange certificate", func(s *server) { _, s.ca = certificate(t, "127.0.0.1") }, Channel, "tls", true, "certificate"},
		{"old TLS", func(s *server) { s.TLSConfig.MaxVersion = tls.VersionTLS11 }, Channel, "tls", true, "tls"},
		{"lost reply", func(s *server) { s.onStored = hangUp }, Doubt, "end", true, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := newServer(t, "127.0.0.1")
			srv.password = "s3cret"
			tt.set(srv)
			srv.start(false)
			o := srv.options("starttls")
			o.User, o.Password = "duban", "s3cret"
			got, err := newSMTP(t, o).Send(t.Context(), letter())
			if got != "" {
				t.Errorf("reply %q", got)
			}
			wantFailure(t, err, tt.class, tt.step, tt.server, tt.say)
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the password is in %v", err)
			}
			if n := len(srv.mails()); (tt.class == Doubt) != (n == 1) {
				t.Errorf("%d mails stored", n)
			}
		})
	}
}

func TestSMTPCertificateOfAnotherHost(t *testing.T) {
	for _, mode := range []string{"starttls", "implicit"} {
		srv := newServer(t, "mail.elsewhere.test").start(mode == "implicit")
		_, err := newSMTP(t, srv.options(mode)).Send(t.Context(), letter())
		wantFailure(t, err, Channel, "tls", true, "certificate")
		if len(srv.mails()) != 0 {
			t.Error("sent all the same")
		}
	}
}

func TestSMTPLoginNotOffered(t *testing.T) {
	srv := newServer(t, "127.0.0.1").start(false)
	o := srv.options("starttls")
	o.User, o.Password = "duban", "s3cret"
	_, err := newSMTP(t, o).Send(t.Context(), letter())
	wantFailure(t, err, Channel, "login", true, "log in")
}

// Servers that are down, or whatever else answers there.
func TestSMTPNoServer(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	free.Close()
	o := SMTPOptions{Host: "127.0.0.1", Port: port, TLS: "starttls", From: sender}
	_, err = newSMTP(t, o).Send(t.Context(), letter())
	wantFailure(t, err, Temporary, "connect", true, "refused")

	say := func(text string) func(net.Conn) {
		return func(c net.Conn) {
			io.WriteString(c, text)
			io.Copy(io.Discard, c)
		}
	}
	for _, tt := range []struct {
		name  string
		mode  string
		serve func(net.Conn)
		class Class
		step  string
		say   string
	}{
		{"hangs up", "starttls", func(net.Conn) {}, Temporary, "greeting", ""},
		{"421 greeting", "starttls", say("421 4.3.2 too busy\r\n"), Temporary, "greeting", "421"},
		{"554 greeting", "starttls", say("554 5.7.1 not from you\r\n"), Channel, "greeting", "554"},
		{"web server", "starttls", say("HTTP/1.1 400 Bad Request\r\n\r\n"), Channel, "greeting", ""},
		{"clear text instead of TLS", "implicit", say("220 mail.test ESMTP\r\n"), Channel, "tls", ""},
		{"hangs up after the greeting", "starttls", func(c net.Conn) { io.WriteString(c, "220 mail.test\r\n") }, Temporary, "hello", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			host, port := raw(t, tt.serve)
			o := SMTPOptions{Host: host, Port: port, TLS: tt.mode, From: sender, Total: 5 * time.Second}
			_, err := newSMTP(t, o).Send(t.Context(), letter())
			wantFailure(t, err, tt.class, tt.step, true, tt.say)
		})
	}
}

// A server that stands still at any step is left when the time is up.
func TestSMTPStall(t *testing.T) {
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	stall := func() error { <-release; return errors.New("late") }
	for _, tt := range []struct {
		name  string
		set   func(s *server)
		class Class
		step  string
	}{
		{"at MAIL", func(s *server) { s.onMail = func(string) error { return stall() } }, Temporary, "from"},
		{"at RCPT", func(s *server) { s.onRcpt = func(string) error { return stall() } }, Temporary, "recipient"},
		{"before the mail is stored", func(s *server) { s.onData = func([]byte) error { return stall() } }, Doubt, "end"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := newServer(t, "127.0.0.1")
			tt.set(srv)
			srv.start(false)
			stalled(t, srv.options("starttls"), tt.class, tt.step)
		})
	}
	for name, greeting := range map[string]string{"greeting": "", "hello": "220 mail.test\r\n"} {
		t.Run("at "+name, func(t *testing.T) {
			host, port := raw(t, func(c net.Conn) { io.WriteString(c, greeting); io.Copy(io.Discard, c) })
			stalled(t, SMTPOptions{Host: host, Port: port, TLS: "starttls", From: sender}, Temporary, name)
		})
	}
	t.Run("at the TLS handshake", func(t *testing.T) {
		host, port := raw(t, func(c net.Conn) { io.Copy(io.Discard, c) })
		stalled(t, SMTPOptions{Host: host, Port: port, TLS: "implicit", From: sender}, Temporary, "tls")
	})
	t.Run("while it reads", func(t *testing.T) {
		// It says yes to everything and then reads nothing more.
		deaf := make(chan struct{})
		host, port := raw(t, func(c net.Conn) {
			io.WriteString(c, "220 a\r\n250 b\r\n250 c\r\n250 d\r\n354 e\r\n")
			<-deaf
		})
		t.Cleanup(func() { close(deaf) }) // before the listener's own, which waits
		m := letter()
		m.Text = strings.Repeat("很长的正文", 1<<20)
		s := newSMTP(t, SMTPOptions{Host: host, Port: port, TLS: "none", From: sender, Total: time.Second})
		_, err := s.Send(t.Context(), m)
		wantFailure(t, err, Temporary, "data", true, "no end after")
	})
}

func stalled(t *testing.T, o SMTPOptions, class Class, step string) {
	t.Helper()
	o.Connect, o.Total = 300*time.Millisecond, 300*time.Millisecond
	begin := time.Now()
	_, err := newSMTP(t, o).Send(t.Context(), letter())
	wantFailure(t, err, class, step, true, "after 300ms")
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
}

// The end of the caller's context ends the conversation.
func TestSMTPContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	host, port := raw(t, func(c net.Conn) { cancel(); io.Copy(io.Discard, c) })
	_, err := newSMTP(t, SMTPOptions{Host: host, Port: port, TLS: "starttls", From: sender}).Send(ctx, letter())
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestSMTPOptions(t *testing.T) {
	for name, o := range map[string]SMTPOptions{
		"no TLS elsewhere":     {Host: "mail.example.gov.cn", TLS: "none", From: sender},
		"no TLS, address":      {Host: "10.0.0.1", TLS: "none", From: sender},
		"no TLS mode":          {Host: "localhost", From: sender},
		"opportunistic":        {Host: "localhost", TLS: "optional", From: sender},
		"no sender":            {Host: "localhost", TLS: "none"},
		"sender with an extra": {Host: "localhost", TLS: "none", From: Address{Address: "a@b.cn\r\nX: y"}},
	} {
		if _, err := NewSMTP(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if s := newSMTP(t, SMTPOptions{Host: "localhost", TLS: "none", From: sender}); s.o.Connect != 10*time.Second || s.o.Total != 60*time.Second {
		t.Errorf("timeouts %v, %v", s.o.Connect, s.o.Total)
	}
}

// A message that cannot be a mail never reaches the server.
func TestSMTPUnsendable(t *testing.T) {
	srv := newServer(t, "127.0.0.1").start(false)
	m := letter()
	m.Subject = "x\r\nBcc: evil@example.com"
	_, err := newSMTP(t, srv.options("starttls")).Send(t.Context(), m)
	wantFailure(t, err, Refused, "render", false, "control character")
	if len(srv.mails()) != 0 {
		t.Error("it was sent")
	}
}
