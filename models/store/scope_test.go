package store_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// scopedCalls calls every method of Reader that takes a scope, on things of
// the unit scjgj in the seeded office.
func scopedCalls(o *storetest.Office) map[string]func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
	done, blocked := o.Assignment("m1", "scjgj"), o.Assignment("m3", "scjgj")
	plan, measure := done.PlanID, done.MeasureID
	two := []models.AssignmentID{done.ID, blocked.ID}
	type call = func(ctx context.Context, r store.Reader, s models.Scope) (any, error)
	return map[string]call{
		"Item": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) { return r.Item(ctx, s, done.ID) },
		"Items": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.Items(ctx, s, store.ItemFilter{Plan: plan, Text: "市"}, today)
		},
		"Counts": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.Counts(ctx, s, plan, store.ByMeasure, today)
		},
		"CountWaiting": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.CountWaiting(ctx, s, plan, today)
		},
		"MeasuresWith": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.MeasuresWith(ctx, s, plan, today)
		},
		"Trend": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			points, err := r.Trend(ctx, s, plan, []models.Date{today}, []any{today.AddDays(1).Time(storetest.Zone)})
			if len(points) == 1 && points[0] == (store.TrendPoint{Day: today}) {
				return nil, err // a day on which there is nothing
			}
			return points, err
		},
		"Submissions": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.Submissions(ctx, s, done.ID)
		},
		"SubmissionsIn": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.SubmissionsIn(ctx, s, two, models.SubmissionApproved)
		},
		"EvidenceOf": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.EvidenceOf(ctx, s, done.ID)
		},
		"Evidence": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			all, err := r.EvidenceOf(ctx, everyone, done.ID)
			if err != nil {
				return nil, err
			}
			return r.Evidence(ctx, s, all[0].ID)
		},
		"EvidenceCounts": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.EvidenceCounts(ctx, s, measure)
		},
		"Notes": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.Notes(ctx, s, blocked.ID)
		},
		"Extensions": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.Extensions(ctx, s, blocked.ID)
		},
		"OpenExtensions": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.OpenExtensions(ctx, s, 0)
		},
		"Extension": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			all, err := r.Extensions(ctx, everyone, blocked.ID)
			if err != nil {
				return nil, err
			}
			return r.Extension(ctx, s, all[0].ID)
		},
		"CountToDecide": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.CountToDecide(ctx, s, plan)
		},
		"MeasuresByDay": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.MeasuresByDay(ctx, s, plan)
		},
		"Unsigned": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.Unsigned(ctx, s, plan, today)
		},
		"RowsOf": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) { return r.RowsOf(ctx, s) },
		"HandedIn": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.HandedIn(ctx, s, measure)
		},
		"ExtensionsOn": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.ExtensionsOn(ctx, s, blocked.MeasureID)
		},
		"InReview": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.InReview(ctx, s, plan)
		},
		"LatestAudit": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.LatestAudit(ctx, s, blocked.MeasureID, 0, []string{string(models.ActProgress)})
		},
		"UnitsIn": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) { return r.UnitsIn(ctx, s) },
		"LastActs": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.LastActs(ctx, s, plan)
		},
		"Audit": func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
			return r.Audit(ctx, s, store.AuditFilter{Assignment: blocked.ID})
		},
	}
}

// unscoped names the methods of Reader that take no scope, and why none is
// needed. A new method stands here or in scopedCalls, or TestScope fails.
var unscoped = map[string]string{
	"Units": "the register", "Unit": "the register", "UnitByCode": "the register", "Groups": "the register", "Group": "the register",
	"Members": "the register", "MemberCounts": "the register", "Aliases": "the register",
	"Plans": "a plan's text is for all (ActSeePlan)", "Plan": "a plan's text", "PlanByKey": "a plan's text", "Content": "a plan's text",
	"Measure": "a plan's text", "MeasureAt": "a plan's text", "MeasureText": "a plan's text",
	"Targets": "a plan's text", "Problems": "the lead office's", "PlanVersions": "the lead office's",
	"User": "accounts", "UserByLogin": "accounts", "Users": "accounts", "UsersIn": "accounts", "CountUsers": "accounts",
	"Session": "by the secret itself", "Ticket": "by the secret itself", "LoginFailures": "signing in", "Setting": "the program's own",
	"SubmissionOf": "a verb has read the assignment in scope", "LastSubmissionNumber": "a verb has read the assignment in scope",
	"EvidenceHashes": "the sweep of files", "KnownNotices": "jobs", "NoticesOf": "by the person", "CountUnread": "by the person",
	"NoticesIn": "the relay", "Messages": "ActJobs", "Message": "ActJobs", "Attempts": "ActJobs", "CountMessages": "ActJobs",
	"KnownMessages": "jobs",
	"PlanSizes":     "a plan's text", "DraftSizes": "a plan's text", "GroupUses": "a plan's text",
	"CountSessions": "accounts", "LatestRuns": "ActJobs", "Stuck": "ActJobs", "StatesOf": "by the person's own notices",
	"Notices": "by the person", "CountNotices": "by the person", "SystemAudit": "accounts, the register and the machine only",
	"Run": "ActJobs", "Runs": "ActJobs",
}

