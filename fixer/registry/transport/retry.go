package transport

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/dockmend/dockmend/fixer/registry/content"
)

const (
	// retryPause is the pause before the second attempt if the server names none.
	retryPause = 100 * time.Millisecond
	// maxPause is the longest wait that a server can request (Retry-After). If it
	// wants more, it is not asked again in this run.
	maxPause = 5 * time.Second
)

// retry repeats a request once after a server error or a broken connection.
// go-containerregistry's own retry takes up to four seconds, asks again after 429,
// ignores Retry-After, and its pauses ignore the context.
type retry struct {
	next  http.RoundTripper
	hosts *Hosts
}

func (r *retry) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.next.RoundTrip(req)
	if req.Body != nil || !worthwhile(resp, err) {
		return resp, err
	}
	pause := retryPause
	if resp != nil {
		asked, said := retryAfter(resp.Header, time.Now())
		if said {
			pause = asked
		}
		deadline, ends := req.Context().Deadline()
		late := ends && time.Until(deadline) < pause
		if late && !said {
			return resp, err
		}
		if pause > maxPause || late {
			r.hosts.RuleOut(req.URL.Host, &content.Failure{Host: true, Reason: fmt.Sprintf("%s answered %d %s, and wants to be asked again only in %s",
				DisplayHost(req.URL.Host), resp.StatusCode, http.StatusText(resp.StatusCode), pause.Round(time.Second))})
			return resp, err
		}
		resp.Body.Close()
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return r.next.RoundTrip(req)
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

// worthwhile reports whether a second attempt may have a different result.
func worthwhile(resp *http.Response, err error) bool {
	if err != nil {
		return content.BrokenOff(err)
	}
	switch resp.StatusCode {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retryAfter parses how long the server wants to be left alone: a number of
// seconds or a date (RFC 9110, section 10.2.3).
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(n) * time.Second, true
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now)), true
	}
	return 0, false
}
