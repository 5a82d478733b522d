package notify

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"duban/models"
	"duban/models/store"
)

// backoff is how long a message waits after each temporary failure in a row;
// the last step repeats (RFC 5321, 4.5.4.1 asks for 30 minutes at the least
// once the first tries are over). It has no jitter: one relay sends one
// message at a time, there is no herd to scatter.
var backoff = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour,
}

const (
	// giveUp is how long temporary failures may go on. A reminder that is
	// three days late has been overtaken by the next.
	giveUp = 3 * 24 * time.Hour
	// pause is how long nothing leaves after a failure of the channel.
	pause = 10 * time.Minute
	// defaultLease is far longer than a conversation (60 s) with its checks.
	defaultLease = 5 * time.Minute
	// storeTimeout bounds each question to the database; it applies also
	// when the program is being stopped, which must not take for ever.
	storeTimeout = 30 * time.Second
)

// Relay drains the outbox. Any number of relays may work on one database: a
// message is claimed by a guarded update, for as long as the lease. One whose
// relay died leaves again when the lease has run out.
type Relay struct {
	DB     *store.DB
	Sender Sender
	Now    func() time.Time
	// Check asks once more whether a claimed message holds: is the recipient
	// still active, is there still something open? nil: everything leaves.
	Check func(ctx context.Context, m models.Message) (Verdict, error)
	// Lease is how long a claim lasts; it must be longer than Check and Send
	// can take. Zero: 5 minutes.
	Lease time.Duration
	Log   *slog.Logger // nil: silent

	mu      sync.Mutex
	paused  time.Time // nothing is claimed before
	trouble string    // what paused it
}

// Result counts what one run did.
type Result struct {
	Sent      int
	Failed    int // for good
	Cancelled int
	Delayed   int
	// Trouble is what keeps every mail from leaving, "" when nothing does.
	Trouble string
}

// RunOnce sends every message that is due, one after the other, until none is
// left, the server cannot be reached, or ctx ends. When ctx ends (the program
// is being stopped) it finishes the message in hand, notes how that went, and
// claims no other; that is no error. The error is one of the database: what
// happens to messages is in the Result and in the outbox.
func (r *Relay) RunOnce(ctx context.Context) (Result, error) {
	var res Result
	for ctx.Err() == nil {
		if text, stopped := r.isPaused(); stopped {
			res.Trouble = text
			return res, nil
		}
		m, err := r.claim(ctx)
		switch {
		case models.CodeOf(err) == models.NotFound:
			return res, nil
		case models.CodeOf(err) == models.Conflict:
			continue // another relay was quicker; there may be more
		case err != nil && ctx.Err() != nil:
			return res, nil
		case err != nil:
			return res, err
		}
		// From here on the message is ours: see it through.
		goOn, err := r.handle(context.WithoutCancel(ctx), m, &res)
		if err != nil || !goOn {
			return res, err
		}
	}
	return res, nil
}

// claim takes the next message that is due, in a transaction of its own: the
// try is committed before anything is sent, so that a copy sent by a relay
// that died later can be told by its number of tries.
func (r *Relay) claim(ctx context.Context) (models.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	lease := r.Lease
	if lease == 0 {
		lease = defaultLease
	}
	var m models.Message
	err := r.DB.Tx(ctx, func(tx *store.Tx) (err error) {
		now := r.now()
		m, err = tx.ClaimMessage(ctx, now, now.Add(lease))
		return err
	})
	return m, err
}

// handle checks and sends one claimed message, outside any transaction, and
// notes the outcome. It reports whether another message is worth trying.
func (r *Relay) handle(ctx context.Context, m models.Message, res *Result) (goOn bool, err error) {
	v, err := r.verdict(ctx, m)
	switch {
	case err != nil:
		return r.fail(ctx, m, &Failure{Class: Temporary, Server: true, Step: "check", Err: err}, res)
	case v.Do == DoCancel:
		m.State, m.LastError = models.MessageCancelled, oneLine(v.Reason)
		return r.finish(ctx, m, models.Attempt{Result: string(Cancelled) + ": " + m.LastError}, &res.Cancelled)
	case v.Do == DoRewrite:
		m.Subject, m.Text, m.HTML = v.Subject, v.Text, v.HTML
		if err := r.rewrite(ctx, m); models.CodeOf(err) == models.Conflict {
			return true, nil // the lease ran out meanwhile: another relay's message now
		} else if err != nil {
			return false, err
		}
	}
	reply, err := r.Sender.Send(ctx, m)
	if err != nil {
		return r.fail(ctx, m, failure(err), res)
	}
	sentAt := r.now()
	m.State, m.Reply, m.LastError, m.SentAt = models.MessageSent, oneLine(reply), "", &sentAt
	r.resume()
	return r.finish(ctx, m, models.Attempt{OK: true, Result: m.Reply}, &res.Sent)
}

