package view

import (
	"html/template"
	"iter"
)

// rowsHTML writes the body of the matrix's table. It stands where a template
// would, in Go because a plan may have a thousand measures; the rules of
// escaping are those of htmlWriter. End tags of rows and cells are left out, as
// HTML allows.
//
// It comes in pieces of some 32 KB: one string of the whole table would be
// copied twice on its way through html/template.
func (l *Locale) rowsHTML(p MatrixPage) iter.Seq[template.HTML] {
	return func(yield func(template.HTML) bool) {
		const piece = 32 << 10
		w := rowWriter{l: l, p: &p}
		w.b = make([]byte, 0, piece+8<<10)
		for i := range p.Rows {
			w.row(&p.Rows[i])
			if len(w.b) >= piece || i == len(p.Rows)-1 {
				if !yield(w.html()) {
					return
				}
				w.b = w.b[:0]
			}
		}
	}
}

type rowWriter struct {
	htmlWriter
	l *Locale
	p *MatrixPage
}

func (w *rowWriter) row(r *MatrixRow) {
	if r.Fan != nil {
		w.lit("<tr class=fr>")
		w.left(r)
		w.lit(`<td class=fan colspan=4>`)
		w.fan(r.Fan)
		w.lit("\n")
		return
	}
	w.lit(`<tr id="r`)
	w.text(r.ID)
	if r.M != nil && r.M.Open != nil {
		w.lit(`" class="op`)
	}
	w.lit(`">`)
	w.left(r)
	switch {
	case r.M == nil:
		w.lit(`<td class=mut colspan=4>`)
		w.text(w.l.T("matrix.no_measure"))
	default:
		if r.Span > 0 {
			w.measure(r)
		}
		if r.UnitSpan > 0 {
			w.units(r)
		}
		w.due(r)
		if r.Span > 0 {
			w.progress(r)
		}
	}
	w.lit("\n")
}

// span ends an open tag, with a rowspan where one is needed.
func (w *rowWriter) span(n int) {
	if n > 1 {
		w.lit(" rowspan=")
		w.num(n)
		w.lit(">")
		return
	}
	w.lit(">")
}

// follow opens a box whose words follow the reader down a merged cell, and
// returns its end; a cell of one row needs none.
func (w *rowWriter) follow(span int) (end literal) {
	if span < 2 {
		return ""
	}
	w.lit("<div>")
	return "</div>"
}

// left writes the frozen columns: number, indicators, evaluation points.
func (w *rowWriter) left(r *MatrixRow) {
	if r.NoSpan > 0 {
		w.lit(`<th scope=rowgroup class=s1`)
		w.span(r.NoSpan)
		w.text(r.No)
	}
	switch w.p.Levels {
	case 1:
		w.level(&r.L1, `<th scope=rowgroup class="s4 h"`, true)
	case 2:
		w.level(&r.L1, `<th scope=rowgroup class=s2`, false)
		w.level(&r.L2, `<th scope=rowgroup class="s4 h"`, true)
	default:
		w.level(&r.L1, `<th scope=rowgroup class=s2`, false)
		w.level(&r.L2, `<th scope=rowgroup class="s3 h"`, false)
		w.level(&r.L3, `<th scope=rowgroup class=s4`, true)
	}
	if !w.p.Points || r.PointsSpan == 0 {
		return
	}
	w.lit(`<td class=pt`)
	w.span(r.PointsSpan)
	if r.Long() {
		w.lit("<details><summary><span>")
		w.text(r.Points)
		w.lit("</span></summary></details>")
	} else {
		w.lit("<div>")
		w.text(r.Points)
		w.lit("</div>")
	}
	for _, s := range r.Remarks {
		w.lit(`<span class="tag warn">`)
		w.text(s)
		w.lit("</span>")
	}
}

// level writes the cell of an indicator; last is the lowest, which has its code
// in a line of its own.
func (w *rowWriter) level(c *LevelCell, tag literal, last bool) {
	if c.Span == 0 {
		return
	}
	w.lit(tag)
	w.span(c.Span)
	w.lit("<div>")
	if !last {
		w.text(c.Name)
		if c.Code != "" {
			w.lit(" ")
			w.text(c.Code)
		}
		w.lit("</div>")
		return
	}
	w.lit("<b>")
	w.text(c.Name)
	w.lit("</b>")
	if c.Code != "" {
		w.lit(`<span class=code>`)
		w.text(c.Code)
		w.lit("</span>")
	}
	w.lit("</div>")
}

