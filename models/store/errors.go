package store

import (
	"errors"
	"strings"
	"syscall"

	"duban/models"

	"gorm.io/gorm"
	"modernc.org/sqlite"
)

// SQLite's extended result codes that mean something to us (sqlite.org/rescode.html).
const (
	sqliteFull       = 13
	sqliteCheck      = 275
	sqliteForeignKey = 787
	sqlitePrimaryKey = 1555
	sqliteUnique     = 2067
)

// fail turns a database error into the error that verbs know. It is the only
// place that reads gorm's errors.
func fail(err error) error {
	var e *models.Error
	var es models.Errors
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e), errors.As(err, &es):
		return err
	case errors.Is(err, gorm.ErrRecordNotFound):
		return models.Errf(models.NotFound, "err.not_found")
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return models.Errf(models.Conflict, "err.duplicate")
	case isFull(err):
		return models.Errf(models.NoSpace, "err.no_space")
	}
	return err
}

// isFull reports that the disk or the database may not grow any more.
func isFull(err error) bool {
	var se *sqlite.Error
	if errors.As(err, &se) && se.Code()&0xff == sqliteFull {
		return true
	}
	return errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), "SQLSTATE 53100")
}

// found returns not_found when a query for one row found none.
func found(tx *gorm.DB) error {
	if tx.Error == nil && tx.RowsAffected == 0 {
		return models.Errf(models.NotFound, "err.not_found")
	}
	return fail(tx.Error)
}

// changed returns conflict when a guarded update met no row: somebody else was
// first.
func changed(tx *gorm.DB) error {
	if tx.Error == nil && tx.RowsAffected == 0 {
		return models.Errf(models.Conflict, "err.stale")
	}
	return fail(tx.Error)
}
