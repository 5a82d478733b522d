package main

import (
	"fmt"
	"runtime/debug"
	"text/tabwriter"
)

type migrateCmd struct{}

// Run brings the schema up.
func (migrateCmd) Run(p *program) error {
	o, err := p.open(false) // opening to write migrates
	if err != nil {
		return err
	}
	defer o.db.Close()
	have, _, err := o.db.SchemaVersion(p.ctx)
	if err != nil {
		return err
	}
	p.say("cli.migrated", p.cfg.Database.String(), have)
	return nil
}

type configCmd struct{}

// Run prints every setting with what it means.
func (configCmd) Run(p *program) error {
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, s := range p.cfg.Describe() {
		mark := " "
		if s.Given {
			mark = "*"
		}
		fmt.Fprintf(w, "%s %s\t%s\t%s\n", mark, s.Name, s.Value, p.lang2(s.ZH, s.EN))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	p.say("cli.config_mark")
	return nil
}

type versionCmd struct{}

// Run prints the version that the build carries.
func (versionCmd) Run(p *program) error {
	fmt.Fprintln(p.out, "duban", version())
	return nil
}

// version is the module's version or the commit that it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 && (v == "" || v == "(devel)") {
			v = s.Value[:12]
		}
	}
	return v + " " + info.GoVersion
}
