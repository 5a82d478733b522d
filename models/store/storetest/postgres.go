package storetest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx", for the administrator's connection
)

// PostgresEnv names the environment variable with the address of a PostgreSQL
// server for the tests, in the form postgres://user@host/database. Its user must
// be allowed to create databases. When it is empty, Postgres starts a server of
// its own.
const PostgresEnv = "DUBAN_TEST_POSTGRES"

// Postgres creates an empty PostgreSQL database for one test and returns its
// address, a postgres:// URL. The database is dropped when the test ends, with
// whatever is still connected to it.
//
// The database lives on the server that DUBAN_TEST_POSTGRES names or, without
// that, on a throw-away cluster that is started for this test process and ends
// with it. Where there is neither, the test is skipped, or failed on CI: see
// Unavailable.
func Postgres(t testing.TB) (dsn string) {
	t.Helper()
	srv, err := postgresServer()
	if errors.Is(err, errNoPostgres) {
		Unavailable(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	name := "duban_test_" + strings.ToLower(rand.Text())
	// template0, because template1 cannot be copied while anyone is connected
	// to it, and because it is empty on every server.
	if _, err := srv.admin.ExecContext(t.Context(), "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		t.Fatalf("create a test database on %s: %v", srv.address.Redacted(), err)
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		if _, err := srv.admin.ExecContext(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the test database: %v", err)
		}
	})
	address := *srv.address
	address.Path = "/" + name
	return address.String()
}

// Unavailable ends a test whose needs this machine does not meet, such as a
// database server or a browser: with a skip that gives why, or with a failure
// when the environment variable CI is set, so that a check cannot vanish from CI
// unseen.
func Unavailable(t testing.TB, why string) {
	t.Helper()
	switch strings.ToLower(os.Getenv("CI")) {
	case "", "0", "false", "no":
		t.Skip(why)
	default:
		t.Fatalf("%s (a skip elsewhere, but CI is set)", why)
	}
}

// server is a running PostgreSQL server that may create databases.
type server struct {
	address *url.URL
	admin   *sql.DB
}

var errNoPostgres = errors.New("no PostgreSQL to test on")

// postgresServer finds or starts the server once for the whole test process.
var postgresServer = sync.OnceValues(func() (*server, error) {
	given := os.Getenv(PostgresEnv)
	if given == "" {
		var err error
		if given, err = startPostgres(); err != nil {
			return nil, err
		}
	}
	address, err := url.Parse(given)
	if err != nil || (address.Scheme != "postgres" && address.Scheme != "postgresql") {
		return nil, fmt.Errorf("%s must look like postgres://user@host/database", PostgresEnv)
	}
	admin, err := sql.Open("pgx", given)
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL at %s: %w", address.Redacted(), err)
	}
	admin.SetMaxOpenConns(2)
	if err := admin.Ping(); err != nil {
		return nil, fmt.Errorf("PostgreSQL at %s: %w", address.Redacted(), err)
	}
	return &server{address: address, admin: admin}, nil
})

// postgresScript starts a cluster and stops it when its standard input ends; how
// and why is said in it. `make test` runs the same script once for all packages.
//
//go:embed postgres.sh
var postgresScript string

// lifeline is the standard input of the script. It is never closed: that it ends
// with this process is what stops the cluster. It is kept here because a pipe
// that nothing refers to is closed by the garbage collector.
//
//lint:ignore U1000 it is held, not used
var lifeline io.WriteCloser

// noPostgresStatus is the script's exit status for "not on this machine".
const noPostgresStatus = 3

// startPostgres starts a throw-away cluster and returns its address.
func startPostgres() (address string, err error) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		return "", fmt.Errorf("%w: no shell to start one with: %w", errNoPostgres, err)
	}
	cmd := exec.Command(sh, "-c", postgresScript)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if lifeline, err = cmd.StdinPipe(); err != nil {
		return "", err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start PostgreSQL: %w", err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err == nil {
		return strings.TrimSpace(line), nil
	}
	// The script ended without an address.
	err = cmd.Wait()
	said := strings.TrimSpace(stderr.String())
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == noPostgresStatus {
		return "", fmt.Errorf("%w: %s; set %s to use a server elsewhere", errNoPostgres, said, PostgresEnv)
	}
	return "", fmt.Errorf("start PostgreSQL: %v: %s", err, said)
}
