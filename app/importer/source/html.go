package source

import (
	"strconv"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"duban/models"
)

// dropped elements hold no text of the document.
var dropped = map[string]bool{
	"script": true, "style": true, "noscript": true, "template": true, "head": true, "nav": true,
	"iframe": true, "object": true, "svg": true, "button": true, "select": true, "textarea": true,
}

// inline elements do not end a line; every other element does.
var inline = map[string]bool{
	"a": true, "abbr": true, "b": true, "bdi": true, "bdo": true, "big": true, "cite": true, "code": true,
	"del": true, "em": true, "font": true, "i": true, "img": true, "input": true, "ins": true, "kbd": true,
	"label": true, "mark": true, "q": true, "rp": true, "rt": true, "ruby": true, "s": true, "small": true,
	"span": true, "strong": true, "sub": true, "sup": true, "tt": true, "u": true, "wbr": true, "nobr": true,
	"o:p": true, "ucapcharstyle": true, "ucaptitle": true, "ucapcontent": true,
}

// page walks a web page. Text gathers in line until an element ends it.
type page struct {
	*builder
	line strings.Builder
	here Block          // of the current line
	bold bool           // something of the line is bold
	thin bool           // something of the line is not
	cell *[]models.Span // where lines go inside a cell, else nil
}

func readHTML(text string, lim Limits) (*Document, error) {
	dom, err := goquery.NewDocumentFromReader(strings.NewReader(text))
	if err != nil {
		return nil, errBroken("html") // nested deeper than the parser allows
	}
	p := &page{builder: newBuilder("html", lim)}
	for _, n := range dom.Nodes {
		if err := p.walk(n, 0, style{}); err != nil {
			return nil, err
		}
	}
	p.flush()
	return p.done(), nil
}

// style is what a text inherits.
type style struct {
	bold, center, pre bool
	heading           int
}

func (p *page) walk(n *html.Node, depth int, st style) error {
	if depth > 2*p.lim.Depth+600 { // the parser itself allows 512 open elements
		return errBroken("html")
	}
	switch n.Type {
	case html.TextNode:
		p.write(n.Data, st)
		return nil
	case html.ElementNode:
		switch {
		case dropped[n.Data] || hidden(n):
			return nil
		case n.DataAtom == atom.Br:
			p.flush()
			return nil
		case n.DataAtom == atom.Table && p.cell == nil && !layout(n):
			p.flush()
			return p.grid(n, depth, st)
		}
		st = inherit(n, st)
		if !inline[n.Data] {
			p.flush()
			defer p.flush()
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if err := p.walk(c, depth+1, st); err != nil {
			return err
		}
	}
	return nil
}

func inherit(n *html.Node, st style) style {
	css := strings.ToLower(strings.ReplaceAll(attr(n, "style"), " ", ""))
	switch n.Data {
	case "b", "strong", "th":
		st.bold = true
	case "pre":
		st.pre = true
	case "center":
		st.center = true
	case "h1", "h2", "h3", "h4", "h5", "h6":
		st.heading, st.bold = int(n.Data[1]-'0'), true
	}
	if strings.Contains(css, "font-weight:bold") || strings.Contains(css, "font-weight:700") {
		st.bold = true
	}
	if strings.EqualFold(attr(n, "align"), "center") || strings.Contains(css, "text-align:center") {
		st.center = true
	} else if strings.Contains(css, "text-align:") || attr(n, "align") != "" {
		st.center = false
	}
	return st
}

func hidden(n *html.Node) bool {
	css := strings.ToLower(strings.ReplaceAll(attr(n, "style"), " ", ""))
	return strings.Contains(css, "display:none")
}

// write adds text to the line; white space is one space, as a browser shows it.
func (p *page) write(s string, st style) {
	if st.pre {
		for i, l := range strings.Split(newlines.Replace(s), "\n") {
			if i > 0 {
				p.flush()
			}
			p.line.WriteString(l)
		}
	} else {
		space := false
		for _, r := range s {
			if strings.ContainsRune(" \t\n\r\f\u2028\u2029", r) {
				space = true
				continue
			}
			if space {
				p.line.WriteByte(' ')
				space = false
			}
			p.line.WriteRune(r)
		}
		if space {
			p.line.WriteByte(' ')
		}
	}
	if strings.TrimSpace(s) != "" {
		p.here.Heading, p.here.Center = st.heading, st.center
		p.bold, p.thin = p.bold || st.bold, p.thin || !st.bold
	}
}

// flush ends the line. In HTML an empty line is layout and is left out.
func (p *page) flush() {
	s := strings.Trim(p.line.String(), " \t")
	p.line.Reset()
	if strings.TrimSpace(s) != "" {
		if p.cell != nil {
			*p.cell = append(*p.cell, p.builder.line(s))
		} else {
			p.here.Bold = p.bold && !p.thin
			p.para(s, p.here)
		}
	}
	p.here, p.bold, p.thin = Block{}, false, false
}

// layout says that a table only places things on the page, as old sites do:
// it has another table in it and one cell in every row.
func layout(table *html.Node) bool {
	if goquery.NewDocumentFromNode(table).Find("table").Length() == 0 {
		return false
	}
	for _, tr := range rowsOf(table) {
		if len(cellsOf(tr)) > 1 {
			return false
		}
	}
	return true
}

func rowsOf(table *html.Node) []*html.Node {
	var out []*html.Node
	for c := table.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Tr:
			out = append(out, c)
		case atom.Thead, atom.Tbody, atom.Tfoot:
			out = append(out, rowsOf(c)...)
		}
	}
	return out
}

func cellsOf(tr *html.Node) []*html.Node {
	var out []*html.Node
	for c := tr.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
			out = append(out, c)
		}
	}
	return out
}

// grid reads a table by HTML's own rule: a cell goes to the first place of its
// row that no cell from above covers. A table inside a cell becomes lines of it.
func (p *page) grid(table *html.Node, depth int, st style) error {
	for c := table.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Caption {
			if err := p.walk(c, depth+1, st); err != nil {
				return err
			}
		}
	}
	start := p.text.Len()
	trs := rowsOf(table)
	if len(trs) > p.lim.Rows {
		return errBig()
	}
	var areas []area
	var busy []int // by column: the first row that is free again
	for r, tr := range trs {
		c := 0
		for _, td := range cellsOf(tr) {
			for c < len(busy) && busy[c] > r {
				c++
			}
			a := area{row: r, col: c, rows: spanOf(td, "rowspan", 65534), cols: spanOf(td, "colspan", 1000)}
			if a.rows == 0 { // to the end of the table
				a.rows = len(trs)
			}
			a.rows = min(a.rows, len(trs)-r)
			for ; c < a.col+a.cols; c++ {
				if c >= p.lim.Cells/len(trs) {
					return errBig()
				}
				if c == len(busy) {
					busy = append(busy, 0)
				}
				busy[c] = max(busy[c], r+a.rows)
			}
			p.cell = &a.paras
			err := p.walk(td, depth+1, st)
			p.flush()
			p.cell = nil
			if err != nil {
				return err
			}
			areas = append(areas, a)
		}
	}
	return p.table("", len(trs), len(busy), areas, start)
}

// spanOf reads rowspan or colspan; what is no number is 1, as in browsers.
func spanOf(n *html.Node, name string, most int) int {
	v, err := strconv.Atoi(strings.TrimSpace(attr(n, name)))
	if err != nil || v < 0 || v == 0 && name == "colspan" {
		return 1
	}
	return min(v, most)
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
