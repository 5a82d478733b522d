package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"

	"github.com/emersion/go-smtp"
)

// clock is a clock that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func newClock() *clock { return &clock{t: storetest.Now} }

// queue puts n messages into the outbox and returns their Message-IDs.
func queue(t testing.TB, db *store.DB, n int) []string {
	t.Helper()
	ids := make([]string, n)
	storetest.Write(t, db, func(tx *store.Tx) error {
		u := models.User{Login: "wangfang", Name: "王芳", Email: "wangfang@example.gov.cn", Role: models.RoleSupervisor, Lang: "zh", CreatedAt: storetest.Now}
		if old, err := tx.UserByLogin(t.Context(), u.Login); err == nil {
			u = old
		} else if err := tx.InsertUser(t.Context(), &u); err != nil {
			return err
		}
		for i := range ids {
			m := letter()
			m.ID, m.UserID = 0, u.ID
			m.Key = fmt.Sprintf("digest:%d", i)
			m.MIMEID = fmt.Sprintf("%d@example.gov.cn", i)
			m.NotBefore, m.CreatedAt = storetest.Now, storetest.Now
			ids[i] = "<" + m.MIMEID + ">"
			if _, err := tx.InsertMessage(t.Context(), &m); err != nil {
				return err
			}
		}
		return nil
	})
	return ids
}

