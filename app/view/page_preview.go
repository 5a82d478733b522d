package view

// PreviewPage shows who would get what if a job ran now.
type PreviewPage struct {
	Shell
	Name    string // remind, escalate, digest
	Day     string
	Holiday bool // the job rests on that day
	Looked  int  // duties looked at
	Mails   int
	Notices int
	Rows    []PreviewRow
	More    int    // mails that are not shown
	RunHref string // POST, "" where the reader may not, or there is nothing to send
}

// PreviewRow is one mail that would be queued.
type PreviewRow struct {
	To      string
	Address string // "" without one: told on the page only
	Role    string
	Unit    string
	Subject string
	Text    string
	Kinds   []MailKind
}

// MailKind says how many notices of a kind a mail carries.
type MailKind struct {
	Kind string
	N    int
}

// Add counts one more notice of a kind, kinds in order of appearance.
func (p *PreviewRow) Add(kind string) {
	for i := range p.Kinds {
		if p.Kinds[i].Kind == kind {
			p.Kinds[i].N++
			return
		}
	}
	p.Kinds = append(p.Kinds, MailKind{kind, 1})
}
