package models

// Reading is an issued document as the importer read it: the draft of a plan,
// and beside every value where in the source it stands and how sure the
// reading is. It is pure data; a person corrects it by Edits before it is
// stored as a plan.
type Reading struct {
	Draft    Draft    `json:"draft"`
	Shape    Shape    `json:"shape"`
	Format   string   `json:"format"`   // txt, html, docx, xlsx, csv
	Encoding string   `json:"encoding"` // of text files: UTF-8, GB18030 …
	Source   string   `json:"source"`   // the document's text as decoded, lines ended by \n; spans count its bytes
	Marks    []Mark   `json:"marks"`
	Repairs  []Repair `json:"repairs"`
	Doubts   []Doubt  `json:"doubts"`
}

// Shape is how a document is laid out.
type Shape string

// The shapes that the importer knows.
const (
	ShapeMatrix     Shape = "matrix"     // 责任分工表: rows and columns
	ShapePoints     Shape = "points"     // 工作要点: sections and numbered items
	ShapeEvaluation Shape = "evaluation" // 评估方案: objects, points, indicators, milestones
	ShapePolicy     Shape = "policy"     // 对策建议: problems, causes, recommendations
)

// Span is a stretch of Reading.Source in bytes, From inclusive, To exclusive.
// The zero value is no place.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Sure is how sure the reading of a value is.
type Sure int

// Grades of confidence, shown as one to three bars.
const (
	SureLow  Sure = 1 // 低，须确认
	SureMid  Sure = 2 // 中，请核对
	SureHigh Sure = 3 // 高
)

// Mark says where a value of the draft stands in the source.
type Mark struct {
	Span
	// Path addresses the value: plan.title, plan.document_number, plan.issuer,
	// plan.issued, plan.year, plan.addressees, task/20/no, task/20/indicator/2,
	// task/20/title, task/20/points, task/20/remark/0, measure/m5/text,
	// measure/m5/units (the whole wording), measure/m5/duty/0,
	// measure/m5/deadline/0, measure/m5/target/0.
	Path string `json:"path"`
	Sure Sure   `json:"sure"`
}

// Repair is one mending of damaged or foreign text: what stood there, what is
// read instead. Lost marks what cannot be restored.
type Repair struct {
	Span
	Kind   string `json:"kind"` // pinyin, script, shift, width, space, break, furniture
	Before string `json:"before"`
	After  string `json:"after"`
	Lost   bool   `json:"lost,omitempty"`
}

// Doubt is what a person must confirm or should check.
type Doubt struct {
	ID       string   `json:"id"`       // d1, d2 … in the order of the source
	Severity string   `json:"severity"` // SeverityConfirm blocks issuing, SeverityCheck does not
	Kind     string   `json:"kind"`     // groups what one answer settles: catalogue keys doubt.<kind>, doubt.<kind>.title
	Args     []string `json:"args,omitempty"`
	Where    string   `json:"where"` // "row 20", "rows 9, 10", "document"
	Path     string   `json:"path,omitempty"`
	Span     `json:"span"`
	Options  []Option `json:"options,omitempty"`
	Chosen   string   `json:"chosen,omitempty"` // key of the option that a person took; "ok" without options; "" open
}

// Option is one way to settle a doubt.
type Option struct {
	Key         string   `json:"key"` // catalogue key option.<key>
	Args        []string `json:"args,omitempty"`
	Recommended bool     `json:"recommended,omitempty"`
	Edits       []Edit   `json:"edits,omitempty"` // what taking it changes; none: the reading stands
}
