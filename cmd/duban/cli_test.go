package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/mail"
	"slices"
	"strings"
	"testing"
)

// try runs a command and returns its exit code and what it printed.
func try(environ []string, args ...string) (code int, out, errOut string) {
	var o, e bytes.Buffer
	code = run(context.Background(), args, environ, &o, &e)
	return code, o.String(), e.String()
}

func TestCommandLine(t *testing.T) {
	environ := []string{"LANG=en_US.UTF-8", "DUBAN_DATA=" + t.TempDir()}
	for _, c := range []struct {
		args []string
		code int
		out  string // must be on standard output
		err  string // must be on standard error
	}{
		{[]string{"version"}, exitOK, "duban ", ""},
		{[]string{"--help"}, exitOK, "escalate", ""},
		{[]string{"digest", "--help"}, exitOK, "--dry-run", ""},
		{[]string{"config"}, exitOK, "DUBAN_DATABASE", ""},
		{[]string{"nonsense"}, exitUsage, "", "nonsense"},
		{[]string{"seed"}, exitError, "", "built-in plan"},
		{[]string{"seed", "--list"}, exitOK, "anda-2020", ""},
		{[]string{"seed", "atlantis"}, exitError, "", "atlantis"},
		{[]string{"seed", "shanghai-2019"}, exitOK, "", ""},
		{[]string{"seed", "shanghai-2019"}, exitError, "", "already"},
		{[]string{"migrate"}, exitOK, "version", ""},
		{[]string{"plan", "list"}, exitOK, "shanghai-2019", ""},
		{[]string{"plan", "show", "shanghai-2019"}, exitOK, "沪府办发〔2019〕8号", ""},
		{[]string{"plan", "show", "atlantis"}, exitError, "", "no such page"},
		{[]string{"user", "add", "x1", "--name", "甲", "--role", "king"}, exitUsage, "", "king"},
		{[]string{"user", "add", "x1", "--name", "甲", "--role", "contact"}, exitError, "", "Choose a unit"},
		{[]string{"user", "add", "x1", "--name", "甲", "--role", "admin"}, exitOK, "/invite/", ""},
		{[]string{"user", "off", "x1"}, exitError, "", "last administrator"},
		{[]string{"user", "list"}, exitOK, "x1", ""},
		{[]string{"remind", "--as-of", "13.10.2020"}, exitError, "", "2020-10-15"},
		{[]string{"remind", "--as-of", "2020-10-13"}, exitOK, "looked at 0", ""},
		{[]string{"escalate", "--as-of", "2020-10-03"}, exitOK, "skipped", ""},
		{[]string{"serve", "--demo", "--addr", "0.0.0.0:0"}, exitError, "", "this machine only"},
	} {
		code, out, errOut := try(environ, c.args...)
		if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(errOut, c.err) {
			t.Errorf("duban %s: exit %d, want %d\nout: %s\nerr: %s", strings.Join(c.args, " "), code, c.code, out, errOut)
		}
	}
	if code, _, errOut := try(append(environ, "DUBAN_DATABSE=x"), "config"); code != exitUsage || !strings.Contains(errOut, "DUBAN_DATABASE") {
		t.Errorf("unknown setting: exit %d, %s", code, errOut)
	}
}

// TestPlanJSON holds `plan show --json` to the published form, field by field.
func TestPlanJSON(t *testing.T) {
	environ := []string{"LANG=en_US.UTF-8", "DUBAN_DATA=" + t.TempDir()}
	duban(t, environ, "seed", "anda-2020")
	var got struct {
		Plan                      map[string]any
		Tasks, Measures, Problems []map[string]any
	}
	must(t, json.Unmarshal([]byte(duban(t, environ, "plan", "show", "anda-2020", "--json")), &got))
	keys := func(m map[string]any) string {
		var out []string
		for k := range m {
			out = append(out, k)
		}
		slices.Sort(out)
		return strings.Join(out, " ")
	}
	first := func(v any) map[string]any { return v.([]any)[0].(map[string]any) }
	var target map[string]any
	for _, m := range got.Measures {
		if ts := m["targets"].([]any); len(ts) > 0 {
			target = ts[0].(map[string]any)
			break
		}
	}
	for _, c := range []struct{ what, got, want string }{
		{"plan", keys(got.Plan), "document_number issued issuer key title year"},
		{"task", keys(got.Tasks[0]), "evaluation_points indicators measures no remarks"},
		{"indicator", keys(first(got.Tasks[0]["indicators"])), "code level name printed_code"},
		{"measure", keys(got.Measures[0]), "deadlines id no responsibilities rows targets text"},
		{"responsibility", keys(first(got.Measures[0]["responsibilities"])), "group name role unit"},
		{"deadline", keys(first(got.Measures[0]["deadlines"])), "date kind rrule text"},
		{"target", keys(target), "metric op text unit value"},
		{"problem", keys(got.Problems[0]), "message severity where"},
	} {
		if c.got != c.want {
			t.Errorf("%s has %s, want %s", c.what, c.got, c.want)
		}
	}
	if len(got.Tasks) != 41 || len(got.Measures) != 37 || got.Plan["issued"] != "2020-11-16" {
		t.Errorf("%d rows, %d measures, issued %v", len(got.Tasks), len(got.Measures), got.Plan["issued"])
	}
}

// TestBesideARunningServer: a second program on the same SQLite file is
// refused with a clear sentence; looking and dry runs work beside it and store
// nothing.
func TestBesideARunningServer(t *testing.T) {
	environ := []string{"LANG=en_US.UTF-8", "DUBAN_DATA=" + t.TempDir()}
	duban(t, environ, "seed", "--demo")
	site := start(t, environ, "serve", "--addr", "127.0.0.1:0")
	code, _, errOut := try(environ, "serve", "--addr", "127.0.0.1:0")
	if code != exitError || !strings.Contains(errOut, "Another duban is using the database") {
		t.Errorf("second server: exit %d, %s", code, errOut)
	}
	if code, _, errOut := try(environ, "remind"); code != exitError || !strings.Contains(errOut, "Another duban") {
		t.Errorf("remind beside a server: exit %d, %s", code, errOut)
	}
	if out := duban(t, environ, "plan", "list"); !strings.Contains(out, "anda-2020") {
		t.Errorf("plan list beside a server: %s", out)
	}
	dry := duban(t, environ, "remind", "--as-of", "2020-10-14", "--dry-run")
	if again := duban(t, environ, "remind", "--as-of", "2020-10-14", "--dry-run"); dry != again || !strings.Contains(dry, "@anda.example") {
		t.Errorf("a dry run changes what the next one says:\n%s\n%s", dry, again)
	}
	letter := duban(t, environ, "digest", "--as-of", "2020-10-12", "--dry-run", "--to", "liming")
	m, err := mail.ReadMessage(strings.NewReader(letter))
	must(t, err)
	to, err := m.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Address != "liming@anda.example" || m.Header.Get("Message-ID") == "" {
		t.Errorf("digest to %v, %v", to, err)
	}
	site.stop()
	if out := duban(t, environ, "remind", "--as-of", "2020-10-14"); !strings.Contains(out, "mails") {
		t.Errorf("after the server has gone: %s", out)
	}
}
