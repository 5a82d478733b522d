package main

import (
	"fmt"
	"text/tabwriter"

	"duban/models"
)

type userCmd struct {
	List   userListCmd   `cmd:"" help:"列出账号 · List the accounts"`
	Add    userAddCmd    `cmd:"" help:"新建账号并给出一次性链接 · Add an account and print its one-time link"`
	Invite userInviteCmd `cmd:"" help:"重新给出一次性链接（重设密码） · Print a new one-time link, to set or reset a password"`
	Off    userOffCmd    `cmd:"" help:"停用账号 · Disable an account"`
	On     userOnCmd     `cmd:"" help:"启用账号 · Enable an account"`
}

type userListCmd struct{}

// Run lists the accounts.
func (userListCmd) Run(p *program) error {
	o, err := p.open(true)
	if err != nil {
		return err
	}
	defer o.db.Close()
	users, err := o.db.Users(p.ctx)
	if err != nil {
		return err
	}
	unit := map[models.UnitID]string{}
	units, err := o.db.Units(p.ctx)
	if err != nil {
		return err
	}
	for _, u := range units {
		unit[u.ID] = u.Name
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, u := range users {
		state := ""
		if !u.Active() {
			state = p.t("cli.disabled")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", u.Login, u.Name, p.t("role."+string(u.Role)), unit[u.UnitID], u.Email, state)
	}
	return w.Flush()
}

type userAddCmd struct {
	Login string `arg:"" help:"账号 · login"`
	Name  string `required:"" help:"姓名 · name"`
	Role  string `required:"" enum:"lead,contact,leader,supervisor,admin" help:"角色 · lead, contact, leader, supervisor or admin"`
	Unit  string `placeholder:"CODE" help:"单位代码 · code of the unit, for lead, contact and leader"`
	Email string `help:"邮箱 · mail address"`
	Phone string `help:"电话 · phone"`
}

// Run adds an account.
func (c userAddCmd) Run(p *program) error {
	o, err := p.open(false)
	if err != nil {
		return err
	}
	defer o.db.Close()
	u := models.User{Login: c.Login, Name: c.Name, Role: models.Role(c.Role), Email: c.Email, Phone: c.Phone}
	if c.Unit != "" {
		unit, err := o.db.UnitByCode(p.ctx, c.Unit)
		if err != nil {
			return models.FieldErr("--unit", "err.unit_unknown", c.Unit)
		}
		u.UnitID = unit.ID
	}
	_, token, err := o.app.CreateUser(p.ctx, models.SystemActor("cli"), u)
	if err != nil {
		return err
	}
	p.say("cli.link", p.cfg.URL+"/invite/"+token)
	return nil
}

// userArg names one account.
type userArg struct {
	Login string `arg:"" help:"账号 · login"`
}

func (c userArg) with(p *program, fn func(*opened, models.User) error) error {
	o, err := p.open(false)
	if err != nil {
		return err
	}
	defer o.db.Close()
	u, err := o.db.UserByLogin(p.ctx, c.Login)
	if err != nil {
		return models.Errf(models.NotFound, "err.user_unknown", c.Login)
	}
	return fn(o, u)
}

type userInviteCmd struct{ userArg }

// Run prints a new one-time link.
func (c userInviteCmd) Run(p *program) error {
	return c.with(p, func(o *opened, u models.User) error {
		token, err := o.app.Invite(p.ctx, models.SystemActor("cli"), u.ID)
		if err != nil {
			return err
		}
		p.say("cli.link", p.cfg.URL+"/invite/"+token)
		return nil
	})
}

type userOffCmd struct{ userArg }

// Run disables an account.
func (c userOffCmd) Run(p *program) error { return c.set(p, true) }

type userOnCmd struct{ userArg }

// Run enables an account.
func (c userOnCmd) Run(p *program) error { return c.set(p, false) }

func (c userArg) set(p *program, off bool) error {
	return c.with(p, func(o *opened, u models.User) error {
		return o.app.DisableUser(p.ctx, models.SystemActor("cli"), u.ID, off)
	})
}
