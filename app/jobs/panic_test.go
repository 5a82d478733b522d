package jobs_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"duban/app/jobs"
	"duban/app/notify"
	"duban/models"
	"duban/models/store/storetest"
)

// TestRelayPanics: a panic over one mail neither ends the program nor loses
// the mail: it leaves when its claim has run out, the others before it.
func TestRelayPanics(t *testing.T) {
	o := newOffice(t, storetest.OpenSQLite(t))
	a := o.apps[0]
	queued, err := o.db.CountMessages(t.Context())
	if err != nil || queued[models.MessageQueued] < 5 {
		t.Fatalf("queued %v, %v", queued, err)
	}
	once := true
	relay := &notify.Relay{DB: o.db, Sender: o.box, Now: a.Now, Check: func(ctx context.Context, m models.Message) (notify.Verdict, error) {
		if once {
			once = false
			panic("a template")
		}
		return a.CheckMessage(ctx, m)
	}}
	r := jobs.New(a, relay, slog.New(slog.DiscardHandler))
	r.Relay(t.Context())
	if once || len(o.box.sent) != 0 {
		t.Fatalf("no panic, or mails left all the same: %d", len(o.box.sent))
	}
	r.Relay(t.Context())
	if len(o.box.sent) != queued[models.MessageQueued]-1 {
		t.Errorf("%d mails left, want all but one of %d", len(o.box.sent), queued[models.MessageQueued])
	}
	o.now = o.now.Add(6 * time.Minute)
	r.Relay(t.Context())
	if len(o.box.sent) != queued[models.MessageQueued] {
		t.Errorf("%d mails left in the end, want %d", len(o.box.sent), queued[models.MessageQueued])
	}
}
