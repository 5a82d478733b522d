package source

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

// element is an XML element without its namespace: the parts of a document
// use one namespace for what is read here, in two spellings (transitional and
// strict), and local names do not clash.
type element struct {
	name string
	attr map[string]string
	kids []*element
	text string
}

var errLarge = errors.New("too many elements, or too deep")

// tree reads XML into elements. Entities beyond XML's own five are errors and
// nothing outside of the data is ever opened.
func tree(data []byte, lim Limits) (*element, error) {
	dec := xml.NewDecoder(bytes.NewReader(data))
	root := &element{}
	stack := []*element{root}
	for n := 0; ; n++ {
		tok, err := dec.RawToken()
		if err == io.EOF {
			if len(stack) != 1 {
				return nil, io.ErrUnexpectedEOF
			}
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch t := tok.(type) {
		case xml.StartElement:
			if len(stack) > lim.Depth || n > 2*lim.Cells {
				return nil, errLarge
			}
			e := &element{name: t.Name.Local}
			for _, a := range t.Attr {
				if e.attr == nil {
					e.attr = make(map[string]string, len(t.Attr))
				}
				e.attr[a.Name.Local] = a.Value
			}
			top.kids = append(top.kids, e)
			stack = append(stack, e)
		case xml.EndElement:
			if top.name != t.Name.Local || len(stack) == 1 {
				return nil, io.ErrUnexpectedEOF
			}
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if top.name == "t" { // text stands nowhere else
				top.text += string(t)
			}
		}
	}
}

// kid returns the element below e that is reached by the names, or nil.
func (e *element) kid(names ...string) *element {
	for _, n := range names {
		if e == nil {
			return nil
		}
		var found *element
		for _, k := range e.kids {
			if k.name == n {
				found = k
				break
			}
		}
		e = found
	}
	return e
}

// val returns the attribute val of a nested element, "" without.
func (e *element) val(names ...string) string {
	if k := e.kid(names...); k != nil {
		return k.attr["val"]
	}
	return ""
}

// num returns val as a number, or other when there is none.
func (e *element) num(other int, names ...string) int {
	if n, err := strconv.Atoi(e.val(names...)); err == nil {
		return n
	}
	return other
}

// on reads a switch such as w:b: there, and not said to be off.
func (e *element) on(names ...string) bool {
	k := e.kid(names...)
	if k == nil {
		return false
	}
	switch k.attr["val"] {
	case "0", "false", "off", "none":
		return false
	}
	return true
}

// docx reads the body of a Word document.
type docx struct {
	*builder
	styles styles
	lists  *lists
}

func readDocx(p *parts, lim Limits) (*Document, error) {
	var roots [3]*element
	for i, name := range []string{"word/document.xml", "word/styles.xml", "word/numbering.xml"} {
		data, err := p.get(name, "docx")
		if err != nil {
			return nil, err
		}
		if data == nil {
			roots[i] = &element{}
			continue
		}
		if int64(len(data)) > lim.Bytes {
			return nil, errBig() // a tree takes several times its text
		}
		if roots[i], err = tree(data, lim); errors.Is(err, errLarge) {
			return nil, errBig()
		} else if err != nil {
			return nil, errBroken("docx")
		}
	}
	body := roots[0].kid("document", "body")
	if body == nil {
		return nil, errBroken("docx")
	}
	st := readStyles(roots[1].kid("styles"))
	d := &docx{builder: newBuilder("docx", lim), styles: st, lists: readLists(roots[2].kid("numbering"))}
	if err := d.blocks(body); err != nil {
		return nil, err
	}
	return d.done(), nil
}

// gone are elements whose content is not part of the text: what a tracked
// change took away, and the second form of what stands in another already.
var gone = map[string]bool{"del": true, "moveFrom": true, "Fallback": true, "sdtPr": true, "sdtEndPr": true}

// blocks reads paragraphs and tables at the level of the body.
func (d *docx) blocks(e *element) error {
	for _, k := range e.kids {
		switch {
		case gone[k.name]:
		case k.name == "p":
			for _, p := range d.paragraph(k) {
				d.para(p.text, p.block)
			}
		case k.name == "tbl":
			if err := d.grid(k); err != nil {
				return err
			}
		default: // sdt, sdtContent, ins, customXml …
			if err := d.blocks(k); err != nil {
				return err
			}
		}
	}
	return nil
}

// paraLine is a line of a paragraph.
type paraLine struct {
	text  string
	block Block
}

// paragraph reads w:p. A line break inside makes a further line; text boxes
// anchored in it come after it.
func (d *docx) paragraph(p *element) []paraLine {
	pr := p.kid("pPr")
	own := d.styles.of(pr.val("pStyle"))
	r := runs{bold: own.bold}
	r.walk(p)
	block := Block{Heading: own.heading, Center: own.center, Bold: r.thick && !r.thin}
	if n := pr.num(-1, "outlineLvl"); n >= 0 && n < 6 {
		block.Heading = n + 1
	}
	if jc := pr.val("jc"); jc != "" {
		block.Center = jc == "center"
	}
	s := newlines.Replace(r.text.String())
	if numID, level := d.lists.at(pr, own); numID != "" && strings.TrimSpace(s) != "" {
		block.Number = d.lists.next(numID, level)
		if n := len(block.Number); n > 0 && block.Number[n-1] < 0x80 {
			s = " " + s // "1." in front of "5万吨" must not become 1.5
		}
		s = block.Number + s
	}
	var out []paraLine
	for l := range strings.SplitSeq(s, "\n") {
		out = append(out, paraLine{l, block})
		block.Number = ""
	}
	for _, box := range r.boxes {
		out = append(out, d.inside(box)...)
	}
	return out
}

// inside reads everything below e as lines: a cell, a text box, and any table
// in them.
func (d *docx) inside(e *element) []paraLine {
	var out []paraLine
	for _, k := range e.kids {
		switch {
		case gone[k.name] || k.name == "tr" && k.kid("trPr", "del") != nil:
		case k.name == "p":
			out = append(out, d.paragraph(k)...)
		default:
			out = append(out, d.inside(k)...)
		}
	}
	return out
}

// runs gathers the text of a paragraph.
type runs struct {
	text        strings.Builder
	bold        bool // of the paragraph's style
	thick, thin bool // text that is bold, that is not
	boxes       []*element
}

func (r *runs) walk(e *element) {
	pr := e.kid("rPr")
	if e.name == "r" && pr.on("vanish") {
		return
	}
	for _, k := range e.kids {
		switch k.name {
		case "t":
			r.text.WriteString(k.text)
			bold := r.bold
			if pr.kid("b") != nil {
				bold = pr.on("b")
			}
			if strings.TrimSpace(k.text) != "" {
				r.thick, r.thin = r.thick || bold, r.thin || !bold
			}
		case "tab", "ptab":
			r.text.WriteByte('\t')
		case "br", "cr":
			r.text.WriteByte('\n')
		case "noBreakHyphen":
			r.text.WriteByte('-')
		case "txbxContent":
			r.boxes = append(r.boxes, k)
		case "pPr", "rPr", "rt": // properties; the reading of a character (ruby)
		default:
			if !gone[k.name] {
				r.walk(k)
			}
		}
	}
}

// grid reads w:tbl. Columns are counted as Word counts them: gridBefore and
// gridSpan; a vMerge without value continues the cell above (ECMA-376 part 1,
// 17.4.84).
func (d *docx) grid(tbl *element) error {
	start := d.text.Len()
	var areas []area
	above := map[int]int{} // column → area that the row above may continue
	rows, cols := 0, 0
	for _, tr := range rowElements(tbl, "tr") {
		if tr.kid("trPr", "del") != nil {
			continue
		}
		if rows >= d.lim.Rows {
			return errBig()
		}
		col := max(0, tr.num(0, "trPr", "gridBefore"))
		open := map[int]int{}
		left := -1 // area that an hMerge continues
		for _, tc := range rowElements(tr, "tc") {
			pr := tc.kid("tcPr")
			span := max(1, pr.num(1, "gridSpan"))
			if col > d.lim.Cells || span > d.lim.Cells {
				return errBig()
			}
			if h := pr.kid("hMerge"); h != nil && h.attr["val"] != "restart" && left >= 0 {
				areas[left].cols += span
				col += span
				continue
			}
			merge := pr.kid("vMerge")
			i, ok := above[col]
			if ok && merge != nil && merge.attr["val"] != "restart" {
				areas[i].rows++
			} else {
				i = len(areas)
				a := area{row: rows, col: col, rows: 1, cols: span}
				for _, p := range d.inside(tc) {
					a.paras = append(a.paras, d.lines(p.text)...)
				}
				areas = append(areas, a)
			}
			if merge != nil {
				open[col] = i
			}
			left = i
			col += span
		}
		rows, cols = rows+1, max(cols, col)
		above = open
	}
	return d.table("", rows, cols, areas, start)
}

// rowElements finds the rows of a table or the cells of a row, also inside
// content controls and tracked insertions.
func rowElements(e *element, name string) []*element {
	var out []*element
	for _, k := range e.kids {
		switch {
		case k.name == name:
			out = append(out, k)
		case k.name == "sdt", k.name == "sdtContent", k.name == "ins", k.name == "customXml", k.name == "moveTo":
			out = append(out, rowElements(k, name)...)
		}
	}
	return out
}
