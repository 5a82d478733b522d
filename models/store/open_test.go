package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

func openErr(t *testing.T, o store.Options) error {
	t.Helper()
	o.Now = storetest.Clock
	db, err := store.Open(t.Context(), o)
	if err == nil {
		db.Close()
	}
	return err
}

func TestOpenMakesTheFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "data folder #1?%41", "督办.db")
	db := storetest.Open(t, store.Options{Database: path})
	if n, err := db.Migrate(t.Context()); err != nil || n == 0 {
		t.Fatalf("%d steps, %v", n, err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the file does not have the name that was given: %v", err)
	}
}

// A second process on the same file is refused, as long as the first lives.
func TestSecondProcessIsRefused(t *testing.T) {
	if path := os.Getenv("DUBAN_TEST_SECOND"); path != "" {
		err := openErr(t, store.Options{Database: path})
		var e *models.Error
		if !errors.As(err, &e) || e.Code != models.Conflict || e.Key != "err.database_locked" {
			t.Fatalf("the second process got %v", err)
		}
		return
	}
	path := storetest.SQLiteFile(t)
	db := storetest.Open(t, store.Options{Database: path})
	second := func() ([]byte, error) {
		cmd := exec.Command(os.Args[0], "-test.run=^TestSecondProcessIsRefused$")
		cmd.Env = append(os.Environ(), "DUBAN_TEST_SECOND="+path)
		return cmd.CombinedOutput()
	}
	if out, err := second(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	// So is a second opening in the same process, under another name too.
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Logf("no links here: %v", err)
		link = path
	}
	for _, name := range []string{path, link, filepath.Dir(path) + "/./" + filepath.Base(path)} {
		if err := openErr(t, store.Options{Database: name}); models.CodeOf(err) != models.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The negative control: once the first has closed, the second gets in.
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := second(); err == nil {
		t.Errorf("a free database was refused too:\n%s", out)
	}
}

func TestReadOnlyBesideARunningService(t *testing.T) {
	path := storetest.SQLiteFile(t)
	db := storetest.Open(t, store.Options{Database: path})
	o := storetest.Seed(t, db)
	reader := storetest.Open(t, store.Options{Database: path, ReadOnly: true})
	ctx := t.Context()

	same(t, "plan", must(reader.Plan(ctx, o.Plan.ID))(t), o.Plan)
	write(t, db, func(tx *store.Tx) error { return tx.SetSetting(ctx, "k", "v") })
	if v := must(reader.Setting(ctx, "k"))(t); v != "v" {
		t.Errorf("what was written after it opened reads %q", v)
	}
	if err := reader.Tx(ctx, func(tx *store.Tx) error { return tx.SetSetting(ctx, "k", "w") }); err == nil {
		t.Error("it wrote")
	}
	if _, err := reader.Migrate(ctx); err == nil {
		t.Error("it migrated")
	}
	pool := must(reader.SQL())(t)
	if _, err := pool.ExecContext(ctx, "UPDATE settings SET value = 'w'"); err == nil {
		t.Error("its connections can write")
	}
	if v := must(db.Setting(ctx, "k"))(t); v != "v" {
		t.Errorf("the setting is now %q", v)
	}
	missing := filepath.Join(t.TempDir(), "none.db")
	if err := openErr(t, store.Options{Database: missing, ReadOnly: true}); err == nil {
		t.Error("opened a file that is not there")
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("created a file although it may only read")
	}
}

// The readers of the program's own database cannot write either.
func TestReaderPoolCannotWrite(t *testing.T) {
	db := storetest.OpenSQLite(t)
	pool := must(db.SQL())(t)
	if _, err := pool.ExecContext(t.Context(), "INSERT INTO settings (key, value) VALUES ('k', 'v')"); err == nil {
		t.Error("the reader pool wrote")
	}
}

// Settings that were lost or misspelt on the way to the driver stop the
// program. Each case is the DSN that the program uses with one thing wrong;
// the first, with nothing wrong, is the control.
func TestWrongSettingsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		reader     bool
		spoil      func(dsn string) string
		complained string
	}{
		"nothing wrong":            {false, func(s string) string { return s }, ""},
		"nothing wrong, reader":    {true, func(s string) string { return s }, ""},
		"synchronous NORMAL":       {false, replace("synchronous%28FULL%29", "synchronous%28NORMAL%29"), "synchronous"},
		"synchronous OFF, reader":  {true, replace("synchronous%28FULL%29", "synchronous%28OFF%29"), "synchronous"},
		"journal not WAL":          {false, replace("journal_mode%28WAL%29", "journal_mode%28DELETE%29"), "journal_mode"},
		"no foreign keys":          {false, replace("_pragma=foreign_keys%281%29&", ""), "foreign_keys"},
		"no busy timeout":          {false, replace("_pragma=busy_timeout%2810000%29&", ""), "busy_timeout"},
		"reader that may write":    {true, replace("&_pragma=query_only%281%29", ""), "query_only"},
		"another driver's wording": {false, replace("_pragma=foreign_keys%281%29", "_ForeignKeys=1"), "foreign_keys"},
	} {
		t.Run(name, func(t *testing.T) {
			path := storetest.SQLiteFile(t)
			dsn := c.spoil(store.SQLiteDSN(path, c.reader))
			if c.complained != "" && dsn == store.SQLiteDSN(path, c.reader) {
				t.Fatalf("nothing was spoilt in %s", dsn)
			}
			err := store.TryDSN(dsn, c.reader)
			switch {
			case c.complained == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.complained != "" && (err == nil || !strings.Contains(err.Error(), c.complained)):
				t.Errorf("want a complaint about %s, got %v", c.complained, err)
			}
		})
	}
}

