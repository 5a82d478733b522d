package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// Swept counts what a sweep removed.
type Swept struct {
	Files int   // files that no row names
	Temps int   // uploads that were never finished
	Bytes int64 // of both
}

// Sweep removes files that keep does not want and that are older than
// olderThan, and uploads that were broken off that long ago. An upload reaches
// the disk before its row: olderThan must be far longer than a form takes (a
// day will do), and keep must know every row.
//
// A file's age is counted from its modification time, which the machine's
// clock wrote; a clock that stands in the past, as the demo's does, removes
// nothing. One file that cannot be removed does not stop the others: the error
// joins them all.
func (s *Store) Sweep(keep func(sum string) bool, now time.Time, olderThan time.Duration) (Swept, error) {
	var out Swept
	var errs []error
	before := now.Add(-olderThan)
	remove := func(path string, count *int) {
		n, gone, err := s.removeOld(path, before)
		if err != nil {
			errs = append(errs, err)
		}
		if gone {
			*count++
			out.Bytes += n
		}
	}
	dirs, err := s.list(".")
	if err != nil {
		return out, fmt.Errorf("sweep evidence files: %w", err)
	}
	for _, dir := range dirs {
		names, err := s.list(dir)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, name := range names {
			switch {
			case dir == tmpDir:
				remove(dir+"/"+name, &out.Temps)
			// What this package did not put there is left alone.
			case isSum(dir+name) && !keep(dir+name):
				remove(dir+"/"+name, &out.Files)
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return out, fmt.Errorf("sweep evidence files: %w", err)
	}
	return out, nil
}

// list names what is in a folder; a file has nothing in it.
func (s *Store) list(dir string) ([]string, error) {
	info, err := s.root.Stat(dir)
	if err != nil || !info.IsDir() {
		return nil, err
	}
	entries, err := fs.ReadDir(s.root.FS(), dir)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

// removeOld removes a file last written before the given time. Its age is read
// under the lock: a file handed in again since is young again.
func (s *Store) removeOld(path string, before time.Time) (size int64, gone bool, err error) {
	s.place.Lock()
	defer s.place.Unlock()
	info, err := s.root.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, false, nil // another sweep, or the upload's own end
	}
	if err != nil || !info.Mode().IsRegular() || !info.ModTime().Before(before) {
		return 0, false, err
	}
	if err := s.root.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, false, err
	}
	return info.Size(), true, nil
}
