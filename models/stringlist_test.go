package models

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestStringListValue(t *testing.T) {
	for _, c := range []struct {
		list StringList
		want string
	}{
		{nil, `[]`},
		{StringList{}, `[]`},
		{StringList{"8", "9"}, `["8","9"]`},
		{StringList{"新增指标", `说"明`, ""}, `["新增指标","说\"明",""]`},
	} {
		got, err := c.list.Value()
		if err != nil || got != c.want {
			t.Errorf("%q: %v, %v; want %s", c.list, got, err, c.want)
		}
	}
}

func TestStringListScan(t *testing.T) {
	for _, c := range []struct {
		src  any
		want StringList
	}{
		{nil, nil},
		{"[]", StringList{}},
		{`["8","9"]`, StringList{"8", "9"}},
		{[]byte(`["一级","二级"]`), StringList{"一级", "二级"}},
		{"null", nil},
	} {
		l := StringList{"left", "over"}
		if err := l.Scan(c.src); err != nil || !slices.Equal(l, c.want) {
			t.Errorf("%v: %q, %v; want %q", c.src, l, err, c.want)
		}
	}
	for _, src := range []any{"", "8,9", `{"a":1}`, `[1]`, `["8"`, 8, []string{"8"}} {
		var l StringList
		if err := l.Scan(src); err == nil {
			t.Errorf("%#v: read as %q", src, l)
		}
	}
}

func TestStringListRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := StringList(rapid.SliceOf(rapid.String()).Draw(t, "list"))
		v, err := l.Value()
		if err != nil {
			t.Fatal(err)
		}
		var text, raw StringList
		if err := text.Scan(v); err != nil {
			t.Fatal(err)
		}
		if err := raw.Scan([]byte(v.(string))); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(text, l) || !slices.Equal(raw, l) {
			t.Fatalf("%q came back as %q and %q", l, text, raw)
		}
	})
}
