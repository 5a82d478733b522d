package storetest

import (
	"bufio"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func open(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func queryString(t *testing.T, db *sql.DB, query string, args ...any) (s string) {
	t.Helper()
	if err := db.QueryRow(query, args...).Scan(&s); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s
}

func TestPostgresGivesEachTestADatabaseOfItsOwn(t *testing.T) {
	var names []string
	t.Run("two databases", func(t *testing.T) {
		a, b := open(t, Postgres(t)), open(t, Postgres(t))
		if _, err := a.Exec("CREATE TABLE task (title text)"); err != nil {
			t.Fatal(err)
		}
		if n := queryString(t, b, "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'"); n != "0" {
			t.Errorf("the second database has %s tables, want none", n)
		}
		for _, db := range []*sql.DB{a, b} {
			names = append(names, queryString(t, db, "SELECT current_database()"))
			// Chinese text counted in characters is what the server must be good for.
			if n := queryString(t, db, "SELECT length('督办')::text"); n != "2" {
				t.Errorf("length('督办') = %s, want 2: the encoding is not UTF8", n)
			}
		}
	})
	if len(names) != 2 {
		t.Skip("no PostgreSQL: see the subtest")
	}
	if names[0] == names[1] {
		t.Fatalf("both databases are %s", names[0])
	}
	srv, err := postgresServer()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if left := queryString(t, srv.admin, "SELECT count(*)::text FROM pg_database WHERE datname = $1", name); left != "0" {
			t.Errorf("database %s is still there after its test", name)
		}
	}
}

// The cluster must not outlive the process that started it, however that ends:
// all ends close the pipe that is the script's standard input.
func TestPostgresClusterEndsWithItsStandardInput(t *testing.T) {
	cmd := exec.Command("sh", "-c", postgresScript)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		Unavailable(t, err.Error())
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		err := cmd.Wait()
		if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == noPostgresStatus {
			Unavailable(t, stderr.String())
		}
		t.Fatalf("the cluster did not start: %v: %s", err, stderr.String())
	}
	address := strings.TrimSpace(line)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	dir := u.Query().Get("host")
	db := open(t, address)
	if err := db.Ping(); err != nil {
		t.Fatalf("%s does not answer: %v", address, err)
	}

	if err := stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("the script ended with %v: %s", err, stderr.String())
	}
	if err := db.Ping(); err == nil {
		t.Error("the server still answers")
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the cluster's folder %s is still there (%v)", dir, err)
	}
}

func TestPostgresEnvMustBeAnAddress(t *testing.T) {
	if os.Getenv("DUBAN_TEST_POSTGRES_BAD") != "" {
		Postgres(t) // fails: the outer run below checks how
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestPostgresEnvMustBeAnAddress$", "-test.v")
	cmd.Env = append(os.Environ(), "DUBAN_TEST_POSTGRES_BAD=1", PostgresEnv+"=host=localhost user=duban")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), PostgresEnv+" must look like postgres://") {
		t.Errorf("a wrong %s gave %v:\n%s", PostgresEnv, err, out)
	}
}

// A missing server is a skip on a developer's machine and a failure on CI.
func TestUnavailableFailsOnCI(t *testing.T) {
	if os.Getenv("DUBAN_TEST_UNAVAILABLE") != "" {
		Unavailable(t, "no browser")
		t.Error("the test went on")
		return
	}
	for _, c := range []struct{ ci, want string }{
		{"", "--- SKIP"}, {"false", "--- SKIP"}, {"0", "--- SKIP"},
		{"true", "--- FAIL"}, {"1", "--- FAIL"},
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestUnavailableFailsOnCI$", "-test.v")
		cmd.Env = append(os.Environ(), "DUBAN_TEST_UNAVAILABLE=1", "CI="+c.ci)
		out, err := cmd.CombinedOutput()
		if (err != nil) != (c.want == "--- FAIL") || !strings.Contains(string(out), c.want) || !strings.Contains(string(out), "no browser") {
			t.Errorf("CI=%q: want %s, got %v:\n%s", c.ci, c.want, err, out)
		}
	}
}
