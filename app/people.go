package app

import (
	"context"
	"net/mail"
	"regexp"
	"strconv"
	"strings"

	"duban/app/auth"
	"duban/models"
)

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,31}$`)

// checkUser returns what is wrong with an account's words.
func checkUser(u models.User) error {
	var errs models.Errors
	if !loginForm.MatchString(u.Login) {
		errs = append(errs, models.FieldErr("login", "err.login_form"))
	}
	if u.Name == "" || len([]rune(u.Name)) > 50 {
		errs = append(errs, models.FieldErr("name", "err.name_needed"))
	}
	if !u.Role.Valid() {
		errs = append(errs, models.FieldErr("role", "err.role_needed"))
	}
	if u.Role.OfUnit() && u.UnitID == 0 {
		errs = append(errs, models.FieldErr("unit", "err.unit_needed"))
	}
	if u.Email != "" {
		a, err := mail.ParseAddress(u.Email)
		if err != nil || a.Address != u.Email {
			errs = append(errs, models.FieldErr("email", "err.email"))
		}
	}
	return errs.Or()
}

func trimUser(u *models.User) {
	for _, s := range []*string{&u.Login, &u.Name, &u.Title, &u.Phone, &u.Email} {
		*s = strings.TrimSpace(*s)
	}
	if u.Lang != "en" {
		u.Lang = "zh"
	}
	if !u.Role.OfUnit() {
		u.UnitID = 0
	}
}

// CreateUser makes an account without a password and returns the token of the
// one-time link with which the person sets one. Errors: invalid, forbidden,
// conflict when the login is taken.
func (a *App) CreateUser(ctx context.Context, actor models.Actor, u models.User) (models.User, string, error) {
	trimUser(&u)
	if err := checkUser(u); err != nil {
		return u, "", err
	}
	var token string
	err := a.change(ctx, actor, func(v *act) error {
		if err := actor.Require(models.ActPeople, 0); err != nil {
			return err
		}
		if _, err := v.tx.UserByLogin(ctx, u.Login); err == nil {
			return &models.Error{Code: models.Conflict, Key: "err.login_taken", Field: "login", Args: []any{u.Login}}
		}
		if u.UnitID != 0 {
			if _, err := v.tx.Unit(ctx, u.UnitID); err != nil {
				return models.FieldErr("unit", "err.unit_needed")
			}
		}
		u.ID, u.Epoch, u.Version, u.CreatedAt, u.PasswordHash, u.DisabledAt = 0, 1, 1, v.now, "", nil
		if err := v.tx.InsertUser(ctx, &u); err != nil {
			return err
		}
		if err := v.fillEmptyPost(ctx, u); err != nil {
			return err
		}
		var err error
		if token, err = v.invite(ctx, u.ID); err != nil {
			return err
		}
		return v.log(ctx, models.AuditEntry{Act: "user_created", Object: u.Login, UnitID: u.UnitID, Detail: `{"role":"` + string(u.Role) + `"}`})
	})
	return u, token, err
}

// fillEmptyPost makes a new contact or leader the holder of his unit's post if
// nobody holds it, or somebody who is out of use, and tells a contact what is
// open, as SetPost does.
func (v *act) fillEmptyPost(ctx context.Context, u models.User) error {
	if u.Role != models.RoleContact && u.Role != models.RoleLeader {
		return nil
	}
	unit, err := v.tx.Unit(ctx, u.UnitID)
	if err != nil {
		return err
	}
	post, id := models.PostContact, &unit.ContactID
	if u.Role == models.RoleLeader {
		post, id = models.PostLeader, &unit.LeaderID
	}
	holders, err := v.postsOf(ctx, u.UnitID, post)
	if err != nil || len(holders) > 0 {
		return err
	}
	*id = u.ID
	if err := v.tx.UpdateUnit(ctx, &unit); err != nil || post != models.PostContact {
		return err
	}
	return v.tellPosted(ctx, unit, u)
}

// tellPosted tells a unit's new contact of what it has in hand, in one mail.
func (v *act) tellPosted(ctx context.Context, unit models.Unit, u models.User) error {
	items, err := v.running(ctx, models.Scope{Unit: unit.ID}, 0, models.StateUnack, models.StateActive, models.StateReturned)
	if err != nil {
		return err
	}
	var ns []models.Notice
	for _, it := range items {
		ns = append(ns, v.notice(u, models.NoticePosted, it, "", strconv.Itoa(unit.Version)))
	}
	return v.tell(ctx, ns)
}

// invite makes a one-time link for a person, replacing an earlier one.
func (v *act) invite(ctx context.Context, id models.UserID) (string, error) {
	token, hash := auth.NewToken()
	if err := v.tx.DeleteTickets(ctx, models.TicketInvite, id); err != nil {
		return "", err
	}
	return token, v.tx.InsertTicket(ctx, &models.Ticket{TokenHash: hash, Kind: models.TicketInvite, UserID: id, ExpiresAt: v.now.Add(InviteLife), CreatedAt: v.now})
}

// Invite makes a new one-time link with which a person sets his password; the
// old password stands until then. Errors: not_found, forbidden, conflict for a
// disabled account.
func (a *App) Invite(ctx context.Context, actor models.Actor, id models.UserID) (string, error) {
	var token string
	err := a.change(ctx, actor, func(v *act) error {
		if err := actor.Require(models.ActPeople, 0); err != nil {
			return err
		}
		u, err := v.tx.User(ctx, id)
		if err != nil {
			return err
		}
		if !u.Active() {
			return models.Errf(models.Conflict, "err.user_disabled")
		}
		if token, err = v.invite(ctx, id); err != nil {
			return err
		}
		return v.log(ctx, models.AuditEntry{Act: "invite", Object: u.Login})
	})
	return token, err
}

// UpdateUser changes a person's words, role and unit. A changed role or unit
// ends the person's sessions. Errors: invalid (also: nobody changes his own
// role), not_found, forbidden, conflict (changed since; the last administrator
// must stay one).
func (a *App) UpdateUser(ctx context.Context, actor models.Actor, in models.User) error {
	trimUser(&in)
	return a.change(ctx, actor, func(v *act) error {
		if err := actor.Require(models.ActPeople, 0); err != nil {
			return err
		}
		u, err := v.tx.User(ctx, in.ID)
		if err != nil {
			return err
		}
		if in.Version != u.Version {
			return models.Errf(models.Conflict, "err.stale")
		}
		in.Login = u.Login
		if err := checkUser(in); err != nil {
			return err
		}
		if in.UnitID != 0 {
			if _, err := v.tx.Unit(ctx, in.UnitID); err != nil {
				return models.FieldErr("unit", "err.unit_needed")
			}
		}
		moved := u.Role != in.Role || u.UnitID != in.UnitID
		if moved {
			if u.ID == actor.UserID {
				return models.FieldErr("role", "err.own_role")
			}
			if err := v.keepAnAdmin(ctx, u); err != nil {
				return err
			}
			if err := v.leavePosts(ctx, u); err != nil {
				return err
			}
			u.Epoch++
			if err := v.tx.DeleteSessionsOf(ctx, u.ID); err != nil {
				return err
			}
		}
		u.Name, u.Title, u.Phone, u.Email, u.Role, u.UnitID, u.Lang = in.Name, in.Title, in.Phone, in.Email, in.Role, in.UnitID, in.Lang
		if err := v.tx.UpdateUser(ctx, &u); err != nil {
			return err
		}
		if moved {
			if err := v.fillEmptyPost(ctx, u); err != nil {
				return err
			}
		}
		return v.log(ctx, models.AuditEntry{Act: "user_changed", Object: u.Login, UnitID: u.UnitID, Detail: `{"role":"` + string(u.Role) + `"}`})
	})
}

// DisableUser takes an account out of use, or (on false) back into it: it
// signs nobody in, holds no post and gets no mail. Errors: not_found,
// forbidden (oneself), conflict (the last administrator).
func (a *App) DisableUser(ctx context.Context, actor models.Actor, id models.UserID, off bool) error {
	return a.change(ctx, actor, func(v *act) error {
		if err := actor.Require(models.ActPeople, 0); err != nil {
			return err
		}
		u, err := v.tx.User(ctx, id)
		if err != nil {
			return err
		}
		what := "user_enabled"
		u.DisabledAt = nil
		if off {
			what = "user_disabled"
			if u.ID == actor.UserID {
				return models.Errf(models.Forbidden, "err.disable_self")
			}
			if err := v.keepAnAdmin(ctx, u); err != nil {
				return err
			}
			u.DisabledAt = &v.now
			if err := v.tx.DeleteTickets(ctx, models.TicketInvite, u.ID); err != nil {
				return err
			}
		}
		u.Epoch++
		if err := v.tx.UpdateUser(ctx, &u); err != nil {
			return err
		}
		if err := v.tx.DeleteSessionsOf(ctx, u.ID); err != nil {
			return err
		}
		return v.log(ctx, models.AuditEntry{Act: what, Object: u.Login, UnitID: u.UnitID})
	})
}

// keepAnAdmin refuses to take the last active administrator away.
func (v *act) keepAnAdmin(ctx context.Context, u models.User) error {
	if u.Role != models.RoleAdmin || !u.Active() {
		return nil
	}
	admins, err := v.tx.LockUsersIn(ctx, models.RoleAdmin) // two administrators may take each other away at once
	if err == nil && len(admins) <= 1 {
		return models.Errf(models.Conflict, "err.last_admin")
	}
	return err
}

// leavePosts takes a person out of the posts that he holds in his unit.
func (v *act) leavePosts(ctx context.Context, u models.User) error {
	if u.UnitID == 0 {
		return nil
	}
	unit, err := v.tx.Unit(ctx, u.UnitID)
	if err != nil {
		return err
	}
	if unit.ContactID != u.ID && unit.LeaderID != u.ID {
		return nil
	}
	if unit.ContactID == u.ID {
		unit.ContactID = 0
	}
	if unit.LeaderID == u.ID {
		unit.LeaderID = 0
	}
	return v.tx.UpdateUnit(ctx, &unit)
}

// SetPost makes a person the contact or leader of a unit (0: nobody). The unit
// keeps its assignments: its open items, reminders and history are the new
// holder's from this moment, and he is told of them in one mail. Errors:
// invalid when the person is not of that unit and role, not_found, forbidden,
// conflict (the unit has changed since).
func (a *App) SetPost(ctx context.Context, actor models.Actor, unitID models.UnitID, version int, post models.Post, id models.UserID) error {
	if post != models.PostContact && post != models.PostLeader {
		return models.FieldErr("post", "err.post_person") // the lead bureau is no post of one unit
	}
	return a.change(ctx, actor, func(v *act) error {
		if err := actor.Require(models.ActPost, 0); err != nil {
			return err
		}
		unit, err := v.tx.Unit(ctx, unitID)
		if err != nil {
			return err
		}
		if version != 0 && version != unit.Version {
			return models.Errf(models.Conflict, "err.stale")
		}
		var u models.User
		if id != 0 {
			if u, err = v.tx.User(ctx, id); err != nil {
				return err
			}
			want := models.RoleContact
			if post == models.PostLeader {
				want = models.RoleLeader
			}
			if !u.Active() || u.UnitID != unitID || u.Role != want {
				return models.FieldErr("user", "err.post_person")
			}
		}
		before := unit.ContactID
		if post == models.PostLeader {
			before, unit.LeaderID = unit.LeaderID, id
		} else {
			unit.ContactID = id
		}
		if err := v.tx.UpdateUnit(ctx, &unit); err != nil {
			return err
		}
		if err := v.log(ctx, models.AuditEntry{Act: string(models.ActPost), UnitID: unitID, Object: string(post),
			Detail: `{"from":` + strconv.FormatInt(int64(before), 10) + `,"to":` + strconv.FormatInt(int64(id), 10) + `}`}); err != nil {
			return err
		}
		if post != models.PostContact || id == 0 || id == before {
			return nil
		}
		return v.tellPosted(ctx, unit, u)
	})
}

// SetLang keeps a person's language of pages and mails.
func (a *App) SetLang(ctx context.Context, actor models.Actor, lang string) error {
	if lang != "en" {
		lang = "zh"
	}
	return a.change(ctx, actor, func(v *act) error {
		u, err := v.tx.User(ctx, actor.UserID)
		if err != nil || u.Lang == lang {
			return err
		}
		u.Lang = lang
		if err := v.tx.UpdateUser(ctx, &u); err != nil {
			return err
		}
		return v.log(ctx, models.AuditEntry{Act: "lang", Object: lang})
	})
}

// ReadNotices marks a person's notices up to an id as seen.
func (a *App) ReadNotices(ctx context.Context, actor models.Actor, upTo models.NoticeID) error {
	return a.change(ctx, actor, func(v *act) error { return v.tx.MarkNoticesRead(ctx, actor.UserID, upTo, v.now) })
}
