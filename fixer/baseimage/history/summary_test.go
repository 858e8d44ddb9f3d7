package history

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

const (
	lineBookworm = "# debian.sh --arch 'amd64' out/ 'bookworm' '@1718236800'"
	lineAlpine   = "ADD alpine-minirootfs-3.20.3-x86_64.tar.gz / # buildkit"
	lineNode     = `RUN /bin/sh -c groupadd --gid 1000 node   && useradd --uid 1000 --gid node --shell /bin/bash --create-home node # buildkit`
	inDebian     = "apt-get chown sh useradd"
	inDebianGit  = "apt-get chown git sh useradd"
	inAlpine     = "adduser apk chown sh"
)

// settled returns what a history settles: the release, the users, the programs; "?"
// means that the layers are needed. A line that begins with "-" made no layer; "+"
// adds a layer without a line.
func settled(t *testing.T, labels map[string]string, lines ...string) string {
	t.Helper()
	c := &v1.ConfigFile{OS: "linux", Config: v1.Config{Labels: labels}}
	hash := v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("0", 64)}
	for _, line := range lines {
		if line == "+" {
			c.RootFS.DiffIDs = append(c.RootFS.DiffIDs, hash)
			continue
		}
		line, isEmpty := strings.CutPrefix(line, "-")
		c.History = append(c.History, v1.History{CreatedBy: line, EmptyLayer: isEmpty})
		if !isEmpty {
			c.RootFS.DiffIDs = append(c.RootFS.DiffIDs, hash)
		}
	}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	told, err := Summarize(text)
	if err != nil {
		t.Fatal(err)
	}
	release, users := "?", "?"
	if told.ReleaseKnown {
		release = told.Distro.ID + " " + told.Distro.Version
	}
	if told.UsersKnown {
		var names []string
		for _, u := range told.log.users {
			names = append(names, fmt.Sprintf("%s %d:%d", u.Name, u.UID, u.GID))
		}
		users = strings.Join(names, ", ")
	}
	return release + "; " + users + "; " + strings.Join(slices.Sorted(maps.Keys(told.Programs)), " ")
}