func run(t testing.TB, r *Relay) Result {
	t.Helper()
	res, err := r.RunOnce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// only is the one message of a test.
func only(t testing.TB, db *store.DB) models.Message {
	t.Helper()
	all, err := db.Messages(t.Context(), store.MessageFilter{})
	if err != nil || len(all) != 1 {
		t.Fatalf("%d messages, %v", len(all), err)
	}
	m, err := db.Message(t.Context(), all[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func results(t testing.TB, db *store.DB, id models.MessageID) []string {
	t.Helper()
	attempts, err := db.Attempts(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(attempts))
	for i, a := range attempts {
		out[i] = a.Result
	}
	return out
}

// script is a way out that answers as written, and then takes everything.
type script struct {
	mu     sync.Mutex
	errs   []error
	sent   []models.Message
	before func()
}

func (s *script) Send(_ context.Context, m models.Message) (string, error) {
	if s.before != nil {
		s.before()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.errs) > 0 {
		err := s.errs[0]
		s.errs = s.errs[1:]
		if err != nil {
			return "", err
		}
	}
	s.sent = append(s.sent, m)
	return "250 OK", nil
}

var (
	later   = &Failure{Class: Temporary, Step: "recipient", Err: errors.New("451 later")}
	never   = &Failure{Class: Refused, Step: "recipient", Err: errors.New("550 no")}
	down    = &Failure{Class: Temporary, Server: true, Step: "connect", Err: errors.New("refused")}
	noLogin = &Failure{Class: Channel, Server: true, Step: "login", Err: errors.New("535 bad")}
	doubt   = &Failure{Class: Doubt, Server: true, Step: "end", Err: errors.New("EOF")}
)

func TestRelaySends(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, out := newClock(), &script{}
		want := queue(t, db, 3)
		r := &Relay{DB: db, Sender: out, Now: c.now}
		if res := run(t, r); res != (Result{Sent: 3}) {
			t.Errorf("%+v", res)
		}
		var got []string
		for _, m := range out.sent {
			got = append(got, "<"+m.MIMEID+">")
			if m.Text == "" || m.HTML == "" || m.Tries != 1 {
				t.Errorf("sent %+v", m)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("sent %v, want %v in this order", got, want)
		}
		all, err := db.Messages(t.Context(), store.MessageFilter{State: models.MessageSent})
		if err != nil || len(all) != 3 {
			t.Fatalf("%d sent, %v", len(all), err)
		}
		for _, m := range all {
			if m.SentAt == nil || !m.SentAt.Equal(storetest.Now) || m.Reply != "250 OK" || m.LastError != "" || m.LeaseTill != nil {
				t.Errorf("noted %+v", m)
			}
			if got := results(t, db, m.ID); !slices.Equal(got, []string{"250 OK"}) {
				t.Errorf("attempts %v", got)
			}
		}
		if res := run(t, r); res != (Result{}) {
			t.Errorf("a second run: %+v", res)
		}
	})
}

func TestRelayWaitsForItsTime(t *testing.T) {
	db, c, out := storetest.OpenSQLite(t), newClock(), &script{}
	queue(t, db, 1)
	c.step(-time.Second)
	r := &Relay{DB: db, Sender: out, Now: c.now}
	if res := run(t, r); res != (Result{}) {
		t.Errorf("before its time: %+v", res)
	}
	c.step(time.Second)
	if res := run(t, r); res.Sent != 1 {
		t.Errorf("in time: %+v", res)
	}
}

// Temporary failures: when each try is made, until three days are over.
func TestRelayBacksOff(t *testing.T) {
	db, c, out := storetest.OpenSQLite(t), newClock(), &script{}
	for range 100 {
		out.errs = append(out.errs, later)
	}
	queue(t, db, 1)
	r := &Relay{DB: db, Sender: out, Now: c.now}
	var at []time.Duration
	for range 100 {
		res := run(t, r)
		m := only(t, db)
		if res.Delayed+res.Failed != 1 || m.Tries != len(at)+1 {
			t.Fatalf("try %d: %+v, %+v", len(at)+1, res, m)
		}
		at = append(at, c.now().Sub(storetest.Now))
		if m.State == models.MessageFailed {
			break
		}
		if m.State != models.MessageQueued || m.LastError != "temporary: recipient: 451 later" {
			t.Fatalf("waiting: %+v", m)
		}
		// Nothing happens a moment too early.
		c.step(m.NotBefore.Sub(c.now()) - time.Microsecond)
		if res := run(t, r); res != (Result{}) {
			t.Fatalf("early: %+v", res)
		}
		c.step(time.Microsecond)
	}
	m, hm := time.Minute, func(h, m int) time.Duration { return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute }
	want := []time.Duration{0, m, 6 * m, 21 * m, hm(1, 21), hm(4, 21)}
	for h := 10; h < 72; h += 6 {
		want = append(want, hm(h, 21))
	}
	want = append(want, hm(72, 0))
	if !slices.Equal(at, want) {
		t.Errorf("tries at %v,\nwant %v", at, want)
	}
	msg := only(t, db)
	if msg.State != models.MessageFailed || !strings.HasPrefix(msg.LastError, "expired: ") {
		t.Errorf("at the end: %+v", msg)
	}

	// A person sends it again by hand: it starts anew.
	storetest.Write(t, db, func(tx *store.Tx) error { return tx.RetryMessage(t.Context(), msg.ID, c.now()) })
	out.errs = []error{later}
	if res := run(t, r); res != (Result{Delayed: 1}) {
		t.Errorf("again by hand: %+v", res)
	}
	if m := only(t, db); m.State != models.MessageQueued || !m.NotBefore.Equal(c.now().Add(time.Minute)) {
		t.Errorf("again by hand: %+v", m)
	}
	c.step(time.Minute)
	if res := run(t, r); res.Sent != 1 {
		t.Errorf("at last: %+v", res)
	}
}

func TestRelayRefusedIsFinal(t *testing.T) {
	db, c, out := storetest.OpenSQLite(t), newClock(), &script{errs: []error{never}}
	queue(t, db, 2)
	r := &Relay{DB: db, Sender: out, Now: c.now}
	if res := run(t, r); res != (Result{Failed: 1, Sent: 1}) {
		t.Errorf("%+v: one refusal must not stop the next message", res)
	}
	failed, err := db.Messages(t.Context(), store.MessageFilter{State: models.MessageFailed})
	if err != nil || len(failed) != 1 || failed[0].LastError != "refused: recipient: 550 no" {
		t.Errorf("%+v %v", failed, err)
	}
	c.step(100 * 24 * time.Hour)
	if res := run(t, r); res != (Result{}) {
		t.Errorf("tried again: %+v", res)
	}
}

// The server is down: one try a run, not one for each message.
func TestRelayServerDown(t *testing.T) {
	db, c, out := storetest.OpenSQLite(t), newClock(), &script{errs: []error{down, nil}}
	queue(t, db, 3)
	r := &Relay{DB: db, Sender: out, Now: c.now}
	if res := run(t, r); res != (Result{Delayed: 1, Trouble: "temporary: connect: refused"}) {
		t.Errorf("down: %+v", res)
	}
	if res := run(t, r); res != (Result{Sent: 2}) {
		t.Errorf("up again: %+v", res)
	}
	c.step(time.Minute)
	if res := run(t, r); res != (Result{Sent: 1}) {
		t.Errorf("the one that met it: %+v", res)
	}
}

// A login that is refused stops everything, once, and loses nothing.
func TestRelayPausesTheChannel(t *testing.T) {
	db, c := storetest.OpenSQLite(t), newClock()
	tries := 0
	out := &script{before: func() { tries++ }}
	for range 100 {
		out.errs = append(out.errs, noLogin)
	}
	var logged bytes.Buffer
	queue(t, db, 3)
	r := &Relay{DB: db, Sender: out, Now: c.now, Log: slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelError}))}
	if res := run(t, r); res.Delayed != 1 || res.Trouble != "channel: login: 535 bad" {
		t.Errorf("%+v", res)
	}
	for range 9 { // nothing is tried while it is paused, and each run says why
		c.step(time.Minute)
		if res := run(t, r); res != (Result{Trouble: "channel: login: 535 bad"}) {
			t.Errorf("paused: %+v", res)
		}
	}
	if tries != 1 {
		t.Errorf("%d tries in ten minutes", tries)
	}
	for range 4 * 5 { // five days, longer than temporary failures may last
		c.step(6 * time.Hour)
		if res := run(t, r); res.Delayed != 1 {
			t.Errorf("still refused: %+v", res)
		}
	}
	counts, err := db.CountMessages(t.Context())
	if err != nil || counts[models.MessageQueued] != 3 {
		t.Errorf("after five days: %v %v", counts, err)
	}
	if alarms := strings.Count(logged.String(), "level=ERROR"); alarms != 1 {
		t.Errorf("%d alarms:\n%s", alarms, logged.String())
	}
	out.errs = nil
	c.step(10 * time.Minute)
	if res := run(t, r); res != (Result{Sent: 3}) {
		t.Errorf("mended: %+v", res)
	}
}

