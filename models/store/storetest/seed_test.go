package storetest

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"duban/models"
	"duban/models/store"
)

// The fixtures promise every light; tests elsewhere count on it.
func TestSeedShowsEveryLight(t *testing.T) {
	Each(t, func(t *testing.T, db *store.DB) {
		o := Seed(t, db)
		want := map[string]models.Lamp{
			"m1 gaj": models.LampOverdue, "m1 scjgj": models.LampDone,
			"m2 renmin": models.LampDue, "m2 wanbao": models.LampReview, "m2 changde": models.LampReturned,
			"m3 zrzyj": models.LampUnack, "m3 scjgj": models.LampActive, "m3 gaj": models.LampClosed,
			"m4 scjgj": models.LampPast, "m4 zrzyj": models.LampWithdrawn, "m4 renmin": models.LampActive, "m4 gaj": models.LampNA,
		}
		seen := map[models.Lamp]bool{}
		for name, lamp := range want {
			var ref, unit string
			fmt.Sscan(name, &ref, &unit)
			got := o.Assignment(ref, unit).Lamp(Today)
			if got != lamp {
				t.Errorf("%s shows %s, want %s", name, got, lamp)
			}
			seen[got] = true
		}
		for _, lamp := range models.Lamps {
			if !seen[lamp] {
				t.Errorf("no assignment shows %s", lamp)
			}
		}
	})
}

func TestEvidenceHash(t *testing.T) {
	if got := fmt.Sprintf("%x", sha256.Sum256(EvidenceBytes)); got != EvidenceSHA256 {
		t.Errorf("EvidenceSHA256 is %s, want %s", EvidenceSHA256, got)
	}
}