// Every question about assignments answers nothing outside the viewer's
// scope, and nothing at all to the zero scope.
func TestScope(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		o.Duty("m2", "scjgj").Store() // unsigned
		inReview(t, db, o, "scjgj")
		calls := scopedCalls(o)

		reader := reflect.TypeFor[store.Reader]()
		for i := range reader.NumMethod() {
			m := reader.Method(i)
			takesScope := false
			for j := range m.Type.NumIn() {
				takesScope = takesScope || m.Type.In(j) == reflect.TypeFor[models.Scope]()
			}
			switch {
			case takesScope && calls[m.Name] == nil:
				t.Errorf("%s takes a scope: add it to scopedCalls", m.Name)
			case !takesScope && unscoped[m.Name] == "":
				t.Errorf("%s takes no scope: give it one, or say in unscoped why not", m.Name)
			}
		}

		for _, names := range []iter.Seq[string]{maps.Keys(calls), maps.Keys(unscoped)} {
			for name := range names {
				if _, ok := reader.MethodByName(name); !ok {
					t.Errorf("there is no method %s any more", name)
				}
			}
		}

		for name, call := range calls {
			for _, s := range []models.Scope{everyone, o.Scope("scjgj-contact"), o.Scope("supervisor")} {
				if got, err := call(ctx, db.Reader, s); err != nil || nothing(got) {
					t.Errorf("%s with scope %+v gives %v, %v: the test proves nothing", name, s, got, err)
				}
			}
			for who, s := range map[string]models.Scope{
				"nobody": {}, "administrator": o.Scope("admin"), "a unit without duties": {Unit: o.Unit("laohugang").ID}, "no unit": {Unit: nobody},
			} {
				got, err := call(ctx, db.Reader, s)
				if models.CodeOf(err) == models.NotFound {
					continue
				}
				if err != nil || !nothing(got) {
					t.Errorf("%s shows %s %v, %v", name, who, got, err)
				}
			}
		}

		// A unit that has duties sees those and no others.
		mine := o.Unit("gaj").ID
		items := must(db.Items(ctx, models.Scope{Unit: mine}, store.ItemFilter{}, today))(t)
		for _, it := range items {
			if it.UnitID != mine {
				t.Errorf("gaj sees the duty of %s", it.UnitName)
			}
		}
		if len(items) != 3 {
			t.Errorf("gaj sees %d of its 3 duties", len(items))
		}
		// An OR in the filter does not widen the scope.
		if got := must(db.Items(ctx, models.Scope{Unit: mine}, store.ItemFilter{Text: "市市场监管局"}, today))(t); len(got) != 0 {
			t.Errorf("searching by name shows gaj %v", got)
		}
	})
}

// inReview gives a unit one more measure, handed in.
func inReview(t testing.TB, db *store.DB, o *storetest.Office, unit string) {
	t.Helper()
	write(t, db, func(tx *store.Tx) error {
		ms := []models.Measure{{PlanID: o.Plan.ID, Ref: "m9", Text: "措施", SortNo: 9}}
		if err := tx.InsertMeasures(t.Context(), ms); err != nil {
			return err
		}
		at := storetest.Now
		as := []models.Assignment{{PlanID: o.Plan.ID, MeasureID: ms[0].ID, UnitID: o.Unit(unit).ID, Role: models.UnitLead,
			State: models.StateReview, IssuedOn: storetest.IssuedOn, SubmittedAt: &at}}
		if err := tx.InsertAssignments(t.Context(), as); err != nil {
			return err
		}
		return tx.InsertSubmission(t.Context(), &models.Submission{AssignmentID: as[0].ID, Number: 1, Kind: models.SubmitCompletion,
			State: models.SubmissionReview, CreatedAt: at, SubmittedAt: &at})
	})
}

func nothing(v any) bool {
	if v == nil {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Slice, reflect.Map:
		return r.Len() == 0
	default:
		return r.IsZero()
	}
}

