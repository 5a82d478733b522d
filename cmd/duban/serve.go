package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"duban/app"
	"duban/app/config"
	"duban/app/jobs"
	"duban/app/notify"
	"duban/app/web"
	"duban/models"
)

type serveCmd struct {
	Demo bool   `help:"演示：示例数据，时钟从 2020-10-13 起走，仅限本机 · sample data, a clock that starts on 2020-10-13, this machine only"`
	Addr string `placeholder:"HOST:PORT" help:"监听地址，优先于 DUBAN_ADDR · address to listen on, before DUBAN_ADDR"`
}

// drainTime is how long requests in hand may take after a stop signal.
const drainTime = 25 * time.Second

// Run serves until it is told to stop.
func (c serveCmd) Run(p *program) error {
	cfg, now := p.cfg, time.Now
	if c.Addr != "" {
		if _, _, err := net.SplitHostPort(c.Addr); err != nil {
			return models.FieldErr("--addr", "cli.addr_form", c.Addr)
		}
		if cfg.URL == "http://"+cfg.Addr {
			cfg.URL = "http://" + c.Addr
		}
		cfg.Addr = c.Addr
	}
	if c.Demo {
		dir, err := os.MkdirTemp("", "duban-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if cfg, err = demoConfig(cfg, dir); err != nil {
			return err
		}
		now = demoClock(cfg.Zone)
		cfg.LogLevel = max(cfg.LogLevel, slog.LevelWarn) // the terminal is for the address and the accounts
	}
	return c.serve(p, cfg, now)
}

// serve opens the database, starts the jobs and serves the pages. It listens
// first: a second program on the same port must not send mails before it fails.
func (c serveCmd) serve(p *program, cfg config.Config, now func() time.Time) error {
	log := slog.New(slog.NewJSONHandler(p.err, &slog.HandlerOptions{Level: cfg.LogLevel}))
	ln, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return models.Errf(models.Conflict, "cli.listen", cfg.Addr, err.Error())
	}
	defer ln.Close()
	if cfg.URL == "http://"+cfg.Addr {
		cfg.URL = "http://" + ln.Addr().String() // port 0: the system has chosen one
	}
	o, err := openWith(p, cfg, now, log, false)
	if err != nil {
		return err
	}
	defer o.db.Close()
	if c.Demo {
		fmt.Fprintln(p.out, p.t("cli.demo_seeding"))
		if err := seedDemo(p, o.app); err != nil {
			return err
		}
	}
	runner := jobs.New(o.app, o.relay, log)
	srv := web.New(o.app, runner, o.view, p.cat, log, webConfig(cfg, c.Demo))
	if err := c.greet(p, cfg, o.app); err != nil {
		return err
	}
	if err := runner.Start(p.ctx); err != nil {
		return err
	}
	defer runner.Stop()
	return serveHTTP(p.ctx, ln, srv.Handler(), log)
}

// serveHTTP serves until ctx ends, then lets the requests in hand finish.
func serveHTTP(ctx context.Context, ln net.Listener, h http.Handler, log *slog.Logger) error {
	hs := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second, // bodies have their own limits, by route
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	done := make(chan error, 1)
	go func() { done <- hs.Serve(ln) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := hs.Shutdown(stop); err != nil {
		hs.Close()
		return err
	}
	if err := <-done; err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// demoConfig keeps the demo on this machine and out of real data: its own
// folder, no mail server, loopback only.
func demoConfig(cfg config.Config, dir string) (config.Config, error) {
	host, _, err := net.SplitHostPort(cfg.Addr)
	if err != nil || !config.Loopback(host) {
		return cfg, models.Errf(models.Invalid, "cli.demo_loopback", cfg.Addr)
	}
	cfg.Data = dir
	cfg.Database = config.DSN(filepath.Join(dir, "duban.db"))
	cfg.SMTP = config.SMTP{}
	cfg.URL = "http://" + cfg.Addr
	cfg.TrustedProxies = nil
	return cfg, nil
}

// demoClock stands at the demo's start when the program begins and runs on
// from there.
func demoClock(zone *time.Location) func() time.Time {
	began := time.Now()
	return func() time.Time { return app.DemoStart(zone).Add(time.Since(began)) }
}

// demoLogins are the accounts that the demo offers, one per role.
var demoLogins = []string{"liming", "wangfang", "chenjing", "hechuan", "gaoyuan"}

func webConfig(cfg config.Config, demo bool) web.Config {
	wc := web.Config{
		Secure:         len(cfg.URL) > 8 && cfg.URL[:8] == "https://",
		TrustedProxies: cfg.TrustedProxies,
		Demo:           demo,
		Channel:        "files",
		Target:         filepath.Join(cfg.Data, "mail"),
		FromName:       cfg.MailFromName,
		FromAddress:    cfg.MailFrom,
		Wall:           time.Now,
	}
	if demo {
		wc.DemoPassword, wc.DemoAccounts = demoPassword, demoLogins
	}
	if !cfg.MailByFile() {
		wc.Channel, wc.Target = "smtp", fmt.Sprintf("%s:%d", cfg.SMTP.Host, cfg.SMTP.Port)
	}
	return wc
}

// newSender is the way mails leave: the mail server if one is set, else files.
func newSender(cfg config.Config, from notify.Address) (notify.Sender, error) {
	if cfg.MailByFile() {
		return notify.NewFile(filepath.Join(cfg.Data, "mail"), from, cfg.Zone)
	}
	return notify.NewSMTP(notify.SMTPOptions{
		Host: cfg.SMTP.Host, Port: cfg.SMTP.Port, TLS: string(cfg.SMTP.TLS), User: cfg.SMTP.User, Password: string(cfg.SMTP.Password),
		From: from, Zone: cfg.Zone,
	})
}

// greet says on the terminal where to go and how to come in.
func (c serveCmd) greet(p *program, cfg config.Config, a *app.App) error {
	fmt.Fprintln(p.out)
	p.say("cli.serving", cfg.URL)
	if c.Demo {
		p.say("cli.demo_accounts", demoPassword)
		for _, login := range demoLogins {
			u, err := a.Reader().UserByLogin(p.ctx, login)
			if err != nil {
				return err
			}
			fmt.Fprintf(p.out, "  %-10s %s  %s\n", u.Login, u.Name, p.t("role."+string(u.Role)))
		}
		p.say("cli.demo_note")
		return nil
	}
	token, err := a.NewSetupTicket(p.ctx)
	if err == nil && token != "" {
		p.say("cli.first_run", cfg.URL+"/setup/"+token)
	}
	return err
}
