package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"duban/app/notify"
	"duban/app/view"
	"duban/models"
	"duban/models/store"

	"github.com/labstack/echo/v4"
)

// outboxRows is how many mails a page of the outbox holds.
const outboxRows = 50

// readsMails reports whether the reader may read what mails say. An
// administrator, who has no business rights, sees that a mail left or why not.
func (r *request) readsMails() bool { return r.actor.May(models.ActSeeAll) }

// outbox lists the mails, newest first.
func (r *request) outbox() error {
	counts, err := r.read().CountMessages(r.ctx())
	if err != nil {
		return err
	}
	p := view.OutboxPage{Query: r.field("q"), Channel: r.s.cfg.Channel, Target: r.s.cfg.Target, CanRun: r.actor.May(models.ActRunJobs),
		Queued: counts[models.MessageQueued] + counts[models.MessageSending], Failed: counts[models.MessageFailed]}
	state, total := r.outboxTabs(&p, counts)
	if p.Query != "" {
		total = 0
	}
	k := r.keys()
	ms, err := r.read().Messages(r.ctx(), store.MessageFilter{State: state, Text: p.Query, InSubject: r.readsMails(),
		BeforeID: models.MessageID(k.before), AfterID: models.MessageID(k.after), Limit: outboxRows + 1})
	if err != nil {
		return err
	}
	ms, p.Pager = turn(r, k, ms, outboxRows, total, func(m models.Message) int64 { return int64(m.ID) })
	d, err := r.directory()
	if err != nil {
		return err
	}
	for _, m := range ms {
		p.Rows = append(p.Rows, r.messageRow(m, d))
	}
	if err := r.channelTrouble(&p); err != nil {
		return err
	}
	p.Shell = r.shell()
	return r.page("outbox", &p)
}

// outboxTabs draws the views by state and returns the chosen one with its count.
func (r *request) outboxTabs(p *view.OutboxPage, counts map[models.MessageState]int) (models.MessageState, int) {
	chosen := models.MessageState(r.QueryParam("s"))
	if !slices.Contains(models.MessageStates, chosen) {
		chosen = ""
	}
	all := 0
	for _, n := range counts {
		all += n
	}
	counts[""] = all
	for _, s := range append([]models.MessageState{""}, models.MessageStates...) {
		t := view.Tab{Key: "outbox.tab." + cmp.Or(string(s), "all"), Count: counts[s], Href: r.address("s", string(s)), Current: s == chosen}
		if s == models.MessageFailed {
			t.Tone = "overdue"
		}
		p.Tabs = append(p.Tabs, t)
	}
	return chosen, counts[chosen]
}

// channelTrouble says what keeps mails from leaving: what is wrong with the
// channel, or what has failed more than once with no success in between.
func (r *request) channelTrouble(p *view.OutboxPage) error {
	stuck, err := r.read().Stuck(r.ctx())
	if err != nil || stuck.Last.ID == 0 || p.Queued == 0 {
		return err
	}
	class, _, _ := strings.Cut(stuck.Last.Result, ":")
	if c := notify.Class(class); c == notify.Channel || c == notify.Temporary && stuck.First.ID != stuck.Last.ID {
		p.Trouble, p.Since = r.outcome(stuck.Last.Result), r.instant(stuck.First.At)
	}
	return nil
}

func messageHref(id models.MessageID) string { return "/outbox/" + strconv.FormatInt(int64(id), 10) }

// subject is a mail's subject, or for those who may not read it its reason.
func (r *request) subject(m models.Message) string {
	if r.readsMails() {
		return m.Subject
	}
	return r.t("notice." + string(m.Kind))
}

// canRetry reports whether sending again would change anything: a mail that
// waits for its first try leaves by itself.
func (r *request) canRetry(m models.Message) bool {
	return r.actor.May(models.ActRunJobs) && (m.State == models.MessageFailed || m.State == models.MessageQueued && m.Tries > 0)
}

// waitsUntil is when a mail that waits is tried again, "" when at once.
func (r *request) waitsUntil(m models.Message) string {
	if m.State == models.MessageQueued && m.NotBefore.After(r.s.app.Now()) {
		return r.instant(m.NotBefore)
	}
	return ""
}

func (r *request) messageRow(m models.Message, d directory) view.MessageRow {
	return view.MessageRow{
		ID: int64(m.ID), Href: messageHref(m.ID), State: string(m.State), Kind: string(m.Kind), To: m.ToName, Address: m.ToAddress,
		Unit: d.units[d.users[m.UserID].UnitID].Name, Subject: r.subject(m), Created: r.instant(m.CreatedAt), Sent: r.instantOf(m.SentAt),
		NotBefore: r.waitsUntil(m), Tries: m.Tries, Error: r.outcome(m.LastError), CanRetry: r.canRetry(m),
	}
}

