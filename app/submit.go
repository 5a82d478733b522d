package app

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"net/url"
	"strings"

	"duban/app/blob"
	"duban/models"
)

// Statement is what a unit writes in the completion form (填报完成) or, with NA
// set, in its request to count as 不涉及.
type Statement struct {
	NA       bool
	Text     string
	Figures  []models.Figure
	Handler  string // 承办人
	Approver string // 审签领导
	Signed   bool   // the unit's leader has signed it off
}

// Upload is one evidence file as it comes in.
type Upload struct {
	Name string
	Body io.Reader
}

// StoreFiles puts uploaded files on the disk, before any transaction: a crash
// in between leaves a file without a row, which the sweep removes, never a row
// without a file. Files that are refused come back as errors of the field
// "files" and the others are kept. Errors inside: invalid, too_large, no_space.
func (a *App) StoreFiles(ctx context.Context, ups []Upload) ([]models.Evidence, models.Errors) {
	var out []models.Evidence
	var errs models.Errors
	for _, u := range ups {
		name := blob.CleanName(u.Name)
		b, err := a.Blob.Put(ctx, u.Body, a.UploadMax)
		if err == nil {
			err = blob.Allowed(name, b.MIME)
		}
		if err != nil {
			if models.CodeOf(err) == models.Internal { // the form says no more than that
				a.Log.Warn("evidence file not stored", "name", name, "err", err)
			}
			errs = append(errs, fileError(name, err))
			continue
		}
		out = append(out, models.Evidence{Kind: models.EvidenceFile, Name: name, SHA256: b.SHA256, Size: b.Size, MIME: b.MIME})
	}
	return out, errs
}

// fileError names the file in front of what is wrong with it.
func fileError(name string, err error) *models.Error {
	e := asError(err)
	return &models.Error{Code: e.Code, Key: e.Key, Field: "files", Args: append([]any{name}, e.Args...)}
}

// SaveDraft keeps what the unit has typed and uploaded so far, and returns the
// draft. Nothing is checked but sizes: a draft may be unfinished. Errors:
// not_found, forbidden, conflict when the assignment cannot be handed in now.
func (a *App) SaveDraft(ctx context.Context, actor models.Actor, id models.AssignmentID, s Statement, files []models.Evidence, link string) (models.Submission, error) {
	var draft models.Submission
	err := a.change(ctx, actor, func(v *act) error {
		it, err := v.item(ctx, s.act(), id, 0)
		if err != nil {
			return err
		}
		if !it.State.Can(s.act()) {
			return models.Errf(models.Conflict, "err.state", string(s.act()), string(it.State))
		}
		draft, err = v.draft(ctx, it, s, files, link)
		return err
	})
	return draft, err
}

func (s Statement) act() models.Act {
	if s.NA {
		return models.ActAskNA
	}
	return models.ActSubmit
}

// maxName bounds the name of a person on a form, in characters.
const maxName = 100

// draft writes the statement into the assignment's draft, making one if there
// is none, and adds evidence to it.
func (v *act) draft(ctx context.Context, it models.Item, s Statement, files []models.Evidence, link string) (models.Submission, error) {
	var errs models.Errors
	if len([]rune(s.Text)) > MaxText {
		errs = append(errs, models.FieldErr("statement", "err.text_long", MaxText, len([]rune(s.Text))))
	}
	for _, name := range []struct{ field, text string }{{"handler", s.Handler}, {"approver", s.Approver}} {
		if n := len([]rune(name.text)); n > maxName {
			errs = append(errs, models.FieldErr(name.field, "err.text_long", maxName, n))
		}
	}
	link = strings.TrimSpace(link)
	if link != "" && !webLink(link) {
		errs = append(errs, models.FieldErr("link", "err.link"))
	}
	for _, f := range s.Figures {
		if math.IsNaN(f.Value) || math.IsInf(f.Value, 0) { // JSON cannot hold them
			errs = append(errs, models.FieldErr("figure", "err.figure_form"))
		}
	}
	if len(errs) > 0 {
		return models.Submission{}, errs
	}
	d, err := v.tx.SubmissionOf(ctx, it.ID, models.SubmissionDraft)
	isNew := models.CodeOf(err) == models.NotFound
	if err != nil && !isNew {
		return d, err
	}
	values, err := json.Marshal(s.Figures)
	if err != nil {
		return d, err
	}
	d.Kind = models.SubmitCompletion
	if s.NA {
		d.Kind = models.SubmitNA
	}
	d.Statement, d.ValuesJSON = strings.TrimSpace(s.Text), string(values)
	d.Handler, d.Approver = strings.TrimSpace(s.Handler), strings.TrimSpace(s.Approver)
	d.ByID, d.ByName, d.CreatedAt = v.actor.UserID, v.actor.Name, v.now
	if isNew {
		n, err := v.tx.LastSubmissionNumber(ctx, it.ID)
		if err != nil {
			return d, err
		}
		d.AssignmentID, d.Number, d.State, d.Version = it.ID, n+1, models.SubmissionDraft, 1
		err = v.tx.InsertSubmission(ctx, &d)
		if err != nil {
			return d, err
		}
	} else if err := v.tx.UpdateSubmission(ctx, &d); err != nil {
		return d, err
	}
	if link != "" {
		files = append(files, models.Evidence{Kind: models.EvidenceLink, Name: link})
	}
	for i := range files {
		files[i].SubmissionID, files[i].AssignmentID = d.ID, it.ID
		files[i].ByID, files[i].ByName, files[i].CreatedAt = v.actor.UserID, v.actor.Name, v.now
	}
	if err := v.tx.InsertEvidence(ctx, files); err != nil {
		return d, err
	}
	if len(files) > 0 {
		return d, v.logItem(ctx, "evidence", it, it.State, "", evidenceDetail(files))
	}
	return d, nil
}

