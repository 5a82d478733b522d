package view

// FieldError says what to do about one field.
type FieldError struct {
	Field   string // name and id of the input
	Message string // in the reader's language
}

// FormErrors are the faults of a form, in the order of its fields.
type FormErrors []FieldError

// Add appends a fault.
func (e *FormErrors) Add(field, message string) {
	*e = append(*e, FieldError{field, message})
}

// Has reports whether field has a fault.
func (e FormErrors) Has(field string) bool { return e.Get(field) != "" }

// Get returns the first message about field, or "".
func (e FormErrors) Get(field string) string {
	for _, f := range e {
		if f.Field == field {
			return f.Message
		}
	}
	return ""
}

// fieldErr picks what the partial "fielderr" shows: the message about field
// under its input, with the id that aria-describedby names.
func fieldErr(e FormErrors, field string) FieldError {
	return FieldError{field, e.Get(field)}
}

// Empty is what an empty list shows: never a blank region, always what is next.
type Empty struct {
	Icon  string // done (nothing to do), later (nothing yet) or search (nothing matches)
	Title string
	Hint  string
	Href  string // the first step, "" for none
	Label string
}

func emptyOf(icon, title, hint, href, label string) Empty {
	return Empty{icon, title, hint, href, label}
}
