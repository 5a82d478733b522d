// Package view fills the templates: pages for the browser and mails. It owns
// how values look (dates, counts, bars, charts) in both languages, and the
// typed struct of every page (page_<name>.go). It knows nothing of requests,
// the database or rights: page structs hold display-ready plain values, and
// whoever fills them has already decided what the reader may see.
package view
