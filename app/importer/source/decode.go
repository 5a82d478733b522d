package source

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"duban/models"
)

// plausible is the share of characters in everyday use from which on a guess
// at an encoding is believed. Chinese text in its own encoding has more than
// 0.95 of them, in a foreign one less than 0.7.
const plausible = 0.85

// decode returns the text in UTF-8 and the encoding that it was in. declared
// is what the file says of itself (a page's charset), and may be wrong.
func decode(data []byte, declared string) (text, name string, err error) {
	utf16 := func(e unicode.Endianness) encoding.Encoding { return unicode.UTF16(e, unicode.IgnoreBOM) }
	switch {
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xFF\xFE")):
		return as(data[2:], utf16(unicode.LittleEndian), "UTF-16LE")
	case bytes.HasPrefix(data, []byte("\xFE\xFF")):
		return as(data[2:], utf16(unicode.BigEndian), "UTF-16BE")
	}
	nul := bytes.IndexByte(data, 0) >= 0
	if !nul && utf8.Valid(data) {
		return string(data), "UTF-8", nil
	}
	head := data[:min(len(data), 64<<10)]
	best, enc := 0.0, encoding.Encoding(nil)
	try := func(n string, e encoding.Encoding, score float64) {
		if strings.EqualFold(n, declared) {
			score += 0.05
		}
		if score > best {
			best, enc, name = score, e, n
		}
	}
	if len(data)%2 == 0 {
		for _, e := range []struct {
			name string
			big  unicode.Endianness
		}{{"UTF-16LE", unicode.LittleEndian}, {"UTF-16BE", unicode.BigEndian}} {
			if s, _, err := as(head[:len(head)&^1], utf16(e.big), e.name); err == nil {
				try(e.name, utf16(e.big), everyday(s))
			}
		}
	}
	if !nul {
		try("GB18030", simplifiedchinese.GB18030, pairs(head, 0xB0, 0xD7))
		try("Big5", traditionalchinese.Big5, pairs(head, 0xA4, 0xC6))
		if s := string(data); nearlyUTF8(s) {
			return strings.ToValidUTF8(s, "\uFFFD"), "UTF-8", nil
		}
	}
	if best < plausible {
		return "", "", models.Errf(models.Invalid, "import.source.unreadable")
	}
	return as(data, enc, name)
}

func as(data []byte, e encoding.Encoding, name string) (string, string, error) {
	out, err := e.NewDecoder().Bytes(data)
	if err != nil || bytes.IndexByte(out, 0) >= 0 {
		return "", "", models.Errf(models.Invalid, "import.source.unreadable")
	}
	return string(out), name, nil
}

// everyday is the share of ASCII, Chinese characters and Chinese punctuation.
func everyday(s string) float64 {
	good, all := 0, 0
	for _, r := range s {
		all++
		if r >= ' ' && r < 0x7F || r == '\n' || r == '\r' || r == '\t' ||
			r >= 0x2010 && r <= 0x2026 || r >= 0x3000 && r <= 0x3020 ||
			r >= 0x4E00 && r <= 0x9FA5 || r >= 0xFF01 && r <= 0xFF5E {
			good++
		}
	}
	return float64(good) / float64(max(all, 1))
}

// pairs is the share of double-byte characters with a lead byte in the
// block of the most frequent characters, from lo to hi: in GB 2312 level 1 is
// B0 to D7, in Big5 A4 to C6. Both have their punctuation in A1 to A3. In
// GB 2312 the second byte is never below A1, which tells it from Big5.
func pairs(data []byte, lo, hi byte) float64 {
	good, all := 0, 0
	for i := 0; i < len(data); i++ {
		c := data[i]
		if c < 0x80 {
			continue
		}
		all++
		if i++; i == len(data) {
			all-- // cut in the middle of a character
			break
		}
		d := data[i]
		switch {
		case lo == 0xB0 && d < 0xA1, d < 0x40:
			if d < 0x30 {
				i-- // no second byte: ASCII
			}
		case c >= lo && c <= hi, c >= 0xA1 && c <= 0xA3:
			good++
		}
	}
	return float64(good) / float64(max(all, 1))
}

// nearlyUTF8 says that s has several characters of more than one byte for
// every byte that fits in none: UTF-8 that was cut or damaged.
func nearlyUTF8(s string) bool {
	good, bad := 0, 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 2:
			good++
		}
		i += n
	}
	return good >= 4*bad
}
