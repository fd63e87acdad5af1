"""Checks the JSON-LD of a running service with a processor: it loses no member, and comes back from its expanded form.

Usage: json_ld.py URL KEY
"""

import json
import sys
import urllib.request

from pyld import jsonld

BODY = "🚢 « Nous partons », a dit Awa Diallo, « demain soir »."
ENTITY = {
    "kind": "person",
    "name": "Awa Diallo",
    "aliases": [{"name": "la maire", "language": "fr", "kind": "role"}],
    "identifiers": [{"scheme": "wikidata", "value": "Q42424242"}],
}


def main(url, key):
    def call(path, body=None, media_type="application/json"):
        headers = {"authorization": f"Bearer {key}", "content-type": media_type}
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(url + path, data, headers)) as answer:
            return json.load(answer)

    jsonld.set_document_loader(refuse_to_load)
    awa = call("/v1/entities", ENTITY)["id"]
    article = call("/v1/articles", {"headline": "Départ", "body": BODY, "publisher": "Le Quotidien", "authors": ["Awa Ndiaye"]})["id"]
    mention = call(f"/v1/articles/{article}/mentions", {"start": 26, "end": 36, "entity_id": awa})["id"]
    # A processor writes a single included node without its list.
    call(f"/v1/articles/{article}/mentions", {"start": 4, "end": 8})
    spans = [{"start": 4, "end": 16}, {"start": 40, "end": 51}]
    quote = call("/v1/quotes", {"article_id": article, "spans": spans, "speaker_id": awa, "said_on": "2026-03-01"})["id"]
    review = {"publisher": "Les Vérificateurs", "url": "https://example.org/checks/1", "rating": "Faux", "title": "Non", "date": "2026-03-02"}
    review = call(f"/v1/quotes/{quote}/claim-reviews", review)["id"]
    # Imported as linked data.
    claim_review = {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "author": {"name": "Le Contrôle"},
        "url": "https://example.org/checks/2",
        "reviewRating": {"alternateName": "Vrai"},
    }
    call(f"/v1/quotes/{quote}/claim-reviews", claim_review, "application/ld+json")
    paths = [
        f"/v1/articles/{article}?include=mentions,quotes&",
        f"/v1/entities/{awa}?",
        f"/v1/mentions/{mention}?",
        f"/v1/quotes/{quote}?include=article,speaker&",
        f"/v1/articles/{article}/mentions?",
        f"/v1/articles?mentions={awa}&include=body,mentions,quotes&count=exact&",
        "/v1/entities?identifier=wikidata:Q42424242&",
        f"/v1/mentions?entity={awa}&",
        f"/v1/quotes?speaker={awa}&",
        f"/v1/claim-reviews/{review}?",
        f"/v1/quotes/{quote}/claim-reviews?",
        f"/v1/quotes/{quote}?include=claim_reviews&",
        "/v1/quotes?claim_review=Faux&include=claim_reviews&",
    ]
    for path in paths:
        check(path, call(path + "format=jsonld"))
    print(f"{len(paths)} documents of JSON-LD are complete")


def refuse_to_load(url, _options):
    raise RuntimeError(f"a document refers to {url}")


def check(path, document):
    """The members that a processor does not know are missing when it compacts the expanded document."""
    expanded = jsonld.expand(document, {"base": "https://example.invalid/"})
    compacted = jsonld.compact(expanded, document["@context"])
    assert without_context(compacted) == without_context(document), f"{path}: {json.dumps(compacted, indent=1)}"
    assert "example.invalid" not in json.dumps(expanded), f"{path} has a relative IRI"


def without_context(document):
    return {name: value for name, value in document.items() if name != "@context"}


main(*sys.argv[1:])
