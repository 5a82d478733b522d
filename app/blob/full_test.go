//go:build unix

package blob

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"duban/models"
)

// The operating system itself refuses to let the file grow: the child may
// write 64 KiB to a file and tries a megabyte.
func TestRealWriteRefusal(t *testing.T) {
	if dir := os.Getenv("BLOB_TEST_FULL"); dir != "" {
		full(t, dir)
		return
	}
	dir := filepath.Join(t.TempDir(), "blob")
	cmd := exec.Command(os.Args[0], "-test.run=^TestRealWriteRefusal$", "-test.count=1")
	cmd.Env = append(os.Environ(), "BLOB_TEST_FULL="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if left := tree(t, dir); len(left) != 1 {
		t.Errorf("on the disk: %v, want the one file that fitted", left)
	}
	if err := s.Verify(sum("small")); err != nil {
		t.Error(err)
	}
}

func full(t *testing.T, dir string) {
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 64 << 10, Max: 64 << 10}); err != nil {
		t.Fatal(err)
	}
	_, err = s.Put(t.Context(), io.LimitReader(repeat('a'), 1<<20), 8<<20)
	var e *models.Error
	if !errors.As(err, &e) || e.Code != models.NoSpace {
		t.Errorf("error %v, want no_space", err)
	}
	put(t, s, "small")
}
