package users

import "github.com/dockmend/dockmend/fixer/stage"

// Spelled names a user that the file creates under a variable by that variable:
// who builds with another name then gets that one here too.
func Spelled(id Identity, s stage.State) Identity {
	u, ok := s.Accounts.User(id.Name)
	if !ok {
		return id
	}
	if v, ok := Variable(s, u.Raw); ok {
		if id.Group == id.Name {
			id.Group = v
		}
		id.User = v
	}
	return id
}