func (r *Relay) verdict(ctx context.Context, m models.Message) (Verdict, error) {
	if r.Check == nil {
		return Send(), nil
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	v, err := r.Check(ctx, m)
	if err == nil && v.Do == 0 {
		err = errors.New("no verdict")
	}
	return v, err
}

func (r *Relay) rewrite(ctx context.Context, m models.Message) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	return r.DB.Tx(ctx, func(tx *store.Tx) error { return tx.RewriteMessage(ctx, &m) })
}

// fail decides what becomes of a message that did not leave.
func (r *Relay) fail(ctx context.Context, m models.Message, f *Failure, res *Result) (goOn bool, err error) {
	now, count := r.now(), &res.Delayed
	text := f.Error()
	m.State = models.MessageQueued
	switch f.Class {
	case Refused:
		m.State, count = models.MessageFailed, &res.Failed
	case Channel:
		m.NotBefore = now.Add(pause)
		r.pauseUntil(now.Add(pause), text)
		res.Trouble = text
	default:
		h, err := r.history(ctx, m.ID)
		if err != nil {
			return false, err
		}
		switch {
		case f.Class == Doubt && h.doubts > 0:
			m.State, count = models.MessageFailed, &res.Failed
			text = string(Doubt) + ": the server twice took all of it and did not answer; it has probably arrived (" + oneLine(f.Err.Error()) + ")"
		case h.tries > 0 && now.Sub(h.first) >= giveUp:
			m.State, count = models.MessageFailed, &res.Failed
			text = string(Expired) + ": tried for 3 days; " + text
		default:
			m.NotBefore = now.Add(backoff[min(h.tries, len(backoff)-1)])
			// The last try is made when the time is up, not after it.
			if last := h.first.Add(giveUp); h.tries > 0 && m.NotBefore.After(last) {
				m.NotBefore = last
			}
		}
		if f.Server {
			res.Trouble = text
		}
	}
	m.LastError = oneLine(text)
	goOn, err = r.finish(ctx, m, models.Attempt{Result: m.LastError}, count)
	return goOn && !f.Server, err
}

// history is a message's temporary failures since it was last given up: a
// person who sends it again by hand starts anew.
type history struct {
	tries  int
	doubts int
	first  time.Time
}

func (r *Relay) history(ctx context.Context, id models.MessageID) (history, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	attempts, err := r.DB.Attempts(ctx, id)
	var h history
	for _, a := range attempts {
		class, _, _ := strings.Cut(a.Result, ":")
		switch Class(class) {
		case Doubt:
			if h.doubts > 0 {
				h = history{} // that one was given up
				continue
			}
			h.doubts++
		case Temporary:
		case Refused, Expired:
			h = history{}
			continue
		default:
			continue // a failure of the channel does not count against the message
		}
		if h.tries++; h.tries == 1 {
			h.first = a.At
		}
	}
	return h, err
}

// finish notes an attempt and the message's new state, and counts it. A claim
// that was lost, because the lease ran out, is the other relay's to finish.
func (r *Relay) finish(ctx context.Context, m models.Message, a models.Attempt, count *int) (goOn bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	a.At = r.now()
	err = r.DB.Tx(ctx, func(tx *store.Tx) error { return tx.FinishMessage(ctx, &m, a) })
	// The result stays out of the log: servers repeat addresses.
	log := r.log().With("message", m.ID, "tries", m.Tries, "state", m.State)
	switch {
	case models.CodeOf(err) == models.Conflict:
		log.Warn("mail: the lease ran out before the attempt ended; another relay has the message")
		return true, nil
	case err != nil:
		return false, err
	}
	*count++
	log.Info("mail")
	return true, nil
}

// isPaused reports what keeps mails from leaving now.
func (r *Relay) isPaused() (trouble string, paused bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.trouble, r.now().Before(r.paused)
}

// pauseUntil stops the channel, with one alarm for each kind of trouble.
func (r *Relay) pauseUntil(t time.Time, trouble string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if trouble != r.trouble {
		r.log().Error("mail: nothing can leave until this is mended; messages wait", "trouble", trouble)
	}
	r.paused, r.trouble = t, trouble
}

func (r *Relay) resume() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.trouble != "" {
		r.log().Info("mail: leaving again")
	}
	r.paused, r.trouble = time.Time{}, ""
}

// now is the clock in UTC, to the microsecond: what both databases can hold.
func (r *Relay) now() time.Time { return r.Now().UTC().Truncate(time.Microsecond) }

func (r *Relay) log() *slog.Logger {
	if r.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return r.Log
}
