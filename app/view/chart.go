package view

import (
	"strconv"
	"strings"
)

// TrendPoint is one day of the completion chart.
type TrendPoint struct {
	Day     string // 2020-10-05
	Done    int    // 家次 finished by then
	DueBy   int    // 家次 whose deadline had passed by then
	Total   int    // 家次 of the plan
	Overdue int    // 家次 overdue on that day
}

// Actual and Expected are shares of the plan in tenths of a percent.
func (p TrendPoint) Actual() int   { return share(p.Done, p.Total) }
func (p TrendPoint) Expected() int { return share(p.DueBy, p.Total) }

// ActualText and ExpectedText are the same as they are read.
func (p TrendPoint) ActualText() string   { return tenths(p.Actual()) }
func (p TrendPoint) ExpectedText() string { return tenths(p.Expected()) }

// Trend is the completion chart, ready to be drawn: what is finished as a line
// on a ground, what should be as a broken line, what is overdue as columns.
// Coordinates are those of a drawing of 392 × 150.
type Trend struct {
	Points []TrendPoint
	Grid   []TrendLine
	Cols   []TrendCol
	Labels []TrendLabel
	Area   string // path under the line
	Line   string
	Due    string
	End    TrendLabel // the last point, with what it says
	DueEnd TrendLabel
	Peak   TrendPoint // with the most overdue
}

// First and Last are the ends of the chart.
func (t Trend) First() TrendPoint { return t.Points[0] }
func (t Trend) Last() TrendPoint  { return t.Points[len(t.Points)-1] }

// TrendLine is a line of the grid with its number.
type TrendLine struct {
	Y, TextY string
	Label    int
}

// TrendCol is one column of overdue counts.
type TrendCol struct{ X, Y, H string }

// TrendLabel is a text of the chart.
type TrendLabel struct {
	X, Y string
	Text string
	Now  bool
}

// The frame of the drawing, in its own units.
const (
	trendLeft, trendRight  = 30.0, 378.0
	trendTop, trendBottom  = 8.0, 128.0
	trendColumn, trendTall = 10.0, 39.0 // columns: width, and height of the tallest
	trendWord              = 14.0       // base of the highest word
)

// NewTrend lays the chart out. It returns nil for fewer than two points: one
// point is a number, not a course. The scale ends at the next full 20 percent,
// columns have a scale of their own and stay in the lower third, so that they
// are read as counts and not as percents.
func NewTrend(points []TrendPoint) *Trend {
	if len(points) < 2 {
		return nil
	}
	top, tall := 20, 1
	t := &Trend{Points: points, Peak: points[0]}
	for _, p := range points {
		for top < 100 && (p.Actual() > 10*top || p.Expected() > 10*top) {
			top += 20
		}
		tall = max(tall, p.Overdue)
		if p.Overdue >= t.Peak.Overdue {
			t.Peak = p
		}
	}
	y := func(tenth int) float64 {
		return trendBottom - (trendBottom-trendTop)*float64(tenth)/float64(10*top)
	}
	for v := 0; v <= top; v += 20 {
		t.Grid = append(t.Grid, TrendLine{coord(y(10 * v)), coord(y(10*v) + 4), v})
	}
	var line, due strings.Builder
	step := (trendRight - trendLeft) / float64(len(points)-1)
	every := (len(points) + 8) / 9 // nine labels fit
	for i, p := range points {
		x := trendLeft + step*float64(i)
		put := func(b *strings.Builder, y float64) {
			c := " L"
			if i == 0 {
				c = "M"
			}
			b.WriteString(c + coord(x) + " " + coord(y))
		}
		put(&line, y(p.Actual()))
		put(&due, y(p.Expected()))
		h := trendTall * float64(p.Overdue) / float64(tall)
		if p.Overdue > 0 {
			t.Cols = append(t.Cols, TrendCol{coord(x - trendColumn/2), coord(trendBottom - h), coord(h)})
		}
		last := i == len(points)-1
		if last || ((len(points)-1-i)%every == 0) {
			t.Labels = append(t.Labels, TrendLabel{X: coord(x), Text: monthDay(p.Day), Now: last})
		}
	}
	t.Line, t.Due = line.String(), due.String()
	t.Area = t.Line + " L" + coord(trendRight) + " " + coord(trendBottom) + " L" + coord(trendLeft) + " " + coord(trendBottom) + " Z"
	end := t.Last()
	actual, expected := y(end.Actual()), y(end.Expected())
	t.End = TrendLabel{X: coord(trendRight), Y: coord(actual), Text: end.ActualText()}
	t.DueEnd = TrendLabel{X: coord(trendRight - 8), Y: coord(expected - 6), Text: end.ExpectedText()}
	// The two words must not lie on each other, nor on the days below.
	if d := max(trendWord, actual-6) - (expected - 6); d > -14 && d < 14 {
		if low := max(actual, expected); low < 100 {
			t.DueEnd.Y = coord(low + 18)
		} else {
			t.DueEnd.Y = coord(min(actual, expected) - 20)
		}
	}
	return t
}

// EndTextY is where the word of the line's end stands, above the point.
func (t Trend) EndTextY() string {
	y, err := strconv.ParseFloat(t.End.Y, 64)
	if err != nil {
		return coord(trendWord)
	}
	return coord(max(trendWord, y-6))
}

func coord(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// monthDay writes 2020-10-05 as 10/5, as charts do.
func monthDay(s string) string {
	_, m, d, _, ok := split(s)
	if !ok {
		return s
	}
	return strconv.Itoa(m) + "/" + strconv.Itoa(d)
}
