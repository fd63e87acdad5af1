"""Every query of the API with values from the collection: frequent, medium and rare ones."""

import json
import random
import urllib.parse

from common import answer, get, post
from works import words

HEATS = ("hot", "middling", "rare")


class Values:
    """Values of the collection by member: the most frequent, medium and rare ones."""

    def __init__(self, database):
        self.database = database
        self.entity = self.by_count("entity_counts", "mentions", "entity_id")
        self.speaker = self.by_count("entity_counts", "quotes", "entity_id")
        ids = lambda table: database.column(f"SELECT id FROM {database.sample(table, 400)} LIMIT 200")
        self.article, self.quote, self.mention = ids("articles"), ids("quotes"), ids("mentions")
        self.cluster = self.sampled("quotes", "cluster_id")
        self.publisher = self.sampled("articles", "publisher")
        self.section = self.sampled("articles", "section")
        self.cue = self.sampled("quotes", "cue_lemma")
        self.keyword = self.sampled("articles", "keywords[1]")
        self.external_id = self.any("articles", "external_id")
        self.url = self.any("articles", "url")
        self.text = self.any("quotes", "text", "octet_length(text) BETWEEN 60 AND 160")
        self.words = words(database)
        names = database.rows(
            "SELECT e.name, a.name FROM entity_aliases a JOIN entities e ON e.id = a.entity_id"
            f" WHERE a.entity_id IN (SELECT id FROM {database.sample('entities', 400)}) AND a.kind = 'name' LIMIT 200"
        )
        self.name, self.alias = [name for name, _ in names], [alias for _, alias in names]

    def by_count(self, table, column, key):
        """Splits counted values: the first ten, twenty from the middle, and the last twenty."""
        there = self.database.number(f"SELECT count(*) FROM {table} WHERE {column} > 0")
        pick = lambda skip, limit: self.database.column(
            f"SELECT {key} FROM {table} WHERE {column} > 0 ORDER BY {column} DESC OFFSET {int(skip)} LIMIT {limit}"
        )
        return dict(zip(HEATS, [pick(0, 10), pick(there / 20, 20), pick(there * 0.95, 20)]))

    def sampled(self, table, column):
        """Counts values in a sample."""
        counted = self.database.column(
            f"SELECT {column} FROM {self.database.sample(table, 30_000)} WHERE {column} IS NOT NULL"
            f" GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 5000"
        )
        middle = len(counted) // 2
        return dict(zip(HEATS, [counted[:3], counted[middle : middle + 10], counted[-10:]]))

    def any(self, table, column, condition="true"):
        return self.database.column(
            f"SELECT {column} FROM {self.database.sample(table, 1_000)} WHERE {column} IS NOT NULL AND {condition} LIMIT 200"
        )


def path(base, **parameters):
    """Builds a path with a query. `not_x` becomes `not.x`, and lists repeat their parameter."""
    spelled = {name.replace("not_", "not.", 1): value for name, value in parameters.items() if value is not None}
    return f"{base}?{urllib.parse.urlencode(spelled, doseq=True)}" if spelled else base


class Queries:
    """Named queries with their requests."""

    def __init__(self, url, values):
        self.url, self.values, self.all = url, values, []

    def add(self, name, requests, limit_ms=50):
        self.all.append((name, list(requests), limit_ms))

    def each(self, base, title, combinations, limit_ms=50, **fixed):
        """Adds a query per frequency. Parameters with a dictionary have a value per frequency."""
        by_heat = any(isinstance(values, dict) for values in combinations.values())
        for heat in HEATS if by_heat else [None]:
            pools = {
                name: values[heat] if isinstance(values, dict) else values for name, values in combinations.items()
            }
            draw = random.Random(7)
            drawn = [{name: draw.choice(pool) for name, pool in pools.items() if pool} for _ in range(40)]
            extra = " ".join(f"{name}={value}" for name, value in fixed.items())
            parts = [title or " ".join(combinations).replace("not_", "not."), extra, f"({heat})" if heat else ""]
            name = " ".join(part for part in [base.removeprefix("/v1"), *parts] if part)
            self.add(name, [get("GET", path(base, **one, **fixed)) for one in drawn], limit_ms)

    def deep(self, base, pages=50, **parameters):
        """Adds a query for the page after ten thousand records."""
        cursor = None
        for _ in range(pages):
            status, text = answer(self.url, get("GET", path(base, **parameters, limit=200, cursor=cursor)))
            cursor = json.loads(text).get("next_cursor") if status == 200 else None
            if cursor is None:
                return
        extra = " ".join(f"{name}={value}" for name, value in parameters.items() if len(str(value)) < 20)
        self.add(
            f"{base.removeprefix('/v1')} {extra} after 10,000".replace("  ", " "),
            [get("GET", path(base, **parameters, cursor=cursor))],
        )


