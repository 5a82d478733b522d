package web

import (
	"net/http"
	"strings"
	"testing"

	"duban/models/store/storetest"
)

// TestStorable: what no database keeps is taken out of a text, the rest stays.
func TestStorable(t *testing.T) {
	for in, want := range map[string]string{
		"正在推进。":       "正在推进。",
		"正在\x00推进":    "正在推进",
		"\xff\xfe正在":  "\uFFFD正在",
		"a\r\nb\tc 😀": "a\r\nb\tc 😀",
	} {
		if got := storable(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// TestLocalPath: nobody is sent to another host after signing in.
func TestLocalPath(t *testing.T) {
	for in, want := range map[string]string{
		"/p/a/m?q=1#m2": "/p/a/m?q=1#m2", "": "/", "//evil.example": "/", "/\\evil.example": "/", "https://evil.example": "/",
		"/a\r\nSet-Cookie: x": "/", "evil": "/", "/\t/evil.example": "/",
	} {
		if got := localPath(in); got != want {
			t.Errorf("%q leads to %q, want %q", in, got, want)
		}
	}
}

// TestLoginKeepsNoForeignAddress: the address to go on to is looked at before it is kept.
func TestLoginKeepsNoForeignAddress(t *testing.T) {
	s := newSite(t, storetest.OpenSQLite(t), storetest.Clock)
	if w := s.ask(t, http.MethodGet, "/login?next=%2F%2Fevil.example", nil); strings.Contains(w.Body.String(), `value="//evil`) {
		t.Error("the login page keeps a foreign address")
	}
}
