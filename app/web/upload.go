package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"

	"duban/app"
	"duban/models"
)

const (
	// maxFiles is how many files one hand-in may bring at once.
	maxFiles = 30
	// bodyFiles is how many files of the largest size fit into one request.
	bodyFiles = 10
	// maxFields bounds what is no file: names and values together, in bytes.
	maxFields = 1 << 20
)

// uploadBody is the largest body of a route that takes files.
func uploadBody(fileMax int64) int64 { return bodyFiles*fileMax + maxFields }

// uploaded is what a form with files brought.
type uploaded struct {
	files   []models.Evidence // on the disk already
	refused models.Errors     // of the field "files", each naming its file
}

// readUpload reads a form with files as it comes in: files go straight to the
// disk and never lie in memory, fields become the request's form values. A
// form without files may come in the plain encoding.
func (r *request) readUpload() (uploaded, error) {
	var up uploaded
	mr, err := r.Request().MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		_, err := r.FormParams()
		return up, err
	}
	if err != nil {
		return up, broken(err)
	}
	values, left := url.Values{}, int64(maxFields)
	for {
		part, err := mr.NextPart()
		if err == io.EOF { // wrapped, it says that the form broke off
			break
		}
		if err == nil {
			err = r.readPart(part, &up, values, &left)
		}
		if err != nil {
			return up, broken(err)
		}
	}
	r.Request().Form, r.Request().PostForm = values, values
	return up, nil
}

func (r *request) readPart(part *multipart.Part, up *uploaded, values url.Values, left *int64) error {
	name := part.FormName()
	if part.FileName() == "" {
		b, err := io.ReadAll(io.LimitReader(part, *left+1))
		if err != nil {
			return err
		}
		if *left -= int64(len(b) + len(name)); *left < 0 {
			return models.Errf(models.TooLarge, "err.body_too_large", maxFields>>20)
		}
		if name != "files" { // a file field that was left empty
			values.Add(name, storable(string(b)))
		}
		return nil
	}
	if len(up.files)+len(up.refused) >= maxFiles {
		up.refused = append(up.refused, models.FieldErr("files", "err.files_many", maxFiles))
		return nil
	}
	src := &source{r: part}
	files, refused := r.s.app.StoreFiles(r.ctx(), []app.Upload{{Name: part.FileName(), Body: src}})
	if src.err != nil {
		return src.err // the fault is the body's, not the file's
	}
	for _, e := range refused {
		if e.Code == models.Internal {
			return e
		}
	}
	up.files, up.refused = append(up.files, files...), append(up.refused, refused...)
	return nil
}

// source notes how reading a part failed.
type source struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// broken names a body that did not come in whole: over its limit, or cut off.
func broken(err error) error {
	var e *models.Error
	if isTooLarge(err) || errors.As(err, &e) {
		return err
	}
	return models.Errf(models.Invalid, "err.upload_broken")
}
