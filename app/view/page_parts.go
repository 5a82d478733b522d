package view

import (
	"fmt"
	"strings"
)

// This file holds the small values that several of the pages share. In all
// page structs a day is a string as in "2020-10-15" and an instant one as in
// "2020-10-15 08:51", both in the office's zone, "" where there is none; the
// templates put them into the reader's language.

// Ref names a measure by the rows that it serves: 第12项②, 第39–42项.
type Ref struct {
	Rows string // printed numbers, "12" or "39–42"
	Mark string // "②" where the row has several measures, else ""
}

// RefOf makes a Ref of a measure's printed row numbers and of its position in
// the first of them, counted from 1. Pass 0 where the row has one measure.
// Numbers that follow each other are drawn together.
func RefOf(rows []string, pos int) Ref {
	r := Ref{}
	switch n := len(rows); {
	case n == 1:
		r.Rows = rows[0]
	case n > 1 && consecutive(rows):
		r.Rows = rows[0] + "–" + rows[n-1]
	case n > 1:
		r.Rows = strings.Join(rows, "、")
	}
	if pos > 0 && pos <= 20 {
		r.Mark = string(rune('①' + pos - 1))
	} else if pos > 20 {
		r.Mark = fmt.Sprintf("(%d)", pos)
	}
	return r
}

// consecutive reports whether the printed numbers are plain and follow each
// other without a gap.
func consecutive(rows []string) bool {
	prev := 0
	for i, s := range rows {
		var n int
		if _, err := fmt.Sscanf(s, "%d", &n); err != nil || fmt.Sprint(n) != s {
			return false
		}
		if i > 0 && n != prev+1 {
			return false
		}
		prev = n
	}
	return true
}

// Contact is the person to ring, as printed under a unit's name.
type Contact struct {
	Name     string // empty: the post is vacant
	Title    string
	Phone    string
	Email    string
	Disabled bool // the account is switched off: nobody is told
}

// Option is one choice of a select or of radio buttons.
type Option struct {
	Value    string
	Label    string // as shown; official names stay Chinese
	Selected bool
}

// Tab is one saved view over a list; its words are T(Key). Where the views are
// families of the register, Key is the register's own word, which T leaves as
// it is.
type Tab struct {
	Key     string // catalogue key
	Count   int
	Tone    string // "", "overdue" or "review": the colour of the count
	Href    string
	Current bool
}

// Crumb is one step of the way to the page. The last has no Href.
type Crumb struct {
	Label string
	Code  string
	Href  string
}

// FigureLine is one reported figure beside what the measure asks for.
type FigureLine struct {
	Name     string
	Value    string // "81.8"
	Unit     string // "%"
	Required string // "≥ 70", empty where nothing is asked
	Met      bool
}

// EvidenceLine is one piece of evidence, a file or a link.
type EvidenceLine struct {
	ID   int64
	Href string // /evidence/{id}, or the link's own address
	Name string
	Link bool   // an address, not a file
	Pic  bool   // a picture
	Size int64  // bytes
	At   string // instant of the upload
	By   string
	Hash string // SHA-256 in hex, "" for a link
}

// HashPrefix returns the first ten digits of the file's SHA-256: enough to
// compare by eye.
func (e EvidenceLine) HashPrefix() string {
	if len(e.Hash) > 10 {
		return e.Hash[:10]
	}
	return e.Hash
}

// Bytes writes a file size as people read it: 38 KB, 1.2 MB.
func Bytes(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20-1<<9:
		return fmt.Sprintf("%d KB", (n+1<<9)>>10)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/(1<<20)), ".0") + " MB"
}

// SizeText is the size as people read it.
func (e EvidenceLine) SizeText() string { return Bytes(e.Size) }

// Pager leads through a long list.
type Pager struct {
	From, To, Total int    // Total 0: nobody counted
	Newer, Older    string // addresses, empty at the ends
}
