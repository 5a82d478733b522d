// Package models holds the nouns of supervision (督办) and their pure rules:
// what a plan, a measure or an assignment is, which state follows which, who
// may do what, when a unit is told. It imports the standard library only and
// must not know the database, the web, the clock or any file.
//
// Dates are civil days in the office's zone (Asia/Shanghai); instants are UTC.
package models
