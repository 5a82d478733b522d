package web

import (
	"strings"

	"duban/app/view"
	"duban/models"
)

// help explains words, states, deadlines and who does what, with the figures
// that hold in this office.
func (r *request) help() error {
	p := view.HelpPage{Limit: view.Bytes(r.s.app.UploadMax), DigestDay: r.t("mail.schedule"), Ladder: ladderRows()}
	d, err := r.directory()
	if err != nil {
		return err
	}
	p.Support = d.support()
	p.Shell = r.shell()
	return r.page("help", &p)
}

// support is whom to ring about an account: the administrator whose account is
// the oldest of those with a telephone, "" when there is none.
func (d directory) support() string {
	var first models.User
	for _, u := range d.users {
		if u.Role == models.RoleAdmin && u.Active() && u.Phone != "" && (first.ID == 0 || u.ID < first.ID) {
			first = u
		}
	}
	return strings.TrimSpace(first.Name + " " + first.Phone)
}

// ladderRows are the steps of reminders by the rules in force.
func ladderRows() []view.LadderRow {
	var out []view.LadderRow
	for _, s := range models.Ladder {
		out = append(out, view.LadderRow{Offset: s.Offset, To: string(s.To)})
	}
	return out
}
