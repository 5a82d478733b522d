package notify

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"duban/models"

	gomail "github.com/wneessen/go-mail"
)

// Address is a mail address and the name shown before it.
type Address struct{ Name, Address string }

const (
	maxSubject  = 200 // runes; what is longer nobody reads in a list of mails
	maxNameLen  = 100 // runes
	maxAddress  = 254 // octets (RFC 5321, 4.5.3.1.3, less the brackets)
	chunkOctets = 42  // of UTF-8 in one encoded word: 75 characters with its frame (RFC 2047, 2)
)

// Render makes the mail: the exact bytes that leave by SMTP or are written to
// a file, as RFC 5322 wants them, with CRLF line ends. One message at one date
// always gives the same bytes, so that a second attempt repeats the first. The
// senders in this package use DateOf.
//
// The mail has one recipient, and a plain and an HTML part where there are
// both. A line break or other control character in an address, a name, the
// subject or the Message-ID is an error: that is how headers are forged.
func Render(m models.Message, from Address, date time.Time) ([]byte, error) {
	if err := check(m, from); err != nil {
		return nil, err
	}
	msg := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingB64), gomail.WithNoDefaultUserAgent(), gomail.WithBoundary(boundary(m.MIMEID)))
	// Written here, not by the library: net/mail, to which it leaves names,
	// lets a backslash through in an encoded word.
	msg.SetGenHeader("From", from.header())
	msg.SetGenHeader("To", Address{m.ToName, m.ToAddress}.header())
	msg.SetGenHeader("Subject", subject(m.Subject))
	msg.SetMessageIDWithValue(m.MIMEID)
	msg.SetDateWithValue(date)
	// RFC 3834: no holiday note comes back to a machine.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.Text != "" || m.HTML == "" {
		msg.SetBodyString(gomail.TypeTextPlain, canonical(m.Text))
		if m.HTML != "" {
			msg.AddAlternativeString(gomail.TypeTextHTML, canonical(m.HTML))
		}
	} else {
		msg.SetBodyString(gomail.TypeTextHTML, canonical(m.HTML))
	}
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("mail %d: %w", m.ID, err)
	}
	return b.Bytes(), nil
}

// DateOf is the date a message carries: when it was queued, which is when its
// author had finished it (RFC 5322, 3.6.1), in the office's zone.
func DateOf(m models.Message, zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	return m.CreatedAt.In(zone)
}

// check refuses what would forge a header or name more than one recipient.
func check(m models.Message, from Address) error {
	for _, f := range []struct{ what, text string }{
		{"the sender's name", from.Name}, {"the recipient's name", m.ToName}, {"the subject", m.Subject},
	} {
		if strings.ContainsFunc(f.text, unicode.IsControl) {
			return fmt.Errorf("mail %d: %s has a line break or another control character in it", m.ID, f.what)
		}
	}
	for _, f := range []struct{ what, text string }{{"the sender's address", from.Address}, {"the recipient's address", m.ToAddress}} {
		if !plainAddress(f.text) {
			return fmt.Errorf("mail %d: %s is not one plain mail address", m.ID, f.what)
		}
	}
	left, right, ok := strings.Cut(m.MIMEID, "@")
	if !ok || left == "" || right == "" || len(m.MIMEID) > 200 || strings.ContainsFunc(m.MIMEID, notInID) {
		return fmt.Errorf("mail %d: the Message-ID is malformed", m.ID)
	}
	return nil
}

// plainAddress reports whether the text is exactly one address in ASCII. Mail
// to addresses in other letters needs every server on the way to agree (RFC
// 6531), which none does that an office could rely on.
func plainAddress(s string) bool {
	if len(s) > maxAddress || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return false
	}
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s && !strings.ContainsAny(s, `<>"`)
}

// notInID reports characters that a Message-ID may not hold (RFC 5322, 3.6.4,
// msg-id without quoted parts).
func notInID(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune(`<>()[]\,;:"`, r)
}

// boundary separates the parts. It comes from the Message-ID, so that the
// bytes are the same each time; the parts are base64, in which no line can
// begin with two hyphens.
func boundary(mimeID string) string {
	sum := sha256.Sum256([]byte(mimeID))
	return "part-" + hex.EncodeToString(sum[:12])
}

// tidy makes one line of a header's text: valid UTF-8, single spaces, at most
// max runes.
func tidy(s string, max int) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "�")), " ")
	if utf8.RuneCountInString(s) > max {
		s = string([]rune(s)[:max-1]) + "…"
	}
	return s
}

// header is the address as it stands after From: or To:.
func (a Address) header() string {
	name := tidy(a.Name, maxNameLen)
	switch {
	case name == "":
		return a.Address
	case strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != ' ' && r != '-'
	}):
		name = encodeWords(name)
	}
	return name + " <" + a.Address + ">"
}

// subject is the text as it stands after Subject:. Short plain ASCII stays as
// it is, unless it could be taken for an encoded word.
func subject(s string) string {
	s = tidy(s, maxSubject)
	if len(s) > 60 || strings.Contains(s, "=?") || strings.ContainsFunc(s, func(r rune) bool { return r > '~' }) {
		return encodeWords(s)
	}
	return s
}

// encodeWords writes text as RFC 2047 encoded words, cut between characters.
func encodeWords(s string) string {
	var words []string
	for rest := s; rest != ""; {
		n := 0
		for n < len(rest) {
			_, size := utf8.DecodeRuneInString(rest[n:])
			if n+size > chunkOctets {
				break
			}
			n += size
		}
		words = append(words, "=?UTF-8?B?"+base64.StdEncoding.EncodeToString([]byte(rest[:n]))+"?=")
		rest = rest[n:]
	}
	return strings.Join(words, " ")
}

// canonical gives text the line ends that a text part has before it is encoded
// (RFC 2046, 4.1.1).
func canonical(s string) string {
	s = strings.ToValidUTF8(s, "�")
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
}
