package app_test

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"testing"

	"duban/models"
	"duban/models/store"
)

// stateTable says what each verb does to a duty in each state: the state that
// follows; x, a conflict that changes nothing; = , nothing wrong and the duty
// left as it is. Written down from the states of the domain, not from the
// machine.
const stateTable = `
verb            | unack     active    review    returned  done      closed na        withdrawn
Sign            | active    x         x         x         x         x      x         x
SignAll         | active    =         =         =         =         =      =         =
Progress        | x         =         x         =         x         x      x         x
SaveDraft       | x         =         x         =         x         x      x         x
RemoveEvidence  | x         =         x         =         x         x      x         x
Submit          | x         review    x         review    x         x      x         x
Submit na       | x         review    x         review    x         x      x         x
AskExtension    | =         =         x         x         x         x      x         x
Block           | unack     active    x         returned  x         x      x         x
Unblock         | unack     active    x         returned  x         x      x         x
Approve         | x         x         done      x         x         x      x         x
Return          | x         x         returned  x         x         x      x         x
Close           | x         x         x         x         closed    x      x         x
CloseAll        | =         =         =         =         closed    =      =         =
Reopen          | x         x         x         x         returned  x      returned  x
Withdraw        | withdrawn withdrawn withdrawn withdrawn withdrawn x      withdrawn x
DecideExtension | unack     active    x         returned  x         x      x         x
Refuse          | =         =         x         =         x         x      x         x
Nudge           | unack     active    =         returned  =         =      =         =
Opinion         | =         =         =         =         =         =      =         =
`

// TestStates calls every verb on a duty in every state.
func TestStates(t *testing.T) {
	all := append([]verb(nil), verbs...)
	all = append(all, verb{"Refuse", models.StateActive, nil})
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		w := newWorld(t, db, raw)
		lines := strings.Split(strings.TrimSpace(stateTable), "\n")
		_, head, _ := strings.Cut(lines[0], "|")
		states := strings.Fields(head)
		if len(states) != len(models.States) {
			t.Fatalf("%d states in the table, %d in the model", len(states), len(models.States))
		}
		table := map[string][]string{}
		for _, l := range lines[1:] {
			name, cells, _ := strings.Cut(l, "|")
			table[strings.TrimSpace(name)] = strings.Fields(cells)
		}
		cells := 0
		for _, v := range all {
			row := table[v.name]
			if v.state == "" || v.name == "CheckDraft" || v.name == "Download" {
				continue // concerns no duty, or reads
			}
			if len(row) != len(states) {
				t.Errorf("%s: %d cells in the table", v.name, len(row))
				continue
			}
			for i, s := range states {
				it := w.duty("gaj", models.State(s), "2020-10-30")
				call := w.inState(v, it)
				mark := w.mark()
				before := fingerprint(t, raw)
				err := call(t.Context())
				after := w.read(it.ID)
				cells++
				switch want := row[i]; want {
				case "x":
					if models.CodeOf(err) != models.Conflict {
						t.Errorf("%s on %s: %v, want a conflict", v.name, s, err)
					}
					if fingerprint(t, raw) != before {
						t.Errorf("%s on %s: a conflict, and something has changed", v.name, s)
					}
				case "=":
					if err != nil || string(after.State) != s || after.Version != it.Version {
						t.Errorf("%s on %s: %v, now %s, version %d after %d", v.name, s, err, after.State, after.Version, it.Version)
					}
				default:
					if err != nil || string(after.State) != want || after.Version != it.Version+1 {
						t.Errorf("%s on %s: %v, now %s, version %d after %d, want %s", v.name, s, err, after.State, after.Version, it.Version, want)
					}
					n := 0
					for _, e := range mark.log() {
						if string(e.FromState) == s && string(e.ToState) == want && e.Act != "evidence" {
							n++
						}
					}
					if n != 1 {
						t.Errorf("%s on %s: %d lines from %s to %s", v.name, s, n, s, want)
					}
				}
			}
		}
		t.Logf("%d cells", cells)
		if cells != len(table)*len(states) || len(table) != 20 {
			t.Errorf("%d cells for %d lines", cells, len(table))
		}
	})
}

// inState is the verb on a duty in any state, called by who may, without the
// page's version.
func (w *world) inState(v verb, it models.Item) func(context.Context) error {
	who := w.who(auditTable[v.name].by + map[bool]string{true: "lead"}[v.name == "Refuse"])
	number := 1
	if n, err := w.db.LastSubmissionNumber(w.t.Context(), it.ID); err == nil {
		number = n + 1
	}
	switch v.name {
	case "RemoveEvidence":
		ev := []models.Evidence{w.file("佐证.txt")}
		w.Write(func(tx *store.Tx) error {
			s := models.Submission{AssignmentID: it.ID, Number: number, Kind: models.SubmitCompletion, State: models.SubmissionDraft, CreatedAt: w.now, Version: 1}
			if err := tx.InsertSubmission(w.t.Context(), &s); err != nil {
				return err
			}
			ev[0].SubmissionID, ev[0].AssignmentID, ev[0].CreatedAt = s.ID, it.ID, w.now
			return tx.InsertEvidence(w.t.Context(), ev)
		})
		return func(ctx context.Context) error { return w.RemoveEvidence(ctx, who, it.ID, ev[0].ID) }
	case "DecideExtension":
		e := w.asked(it, "2020-11-30")
		return func(ctx context.Context) error { return w.DecideExtension(ctx, who, e, 0, day("2020-11-20"), "") }
	case "Refuse":
		e := w.asked(it, "2020-11-30")
		return func(ctx context.Context) error { return w.DecideExtension(ctx, who, e, 0, models.Date{}, "不同意") }
	}
	return func(ctx context.Context) error { return v.call(w, ctx, who, it) }
}

// TestOneDecisionWins: of fifty that approve and return the same hand-in at
// once, one wins and the others are told of a conflict.
func TestOneDecisionWins(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		w := newWorld(t, db, raw)
		it := w.duty("gaj", models.StateReview, "2020-10-30")
		lead := w.who("lead")
		m := w.mark()
		errs := make([]error, 50)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				if i%2 == 0 {
					errs[i] = w.Approve(context.Background(), lead, it.ID, it.Version, "")
				} else {
					errs[i] = w.Return(context.Background(), lead, it.ID, it.Version, "evidence", "缺", day("2020-10-30"))
				}
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case models.CodeOf(err) != models.Conflict:
				t.Errorf("a loser: %v", err)
			}
		}
		if won != 1 || len(m.log()) != 1 || w.read(it.ID).Version != it.Version+1 {
			t.Errorf("%d won, %d lines, version %d after %d", won, len(m.log()), w.read(it.ID).Version, it.Version)
		}
	})
}

// TestHandInOnce: a button pressed twice hands in once.
func TestHandInOnce(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, raw *sql.DB) {
		w := newWorld(t, db, raw)
		it := w.duty("gaj", models.StateActive, "2020-10-30")
		contact := w.who("gaj-contact")
		errs := make([]error, 10)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				errs[i] = w.Submit(context.Background(), contact, it.ID, it.Version, full(), nil, "https://example.cn/")
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case models.CodeOf(err) != models.Conflict:
				t.Errorf("a loser: %v", err)
			}
		}
		subs, err := db.Submissions(t.Context(), everything, it.ID)
		ev, err2 := db.EvidenceOf(t.Context(), everything, it.ID)
		if err != nil || err2 != nil || won != 1 || len(subs) != 1 || len(ev) != 1 {
			t.Errorf("%d won; %d submissions, %d pieces of evidence; %v %v", won, len(subs), len(ev), err, err2)
		}
	})
}
