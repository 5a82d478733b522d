package store_test

import (
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// nobody is an id that no row has.
const nobody = 999_999_999

// everyone is the scope of the lead office.
var everyone = models.Scope{All: true}

var today = storetest.Today

func day(iso string) models.Date {
	d, err := models.ParseDate(iso)
	if err != nil {
		panic(err)
	}
	return d
}

// write runs fn in a transaction that must succeed.
func write(t testing.TB, db *store.DB, fn func(tx *store.Tx) error) {
	t.Helper()
	storetest.Write(t, db, fn)
}

// refused runs fn in a transaction that must fail with the given code.
func refused(t testing.TB, db *store.DB, code models.Code, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Tx(t.Context(), fn); models.CodeOf(err) != code {
		t.Errorf("got %v, want code %q", err, code)
	}
}

// same compares what was read with what was written.
func same(t testing.TB, what string, got, want any) {
	t.Helper()
	dates := cmp.Comparer(func(a, b models.Date) bool { return a == b })
	if diff := cmp.Diff(want, got, dates, cmpopts.EquateEmpty()); diff != "" {
		if len(diff) > 4000 {
			diff = diff[:4000] + "…"
		}
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// must returns what a question answered, and fails the test on an error.
func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// filled returns a T in which every field has a value that differs from zero,
// from its neighbours', and from that of another n, so that a column that is
// missing, misnamed or mixed up shows in what is read back. The ID stays zero.
// Fields that must name something real are set by the caller.
func filled[T any](n int) T {
	var out T
	v := reflect.ValueOf(&out).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if name == "ID" {
			continue
		}
		at := storetest.Now.Add(time.Duration(100*n+i) * time.Minute)
		switch f := v.Field(i); f.Interface().(type) {
		case models.Date:
			f.Set(reflect.ValueOf(today.AddDays(100*n + i)))
		case models.StringList:
			f.Set(reflect.ValueOf(models.StringList{name, fmt.Sprintf("第%d个", n)}))
		case time.Time:
			f.Set(reflect.ValueOf(at))
		case *time.Time:
			f.Set(reflect.ValueOf(&at))
		default:
			switch f.Kind() {
			case reflect.String:
				f.SetString(fmt.Sprintf("%s'\"%%;督办%d", name, n))
			case reflect.Int, reflect.Int64:
				f.SetInt(int64(100*n + i + 1))
			case reflect.Bool:
				f.SetBool(true)
			case reflect.Float64:
				f.SetFloat(float64(n) + 0.1)
			default:
				panic("filled: no value for " + name)
			}
		}
	}
	return out
}

// race runs fn n times at once and checks that exactly wins of them succeed
// and that all others are told that somebody else was first.
func race(t testing.TB, n, wins int, fn func(i int) error) {
	t.Helper()
	errs := make([]error, n)
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range n {
		done.Go(func() {
			start.Wait()
			errs[i] = fn(i)
		})
	}
	start.Done()
	done.Wait()
	won := 0
	for _, err := range errs {
		switch models.CodeOf(err) {
		case "":
			won++
		case models.Conflict:
		default:
			t.Errorf("neither success nor conflict: %v", err)
		}
	}
	if won != wins {
		t.Errorf("%d of %d succeeded, want %d", won, n, wins)
	}
}
