package app

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"duban/models"
	"duban/models/store"
)

// Report is what a run of a job did, or (dry) would do.
type Report struct {
	Day     models.Date
	Skipped string // why nothing was looked at: "holiday"
	Looked  int    // open assignments looked at
	Notices int
	Mails   int
	Failed  int
	// Planned lists, for a dry run, who would be told what.
	Planned []Planned
}

// Planned is one mail that a dry run would queue.
type Planned struct {
	To      models.User
	Notices []models.Notice
	Subject string
	Text    string
	HTML    string
}

// String puts the counts in one line for the log and the jobs page.
func (r Report) String() string {
	if r.Skipped != "" {
		return fmt.Sprintf("%s: skipped (%s)", r.Day, r.Skipped)
	}
	return fmt.Sprintf("%s: looked at %d, notices %d, mails %d, failed %d", r.Day, r.Looked, r.Notices, r.Mails, r.Failed)
}

// Remind tells contacts what is due soon, due today or newly overdue, on day
// asOf. It can run late, twice or on two machines: each notice is said once.
// On a day that is not a working day it says nothing; the next working day
// catches up.
func (a *App) Remind(ctx context.Context, asOf models.Date, dry bool) (Report, error) {
	return a.chase(ctx, asOf, dry, func(c models.Chase) bool { return !c.EscalatingKind() })
}

// Escalate tells unit leaders and the lead bureau what has stayed overdue, and
// the lead bureau at once of units that have no active contact, on day asOf.
// See Remind.
func (a *App) Escalate(ctx context.Context, asOf models.Date, dry bool) (Report, error) {
	return a.chase(ctx, asOf, dry, models.Chase.EscalatingKind)
}

// chase works out what is due by the rules, leaves out what was told, and
// tells the rest, one transaction and one mail per person.
func (a *App) chase(ctx context.Context, asOf models.Date, dry bool, mine func(models.Chase) bool) (Report, error) {
	rep := Report{Day: asOf}
	if !a.Calendar.IsWorkday(asOf) {
		rep.Skipped = "holiday"
		return rep, nil
	}
	posts, err := loadPosts(ctx, a.DB.Reader)
	if err != nil {
		return rep, err
	}
	items, err := a.chaseable(ctx, asOf)
	if err != nil {
		return rep, err
	}
	rep.Looked = len(items)
	byUser := map[models.UserID][]models.Notice{}
	v := &act{App: a, now: a.now(), today: asOf}
	escalating := mine(models.Chase{To: models.PostLead})
	silent := map[models.UnitID]bool{}
	for _, it := range items {
		for _, c := range models.Chases(it.Assignment, asOf, a.Calendar, models.Ladder) {
			to := posts.of(it.UnitID, c.To)
			if c.To == models.PostContact && len(to) == 0 {
				// nobody to tell: the lead office learns of it at once, once a week
				if escalating && !silent[it.UnitID] {
					silent[it.UnitID] = true
					for _, u := range posts.leads {
						n := v.notice(u, models.NoticeNoContact, it, "", models.WeekName(asOf))
						n.Key = fmt.Sprintf("u%d:%s:unit%d:%s", u.ID, n.Kind, it.UnitID, models.WeekName(asOf))
						byUser[u.ID] = append(byUser[u.ID], n)
					}
				}
				continue
			}
			if !mine(c) {
				continue
			}
			if c.To == models.PostLeader && len(to) == 0 {
				to = posts.leads // no leader to turn to: silence climbs past him
			}
			for _, u := range to {
				n := v.notice(u, c.Kind, it, "", c.Period)
				byUser[u.ID] = append(byUser[u.ID], n)
			}
		}
	}
	return a.deliver(ctx, rep, byUser, posts, dry)
}

// chaseable returns what units have in hand, in running plans, that the ladder
// could speak of on day asOf: due within its longest reach or past.
func (a *App) chaseable(ctx context.Context, asOf models.Date) ([]models.Item, error) {
	r := a.DB.Reader
	plans, err := r.Plans(ctx)
	if err != nil {
		return nil, err
	}
	running := map[models.PlanID]bool{}
	for _, p := range plans {
		running[p.ID] = p.State == models.PlanIssued
	}
	// The longest rung is seven working days ahead: with a week of holidays
	// between, less than 30 days.
	items, err := r.Items(ctx, models.Scope{All: true}, store.ItemFilter{Waiting: true, RefTo: asOf.AddDays(30)}, asOf)
	if err != nil {
		return nil, err
	}
	kept := items[:0]
	for _, it := range items {
		if running[it.PlanID] {
			kept = append(kept, it)
		}
	}
	return kept, nil
}

// deliver tells each person, in a transaction of his own: one failure is
// logged and counted, the rest go on.
func (a *App) deliver(ctx context.Context, rep Report, byUser map[models.UserID][]models.Notice, posts posts, dry bool) (Report, error) {
	users := make([]models.UserID, 0, len(byUser))
	var keys []string
	for id, ns := range byUser {
		users = append(users, id)
		for _, n := range ns {
			keys = append(keys, n.Key)
		}
	}
	sort.Slice(users, func(i, j int) bool { return users[i] < users[j] })
	known, err := a.DB.KnownNotices(ctx, keys)
	if err != nil {
		return rep, err
	}
	for _, id := range users {
		byUser[id] = slices.DeleteFunc(byUser[id], func(n models.Notice) bool { return known[n.Key] })
	}
	if dry {
		return a.plan(ctx, rep, users, byUser, posts)
	}
	var first error
	for _, id := range users {
		fresh := byUser[id]
		if len(fresh) == 0 {
			continue
		}
		var t told
		err := a.DB.Tx(ctx, func(tx *store.Tx) error {
			v := &act{App: a, tx: tx, actor: models.SystemActor("remind"), now: a.now(), today: rep.Day}
			var err error
			t, err = v.tellCounting(ctx, fresh)
			return err
		})
		if err != nil {
			a.Log.Error("telling failed", "user", id, "err", err)
			rep.Failed++
			first = firstOf(first, err)
			continue
		}
		rep.Notices += t.Notices
		rep.Mails += t.Mails
	}
	if rep.Failed > 0 {
		return rep, fmt.Errorf("%d people could not be told; the first: %w", rep.Failed, first)
	}
	return rep, nil
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// plan renders what each person would be told, without telling.
func (a *App) plan(ctx context.Context, rep Report, users []models.UserID, byUser map[models.UserID][]models.Notice, posts posts) (Report, error) {
	ids := map[models.AssignmentID]bool{}
	for _, ns := range byUser {
		for _, n := range ns {
			ids[n.AssignmentID] = true
		}
	}
	items, err := itemsByID(ctx, a.DB.Reader, ids, rep.Day)
	if err != nil {
		return rep, err
	}
	for _, id := range users {
		ns, u := byUser[id], posts.users[id]
		if len(ns) == 0 {
			continue
		}
		mail, err := a.noticeMail(u, ns, items, rep.Day)
		if err != nil {
			return rep, err
		}
		rep.Planned = append(rep.Planned, Planned{To: u, Notices: ns, Subject: mail.Subject, Text: mail.Text, HTML: mail.HTML})
		rep.Notices += len(ns)
		rep.Mails++
	}
	return rep, nil
}
