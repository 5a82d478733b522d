package importer

import "strings"

// node is a numbered paragraph with what stands under it.
type node struct {
	label label
	at    int    // its line
	text  string // without the label
	paras []int  // lines of unnumbered text directly under it
	nodes []*node
}

// outlineOf builds the tree of the numbered paragraphs of a document. The
// root has no label; its paras are the lines before the first number.
//
// The form of a number says its level only within one document: some put
// （一） under 1. The first form met inside a node opens the level below it;
// a form that is open already closes what is deeper. The level is never read
// from the number's value, since numbers restart, skip and repeat.
func outlineOf(text []string) *node {
	root := &node{at: -1}
	open := []*node{root}
	for i, s := range text {
		if strings.TrimSpace(s) == "" {
			continue
		}
		l, ok := labelOf(s)
		if !ok {
			last := open[len(open)-1]
			last.paras = append(last.paras, i)
			continue
		}
		for depth, n := range open[1:] {
			if n.label.mark == l.mark {
				open = open[:depth+1]
				break
			}
		}
		n := &node{label: l, at: i, text: strings.TrimSpace(s[l.end:])}
		parent := open[len(open)-1]
		parent.nodes = append(parent.nodes, n)
		open = append(open, n)
	}
	return root
}

// walk calls f for every node below n, in the order of the document, with the
// nodes above it, outermost first.
func (n *node) walk(f func(above []*node, n *node)) { n.walkUnder(nil, f) }

func (n *node) walkUnder(above []*node, f func([]*node, *node)) {
	for _, c := range n.nodes {
		f(above, c)
		c.walkUnder(append(above[:len(above):len(above)], c), f)
	}
}
