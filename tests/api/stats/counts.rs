//! The rollups: after any writes they equal the counts of the records.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::id;

/// Rows in which the rollups, compacted or not, differ from the counts of the records.
const DIFFERENCES: &str = "
    WITH kept AS (
        SELECT of, dimension, key, day, sum(n) AS n FROM (
            SELECT of, dimension, key, day, count AS n FROM day_counts
            UNION ALL SELECT h.of, k.dimension, k.key, d.day, h.change FROM count_changes h
                CROSS JOIN LATERAL count_keys(h) k CROSS JOIN LATERAL (VALUES (h.day), ('infinity')) AS d (day)
            UNION ALL SELECT 'entities', role, entity_id::text, day, count FROM entity_day_counts
            UNION ALL SELECT 'entities', count_role(h.of, h.status), coalesce(h.entity_id::text, '00000000-0000-0000-0000-000000000000'),
                d.day, h.change FROM count_changes h CROSS JOIN LATERAL (VALUES (h.day), ('infinity')) AS d (day)
                WHERE count_role(h.of, h.status) IS NOT NULL
        ) AS rows GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
    ), records AS (
        SELECT 'articles' AS of, v.* , published_at FROM articles a
            CROSS JOIN LATERAL (VALUES ('', ''), ('language', language), ('publisher', coalesce(publisher, ''))) AS v (dimension, key)
        UNION ALL
        SELECT 'mentions', v.*, published_at FROM mentions
            CROSS JOIN LATERAL (VALUES ('', ''), ('language', language), ('publisher', coalesce(publisher, '')), ('kind', kind)) AS v
        UNION ALL
        SELECT 'quotes', v.*, published_at FROM quotes
            CROSS JOIN LATERAL (VALUES ('', ''), ('language', language), ('publisher', coalesce(publisher, '')), ('kind', kind),
                ('speaker_status', speaker_status), ('cue', coalesce(cue_lemma, ''))) AS v WHERE status <> 'rejected'
        UNION ALL SELECT 'quotes', 'status', status, published_at FROM quotes
        UNION ALL
        SELECT 'entities', 'mentioned', coalesce(entity_id, '00000000-0000-0000-0000-000000000000')::text, published_at FROM mentions
        UNION ALL
        SELECT 'entities', 'speaker', coalesce(speaker_id, '00000000-0000-0000-0000-000000000000')::text, published_at
            FROM quotes WHERE status <> 'rejected'
        UNION ALL
        SELECT 'entities', 'about', entity_id::text, published_at FROM quote_about JOIN quotes ON id = quote_id WHERE quotes.status <> 'rejected'
    ), actual AS (
        SELECT of, dimension, key, d.day, count(*) AS n FROM records CROSS JOIN LATERAL (VALUES
            (coalesce((published_at AT TIME ZONE 'UTC')::date, '-infinity')), ('infinity')) AS d (day)
        GROUP BY 1, 2, 3, 4
    )
    SELECT coalesce(json_agg(d), '[]') FROM (
        (SELECT 'kept', * FROM kept EXCEPT SELECT 'kept', * FROM actual) UNION ALL (SELECT 'actual', * FROM actual EXCEPT SELECT 'actual', * FROM kept)
    ) AS d";

/// The copies of quotes and entities in other tables that differ from the originals.
const UNTRUE: &str = "
    SELECT coalesce(json_agg(u), '[]') FROM (
        SELECT a.quote_id AS id FROM quote_about a JOIN quotes q ON q.id = a.quote_id
        WHERE (a.published_desc, a.kind, a.status, a.confidence, a.speaker_id, a.speaker_status, a.cue_lemma, a.said_on, a.language,
                a.publisher, a.rejected)
            IS DISTINCT FROM (q.published_desc, q.kind, q.status, q.confidence, q.speaker_id, q.speaker_status, q.cue_lemma, q.said_on,
                q.language, q.publisher, q.status = 'rejected')
        UNION ALL
        SELECT e.id FROM entities e LEFT JOIN entity_counts c ON c.entity_id = e.id WHERE c.kind IS DISTINCT FROM e.kind
    ) AS u";

/// The totals of entities that differ from their records, once all changes are compacted.
const WRONG_TOTALS: &str = "
    SELECT coalesce(json_agg(c), '[]') FROM entity_counts c WHERE (mentions, quotes) IS DISTINCT FROM (
        (SELECT count(*) FROM mentions m WHERE m.entity_id = c.entity_id),
        (SELECT count(*) FROM quotes q WHERE q.speaker_id = c.entity_id AND q.status <> 'rejected'))";

