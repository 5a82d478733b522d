package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// NewToken makes a random 256-bit token for a session or a one-time link, safe
// in cookies and addresses, and the hash under which it is stored: a stolen
// database opens no session.
func NewToken() (token, hash string) {
	b := make([]byte, 32)
	rand.Read(b) // never fails: the program ends when the system has no randomness
	token = base64.RawURLEncoding.EncodeToString(b)
	return token, HashToken(token)
}

// HashToken is the SHA-256 of a token in hex. A token is random and long, so
// it needs neither salt nor slowness, and can be looked up by its hash.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