def orders(queries, base, title, combinations, sorts=("-published_at", "published_at"), **fixed):
    for sort in sorts:
        queries.each(base, title, combinations, **fixed, sort=sort)


def articles(queries):
    base, v = "/v1/articles", queries.values
    filters = {
        "language": ["fr", "en"],
        "publisher": v.publisher,
        "section": v.section,
        "keyword": v.keyword,
        "mentions": v.entity,
        "quotes_by": v.speaker,
    }
    orders(queries, base, "", {}, sorts=("-published_at", "published_at", "-created_at"))
    for name, values in filters.items():
        orders(queries, base, "", {name: values})
        queries.each(base, "", {name: values}, count="exact")
        queries.each(base, "", {f"not_{name}": values})
    queries.each(base, "", {"external_id": v.external_id})
    queries.each(base, "", {"url": v.url})
    for names in (
        ["publisher", "section"],
        ["mentions", "publisher"],
        ["mentions", "quotes_by"],
        ["keyword", "language"],
        ["quotes_by", "section"],
        ["language", "publisher", "section", "keyword"],
    ):
        orders(queries, base, "", {name: filters[name] for name in names})
    month = {"published_from": "2020-03-01T00:00:00Z", "published_to": "2020-04-01T00:00:00Z"}
    for names in ([], ["mentions"], ["publisher"], ["keyword"]):
        orders(queries, base, " ".join(names) + " of a month", {name: filters[name] for name in names}, **month)
    queries.each(base, "two entities or another", {"mentions": [v.entity["hot"][:2], v.entity["rare"][:2]]})
    queries.each(base, "of no publisher", {}, publisher="none")
    for kind, found in v.words.items():
        for extra in (
            {},
            {"sort": "published_at"},
            {"sort": "relevance"},
            {"include": "highlight"},
            {"count": "exact"},
            {"count": "estimate"},
        ):
            queries.each(base, f"q {kind}", {"q": found}, **extra)
    for names in (["publisher"], ["language"], ["section"], ["mentions"], ["quotes_by"], ["keyword"]):
        for kind in ("rare", "common"):
            queries.each(base, f"q {kind} {names[0]}", {"q": v.words[kind], **{name: filters[name] for name in names}})
    queries.each(base, "q common of a month", {"q": v.words["common"]}, **month)
    queries.each(base, "q phrase", {"q": [f'"{" ".join(text.split()[2:4])}"' for text in v.text]})
    queries.each(base, "q or", {"q": [f"{one} OR {two}" for one, two in zip(v.words["rare"], v.words["middling"])]})
    queries.each(
        base, "q without", {"q": [f"{one} -{two}" for one, two in zip(v.words["middling"], v.words["common"])]}
    )
    queries.each(base, "q name", {"q": v.name})
    queries.each(base, "", {}, count="estimate")
    queries.each(base, "", {}, limit=200, include="body")
    queries.deep(base, sort="-published_at")
    queries.deep(base, publisher=v.publisher["hot"][0])
    queries.deep(base, mentions=v.entity["hot"][0])


