// Package seeds is what a new office starts with: real plans, registers of
// units and groups, sample people, and the official calendar, all as data
// files that a person can read and change. It knows no other package of the
// program.
package seeds

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"
)

//go:embed plans units people calendar
var files embed.FS

// PlanKeys names the plans that can be loaded: anda-2020, shanghai-2019.
func PlanKeys() []string { return names("plans", ".json") }

// Plan returns the file of one plan, in the form that models.ReadDraft reads.
func Plan(key string) ([]byte, error) {
	return files.ReadFile("plans/" + path.Base(key) + ".json")
}

// Registers names the registers of units that can be loaded: anda, shanghai.
func Registers() []string {
	var out []string
	for _, n := range names("units", ".csv") {
		if !strings.HasSuffix(n, "-groups") {
			out = append(out, n)
		}
	}
	return out
}

func names(dir, ext string) []string {
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if n, ok := strings.CutSuffix(e.Name(), ext); ok {
			out = append(out, n)
		}
	}
	sort.Strings(out)
	return out
}

// Unit is one line of a register.
type Unit struct {
	Code, Name, Short, Family, Parent string
	Sort                              int
	Aliases                           []string
	Sample                            bool
	Note                              string
}

// Member is one line of a register's groups: one unit's membership in one group.
type Member struct {
	Group, Name string
	Aliases     []string
	Unit        string // its code
	From, To    string // ISO days; an empty To is open
}

// Person is one line of a list of sample people.
type Person struct {
	Login, Name, Unit, Role, Phone, Email, Title string
}

// Units reads a register's units.
func Units(register string) ([]Unit, error) {
	var out []Unit
	err := read("units/"+path.Base(register)+".csv", []string{"code", "name", "short", "family", "parent", "sort", "aliases", "sample", "note"},
		func(r []string) error {
			u := Unit{Code: r[0], Name: r[1], Short: r[2], Family: r[3], Parent: r[4], Aliases: list(r[6]), Sample: r[7] == "1", Note: r[8]}
			_, err := fmt.Sscan(r[5], &u.Sort)
			out = append(out, u)
			return err
		})
	return out, err
}

// Members reads a register's groups.
func Members(register string) ([]Member, error) {
	var out []Member
	err := read("units/"+path.Base(register)+"-groups.csv", []string{"group", "name", "aliases", "member", "from", "to", "note"},
		func(r []string) error {
			out = append(out, Member{Group: r[0], Name: r[1], Aliases: list(r[2]), Unit: r[3], From: r[4], To: r[5]})
			return nil
		})
	return out, err
}

// People reads a register's sample people; a register without any gives none.
func People(register string) ([]Person, error) {
	name := "people/" + path.Base(register) + ".csv"
	if _, err := fs.Stat(files, name); err != nil {
		return nil, nil
	}
	var out []Person
	err := read(name, []string{"login", "name", "unit", "role", "phone", "email", "title"}, func(r []string) error {
		out = append(out, Person{r[0], r[1], r[2], r[3], r[4], r[5], r[6]})
		return nil
	})
	return out, err
}

// Calendars returns the official tables of holidays and make-up days, one CSV
// a year, in the form that models.ParseCalendarCSV reads.
func Calendars() (map[string]io.Reader, error) {
	out := map[string]io.Reader{}
	for _, year := range names("calendar", ".csv") {
		b, err := files.ReadFile("calendar/" + year + ".csv")
		if err != nil {
			return nil, err
		}
		out[year] = bytes.NewReader(b)
	}
	return out, nil
}

// list splits a cell that holds several values, separated by a full-width
// semicolon.
func list(cell string) []string {
	if cell == "" {
		return nil
	}
	return strings.Split(cell, "；")
}

// read reads a CSV file whose first line must be the given header.
func read(name string, header []string, each func([]string) error) error {
	f, err := files.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = len(header)
	r.Comment = '#'
	got, err := r.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if strings.Join(got, ",") != strings.Join(header, ",") {
		return fmt.Errorf("%s: the first line is %q, want %q", name, strings.Join(got, ","), strings.Join(header, ","))
	}
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = each(rec)
		}
		if err != nil {
			line, _ := r.FieldPos(0)
			return fmt.Errorf("%s, line %d: %w", name, line, err)
		}
	}
}