func replace(old, new string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, new, 1) }
}

func TestOlderVersion(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"3.51.2", "3.51.3", true}, {"3.9.9", "3.51.3", true}, {"2.99.99", "3.51.3", true}, {"", "3.51.3", true},
		{"3.51.3", "3.51.3", false}, {"3.52", "3.51.3", false}, {"3.100.0", "3.51.3", false}, {"4.0.0", "3.51.3", false},
	} {
		if got := store.OlderVersion(c.a, c.b); got != c.want {
			t.Errorf("%s older than %s: %v", c.a, c.b, got)
		}
	}
}

// A PostgreSQL server that may lose acknowledged work is refused, unless it is
// a test's; the test cluster is one (fsync=off).
func TestUnsafePostgresIsRefused(t *testing.T) {
	dsn := storetest.Postgres(t)
	db := storetest.Open(t, store.Options{Database: dsn})
	var fsync string
	if err := must(db.SQL())(t).QueryRowContext(t.Context(), "SHOW fsync").Scan(&fsync); err != nil {
		t.Fatal(err)
	}
	err := openErr(t, store.Options{Database: dsn})
	switch {
	case fsync == "off" && (err == nil || !strings.Contains(err.Error(), "fsync")):
		t.Errorf("with fsync off: %v", err)
	case fsync == "on" && err != nil:
		t.Errorf("with fsync on: %v", err)
	}
}

func TestPostgresErrorTellsNoPassword(t *testing.T) {
	err := openErr(t, store.Options{Database: "postgres://duban:s3cret@127.0.0.1:1/none?connect_timeout=2"})
	if err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "PostgreSQL") {
		t.Errorf("got %v", err)
	}
}

// A transaction inside another would wait for itself; it fails instead.
func TestTransactionInsideAnother(t *testing.T) {
	defer store.SetTurnWait(50 * time.Millisecond)()
	db := storetest.OpenSQLite(t)
	ctx := t.Context()
	begun := time.Now()
	err := db.Tx(ctx, func(*store.Tx) error {
		return db.Tx(ctx, func(*store.Tx) error { return nil })
	})
	if err == nil || time.Since(begun) > 5*time.Second {
		t.Errorf("after %s: %v", time.Since(begun), err)
	}
	write(t, db, func(tx *store.Tx) error { return tx.SetSetting(ctx, "k", "after") })
}

// A transaction holds SQLite's write lock from its beginning: one that reads
// first cannot find, when it comes to write, that somebody wrote in between.
func TestTransactionBeginsWithTheLock(t *testing.T) {
	path := storetest.SQLiteFile(t)
	db := storetest.Open(t, store.Options{Database: path})
	ctx := t.Context()
	outside, err := sql.Open("sqlite", path) // a tool beside the program, in no mood to wait
	if err != nil {
		t.Fatal(err)
	}
	defer outside.Close()
	interfere := func() error {
		_, err := outside.ExecContext(ctx, "INSERT INTO settings (key, value) VALUES ('outside', '')")
		return err
	}
	write(t, db, func(tx *store.Tx) error {
		if _, err := tx.Plans(ctx); err != nil {
			return err
		}
		if err := interfere(); err == nil {
			t.Error("somebody else wrote inside the transaction")
		}
		return tx.SetSetting(ctx, "k", "v")
	})
	if err := interfere(); err != nil {
		t.Errorf("after the transaction: %v", err)
	}
}

