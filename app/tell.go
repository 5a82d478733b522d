package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sort"
	"time"

	"duban/models"
	"duban/models/store"
)

// posts knows who holds which post, for a run over many units.
type posts struct {
	users map[models.UserID]models.User
	units map[models.UnitID]models.Unit
	leads []models.User
}

// posts loads the posts of every unit.
func (v *act) posts(ctx context.Context) (posts, error) { return loadPosts(ctx, v.tx.Reader) }

func loadPosts(ctx context.Context, r store.Reader) (posts, error) {
	p := posts{users: map[models.UserID]models.User{}, units: map[models.UnitID]models.Unit{}}
	users, err := r.Users(ctx)
	if err != nil {
		return p, err
	}
	for _, u := range users {
		p.users[u.ID] = u
		if u.Role == models.RoleLead && u.Active() {
			p.leads = append(p.leads, u)
		}
	}
	units, err := r.Units(ctx)
	for _, u := range units {
		p.units[u.ID] = u
	}
	return p, err
}

// of returns the active persons who hold a post for a unit: none, one, or (the
// lead bureau) several.
func (p posts) of(unit models.UnitID, post models.Post) []models.User {
	var id models.UserID
	switch post {
	case models.PostLead:
		return p.leads
	case models.PostContact:
		id = p.units[unit].ContactID
	case models.PostLeader:
		id = p.units[unit].LeaderID
	}
	u, ok := p.users[id]
	if !ok || !u.Active() || u.UnitID != unit {
		return nil
	}
	return []models.User{u}
}

// postsOf is posts.of for one unit.
func (v *act) postsOf(ctx context.Context, unit models.UnitID, post models.Post) ([]models.User, error) {
	u, err := v.tx.Unit(ctx, unit)
	if err != nil {
		return nil, err
	}
	id := u.ContactID
	if post == models.PostLeader {
		id = u.LeaderID
	}
	if id == 0 {
		return nil, nil
	}
	p, err := v.tx.User(ctx, id)
	if err != nil || !p.Active() || p.UnitID != unit {
		return nil, err
	}
	return []models.User{p}, nil
}

// notices makes one notice for each person about one assignment. Acts of
// people happen once per version of the assignment, which therefore is the
// period of their keys.
func (v *act) notices(to []models.User, kind models.NoticeKind, it models.Item, text string) []models.Notice {
	out := make([]models.Notice, 0, len(to))
	seen := map[models.UserID]bool{}
	for _, u := range to {
		if seen[u.ID] {
			continue
		}
		seen[u.ID] = true
		period := fmt.Sprintf("v%d@%d", it.Version, v.now.UnixMicro())
		out = append(out, v.notice(u, kind, it, text, period))
	}
	return out
}

func (v *act) notice(to models.User, kind models.NoticeKind, it models.Item, text, period string) models.Notice {
	ref := it.ReferenceOn()
	return models.Notice{
		Key: models.NoticeKey(to.ID, kind, it.ID, ref, period), UserID: to.ID, Kind: kind, PlanID: it.PlanID,
		AssignmentID: it.ID, UnitID: it.UnitID, RefOn: ref, Text: text, CreatedAt: v.now,
	}
}

// show stores notices that are seen in the program only, without a mail: what
// a reviewer or contact finds on his next visit and in the weekly digest.
func (v *act) show(ctx context.Context, ns []models.Notice) error {
	_, err := v.tx.InsertNotices(ctx, ns)
	return err
}

// tell stores the notices that are new and queues one mail for each person
// that they concern, over all plans. A person without an address, or disabled,
// gets no mail; the notices stand.
func (v *act) tell(ctx context.Context, ns []models.Notice) error {
	_, err := v.tellCounting(ctx, ns)
	return err
}

// told counts what tell did.
type told struct{ Notices, Mails int }

