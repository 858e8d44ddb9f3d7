package services

import (
	"fmt"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms/internal/rights"
)

// Repeated doubts that an item may be added to a list of the service that docker compose
// refuses where two merged files have it: another file has the service, too, and nothing says
// that they are not merged.
func (s Subject) Repeated() fixer.Decision {
	for _, other := range s.pass.Beside(s.Name) {
		return fixer.Doubt(fmt.Sprintf("%s has the service, too: docker compose refuses the two together where both say it", other.Place))
	}
	return fixer.Decision{}
}

// Fixed says why nothing can be added to the entry, whatever it is; "" where it can.
func (s Subject) Fixed() string {
	if key, _ := s.Node.Get("extends"); key != nil {
		return fmt.Sprintf("it extends another service (line %d), which may have what would be added", s.pass.Line(key.Offset))
	}
	if at := s.Stated("pre_start"); at != (workload.Place{}) {
		return at.String() + " starts other containers with its settings"
	}
	if err := s.pass.File.Editable(s.Node); err != nil {
		return "its entry can't be edited: " + err.Error()
	}
	return ""
}

// IsToldFixed reports whether compose-user says of the entry that it is Fixed, so that nobody
// else must.
func (s Subject) IsToldFixed() bool {
	return s.Fixed() != "" && s.MayHarden() && !s.User().Stated
}

// Editable refuses what can't be added to the entry.
func (s Subject) Editable(err error) fixer.Decision {
	why := s.Fixed()
	if why == "" && err != nil {
		why = "it can't be added: " + err.Error()
	}
	return fixer.Refusal(why)
}

// order are the attributes after which one is added that concerns what the container may do,
// in the order in which they are written.
var order = []string{"image", "build", "container_name", "user", "init", "read_only", "tmpfs", "cap_drop", "cap_add", "security_opt"}

// Add returns the edits that add an attribute to the service, which does not have it.
func (s Subject) Add(key string, v yamlfile.Value) ([]document.Edit, error) {
	return rights.One(s.pass.File.AddEntry(s.Node, key, v, order...))
}

// Set returns the edits that put a value in the place of that of an attribute.
func (s Subject) Set(key, old *yamlfile.Node, v yamlfile.Value) ([]document.Edit, error) {
	return rights.One(s.pass.File.SetValue(key, old, v))
}

// AddItems returns the edits that add items to the list of an attribute, or the attribute.
func (s Subject) AddItems(key string, items ...yamlfile.Value) (edits []document.Edit, err error) {
	at, list := s.Node.Get(key)
	switch {
	case at == nil:
		return s.Add(key, yamlfile.List(items...))
	case list.IsNull(), list.Resolve().Kind == yamlfile.Sequence && list.Len() == 0:
		return rights.One(s.pass.File.SetValue(at, list, yamlfile.List(items...)))
	}
	for _, item := range items {
		edit, err := rights.One(s.pass.File.AddItem(list, item))
		if err != nil {
			return nil, err
		}
		edits = append(edits, edit...)
	}
	return edits, nil
}