// What a transaction did is gone when it fails, panics or is given up.
func TestTransactionRollsBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		set := func(ctx context.Context, end func() error) error {
			return db.Tx(ctx, func(tx *store.Tx) error {
				if err := tx.SetSetting(ctx, "k", "v"); err != nil {
					t.Fatal(err)
				}
				if v, _ := tx.Setting(ctx, "k"); v != "v" {
					t.Errorf("the transaction reads %q", v)
				}
				return end()
			})
		}
		boom := errors.New("boom")
		if err := set(t.Context(), func() error { return boom }); !errors.Is(err, boom) {
			t.Errorf("error: %v", err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = set(t.Context(), func() error { panic("boom") })
		}()
		ctx, cancel := context.WithCancel(t.Context())
		if err := set(ctx, func() error { cancel(); return nil }); err == nil {
			t.Error("committed although it was given up")
		}
		if v := must(db.Setting(t.Context(), "k"))(t); v != "" {
			t.Errorf("left behind: %q", v)
		}
		write(t, db, func(tx *store.Tx) error { return tx.SetSetting(t.Context(), "k", "next") })
	})
}

// Many clients that read and then write at once all succeed: "database is
// locked" never reaches a user.
func TestManyWriters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const clients, rounds = 32, 10
		ctx := t.Context()
		o := storetest.Seed(t, db)
		var wg sync.WaitGroup
		for c := range clients {
			wg.Go(func() {
				for range rounds {
					err := db.Tx(ctx, func(tx *store.Tx) error {
						if _, err := tx.Units(ctx); err != nil {
							return err
						}
						return tx.InsertAudit(ctx, &models.AuditEntry{At: storetest.Now, Act: "test", ActorID: models.UserID(c), UnitID: o.Unit("gaj").ID})
					})
					if err != nil {
						t.Error(err)
					}
					if _, err := db.Plans(ctx); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := len(must(db.Audit(ctx, everyone, store.AuditFilter{Act: "test"}))(t)); n != clients*rounds {
			t.Errorf("%d of %d writes are there", n, clients*rounds)
		}
	})
}

// A full database refuses what does not fit, keeps what was acknowledged, and
// goes on when there is room again.
func TestDatabaseFull(t *testing.T) {
	db := storetest.OpenSQLite(t)
	ctx := t.Context()
	if err := store.LimitPages(ctx, db, 2); err != nil {
		t.Fatal(err)
	}
	kept, err := 0, error(nil)
	note := strings.Repeat("督", 1000)
	for ; err == nil && kept < 1000; kept++ {
		err = db.Tx(ctx, func(tx *store.Tx) error {
			return tx.InsertAudit(ctx, &models.AuditEntry{At: storetest.Now, Act: "test", Note: note})
		})
	}
	kept--
	if models.CodeOf(err) != models.NoSpace {
		t.Fatalf("after %d rows: %v", kept, err)
	}
	if n := len(must(db.Audit(ctx, everyone, store.AuditFilter{}))(t)); n != kept {
		t.Errorf("%d rows of %d acknowledged", n, kept)
	}
	if err := store.LimitPages(ctx, db, 1000); err != nil {
		t.Fatal(err)
	}
	write(t, db, func(tx *store.Tx) error {
		return tx.InsertAudit(ctx, &models.AuditEntry{At: storetest.Now, Act: "test", Note: note})
	})
	var ok string
	if err := must(db.SQL())(t).QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&ok); err != nil || ok != "ok" {
		t.Errorf("integrity: %s, %v", ok, err)
	}
}

// PostgreSQL says "disk full" with SQLSTATE 53100.
func TestDiskFullOnPostgres(t *testing.T) {
	db := storetest.OpenPostgres(t)
	err := store.Exec(t.Context(), db, "DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$")
	if models.CodeOf(err) != models.NoSpace {
		t.Errorf("got %v", err)
	}
}

