package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"duban/models/store/storetest"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/launcher/flags"
	"github.com/go-rod/rod/lib/proto"
)

// program under test: the real one, started as `duban …` is, in this process.

// started is a running `duban serve`.
type started struct {
	URL  string
	out  *lines
	stop func()
}

// lines keeps what the program printed.
type lines struct {
	mu  sync.Mutex
	buf strings.Builder
}

// Write implements io.Writer.
func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start runs `duban args…` until the test ends and waits for the address that
// it prints.
func start(t *testing.T, environ []string, args ...string) *started {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	read, write := io.Pipe()
	s := &started{out: &lines{}}
	done := make(chan int, 1)
	go func() {
		code := run(ctx, args, environ, io.MultiWriter(write, s.out), s.out)
		write.Close()
		done <- code
	}()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if code := <-done; code != exitOK {
			t.Errorf("duban %s ended with %d:\n%s", strings.Join(args, " "), code, s.out)
		}
	})
	t.Cleanup(s.stop)
	found := make(chan string, 1)
	go func() {
		sc := bufio.NewScanner(read)
		for sc.Scan() {
			if a := address.FindString(sc.Text()); a != "" {
				select {
				case found <- a:
				default:
				}
			}
		}
	}()
	select {
	case s.URL = <-found:
	case code := <-done:
		done <- code
		t.Fatalf("duban %s ended at once with %d:\n%s", strings.Join(args, " "), code, s.out)
	case <-time.After(60 * time.Second):
		t.Fatalf("duban %s printed no address:\n%s", strings.Join(args, " "), s.out)
	}
	return s
}

// chromium is one headless browser for the whole package.
var chromium = sync.OnceValues(func() (*rod.Browser, error) {
	bin := os.Getenv("DUBAN_TEST_CHROMIUM")
	if bin == "" {
		bin = "/usr/bin/chromium"
	}
	if _, err := os.Stat(bin); err != nil {
		return nil, fmt.Errorf("no Chromium at %s (set DUBAN_TEST_CHROMIUM)", bin)
	}
	l := launcher.New().Bin(bin).NoSandbox(true).Leakless(false)
	for _, f := range []flags.Flag{"disable-gpu", "disable-background-networking", "disable-component-update", "disable-sync", "no-first-run"} {
		l = l.Set(f)
	}
	u, err := l.Launch()
	if err != nil {
		return nil, err
	}
	browserPID = l.PID()
	b := rod.New().ControlURL(u)
	return b, b.Connect()
})

var browserPID int

// TestMain ends the browser with the tests.
func TestMain(m *testing.M) {
	code := m.Run()
	if browserPID != 0 {
		if b, err := chromium(); err == nil {
			_ = b.Close()
		}
	}
	os.Exit(code)
}

// person is one signed-in browser window that watches for trouble: an error on
// the console, a request to another host, a page wider than the window.
type person struct {
	t    *testing.T
	base string
	page *rod.Page
	mu   sync.Mutex
	bad  []string
}

// visit opens a window of the given width for somebody who is not signed in.
func visit(t *testing.T, base string, width int) *person {
	t.Helper()
	b, err := chromium()
	if err != nil {
		storetest.Unavailable(t, err.Error())
	}
	inc, err := b.Incognito()
	if err != nil {
		t.Fatal(err)
	}
	page, err := inc.Page(proto.TargetCreateTarget{URL: "about:blank"})
	if err != nil {
		t.Fatal(err)
	}
	page = page.Timeout(60 * time.Second)
	p := &person{t: t, base: base, page: page}
	height := 900
	if width < 600 {
		height = 844
	}
	err = proto.EmulationSetDeviceMetricsOverride{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600}.Call(page)
	if err != nil {
		t.Fatal(err)
	}
	go page.EachEvent(func(e *proto.RuntimeExceptionThrown) {
		p.note("exception: " + e.ExceptionDetails.Text)
	}, func(e *proto.LogEntryAdded) {
		if e.Entry.Level == proto.LogLogEntryLevelError && !expected(e.Entry.Text) {
			p.note("console: " + e.Entry.Text + " " + e.Entry.URL)
		}
	}, func(e *proto.NetworkRequestWillBeSent) {
		if u := e.Request.URL; !strings.HasPrefix(u, base+"/") && !strings.HasPrefix(u, "data:") && u != "about:blank" {
			p.note("request to another host: " + u)
		}
	})()
	if err := (proto.LogEnable{}).Call(page); err != nil {
		t.Fatal(err)
	}
	err = proto.NetworkSetUserAgentOverride{UserAgent: "Mozilla/5.0 (X11; Linux x86_64) Chrome", AcceptLanguage: "zh-CN"}.Call(page)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = inc.Close() })
	return p
}

