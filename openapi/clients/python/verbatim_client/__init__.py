"""A client of Verbatim: the generated operations, with pages read to the end, typed errors and retries."""

from .service import Problem, Service

__all__ = ["Problem", "Service"]
