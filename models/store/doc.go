// Package store keeps the nouns of package models in SQLite or PostgreSQL. It
// is the only package that knows gorm, SQL and the two dialects.
//
// Three types say who may do what. A Reader answers questions and cannot
// write. A DB is a Reader that can begin a transaction. A Tx is a Reader that
// can also write: a write outside a transaction does not compile. Inside a
// transaction use only the Tx; an outer Reader sees old data.
//
// Every question about assignments takes the viewer's models.Scope, so that a
// page cannot forget it. Rows are never saved whole (gorm's Save crosses
// units), never found by a struct condition (zero values vanish), and the
// schema changes only by the numbered SQL files in migrations/. Versions begin
// at 1; an insert without one gets it.
package store
