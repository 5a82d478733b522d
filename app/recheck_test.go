package app_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"duban/app/notify"
	"duban/models"
	"duban/models/store"
)

// box is a way out that keeps what leaves.
type box struct{ sent []models.Message }

// Send implements notify.Sender.
func (b *box) Send(_ context.Context, m models.Message) (string, error) {
	b.sent = append(b.sent, m)
	return "250 ok", nil
}

// relay sends what waits and returns what left, and the reasons for which the
// rest was cancelled.
func (w *world) relay() (left []models.Message, cancelled []string) {
	w.t.Helper()
	ctx := w.t.Context()
	before, err := w.db.Messages(ctx, store.MessageFilter{State: models.MessageQueued})
	w.must("queued", err)
	b := &box{}
	r := notify.Relay{DB: w.db, Sender: b, Now: func() time.Time { return w.now }, Check: w.CheckMessage}
	if _, err := r.RunOnce(ctx); err != nil {
		w.t.Fatal(err)
	}
	for _, m := range before {
		now, err := w.db.Message(ctx, m.ID)
		w.must("message", err)
		switch now.State {
		case models.MessageCancelled:
			cancelled = append(cancelled, now.LastError)
		case models.MessageSent:
		default:
			w.t.Errorf("mail %d to %s is %s", m.ID, m.ToAddress, now.State)
		}
	}
	return b.sent, cancelled
}

