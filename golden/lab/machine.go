package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// suite is the release that the base images are made from.
const suite = "bookworm"

// Missing returns all that prevents the lab from running here, a line each, and nil if
// it can run.
func Missing() error {
	var errs []error
	if os.Geteuid() != 0 {
		errs = append(errs, errors.New("root rights: BuildKit and mmdebstrap make users, mounts and containers"))
	}
	if _, err := os.Stat("/etc/debian_version"); err != nil {
		errs = append(errs, errors.New("a Debian system: the base images are made from its packages"))
	}
	for _, c := range []struct{ name, pkg string }{
		{"runc", "runc"}, {"mmdebstrap", "mmdebstrap"}, {"npm", "npm"}, {"dockerd", "docker.io"}, {"docker", "docker.io"}, {"etcd", "etcd-server"},
	} {
		if _, err := exec.LookPath(c.name); err != nil {
			errs = append(errs, fmt.Errorf("%s: apt-get install %s", c.name, c.pkg))
		}
	}
	if _, err := exec.LookPath("go"); err != nil {
		errs = append(errs, errors.New("go: 1.26.8 or newer, from go.dev/dl"))
	}
	if len(errs) == 0 {
		return nil
	}
	return fmt.Errorf("the lab can't run on this machine. It lacks\n%w", errors.Join(errs...))
}

// machine is how this machine reaches Debian's packages and the npm registry.
// The base images get the same, so that builds in them reach both. It is read
// when the lab starts and is in no file of the repository.
type machine struct {
	Sources []string // lines of sources.list
	Apt     string   // of apt.conf: how to fetch
	Npmrc   string
	Env     []string
	Bundle  []byte            // all certificate authorities, as PEM
	CAs     map[string][]byte // those that the machine's owner added, by file name
}

const bundle = "/etc/ssl/certs/ca-certificates.crt"

func readMachine(ctx context.Context) (*machine, error) {
	m := &machine{CAs: map[string][]byte{}}
	// Without release info it lists sources that were never fetched, too.
	targets, err := output(ctx, "apt-get", "indextargets", "--no-release-info", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(targets) {
		source := "deb " + strings.TrimSpace(line)
		if f := strings.Fields(line); len(f) == 3 && strings.HasPrefix(f[1], suite) && f[2] == "main" && !slices.Contains(m.Sources, source) {
			m.Sources = append(m.Sources, source)
		}
	}
	if len(m.Sources) == 0 {
		return nil, fmt.Errorf("apt knows no source of Debian %s", suite)
	}
	m.Apt, err = output(ctx, "apt-config", "dump", "Acquire::http", "Acquire::https", "Acquire::Retries",
		"Acquire::Check-Date", "Acquire::Check-Valid-Until", "Acquire::ForceIPv4")
	if err != nil {
		return nil, err
	}
	if m.Npmrc, err = npmrc(ctx); err != nil {
		return nil, err
	}
	if os.Getenv("NODE_EXTRA_CA_CERTS") != "" {
		m.Env = []string{"NODE_EXTRA_CA_CERTS=" + bundle}
	}
	if m.Bundle, err = os.ReadFile(bundle); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	added, err := filepath.Glob("/usr/local/share/ca-certificates/*.crt")
	if err != nil {
		return nil, err
	}
	for _, name := range added {
		if m.CAs[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// ownPaths matches npm settings about this machine's own files, not about the network.
var ownPaths = regexp.MustCompile(`(?m)^\s*(nodedir|prefix|cache|cafile|script-shell|globalconfig|userconfig)\s*=.*\n?`)

// npmrc returns the user's and the machine's npm settings in one. Native addons are
// compiled against the headers in the images, since nothing else can be fetched
// everywhere.
func npmrc(ctx context.Context) (string, error) {
	var b strings.Builder
	for _, which := range []string{"globalconfig", "userconfig"} {
		name, err := output(ctx, "npm", "config", "get", which)
		if err != nil {
			return "", err
		}
		data, err := os.ReadFile(strings.TrimSpace(name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		b.WriteString(ownPaths.ReplaceAllString(string(data)+"\n", ""))
	}
	b.WriteString("cafile=" + bundle + "\nnodedir=/usr/local\n")
	return b.String(), nil
}

// keepNothing is the apt configuration of Debian's official images: it keeps neither
// the fetched packages nor the caches.
const keepNothing = `
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin"; };
APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin"; };
`

// write writes the settings below dir, as files of a root file system.
func (m *machine) write(dir string) error {
	files := map[string][]byte{
		"etc/apt/apt.conf.d/90machine": []byte(m.Apt + keepNothing),
		"etc/apt/sources.list":         []byte(strings.Join(m.Sources, "\n") + "\n"),
		"usr/local/etc/npmrc":          []byte(m.Npmrc),
	}
	if len(m.Bundle) > 0 {
		files[bundle[1:]] = m.Bundle
	}
	for name, pem := range m.CAs {
		files["usr/local/share/ca-certificates/"+name] = pem
	}
	for name, data := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// debootstrap makes the root file system of a minimal Debian at name, a tar.
func (m *machine) debootstrap(ctx context.Context, name string) error {
	overlay, err := os.MkdirTemp("", "lab-overlay-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(overlay)
	if err := m.write(overlay); err != nil {
		return err
	}
	// Without documents and translations, as in the slim images.
	args := []string{"--quiet", "--mode=root", "--format=tar", "--variant=minbase", "--include=ca-certificates"}
	for _, p := range []string{"man", "locale", "doc", "info"} {
		args = append(args, "--dpkgopt=path-exclude=/usr/share/"+p+"/*")
	}
	args = append(args,
		"--customize-hook=copy-in "+filepath.Join(overlay, "etc")+" "+filepath.Join(overlay, "usr")+" /",
		`--customize-hook=chroot "$1" update-ca-certificates`,
		`--customize-hook=rm -f "$1"/var/cache/apt/*.bin`,
		suite, name+".tmp", "-")
	cmd := exec.CommandContext(ctx, "mmdebstrap", args...)
	cmd.Stdin = strings.NewReader(strings.Join(m.Sources, "\n") + "\n")
	if err := runQuiet(cmd); err != nil {
		return fmt.Errorf("no Debian could be made, which takes its packages from the network: %w", err)
	}
	return os.Rename(name+".tmp", name)
}

func output(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	err := runQuiet(cmd)
	return stdout.String(), err
}

// runQuiet runs cmd; the error contains its output.
func runQuiet(cmd *exec.Cmd) error {
	var out bytes.Buffer
	cmd.Stderr = &out
	if cmd.Stdout == nil {
		cmd.Stdout = &out
	}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, tail(out.String(), 30))
	}
	return nil
}

func tail(s string, n int) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
