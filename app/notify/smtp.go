package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/textproto"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"duban/models"

	"github.com/wneessen/go-mail/smtp"
)

// SMTPOptions say how to reach the mail server.
type SMTPOptions struct {
	Host string
	Port int
	// TLS is "starttls" (required: a server without it gets nothing),
	// "implicit", or "none" for a server on this machine.
	TLS            string
	User, Password string // empty: no login
	From           Address
	Zone           *time.Location // of the Date header; nil: UTC
	// RootCAs are who may vouch for the server; nil: whom the system trusts.
	RootCAs *x509.CertPool
	// Hello is the name given at EHLO; "": the machine's own.
	Hello string
	// Connect and Total bound the connection and the whole conversation; zero:
	// 10 s and 60 s. Go's SMTP packages have no timeouts of their own.
	Connect, Total time.Duration
}

// SMTP is the way out through a mail server, one conversation for each message:
// an office's outbox is small, and a conversation that fails takes no other
// message with it.
type SMTP struct{ o SMTPOptions }

// NewSMTP checks the options. It does not connect.
func NewSMTP(o SMTPOptions) (*SMTP, error) {
	switch o.TLS {
	case "starttls", "implicit":
	case "none":
		if !loopback(o.Host) {
			return nil, fmt.Errorf("mail server %s: without TLS only a server on this machine may be used", o.Host)
		}
	default:
		return nil, fmt.Errorf("mail server %s: TLS must be starttls, implicit or none, not %q", o.Host, o.TLS)
	}
	if !plainAddress(o.From.Address) {
		return nil, fmt.Errorf("mail server %s: the sender's address is not one plain mail address", o.Host)
	}
	if o.Connect == 0 {
		o.Connect = 10 * time.Second
	}
	if o.Total == 0 {
		o.Total = 60 * time.Second
	}
	if o.Hello == "" {
		o.Hello = helloName()
	}
	return &SMTP{o}, nil
}

// Send implements Sender. The reply is the server's last word, such as "250
// 2.0.0 queued as 4F2A". It ends after Total even when the server stands still.
func (s *SMTP) Send(ctx context.Context, m models.Message) (string, error) {
	content, err := Render(m, s.o.From, DateOf(m, s.o.Zone))
	if err != nil {
		return "", &Failure{Class: Refused, Step: "render", Err: err}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.o.Total, fmt.Errorf("no end after %v", s.o.Total))
	defer cancel()
	reply, fail := s.converse(ctx, m.ToAddress, content)
	if fail != nil {
		if ctx.Err() != nil {
			fail.Err = errors.Join(context.Cause(ctx), fail.Err)
		}
		return "", fail
	}
	return reply, nil
}

// converse has one SMTP conversation (RFC 5321).
func (s *SMTP) converse(ctx context.Context, to string, content []byte) (string, *Failure) {
	conn, fail := s.connect(ctx)
	if fail != nil {
		return "", fail
	}
	// The end of ctx ends whatever read or write is going on.
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	defer conn.Close()

	c, err := smtp.NewClient(conn, s.o.Host)
	if err != nil {
		return "", serverTrouble("greeting", err)
	}
	if err := c.Hello(s.o.Hello); err != nil {
		return "", serverTrouble("hello", err)
	}
	if s.o.TLS == "starttls" {
		if ok, _ := c.Extension("STARTTLS"); !ok {
			return "", &Failure{Class: Channel, Server: true, Step: "tls", Err: errors.New("the server offers no STARTTLS; nothing was sent in the clear")}
		}
		if err := c.StartTLS(s.tls()); err != nil {
			return "", serverTrouble("tls", err)
		}
	}
	if s.o.User != "" {
		auth, err := s.auth(c)
		if err != nil {
			return "", &Failure{Class: Channel, Server: true, Step: "login", Err: err}
		}
		if err := c.Auth(auth); err != nil {
			return "", serverTrouble("login", err)
		}
	}
	c.SkipSMTPUTF8(true) // both addresses are ASCII
	if err := c.Mail("<" + s.o.From.Address + ">"); err != nil {
		return "", serverTrouble("from", err)
	}
	if err := c.Rcpt("<" + to + ">"); err != nil {
		return "", messageTrouble("recipient", err)
	}
	w, err := c.Data()
	if err != nil {
		return "", messageTrouble("data", err)
	}
	if _, err := w.Write(content); err != nil {
		return "", messageTrouble("data", err)
	}
	if err := w.Close(); err != nil {
		if code(err) == 0 {
			// All of it is out and no answer came back: it may have arrived.
			return "", &Failure{Class: Doubt, Server: true, Step: "end", Err: err}
		}
		return "", messageTrouble("end", err)
	}
	reply := "250"
	if d, ok := w.(*smtp.DataCloser); ok {
		reply = oneLine("250 " + d.ServerResponse())
	}
	// The message is theirs now: whatever happens to the farewell, it is sent.
	_ = c.UpdateDeadline(min(s.o.Total, 2*time.Second))
	_ = c.Quit()
	return reply, nil
}