// TestCheckMessage: what has changed between queueing and sending, in the unit
// and in the life of the reader, decides whether a mail leaves, and what of it.
func TestCheckMessage(t *testing.T) {
	const gone, moved = "nothing left to say: handed in, finished or withdrawn since", "recipient's post has changed"
	for _, tt := range []struct {
		name string
		// between happens after two reminders in one mail to gaj-contact, and
		// one to scjgj-contact, were queued.
		between func(t *testing.T, w *world, a, b models.Item)
		// left says which of the two duties the mail to gaj-contact speaks of
		// when it leaves: "ab", "b", "" when it does not.
		left, reason string
	}{
		{"nothing", func(*testing.T, *world, models.Item, models.Item) {}, "ab", ""},
		{"one handed in", func(t *testing.T, w *world, a, _ models.Item) {
			w.must("submit", w.Submit(t.Context(), w.who("gaj-contact"), a.ID, 0, full(), nil, "https://example.cn/"))
		}, "b", ""},
		{"one withdrawn", func(t *testing.T, w *world, _, b models.Item) {
			w.must("withdraw", w.Withdraw(t.Context(), w.who("lead"), b.ID, 0, "调整"))
			w.drop("withdrawn")
		}, "a", ""},
		{"both handed in", func(t *testing.T, w *world, a, b models.Item) {
			for _, it := range []models.Item{a, b} {
				w.must("submit", w.Submit(t.Context(), w.who("gaj-contact"), it.ID, 0, full(), nil, "https://example.cn/"))
			}
		}, "", gone},
		{"handed in, finished and locked", func(t *testing.T, w *world, a, b models.Item) {
			for _, it := range []models.Item{a, b} {
				w.must("submit", w.Submit(t.Context(), w.who("gaj-contact"), it.ID, 0, full(), nil, "https://example.cn/"))
				w.must("approve", w.Approve(t.Context(), w.who("lead"), it.ID, 0, ""))
				w.must("close", w.Close(t.Context(), w.who("lead"), it.ID, 0))
			}
		}, "", gone},
		{"handed in and returned", func(t *testing.T, w *world, a, _ models.Item) {
			w.must("submit", w.Submit(t.Context(), w.who("gaj-contact"), a.ID, 0, full(), nil, "https://example.cn/"))
			w.must("return", w.Return(t.Context(), w.who("lead"), a.ID, 0, "evidence", "缺", day("2020-10-20")))
			w.drop("returned")
		}, "ab", ""},
		{"reader disabled", func(t *testing.T, w *world, _, _ models.Item) {
			w.must("disable", w.DisableUser(t.Context(), w.who("admin"), w.who("gaj-contact").UserID, true))
		}, "", "recipient disabled"},
		{"another address", func(t *testing.T, w *world, _, _ models.Item) {
			w.edit("gaj-contact", func(u *models.User) { u.Email = "new@example.test" })
		}, "", "recipient's address has changed"},
		{"no address", func(t *testing.T, w *world, _, _ models.Item) {
			w.edit("gaj-contact", func(u *models.User) { u.Email = "" })
		}, "", "recipient has no address"},
		{"moved to another unit", func(t *testing.T, w *world, _, _ models.Item) {
			w.edit("gaj-contact", func(u *models.User) { u.UnitID = w.Unit("wanbao").ID })
		}, "", moved},
		{"an administrator now", func(t *testing.T, w *world, _, _ models.Item) {
			w.edit("gaj-contact", func(u *models.User) { u.Role = models.RoleAdmin })
		}, "", moved},
		{"the post is another's, he stays in the unit", func(t *testing.T, w *world, _, _ models.Item) {
			u := w.addUser("gaj-new", models.RoleContact, "gaj")
			w.must("hand over", w.SetPost(t.Context(), w.who("lead"), u.UnitID, 0, models.PostContact, u.ID))
			w.drop("posted")
		}, "", moved},
		{"the plan is closed", func(t *testing.T, w *world, _, _ models.Item) { w.setPlan(models.PlanClosed) }, "", gone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db, raw := openSQLite(t)
			w := newWorld(t, db, raw)
			a, b := w.duty("gaj", models.StateActive, "2020-10-13"), w.duty("gaj", models.StateActive, "2020-10-14")
			w.duty("scjgj", models.StateActive, "2020-10-13")
			_, err := w.Remind(t.Context(), w.Today(), false)
			w.must("remind", err)
			tt.between(t, w, a, b)
			left, cancelled := w.relay()
			var got *models.Message
			others := 0
			for i, m := range left {
				if strings.HasPrefix(m.ToAddress, "gaj-") {
					got = &left[i]
				} else {
					others++
				}
			}
			if want := map[bool]int{true: 0, false: 1}[tt.name == "the plan is closed"]; others != want {
				t.Errorf("%d other mails left, want %d", others, want)
			}
			if tt.left == "" {
				if got != nil || len(cancelled) == 0 || cancelled[0] != tt.reason {
					t.Errorf("left %v, cancelled %v, want %q", got, cancelled, tt.reason)
				}
				return
			}
			if got == nil || len(cancelled) != 0 {
				t.Fatalf("cancelled: %v", cancelled)
			}
			for _, body := range []string{got.Text, got.HTML} {
				speaks := ""
				for i, it := range []models.Item{a, b} {
					if strings.Contains(body, it.MeasureText) {
						speaks += "ab"[i : i+1]
					}
				}
				if speaks != tt.left {
					t.Errorf("the mail speaks of %q, want %q:\n%s", speaks, tt.left, body)
				}
			}
		})
	}
}

// edit changes an account as an administrator does.
func (w *world) edit(login string, fn func(u *models.User)) {
	w.t.Helper()
	u, err := w.db.UserByLogin(w.t.Context(), login)
	w.must("read", err)
	fn(&u)
	w.must("update "+login, w.UpdateUser(w.t.Context(), w.who("admin"), u))
}

// drop removes the queued mails of one kind, which a test does not look at.
func (w *world) drop(kind string) {
	w.t.Helper()
	if _, err := w.raw.Exec("UPDATE messages SET state = 'failed' WHERE kind = $1", kind); err != nil {
		w.t.Fatal(err)
	}
}

