//! `POST /v1/quotes/match`: quotes that resemble a text.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::{id, pointers};
use crate::support::postgres::TestDatabase;

const SAID: &str = "La réouverture du port de Dakar sera progressive et prudente";

/// Stores each text as a quote of a separate article, one day after the previous.
fn said(app: &TestApp, texts: &[&str]) -> Vec<Value> {
    let said = texts.iter().zip(1..).map(|(text, day)| {
        let published = format!("2026-03-{day:02}T08:00:00Z");
        let article = app.article(json!({"body": format!("Awa Diallo : « {text} »."), "published_at": published}));
        app.quote(&article, json!({"text": text}))
    });
    said.collect()
}

fn matched(app: &TestApp, body: Value) -> Vec<Value> {
    app.post("/v1/quotes/match", &body).expect(200)["items"].as_array().unwrap().clone()
}

/// Returns the kind of each match and the index of its quote.
fn kinds(quotes: &[Value], found: &[Value]) -> Vec<(String, usize)> {
    let place = |item: &Value| quotes.iter().position(|quote| quote["id"] == item["quote"]["id"]).unwrap();
    found.iter().map(|item| (item["kind"].as_str().unwrap().to_owned(), place(item))).collect()
}

#[test]
fn equal_quotes_come_before_similar_quotes() {
    let app = TestApp::start();
    let quotes = said(
        &app,
        &[
            "La réouverture du port de Dakar sera lente et prudente",
            SAID,
            "LA REOUVERTURE DU PORT de Dakar, sera progressive et prudente",
            "Personne ne parle ici d’autre chose que de la pluie",
        ],
    );
    let found = matched(&app, json!({"text": SAID}));
    let expected = [("exact", 1), ("canonical", 2), ("fuzzy", 0)].map(|(kind, place)| (kind.to_owned(), place));
    assert_eq!(kinds(&quotes, &found), expected);
    assert_eq!(found[0]["quote"], app.get(&format!("/v1/quotes/{}", id(&quotes[1]))).expect(200));
    assert_eq!((&found[0]["score"], &found[0]["differences"]), (&json!(1.0), &json!([])));
    assert_eq!((&found[1]["score"], &found[1]["differences"]), (&json!(1.0), &json!([])));
    let score = found[2]["score"].as_f64().unwrap();
    assert!((0.6..0.95).contains(&score), "{score}");
    assert_eq!(found[2]["differences"], json!([{"op": "replace", "given": "progressive", "found": "lente"}]));
}

#[test]
fn the_differences_are_returned() {
    let app = TestApp::start();
    said(&app, &[SAID]);
    let differences = |text: &str| matched(&app, json!({"text": text}))[0]["differences"].clone();
    assert_eq!(
        differences("Oui, la réouverture du port sera très progressive et prudente"),
        json!([
            {"op": "delete", "given": "Oui,", "found": ""},
            {"op": "insert", "given": "", "found": "de Dakar"},
            {"op": "delete", "given": "très", "found": ""},
        ])
    );
}

#[test]
fn the_filters_and_limits_of_a_match_apply() {
    let app = TestApp::start();
    let quotes = said(&app, &[SAID, "La réouverture du port de Dakar sera progressive", SAID]);
    let awa = app.entity(json!({}));
    app.patch(&format!("/v1/quotes/{}", id(&quotes[1])), &json!({"speaker_id": awa["id"]})).expect(200);
    let count = |body: Value| matched(&app, body).len();
    assert_eq!(count(json!({"text": SAID})), 3);
    assert_eq!(count(json!({"text": SAID, "limit": 1})), 1);
    assert_eq!(count(json!({"text": SAID, "threshold": 1})), 2);
    assert_eq!(count(json!({"text": SAID, "language": "fr"})), 3);
    assert_eq!(count(json!({"text": SAID, "language": "en"})), 0);
    let by_awa = matched(&app, json!({"text": SAID, "speaker": awa["id"]}));
    assert_eq!(kinds(&quotes, &by_awa), [("fuzzy".to_owned(), 1)]);
    assert_eq!(count(json!({"text": SAID, "speaker": id(&quotes[0])})), 0);
    for quote in &quotes {
        app.patch(&format!("/v1/quotes/{}", id(quote)), &json!({"status": "rejected"})).expect(200);
    }
    assert_eq!(count(json!({"text": SAID})), 0);
}

#[test]
fn equal_quotes_are_newest_first_and_similar_clusters_have_one_quote() {
    let app = TestApp::start();
    let other = "La réouverture du port de Dakar sera lente et prudente";
    let quotes = said(&app, &[SAID, SAID, other, other]);
    let found = matched(&app, json!({"text": SAID}));
    let expected = [("exact", 1), ("exact", 0), ("fuzzy", 3)].map(|(kind, place)| (kind.to_owned(), place));
    assert_eq!(kinds(&quotes, &found), expected);
}

