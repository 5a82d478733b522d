//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
)

// errLocked says that another process holds the database.
var errLocked = errors.New("locked by another process")

// lockFile takes an exclusive lock that the system releases when the process
// ends, however it ends. SQLite itself would let two programs in, each with
// its own jobs.
func lockFile(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errLocked
		}
		return nil, err
	}
	return f.Close, nil
}
