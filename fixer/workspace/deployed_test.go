package workspace

import (
	"strings"
	"testing"
)

// TestDeployed: what a changed Compose file runs has what it depends on, as the file says after the
// change, and each after its own needs.
func TestDeployed(t *testing.T) {
	const text = `services:
  shop:
    build: .
    depends_on: [queue, api]
  api:
    build: .
    depends_on: [db]
  queue:
    image: kafka:4
    depends_on: [db]
  db:
    image: postgres:16
`
	files := Link(checkoutOf(t, map[string]string{"compose.yaml": text}, Search{Compose: true}))
	var file *File
	for _, f := range files {
		defer f.Keep()()
		if f.place == "compose.yaml" {
			file = f
		}
	}
	var got []string
	for _, d := range file.Deployed(map[string][]byte{"compose.yaml": []byte(strings.Replace(text, "postgres:16", "postgres:16.4", 1))}) {
		got = append(got, d.Name)
		for _, n := range d.Needs {
			got = append(got, strings.TrimSpace("- "+n.Name+" "+n.Image+" "+n.Unknown))
		}
	}
	const want = "service shop, - db postgres:16.4, - api  it is built from a Dockerfile, - queue kafka:4, service api, - db postgres:16.4"
	if strings.Join(got, ", ") != want {
		t.Errorf("got %s", strings.Join(got, ", "))
	}
}
