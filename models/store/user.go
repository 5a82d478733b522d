package store

import (
	"context"
	"time"

	"duban/models"

	"gorm.io/gorm/clause"
)

// User returns one person, disabled or not; not_found if there is none.
func (r Reader) User(ctx context.Context, id models.UserID) (models.User, error) {
	var out models.User
	err := r.q(ctx).Where("id = ?", id).Take(&out).Error
	return out, fail(err)
}

// UserByLogin returns one person by account name; not_found if there is none.
func (r Reader) UserByLogin(ctx context.Context, login string) (models.User, error) {
	var out models.User
	err := r.q(ctx).Where("login = ?", login).Take(&out).Error
	return out, fail(err)
}

// Users returns every person, disabled ones last.
func (r Reader) Users(ctx context.Context) ([]models.User, error) {
	var out []models.User
	err := r.q(ctx).Order("CASE WHEN disabled_at IS NULL THEN 0 ELSE 1 END, role, unit_id, id").Find(&out).Error
	return out, fail(err)
}

// UsersIn returns the persons of a role who may be written to, in order of
// account age.
func (r Reader) UsersIn(ctx context.Context, role models.Role) ([]models.User, error) {
	var out []models.User
	err := r.q(ctx).Where("role = ? AND disabled_at IS NULL", role).Order("id").Find(&out).Error
	return out, fail(err)
}

// LockUsersIn is UsersIn for a decision that hangs on how many there are: until
// the transaction ends, another that asks the same waits, and then sees what
// this one has done. (SQLite runs one transaction at a time anyway.)
func (tx *Tx) LockUsersIn(ctx context.Context, role models.Role) ([]models.User, error) {
	var out []models.User
	err := tx.q(ctx).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Where("role = ? AND disabled_at IS NULL", role).Order("id").Find(&out).Error
	return out, fail(err)
}

// CountUsers returns how many accounts there are.
func (r Reader) CountUsers(ctx context.Context) (int64, error) {
	var n int64
	err := r.q(ctx).Model(&models.User{}).Count(&n).Error
	return n, fail(err)
}

// InsertUser stores a new account; conflict when the login is taken.
func (tx *Tx) InsertUser(ctx context.Context, u *models.User) error {
	u.Version = max(u.Version, 1)
	return fail(tx.q(ctx).Create(u).Error)
}

// UpdateUser changes an account if nobody else has since it was read (conflict
// otherwise), and raises its version. The epoch is stored as given: the verb
// raises it where sessions must end.
func (tx *Tx) UpdateUser(ctx context.Context, u *models.User) error {
	res := tx.q(ctx).Model(&models.User{}).Where("id = ? AND version = ?", u.ID, u.Version).
		Updates(map[string]any{
			"name": u.Name, "title": u.Title, "phone": u.Phone, "email": u.Email, "role": u.Role,
			"unit_id": u.UnitID, "lang": u.Lang, "password_hash": u.PasswordHash, "disabled_at": u.DisabledAt,
			"epoch": u.Epoch, "version": u.Version + 1,
		})
	if err := changed(res); err != nil {
		return err
	}
	u.Version++
	return nil
}

// SeeUser notes that a person has signed in. It is no change of the account
// and leaves its version alone.
func (tx *Tx) SeeUser(ctx context.Context, id models.UserID, at time.Time) error {
	return fail(tx.q(ctx).Model(&models.User{}).Where("id = ?", id).Update("seen_at", at).Error)
}

// Session returns the session of a token's hash together with its person.
func (r Reader) Session(ctx context.Context, tokenHash string) (models.Session, models.User, error) {
	var s models.Session
	if err := r.q(ctx).Where("token_hash = ?", tokenHash).Take(&s).Error; err != nil {
		return s, models.User{}, fail(err)
	}
	u, err := r.User(ctx, s.UserID)
	return s, u, err
}

// InsertSession stores a new session.
func (tx *Tx) InsertSession(ctx context.Context, s *models.Session) error {
	return fail(tx.q(ctx).Create(s).Error)
}

// TouchSession records that a session was used.
func (tx *Tx) TouchSession(ctx context.Context, tokenHash string, at time.Time) error {
	return fail(tx.q(ctx).Model(&models.Session{}).Where("token_hash = ?", tokenHash).
		Update("last_seen_at", at).Error)
}

// DeleteSession ends one session.
func (tx *Tx) DeleteSession(ctx context.Context, tokenHash string) error {
	return fail(tx.q(ctx).Where("token_hash = ?", tokenHash).Delete(&models.Session{}).Error)
}

// DeleteSessionsOf ends every session of a person.
func (tx *Tx) DeleteSessionsOf(ctx context.Context, id models.UserID) error {
	return fail(tx.q(ctx).Where("user_id = ?", id).Delete(&models.Session{}).Error)
}

