package web

import (
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"duban/app"
	"duban/app/auth"
	"duban/app/blob"
	"duban/app/i18n"
	"duban/app/jobs"
	"duban/app/notify"
	"duban/app/view"
	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// The benchmarks put a page beside its floor in the same run: the same rows,
// read with database/sql and written as plain HTML. What counts is the ratio;
// milliseconds depend on the machine. `make bench` runs them,
// docs/performance.md keeps the figures.

// site is a whole site on a database, for benchmarks and for tests.
type site struct {
	app    *app.App
	db     *store.DB
	server *Server
	h      http.Handler
}

func newSite(t testing.TB, db *store.DB, now func() time.Time) site {
	t.Helper()
	cal, err := app.SeedCalendar(nil)
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.Open(filepath.Join(t.TempDir(), "evidence"))
	if err != nil {
		t.Fatal(err)
	}
	cat := i18n.Default()
	r, err := view.New(cat, func() string { return models.DateIn(now(), storetest.Zone).String() })
	if err != nil {
		t.Fatal(err)
	}
	a := app.New(app.Deps{DB: db, Blob: files, View: r, Now: now, Zone: storetest.Zone, Calendar: cal,
		BaseURL: "http://duban.example", MailDomain: "duban.example", UploadMax: 1 << 20})
	relay := &notify.Relay{DB: db, Now: now, Check: a.CheckMessage}
	runner := jobs.New(a, relay, a.Log)
	s := New(a, runner, r, cat, testLog(t), Config{Wall: time.Now, Channel: "files"})
	return site{a, db, s, s.Handler()}
}

// testLog puts what the site logs as an error beside the test that met it.
func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelError}))
}

type testWriter struct{ t testing.TB }

// Write implements io.Writer.
func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

// signIn opens a session for a person and returns its cookie.
func (s site) signIn(t testing.TB, login string) *http.Cookie {
	t.Helper()
	ctx := context.Background()
	u, err := s.db.UserByLogin(ctx, login)
	if err != nil {
		t.Fatal(err)
	}
	token, hash := auth.NewToken()
	now := s.app.Now()
	err = s.db.Tx(ctx, func(tx *store.Tx) error {
		return tx.InsertSession(ctx, &models.Session{TokenHash: hash, UserID: u.ID, Epoch: u.Epoch, CreatedAt: now, LastSeenAt: now})
	})
	if err != nil {
		t.Fatal(err)
	}
	return &http.Cookie{Name: "duban", Value: token}
}

func (s site) get(t testing.TB, ck *http.Cookie, path string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, path, nil)
	req.Header.Set("Accept-Language", "zh-CN")
	if ck != nil {
		req.AddCookie(ck)
	}
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, req)
	return w
}

// ask makes a request of nobody in particular, with the given headers.
func (s site) ask(t testing.TB, method, path string, header map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequest(method, path, nil)
	for k, v := range header {
		req.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, req)
	return w
}

// bigDraft is an invented plan of n measures for one group of all units.
func bigDraft(key string, n int) models.Draft {
	d := models.Draft{Plan: models.DraftPlan{Key: key, Title: "大方案 " + key, Issuer: "市政府办公室", Issued: models.NewDate(2020, 8, 1), Year: 2020,
		LeadUnit: "牵头局", Register: "bench", Columns: []string{"序号", "任务", "单位", "时限"}}}
	for i := range n {
		no, id := fmt.Sprint(i+1), fmt.Sprintf("m%d", i+1)
		d.Tasks = append(d.Tasks, models.DraftTask{No: no, Measures: []string{id},
			Indicators: []models.DraftIndicator{{Level: 1, Name: fmt.Sprintf("第%d部分", i/100+1), Code: fmt.Sprint(i/100 + 1)},
				{Level: 2, Name: fmt.Sprintf("第%d节", i/10+1), Code: fmt.Sprintf("%d-%d", i/100+1, i/10+1)}},
			EvaluationPoints: "评估各地区依托一体化政务服务平台推动事项标准化、办事指南准确、数据同源的情况，重点抽查高频事项。"})
		day := models.NewDate(2020, 9, 1).AddDays(i % 120)
		d.Measures = append(d.Measures, models.DraftMeasure{ID: id, Text: fmt.Sprintf("推进第%d项措施落实，逐事项、逐要素自查，完善本部门事项办事指南并按期报送。", i+1),
			Rows: []string{no}, UnitText: "各单位。", Responsibilities: []models.DraftResponsibility{{Name: "各单位", Unit: "各单位", Role: models.UnitResponsible, Group: true}},
			Deadlines: []models.DraftDeadline{{Text: day.String() + "前。", Date: day, Kind: models.DeadlineBefore}}})
	}
	return d
}

