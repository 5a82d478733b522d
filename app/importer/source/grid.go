package source

import "duban/models"

// area is a cell with the places that it covers.
type area struct {
	row, col, rows, cols int
	paras                []models.Span
	date                 models.Date
}

// table lays the areas out in a full grid and adds it to the document. start
// is where the table's text begins. Of two areas on one place the earlier
// keeps it; places without any area are empty cells.
func (b *builder) table(name string, rows, cols int, areas []area, start int) error {
	if rows == 0 || cols == 0 {
		return nil
	}
	if rows > b.lim.Rows || cols > b.lim.Cells/rows || b.cells+rows*cols > b.lim.Cells {
		return errBig()
	}
	b.cells += rows * cols
	t := &Table{Name: name, Cols: cols, Rows: make([][]Cell, rows)}
	places := make([]Cell, rows*cols)
	for r := range t.Rows {
		t.Rows[r] = places[r*cols : (r+1)*cols : (r+1)*cols]
	}
	covered := 0
	for _, a := range areas {
		a.rows, a.cols = min(a.rows, rows-a.row), min(a.cols, cols-a.col)
		if covered += a.rows * a.cols; covered > 2*b.lim.Cells {
			return errBig() // a heap of areas upon each other
		}
		for r := a.row; r < a.row+a.rows; r++ {
			for c := a.col; c < a.col+a.cols; c++ {
				if t.Rows[r][c].RowSpan == 0 {
					t.Rows[r][c] = Cell{Paras: a.paras, Origin: r == a.row && c == a.col,
						Row: a.row, Col: a.col, RowSpan: a.rows, ColSpan: a.cols, Date: a.date}
				}
			}
		}
	}
	for r := range t.Rows {
		for c := range t.Rows[r] {
			if t.Rows[r][c].RowSpan == 0 {
				t.Rows[r][c] = Cell{Origin: true, Row: r, Col: c, RowSpan: 1, ColSpan: 1}
			}
		}
	}
	span := models.Span{From: start, To: max(start, b.text.Len()-1)}
	b.doc.Blocks = append(b.doc.Blocks, Block{Span: span, Table: t})
	return nil
}
