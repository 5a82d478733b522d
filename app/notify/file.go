package notify

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"time"

	"duban/models"
)

// File is the way out without a mail server: each message becomes a file
// <dir>/mail/<day>/<id>.eml that a mail program opens, with the very bytes
// that would have been sent. Sent again after a crash, it becomes the same
// file again.
type File struct {
	root *os.Root
	from Address
	zone *time.Location
}

// NewFile opens the data folder dir and creates its folder mail.
func NewFile(dir string, from Address, zone *time.Location) (*File, error) {
	if err := os.MkdirAll(filepath.Join(dir, "mail"), 0o700); err != nil {
		return nil, fmt.Errorf("mail folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("mail folder: %w", err)
	}
	return &File{root: root, from: from, zone: zone}, nil
}

// Close releases the folder.
func (s *File) Close() error { return s.root.Close() }

// Send implements Sender. The reply is the file's path below the data folder.
func (s *File) Send(_ context.Context, m models.Message) (string, error) {
	date := DateOf(m, s.zone)
	content, err := Render(m, s.from, date)
	if err != nil {
		return "", &Failure{Class: Refused, Step: "render", Err: err}
	}
	name := path.Join("mail", date.Format(time.DateOnly), fmt.Sprintf("%d.eml", m.ID))
	if err := s.write(name, content); err != nil {
		return "", &Failure{Class: Temporary, Server: true, Step: "write", Err: err}
	}
	return name, nil
}

// write makes the file whole or not at all, and on the disk before it returns.
func (s *File) write(name string, content []byte) (err error) {
	dir := path.Dir(name)
	if err := s.root.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp := name + ".part"
	f, err := s.root.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			s.root.Remove(tmp)
		}
	}()
	if _, err := f.Write(content); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := s.root.Rename(tmp, name); err != nil {
		return err
	}
	if runtime.GOOS == "windows" { // which neither needs nor allows it
		return nil
	}
	for _, d := range []string{dir, path.Dir(dir)} {
		if err := s.sync(d); err != nil {
			return err
		}
	}
	return nil
}

func (s *File) sync(dir string) error {
	d, err := s.root.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
