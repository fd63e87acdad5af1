"""The compared workloads: requests for the servers, and the same queries as scripts for pgbench."""

import json
import random
import re
import statistics
import time
import urllib.parse
from collections import Counter
from dataclasses import dataclass, field

from common import SQL, answer, get, post

# Sizes of the random samples of articles and speakers.
ARTICLES = 20_000
SPEAKERS = 1_000
PAGE = 20
# The costs that the service assumes, in microseconds: to check a text against a search, and to read a match.
CHECK_COST, FETCH_COST = 13, 5
NOBODY = "00000000-0000-0000-0000-000000000000"


@dataclass
class Work:
    name: str
    title: str
    # Lines of a file for wrk. `peer_requests` are for the peers, when theirs differ.
    requests: list
    peer_requests: list = None
    # Scripts for pgbench, if any.
    scripts: list = None
    # Whether the peers take part.
    peers: bool = True
    # Environment variables of the service.
    env: dict = field(default_factory=dict)
    writes: bool = False


def literal(text):
    """Quotes a text as SQL. A colon before a word is escaped: pgbench would take it for a variable."""
    return "'" + re.sub(r":(?=\w)", r"\\u003a", text).replace("'", "''") + "'"


def pick(values, kind):
    """Returns SQL for the value at pgbench's `:n`, from a constant array. A short array costs next to nothing."""
    return "(ARRAY[" + ",".join(literal(value) for value in values) + f"]::{kind}[])[:n]"


