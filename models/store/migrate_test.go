package store_test

import (
	"strings"
	"sync"
	"testing"

	"duban/models/store"
	"duban/models/store/storetest"
)

func TestMigrateTwice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if n, err := db.Migrate(ctx); n != 0 || err != nil {
			t.Errorf("a second time: %d steps, %v", n, err)
		}
		have, want, err := db.SchemaVersion(ctx)
		if err != nil || have != want || want < 1 {
			t.Errorf("version %d of %d, %v", have, want, err)
		}
	})
}

// An empty database has version 0, and asking for that changes nothing.
func TestSchemaVersionOfAnEmptyDatabase(t *testing.T) {
	db := storetest.Open(t, store.Options{Database: t.TempDir() + "/empty.db"})
	for range 2 {
		if have, want, err := db.SchemaVersion(t.Context()); have != 0 || want < 1 || err != nil {
			t.Errorf("version %d of %d, %v", have, want, err)
		}
	}
}

// Several programs that start at once on an empty PostgreSQL database all end
// with a working one, and each migration runs once.
func TestMigrateAtOnce(t *testing.T) {
	dsn := storetest.Postgres(t)
	const programs = 3
	steps := make([]int, programs)
	var wg sync.WaitGroup
	for i := range programs {
		db := storetest.Open(t, store.Options{Database: dsn})
		wg.Go(func() {
			var err error
			if steps[i], err = db.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
			if _, err := db.Plans(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	db := storetest.Open(t, store.Options{Database: dsn})
	_, want, err := db.SchemaVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, n := range steps {
		total += n
	}
	if total != int(want) {
		t.Errorf("%v steps were taken, want %d in all", steps, want)
	}
}

// A program does not touch a database that a newer one has migrated.
func TestNewerSchemaIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if err := store.Exec(ctx, db, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)"); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Migrate(ctx); err == nil || !strings.Contains(err.Error(), "newer program") {
			t.Errorf("got %v", err)
		}
	})
}

// A migration that fails leaves the database as it was.
func TestFailedMigrationLeavesNothing(t *testing.T) {
	for dialect, open := range map[string]func(t *testing.T) *store.DB{
		"sqlite":   func(t *testing.T) *store.DB { return storetest.Open(t, store.Options{Database: t.TempDir() + "/d.db"}) },
		"postgres": func(t *testing.T) *store.DB { return storetest.Open(t, store.Options{Database: storetest.Postgres(t)}) },
	} {
		t.Run(dialect, func(t *testing.T) {
			db := open(t)
			ctx := t.Context()
			// Something stands where the last table of the first migration goes.
			if err := store.Exec(ctx, db, "CREATE TABLE settings (foreign_thing INTEGER)"); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Migrate(ctx); err == nil {
				t.Fatal("migrated over a foreign table")
			}
			if _, err := db.Plans(ctx); err == nil {
				t.Error("the failed migration left its tables")
			}
			if err := store.Exec(ctx, db, "DROP TABLE settings"); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Migrate(ctx); err != nil {
				t.Errorf("after the obstacle was gone: %v", err)
			}
			if _, err := db.Plans(ctx); err != nil {
				t.Error(err)
			}
		})
	}
}
