package main

import (
	"context"
	"fmt"

	"duban/app"
	"duban/app/notify"
	"duban/models"
)

// chaseFlags are shared by the commands that do a job's work by hand.
type chaseFlags struct {
	AsOf   string `name:"as-of" placeholder:"DATE" help:"按哪一天计算（YYYY-MM-DD），默认今天 · the day to judge by, today if not given"`
	DryRun bool   `name:"dry-run" help:"只列出将要发送的内容，不发送、不记录 · print what would be said, say and store nothing"`
}

type remindCmd struct{ chaseFlags }

// Run does the remind job's work.
func (c remindCmd) Run(p *program) error { return c.run(p, (*app.App).Remind) }

type escalateCmd struct{ chaseFlags }

// Run does the escalate job's work.
func (c escalateCmd) Run(p *program) error { return c.run(p, (*app.App).Escalate) }

func (c chaseFlags) run(p *program, verb func(*app.App, context.Context, models.Date, bool) (app.Report, error)) error {
	o, err := p.open(c.DryRun)
	if err != nil {
		return err
	}
	defer o.db.Close()
	day, err := p.day(c.AsOf, o.app)
	if err != nil {
		return err
	}
	rep, err := verb(o.app, p.ctx, day, c.DryRun)
	for _, x := range rep.Planned {
		fmt.Fprintf(p.out, "%s <%s>  %s\n", x.To.Name, x.To.Email, x.Subject)
		for _, n := range x.Notices {
			fmt.Fprintf(p.out, "    %s  %s\n", n.RefOn, p.t("notice."+string(n.Kind)))
		}
	}
	if err == nil || rep.Looked > 0 {
		fmt.Fprintln(p.out, rep)
	}
	return err
}

type digestCmd struct {
	chaseFlags
	To string `placeholder:"LOGIN" help:"试运行时只输出此人的邮件 · with --dry-run: only this person's mail"`
}

// Run queues the week's digests, or prints the very bytes that would be mailed.
func (c digestCmd) Run(p *program) error {
	o, err := p.open(c.DryRun)
	if err != nil {
		return err
	}
	defer o.db.Close()
	day, err := p.day(c.AsOf, o.app)
	if err != nil {
		return err
	}
	if !c.DryRun {
		rep, err := o.app.SendDigests(p.ctx, day, false)
		fmt.Fprintln(p.out, rep)
		return err
	}
	ms, err := o.app.DigestMessages(p.ctx, day)
	if err != nil {
		return err
	}
	var only models.UserID
	if c.To != "" {
		u, err := o.db.UserByLogin(p.ctx, c.To)
		if err != nil {
			return err
		}
		only = u.ID
	}
	from := notify.Address{Name: p.cfg.MailFromName, Address: p.cfg.MailFrom}
	for _, m := range ms {
		if only != 0 && m.UserID != only {
			continue
		}
		b, err := notify.Render(m, from, notify.DateOf(m, p.cfg.Zone))
		if err != nil {
			return err
		}
		if _, err := p.out.Write(b); err != nil {
			return err
		}
	}
	return nil
}