// TestOfficialImages: histories of widely used base images.
func TestOfficialImages(t *testing.T) {
	const (
		debianNode = `RUN /bin/sh -c ARCH= OPENSSL_ARCH= && dpkgArch="$(dpkg --print-architecture)"   && case "${dpkgArch##*-}" in     amd64) ARCH='x64' OPENSSL_ARCH='linux-x86_64';;     *) echo "unsupported architecture"; exit 1 ;;   esac   && set -ex   && apt-get update && apt-get install -y ca-certificates curl wget gnupg dirmngr xz-utils libatomic1 --no-install-recommends   && rm -rf /var/lib/apt/lists/*   && export GNUPGHOME="$(mktemp -d)"   && for key in       C0D6248439F1D5604AAFFB4021D900FFDB233756     ; do       { gpg --batch --recv-keys "$key" && gpg --batch --fingerprint "$key"; } ||       { gpg --batch --recv-keys "$key" ; } ;   done   && curl -fsSLO --compressed "https://nodejs.org/dist/v$NODE_VERSION/node-v$NODE_VERSION-linux-$ARCH.tar.xz"   && gpgconf --kill all   && rm -rf "$GNUPGHOME"   && grep " node-v$NODE_VERSION-linux-$ARCH.tar.xz\$" SHASUMS256.txt | sha256sum -c -   && tar -xJf "node-v$NODE_VERSION-linux-$ARCH.tar.xz" -C /usr/local --strip-components=1 --no-same-owner   && rm "node-v$NODE_VERSION-linux-$ARCH.tar.xz" SHASUMS256.txt.asc SHASUMS256.txt   && find /usr/local/include/node/openssl/archs -mindepth 1 -maxdepth 1 ! -name "$OPENSSL_ARCH" -exec rm -rf {} \;   && apt-mark auto '.*' > /dev/null   && find /usr/local -type f -executable -exec ldd '{}' ';'       | awk '/=>/ { so = $(NF-1); if (index(so, "/usr/local/") == 1) { next }; gsub("^/(usr/)?", "", so); print so }'       | sort -u       | xargs -r dpkg-query --search       | cut -d: -f1       | sort -u       | xargs -r apt-mark manual   && apt-get purge -y --auto-remove -o APT::AutoRemove::RecommendsImportant=false   && ln -s /usr/local/bin/node /usr/local/bin/nodejs   && node --version   && npm --version   && rm -rf /tmp/* # buildkit`
		alpineNode = `RUN /bin/sh -c addgroup -g 1000 node     && adduser -u 1000 -G node -s /bin/sh -D node     && apk add --no-cache         libstdc++     && apk add --no-cache --virtual .build-deps         curl     && ARCH= OPENSSL_ARCH='linux*' && alpineArch="$(apk --print-arch)"       && case "${alpineArch##*-}" in         x86_64) ARCH='x64' CHECKSUM="ab" OPENSSL_ARCH=linux-x86_64;;         *) ;;       esac   && if [ -n "${CHECKSUM}" ]; then     set -eu;     curl -fsSLO --compressed "https://unofficial-builds.nodejs.org/download/release/v$NODE_VERSION/node-v$NODE_VERSION-linux-$ARCH-musl.tar.xz";     tar -xJf "node-v$NODE_VERSION-linux-$ARCH-musl.tar.xz" -C /usr/local --strip-components=1 --no-same-owner       && ln -s /usr/local/bin/node /usr/local/bin/nodejs;   else     echo "Building from source"     && apk add --no-cache --virtual .build-deps-full g++ make python3     && cd "node-v$NODE_VERSION"     && ./configure     && make -j$(getconf _NPROCESSORS_ONLN) V=     && make install     && apk del .build-deps-full     && cd ..     && rm -Rf "node-v$NODE_VERSION";   fi   && rm -f "node-v$NODE_VERSION-linux-$ARCH-musl.tar.xz"   && apk del .build-deps   && node --version   && rm -rf /tmp/* # buildkit`
		yarn       = `RUN /bin/sh -c apk add --no-cache --virtual .build-deps-yarn curl gnupg tar   && export GNUPGHOME="$(mktemp -d)"   && mkdir -p /opt   && tar -xzf yarn-v$YARN_VERSION.tar.gz -C /opt/   && ln -s /opt/yarn-v$YARN_VERSION/bin/yarn /usr/local/bin/yarn   && rm yarn-v$YARN_VERSION.tar.gz.asc yarn-v$YARN_VERSION.tar.gz   && apk del .build-deps-yarn   && yarn --version   && rm -rf /tmp/* # buildkit`
		slimYarn   = `RUN /bin/sh -c set -ex   && savedAptMark="$(apt-mark showmanual)"   && apt-get update && apt-get install -y ca-certificates curl wget gnupg dirmngr --no-install-recommends   && rm -rf /var/lib/apt/lists/*   && export GNUPGHOME="$(mktemp -d)"   && for key in    6A010C5166006599AA17F08146C2130DFD2497F5   ; do     { gpg --batch --keyserver hkps://keys.openpgp.org --recv-keys "$key" && gpg --batch --fingerprint "$key"; } ||     { gpg --batch --keyserver keyserver.ubuntu.com --recv-keys "$key" && gpg --batch --fingerprint "$key"; } ;   done   && curl -fsSLO --compressed "https://yarnpkg.com/downloads/$YARN_VERSION/yarn-v$YARN_VERSION.tar.gz"   && curl -fsSLO --compressed "https://yarnpkg.com/downloads/$YARN_VERSION/yarn-v$YARN_VERSION.tar.gz.asc"   && gpg --batch --verify yarn-v$YARN_VERSION.tar.gz.asc yarn-v$YARN_VERSION.tar.gz   && gpgconf --kill all   && rm -rf "$GNUPGHOME"   && mkdir -p /opt   && tar -xzf yarn-v$YARN_VERSION.tar.gz -C /opt/   && ln -s /opt/yarn-v$YARN_VERSION/bin/yarn /usr/local/bin/yarn   && ln -s /opt/yarn-v$YARN_VERSION/bin/yarnpkg /usr/local/bin/yarnpkg   && rm yarn-v$YARN_VERSION.tar.gz.asc yarn-v$YARN_VERSION.tar.gz   && apt-mark auto '.*' > /dev/null   && { [ -z "$savedAptMark" ] || apt-mark manual $savedAptMark > /dev/null; }   && find /usr/local -type f -executable -exec ldd '{}' ';'     | awk '/=>/ { so = $(NF-1); if (index(so, "/usr/local/") == 1) { next }; gsub("^/(usr/)?", "", so); print so }'     | sort -u     | xargs -r dpkg-query --search     | cut -d: -f1     | sort -u     | xargs -r apt-mark manual   && apt-get purge -y --auto-remove -o APT::AutoRemove::RecommendsImportant=false   && yarn --version   && rm -rf /tmp/* # buildkit`
		scm        = `RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends 		git 		mercurial 		openssh-client 		procps 	&& rm -rf /var/lib/apt/lists/* # buildkit`
		python     = `RUN /bin/sh -c set -eux; 		savedAptMark="$(apt-mark showmanual)"; 	apt-get update; 	apt-get install -y --no-install-recommends gcc make; 		wget -O python.tar.xz "https://www.python.org/ftp/python/${PYTHON_VERSION%%[a-z]*}/Python-$PYTHON_VERSION.tar.xz"; 	mkdir -p /usr/src/python; 	tar --extract --directory /usr/src/python --strip-components=1 --file python.tar.xz; 	rm python.tar.xz; 		cd /usr/src/python; 	gnuArch="$(dpkg-architecture --query DEB_BUILD_GNU_TYPE)"; 	./configure 		--build="$gnuArch" 	; 	make -j "$(nproc)"; 	make install; 		cd /; 	rm -rf /usr/src/python; 		ldconfig; 		apt-mark auto '.*' > /dev/null; 	apt-mark manual $savedAptMark; 	apt-get purge -y --auto-remove -o APT::AutoRemove::RecommendsImportant=false; 	rm -rf /var/lib/apt/lists/*; 	python3 --version # buildkit`
		nginx      = `RUN /bin/sh -c set -x     && groupadd --system --gid 101 nginx     && useradd --system --gid nginx --no-create-home --home /nonexistent --comment "nginx user" --shell /bin/false --uid 101 nginx     && apt-get update     && apt-get install --no-install-recommends --no-install-suggests -y gnupg1 ca-certificates     && echo "deb [signed-by=$NGINX_GPGKEY_PATH] https://nginx.org/packages/mainline/debian/ bookworm nginx" >> /etc/apt/sources.list.d/nginx.list     && apt-get remove --purge --auto-remove -y && rm -rf /var/lib/apt/lists/* /etc/apt/sources.list.d/nginx.list     && ln -sf /dev/stdout /var/log/nginx/access.log # buildkit`
		bun        = `RUN /bin/sh -c groupadd bun     --gid 1000   && useradd bun     --uid 1000     --gid bun     --shell /bin/sh     --create-home   && ln -s /usr/local/bin/bun /usr/local/bin/bunx   && which bun   && which bunx   && bun --version # buildkit`
		deno       = `RUN /bin/sh -c useradd --uid 1993 --user-group deno   && mkdir /deno-dir/   && chown deno:deno /deno-dir/ # buildkit`
		playwright = `RUN /bin/sh -c mkdir /ms-playwright &&     mkdir /ms-playwright-agent &&     cd /ms-playwright-agent && npm init -y &&     npm i /tmp/playwright-core.tar.gz &&     npx playwright install --with-deps &&     rm -rf /ms-playwright-agent &&     chmod -R 777 /ms-playwright # buildkit`
		puppeteer  = `RUN /bin/sh -c apt-get update     && apt-get install -y --no-install-recommends fonts-ipafont-gothic dbus     && service dbus start     && rm -rf /var/lib/apt/lists/*     && groupadd -r pptruser && useradd -rm -g pptruser -G audio,video pptruser # buildkit`
		cypress    = `RUN |1 CI_XBUILD= /bin/sh -c apt-get update   && apt-get install -y git   && npm install -g yarn   && rm -rf /usr/local/lib/node_modules/npm # buildkit`
	)
	tests := []struct {
		name, want string
		lines      []string
	}{
		{"debian", "debian 12; ; " + inDebian, []string{lineBookworm, `-CMD ["bash"]`}},
		{"debian with the line of a release that ended", "debian 9; ; " + inDebian, []string{"# debian.sh --arch 'amd64' --eol out/ 'stretch' '@1718236800'"}},
		{"debian that moves", "?; ; " + inDebian, []string{"# debian.sh --arch 'amd64' out/ 'sid' '@1718236800'"}},
		{"debian of the old builder", "?; ?; ", []string{"/bin/sh -c #(nop) ADD file:6df775300d76441aa in / ", `-/bin/sh -c #(nop)  CMD ["bash"]`}},
		{"alpine", "alpine 3.20.3; ; " + inAlpine, []string{lineAlpine, `-CMD ["/bin/sh"]`}},
		{"alpine edge", "?; ; " + inAlpine, []string{"ADD alpine-minirootfs-20240807-x86_64.tar.gz / # buildkit"}},
		{"buildpack-deps", "debian 12; ; " + inDebianGit, []string{lineBookworm, scm, `RUN /bin/sh -c set -ex; 	apt-get update; 	apt-get install -y --no-install-recommends 		$( if apt-cache show 'default-libmysqlclient-dev' 2>/dev/null | grep -q '^Version:'; then echo 'default-libmysqlclient-dev'; else echo 'libmysqlclient-dev'; fi ) 	; 	rm -rf /var/lib/apt/lists/* # buildkit`}},
		{"node", "debian 12; node 1000:1000; " + inDebian, []string{lineBookworm, scm, lineNode, "-ENV NODE_VERSION=20.19.5", debianNode, "COPY docker-entrypoint.sh /usr/local/bin/ # buildkit", `-ENTRYPOINT ["docker-entrypoint.sh"]`}},
		{"node, slim", "debian 12; node 1000:1000; " + inDebian, []string{lineBookworm, lineNode, debianNode, slimYarn, "COPY docker-entrypoint.sh /usr/local/bin/ # buildkit"}},
		{"node on Alpine", "alpine 3.20.3; node 1000:1000; " + inAlpine, []string{lineAlpine, "-ENV NODE_VERSION=20.19.5", alpineNode, yarn, "COPY docker-entrypoint.sh /usr/local/bin/ # buildkit"}},
		{"python", "debian 12; ; " + inDebian, []string{lineBookworm, python}},
		{"nginx", "?; ?; ", []string{lineBookworm, nginx, "COPY docker-entrypoint.sh / # buildkit", "COPY 10-listen-on-ipv6-by-default.sh /docker-entrypoint.d # buildkit"}},
		{"bun", "debian 12; bun 1000:1000; " + inDebian, []string{lineBookworm, "COPY docker-entrypoint.sh /usr/local/bin # buildkit", bun}},
		{"deno", "debian 12; ?; " + inDebian, []string{lineBookworm, deno}},
		{"playwright", "?; ?; sh", []string{"/bin/sh -c #(nop) ADD file:a in / ", playwright}},
		{"puppeteer", "debian 12; ?; " + inDebian, []string{lineBookworm, lineNode, puppeteer}},
		{"cypress", "debian 12; node 1000:1000; " + inDebianGit, []string{lineBookworm, lineNode, cypress}},
		{"bitnami", "?; ?; ", []string{lineBookworm, "COPY prebuildfs / # buildkit", "RUN /bin/bash -o errexit -o nounset -o pipefail -c install_packages ca-certificates curl # buildkit", "RUN /bin/bash -o errexit -o nounset -o pipefail -c /opt/bitnami/scripts/node/postunpack.sh # buildkit"}},
		{"distroless", "?; ?; ", []string{"bazel build @base", "bazel build @node"}},
		{"apko", "?; ?; ", []string{"apko"}},
		{"ko", "?; ?; ", []string{"apko", "ko build ko://example.com/x"}},
		{"kaniko", "?; ?; ", []string{lineBookworm, "RUN groupadd -g 1000 app && useradd -u 1000 -g app app", "COPY . /app"}},
		{"buildah", "debian 12; app 1000:1000; " + inDebian, []string{lineBookworm, "/bin/sh -c groupadd -g 1000 app && useradd -u 1000 -g app app", "/bin/sh -c #(nop) COPY dir:ab in /app "}},
		{"buildah with mounts", "?; ?; ", []string{lineBookworm, "/bin/sh -c --mount=type=cache,target=/var/cache ./setup.sh"}},
		{"buildah with a JSON form", "?; ?; ", []string{lineBookworm, `/bin/sh -c [ "/setup", "app" ]`}},
		{"a commit", "?; ?; ", []string{lineBookworm, "bash"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := settled(t, nil, tt.lines...); got != tt.want {
				t.Errorf("\n got %q\nwant %q", got, tt.want)
			}
		})
	}
}

