package source

import (
	"archive/zip"
	"bytes"
	"io"

	"duban/models"
)

// parts reads files out of an archive and counts what comes out, so that a
// small archive cannot become a large one (a zip bomb).
type parts struct {
	files map[string]*zip.File
	left  int64
}

func readZip(data []byte, lim Limits) (*Document, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, errBroken("docx / xlsx")
	}
	p := &parts{files: make(map[string]*zip.File, len(z.File)), left: lim.Unzipped}
	for _, f := range z.File {
		p.files[f.Name] = f
	}
	switch {
	case p.files["word/document.xml"] != nil:
		return readDocx(p, lim)
	case p.files["xl/workbook.xml"] != nil:
		// The library unpacks every part, so each is counted first.
		for _, f := range z.File {
			if err := p.skim(f); err != nil {
				return nil, err
			}
		}
		return readXlsx(data, lim)
	}
	return nil, models.Errf(models.Invalid, "import.source.unreadable")
}

// get unpacks a part; nil without error when there is none of the name.
func (p *parts) get(name, kind string) ([]byte, error) {
	f := p.files[name]
	if f == nil {
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, errBroken(kind)
	}
	defer r.Close() //nolint:errcheck // reading: nothing is lost
	b, err := io.ReadAll(io.LimitReader(r, p.left+1))
	if p.left -= int64(len(b)); p.left < 0 {
		return nil, errBig()
	}
	if err != nil {
		return nil, errBroken(kind)
	}
	return b, nil
}

// skim counts a part without keeping it.
func (p *parts) skim(f *zip.File) error {
	r, err := f.Open()
	if err != nil {
		return errBroken("xlsx")
	}
	defer r.Close() //nolint:errcheck // reading: nothing is lost
	n, err := io.Copy(io.Discard, io.LimitReader(r, p.left+1))
	if p.left -= n; p.left < 0 {
		return errBig()
	}
	if err != nil {
		return errBroken("xlsx")
	}
	return nil
}
