package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"

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

// lastDigestDay is the day of the digest before asOf's week: a week ago, or
// further back when whole weeks were off (the first week of October).
func (a *App) lastDigestDay(asOf models.Date) models.Date {
	for weeks := 1; weeks <= 4; weeks++ {
		if day := a.DigestDay(asOf.AddDays(-7 * weeks)); !day.IsZero() {
			return day
		}
	}
	return asOf.AddDays(-7)
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
	var known map[string]bool
	if dry {
		keys := make([]string, len(mails))
		for i, d := range mails {
			keys[i] = d.key
		}
		if known, err = a.DB.KnownMessages(ctx, keys); err != nil {
			return rep, err
		}
	}
	var first error
	for _, d := range mails {
		if dry {
			if !known[d.key] {
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
	total, err := a.digestTotals(ctx, items, posts, asOf)
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
	if lead := models.BuildLeadDigestSince(items, a.lastDigestDay(asOf), asOf); !lead.Empty() {
		for _, u := range posts.leads {
			mail, err := a.leadDigestMail(u, lead, total)
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

// digestTo names to whom a digest is addressed: a person in a post, whom it
// must not follow into another (CheckMessage).
func digestTo(u models.User) string {
	if u.Role == models.RoleLead {
		return fmt.Sprintf("digest:u%d:lead:", u.ID)
	}
	return fmt.Sprintf("digest:u%d:unit%d:", u.ID, u.UnitID)
}

func digestKey(u models.User, asOf models.Date) string { return digestTo(u) + models.WeekName(asOf) }

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
			OpenOrSince: a.lastDigestDay(asOf)}, asOf)
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	return out, nil
}

// digestTotals are the figures of the lead office's digest that do not come
// from what is open.
type digestTotals struct {
	plans, keys       []string
	counted, finished int
	percentLast       string // share finished a week ago
	extensions        int
	noContact         int // units with open duties and nobody to tell
	// measures says how far each measure is, dueNext names those due on the
	// next due day of which least is finished.
	measures map[models.MeasureID]share
	dueNext  []models.Item
}

// share is how many of a measure's assignments count, and are finished.
type share struct{ finished, counted int }

// dueNext returns, of the measures that fall due next within DueSoonDays, the
// mailDue with the smallest finished share, by one of their open items each.
func dueNext(items []models.Item, measures map[models.MeasureID]share, asOf models.Date) []models.Item {
	var next []models.Item
	for _, it := range items {
		if !it.DueSoon(asOf) {
			continue
		}
		if len(next) > 0 && it.ReferenceOn().Before(next[0].ReferenceOn()) {
			next = nil
		}
		if len(next) == 0 || it.ReferenceOn() == next[0].ReferenceOn() {
			next = append(next, it)
		}
	}
	slices.SortStableFunc(next, func(x, y models.Item) int {
		a, b := measures[x.MeasureID], measures[y.MeasureID]
		return cmp.Or(cmp.Compare(a.finished*b.counted, b.finished*a.counted), cmp.Compare(x.MeasureID, y.MeasureID))
	})
	next = slices.CompactFunc(next, func(x, y models.Item) bool { return x.MeasureID == y.MeasureID })
	return next[:min(len(next), mailDue)]
}

func (a *App) digestTotals(ctx context.Context, items []models.Item, posts posts, asOf models.Date) (digestTotals, error) {
	t := digestTotals{measures: map[models.MeasureID]share{}}
	r := a.DB.Reader
	plans, err := r.Plans(ctx)
	if err != nil {
		return t, err
	}
	before := 0
	for _, p := range plans {
		if p.State != models.PlanIssued {
			continue
		}
		t.plans, t.keys = append(t.plans, p.Title), append(t.keys, p.Key)
		counts, err := r.Counts(ctx, models.Scope{All: true}, p.ID, store.ByMeasure, asOf)
		if err != nil {
			return t, err
		}
		for _, c := range counts {
			m := t.measures[c.MeasureID]
			if models.State(c.Lamp).Counts() {
				t.counted += c.N
				m.counted += c.N
			}
			if models.State(c.Lamp).Finished() {
				t.finished += c.N
				m.finished += c.N
			}
			t.measures[c.MeasureID] = m
		}
		last, err := r.Trend(ctx, models.Scope{All: true}, p.ID, []models.Date{asOf.AddDays(-7)}, []any{a.endOf(asOf.AddDays(-7))})
		if err != nil {
			return t, err
		}
		if len(last) == 1 {
			before += last[0].Finished
		}
	}
	t.dueNext = dueNext(items, t.measures, asOf)
	if t.counted > 0 {
		t.percentLast = fmt.Sprintf("%.1f", 100*float64(before)/float64(t.counted))
	}
	exts, err := r.OpenExtensions(ctx, models.Scope{All: true}, 0)
	t.extensions = len(exts)
	silent := map[models.UnitID]bool{}
	for _, it := range items {
		if it.State.Waiting() && len(posts.of(it.UnitID, models.PostContact)) == 0 {
			silent[it.UnitID] = true
		}
	}
	t.noContact = len(silent)
	return t, err
}
