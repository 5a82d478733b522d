package app_test

import (
	"database/sql"
	"slices"
	"strings"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
)

// aliasesOf reads a unit's aliases in the order in which they were added.
func (w *world) aliasesOf(code string) []string {
	w.t.Helper()
	all, err := w.db.Aliases(w.t.Context())
	w.must("read the aliases", err)
	var out []string
	for _, a := range all {
		if a.UnitID == w.Unit(code).ID {
			out = append(out, a.Alias)
		}
	}
	return out
}

// TestSetAliases: the list is replaced as a whole, untidy entries are tidied,
// and what stays is not touched.
func TestSetAliases(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		w, ctx := newWorld(t, db, raw), t.Context()
		lead, gaj := w.who("lead"), w.Unit("gaj")
		m := w.mark()
		w.must("set", w.SetAliases(ctx, lead, gaj.ID, gaj.Version, []string{" 公安局 ", "", "公安局", "市公安局", "警方"}))
		if got := w.aliasesOf("gaj"); !slices.Equal(got, []string{"公安局", "警方"}) {
			t.Errorf("aliases %q", got)
		}
		m.wantLog("aliases by lead")

		w.refused("a version of before", func() error { return w.SetAliases(ctx, lead, gaj.ID, gaj.Version, nil) }, models.Conflict, "err.stale")

		w.now = w.now.Add(time.Hour)
		m = w.mark()
		w.must("replace", w.SetAliases(ctx, lead, gaj.ID, 0, []string{"警方", "市局"}))
		if got := w.aliasesOf("gaj"); !slices.Equal(got, []string{"警方", "市局"}) {
			t.Errorf("aliases %q", got)
		}
		if detail := m.log()[0].Detail; detail != `{"added":["市局"],"removed":["公安局"]}` {
			t.Errorf("the line says %s", detail)
		}

		m = w.mark()
		w.must("the same again", w.SetAliases(ctx, lead, gaj.ID, 0, []string{"市局", "警方"}))
		m.wantLog()
	})
}

// TestAliasMeansOneBody: a name that means another body of the register is
// refused, and says whose it is.
func TestAliasMeansOneBody(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		w, ctx := newWorld(t, db, raw), t.Context()
		lead, gaj := w.who("lead"), w.Unit("gaj")
		for what, name := range map[string]string{"a unit's name": "任民镇", "a unit's alias": "营商局", "a group's name": "各乡镇"} {
			w.refused(what, func() error { return w.SetAliases(ctx, lead, gaj.ID, 0, []string{"警方", name}) }, models.Conflict, "aliases:err.alias_taken")
		}
		w.refused("too long", func() error { return w.SetAliases(ctx, lead, gaj.ID, 0, []string{strings.Repeat("长", 51)}) }, models.Invalid, "aliases:err.text_long")
		w.refused("no such unit", func() error { return w.SetAliases(ctx, lead, 999_999, 0, nil) }, models.NotFound, "err.not_found")

		// the same name in another register is another matter
		other := models.Unit{Register: "other", Code: "other-x", Name: "警务站", Short: "警务", Family: "市直"}
		w.Write(func(tx *store.Tx) error { return tx.InsertUnit(ctx, &other) })
		w.must("another register's name", w.SetAliases(ctx, lead, gaj.ID, 0, []string{"警务站"}))
	})
}
