package app

import (
	"context"
	"fmt"
	"io"

	"duban/models"
)

// Download opens an evidence file for somebody who may see it, and leaves a
// line in the log that he did. What lies in a draft is the unit's own business
// until it is handed in. The caller closes the file. Errors: not_found (also
// for a link, which is no file, and for a file that is missing on the disk).
func (a *App) Download(ctx context.Context, actor models.Actor, id models.EvidenceID) (models.Evidence, io.ReadSeekCloser, error) {
	ev, err := a.DB.Evidence(ctx, actor.Scope(), id)
	if err != nil {
		return ev, nil, err
	}
	it, err := a.DB.Item(ctx, actor.Scope(), ev.AssignmentID)
	if err != nil {
		return ev, nil, err
	}
	if err := actor.Require(models.ActSeeUnit, it.UnitID); err != nil {
		return ev, nil, err
	}
	if ev.Kind != models.EvidenceFile {
		return ev, nil, models.Errf(models.NotFound, "err.not_found")
	}
	if actor.UnitID != it.UnitID {
		draft, err := a.DB.SubmissionOf(ctx, it.ID, models.SubmissionDraft)
		if err == nil && draft.ID == ev.SubmissionID {
			return ev, nil, models.Errf(models.NotFound, "err.not_found")
		}
		if err != nil && models.CodeOf(err) != models.NotFound {
			return ev, nil, err
		}
	}
	f, _, err := a.Blob.Get(ev.SHA256)
	if err != nil {
		return ev, nil, err
	}
	err = a.change(ctx, actor, func(v *act) error {
		// no state: nothing of the assignment has changed
		return v.log(ctx, models.AuditEntry{Act: "download", PlanID: it.PlanID, MeasureID: it.MeasureID, AssignmentID: it.ID,
			UnitID: it.UnitID, Object: fmt.Sprintf("evidence %d", ev.ID), Note: ev.Name})
	})
	if err != nil {
		f.Close()
		return ev, nil, err
	}
	return ev, f, nil
}
