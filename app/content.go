package app

import (
	"context"
	"sync"

	"duban/models"
	"duban/models/store"
)

// texts keeps the text of the plans that were read last. A plan's text changes
// only together with its version, so what is kept is never stale: it is asked
// for by both. Readers must not change what they get.
type texts struct {
	mu   sync.Mutex
	kept []text // the latest first
}

type text struct {
	plan    models.PlanID
	version int
	content store.Content
}

// textsKept is how many plans are kept: an office works on a few at a time. A
// plan of 1,000 measures takes about 2 MB.
const textsKept = 4

// Content returns the text of a plan as of the given version of it.
func (a *App) Content(ctx context.Context, p models.Plan) (store.Content, error) {
	if c, ok := a.texts.get(p); ok {
		return c, nil
	}
	c, err := a.DB.Content(ctx, p.ID)
	if err == nil {
		a.texts.put(text{p.ID, p.Version, c})
	}
	return c, err
}

func (t *texts) get(p models.Plan) (store.Content, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range t.kept {
		if k.plan == p.ID && k.version == p.Version {
			return k.content, true
		}
	}
	return store.Content{}, false
}

func (t *texts) put(n text) {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := []text{n}
	for _, k := range t.kept {
		if k.plan != n.plan && len(kept) < textsKept {
			kept = append(kept, k)
		}
	}
	t.kept = kept
}
