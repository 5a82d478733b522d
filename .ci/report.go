//go:build ignore

// Report reads the output of go test -json and prints what a person, and the
// service that runs .ci/run, want to see of it: one line for each package as go
// test writes it, everything that a failed test said, every test that was
// skipped and why (plain go test hides these), the slowest tests, and a closing
// line with the counts. It exits with 1 when anything failed or when no test ran.
//
//	go test -json ./... | go run .ci/report.go
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
)

// event is a line of go test -json; see `go doc test2json`.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
	Elapsed float64 // seconds
}

// test is a test, a subtest or, with an empty name, what a package said itself.
type test struct{ pkg, name string }

func (t test) String() string { return strings.TrimPrefix(t.pkg, "duban/") + " " + t.name }

type slow struct {
	test
	seconds float64
}

func main() {
	said := map[test]*strings.Builder{} // of tests that have not ended
	var passed, failed int
	failedIn := map[string]int{} // package → tests
	var skipped int
	skips := map[string][]test{} // why → tests
	var times []slow

	in := bufio.NewReader(os.Stdin)
	for {
		line, err := in.ReadString('\n')
		if line != "" {
			var e event
			if json.Unmarshal([]byte(line), &e) != nil {
				fmt.Print(line) // go's own words, such as a module that is missing
			} else {
				key := test{e.Package, e.Test}
				switch e.Action {
				case "output":
					if said[key] == nil {
						said[key] = &strings.Builder{}
					}
					said[key].WriteString(e.Output)
				case "build-output":
					fmt.Print(e.Output)
				case "pass", "fail", "skip":
					if e.Test == "" {
						unfinished := endPackage(e, said)
						if e.Action == "fail" && failedIn[e.Package]+unfinished == 0 {
							unfinished = 1 // it did not compile, or it exited outside a test
						}
						failed += unfinished
						continue
					}
					switch e.Action {
					case "pass":
						passed++
					case "fail":
						failed++
						failedIn[e.Package]++
						fmt.Printf("%s:\n%s", key, text(said[key]))
					case "skip":
						skipped++
						why := reason(text(said[key]))
						skips[why] = append(skips[why], key)
					}
					if !strings.Contains(e.Test, "/") {
						times = append(times, slow{key, e.Elapsed})
					}
					delete(said, key)
				}
			}
		}
		if err != nil {
			break
		}
	}

	slices.SortStableFunc(times, func(a, b slow) int { return cmp.Compare(b.seconds, a.seconds) })
	if len(times) > 0 && times[0].seconds >= 1 {
		fmt.Println("slowest:")
		for _, s := range times[:min(5, len(times))] {
			fmt.Printf("  %6.1f s  %s\n", s.seconds, s.test)
		}
	}
	for _, why := range slices.Sorted(maps.Keys(skips)) {
		fmt.Printf("skipped: %s\n", why)
		for _, t := range skips[why] {
			fmt.Printf("  %s\n", t)
		}
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped)
	if failed > 0 || passed == 0 {
		os.Exit(1)
	}
}

// endPackage prints what is left to say of a package and returns how many of its
// tests never ended, because it panicked, exited or ran out of time.
func endPackage(e event, said map[test]*strings.Builder) (unfinished int) {
	own := test{pkg: e.Package}
	for line := range strings.Lines(text(said[own])) {
		summary := strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "FAIL\t") || strings.HasPrefix(line, "? ")
		if summary || e.Action == "fail" {
			fmt.Print(line)
		}
	}
	delete(said, own)
	for _, key := range slices.SortedFunc(maps.Keys(said), func(a, b test) int { return cmp.Compare(a.name, b.name) }) {
		if key.pkg != e.Package {
			continue
		}
		if e.Action == "fail" {
			unfinished++
			fmt.Printf("%s did not end:\n%s", key, text(said[key]))
		}
		delete(said, key)
	}
	return unfinished
}

func text(b *strings.Builder) string {
	if b == nil {
		return ""
	}
	return b.String()
}

// place is where a test said something: file_test.go:12:
var place = regexp.MustCompile(`^\w+\.go:\d+: `)

// reason takes the words of t.Skip out of what a skipped test said.
func reason(said string) string {
	var words []string
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "===") || strings.HasPrefix(line, "---") {
			continue
		}
		words = append(words, place.ReplaceAllString(line, ""))
	}
	return strings.Join(words, " ")
}
