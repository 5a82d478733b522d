package blob

import (
	"path"
	"strings"
	"unicode"
)

const (
	maxName = 120 // runes of a file name
	maxExt  = 12  // runes of what may count as an extension, dot included
	unnamed = "未命名"
)

// CleanName makes a file name that is safe to store, show and offer for
// download of what a browser sent: the last element of a path, without control
// and invisible characters (a right-to-left override makes "exe.pdf" of
// "fdp.exe"), without the characters that Windows refuses, no dots or spaces
// at its end (Windows drops them, and with them the point of an extension
// check), at most 120 runes, the extension kept. It is never empty, and
// cleaning a clean name changes nothing.
func CleanName(name string) string {
	// Cutting may lay bare another extension with a space before it.
	for {
		clean := cleanOnce(name)
		if clean == name {
			return clean
		}
		name = clean
	}
}

func cleanOnce(name string) string {
	name = strings.ToValidUTF8(name, "_")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		// Cc control, Cf invisible (bidi, zero width), Co private use, line
		// and paragraph separators.
		case unicode.In(r, unicode.C, unicode.Zl, unicode.Zp), r == unicode.ReplacementChar:
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	name = strings.TrimRight(strings.TrimLeft(name, " "), " .")
	ext := path.Ext(name)
	if len([]rune(ext)) > maxExt {
		ext = "" // a sentence with a full stop in it
	}
	stem := strings.TrimRight(strings.TrimSuffix(name, ext), " .")
	if stem == "" {
		stem = unnamed
	}
	if runes, room := []rune(stem), maxName-len([]rune(ext)); len(runes) > room {
		stem = strings.TrimRight(string(runes[:room]), " .")
	}
	return stem + ext
}
