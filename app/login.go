package app

import (
	"context"
	"strings"
	"time"

	"duban/app/auth"
	"duban/models"
)

// Limits of signing in (GB/T 22239-2019, 8.1.4.1 b, asks for limits and leaves
// the numbers to the office).
const (
	SessionIdle     = 30 * time.Minute // without a request
	SessionLife     = 12 * time.Hour   // in all
	MaxFailures     = 5                // wrong passwords per account …
	FailureWindow   = 15 * time.Minute // … in this time
	SetupTicketLife = 24 * time.Hour
	InviteLife      = 72 * time.Hour
	touchEvery      = time.Minute
)

// Login checks account and password and opens a session; it returns the token
// for the cookie. The answer is the same for a wrong password and an unknown
// or disabled account, and takes the same work. Errors: unauthenticated (with
// the tries left), forbidden when the account is locked.
func (a *App) Login(ctx context.Context, login, password, ip, agent string) (string, models.User, error) {
	login = typedLogin(login)
	now := a.now()
	n, until, err := a.DB.LoginFailures(ctx, login, now)
	if err != nil {
		return "", models.User{}, err
	}
	if n >= MaxFailures {
		return "", models.User{}, models.Errf(models.Forbidden, "err.login_locked", minutesUntil(now, until))
	}
	// count first, then look: parallel guesses cannot outrun the count
	actor := models.Actor{Name: login, IP: ip}
	err = a.change(ctx, actor, func(v *act) error {
		n, err = v.tx.AddLoginFailure(ctx, login, now, now.Add(FailureWindow))
		return err
	})
	if err != nil {
		return "", models.User{}, err
	}
	if n > MaxFailures {
		return "", models.User{}, models.Errf(models.Forbidden, "err.login_locked", int(FailureWindow/time.Minute))
	}
	u, err := a.DB.UserByLogin(ctx, login)
	if err != nil && models.CodeOf(err) != models.NotFound {
		return "", models.User{}, err
	}
	ok, err := auth.CheckPassword(ctx, u.PasswordHash, password)
	if err != nil {
		return "", models.User{}, err
	}
	if !ok || u.ID == 0 || !u.Active() {
		err := a.change(ctx, actor, func(v *act) error {
			return v.log(ctx, models.AuditEntry{Act: "login_failed", Object: login})
		})
		if err != nil {
			return "", models.User{}, err
		}
		return "", models.User{}, models.Errf(models.Unauthenticated, "err.login_failed", MaxFailures-n)
	}
	token, hash := auth.NewToken()
	err = a.change(ctx, models.ActorOf(u, ip), func(v *act) error {
		if err := v.tx.ClearLoginFailures(ctx, login); err != nil {
			return err
		}
		s := models.Session{TokenHash: hash, UserID: u.ID, Epoch: u.Epoch, CreatedAt: v.now, LastSeenAt: v.now, IP: ip, Agent: cut(agent, 200)}
		if err := v.tx.InsertSession(ctx, &s); err != nil {
			return err
		}
		if err := v.tx.SeeUser(ctx, u.ID, v.now); err != nil {
			return err
		}
		return v.log(ctx, models.AuditEntry{Act: "login"})
	})
	return token, u, err
}

// typedLogin makes whatever came as an account name fit to be counted and
// logged: PostgreSQL refuses zero bytes and broken UTF-8, and the log of failed
// tries must not grow by what strangers send. No account has such a name.
func typedLogin(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
	return cut(strings.TrimSpace(s), 64)
}

func minutesUntil(now, t time.Time) int { return int(t.Sub(now)/time.Minute) + 1 }

func cut(s string, n int) string {
	r := []rune(s)
	if len(r) > n {
		return string(r[:n])
	}
	return s
}

// Principal returns who a session's token belongs to, if the session and the
// account still stand: every way in ends here, so that disabling an account or
// changing its role bites on the next request. Errors: unauthenticated.
func (a *App) Principal(ctx context.Context, token string) (models.User, error) {
	no := models.Errf(models.Unauthenticated, "err.login_needed")
	if token == "" {
		return models.User{}, no
	}
	hash := auth.HashToken(token)
	s, u, err := a.DB.Session(ctx, hash)
	if models.CodeOf(err) == models.NotFound {
		return models.User{}, no
	}
	if err != nil {
		return models.User{}, err
	}
	now := a.now()
	if !u.Active() || s.Epoch != u.Epoch || now.Sub(s.LastSeenAt) > SessionIdle || now.Sub(s.CreatedAt) > SessionLife {
		return models.User{}, no
	}
	if now.Sub(s.LastSeenAt) > touchEvery {
		err = a.change(ctx, models.ActorOf(u, ""), func(v *act) error { return v.tx.TouchSession(ctx, hash, v.now) })
	}
	return u, err
}