// Broken references and values come back as errors and store nothing.
func TestConstraints(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := storetest.Seed(t, db)
		a := o.Assignment("m1", "gaj").Assignment
		for name, fn := range map[string]func(tx *store.Tx) error{
			"assignment of no unit": func(tx *store.Tx) error {
				b := a
				b.ID, b.UnitID = 0, nobody
				return tx.InsertAssignments(ctx, []models.Assignment{b})
			},
			"note on no assignment": func(tx *store.Tx) error {
				return tx.InsertNote(ctx, &models.Note{AssignmentID: nobody, Kind: "progress", Text: "x", At: storetest.Now})
			},
			"session of nobody": func(tx *store.Tx) error {
				return tx.InsertSession(ctx, &models.Session{TokenHash: "h", UserID: nobody, CreatedAt: storetest.Now, LastSeenAt: storetest.Now})
			},
			"unknown state": func(tx *store.Tx) error { b := a; b.State = "late"; return tx.UpdateAssignment(ctx, &b) },
			"unknown role": func(tx *store.Tx) error {
				u := person(9, "king")
				return tx.InsertUser(ctx, &u)
			},
			"duty of a unit and a group": func(tx *store.Tx) error {
				return tx.InsertContent(ctx, store.Content{Responsibilities: []models.Responsibility{
					{MeasureID: a.MeasureID, Name: "x", UnitID: 1, GroupID: 1, Role: models.UnitLead}}})
			},
			"membership that ends before it begins": func(tx *store.Tx) error {
				return tx.InsertMembers(ctx, []models.GroupMember{{GroupID: o.Group.ID, UnitID: a.UnitID, FromDate: today, ToDate: today.AddDays(-1)}})
			},
		} {
			err := db.Tx(ctx, fn)
			if models.CodeOf(err) != models.Internal {
				t.Errorf("%s: %v", name, err)
			}
		}
		same(t, "the assignment", o.Assignment("m1", "gaj").Assignment, a)
	})
}

// Times are kept as the instant, in UTC, and compare in order of time.
func TestInstants(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		base := time.Date(2020, 10, 13, 23, 59, 59, 0, time.FixedZone("", 8*60*60))
		instants := []time.Time{base, base.Add(time.Microsecond), base.Add(500 * time.Millisecond), base.Add(510 * time.Millisecond), base.Add(time.Second),
			base.Add(time.Hour).In(time.UTC), base.Add(2 * time.Hour).In(time.FixedZone("", -5*60*60))}
		for i, at := range instants {
			k := models.Ticket{TokenHash: string(rune('a' + i)), Kind: models.TicketInvite, ExpiresAt: at, CreatedAt: base}
			write(t, db, func(tx *store.Tx) error { return tx.InsertTicket(ctx, &k) })
		}
		for i, at := range instants {
			for j := range instants {
				_, err := db.Ticket(ctx, string(rune('a'+j)), at)
				if open := err == nil; open != (j > i) {
					t.Errorf("%s > %s is %v in the database", instants[j], at, open)
				}
			}
		}
		got := must(db.Ticket(ctx, "g", base))(t)
		if !got.ExpiresAt.Equal(instants[6]) {
			t.Errorf("read back %s, want %s", got.ExpiresAt, instants[6])
		}
		if db.Dialect() == store.SQLite {
			var text string
			if err := must(db.SQL())(t).QueryRowContext(ctx, "SELECT CAST(expires_at AS TEXT) FROM tickets WHERE token_hash = 'g'").Scan(&text); err != nil || !strings.HasSuffix(text, "+00:00") {
				t.Errorf("stored as %q, %v", text, err)
			}
		}
	})
}

func TestCloseLeavesNothingBehind(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the lock's file stays open to others there")
	}
	path := storetest.SQLiteFile(t)
	for range 3 {
		db, err := store.Open(t.Context(), store.Options{Database: path, Now: storetest.Clock})
		if err != nil {
			t.Fatal(err)
		}
		write(t, db, func(tx *store.Tx) error { return tx.SetSetting(t.Context(), "k", "v") })
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Errorf("closing twice: %v", err)
		}
		if _, err := os.Stat(path + "-wal"); err == nil {
			t.Error("closing left the write-ahead log to be copied along")
		}
	}
}
