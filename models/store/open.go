package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"duban/models"

	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	modernc "modernc.org/sqlite"
)

// Options say which database to open and how.
type Options struct {
	// Database is the path of a SQLite file, or a postgres:// address.
	Database string
	// Now is the clock; gorm never reads another.
	Now func() time.Time
	// ReadOnly opens a SQLite file for reading beside a running service:
	// without the lock, unable to write or migrate.
	ReadOnly bool
	// Unsafe allows a PostgreSQL server that acknowledges before it has
	// written (fsync=off): throw-away servers of tests only.
	Unsafe bool
	// OnQuery, if set, sees every statement: for slow-query logs and for the
	// tests that count.
	OnQuery func(sql string, rows int64, took time.Duration, err error)
}

// Dialect names the two databases.
type Dialect string

const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Open opens the database, creates the folder of a SQLite file, takes its
// lock, reads back every setting it asked for, and refuses to run when one
// differs. It does not migrate: see DB.Migrate.
func Open(ctx context.Context, o Options) (*DB, error) {
	if strings.HasPrefix(o.Database, "postgres://") || strings.HasPrefix(o.Database, "postgresql://") {
		return openPostgres(ctx, o)
	}
	return openSQLite(o)
}

// pragmas are the settings of every SQLite connection, asked for in the DSN
// and read back by checkPragmas. FULL: a commit is on the disk before it is
// acknowledged (NORMAL acknowledges before). Foreign keys are off by default
// in SQLite. The busy timeout comes first, so that the others may wait.
var pragmas = []struct{ name, ask, want string }{
	{"busy_timeout", "10000", "10000"},
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"foreign_keys", "1", "1"},
}

// minSQLite is the first version without the WAL-reset corruption bug
// (sqlite.org/wal.html, "walresetbug").
const minSQLite = "3.51.3"

func sqliteDSN(path string, reader bool) string {
	q := url.Values{}
	for _, p := range pragmas {
		q.Add("_pragma", p.name+"("+p.ask+")")
	}
	if reader {
		q.Add("_pragma", "query_only(1)")
	} else {
		// A deferred transaction that reads and then writes fails at once
		// when another wrote in between; busy_timeout does not help it.
		q.Set("_txlock", "immediate")
	}
	q.Set("_time_format", "sqlite")
	q.Set("_timezone", "UTC")
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func openSQLite(o Options) (_ *DB, err error) {
	path, err := filepath.Abs(o.Database)
	if err != nil {
		return nil, err
	}
	db := &DB{dialect: SQLite}
	defer func() {
		if err != nil {
			db.Close()
		}
	}()
	if o.ReadOnly {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("database: %w", err)
		}
	} else {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return nil, fmt.Errorf("database folder: %w", err)
		}
		path = realPath(path)
		if db.unlock, err = lockFile(path + ".lock"); err != nil {
			if errors.Is(err, errLocked) {
				return nil, models.Errf(models.Conflict, "err.database_locked", path)
			}
			return nil, fmt.Errorf("database lock: %w", err)
		}
		if db.writer, err = openPool(o, sqliteDSN(path, false), 1, false); err != nil {
			return nil, err
		}
		db.turn = make(chan struct{}, 1)
	}
	if db.db, err = openPool(o, sqliteDSN(path, true), 8, true); err != nil {
		return nil, err
	}
	return db, nil
}

// realPath follows links, so that two names of one file meet at one lock.
func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(dir, filepath.Base(path))
	}
	return path
}

// connector opens the connections of a pool and reads every setting back on
// each of them: a DSN in another driver's spelling is ignored in silence, so
// asking is not enough, and the pool opens connections as long as it lives.
type connector struct {
	driver *modernc.Driver
	dsn    string
}

func newConnector(dsn string, reader bool) connector {
	c := connector{&modernc.Driver{}, dsn}
	c.driver.RegisterConnectionHook(func(conn modernc.ExecQuerierContext, _ string) error {
		return checkSettings(conn, reader)
	})
	return c
}

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return c.driver.Open(c.dsn)
}

// Driver implements driver.Connector.
func (c connector) Driver() driver.Driver { return c.driver }

