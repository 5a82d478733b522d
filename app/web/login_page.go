package web

import (
	"errors"
	"net/http"
	"time"

	"duban/app"
	"duban/app/auth"
	"duban/app/view"
	"duban/models"
)

func (r *request) loginPage() error {
	if r.user.ID != 0 {
		return r.Redirect(http.StatusSeeOther, "/")
	}
	p := view.LoginPage{Next: localPath(r.QueryParam("next"))}
	return r.showLogin(http.StatusOK, p)
}

func (r *request) showLogin(status int, p view.LoginPage) error {
	p.Shell = r.shell()
	for _, login := range r.s.cfg.DemoAccounts {
		u, err := r.read().UserByLogin(r.ctx(), login)
		if err != nil {
			continue
		}
		acc := view.DemoAccount{Login: u.Login, Password: r.s.cfg.DemoPassword, Name: u.Name, Role: string(u.Role)}
		if u.UnitID != 0 {
			if unit, err := r.read().Unit(r.ctx(), u.UnitID); err == nil {
				acc.Unit = unit.Name
			}
		}
		p.Demo = append(p.Demo, acc)
	}
	return r.render(status, "login", &p)
}

func (r *request) login() error {
	p := view.LoginPage{Login: r.field("login"), Next: localPath(r.FormValue("next"))}
	token, u, err := r.s.app.Login(r.ctx(), p.Login, r.FormValue("password"), r.RealIP(), r.Request().UserAgent())
	var e *models.Error
	switch {
	case errors.As(err, &e) && e.Code == models.Unauthenticated:
		p.Error, p.TriesLeft = "wrong", e.Args[0].(int)
		if p.TriesLeft <= 0 {
			p.Error, p.Minutes = "locked", int(app.FailureWindow/time.Minute)
		}
		return r.showLogin(http.StatusUnauthorized, p)
	case errors.As(err, &e) && e.Code == models.Forbidden:
		p.Error, p.Minutes = "locked", e.Args[0].(int)
		return r.showLogin(http.StatusForbidden, p)
	case err != nil:
		return err
	}
	// a session of before must not live on beside the new one
	if r.token != "" {
		if err := r.s.app.Logout(r.ctx(), r.actor, r.token); err != nil {
			return err
		}
	}
	r.SetCookie(r.s.cookie(r.s.cookieName(), token, int(app.SessionLife/time.Second)))
	if u.Lang != "" {
		r.SetCookie(r.s.cookie(langCookie, u.Lang, 365*24*3600))
	}
	return r.Redirect(http.StatusSeeOther, p.Next)
}

func (r *request) logout() error {
	if err := r.s.app.Logout(r.ctx(), r.actor, r.token); err != nil {
		return err
	}
	r.SetCookie(r.s.cookie(r.s.cookieName(), "", -1))
	r.Response().Header().Set("Clear-Site-Data", `"cache"`)
	return r.Redirect(http.StatusSeeOther, "/login")
}

func (r *request) setLang() error {
	lang := matchLang(r.FormValue("lang"))
	r.SetCookie(r.s.cookie(langCookie, string(lang), 365*24*3600))
	if r.user.ID != 0 {
		if err := r.s.app.SetLang(r.ctx(), r.actor, string(lang)); err != nil {
			return err
		}
	}
	return r.Redirect(http.StatusSeeOther, r.back("/"))
}

func (r *request) setupPage() error {
	p := view.SetupPage{}
	_, err := r.s.app.CheckTicket(r.ctx(), models.TicketSetup, r.Param("token"))
	if models.CodeOf(err) == models.NotFound {
		p.Dead = true
		return r.showSetup(http.StatusNotFound, p)
	}
	if err != nil {
		return err
	}
	return r.showSetup(http.StatusOK, p)
}

func (r *request) showSetup(status int, p view.SetupPage) error {
	p.Shell = r.shell()
	p.MinLength = auth.MinPassword
	return r.render(status, "setup", &p)
}

func (r *request) setup() error {
	p := view.SetupPage{Login: r.field("login"), Name: r.field("name"), Email: r.field("email")}
	err := r.passwordsAgree()
	if err == nil {
		err = r.s.app.Setup(r.ctx(), r.Param("token"), p.Login, p.Name, p.Email, r.FormValue("password"))
	}
	if models.CodeOf(err) == models.NotFound {
		p.Dead = true
		return r.showSetup(http.StatusNotFound, p)
	}
	if err != nil {
		if p.Errors, err = r.formErrors(err); err != nil {
			return err
		}
		return r.showSetup(http.StatusUnprocessableEntity, p)
	}
	return r.done("/login", "flash.setup")
}

// passwordsAgree checks that the password was typed twice alike.
func (r *request) passwordsAgree() error {
	if r.FormValue("password") != r.FormValue("again") {
		return models.FieldErr("again", "err.password_again")
	}
	return nil
}

func (r *request) invitePage() error {
	t, err := r.s.app.CheckTicket(r.ctx(), models.TicketInvite, r.Param("token"))
	if models.CodeOf(err) == models.NotFound {
		return r.showInvite(http.StatusNotFound, view.InvitePage{Dead: true})
	}
	if err != nil {
		return err
	}
	p := view.InvitePage{Expires: r.instant(t.ExpiresAt)}
	if err := r.fillInvite(&p, t); err != nil {
		return err
	}
	return r.showInvite(http.StatusOK, p)
}

func (r *request) fillInvite(p *view.InvitePage, t models.Ticket) error {
	u, err := r.read().User(r.ctx(), t.UserID)
	if err != nil {
		return err
	}
	p.Name, p.Login, p.Reset = u.Name, u.Login, u.PasswordHash != ""
	if u.UnitID != 0 {
		unit, err := r.read().Unit(r.ctx(), u.UnitID)
		if err != nil {
			return err
		}
		p.Unit = unit.Name
	}
	return nil
}

func (r *request) showInvite(status int, p view.InvitePage) error {
	p.Shell = r.shell()
	p.MinLength = auth.MinPassword
	return r.render(status, "invite", &p)
}

func (r *request) invite() error {
	t, err := r.s.app.CheckTicket(r.ctx(), models.TicketInvite, r.Param("token"))
	if err == nil {
		if err = r.passwordsAgree(); err == nil {
			err = r.s.app.SetPassword(r.ctx(), r.Param("token"), r.FormValue("password"))
		}
	}
	if models.CodeOf(err) == models.NotFound {
		return r.showInvite(http.StatusNotFound, view.InvitePage{Dead: true})
	}
	if err != nil {
		p := view.InvitePage{Expires: r.instant(t.ExpiresAt)}
		if p.Errors, err = r.formErrors(err); err != nil {
			return err
		}
		if err := r.fillInvite(&p, t); err != nil {
			return err
		}
		return r.showInvite(http.StatusUnprocessableEntity, p)
	}
	return r.done("/login", "flash.password")
}

// instant writes a time as pages take it: office zone, to the minute.
func (r *request) instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(r.s.app.Zone).Format("2006-01-02 15:04")
}

func (r *request) instantOf(t *time.Time) string {
	if t == nil {
		return ""
	}
	return r.instant(*t)
}