def scripts(values, statements, before=(), after=()):
    """Returns 16 scripts, each with a part of the values. pgbench picks a script at random.

    One script with all values would be slow, as Postgres scans the text of a statement each time. One script per value
    would be prepared by every client. `statements` returns pairs of a file name in `sql/` and its parameters.
    """
    made = []
    size = -(-len(values) // 16)
    for part in (values[at : at + size] for at in range(0, len(values), size)):
        lines = [f"\\set n random(1, {len(part)})", *before]
        for name, parameters in statements(part):
            sql = (SQL / f"{name}.sql").read_text()
            lines.append(
                " ".join(re.sub(r"\$(\d+)", lambda match: parameters[int(match[1]) - 1], sql).split("\n")) + ";"
            )
        made.append("\n".join([*lines, *after]) + "\n")
    return made


def articles(database):
    ids = database.column(f"SELECT id FROM {database.sample('articles', ARTICLES)}")
    requests = [get("GET", f"/v1/articles/{article}") for article in ids]
    random.Random(7).shuffle(requests)
    statements = scripts(ids, lambda part: [("article", [pick(part, "uuid"), "1"])])
    yield Work(
        "a",
        "an article by id",
        requests,
        scripts=statements,
        env={"VERBATIM_CACHE_MB": "0"},
    )
    # Four of five requests are for 500 popular articles.
    hot, others = requests[:500], requests[500:]
    mixed = [random.Random(n).choice(hot if n % 5 else others) for n in range(20_000)]
    yield Work(
        "a-cached",
        "an article by id, 80 % of requests for 500 articles",
        mixed,
        scripts=statements,
        peers=False,
    )


def speakers(database):
    ids = database.column(
        f"SELECT DISTINCT speaker_id FROM {database.sample('quotes', 10 * SPEAKERS)} WHERE speaker_id IS NOT NULL"
        f" LIMIT {SPEAKERS}"
    )
    newest = (
        "array(SELECT id FROM quotes WHERE speaker_id = s.id AND status <> 'rejected'"
        f" ORDER BY published_desc DESC, id DESC LIMIT {PAGE})"
    )
    found = database.rows(
        f"SELECT id, array_to_string(page, ','), array_to_string(array("
        "SELECT DISTINCT quote_id FROM reviews WHERE quote_id = ANY (page)), ',')"
        f" FROM (SELECT s.id, {newest} AS page FROM unnest('{{{','.join(ids)}}}'::uuid[]) AS s (id)) AS pages"
    )
    filled = lambda text: "{" + ",".join((text.split(",") * bool(text) + [NOBODY] * PAGE)[:PAGE]) + "}"

    def statements(part):
        speaker = pick([speaker for speaker, _, _ in part], "uuid")
        pages, reviewed = (",".join(filled(row[at]) for row in part) for at in (1, 2))
        asked, known = (f"('{{{listed}}}'::uuid[])[:n : :n]" for listed in (pages, reviewed))
        return [("quotes", [speaker, "'rejected'", str(PAGE + 1)]), ("about", [asked]), ("reviews", [known])]

    yield Work(
        "b",
        "20 newest quotes of a speaker",
        [get("GET", f"/v1/quotes?speaker={speaker}") for speaker, _, _ in found],
        scripts=scripts(found, statements),
    )


def words(database):
    """Returns French words by frequency in a sample of articles: common, middling, rare, and pairs."""
    sample = 3_000
    bodies = database.column(
        f"SELECT lower(body) FROM {database.sample('articles', 2 * sample)} WHERE language = 'fr' LIMIT {sample}"
    )
    in_articles = Counter(word for body in bodies for word in set(re.findall(r"[^\W\d_]{6,}", body)))
    share = {word: count / len(bodies) for word, count in in_articles.items()}
    between = lambda low, high: sorted(word for word, part in share.items() if low <= part <= high)
    drawn = lambda all: random.Random(7).sample(all, min(40, len(all)))
    common, middling = drawn(between(0.2, 1)), drawn(between(0.005, 0.02))
    rare = drawn(between(0, 1.5 / len(bodies)))
    pairs = [f"{one} {two}" for one, two in zip(middling, common * len(middling))]
    return {"rare": rare, "middling": middling, "common": common, "two words": pairs}


def statements_of_search(database, word):
    """Returns the statement that the service sends for the newest articles with a word: it reads all matches, or the newest articles until there are enough."""
    query = database.value(f"SELECT websearch_to_tsquery('verbatim_fr', searchable('{word}'))").replace("'", "''")
    condition = f"language = 'fr' AND vector @@ '{query}'::tsquery"
    plan = database.value(f"EXPLAIN (FORMAT JSON) SELECT id FROM articles WHERE {condition}")
    matches = json.loads(plan)[0]["Plan"]["Plan Rows"]
    rows = database.number("SELECT reltuples FROM pg_class WHERE oid = 'articles'::regclass")
    is_ordered = CHECK_COST * (PAGE + 1) * rows / matches < FETCH_COST * matches
    return [("search_ordered" if is_ordered else "search_gathered", ["'fr'", f"'{query}'", str(PAGE + 1)])]


def searches(database):
    for kind, found in words(database).items():
        asked = [get("GET", f"/v1/articles?language=fr&q={urllib.parse.quote(word)}") for word in found]
        sent = [statements_of_search(database, word) for word in found]
        statements = [script for one in sent for script in scripts([one], lambda part: part[0])]
        yield Work(f"c {kind}", f"full text, 20 newest: {kind}", asked, scripts=statements)


def new_articles(database, running):
    """Articles to store with mentions and quotes. The service extracts them; the others receive them."""
    texts = database.rows(f"""
        SELECT jsonb_build_object('headline', headline, 'body', body, 'language', language, 'publisher', publisher,
            'published_at', published_at)
        FROM (SELECT * FROM {database.sample('articles', 6_000)}) AS a
        WHERE (SELECT count(*) FROM mentions WHERE article_id = a.id) BETWEEN 8 AND 13
            AND (SELECT count(*) FROM quotes WHERE article_id = a.id) BETWEEN 4 AND 6
        LIMIT 100""")
    asked = [post("/v1/articles?annotate=true", json.loads(row[0])) for row in texts]
    stored = []
    for request in asked:
        status, text = answer(running.url, request)
        while status == 503:
            # The service loads the names of entities when it starts.
            time.sleep(0.2)
            status, text = answer(running.url, request)
        if status != 201:
            raise SystemExit(f"an article is not stored: {text}")
        stored.append(json.loads(text)["id"])
    known = database.rows(f"""
        SELECT jsonb_build_object('headline', a.headline, 'body', a.body, 'language', a.language,
            'publisher', a.publisher, 'published_at', a.published_at, 'blocks', a.blocks,
            'mentions', (SELECT coalesce(jsonb_agg(jsonb_build_object('entity_id', entity_id, 'candidates', candidates,
                'span_start', span_start, 'span_end', span_end, 'exact', exact, 'prefix', prefix, 'suffix', suffix,
                'kind', kind, 'confidence', confidence)), '[]') FROM mentions WHERE article_id = a.id),
            'quotes', (SELECT coalesce(jsonb_agg(jsonb_build_object('text', text, 'spans', spans, 'prefix', prefix,
                'suffix', suffix, 'kind', kind, 'speaker_id', speaker_id, 'speaker_label', speaker_label,
                'speaker_status', speaker_status, 'cue', cue, 'cue_lemma', cue_lemma, 'confidence', confidence,
                'canonical_text', canonical_text, 'cluster_id', cluster_id)), '[]') FROM quotes WHERE article_id = a.id))
        FROM articles a WHERE id = ANY ('{{{",".join(stored)}}}')""")
    told = [json.loads(row[0]) for row in known]
    mentions, quotes = (round(statistics.mean(len(article[name]) for article in told)) for name in ("mentions", "quotes"))

    def statements(part):
        sent = pick([json.dumps(article) for article in part], "jsonb")
        return [(f"insert_{name}", [":article", sent]) for name in ("article", "mentions", "quotes", "about")]

    before = ["BEGIN;", "SELECT gen_random_uuid() AS article \\gset"]
    yield Work(
        "d",
        f"an article with {mentions} mentions and {quotes} quotes",
        asked,
        peer_requests=[post("/v1/articles", article) for article in told],
        scripts=scripts(told, statements, before, ["COMMIT;"]),
        writes=True,
    )


def related(database):
    ids = database.column(
        f"SELECT DISTINCT entity_id FROM {database.sample('mentions', 20_000)} WHERE entity_id IS NOT NULL LIMIT 2000"
    )
    requests = [get("GET", f"/v1/entities/{entity}/related") for entity in ids]
    statements = scripts(ids, lambda part: [("related", [pick(part, "uuid")])])
    yield Work(
        "e",
        "the 20 entities most related to an entity",
        requests,
        scripts=statements,
        peers=False,
        env={"VERBATIM_CACHE_MB": "0"},
    )
    yield Work(
        "e-cached",
        "the same for 500 entities, cached",
        requests[:500],
        scripts=statements,
        peers=False,
    )


def works(database, wanted, running):
    """Returns the workloads whose names begin with the wanted letters. `running` is the service."""
    makers = {
        "a": articles,
        "b": speakers,
        "c": searches,
        "e": related,
        "d": lambda database: new_articles(database, running),
    }
    made = [work for letter, make in makers.items() if letter in wanted for work in make(database)]
    return made