// The number of queries behind an answer does not grow with the rows.
func TestQueriesDoNotGrow(t *testing.T) {
	for _, dialect := range []store.Dialect{store.SQLite, store.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			var n atomic.Int64
			options := store.Options{OnQuery: func(string, int64, time.Duration, error) { n.Add(1) }}
			if dialect == store.SQLite {
				options.Database = storetest.SQLiteFile(t)
			} else {
				options.Database = storetest.Postgres(t)
			}
			db := storetest.Open(t, options)
			if _, err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			ctx := t.Context()
			o := storetest.Seed(t, db)
			calls := scopedCalls(o)
			calls["Content"] = func(ctx context.Context, r store.Reader, _ models.Scope) (any, error) {
				return r.Content(ctx, o.Plan.ID)
			}
			calls["Plans"] = func(ctx context.Context, r store.Reader, _ models.Scope) (any, error) { return r.Plans(ctx) }
			calls["Units"] = func(ctx context.Context, r store.Reader, _ models.Scope) (any, error) { return r.Units(ctx) }
			calls["Members"] = func(ctx context.Context, r store.Reader, _ models.Scope) (any, error) { return r.Members(ctx) }
			calls["Items of all plans"] = func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
				return r.Items(ctx, s, store.ItemFilter{}, today)
			}
			for by := store.ByMeasure; by <= store.ByPlan; by++ {
				calls[fmt.Sprint("Counts of all plans ", by)] = func(ctx context.Context, r store.Reader, s models.Scope) (any, error) {
					return r.Counts(ctx, s, 0, by, today)
				}
			}
			count := func() map[string]int64 {
				out := map[string]int64{}
				for name, call := range calls {
					n.Store(0)
					if _, err := call(ctx, db.Reader, everyone); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					out[name] = n.Load()
				}
				return out
			}
			few := count()
			if few["Content"] != 7 || few["Items"] != 1 || few["Counts"] != 1 {
				t.Errorf("Content takes %d queries, Items %d, Counts %d", few["Content"], few["Items"], few["Counts"])
			}
			crowd(t, db, "more", 40, 30, func(int, *models.Assignment) {})
			grow(t, db, o, 60)
			same(t, "queries with more rows", count(), few)
		})
	}
}

// grow adds so many measures, duties and pieces of everything that hangs on
// them to the seeded plan.
func grow(t testing.TB, db *store.DB, o *storetest.Office, n int) {
	t.Helper()
	ctx := t.Context()
	write(t, db, func(tx *store.Tx) error {
		var ms []models.Measure
		var c store.Content
		var as []models.Assignment
		var es []models.Evidence
		task := models.Task{PlanID: o.Plan.ID, No: "99", SortNo: 99}
		tasks := []models.Task{task}
		if err := tx.InsertTasks(ctx, tasks); err != nil {
			return err
		}
		for i := range n {
			ms = append(ms, models.Measure{PlanID: o.Plan.ID, Ref: fmt.Sprint("x", i), Text: "措施", SortNo: 100 + i})
		}
		if err := tx.InsertMeasures(ctx, ms); err != nil {
			return err
		}
		done := o.Assignment("m1", "scjgj")
		approved, err := tx.SubmissionOf(ctx, done.ID, models.SubmissionApproved)
		if err != nil {
			return err
		}
		for i, m := range ms {
			c.Links = append(c.Links, models.TaskMeasure{TaskID: tasks[0].ID, MeasureID: m.ID, SortNo: i + 1})
			c.Targets = append(c.Targets, models.Target{MeasureID: m.ID, Text: "x", Op: ">=", Value: 1})
			c.Deadlines = append(c.Deadlines, models.Deadline{MeasureID: m.ID, Text: "x", Kind: models.DeadlineOngoing})
			c.Responsibilities = append(c.Responsibilities, models.Responsibility{MeasureID: m.ID, Name: "x", UnitID: done.UnitID, Role: models.UnitLead})
			as = append(as, models.Assignment{PlanID: o.Plan.ID, MeasureID: m.ID, UnitID: done.UnitID, Role: models.UnitLead, State: models.StateActive, IssuedOn: today})
			es = append(es, models.Evidence{SubmissionID: approved.ID, AssignmentID: done.ID, Kind: models.EvidenceLink, Name: "x", CreatedAt: storetest.Now})
			if err := tx.InsertNote(ctx, &models.Note{AssignmentID: done.ID, Kind: "progress", Text: "x", At: storetest.Now}); err != nil {
				return err
			}
		}
		if err := tx.InsertContent(ctx, c); err != nil {
			return err
		}
		if err := tx.InsertAssignments(ctx, as); err != nil {
			return err
		}
		return tx.InsertEvidence(ctx, es)
	})
}