// DeleteSessionsBefore removes sessions last used before idle or begun before
// born, and returns how many.
func (tx *Tx) DeleteSessionsBefore(ctx context.Context, idle, born time.Time) (int64, error) {
	res := tx.q(ctx).Where("last_seen_at < ? OR created_at < ?", idle, born).Delete(&models.Session{})
	return res.RowsAffected, fail(res.Error)
}

// Ticket returns an unused, unexpired one-time link; not_found otherwise.
func (r Reader) Ticket(ctx context.Context, tokenHash string, now time.Time) (models.Ticket, error) {
	var t models.Ticket
	err := r.q(ctx).Where("token_hash = ? AND used_at IS NULL AND expires_at > ?", tokenHash, now).Take(&t).Error
	return t, fail(err)
}

// InsertTicket stores a one-time link.
func (tx *Tx) InsertTicket(ctx context.Context, t *models.Ticket) error {
	return fail(tx.q(ctx).Create(t).Error)
}

// UseTicket marks a one-time link used; conflict when it is used up or expired.
// One guarded update, so that of two simultaneous uses one wins.
func (tx *Tx) UseTicket(ctx context.Context, tokenHash string, now time.Time) error {
	return changed(tx.q(ctx).Model(&models.Ticket{}).
		Where("token_hash = ? AND used_at IS NULL AND expires_at > ?", tokenHash, now).
		Update("used_at", now))
}

// DeleteTickets removes links of a kind for a person, used or not: a newer one
// replaces them. With user 0 it removes the set-up links.
func (tx *Tx) DeleteTickets(ctx context.Context, kind models.TicketKind, user models.UserID) error {
	return fail(tx.q(ctx).Where("kind = ? AND user_id = ?", kind, user).Delete(&models.Ticket{}).Error)
}

// DeleteTicketsBefore removes links that expired before t.
func (tx *Tx) DeleteTicketsBefore(ctx context.Context, t time.Time) (int64, error) {
	res := tx.q(ctx).Where("expires_at < ?", t).Delete(&models.Ticket{})
	return res.RowsAffected, fail(res.Error)
}

// loginFailure counts wrong passwords of one account name, known or not.
type loginFailure struct {
	Login   string `gorm:"primaryKey"`
	Count   int
	UntilAt time.Time
}

// TableName names the table.
func (loginFailure) TableName() string { return "login_failures" }

// AddLoginFailure counts one more wrong password for the account name and
// returns the count since the window opened. A window that has run out starts
// anew. Counting and reading are one statement, so that parallel guesses
// cannot share a count.
func (tx *Tx) AddLoginFailure(ctx context.Context, login string, now, until time.Time) (int, error) {
	var n int
	err := tx.q(ctx).Raw(`INSERT INTO login_failures (login, count, until_at) VALUES (?, 1, ?)
		ON CONFLICT (login) DO UPDATE SET
		  count = CASE WHEN login_failures.until_at <= ? THEN 1 ELSE login_failures.count + 1 END,
		  until_at = CASE WHEN login_failures.until_at <= ? THEN excluded.until_at ELSE login_failures.until_at END
		RETURNING count`, login, until, now, now).Scan(&n).Error
	return n, fail(err)
}

// LoginFailures returns the count of the running window and when it ends.
func (r Reader) LoginFailures(ctx context.Context, login string, now time.Time) (int, time.Time, error) {
	var f loginFailure
	err := r.q(ctx).Where("login = ? AND until_at > ?", login, now).Limit(1).Find(&f).Error
	return f.Count, f.UntilAt, fail(err)
}

// ClearLoginFailures forgets an account's wrong passwords.
func (tx *Tx) ClearLoginFailures(ctx context.Context, login string) error {
	return fail(tx.q(ctx).Where("login = ?", login).Delete(&loginFailure{}).Error)
}

// DeleteLoginFailuresBefore removes windows that ended before t.
func (tx *Tx) DeleteLoginFailuresBefore(ctx context.Context, t time.Time) error {
	return fail(tx.q(ctx).Where("until_at < ?", t).Delete(&loginFailure{}).Error)
}

type setting struct {
	Key   string `gorm:"primaryKey"`
	Value string
}

// Setting returns a stored setting, "" if it is not set.
func (r Reader) Setting(ctx context.Context, key string) (string, error) {
	var s setting
	err := r.q(ctx).Where(clause.Eq{Column: "key", Value: key}).Limit(1).Find(&s).Error
	return s.Value, fail(err)
}

// SetSetting stores a setting.
func (tx *Tx) SetSetting(ctx context.Context, key, value string) error {
	return fail(tx.q(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "key"}},
		DoUpdates: clause.AssignmentColumns([]string{"value"}),
	}).Create(&setting{key, value}).Error)
}