// Twice without an answer after the last dot: it has most likely arrived
// twice already, and is not sent a third time.
func TestRelayDoubt(t *testing.T) {
	db, c, out := storetest.OpenSQLite(t), newClock(), &script{errs: []error{doubt, later, doubt, doubt}}
	queue(t, db, 1)
	r := &Relay{DB: db, Sender: out, Now: c.now}
	for i, want := range []models.MessageState{models.MessageQueued, models.MessageQueued, models.MessageFailed} {
		run(t, r)
		if m := only(t, db); m.State != want {
			t.Errorf("after %d: %+v", i+1, m)
		}
		c.step(7 * time.Hour)
	}
	if m := only(t, db); !strings.HasPrefix(m.LastError, "doubt: ") || !strings.Contains(m.LastError, "probably arrived") {
		t.Errorf("%q", m.LastError)
	}
	// By hand it may go again.
	storetest.Write(t, db, func(tx *store.Tx) error { return tx.RetryMessage(t.Context(), only(t, db).ID, c.now()) })
	if res := run(t, r); res.Delayed != 1 {
		t.Errorf("by hand: %+v", res)
	}
}

func TestRelayAsksFirst(t *testing.T) {
	db, c, out := storetest.OpenSQLite(t), newClock(), &script{}
	queue(t, db, 3)
	r := &Relay{DB: db, Sender: out, Now: c.now}
	r.Check = func(_ context.Context, m models.Message) (Verdict, error) {
		switch m.MIMEID[0] {
		case '0':
			return Cancel("recipient\ndisabled"), nil
		case '1':
			return Rewrite("主题", "正文", "<p>正文"), nil
		}
		return Send(), nil
	}
	if res := run(t, r); res != (Result{Sent: 2, Cancelled: 1}) {
		t.Errorf("%+v", res)
	}
	if len(out.sent) != 2 || out.sent[0].Subject != "主题" || out.sent[0].Text != "正文" || out.sent[0].HTML != "<p>正文" || out.sent[1].Subject != letter().Subject {
		t.Errorf("sent %+v", out.sent)
	}
	all, err := db.Messages(t.Context(), store.MessageFilter{})
	if err != nil {
		t.Fatal(err)
	}
	cancelled, rewritten := all[2], all[1]
	if cancelled.State != models.MessageCancelled || cancelled.LastError != "recipient disabled" || cancelled.SentAt != nil {
		t.Errorf("cancelled %+v", cancelled)
	}
	if got := results(t, db, cancelled.ID); !slices.Equal(got, []string{"cancelled: recipient disabled"}) {
		t.Errorf("attempts %v", got)
	}
	// What is kept is what was sent.
	if kept, err := db.Message(t.Context(), rewritten.ID); err != nil || kept.Text != "正文" || kept.MIMEID != "1@example.gov.cn" {
		t.Errorf("rewritten %+v %v", kept, err)
	}
}

