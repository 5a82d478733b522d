package i18n

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"
)

// TestCatalogue holds every message to both languages with the same
// placeholders, and Chinese and English to their places.
func TestCatalogue(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Keys()); n < 100 {
		t.Fatalf("%d keys: the catalogue was not read", n)
	}
	for _, key := range c.Keys() {
		area, name, ok := strings.Cut(key, ".")
		if !ok || area == "" || name == "" {
			t.Errorf("key %q is not area.name", key)
		}
		zh, en := c.Placeholders(ZH, key), c.Placeholders(EN, key)
		if !slices.Equal(zh, en) && !uneven[key] {
			t.Errorf("%s: placeholders %v in Chinese, %v in English", key, zh, en)
		}
		if slices.Equal(zh, en) && uneven[key] {
			t.Errorf("%s is listed as uneven and is not", key)
		}
		if s := c.T(EN, key); hasHan(s) && !bilingual[key] {
			t.Errorf("%s: Chinese in the English message %q", key, s)
		}
	}
}

// bilingual messages name a language in itself.
var bilingual = map[string]bool{"shell.other_lang": true}

// uneven are pieces of a sentence whose date or number stands in another piece,
// or is understood, in the other language.
var uneven = map[string]bool{
	"home.f_then": true, "home.f_calm_then": true, "home.f_on": true,
	"home.unack_soon": true, "queue_why.unack_n": true, "mail.duties": true,
}

func hasHan(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0
}

func TestT(t *testing.T) {
	c, err := load(fstest.MapFS{"a.json": {Data: []byte(`{
		"t.plain": {"zh": "督办", "en": "Duban"},
		"t.count": {"zh": "{0} 家次逾期", "en": "{0} unit task overdue|{0} unit tasks overdue"},
		"t.two": {"zh": "{0} 条 · {1} 个", "en": "{0} {0|measure|measures} · {1} {1|unit|units}"},
		"t.swap": {"zh": "{1}的{0}", "en": "{0} of {1}"},
		"t.empty": {"zh": "", "en": " on {0}"}
	}`)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		lang Lang
		key  string
		args []any
		want string
	}{
		{ZH, "t.plain", nil, "督办"},
		{EN, "t.plain", []any{1}, "Duban"},
		{ZH, "t.count", []any{1732}, "1,732 家次逾期"},
		{EN, "t.count", []any{1}, "1 unit task overdue"},
		{EN, "t.count", []any{0}, "0 unit tasks overdue"},
		{EN, "t.count", []any{-1}, "−1 unit task overdue"},
		{EN, "t.two", []any{1, 2}, "1 measure · 2 units"},
		{EN, "t.two", []any{int64(12345), 1}, "12,345 measures · 1 unit"},
		{ZH, "t.swap", []any{"年", "2020"}, "2020的年"},
		{EN, "t.swap", []any{"x"}, "x of {1}"},
		{ZH, "t.empty", []any{"x"}, ""},
		{EN, "t.empty", []any{"<b>"}, " on <b>"},
		{EN, "t.unknown", []any{1}, "t.unknown"},
		{Lang("fr"), "t.plain", nil, "t.plain"},
	} {
		if got := c.T(x.lang, x.key, x.args...); got != x.want {
			t.Errorf("T(%s, %s, %v) = %q, want %q", x.lang, x.key, x.args, got, x.want)
		}
	}
}

// TestLoadFaults: an unfinished catalogue does not start.
func TestLoadFaults(t *testing.T) {
	for name, x := range map[string]struct{ a, b, want string }{
		"missing language":  {`{"k.a": {"zh": "甲"}}`, `{}`, `k.a has no "en"`},
		"twice in one file": {`{"k.a": {"zh": "甲", "en": "a"}, "k.a": {"zh": "乙", "en": "b"}}`, `{}`, "k.a is in"},
		"in two files":      {`{"k.a": {"zh": "甲", "en": "a"}}`, `{"k.a": {"zh": "甲", "en": "a"}}`, "k.a is in a.json and in b.json"},
		"not JSON":          {`{"k.a": `, `{}`, "catalogue a.json"},
		"not an object":     {`[]`, `{}`, "not an object"},
		"open brace":        {`{"k.a": {"zh": "{0", "en": "a"}}`, `{}`, "open {"},
		"stray brace":       {`{"k.a": {"zh": "0}", "en": "a"}}`, `{}`, "stray }"},
		"word in braces":    {`{"k.a": {"zh": "{n}", "en": "a"}}`, `{}`, "want a number"},
		"one plural word":   {`{"k.a": {"zh": "甲", "en": "{0|a}"}}`, `{}`, "want {n} or"},
		"three forms":       {`{"k.a": {"zh": "甲", "en": "a|b|c"}}`, `{}`, "3 forms"},
	} {
		_, err := load(fstest.MapFS{"a.json": {Data: []byte(x.a)}, "b.json": {Data: []byte(x.b)}})
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, x.want)
		}
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 50000: "50,000", 1234567: "1,234,567",
		-3: "−3", -1732: "−1,732", -9223372036854775808: "−9,223,372,036,854,775,808"} {
		if got := Number(n); got != want {
			t.Errorf("Number(%d) = %s, want %s", n, got, want)
		}
	}
}