// outcomes are the words that results of attempts begin with (notify.Class),
// and the reasons for which a mail is cancelled (App.CheckMessage).
var outcomes = map[string]string{
	string(notify.Temporary): "mailfail.temporary", string(notify.Refused): "mailfail.refused", string(notify.Channel): "mailfail.channel",
	string(notify.Doubt): "mailfail.doubt", string(notify.Cancelled): "mailfail.cancelled", string(notify.Expired): "mailfail.expired",

	"recipient disabled":                                          "mailfail.user_disabled",
	"recipient has no address":                                    "mailfail.no_address",
	"recipient's address has changed":                             "mailfail.address_changed",
	"recipient's post has changed":                                "mailfail.post_changed",
	"nothing left to say: handed in, finished or withdrawn since": "mailfail.nothing_left",
}

// outcome says how an attempt ended. Its class is a word of the catalogue; what
// the mail server said stays as it said it.
func (r *request) outcome(result string) string {
	if key, ok := outcomes[result]; ok {
		return r.t(key)
	}
	class, rest, cut := strings.Cut(result, ": ")
	if key, ok := outcomes[class]; ok && cut {
		return r.t("mailfail.line", r.t(key), r.outcome(rest))
	}
	return result
}

// message shows one mail.
func (r *request) message() error {
	m, err := r.messageOf()
	if err != nil {
		return err
	}
	attempts, err := r.read().Attempts(r.ctx(), m.ID)
	if err != nil {
		return err
	}
	p := view.MessagePage{
		ID: int64(m.ID), State: string(m.State), Kind: string(m.Kind), From: r.sender(), To: m.ToName, Address: m.ToAddress, Subject: r.subject(m),
		MessageID: m.MIMEID, Created: r.instant(m.CreatedAt), Sent: r.instantOf(m.SentAt), NotBefore: r.waitsUntil(m), Tries: m.Tries,
		LastError: r.outcome(m.LastError), Reply: m.Reply, Text: r.t("message.hidden"),
	}
	for _, a := range attempts {
		p.Attempts = append(p.Attempts, view.AttemptRow{At: r.instant(a.At), OK: a.OK, Result: r.outcome(a.Result)})
	}
	if r.canRetry(m) {
		p.RetryHref = messageHref(m.ID) + "/retry"
	}
	if r.readsMails() {
		p.Text, p.EMLHref = m.Text, messageHref(m.ID)+"/eml"
		if m.HTML != "" {
			p.HTMLHref = messageHref(m.ID) + "/html"
		}
		ns, err := r.read().NoticesIn(r.ctx(), m.ID)
		if err != nil {
			return err
		}
		if p.Notices, err = r.noticeRows(ns, nil); err != nil {
			return err
		}
	}
	p.Shell = r.shell()
	return r.page("message", &p)
}

func (r *request) sender() string {
	if r.s.cfg.FromName == "" {
		return r.s.cfg.FromAddress
	}
	return r.s.cfg.FromName + " <" + r.s.cfg.FromAddress + ">"
}

// messageOf loads the mail of the address.
func (r *request) messageOf() (models.Message, error) {
	id, err := r.id("id")
	if err != nil {
		return models.Message{}, err
	}
	return r.read().Message(r.ctx(), models.MessageID(id))
}

// readable is messageOf for those who may read what mails say.
func (r *request) readable() (models.Message, error) {
	if !r.readsMails() {
		return models.Message{}, models.Errf(models.Forbidden, "err.forbidden")
	}
	return r.messageOf()
}

// messageHTML shows a mail's HTML part as a mail program would: in a sandbox
// without script, forms or anything from elsewhere.
func (r *request) messageHTML() error {
	m, err := r.readable()
	if err != nil {
		return err
	}
	if m.HTML == "" {
		return models.Errf(models.NotFound, "err.not_found")
	}
	r.Response().Header().Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'")
	return r.HTML(http.StatusOK, m.HTML)
}

// messageEML gives a mail as the very bytes that leave.
func (r *request) messageEML() error {
	m, err := r.readable()
	if err != nil {
		return err
	}
	b, err := notify.Render(m, notify.Address{Name: r.s.cfg.FromName, Address: r.s.cfg.FromAddress}, notify.DateOf(m, r.s.app.Zone))
	if err != nil {
		return err
	}
	r.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="duban-`+strconv.FormatInt(int64(m.ID), 10)+`.eml"`)
	return r.Blob(http.StatusOK, "message/rfc822", b)
}

// retryMessage puts a mail back for sending and wakes the relay.
func (r *request) retryMessage() error {
	m, err := r.messageOf()
	if err != nil {
		return err
	}
	if err := r.s.app.RetryMessage(r.ctx(), r.actor, m.ID); err != nil {
		return err
	}
	r.s.jobs.Wake()
	return r.done(r.back(messageHref(m.ID)), "flash.retry")
}
