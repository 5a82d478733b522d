package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"duban/models"
)

func open(t *testing.T) (*Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "blob")
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, dir
}

// tree lists the files below dir, slash-separated.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, p)
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sum(content string) string {
	s := sha256.Sum256([]byte(content))
	return hex.EncodeToString(s[:])
}

func put(t *testing.T, s *Store, content string) Blob {
	t.Helper()
	b, err := s.Put(t.Context(), strings.NewReader(content), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wantErr checks an error's class, key and arguments.
func wantErr(t *testing.T, err error, code models.Code, key string, args ...any) {
	t.Helper()
	var e *models.Error
	if !errors.As(err, &e) || e.Code != code || e.Key != key || !slices.Equal(e.Args, args) {
		t.Errorf("error %v, want %s %s %v", err, code, key, args)
	}
}

func TestPutAndGet(t *testing.T) {
	s, dir := open(t)
	const content = "%PDF-1.7\n证明材料"
	b := put(t, s, content)
	if want := (Blob{SHA256: sum(content), Size: int64(len(content)), MIME: "application/pdf"}); b != want {
		t.Errorf("put %+v, want %+v", b, want)
	}
	if again := put(t, s, content); again != b {
		t.Errorf("the same file again: %+v", again)
	}
	if got, want := tree(t, dir), []string{b.SHA256[:2] + "/" + b.SHA256[2:]}; !slices.Equal(got, want) {
		t.Errorf("on the disk: %v, want %v", got, want)
	}
	f, size, err := s.Get(b.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Seek(9, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(f)
	if err != nil || string(rest) != "证明材料" || size != int64(len(content)) {
		t.Errorf("read %q, size %d, %v", rest, size, err)
	}
	if err := s.Verify(b.SHA256); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(filepath.Join(dir, b.SHA256[:2], b.SHA256[2:]))
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read it: %v %v", info.Mode(), err)
	}
}

// The kind is told from the head even when it comes in drips.
func TestPutInDrips(t *testing.T) {
	s, _ := open(t)
	b, err := s.Put(t.Context(), iotest.OneByteReader(strings.NewReader("\x89PNG\r\n\x1a\n"+strings.Repeat("x", 3*headSize))), 1<<20)
	if err != nil || b.MIME != "image/png" || b.Size != 8+3*headSize {
		t.Errorf("%+v %v", b, err)
	}
}

func TestLimit(t *testing.T) {
	for _, tt := range []struct {
		size, limit int64
		fits        bool
		shown       any
	}{
		{1<<20 - 1, 1 << 20, true, nil},
		{1 << 20, 1 << 20, true, nil},
		{1<<20 + 1, 1 << 20, false, int64(1)},
		{20<<20 + 1, 20 << 20, false, int64(20)},
		{2 << 20, 3 << 19, false, 1.5},
	} {
		s, dir := open(t)
		_, err := s.Put(t.Context(), io.LimitReader(repeat('a'), tt.size), tt.limit)
		if tt.fits {
			if err != nil {
				t.Errorf("%d of %d bytes: %v", tt.size, tt.limit, err)
			}
			continue
		}
		wantErr(t, err, models.TooLarge, "err.too_large", tt.shown)
		if left := tree(t, dir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

// A body that never ends is cut off at the limit; nobody waits for its end.
func TestEndlessUpload(t *testing.T) {
	s, dir := open(t)
	_, err := s.Put(t.Context(), repeat('a'), 1<<20)
	wantErr(t, err, models.TooLarge, "err.too_large", int64(1))
	if left := tree(t, dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// The limit on the whole request ends a file, too.
func TestBodyLimit(t *testing.T) {
	s, dir := open(t)
	body := http.MaxBytesReader(httptest.NewRecorder(), io.NopCloser(repeat('a')), 2<<20)
	_, err := s.Put(t.Context(), body, 8<<20)
	wantErr(t, err, models.TooLarge, "err.too_large", int64(2))
	if left := tree(t, dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

type repeat byte

func (r repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r)
	}
	return len(p), nil
}

func TestEmptyFile(t *testing.T) {
	s, dir := open(t)
	_, err := s.Put(t.Context(), strings.NewReader(""), 10)
	wantErr(t, err, models.Invalid, "err.file_empty")
	if left := tree(t, dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestBrokenUpload(t *testing.T) {
	s, dir := open(t)
	broken := errors.New("connection reset")
	_, err := s.Put(t.Context(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken)), 1<<20)
	if !errors.Is(err, broken) {
		t.Errorf("broken connection: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = s.Put(ctx, strings.NewReader("x"), 10); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if left := tree(t, dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// faulty is a file on a disk that fails at one operation.
type faulty struct {
	file
	at    string
	err   error
	calls *[]string
}

func (f faulty) try(op string) error {
	*f.calls = append(*f.calls, op)
	if f.at == op {
		return f.err
	}
	return nil
}

func (f faulty) Write(p []byte) (int, error) {
	if err := f.try("write"); err != nil {
		n, _ := f.file.Write(p[:len(p)/2]) // a full disk takes a part
		return n, err
	}
	return f.file.Write(p)
}

func (f faulty) Sync() error {
	if err := f.try("sync"); err != nil {
		return err
	}
	return f.file.Sync()
}

func (f faulty) Close() error {
	if err := f.try("close"); err != nil {
		f.file.Close()
		return err
	}
	return f.file.Close()
}

// Whichever operation fails, the upload fails, nothing is left, and the next
// one works.
func TestFailingDisk(t *testing.T) {
	for _, tt := range []struct {
		err  error
		full bool
	}{
		{&fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, true},
		{&fs.PathError{Op: "write", Path: "x", Err: syscall.EDQUOT}, true},
		{&fs.PathError{Op: "write", Path: "x", Err: syscall.EIO}, false},
	} {
		for _, at := range []string{"create", "write", "sync", "close"} {
			t.Run(fmt.Sprintf("%v at %s", tt.err, at), func(t *testing.T) {
				s, dir := open(t)
				good := s.create
				var calls []string
				s.create = func(name string) (file, error) {
					if at == "create" {
						return nil, tt.err
					}
					f, err := good(name)
					return faulty{f, at, tt.err, &calls}, err
				}
				b, err := s.Put(t.Context(), strings.NewReader("evidence"), 1<<20)
				if err == nil || b != (Blob{}) {
					t.Fatalf("acknowledged: %+v", b)
				}
				if tt.full {
					wantErr(t, err, models.NoSpace, "err.no_space")
				} else if !errors.Is(err, syscall.EIO) || models.CodeOf(err) != models.Internal {
					t.Errorf("error %v", err)
				}
				if left := tree(t, dir); len(left) > 0 {
					t.Errorf("left behind: %v", left)
				}
				s.create = good
				put(t, s, "evidence")
			})
		}
	}
}

// What was written is on the disk before anybody is told.
func TestSyncedBeforeItHasItsName(t *testing.T) {
	s, _ := open(t)
	good, calls := s.create, []string{}
	s.create = func(name string) (file, error) {
		f, err := good(name)
		return faulty{f, "", nil, &calls}, err
	}
	put(t, s, "evidence")
	if want := []string{"write", "sync", "close"}; !slices.Equal(calls, want) {
		t.Errorf("operations %v, want %v", calls, want)
	}
}

func TestGetRefusesWhatIsNoHash(t *testing.T) {
	s, dir := open(t)
	b := put(t, s, "x")
	if err := os.WriteFile(filepath.Join(filepath.Dir(dir), "secret"), []byte("s"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"", "..", "../secret", "../../etc/passwd", b.SHA256[:63], b.SHA256 + "0", strings.ToUpper(sum("y")), sum("nobody"),
		strings.Repeat("../", 21) + "x", "/" + strings.Repeat("a", 63), strings.Repeat("g", 64), strings.Repeat("\x00", 64),
	} {
		_, _, err := s.Get(name)
		wantErr(t, err, models.NotFound, "err.file_missing")
		wantErr(t, s.Verify(name), models.NotFound, "err.file_missing")
	}
	// Not even a link in the folder leads out of it.
	out := sum("out")
	if err := os.MkdirAll(filepath.Join(dir, out[:2]), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../../secret", filepath.Join(dir, out[:2], out[2:])); err != nil {
		t.Skip(err)
	}
	if f, _, err := s.Get(out); err == nil {
		f.Close()
		t.Error("a link led out of the folder")
	}
}

func TestDamageIsFoundAndMended(t *testing.T) {
	s, dir := open(t)
	b := put(t, s, "evidence")
	if err := os.WriteFile(filepath.Join(dir, b.SHA256[:2], b.SHA256[2:]), []byte("Evidence"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantErr(t, s.Verify(b.SHA256), models.Internal, "err.file_damaged")
	put(t, s, "evidence")
	if err := s.Verify(b.SHA256); err != nil {
		t.Errorf("handed in again: %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	s, dir := open(t)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if _, err := s.Put(t.Context(), bytes.NewReader(bytes.Repeat([]byte{byte(i % 4)}, 100_000)), 1<<20); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	files := tree(t, dir)
	if len(files) != 4 {
		t.Errorf("%d files, want 4: %v", len(files), files)
	}
	for _, f := range files {
		if err := s.Verify(strings.ReplaceAll(f, "/", "")); err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
}

// age sets a file's modification time.
func age(t *testing.T, path string, at time.Time) {
	t.Helper()
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

func TestSweep(t *testing.T) {
	s, dir := open(t)
	at := func(rel string) string { return filepath.Join(dir, filepath.FromSlash(rel)) }
	now := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	old, young := now.Add(-25*time.Hour), now.Add(-23*time.Hour)
	wanted, orphan, fresh := put(t, s, "wanted").SHA256, put(t, s, "orphan").SHA256, put(t, s, "fresh").SHA256
	for sum, when := range map[string]time.Time{wanted: old, orphan: old, fresh: young} {
		age(t, at(sum[:2]+"/"+sum[2:]), when)
	}
	for name, when := range map[string]time.Time{"tmp/stale": old, "tmp/running": young, "README": old, "ab/not-ours": old} {
		os.MkdirAll(filepath.Dir(at(name)), 0o700)
		if err := os.WriteFile(at(name), []byte("12345"), 0o600); err != nil {
			t.Fatal(err)
		}
		age(t, at(name), when)
	}
	before := tree(t, dir)
	keep := func(sum string) bool { return sum == wanted }
	got, err := s.Sweep(keep, now, 24*time.Hour)
	if want := (Swept{Files: 1, Temps: 1, Bytes: 6 + 5}); err != nil || got != want {
		t.Errorf("swept %+v %v, want %+v", got, err, want)
	}
	gone := []string{orphan[:2] + "/" + orphan[2:], "tmp/stale"}
	want := slices.DeleteFunc(before, func(f string) bool { return slices.Contains(gone, f) })
	if left := tree(t, dir); !slices.Equal(left, want) {
		t.Errorf("left %v, want %v", left, want)
	}
	if again, err := s.Sweep(keep, now, 24*time.Hour); err != nil || again != (Swept{}) {
		t.Errorf("a second sweep removed %+v, %v", again, err)
	}
	// The demo's clock stands in the past: nothing is old there.
	if got, err := s.Sweep(func(string) bool { return false }, time.Date(2020, 10, 13, 0, 0, 0, 0, time.UTC), time.Hour); err != nil || got != (Swept{}) {
		t.Errorf("with a clock in the past: %+v, %v", got, err)
	}
}

// A file that is handed in again between the question whether a row wants it
// and its removal stays: it is young again.
func TestSweepSparesWhatComesBack(t *testing.T) {
	s, dir := open(t)
	b := put(t, s, "evidence")
	path := filepath.Join(dir, b.SHA256[:2], b.SHA256[2:])
	now := time.Date(2020, 1, 3, 0, 0, 0, 0, time.UTC)
	age(t, path, now.Add(-48*time.Hour))
	got, err := s.Sweep(func(string) bool {
		put(t, s, "evidence") // no row yet
		return false
	}, now, 24*time.Hour)
	if err != nil || got.Files != 0 {
		t.Errorf("swept %+v, %v", got, err)
	}
	if err := s.Verify(b.SHA256); err != nil {
		t.Error(err)
	}
}
