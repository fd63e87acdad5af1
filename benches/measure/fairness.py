#!/usr/bin/env python3
"""Measures what a greedy key leaves to others.

    benches/measure/fairness.py --database-url URL --binary target/release/verbatim

Eight keys read articles, first alone, then beside a key that sends as much as it can and ignores refusals. Each key may use a
fifth of what the service can do. Needs wrk and a database with articles.
"""

import argparse
import json
import os
import secrets
import subprocess
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from common import Database, service, table

OTHERS = 8
# Until the greedy key has used up what it may use at once.
WARM_UP = 5


def create_key(url, admin, name):
    body = json.dumps({"name": name, "scope": "read"}).encode()
    headers = {"content-type": "application/json", "authorization": f"Bearer {admin}"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/v1/keys", body, headers)) as answer:
        return json.load(answer)["secret"]


def load(url, key, connections, seconds):
    """Returns the answers per second that were not refused."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-H", f"authorization: Bearer {key}", url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    total = next(int(line.split()[0]) for line in output if "requests in" in line)
    refused = next((int(line.split()[-1]) for line in output if "Non-2xx" in line), 0)
    return (total - refused) / seconds, refused / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database-url", default=os.environ.get("DATABASE_URL"), required="DATABASE_URL" not in os.environ)
    parser.add_argument("--binary", default="target/release/verbatim")
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    database, admin = Database(options.database_url), secrets.token_hex(32)
    path = f"/v1/articles/{database.value('SELECT id FROM articles LIMIT 1')}"

    def measured(rate, greedy_connections):
        env = {"VERBATIM_ADMIN_KEY": admin, "VERBATIM_RATE_LIMIT": str(rate)}
        server = service(options.binary, database, env)
        try:
            url = server.url + path
            run = secrets.token_hex(4)
            keys = [create_key(server.url, admin, f"{run}-{n}") for n in range(OTHERS + 1)]
            with ThreadPoolExecutor(OTHERS + 1) as pool:
                greedy = None
                if greedy_connections:
                    greedy = pool.submit(load, url, keys[OTHERS], greedy_connections, WARM_UP + options.seconds)
                    time.sleep(WARM_UP)
                others = [pool.submit(load, url, key, 1, options.seconds) for key in keys[:OTHERS]]
                return sum(other.result()[0] for other in others), greedy.result() if greedy else (0, 0)
        finally:
            server.stop()

    alone, _ = measured(0, 0)
    rate = max(1, round(alone / 5))
    rows = [["alone", "-", f"{alone:,.0f}", "1", "-", "-"]]
    for name, limit, connections in [("beside a greedy key, without limits", 0, 64), ("with limits", rate, 64)]:
        others, (served, refused) = measured(limit, connections)
        rows.append([name, limit or "-", f"{others:,.0f}", f"{others / alone:.2f}", f"{served:,.0f}", f"{refused:,.0f}"])
    print(table(["eight keys with a connection each", "limit", "answers/s", "share", "greedy answers/s", "refusals/s"], rows))
    database.rows("DELETE FROM api_keys WHERE name ~ '^[0-9a-f]{8}-[0-9]$'")


if __name__ == "__main__":
    main()
