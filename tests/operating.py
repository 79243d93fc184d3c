"""A server in a folder: the paths of the operating guide moved there, and what needs root noted.

`git`, `tar`, `sh`, `curl` and whobuys itself are real, on the files as they stand in `operate/`.
`systemctl` starts what a unit says; users, groups and the installation of packages are left out.
"""

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.conftest import ROOT

_SYSTEMCTL = r"""
import os, pathlib, re, shlex, subprocess, sys, time, urllib.request
units, running = pathlib.Path({units!r}), pathlib.Path({running!r})
def settings(unit):
    text = (units / unit).read_text()
    found = dict(os.environ)
    named = re.search(r"^EnvironmentFile=(.+)$", text, re.M)[1]
    for line in pathlib.Path(named).read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found[name] = value.strip('"')
    folder = re.search(r"^WorkingDirectory=(.+)$", text, re.M)[1]
    return shlex.split(re.search(r"^ExecStart=(.+)$", text, re.M)[1]), found, folder
def stop():
    if running.exists():
        os.kill(int(running.read_text()), 15)
        running.unlink()
        time.sleep(1)
def start(unit):
    command, env, folder = settings(unit)
    if "Type=oneshot" in (units / unit).read_text():
        sys.exit(subprocess.run(command, env=env, cwd=folder).returncode)
    with open(running.with_suffix(".log"), "ab") as log:
        process = subprocess.Popen(command, env=env, cwd=folder, stdout=log, stderr=log,
                                   start_new_session=True)
    running.write_text(str(process.pid))
    for _ in range(600):
        try:
            urllib.request.urlopen("http://127.0.0.1:{port}/_stcore/health", timeout=5)
            return
        except OSError:
            if process.poll() is not None:
                sys.exit("it has ended: " + running.with_suffix(".log").read_text())
            time.sleep(0.2)
    sys.exit("it does not answer")
command, *names = [word for word in sys.argv[1:] if not word.startswith("-")] or ["list"]
if command in ("restart", "stop"):
    stop()
if command in ("enable", "restart"):
    for name in names:
        start(name.replace(".timer", ".service"))
"""
_GH = r"""
import fnmatch, pathlib, shutil, sys
folder = pathlib.Path({releases!r})
what, release, *rest = sys.argv[2:]
own = folder / release
if what == "create":
    own.mkdir(parents=True)
elif not own.is_dir():
    sys.exit("release not found")
elif what == "view":
    print("\n".join(sorted(path.name for path in own.iterdir())))
elif what == "download":
    pattern = rest[rest.index("--pattern") + 1]
    for path in own.iterdir():
        if fnmatch.fnmatch(path.name, pattern):
            shutil.copy(path, rest[rest.index("--dir") + 1])
elif what == "upload":
    for name in rest:
        if not name.startswith("--"):
            shutil.copy(name, own)
elif what == "delete-asset":
    (own / rest[0]).unlink()
"""


class Computer:
    """The folder, what is on its PATH, and where the guide's paths lead in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.port = _free_port()
        self.home = root / "srv" / "whobuys"
        self.code = root / "opt" / "whobuys"
        self.units = root / "etc" / "systemd" / "system"
        self.releases = root / "releases"
        self.running = root / "running.pid"
        self.bin = root / "bin"
        self.moved = {
            "https://github.example/whobuys.git": str(root / "origin"),
            "/opt/whobuys": str(self.code),
            "/srv/whobuys": str(self.home),
            "/etc/": f"{root}/etc/",
            "/var/backups": str(root / "backups"),
            "8501": str(self.port),
        }
        for folder in (self.home, self.units, self.bin, root / "backups"):
            folder.mkdir(parents=True)
        self._put_commands()

    def here(self, text: str) -> str:
        """Return a text of the guide or of a recipe with its paths in this folder."""
        pattern = "|".join(map(re.escape, self.moved))
        return re.sub(pattern, lambda found: self.moved[found[0]], text)

    def run(self, text: str, cwd: Path | None = None, **more: str) -> str:
        """Run a block of commands as they stand; each must end well."""
        ended = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", self.here(text)],
            cwd=cwd or self.root,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )
        assert ended.returncode == 0, f"{text}\n{ended.stdout}\n{ended.stderr}"
        return ended.stdout

    def environment(self, **more: str) -> dict[str, str]:
        """Return what commands find around them: no settings of whobuys but the guide's own."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("WHOBUYS_")}
        return {
            **kept, "PATH": f"{self.bin}:{os.environ['PATH']}", "NO_PROXY": "127.0.0.1",
            "WHOBUYS_PACE": "0", "GIT_CONFIG_GLOBAL": str(self.root / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1", **more,
        }  # fmt: skip

    @contextmanager
    def cleared(self) -> Iterator["Computer"]:
        """Stop at the end what is still running."""
        try:
            yield self
        finally:
            subprocess.run([self.bin / "systemctl", "stop"], check=False)

    def make_origin(self) -> None:
        """Make the repository that the guide clones: the recipes, with their paths in here."""
        origin = self.root / "origin"
        shutil.copytree(ROOT / "operate", origin / "operate")
        for path in (origin / "operate").iterdir():
            path.write_text(self.here(path.read_text("utf-8")), "utf-8")
        (origin / ".gitignore").write_text(".venv/\n", "utf-8")
        (self.root / "gitconfig").write_text(
            "[user]\nname = Editor\nemail = editor@newsroom.example\n"
            "[init]\ndefaultBranch = main\n",
            "utf-8",
        )
        self.run("git init --quiet; git add --all; git commit --quiet -m first", origin)

    def _put_commands(self) -> None:
        python = f'exec "{sys.executable}"'
        whobuys = f"""{python} -c 'from ingest.cli import app; app()' "$@"\n"""
        self._command(
            "make",
            f"""[ "$1" = -C ] && cd "$2"; mkdir -p .venv/bin
            printf '%s' {_quoted(f"#!/bin/sh{chr(10)}cd {_quoted(str(ROOT))} && {whobuys}")} > .venv/bin/whobuys
            chmod +x .venv/bin/whobuys\n""",  # noqa: E501
        )
        self._command("sudo", 'shift 2; exec "$@"\n')
        self._command("useradd", "exit 0\n")
        self._command("journalctl", "exit 0\n")
        # Without the group: `install -m 640 -g whobuys FROM TO`.
        real = shutil.which("install")
        self._command("install", f'exec {real} -m "$2" "${{@: -2:1}}" "${{@: -1}}"\n')
        scripts = {
            "systemctl": _SYSTEMCTL.format_map(
                _Only(units=str(self.units), running=str(self.running), port=self.port)
            ),
            "gh": _GH.format_map(_Only(releases=str(self.releases))),
        }
        for name, code in scripts.items():
            (self.bin / f"{name}.py").write_text(code, "utf-8")
            self._command(name, f'{python} "{self.bin / name}.py" "$@"\n')

    def _command(self, name: str, code: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/bash\n{code}", "utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)


class _Only(dict[str, object]):
    """Fills in the names that it knows and lets other braces stand."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