// TestCheckDigest: a digest is addressed to a person in a post. Who has left
// the post before it leaves does not get it.
func TestCheckDigest(t *testing.T) {
	const moved = "recipient's post has changed"
	for _, tt := range []struct {
		name    string
		between func(t *testing.T, w *world)
		stopped string // whose digest does not leave
	}{
		{"nothing", func(*testing.T, *world) {}, ""},
		{"moved to another unit", func(t *testing.T, w *world) {
			w.edit("gaj-contact", func(u *models.User) { u.UnitID = w.Unit("wanbao").ID })
		}, "gaj-contact"},
		{"made an administrator", func(t *testing.T, w *world) {
			w.edit("gaj-contact", func(u *models.User) { u.Role = models.RoleAdmin })
		}, "gaj-contact"},
		{"the post given to another", func(t *testing.T, w *world) {
			u := w.addUser("gaj-new", models.RoleContact, "gaj")
			w.must("hand over", w.SetPost(t.Context(), w.who("lead"), u.UnitID, 0, models.PostContact, u.ID))
			w.drop("posted")
		}, "gaj-contact"},
		{"out of the lead office", func(t *testing.T, w *world) {
			w.edit("lead", func(u *models.User) { u.Role, u.UnitID = models.RoleContact, w.Unit("gaj").ID })
		}, "lead"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db, raw := openSQLite(t)
			w := newWorld(t, db, raw)
			w.now = at("2020-10-12 08:30")
			w.duty("gaj", models.StateActive, "2020-10-09")
			w.duty("scjgj", models.StateActive, "2020-10-30")
			rep, err := w.SendDigests(t.Context(), w.Today(), false)
			if err != nil || rep.Mails != 3 {
				t.Fatalf("%s, %v", rep, err)
			}
			tt.between(t, w)
			left, cancelled := w.relay()
			want := map[string]bool{"lead": true, "gaj-contact": true, "scjgj-contact": true}
			delete(want, tt.stopped)
			for _, m := range left {
				login, _, _ := strings.Cut(m.ToAddress, "@")
				if !want[login] {
					t.Errorf("a digest left to %s", login)
				}
				delete(want, login)
			}
			if len(want) > 0 {
				t.Errorf("no digest to %v", want)
			}
			if tt.stopped != "" && (len(cancelled) != 1 || cancelled[0] != moved) {
				t.Errorf("cancelled %v", cancelled)
			}
		})
	}
}

// TestLeadMailAfterRole: what the lead office was to be told does not leave to
// somebody who is in it no more, whatever he is now.
func TestLeadMailAfterRole(t *testing.T) {
	for _, role := range []models.Role{models.RoleAdmin, models.RoleSupervisor, models.RoleContact, models.RoleLeader} {
		db, raw := openSQLite(t)
		w := newWorld(t, db, raw)
		it := w.duty("gaj", models.StateActive, "2020-10-30")
		w.must("ask", w.AskExtension(t.Context(), w.who("gaj-contact"), it.ID, day("2020-11-30"), "来不及"))
		w.edit("lead", func(u *models.User) { u.Role, u.UnitID = role, w.Unit("wanbao").ID })
		if left, cancelled := w.relay(); len(left) != 0 || len(cancelled) != 1 || cancelled[0] != "recipient's post has changed" {
			t.Errorf("now %s: %d left, cancelled %v", role, len(left), cancelled)
		}
	}
}

// TestNoContactAnyMore: the lead office is not told that a unit has nobody
// when it has somebody again.
func TestNoContactAnyMore(t *testing.T) {
	db, raw := openSQLite(t)
	w := newWorld(t, db, raw)
	w.duty("wanbao", models.StateActive, "2020-10-13")
	w.duty("changde", models.StateActive, "2020-10-13")
	_, err := w.Escalate(t.Context(), w.Today(), false)
	w.must("escalate", err)
	if n := len(w.queued("lead", models.MessageQueued)); n != 1 {
		t.Fatalf("%d mails to the lead office", n)
	}
	u := w.addUser("wanbao-contact", models.RoleContact, "wanbao")
	w.must("post", w.SetPost(t.Context(), w.who("lead"), u.UnitID, 0, models.PostContact, u.ID))
	w.drop("posted")
	left, _ := w.relay()
	if len(left) != 1 || strings.Contains(left[0].Text, "万宝山镇") || !strings.Contains(left[0].Text, "昌德镇") {
		t.Errorf("left: %+v", left)
	}
}

