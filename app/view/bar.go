package view

import (
	"strconv"
	"strings"
)

// BarStates is the fixed order of the parts of a bar.
var BarStates = []string{"closed", "done", "review", "active", "due", "past", "unack", "returned", "overdue"}

// Bar shows how many unit tasks are in which state. Its zero value is a bar of
// nothing.
type Bar struct {
	Segs  []Seg // only states with units, in the order of BarStates
	Total int   // sum; units to which the measure does not apply are not in it
}

// Seg is one part of a bar.
type Seg struct {
	State string // class, icon and word
	N     int
}

// NewBar makes a Bar of counts by state; states outside BarStates (na,
// withdrawn) are not in the denominator and are left out.
func NewBar(counts map[string]int) Bar {
	var b Bar
	for _, s := range BarStates {
		if n := counts[s]; n > 0 {
			b.Segs = append(b.Segs, Seg{s, n})
			b.Total += n
		}
	}
	return b
}

// Done counts what is finished: completed or closed off.
func (b Bar) Done() int { return b.Of("done") + b.Of("closed") }

// Of counts the units in a state.
func (b Bar) Of(state string) int {
	for _, s := range b.Segs {
		if s.State == state {
			return s.N
		}
	}
	return 0
}

// Percent is the finished share in whole percent.
func (b Bar) Percent() int { return percent(b.Done(), b.Total) }

// percent rounds to the nearest, but 100 means all and 0 means none.
func percent(part, all int) int {
	switch {
	case all == 0 || part == 0:
		return 0
	case part >= all:
		return 100
	}
	return min(99, max(1, (200*part+all)/(2*all)))
}

// Width is the class that gives a part its share, g1 to g100: style attributes
// are forbidden by the content security policy, and a drawing in SVG would
// stretch the hatching. Up to 100 units the shares are exact; beyond, whole
// percents, and never nothing for something.
func (b Bar) Width(s Seg) string { return "g" + strconv.Itoa(b.share(s)) }

func (b Bar) share(s Seg) int {
	if b.Total <= 100 {
		return s.N
	}
	return max(1, (200*s.N+b.Total)/(2*b.Total))
}

// barText is the bar in one sentence, for those who do not see it.
func (l *Locale) barText(b Bar) string {
	if len(b.Segs) == 0 {
		return l.T("bar.none")
	}
	var out strings.Builder
	for i, s := range b.Segs {
		if i > 0 {
			out.WriteString(l.T("bar.sep"))
		}
		out.WriteString(l.T("bar."+s.State, s.N))
	}
	return out.String()
}

// Lamp is one light with its words, as the partial "lamp" draws it.
type Lamp struct {
	State string
	Text  string
	Tint  bool // on its tint, as in tables; plain in running lists
}

// tinted are the states whose light may have a ground: someone must act.
func tinted(state string) bool {
	switch state {
	case "overdue", "due", "review", "returned":
		return true
	}
	return false
}

// lampOf makes a light: state, days (late, waiting or left, as the state says;
// 0 for none), how many units share it (0 for a single one) and whether it
// stands on its tint.
func (l *Locale) lampOf(state string, days, units int, tint bool) Lamp {
	if state == "" {
		state = "none"
	}
	lamp := Lamp{State: state, Tint: tint && tinted(state), Text: l.T("state." + state)}
	if days < 0 {
		days = -days
	}
	var parts []string
	if units > 0 {
		switch state {
		case "overdue", "returned":
			parts = append(parts, l.T("lamp."+state+"_units", units))
		}
	}
	switch state {
	case "overdue", "returned":
		switch {
		case days > 0 && units == 0:
			parts = append(parts, l.T("lamp."+state+"_days", days))
		case days > 0 && state == "overdue":
			parts = append(parts, l.T("days.ago", days))
		}
	case "due":
		if days > 0 {
			parts = append(parts, lamp.Text, l.T("lamp.due_days", days))
		}
	case "review":
		if days > 0 {
			parts = append(parts, lamp.Text, l.T("lamp.review_days", days))
		}
	}
	if parts != nil {
		lamp.Text = strings.Join(parts, " · ")
	}
	return lamp
}
