package view

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"text/template/parse"

	"duban/app/i18n"
	"duban/models"
	"duban/templates"
)

// TestKeysExist: every key that a template or Go code names is in the
// catalogue. A key made of a prefix and a value ("state.%s") must have at
// least two keys that begin so; which values occur, the tests of the pages see.
func TestKeysExist(t *testing.T) {
	cat := i18n.Default()
	keys := cat.Keys()
	n := 0
	check := func(where, key string) {
		n++
		prefix, rest, dynamic := strings.Cut(key, "%s")
		if !dynamic {
			if strings.HasSuffix(key, ".") || strings.HasSuffix(key, "_") { // "state." + x
				prefix, dynamic = key, true
			} else if !cat.Has(key) {
				t.Errorf("%s: no message %q", where, key)
			}
		}
		if dynamic {
			found := 0
			for _, k := range keys {
				if strings.HasPrefix(k, prefix) && strings.HasSuffix(k, strings.TrimPrefix(rest, "%s")) {
					found++
				}
			}
			if found < 2 {
				t.Errorf("%s: %d messages like %q", where, found, key)
			}
		}
	}

	l := &Locale{Lang: i18n.ZH, cat: cat}
	err := fs.WalkDir(templates.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".html" && filepath.Ext(name) != ".txt" {
			return err
		}
		b, err := fs.ReadFile(templates.FS, name)
		if err != nil {
			return err
		}
		funcs := l.funcs()
		set, err := parse.Parse(name, string(b), "", "", funcs, builtins)
		if err != nil {
			// Mails have functions of their own; their own tests render them.
			if strings.HasPrefix(name, "mail/") {
				return nil
			}
			return err
		}
		for _, tree := range set {
			walk(tree.Root, func(key string) { check(name, key) })
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	// Go: the first argument of a call named T, as a constant with a dot in it.
	call := regexp.MustCompile(`\bT\((?:[a-z.]*[lL]ang[a-zA-Z.()]*, )?"([a-z_]+\.[a-zA-Z0-9_.-]*)"`)
	err = filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, line := range strings.Split(string(b), "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "//") {
				continue
			}
			for _, m := range call.FindAllStringSubmatch(line, -1) {
				check(path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 300 {
		t.Errorf("only %d uses were found: the search is broken", n)
	}
}

// builtins are the functions of html/template itself, so that parsing knows
// their names.
var builtins = map[string]any{"and": 0, "or": 0, "not": 0, "eq": 0, "ne": 0, "lt": 0, "le": 0, "gt": 0, "ge": 0,
	"len": 0, "index": 0, "slice": 0, "print": 0, "printf": 0, "println": 0, "html": 0, "js": 0, "urlquery": 0, "call": 0}

// walk visits every use of T in a template.
func walk(n parse.Node, visit func(key string)) {
	list := func(l *parse.ListNode) {
		if l != nil {
			for _, x := range l.Nodes {
				walk(x, visit)
			}
		}
	}
	pipe := func(p *parse.PipeNode) {
		if p != nil {
			for _, c := range p.Cmds {
				walk(c, visit)
			}
		}
	}
	branch := func(b *parse.BranchNode) { pipe(b.Pipe); list(b.List); list(b.ElseList) }
	switch n := n.(type) {
	case *parse.ListNode:
		list(n)
	case *parse.ActionNode:
		pipe(n.Pipe)
	case *parse.PipeNode:
		pipe(n)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.TemplateNode:
		pipe(n.Pipe)
	case *parse.CommandNode:
		if id, ok := n.Args[0].(*parse.IdentifierNode); ok && id.Ident == "T" && len(n.Args) > 1 {
			switch a := n.Args[1].(type) {
			case *parse.StringNode:
				visit(a.Text)
			case *parse.PipeNode:
				if c := a.Cmds[0]; len(c.Args) > 1 {
					if f, ok := c.Args[0].(*parse.IdentifierNode); ok && f.Ident == "printf" {
						if s, ok := c.Args[1].(*parse.StringNode); ok {
							visit(s.Text)
						}
					}
				}
			}
		}
		for _, a := range n.Args {
			walk(a, visit)
		}
	}
}

// TestValuesHaveWords: values that complete a key at run time, one by one.
func TestValuesHaveWords(t *testing.T) {
	need := func(prefix string, values ...string) {
		for _, v := range values {
			if !i18n.Default().Has(prefix + v) {
				t.Errorf("no message %q", prefix+v)
			}
		}
	}
	for _, l := range models.Lamps {
		need("state.", string(l))
		if _, err := icon(string(l)); err != nil {
			t.Error(err)
		}
	}
	for _, r := range models.Roles {
		need("role.", string(r))
	}
	need("bar.", BarStates...)
	need("nav.", "home", "mytasks", "matrix", "fullplan", "review", "units", "plan", "plans", "register", "people",
		"outbox", "jobs", "notices", "audit", "help", "me", "tasks")
	kinds := []string{"overdue", "review", "ext", "unack", "returned", "silent", "contact", "opinion", "past"}
	need("queue_lamp.", kinds...)
	for _, k := range kinds {
		if _, err := icon((QueueRow{Kind: k}).Lamp()); err != nil {
			t.Error(err)
		}
	}
	need("queue_kind.", "review", "nudge", "extend", "other")
	need("matrix.f_", "q", "ind", "unit", "due", "state", "view")
	need("matrix.density_", "compact", "standard", "full")
}
