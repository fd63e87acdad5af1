#!/usr/bin/env python3
"""Sends three times what a running service can answer, and shows what becomes of it.

First the peak rate is measured with connections that each wait for their answer. Then requests are sent in an open loop: each
at its time, whether earlier ones are answered or not. Latencies count from the time at which a request was due.

    benches/measure/overload.py http://127.0.0.1:8080 --pid $(pidof verbatim) --kind articles
"""

import argparse
import asyncio
import json
import multiprocessing
import random
import time
import urllib.request
from urllib.parse import urlsplit

BODY = "“We sail on Monday,” said Awa Diallo in Bergen. The port reopens after {n} days, the ministry says. "


def requests(kind, host, ids):
    """Returns a function that makes the bytes of the next request."""

    def article():
        text = json.dumps({"headline": "Sailing", "body": BODY.format(n=random.random()) * 20}).encode()
        head = f"POST /v1/articles?annotate=true HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
        return head.encode() + f"content-length: {len(text)}\r\n\r\n".encode() + text

    def get(path):
        return f"GET {path} HTTP/1.1\r\nhost: {host}\r\ncache-control: no-cache\r\n\r\n".encode()

    return {
        "articles": article,
        "reads": lambda: get(f"/v1/articles/{random.choice(ids)}"),
        "searches": lambda: get(f"/v1/articles?q={random.choice(['port', 'ministry', 'days'])}&limit=20"),
        "livez": lambda: get("/livez"),
    }[kind]


class Connection:
    def __init__(self, address):
        self.address, self.reader, self.writer = address, None, None

    async def send(self, request):
        """Sends a request and returns the status of its answer; 0 without one."""
        try:
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection(*self.address)
            self.writer.write(request)
            head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
            await self.reader.readexactly(length)
            if b"connection: close" in head:
                self.close()
            return int(head.split(b" ", 2)[1])
        except (OSError, asyncio.IncompleteReadError, IndexError):
            self.close()
            return 0

    def close(self):
        if self.writer:
            self.writer.close()
        self.writer = None


async def closed(address, make, seconds, connections):
    """Returns how many requests a second are answered with success."""
    end, answered = time.perf_counter() + seconds, 0

    async def client():
        nonlocal answered
        connection = Connection(address)
        while time.perf_counter() < end:
            # Read `answered` after the wait: other clients change it meanwhile.
            status = await connection.send(make())
            answered += status in (200, 201)

    await asyncio.gather(*(client() for _ in range(connections)))
    return answered / seconds


async def open_loop(address, make, rate, seconds):
    """Returns the status and the latency in seconds of each request."""
    idle, results, tasks = [], [], set()
    start = time.perf_counter()

    async def one(due):
        connection = idle.pop() if idle else Connection(address)
        status = await connection.send(make())
        idle.append(connection)
        results.append((status, time.perf_counter() - due))

    for number in range(int(rate * seconds)):
        due = start + number / rate
        delay = due - time.perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        task = asyncio.create_task(one(due))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)
    return results


def process(queue, address, kind, host, ids, rate, seconds):
    queue.put(asyncio.run(open_loop(address, requests(kind, host, ids), rate, seconds)))


def memory(pid):
    """Resident memory of the service in megabytes."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def percentile(values, share):
    return sorted(values)[int(len(values) * share)] * 1000 if values else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--pid", type=int, help="process of the service, to show its memory")
    parser.add_argument("--kind", choices=["articles", "reads", "searches"], default="articles")
    parser.add_argument("--times", type=float, default=3.0, help="multiple of the peak rate")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--connections", type=int, default=32, help="for the peak rate")
    parser.add_argument("--processes", type=int, default=2, help="that send")
    given = parser.parse_args()
    url = urlsplit(given.url)
    address = (url.hostname, url.port or 80)
    with urllib.request.urlopen(given.url + "/v1/articles?limit=200") as answer:
        ids = [item["id"] for item in json.load(answer)["items"]]
    make = requests(given.kind, url.netloc, ids)
    asyncio.run(closed(address, make, 2, given.connections))
    peak = asyncio.run(closed(address, make, 5, given.connections))
    before = memory(given.pid) if given.pid else 0
    queue = multiprocessing.Queue()
    share = given.times * peak / given.processes
    senders = [
        multiprocessing.Process(target=process, args=(queue, address, given.kind, url.netloc, ids, share, given.seconds))
        for _ in range(given.processes)
    ]
    probes = multiprocessing.Process(target=process, args=(queue, address, "livez", url.netloc, ids, 20, given.seconds))
    for sender in [*senders, probes]:
        sender.start()
    # The probes are the shortest list of results.
    *sent, livez = sorted((queue.get() for _ in range(given.processes + 1)), key=len, reverse=True)
    results = [result for part in sent for result in part]
    served = [latency for status, latency in results if status in (200, 201)]
    refused = [latency for status, latency in results if status == 503]
    print(f"peak {peak:.0f}/s; sent {len(results) / given.seconds:.0f}/s")
    print(f"goodput {len(served) / given.seconds:.0f}/s, {len(served) / given.seconds / peak:.2f} of the peak")
    print(f"served: p50 {percentile(served, 0.5):.0f} ms, p99 {percentile(served, 0.99):.0f} ms")
    print(f"refused {len(refused)}: p50 {percentile(refused, 0.5):.0f} ms, p99 {percentile(refused, 0.99):.0f} ms")
    print(f"neither: {len(results) - len(served) - len(refused)}")
    print(f"/livez: p99 {percentile([latency for _, latency in livez], 0.99):.0f} ms")
    if given.pid:
        print(f"memory: {before:.0f} MB before, {memory(given.pid):.0f} MB after")


if __name__ == "__main__":
    main()
