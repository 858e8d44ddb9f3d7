package main

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/dockmend/dockmend/fixer"
)

// This file binds the flags of the transforms.

// newTransformFlags returns a pointer to a struct that has a field for each flag, by the
// order of the transforms, with the tags that kong reads.
func newTransformFlags(all []*fixer.Transform) any {
	var fields []reflect.StructField
	for _, f := range flagsOf(all) {
		typ := reflect.TypeFor[string]()
		if f.Number {
			typ = reflect.TypeFor[*int]()
		}
		tag := fmt.Sprintf(`name:%q help:%q`, f.Name, f.Help)
		for key, value := range map[string]string{"placeholder": f.Placeholder, "enum": strings.Join(f.Enum, ","), "default": f.Default} {
			if value != "" {
				tag += fmt.Sprintf(` %s:%q`, key, value)
			}
		}
		fields = append(fields, reflect.StructField{Name: fieldName(f), Type: typ, Tag: reflect.StructTag(tag)})
	}
	return reflect.New(reflect.StructOf(fields)).Interface()
}

// fieldName returns an exported Go name for a flag: User_style.
func fieldName(f *fixer.Flag) string {
	name := strings.ReplaceAll(f.Name, "-", "_")
	return strings.ToUpper(name[:1]) + name[1:]
}

// flagsOf returns the flags of the transforms, each once.
func flagsOf(all []*fixer.Transform) (list []*fixer.Flag) {
	seen := map[string]bool{}
	for _, t := range all {
		for _, f := range t.Flags {
			if !seen[f.Name] {
				seen[f.Name] = true
				list = append(list, f)
			}
		}
	}
	return list
}

// transformValues returns the values of a struct of newTransformFlags, keyed by the
// name of the flag, without those that are not set.
func transformValues(of kong.Plugins) map[string]string {
	values := map[string]string{}
	for _, one := range of {
		v := reflect.ValueOf(one).Elem()
		for i := range v.NumField() {
			name := v.Type().Field(i).Tag.Get("name")
			switch value := v.Field(i).Interface().(type) {
			case string:
				if value != "" {
					values[name] = value
				}
			case *int:
				if value != nil {
					values[name] = strconv.Itoa(*value)
				}
			}
		}
	}
	return values
}

// checkTransformFlags makes sure that each value is one that its flag can have.
func checkTransformFlags(all []*fixer.Transform, values map[string]string) error {
	for _, f := range flagsOf(all) {
		value, set := values[f.Name]
		if !set || f.Check == nil {
			continue
		}
		if problem, hint := f.Check(value); problem != "" {
			return withHint(errors.New(problem), hint)
		}
	}
	return nil
}
