package web

import (
	"net/http"
)

// static serves style sheet, script and pictures.
func (r *request) static() error {
	r.s.static.ServeHTTP(r.Response(), r.Request())
	return nil
}

// healthz says that the process lives.
func (r *request) healthz() error { return r.String(http.StatusOK, "ok\n") }

// readyz says that the program can serve: its database answers.
func (r *request) readyz() error {
	if _, err := r.read().CountUsers(r.ctx()); err != nil {
		r.s.log.Error("not ready", "err", err)
		return r.String(http.StatusServiceUnavailable, "database does not answer\n")
	}
	return r.String(http.StatusOK, "ready\n")
}
