// Package jobs is the clockwork: which job runs when, and that a run happens
// once per slot. It decides nothing about plans; the verbs do.
//
// robfig/cron only wakes the jobs up. What is due comes from the database and
// the injected clock, so a job that woke late, twice, or in two processes does
// its work once, and one that slept through its hour catches up.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"duban/app"
	"duban/app/notify"
	"duban/models"

	"github.com/robfig/cron/v3"
)

// Job is one scheduled job.
type Job struct {
	Name string
	// Spec is when cron wakes it, in the office's zone.
	Spec string
	// Slot names the period whose work is due at this moment, or "" when
	// nothing is due yet: a day (2020-10-13), an ISO week (2020-W42).
	Slot func(now time.Time) string
	// Work does the slot's work and says in words what it did.
	Work func(ctx context.Context, slot string) (string, error)
}

// Runner runs the jobs.
type Runner struct {
	app   *app.App
	relay *notify.Relay
	log   *slog.Logger
	now   func() time.Time
	zone  *time.Location
	cron  *cron.Cron
	stop  context.CancelFunc
	wg    sync.WaitGroup
	// wake asks the relay to look at once, not at its next turn.
	wake chan struct{}
}

// New makes a runner; Start begins it.
func New(a *app.App, relay *notify.Relay, log *slog.Logger) *Runner {
	return &Runner{app: a, relay: relay, log: log, now: a.Now, zone: a.Zone, wake: make(chan struct{}, 1)}
}

// Times of day at which slots fall due, in the office's zone. Mails are to be
// read in office hours; the digest's hour is the field's habit (Monday 08:30).
const (
	remindHour, remindMinute     = 8, 10
	escalateHour, escalateMinute = 8, 20
	digestHour, digestMinute     = 8, 30
	sweepHour, sweepMinute       = 3, 30
)

// Jobs is the table of jobs, in the order of the jobs page.
func (r *Runner) Jobs() []Job {
	return []Job{
		{"remind", spec(remindHour, remindMinute), r.daily(remindHour, remindMinute), r.day(func(ctx context.Context, day models.Date) (string, error) {
			rep, err := r.app.Remind(ctx, day, false)
			return rep.String(), err
		})},
		{"escalate", spec(escalateHour, escalateMinute), r.daily(escalateHour, escalateMinute), r.day(func(ctx context.Context, day models.Date) (string, error) {
			rep, err := r.app.Escalate(ctx, day, false)
			return rep.String(), err
		})},
		{"digest", spec(digestHour, digestMinute), r.weekly, func(ctx context.Context, _ string) (string, error) {
			rep, err := r.app.SendDigests(ctx, r.today(), false)
			return rep.String(), err
		}},
		{"sweep", spec(sweepHour, sweepMinute), r.daily(sweepHour, sweepMinute), func(ctx context.Context, _ string) (string, error) {
			return r.app.Sweep(ctx)
		}},
	}
}

func spec(hour, minute int) string { return fmt.Sprintf("%d %d * * *", minute, hour) }

func (r *Runner) today() models.Date { return models.DateIn(r.now(), r.zone) }

// daily is the slot of a job that is due once a day from hour:minute on.
func (r *Runner) daily(hour, minute int) func(time.Time) string {
	return func(now time.Time) string {
		if !reached(now.In(r.zone), hour, minute) {
			return ""
		}
		return models.DateIn(now, r.zone).String()
	}
}

// weekly is the slot of the digest: the ISO week, from its Monday 08:30 on, or
// from the first working day when Monday is off. One that was missed is caught
// up later in the week, not on a day off.
func (r *Runner) weekly(now time.Time) string {
	today := models.DateIn(now, r.zone)
	day := r.app.DigestDay(today)
	if day.IsZero() || !r.app.Calendar.IsWorkday(today) || today.Before(day) || today == day && !reached(now.In(r.zone), digestHour, digestMinute) {
		return ""
	}
	return models.WeekName(today)
}

func reached(t time.Time, hour, minute int) bool {
	return t.Hour() > hour || t.Hour() == hour && t.Minute() >= minute
}

func (r *Runner) day(work func(context.Context, models.Date) (string, error)) func(context.Context, string) (string, error) {
	return func(ctx context.Context, slot string) (string, error) {
		day, err := models.ParseDate(slot)
		if err != nil {
			return "", err
		}
		return work(ctx, day)
	}
}

// RunDue runs every job whose slot is due and not done, then drains the
// outbox. The programme calls it at start, every few minutes and when cron
// wakes a job; tests call it under a moving clock.
func (r *Runner) RunDue(ctx context.Context) {
	for _, j := range r.Jobs() {
		r.run(ctx, j)
	}
	r.Relay(ctx)
}