// TestHistoryHides: lines that hide what was done, or undo what is taken for
// sure. Each comes after Debian's or, with "A ", Alpine's archive.
func TestHistoryHides(t *testing.T) {
	const debian, alpine = "debian 12; ; " + inDebian, "alpine 3.20.3; ; " + inAlpine
	tests := []struct{ line, want string }{
		// scripts whose text isn't there
		{`RUN /bin/sh -c /dev/pipes/EOF # buildkit`, "?; ?; "}, // a heredoc that begins with "#!"
		{`RUN /bin/sh -c ./setup.sh # buildkit`, "?; ?; "},
		{`RUN /bin/sh -c sh /tmp/setup.sh # buildkit`, "?; ?; "},
		{`RUN /bin/sh -c . ./setup.sh # buildkit`, "?; ?; "},
		{`RUN /bin/sh -c . /etc/os-release && echo "$ID" # buildkit`, "?; ; " + inDebian},
		{`RUN /bin/sh -c curl -fsSL https://deb.nodesource.com/setup_20.x | bash - # buildkit`, "?; ?; "},
		{`RUN /bin/sh -c $SETUP # buildkit`, "?; ?; "},
		{`RUN /bin/sh -c eval "$SETUP" # buildkit`, "?; ?; "},
		{`RUN /bin/sh -c ansible-playbook site.yml # buildkit`, "?; ?; "},
		{`RUN /setup # buildkit`, "?; ?; "},
		{`RUN <<EOF`, "?; ?; "},
		{`RUN /bin/sh -c cat <<EOF`, "?; ?; "},
		{`RUN |1 A=x /bin/sh -c true /bin/sh -c id # buildkit`, "?; ?; "}, // either may be the script
		{`RUN |1 A=b c /bin/sh -c id # buildkit`, debian},
		{`RUN /bin/sh -c groupadd -g 1000 x &> /dev/null # buildkit`, "?; ?; "}, // in the background
		{`RUN /bin/bash -c groupadd -g 1000 x &> /dev/null # buildkit`, debian},
		// another tree of files over that of the image
		{`COPY / / # buildkit`, "?; ?; "},
		{`COPY rootfs / # buildkit`, "?; ?; "},
		{`COPY rootfs/etc /etc # buildkit`, "?; ?; " + inDebian},
		{`COPY passwd /etc/ # buildkit`, "?; ?; " + inDebian},
		{`COPY app /app # buildkit`, debian},
		{`RUN /bin/sh -c curl -fsSL https://example.com/s6.tar.gz | tar -xz -C / # buildkit`, "debian 12; ?; "},
		{`COPY useradd /etc/default/ # buildkit`, "debian 12; ?; " + inDebian},
		{`COPY git /usr/bin/ # buildkit`, "debian 12; ; "},
		// the files of accounts by another name
		{`RUN /bin/sh -c cd /etc && echo x >> passwd # buildkit`, "debian 12; ?; " + inDebian},
		{`RUN /bin/sh -c sed -i s/a/b/ /etc/{passwd,group} # buildkit`, "debian 12; ?; " + inDebian},
		{`RUN /bin/sh -c sed -i s/a/b/ /etc/$f # buildkit`, "debian 12; ?; " + inDebian},
		{`RUN /bin/sh -c user""del node || true # buildkit`, "debian 12; ?; " + inDebian},
		{`RUN /bin/sh -c ls /etc/apt/sources /etc/ssl/certs/* # buildkit`, debian},
		// another release
		{`A RUN /bin/sh -c apk update && apk upgrade # buildkit`, "?; ; " + inAlpine},
		{`A RUN /bin/sh -c apk -U --no-cache upgrade # buildkit`, "?; ; " + inAlpine},
		{`A RUN /bin/sh -c apk add -u curl # buildkit`, "?; ; " + inAlpine},
		{`A RUN /bin/sh -c adduser -u 1000 -G root -D x && apk add curl # buildkit`, "alpine 3.20.3; x 1000:0; " + inAlpine},
		{`RUN /bin/sh -c apt-get update && apt-get upgrade -y # buildkit`, debian},
		{`RUN /bin/sh -c apt-get update && apt-get dist-upgrade -y # buildkit`, "?; ; " + inDebian},
		{`COPY debian.sources /etc/apt/sources.list.d/ # buildkit`, "?; ; " + inDebian},
		// programs that go
		{`RUN /bin/sh -c apt-get install -y git tini- # buildkit`, debian},
		{`RUN /bin/sh -c apt-get install -y git tini # buildkit`, "debian 12; ; apt-get chown git sh tini useradd"},
		{`RUN /bin/sh -c apt-get install -y --only-upgrade git # buildkit`, debian},
		{`RUN /bin/sh -c apt-get -o Dir=/mnt install -y git # buildkit`, debian},
		{`A RUN /bin/sh -c apk add --root /mnt git # buildkit`, alpine},
		{`A RUN /bin/sh -c apk add -s git # buildkit`, alpine},
		{`RUN /bin/sh -c apt-get install -y git && dpkg -P git # buildkit`, debian},
		{`RUN /bin/sh -c rm -f $(which git) # buildkit`, "debian 12; ; "},
		{`A RUN /bin/sh -c rm -f /s*/apk # buildkit`, "alpine 3.20.3; ; "},
		{`A RUN /bin/sh -c apk del busybox-binsh # buildkit`, "alpine 3.20.3; ; "},
		{`RUN /bin/sh -c dpkg-divert --rename --add /bin/chown # buildkit`, "debian 12; ; "},
		{`RUN /bin/sh -c find / -perm /6000 -type f -exec chmod a-s {} \; # buildkit`, "debian 12; ; "},
		{`RUN /bin/sh -c rm -rf /usr/local/lib/node_modules/npm # buildkit`, debian},
		{`RUN /bin/sh -c find /usr/local -name '*.pyc' -delete && ldconfig && ln -s /usr/local/bin/python3 /usr/local/bin/python # buildkit`, debian},
		{`A RUN /bin/sh -c apk add --virtual .build-deps git && apk del .build-deps # buildkit`, alpine},
		{`-ONBUILD RUN useradd -u 1000 -g 0 x`, debian},
		{`-LABEL a="rm /bin/sh"`, debian},
	}
	for _, tt := range tests {
		first, line := lineBookworm, tt.line
		if rest, ok := strings.CutPrefix(line, "A "); ok {
			first, line = lineAlpine, rest
		}
		if got := settled(t, nil, first, line); got != tt.want {
			t.Errorf("%s\n got %q\nwant %q", line, got, tt.want)
		}
	}
}

