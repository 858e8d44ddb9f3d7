// Package observer is the part of a proof that runs inside the container, next
// to the observed command: it reads /proc and the file system there, and prints the
// results. It needs nothing of the image, neither a shell nor a C library, and can't
// reach BuildKit.
package observer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// Request is a question to an observer, and Response its answer. An observer
// answers one question and ends: input to a process of BuildKit's gateway that is just
// ending breaks the connection, so there is none.
type Request struct {
	Await  *Await   `json:",omitempty"` // is answered first, with Ready
	Visit  bool     `json:",omitempty"` // the first ports that are listened on get a request each
	Pages  []string `json:",omitempty"` // with Visit: further requests, "/path" or ":port/path"
	Taken  []int    `json:",omitempty"` // ports that get none
	Only   []int    `json:",omitempty"` // no other ports get one; nil for all
	Look   bool     `json:",omitempty"` // at PID 1 and its descendants
	Who    bool     `json:",omitempty"` // as which user does the observer itself run?
	Where  bool     `json:",omitempty"` // at which address do other containers reach this one?
	Survey bool     `json:",omitempty"` // of an image in which nothing else runs
	Check  *Check   `json:",omitempty"` // is run, and nothing else is asked
	Signal *Signal  `json:",omitempty"` // is sent, and nothing else is asked
	Access []string `json:",omitempty"` // may As write these?
	As     *User    `json:",omitempty"` // nil for the user of PID 1; see Look
	Self   []string // the command line of the observer, up to its arguments
}

// Await waits until a process listens on one of the ports, and, if there is a URL,
// until it answers with a status below 400.
type Await struct {
	Ports   []int
	Taken   []int // in use by others, and so not an answer
	URL     string
	Timeout time.Duration
	// Elsewhere, if not 0, ends the waiting after that time if other ports are in use.
	Elsewhere time.Duration
}

// Response is an answer.
type Response struct {
	Ready     bool      `json:",omitempty"`
	Processes []Process `json:",omitempty"` // PID 1 is the first
	User      *User     `json:",omitempty"` // of Who
	Address   string    `json:",omitempty"` // of Where
	Ports     Ports
	Files     *Files   `json:",omitempty"`
	Changed   []Change `json:",omitempty"` // of a watch; at most 10,000
	Writable  []bool   `json:",omitempty"` // of Access, one by one
	Checked   *Checked `json:",omitempty"` // of Check
	Visited   []Visit  `json:",omitempty"` // of Visit, in the order in which they were requested
	Errors    []string `json:",omitempty"` // what could not be observed, and why
}

// Run is the command line of the observer. "ask REQUEST…" prints a line once it runs, and
// then the Response, the request and that in JSON; the arguments are parts of one text. "exec HOW COMMAND…" replaces the process
// by the command, and returns only on failure; HOW is an Exec in JSON. "watch" prints a
// line when a command may be started in the container, and after SIGTERM the Response
// with what changed since. "run COMMAND…" starts a command as a child, and prints its
// exit code to standard error.
func Run(args []string, stdin io.Reader, stdout io.Writer) error {
	switch {
	case len(args) > 1 && args[0] == "ask":
		var q Request
		if err := json.Unmarshal([]byte(strings.Join(args[1:], "")), &q); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(stdout, "asked"); err != nil {
			return err
		}
		return json.NewEncoder(stdout).Encode(q.answer())
	case len(args) == 1 && args[0] == "watch":
		return watch(stdout)
	case len(args) == 1 && args[0] == "access":
		return access(stdin, stdout)
	case len(args) > 1 && args[0] == "run":
		return run(args[1:], stdout, os.Stderr)
	case len(args) > 2 && args[0] == "exec":
		var how Exec
		if err := json.Unmarshal([]byte(args[1]), &how); err != nil {
			return err
		}
		return how.exec(args[2:])
	}
	return errors.New("usage: ask REQUEST… | exec HOW COMMAND… | run COMMAND… | watch")
}

// Exec is how a process becomes a command.
type Exec struct {
	// NoNewPrivs permanently prevents a file's mode or capabilities from raising the
	// rights.
	NoNewPrivs bool `json:",omitempty"`
	// As changes root to another user, who may still listen on ports below 1024, as
	// in an engine's containers.
	As *User `json:",omitempty"`
	// NoCapabilities takes all capabilities from the command, and from what it may ever gain. The
	// observer is root then. LowPorts leaves the right to listen on ports below 1024, which an
	// engine gives to everyone.
	NoCapabilities bool `json:",omitempty"`
	LowPorts       bool `json:",omitempty"`
	// Dirs are made first, empty: those that are there stay as they are.
	Dirs []Dir `json:",omitempty"`
	// Unhindered makes the command pass over the owners and modes of files, whichever
	// user it is or becomes: what it fails to write otherwise, it writes.
	Unhindered bool `json:",omitempty"`
}