// Logout ends the session of a token.
func (a *App) Logout(ctx context.Context, actor models.Actor, token string) error {
	return a.change(ctx, actor, func(v *act) error {
		if err := v.tx.DeleteSession(ctx, auth.HashToken(token)); err != nil {
			return err
		}
		return v.log(ctx, models.AuditEntry{Act: "logout"})
	})
}

// NewSetupTicket makes the one-time link that creates the first administrator,
// replacing an earlier one, and returns its token; "" when there are accounts
// already.
func (a *App) NewSetupTicket(ctx context.Context) (string, error) {
	n, err := a.DB.CountUsers(ctx)
	if err != nil || n > 0 {
		return "", err
	}
	token, hash := auth.NewToken()
	err = a.change(ctx, models.SystemActor("setup"), func(v *act) error {
		if err := v.tx.DeleteTickets(ctx, models.TicketSetup, 0); err != nil {
			return err
		}
		return v.tx.InsertTicket(ctx, &models.Ticket{TokenHash: hash, Kind: models.TicketSetup, ExpiresAt: v.now.Add(SetupTicketLife), CreatedAt: v.now})
	})
	return token, err
}

// CheckTicket reports whether a one-time link can still be used. Errors:
// not_found.
func (a *App) CheckTicket(ctx context.Context, kind models.TicketKind, token string) (models.Ticket, error) {
	t, err := a.DB.Ticket(ctx, auth.HashToken(token), a.now())
	if err == nil && t.Kind != kind {
		return t, models.Errf(models.NotFound, "err.link_used")
	}
	if models.CodeOf(err) == models.NotFound {
		return t, models.Errf(models.NotFound, "err.link_used")
	}
	return t, err
}

// Setup creates the first administrator with a set-up link. Errors: invalid,
// not_found when the link is used up.
func (a *App) Setup(ctx context.Context, token, login, name, email, password string) error {
	if _, err := a.CheckTicket(ctx, models.TicketSetup, token); err != nil {
		return err
	}
	u := models.User{Login: strings.TrimSpace(login), Name: strings.TrimSpace(name), Email: strings.TrimSpace(email), Role: models.RoleAdmin, Lang: "zh", Epoch: 1, Version: 1}
	if err := checkUser(u); err != nil {
		return err
	}
	hash, err := hashChecked(ctx, password, u)
	if err != nil {
		return err
	}
	u.PasswordHash = hash
	return a.change(ctx, models.SystemActor("setup"), func(v *act) error {
		if err := v.useTicket(ctx, token); err != nil {
			return err
		}
		if n, err := v.tx.CountUsers(ctx); err != nil || n > 0 {
			return firstOf(err, models.Errf(models.NotFound, "err.link_used"))
		}
		u.CreatedAt = v.now
		if err := v.tx.InsertUser(ctx, &u); err != nil {
			return err
		}
		return v.log(ctx, models.AuditEntry{Act: "setup", Object: u.Login})
	})
}

func (v *act) useTicket(ctx context.Context, token string) error {
	err := v.tx.UseTicket(ctx, auth.HashToken(token), v.now)
	if models.CodeOf(err) == models.Conflict {
		return models.Errf(models.NotFound, "err.link_used")
	}
	return err
}

// SetPassword sets a person's password with a one-time link and ends all his
// sessions. Errors: invalid, not_found when the link is used up.
func (a *App) SetPassword(ctx context.Context, token, password string) error {
	t, err := a.CheckTicket(ctx, models.TicketInvite, token)
	if err != nil {
		return err
	}
	u, err := a.DB.User(ctx, t.UserID)
	if err != nil {
		return err
	}
	hash, err := hashChecked(ctx, password, u)
	if err != nil {
		return err
	}
	return a.change(ctx, models.ActorOf(u, ""), func(v *act) error {
		if err := v.useTicket(ctx, token); err != nil {
			return err
		}
		u, err := v.tx.User(ctx, t.UserID)
		if err != nil {
			return err
		}
		if !u.Active() {
			return models.Errf(models.NotFound, "err.link_used")
		}
		u.PasswordHash = hash
		u.Epoch++
		if err := v.tx.UpdateUser(ctx, &u); err != nil {
			return err
		}
		if err := v.tx.DeleteSessionsOf(ctx, u.ID); err != nil {
			return err
		}
		if err := v.tx.ClearLoginFailures(ctx, u.Login); err != nil {
			return err
		}
		return v.log(ctx, models.AuditEntry{Act: "password", Object: u.Login})
	})
}

func hashChecked(ctx context.Context, password string, u models.User) (string, error) {
	if err := auth.CheckPolicy(password, u.Login, u.Name); err != nil {
		return "", err
	}
	return auth.HashPassword(ctx, password)
}
