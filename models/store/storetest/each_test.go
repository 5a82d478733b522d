package storetest

import (
	"testing"
	"time"

	"duban/models/store"
)

func TestEachGivesAMigratedDatabaseAtTheFixedClock(t *testing.T) {
	if Today.String() != "2020-10-13" || Now.Weekday() != time.Tuesday {
		t.Fatalf("the clock stands at %s, a %s", Today, Now.Weekday())
	}
	var ran []store.Dialect
	Each(t, func(t *testing.T, db *store.DB) {
		have, want, err := db.SchemaVersion(t.Context())
		if err != nil || have != want || have == 0 {
			t.Errorf("schema version %d of %d, %v", have, want, err)
		}
		if n, err := db.CountUsers(t.Context()); n != 0 || err != nil {
			t.Errorf("%d users, %v", n, err)
		}
		ran = append(ran, db.Dialect())
	})
	if len(ran) == 0 || ran[0] != store.SQLite {
		t.Errorf("ran on %v", ran)
	}
}