// expected is what Chromium logs for answers that a test provokes.
func expected(text string) bool {
	return strings.Contains(text, "status of 422") || strings.Contains(text, "status of 409") || strings.Contains(text, "status of 413")
}

func (p *person) note(s string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bad = append(p.bad, s)
}

// check fails the test for what the window has noted so far.
func (p *person) check(where string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range p.bad {
		p.t.Errorf("%s: %s", where, b)
	}
	p.bad = nil
	wide, err := p.page.Eval(`() => [document.documentElement.scrollWidth, innerWidth]`)
	if err != nil {
		p.t.Fatal(err)
	}
	if a := wide.Value.Arr(); a[0].Int() > a[1].Int() {
		p.t.Errorf("%s: the page is %d px wide in a window of %d", where, a[0].Int(), a[1].Int())
	}
}

// goTo opens an address of the site.
func (p *person) goTo(path string) {
	p.t.Helper()
	p.must(p.page.Navigate(p.base + path))
	p.must(p.page.WaitLoad())
	p.check(path)
}

func (p *person) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%v\n%s", err, p.text())
	}
}

// text is what the page says, for messages.
func (p *person) text() string {
	r, err := p.page.Eval(`() => document.body ? document.body.innerText.slice(0, 60000) : ""`)
	if err != nil {
		return err.Error()
	}
	return r.Value.Str()
}

// sees fails the test unless the page says the text.
func (p *person) sees(text string) {
	p.t.Helper()
	if !strings.Contains(p.text(), text) {
		p.t.Fatalf("the page does not say %q:\n%s", text, p.text())
	}
}

// fill types into a field of the page by its name.
func (p *person) fill(name, value string) {
	p.t.Helper()
	el, err := p.page.Element(`[name="` + name + `"]`)
	p.must(err)
	p.must(el.SelectAllText())
	p.must(el.Input(value))
}

// set gives a field its value without typing: dates, selects, radio buttons,
// check boxes.
func (p *person) set(selector, js string) {
	p.t.Helper()
	el, err := p.page.Element(selector)
	p.must(err)
	_, err = el.Eval(js)
	p.must(err)
}

// press presses the button or follows the link that a selector finds, and
// waits for the page that comes.
func (p *person) press(selector string) {
	p.t.Helper()
	el, err := p.page.Element(selector)
	p.must(err)
	wait := p.page.WaitNavigation(proto.PageLifecycleEventNameLoad)
	_, err = el.Eval(`function() { this.click() }`)
	p.must(err)
	wait()
	p.check("after " + selector)
}

// signIn signs in on the login page.
func (p *person) signIn(login, password string) {
	p.t.Helper()
	p.goTo("/login")
	p.fill("login", login)
	p.fill("password", password)
	p.press(`form[action="/login"] button:not([type=button])`)
}

// has reports whether the page holds what the selector names.
func (p *person) has(selector string) bool {
	p.t.Helper()
	ok, _, err := p.page.Has(selector)
	p.must(err)
	return ok
}

// attach chooses files for the page's file field.
func (p *person) attach(selector string, files ...string) {
	p.t.Helper()
	el, err := p.page.Element(selector)
	p.must(err)
	p.must(el.SetFiles(files))
}

// choosePassword sets the password behind a one-time link.
func (p *person) choosePassword(link, password string) {
	p.t.Helper()
	p.goTo(link)
	p.fill("password", password)
	p.fill("again", password)
	p.press(`form.lg-form button`)
}
