//! Searches and lists of several values among many texts, whose path is chosen by what Postgres knows of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::{id, items};

/// 6,000 articles of 4,000 dates and a quote of each: `commun` in two of three, `ancien` in the older half, `rare` in six,
/// every fiftieth undated, and a few of other centuries.
const MANY: &str = "
    INSERT INTO articles (id, created_at, headline, body, content_hash, language, publisher, published_at)
    SELECT gen_random_uuid(), timestamptz '2026-01-01' + n * interval '1 second', 'Titre ' || n,
        concat_ws(' ', 'texte', CASE WHEN n % 3 > 0 THEN 'commun' END, CASE WHEN n <= 3000 THEN 'ancien' END,
            CASE WHEN n % 1000 = 1 THEN 'rare' END),
        sha256(n::text::bytea), CASE WHEN n % 4 = 0 THEN 'en' ELSE 'fr' END, 'Journal ' || n % 7,
        CASE WHEN n % 50 > 0 THEN timestamptz '2020-01-01' + n / 3 * interval '5 hours'
            + CASE n % 500 WHEN 7 THEN interval '60 years' WHEN 8 THEN interval '-150 years' ELSE '0' END END
    FROM generate_series(1, 6000) AS n;
    INSERT INTO quotes (id, article_id, body_version, text, spans, prefix, suffix, kind, speaker_status, status,
        confidence, origin, canonical_text, cluster_id, published_at, language, publisher)
    SELECT gen_random_uuid(), id, 1, body, ARRAY[0, 5], '', '', 'direct', 'unattributed', 'machine',
        (row_number() OVER () % 11) / 10.0, 'machine', body, md5(body)::uuid, published_at, language, publisher
    FROM articles;
    ANALYZE articles, quotes";

/// Changes the languages of articles, and of their quotes with them.
fn set_languages(app: &TestApp, change: &str) {
    app.sql(&format!(
        "UPDATE articles SET language = {change};
        UPDATE quotes SET language = articles.language FROM articles WHERE articles.id = article_id;
        UPDATE quote_about SET language = quotes.language FROM quotes WHERE quotes.id = quote_id"
    ));
}

/// Filters the items of an unfiltered list by words in their text.
fn expected(app: &TestApp, list: &str, text: &str, words: &[&str]) -> Vec<Value> {
    let all = items(app, list).into_iter();
    all.filter(|item| words.iter().all(|word| item[text].as_str().unwrap().split(' ').any(|w| w == *word))).collect()
}

#[test]
fn every_list_is_complete_and_in_order_for_any_words() {
    let app = TestApp::start();
    app.sql(MANY);
    for (words, filter) in [
        (&["commun"][..], ""),
        (&["ancien"], ""),
        (&["rare"], ""),
        (&["commun", "ancien"], "&publisher=Journal+3"),
        (&["texte"], "&published_from=2020-02-01T00:00:00Z&published_to=2020-03-01T00:00:00Z"),
    ] {
        let search = words.join("+");
        for sort in ["-published_at", "published_at", "-created_at"] {
            let list = format!("/v1/articles?sort={sort}&include=body&limit=200{filter}");
            let expected = expected(&app, &list, "body", words);
            assert!(!expected.is_empty());
            let found = items(&app, &format!("{list}&q={search}"));
            assert!(found == expected, "{search} by {sort}{filter}: {} of {}", found.len(), expected.len());
        }
        for sort in ["-published_at", "published_at", "-confidence"] {
            let list = format!("/v1/quotes?sort={sort}&limit=200{filter}");
            let expected = expected(&app, &list, "text", words);
            let found = items(&app, &format!("{list}&q={search}"));
            assert!(found == expected, "{search} by {sort}{filter}: {} of {}", found.len(), expected.len());
        }
    }
}

#[test]
fn every_list_of_two_values_is_complete_and_in_order() {
    let app = TestApp::start();
    app.sql(MANY);
    // One publisher has a single article in another language, and another publisher none.
    set_languages(&app, "'fr' WHERE publisher IN ('Journal 1', 'Journal 2')");
    set_languages(&app, "'en' WHERE headline = 'Titre 2990'");
    app.sql("ANALYZE articles, quotes");
    for (publisher, language, most) in [("1", "en", 1), ("2", "en", 0), ("3", "en", 400), ("3", "fr", 800)] {
        for sort in ["-published_at", "published_at"] {
            let list = format!("sort={sort}&limit=100&publisher=Journal+{publisher}");
            let all = items(&app, &format!("/v1/articles?{list}")).into_iter();
            let expected: Vec<Value> = all.filter(|item| item["language"] == language).collect();
            assert!(expected.len() <= most && (most == 0) == expected.is_empty(), "{list}: {}", expected.len());
            let found = items(&app, &format!("/v1/articles?{list}&language={language}"));
            assert!(found == expected, "{list} in {language}: {} of {}", found.len(), expected.len());
            // Each has one quote, whose publication and place among those of its date are its own.
            let quotes = items(&app, &format!("/v1/quotes?{list}&language={language}"));
            let articles = |items: &[Value], id: &str| -> BTreeSet<String> {
                items.iter().map(|item| item[id].as_str().unwrap().to_owned()).collect()
            };
            assert_eq!(quotes.len(), expected.len(), "quotes by {list} in {language}");
            assert_eq!(articles(&quotes, "article_id"), articles(&expected, "id"), "quotes by {list} in {language}");
        }
    }
}

