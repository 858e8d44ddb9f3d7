package workload

import (
	"fmt"
	"testing"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// TestDeclared has what an image declares of its containers by itself and by its base image, and
// what is not known of it.
func TestDeclared(t *testing.T) {
	base := &baseimage.Facts{Image: "node:22", Config: &baseimage.Config{Volumes: []string{"/base"}, ExposedPorts: []string{"53/udp", "80/tcp"}}}
	for name, c := range map[string]struct {
		base      *baseimage.Facts
		src, want string
	}{
		"nothing":            {known, "FROM node:22\n", "[] true []"},
		"of the base image":  {base, "FROM node:22\n", "[/base] true [80]"},
		"its own":            {base, "FROM node:22\nVOLUME /data\nEXPOSE 3000 80 9000/udp\nARG P=1234\nEXPOSE $P/TCP\n", "[/base /data] true [80 1234 3000]"},
		"a range":            {known, "FROM node:22\nEXPOSE 3000-3002\n", "[] true []"},
		"a variable":         {known, "FROM node:22\nARG D\nVOLUME $D\nEXPOSE $D\n", "[] false []"},
		"of an unknown base": {nil, "FROM acme/base\nVOLUME /data\nEXPOSE 1\n", "[/data] false [1]"},
	} {
		t.Run(name, func(t *testing.T) {
			got := on(t, c.base, c.src, files()).Container("Dockerfile")
			if text := fmt.Sprint(got.Volumes, got.VolumesKnown, got.Ports); text != c.want {
				t.Errorf("got %s, want %s", text, c.want)
			}
			if c.src != "FROM node:22\n" {
				return
			}
			if image := OfImage("node:22", c.base); fmt.Sprint(image.Volumes, image.VolumesKnown, image.Ports) != c.want {
				t.Errorf("as a published image: %v %v %v", image.Volumes, image.VolumesKnown, image.Ports)
			}
		})
	}
}