// bigSite is a site with plans of n measures each for 50 units, two thirds of
// the duties finished.
func bigSite(t testing.TB, plans ...int) site {
	t.Helper()
	return bigSiteOn(t, storetest.OpenSQLite(t), plans...)
}

func bigSiteOn(t testing.TB, db *store.DB, plans ...int) site {
	t.Helper()
	ctx := context.Background()
	now := time.Date(2020, 8, 3, 9, 0, 0, 0, storetest.Zone)
	s := newSite(t, db, func() time.Time { return now })
	sys := models.SystemActor("bench")
	storetest.Write(t, db, func(tx *store.Tx) error {
		g := models.UnitGroup{Code: "all", Register: "bench", Name: "各单位"}
		if err := tx.InsertGroup(ctx, &g); err != nil {
			return err
		}
		for i := range 51 {
			u := models.Unit{Code: fmt.Sprintf("b-%d", i), Register: "bench", Name: fmt.Sprintf("第%d局", i), Short: fmt.Sprintf("%d局", i), Family: "市直", SortNo: i, Version: 1}
			if i == 0 {
				u.Name = "牵头局"
			}
			if err := tx.InsertUnit(ctx, &u); err != nil {
				return err
			}
			if i > 0 {
				if err := tx.InsertMembers(ctx, []models.GroupMember{{GroupID: g.ID, UnitID: u.ID, FromDate: models.NewDate(2020, 1, 1)}}); err != nil {
					return err
				}
				continue
			}
			lead := models.User{Login: "lead", Name: "李明", Role: models.RoleLead, UnitID: u.ID, Lang: "zh", Epoch: 1, Version: 1, CreatedAt: now}
			if err := tx.InsertUser(ctx, &lead); err != nil {
				return err
			}
		}
		return nil
	})
	for i, n := range plans {
		p, err := s.app.ImportPlan(ctx, sys, bigDraft(fmt.Sprintf("big-%d", i+1), n))
		if err != nil {
			t.Fatal(err)
		}
		issueBig(t, db, p)
	}
	now = storetest.Now
	return s
}

// issueBig gives every unit every measure: two thirds finished, some in review,
// some not signed for, the rest running.
func issueBig(t testing.TB, db *store.DB, p models.Plan) {
	t.Helper()
	ctx := context.Background()
	c, err := db.Content(ctx, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	units, err := db.Units(ctx)
	if err != nil {
		t.Fatal(err)
	}
	due := map[models.MeasureID]models.Date{}
	for _, d := range c.Deadlines {
		due[d.MeasureID] = d.Date
	}
	issued := time.Date(2020, 8, 3, 1, 0, 0, 0, time.UTC)
	storetest.Write(t, db, func(tx *store.Tx) error {
		p.State, p.IssuedAt = models.PlanIssued, &issued
		if err := tx.UpdatePlan(ctx, &p); err != nil {
			return err
		}
		var as []models.Assignment
		for _, m := range c.Measures {
			for _, u := range units[1:] {
				a := models.Assignment{PlanID: p.ID, MeasureID: m.ID, UnitID: u.ID, Role: models.UnitResponsible, State: models.StateActive,
					DueOn: due[m.ID], EffectiveOn: due[m.ID], IssuedOn: models.NewDate(2020, 8, 3), SignedAt: &issued, Version: 1}
				switch n := len(as); {
				case n%3 != 0:
					a.State, a.FirstSubmittedOn, a.SubmittedAt, a.FinishedAt = models.StateDone, a.DueOn, &issued, &issued
				case n%97 == 0:
					a.State, a.FirstSubmittedOn, a.SubmittedAt = models.StateReview, a.DueOn, &issued
				case n%20 == 0:
					a.State, a.SignedAt = models.StateUnack, nil
				}
				as = append(as, a)
			}
		}
		return tx.InsertAssignments(ctx, as)
	})
}

// rivals runs a page and its floor in turn and reports both and their ratio.
func rivals(b *testing.B, page, floor func()) {
	b.Helper()
	page()
	floor()
	debug.FreeOSMemory()
	var p, f time.Duration
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		t0 := time.Now()
		page()
		t1 := time.Now()
		floor()
		p, f = p+t1.Sub(t0), f+time.Since(t1)
	}
	runtime.ReadMemStats(&after)
	n := float64(b.N)
	b.ReportMetric(p.Seconds()*1000/n, "page-ms")
	b.ReportMetric(f.Seconds()*1000/n, "floor-ms")
	b.ReportMetric(p.Seconds()/f.Seconds(), "x-floor")
	b.ReportMetric(float64(after.HeapSys)/(1<<20), "heap-MiB")
	if rss := residentMiB(); rss > 0 {
		b.ReportMetric(rss, "rss-MiB")
	}
	b.ReportMetric(0, "ns/op")
}

