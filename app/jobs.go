package app

import (
	"context"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"duban/models"
	"duban/models/store"
)

const (
	// runStale is after how long a run that has not ended counts as dead.
	runStale = 10 * time.Minute
	// runTries is how often a failed run of a slot is tried in all.
	runTries = 3
	// orphanAge is how long a file without a row is kept: longer than any
	// form stays open between upload and hand-in.
	orphanAge = 48 * time.Hour
)

// RunOnce does work for a slot of a job if no process has: it claims the slot,
// works, and records how it ended. It reports whether the work was its own.
func (a *App) RunOnce(ctx context.Context, name, slot string, work func(context.Context) (string, error)) (ran bool, err error) {
	now := a.now()
	run := models.JobRun{Name: name, Slot: slot, State: models.RunRunning, StartedAt: now, Tries: 1}
	err = a.DB.Tx(ctx, func(tx *store.Tx) error {
		ran, err = tx.ClaimRun(ctx, &run, now.Add(-runStale), runTries)
		return err
	})
	if err != nil || !ran {
		return false, err
	}
	result, workErr := a.survive(ctx, name, work)
	end := a.now()
	run.State, run.FinishedAt, run.Result, run.Error = models.RunOK, &end, result, ""
	if workErr != nil {
		run.State, run.Error = models.RunFailed, workErr.Error()
	}
	ctx = context.WithoutCancel(ctx) // the end is recorded even when the program is stopping
	err = a.DB.Tx(ctx, func(tx *store.Tx) error { return tx.FinishRun(ctx, &run) })
	return true, firstOf(workErr, err)
}

// survive turns a panic of a job into its error, so that the run is recorded,
// counts as one of its tries, and takes nothing else down with it.
func (a *App) survive(ctx context.Context, name string, work func(context.Context) (string, error)) (result string, err error) {
	defer func() {
		if p := recover(); p != nil {
			a.Log.Error("job panicked", "job", name, "panic", p, "stack", string(debug.Stack()))
			result, err = "", fmt.Errorf("panic: %v", p)
		}
	}()
	return work(ctx)
}

// Sweep puts the house in order once a day: memberships of groups that begin or
// end today take effect, and what nobody needs is removed: evidence files
// without a row, dead sessions and links. It returns what it did, in words for the jobs page.
func (a *App) Sweep(ctx context.Context) (string, error) {
	keep, err := a.DB.EvidenceHashes(ctx)
	if err != nil {
		return "", err
	}
	now := a.now()
	files, err := a.Blob.Sweep(func(sha string) bool { return keep[sha] }, now, orphanAge)
	if err != nil {
		return "", err
	}
	var sessions, tickets int64
	err = a.DB.Tx(ctx, func(tx *store.Tx) error {
		if sessions, err = tx.DeleteSessionsBefore(ctx, now.Add(-SessionIdle), now.Add(-SessionLife)); err != nil {
			return err
		}
		if tickets, err = tx.DeleteTicketsBefore(ctx, now.AddDate(0, -1, 0)); err != nil {
			return err
		}
		return tx.DeleteLoginFailuresBefore(ctx, now)
	})
	if err != nil {
		return "", err
	}
	added, withdrawn, err := a.SyncMemberships(ctx)
	return "group duties +" + strconv.Itoa(added) + " -" + strconv.Itoa(withdrawn) + ", files " + strconv.Itoa(files.Files+files.Temps) + ", sessions " + strconv.FormatInt(sessions, 10) + ", links " + strconv.FormatInt(tickets, 10), err
}

// RetryMessage puts a mail that failed, or waits for its next try, back for
// sending now. Errors: forbidden, conflict when it was sent or cancelled.
func (a *App) RetryMessage(ctx context.Context, actor models.Actor, id models.MessageID) error {
	return a.change(ctx, actor, func(v *act) error {
		if err := actor.Require(models.ActRunJobs, 0); err != nil {
			return err
		}
		if err := v.tx.RetryMessage(ctx, id, v.now); err != nil {
			return err
		}
		return v.log(ctx, models.AuditEntry{Act: "retry", Object: "message " + strconv.FormatInt(int64(id), 10)})
	})
}