// checkSettings refuses a connection whose SQLite is too old or whose settings
// are not those that were asked for.
func checkSettings(conn driver.QueryerContext, reader bool) error {
	version, err := readOne(conn, "SELECT sqlite_version()")
	if err != nil {
		return err
	}
	if olderVersion(version, minSQLite) {
		return fmt.Errorf("SQLite %s can corrupt a database in WAL mode; want %s or newer", version, minSQLite)
	}
	want := pragmas
	if reader {
		want = append(want[:len(want):len(want)], struct{ name, ask, want string }{"query_only", "1", "1"})
	}
	for _, p := range want {
		got, err := readOne(conn, "PRAGMA "+p.name)
		if err != nil {
			return fmt.Errorf("read back %s: %w", p.name, err)
		}
		if got != p.want {
			return fmt.Errorf("database setting %s is %q, want %q", p.name, got, p.want)
		}
	}
	return nil
}

// readOne returns the one value that a query gives, as text.
func readOne(conn driver.QueryerContext, query string) (string, error) {
	rows, err := conn.QueryContext(context.Background(), query, nil)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	row := make([]driver.Value, 1)
	if err := rows.Next(row); err != nil {
		return "", err
	}
	return fmt.Sprint(row[0]), nil
}

// olderVersion compares dotted version numbers.
func olderVersion(a, b string) bool {
	var x, y [3]int
	fmt.Sscanf(a, "%d.%d.%d", &x[0], &x[1], &x[2])
	fmt.Sscanf(b, "%d.%d.%d", &y[0], &y[1], &y[2])
	for i := range x {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return false
}

func openPool(o Options, dsn string, conns int, reader bool) (*gorm.DB, error) {
	pool := sql.OpenDB(newConnector(dsn, reader))
	d := sqlite.New(sqlite.Config{Conn: pool}).(*sqlite.Dialector)
	g, err := openGorm(sqliteDialector{d}, o, conns)
	if err != nil {
		pool.Close()
	}
	return g, err
}

func openGorm(d gorm.Dialector, o Options, conns int) (*gorm.DB, error) {
	g, err := gorm.Open(d, &gorm.Config{
		TranslateError: true,
		NowFunc:        o.Now,
		Logger:         queryLog{o.OnQuery},
	})
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	pool, err := g.DB()
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	// Children are never written as a side effect of their parent.
	return g.Omit(clause.Associations).Session(&gorm.Session{}), nil
}

// sqliteDialector teaches gorm's SQLite dialect the error codes of the
// cgo-free driver.
type sqliteDialector struct{ *sqlite.Dialector }

// Translate implements gorm.ErrorTranslator.
func (d sqliteDialector) Translate(err error) error {
	var e *modernc.Error
	if errors.As(err, &e) {
		switch e.Code() {
		case sqlitePrimaryKey, sqliteUnique:
			return gorm.ErrDuplicatedKey
		case sqliteForeignKey:
			return gorm.ErrForeignKeyViolated
		case sqliteCheck:
			return gorm.ErrCheckConstraintViolated
		}
	}
	return err
}

func openPostgres(ctx context.Context, o Options) (_ *DB, err error) {
	g, err := openGorm(postgres.Open(o.Database), o, 10)
	if err != nil {
		// The driver's message repeats the address, password and all.
		return nil, errors.New("cannot connect to the PostgreSQL server of DUBAN_DATABASE; is it running, are name and password right?")
	}
	db := &DB{Reader: Reader{db: g}, writer: g, dialect: Postgres}
	if o.Unsafe {
		return db, nil
	}
	for _, s := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		var got string
		if err := g.WithContext(ctx).Raw("SELECT current_setting(?)", s).Scan(&got).Error; err != nil {
			db.Close()
			return nil, fmt.Errorf("read back %s: %w", s, err)
		}
		if got == "off" {
			db.Close()
			return nil, fmt.Errorf("PostgreSQL runs with %s=off: a power cut would lose acknowledged work; set it to on", s)
		}
	}
	return db, nil
}

// Close closes both pools and releases the file lock.
func (db *DB) Close() error {
	var errs []error
	closed := map[*sql.DB]bool{} // PostgreSQL has one pool for both
	for _, g := range []*gorm.DB{db.db, db.writer} {
		if g == nil {
			continue
		}
		if pool, err := g.DB(); err == nil && !closed[pool] {
			closed[pool] = true
			errs = append(errs, pool.Close())
		}
	}
	if db.unlock != nil {
		errs = append(errs, db.unlock())
		db.unlock = nil
	}
	return errors.Join(errs...)
}

// SQL gives the plain pool, for benchmarks that measure the floor and for
// backups; nothing else may use it.
func (db *DB) SQL() (*sql.DB, error) { return db.db.DB() }