// residentMiB is the process's memory as Linux sees it, 0 elsewhere.
func residentMiB() float64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.SplitSeq(string(data), "\n") {
		var kb float64
		if _, err := fmt.Sscanf(line, "VmRSS: %f kB", &kb); err == nil {
			return kb / 1024
		}
	}
	return 0
}

func benchPage(b *testing.B, s site, path string, floor func(io.Writer) error) {
	ck := s.signIn(b, "lead")
	page := func() {
		if w := s.get(b, ck, path); w.Code != http.StatusOK || w.Body.Len() < 1000 {
			b.Fatalf("%s: %d, %d bytes", path, w.Code, w.Body.Len())
		}
	}
	plain := func() {
		var out strings.Builder
		if err := floor(&out); err != nil {
			b.Fatal(err)
		}
	}
	rivals(b, page, plain)
}

// BenchmarkMatrixBig is the matrix of 1,000 measures and 50,000 assignments.
func BenchmarkMatrixBig(b *testing.B) {
	s := bigSite(b, 1000)
	benchPage(b, s, "/p/big-1/m", s.matrixFloor("big-1"))
}

// BenchmarkMatrixAnda is the matrix of the real plan.
func BenchmarkMatrixAnda(b *testing.B) {
	db := storetest.OpenSQLite(b)
	now := app.DemoStart(storetest.Zone)
	s := newSite(b, db, func() time.Time { return now })
	if err := s.app.SeedDemo(context.Background(), "x"); err != nil {
		b.Fatal(err)
	}
	storetest.Write(b, db, func(tx *store.Tx) error {
		u, err := tx.UserByLogin(context.Background(), "liming")
		if err != nil {
			return err
		}
		u.ID, u.Login, u.Version = 0, "lead", 1
		return tx.InsertUser(context.Background(), &u)
	})
	benchPage(b, s, "/p/anda-2020/m", s.matrixFloor(app.DemoPlan))
}

// BenchmarkOverdueList is the first page of what is overdue in one of two plans
// with 100,000 assignments together.
func BenchmarkOverdueList(b *testing.B) {
	s := bigSite(b, 1000, 1000)
	benchPage(b, s, "/p/big-1/list?lamp=overdue", s.listFloor("big-1"))
}

// BenchmarkHome is the lead office's first page over 100,000 assignments.
func BenchmarkHome(b *testing.B) {
	s := bigSite(b, 1000, 1000)
	benchPage(b, s, "/", s.matrixFloor("big-1"))
}

