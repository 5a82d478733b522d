// Package app holds the verbs: everything that a person or a job can do to a
// plan, one file per verb, each verb one transaction with its audit line and
// its notices. Doors (web, jobs, commands) call verbs; no verb calls a door.
//
// Verbs return *models.Error for whatever a person can mend: the code is named
// in each verb's comment. Anything else is a fault of the program or machine.
package app

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"duban/app/blob"
	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// Deps is what the verbs stand on.
type Deps struct {
	DB   *store.DB
	Blob *blob.Store
	// View renders mails.
	View *view.Renderer
	// Now is the clock. Verbs read it once each.
	Now func() time.Time
	// Zone is the office's zone: it says which day it is.
	Zone *time.Location
	// Calendar knows the official holidays and make-up days.
	Calendar models.Calendar
	// BaseURL is the address that links in mails begin with, without a
	// trailing slash. It is configured, never taken from a request.
	BaseURL string
	// MailDomain stands after the @ of Message-IDs.
	MailDomain string
	// UploadMax is the largest evidence file, in bytes.
	UploadMax int64
	Log       *slog.Logger
}

// App is the program's core: the verbs.
type App struct {
	Deps
	texts texts
}

// New makes an App.
func New(d Deps) *App {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &App{Deps: d}
}

// Reader answers the questions that pages ask.
func (a *App) Reader() store.Reader { return a.DB.Reader }

// Today is the office's day at this moment.
func (a *App) Today() models.Date { return models.DateIn(a.now(), a.Zone) }

// now is the clock in UTC, to the microsecond: what both databases can hold.
func (a *App) now() time.Time { return a.Now().UTC().Truncate(time.Microsecond) }

// act is one verb at work: who, when, in which transaction.
type act struct {
	*App
	tx    *store.Tx
	actor models.Actor
	now   time.Time
	today models.Date
}

// change runs one verb in one transaction.
func (a *App) change(ctx context.Context, actor models.Actor, fn func(v *act) error) error {
	now := a.now()
	return a.DB.Tx(ctx, func(tx *store.Tx) error {
		return fn(&act{App: a, tx: tx, actor: actor, now: now, today: models.DateIn(now, a.Zone)})
	})
}

// log adds the verb's line to the audit log.
func (v *act) log(ctx context.Context, e models.AuditEntry) error {
	e.At = v.now
	e.ActorID, e.ActorName, e.ActorRole, e.ActorUnitID, e.IP = v.actor.UserID, v.actor.Name, v.actor.Role, v.actor.UnitID, v.actor.IP
	return v.tx.InsertAudit(ctx, &e)
}

// logItem is log for what happens to one assignment.
func (v *act) logItem(ctx context.Context, what models.Act, it models.Item, from models.State, note string, detail any) error {
	e := models.AuditEntry{
		Act: string(what), PlanID: it.PlanID, MeasureID: it.MeasureID, AssignmentID: it.ID, UnitID: it.UnitID,
		FromState: from, ToState: it.State, Note: note,
	}
	if detail != nil {
		b, err := json.Marshal(detail)
		if err != nil {
			return err
		}
		e.Detail = string(b)
	}
	return v.log(ctx, e)
}

// item loads an assignment for an act on it: not_found outside the actor's
// scope, forbidden where the actor may see but not do it, conflict (err.stale)
// when it has changed since the actor's page was made. Version 0 skips that
// last check: jobs and commands have seen no page.
func (v *act) item(ctx context.Context, what models.Act, id models.AssignmentID, version int) (models.Item, error) {
	it, err := v.tx.Item(ctx, v.actor.Scope(), id)
	if err != nil {
		return it, err
	}
	if err := v.actor.Require(what, it.UnitID); err != nil {
		return it, err
	}
	if err := v.planOpen(ctx, it.PlanID); err != nil {
		return it, err
	}
	if version != 0 && version != it.Version {
		return it, models.Errf(models.Conflict, "err.stale")
	}
	return it, nil
}

// planOpen refuses whatever would change a plan that is not running.
func (v *act) planOpen(ctx context.Context, id models.PlanID) error {
	p, err := v.tx.Plan(ctx, id)
	if err != nil {
		return err
	}
	if p.State != models.PlanIssued {
		return models.Errf(models.Conflict, "err.plan_not_running")
	}
	return nil
}

// apply moves an assignment by one act, stores it and logs it.
func (v *act) apply(ctx context.Context, what models.Act, it *models.Item, c models.Change, detail any) error {
	c.Now, c.Today = v.now, v.today
	from := it.State
	if err := it.Apply(what, c); err != nil {
		return err
	}
	if err := v.tx.UpdateAssignment(ctx, &it.Assignment); err != nil {
		return err
	}
	return v.logItem(ctx, what, *it, from, c.Reason, detail)
}
