package store

import (
	"context"
	"strings"
	"time"

	"duban/models"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// InsertNotices stores the notices whose key is new and returns those; what
// was told already is left out. MessageID is to be set by LinkNotices.
func (tx *Tx) InsertNotices(ctx context.Context, ns []models.Notice) ([]models.Notice, error) {
	var fresh []models.Notice
	for i := range ns {
		res := tx.q(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "key"}}, DoNothing: true}).Create(&ns[i])
		if res.Error != nil {
			return nil, fail(res.Error)
		}
		if res.RowsAffected == 1 {
			fresh = append(fresh, ns[i])
		}
	}
	return fresh, nil
}

// KnownNotices returns which of the keys are told already, so that a job asks
// once instead of trying each.
func (r Reader) KnownNotices(ctx context.Context, keys []string) (map[string]bool, error) {
	return r.known(ctx, "notices", keys)
}

// known asks a table which keys it has, 500 at a time.
func (r Reader) known(ctx context.Context, table string, keys []string) (map[string]bool, error) {
	known := map[string]bool{}
	for start := 0; start < len(keys); start += 500 {
		var got []string
		err := r.q(ctx).Raw(`SELECT "key" FROM `+table+` WHERE "key" IN ?`, keys[start:min(start+500, len(keys))]).Scan(&got).Error
		if err != nil {
			return nil, fail(err)
		}
		for _, k := range got {
			known[k] = true
		}
	}
	return known, nil
}

// LinkNotices notes in which message the notices leave.
func (tx *Tx) LinkNotices(ctx context.Context, ids []models.NoticeID, m models.MessageID) error {
	return fail(tx.q(ctx).Model(&models.Notice{}).Where("id IN ?", ids).Update("message_id", m).Error)
}

// NoticesOf returns a person's notices, newest first.
func (r Reader) NoticesOf(ctx context.Context, user models.UserID, limit int) ([]models.Notice, error) {
	var out []models.Notice
	err := r.q(ctx).Where("user_id = ?", user).Order("id DESC").Limit(limit).Find(&out).Error
	return out, fail(err)
}

// CountUnread returns how many notices a person has not looked at.
func (r Reader) CountUnread(ctx context.Context, user models.UserID) (int64, error) {
	var n int64
	err := r.q(ctx).Model(&models.Notice{}).Where("user_id = ? AND read_at IS NULL", user).Count(&n).Error
	return n, fail(err)
}

// MarkNoticesRead marks a person's notices up to an id as looked at.
func (tx *Tx) MarkNoticesRead(ctx context.Context, user models.UserID, upTo models.NoticeID, at time.Time) error {
	return fail(tx.q(ctx).Model(&models.Notice{}).Where("user_id = ? AND id <= ? AND read_at IS NULL", user, upTo).
		Update("read_at", at).Error)
}

// NoticesIn returns the notices that leave in one message.
func (r Reader) NoticesIn(ctx context.Context, m models.MessageID) ([]models.Notice, error) {
	var out []models.Notice
	err := r.q(ctx).Where("message_id = ?", m).Order("id").Find(&out).Error
	return out, fail(err)
}

// InsertMessage queues a message unless its key is queued already; it reports
// whether it was new, and sets the id if so.
func (tx *Tx) InsertMessage(ctx context.Context, m *models.Message) (bool, error) {
	res := tx.q(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "key"}}, DoNothing: true}).Create(m)
	return res.RowsAffected == 1, fail(res.Error)
}

