// Package templates holds the pages and mails as html/template and
// text/template files. It knows nothing of the program: package app/view parses
// and fills them.
package templates

import "embed"

// FS holds layout (the frame of every page), pages (one file per page),
// partials (one component per file, named as the file) and mail.
//
//go:embed all:layout all:pages all:partials all:mail
var FS embed.FS
