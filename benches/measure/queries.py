#!/usr/bin/env python3
"""Measures every query of the API over a loaded collection: latency and pages read.

    benches/measure/queries.py --database-url URL [--groups articles,quotes] [--seconds 2] [--connections 8]

Prints a Markdown table: milliseconds at p50 and p95, and pages of 8 kB that Postgres touched for each request, with how
many of them it had to ask the system for. What takes longer than it should at p95 is marked. Pages are told when
pg_stat_statements is loaded (`shared_preload_libraries`). Needs psql and wrk.
"""

import argparse
import os
import sys

from common import ROOT, Database, answer, service, show, show_options, surroundings, table, wrk
from lists import GROUPS, Queries, Values


class Pages:
    """Counts the pages that Postgres read since the last reset."""

    def __init__(self, database):
        self.database = database
        loaded = "pg_stat_statements" in database.value("SHOW shared_preload_libraries")
        self.is_there = loaded and database.rows("CREATE EXTENSION IF NOT EXISTS pg_stat_statements") == []

    def reset(self):
        if self.is_there:
            self.database.rows("SELECT pg_stat_statements_reset()")

    def per(self, requests):
        if not self.is_there:
            return ["", "", ""]
        # Statements with few calls belong to background tasks of the service.
        touched, read, calls = self.database.rows(
            "SELECT coalesce(sum(shared_blks_hit + shared_blks_read), 0), coalesce(sum(shared_blks_read), 0),"
            f" coalesce(sum(calls), 0) FROM pg_stat_statements WHERE calls > {requests} / 20.0"
            " AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )[0]
        requests = max(1, requests)
        return [f"{float(touched) / requests:,.0f}", f"{float(read) / requests:,.1f}", f"{float(calls) / requests:.1f}"]


def measure(url, name, requests, limit_ms, pages, settings):
    """Returns a row of the table."""
    status, text = answer(url, requests[0]) if requests else (0, "no values for it in this collection")
    if status != 200:
        return [name, "", "", "", "", "", "", f"{status}: {text[:120]}".replace("|", "/").replace("\n", " ")]
    if settings.warm:
        wrk(url, requests, settings.connections, settings.warm)
    pages.reset()
    got = wrk(url, requests, settings.connections, settings.seconds)
    cells = pages.per(got["requests"])
    if not got["requests"]:
        return [name, "0", "", "", *cells, f"**over {settings.seconds} s**"]
    note = f"**over {limit_ms} ms**" if got["p95"] > limit_ms else ""
    if got["refused"] or got["broken"]:
        note += f" {got['refused'] + got['broken']} of {got['requests']} failed"
    return [name, f"{got['rate']:,.0f}", f"{got['p50']:.1f}", f"{got['p95']:.1f}", *cells, note.strip()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--database-url", default=os.environ.get("DATABASE_URL"), required="DATABASE_URL" not in os.environ
    )
    parser.add_argument("--service", default=str(ROOT / "target" / "release" / "verbatim"), help="the program to run")
    parser.add_argument("--groups", default=",".join(GROUPS))
    parser.add_argument("--only", default="", help="queries whose name has this in it")
    parser.add_argument("--seconds", type=int, default=2, help="of each query")
    parser.add_argument("--warm", type=int, default=1, help="seconds of each query beforehand, which are not measured")
    parser.add_argument("--connections", type=int, default=8)
    show_options(parser, "queries")
    settings = parser.parse_args()
    database = Database(settings.database_url)
    # Every query reads the database, and none fails because another one is slow.
    running = service(settings.service, database, {"VERBATIM_CACHE_MB": "0", "VERBATIM_QUEUE_TIMEOUT_MS": "5000"})
    rows = []
    try:
        queries, pages = Queries(running.url, Values(database)), Pages(database)
        for group in settings.groups.split(","):
            GROUPS[group](queries)
        wanted = [query for query in queries.all if settings.only in query[0]]
        for number, (name, requests, limit_ms) in enumerate(wanted, 1):
            rows.append(measure(running.url, name, requests, limit_ms, pages, settings))
            print(f"{number}/{len(wanted)} {' '.join(rows[-1])}", file=sys.stderr)
    finally:
        running.stop()
    slow = sum("**" in row[-1] for row in rows)
    failed = sum(not row[1] for row in rows)
    how = f"{len(rows)} queries, {settings.connections} connections, {settings.seconds} s each after {settings.warm} s of it"
    lines = [*surroundings(database), f"{how}: {slow} slow, {failed} not answered.", ""]
    lines.append(table(["query", "a second", "p50 ms", "p95 ms", "pages", "of them read", "statements", ""], rows))
    show("\n".join(lines), settings.page, settings.mark)


if __name__ == "__main__":
    main()
