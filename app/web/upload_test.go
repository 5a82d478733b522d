package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// draft returns what lies in the draft of a duty: its words and its files.
func (s *seeded) draft(ref, unit string) (models.Submission, []string) {
	s.t.Helper()
	ctx := context.Background()
	id := s.Assignment(ref, unit).ID
	d, err := s.db.SubmissionOf(ctx, id, models.SubmissionDraft)
	if err != nil {
		s.t.Fatal(err)
	}
	all, err := s.db.EvidenceOf(ctx, models.Scope{All: true}, id)
	if err != nil {
		s.t.Fatal(err)
	}
	var names []string
	for _, e := range all {
		if e.SubmissionID == d.ID {
			names = append(names, e.Name)
		}
	}
	return d, names
}

// TestDraft: whatever was uploaded stays, whatever is wrong with the form.
func TestDraft(t *testing.T) {
	s := newSeeded(t)
	unit, act := s.as("gaj-contact"), s.act("m1", "gaj")
	form := unit.get(act + "/submit").form(act + "/submit")

	// a bad link and a text that is too long: both files are kept, the fields too
	long := strings.Repeat("长", 5001)
	page := unit.upload(act+"/submit", with(form, "statement", long, "link", "ftp://x", "m0", "半日", "do", "submit"), file{"甲.txt", "甲"}, file{"乙.txt", "乙"}).
		is(422, "最多 5,000 字", "http:// 或 https://", "请填写数字", "甲.txt", "乙.txt", "请确认以上内容")
	again := page.form(act + "/submit")
	if again.Get("statement") != long || again.Get("link") != "ftp://x" || again.Get("m0") != "半日" {
		t.Errorf("what was typed is not kept: link %q, figure %q", again.Get("link"), again.Get("m0"))
	}
	if _, names := s.draft("m1", "gaj"); !slices.Equal(names, []string{"甲.txt", "乙.txt"}) {
		t.Errorf("in the draft: %v", names)
	}

	// saved, with a link; the list says so
	to := unit.upload(act+"/submit", with(again, "statement", "初稿。", "link", "https://example.test/a", "m0", "0.5", "do", "draft")).sentTo()
	if to != act+"/submit" {
		t.Errorf("saving leads to %s", to)
	}
	page = unit.get(act+"/submit").is(200, "草稿存于10月13日 09:00", "https://example.test/a")
	if f := page.form(act + "/submit"); f.Get("statement") != "初稿。" || f.Get("m0") != "0.5" || f.Get("link") != "" {
		t.Errorf("the draft as drawn: %v", f)
	}
	unit.get("/").is(200, "草稿 10月13日 09:00", "继续填报")
	d, names := s.draft("m1", "gaj")
	if len(names) != 3 || d.Statement != "初稿。" {
		t.Errorf("the draft holds %v and says %q", names, d.Statement)
	}

	// one file taken out, what was typed beside it kept
	var id string
	for _, l := range page.links() {
		if strings.HasPrefix(l, "/evidence/") {
			id = strings.TrimPrefix(l, "/evidence/")
			break
		}
	}
	unit.upload(act+"/submit", with(page.form(act+"/submit"), "statement", "二稿。", "remove", id)).sentTo()
	if d, names := s.draft("m1", "gaj"); !slices.Equal(names, []string{"乙.txt", "https://example.test/a"}) || d.Statement != "二稿。" {
		t.Errorf("after the removal the draft holds %v and says %q", names, d.Statement)
	}
	unit.upload(act+"/submit", with(form, "remove", id)).is(404)
	other, _ := s.db.EvidenceOf(t.Context(), models.Scope{All: true}, s.Assignment("m1", "scjgj").ID)
	unit.upload(act+"/submit", with(form, "remove", fmt.Sprint(other[0].ID))).is(404)
	if left, _ := s.db.EvidenceOf(t.Context(), models.Scope{All: true}, s.Assignment("m1", "scjgj").ID); len(left) != 2 {
		t.Error("the evidence of another unit is gone")
	}

	// what lies in a draft is the unit's own business
	_, ids := s.draftIDs("m1", "gaj")
	unit.get("/evidence/"+ids[0]).is(200, "乙")
	s.as("gaj-leader").get("/evidence/" + ids[0]).is(200)
	s.as("lead").get("/evidence/" + ids[0]).is(404)
	s.as("supervisor").get("/evidence/" + ids[0]).is(404)
	s.as("lead").get("/p/demo-2020/t/1-1?u=gaj").is(200).not("乙.txt", "二稿", "上传佐证")
}

