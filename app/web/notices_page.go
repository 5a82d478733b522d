package web

import (
	"strconv"

	"duban/app/view"
	"duban/models"
	"duban/models/store"
)

// noticeRowsPage is how many notices a page holds.
const noticeRowsPage = 50

// noticeIcons are the signs of notices; a kind without one has the bell.
var noticeIcons = map[models.NoticeKind]string{
	models.NoticeIssued: "flag", models.NoticeDue7: "due", models.NoticeDue3: "due", models.NoticeDue1: "due", models.NoticeDue0: "due",
	models.NoticeOverdue1: "overdue", models.NoticeOverdue3: "overdue", models.NoticeOverdue7: "overdue", models.NoticeWeekly: "overdue", models.NoticePast: "past",
	models.NoticeNoContact: "warn", models.NoticeNudge: "nudge", models.NoticeReview: "review", models.NoticeReturned: "returned", models.NoticeApproved: "done",
	models.NoticeExtAsked: "ext", models.NoticeExtended: "ext", models.NoticeRefused: "ext", models.NoticeWithdrawn: "withdrawn", models.NoticeReopened: "returned",
	models.NoticeOpinion: "eye", models.NoticeDigest: "mail", models.NoticePosted: "user",
}

// notices shows what the reader was told, newest first.
func (r *request) notices() error {
	unread := r.QueryParam("unread") == "1"
	all, err := r.read().CountNotices(r.ctx(), r.user.ID)
	if err != nil {
		return err
	}
	fresh, err := r.read().CountUnread(r.ctx(), r.user.ID)
	if err != nil {
		return err
	}
	p := view.NoticesPage{Unread: int(fresh), Tabs: []view.Tab{
		{Key: "notices.tab.all", Count: all, Href: "/notices", Current: !unread},
		{Key: "notices.tab.unread", Count: int(fresh), Href: "/notices?unread=1", Current: unread},
	}}
	total := all
	if unread {
		total = p.Unread
	}
	k := r.keys()
	ns, err := r.read().Notices(r.ctx(), r.user.ID, store.NoticeFilter{Unread: unread,
		BeforeID: models.NoticeID(k.before), AfterID: models.NoticeID(k.after), Limit: noticeRowsPage + 1})
	if err != nil {
		return err
	}
	ns, p.Pager = turn(r, k, ns, noticeRowsPage, total, func(n models.Notice) int64 { return int64(n.ID) })
	var mails []models.MessageID
	newest := models.NoticeID(0)
	for _, n := range ns {
		newest = max(newest, n.ID)
		if n.MessageID != 0 {
			mails = append(mails, n.MessageID)
		}
	}
	states, err := r.read().StatesOf(r.ctx(), mails)
	if err != nil {
		return err
	}
	if p.Rows, err = r.noticeRows(ns, states); err != nil {
		return err
	}
	if k.before == 0 && k.after == 0 && newest != 0 {
		// what came in after this page was drawn stays unread
		p.ReadHref = "/notices/read?upto=" + strconv.FormatInt(int64(newest), 10)
	}
	p.Shell = r.shell()
	return r.page("notices", &p)
}

// noticeRows puts notices into words: one question for all the duties they
// speak of. What the reader may not see any more, because the duty is another
// unit's, is named without its text.
func (r *request) noticeRows(ns []models.Notice, mails map[models.MessageID]models.MessageState) ([]view.NoticeRow, error) {
	items := map[models.AssignmentID]models.Item{}
	var ids []models.AssignmentID
	for _, n := range ns {
		if n.AssignmentID != 0 {
			ids = append(ids, n.AssignmentID)
		}
	}
	if len(ids) > 0 && !r.scope().Empty() {
		list, err := r.read().Items(r.ctx(), r.scope(), store.ItemFilter{IDs: ids}, r.s.app.Today())
		if err != nil {
			return nil, err
		}
		for _, it := range list {
			items[it.ID] = it
		}
	}
	rows := make([]view.NoticeRow, len(ns))
	for i, n := range ns {
		row := view.NoticeRow{At: r.instant(n.CreatedAt), Kind: string(n.Kind), Icon: noticeIcons[n.Kind], Note: n.Text, Unread: n.ReadAt == nil, Mail: string(mails[n.MessageID])}
		if row.Icon == "" {
			row.Icon = "bell"
		}
		if !n.RefOn.IsZero() {
			row.Day = n.RefOn.String()
		}
		if it, ok := items[n.AssignmentID]; ok {
			row.Unit, row.Plan, row.Ref, row.Text, row.Href = it.UnitName, it.PlanTitle, view.RefOf(it.RowNos, it.FirstPos), it.MeasureText, taskHref(it)
		} else {
			row.Note = ""
		}
		rows[i] = row
	}
	return rows, nil
}

// readNotices marks what the page showed, and what is older, as read.
func (r *request) readNotices() error {
	upTo, err := strconv.ParseInt(r.QueryParam("upto"), 10, 64)
	if err != nil {
		return models.Errf(models.NotFound, "err.not_found")
	}
	if err := r.s.app.ReadNotices(r.ctx(), r.actor, models.NoticeID(upTo)); err != nil {
		return err
	}
	return r.done("/notices", "flash.read")
}
