package app_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"duban/app"
	"duban/app/blob"
	"duban/app/i18n"
	"duban/app/view"
	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// newApp makes the verbs on a database, with a clock that the test can move.
func newApp(t testing.TB, db *store.DB, now *time.Time) *app.App {
	t.Helper()
	cal, err := app.SeedCalendar(nil)
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.Open(filepath.Join(t.TempDir(), "evidence"))
	if err != nil {
		t.Fatal(err)
	}
	zone := shanghai(t)
	clock := func() time.Time { return *now }
	r, err := view.New(i18n.Default(), func() string { return models.DateIn(*now, zone).String() })
	if err != nil {
		t.Fatal(err)
	}
	return app.New(app.Deps{DB: db, Blob: files, View: r, Now: clock, Zone: zone, Calendar: cal,
		BaseURL: "http://duban.example", MailDomain: "duban.example", UploadMax: 1 << 20})
}

func shanghai(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestDemo plays the demo and holds what its screens promise: work in every
// light, and that every state was reached through the state machine.
func TestDemo(t *testing.T) {
	ctx := context.Background()
	db := storetest.OpenSQLite(t)
	now := app.DemoStart(shanghai(t))
	a := newApp(t, db, &now)
	if err := a.SeedDemo(ctx, "x"); err != nil {
		t.Fatal(err)
	}
	plan, err := db.PlanByKey(ctx, app.DemoPlan)
	if err != nil {
		t.Fatal(err)
	}
	counts, err := db.Counts(ctx, models.Scope{All: true}, plan.ID, store.ByPlan, a.Today())
	if err != nil {
		t.Fatal(err)
	}
	n := map[models.Lamp]int{}
	for _, c := range counts {
		n[c.Lamp] += c.N
	}
	t.Log(n)
	for _, l := range []models.Lamp{models.LampOverdue, models.LampReturned, models.LampDue, models.LampPast, models.LampReview,
		models.LampUnack, models.LampActive, models.LampDone, models.LampClosed} {
		if n[l] == 0 {
			t.Errorf("the demo shows nothing %s", l)
		}
	}
	versions, err := db.PlanVersions(ctx, plan.ID)
	if err != nil || len(versions) != 2 || versions[1].Reason != "issue" {
		t.Errorf("versions of the plan: %+v, %v; want one of the import and one of the issue", versions, err)
	}
	exts, err := db.OpenExtensions(ctx, models.Scope{All: true}, plan.ID)
	if err != nil || len(exts) == 0 {
		t.Errorf("open extensions: %d, %v", len(exts), err)
	}
}
