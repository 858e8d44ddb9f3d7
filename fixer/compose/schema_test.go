package compose

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	composeschema "github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// models are Compose files that compose-go accepts or refuses.
var models = []string{
	"services: {web: {image: x}}",
	"services: {web: {image: x, x-own: {a: 1}}}\nx-top: [1, 2]",
	"services: {web: {build: ., ports: ['80:80', 8080, {target: 90, published: '9'}], environment: [A=b, C], dns: ''}}",
	"services: {web: {build: {context: a, args: {A: 1, B: null, C: true}}, environment: {A: 1.5, B: null}, command: [a, b]}}",
	"services: {web: {image: x, volumes: [data:/data, {type: bind, source: ., target: /app, bind: {create_host_path: true}}]}}\nvolumes: {data: }",
	"services: {web: {image: x, volumes: [{type: disk, target: /app}]}}",
	"services: {web: {image: x, colour: red}}",
	"services: {web: {image: 1}}",
	"services: {web: {image: x, privileged: 3}}",
	"services: {web: {image: x, cap_add: [A, A]}}",
	"services: {web: {image: x, cap_add: [1, '1']}}",
	"services: {web: {image: x, oom_score_adj: 2000}}",
	"services: {web: {image: x, oom_score_adj: 20}}",
	"services: {web: {image: x, pull_policy: sometimes}}",
	"services: {web: {image: x, pull_policy: every_2d}}",
	"services: {web: {image: x, depends_on: {db: {condition: service_healthy}}}, db: {image: y, healthcheck: {test: x, retries: 3}}}",
	"services: {web: {image: x, depends_on: {db: {}}}, db: {image: y}}",
	"services: {web: {image: x, develop: {watch: [{path: ., action: sync, target: /app}]}}}",
	"services: {web: {image: x, develop: {watch: [{path: ., action: rebuild, x-initialSync: true}]}}}",
	"services: {web: {image: x, x-develop: {watch: []}}}",
	"services: {web: {image: x, pre_start: [{image: y, command: a, per_replica: true}]}}",
	"services: {web: {image: x, pre_start: [{image: y, command: a, ports: ['1:1']}]}}",
	"services: {'web!': {image: x}}",
	"services: {web: {image: x, deploy: {replicas: 2, resources: {limits: {cpus: '0.5', memory: 1g}}}}}",
	"services: {web: {image: x, ulimits: {nofile: {soft: 1, hard: 2}, nproc: 5}}}",
	"services: {web: {image: x, ulimits: {nofile: {soft: 1}}}}",
	"services: {web: {image: x, secrets: [a]}}\nsecrets: {a: {file: b}}",
	"services: {web: {image: x}}\nsecrets: {a: {file: b, environment: c}}",
	"services: {web: {image: x}}\nnetworks: {a: {external: true, name: n}, b: }",
	"services: {web: {image: x, networks: {a: {aliases: [z]}}}}\nnetworks: {a: {ipam: {config: [{subnet: 10.0.0.0/8}]}}}",
	"services: {web: }",
	"services: []",
	"wrong: {}",
	"{}",
	"services: {web: {image: x, environment: [COMPOSE_PROJECT_NAME]}}",
	"services: {web: {image: x, env_file: [{path: a, required: false}, b], extra_hosts: {a: 1.2.3.4}, tmpfs: [/a], init: true}}",
}

func parsedModel(t *testing.T, text string) map[string]any {
	var m map[string]any
	if err := yaml.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// TestSchema: compose-go accepts what isValid accepts, and isValid accepts all of
// these that compose-go does.
func TestSchema(t *testing.T) {
	taken := 0
	for _, text := range models {
		m := parsedModel(t, text)
		want := composeschema.Validate(m)
		if got := isValid(m); got != (want == nil) {
			t.Errorf("%s: %v, compose-go says %v", text, got, want)
		}
		if want == nil {
			taken++
		}
	}
	if taken < 10 || taken > len(models)-10 {
		t.Errorf("compose-go takes %d of %d: both sides need cases", taken, len(models))
	}
}

// TestSchemaUnsure: what is unknown is not valid.
func TestSchemaUnsure(t *testing.T) {
	deep := any("x")
	for range 2 * maxCheckedDepth {
		deep = map[string]any{"a": deep}
	}
	for name, v := range map[string]any{"a number": 1 << 60, "a channel": make(chan int), "too deep": deep} {
		c := &checking{}
		if c.value(recursive(), v, maxCheckedDepth, nil) && !c.unsure {
			t.Errorf("%s is valid", name)
		}
	}
}

// recursive returns a schema of nested objects and numbers.
func recursive() *schema {
	s := &schema{Type: oneOrMore{"object", "integer"}}
	s.Additional = &additional{schema: s}
	return s
}

// TestAssembled: assembled returns the same for files as compose-go's loader.
func TestAssembled(t *testing.T) {
	for _, first := range models {
		for _, second := range append(slices.Clone(models), "") {
			files := []map[string]any{parsedModel(t, first)}
			if second != "" {
				files = append(files, parsedModel(t, second))
			}
			got := assembled(files)
			want, err := loaded(files)
			switch {
			case got != nil && err != nil:
				t.Errorf("%s, %s: taken; compose-go says %v", first, second, err)
			case got == nil && err == nil && !strings.Contains(first+second, "x-develop") && !strings.Contains(first+second, "x-initialSync"):
				t.Errorf("%s, %s: refused, compose-go takes them", first, second)
			case got != nil && !reflect.DeepEqual(got, want):
				t.Errorf("%s, %s:\n%v, want\n%v", first, second, got, want)
			}
		}
	}
}

// loaded returns what merge gets from compose-go's loader.
func loaded(models []map[string]any) (model map[string]any, err error) {
	defer recovered(&err)
	details := types.ConfigDetails{WorkingDir: "/", Environment: types.Mapping{}}
	for _, m := range models {
		m = cloneValue(m).(map[string]any)
		prepare(m)
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: "compose.yaml", Config: m})
	}
	return loader.LoadModelWithContext(context.Background(), details, confine)
}

// TestSchemaKeywords: the specification uses no keyword that schema does not know.
func TestSchemaKeywords(t *testing.T) {
	known := strings.Fields("$schema $id title description deprecated default")
	for f := range reflect.TypeFor[schema]().Fields() {
		known = append(known, f.Tag.Get("json"))
	}
	var visit func(at string, v any)
	visit = func(at string, v any) {
		s, ok := v.(map[string]any)
		if !ok {
			return // true or false
		}
		for key, v := range s {
			if !slices.Contains(known, key) {
				t.Errorf("%s: keyword %s", at, key)
			}
			switch v := v.(type) {
			case []any:
				for _, e := range v {
					visit(at+"/"+key, e)
				}
			case map[string]any:
				if key == "items" || strings.HasSuffix(key, "dditionalProperties") || key == "unevaluatedProperties" {
					visit(at+"/"+key, v)
					continue
				}
				for name, e := range v {
					visit(at+"/"+key+"/"+name, e)
				}
			}
		}
	}
	var all any
	if err := json.Unmarshal([]byte(composeschema.Schema), &all); err != nil {
		t.Fatal(err)
	}
	visit("", all)
}
