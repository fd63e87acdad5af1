#!/usr/bin/env python3
"""Compares the service with pgbench on the same statements, and with small servers that give the same answers.

    benches/measure/compare.py --database-url URL [--rows abced] [--rounds 5] [--seconds 5]

Rounds are interleaved: in each, every contender does every work once, in another order, so that a machine that is fast
for a minute is fast for all. Ratios are within a round. Needs psql, pgbench and wrk; builds the service and the peers
when they are not built (`--peers` names those wanted). Work (d) writes: what it wrote is deleted at the end.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from common import ROOT, Database, Program, answer, free_port, service, show, show_options, surroundings, table, wrk
from works import works

PEERS = ROOT / "benches" / "peers"
# The default of the service on two cores.
POOL = 8


def axum(database):
    target = ROOT / "target" / "peers"
    manifest = str(PEERS / "axum" / "Cargo.toml")
    build = ["cargo", "build", "--release", "--locked", "--quiet", "--manifest-path", manifest]
    binary = target / "release" / "verbatim-peer-axum"
    if not binary.exists():
        subprocess.run(build, env=os.environ | {"CARGO_TARGET_DIR": str(target)}, check=True)
    port = free_port()
    return Program("axum", [str(binary), database.url, f"127.0.0.1:{port}", str(POOL)], port, "/")


def fastapi(database):
    venv = ROOT / "target" / "peers-venv"
    if not (venv / "bin" / "uvicorn").exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        requirements = str(PEERS / "fastapi" / "requirements.txt")
        subprocess.run([str(venv / "bin" / "pip"), "install", "--quiet", "-r", requirements], check=True)
    port = free_port()
    command = [str(venv / "bin" / "uvicorn"), "main:app", "--workers", "2", "--port", str(port), "--no-access-log"]
    env = {"DATABASE_URL": database.url, "POOL_SIZE": str(POOL // 2)}
    return Program("FastAPI", command, port, "/openapi.json", env, PEERS / "fastapi")


def pgbench(database, scripts, seconds):
    """Returns the transactions per second of 8 clients, after a second for preparing the statements."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["pgbench", "-n", "-M", "prepared", "-c", "8", "-j", "2", "-P", "1", "-T", str(seconds + 2)]
        for number, script in enumerate(scripts):
            file = Path(folder) / f"{number}.sql"
            file.write_text(script)
            command += ["-f", str(file)]
        env = os.environ | {"PGOPTIONS": "-c plan_cache_mode=force_generic_plan"}
        done = subprocess.run(command + [database.url], capture_output=True, text=True, env=env)
    rates = [float(rate) for rate in re.findall(r"^progress: .* s, ([\d.]+) tps", done.stderr, re.MULTILINE)]
    if len(rates) < 2 or "aborted" in done.stderr:
        raise SystemExit(f"pgbench: {done.stdout[-500:]}{done.stderr[-1500:]}")
    return {"rate": statistics.mean(rates[1:]), "p50": None, "refused": 0, "broken": 0}


