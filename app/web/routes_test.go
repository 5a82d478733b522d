package web

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// TestEveryRouteDeclaresItsPolicy looks at what echo really serves, not at the
// table: a route added beside it would be found.
func TestEveryRouteDeclaresItsPolicy(t *testing.T) {
	s := newSite(t, storetest.OpenSQLite(t), storetest.Clock)
	declared := map[string]policy{}
	for _, r := range s.server.routes {
		if !r.policy.declared() {
			t.Errorf("%s %s declares no policy", r.method, r.path)
		}
		if r.policy.act != "" && !known(r.policy.act) {
			t.Errorf("%s %s: the policy table has no act %q", r.method, r.path, r.policy.act)
		}
		declared[r.method+" "+r.path] = r.policy
	}
	n := 0
	for _, r := range s.server.echo.Routes() {
		if strings.HasPrefix(r.Method, "echo_") {
			continue
		}
		n++
		if _, ok := declared[r.Method+" "+r.Path]; !ok {
			t.Errorf("%s %s is served and not in the table", r.Method, r.Path)
		}
		if r.Method != http.MethodGet && r.Method != http.MethodPost {
			t.Errorf("%s %s: pages know GET and POST only", r.Method, r.Path)
		}
	}
	if n < 20 {
		t.Errorf("only %d routes found", n)
	}
}

// TestUndeclaredRouteIsRefused is the test's own control: a route without a
// policy stops the program at start.
func TestUndeclaredRouteIsRefused(t *testing.T) {
	s := newSite(t, storetest.OpenSQLite(t), storetest.Clock)
	defer func() {
		if recover() == nil {
			t.Error("a route without a policy was registered")
		}
	}()
	s.server.add([]route{{method: get, path: "/backdoor", handler: (*request).healthz}})
}

func known(act models.Act) bool {
	for _, a := range models.Acts() {
		if a == act {
			return true
		}
	}
	return false
}

// TestNobodyGetsIn asks for every route without an account: pages lead to the
// login, acts are refused.
func TestNobodyGetsIn(t *testing.T) {
	s := newSite(t, storetest.OpenSQLite(t), storetest.Clock)
	for _, r := range s.server.routes {
		if r.policy.public != "" {
			continue
		}
		path := strings.NewReplacer(":plan", "x", ":id", "1", ":addr", "1-1", ":code", "x", ":ev", "1", ":ext", "1", ":pid", "1", ":name", "x", "/*", "/x").Replace(r.path)
		w := s.ask(t, r.method, path, nil)
		want := http.StatusSeeOther
		if r.method == http.MethodPost {
			want = http.StatusUnauthorized
		}
		if w.Code != want {
			t.Errorf("%s %s: %d, want %d", r.method, path, w.Code, want)
		}
	}
}

// TestSecurityHeaders: every answer carries them, error pages too.
func TestSecurityHeaders(t *testing.T) {
	s := newSite(t, storetest.OpenSQLite(t), storetest.Clock)
	for _, path := range []string{"/login", "/", "/no/such/page", "/static/none.css", "/healthz"} {
		h := s.ask(t, http.MethodGet, path, nil).Header()
		if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Referrer-Policy") == "" || h.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

// TestCrossOriginActsAreRefused: an act from another site, or one with a
// session and no word of where it comes from, does nothing.
func TestCrossOriginActsAreRefused(t *testing.T) {
	s := newSite(t, storetest.OpenSQLite(t), storetest.Clock)
	for name, header := range map[string]map[string]string{
		"cross-site":     {"Sec-Fetch-Site": "cross-site"},
		"same-site":      {"Sec-Fetch-Site": "same-site"},
		"foreign origin": {"Origin": "http://evil.example"},
		"silent":         {"Cookie": "duban=x"},
	} {
		if w := s.ask(t, http.MethodPost, "/logout", header); w.Code != http.StatusForbidden {
			t.Errorf("%s: %d, want 403", name, w.Code)
		}
	}
}

// TestQueriesDoNotGrow: a page asks as many questions for 40 measures and 2,000
// duties as for 4 and 200.
func TestQueriesDoNotGrow(t *testing.T) {
	counts := map[string][2]int64{}
	for i, measures := range []int{4, 40} {
		var n atomic.Int64
		db := storetest.Open(t, store.Options{Database: storetest.SQLiteFile(t), OnQuery: func(string, int64, time.Duration, error) { n.Add(1) }})
		s := bigSiteOn(t, db, measures)
		ck := s.signIn(t, "lead")
		for _, path := range []string{"/", "/p/big-1/m", "/p/big-1/m?open=m1,m2", "/p/big-1/m?q=1", "/p/big-1/list", "/p/big-1/list?lamp=active",
			"/p/big-1/t/1-1", "/p/big-1/review", "/p/big-1/u", "/p/big-1/u/b-1", "/p/big-1", "/plans", "/units", "/units?tab=groups", "/outbox", "/jobs", "/notices", "/audit", "/help"} {
			n.Store(0)
			if w := s.get(t, ck, path); w.Code != http.StatusOK {
				t.Errorf("%s: %d", path, w.Code)
			}
			c := counts[path]
			c[i] = n.Load()
			counts[path] = c
		}
	}
	for path, c := range counts {
		// the matrix keeps a plan's text from one reading to the next
		if c[1] > c[0] || c[1] > 40 {
			t.Errorf("%s: %d queries for 4 measures, %d for 40", path, c[0], c[1])
		}
	}
	t.Log(counts)
}
