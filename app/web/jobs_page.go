package web

import (
	"fmt"
	"slices"
	"time"

	"duban/app"
	"duban/app/jobs"
	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// jobRuns is how many runs of each job the page shows.
const jobRuns = 10

// jobsPage shows what runs by itself: when last, how it went, when next.
func (r *request) jobsPage() error {
	runs, err := r.read().LatestRuns(r.ctx(), jobRuns)
	if err != nil {
		return err
	}
	p := view.JobsPage{Now: r.instant(r.s.app.Now()), CanRun: r.actor.May(models.ActRunJobs)}
	for _, j := range r.s.jobs.Jobs() {
		card, err := r.jobCard(j, runs)
		if err != nil {
			return err
		}
		p.Jobs = append(p.Jobs, card)
	}
	relay, err := r.relayCard()
	if err != nil {
		return err
	}
	p.Jobs = slices.Insert(p.Jobs, min(3, len(p.Jobs)), relay) // before the sweep: it sends what the others wrote
	for _, j := range p.Jobs {
		if j.State == "failed" || j.State == "late" {
			p.Troubled++
		}
	}
	p.Shell = r.shell()
	return r.page("jobs", &p)
}

func (r *request) jobCard(j jobs.Job, runs []models.JobRun) (view.JobCard, error) {
	next := r.nextRun(j)
	c := view.JobCard{Name: j.Name, Spec: j.Spec, Schedule: r.schedule(j.Name, next), State: "never", NextAt: r.instant(next)}
	if r.actor.May(models.ActRunJobs) {
		c.RunHref = "/jobs/" + j.Name
	}
	if previews[j.Name] != nil && r.readsMails() {
		c.Preview = "/jobs/" + j.Name + "/preview"
	}
	for _, run := range runs {
		if run.Name == j.Name {
			c.Runs = append(c.Runs, r.runRow(run))
		}
	}
	if len(c.Runs) > 0 {
		last := c.Runs[0]
		c.State, c.LastAt, c.LastSlot, c.Took, c.Result, c.Error = last.State, last.Started, last.Slot, last.Took, last.Result, last.Error
	}
	slot := j.Slot(r.s.app.Now())
	if slot == "" || c.State == "failed" || c.State == "running" {
		return c, nil
	}
	_, err := r.read().Run(r.ctx(), j.Name, slot)
	if models.CodeOf(err) == models.NotFound {
		c.State, err = "late", nil // its hour has come and nobody has begun
	}
	return c, err
}

// nextRun is when the job next has something to do: cron wakes it every day,
// but reminders rest on days off, and the digest leaves once a week.
func (r *request) nextRun(j jobs.Job) time.Time {
	t := r.s.jobs.Next(j.Name)
	if t.IsZero() {
		return t
	}
	works := func(models.Date) bool { return true }
	switch j.Name {
	case "remind", "escalate":
		works = r.s.app.Calendar.IsWorkday
	case "digest":
		works = func(d models.Date) bool { return r.s.app.DigestDay(d) == d }
	}
	for range 31 { // the longest rest is the first week of October
		if works(models.DateIn(t, r.s.app.Zone)) {
			return t
		}
		t = t.AddDate(0, 0, 1)
	}
	return time.Time{}
}

// schedule says in words when a job runs.
func (r *request) schedule(name string, next time.Time) string {
	at := next.In(r.s.app.Zone).Format("15:04")
	switch name {
	case "remind", "escalate":
		return r.t("jobs.every_workday", at)
	case "digest":
		return r.t("jobs.every_week", at)
	}
	return r.t("jobs.every_day", at)
}

func (r *request) runRow(run models.JobRun) view.RunRow {
	row := view.RunRow{Slot: run.Slot, State: string(run.State), Started: r.instant(run.StartedAt), Tries: run.Tries, Result: r.runResult(run.Result), Error: run.Error}
	if run.FinishedAt != nil {
		row.Took = fmt.Sprintf("%.1f s", run.FinishedAt.Sub(run.StartedAt).Seconds())
	}
	return row
}

// relayCard is the relay, which has no slots: it looks at the outbox every few
// seconds, and the outbox says how it fares.
func (r *request) relayCard() (view.JobCard, error) {
	c := view.JobCard{Name: "relay", Spec: "@every " + jobs.RelayEvery.String(), Schedule: r.t("jobs.every_seconds", int(jobs.RelayEvery/time.Second)), State: "ok"}
	if r.actor.May(models.ActRunJobs) {
		c.RunHref = "/jobs/relay"
	}
	counts, err := r.read().CountMessages(r.ctx())
	if err != nil {
		return c, err
	}
	last, err := r.read().Messages(r.ctx(), store.MessageFilter{State: models.MessageSent, Limit: 1})
	if err != nil {
		return c, err
	}
	if len(last) > 0 {
		c.LastAt = r.instantOf(last[0].SentAt)
	} else {
		c.State = "never"
	}
	box := view.OutboxPage{Queued: counts[models.MessageQueued] + counts[models.MessageSending]}
	if err := r.channelTrouble(&box); err != nil {
		return c, err
	}
	if box.Queued > 0 {
		c.Waiting = r.t("jobs.queued", box.Queued)
	}
	if box.Trouble != "" {
		c.State, c.Error = "failed", box.Trouble
	}
	return c, nil
}

// runResult puts a run's counts into the reader's words. What it does not know,
// such as the result of an older version, stays as it is.
func (r *request) runResult(s string) string {
	scan := func(format string, into ...any) bool {
		n, err := fmt.Sscanf(s, format, into...)
		return err == nil && n == len(into)
	}
	var day string
	var n [6]int
	if len(s) > 12 && s[10:12] == ": " {
		day, s = s[:10], s[12:]
		switch {
		case s == "skipped (holiday)":
			return r.t("jobs.did_rest", r.s.view.Locale(r.lang).Day(day))
		case scan("looked at %d, notices %d, mails %d, failed %d", &n[0], &n[1], &n[2], &n[3]) && n[3] > 0:
			return r.t("jobs.did_failing", n[0], n[1], n[2], n[3])
		case scan("looked at %d, notices %d, mails %d, failed %d", &n[0], &n[1], &n[2], &n[3]):
			return r.t("jobs.did", n[0], n[1], n[2])
		}
		return day + ": " + s
	}
	switch {
	case scan("sent %d, failed %d, cancelled %d, delayed %d", &n[0], &n[1], &n[2], &n[3]):
		return r.t("jobs.did_relay", n[0], n[1], n[2], n[3])
	case scan("group duties +%d -%d, files %d, sessions %d, links %d", &n[0], &n[1], &n[2], &n[3], &n[4]):
		return r.t("jobs.did_sweep", n[0], n[1], n[2], n[3], n[4])
	}
	return s
}

// runJob runs a job by hand.
func (r *request) runJob() error {
	name := r.Param("name")
	if name != "relay" && !slices.ContainsFunc(r.s.jobs.Jobs(), func(j jobs.Job) bool { return j.Name == name }) {
		return models.Errf(models.NotFound, "err.not_found")
	}
	if err := r.s.app.NoteRun(r.ctx(), r.actor, name); err != nil {
		return err
	}
	result, err := r.s.jobs.RunNow(r.ctx(), name)
	if err != nil { // what it met stands on the page, beside the run
		r.s.log.Error("job run by hand failed", "request", r.reqID, "job", name, "err", err)
		return r.done("/jobs", "flash.job_failed", r.t("job."+name))
	}
	return r.done("/jobs", "flash.job", r.t("job."+name)+" · "+r.runResult(result))
}

// previews are the jobs that can say beforehand what they would do.
var previews = map[string]func(*app.App, *request) (app.Report, error){
	"remind":   func(a *app.App, r *request) (app.Report, error) { return a.Remind(r.ctx(), a.Today(), true) },
	"escalate": func(a *app.App, r *request) (app.Report, error) { return a.Escalate(r.ctx(), a.Today(), true) },
	"digest":   func(a *app.App, r *request) (app.Report, error) { return a.SendDigests(r.ctx(), a.Today(), true) },
}

// previewed is how many mails a preview shows in full.
const previewed = 200

// previewJob shows who would get what if the job ran now. Nothing is sent.
func (r *request) previewJob() error {
	work := previews[r.Param("name")]
	if work == nil {
		return models.Errf(models.NotFound, "err.not_found")
	}
	rep, err := work(r.s.app, r)
	if err != nil {
		return err
	}
	d, err := r.directory()
	if err != nil {
		return err
	}
	p := view.PreviewPage{Name: r.Param("name"), Day: rep.Day.String(), Holiday: rep.Skipped != "", Looked: rep.Looked, Mails: len(rep.Planned), Notices: rep.Notices}
	for _, m := range rep.Planned[:min(len(rep.Planned), previewed)] {
		row := view.PreviewRow{To: m.To.Name, Address: m.To.Email, Role: string(m.To.Role), Unit: d.units[m.To.UnitID].Name, Subject: m.Subject, Text: m.Text}
		for _, n := range m.Notices {
			row.Add(string(n.Kind))
		}
		p.Rows = append(p.Rows, row)
	}
	p.More = len(rep.Planned) - len(p.Rows)
	if r.actor.May(models.ActRunJobs) && p.Mails > 0 {
		p.RunHref = "/jobs/" + p.Name
	}
	p.Shell = r.shell()
	return r.page("preview", &p)
}
