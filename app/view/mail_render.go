package view

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"strings"
	texttmpl "text/template"

	"duban/app/i18n"
)

// Mail is a finished mail.
type Mail struct {
	Subject string // one line
	HTML    []byte
	Text    []byte
}

// mail is the pair of templates of one kind of mail. The text template also
// defines "subject" and "preview", so that all three are written side by side.
type mail struct {
	html *template.Template
	text *texttmpl.Template
}

// parseMails parses templates/mail with the functions of one language. Files
// that begin with an underscore hold what the mails share.
func parseMails(fsys fs.FS, funcs template.FuncMap) (map[string]mail, error) {
	files, err := fs.Glob(fsys, "mail/*.html")
	if err != nil {
		return nil, err
	}
	set := map[string]mail{}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		h, err := template.New(path.Base(file)).Funcs(funcs).ParseFS(fsys, file)
		if err != nil {
			return nil, err
		}
		t, err := texttmpl.New(name+".txt").Funcs(texttmpl.FuncMap(funcs)).ParseFS(fsys, "mail/_shared.txt", "mail/"+name+".txt")
		if err != nil {
			return nil, err
		}
		// The sentences that both parts share are written once, in the text
		// templates, and parsed into the HTML as well, where they are escaped.
		for _, tt := range t.Templates() {
			if strings.HasSuffix(tt.Name(), ".txt") || h.Lookup(tt.Name()) != nil {
				continue
			}
			if _, err := h.AddParseTree(tt.Name(), tt.Tree.Copy()); err != nil {
				return nil, err
			}
		}
		set[name] = mail{h, t}
	}
	return set, nil
}

// Mail writes the mail called name (notice, digest_lead, digest_unit) in lang
// with data, its typed struct. Both parts carry the same facts, order and links.
func (r *Renderer) Mail(lang i18n.Lang, name string, data any) (Mail, error) {
	set, ok := r.mails[lang]
	if !ok {
		set = r.mails[i18n.ZH]
	}
	m, ok := set[name]
	if !ok {
		return Mail{}, fmt.Errorf("view: no mail %q", name)
	}
	var subject, preview, plain, html bytes.Buffer
	for _, part := range []struct {
		to   *bytes.Buffer
		name string
	}{{&subject, "subject"}, {&preview, "preview"}, {&plain, name + ".txt"}} {
		if err := m.text.ExecuteTemplate(part.to, part.name, data); err != nil {
			return Mail{}, fmt.Errorf("view: mail %s: %w", name, err)
		}
	}
	out := Mail{Subject: oneLine(subject.String()), Text: trailing.ReplaceAll(plain.Bytes(), nil)}
	err := m.html.Execute(&html, struct {
		Subject, Preview string
		Data             any
	}{out.Subject, oneLine(preview.String()), data})
	if err != nil {
		return Mail{}, fmt.Errorf("view: mail %s: %w", name, err)
	}
	out.HTML = html.Bytes()
	return out, nil
}

// T returns a message of the catalogue, for the few words that are not part of
// a template.
func (r *Renderer) T(lang i18n.Lang, key string, args ...any) string {
	return r.Locale(lang).T(key, args...)
}

// trailing is the white space before a line's end that sentences leave there.
var trailing = regexp.MustCompile(`(?m)[ \t\x{3000}]+$`)

// oneLine folds white space, so that typed text can never add a header.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func init() {
	moreFuncs = append(moreFuncs, func(l *Locale) map[string]any {
		return map[string]any{
			"ref":       l.Ref,
			"inc":       func(n int) int { return n + 1 },
			"neg":       func(n int) int { return -n },
			"clip":      clip,
			"names":     l.names,
			"mark":      mark,
			"lampstyle": lampStyle,
		}
	})
}

// Ref names a measure: 第12项②, Item 12②.
func (l *Locale) Ref(r Ref) string { return l.T("ref.rows", r.Rows) + r.Mark }

// clip shortens a text to n characters and says that it did.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}

// names lists the units of a mail's line, and says how many there are where
// some are left out.
func (l *Locale) names(list []string, all int) string {
	s := strings.Join(list, "、")
	if all > len(list) {
		return l.T("mail.names_of", s, all)
	}
	return s
}

// mark is a light's twin in text.
func mark(lamp string) string {
	switch lamp {
	case "overdue":
		return "▲"
	case "due", "past":
		return "◷"
	case "review":
		return "●"
	case "returned":
		return "↩"
	case "unack":
		return "○"
	case "done":
		return "✓"
	case "closed":
		return "☑"
	case "na", "withdrawn":
		return "⊘"
	}
	return "◐"
}

// lampStyle is a light's colour in a mail, which has no style sheet.
func lampStyle(lamp string) template.CSS {
	switch lamp {
	case "overdue":
		return "color:#AD1F17;font-weight:bold;"
	case "due", "past":
		return "color:#7A4B00;font-weight:bold;"
	case "review":
		return "color:#4A3EA6;font-weight:bold;"
	case "returned":
		return "color:#93225B;font-weight:bold;"
	case "done", "closed":
		return "color:#1B663A;"
	}
	return "color:#47515E;"
}