// TestFirstLayer: what counts as the archive of a distribution, and what is made of it.
func TestFirstLayer(t *testing.T) {
	const none = "?; ?; "
	tests := []struct {
		name, want string
		lines      []string
	}{
		{"unpacked elsewhere", none, []string{"ADD alpine-minirootfs-3.20.3-x86_64.tar.gz /opt/x # buildkit"}},
		{"with an owner", none, []string{"ADD --chown=1000 alpine-minirootfs-3.20.3-x86_64.tar.gz / # buildkit"}},
		{"with another archive", none, []string{"ADD alpine-minirootfs-3.20.3-x86_64.tar.gz more.tar / # buildkit"}},
		{"copied as it is", none, []string{"COPY alpine-minirootfs-3.20.3-x86_64.tar.gz / # buildkit"}},
		{"somebody's own image from it", "alpine 3.20.3; ; " + inAlpine, []string{"-LABEL a=b", lineAlpine}},
		{"behind a directory", none, []string{"WORKDIR /x", lineAlpine}},
		{"behind an empty WORKDIR", "alpine 3.20.3; ; " + inAlpine, []string{"-WORKDIR /", lineAlpine}},
		{"behind files, all squashed", none, []string{"-COPY x /etc/passwd", lineAlpine}},
		{"twice", none, []string{lineAlpine, lineAlpine}},
		{"twice, Debian's", none, []string{lineBookworm, lineBookworm}},
		{"a layer without history", none, []string{lineBookworm, "+"}},
		{"history without a layer", none, []string{lineBookworm, "-RUN /bin/sh -c id # buildkit", "-x", "+", "+"}},
		{"squashed", none, []string{lineBookworm, "-RUN /bin/sh -c id # buildkit", "-x", "+"}},
	}
	for _, tt := range tests {
		if got := settled(t, nil, tt.lines...); got != tt.want {
			t.Errorf("%s\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

// TestLabels: images inherit labels from their base images, and put their own versions
// into them.
func TestLabels(t *testing.T) {
	const archive = "/bin/sh -c #(nop) ADD file:ab in / "
	ubuntu := map[string]string{"org.opencontainers.image.ref.name": "ubuntu", "org.opencontainers.image.version": "24.04"}
	ubi := map[string]string{"com.redhat.component": "ubi9-container", "name": "ubi9", "version": "9.4"}
	tests := []struct {
		name, want string
		labels     map[string]string
		lines      []string
	}{
		{"Ubuntu", "ubuntu 24.04; ?; ", ubuntu, []string{archive}},
		{"built on Ubuntu", "?; ?; ", ubuntu, []string{archive, "COPY app /app # buildkit"}},
		{"Ubuntu with another release", "?; ?; sh", ubuntu, []string{archive, "/bin/sh -c do-release-upgrade"}},
		{"UBI", "rhel 9.4; ?; ", ubi, []string{archive}},
		{"built on UBI", "?; ?; ", ubi, []string{archive, "COPY app /app # buildkit"}},
		{"UBI with an application's name and version", "?; ?; ", map[string]string{"com.redhat.component": "app-container", "name": "app", "version": "1.0"}, []string{archive}},
		{"CentOS with Red Hat's label", "?; ?; ", map[string]string{"com.redhat.component": "nodejs-20-c9s-container", "name": "sclorg/nodejs-20-c9s", "version": "20"}, []string{archive}},
	}
	for _, tt := range tests {
		if got := settled(t, tt.labels, tt.lines...); got != tt.want {
			t.Errorf("%s\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

// TestGrants has what the history of an image gives to programs.
func TestGrants(t *testing.T) {
	for line, want := range map[string]string{
		lineNode: "[]",
		`RUN /bin/sh -c set -eux; apk add --no-cache libcap; setcap cap_net_bind_service=+ep /usr/bin/caddy; caddy version # buildkit`: "[gives a program capabilities]",
		`RUN /bin/sh -c if true; then setcap cap_net_raw+ep /x; fi # buildkit`:                                                         "[gives a program capabilities]",
		`RUN /bin/sh -c chmod u+s /x && chmod 4755 /y # buildkit`:                                                                      "[gives a file setuid or setgid]",
		`RUN /bin/sh -c echo setcap # buildkit`:                                                                                        "[]",
	} {
		text, err := json.Marshal(&v1.ConfigFile{OS: "linux", History: []v1.History{{CreatedBy: lineBookworm}, {CreatedBy: line}}})
		if err != nil {
			t.Fatal(err)
		}
		told, err := Summarize(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(told.Config.Grants); got != want {
			t.Errorf("%s: %s", line, got)
		}
	}
}