/// Pseudo-random numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn of(&mut self, values: &Value) -> Value {
        values[self.roll(values.as_array().unwrap().len())].clone()
    }
}

/// Returns the ids of all records of a kind.
fn ids(app: &TestApp, path: &str) -> Value {
    let page = app.get(&format!("{path}?limit=200")).expect(200);
    page["items"].as_array().unwrap().iter().map(|record| record["id"].clone()).collect()
}

fn step(app: &TestApp, dice: &mut Dice) {
    let dates = json!([null, "2026-01-31T23:59:59Z", "2026-02-01T00:00:00Z", "2026-02-02T00:00:00+01:00"]);
    let (languages, publishers) = (json!(["fr", "en"]), json!([null, "Alpha", "Beta"]));
    let path = |kind: &str, id: &Value| format!("/v1/{kind}/{}", id.as_str().unwrap());
    let (articles, entities) = (ids(app, "/v1/articles"), ids(app, "/v1/entities"));
    let (mentions, quotes) = (ids(app, "/v1/mentions"), ids(app, "/v1/quotes"));
    let deed = dice.roll(12);
    match deed {
        _ if entities.as_array().unwrap().len() < 2 => drop(app.entity(json!({}))),
        _ if articles.as_array().unwrap().len() < 2 || deed == 0 => {
            let (language, publisher, date) = (dice.of(&languages), dice.of(&publishers), dice.of(&dates));
            drop(app.article(json!({"language": language, "publisher": publisher, "published_at": date})));
        }
        1 | 2 => {
            let article = app.get(&path("articles", &dice.of(&articles))).expect(200);
            drop(app.mention(&article, ["Nous", "sommes"][dice.roll(2)], json!({"entity_id": dice.of(&entities)})));
        }
        3 | 4 => {
            let (speaker, cue) = (dice.of(&json!([null, entities[0], entities[1]])), dice.of(&json!([null, "dire"])));
            let cued = if cue.is_null() { json!(null) } else { json!("a dit") };
            drop(app.quote(
                &json!({"id": dice.of(&articles)}),
                json!({"speaker_id": speaker, "cue": cued, "cue_lemma": cue}),
            ));
        }
        5 => {
            let change = [
                json!({"published_at": dice.of(&dates)}),
                json!({"publisher": dice.of(&publishers)}),
                json!({"language": dice.of(&languages), "body": "« Nous sommes prêts »."}),
            ];
            app.patch(&path("articles", &dice.of(&articles)), &change[dice.roll(3)]).expect(200);
        }
        6 | 7 if quotes != json!([]) => {
            let change = [
                json!({"status": dice.of(&json!(["rejected", "rejected", "verified", "disputed"]))}),
                json!({"kind": dice.of(&json!(["direct", "indirect"]))}),
                json!({"speaker_id": dice.of(&entities), "speaker_status": "named"}),
                json!({"confidence": 0.25, "said_on": dice.of(&json!([null, "2026-01-30"]))}),
                json!({"cue_lemma": dice.of(&json!([null, "crier"]))}),
            ];
            app.patch(&path("quotes", &dice.of(&quotes)), &change[dice.roll(5)]).expect(200);
        }
        8 if mentions != json!([]) => {
            let change =
                json!({"entity_id": dice.of(&json!([null, entities[0]])), "kind": dice.of(&json!(["name", "role"]))});
            app.patch(&path("mentions", &dice.of(&mentions)), &change).expect(200);
        }
        9 if quotes != json!([]) => drop(app.delete(&path("quotes", &dice.of(&quotes))).expect(204)),
        10 if mentions != json!([]) => drop(app.delete(&path("mentions", &dice.of(&mentions))).expect(204)),
        11 => match dice.roll(4) {
            0 => drop(app.delete(&path("articles", &dice.of(&articles))).expect(204)),
            1 => drop(app.delete(&format!("{}?cascade=true", path("entities", &dice.of(&entities)))).expect(204)),
            2 => drop(app.patch(&path("entities", &dice.of(&entities)), &json!({"kind": "place"})).expect(200)),
            _ => app.sql("SELECT compact_counters(3)"),
        },
        _ => {}
    }
}

