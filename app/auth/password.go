// Package auth makes and checks what people prove themselves with: password
// hashes, the password policy, and random tokens for sessions and one-time
// links. It knows no web server, no database and no clock; who may try how
// often is the login verb's business.
package auth

import (
	"context"
	"fmt"
	"unicode/utf8"

	"duban/models"

	"github.com/alexedwards/argon2id"
)

// params are the first recommendation of the OWASP password storage cheat
// sheet: 19 MiB, two passes, one lane. About 50 ms on a small server.
var params = argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// dummy is a well-formed hash that no password is known for. It is checked
// where there is no hash, so that an unknown login takes as long as a known one.
const dummy = "$argon2id$v=19$m=19456,t=2,p=1$" +
	"ZHViYW4gbm8gYWNjb3VudA$" + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// slots bounds how many hashes are computed at once: each takes 19 MiB and a
// whole core, and anybody can ask for one by trying to log in.
var slots = make(chan struct{}, 2)

// hashing waits for a slot, and gives up with ctx.
func hashing(ctx context.Context, fn func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-slots }()
	return fn()
}

// HashPassword hashes a password with Argon2id and a random salt, in the PHC
// string format. It does not look at the policy: see CheckPolicy. Errors:
// invalid (err.password_long) for one that CheckPassword would not look at,
// else ctx's.
func HashPassword(ctx context.Context, password string) (string, error) {
	if tooLong(password) {
		return "", models.FieldErr("password", "err.password_long", MaxPassword)
	}
	var hash string
	err := hashing(ctx, func() (err error) {
		hash, err = argon2id.CreateHash(password, &params)
		return err
	})
	return hash, err
}

// CheckPassword reports whether the password belongs to the hash. An empty
// hash (an unknown login, or an account whose owner has set no password yet)
// belongs to no password, and costs the same work. Errors are ctx's, or tell
// of a hash that cannot be read.
func CheckPassword(ctx context.Context, hash, password string) (bool, error) {
	// Refused before any work, whoever's login it is.
	if tooLong(password) {
		return false, nil
	}
	against := hash
	if hash == "" {
		against = dummy
	}
	var ok bool
	err := hashing(ctx, func() error {
		match, err := argon2id.ComparePasswordAndHash(password, against)
		if err != nil {
			// Same work even then, so that a broken row does not stand out.
			_, _ = argon2id.ComparePasswordAndHash(password, dummy)
			return fmt.Errorf("stored password hash: %w", err)
		}
		ok = match && hash != ""
		return nil
	})
	return ok && err == nil, err
}

// tooLong keeps megabytes from being hashed.
func tooLong(password string) bool {
	return len(password) > MaxPassword*utf8.UTFMax || utf8.RuneCountInString(password) > MaxPassword
}
