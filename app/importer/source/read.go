package source

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"

	"duban/models"
)

// Read reads a file of any format that the package knows. The content decides
// the format; name is a hint where the content leaves it open (.csv). A format
// that cannot be read is refused with a models.Error that says how to convert
// it, a file over a limit with one of the code models.TooLarge.
func Read(name string, data []byte, lim Limits) (*Document, error) {
	if int64(len(data)) > lim.Bytes {
		return nil, errBig()
	}
	ext := strings.ToLower(filepath.Ext(name))
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return nil, models.Errf(models.Invalid, "import.source.empty")
	case bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")):
		return nil, models.Errf(models.Invalid, "import.source.pdf")
	case bytes.HasPrefix(data, []byte("\xD0\xCF\x11\xE0")), bytes.HasPrefix(data, []byte(`{\rtf`)):
		if ext == ".xls" || ext == ".et" {
			return nil, models.Errf(models.Invalid, "import.source.old_sheet")
		}
		return nil, models.Errf(models.Invalid, "import.source.old_doc")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return readZip(data, lim)
	}
	text, enc, err := decode(data, declared(data))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > lim.Bytes {
		return nil, errBig()
	}
	var doc *Document
	switch {
	case markup.MatchString(text[:min(len(text), 4096)]):
		doc, err = readHTML(text, lim)
	case ext == ".csv" || ext == ".tsv":
		doc, err = readCSV(text, lim)
	default:
		doc = FromText(text)
	}
	if err != nil {
		return nil, err
	}
	doc.Encoding = enc
	return doc, nil
}

// markup finds a web page, whole or cut from one. Programs also save such a
// page under the name of a .doc or .xls.
var markup = regexp.MustCompile(`(?i)^[\s\x{FEFF}]*(<\?xml[^>]*>\s*)?(<!--[^>]*-->\s*)*<(!doctype\s+html|html|head|body|meta|table|div|p|h[1-6])[\s>]`)

var charset = regexp.MustCompile(`(?i)charset\s*=\s*["']?\s*([\w-]+)`)

// declared returns the encoding that a page names, by this package's names.
func declared(data []byte) string {
	m := charset.FindSubmatch(data[:min(len(data), 4096)])
	if m == nil {
		return ""
	}
	switch n := strings.ToUpper(string(m[1])); n {
	case "GB2312", "GBK", "GB18030":
		return "GB18030"
	case "BIG5", "BIG5-HKSCS":
		return "Big5"
	default:
		return n
	}
}
