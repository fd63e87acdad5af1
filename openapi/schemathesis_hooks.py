"""How schemathesis writes a valid ETag.

It makes valid header values of letters and digits alone. No ETag is one, so it would take an invalid value for the valid
one of an optional header; a format with a generator of its own is drawn from as it is.
"""

import schemathesis
from hypothesis import strategies as st

schemathesis.openapi.format("etag", st.from_regex(r'(\*|(W/)?"[0-9]{1,9}-[0-9a-f]{16}")', fullmatch=True))


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["name"] in ("If-Match", "If-None-Match"):
                    parameter["schema"]["format"] = "etag"