#[test]
fn after_any_writes_the_rollups_equal_the_counts_of_the_records() {
    let app = TestApp::start();
    for seed in 1..=3 {
        let mut dice = Dice(seed);
        for n in 0..80 {
            step(&app, &mut dice);
            assert_eq!(app.database.ask(DIFFERENCES), "[]", "step {n} of seed {seed}");
            assert_eq!(app.database.ask(UNTRUE), "[]", "step {n} of seed {seed}");
        }
    }
    let kept = "SELECT sum(count) FROM (SELECT count FROM day_counts UNION ALL SELECT count FROM entity_day_counts) AS c (count)";
    app.compact_counters();
    assert_eq!(app.database.ask(DIFFERENCES), "[]", "folded");
    assert_eq!(app.database.ask(WRONG_TOTALS), "[]", "folded");
    let before = app.database.ask(kept);
    app.sql("SELECT rebuild_counters()");
    assert_eq!(app.database.ask(DIFFERENCES), "[]", "rebuilt");
    assert_eq!(app.database.ask(WRONG_TOTALS), "[]", "rebuilt");
    assert_eq!(app.database.ask(kept), before);
    assert!(before.parse::<u64>().unwrap() > 100, "{before}");
}

#[test]
fn statistics_are_the_same_before_and_after_compaction() {
    let app = TestApp::start();
    let speaker = app.entity(json!({}));
    let quote = app.quote(&app.article(json!({})), json!({"speaker_id": speaker["id"]}));
    app.compact_counters();
    app.quote(&app.article(json!({"publisher": "Alpha"})), json!({"speaker_id": speaker["id"]}));
    app.patch(&format!("/v1/quotes/{}", id(&quote)), &json!({"speaker_id": null})).expect(200);
    let questions = ["top?by=speaker", "top?by=publisher", "timeline?interval=year", "timeline?group_by=speaker"];
    let ask = || questions.map(|question| app.get(&format!("/v1/stats/{question}")).expect(200));
    let before = ask();
    app.compact_counters();
    assert_eq!(app.database.ask("SELECT count(*) FROM count_changes"), "0");
    assert_eq!(ask(), before);
    assert_eq!(before[0]["items"].as_array().unwrap().len(), 2, "{}", before[0]);
}

#[test]
fn the_count_of_a_list_equals_its_length_before_and_after_compaction() {
    let app = TestApp::start();
    let mut dice = Dice(7);
    (0..150).for_each(|_| step(&app, &mut dice));
    let entity = ids(&app, "/v1/entities")[0].as_str().unwrap().to_owned();
    let lists = [
        "quotes?".to_owned(),
        "quotes?status=rejected".into(),
        "quotes?not.status=verified".into(),
        "quotes?kind=direct&kind=indirect".into(),
        "quotes?cue=dire".into(),
        "quotes?not.cue=dire".into(),
        "quotes?dedupe=cluster".into(),
        "quotes?speaker=none".into(),
        format!("quotes?speaker={entity}"),
        format!("quotes?about={entity}"),
        format!("quotes?speaker={entity}&publisher=Alpha"),
        format!("quotes?about={entity}&kind=direct"),
        format!("quotes?about={entity}&not.publisher=Alpha&min_confidence=0.5"),
        format!("quotes?about={entity}&status=rejected&sort=-confidence"),
        "quotes?published_from=2026-02-01T00:00:00Z".into(),
        "articles?".into(),
        "articles?not.publisher=Alpha".into(),
        "articles?language=en&publisher=Beta".into(),
        "articles?published_to=2026-02-01T00:00:00Z".into(),
        format!("articles?mentions={entity}"),
        format!("articles?mentions={entity}&not.mentions={entity}"),
        format!("articles?quotes_by={entity}"),
        format!("articles?quotes_by={entity}&published_from=2026-01-01T00:00:00Z"),
        "mentions?kind=name".into(),
        format!("mentions?entity={entity}"),
        format!("mentions?not.entity={entity}"),
    ];
    let check = |when: &str| {
        let counts = lists.iter().map(|list| {
            let page = app.get(&format!("/v1/{list}&limit=200&count=exact")).expect(200);
            let listed = page["items"].as_array().unwrap().len();
            assert_eq!(page["total"], json!({"value": listed, "kind": "exact"}), "{list} {when}");
            listed
        });
        assert!(counts.filter(|count| *count > 0).count() > 10, "{when}");
    };
    check("with changes");
    app.compact_counters();
    check("folded");
}