// Dir is a directory that a user owns.
type Dir struct {
	Path     string
	UID, GID int
	Mode     uint32 // as of chmod(2): with the sticky bit
}

// IsPlain reports whether the command is to be what it is without an observer.
func (how Exec) IsPlain() bool {
	return !how.NoNewPrivs && how.As == nil && !how.NoCapabilities && !how.LowPorts && !how.Unhindered && len(how.Dirs) == 0
}

func (q Request) answer() (r Response) {
	failed := func(what string, err error) {
		if err != nil {
			r.Errors = append(r.Errors, what+": "+err.Error())
		}
	}
	if q.Check != nil {
		r.Checked = q.Check.run()
		return r
	}
	if q.Signal != nil {
		failed("the signal "+q.Signal.Name, q.Signal.send(q.Self))
		return r
	}
	if q.Await != nil {
		r.Ready = q.Await.wait()
	}
	var err error
	r.Ports, err = ports("/proc")
	failed("ports", err)
	if q.Visit {
		r.Visited = visit(slices.DeleteFunc(slices.Clone(r.Ports.Listening), func(port int) bool {
			return slices.Contains(q.Taken, port) || q.Only != nil && !slices.Contains(q.Only, port)
		}), q.Pages)
	}
	if q.Survey {
		r.Files, err = survey()
		failed("files", err)
	}
	if q.Who {
		r.User, err = self("/proc")
		failed("user", err)
	}
	if q.Where {
		r.Address, err = address()
		failed("address", err)
	}
	if q.Look {
		r.Processes, err = processes("/proc")
		failed("processes", err)
	}
	if q.As == nil && len(r.Processes) > 0 {
		q.As = &r.Processes[0].User
	}
	if len(q.Access) > 0 && q.As != nil {
		r.Writable, err = writable(*q.As, q.Self, q.Access)
		failed("writable paths", err)
	}
	return r
}

// The bounds of a visit: the ports, and the time for one of them.
const (
	maxVisited = 3
	visitTime  = 3 * time.Second
)

// Visit is a request, and its answer.
type Visit struct {
	Page   string `json:"page"`   // ":3000/path"
	Status int    `json:"status"` // 0 for no answer
	// Bodies are the digests of the first 64 KiB of the answers to the same request, made some times
	// in a row: one where the page is always the same.
	Bodies []string `json:"bodies,omitempty"`
}

// maxRepeats is how often a page is requested in the time for it: one that varies is told from one
// that does not.
const maxRepeats = 4

// visit requests / from the ports, and then the pages: those without a port from the first one.
func visit(ports []int, pages []string) (list []Visit) {
	all := []string{}
	for _, port := range ports[:min(len(ports), maxVisited)] {
		all = append(all, fmt.Sprintf(":%d/", port))
	}
	for _, page := range pages {
		if strings.HasPrefix(page, "/") && len(ports) > 0 {
			page = fmt.Sprintf(":%d%s", ports[0], page)
		}
		all = append(all, page)
	}
	for _, page := range all {
		list = append(list, request(page))
	}
	return list
}

// request requests a page, several times where it answers.
func request(page string) Visit {
	ctx, cancel := context.WithTimeout(context.Background(), visitTime)
	defer cancel()
	v := Visit{Page: page}
	for i := range maxRepeats {
		status, body, err := get(ctx, "http://localhost"+page)
		if i == 0 {
			v.Status = status
		}
		if err != nil {
			break
		}
		if body != "" && !slices.Contains(v.Bodies, body) {
			v.Bodies = append(v.Bodies, body)
		}
	}
	return v
}

func (a *Await) wait() bool {
	ctx, cancel := context.WithTimeout(context.Background(), a.Timeout)
	defer cancel()
	began := time.Now()
	for {
		p, err := ports("/proc")
		if err != nil {
			return false
		}
		open := slices.DeleteFunc(p.Listening, func(port int) bool { return slices.Contains(a.Taken, port) })
		if slices.ContainsFunc(a.Ports, func(port int) bool { return slices.Contains(open, port) }) {
			if a.URL == "" {
				return true
			}
			if status, _, err := get(ctx, a.URL); err == nil && status < 400 {
				return true
			}
		} else if a.Elsewhere > 0 && len(open) > 0 && time.Since(began) > a.Elsewhere {
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pollTime):
		}
	}
}

// pollTime is the interval between checks of a port.
const pollTime = 20 * time.Millisecond
