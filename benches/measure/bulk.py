#!/usr/bin/env python3
"""Measures imports and exports against psql, on an empty database.

    benches/measure/bulk.py --database-url URL [--binary target/release/verbatim] [--articles 100000]

Imports articles of about 2 KB, deletes them, and copies the same rows into the same tables with psql's \\copy: the triggers and
indexes are the same. Then compares an export with COPY TO, measures point reads beside two exports, and imports a tenth of the
articles again with annotate=true. Ratios are within this run. Needs psql and wrk. The articles are deleted at the end.
"""

import argparse
import http.client
import json
import os
import random
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from common import ROOT, Database, get, service, show, show_options, surroundings, table, wrk

# The table that an import of plain articles writes; triggers write the others.
TABLES = ["articles"]
NAMES = ["Awa Diallo", "Henrik Solbakken", "Inês Valadares", "Fatou Sow", "Mona Reis", "Tiago Moreno"]
WORDS = "le port ferry phare quai équipage mer ville lundi mardi cargo grue navire digue marée conseil budget vote".split()
VERBS = ["a déclaré", "a souligné", "a répondu", "a estimé"]


def sentence(dice):
    words = " ".join(dice.choice(WORDS) for _ in range(dice.randint(6, 16))).capitalize()
    if dice.random() < 0.2:
        return f"« {words} », {dice.choice(VERBS)} {dice.choice(NAMES)}."
    return f"{words}."


def article(number, run):
    """Returns an article as a line of NDJSON, always the same one."""
    dice = random.Random(number)
    body = "\n\n".join(" ".join(sentence(dice) for _ in range(5)) for _ in range(5))
    day = f"{2000 + number % 25}-{number % 12 + 1:02}-{number % 28 + 1:02}"
    record = {"external_id": f"{run}-{number}", "publisher": f"Outlet {number % 50}", "headline": sentence(dice)}
    return json.dumps(record | {"body": body, "language": "fr", "published_at": day}).encode() + b"\n"


def connection(url):
    return http.client.HTTPConnection(urlsplit(url).netloc, timeout=600)


def send(url, path, lines):
    """Imports lines. Returns the seconds until all results are there."""
    client, begun = connection(url), time.monotonic()
    headers = {"content-type": "application/x-ndjson"}
    client.request("POST", f"/v1/import?results=errors&{path}", iter(lines), headers, encode_chunked=True)
    answer = client.getresponse().read().decode().splitlines()
    summary = json.loads(answer[-1]).get("summary")
    if not summary or summary["created"] != len(lines):
        raise SystemExit(f"the import failed: {answer[:3]}")
    return time.monotonic() - begun


def export(url):
    """Reads all articles. Returns the seconds and the bytes."""
    client, begun, size = connection(url), time.monotonic(), 0
    client.request("GET", "/v1/articles?include=body&format=ndjson")
    answer = client.getresponse()
    if answer.status != 200:
        raise SystemExit(f"the export failed: {answer.read()[:300]}")
    while part := answer.read(1 << 20):
        size += len(part)
    return time.monotonic() - begun, size


def psql(database, command):
    """Runs a command of psql. Returns the seconds."""
    begun = time.monotonic()
    done = subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", database.url, "-c", command], capture_output=True)
    if done.returncode:
        raise SystemExit(f"psql: {done.stderr.decode()}")
    return time.monotonic() - begun


def columns(database, name):
    """Returns the columns of a table that Postgres does not compute."""
    return ", ".join(
        database.column(
            "SELECT quote_ident(column_name) FROM information_schema.columns"
            f" WHERE table_name = '{name}' AND is_generated = 'NEVER' ORDER BY ordinal_position"
        )
    )


def copied(database, folder):
    """Copies the rows of the tables out, deletes them, and copies them in again. Returns the seconds of both copies."""
    lists = {name: columns(database, name) for name in TABLES}
    file = {name: Path(folder) / name for name in TABLES}
    out = sum(psql(database, f"\\copy {name} ({lists[name]}) TO '{file[name]}'") for name in TABLES)
    database.rows("DELETE FROM articles")
    database.rows("VACUUM")
    return out, sum(psql(database, f"\\copy {name} ({lists[name]}) FROM '{file[name]}'") for name in TABLES)


def memory(server, line):
    """Returns a line of the status of a process in megabytes: VmRSS now, VmHWM at most."""
    status = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(text.split()[1]) for text in status if text.startswith(line)) / 1024


def reads_beside_exports(url, ids, seconds):
    """Returns the point reads per second, alone and while two exports run."""
    requests = [get("GET", f"/v1/articles/{id}") for id in ids]
    alone, ended = wrk(url, requests, 8, seconds)["rate"], threading.Event()

    def run_exports():
        while not ended.is_set():
            export(url)

    exports = [threading.Thread(target=run_exports) for _ in range(2)]
    for thread in exports:
        thread.start()
    time.sleep(0.5)
    beside = wrk(url, requests, 8, seconds)["rate"]
    ended.set()
    for thread in exports:
        thread.join()
    return alone, beside


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database-url", default=os.environ.get("DATABASE_URL"), required="DATABASE_URL" not in os.environ)
    parser.add_argument("--binary", default=ROOT / "target" / "release" / "verbatim")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=5)
    show_options(parser, "bulk")
    options = parser.parse_args()
    database, count = Database(options.database_url), options.articles
    server = service(options.binary, database)
    try:
        if database.value("SELECT count(*) FROM articles") != "0":
            raise SystemExit("the database must be empty: the articles in it would be deleted")
        lines = [article(number, "plain") for number in range(count)]
        before = memory(server, "VmRSS")
        imported = send(server.url, "", lines)
        growth = memory(server, "VmHWM") - before
        with tempfile.TemporaryDirectory() as folder:
            out, into = copied(database, folder)
        database.rows("VACUUM ANALYZE")
        exported, size = export(server.url)
        ids = database.column("SELECT id FROM articles ORDER BY id LIMIT 1000")
        alone, beside = reads_beside_exports(server.url, ids, options.seconds)
        annotated = count // 10
        seconds = send(server.url, "annotate=true", [article(number, "annotated") for number in range(annotated)])
        rows = [
            ["import of plain articles, articles/s", f"{count / imported:,.0f}", f"{count / into:,.0f}", f"{into / imported:.2f}", "0.5"],
            ["export of articles, articles/s", f"{count / exported:,.0f}", f"{count / out:,.0f}", f"{out / exported:.2f}", "0.5"],
            ["point reads beside two exports, reads/s", f"{beside:,.0f}", f"{alone:,.0f} alone", f"{beside / alone:.2f}", "0.9"],
            ["import with annotate=true, articles/s", f"{annotated / seconds:,.0f}", "-", "-", "1,000/s"],
            ["memory of the service, growth in MB", f"{growth:.0f}", "-", "-", "50"],
        ]
        megabytes = sum(map(len, lines)) / 1e6
        text = surroundings(database) + [
            f"{count:,} articles, {megabytes:,.0f} MB as NDJSON; {size / 1e6:,.0f} MB exported.",
            "",
            table(["", "service", "psql", "ratio", "aim"], rows),
        ]
        show("\n".join(text), options.page, options.mark)
        database.rows("DELETE FROM articles; DELETE FROM entities")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
