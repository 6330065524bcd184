"""Web servers with the files of docs/hosting/, asked for what they should answer.

`python -m tests.hosts` asks those of nginx, Apache and Caddy that are installed, or that lie in the
folders of DIGEST_TEST_HOSTS, and prints what is wrong. No tests here.
"""

from __future__ import annotations

import gzip
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

HOSTING = Path(__file__).resolve().parents[1] / "docs" / "hosting"
FOLDERS = [*os.environ.get("DIGEST_TEST_HOSTS", "").split(os.pathsep), "/usr/sbin", "/usr/bin"]
LONG = "a page that is worth compressing, line by line\n" * 60
TYPES = {
    "index.html": "text/html; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "search.js": "text/javascript; charset=utf-8",
    "robots.txt": "text/plain; charset=utf-8",
    ".well-known/security.txt": "text/plain; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "manifest.webmanifest": "application/manifest+json",
    "sitemap.xml": "application/xml",
    "feeds.opml": "text/x-opml; charset=utf-8",
    "feeds/rss.xml": "application/rss+xml",
    "feeds/atom.xml": "application/atom+xml",
    "feeds/feed.json": "application/feed+json",
    "feeds/topics/video.rss.xml": "application/rss+xml",
    "feeds/topics/video.json": "application/feed+json",
    "api/index.json": "application/json",
    "editions/2026-03-11/digest.md": "text/markdown; charset=utf-8",
    "editions/2026-03-11/papers.bib": "application/x-bibtex; charset=utf-8",
    "editions/2026-03-11/card.png": "image/png",
    "papers/a/paper.ris": "application/x-research-info-systems; charset=utf-8",
    "search/wasm.wasm": "application/wasm",
    "search/fragment/en_1.pf_fragment": "application/octet-stream",
}
SHARED = re.compile(r"^(api|feeds)/|\.(json|bib|ris|md|opml|xml|webmanifest)$")
PACKED = re.compile(r"\.(html|css|js|txt|md|bib|opml|json|xml|svg|webmanifest)$")


def find(name: str) -> str | None:
    return shutil.which(name, path=os.pathsep.join(filter(None, [*FOLDERS, os.environ["PATH"]])))


def fill(folder: Path) -> None:
    """Make a site of one file of each kind."""
    for name in (*TYPES, "404.html", ".digest.json", "editions/2026-03-11/index.html"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}\n{LONG}", "utf-8")


