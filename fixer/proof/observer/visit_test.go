package observer

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
)

// TestVisit: a page that varies has several bodies, and one that does not has one.
func TestVisit(t *testing.T) {
	count := 0
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "same") })
	mux.HandleFunc("/count", func(w http.ResponseWriter, _ *http.Request) {
		count++
		fmt.Fprint(w, count)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := net.SplitHostPort(at.Host)
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	list := visit([]int{port}, []string{"/count", "/nosuch", ":1/"})
	if len(list) != 4 {
		t.Fatalf("%+v", list)
	}
	for i, want := range []struct{ status, bodies int }{{200, 1}, {200, maxRepeats}, {404, 1}, {0, 0}} {
		if got := list[i]; got.Status != want.status || len(got.Bodies) != want.bodies {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if count != maxRepeats {
		t.Errorf("%d requests", count)
	}
}
