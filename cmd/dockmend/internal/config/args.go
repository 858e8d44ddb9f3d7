package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Args returns a flag as arguments of a command line. The value is one that Value
// may have, or a pointer to a number.
func Args(name string, value any) (args []string) {
	flag := "--" + name + "="
	switch v := value.(type) {
	case []string:
		for _, s := range v {
			args = append(args, flag+strings.ReplaceAll(s, ",", `\,`))
		}
	case map[string]string:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			args = append(args, flag+k+"="+v[k])
		}
	case *int:
		if v != nil {
			args = append(args, fmt.Sprintf("%s%d", flag, *v))
		}
	default:
		args = append(args, fmt.Sprintf("%s%v", flag, v))
	}
	return args
}

// join lists names for people.
func join(names []string) string { return strings.Join(names, ", ") }
