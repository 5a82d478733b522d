package blob

import (
	"path"
	"slices"
	"strings"

	"duban/models"
)

// Media types as the detector names them.
const (
	typeZip  = "application/zip"
	typeOLE  = "application/x-ole-storage" // the container of the old office formats
	typeDoc  = "application/msword"
	typeXls  = "application/vnd.ms-excel"
	typePpt  = "application/vnd.ms-powerpoint"
	typeDocx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	typeXlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	typePptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
)

// allowed are the contents that each extension may have. Offices hand in what
// they write (WPS and Office, new and old formats, OFD as of GB/T 33190),
// scans and telephone pictures, tables, and archives of these. Archives are
// only kept, never opened here; zip also stands for the office formats that
// are zip files, since the detector cannot tell every one of them by its head.
//
// Left out on purpose: html, svg, xml and scripts, which a browser would run;
// programs and installers; office files with macros (docm, xlsm, pptm);
// videos, which no reviewer's limit allows for.
var allowed = map[string][]string{
	"pdf":  {"application/pdf"},
	"ofd":  {typeZip},
	"docx": {typeDocx, typeZip},
	"xlsx": {typeXlsx, typeZip},
	"pptx": {typePptx, typeZip},
	"doc":  {typeDoc, typeOLE},
	"xls":  {typeXls, typeOLE},
	"ppt":  {typePpt, typeOLE},
	// WPS writes its own extensions over either container.
	"wps":  {typeDoc, typeOLE, typeDocx, typeZip},
	"et":   {typeXls, typeOLE, typeXlsx, typeZip},
	"dps":  {typePpt, typeOLE, typePptx, typeZip},
	"txt":  {"text/plain", "text/csv", "text/tab-separated-values"},
	"csv":  {"text/csv", "text/plain", "text/tab-separated-values"},
	"jpg":  {"image/jpeg"},
	"jpeg": {"image/jpeg"},
	"png":  {"image/png", "image/apng"},
	"gif":  {"image/gif"},
	"webp": {"image/webp"},
	"heic": {"image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"},
	"zip":  {typeZip},
	"rar":  {"application/vnd.rar"},
}

// Extensions lists what may be uploaded, without dots, in the order in which
// forms name it.
func Extensions() []string {
	return []string{
		"pdf", "ofd", "docx", "doc", "wps", "xlsx", "xls", "et", "pptx", "ppt", "dps",
		"jpg", "jpeg", "png", "heic", "webp", "gif", "txt", "csv", "zip", "rar",
	}
}

// Advice for the extensions that are refused, by what to do instead.
var instead = map[string]string{
	"docm": "err.file_macro", "xlsm": "err.file_macro", "pptm": "err.file_macro", "dotm": "err.file_macro", "xlsb": "err.file_macro",
	"html": "err.file_web", "htm": "err.file_web", "mht": "err.file_web", "mhtml": "err.file_web", "svg": "err.file_web",
	"xml": "err.file_web", "xhtml": "err.file_web",
	"mp4": "err.file_video", "mov": "err.file_video", "avi": "err.file_video", "wmv": "err.file_video", "mkv": "err.file_video",
	"m4v": "err.file_video", "flv": "err.file_video", "3gp": "err.file_video",
}

// Allowed checks a file's cleaned name and its content's type (Blob.MIME)
// against the list of what may be handed in. Both count: the name says how
// others will open it, the content what it is. Errors: invalid, each saying
// what to do instead; Args are the extension, where the text names it.
func Allowed(name, contentType string) error {
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	types, ok := allowed[ext]
	if !ok {
		if ext == "" {
			return models.Errf(models.Invalid, "err.file_no_ext")
		}
		if key, ok := instead[ext]; ok {
			return models.Errf(models.Invalid, key, ext)
		}
		return models.Errf(models.Invalid, "err.file_type", ext)
	}
	contentType, _, _ = strings.Cut(contentType, ";")
	contentType = strings.ToLower(strings.TrimSpace(contentType))
	switch {
	case slices.Contains(types, contentType):
		return nil
	// The new office formats are zip files; behind a password they become an
	// OLE container, which nobody could review.
	case contentType == typeOLE && slices.Contains(types, typeZip):
		return models.Errf(models.Invalid, "err.file_locked", ext)
	}
	return models.Errf(models.Invalid, "err.file_mismatch", ext)
}
