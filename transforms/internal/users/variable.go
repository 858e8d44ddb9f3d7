package users

import "github.com/dockmend/dockmend/fixer/stage"

// Spelled returns an identity that names a user by the variable under which the file
// creates it: a build with another name then gets that one here too.
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
