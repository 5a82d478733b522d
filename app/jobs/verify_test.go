package jobs_test

import (
	"strings"
	"testing"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// verifyTold holds what the two jobs told against the model.
func verifyTold(t *testing.T, o *office, m *model) []entry {
	t.Helper()
	want, got := map[entry]int{}, map[entry]int{}
	for _, e := range m.entries {
		want[e]++
	}
	es := reminders(t, o)
	for _, e := range es {
		got[e]++
		if want[e] == 0 {
			t.Errorf("told, but by no rule: %s on %s", e.key, e.day)
		} else if got[e] > 1 {
			t.Errorf("told twice: %s", e.key)
		}
	}
	for e := range want {
		if got[e] == 0 {
			t.Errorf("never told: %s on %s", e.key, e.day)
		}
	}
	return es
}

// verify holds what was told, queued and sent in the five weeks against the
// model.
func verify(t *testing.T, o *office, m *model) {
	t.Helper()
	es := verifyTold(t, o, m)
	kinds := map[string]int{}
	for _, e := range es {
		kinds[strings.Split(e.key, "|")[1]]++
	}
	for _, k := range []string{"due-7", "due-3", "due-1", "due-0", "overdue-1", "overdue-3", "overdue-7", "weekly", "past", "no-contact"} {
		if kinds[k] == 0 {
			t.Errorf("these weeks hold no %s", k)
		}
	}

	msgs, err := o.db.Messages(t.Context(), store.MessageFilter{})
	if err != nil {
		t.Fatal(err)
	}
	verifyDigests(t, o, m, msgs)
	left := map[string]int{}
	for _, s := range o.box.sent {
		left[s.m.MIMEID]++
		verifySent(t, o, m, s)
	}
	ids := map[string]bool{}
	states := map[models.MessageState]int{}
	for _, msg := range msgs {
		states[msg.State]++
		if ids[msg.MIMEID] {
			t.Errorf("Message-ID %s is used twice", msg.MIMEID)
		}
		ids[msg.MIMEID] = true
		wantLeft := 0
		switch msg.State {
		case models.MessageSent:
			wantLeft = 1
		case models.MessageCancelled:
			verifyCancelled(t, o, m, msg)
		default:
			t.Errorf("message %d to %s (%s) is still %s", msg.ID, msg.ToName, msg.Kind, msg.State)
		}
		if left[msg.MIMEID] != wantLeft {
			t.Errorf("message %d (%s) is %s and left %d times", msg.ID, msg.Kind, msg.State, left[msg.MIMEID])
		}
	}
	if len(o.box.sent) != states[models.MessageSent] {
		t.Errorf("%d mails left, %d are noted as sent", len(o.box.sent), states[models.MessageSent])
	}
	if o.box.refusals == 0 || states[models.MessageCancelled] == 0 {
		t.Errorf("the outage was not felt: %d refusals, %d cancelled", o.box.refusals, states[models.MessageCancelled])
	}
	for _, n := range notices(t, o) {
		if n.MessageID == 0 && n.Kind != models.NoticeReview && n.Kind != models.NoticeApproved {
			t.Errorf("notice %s leaves in no mail", n.Key)
		}
	}
	t.Logf("%d reminders %v, %d digests; mails %v, refused while down %d", len(es), kinds, len(m.digests), states, o.box.refusals)
}

// verifyDigests: one to each person and week, on the right day.
func verifyDigests(t *testing.T, o *office, m *model, msgs []models.Message) {
	t.Helper()
	seen := map[string]bool{}
	for _, msg := range msgs {
		if msg.Kind != models.NoticeDigest {
			continue
		}
		d := models.DateIn(msg.CreatedAt, storetest.Zone)
		k := o.logins[msg.UserID] + " " + week(d)
		if seen[k] {
			t.Errorf("a second digest: %s", k)
		}
		seen[k] = true
		if m.digests[k] != d.String() {
			t.Errorf("digest %s queued on %s, want %q", k, d, m.digests[k])
		}
	}
	for k, d := range m.digests {
		if !seen[k] {
			t.Errorf("no digest %s on %s", k, d)
		}
	}
}

// verifySent: to an active person only, about what was in the unit's hands at
// that moment, and about all of it.
func verifySent(t *testing.T, o *office, m *model, s sent) {
	t.Helper()
	who := o.logins[s.m.UserID]
	if s.m.ToAddress != who+"@duban.example" {
		t.Errorf("a mail for %s left to %s", who, s.m.ToAddress)
	}
	if !s.any || s.m.Subject == "" || s.m.HTML == "" {
		t.Errorf("a mail with nothing in it: %s %q to %s", s.m.Kind, s.m.Subject, who)
	}
	if off := at("2020-10-12 11:30"); who == "dw5-contact" && !s.at.Before(off) && s.at.Before(at("2020-10-22 14:00")) ||
		who == "dw3-contact" && !s.at.Before(at("2020-10-15 16:00")) {
		t.Errorf("a mail (%s) left to %s, who was disabled", s.m.Kind, who)
	}
	for link := range s.links {
		if unit, _, _ := strings.Cut(who, "-"); unit != "dw0" && !strings.HasSuffix(link, " "+unit) {
			t.Errorf("a mail to %s speaks of %s", who, link)
		}
		// a digest is a picture of its hour; a reminder is true when it leaves
		if s.m.Kind.Chasing() && !m.duties[link].waitingAt(s.at) {
			t.Errorf("a mail (%s) to %s speaks of %s, which was not in the unit's hands on %s", s.m.Kind, who, link, s.at)
		}
	}
	ns, err := o.db.NoticesIn(t.Context(), s.m.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range ns {
		name := o.names[n.AssignmentID]
		if m.duties[name].waitingAt(s.at) && !s.links[name] {
			t.Errorf("a mail (%s) to %s leaves out %s", s.m.Kind, who, name)
		}
	}
}

// verifyCancelled: nothing that it would have said was still true, or its
// reader was disabled.
func verifyCancelled(t *testing.T, o *office, m *model, msg models.Message) {
	t.Helper()
	who := o.logins[msg.UserID]
	tries, err := o.db.Attempts(t.Context(), msg.ID)
	if err != nil || len(tries) == 0 || msg.LastError == "" {
		t.Fatalf("message %d was cancelled without a trace: %v", msg.ID, err)
	}
	if who == "dw3-contact" || who == "dw5-contact" {
		return
	}
	ns, err := o.db.NoticesIn(t.Context(), msg.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range ns {
		if name := o.names[n.AssignmentID]; m.duties[name].waitingAt(tries[len(tries)-1].At) {
			t.Errorf("message %d to %s was cancelled though %s is open", msg.ID, who, name)
		}
	}
}
