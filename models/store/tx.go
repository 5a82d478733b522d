package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Reader answers questions. It has no way to write.
type Reader struct{ db *gorm.DB }

// DB is the open database: a Reader that can begin a transaction.
type DB struct {
	Reader
	writer  *gorm.DB
	dialect Dialect
	unlock  func() error
}

// Tx is a transaction: a Reader that can also write. It is valid only inside
// the function that DB.Tx called with it.
type Tx struct{ Reader }

// txTimeout bounds a transaction, so that a stuck one cannot hold the single
// SQLite writer for ever. Issuing a plan of 50,000 assignments takes seconds.
const txTimeout = 60 * time.Second

// Tx runs fn in one transaction and commits it when fn returns nil. Inside fn
// use only tx: no other database handle, no network, no file.
func (db *DB) Tx(ctx context.Context, fn func(tx *Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, txTimeout)
	defer cancel()
	err := db.writer.WithContext(ctx).Transaction(func(g *gorm.DB) error {
		return fn(&Tx{Reader{db: g}})
	})
	return fail(err)
}

// Dialect says which database it is.
func (db *DB) Dialect() Dialect { return db.dialect }

// q starts a question.
func (r Reader) q(ctx context.Context) *gorm.DB { return r.db.WithContext(ctx) }

// queryLog passes statements on to Options.OnQuery and is silent otherwise:
// errors are returned and logged once, at the door.
type queryLog struct {
	on func(sql string, rows int64, took time.Duration, err error)
}

func (l queryLog) LogMode(logger.LogLevel) logger.Interface { return l }
func (queryLog) Info(context.Context, string, ...any)       {}
func (queryLog) Warn(context.Context, string, ...any)       {}
func (queryLog) Error(context.Context, string, ...any)      {}
func (l queryLog) Trace(_ context.Context, begin time.Time, fc func() (string, int64), err error) {
	if l.on != nil {
		sql, rows := fc()
		l.on(sql, rows, sinceBegin(begin), err)
	}
}

// sinceBegin measures a statement. It is a duration on the monotonic clock, not a date:
// the injected clock may stand still.
func sinceBegin(begin time.Time) time.Duration { return time.Since(begin) }

// insertAll stores rows in batches small enough for both databases' limits on
// parameters, and sets their ids.
func insertAll[T any](g *gorm.DB, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	return fail(g.CreateInBatches(rows, 200).Error)
}