#[test]
fn very_common_words_are_searched_in_the_newest_quotes() {
    let database = TestDatabase::migrated();
    // 12,000 quotes, which Postgres takes for ten million: all have two words, the oldest and the newest two more.
    database.execute_as_admin(
        "INSERT INTO articles (id, headline, body, content_hash, language)
            VALUES ('a0000000-0000-0000-0000-000000000000', 'Titre', 'Texte', sha256('x'), 'fr');
        SET session_replication_role = replica;
        INSERT INTO quotes (id, article_id, body_version, text, spans, prefix, suffix, kind, speaker_status, status, confidence,
                origin, canonical_text, cluster_id, published_at, language)
            SELECT ('b' || lpad(n::text, 31, '0'))::uuid, 'a0000000-0000-0000-0000-000000000000', 1, text, '{0,1}', '', '',
                'direct', 'unattributed', 'machine', 1, 'machine', lower(text), gen_random_uuid(),
                timestamptz '2020-01-01' + n * interval '1 hour', 'fr'
            FROM generate_series(1, 12000) AS n CROSS JOIN LATERAL (SELECT 'Le ministre et le chanteur '
                || CASE WHEN n IN (1, 12000) THEN 'partiront demain' ELSE 'sont au ' || n END) AS saying (text);
        ANALYZE quotes",
    );
    database.execute_as_admin("UPDATE pg_class SET reltuples = 1e7 WHERE oid = 'quotes'::regclass");
    let app = TestApp::on(database, |_| {});
    let [oldest, newest] = ["000000000001", "000000012000"].map(|end| format!("b0000000-0000-0000-0000-{end}"));
    let found = |text: &str| -> Vec<String> {
        let found = matched(&app, json!({"text": text, "threshold": 0.6}));
        found.iter().map(|item| id(&item["quote"]).to_owned()).collect()
    };
    // Found by a rare word, whatever its date.
    let by_rare = found("Le ministre et le chanteur partirunt demain");
    assert!(by_rare.contains(&oldest) && by_rare.contains(&newest), "{by_rare:?}");
    // Found by the common words, among the newest.
    let by_common = found("Le ministre et le chanteur partirunt");
    assert!(!by_common.contains(&oldest) && by_common.contains(&newest), "{by_common:?}");
}

#[test]
fn near_identical_quotes_are_found_among_many_that_share_two_of_their_words() {
    let database = TestDatabase::migrated();
    // 700 quotes share the two rarest words with the 30 that were said after them.
    database.execute_as_admin(
        "INSERT INTO articles (id, headline, body, content_hash, language)
            VALUES ('a0000000-0000-0000-0000-000000000000', 'Titre', 'Texte', sha256('x'), 'fr');
        SET session_replication_role = replica;
        INSERT INTO quotes (id, article_id, body_version, text, spans, prefix, suffix, kind, speaker_status, status, confidence,
                origin, canonical_text, cluster_id, published_at, language)
            SELECT ('b' || lpad(n::text, 31, '0'))::uuid, 'a0000000-0000-0000-0000-000000000000', 1, text, '{0,1}', '', '',
                'direct', 'unattributed', 'machine', 1, 'machine', lower(text), gen_random_uuid(),
                timestamptz '2020-01-01' + n * interval '1 hour', 'fr'
            FROM generate_series(1, 730) AS n CROSS JOIN LATERAL (SELECT CASE WHEN n > 700
                THEN 'La digue orientale du barrage sera rehaussée avant la saison prochaine, version ' || n
                ELSE 'Personne ici parlait de digue orientale, disait le voisin numéro ' || n END) AS saying (text);
        ANALYZE quotes",
    );
    let app = TestApp::on(database, |_| {});
    let text = "La digue orientale du barrage sera rehaussée avant la saison prochaine";
    let found = matched(&app, json!({"text": text, "limit": 50}));
    assert_eq!(found.len(), 30);
    assert!(found.iter().all(|item| item["quote"]["text"].as_str().unwrap().starts_with(text)), "{found:?}");
}

#[test]
fn a_text_without_similar_quotes_matches_nothing() {
    let app = TestApp::start();
    said(&app, &[SAID]);
    for text in ["« … »", "!", "et", "de la", "Il pleut sur Nantes", "'", "\\", "'; --", "a & b | !c <-> (d", "🦀"]
    {
        assert_eq!(matched(&app, json!({"text": text, "threshold": 0.3})), Vec::<Value>::new(), "{text}");
    }
    let long: String = (0..900).map(|n| format!("mot{n} ")).collect::<String>().chars().take(5000).collect();
    assert_eq!(matched(&app, json!({"text": long, "threshold": 0})), Vec::<Value>::new());
    let same_word = "a".repeat(5000);
    assert_eq!(matched(&app, json!({"text": same_word})), Vec::<Value>::new());
}

#[test]
fn an_invalid_match_request_is_refused() {
    let app = TestApp::start();
    for (body, pointer) in [
        (json!({}), "/text"),
        (json!({"text": ""}), "/text"),
        (json!({"text": "a".repeat(5001)}), "/text"),
        (json!({"text": "a\u{0}"}), "/text"),
        (json!({"text": "a", "threshold": 1.1}), "/threshold"),
        (json!({"text": "a", "threshold": -0.1}), "/threshold"),
        (json!({"text": "a", "limit": 0}), "/limit"),
        (json!({"text": "a", "limit": 51}), "/limit"),
        (json!({"text": "a", "speaker": "Awa"}), "/speaker"),
        (json!({"text": "a", "language": "FR"}), "/language"),
        (json!({"text": "a", "speakers": []}), "/speakers"),
    ] {
        assert_eq!(pointers(app.post("/v1/quotes/match", &body)), [pointer], "{body}");
    }
}
