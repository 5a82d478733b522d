package main

import (
	"fmt"
	"text/tabwriter"

	"duban/app"
	"duban/app/auth"
	"duban/models"
	"duban/seeds"
)

type seedCmd struct {
	Key  string `arg:"" optional:"" help:"内置方案代号 · key of a built-in plan"`
	List bool   `help:"列出内置方案 · list the built-in plans"`
	Demo bool   `help:"载入演示数据 · load all that serve --demo shows"`
}

// Run puts a built-in plan in, or lists them.
func (c seedCmd) Run(p *program) error {
	if c.List {
		return listSeeds(p)
	}
	if c.Key == "" && !c.Demo {
		return models.Errf(models.Invalid, "cli.seed_what")
	}
	o, err := p.open(false)
	if err != nil {
		return err
	}
	defer o.db.Close()
	if c.Demo {
		return seedDemo(p, o.app)
	}
	plan, err := o.app.ImportSeed(p.ctx, models.SystemActor("seed"), c.Key)
	if err != nil {
		return err
	}
	p.say("cli.seeded", plan.Title, plan.Key)
	return nil
}

// demoPassword is the password of every demo account: printed at start, valid
// on loopback only.
const demoPassword = "Duban-2020!"

func seedDemo(p *program, a *app.App) error {
	hash, err := auth.HashPassword(p.ctx, demoPassword)
	if err != nil {
		return err
	}
	if err := a.SeedDemo(p.ctx, hash); err != nil {
		return err
	}
	p.say("cli.demo_seeded")
	return nil
}

func listSeeds(p *program) error {
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, key := range seeds.PlanKeys() {
		d, err := app.SeedDraft(key)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", key, p.t("cli.seed_line", len(d.Tasks), len(d.Measures)), d.Plan.Title)
	}
	return w.Flush()
}
