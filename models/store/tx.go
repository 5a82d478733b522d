package store

import (
	"context"
	"errors"
	"fmt"
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
	// turn holds the one transaction that SQLite runs at a time; nil on
	// PostgreSQL, which runs many.
	turn chan struct{}
}

// Tx is a transaction: a Reader that can also write. It is valid only inside
// the function that DB.Tx called with it.
type Tx struct{ Reader }

// txTimeout bounds a transaction, so that a stuck one cannot hold the single
// SQLite writer for ever. Issuing a plan of 50,000 assignments takes seconds.
const txTimeout = 60 * time.Second

// turnWait bounds how long a transaction waits for the one before it. It also
// turns the mistake of opening one inside another, which would wait for
// itself, into an error. A variable for the test of that.
var turnWait = 10 * time.Second

// Tx runs fn in one transaction and commits it when fn returns nil. Inside fn
// use only tx: no other database handle, no network, no file.
func (db *DB) Tx(ctx context.Context, fn func(tx *Tx) error) error {
	if db.writer == nil {
		return errReadOnly
	}
	done, err := db.takeTurn(ctx)
	if err != nil {
		return err
	}
	defer done()
	ctx, cancel := context.WithTimeout(ctx, txTimeout)
	defer cancel()
	err = db.writer.WithContext(ctx).Transaction(func(g *gorm.DB) error {
		return fn(&Tx{Reader{db: g}})
	})
	return fail(err)
}

// errReadOnly is the answer of a database that was opened with
// Options.ReadOnly to whatever would change it.
var errReadOnly = errors.New("the database is open for reading only")

// takeTurn waits until no other transaction runs, where only one can.
func (db *DB) takeTurn(ctx context.Context) (done func(), err error) {
	if db.turn == nil {
		return func() {}, nil
	}
	wait := time.NewTimer(turnWait)
	defer wait.Stop()
	select {
	case db.turn <- struct{}{}:
		return func() { <-db.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-wait.C:
		return nil, fmt.Errorf("no transaction could begin for %s: another is long, or this one is inside it", turnWait)
	}
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
