"""Calls the generated operations."""

import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import httpx

from .generated.client import AuthenticatedClient, Client
from .generated.models import Problem as ProblemBody


class Problem(Exception):
    """The service refused a request: its status, the stable `code` of the problem, and a message for each faulty member."""

    def __init__(self, status: int, body: ProblemBody | None) -> None:
        self.status = status
        self.code = body.code if body else None
        self.errors = list(body.errors or []) if body else []
        super().__init__(f"{status} {body.detail if body else ''}".strip())


class Service:
    """A Verbatim service at `url`. Use it as a context manager, or call `close`."""

    def __init__(self, url: str, key: str | None = None, *, retries: int = 3, timeout: float = 30.0) -> None:
        arguments: dict[str, Any] = {"transport": _Retrying(retries)}
        options: dict[str, Any] = {"base_url": url, "timeout": httpx.Timeout(timeout), "httpx_args": arguments, "follow_redirects": True}
        self._client = AuthenticatedClient(token=key, **options) if key else Client(**options)

    def call(self, operation: ModuleType, *arguments: Any, **named: Any) -> Any:
        """Calls an operation, a module of `verbatim_client.generated.api`, and returns what it answers.

        Raises `Problem` when the service refuses the request.
        """
        response = operation.sync_detailed(*arguments, client=self._client, **named)
        if response.status_code >= 400:
            raise Problem(int(response.status_code), response.parsed if isinstance(response.parsed, ProblemBody) else None)
        return response.parsed

    def items(self, operation: ModuleType, *arguments: Any, **named: Any) -> Iterator[Any]:
        """Reads a list to its end, page by page."""
        cursor = named.pop("cursor", None)
        while True:
            page = self.call(operation, *arguments, **named, **({"cursor": cursor} if cursor else {}))
            yield from page.items
            cursor = page.next_cursor
            if not cursor:
                return

    def close(self) -> None:
        self._client.get_httpx_client().close()

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Retrying(httpx.HTTPTransport):
    """Sends a request again after 429 and 503, which say that nothing was done, and when there was no connection."""

    def __init__(self, retries: int) -> None:
        super().__init__()
        self._retries = retries

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for attempt in range(self._retries):
            pause = 0.25 * 2**attempt
            try:
                response = super().handle_request(request)
            except httpx.ConnectError:
                time.sleep(pause)
                continue
            if response.status_code not in (429, 503):
                return response
            wait = response.headers.get("retry-after", "")
            response.close()
            time.sleep(min(float(wait), 60.0) if wait.isdigit() else pause)
        return super().handle_request(request)
