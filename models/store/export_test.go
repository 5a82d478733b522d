package store

import (
	"context"
	"strconv"
	"time"
)

// What the tests in package store_test need from the inside.

// Exec runs a statement in a transaction of its own, past the methods of Tx.
func Exec(ctx context.Context, db *DB, sql string, args ...any) error {
	return db.Tx(ctx, func(tx *Tx) error { return fail(tx.q(ctx).Exec(sql, args...).Error) })
}

// SetTurnWait shortens how long a transaction waits for its turn.
func SetTurnWait(d time.Duration) (restore func()) {
	old := turnWait
	turnWait = d
	return func() { turnWait = old }
}

// SQLiteDSN is the DSN of one of the two pools.
var SQLiteDSN = sqliteDSN

// OlderVersion is the comparison behind the check of SQLite's version.
var OlderVersion = olderVersion

// TryDSN opens a pool on a DSN and closes it.
func TryDSN(dsn string, reader bool) error {
	g, err := openPool(Options{Now: time.Now}, dsn, 1, reader)
	if err != nil {
		return err
	}
	pool, err := g.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}

// LimitPages lets a SQLite database grow by so many pages and no more.
func LimitPages(ctx context.Context, db *DB, more int) error {
	var n int
	if err := db.writer.WithContext(ctx).Raw("PRAGMA page_count").Scan(&n).Error; err != nil {
		return err
	}
	return db.writer.WithContext(ctx).Exec("PRAGMA max_page_count = " + strconv.Itoa(n+more)).Error
}
