package view

import "duban/app/i18n"

// Shell is the frame around every page. Page structs embed it; templates reach
// it as .Shell, because a page may have fields of the same names.
type Shell struct {
	Lang  i18n.Lang
	Here  string // path and query of this page: where the language switch returns to
	Theme string // "", which follows the system, "light" or "dark"
	// NowLine is the line above the heading: 10月13日 星期二 · 数据截至 09:00.
	NowLine string

	User   *UserBadge // nil: nobody is signed in, and the bar is not drawn
	Plan   PlanChoice // the plan in view, zero on pages of no plan
	Plans  []PlanChoice
	Nav    []NavItem // top bar, in order
	Phone  []NavItem // bottom bar of the phone, four at most, with icons
	Menu   []NavItem // menu under the person's name
	Search SearchBox
	Unread int // notices

	Demo    string // the demonstration's clock as said in its banner, "" when real
	Flashes []Flash
}

// UserBadge is the signed-in person as the top bar shows them.
type UserBadge struct {
	Name string
	Unit string // "" for a person of no unit
	Post string // Title of the person, or ""
	Role string // models.Role: T("role."+Role) where there is no unit
}

// Initial is the character in the round badge: the family name.
func (u UserBadge) Initial() string {
	for _, r := range u.Name {
		return string(r)
	}
	return "?"
}

// PlanChoice is one plan of the switcher.
type PlanChoice struct {
	Title   string
	Href    string
	Current bool
}

// NavItem is one link of the navigation. Key is one of home, mytasks, matrix,
// fullplan, review, units, plan, plans, register, people, outbox, jobs,
// notices, audit, help, me; the word is T("nav."+Key).
type NavItem struct {
	Key     string
	Href    string
	Icon    string // Phone only
	Count   int    // not shown when 0
	Tone    string // "", "review" or "overdue": the colour of the count
	Current bool
}

// SearchBox is the search in the top bar: a GET form with the field q.
type SearchBox struct {
	Action string // "": not drawn
	Query  string
}

// Flash is what the last action did, said once.
type Flash struct {
	Kind string // ok, warn or bad
	Text string // in the reader's language
	Href string // more about it, "" none
	Link string // words of that link
}

// Tag is the lang attribute of the page.
func (s Shell) Tag() string { return s.Lang.Tag() }

// English reports whether the page is in English.
func (s Shell) English() bool { return s.Lang == i18n.EN }