// A check that fails, or forgets to answer, sends nothing.
func TestRelayCheckFails(t *testing.T) {
	db, c, out := storetest.OpenSQLite(t), newClock(), &script{}
	queue(t, db, 2)
	answers := []error{errors.New("database gone"), nil}
	r := &Relay{DB: db, Sender: out, Now: c.now, Check: func(context.Context, models.Message) (v Verdict, err error) {
		err, answers = answers[0], answers[1:]
		return v, err
	}}
	for _, want := range []string{"database gone", "no verdict"} {
		res := run(t, r)
		if res.Delayed != 1 || res.Sent != 0 || !strings.Contains(res.Trouble, want) || len(out.sent) != 0 {
			t.Errorf("%+v, want %q", res, want)
		}
	}
}

// Through a real server: what each answer makes of the message.
func TestRelayThroughSMTP(t *testing.T) {
	for _, tt := range []struct {
		name  string
		set   func(s *server)
		state models.MessageState
		mails int // copies after a second run, a day later
	}{
		{"taken", func(*server) {}, models.MessageSent, 1},
		{"451", func(s *server) { s.onRcpt = reply(451, smtp.EnhancedCode{4, 7, 1}, "Greylisted") }, models.MessageQueued, 0},
		{"550", func(s *server) { s.onRcpt = reply(550, smtp.EnhancedCode{5, 1, 1}, "No such user") }, models.MessageFailed, 0},
		{"login refused", func(s *server) { s.password = "other" }, models.MessageQueued, 0},
		{"no STARTTLS", func(s *server) { s.TLSConfig = nil }, models.MessageQueued, 0},
		{"dropped after the dot", func(s *server) { s.onStored = hangUp }, models.MessageFailed, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db, c := storetest.OpenSQLite(t), newClock()
			srv := newServer(t, "127.0.0.1")
			srv.password = "s3cret"
			tt.set(srv)
			srv.start(false)
			o := srv.options("starttls")
			o.User, o.Password = "duban", "s3cret"
			want := queue(t, db, 1)
			r := &Relay{DB: db, Sender: newSMTP(t, o), Now: c.now}
			run(t, r)
			c.step(24 * time.Hour)
			run(t, r)
			if m := only(t, db); m.State != tt.state {
				t.Errorf("state %s (%s), want %s", m.State, m.LastError, tt.state)
			}
			mails := srv.mails()
			if len(mails) != tt.mails {
				t.Errorf("%d mails, want %d", len(mails), tt.mails)
			}
			for _, m := range mails {
				if m.id(t) != want[0] {
					t.Errorf("Message-ID %s, want %s", m.id(t), want[0])
				}
			}
		})
	}
}

// A file for each message, whatever happens in between.
func TestRelayToFiles(t *testing.T) {
	db, c := storetest.OpenSQLite(t), newClock()
	out, _ := newFile(t)
	queue(t, db, 2)
	r := &Relay{DB: db, Sender: out, Now: c.now}
	if res := run(t, r); res != (Result{Sent: 2}) {
		t.Errorf("%+v", res)
	}
	all, err := db.Messages(t.Context(), store.MessageFilter{})
	if err != nil || len(all) != 2 || all[0].Reply != fmt.Sprintf("mail/2020-10-13/%d.eml", all[0].ID) {
		t.Errorf("%+v %v", all, err)
	}
}

// The database goes away while a message is in hand: the error comes out, and
// nothing is lost.
func TestRelayDatabaseGone(t *testing.T) {
	db, err := store.Open(t.Context(), store.Options{Database: storetest.SQLiteFile(t), Now: storetest.Clock})
	if err != nil {
		t.Fatal(err)
	}
	c := newClock()
	queue(t, db, 1)
	r := &Relay{DB: db, Now: c.now, Sender: &script{before: func() { db.Close() }}}
	if res, err := r.RunOnce(t.Context()); err == nil || res.Sent != 0 {
		t.Errorf("%+v %v", res, err)
	}
	var opErr *net.OpError
	if _, err := r.RunOnce(t.Context()); err == nil || errors.As(err, &opErr) {
		t.Errorf("next run: %v", err)
	}
}