func (w *rowWriter) measure(r *MatrixRow) {
	m := r.M
	w.lit("<td")
	w.span(r.Span)
	w.lit(`<div class=ms>`)
	if w.p.BulkHref != "" {
		w.lit(`<input type=checkbox form=bulk name=m value="`)
		w.text(m.ID)
		w.lit(`" data-n=`)
		w.num(m.Left())
		w.lit(` aria-label="`)
		w.text(w.l.T("matrix.pick", m.Name))
		w.lit(`">`)
	}
	if m.No != "" {
		w.lit("<b>")
		w.text(m.No)
		w.lit(".</b>")
	}
	w.lit(`<a href="`)
	w.href(m.Href)
	w.lit(`">`)
	w.text(m.Text)
	w.lit("</a>")
	if m.Shared != "" {
		w.lit("<small>")
		w.text(w.l.T("matrix.shared", m.Shared))
		w.lit("</small>")
	}
	w.lit("</div>")
}

func (w *rowWriter) units(r *MatrixRow) {
	w.lit("<td")
	w.span(r.UnitSpan)
	end := w.follow(r.UnitSpan)
	for _, u := range r.M.Units {
		if u.Count == 0 {
			w.text(u.Text)
			continue
		}
		w.lit(`<a class=g href="`)
		w.href(r.M.OpenHref)
		w.lit(`">`)
		w.text(u.Text)
		w.lit("<b>")
		w.num(u.Count)
		w.lit("</b></a>")
	}
	w.lit(end)
}

// due writes the date cell. Where the date stands in a merged cell above, it is
// written once more for the narrow list, in which nothing is merged.
func (w *rowWriter) due(r *MatrixRow) {
	m := r.M
	switch {
	case r.DueSpan > 0:
		w.lit(`<td class=dd`)
	case r.Span > 0:
		w.lit(`<td class="dd z"`)
	default:
		return
	}
	w.span(r.DueSpan)
	end := w.follow(r.DueSpan)
	if m.Due == "" {
		w.lit("<i>")
		w.text(w.l.T("matrix.no_date"))
		w.lit("</i>")
	} else {
		w.toned("b", m.DueTone, m.Due)
		if m.DueLeft != "" {
			w.toned("i", m.DueTone, m.DueLeft)
		}
		if m.DuePast {
			w.lit("<i>")
			w.text(w.l.T("matrix.past_at_issue"))
			w.lit("</i>")
		}
	}
	if m.DueText != "" {
		w.lit("<q>")
		w.text(m.DueText)
		w.lit("</q>")
	}
	w.lit(end)
}

// toned writes an element of words in the colour of a state, "" for none.
func (w *rowWriter) toned(tag literal, tone, words string) {
	w.lit("<")
	w.lit(tag)
	if tone != "" {
		w.lit(` class="t-`)
		w.text(tone)
		w.lit(`"`)
	}
	w.lit(">")
	w.text(words)
	w.lit("</")
	w.lit(tag)
	w.lit(">")
}

func (w *rowWriter) progress(r *MatrixRow) {
	m := r.M
	w.lit(`<td class="pgc c-`)
	w.text(m.Lamp)
	w.lit(`"`)
	w.span(r.Span)
	w.lit(`<div class=pg>`)
	w.lamp(m.Lamp, m.Words, tinted(m.Lamp))
	if m.Bar.Total > 0 {
		w.lit(`<a class=f href="`)
		w.href(m.OpenHref)
		w.lit(`"><b>`)
		w.num(m.Done())
		w.lit("</b>/")
		w.num(m.Total())
		w.lit("</a>")
		w.bar(m.Bar)
		w.rest(m.Rest)
	}
	w.lit("</div>")
}

func (w *rowWriter) rest(parts []RestPart) {
	if len(parts) == 0 {
		return
	}
	w.lit(`<span class=x>`)
	for i, x := range parts {
		if i > 0 {
			w.lit(" · ")
		}
		if x.Tone == "" {
			w.text(x.Text)
			continue
		}
		w.lit(`<span class="`)
		w.text(x.Tone)
		w.lit(`">`)
		w.text(x.Text)
		w.lit("</span>")
	}
	w.lit("</span>")
}

func (w *rowWriter) lamp(state, words string, tint bool) {
	w.lit(`<span class="st `)
	w.text(state)
	if tint {
		w.lit(" b")
	}
	w.lit(`">`)
	w.icon(state)
	w.text(words)
	w.lit("</span>")
}

// bar is the partial "bar".
func (w *rowWriter) bar(b Bar) {
	w.lit(`<span class=bar role=img aria-label="`)
	for i, s := range b.Segs {
		if i > 0 {
			w.text(w.l.T("bar.sep"))
		}
		w.text(w.l.T("bar."+s.State, s.N))
	}
	w.lit(`">`)
	for _, s := range b.Segs {
		w.lit(`<i class="`)
		w.text(s.State)
		w.lit(" g")
		w.num(b.share(s))
		w.lit(`"></i>`)
	}
	w.lit("</span>")
}
