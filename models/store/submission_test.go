package store_test

import (
	"testing"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

func TestSubmissions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		a := o.Assignment("m1", "gaj").ID
		if n := must(db.LastSubmissionNumber(ctx, a))(t); n != 0 {
			t.Errorf("the last of none is number %d", n)
		}
		if _, err := db.SubmissionOf(ctx, a, models.SubmissionDraft); models.CodeOf(err) != models.NotFound {
			t.Errorf("no draft: %v", err)
		}
		first, draft := filled[models.Submission](1), filled[models.Submission](2)
		first.AssignmentID, first.Number, first.Kind, first.State = a, 1, models.SubmitNA, models.SubmissionReturned
		draft.AssignmentID, draft.Number, draft.Kind, draft.State = a, 2, models.SubmitCompletion, models.SubmissionDraft
		draft.SubmittedAt, draft.ReviewedAt, draft.ResubmitBy = nil, nil, models.Date{}
		write(t, db, func(tx *store.Tx) error {
			if err := tx.InsertSubmission(ctx, &first); err != nil {
				return err
			}
			return tx.InsertSubmission(ctx, &draft)
		})
		same(t, "newest first", must(db.Submissions(ctx, everyone, a))(t), []models.Submission{draft, first})
		same(t, "draft", must(db.SubmissionOf(ctx, a, models.SubmissionDraft))(t), draft)
		if n := must(db.LastSubmissionNumber(ctx, a))(t); n != 2 {
			t.Errorf("last number %d", n)
		}
		both := []models.AssignmentID{a, o.Assignment("m2", "wanbao").ID}
		same(t, "returned ones of two", must(db.SubmissionsIn(ctx, everyone, both, models.SubmissionReturned))(t), []models.Submission{first})
		same(t, "of none", must(db.SubmissionsIn(ctx, everyone, nil, models.SubmissionReturned))(t), []models.Submission{})

		// An assignment has one draft and one submission in review at most.
		second := draft
		second.ID, second.Number = 0, 3
		refused(t, db, models.Conflict, func(tx *store.Tx) error { return tx.InsertSubmission(ctx, &second) })
		inReview := must(db.SubmissionOf(ctx, both[1], models.SubmissionReview))(t)
		inReview.ID, inReview.Number = 0, 2
		refused(t, db, models.Conflict, func(tx *store.Tx) error { return tx.InsertSubmission(ctx, &inReview) })

		changed := filled[models.Submission](3)
		changed.ID, changed.Version, changed.Kind, changed.State = draft.ID, draft.Version, models.SubmitNA, models.SubmissionReview
		write(t, db, func(tx *store.Tx) error { return tx.UpdateSubmission(ctx, &changed) })
		want := changed
		want.AssignmentID, want.Number = draft.AssignmentID, draft.Number
		same(t, "changed submission", must(db.SubmissionOf(ctx, a, models.SubmissionReview))(t), want)
		refused(t, db, models.Conflict, func(tx *store.Tx) error { return tx.UpdateSubmission(ctx, &draft) })
	})
}

func TestEvidence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		a := o.Assignment("m1", "gaj").ID
		draft := models.Submission{AssignmentID: a, Number: 1, Kind: models.SubmitCompletion, State: models.SubmissionDraft, ByID: 1, CreatedAt: storetest.Now}
		es := []models.Evidence{filled[models.Evidence](1), filled[models.Evidence](2)}
		write(t, db, func(tx *store.Tx) error {
			if err := tx.InsertSubmission(ctx, &draft); err != nil {
				return err
			}
			for i := range es {
				es[i].SubmissionID, es[i].AssignmentID = draft.ID, a
			}
			es[0].Kind, es[1].Kind, es[1].SHA256 = models.EvidenceFile, models.EvidenceLink, ""
			return tx.InsertEvidence(ctx, es)
		})
		same(t, "evidence", must(db.EvidenceOf(ctx, everyone, a))(t), es)
		same(t, "one piece", must(db.Evidence(ctx, everyone, es[1].ID))(t), es[1])
		if _, err := db.Evidence(ctx, everyone, nobody); models.CodeOf(err) != models.NotFound {
			t.Errorf("unknown evidence: %v", err)
		}
		same(t, "hashes of files", must(db.EvidenceHashes(ctx))(t), map[string]bool{es[0].SHA256: true, storetest.EvidenceSHA256: true})

		// A draft's evidence is the unit's own business and is not counted.
		same(t, "counts of m1", must(db.EvidenceCounts(ctx, everyone, o.Measure("m1").ID))(t), map[models.AssignmentID]int{o.Assignment("m1", "scjgj").ID: 2})
		draft.State = models.SubmissionReview
		write(t, db, func(tx *store.Tx) error { return tx.UpdateSubmission(ctx, &draft) })
		same(t, "counts after handing in", must(db.EvidenceCounts(ctx, everyone, o.Measure("m1").ID))(t),
			map[models.AssignmentID]int{o.Assignment("m1", "scjgj").ID: 2, a: 2})

		foreign := must(db.EvidenceOf(ctx, everyone, o.Assignment("m2", "wanbao").ID))(t)[0]
		refused(t, db, models.NotFound, func(tx *store.Tx) error { return tx.DeleteEvidence(ctx, draft.ID, foreign.ID) })
		write(t, db, func(tx *store.Tx) error { return tx.DeleteEvidence(ctx, draft.ID, es[0].ID) })
		same(t, "after taking one out", must(db.EvidenceOf(ctx, everyone, a))(t), es[1:])
	})
}