// TestCanaries: two hundred people of twenty units, each unit with a secret of
// its own in its measures: every mail goes to one person, and a unit's people
// read no secret but theirs.
func TestCanaries(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		ctx := t.Context()
		w := newWorld(t, db, raw)
		secret := map[string]string{} // by login
		w.Write(func(tx *store.Tx) error {
			for i := range 20 {
				u := models.Unit{Code: code("c", i), Register: "demo", Name: code("单位", i), Short: "位", Family: "市直", SortNo: 50 + i, Version: 1}
				if err := tx.InsertUnit(ctx, &u); err != nil {
					return err
				}
				for j := range 10 {
					role := models.RoleContact
					if j%2 == 1 {
						role = models.RoleLeader
					}
					p := models.User{Login: code("c", i) + "-" + code("p", j), Name: "人", Email: code("c", i) + "-" + code("p", j) + "@example.test",
						Role: role, UnitID: u.ID, Lang: "zh", Epoch: 1, CreatedAt: w.now}
					if err := tx.InsertUser(ctx, &p); err != nil {
						return err
					}
					secret[p.Login] = code("秘密", i)
					if j == 0 {
						u.ContactID = p.ID
					}
					if j == 1 {
						u.LeaderID = p.ID
					}
				}
				if err := tx.UpdateUnit(ctx, &u); err != nil {
					return err
				}
				for k, due := range []string{"2020-09-10", "2020-10-08", "2020-10-13", "2020-10-20"} {
					w.n++
					ms := []models.Measure{{PlanID: w.plan.ID, Ref: code("c", i) + code("m", k), Text: code("秘密", i) + "。", SortNo: w.n, RowNos: models.StringList{"1"}, FirstPos: w.n}}
					if err := tx.InsertMeasures(ctx, ms); err != nil {
						return err
					}
					if err := tx.InsertAssignments(ctx, []models.Assignment{{PlanID: w.plan.ID, MeasureID: ms[0].ID, UnitID: u.ID, Role: models.UnitResponsible,
						State: models.StateActive, IssuedOn: issuedOn, DueOn: day(due), EffectiveOn: day(due)}}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		for _, d := range []string{"2020-10-12", "2020-10-13", "2020-10-19"} {
			w.remindOn(d)
			_, err := w.SendDigests(ctx, w.Today(), false)
			w.must("digests", err)
		}
		left, _ := w.relay()
		lead, own := 0, 0
		for _, m := range left {
			login, host, _ := strings.Cut(m.ToAddress, "@")
			if host != "example.test" || strings.ContainsAny(m.ToAddress, ",; ") {
				t.Errorf("to %q", m.ToAddress)
			}
			mine, ofUnit := secret[login]
			if !ofUnit {
				lead++
				continue
			}
			rest := strings.ReplaceAll(m.Subject+m.Text+m.HTML, mine, "")
			if strings.Contains(rest, "秘密") {
				t.Errorf("a mail to %s (%s) speaks of another unit", login, m.Kind)
			}
			if rest != m.Subject+m.Text+m.HTML {
				own++
			}
		}
		t.Logf("%d people, %d mails: %d to units, %d to the lead office", len(secret), len(left), own, lead)
		if own < 80 || lead < 3 {
			t.Errorf("%d mails to units, %d to the lead office: this test shows nothing", own, lead)
		}
	})
}

// code names the nth thing: c07.
func code(prefix string, n int) string {
	return prefix + string([]byte{'0' + byte(n/10), '0' + byte(n%10)})
}
