package config

// Setting is one setting as `duban config` shows it.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"` // in effect, secrets masked
	Given bool   `json:"given"` // set by somebody, not by default
	// Default is the value without one; DefaultZH and DefaultEN say it in
	// words where it depends on other settings.
	Default   string `json:"default"`
	DefaultZH string `json:"default_zh"`
	DefaultEN string `json:"default_en"`
	ZH        string `json:"zh"` // meaning
	EN        string `json:"en"`
}

// Describe lists every setting with the value in effect.
func (c Config) Describe() []Setting {
	out := make([]Setting, len(table))
	for i, s := range table {
		out[i] = Setting{
			Name: s.name, Value: s.shown(c), Given: c.given[s.name],
			Default: s.def, DefaultZH: s.defZH, DefaultEN: s.defEN, ZH: s.zh, EN: s.en,
		}
		if out[i].DefaultZH == "" {
			out[i].DefaultZH, out[i].DefaultEN = s.def, s.def
		}
	}
	return out
}