#[test]
fn the_first_of_each_cluster_is_found_across_windows() {
    let app = TestApp::start();
    app.sql(MANY);
    for sort in ["-published_at", "published_at"] {
        let list = format!("/v1/quotes?sort={sort}&limit=3&dedupe=cluster");
        let expected = expected(&app, &list, "text", &["commun"]);
        let found = items(&app, &format!("{list}&q=commun"));
        // With and without `ancien`, with and without `rare`.
        assert_eq!(expected.len(), 4, "{sort}");
        assert!(found == expected, "{sort}: {found:?}");
    }
}

#[test]
fn every_search_finds_all_matching_quotes_about_an_entity() {
    let app = TestApp::start();
    app.sql(MANY);
    let [one, other] = ["A", "B"].map(|name| id(&app.entity(json!({"name": name}))).to_owned());
    // One entity is the topic of all of them, the other of a third.
    app.sql(&format!(
        "INSERT INTO quote_about (quote_id, entity_id, article_id, published_desc, kind, status, confidence, speaker_status, language)
            SELECT quotes.id, entity::uuid, article_id, published_desc, kind, status, confidence, speaker_status, language
            FROM quotes JOIN (VALUES ('{one}', 1), ('{other}', 3)) AS about (entity, n) ON abs(hashtext(quotes.id::text)) % n = 0;
        SELECT rebuild_counters();
        ANALYZE quotes, quote_about"
    ));
    let searches = [
        "commun",
        "commun+ancien",
        "ancien+OR+rare",
        "commun+-ancien",
        "-commun",
        "%22texte+commun%22",
        "%22commun+texte%22",
        "-%22texte+commun%22",
        "rare+OR+-texte",
        "textes",
        "l%E2%80%99ancien+commun",
        "absent",
        "commun+-rare+OR+ancien",
    ];
    for search in searches {
        for sort in ["-published_at", "published_at", "-confidence"] {
            let list = |filter: &str| items(&app, &format!("/v1/quotes?sort={sort}&limit=200&q={search}{filter}"));
            let all = list("");
            let found = list(&format!("&about={one}"));
            assert!(found == all, "{search} by {sort}: {} of {}", found.len(), all.len());
            let of_other = |quote: &&Value| quote["about"].as_array().unwrap().contains(&json!(other));
            let expected: Vec<_> = all.iter().filter(of_other).cloned().collect();
            let found = list(&format!("&about={other}"));
            assert!(found == expected, "{search} by {sort}: {} of {}", found.len(), expected.len());
            let found = list(&format!("&about={one}&about={other}"));
            assert!(found == all, "{search} by {sort}, of both: {} of {}", found.len(), all.len());
        }
    }
    app.sql("UPDATE quotes SET text = text || ' nouveaux' WHERE abs(hashtext(id::text)) % 7 = 0");
    set_languages(&app, "'en' WHERE language = 'fr' AND abs(hashtext(id::text)) % 7 = 1");
    let found = |filter: &str| items(&app, &format!("/v1/quotes?limit=200&q=nouveaux{filter}")).len();
    assert!(found("") > 100);
    assert_eq!(found(&format!("&about={one}")), found(""));
}

#[test]
fn a_cluster_in_several_languages_is_listed_once() {
    let app = TestApp::start();
    app.sql(MANY);
    // The same words in articles of two languages, which read them in their own ways.
    set_languages(&app, "CASE WHEN abs(hashtext(id::text)) % 2 = 0 THEN 'en' ELSE 'fr' END");
    app.sql(
        "UPDATE quotes SET text = 'rares communes', cluster_id = md5(confidence::text)::uuid; ANALYZE articles, quotes",
    );
    for sort in ["-published_at", "published_at", "-confidence"] {
        let found = items(&app, &format!("/v1/quotes?sort={sort}&limit=3&dedupe=cluster&q=rares+OR+rare"));
        let clusters: BTreeSet<_> =
            found.iter().map(|quote| quote["cluster_id"].as_str().unwrap().to_owned()).collect();
        assert_eq!((found.len(), clusters.len()), (11, 11), "{sort}");
    }
}