// ClaimMessage takes the next message that is due, or whose sender died (its
// lease has run out), for sending until lease; not_found when there is none.
// One guarded update: of two relays one gets it.
func (tx *Tx) ClaimMessage(ctx context.Context, now, lease time.Time) (models.Message, error) {
	var m models.Message
	g := tx.q(ctx).Where("state IN ('queued','sending') AND not_before <= ? AND (state = 'queued' OR lease_till < ?)", now, now).
		Order("not_before, id").Limit(1)
	if tx.db.Name() == "postgres" {
		g = g.Clauses(clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"})
	}
	if err := found(g.Find(&m)); err != nil {
		return m, err
	}
	res := tx.q(ctx).Model(&models.Message{}).Where("id = ? AND state = ? AND tries = ?", m.ID, m.State, m.Tries).
		Updates(map[string]any{"state": models.MessageSending, "tries": m.Tries + 1, "lease_till": lease})
	if err := changed(res); err != nil {
		return m, err
	}
	m.State, m.LeaseTill = models.MessageSending, &lease
	m.Tries++
	return m, nil
}

// FinishMessage records how an attempt ended: the message's new state, and a
// row for the attempt. Only the holder of the claim (same tries) may.
func (tx *Tx) FinishMessage(ctx context.Context, m *models.Message, a models.Attempt) error {
	res := tx.q(ctx).Model(&models.Message{}).Where("id = ? AND state = 'sending' AND tries = ?", m.ID, m.Tries).
		Updates(map[string]any{
			"state": m.State, "not_before": m.NotBefore, "last_error": m.LastError, "reply": m.Reply,
			"sent_at": m.SentAt, "lease_till": nil,
			"subject": m.Subject, "text": m.Text, "html": m.HTML,
		})
	if err := changed(res); err != nil {
		return err
	}
	a.MessageID = m.ID
	return fail(tx.q(ctx).Create(&a).Error)
}

// RewriteMessage replaces the words of a message that was claimed and not yet
// sent, because part of what it says no longer holds.
func (tx *Tx) RewriteMessage(ctx context.Context, m *models.Message) error {
	return changed(tx.q(ctx).Model(&models.Message{}).Where("id = ? AND state = 'sending' AND tries = ?", m.ID, m.Tries).
		Updates(map[string]any{"subject": m.Subject, "text": m.Text, "html": m.HTML}))
}

// RetryMessage puts a failed or waiting message back for sending now; conflict
// when it was sent, is being sent, or is cancelled.
func (tx *Tx) RetryMessage(ctx context.Context, id models.MessageID, now time.Time) error {
	return changed(tx.q(ctx).Model(&models.Message{}).Where("id = ? AND state IN ('failed','queued')", id).
		Updates(map[string]any{"state": models.MessageQueued, "not_before": now}))
}

// MessageFilter narrows the outbox. Zero fields do not narrow.
type MessageFilter struct {
	State models.MessageState
	User  models.UserID
	// Text must occur in the recipient's name or address or, with InSubject,
	// in the subject.
	Text              string
	InSubject         bool
	BeforeID, AfterID models.MessageID
	Limit             int
}

// Messages returns outgoing mails, newest first, without their bodies.
func (r Reader) Messages(ctx context.Context, f MessageFilter) ([]models.Message, error) {
	g := r.q(ctx).Omit("text", "html")
	if f.State != "" {
		g = g.Where("state = ?", f.State)
	}
	if f.User != 0 {
		g = g.Where("user_id = ?", f.User)
	}
	if f.Text != "" {
		like := "%" + escapeLike(strings.ToLower(f.Text)) + "%"
		where, args := "LOWER(to_name) LIKE ? ESCAPE '!' OR LOWER(to_address) LIKE ? ESCAPE '!'", []any{like, like}
		if f.InSubject {
			where, args = where+" OR LOWER(subject) LIKE ? ESCAPE '!'", append(args, like)
		}
		g = g.Where("("+where+")", args...)
	}
	return keyset[models.Message](g, int64(f.BeforeID), int64(f.AfterID), f.Limit)
}

// KnownMessages returns which of the keys a mail is queued, sent or given up
// under.
func (r Reader) KnownMessages(ctx context.Context, keys []string) (map[string]bool, error) {
	return r.known(ctx, "messages", keys)
}

// Message returns one mail with its bodies; not_found if there is none.
func (r Reader) Message(ctx context.Context, id models.MessageID) (models.Message, error) {
	var out models.Message
	err := r.q(ctx).Where("id = ?", id).Take(&out).Error
	return out, fail(err)
}

// Attempts returns the tries to send one message, oldest first.
func (r Reader) Attempts(ctx context.Context, id models.MessageID) ([]models.Attempt, error) {
	var out []models.Attempt
	err := r.q(ctx).Where("message_id = ?", id).Order("id").Find(&out).Error
	return out, fail(err)
}

// CountMessages returns how many mails are in each state.
func (r Reader) CountMessages(ctx context.Context) (map[models.MessageState]int, error) {
	var rows []struct {
		State models.MessageState
		N     int
	}
	err := r.q(ctx).Raw("SELECT state, COUNT(*) AS n FROM messages GROUP BY state").Scan(&rows).Error
	out := map[models.MessageState]int{}
	for _, row := range rows {
		out[row.State] = row.N
	}
	return out, fail(err)
}

// InsertNudge records a manual reminder; it reports false when the assignment
// was nudged on that day already.
func (tx *Tx) InsertNudge(ctx context.Context, id models.AssignmentID, day models.Date, by models.UserID, at time.Time) (bool, error) {
	res := tx.q(ctx).Exec(`INSERT INTO nudges (assignment_id, day, by_id, at) VALUES (?, ?, ?, ?)
		ON CONFLICT DO NOTHING`, id, day, by, at)
	return res.RowsAffected == 1, fail(res.Error)
}

// ClaimRun begins a job's run for a slot and reports whether this process may
// do it: it is nobody's yet, its earlier runner died (begun before stale), or
// it failed fewer than maxTries times.
func (tx *Tx) ClaimRun(ctx context.Context, run *models.JobRun, stale time.Time, maxTries int) (bool, error) {
	res := tx.q(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "name"}, {Name: "slot"}}, DoNothing: true}).Create(run)
	if res.Error != nil || res.RowsAffected == 1 {
		return res.RowsAffected == 1, fail(res.Error)
	}
	res = tx.q(ctx).Model(&models.JobRun{}).
		Where("name = ? AND slot = ? AND ((state = 'running' AND started_at < ?) OR (state = 'failed' AND tries < ?))",
			run.Name, run.Slot, stale, maxTries).
		Updates(map[string]any{"state": models.RunRunning, "started_at": run.StartedAt, "finished_at": nil, "tries": gorm.Expr("tries + 1")})
	if res.Error != nil || res.RowsAffected == 0 {
		return false, fail(res.Error)
	}
	err := tx.q(ctx).Where("name = ? AND slot = ?", run.Name, run.Slot).Take(run).Error
	return err == nil, fail(err)
}

// FinishRun records how a job's run ended.
func (tx *Tx) FinishRun(ctx context.Context, run *models.JobRun) error {
	return fail(tx.q(ctx).Model(&models.JobRun{}).Where("id = ?", run.ID).Updates(map[string]any{
		"state": run.State, "finished_at": run.FinishedAt, "result": run.Result, "error": run.Error,
	}).Error)
}

// Run returns a job's run for a slot; not_found when there was none.
func (r Reader) Run(ctx context.Context, name, slot string) (models.JobRun, error) {
	var out models.JobRun
	err := r.q(ctx).Where("name = ? AND slot = ?", name, slot).Take(&out).Error
	return out, fail(err)
}

// Runs returns the latest runs of every job, newest first.
func (r Reader) Runs(ctx context.Context, limit int) ([]models.JobRun, error) {
	var out []models.JobRun
	err := r.q(ctx).Order("started_at DESC, id DESC").Limit(limit).Find(&out).Error
	return out, fail(err)
}
