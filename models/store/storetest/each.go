// Package storetest gives tests a real, migrated database: SQLite always,
// PostgreSQL where a server can be had. There are no mocks of the store.
//
// Each runs one test on both databases. OpenSQLite is for tests of packages
// above the store, which need a database but not both. Seed fills either with
// a small office whose assignments stand in every state.
package storetest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
)

// Zone is the office's zone, Asia/Shanghai, without needing a zone database:
// it has had no summer time since 1991.
var Zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// Now is the instant at which the tests' clock stands: Tuesday, 13 October
// 2020, 09:00 in the office's zone. Today is its day.
var (
	Now   = time.Date(2020, time.October, 13, 9, 0, 0, 0, Zone)
	Today = models.DateIn(Now, Zone)
)

// Clock is the clock that the databases are opened with. It stands still.
func Clock() time.Time { return Now }

// Each runs fn as two subtests, "sqlite" and "postgres", each with an empty,
// migrated database of its own that is removed afterwards. A machine without
// PostgreSQL skips the second: see Unavailable.
func Each(t *testing.T, fn func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, OpenSQLite(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, OpenPostgres(t)) })
}

// OpenSQLite opens an empty, migrated SQLite database in a temporary folder.
func OpenSQLite(t testing.TB) *store.DB {
	t.Helper()
	return Open(t, store.Options{Database: SQLiteFile(t)})
}

// OpenPostgres opens an empty, migrated PostgreSQL database. Migrating takes
// about as long as copying a template database would, and leaves no template
// behind on a server that is not ours.
func OpenPostgres(t testing.TB) *store.DB {
	t.Helper()
	db := Open(t, store.Options{Database: Postgres(t)})
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatalf("migrate PostgreSQL: %v", err)
	}
	return db
}

// Open opens a database that is closed when the test ends. It sets the tests'
// clock where o has none, and puts up with a server that does not sync.
func Open(t testing.TB, o store.Options) *store.DB {
	t.Helper()
	if o.Now == nil {
		o.Now = Clock
	}
	o.Unsafe = true
	db, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("open the test database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the test database: %v", err)
		}
	})
	return db
}

// SQLiteFile writes a migrated, empty SQLite database into a temporary folder
// and returns its path, for tests that open it themselves.
func SQLiteFile(t testing.TB) string {
	t.Helper()
	image, err := migratedSQLite()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "duban.db")
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// migratedSQLite migrates once per process and keeps the file's bytes: closing
// the last connection has moved the write-ahead log into it.
var migratedSQLite = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "duban-storetest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	db, err := store.Open(context.Background(), store.Options{Database: path, Now: Clock})
	if err != nil {
		return nil, fmt.Errorf("open the template database: %w", err)
	}
	if _, err := db.Migrate(context.Background()); err != nil {
		db.Close()
		return nil, fmt.Errorf("migrate the template database: %w", err)
	}
	if err := db.Close(); err != nil {
		return nil, fmt.Errorf("close the template database: %w", err)
	}
	return os.ReadFile(path)
})