def parsed(text):
    """Returns an answer as JSON, or as text if it is not JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def normal(value):
    """Removes from an answer what may differ: fractions of seconds and cursors."""
    if isinstance(value, dict):
        return {key: bool(item) if key == "next_cursor" else normal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", value):
        return datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
    return value


def check(work, ours, others):
    """Fails when the servers do not give the same answers."""
    for request in random.Random(7).sample(work.requests, min(20, len(work.requests))):
        status, text = answer(ours.url, request)
        expected = (status, normal(parsed(text)))
        for other in others:
            status, other_text = answer(other.url, request)
            if (status, normal(parsed(other_text))) != expected:
                raise SystemExit(f"{other.name} answers otherwise to {request}:\n{other_text[:3000]}\n\n{text[:3000]}")


def measure(settings, database, all_works, servers):
    """Measures all contenders and works in rounds."""
    results = {work.name: {} for work in all_works}
    for number in range(settings.rounds):
        for work in all_works:
            contenders = ["pgbench"] * bool(work.scripts) + ["verbatim"] + list(servers[work.name][1:]) * work.peers
            random.Random(number).shuffle(contenders)
            for contender in contenders:
                if contender == "pgbench":
                    got, name = pgbench(database, work.scripts, settings.seconds), "pgbench"
                else:
                    server = servers[work.name][0] if contender == "verbatim" else contender
                    name = server.name
                    requests = work.requests if contender == "verbatim" else work.peer_requests or work.requests
                    got = wrk(server.url, requests, settings.connections, settings.seconds)
                results[work.name].setdefault(name, []).append(got)
                print(f"  round {number + 1} {work.name:12} {name:9} {got['rate']:9.0f}/s", file=sys.stderr)
    return results


def report(all_works, results):
    rows = []
    for work in all_works:
        by_name = results[work.name]
        for name, runs in by_name.items():
            rate = statistics.median(run["rate"] for run in runs)
            ratio = ""
            if name != "pgbench" and "pgbench" in by_name:
                ratios = [run["rate"] / wall["rate"] for run, wall in zip(runs, by_name["pgbench"])]
                ratio = f"**{statistics.median(ratios):.2f}** ({min(ratios):.2f} to {max(ratios):.2f})"
            middle = lambda key: f"{statistics.median(run[key] for run in runs):.1f}" if runs[0]["p50"] else ""
            failed = sum(run["refused"] + run["broken"] for run in runs)
            cells = [middle("p50"), middle("p95"), middle("p99"), failed or ""]
            rows.append([f"({work.name}) {work.title}", name, f"{rate:,.0f}", ratio, *cells])
    rows.sort(key=lambda row: (row[0], row[1] != "pgbench", row[1] != "verbatim"))
    heads = ["work", "who", "a second", "ratio to pgbench", "p50 ms", "p95 ms", "p99 ms", "failed"]
    return table(heads, rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--database-url", default=os.environ.get("DATABASE_URL"), required="DATABASE_URL" not in os.environ
    )
    parser.add_argument("--service", default=str(ROOT / "target" / "release" / "verbatim"), help="the program to run")
    parser.add_argument("--rows", default="abced", help="letters of the works wanted")
    parser.add_argument("--peers", default="axum,fastapi", help="peers wanted, separated by commas")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="of each run")
    parser.add_argument("--connections", type=int, default=32, help="of the load; pgbench has 8 clients")
    show_options(parser, "compare")
    settings = parser.parse_args()
    database = Database(settings.database_url)
    began = database.value("SELECT now()")
    running, servers = [], {}

    def start(make, *arguments):
        running.append(make(*arguments))
        return running[-1]

    try:
        plain = start(service, settings.service, database)
        all_works = works(database, settings.rows, plain)
        peers = [
            start({"axum": axum, "fastapi": fastapi}[name], database) for name in settings.peers.split(",") if name
        ]
        bare = {}
        for work in all_works:
            key = json.dumps(work.env)
            ours = (
                plain
                if not work.env
                else bare.get(key) or bare.setdefault(key, start(service, settings.service, database, work.env))
            )
            servers[work.name] = [ours, *peers]
            if work.peers and not work.writes:
                check(work, ours, peers)
        results = measure(settings, database, all_works, servers)
    finally:
        for program in running:
            program.stop()
        if "d" in settings.rows:
            database.rows(f"DELETE FROM articles WHERE created_at >= '{began}'")
            database.rows("VACUUM articles, mentions, quotes, quote_about")
    how = f"Medians of {settings.rounds} rounds of {settings.seconds} s, {settings.connections} connections"
    lines = [
        *surroundings(database),
        f"{how}; in brackets the lowest and the highest of the rounds.",
        "",
        report(all_works, results),
    ]
    show("\n".join(lines), settings.page, settings.mark)


if __name__ == "__main__":
    main()
