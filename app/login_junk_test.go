package app_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"duban/models"
	"duban/models/store"
)

// TestLoginJunk: whatever stands in the field, the answer is that of an unknown
// account, the log has its line, and the line is short.
func TestLoginJunk(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		w := newWorld(t, db, raw)
		for i, login := range []string{"", " ", "a\x00b", "a\xffb", strings.Repeat("长", 100000), "lead' OR 1=1 --", "a\r\nb", "{{.}}"} {
			m := w.mark()
			_, _, err := w.Login(t.Context(), login, "x", "192.0.2.1", "agent")
			if models.CodeOf(err) != models.Unauthenticated || strings.Join(keysOf(err), "") != "err.login_failed" {
				t.Errorf("%.20q: %v", login, err)
			}
			log := m.log()
			if len(log) != 1 || log[0].Act != "login_failed" || utf8.RuneCountInString(log[0].Object) > 64 || !utf8.ValidString(log[0].Object) {
				t.Errorf("%d, %.20q: log %s", i, login, fmt.Sprintf("%.200v", log))
			}
		}
	})
}
