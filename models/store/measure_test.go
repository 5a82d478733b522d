package store_test

import (
	"testing"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

func TestMeasureAt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		for _, c := range []struct {
			row   string
			place int
			ref   string // "" is not found
		}{
			{"1", 1, "m1"}, {"2", 1, "m2"}, {"2", 2, "m3"}, {"4", 1, "m3"}, {"4", 2, "m4"},
			{"4", 3, ""}, {"3", 1, ""}, {"1", 0, ""}, {"", 1, ""},
		} {
			m, err := db.MeasureAt(ctx, o.Plan.ID, c.row, c.place)
			switch {
			case c.ref == "" && models.CodeOf(err) != models.NotFound:
				t.Errorf("%s-%d: %v, %v", c.row, c.place, m, err)
			case c.ref != "" && (err != nil || m.ID != o.Measure(c.ref).ID):
				t.Errorf("%s-%d is %q, %v, want %s", c.row, c.place, m.Ref, err, c.ref)
			}
		}
		if _, err := db.MeasureAt(ctx, o.Plan.ID+1, "1", 1); models.CodeOf(err) != models.NotFound {
			t.Errorf("another plan's row: %v", err)
		}
		m := must(db.Measure(ctx, o.Measure("m3").ID))(t)
		text := must(db.MeasureText(ctx, m))(t)
		if text.Before.Ref != "m2" || text.After.Ref != "m4" || text.InRow != 2 || len(text.Rows) != 2 || text.Rows[1].No != "4" {
			t.Errorf("around m3: %+v", text)
		}
		if n := len(text.Indicators); n != 2 || text.Indicators[0].Code != "A" || text.Indicators[1].PrintedCode != "Al" {
			t.Errorf("indicators of m3: %+v", text.Indicators)
		}
		if len(text.Responsibilities) != 3 || len(text.Deadlines) != 1 || len(text.Targets) != 0 {
			t.Errorf("duties, deadlines, targets of m3: %+v", text)
		}
		first := must(db.MeasureText(ctx, o.Measure("m1")))(t)
		last := must(db.MeasureText(ctx, o.Measure("m4")))(t)
		if first.Before.ID != 0 || first.After.Ref != "m2" || last.Before.Ref != "m3" || last.After.ID != 0 {
			t.Errorf("the ends: %q %q, %q %q", first.Before.Ref, first.After.Ref, last.Before.Ref, last.After.Ref)
		}
		if len(first.Targets) != 1 || len(last.Deadlines) != 2 {
			t.Errorf("targets of m1 %v, deadlines of m4 %v", first.Targets, last.Deadlines)
		}
		rows := must(db.RowsOf(ctx, models.Scope{Unit: o.Unit("renmin").ID}))(t)
		if len(rows) != 2 || len(rows[o.Measure("m2").ID]) != 1 || rows[o.Measure("m2").ID][0].Name != "开办企业" {
			t.Errorf("rows of renmin: %+v", rows)
		}
	})
}

func TestHandedIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		write(t, db, func(tx *store.Tx) error { // a draft is the unit's own business
			return tx.InsertSubmission(ctx, &models.Submission{AssignmentID: o.Assignment("m2", "renmin").ID, Number: 1,
				Kind: models.SubmitCompletion, State: models.SubmissionDraft, CreatedAt: storetest.Now})
		})
		in := must(db.HandedIn(ctx, everyone, o.Measure("m2").ID))(t)
		if len(in) != 2 || in[0].AssignmentID != o.Assignment("m2", "wanbao").ID || in[0].Evidence != 2 || in[0].State != models.SubmissionReview ||
			in[1].State != models.SubmissionReturned || in[1].ReviewedAt == nil || in[1].Number != 1 {
			t.Errorf("handed in on m2: %+v", in)
		}
		waiting := must(db.InReview(ctx, everyone, o.Plan.ID))(t)
		if len(waiting) != 1 || waiting[0].AssignmentID != in[0].AssignmentID || waiting[0].SubmissionID != in[0].SubmissionID ||
			waiting[0].Evidence != 2 || !waiting[0].SubmittedAt.Equal(*o.Assignment("m2", "wanbao").SubmittedAt) {
			t.Errorf("in review: %+v", waiting)
		}
		if got := must(db.InReview(ctx, everyone, o.Plan.ID+1))(t); len(got) != 0 {
			t.Errorf("in review of another plan: %+v", got)
		}
		exts := must(db.ExtensionsOn(ctx, everyone, o.Measure("m4").ID))(t)
		if len(exts) != 1 || exts[0].State != models.ExtensionGranted {
			t.Errorf("extensions on m4: %+v", exts)
		}
	})
}

func TestLatestAudit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		blocked, other := o.Assignment("m3", "scjgj"), o.Assignment("m3", "gaj")
		line := func(it models.Item, act string) {
			write(t, db, func(tx *store.Tx) error {
				return tx.InsertAudit(ctx, &models.AuditEntry{At: storetest.Now, Act: act, PlanID: it.PlanID, MeasureID: it.MeasureID, AssignmentID: it.ID, UnitID: it.UnitID})
			})
		}
		line(blocked, "nudge")
		line(other, "close")
		line(blocked, "download")
		acts := []string{"progress", "nudge", "close"}
		got := must(db.LatestAudit(ctx, everyone, blocked.MeasureID, 0, acts))(t)
		if len(got) != 2 || got[blocked.ID].Act != "nudge" || got[other.ID].Act != "close" {
			t.Errorf("by measure: %+v", got)
		}
		got = must(db.LatestAudit(ctx, everyone, 0, blocked.UnitID, acts[:1]))(t)
		if len(got) != 1 || got[blocked.ID].Act != "progress" {
			t.Errorf("by unit: %+v", got)
		}
		got = must(db.LatestAudit(ctx, models.Scope{Unit: other.UnitID}, blocked.MeasureID, 0, acts))(t)
		if len(got) != 1 || got[other.ID].Act != "close" {
			t.Errorf("in scope: %+v", got)
		}
	})
}
