package lab

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
)

// APIServer is a kube-apiserver with its etcd: the part of a cluster that takes objects and
// refuses them. It runs nothing.
type APIServer struct {
	url    string
	home   string // with all that it writes
	token  string
	client *http.Client
	parts  []*daemon
}

// StartAPIServer starts an API server, whose program and logs are in the directory dir of a lab.
// Close ends it.
func StartAPIServer(ctx context.Context, dir string) (_ *APIServer, err error) {
	if err := Missing(); err != nil {
		return nil, err
	}
	program, err := kubeAPIServer.build(ctx, dir)
	if err != nil {
		return nil, err
	}
	home, err := os.MkdirTemp("", "lab-api-")
	if err != nil {
		return nil, err
	}
	s := &APIServer{home: home, token: rand.Text()}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	etcd, err := s.startEtcd(ctx, filepath.Join(dir, "etcd.log"))
	if err != nil {
		return nil, err
	}
	return s, s.startServer(ctx, program, etcd, filepath.Join(dir, "kube-apiserver.log"))
}

// Close ends it and removes all that it wrote, but for the logs.
func (s *APIServer) Close() error {
	for len(s.parts) > 0 { // the last one depends on the others
		last := len(s.parts) - 1
		s.parts[last].stop()
		s.parts = s.parts[:last]
	}
	return os.RemoveAll(s.home)
}

// startEtcd starts etcd and returns its address.
func (s *APIServer) startEtcd(ctx context.Context, log string) (string, error) {
	ports, err := freePorts(2)
	if err != nil {
		return "", err
	}
	addr, peers := "http://"+ports[0], "http://"+ports[1]
	cmd := exec.Command("etcd", "--data-dir", filepath.Join(s.home, "etcd"),
		"--listen-client-urls", addr, "--advertise-client-urls", addr, "--listen-peer-urls", peers)
	d, err := serve(ctx, cmd, log, func(ctx context.Context) error {
		_, err := send(ctx, http.DefaultClient, http.MethodGet, addr+"/health", "", nil)
		return err
	})
	if err == nil {
		s.parts = append(s.parts, d)
	}
	return addr, err
}

// startServer starts the API server and returns when it takes objects.
func (s *APIServer) startServer(ctx context.Context, program, etcd, log string) error {
	ports, err := freePorts(1)
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(ports[0])
	if err != nil {
		return err
	}
	key, tokens := filepath.Join(s.home, "accounts.key"), filepath.Join(s.home, "tokens.csv")
	if err := errors.Join(writeKey(key), os.WriteFile(tokens, []byte(s.token+",admin,1,system:masters\n"), 0o600)); err != nil {
		return err
	}
	s.url = "https://" + ports[0]
	cmd := exec.Command(program, "--etcd-servers", etcd, "--cert-dir", s.home, "--token-auth-file", tokens,
		"--bind-address", host, "--secure-port", port, "--service-cluster-ip-range=10.0.0.0/24",
		"--service-account-issuer=https://lab", "--service-account-key-file", key, "--service-account-signing-key-file", key,
		"--allow-privileged",
		"--disable-admission-plugins=ServiceAccount") // nothing here makes a namespace's account
	d, err := serve(ctx, cmd, log, func(ctx context.Context) error {
		if err := s.trust(filepath.Join(s.home, "apiserver.crt")); err != nil {
			return err
		}
		a, err := s.Ask(ctx, http.MethodGet, "/readyz", nil)
		if err == nil && a.Code != http.StatusOK {
			err = fmt.Errorf("%d: %s", a.Code, a.Body)
		}
		return err
	})
	if err == nil {
		s.parts = append(s.parts, d)
	}
	return err
}

// trust has the client trust the certificate that the server made for itself.
func (s *APIServer) trust(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return fmt.Errorf("%s: no certificate", file)
	}
	s.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	return nil
}

// Answer is what the API server answers.
type Answer struct {
	Code     int
	Body     []byte
	Warnings []string
}

// Reason returns the message of an answer that is no object.
func (a *Answer) Reason() string {
	var status struct{ Message string }
	if json.Unmarshal(a.Body, &status) != nil || status.Message == "" {
		return string(a.Body)
	}
	return status.Message
}

// Ask sends a request; an object is JSON.
func (s *APIServer) Ask(ctx context.Context, method, path string, object []byte) (*Answer, error) {
	return send(ctx, s.client, method, s.url+path, s.token, object)
}

func send(ctx context.Context, client *http.Client, method, url, token string, object []byte) (*Answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(object))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	got, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	return &Answer{got.StatusCode, body, got.Header.Values("Warning")}, err
}

// writeKey makes a key to sign the tokens of accounts with, which the server insists on.
func writeKey(file string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), 0o600)
}

// freePorts returns addresses of loopback where nothing listens.
func freePorts(n int) (addrs []string, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // at the end: no two are the same
		addrs = append(addrs, l.Addr().String())
	}
	return addrs, nil
}