func (s *seeded) draftIDs(ref, unit string) (models.Submission, []string) {
	s.t.Helper()
	d, _ := s.draft(ref, unit)
	all, err := s.db.EvidenceOf(context.Background(), models.Scope{All: true}, d.AssignmentID)
	if err != nil {
		s.t.Fatal(err)
	}
	var ids []string
	for _, e := range all {
		if e.SubmissionID == d.ID {
			ids = append(ids, fmt.Sprint(e.ID))
		}
	}
	return d, ids
}

// TestRefusedFiles: a file that cannot be taken says what to do instead, and
// costs neither the others nor the words.
func TestRefusedFiles(t *testing.T) {
	s := newSeeded(t)
	unit, act := s.as("gaj-contact"), s.act("m1", "gaj")
	form := with(unit.get(act+"/submit").form(act+"/submit"), "statement", "已完成。", "signed", "1", "do", "submit")
	big := strings.Repeat("x", 1<<20+1)
	page := unit.upload(act+"/submit", form, file{"过大.txt", big}, file{"好.txt", "好"}).
		is(http.StatusRequestEntityTooLarge, "“过大.txt”太大：每个文件不超过 1 MiB", "还不能提交，有 1 处要改", "好.txt")
	if f := page.form(act + "/submit"); f.Get("statement") != "已完成。" || f.Get("signed") != "1" {
		t.Errorf("what was typed is not kept: %v", f)
	}
	s.state("m1", "gaj", models.StateActive) // not handed in without the file that was meant to be in it
	unit.upload(act+"/submit", form, file{"脚本.html", "<script>"}, file{"空.txt", ""}).is(422, "网页类文件", "空文件")
	if _, names := s.draft("m1", "gaj"); !slices.Equal(names, []string{"好.txt"}) {
		t.Errorf("in the draft: %v", names)
	}
	var many []file
	for i := range maxFiles + 2 {
		many = append(many, file{fmt.Sprintf("%d.txt", i), fmt.Sprint(i)})
	}
	unit.upload(act+"/submit", form, many...).is(422, "一次最多上传 30 个文件")
	if _, names := s.draft("m1", "gaj"); len(names) != maxFiles+1 {
		t.Errorf("%d files in the draft, want %d", len(names), maxFiles+1)
	}
	// the file that was taken before is enough to hand in
	unit.upload(act+"/submit", with(form, "version", fmt.Sprint(s.Assignment("m1", "gaj").Version))).sentTo()
	s.state("m1", "gaj", models.StateReview)
}

// TestBodyLimits: a body over its limit is refused with the limit named,
// whether or not it said how long it is.
func TestBodyLimits(t *testing.T) {
	s := newSeeded(t)
	unit, act := s.as("gaj-contact"), s.act("m1", "gaj")
	limit := uploadBody(s.app.UploadMax) // 11 MiB here
	body, contentType := multipartBody(t, url.Values{"statement": {"已完成。"}}, []file{{"大.txt", strings.Repeat("x", int(limit))}})
	unit.do(http.MethodPost, act+"/submit", contentType, bytes.NewReader(body)).is(http.StatusRequestEntityTooLarge, "11 MB")
	unit.do(http.MethodPost, act+"/submit", contentType, io.MultiReader(bytes.NewReader(body))).is(http.StatusRequestEntityTooLarge, "11 MB") // without a length
	// words are bounded too
	unit.upload(act+"/submit", url.Values{"statement": {strings.Repeat("x", maxFields+1)}}).is(http.StatusRequestEntityTooLarge, "1 MB")
	// cut off in the middle
	unit.do(http.MethodPost, act+"/submit", contentType, bytes.NewReader(body[:1000])).is(422, "上传中断")
	unit.do(http.MethodPost, act+"/submit", "multipart/form-data", bytes.NewReader(nil)).is(422, "上传中断")
	if _, err := s.db.SubmissionOf(t.Context(), s.Assignment("m1", "gaj").ID, models.SubmissionDraft); models.CodeOf(err) != models.NotFound {
		t.Errorf("a draft was made: %v", err)
	}
	// nothing is read, nor stored, for who may not hand in
	before := s.files()
	small, contentType := multipartBody(t, url.Values{}, []file{{"甲.txt", "别人的文件"}})
	s.as("scjgj-contact").do(http.MethodPost, act+"/submit", contentType, bytes.NewReader(small)).is(404)
	s.as("lead").do(http.MethodPost, act+"/submit", contentType, bytes.NewReader(small)).is(403)
	if after := s.files(); after != before {
		t.Errorf("%d files on the disk before, %d after", before, after)
	}
}

