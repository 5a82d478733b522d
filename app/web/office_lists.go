package web

import (
	"errors"
	"net/url"
	"strconv"

	"duban/app/view"
	"duban/models"
)

// address is this page's address with one part of its query changed; where in
// the list one was is forgotten, because another list begins at its beginning.
func (r *request) address(key, value string) string {
	q := url.Values{}
	for k, vs := range r.QueryParams() {
		if len(vs) > 0 && vs[0] != "" && k != "before" && k != "after" && k != "at" && k != "page" {
			q.Set(k, vs[0])
		}
	}
	q.Del(key)
	if value != "" {
		q.Set(key, value)
	}
	if len(q) == 0 {
		return r.Request().URL.Path
	}
	return r.Request().URL.Path + "?" + q.Encode()
}

// cutPage says which rows of a list that is in memory this page shows, and
// leads to its neighbours.
func (r *request) cutPage(p *view.Pager, total, size int) (from, to int) {
	n, _ := strconv.Atoi(r.QueryParam("page"))
	n = max(1, min(n, (total+size-1)/size))
	from, to = (n-1)*size, min(n*size, total)
	p.From, p.To, p.Total = from+1, to, total
	if from > 0 {
		p.Newer = r.address("page", strconv.Itoa(n-1))
	}
	if to < total {
		p.Older = r.address("page", strconv.Itoa(n+1))
	}
	return from, to
}

// keys is where a page of a long list begins: before an id, or next after one.
type keys struct {
	before, after int64
	at            int // rows that stand before this page, as far as the address tells
}

// keys reads them out of the address.
func (r *request) keys() keys {
	var k keys
	k.before, _ = strconv.ParseInt(r.QueryParam("before"), 10, 64)
	k.after, _ = strconv.ParseInt(r.QueryParam("after"), 10, 64)
	k.at, _ = strconv.Atoi(r.QueryParam("at"))
	k.before, k.after, k.at = max(0, k.before), max(0, k.after), max(0, k.at)
	if k.before != 0 {
		k.after = 0
	}
	return k
}

// turn cuts a page out of rows that were read with one more than fit, newest
// first, and leads to its neighbours. Total 0 means that nobody counted.
func turn[T any](r *request, k keys, rows []T, size, total int, id func(T) int64) ([]T, view.Pager) {
	more := len(rows) > size
	older, newer := more, k.before != 0 || k.after != 0
	if more {
		if k.after != 0 { // the one too many is the newest
			rows = rows[1:]
		} else {
			rows = rows[:size]
		}
	}
	if k.after != 0 {
		older, newer = true, more
	}
	if k.after != 0 && !newer {
		k.at = 0
	}
	p := view.Pager{From: k.at + 1, To: k.at + len(rows), Total: total}
	if len(rows) == 0 {
		if newer {
			p.Newer = r.address("", "")
		}
		return rows, p
	}
	to := func(key string, n int64, at int) string {
		a := r.address(key, strconv.FormatInt(n, 10))
		if at > 0 {
			a += "&at=" + strconv.Itoa(at)
		}
		return a
	}
	if newer {
		p.Newer = to("after", id(rows[0]), max(0, k.at-size))
	}
	if older {
		p.Older = to("before", id(rows[len(rows)-1]), k.at+len(rows))
	}
	return rows, p
}

// asConflict returns the error if it says that something has changed meanwhile
// or stands against it, and nil otherwise.
func asConflict(err error) *models.Error {
	var e *models.Error
	if errors.As(err, &e) && e.Code == models.Conflict {
		return e
	}
	return nil
}
