package view

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"duban/app/i18n"
	"duban/models"
)

// TestComposedKeys holds the catalogue to every key that templates put
// together from a prefix and a value of the models: a new state, act or kind
// of notice without its words fails here.
func TestComposedKeys(t *testing.T) {
	cat := i18n.Default()
	want := map[string][]string{}
	add := func(prefix string, values ...string) { want[prefix] = append(want[prefix], values...) }
	for _, l := range models.Lamps {
		add("state.", string(l))
		add("help.st.", string(l))
	}
	for _, s := range models.States {
		add("state.", string(s))
	}
	kinds := []models.NoticeKind{models.NoticeIssued, models.NoticeDue7, models.NoticeDue3, models.NoticeDue1, models.NoticeDue0, models.NoticeOverdue1, models.NoticeOverdue3,
		models.NoticeOverdue7, models.NoticeWeekly, models.NoticePast, models.NoticeNoContact, models.NoticeNudge, models.NoticeReview, models.NoticeReturned, models.NoticeApproved,
		models.NoticeExtAsked, models.NoticeExtended, models.NoticeRefused, models.NoticeWithdrawn, models.NoticeReopened, models.NoticeOpinion, models.NoticeDigest, models.NoticePosted}
	for _, k := range kinds {
		add("notice.", string(k))
		if k != models.NoticeDigest {
			key := countKey(string(k))
			add("mail.n_", key)
			if !slices.Contains(countOrder, key) {
				t.Errorf("notice kind %s is not counted in the first line of a mail", k)
			}
		}
	}
	for _, r := range models.Roles {
		add("role.", string(r))
		add("help.role.", string(r))
	}
	add("role_in.", string(models.UnitLead), string(models.UnitResponsible), string(models.UnitPilot), string(models.UnitCooperate))
	add("reason.", models.ReturnReasons...)
	add("plan.state.", string(models.PlanDraft), string(models.PlanIssued), string(models.PlanClosed))
	for _, s := range models.MessageStates {
		add("mailstate.", string(s))
		add("outbox.tab.", string(s))
	}
	add("mailstate.", string(models.RunOK), string(models.RunRunning), string(models.RunFailed), "never", "late")
	acts := []models.Act{models.ActSign, models.ActProgress, models.ActSubmit, models.ActAskNA, models.ActAskExtend, models.ActBlock, models.ActApprove, models.ActReturn,
		models.ActClose, models.ActReopen, models.ActWithdraw, models.ActDecideExt, models.ActNudge, models.ActOpinion}
	for _, a := range acts {
		add("act.", string(a))
		add("event.", string(a))
		add("last.", string(a))
	}
	add("event.", string(models.ActIssue), string(models.ActImport), string(models.ActPost))
	for _, s := range []models.Step{{To: models.PostContact}, {To: models.PostLeader}, {To: models.PostLead}} {
		add("help.to.", string(s.To))
	}
	codes := []models.Code{models.Invalid, models.NotFound, models.Conflict, models.Forbidden, models.Unauthenticated, models.TooLarge, models.NoSpace, models.Internal}
	for _, c := range codes {
		add("error.title.", string(c))
		add("error.do.", string(c))
	}
	add("error.title.", "rate", "method")
	add("error.do.", "rate", "method")
	for _, j := range []string{"remind", "escalate", "digest", "relay", "sweep"} {
		add("job.", j, j+"_does")
	}
	for _, c := range []string{"close", "reopen", "withdraw", "opinion"} {
		add("confirm.", c, c+"_effect", c+"_do")
		if c != "close" {
			add("confirm.", c+"_reason")
		}
	}
	for _, g := range []string{"overdue", "returned", "due", "unsigned", "past", "later"} {
		add("mail.group_", g)
		add("mail.g_", g)
	}
	for _, g := range []string{"overdue", "returned", "due", "unack", "past", "later", "review", "finished", "na"} {
		add("group.", g)
	}
	add("card.", "done", "closed", "na", "withdrawn")
	for _, f := range []string{"completion", "extend", "na", "block", "progress"} {
		add("submit.head_", f)
		add("submit.tab.", f)
	}
	add("login.err_", "wrong", "locked", "disabled", "expired", "rate")
	add("waiting.kind_", "completion", "na", "ext")
	add("plan.version_", "import", "issue", "change")
	for prefix, values := range want {
		for _, v := range values {
			if !cat.Has(prefix + v) {
				t.Errorf("the catalogue has no %s", prefix+v)
			}
		}
	}
}

var literalKey = regexp.MustCompile(`^[a-z][a-z_]*\.[a-z][a-z0-9_.-]*$`)

// TestNoBareKeys renders every fixture and looks for a key where words should
// stand.
func TestNoBareKeys(t *testing.T) {
	heads := map[string]bool{}
	for _, k := range i18n.Default().Keys() {
		head, _, _ := strings.Cut(k, ".")
		heads[head] = true
	}
	r := newTestRenderer(t)
	for _, f := range fixtures {
		for _, lang := range i18n.Langs {
			var b bytes.Buffer
			if err := r.Page(&b, lang, f.page, f.make(lang)); err != nil {
				t.Fatal(err)
			}
			doc, err := html.Parse(&b)
			if err != nil {
				t.Fatal(err)
			}
			for n := range doc.Descendants() {
				if n.Type != html.TextNode {
					continue
				}
				for _, w := range strings.Fields(n.Data) {
					head, _, _ := strings.Cut(w, ".")
					if literalKey.MatchString(w) && heads[head] && !strings.Contains(w, "@") {
						t.Errorf("%s, %s: %q stands where words should", f.name, lang, w)
					}
				}
			}
		}
	}
}
