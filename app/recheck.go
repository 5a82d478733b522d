package app

import (
	"context"

	"duban/app/notify"
	"duban/models"
)

// CheckMessage looks at a queued mail once more before it leaves: the person
// must still be active and hold the address; a mail that chases must not speak
// of what the unit has handed in or finished since. When part of it no longer
// holds the rest is written anew; when nothing is left it is cancelled.
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
	if m.Kind == models.NoticeDigest {
		return notify.Send(), nil
	}
	ns, err := a.DB.NoticesIn(ctx, m.ID)
	if err != nil || len(ns) == 0 {
		return notify.Send(), err
	}
	ids := map[models.AssignmentID]bool{}
	for _, n := range ns {
		ids[n.AssignmentID] = true
	}
	today := a.Today()
	items, err := itemsByID(ctx, a.DB.Reader, ids, today)
	if err != nil {
		return notify.Verdict{}, err
	}
	var left []models.Notice
	for _, n := range ns {
		if it, ok := items[n.AssignmentID]; ok && stillTrue(n, it, u) {
			left = append(left, n)
		}
	}
	switch {
	case len(left) == 0:
		return notify.Cancel("nothing left to say: handed in, finished or withdrawn since"), nil
	case len(left) == len(ns):
		return notify.Send(), nil
	}
	mail, err := a.noticeMail(u, left, items, today)
	if err != nil {
		return notify.Verdict{}, err
	}
	return notify.Rewrite(mail.Subject, mail.Text, mail.HTML), nil
}

// stillTrue reports whether the notice may still be said to the person.
func stillTrue(n models.Notice, it models.Item, u models.User) bool {
	if (u.Role == models.RoleContact || u.Role == models.RoleLeader) && u.UnitID != it.UnitID {
		return false // moved to another unit: not his to read any more
	}
	if n.Kind.Chasing() {
		return it.State.Waiting()
	}
	return it.State != models.StateWithdrawn || n.Kind == models.NoticeWithdrawn
}
