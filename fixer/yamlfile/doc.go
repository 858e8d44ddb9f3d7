// Package yamlfile parses YAML files into nodes that know where in the bytes
// they start, so that findings can be reported, and later changed, at the right place.
//
// The parser is go.yaml.in/yaml/v4. A file is accepted as a whole or refused
// with an [Error] that has a place: duplicate keys, templates and anything that
// exceeds the bounds of the package are errors, not partial results.
//
// The package is pure: bytes go in, values come out.
package yamlfile
