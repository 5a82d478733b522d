package view

import (
	"strconv"
	"strings"
	"testing"
)

func TestTrend(t *testing.T) {
	if NewTrend(nil) != nil || NewTrend([]TrendPoint{{Day: "2020-10-13"}}) != nil {
		t.Error("one point is no course")
	}
	tr := NewTrend([]TrendPoint{
		{"2020-09-28", 0, 500, 1000, 0}, {"2020-10-05", 500, 500, 1000, 40}, {"2020-10-12", 610, 500, 1000, 10},
	})
	// 61 percent needs the scale to 80, drawn from 128 (nothing) up to 8.
	if n := len(tr.Grid); n != 5 || tr.Grid[4].Label != 80 || tr.Grid[4].Y != "8.0" || tr.Grid[0].Y != "128.0" {
		t.Errorf("grid %v", tr.Grid)
	}
	if tr.Line != "M30.0 128.0 L204.0 53.0 L378.0 36.5" {
		t.Errorf("line %s", tr.Line)
	}
	if tr.Due != "M30.0 53.0 L204.0 53.0 L378.0 53.0" {
		t.Errorf("due %s", tr.Due)
	}
	if !strings.HasPrefix(tr.Area, tr.Line) || !strings.HasSuffix(tr.Area, "Z") {
		t.Errorf("area %s", tr.Area)
	}
	// No column for a day without overdue tasks; the tallest is 39 high.
	if len(tr.Cols) != 2 || tr.Cols[0] != (TrendCol{"199.0", "89.0", "39.0"}) {
		t.Errorf("columns %v", tr.Cols)
	}
	if tr.Peak.Overdue != 40 || tr.First().ActualText() != "0.0" || tr.Last().ActualText() != "61.0" || tr.Last().ExpectedText() != "50.0" {
		t.Errorf("peak %v, first %s, last %s of %s", tr.Peak, tr.First().ActualText(), tr.Last().ActualText(), tr.Last().ExpectedText())
	}
	if !tr.Labels[2].Now || tr.Labels[0].Text != "9/28" {
		t.Errorf("labels %v", tr.Labels)
	}
}

// TestTrendInside: whatever the figures, nothing is drawn outside the frame, and
// the two words at the end do not lie on each other.
func TestTrendInside(t *testing.T) {
	for done := 0; done <= 100; done += 5 {
		for due := 0; due <= 100; due += 5 {
			for _, n := range []int{2, 8, 60} {
				var points []TrendPoint
				for i := range n {
					points = append(points, TrendPoint{"2020-10-01", done * i / n, due * i / n, 100, i % 7})
				}
				points = append(points, TrendPoint{"2020-10-13", done, due, 100, 3})
				tr := NewTrend(points)
				for _, path := range []string{tr.Line, tr.Due} {
					for _, p := range strings.Split(path, "L") {
						xy := strings.Fields(strings.TrimPrefix(strings.TrimSpace(p), "M"))
						x, y := number(t, xy[0]), number(t, xy[1])
						if x < 30 || x > 378 || y < 8 || y > 128 {
							t.Fatalf("done %d, due %d: point %v is outside", done, due, xy)
						}
					}
				}
				if d := number(t, tr.EndTextY()) - number(t, tr.DueEnd.Y); d > -12 && d < 12 {
					t.Fatalf("done %d, due %d: the words at the end are %v apart", done, due, d)
				}
				if len(tr.Labels) > 9 {
					t.Fatalf("%d labels do not fit", len(tr.Labels))
				}
			}
		}
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