def ask(port: int, path: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Host": "papers.example.org", "Accept-Encoding": "gzip"}
    connection.request("GET", f"/{path}", headers=headers)
    answer = connection.getresponse()
    told = {name.lower(): value for name, value in answer.getheaders()}
    body = answer.read()
    connection.close()
    if told.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    return answer.status, told, body


def judge(port: int) -> list[str]:
    """Tell what is wrong with a server's answers."""
    return [*_files(port), *_others(port)]


def _files(port: int) -> Iterator[str]:
    for path, kind in TYPES.items():
        status, told, body = ask(port, path)
        expected = {
            "content-type": kind,
            "x-content-type-options": "nosniff",
            "referrer-policy": "strict-origin-when-cross-origin",
            "cache-control": cached(path),
            "access-control-allow-origin": "*" if SHARED.search(path) else None,
            "content-encoding": "gzip" if PACKED.search(path) else None,
        }
        if status != 200 or body != f"{path}\n{LONG}".encode():
            yield f"{path}: {status}, {body[:60]!r}"
        for name, value in expected.items():
            found = (told.get(name) or "").replace("UTF-8", "utf-8") or None
            if found != value:
                yield f"{path}: {name} is {found}, not {value}"
        if "frame-ancestors 'none'" not in told.get("content-security-policy", ""):
            yield f"{path}: no policy"


def cached(path: str) -> str:
    if path.endswith(".pf_fragment"):
        return "public, max-age=31536000, immutable"
    return f"public, max-age={86400 if path.endswith('.png') else 300}"


def _others(port: int) -> Iterator[str]:
    for path in ("nothing", "papers/nothing/", ".digest.json", "papers/.hidden"):
        status, told, body = ask(port, path)
        if status != 404 or not body.startswith(b"404.html"):
            yield f"{path}: {status}, {body[:40]!r}"
        if told.get("x-content-type-options") != "nosniff":
            yield f"{path}: no headers"
    status, told, _ = ask(port, "editions/2026-03-11")
    if status not in {301, 302, 308} or not told.get("location", "").endswith("2026-03-11/"):
        yield f"a folder without its slash: {status}, {told.get('location')}"
    if not ask(port, "editions/2026-03-11/")[2].startswith(b"editions/2026-03-11/index.html"):
        yield "a folder's page is not shown"


@contextmanager
def serving(name: str, program: str, place: Path) -> Iterator[int]:
    """Run a server with our file over `place`/site until the block ends; give its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = PREPARE[name](program, place, port)
    log = (place / "log.txt").open("wb")
    process = subprocess.Popen(
        command, stdout=log, stderr=log, env={**os.environ, "HOME": str(place)}
    )
    try:
        _wait(port, process, place)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        log.close()


def _wait(port: int, process: subprocess.Popen[bytes], place: Path) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            said = (place / "log.txt").read_text("utf-8", "replace")
            assert process.poll() is None and time.monotonic() < end, said  # noqa: PT018
            time.sleep(0.05)
        else:
            return


def _ours(name: str, place: Path, port: int) -> str:
    text = (HOSTING / name).read_text("utf-8")
    text = text.replace("/srv/digest/output", f"{place}/site")
    return text.replace("[::]:80;", f"[::1]:{port};").replace("listen      80;", f"listen {port};")


def _nginx(program: str, place: Path, port: int) -> list[str]:
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{name}_temp_path {place}/{name};\n" for name in names)
    (place / "nginx.conf").write_text(
        f"daemon off;\npid {place}/pid;\nerror_log stderr;\nworker_processes 1;\nevents {{}}\n"
        + ("user root;\n" if os.geteuid() == 0 else "")
        + f"http {{\naccess_log off;\n{temporary}{_ours('nginx.conf', place, port)}\n}}\n"
    )
    return [program, "-c", str(place / "nginx.conf"), "-p", str(place)]


def _apache(program: str, place: Path, port: int) -> list[str]:
    root = Path(program).resolve().parents[1]
    modules = next(
        path
        for path in (root / "lib/apache2/modules", Path("/usr/lib/apache2/modules"))
        if path.is_dir()
    )
    names = "mpm_event authz_core headers deflate filter mime dir alias"
    loads = "".join(f"LoadModule {n}_module {modules}/mod_{n}.so\n" for n in names.split())
    site = _ours("apache.conf", place, port).replace(
        "<VirtualHost *:80>", f"<VirtualHost *:{port}>"
    )
    (place / "types").write_text("text/html html\ntext/css css\ntext/plain txt\nimage/png png\n")
    (place / "apache.conf").write_text(
        f"ServerRoot {place}\nServerName localhost\nPidFile {place}/pid\nErrorLog /dev/stderr\n"
        f"{loads}Listen 127.0.0.1:{port}\nTypesConfig {place}/types\n{site}"
    )
    return [program, "-X", "-f", str(place / "apache.conf")]


def _caddy(program: str, place: Path, port: int) -> list[str]:
    site = _ours("Caddyfile", place, port).replace("papers.example.org {", f"http://:{port} {{")
    (place / "Caddyfile").write_text(f"{{\n\tadmin off\n}}\n{site}")
    return [program, "run", "--config", str(place / "Caddyfile"), "--adapter", "caddyfile"]


PREPARE = {"nginx": _nginx, "apache2": _apache, "caddy": _caddy}


def main() -> int:
    """Ask each server that is installed; return how many answered wrongly."""
    wrong = 0
    for name in PREPARE:
        program = find(name)
        if program is None:
            print(f"{name}: not installed")
            continue
        with TemporaryDirectory() as folder:
            fill(Path(folder) / "site")
            with serving(name, program, Path(folder)) as port:
                found = judge(port)
        wrong += bool(found)
        print(f"{name}: {'as it should' if not found else ''}", *found, sep="\n  ")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
