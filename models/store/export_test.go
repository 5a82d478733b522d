package store

import (
	"context"
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
