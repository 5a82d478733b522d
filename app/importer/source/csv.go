package source

import (
	"encoding/csv"
	"io"
	"strings"
)

// readCSV reads delimited text as one table. The delimiter is the one of
// comma, semicolon, tab that stands most often in the first lines.
func readCSV(text string, lim Limits) (*Document, error) {
	head := text[:min(len(text), 8192)]
	delim, most := ',', strings.Count(head, ",")
	for _, d := range ";\t" {
		if n := strings.Count(head, string(d)); n > most {
			delim, most = d, n
		}
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = delim, -1, true, true
	b := newBuilder("csv", lim)
	var areas []area
	rows, cols := 0, 0
	for {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, errBroken("csv")
		}
		if rows++; rows > lim.Rows || len(areas)+len(rec) > lim.Cells {
			return nil, errBig()
		}
		cols = max(cols, len(rec))
		for c, s := range rec {
			areas = append(areas, area{row: rows - 1, col: c, rows: 1, cols: 1, paras: b.lines(s)})
		}
	}
	if err := b.table("", rows, cols, areas, 0); err != nil {
		return nil, err
	}
	return b.done(), nil
}