func (r *Runner) run(ctx context.Context, j Job) {
	slot := j.Slot(r.now())
	if slot == "" || ctx.Err() != nil {
		return
	}
	ran, err := r.app.RunOnce(ctx, j.Name, slot, func(ctx context.Context) (string, error) { return j.Work(ctx, slot) })
	switch {
	case err != nil:
		r.log.Error("job failed", "job", j.Name, "slot", slot, "err", err)
	case ran:
		r.log.Info("job done", "job", j.Name, "slot", slot)
	}
}

// RunNow runs a job by hand, outside its slots: what was said already is not
// said again. Errors: not_found, and whatever the job meets.
func (r *Runner) RunNow(ctx context.Context, name string) (string, error) {
	if name == "relay" {
		res, err := r.relay.RunOnce(ctx)
		return fmt.Sprintf("sent %d, failed %d, cancelled %d, delayed %d", res.Sent, res.Failed, res.Cancelled, res.Delayed), err
	}
	for _, j := range r.Jobs() {
		if j.Name != name {
			continue
		}
		slot := r.today().String() + " " + r.now().In(r.zone).Format("15:04:05.000")
		var result string
		_, err := r.app.RunOnce(ctx, name, slot, func(ctx context.Context) (string, error) {
			var err error
			result, err = j.Work(ctx, r.today().String())
			return result, err
		})
		r.Wake()
		return result, err
	}
	return "", models.Errf(models.NotFound, "err.not_found")
}

// Relay sends what waits in the outbox. A panic on the way is logged: the mail
// in hand stays claimed until its lease ends, and the program goes on.
func (r *Runner) Relay(ctx context.Context) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("relay panicked", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	res, err := r.relay.RunOnce(ctx)
	if err != nil && ctx.Err() == nil {
		r.log.Error("relay failed", "err", err)
	}
	if res.Sent+res.Failed+res.Cancelled > 0 {
		r.log.Info("outbox", "sent", res.Sent, "failed", res.Failed, "cancelled", res.Cancelled, "delayed", res.Delayed)
	}
}

// Wake asks the relay to look at the outbox at once.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// relayEvery and catchUpEvery bound how long a mail, or a missed slot, waits.
const (
	relayEvery   = 20 * time.Second
	catchUpEvery = 5 * time.Minute
)

// RelayEvery is how often the relay looks at the outbox unasked, for the jobs
// page.
const RelayEvery = relayEvery

// Start wakes the jobs by cron, catches up with what was missed, and keeps the
// outbox draining until Stop.
func (r *Runner) Start(ctx context.Context) error {
	ctx, r.stop = context.WithCancel(ctx)
	logger := cronLog{r.log}
	// Recover inside: outside it, one panic would stop the job for ever.
	r.cron = cron.New(cron.WithLocation(r.zone), cron.WithLogger(logger),
		cron.WithChain(cron.SkipIfStillRunning(logger), cron.Recover(logger)))
	for _, j := range r.Jobs() {
		if _, err := r.cron.AddFunc(j.Spec, func() { r.run(ctx, j); r.Wake() }); err != nil {
			return fmt.Errorf("job %s: %w", j.Name, err)
		}
	}
	if _, err := r.cron.AddFunc("@every "+catchUpEvery.String(), func() { r.RunDue(ctx) }); err != nil {
		return err
	}
	r.cron.Start()
	r.wg.Add(1)
	go r.loop(ctx)
	return nil
}

// loop drains the outbox until ctx ends.
func (r *Runner) loop(ctx context.Context) {
	defer r.wg.Done()
	r.RunDue(ctx)
	tick := time.NewTicker(relayEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-r.wake:
		}
		r.Relay(ctx)
	}
}

// Stop lets what runs finish and returns when all is still.
func (r *Runner) Stop() {
	if r.stop == nil {
		return
	}
	r.stop()
	<-r.cron.Stop().Done()
	r.wg.Wait()
}

// Next returns when cron will wake each job next, for the jobs page.
func (r *Runner) Next(name string) time.Time {
	for _, j := range r.Jobs() {
		if j.Name == name {
			s, err := cron.ParseStandard(j.Spec)
			if err != nil {
				return time.Time{}
			}
			return s.Next(r.now().In(r.zone))
		}
	}
	return time.Time{}
}

// cronLog passes cron's few words on to the program's log.
type cronLog struct{ log *slog.Logger }

func (l cronLog) Info(msg string, kv ...any) { l.log.Debug("cron: "+msg, kv...) }

func (l cronLog) Error(err error, msg string, kv ...any) {
	l.log.Error("cron: "+msg, append(kv, "err", err)...)
}
