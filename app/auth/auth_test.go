package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"duban/models"

	"github.com/alexedwards/argon2id"
)

func TestHashAndCheck(t *testing.T) {
	const pw = "督办-Ab1 很长的口令"
	a, err := HashPassword(t.Context(), pw)
	if err != nil {
		t.Fatal(err)
	}
	b, err := HashPassword(t.Context(), pw)
	if err != nil || a == b {
		t.Errorf("two hashes of one password are equal (%v): no salt", err)
	}
	if !strings.HasPrefix(a, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s", a)
	}
	for _, tt := range []struct {
		hash, password string
		want           bool
	}{
		{a, pw, true}, {b, pw, true}, {a, pw + " ", false}, {a, strings.ToLower(pw), false}, {a, "", false},
		{"", pw, false}, {"", "", false}, {dummy, "duban no account", false}, {dummy, "", false},
		{a, strings.Repeat("x", MaxPassword+1), false},
	} {
		got, err := CheckPassword(t.Context(), tt.hash, tt.password)
		if err != nil || got != tt.want {
			t.Errorf("CheckPassword(%.12s…, %.20q) = %v %v, want %v", tt.hash, tt.password, got, err, tt.want)
		}
	}
}

func TestBrokenHash(t *testing.T) {
	for _, hash := range []string{"x", "$2a$10$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=19456,t=2,p=1$!!$!!"} {
		ok, err := CheckPassword(t.Context(), hash, "whatever")
		if ok || err == nil || strings.Contains(err.Error(), hash) {
			t.Errorf("hash %q: %v %v", hash, ok, err)
		}
	}
}

// An unknown login costs exactly the work of a known one.
func TestDummyCostsTheSame(t *testing.T) {
	got, salt, key, err := argon2id.DecodeHash(dummy)
	if err != nil || *got != params || len(salt) != 16 || len(key) != 32 {
		t.Errorf("dummy has %+v (%v), hashes are made with %+v", got, err, params)
	}
}

func TestLongPasswordIsNotHashed(t *testing.T) {
	if _, err := HashPassword(t.Context(), strings.Repeat("文", MaxPassword)); err != nil {
		t.Errorf("the longest password: %v", err)
	}
	_, err := HashPassword(t.Context(), strings.Repeat("a", MaxPassword+1))
	if models.CodeOf(err) != models.Invalid {
		t.Errorf("one more: %v", err)
	}
}

// No more than two hashes at once; who waits can give up.
func TestSlots(t *testing.T) {
	var running, most atomic.Int32
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			err := hashing(t.Context(), func() error {
				n := running.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				time.Sleep(5 * time.Millisecond)
				running.Add(-1)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() != 2 {
		t.Errorf("%d at once, want 2", most.Load())
	}

	hold := make(chan struct{})
	var busy sync.WaitGroup
	for range cap(slots) {
		busy.Add(1)
		wg.Go(func() { hashing(t.Context(), func() error { busy.Done(); <-hold; return nil }) })
	}
	busy.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := CheckPassword(ctx, "", "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting with a cancelled context: %v", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := HashPassword(ctx, "x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting past the deadline: %v", err)
	}
	close(hold)
	wg.Wait()
	if _, err := HashPassword(t.Context(), "x"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestTokens(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		token, hash := NewToken()
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil || len(raw) != 32 || seen[token] {
			t.Fatalf("token %q: %d bytes, %v, seen before: %v", token, len(raw), err, seen[token])
		}
		seen[token] = true
		if hash != HashToken(token) || len(hash) != 64 || strings.Contains(hash, token) {
			t.Fatalf("hash %q of %q", hash, token)
		}
	}
	// SHA-256 of "abc" (FIPS 180-2, B.1).
	if got := HashToken("abc"); got != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("HashToken(abc) = %s", got)
	}
}

func TestPolicy(t *testing.T) {
	const short, long, cls, login, name, common = "err.password_short", "err.password_long", "err.password_classes",
		"err.password_login", "err.password_name", "err.password_common"
	for _, tt := range []struct {
		password, login, name string
		want                  []string
	}{
		{"Kiwi-9-lampe", "wangfang", "王芳", nil},
		{"督办系统2020Xa", "wangfang", "王芳", nil}, // Chinese counts as the third class
		{"Xk7督办系统督办系统", "wangfang", "王芳", nil},
		{"correct horse 9", "wangfang", "王芳", nil},
		{"Kiwi-9-lam", "wangfang", "王芳", nil}, // ten
		{"Kiwi-9-la", "wangfang", "王芳", []string{short}},
		{"", "wangfang", "王芳", []string{short, cls}},
		{"kiwilampekiwi", "wangfang", "王芳", []string{cls}},
		{"kiwi9lampe88", "wangfang", "王芳", []string{cls}},
		{"9999-1234-5678", "wangfang", "王芳", []string{cls}},
		{strings.Repeat("aB1-", 64), "wangfang", "王芳", nil},
		{strings.Repeat("aB1-", 64) + "x", "wangfang", "王芳", []string{long}},
		{"WangFang#9021", "wangfang", "王芳", []string{login}},
		{"xy-WANGFANG-1a", " Wangfang ", "王芳", []string{login}},
		{"Kiwi-9-王芳芳", "wangfang", "王芳", []string{name}},
		{"Kiwi-9-lampe", "wi", "李", nil}, // too short to mean anything
		{"Kiwi-9-lampe", "", "", nil},
		{"Admin@123456", "zhang", "张三", []string{common}}, {"Adm1n@20201013", "zhang", "张三", []string{common}},
		{"@dmin2020ABC", "zhang", "张三", nil}, {"@Dmin20201013", "zhang", "张三", []string{common}},
		{"Password123", "zhang", "张三", []string{common}}, {"P@ssw0rd2026!", "zhang", "张三", []string{common}}, {"P@$$w0rd12", "zhang", "张三", []string{common}},
		{"Aa123456789", "zhang", "张三", []string{common}}, {"aA@12345678", "zhang", "张三", []string{common}}, {"Abcd@123456", "zhang", "张三", []string{common}},
		{"1qaz@WSX3edc", "zhang", "张三", []string{common}}, {"1qaz!QAZ2wsx", "zhang", "张三", nil}, {"Qwerty@2020", "zhang", "张三", []string{common}},
		{"Woaini1314520!", "zhang", "张三", []string{common}}, {"Huawei@123", "zhang", "张三", []string{common}}, {"Anda@151400", "zhang", "张三", []string{common}},
		{"Admin123", "admin", "管理员", []string{short, login, common}},
	} {
		err := CheckPolicy(tt.password, tt.login, tt.name)
		var keys []string
		var errs models.Errors
		if errors.As(err, &errs) {
			for _, e := range errs {
				keys = append(keys, e.Key)
				if e.Field != "password" || e.Code != models.Invalid {
					t.Errorf("%q: %v", tt.password, e)
				}
			}
		} else if err != nil {
			t.Errorf("%q: %T", tt.password, err)
		}
		if !slices.Equal(keys, tt.want) {
			t.Errorf("CheckPolicy(%.30q, %q, %q): %v, want %v", tt.password, tt.login, tt.name, keys, tt.want)
		}
	}
}

func BenchmarkCheckPassword(b *testing.B) {
	hash, err := HashPassword(b.Context(), "Kiwi-9-lampe")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if ok, err := CheckPassword(b.Context(), hash, "Kiwi-9-lampe"); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
