package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"duban/models"
)

type planCmd struct {
	List planListCmd `cmd:"" help:"列出方案 · List the plans"`
	Show planShowCmd `cmd:"" help:"显示方案 · Show one plan"`
}

type planListCmd struct {
	JSON bool `name:"json" help:"以 JSON 输出 · print JSON"`
}

// Run lists the plans.
func (c planListCmd) Run(p *program) error {
	o, err := p.open(true)
	if err != nil {
		return err
	}
	defer o.db.Close()
	plans, err := o.db.Plans(p.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		type line struct {
			Key            string           `json:"key"`
			Title          string           `json:"title"`
			DocumentNumber string           `json:"document_number"`
			Issuer         string           `json:"issuer"`
			Issued         models.Date      `json:"issued"`
			Year           int              `json:"year"`
			State          models.PlanState `json:"state"`
		}
		out := make([]line, len(plans))
		for i, x := range plans {
			out[i] = line{x.Key, x.Title, x.DocumentNumber, x.Issuer, x.Issued, x.Year, x.State}
		}
		return printJSON(p, out)
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, x := range plans {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", x.Key, p.t("plan.state."+string(x.State)), x.Issued, x.Title)
	}
	return w.Flush()
}

type planShowCmd struct {
	Key  string `arg:"" help:"方案代号 · the plan's key, as plan list shows it"`
	JSON bool   `name:"json" help:"以 JSON 输出 · print JSON"`
}

// Run shows one plan.
func (c planShowCmd) Run(p *program) error {
	o, err := p.open(true)
	if err != nil {
		return err
	}
	defer o.db.Close()
	d, err := o.app.PlanDraft(p.ctx, c.Key)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(p, d.Printed())
	}
	fmt.Fprintf(p.out, "%s\n%s  %s  %s\n", d.Plan.Title, d.Plan.DocumentNumber, d.Plan.Issuer, d.Plan.Issued)
	byID := map[string]models.DraftMeasure{}
	for _, m := range d.Measures {
		byID[m.ID] = m
	}
	for _, t := range d.Tasks {
		var path []string
		for _, i := range t.Indicators {
			path = append(path, i.Name+" "+i.Code)
		}
		fmt.Fprintf(p.out, "\n%s  %s\n", t.No, strings.Join(path, " › "))
		for _, id := range t.Measures {
			m := byID[id]
			var ds []string
			for _, dl := range m.Deadlines {
				ds = append(ds, strings.TrimSpace(dl.Date.String()+" "+dl.Text))
			}
			fmt.Fprintf(p.out, "    %s %s\n        %s\n        %s\n", m.ID, m.Text, m.UnitText, strings.Join(ds, "; "))
		}
	}
	for _, x := range d.Problems {
		fmt.Fprintf(p.out, "\n[%s] %s: %s", x.Severity, x.Where, x.Message)
	}
	fmt.Fprintln(p.out)
	return nil
}

func printJSON(p *program, v any) error {
	enc := json.NewEncoder(p.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