// matrixFloor reads what the matrix shows and writes it as a plain table.
func (s site) matrixFloor(key string) func(io.Writer) error {
	return func(w io.Writer) error {
		pool, err := s.db.SQL()
		if err != nil {
			return err
		}
		today := models.DateIn(s.app.Now(), storetest.Zone).String()
		done := map[int64][3]int{}
		rows, err := pool.Query(`SELECT measure_id, COUNT(*), SUM(CASE WHEN state IN ('done','closed') THEN 1 ELSE 0 END),
			SUM(CASE WHEN state IN ('unack','active','returned') AND ref_on < ? THEN 1 ELSE 0 END)
			FROM assignments WHERE plan_id = (SELECT id FROM plans WHERE "key" = ?) GROUP BY 1`, today, key)
		if err != nil {
			return err
		}
		for rows.Next() {
			var id int64
			var c [3]int
			if err := rows.Scan(&id, &c[0], &c[1], &c[2]); err != nil {
				return err
			}
			done[id] = c
		}
		if err := rows.Close(); err != nil {
			return err
		}
		rows, err = pool.Query(`SELECT t.no, t.evaluation_points, COALESCE(i1.name, ''), COALESCE(i2.name, ''), COALESCE(i3.name, ''), m.id, m.text, m.unit_text, COALESCE(d.text, ''), COALESCE(d.date, '')
			FROM tasks t JOIN task_measures tm ON tm.task_id = t.id JOIN measures m ON m.id = tm.measure_id
			LEFT JOIN deadlines d ON d.measure_id = m.id AND d.sort_no = 1
			LEFT JOIN indicators i3 ON i3.id = t.indicator_id LEFT JOIN indicators i2 ON i2.id = i3.parent_id LEFT JOIN indicators i1 ON i1.id = i2.parent_id
			WHERE t.plan_id = (SELECT id FROM plans WHERE "key" = ?) ORDER BY t.sort_no, tm.sort_no`, key)
		if err != nil {
			return err
		}
		defer rows.Close()
		fmt.Fprint(w, "<table>")
		for rows.Next() {
			var id int64
			var no, points, i1, i2, i3, text, units, due, day string
			if err := rows.Scan(&no, &points, &i1, &i2, &i3, &id, &text, &units, &due, &day); err != nil {
				return err
			}
			c := done[id]
			fmt.Fprintf(w, "<tr><td>%s<td>%s<td>%s<td>%s<td>%s<td>%s<td>%s<td>%s %s<td>%d/%d %d</tr>\n", html.EscapeString(no), html.EscapeString(i1), html.EscapeString(i2),
				html.EscapeString(i3), html.EscapeString(points), html.EscapeString(text), html.EscapeString(units), html.EscapeString(due), day, c[1], c[0], c[2])
		}
		return rows.Err()
	}
}

// listFloor reads the first hundred overdue rows and their total, and writes
// them as a plain table.
func (s site) listFloor(key string) func(io.Writer) error {
	return func(w io.Writer) error {
		pool, err := s.db.SQL()
		if err != nil {
			return err
		}
		today := models.DateIn(s.app.Now(), storetest.Zone).String()
		counts, err := pool.Query(`SELECT state, ref_on < ?, COUNT(*) FROM assignments
			WHERE plan_id = (SELECT id FROM plans WHERE "key" = ?) AND state IN ('unack','active','returned') GROUP BY 1, 2`, today, key)
		if err != nil {
			return err
		}
		for counts.Next() {
			var state string
			var late bool
			var n int
			if err := counts.Scan(&state, &late, &n); err != nil {
				return err
			}
			fmt.Fprintf(w, "<p>%s %t %d", state, late, n)
		}
		if err := counts.Close(); err != nil {
			return err
		}
		rows, err := pool.Query(`SELECT a.id, a.state, a.ref_on, a.nudges, m.text, m.row_nos, u.name, u.family FROM assignments a
			JOIN measures m ON m.id = a.measure_id JOIN units u ON u.id = a.unit_id
			WHERE a.plan_id = (SELECT id FROM plans WHERE "key" = ?) AND a.state IN ('unack','active','returned') AND a.ref_on < ? ORDER BY a.ref_on, a.id LIMIT 100`, key, today)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, nudges int64
			var state, ref, text, nos, unit, family string
			if err := rows.Scan(&id, &state, &ref, &nudges, &text, &nos, &unit, &family); err != nil {
				return err
			}
			fmt.Fprintf(w, "<tr><td>%d<td>%s<td>%s<td>%d<td>%s<td>%s<td>%s<td>%s</tr>\n", id, state, ref, nudges, html.EscapeString(text), html.EscapeString(nos), html.EscapeString(unit), html.EscapeString(family))
		}
		return rows.Err()
	}
}
