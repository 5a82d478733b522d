// Package i18n holds every word of the interface in Chinese and English. It
// owns the catalogue and how a message is filled in; it knows nothing of pages
// or mail. Official text (plans, unit names, what people typed) is not here and
// is never translated.
package i18n

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
)

// Lang is a language of the interface.
type Lang string

const (
	ZH Lang = "zh" // simplified Chinese, the first language
	EN Lang = "en"
)

// Langs lists the languages, first language first.
var Langs = []Lang{ZH, EN}

// Parse returns the language called s, or Chinese for anything unknown.
func Parse(s string) Lang {
	if Lang(s) == EN {
		return EN
	}
	return ZH
}

// Tag returns the BCP 47 tag for a lang attribute.
func (l Lang) Tag() string {
	if l == EN {
		return "en"
	}
	return "zh-CN"
}

//go:embed catalogue/*.json
var files embed.FS

// Catalogue maps keys to messages in every language.
type Catalogue struct {
	msgs map[string]map[Lang]message
}

// Load reads the embedded catalogue. An error names every fault found: a key
// that two files define, a language that is missing, a message that cannot be
// read.
func Load() (*Catalogue, error) {
	sub, err := fs.Sub(files, "catalogue")
	if err != nil {
		return nil, err
	}
	return load(sub)
}

// Default returns the embedded catalogue, loaded once. It panics when the
// catalogue is faulty, which only an unfinished build can be.
var Default = sync.OnceValue(func() *Catalogue {
	c, err := Load()
	if err != nil {
		panic(err)
	}
	return c
})

func load(fsys fs.FS) (*Catalogue, error) {
	names, err := fs.Glob(fsys, "*.json")
	if err != nil {
		return nil, err
	}
	c := &Catalogue{msgs: map[string]map[Lang]message{}}
	from := map[string]string{}
	var faults []error
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		entries, err := decode(b)
		if err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", name, err)
		}
		for _, e := range entries {
			if other, ok := from[e.key]; ok {
				faults = append(faults, fmt.Errorf("catalogue: %s is in %s and in %s", e.key, other, name))
				continue
			}
			from[e.key] = name
			m := map[Lang]message{}
			for _, l := range Langs {
				text, ok := e.text[l]
				if !ok {
					faults = append(faults, fmt.Errorf("catalogue %s: %s has no %q", name, e.key, l))
					continue
				}
				if m[l], err = parse(text); err != nil {
					faults = append(faults, fmt.Errorf("catalogue %s: %s, %q: %w", name, e.key, l, err))
				}
			}
			c.msgs[e.key] = m
		}
	}
	return c, errors.Join(faults...)
}

type entry struct {
	key  string
	text map[Lang]string
}

// decode reads one file. It walks the tokens because encoding/json keeps the
// last of two equal keys without a word.
func decode(b []byte) ([]entry, error) {
	d := json.NewDecoder(strings.NewReader(string(b)))
	if t, err := d.Token(); err != nil {
		return nil, err
	} else if t != json.Delim('{') {
		return nil, errors.New("not an object")
	}
	var out []entry
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		e := entry{key: t.(string)}
		if err := d.Decode(&e.text); err != nil {
			return nil, fmt.Errorf("%s: %w", e.key, err)
		}
		out = append(out, e)
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	return out, nil
}

// Areas returns the names of the catalogue's files without their endings.
func Areas() []string {
	names, _ := fs.Glob(files, "catalogue/*.json") // the pattern is well formed
	for i, n := range names {
		names[i] = strings.TrimSuffix(path.Base(n), ".json")
	}
	return names
}

// T returns the message key in lang with its placeholders filled in. An unknown
// key is returned as it is, so that it is seen and a test can find it.
func (c *Catalogue) T(lang Lang, key string, args ...any) string {
	m, ok := c.msgs[key][lang]
	if !ok {
		return key
	}
	return m.fill(args)
}

// Has reports whether key is in the catalogue.
func (c *Catalogue) Has(key string) bool {
	_, ok := c.msgs[key]
	return ok
}

// Keys returns all keys, sorted.
func (c *Catalogue) Keys() []string {
	return slices.Sorted(maps.Keys(c.msgs))
}
