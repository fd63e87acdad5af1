"""Supplies what schemathesis cannot know: ids of existing records, and the format of ETags.

Each operation on a record gets a record of its own as its example, since some delete or change theirs. The address of
the service is in SERVICE_URL, an admin key in SERVICE_KEY.
"""

import copy
import os
import uuid
from urllib.parse import quote, urlencode

import requests
import schemathesis
from hypothesis import strategies as st

BODY = "Rabat a répondu. Le ministre a salué un accord « sans précédent »."


def create(address, record):
    headers = {"Authorization": f"Bearer {os.environ['SERVICE_KEY']}"}
    answer = requests.post(f"{os.environ['SERVICE_URL']}/v1/{address}", json=record, headers=headers, timeout=20)
    answer.raise_for_status()
    return answer.json()["id"]


def create_article():
    return create("articles", {"headline": "Rabat répond", "body": BODY})


def create_entity():
    return create("entities", {"kind": "place", "name": "Rabat"})


def create_mention():
    return create(f"articles/{create_article()}/mentions", {"start": 0, "end": 5})


def create_quote():
    return create("quotes", {"article_id": create_article(), "text": "sans précédent"})


def create_key():
    return create("keys", {"name": str(uuid.uuid4()), "scope": "read"})


def create_judgement():
    return create("judgements", {"entities": [create_entity(), create_entity()]})


def create_claim_review():
    review = {"publisher": "Vérif", "url": "https://check.example/1", "rating": "Faux"}
    return create(f"quotes/{create_quote()}/claim-reviews", review)


def create_merge():
    headers = {"Authorization": f"Bearer {os.environ['SERVICE_KEY']}"}
    address = f"{os.environ['SERVICE_URL']}/v1/entities/{create_entity()}/merge"
    answer = requests.post(address, json={"sources": [create_entity()]}, headers=headers, timeout=20)
    answer.raise_for_status()
    return answer.json()["merge"]["id"]


def create_webhook():
    # Nothing is sent to it: the address is of this machine.
    return create("webhooks", {"url": "http://127.0.0.1:9/", "enabled": False})


RECORDS = {
    "articles": create_article,
    "entities": create_entity,
    "judgements": create_judgement,
    "claim-reviews": create_claim_review,
    "keys": create_key,
    "mentions": create_mention,
    "merges": create_merge,
    "quotes": create_quote,
    "webhooks": create_webhook,
}


# The coverage phase generates header values of letters and digits only, so it would treat an invalid ETag as valid. Formats
# with their own generator are used unchanged.
schemathesis.openapi.format("etag", st.from_regex(r'(\*|(W/)?"[0-9]{1,9}-[0-9a-f]{16}")', fullmatch=True))


@schemathesis.hook
def filter_case(context, case):
    """Skips queries of more than 8 KiB, which are refused with 414: no schema can bound their total length."""
    return len(urlencode(case.query or {}, doseq=True, quote_via=quote)) <= 8 << 10


@schemathesis.hook
def before_call(context, case, kwargs):
    """Replaces the id `None` (the word, or no value), which a link makes of a member that is null, with an id that no record has."""
    if str((case.path_parameters or {}).get("id", "")) == "None":
        case.path_parameters["id"] = str(uuid.uuid4())


def resolved(raw_schema, parameter):
    """Copies a parameter, so that it can be changed for one operation."""
    name = parameter.get("$ref", "").rsplit("/", 1)[-1]
    return copy.deepcopy(raw_schema["components"]["parameters"][name] if name else parameter)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for path, operations in raw_schema["paths"].items():
        for operation in operations.values():
            parameters = [resolved(raw_schema, parameter) for parameter in operation.get("parameters", [])]
            operation["parameters"] = parameters
            for parameter in parameters:
                if parameter["name"] == "id":
                    parameter["example"] = RECORDS[path.split("/")[2]]()
                elif parameter["name"] == "If-Match":
                    parameter["schema"]["format"] = "etag"
                    # Any version: with a specific one, all but the first write would be 412.
                    parameter["example"] = "*"
                elif parameter["name"] == "If-None-Match":
                    parameter["schema"]["format"] = "etag"
    # The examples of these are of records of the demo.
    schemas = raw_schema["components"]["schemas"]
    schemas["CreateQuote"]["example"] = {"article_id": create_article(), "text": "sans précédent", "kind": "partial"}
    schemas["CreateMention"]["example"] = {"start": 0, "end": 5, "exact": "Rabat"}
    schemas["UpdateMention"]["example"] = {"entity_id": None}