def quotes(queries):
    base, v = "/v1/quotes", queries.values
    filters = {
        "speaker": v.speaker,
        "about": v.entity,
        "publisher": v.publisher,
        "language": ["fr", "en"],
        "kind": ["direct", "partial", "indirect", "mixed"],
        "status": ["machine", "verified", "rejected", "disputed"],
        "speaker_status": ["named", "anonymous", "collective", "unattributed"],
        "cue": v.cue,
        "cluster": v.cluster,
        "article": v.article,
        "min_confidence": ["0.5", "0.9", "1"],
    }
    orders(queries, base, "", {}, sorts=("-published_at", "published_at", "-confidence"))
    for name, values in filters.items():
        orders(queries, base, "", {name: values}, sorts=("-published_at", "published_at", "-confidence"))
        queries.each(base, "", {name: values}, count="exact")
        if name != "min_confidence":
            queries.each(base, "", {f"not_{name}": values})
    for names in (
        ["speaker", "about"],
        ["speaker", "publisher"],
        ["speaker", "status"],
        ["speaker", "kind"],
        ["speaker", "cue"],
        ["speaker", "min_confidence"],
        ["about", "language"],
        ["about", "publisher"],
        ["about", "kind", "status"],
        ["publisher", "kind"],
        ["publisher", "status"],
        ["publisher", "cue"],
        ["kind", "status"],
        ["speaker_status", "publisher"],
        ["language", "kind", "status", "speaker_status"],
    ):
        orders(queries, base, "", {name: filters[name] for name in names})
    month = {"published_from": "2020-03-01T00:00:00Z", "published_to": "2020-04-01T00:00:00Z"}
    for names in ([], ["speaker"], ["about"], ["publisher"], ["cue"]):
        orders(queries, base, " ".join(names) + " of a month", {name: filters[name] for name in names}, **month)
    said = {"said_from": "2020-03-01", "said_to": "2020-04-01"}
    for names in ([], ["speaker"], ["about"], ["publisher"]):
        queries.each(base, " ".join(names) + " said in a month", {name: filters[name] for name in names}, **said)
    queries.each(base, "of two speakers", {"speaker": [v.speaker["hot"][:2], v.speaker["rare"][:2]]})
    queries.each(base, "of nobody", {}, speaker="none")
    queries.each(base, "once for each cluster", {}, dedupe="cluster")
    for name in ("speaker", "about", "publisher", "cluster"):
        queries.each(base, f"{name} once for each cluster", {name: filters[name]}, dedupe="cluster")
    queries.each(base, "speaker", {"speaker": v.speaker}, include="article,speaker")
    queries.each(base, "", {"speaker_name": v.alias})
    queries.each(base, "", {"about_name": v.alias})
    for kind, found in v.words.items():
        for extra in (
            {},
            {"sort": "published_at"},
            {"sort": "relevance"},
            {"include": "highlight"},
            {"count": "exact"},
        ):
            queries.each(base, f"q {kind}", {"q": found}, **extra)
    for name in ("speaker", "about", "publisher", "kind", "status", "language"):
        for kind in ("rare", "common"):
            queries.each(base, f"q {kind} {name}", {"q": v.words[kind], name: filters[name]})
    queries.each(base, "", {}, count="estimate")
    queries.each(base, "", {}, limit=200)
    queries.deep(base, sort="-published_at")
    queries.deep(base, speaker=v.speaker["hot"][0])
    queries.deep(base, about=v.entity["hot"][0])
    slip = lambda text: text[: len(text) // 2] + text[len(text) // 2 + 1 :]
    cut = lambda text: " ".join(text.split()[1:-1])
    for kind, change in (
        ("exact", str),
        ("canonical", lambda text: text.upper() + " !"),
        ("a letter less", slip),
        ("a part", cut),
    ):
        queries.add(f"/quotes/match {kind}", [post("/v1/quotes/match", {"text": change(text)}) for text in v.text[:60]])
    queries.add(
        "/quotes/match nothing like it",
        [post("/v1/quotes/match", {"text": f"{word} zyx wvu tsr"}) for word in v.words["rare"]],
    )
    queries.add("/quotes/{id}", [get("GET", f"{base}/{one}") for one in v.quote])
    queries.add("/quotes/{id}/occurrences", [get("GET", f"{base}/{one}/occurrences") for one in v.quote])


def mentions(queries):
    base, v = "/v1/mentions", queries.values
    filters = {
        "entity": v.entity,
        "entity_kind": ["person", "place"],
        "article": v.article,
        "publisher": v.publisher,
        "language": ["fr", "en"],
        "kind": ["name"],
        "origin": ["machine", "human"],
        "min_confidence": ["0.9"],
    }
    orders(queries, base, "", {})
    for name, values in filters.items():
        orders(queries, base, "", {name: values})
        queries.each(base, "", {name: values}, count="exact")
    queries.each(base, "", {"not_entity": v.entity})
    orders(queries, base, "", {"entity": v.entity, "publisher": v.publisher})
    orders(queries, base, "", {"entity": v.entity, "language": ["fr", "en"]})
    queries.deep(base, entity=v.entity["hot"][0])
    queries.add("/mentions/{id}", [get("GET", f"{base}/{one}") for one in v.mention])


def records(queries):
    v = queries.values
    for tail in ("", "?include=mentions,quotes", "/mentions", "/quotes", "/versions", "/versions/1"):
        queries.add(f"/articles/{{id}}{tail}", [get("GET", f"/v1/articles/{one}{tail}") for one in v.article])


def entities(queries):
    base, v = "/v1/entities", queries.values
    for sort in ("name", "-mentions", "-quotes", "-updated_at"):
        queries.each(base, "", {}, sort=sort)
        queries.each(base, "", {"kind": ["person", "place"]}, sort=sort)
    queries.each(base, "", {"identifier": [f"wikidata:Q{2 * n + 1}" for n in range(40)]})
    queries.each(base, "", {}, count="exact")
    slip = lambda name: name[:3] + name[4:]
    queries.each(base, "q name", {"q": v.name})
    queries.each(base, "q alias", {"q": v.alias})
    queries.each(base, "q with a slip", {"q": [slip(name) for name in v.name if len(name) > 6]})
    queries.each(base, "q first name alone", {"q": [name.split()[0] for name in v.name]})
    queries.each(base, "q of nobody", {"q": ["zzyzx qwrtp", "xkcdwq"]})
    queries.each(base, "q name kind", {"q": v.name, "kind": ["person", "place"]})
    queries.each(base, "q name", {"q": v.name}, count="exact")
    for length in (1, 2, 3, 5, 8):
        queries.each(f"{base}/suggest", f"q of {length}", {"q": [name[:length].strip() for name in v.name]}, limit_ms=5)
    queries.deep(base, sort="name")
    for heat in HEATS:
        queries.add(f"/entities/{{id}} ({heat})", [get("GET", f"{base}/{one}") for one in v.entity[heat]])
        queries.add(
            f"/entities/{{id}}/related ({heat})", [get("GET", f"{base}/{one}/related") for one in v.entity[heat]]
        )


def questions(queries):
    v = queries.values
    year = {"published_from": "2020-01-01T00:00:00Z", "published_to": "2021-01-01T00:00:00Z"}
    dimensions = {
        "quotes": ("speaker", "about", "publisher", "language", "kind", "speaker_status", "cue"),
        "articles": ("publisher", "language"),
        "mentions": ("entity", "publisher", "language", "kind"),
    }
    filters = {
        "quotes": {"speaker": v.speaker, "about": v.entity},
        "articles": {"mentions": v.entity},
        "mentions": {"entity": v.entity},
    }
    for of, all_by in dimensions.items():
        for interval in ("day", "week", "month", "year"):
            queries.each("/v1/stats/timeline", "", {}, 500, of=of, interval=interval)
        for name, values in {**filters[of], "publisher": v.publisher}.items():
            queries.each("/v1/stats/timeline", "", {name: values}, of=of, interval="month")
        queries.each("/v1/stats/timeline", "of a year", {}, of=of, interval="week", **year)
        for by in all_by:
            queries.each("/v1/stats/top", "", {}, 500, of=of, by=by)
            queries.each("/v1/stats/top", "of a year", {}, of=of, by=by, **year)
            queries.each("/v1/stats/timeline", "", {}, 500, of=of, interval="year", group_by=by)
            for name, values in filters[of].items():
                queries.each("/v1/stats/top", "", {name: values}, of=of, by=by)
    queries.each(
        "/v1/stats/top", "once for each cluster", {"speaker": v.speaker}, of="quotes", by="publisher", dedupe="cluster"
    )
    for kind in ("rare", "middling", "common"):
        queries.each("/v1/stats/timeline", f"q {kind}", {"q": v.words[kind]}, of="quotes", interval="year")
        queries.each("/v1/stats/top", f"q {kind}", {"q": v.words[kind]}, of="quotes", by="speaker")
    for base in ("/v1/graph/speaks-about", "/v1/graph/co-mentions"):
        queries.each(base, "", {}, 500)
        queries.each(base, "of a year", {}, **year)
        queries.each(base, "", {"publisher": v.publisher})
    queries.each("/v1/graph/speaks-about", "", {"speaker": v.speaker})
    queries.each("/v1/graph/speaks-about", "", {"about": v.entity})
    queries.each("/v1/graph/co-mentions", "", {"mentions": v.entity})


GROUPS = {
    "records": records,
    "articles": articles,
    "quotes": quotes,
    "mentions": mentions,
    "entities": entities,
    "questions": questions,
}
