package compose

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// describeNeeds returns what a service depends on, and what is started before it.
func describeNeeds(s *Service) string {
	var b strings.Builder
	for _, d := range s.DependsOn {
		fmt.Fprintf(&b, "on %s", d.Name)
		flags(&b, map[string]bool{"healthy": d.Healthy, "completed": d.Completed, "optional": d.Optional})
		fmt.Fprintf(&b, " %q\n", d.Aliases)
	}
	for _, n := range s.Deployment.Needs {
		fmt.Fprintf(&b, "%s %q %q", n.Name, n.Image, n.Hosts)
		flags(&b, map[string]bool{"healthy": n.Healthy, "completed": n.Completed, "stays": n.Stays})
		if n.Unknown != "" {
			fmt.Fprintf(&b, " unknown: %s", n.Unknown)
		}
		if n.Deployment != nil && n.Deployment.Needs != nil {
			b.WriteString(" with needs of its own")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func flags(b *strings.Builder, set map[string]bool) {
	for _, name := range names(set) {
		if set[name] {
			fmt.Fprintf(b, " %s", name)
		}
	}
}

// TestNeeds: what a service depends on is there with its own needs before it, each once, and with why
// it can't be started.
func TestNeeds(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing":        {"", ""},
		"the short form": {"    depends_on: [db, cache]\n", "on cache []\non db []\ncache \"redis\" [\"cache\"]\ndb \"postgres:16\" [\"db\" \"the-db\"]\n"},
		"the long form": {
			"    depends_on:\n      db: {condition: service_healthy}\n      cache: {condition: service_completed_successfully, required: false}\n",
			"on cache completed optional []\non db healthy []\ncache \"redis\" [\"cache\"] completed\ndb \"postgres:16\" [\"db\" \"the-db\"] healthy\n",
		},
		"links": {
			"    links: [db, 'db:database', 'db:a b']\n",
			"on db [\"a b\" \"database\"]\ndb \"postgres:16\" [\"db\" \"the-db\" \"database\"]\n",
		},
		"both": {
			"    links: ['db:database']\n    depends_on: {db: {condition: service_healthy, required: false}}\n",
			"on db healthy [\"database\"]\ndb \"postgres:16\" [\"db\" \"the-db\" \"database\"] healthy\n",
		},
		"needs of needs": {
			"    depends_on: [queue, keeper]\n",
			"on keeper []\non queue []\nkeeper \"zookeeper\" [\"keeper\"] healthy\nqueue \"kafka\" [\"queue\" \"broker\"]\n",
		},
		"not there":        {"    depends_on: {other: {condition: service_started, required: false}}\n", "on other optional []\n"},
		"built":            {"    depends_on: [api]\n", "on api []\napi \"\" [\"api\"] unknown: it is built from a Dockerfile\n"},
		"a variable":       {"    depends_on: [any]\n", "on any []\nany \"\" [\"any\"] unknown: the repository does not say its image redis:$TAG\n"},
		"no value":         {"    depends_on: [secret]\n", "on secret []\nsecret \"redis\" [\"secret\"] unknown: the repository does not say the value of TOKEN\n"},
		"of the host":      {"    depends_on: [bound]\n", "on bound []\nbound \"redis\" [\"bound\"] unknown: ./data is mounted over it in compose.yaml:24\n"},
		"another network":  {"    depends_on: [vpn]\n", "on vpn []\nvpn \"vpn\" [\"vpn\"] unknown: compose.yaml:27 says network_mode\n"},
		"elsewhere":        {"    depends_on: [far]\n", "on far []\nfar \"redis\" [\"far\"] unknown: it has no network with web\n"},
		"made by another":  {"    depends_on: [migrate]\n", "on migrate []\nmigrate \"acme/api:latest\" [\"migrate\"] unknown: its image is that of the service api, which is built from a Dockerfile\n"},
		"with rights":      {"    depends_on: [root]\n", "on root []\nroot \"redis\" [\"root\"] unknown: compose.yaml:35 says privileged\n"},
		"by defaults":      {"    depends_on: [usual]\n", "on usual []\nusual \"postgres\" [\"usual\"] stays\n"},
		"an unknown name":  {"    depends_on: ['$DB']\n", "on $DB []\n$DB \"\" [] unknown: there is no such service\n"},
		"an unknown link":  {"    links: ['$DB:db']\n", "on $DB [\"db\"]\n$DB \"\" [\"db\"] unknown: there is no such service\n"},
		"reset afterwards": {"    depends_on: !reset [db]\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			set, err := Load(files("== compose.yaml\n"+others+"  web:\n    build: .\n"+c.text), ".")
			if err != nil {
				t.Fatal(err)
			}
			list := set.Projects[0].Services
			if len(list) == 0 {
				t.Fatalf("no service: %v", set.Projects[0].Gaps)
			}
			if got := describeNeeds(list[len(list)-1]); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

// others are services that the one of a test depends on.
const others = `networks: {other: {}}
services:
  db:
    image: postgres:16
    container_name: the-db
  cache:
    image: redis
  queue:
    image: kafka
    depends_on: {keeper: {condition: service_healthy}}
    networks: {default: {aliases: [broker, "b a d"]}}
  keeper:
    image: zookeeper
  api:
    build: api
    image: acme/api
  any:
    image: redis:$TAG
  secret:
    image: redis
    environment: [TOKEN]
  bound:
    image: redis
    volumes: ["./data:/data"]
  vpn:
    image: vpn
    network_mode: host
  far:
    image: redis
    networks: [other]
  migrate:
    image: acme/api:latest
  root:
    image: redis
    privileged: true
  usual:
    image: postgres
    restart: always
    environment: {POSTGRES_DB: "${DB:-app}"}
    healthcheck: {test: ["CMD-SHELL", "pg_isready -U $${POSTGRES_DB}"]}
`

// TestManyNeeds: a chain, a crowd and a cycle end, and say so.
func TestManyNeeds(t *testing.T) {
	var chain, crowd strings.Builder
	chain.WriteString("services:\n")
	crowd.WriteString("services:\n  s:\n    image: a\n    depends_on: [")
	for i := range 2000 {
		fmt.Fprintf(&chain, "  s%04d:\n    image: a\n    depends_on: [s%04d]\n", i, i+1)
		fmt.Fprintf(&crowd, "s%04d, ", i)
	}
	chain.WriteString("  s2000:\n    image: a\n")
	crowd.WriteString("]\n")
	for i := range 2000 {
		fmt.Fprintf(&crowd, "  s%04d:\n    image: a\n", i)
	}
	for name, c := range map[string]struct {
		text string
		n    int
		why  string
	}{
		"a chain": {chain.String(), maxNeeds + 1, "it would be more than 8 services for one"},
		"a crowd": {crowd.String(), maxNeeds + 1, "it would be more than 8 services for one"},
		// compose-go refuses a cycle, but is not asked where a variable has no value.
		"a cycle":               {"services:\n  s: {image: a, depends_on: [x], hostname: $H}\n  x: {image: a, depends_on: [y]}\n  y: {image: a, depends_on: [x]}\n", 2, "it depends on x, which depends on it"},
		"a cycle with itself":   {"services:\n  s: {image: a, depends_on: [x]}\n  x: {image: '$X', depends_on: [s]}\n", 1, "it depends on s, which depends on it"},
		"it depends on itself":  {"services:\n  s: {image: '$X', depends_on: [s]}\n", 0, ""},
		"another's dependency":  {"services:\n  s: {image: a, depends_on: [x]}\n  x: {image: '$X', depends_on: [nosuch]}\n", 2, "there is no such service"},
		"two that need another": {"services:\n  s: {image: a, depends_on: [x, y]}\n  x: {image: a, depends_on: [z]}\n  y: {image: a, depends_on: [z]}\n  z: {image: a}\n", 3, ""},
	} {
		t.Run(name, func(t *testing.T) {
			set, err := Load(files("== compose.yaml\n"+c.text), ".")
			if err != nil || len(set.Projects[0].Services) == 0 {
				t.Fatal(err, set.Projects[0].Gaps)
			}
			list := set.Projects[0].Services[0].Deployment.Needs
			said := ""
			for _, n := range list {
				if n.Unknown != "" && said == "" {
					said = n.Unknown
				}
			}
			if len(list) != c.n || said != c.why {
				t.Errorf("%d needs, %q; want %d, %q", len(list), said, c.n, c.why)
			}
		})
	}
}

// TestNeedsGrowth: what is found of needs is linear in the services, also where each is built, and many
// need the same.
func TestNeedsGrowth(t *testing.T) {
	grown := func(line string) func(n int) uint64 {
		return func(n int) uint64 {
			var b strings.Builder
			b.WriteString("services:\n  db: {image: postgres}\n  s0: {image: i0}\n")
			for i := range n {
				fmt.Fprintf(&b, line, i+1, i+1, i)
			}
			root := files("== compose.yaml\n" + b.String())
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			set, err := Load(root, ".")
			runtime.ReadMemStats(&after)
			if err != nil || len(set.Projects[0].Services) != n+2 {
				t.Fatal(err, set.Projects[0].Gaps)
			}
			return after.TotalAlloc - before.TotalAlloc
		}
	}
	for name, line := range map[string]string{
		"a chain":  "  s%d: {image: i%d, depends_on: [s%d]}\n",
		"of a hub": "  s%d: {build: ., image: i%d, depends_on: [db], labels: [a%d]}\n",
	} {
		alloc := grown(line)
		if one, two := alloc(500), alloc(1000); two > one*5/2 {
			t.Errorf("%s: %d bytes for 500 services, %d for 1,000", name, one, two)
		}
	}
}
