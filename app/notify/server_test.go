package notify

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/mail"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// received is a mail that the server has stored.
type received struct {
	from, to string
	raw      []byte
}

func (m received) id(t testing.TB) string {
	t.Helper()
	msg, err := mail.ReadMessage(bytes.NewReader(m.raw))
	if err != nil {
		t.Fatal(err)
	}
	return msg.Header.Get("Message-Id")
}

// server is a mail server that misbehaves on demand. The hooks are called at
// their steps; what is stored is stored before onStored runs.
type server struct {
	*smtp.Server
	t    testing.TB
	host string
	port int
	ca   *x509.CertPool

	mu  sync.Mutex
	got []received

	onMail, onRcpt func(addr string) error
	onData         func(raw []byte) error   // before it is stored
	onStored       func(c *smtp.Conn) error // after it is stored
	password       string                   // "": no login
	badLogin       error                    // what a wrong password is answered
}

// newServer prepares a server on loopback; start runs it. tlsName is the name
// in its certificate.
func newServer(t testing.TB, tlsName string) *server {
	t.Helper()
	s := &server{t: t, badLogin: smtp.ErrAuthFailed}
	s.Server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{s: s, c: c}, nil
	}))
	s.Domain, s.AllowInsecureAuth = "mail.test", true
	s.ErrorLog = log.New(io.Discard, "", 0)
	var cert tls.Certificate
	cert, s.ca = certificate(t, tlsName)
	s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
	return s
}

// start listens, in the clear (with STARTTLS offered if TLSConfig is set) or
// in TLS.
func (s *server) start(implicit bool) *server {
	s.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.host, s.port = "127.0.0.1", l.Addr().(*net.TCPAddr).Port
	if implicit {
		l = tls.NewListener(l, s.TLSConfig)
	}
	done := make(chan struct{})
	go func() { defer close(done); s.Serve(l) }()
	s.t.Cleanup(func() { s.Close(); l.Close(); <-done })
	return s
}

func (s *server) store(m received) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, m)
}

func (s *server) mails() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.got...)
}

// session is one conversation.
type session struct {
	s        *server
	c        *smtp.Conn
	in       bool
	from, to string
}

func (x *session) AuthMechanisms() []string {
	if x.s.password == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "duban" || password != x.s.password {
			return x.s.badLogin
		}
		x.in = true
		return nil
	}), nil
}

func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	x.from = from
	if x.s.password != "" && !x.in {
		return smtp.ErrAuthRequired
	}
	if x.s.onMail != nil {
		return x.s.onMail(from)
	}
	return nil
}

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	x.to = to
	if x.s.onRcpt != nil {
		return x.s.onRcpt(to)
	}
	return nil
}

func (x *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if x.s.onData != nil {
		if err := x.s.onData(raw); err != nil {
			return err
		}
	}
	x.s.store(received{x.from, x.to, raw})
	if x.s.onStored != nil {
		return x.s.onStored(x.c)
	}
	return nil
}

func (*session) Reset()        {}
func (*session) Logout() error { return nil }

// reply makes a server's refusal.
func reply(code int, enhanced smtp.EnhancedCode, text string) func(string) error {
	return func(string) error { return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text} }
}

// hangUp closes the connection without an answer.
func hangUp(c *smtp.Conn) error {
	c.Conn().Close()
	return errors.New("gone")
}

// raw listens on loopback and lets fn speak.
func raw(t testing.TB, fn func(c net.Conn)) (host string, port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { defer c.Close(); fn(c) })
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return "127.0.0.1", l.Addr().(*net.TCPAddr).Port
}

// certificate makes a certificate for 127.0.0.1 or a name, and the pool that
// vouches for it.
func certificate(t testing.TB, name string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	if ip := net.ParseIP(name); ip != nil {
		c.IPAddresses = []net.IP{ip}
	} else {
		c.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
