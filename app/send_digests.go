package app

import (
	"context"
	"fmt"

	"duban/models"
	"duban/models/store"
)

// DigestDay returns the day on which the weekly digest of asOf's week leaves:
// its Monday, or the first working day after it; zero when the whole week is
// off.
func (a *App) DigestDay(asOf models.Date) models.Date {
	monday := asOf.AddDays(-((int(asOf.Weekday()) + 6) % 7))
	day := a.Calendar.NextWorkday(monday)
	if models.WeekName(day) != models.WeekName(asOf) {
		return models.Date{}
	}
	return day
}

// SendDigests queues the weekly digest (周报) of asOf's ISO week: one to each
// person of the lead office, and one to the contact of each unit that has
// something open. Nobody gets one with nothing in it, nor a second one for the
// same week.
func (a *App) SendDigests(ctx context.Context, asOf models.Date, dry bool) (Report, error) {
	rep := Report{Day: asOf}
	mails, looked, err := a.digests(ctx, asOf)
	rep.Looked = looked
	if err != nil {
		return rep, err
	}
	var first error
	for _, d := range mails {
		if dry {
			sent, err := a.digestQueued(ctx, d.key)
			if err != nil {
				return rep, err
			}
			if !sent {
				rep.Planned = append(rep.Planned, Planned{To: d.to, Subject: d.mail.Subject, Text: d.mail.Text, HTML: d.mail.HTML})
				rep.Mails++
			}
			continue
		}
		err := a.DB.Tx(ctx, func(tx *store.Tx) error {
			v := &act{App: a, tx: tx, now: a.now(), today: asOf}
			m := v.message(d.to, models.NoticeDigest, d.key, d.mail)
			isNew, err := tx.InsertMessage(ctx, &m)
			if isNew {
				rep.Mails++
			}
			return err
		})
		if err != nil {
			a.Log.Error("digest failed", "user", d.to.ID, "err", err)
			rep.Failed++
			first = firstOf(first, err)
		}
	}
	if rep.Failed > 0 {
		return rep, fmt.Errorf("%d digests could not be queued; the first: %w", rep.Failed, first)
	}
	return rep, nil
}

// digestQueued reports whether the person's digest of the week is queued or
// sent already.
func (a *App) digestQueued(ctx context.Context, key string) (bool, error) {
	return a.DB.HasMessage(ctx, key)
}

// DigestMessages renders the digests of asOf's week as the very outbox rows
// that SendDigests would queue, whether or not they were sent.
func (a *App) DigestMessages(ctx context.Context, asOf models.Date) ([]models.Message, error) {
	mails, _, err := a.digests(ctx, asOf)
	out := make([]models.Message, len(mails))
	v := &act{App: a, now: a.now(), today: asOf}
	for i, d := range mails {
		out[i] = v.message(d.to, models.NoticeDigest, d.key, d.mail)
	}
	return out, err
}

type digestMail struct {
	to   models.User
	key  string
	mail rendered
}

// digests renders every digest of the week.
func (a *App) digests(ctx context.Context, asOf models.Date) ([]digestMail, int, error) {
	r := a.DB.Reader
	posts, err := loadPosts(ctx, r)
	if err != nil {
		return nil, 0, err
	}
	items, err := a.digestItems(ctx, asOf)
	if err != nil {
		return nil, 0, err
	}
	var out []digestMail
	add := func(to models.User, mail rendered, err error) error {
		if err == nil && to.Email != "" {
			out = append(out, digestMail{to, digestKey(to, asOf), mail})
		}
		return err
	}
	if lead := models.BuildLeadDigest(items, asOf); !lead.Empty() {
		for _, u := range posts.leads {
			mail, err := a.leadDigestMail(u, lead)
			if err := add(u, mail, err); err != nil {
				return nil, 0, err
			}
		}
	}
	byUnit := map[models.UnitID][]models.Item{}
	var order []models.UnitID
	for _, it := range items {
		if byUnit[it.UnitID] == nil {
			order = append(order, it.UnitID)
		}
		byUnit[it.UnitID] = append(byUnit[it.UnitID], it)
	}
	for _, unit := range order {
		d := models.BuildUnitDigest(unit, posts.units[unit].Name, byUnit[unit], asOf)
		if d.Empty() {
			continue
		}
		for _, u := range posts.of(unit, models.PostContact) {
			mail, err := a.unitDigestMail(u, d, posts)
			if err := add(u, mail, err); err != nil {
				return nil, 0, err
			}
		}
	}
	return out, len(items), nil
}

func digestKey(u models.User, asOf models.Date) string {
	return fmt.Sprintf("digest:u%d:%s", u.ID, models.WeekName(asOf))
}

// digestItems loads what a digest speaks of: everything open or in review in
// running plans, and what was handed in during the last week.
func (a *App) digestItems(ctx context.Context, asOf models.Date) ([]models.Item, error) {
	r := a.DB.Reader
	plans, err := r.Plans(ctx)
	if err != nil {
		return nil, err
	}
	var out []models.Item
	for _, p := range plans {
		if p.State != models.PlanIssued {
			continue
		}
		items, err := r.Items(ctx, models.Scope{All: true}, store.ItemFilter{Plan: p.ID, ByMeasure: true,
			OpenOrSince: asOf.AddDays(-7)}, asOf)
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	return out, nil
}
