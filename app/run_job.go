package app

import (
	"context"

	"duban/models"
)

// NoteRun notes that a person is about to run a job by hand; the run itself is
// the clockwork's. It comes before the run, so that a run that fails or never
// ends has its line all the same. Errors: forbidden.
func (a *App) NoteRun(ctx context.Context, actor models.Actor, job string) error {
	return a.change(ctx, actor, func(v *act) error {
		if err := actor.Require(models.ActRunJobs, 0); err != nil {
			return err
		}
		return v.log(ctx, models.AuditEntry{Act: string(models.ActRunJobs), Object: job})
	})
}
