package i18n

import (
	"fmt"
	"strconv"
	"strings"
)

// A message is text with placeholders:
//
//	{0}               the first argument; whole numbers get a thousands comma
//	{1|unit|units}    one of two words by the second argument, which is a number
//	one thing|{0} things
//	                  one of two whole messages by the first argument
//
// English needs the last two, Chinese does not. Braces and bars cannot be
// written literally; no message needs them.
type message struct {
	one, many []part // one is nil where there is a single form
}

// part is literal text, or argument arg (from 0), or with words one of two
// words by that argument.
type part struct {
	text  string
	arg   int // -1 for text
	words *[2]string
}

func parse(s string) (message, error) {
	forms := splitForms(s)
	if len(forms) > 2 {
		return message{}, fmt.Errorf("%d forms, at most 2 are possible", len(forms))
	}
	var m message
	var err error
	if m.many, err = parseForm(forms[len(forms)-1]); err != nil {
		return m, err
	}
	if len(forms) == 2 {
		m.one, err = parseForm(forms[0])
	}
	return m, err
}

// splitForms cuts s at the bars outside braces.
func splitForms(s string) []string {
	var out []string
	depth, from := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			depth++
		case '}':
			depth--
		case '|':
			if depth == 0 {
				out = append(out, s[from:i])
				from = i + 1
			}
		}
	}
	return append(out, s[from:])
}

func parseForm(s string) ([]part, error) {
	var out []part
	for s != "" {
		i := strings.IndexAny(s, "{}")
		if i < 0 {
			return append(out, part{text: s, arg: -1}), nil
		}
		if i > 0 {
			out = append(out, part{text: s[:i], arg: -1})
		}
		if s[i] == '}' {
			return nil, fmt.Errorf("stray } in %q", s)
		}
		j := strings.IndexByte(s, '}')
		if j < i {
			return nil, fmt.Errorf("open { in %q", s)
		}
		fields := strings.Split(s[i+1:j], "|")
		n, err := strconv.Atoi(fields[0])
		if err != nil || n < 0 || n > 9 {
			return nil, fmt.Errorf("placeholder {%s}: want a number from 0 to 9", s[i+1:j])
		}
		p := part{arg: n}
		switch len(fields) {
		case 1:
		case 3:
			p.words = &[2]string{fields[1], fields[2]}
		default:
			return nil, fmt.Errorf("placeholder {%s}: want {n} or {n|one|many}", s[i+1:j])
		}
		out = append(out, p)
		s = s[j+1:]
	}
	return out, nil
}

func (m message) fill(args []any) string {
	parts := m.many
	if m.one != nil && isOne(args, 0) {
		parts = m.one
	}
	if len(parts) == 1 && parts[0].arg < 0 {
		return parts[0].text
	}
	var b strings.Builder
	for _, p := range parts {
		switch {
		case p.arg < 0:
			b.WriteString(p.text)
		case p.words != nil && isOne(args, p.arg):
			b.WriteString(p.words[0])
		case p.words != nil:
			b.WriteString(p.words[1])
		case p.arg < len(args):
			b.WriteString(text(args[p.arg]))
		default:
			fmt.Fprintf(&b, "{%d}", p.arg) // a missing argument is seen
		}
	}
	return b.String()
}

func isOne(args []any, i int) bool {
	if i >= len(args) {
		return false
	}
	n, ok := integer(args[i])
	return ok && (n == 1 || n == -1)
}

func integer(a any) (int64, bool) {
	switch n := a.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case int32:
		return int64(n), true
	case uint:
		return int64(n), true //nolint:gosec // counts are far below the limit
	}
	return 0, false
}

func text(a any) string {
	if s, ok := a.(string); ok {
		return s
	}
	if n, ok := integer(a); ok {
		return Number(n)
	}
	return fmt.Sprint(a)
}

// Number writes n with a comma between thousands and a true minus sign, in both
// languages: 1,732.
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	neg := s[0] == '-'
	if neg {
		s = s[1:]
	}
	if len(s) <= 3 && !neg {
		return s
	}
	var b strings.Builder
	if neg {
		b.WriteString("−")
	}
	for i := 0; i < len(s); i++ {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Placeholders returns the argument numbers that the message key uses in lang,
// in rising order. It serves the test that compares the languages.
func (c *Catalogue) Placeholders(lang Lang, key string) []int {
	m := c.msgs[key][lang]
	var used [10]bool
	for _, p := range append(append([]part{}, m.one...), m.many...) {
		if p.arg >= 0 {
			used[p.arg] = true
		}
	}
	var out []int
	for i, u := range used {
		if u {
			out = append(out, i)
		}
	}
	return out
}