// connect dials, and speaks TLS at once where that is asked for.
func (s *SMTP) connect(ctx context.Context) (net.Conn, *Failure) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.o.Connect, fmt.Errorf("no connection after %v", s.o.Connect))
	defer cancel()
	addr := net.JoinHostPort(s.o.Host, strconv.Itoa(s.o.Port))
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, &Failure{Class: Temporary, Server: true, Step: "connect", Err: err}
	}
	if s.o.TLS != "implicit" {
		return conn, nil
	}
	secure := tls.Client(conn, s.tls())
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, serverTrouble("tls", err)
	}
	return secure, nil
}

func (s *SMTP) tls() *tls.Config {
	return &tls.Config{ServerName: s.o.Host, RootCAs: s.o.RootCAs, MinVersion: tls.VersionTLS12}
}

// auth picks how to log in from what the server offers. Under TLS, or on this
// machine, PLAIN is as safe as any and understood best.
func (s *SMTP) auth(c *smtp.Client) (smtp.Auth, error) {
	_, offered := c.Extension("AUTH")
	mechs := strings.Fields(strings.ToUpper(offered))
	switch open := s.o.TLS == "none"; {
	case slices.Contains(mechs, "PLAIN"):
		return smtp.PlainAuth("", s.o.User, s.o.Password, s.o.Host, open), nil
	case slices.Contains(mechs, "LOGIN"):
		return smtp.LoginAuth(s.o.User, s.o.Password, s.o.Host, open), nil
	case slices.Contains(mechs, "SCRAM-SHA-256"):
		return smtp.ScramSHA256Auth(s.o.User, s.o.Password), nil
	case slices.Contains(mechs, "CRAM-MD5"):
		return smtp.CRAMMD5Auth(s.o.User, s.o.Password), nil
	}
	return nil, fmt.Errorf("the server offers no way to log in that is known here (it offers %q)", offered)
}

// serverTrouble sorts a failure before the recipient was named: 4xx and broken
// connections pass, anything else needs somebody to mend it.
func serverTrouble(step string, err error) *Failure {
	class := Channel
	switch n := code(err); {
	case n >= 400 && n < 500, n == 0 && broken(err):
		class = Temporary
	}
	return &Failure{Class: class, Server: true, Step: step, Err: err}
}

// messageTrouble sorts a failure after the sender was accepted.
func messageTrouble(step string, err error) *Failure {
	switch n := code(err); {
	case n == 421 || n == 0: // closing down, or gone
		return &Failure{Class: Temporary, Server: true, Step: step, Err: err}
	case n == 530 || n == 535 || n == 538: // wants a login first (RFC 4954, 6)
		return &Failure{Class: Channel, Server: true, Step: step, Err: err}
	case n >= 500:
		return &Failure{Class: Refused, Step: step, Err: err}
	}
	return &Failure{Class: Temporary, Step: step, Err: err}
}

// code is the server's reply code in err, 0 if it did not come to one.
func code(err error) int {
	var e *textproto.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

// broken reports whether the connection failed, as opposed to TLS refusing the
// other side or either side talking nonsense.
func broken(err error) bool {
	var (
		cert   *tls.CertificateVerificationError
		record tls.RecordHeaderError
		alert  tls.AlertError
		talk   textproto.ProtocolError
		remote *net.OpError
	)
	if errors.As(err, &cert) || errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &talk) {
		return false
	}
	if errors.As(err, &remote) && remote.Op == "remote error" { // an alert from the other side
		return false
	}
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	return !errors.As(err, &unknown) && !errors.As(err, &host)
}

// loopback reports whether the host is this machine, without asking a name
// server, which could say anything.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || (err == nil && ip.Unmap().IsLoopback())
}

// helloName is the machine's name if it can be said at EHLO, else "localhost".
func helloName() string {
	name, err := os.Hostname()
	bad := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-'
	}
	if err != nil || name == "" || strings.ContainsFunc(name, bad) {
		return "localhost"
	}
	return name
}
