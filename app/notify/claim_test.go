package notify

import (
	"bytes"
	"context"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// Several relays on one database: each message leaves exactly once.
func TestTwoRelays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const n = 60
		srv := newServer(t, "127.0.0.1").start(false)
		want := queue(t, db, n)
		c := newClock()
		var wg, both sync.WaitGroup
		both.Add(2)
		sent := make([]int, 2)
		for i := range sent {
			wg.Go(func() {
				r := &Relay{DB: db, Sender: newSMTP(t, srv.options("starttls")), Now: c.now}
				// Neither goes on before both hold a message.
				met := sync.OnceFunc(func() { both.Done(); both.Wait() })
				r.Check = func(context.Context, models.Message) (Verdict, error) { met(); return Send(), nil }
				res, err := r.RunOnce(t.Context())
				if err != nil || res.Failed+res.Delayed+res.Cancelled > 0 {
					t.Errorf("%+v %v", res, err)
				}
				sent[i] = res.Sent
			})
		}
		wg.Wait()
		if sent[0]+sent[1] != n || sent[0] == 0 || sent[1] == 0 {
			t.Errorf("sent %v of %d", sent, n)
		}
		var got []string
		for _, m := range srv.mails() {
			got = append(got, m.id(t))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%d mails for %d messages", len(got), n)
		}
		counts, err := db.CountMessages(t.Context())
		if err != nil || counts[models.MessageSent] != n {
			t.Errorf("%v %v", counts, err)
		}
	})
}

// dying ends its relay right after the server has taken the message, as a kill
// would: nothing after Send runs.
type dying struct{ Sender }

func (d dying) Send(ctx context.Context, m models.Message) (string, error) {
	d.Sender.Send(ctx, m)
	runtime.Goexit()
	return "", nil
}

// A relay that dies between sending and noting it: the message leaves once
// more after the lease, under the same Message-ID, with the same bytes, and
// the number of tries tells why.
func TestKilledBetweenSendAndMark(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		srv := newServer(t, "127.0.0.1").start(false)
		out := newSMTP(t, srv.options("starttls"))
		want := queue(t, db, 1)
		c := newClock()
		dead := make(chan struct{})
		go func() {
			defer close(dead)
			(&Relay{DB: db, Sender: dying{out}, Now: c.now}).RunOnce(t.Context())
		}()
		<-dead
		m := only(t, db)
		if m.State != models.MessageSending || m.Tries != 1 || len(srv.mails()) != 1 || len(results(t, db, m.ID)) != 0 {
			t.Fatalf("killed: %+v, %d mails", m, len(srv.mails()))
		}
		next := &Relay{DB: db, Sender: out, Now: c.now}
		c.step(defaultLease)
		if res := run(t, next); res != (Result{}) {
			t.Errorf("before the lease has run out: %+v", res)
		}
		c.step(time.Second)
		if res := run(t, next); res != (Result{Sent: 1}) {
			t.Errorf("after it: %+v", res)
		}
		mails := srv.mails()
		if len(mails) != 2 || mails[0].id(t) != want[0] || mails[1].id(t) != want[0] || !bytes.Equal(mails[0].raw, mails[1].raw) {
			t.Errorf("%d mails, want two copies of %s", len(mails), want[0])
		}
		if m := only(t, db); m.State != models.MessageSent || m.Tries != 2 || len(results(t, db, m.ID)) != 1 {
			t.Errorf("at the end: %+v", m)
		}
		c.step(24 * time.Hour)
		if res := run(t, next); res != (Result{}) {
			t.Errorf("later: %+v", res)
		}
	})
}

// A relay that is slower than its lease does not overwrite what the next one
// noted.
func TestLostLease(t *testing.T) {
	db, c := storetest.OpenSQLite(t), newClock()
	queue(t, db, 1)
	fast := &Relay{DB: db, Sender: &script{}, Now: c.now}
	slow := &Relay{DB: db, Now: c.now, Sender: &script{errs: []error{never}, before: func() {
		c.step(defaultLease + time.Second)
		if res := run(t, fast); res != (Result{Sent: 1}) {
			t.Errorf("the next relay: %+v", res)
		}
	}}}
	if res := run(t, slow); res != (Result{}) {
		t.Errorf("the slow one: %+v", res)
	}
	if m := only(t, db); m.State != models.MessageSent || m.Tries != 2 {
		t.Errorf("%+v", m)
	}
}

// The program is being stopped in the middle of DATA: the message in hand is
// finished and noted, the next is not begun.
func TestStopFinishesTheMessageInHand(t *testing.T) {
	db, c := storetest.OpenSQLite(t), newClock()
	ctx, stop := context.WithCancel(t.Context())
	srv := newServer(t, "127.0.0.1")
	srv.onData = func([]byte) error { stop(); return nil }
	srv.start(false)
	queue(t, db, 3)
	r := &Relay{DB: db, Sender: newSMTP(t, srv.options("starttls")), Now: c.now}
	res, err := r.RunOnce(ctx)
	if err != nil || res != (Result{Sent: 1}) || len(srv.mails()) != 1 {
		t.Errorf("%+v %v, %d mails", res, err, len(srv.mails()))
	}
	counts, err := db.CountMessages(t.Context())
	if err != nil || counts[models.MessageSent] != 1 || counts[models.MessageQueued] != 2 {
		t.Errorf("%v %v", counts, err)
	}
	if res, err := r.RunOnce(ctx); err != nil || res != (Result{}) {
		t.Errorf("a run that begins stopped: %+v %v", res, err)
	}
	srv.onData = nil
	if res := run(t, r); res != (Result{Sent: 2}) {
		t.Errorf("after the restart: %+v", res)
	}
}
