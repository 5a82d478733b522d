// Command duban is the whole program: the server, its jobs, and the commands
// that look after it. Each command is one file.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"duban/app/config"
	"duban/app/i18n"
	"duban/models"

	"github.com/alecthomas/kong"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], config.Environ(), os.Stdout, os.Stderr))
}

// Exit codes of every command.
const (
	exitOK    = 0
	exitError = 1 // it was tried and failed
	exitUsage = 2 // the command line or a setting is wrong; nothing was tried
)

// commands is the command line. Help is in both languages: the one who runs a
// server may read either.
type commands struct {
	Serve    serveCmd    `cmd:"" help:"启动服务 · Serve the pages and run the jobs"`
	Migrate  migrateCmd  `cmd:"" help:"升级数据库结构 · Bring the database's schema up to this program's version"`
	Seed     seedCmd     `cmd:"" help:"载入内置方案 · Put a built-in plan and its units in"`
	Plan     planCmd     `cmd:"" help:"查看方案 · List and show plans"`
	Remind   remindCmd   `cmd:"" help:"到期提醒 · Tell contacts what is due soon or newly overdue"`
	Escalate escalateCmd `cmd:"" help:"逾期升级 · Tell leaders and the lead bureau what stays overdue"`
	Digest   digestCmd   `cmd:"" help:"督办周报 · Mail the weekly overdue digest"`
	User     userCmd     `cmd:"" help:"账号 · Accounts"`
	Config   configCmd   `cmd:"" help:"查看设置 · Show every setting, its value and its meaning"`
	Version  versionCmd  `cmd:"" help:"版本 · Print the version"`
}

// program is what commands work with.
type program struct {
	ctx      context.Context
	out, err io.Writer
	cfg      config.Config
	cat      *i18n.Catalogue
	lang     i18n.Lang
}

// run is the program without the process: tests call it.
func run(ctx context.Context, args, environ []string, out, errOut io.Writer) (code int) {
	cat, err := i18n.Load()
	if err != nil {
		fmt.Fprintln(errOut, "duban:", err)
		return exitError
	}
	p := &program{ctx: ctx, out: out, err: errOut, cat: cat, lang: terminalLang(environ)}

	type exit int
	defer func() {
		if e := recover(); e != nil {
			c, ok := e.(exit)
			if !ok {
				panic(e)
			}
			code = int(c)
		}
	}()
	var cli commands
	parser, err := kong.New(&cli, kong.Name("duban"), kong.Writers(out, errOut), kong.Bind(p),
		kong.Description("督办 · Turns an issued division-of-responsibility plan into a live task matrix, chases every unit to its deadline, and proves what was done."),
		kong.UsageOnError(), kong.Exit(func(c int) { panic(exit(c)) }))
	if err != nil {
		fmt.Fprintln(errOut, "duban:", err)
		return exitError
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	cmd, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(errOut, "duban:", err)
		fmt.Fprintln(errOut, p.t("cli.see_help"))
		return exitUsage
	}
	if p.cfg, err = config.Load(environ); err != nil {
		var ps config.Problems
		if errors.As(err, &ps) {
			fmt.Fprintln(errOut, ps.Text(string(p.lang)))
		} else {
			fmt.Fprintln(errOut, "duban:", err)
		}
		return exitUsage
	}
	if err := cmd.Run(p); err != nil {
		p.fail(err)
		return exitError
	}
	return exitOK
}

// t is a word of the catalogue in the terminal's language.
func (p *program) t(key string, args ...any) string { return p.cat.T(p.lang, key, args...) }

// fail says on stderr what went wrong, in words where it is a person's to mend.
func (p *program) fail(err error) {
	var es models.Errors
	var e *models.Error
	switch {
	case errors.As(err, &es):
		for _, e := range es {
			fmt.Fprintf(p.err, "duban: %s: %s\n", e.Field, p.t(e.Key, e.Args...))
		}
	case errors.As(err, &e):
		fmt.Fprintln(p.err, "duban:", p.t(e.Key, e.Args...))
	default:
		fmt.Fprintln(p.err, "duban:", err)
	}
}

// terminalLang is the language of the terminal: Chinese if its locale says so.
func terminalLang(environ []string) i18n.Lang {
	for _, name := range []string{"LC_ALL=", "LC_MESSAGES=", "LANG="} {
		for _, e := range environ {
			if v, ok := strings.CutPrefix(e, name); ok && v != "" {
				if strings.HasPrefix(strings.ToLower(v), "zh") {
					return i18n.ZH
				}
				return i18n.EN
			}
		}
	}
	return i18n.EN
}