func (v *act) tellCounting(ctx context.Context, ns []models.Notice) (told, error) {
	fresh, err := v.tx.InsertNotices(ctx, ns)
	if err != nil || len(fresh) == 0 {
		return told{}, err
	}
	byUser := map[models.UserID][]models.Notice{}
	ids := map[models.AssignmentID]bool{}
	for _, n := range fresh {
		byUser[n.UserID] = append(byUser[n.UserID], n)
		ids[n.AssignmentID] = true
	}
	items, err := itemsByID(ctx, v.tx.Reader, ids, v.today)
	if err != nil {
		return told{}, err
	}
	users := make([]models.UserID, 0, len(byUser))
	for id := range byUser {
		users = append(users, id)
	}
	sort.Slice(users, func(i, j int) bool { return users[i] < users[j] })
	out := told{Notices: len(fresh)}
	for _, id := range users {
		u, err := v.tx.User(ctx, id)
		if err != nil {
			return out, err
		}
		if !u.Active() || u.Email == "" {
			continue
		}
		mine := byUser[id]
		mail, err := v.noticeMail(u, mine, items, v.today)
		if err != nil {
			return out, err
		}
		m := v.message(u, mine[0].Kind, noticesKey(mine), mail)
		isNew, err := v.tx.InsertMessage(ctx, &m)
		if err != nil {
			return out, err
		}
		if !isNew {
			continue
		}
		out.Mails++
		if err := v.tx.LinkNotices(ctx, noticeIDs(mine), m.ID); err != nil {
			return out, err
		}
	}
	return out, nil
}

// message makes an outbox row. Its Message-ID comes from its key, so that the
// same message can never leave under two names.
func (v *act) message(to models.User, kind models.NoticeKind, key string, mail rendered) models.Message {
	sum := sha256.Sum256([]byte(key))
	return models.Message{
		Key: key, Kind: kind, UserID: to.ID, ToName: to.Name, ToAddress: to.Email,
		Subject: mail.Subject, Text: mail.Text, HTML: mail.HTML,
		MIMEID: hex.EncodeToString(sum[:12]) + "@" + v.MailDomain,
		State:  models.MessageQueued, NotBefore: v.now, CreatedAt: v.now,
	}
}

// noticesKey is the identity of the mail that carries the notices.
func noticesKey(ns []models.Notice) string {
	keys := make([]string, len(ns))
	for i, n := range ns {
		keys[i] = n.Key
	}
	sort.Strings(keys)
	h := sha256.New()
	for _, k := range keys {
		fmt.Fprintf(h, "%d:%s", len(k), k)
	}
	return "notices:" + hex.EncodeToString(h.Sum(nil)[:16])
}

func noticeIDs(ns []models.Notice) []models.NoticeID {
	out := make([]models.NoticeID, len(ns))
	for i, n := range ns {
		out[i] = n.ID
	}
	return out
}

// itemsByID loads assignments with their words.
func itemsByID(ctx context.Context, r store.Reader, ids map[models.AssignmentID]bool, today models.Date) (map[models.AssignmentID]models.Item, error) {
	list := make([]models.AssignmentID, 0, len(ids))
	for id := range ids {
		if id != 0 {
			list = append(list, id)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	out := make(map[models.AssignmentID]models.Item, len(list))
	for start := 0; start < len(list); start += 500 {
		items, err := r.Items(ctx, models.Scope{All: true}, store.ItemFilter{IDs: list[start:min(start+500, len(list))]}, today)
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			out[it.ID] = it
		}
	}
	return out, nil
}

// running returns the assignments of running plans in the given states.
func (v *act) running(ctx context.Context, s models.Scope, plan models.PlanID, states ...models.State) ([]models.Item, error) {
	plans, err := v.tx.Plans(ctx)
	if err != nil {
		return nil, err
	}
	issued := map[models.PlanID]bool{}
	for _, p := range plans {
		issued[p.ID] = p.State == models.PlanIssued
	}
	items, err := v.tx.Items(ctx, s, store.ItemFilter{Plan: plan, States: states}, v.today)
	if err != nil {
		return nil, err
	}
	kept := items[:0]
	for _, it := range items {
		if issued[it.PlanID] {
			kept = append(kept, it)
		}
	}
	return kept, nil
}

func measureFilter(m models.MeasureID, states ...models.State) store.ItemFilter {
	return store.ItemFilter{Measure: m, States: states}
}

// asError finds the models.Error inside err, or makes an internal one.
func asError(err error) *models.Error {
	var e *models.Error
	if errors.As(err, &e) {
		return e
	}
	return models.Errf(models.Internal, "err.internal")
}

// endOf returns the instant at which day d ends in the office's zone.
func (a *App) endOf(d models.Date) time.Time { return d.AddDays(1).Time(a.Zone).UTC() }
