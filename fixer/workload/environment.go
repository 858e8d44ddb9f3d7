package workload

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds the data that variables name.

var (
	dataVariable = lazyregexp.New(`(DIR|DIRECTORY|PATH|DATA|HOME|STORAGE|CACHE|FOLDER|ROOT|UPLOADS?|DB|DATABASE|FILE|FILENAME|LOGS?|NODE_REDIRECT_WARNINGS|NODE_V8_COVERAGE)$`)
	dataURL      = lazyregexp.New(`(URL|URI|DSN|CONNECTION|DATABASE|DB|STRING)$`)
	// homesOfPackages are the variables that move what packages write (specifications.freedesktop.org,
	// "XDG Base Directory"; pm2.keymetrics.io; huggingface.co/docs): conf, env-paths, browsers.
	homesOfPackages = lazyregexp.New(`^(XDG_(CONFIG|DATA|CACHE|STATE)_HOME|PM2_HOME|HF_HOME|TORCH_HOME|NLTK_DATA|KERAS_HOME|NODE_REPL_HISTORY)$`)
	// installed are variables of programs, compilers and installers: what they name
	// exists already, and is only read.
	installed = lazyregexp.New(`^(PATH|.*_PATH_.*|MANPATH|NODE_PATH|PYTHONPATH|PYTHONHOME|GOPATH|GOROOT|GOBIN|GOCACHE|GOMODCACHE|CARGO_HOME|RUSTUP_HOME|JAVA_HOME|JRE_HOME|` +
		`M2_HOME|MAVEN_HOME|GRADLE_HOME|GRADLE_USER_HOME|ANT_HOME|SCALA_HOME|KOTLIN_HOME|ANDROID_HOME|ANDROID_SDK_ROOT|ANDROID_NDK_HOME|FLUTTER_HOME|DOTNET_ROOT|NUGET_PACKAGES|` +
		`PNPM_HOME|NVM_DIR|VOLTA_HOME|FNM_DIR|BUN_INSTALL|BUN_INSTALL_GLOBAL_DIR|DENO_DIR|DENO_INSTALL|COREPACK_HOME|NPM_CONFIG_.*|npm_config_.*|YARN_CACHE_FOLDER|YARN_GLOBAL_FOLDER|TURBO_.*|` +
		`PUPPETEER_CACHE_DIR|PUPPETEER_EXECUTABLE_PATH|CHROME_PATH|CHROME_BIN|CHROMIUM_PATH|PLAYWRIGHT_BROWSERS_PATH|CYPRESS_CACHE_FOLDER|` +
		`POETRY_HOME|POETRY_CACHE_DIR|POETRY_VIRTUALENVS_PATH|PIP_CACHE_DIR|PIPX_HOME|UV_CACHE_DIR|UV_PYTHON_INSTALL_DIR|UV_TOOL_DIR|PUB_CACHE|VIRTUAL_ENV|VENV_PATH|CONDA_DIR|BUNDLE_PATH|GEM_HOME|GEM_PATH|COMPOSER_HOME|COMPOSER_CACHE_DIR|` +
		`LD_LIBRARY_PATH|LIBRARY_PATH|CPATH|C_INCLUDE_PATH|PKG_CONFIG_PATH|CMAKE_PREFIX_PATH|SSL_CERT_DIR|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|` +
		`TZDIR|TERMINFO|FONTCONFIG_PATH|FONTCONFIG_FILE|ORACLE_HOME|TNS_ADMIN|CUDA_HOME|LIBGL_.*|QT_.*|.*_BIN|.*_BIN_DIR|.*_SOCK|.*_CERT.*|.*_KEY_FILE|.*_KEY_PATH|.*_SECRET_FILE|.*_PASSWORD_FILE|.*_TOKEN_FILE|.*_CONFIG_FILE|.*_CONFIG_PATH|.*_CONFIG_DIR|.*_BASE_PATH|.*_URL_PATH|BASE_PATH|ROOT_PATH|PUBLIC_PATH|CONTEXT_PATH|API_PATH|.*HEALTH.*PATH)$`)
)

// DataPath returns the directory that a variable names for the application's data, as
// DATA_DIR=/data, DATABASE_FILE=/data/x.db and DATABASE_URL=sqlite:////data/x.db do.
// ok is false for other variables and for relative paths.
func DataPath(name, value string) (dir string, ok bool) {
	if file, isURL := FileOfURL(value); isURL {
		if !dataURL.MatchString(name) && !dataVariable.MatchString(name) || !path.IsAbs(file) {
			return "", false
		}
		return path.Dir(file), true
	}
	switch {
	case !path.IsAbs(value) || !dataVariable.MatchString(name) && !homesOfPackages.MatchString(name) || installed.MatchString(name):
		return "", false
	case strings.ContainsAny(value, ":, \t\n*?"):
		return "", false
	case homesOfPackages.MatchString(name):
	case strings.HasSuffix(name, "_HOME") && name != "HOME" && !strings.Contains(strings.ToLower(value), "data"):
		return "", false // where programs are usually installed
	}
	value = path.Clean(value)
	if isFileName(name, value) {
		return path.Dir(value), true
	}
	return value, true
}

// fileName matches the ends of names of data files.
var fileName = lazyregexp.New(`(?i)\.(db|db3|sqlite|sqlite3|json|log|txt|csv|lock|pid|mdb|rdb|aof)$`)

// isFileName reports whether a variable names a file rather than a directory.
func isFileName(name, value string) bool {
	return fileName.MatchString(value) || strings.HasSuffix(name, "FILE") || strings.HasSuffix(name, "FILENAME")
}

// fileSchemes are the URLs that name a file: of Prisma, SQLAlchemy, JDBC, Rails.
var fileSchemes = lazyregexp.New(`^(?i:(jdbc:)?(sqlite3?|h2:file|hsqldb:file|derby|file|duckdb|libsql)(\+\w+)?):`)

// FileOfURL returns the file that a URL of a database names, absolute or relative to
// the working directory. ok is false for any other text, and for a database in
// memory.
func FileOfURL(value string) (file string, ok bool) {
	prefix := fileSchemes.FindString(value)
	if prefix == "" {
		return "", false
	}
	rest := value[len(prefix):]
	rest, _, _ = strings.Cut(rest, "?")
	rest, _, _ = strings.Cut(rest, ";")
	switch {
	case strings.HasPrefix(rest, "////"):
		rest = rest[3:]
	case strings.HasPrefix(rest, "///") && strings.HasPrefix(strings.ToLower(prefix), "sqlite"):
		rest = rest[3:] // SQLAlchemy: three slashes, then a relative path
	case strings.HasPrefix(rest, "///"):
		rest = rest[2:]
	case strings.HasPrefix(rest, "//"):
		rest = rest[2:]
	}
	if rest == "" || rest == ":memory:" || strings.HasPrefix(rest, "memory") || strings.Contains(rest, "mode=memory") {
		return "", false
	}
	return path.Clean(rest), true
}
