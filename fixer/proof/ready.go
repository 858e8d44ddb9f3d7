package proof

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Ready is the condition under which a command counts as started. The zero value waits
// for one of the EXPOSEd TCP ports, and if there is none, for the command to stay up
// for three seconds.
type Ready struct {
	text string
	port int            // tcp and http
	url  string         // http
	log  *regexp.Regexp // log
	stay time.Duration  // for
}

const defaultStay = 3 * time.Second

// ParseReady parses tcp:PORT, http://:PORT/PATH, log:REGEXP or for:DURATION.
// "" is the zero value.
func ParseReady(text string) (Ready, error) {
	r := Ready{text: text}
	kind, value, _ := strings.Cut(text, ":")
	var err error
	switch kind {
	case "":
		if text != "" {
			err = errReady
		}
	case "tcp":
		r.port, err = parsePort(value)
	case "http":
		r.port, r.url, err = parseURL(text)
	case "log":
		if value == "" {
			err = fmt.Errorf("the expression is empty, and would match at once")
		} else {
			r.log, err = regexp.Compile(value)
		}
	case "for":
		if r.stay, err = time.ParseDuration(value); err == nil && r.stay <= 0 {
			err = fmt.Errorf("%v is not more than 0", r.stay)
		}
	default:
		err = errReady
	}
	if err != nil {
		return Ready{}, fmt.Errorf("%q: %w", text, err)
	}
	return r, nil
}

var errReady = fmt.Errorf("it is none of tcp:PORT, http://:PORT/PATH, log:REGEXP, for:DURATION")

func parsePort(text string) (int, error) {
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil || port == 0 {
		return 0, fmt.Errorf("%q is no port", text)
	}
	return int(port), nil
}

// parseURL parses http://:3000/path. The host is the container, so the URL may name
// only a host name of the container's own.
func parseURL(text string) (int, string, error) {
	u, err := url.Parse(text)
	if err != nil {
		return 0, "", err
	}
	if host := u.Hostname(); host != "" && host != "localhost" && host != "127.0.0.1" {
		return 0, "", fmt.Errorf("the host is the container: leave %s out", host)
	}
	if u.User != nil || u.Opaque != "" {
		return 0, "", errReady
	}
	port := 80
	if p := u.Port(); p != "" {
		if port, err = parsePort(p); err != nil {
			return 0, "", err
		}
	}
	u.Host = fmt.Sprintf("localhost:%d", port)
	return port, u.String(), nil
}

// String returns the text that was parsed; that of the zero value is empty.
func (r Ready) String() string { return r.text }

// waits returns what it waits for.
func (r Ready) waits(expose []int) string {
	switch {
	case r.url != "":
		return "an answer from " + strings.Replace(r.url, "//localhost", "//", 1)
	case r.port != 0:
		return fmt.Sprintf("port %d", r.port)
	case r.log != nil:
		return fmt.Sprintf("a line that matches %q", r.log)
	case r.stay == 0 && len(expose) > 0:
		return "an EXPOSEd port (" + joinInts(expose) + ")"
	}
	return fmt.Sprintf("%v to pass", r.lasts())
}

// lasts returns how long the command must stay up if there is no other condition.
func (r Ready) lasts() time.Duration {
	if r.stay != 0 {
		return r.stay
	}
	return defaultStay
}

func joinInts(list []int) string {
	var words []string
	for _, n := range list {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ", ")
}