func TestNotes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		a := o.Assignment("m1", "gaj").ID
		first, second := filled[models.Note](1), filled[models.Note](2)
		first.AssignmentID, first.Kind = a, "progress"
		second.AssignmentID, second.Kind = a, "opinion"
		write(t, db, func(tx *store.Tx) error {
			if err := tx.InsertNote(ctx, &first); err != nil {
				return err
			}
			return tx.InsertNote(ctx, &second)
		})
		same(t, "newest first", must(db.Notes(ctx, everyone, a))(t), []models.Note{second, first})
	})
}

func TestExtensions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		a := o.Assignment("m1", "gaj").ID
		seeded := must(db.Extensions(ctx, everyone, o.Assignment("m3", "scjgj").ID))(t)
		refusedBefore, open := filled[models.Extension](1), filled[models.Extension](2)
		refusedBefore.AssignmentID, refusedBefore.Number, refusedBefore.State = a, 1, models.ExtensionRefused
		open.AssignmentID, open.Number, open.State, open.GrantedTo, open.DecidedAt = a, 2, models.ExtensionOpen, models.Date{}, nil
		open.Version = 1
		write(t, db, func(tx *store.Tx) error {
			if err := tx.InsertExtension(ctx, &refusedBefore); err != nil {
				return err
			}
			return tx.InsertExtension(ctx, &open)
		})
		same(t, "newest first", must(db.Extensions(ctx, everyone, a))(t), []models.Extension{open, refusedBefore})
		same(t, "one", must(db.Extension(ctx, everyone, open.ID))(t), open)
		same(t, "open, of the plan", must(db.OpenExtensions(ctx, everyone, o.Plan.ID))(t), append(seeded, open))
		same(t, "open, of all plans", must(db.OpenExtensions(ctx, everyone, 0))(t), append(seeded, open))
		same(t, "open, of no plan", must(db.OpenExtensions(ctx, everyone, nobody))(t), []models.Extension{})
		// two requests, and m2 wanbao in review
		if a, b := must(db.CountToDecide(ctx, everyone, o.Plan.ID))(t), must(db.CountToDecide(ctx, everyone, nobody))(t); a != 3 || b != 0 {
			t.Errorf("to decide: %d, of no plan %d", a, b)
		}
		if n := must(db.CountToDecide(ctx, models.Scope{Unit: o.Unit("gaj").ID}, o.Plan.ID))(t); n != 1 {
			t.Errorf("to decide about gaj: %d", n)
		}
		if _, err := db.Extension(ctx, everyone, nobody); models.CodeOf(err) != models.NotFound {
			t.Errorf("unknown extension: %v", err)
		}
		refused(t, db, models.Conflict, func(tx *store.Tx) error {
			second := open
			second.ID, second.Number = 0, 3
			return tx.InsertExtension(ctx, &second)
		})

		granted := filled[models.Extension](3)
		granted.ID, granted.Version, granted.State = open.ID, open.Version, models.ExtensionGranted
		write(t, db, func(tx *store.Tx) error { return tx.DecideExtension(ctx, &granted) })
		want := granted // what was asked stays
		want.AssignmentID, want.Number, want.FromDate, want.ToDate, want.Reason = open.AssignmentID, open.Number, open.FromDate, open.ToDate, open.Reason
		want.ByID, want.ByName, want.At = open.ByID, open.ByName, open.At
		same(t, "granted", must(db.Extension(ctx, everyone, open.ID))(t), want)
		refused(t, db, models.Conflict, func(tx *store.Tx) error { return tx.DecideExtension(ctx, &granted) })
		refused(t, db, models.Conflict, func(tx *store.Tx) error { return tx.DecideExtension(ctx, &open) })
	})
}
