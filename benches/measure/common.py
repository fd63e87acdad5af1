"""Shared by both commands: the database, servers, load generation and tables."""

import json
import os
import platform
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SQL = ROOT / "benches" / "sql"


class Database:
    """A database, queried with psql."""

    def __init__(self, url):
        self.url = url

    def rows(self, sql):
        """Returns the rows of a query as lists of texts, with an empty text for null."""
        command = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-F", "\x1f", "-R", "\x1e", "-d", self.url, "-f", "-"]
        done = subprocess.run(command, input=sql, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"psql: {done.stderr}\n{sql}")
        return [row.split("\x1f") for row in done.stdout.strip("\n\x1e").split("\x1e") if row]

    def column(self, sql):
        return [row[0] for row in self.rows(sql)]

    def value(self, sql):
        return self.column(sql)[0]

    def number(self, sql):
        return float(self.value(sql))

    def sample(self, table, rows):
        """Returns `table` with a TABLESAMPLE of about `rows` rows, always the same ones."""
        there = max(1.0, self.number(f"SELECT reltuples FROM pg_class WHERE oid = '{table}'::regclass"))
        return f"{table} TABLESAMPLE SYSTEM ({min(100.0, 100 * rows / there):.6f}) REPEATABLE (7)"


class Program:
    """A server that runs while it is measured."""

    def __init__(self, name, command, port, ready, env=None, cwd=None):
        self.name, self.url = name, f"http://127.0.0.1:{port}"
        self.log = tempfile.TemporaryFile()
        # An interrupt stops the servers through their handles, in order.
        self.process = subprocess.Popen(
            command, env=os.environ | (env or {}), cwd=cwd, stdout=self.log, stderr=self.log, start_new_session=True
        )
        self.wait(ready)

    def wait(self, path):
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(self.url + path, timeout=5)
                return
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    return
            except OSError:
                pass
            time.sleep(0.2)
        self.log.seek(0)
        raise SystemExit(f"{self.name} did not start:\n{self.log.read().decode()[-2000:]}")

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def service(binary, database, env=None):
    """The service without request logs, which the other servers do not write either."""
    port = free_port()
    command = [str(binary), "serve", "--listen", f"127.0.0.1:{port}", "--database-url", database.url]
    return Program("verbatim", command, port, "/readyz", {"RUST_LOG": "warn"} | (env or {}))


def get(method, path):
    """Formats a request without a body for wrk."""
    return f"{method}\t{path}"


def post(path, body):
    """Formats a request with a body for wrk."""
    return f"POST\t{path}\t{json.dumps(body)}"


def wrk(url, requests, connections, seconds):
    """Sends `requests` for some seconds. Returns the rate and percentiles in milliseconds."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(requests) + "\n")
        file.flush()
        threads = str(min(2, connections))
        command = ["wrk", "-t", threads, "-c", str(connections), "-d", f"{seconds}s", "--timeout", "30s"]
        command += ["-s", str(HERE / "requests.lua"), url, "--", file.name]
        done = subprocess.run(command, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"wrk: {done.stdout}{done.stderr}")
    measured = json.loads(lines[-1])
    answered = measured["requests"] - measured["refused"]
    return measured | {"rate": answered / measured["seconds"]}


def answer(url, request):
    """Sends a line of a file for wrk. Returns status and text of the answer."""
    method, path, *body = request.split("\t")
    data = body[0].encode() if body else None
    asked = urllib.request.Request(url + path, data=data, method=method, headers={"content-type": "application/json"})
    try:
        with urllib.request.urlopen(asked, timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def surroundings(database):
    """Describes machine and database in Markdown."""
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = int(next(line.split()[1] for line in open("/proc/meminfo") if line.startswith("MemTotal"))) / 2**20
    names = ["server_version", "shared_buffers", "huge_pages", "work_mem", "fsync", "synchronous_commit", "max_wal_size"]
    settings = ", ".join(f"{name} {database.value(f'SHOW {name}')}" for name in names)
    counts = database.rows(
        "SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r' AND relname IN"
        " ('articles', 'entities', 'entity_aliases', 'mentions', 'quotes', 'quote_about') ORDER BY 2 DESC"
    )
    size = database.value("SELECT pg_size_pretty(pg_database_size(current_database()))")
    return [
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GB, {platform.system()} {platform.release()}; the database,",
        f"the servers and the load share them. Postgres: {settings}.",
        f"Database of {size}: " + ", ".join(f"{int(rows):,} {name}" for name, rows in counts) + ".",
    ]


def table(heads, rows):
    """Returns a Markdown table with right-aligned numbers."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" + "---:|" * (len(heads) - 1)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def show(text, page, mark):
    """Prints a result, and writes it into a page between `<!-- MARK -->` and `<!-- /MARK -->` if a page is given."""
    print(text)
    if page:
        before, _, rest = Path(page).read_text().partition(f"<!-- {mark} -->")
        _, _, after = rest.partition(f"<!-- /{mark} -->")
        if not rest or not after:
            raise SystemExit(f"{page} has no place for {mark}")
        Path(page).write_text(f"{before}<!-- {mark} -->\n{text}\n<!-- /{mark} -->{after}")


def show_options(parser, mark):
    parser.add_argument("--page", help="a Markdown page to put the result into, such as docs/performance.md")
    parser.add_argument("--mark", default=mark, help="where in that page")
