package view

// fan writes the units of one measure by state, with one act per state. It is
// inside the table that rowsHTML writes.
func (w *rowWriter) fan(f *FanOut) {
	w.lit(`<div class="fo"><div class="ln"><b>`)
	if f.Open > 0 {
		w.text(w.l.T("matrix.fan", f.Open))
	} else {
		w.text(w.l.T("matrix.fan_done"))
	}
	w.lit(`</b><span class="mut f12">`)
	if f.Group != "" {
		w.text(w.l.T("matrix.fan_group", f.Group, f.Count))
	}
	w.lit(`</span><a class="ib sm" href="`)
	w.href(f.Close)
	w.lit(`" aria-label="`)
	w.text(w.l.T("matrix.close"))
	w.lit(`">`)
	w.icon("up")
	w.lit("</a></div>")
	for i := range f.Lines {
		w.fanLine(&f.Lines[i])
	}
	if f.NA > 0 {
		w.lit(`<div class="ln">`)
		w.count("na", f.NA)
		w.lit(`<span class="mut f12">`)
		w.text(w.l.T("matrix.fan_na", f.NA))
		w.lit("</span></div>")
	}
	w.lit("</div>")
}

func (w *rowWriter) count(state string, n int) {
	w.lit(`<span class="st `)
	w.text(state)
	w.lit(`">`)
	w.icon(state)
	w.text(w.l.T("state." + state))
	w.lit(" ")
	w.num(n)
	w.lit("</span>")
}

func (w *rowWriter) fanLine(ln *FanLine) {
	w.lit(`<div class="ln">`)
	w.count(ln.State, ln.Count)
	w.lit(`<ul class="us">`)
	for _, u := range ln.Units {
		w.lit(`<li><a class="u `)
		w.text(ln.State)
		w.lit(`" href="`)
		w.href(u.Href)
		w.lit(`" title="`)
		w.text(u.Name)
		w.lit(`">`)
		w.icon(ln.State)
		w.text(u.Short)
		w.lit("</a>")
	}
	if ln.More > 0 {
		w.lit(`<li><a class="u" href="`)
		w.href(ln.All)
		w.lit(`">`)
		w.text(w.l.T("matrix.more_units", ln.More))
		w.lit("</a>")
	}
	w.lit("</ul>")
	if ln.Act != nil {
		w.action(ln.Act)
	}
	w.lit("</div>")
}

// action is the partial "action".
func (w *rowWriter) action(a *Action) {
	class := literal("btn sm")
	if a.Primary {
		class = "btn sm pri"
	}
	words := w.l.T("do."+a.Key, a.N)
	if !a.Post {
		w.lit(`<a class="`)
		w.lit(class)
		w.lit(`" href="`)
		w.href(a.Href)
		w.lit(`">`)
		w.icon(a.Icon)
		w.text(words)
		w.lit("</a>")
		return
	}
	w.lit(`<form method="post" action="`)
	w.href(a.Href)
	w.lit(`">`)
	for _, f := range a.Fields {
		w.lit(`<input type="hidden" name="`)
		w.text(f.Name)
		w.lit(`" value="`)
		w.text(f.Value)
		w.lit(`">`)
	}
	w.lit(`<button class="`)
	w.lit(class)
	w.lit(`">`)
	w.icon(a.Icon)
	w.text(words)
	w.lit("</button></form>")
}
