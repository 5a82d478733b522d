// Package blob keeps evidence files under one folder, each under the SHA-256
// of its content: the same file handed in twice is kept once, and a file can
// be checked against its name for ever. It owns the folder's layout, what may
// be uploaded, and how a file name is cleaned; it knows no assignment, no
// person and no database.
//
// Layout: <dir>/ab/cdef… (the hash, split after two digits) and <dir>/tmp for
// files that are still coming in. Every path goes through os.Root, so that no
// name can lead out of the folder.
//
// Errors are *models.Error. Place {0} of their texts is the file's name, which
// only the caller knows: it puts the name in front of Args.
package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"mime"
	"net/http"
	"os"
	"runtime"
	"sync"
	"syscall"

	"duban/models"

	"github.com/gabriel-vasile/mimetype"
)

// tmpDir holds what is still coming in.
const tmpDir = "tmp"

// headSize is how much of a file is looked at to tell its kind: as much as the
// detector reads.
const headSize = 4096

// Store is the folder of evidence files. It is safe for concurrent use.
type Store struct {
	root *os.Root
	// place is held for reading while a file is put in its place and for
	// writing while the sweep removes one, so that the sweep cannot take away
	// what has just been handed in again.
	place sync.RWMutex
	// create makes the file that an upload is written to; tests put a broken
	// disk here.
	create func(name string) (file, error)
}

// file is what Put needs of a file.
type file interface {
	io.WriteCloser
	Sync() error
}

// Blob is one stored file.
type Blob struct {
	SHA256 string // 64 lower-case hex digits
	Size   int64  // bytes
	MIME   string // by content, without parameters
}

// Open opens the folder of evidence files and creates it when it is missing.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("evidence folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("evidence folder: %w", err)
	}
	if err := root.MkdirAll(tmpDir, 0o700); err != nil {
		root.Close()
		return nil, fmt.Errorf("evidence folder: %w", err)
	}
	s := &Store{root: root}
	s.create = func(name string) (file, error) {
		return root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	}
	return s, nil
}

// Close releases the folder.
func (s *Store) Close() error { return s.root.Close() }

// Put stores what r gives, at most limit bytes, and returns once it is on the
// disk: the file, then the folders that name it, are synced before. Nothing is
// left behind when it fails. Errors: too_large (err.too_large, with the limit
// in MiB), invalid (err.file_empty), no_space (err.no_space); an error of r is
// passed on.
func (s *Store) Put(ctx context.Context, r io.Reader, limit int64) (b Blob, err error) {
	tmp := tmpDir + "/" + rand.Text()
	f, err := s.create(tmp)
	if err != nil {
		return Blob{}, diskError(err)
	}
	placed := false
	defer func() {
		if !placed {
			f.Close()
			s.root.Remove(tmp)
		}
	}()
	in := &intake{sum: sha256.New(), out: f}
	// One byte more than allowed tells a file that is too large from one that
	// just fits, without trusting a length that was declared.
	if _, err := io.Copy(in, io.LimitReader(&untilDone{ctx, r}, limit+1)); err != nil {
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			return Blob{}, models.Errf(models.TooLarge, "err.too_large", mebibytes(tooLarge.Limit))
		}
		return Blob{}, diskError(err)
	}
	switch {
	case in.size > limit:
		return Blob{}, models.Errf(models.TooLarge, "err.too_large", mebibytes(limit))
	case in.size == 0:
		return Blob{}, models.Errf(models.Invalid, "err.file_empty")
	}
	if err := f.Sync(); err != nil {
		return Blob{}, diskError(err)
	}
	if err := f.Close(); err != nil {
		return Blob{}, diskError(err)
	}
	b = Blob{SHA256: hex.EncodeToString(in.sum.Sum(nil)), Size: in.size, MIME: kind(in.head.Bytes())}
	if err := s.put(tmp, b.SHA256); err != nil {
		return Blob{}, diskError(err)
	}
	placed = true
	return b, nil
}

// put moves a finished file to its place. It replaces what is there already:
// the content is the same by name, or damaged and thereby mended, and its age
// begins anew for the sweep.
func (s *Store) put(tmp, sum string) error {
	s.place.RLock()
	defer s.place.RUnlock()
	dir, path := place(sum)
	made := false
	if err := s.root.Mkdir(dir, 0o700); err == nil {
		made = true
	} else if !errors.Is(err, os.ErrExist) {
		return err
	}
	if err := s.root.Rename(tmp, path); err != nil {
		return err
	}
	if err := s.syncDir(dir); err != nil {
		return err
	}
	if made {
		return s.syncDir(".")
	}
	return nil
}

// syncDir puts a folder's entries on the disk. Windows neither needs nor
// allows it.
func (s *Store) syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := s.root.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Get opens a stored file and tells its size in bytes; the caller closes it.
// Errors: not_found (err.file_missing).
func (s *Store) Get(sum string) (io.ReadSeekCloser, int64, error) {
	if !isSum(sum) {
		return nil, 0, models.Errf(models.NotFound, "err.file_missing")
	}
	_, path := place(sum)
	f, err := s.root.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, models.Errf(models.NotFound, "err.file_missing")
	}
	if err != nil {
		return nil, 0, fmt.Errorf("evidence file: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, fmt.Errorf("evidence file: %w", err)
	}
	return f, info.Size(), nil
}

// Verify reads a stored file and checks it against its name. Errors: not_found
// (err.file_missing), internal (err.file_damaged) when the content has changed.
func (s *Store) Verify(sum string) error {
	f, _, err := s.Get(sum)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return fmt.Errorf("evidence file: %w", err)
	}
	if hex.EncodeToString(h.Sum(nil)) != sum {
		return models.Errf(models.Internal, "err.file_damaged")
	}
	return nil
}

// place is where the file of a hash lies.
func place(sum string) (dir, path string) { return sum[:2], sum[:2] + "/" + sum[2:] }

// isSum reports whether the text is a SHA-256 as this package writes it.
func isSum(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for i := range len(s) {
		if (s[i] < '0' || s[i] > '9') && (s[i] < 'a' || s[i] > 'f') {
			return false
		}
	}
	return true
}

// intake writes a file, hashes it and keeps its head.
type intake struct {
	sum  hash.Hash
	head bytes.Buffer
	size int64
	out  io.Writer
}

// Write implements io.Writer.
func (in *intake) Write(p []byte) (int, error) {
	n, err := in.out.Write(p)
	in.sum.Write(p[:n])
	in.head.Write(p[:min(n, headSize-in.head.Len())])
	in.size += int64(n)
	return n, err
}

// untilDone is a reader that ends with its context.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (u *untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}

// kind is the file's media type by its first bytes. The declared type of an
// upload is not looked at: anybody can declare anything.
func kind(head []byte) string {
	t, _, err := mime.ParseMediaType(mimetype.Detect(head).String())
	if err != nil {
		return "application/octet-stream"
	}
	return t
}

// diskError tells a full disk from other faults. EFBIG is a limit set on the
// process, EDQUOT one on its user: for both the answer is the same.
func diskError(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		return models.Errf(models.NoSpace, "err.no_space")
	}
	return fmt.Errorf("store evidence file: %w", err)
}

// mebibytes is a limit as people read it: whole when it is whole.
func mebibytes(n int64) any {
	if n%(1<<20) == 0 {
		return n >> 20
	}
	return float64(n*10>>20) / 10
}
