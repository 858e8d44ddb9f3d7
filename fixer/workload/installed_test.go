package workload

import "testing"

// TestInstalledPackages: what a package of Python computes from its own location lies where pip
// puts it, if it runs from there.
func TestInstalledPackages(t *testing.T) {
	const (
		besides = "from pathlib import Path\n(Path(__file__).parent / 'cache').mkdir()"
		flask   = "import os\nos.makedirs(app.instance_path, exist_ok=True)"
		head    = "FROM python:3.12-slim\nENV PYTHON_VERSION=3.12.1\nWORKDIR /app\n"
	)
	for _, c := range []struct{ name, dockerfile, file, source, want string }{
		{"installed from src", "COPY . .\nRUN pip install .\nCMD [\"gunicorn\", \"board:app\"]", "src/board/__init__.py", besides, "/usr/local/lib/python3.12/site-packages/board/cache by src/board/__init__.py surely"},
		{"in a subpackage", "COPY . .\nRUN pip install .\nCMD [\"gunicorn\", \"board:app\"]", "src/board/data/store.py", besides, "/usr/local/lib/python3.12/site-packages/board/data/cache by src/board/data/store.py surely"},
		{"linked", "COPY . .\nRUN pip install -e .\nCMD [\"gunicorn\", \"board:app\"]", "src/board/__init__.py", besides, "/app/src/board/cache by src/board/__init__.py surely"},
		{"only what it needs", "COPY . .\nRUN pip install -r requirements.txt\nCMD [\"gunicorn\", \"board:app\"]", "src/board/__init__.py", besides, "/app/src/board/cache by src/board/__init__.py surely"},
		{"in the working directory", "COPY . .\nRUN pip install .\nCMD [\"gunicorn\", \"board:app\"]", "board/__init__.py", besides, "/app/board/cache by board/__init__.py surely"},
		{"in the working directory by a script of pip", "COPY . .\nRUN pip install .\nCMD [\"board\"]", "board/__init__.py", besides, "/usr/local/lib/python3.12/site-packages/board/cache by board/__init__.py surely"},
		{"PYTHONPATH", "ENV PYTHONPATH=/app/src\nCOPY . .\nRUN pip install .\nCMD [\"board\"]", "src/board/__init__.py", besides, "/app/src/board/cache by src/board/__init__.py surely"},
		{"a virtual environment", "ENV VIRTUAL_ENV=/opt/venv\nCOPY . .\nRUN /opt/venv/bin/pip install '.[web]'\nCMD [\"board\"]", "src/board/__init__.py", besides, "/opt/venv/lib/python3.12/site-packages/board/cache by src/board/__init__.py surely"},
		{"another directory", "COPY . .\nRUN pip install /opt/tools\nCMD [\"board\"]", "src/board/__init__.py", besides, "/app/src/board/cache by src/board/__init__.py surely"},
		{"Flask, installed", "COPY . .\nRUN pip install .\nCMD [\"gunicorn\", \"board:app\"]", "src/board/__init__.py", flask, "/usr/local/var/board-instance by src/board/__init__.py"},
		{"Flask", "COPY . .\nCMD [\"gunicorn\", \"board:app\"]", "board/__init__.py", flask, "/app/instance by board/__init__.py"},
		{"Flask with a directory of its own", "COPY . .\nRUN pip install .\nCMD [\"gunicorn\", \"board:app\"]", "src/board/__init__.py", "app = Flask(__name__, instance_path='/tmp/x')\n" + flask, ""},
	} {
		if got := spellWrites(of(t, head+c.dockerfile+"\n", files("src/board/__init__.py", "", c.file, c.source))); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestSystemDirectories: functions that give a directory of the system, and those that don't.
func TestSystemDirectories(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"a.cs", "var dir = Directory.CreateDirectory(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), \"Tally\"));", "1 written /usr/share/Tally"},
		{"a.cs", "var root = Environment.GetFolderPath(SpecialFolder.CommonApplicationData);\nFile.WriteAllText(Path.Combine(root, name), s);", "2 written /usr/share"},
		{"a.cs", "File.WriteAllText(Path.Combine(Environment.GetFolderPath(SpecialFolder.UserProfile), name), s);", ""},
		{"a.py", "import os\nfrom platformdirs import site_data_dir\nos.makedirs(site_data_dir('tally'))", "3 written /usr/local/share/tally"},
		{"a.py", "import os\nfrom platformdirs import PlatformDirs\nos.makedirs(PlatformDirs('tally').site_cache_dir)", "3 written /var/cache"},
		{"a.py", "import os\nfrom platformdirs import user_data_dir\nos.makedirs(user_data_dir('tally'))", ""},
	} {
		if got := spell(sourcesOf(c.file, c.text)); got != c.want {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
}
