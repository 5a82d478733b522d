package app_test

import (
	"strings"
	"testing"
	"time"

	"duban/models"
)

// TestLateDigest: a digest that had to wait for the mail server says what holds
// when it leaves, and does not leave when nothing is left to say; one that
// leaves at once goes as it was written.
func TestLateDigest(t *testing.T) {
	db, raw := openSQLite(t)
	w := newWorld(t, db, raw)
	w.now = at("2020-10-12 08:30")
	a := w.duty("gaj", models.StateActive, "2020-10-09")
	b := w.duty("gaj", models.StateActive, "2020-10-10")
	c := w.duty("scjgj", models.StateActive, "2020-10-30")
	rep, err := w.SendDigests(t.Context(), w.Today(), false)
	if err != nil || rep.Mails != 3 {
		t.Fatalf("%s, %v", rep, err)
	}
	w.now = w.now.Add(3 * time.Hour)
	for who, it := range map[string]models.Item{"gaj-contact": a, "scjgj-contact": c} {
		ev := w.file("清单.csv")
		w.must("submit", w.Submit(t.Context(), w.who(who), it.ID, 0, full(), []models.Evidence{ev}, ""))
	}
	left, cancelled := w.relay()
	if len(cancelled) != 1 || !strings.HasPrefix(cancelled[0], "nothing left to say") {
		t.Errorf("cancelled %q: the digest of scjgj has nothing to say any more", cancelled)
	}
	for _, m := range left {
		if !strings.HasPrefix(m.ToAddress, "gaj-contact@") {
			continue
		}
		if strings.Contains(m.Text, a.MeasureText) || !strings.Contains(m.Text, b.MeasureText) {
			t.Errorf("the late digest of gaj speaks of what was handed in, or not of what is open:\n%s", m.Text)
		}
	}
	if len(left) != 2 {
		t.Errorf("%d digests left, want those of gaj and of the lead office", len(left))
	}
}