// evidenceDetail is what the log keeps of added evidence: names and hashes.
func evidenceDetail(files []models.Evidence) any {
	type line struct {
		Name   string `json:"name"`
		SHA256 string `json:"sha256,omitempty"`
		Size   int64  `json:"size,omitempty"`
	}
	out := make([]line, len(files))
	for i, f := range files {
		out[i] = line{f.Name, f.SHA256, f.Size}
	}
	return out
}

// webLink reports whether the text is a web address that can be opened.
func webLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && len(s) <= 500
}

// RemoveEvidence takes a file or link out of the unit's draft. The file itself
// stays until the sweep. Errors: not_found (also when it was handed in
// already), forbidden, conflict when nothing can be handed in now.
func (a *App) RemoveEvidence(ctx context.Context, actor models.Actor, id models.AssignmentID, ev models.EvidenceID) error {
	return a.change(ctx, actor, func(v *act) error {
		it, err := v.item(ctx, models.ActSubmit, id, 0)
		if err != nil {
			return err
		}
		d, err := v.tx.SubmissionOf(ctx, id, models.SubmissionDraft)
		if err != nil {
			return err
		}
		if !it.State.Can(models.ActSubmit) { // withdrawn with a draft in hand
			return models.Errf(models.Conflict, "err.state", string(models.ActSubmit), string(it.State))
		}
		if err := v.tx.DeleteEvidence(ctx, d.ID, ev); err != nil {
			return err
		}
		return v.logItem(ctx, "evidence_removed", it, it.State, "", map[string]any{"evidence": ev})
	})
}

// Submit hands in the completion (填报完成, 补报) or the request 不涉及, with all
// the evidence of the draft. From then on the clock stands still and the lead
// office is told. Errors: invalid (what to add), not_found, forbidden,
// conflict (not signed for, handed in already, changed since).
//
// A figure below its target is refused: the unit reports what it reached and
// asks for an extension, or says in the statement why, with Signed set and the
// figure left out.
func (a *App) Submit(ctx context.Context, actor models.Actor, id models.AssignmentID, version int, s Statement, files []models.Evidence, link string) error {
	return a.change(ctx, actor, func(v *act) error {
		it, err := v.item(ctx, s.act(), id, version)
		if err != nil {
			return err
		}
		if !it.State.Can(s.act()) {
			return models.Errf(models.Conflict, "err.state", string(s.act()), string(it.State))
		}
		d, err := v.draft(ctx, it, s, files, link)
		if err != nil {
			return err
		}
		if err := v.checkComplete(ctx, it, d, s); err != nil {
			return err
		}
		d.State, d.SubmittedAt = models.SubmissionReview, &v.now
		if err := v.tx.UpdateSubmission(ctx, &d); err != nil {
			return err
		}
		c := models.Change{}
		if s.NA {
			c.Reason = d.Statement
		}
		if err := v.apply(ctx, s.act(), &it, c, map[string]any{"submission": d.Number}); err != nil {
			return err
		}
		leads, err := v.tx.UsersIn(ctx, models.RoleLead)
		if err != nil {
			return err
		}
		return v.show(ctx, v.notices(leads, models.NoticeReview, it, ""))
	})
}

// CheckDraft returns what the draft still lacks to be handed in as s, without
// handing it in: a form that has faults of its own shows all of them at once.
// Errors: invalid, not_found, forbidden.
func (a *App) CheckDraft(ctx context.Context, actor models.Actor, id models.AssignmentID, s Statement) error {
	return a.change(ctx, actor, func(v *act) error {
		it, err := v.item(ctx, s.act(), id, 0)
		if err != nil {
			return err
		}
		d, err := v.tx.SubmissionOf(ctx, id, models.SubmissionDraft)
		if err != nil {
			return err
		}
		return v.checkComplete(ctx, it, d, s)
	})
}

// checkComplete returns what a hand-in still lacks.
func (v *act) checkComplete(ctx context.Context, it models.Item, d models.Submission, s Statement) error {
	var errs models.Errors
	if d.Statement == "" {
		errs = append(errs, models.FieldErr("statement", "err.statement_needed"))
	}
	if !s.NA {
		all, err := v.tx.EvidenceOf(ctx, models.Scope{All: true}, it.ID)
		if err != nil {
			return err
		}
		n := 0
		for _, e := range all {
			if e.SubmissionID == d.ID {
				n++
			}
		}
		if n == 0 {
			errs = append(errs, models.FieldErr("files", "err.evidence_needed"))
		}
		for _, f := range s.Figures {
			if !f.Meets() {
				errs = append(errs, models.FieldErr("figure", "err.figure_short", f.Metric, f.Value, f.Op, f.Target, f.Unit))
			}
		}
	}
	if d.Handler == "" {
		errs = append(errs, models.FieldErr("handler", "err.handler_needed"))
	}
	if d.Approver == "" {
		errs = append(errs, models.FieldErr("approver", "err.approver_needed"))
	}
	if !s.Signed {
		errs = append(errs, models.FieldErr("signed", "err.signed_needed"))
	}
	return errs.Or()
}
