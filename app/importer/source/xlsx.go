package source

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"duban/models"
)

// readXlsx reads every sheet that is shown as one table, with its name as a
// line in front when there are several.
func readXlsx(data []byte, lim Limits) (doc *Document, err error) {
	defer func() {
		// The library is not made for hostile files; a slip in it must not end
		// the server.
		if recover() != nil {
			doc, err = nil, errBroken("xlsx")
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data),
		excelize.Options{UnzipSizeLimit: lim.Unzipped, UnzipXMLSizeLimit: lim.Unzipped})
	if err != nil {
		return nil, errBroken("xlsx")
	}
	defer f.Close() //nolint:errcheck // reading: nothing is lost
	b := newBuilder("xlsx", lim)
	var shown []string
	for _, name := range f.GetSheetList() {
		// "duban" is the hidden sheet in which an export says what it is.
		if visible, err := f.GetSheetVisible(name); err == nil && (visible || name == "duban") {
			shown = append(shown, name)
		}
	}
	for _, name := range shown {
		s := &sheet{builder: b, f: f, name: name, formats: map[int]dateFormat{}}
		if err := s.read(len(shown) > 1); err != nil {
			return nil, err
		}
	}
	return b.done(), nil
}

// sheet is one sheet being read.
type sheet struct {
	*builder
	f       *excelize.File
	name    string
	date04  bool
	formats map[int]dateFormat // by style
}

// rows reads the text of the sheet as shown (or its raw values), and is the
// guard against sheets that claim a million rows.
func (s *sheet) rows(raw bool) ([][]string, error) {
	it, err := s.f.Rows(s.name)
	if err != nil {
		return nil, errBroken("xlsx")
	}
	defer it.Close() //nolint:errcheck // reading: nothing is lost
	var out [][]string
	cells := 0
	for it.Next() {
		row, err := it.Columns(excelize.Options{RawCellValue: raw})
		if err != nil {
			return nil, errBroken("xlsx")
		}
		if cells += len(row); cells > s.lim.Cells || len(out) >= s.lim.Rows {
			return nil, errBig()
		}
		out = append(out, row)
	}
	if it.Error() != nil {
		return nil, errBroken("xlsx")
	}
	return out, nil
}

func (s *sheet) read(title bool) error {
	shown, err := s.rows(false)
	if err != nil {
		return err
	}
	raw, err := s.rows(true)
	if err != nil {
		return err
	}
	if p, err := s.f.GetWorkbookProps(); err == nil && p.Date1904 != nil {
		s.date04 = *p.Date1904
	}
	rows, cols := 0, 0 // up to the last cell with text
	for r, row := range shown {
		for c, v := range row {
			if strings.TrimSpace(v) != "" {
				rows, cols = r+1, max(cols, c+1)
			}
		}
	}
	if rows == 0 {
		return nil
	}
	merged, err := s.merged(rows, cols)
	if err != nil {
		return err
	}
	if title {
		s.para(s.name, Block{})
	}
	start := s.text.Len()
	var areas []area
	for r := range rows {
		for c := range cols {
			a, ok := merged[[2]int{r, c}]
			if ok && (a.row != r || a.col != c) {
				continue // inside a merged cell: what stands here is not shown
			}
			if !ok {
				a = area{row: r, col: c, rows: 1, cols: 1}
			}
			v := at(shown, r, c)
			if n := at(raw, r, c); n != "" && n[0] >= '0' && n[0] <= '9' {
				v, a.date = s.dated(r, c, n, v)
			}
			a.paras = s.lines(v)
			if ok || a.paras != nil {
				areas = append(areas, a)
			}
		}
	}
	return s.table(s.name, rows, cols, areas, start)
}

func at(rows [][]string, r, c int) string {
	if r < len(rows) && c < len(rows[r]) {
		return rows[r][c]
	}
	return ""
}

// merged returns the merged cells by every place that they cover.
func (s *sheet) merged(rows, cols int) (map[[2]int]area, error) {
	list, err := s.f.GetMergeCells(s.name, true)
	if err != nil {
		return nil, errBroken("xlsx")
	}
	out := map[[2]int]area{}
	work := 0
	for _, m := range list {
		c1, r1, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		c2, r2, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err1 != nil || err2 != nil || r1 > r2 || c1 > c2 {
			return nil, errBroken("xlsx")
		}
		a := area{row: r1 - 1, col: c1 - 1, rows: min(r2, rows) - r1 + 1, cols: min(c2, cols) - c1 + 1}
		if a.rows <= 0 || a.cols <= 0 {
			continue // beside the text
		}
		if work += a.rows * a.cols; work > s.lim.Cells {
			return nil, errBig()
		}
		for r := a.row; r < a.row+a.rows; r++ {
			for c := a.col; c < a.col+a.cols; c++ {
				out[[2]int{r, c}] = a
			}
		}
	}
	return out, nil
}

// dateFormat is what a number format shows of a date.
type dateFormat int

const (
	noDate dateFormat = iota
	wholeDate
	monthOnly
)

// dated returns a cell's text and date. A number that is styled as a date is
// written in Chinese: programs show one date in many ways (9-30-20), and the
// library does not know the Chinese ones. Of a format without the day only the
// month is meant.
func (s *sheet) dated(r, c int, raw, shown string) (string, models.Date) {
	n, err := strconv.ParseFloat(raw, 64)
	if err != nil || n < 1 || n > 2_958_465 { // 9999-12-31
		return shown, models.Date{}
	}
	axis, err := excelize.CoordinatesToCellName(c+1, r+1)
	if err != nil {
		return shown, models.Date{}
	}
	id, err := s.f.GetCellStyle(s.name, axis)
	if err != nil {
		return shown, models.Date{}
	}
	kind, ok := s.formats[id]
	if !ok {
		if st, err := s.f.GetStyle(id); err == nil {
			kind = formatKind(st.NumFmt, st.CustomNumFmt)
		}
		s.formats[id] = kind
	}
	if kind == noDate {
		return shown, models.Date{}
	}
	if typ, err := s.f.GetCellType(s.name, axis); err != nil ||
		typ != excelize.CellTypeUnset && typ != excelize.CellTypeNumber && typ != excelize.CellTypeFormula {
		return shown, models.Date{} // a text such as "2020" in a column of dates
	}
	t, err := excelize.ExcelDateToTime(n, s.date04)
	if err != nil {
		return shown, models.Date{}
	}
	if kind == monthOnly {
		return fmt.Sprintf("%d年%d月", t.Year(), t.Month()), models.Date{}
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day()), models.NewDate(t.Year(), t.Month(), t.Day())
}

// quoted are the parts of a format that are text, colours or locales.
var quoted = regexp.MustCompile(`"[^"]*"|\[[^\]]*\]|\\.`)

// formatKind knows a format of a date by its number (ECMA-376 part 1, 18.8.30,
// with the East Asian ones from 27 to 58) or by its letters.
func formatKind(id int, custom *string) dateFormat {
	if custom != nil {
		f := strings.ToLower(quoted.ReplaceAllString(*custom, ""))
		f, _, _ = strings.Cut(f, ";")
		y, d, m := strings.Contains(f, "y"), strings.Contains(f, "d"), strings.Contains(f, "m")
		switch {
		case d && (m || y):
			return wholeDate
		case y && m:
			return monthOnly
		}
		return noDate
	}
	switch {
	case id == 17, id == 27, id == 36, id == 50, id == 52, id == 57:
		return monthOnly
	case id >= 14 && id <= 16, id == 22, id >= 28 && id <= 31, id == 51, id == 53, id == 54, id == 58:
		return wholeDate
	}
	return noDate
}
