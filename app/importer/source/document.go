// Package source reads the files in which plans are issued (text, web page,
// Word document, workbook, CSV) into paragraphs and tables, before any
// interpretation. What a file is, its content decides; its name is a hint.
package source

import (
	"strings"

	"duban/models"
)

// Document is a file as read, before any interpretation.
type Document struct {
	Format   string  // "txt", "html", "docx", "xlsx" or "csv": what the content is, whatever the name says
	Encoding string  // of text files: "UTF-8", "GB18030", "Big5", "UTF-16LE", "UTF-16BE"; else empty
	Text     string  // whole text in UTF-8; every paragraph, also every one inside a cell, is one line ended by \n
	Blocks   []Block // paragraphs and tables in document order
}

// Block is a paragraph or a table.
type Block struct {
	models.Span         // bytes of Document.Text without the final \n; of a table, from its first line to its last
	Number       string // label that the writing program numbered by itself ("一、", "3."); stands in Text too
	Heading      int    // 1 to 6 of a heading style, else 0
	Center, Bold bool   // the whole paragraph is set so
	Table        *Table // nil for a paragraph
}

// Table is a full grid: every row has Cols cells.
type Table struct {
	Name string // of the sheet; empty elsewhere
	Cols int
	Rows [][]Cell
}

// Cell is one place of the grid. A merged cell stands in every place that it
// covers.
type Cell struct {
	Paras  []models.Span // lines of the text in Document.Text; empty lines are left out
	Origin bool          // false: continuation of a merged cell, whose Paras equal the origin's

	Row, Col, RowSpan, ColSpan int // of the origin, counted from 0

	Date models.Date // of a workbook's date cell, else zero
}

// Limits bound what a file may ask of the machine.
type Limits struct {
	Bytes    int64 // of the file, and of a text decoded
	Unzipped int64 // of all parts read from a docx or xlsx together
	Rows     int   // of one table or sheet
	Cells    int   // of all grids together, merged places counted
	Depth    int   // of nested elements
}

// DefaultLimits are far above any plan ever issued, and small enough for the
// machine that a lead office has.
func DefaultLimits() Limits {
	return Limits{Bytes: 50 << 20, Unzipped: 200 << 20, Rows: 100_000, Cells: 2_000_000, Depth: 200}
}

// FromText makes a Document of pasted text: each line is a paragraph.
func FromText(text string) *Document {
	b := newBuilder("txt", Limits{})
	b.doc.Encoding = "UTF-8"
	for line := range strings.SplitSeq(newlines.Replace(strings.ToValidUTF8(text, "\uFFFD")), "\n") {
		b.para(line, Block{})
	}
	return b.done()
}

// newlines makes every kind of line end one: Windows, old Macintosh, and
// Unicode's line and paragraph separators.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

// builder writes a Document from its beginning to its end.
type builder struct {
	doc   *Document
	text  strings.Builder
	lim   Limits
	cells int // places of the grids so far
}

func newBuilder(format string, lim Limits) *builder {
	return &builder{doc: &Document{Format: format}, lim: lim}
}

// line writes s, which holds no \n, as one line.
func (b *builder) line(s string) models.Span {
	from := b.text.Len()
	b.text.WriteString(s)
	to := b.text.Len()
	b.text.WriteByte('\n')
	return models.Span{From: from, To: to}
}

// lines writes s as lines and leaves blank ones out.
func (b *builder) lines(s string) []models.Span {
	var out []models.Span
	for l := range strings.SplitSeq(newlines.Replace(s), "\n") {
		if strings.TrimSpace(l) != "" {
			out = append(out, b.line(l))
		}
	}
	return out
}

// para writes one paragraph; a blank one is written but makes no Block.
func (b *builder) para(s string, block Block) {
	block.Span = b.line(s)
	if strings.TrimSpace(s) != "" {
		b.doc.Blocks = append(b.doc.Blocks, block)
	}
}

func (b *builder) done() *Document {
	b.doc.Text = b.text.String()
	return b.doc
}

// errBig says that the file is over a limit.
func errBig() error { return models.Errf(models.TooLarge, "import.source.big") }

// errBroken says that a file of the format kind is damaged.
func errBroken(kind string) error { return models.Errf(models.Invalid, "import.source.broken", kind) }
