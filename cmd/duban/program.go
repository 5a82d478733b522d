package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"duban/app"
	"duban/app/blob"
	"duban/app/config"
	"duban/app/i18n"
	"duban/app/notify"
	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// opened is an open database with the verbs on it.
type opened struct {
	app   *app.App
	db    *store.DB
	view  *view.Renderer
	relay *notify.Relay
}

// open opens the database and puts the verbs on it. A read-only opening looks
// at a SQLite file beside a running service.
func (p *program) open(readOnly bool) (*opened, error) {
	return openWith(p, p.cfg, time.Now, slog.New(slog.DiscardHandler), readOnly)
}

func openWith(p *program, cfg config.Config, now func() time.Time, log *slog.Logger, readOnly bool) (_ *opened, err error) {
	db, err := store.Open(p.ctx, store.Options{Database: string(cfg.Database), Now: now, ReadOnly: readOnly && !cfg.Database.Postgres()})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			db.Close()
		}
	}()
	if !readOnly {
		if _, err := db.Migrate(p.ctx); err != nil {
			return nil, err
		}
	}
	cal, err := loadCalendar(cfg.Calendar)
	if err != nil {
		return nil, err
	}
	files, err := blob.Open(filepath.Join(cfg.Data, "evidence"))
	if err != nil {
		return nil, err
	}
	renderer, err := view.New(p.cat, func() string { return models.DateIn(now(), cfg.Zone).String() })
	if err != nil {
		return nil, err
	}
	a := app.New(app.Deps{
		DB: db, Blob: files, View: renderer, Now: now, Zone: cfg.Zone, Calendar: cal, BaseURL: cfg.URL,
		MailDomain: cfg.MailDomain(), UploadMax: cfg.UploadMax, Log: log,
	})
	from := notify.Address{Name: cfg.MailFromName, Address: cfg.MailFrom}
	sender, err := newSender(cfg, from)
	if err != nil {
		return nil, err
	}
	relay := &notify.Relay{DB: db, Sender: sender, Now: now, Check: a.CheckMessage, Log: log}
	return &opened{app: a, db: db, view: renderer, relay: relay}, nil
}

// loadCalendar reads the built-in holiday tables and the office's own.
func loadCalendar(dir string) (models.Calendar, error) {
	var extra []models.Holiday
	if dir != "" {
		names, err := filepath.Glob(filepath.Join(dir, "*.csv"))
		if err != nil {
			return models.Calendar{}, err
		}
		for _, name := range names {
			days, err := readCalendar(name)
			if err != nil {
				return models.Calendar{}, fmt.Errorf("%s: %w", name, err)
			}
			extra = append(extra, days...)
		}
	}
	return app.SeedCalendar(extra)
}

func readCalendar(name string) ([]models.Holiday, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return models.ParseCalendarCSV(io.LimitReader(f, 1<<20))
}

// say prints a line of the catalogue.
func (p *program) say(key string, args ...any) { fmt.Fprintln(p.out, p.t(key, args...)) }

// day reads a --as-of value; empty means the office's today.
func (p *program) day(s string, a *app.App) (models.Date, error) {
	if s == "" {
		return a.Today(), nil
	}
	d, err := models.ParseDate(strings.TrimSpace(s))
	if err != nil {
		return d, models.FieldErr("--as-of", "err.date_form", s)
	}
	return d, nil
}

// lang2 picks one of two texts by the terminal's language.
func (p *program) lang2(zh, en string) string {
	if p.lang == i18n.ZH {
		return zh
	}
	return en
}
