package notify

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func newFile(t testing.TB) (*File, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := NewFile(dir, sender, zone)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, dir
}

func TestFileHoldsWhatWouldBeSent(t *testing.T) {
	s, dir := newFile(t)
	m := letter()
	got, err := s.Send(t.Context(), m)
	// Queued on 12 October at 08:30 in the office's zone.
	if err != nil || got != "mail/2020-10-12/17.eml" {
		t.Fatalf("%q %v", got, err)
	}
	read := func() []byte {
		b, err := os.ReadFile(filepath.Join(dir, got))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if !bytes.Equal(read(), render(t, m)) {
		t.Errorf("file:\n%s", read())
	}
	// Again, as after a crash: still one file, the same bytes.
	if again, err := s.Send(t.Context(), m); err != nil || again != got {
		t.Errorf("again: %q %v", again, err)
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "mail/2020-10-12")); err != nil || len(entries) != 1 {
		t.Errorf("%v %v", entries, err)
	}
	info, err := os.Stat(filepath.Join(dir, got))
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read it: %v %v", info.Mode(), err)
	}
}

func TestFileFailures(t *testing.T) {
	s, dir := newFile(t)
	m := letter()
	m.ToAddress = "nobody"
	_, err := s.Send(t.Context(), m)
	wantFailure(t, err, Refused, "render", false, "address")

	// A file stands where the day's folder should be.
	if err := os.WriteFile(filepath.Join(dir, "mail/2020-10-12"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = s.Send(t.Context(), letter())
	wantFailure(t, err, Temporary, "write", true, "")
	if entries, _ := os.ReadDir(filepath.Join(dir, "mail")); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}
