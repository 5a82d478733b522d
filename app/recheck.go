package app

import (
	"context"
	"strings"
	"time"

	"duban/app/notify"
	"duban/models"
)

// CheckMessage looks at a queued mail once more before it leaves: the person
// must still be active, hold the address and the post for which he was written
// to; a mail that chases must not speak of what the unit has handed in or
// finished since. When part of it no longer holds the rest is written anew;
// when nothing is left it is cancelled.
func (a *App) CheckMessage(ctx context.Context, m models.Message) (notify.Verdict, error) {
	u, err := a.DB.User(ctx, m.UserID)
	if err != nil {
		return notify.Verdict{}, err
	}
	if !u.Active() {
		return notify.Cancel("recipient disabled"), nil
	}
	if u.Email == "" {
		return notify.Cancel("recipient has no address"), nil
	}
	if u.Email != m.ToAddress {
		return notify.Cancel("recipient's address has changed"), nil
	}
	posts, err := loadPosts(ctx, a.DB.Reader)
	if err != nil {
		return notify.Verdict{}, err
	}
	if m.Kind == models.NoticeDigest {
		if !strings.HasPrefix(m.Key, digestTo(u)) || !posts.holds(u, u.UnitID) {
			return notify.Cancel(postChanged), nil
		}
		return a.checkDigest(ctx, m)
	}
	ns, err := a.DB.NoticesIn(ctx, m.ID)
	if err != nil || len(ns) == 0 {
		return notify.Send(), err
	}
	return a.checkNotices(ctx, u, ns, posts)
}

// digestFresh is how long a digest may wait for the mail server before it is
// written anew: long enough for every digest of a Monday to leave as written.
const digestFresh = 2 * time.Hour

// checkDigest decides on a weekly digest: one that had to wait is written anew
// from what holds now, and does not leave when nothing is left to say.
func (a *App) checkDigest(ctx context.Context, m models.Message) (notify.Verdict, error) {
	if a.now().Sub(m.CreatedAt) < digestFresh {
		return notify.Send(), nil
	}
	mails, _, err := a.digests(ctx, models.DateIn(m.CreatedAt, a.Zone))
	if err != nil {
		return notify.Verdict{}, err
	}
	for _, d := range mails {
		if d.key == m.Key {
			return notify.Rewrite(d.mail.Subject, d.mail.Text, d.mail.HTML), nil
		}
	}
	return notify.Cancel("nothing left to say: handed in, finished or withdrawn since"), nil
}

// postChanged is the reason for cancelling what was meant for the holder of a
// post that is another's now.
const postChanged = "recipient's post has changed"

// checkNotices decides on a mail that carries notices.
func (a *App) checkNotices(ctx context.Context, u models.User, ns []models.Notice, posts posts) (notify.Verdict, error) {
	ids := map[models.AssignmentID]bool{}
	for _, n := range ns {
		ids[n.AssignmentID] = true
	}
	today := a.Today()
	items, err := itemsByID(ctx, a.DB.Reader, ids, today)
	if err != nil {
		return notify.Verdict{}, err
	}
	plans, err := a.DB.Plans(ctx)
	if err != nil {
		return notify.Verdict{}, err
	}
	running := map[models.PlanID]bool{}
	for _, p := range plans {
		running[p.ID] = p.State == models.PlanIssued
	}
	var left []models.Notice
	reason := postChanged
	for _, n := range ns {
		it, ok := items[n.AssignmentID]
		if !ok || !posts.holds(u, it.UnitID) {
			continue
		}
		reason = "nothing left to say: handed in, finished or withdrawn since"
		if stillTrue(n, it, running[it.PlanID], posts) {
			left = append(left, n)
		}
	}
	switch {
	case len(left) == 0:
		return notify.Cancel(reason), nil
	case len(left) == len(ns):
		return notify.Send(), nil
	}
	mail, err := a.noticeMail(u, left, items, today)
	if err != nil {
		return notify.Verdict{}, err
	}
	return notify.Rewrite(mail.Subject, mail.Text, mail.HTML), nil
}

// holds reports whether mails about the unit's duties are for the person now:
// he is of the lead office, or the unit's contact or leader. A right to look
// does not make one a reader of mails.
func (p posts) holds(u models.User, unit models.UnitID) bool {
	switch u.Role {
	case models.RoleLead:
		return true
	case models.RoleContact:
		return u.UnitID == unit && p.units[unit].ContactID == u.ID
	case models.RoleLeader:
		return u.UnitID == unit && p.units[unit].LeaderID == u.ID
	}
	return false
}

// stillTrue reports whether the notice still says what is so.
func stillTrue(n models.Notice, it models.Item, running bool, posts posts) bool {
	switch {
	case n.Kind == models.NoticeNoContact && len(posts.of(it.UnitID, models.PostContact)) > 0:
		return false
	case n.Kind.Chasing():
		return running && it.State.Waiting()
	}
	return it.State != models.StateWithdrawn || n.Kind == models.NoticeWithdrawn
}