// files counts the files that lie on the disk.
func (s *seeded) files() int {
	s.t.Helper()
	n := 0
	if _, err := s.app.Blob.Sweep(func(string) bool { n++; return true }, time.Now(), 0); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// TestDownload: the headers that keep an upload from ever being a page of this
// site, the name as it was, and the line in the log.
func TestDownload(t *testing.T) {
	s := newSeeded(t)
	it := s.Assignment("m2", "wanbao")
	evidence := func() models.Evidence {
		all, err := s.db.EvidenceOf(t.Context(), models.Scope{All: true}, it.ID)
		if err != nil {
			t.Fatal(err)
		}
		return all[0]
	}()
	path := fmt.Sprintf("/evidence/%d", evidence.ID)
	lead := s.as("lead")
	got := lead.get(path).is(200)
	if got.body != string(storetest.EvidenceBytes) {
		t.Errorf("the file is %q", got.body)
	}
	for name, want := range map[string]string{
		"Content-Disposition":          fmt.Sprintf(`attachment; filename="evidence-%d.txt"; filename*=UTF-8''%%E4%%BD%%90%%E8%%AF%%81%%E6%%9D%%90%%E6%%96%%99.txt`, evidence.ID),
		"X-Content-Type-Options":       "nosniff",
		"Content-Security-Policy":      "sandbox; default-src 'none'",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Cache-Control":                "private, no-cache",
		"Content-Type":                 "text/plain; charset=utf-8",
		"Content-Length":               fmt.Sprint(len(storetest.EvidenceBytes)),
	} {
		if v := got.header.Get(name); v != want {
			t.Errorf("%s: %q, want %q", name, v, want)
		}
	}
	lines, err := s.db.Audit(t.Context(), models.Scope{All: true}, store.AuditFilter{Assignment: it.ID, Act: "download"})
	if err != nil || len(lines) != 1 || lines[0].ActorID != s.User("lead").ID || lines[0].Note != "佐证材料.txt" || lines[0].UnitID != it.UnitID {
		t.Errorf("in the log: %+v, %v", lines, err)
	}
	if after := s.Assignment("m2", "wanbao"); after.Version != it.Version {
		t.Error("a download has changed the assignment")
	}
	lead.get("/p/demo-2020/t/2-1?u=wanbao").is(200).not("下载佐证") // no event of the duty
	// the file is gone from the disk: said, not a fault, and nothing is logged
	if _, err := s.app.Blob.Sweep(func(string) bool { return false }, time.Now().Add(time.Hour), 0); err != nil {
		t.Fatal(err)
	}
	lead.get(path).is(404, "没有找到这个文件")
}

func TestAttachmentNames(t *testing.T) {
	for name, want := range map[string]string{
		"清 单.pdf":           `attachment; filename="evidence-7.pdf"; filename*=UTF-8''%E6%B8%85%20%E5%8D%95.pdf`,
		"a+b&c='d'%41.txt":  `attachment; filename="evidence-7.txt"; filename*=UTF-8''a%2Bb%26c%3D%27d%27%2541.txt`,
		"无后缀":               `attachment; filename="evidence-7"; filename*=UTF-8''%E6%97%A0%E5%90%8E%E7%BC%80`,
		"怪.后\"缀":            `attachment; filename="evidence-7"; filename*=UTF-8''%E6%80%AA.%E5%90%8E%22%E7%BC%80`,
		"x.tx\r\nSet: 1":    `attachment; filename="evidence-7"; filename*=UTF-8''x.tx%0D%0ASet%3A%201`,
		"report.final.docx": `attachment; filename="evidence-7.docx"; filename*=UTF-8''report.final.docx`,
	} {
		if got := attachment(models.Evidence{ID: 7, Name: name}); got != want {
			t.Errorf("%q\n got %s\nwant %s", name, got, want)
		}
	}
}

func TestParseNumber(t *testing.T) {
	for typed, want := range map[string]float64{"68.4": 68.4, "68.4%": 68.4, "１００％": 100, "1,200": 1200, " 7 ": 7, "-3": -3, "０．５": 0.5} {
		if got, err := parseNumber(typed); err != nil || got != want {
			t.Errorf("%q is %v, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", "半日", "1e999", "NaN", "Inf", "1.2.3", "%"} {
		if got, err := parseNumber(typed); err == nil && !math.IsNaN(got) {
			t.Errorf("%q passes as %v", typed, got)
		}
	}
}
