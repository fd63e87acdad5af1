//! Plans of searches.

use std::sync::{MutexGuard, OnceLock};

use serde_json::Value;

use super::{Statement, explain, last_keys_of, last_of, nodes, observed};
use crate::support::TestApp;
use crate::support::postgres::{TestDatabase, server_log};

/// What 100,000 articles look like: `commun` in every second, `moyen` in one of 25, `rare` in ten, `peu` in five with a date and
/// five without.
const ARTICLES: &str = "
    INSERT INTO articles (id, created_at, headline, body, content_hash, language, publisher, published_at)
    SELECT gen_random_uuid(), timestamptz '2026-01-01' + n * interval '1 second', 'Titre',
        concat_ws(' ', CASE WHEN n % 2 = 0 THEN 'commun' END, CASE WHEN hashint4(n) % 25 = 0 THEN 'moyen' END,
            CASE WHEN hashint4(n) % 5 = 0 THEN 'frère' END, CASE WHEN n % 10000 = 7 THEN 'rare' END, CASE WHEN n % 20000 IN (7, 50) THEN 'peu' END, 'fin'),
        sha256(n::text::bytea), CASE WHEN n % 4 = 0 THEN 'en' ELSE 'fr' END, 'Journal ' || n % 20,
        CASE WHEN n % 50 > 0 THEN timestamptz '2020-01-01' + n * interval '11 minutes' END
    FROM generate_series(1, 100000) AS n;
    ANALYZE articles";

/// A service on those articles that logs its statements, and the lock for reading the log.
fn texts() -> (TestApp, MutexGuard<'static, ()>) {
    static MADE: OnceLock<TestDatabase> = OnceLock::new();
    observed(&MADE, &[ARTICLES, "VACUUM articles"])
}

/// The last logged statement that reads the keys of a list of articles.
fn last_statement() -> Statement {
    last_keys_of("articles")
}

/// The number of logged statements that read keys of articles.
fn statements() -> usize {
    server_log().matches(": SELECT articles.").count()
}

#[test]
fn a_search_of_100_000_articles_reads_few_pages_for_any_words() {
    let (app, _log) = texts();
    let cursor =
        |list: &str| app.get(&format!("{list}&limit=200")).expect(200)["next_cursor"].as_str().unwrap().to_owned();
    for sort in ["-published_at", "published_at", "-created_at"] {
        for (search, found, most) in [
            ("rare", 10, 120),
            ("absent", 0, 120),
            ("moyen", 20, 700),
            ("commun", 20, 120),
            // They occur together more often than by chance, so a bitmap scan reads most pages of this small table.
            ("moyen+fr%C3%A8re", 20, 2_600),
            ("commun+-moyen", 20, 120),
            ("commun+OR+rare", 20, 120),
        ] {
            let list = format!("/v1/articles?sort={sort}&q={search}");
            let before = statements();
            let page = app.get(&list).expect(200);
            assert_eq!(page["items"].as_array().unwrap().len(), found, "{search}");
            let (plan, buffers) = explain(&app.database, &last_statement());
            assert!(buffers <= most, "{search} by {sort}: {buffers} buffers: {plan:#}");
            let asked = statements() - before;
            // In order, whether there are more, and all matches of two languages; of the dated and the undated.
            assert!(asked <= 8, "{search} by {sort}: {asked}");
            if found == 20 {
                let page = app.get(&format!("{list}&cursor={}", cursor(&list))).expect(200);
                assert_eq!(page["items"].as_array().unwrap().len(), 20, "{search}");
                let (plan, buffers) = explain(&app.database, &last_statement());
                assert!(buffers <= most, "{search} by {sort}, later: {buffers} buffers: {plan:#}");
            }
        }
    }
}

#[test]
fn rare_words_scan_the_word_index_and_common_words_the_publication_index() {
    let (app, _log) = texts();
    let indexes = |search: &str| {
        app.get(&format!("/v1/articles?q={search}")).expect(200);
        let (plan, _) = explain(&app.database, &last_statement());
        let mut names: Vec<_> =
            nodes(&plan).into_iter().filter_map(|node| node["Index Name"].as_str().map(str::to_owned)).collect();
        names.sort();
        names.dedup();
        names
    };
    assert_eq!(indexes("rare"), ["articles_words_idx"]);
    assert_eq!(indexes("commun"), ["articles_published_desc_idx"]);
    assert_eq!(indexes("moyen"), ["articles_published_desc_idx"]);
    let sequential = |plan: &Value| nodes(plan).iter().any(|node| node["Node Type"] == "Seq Scan");
    app.get("/v1/articles?q=commun&publisher=Journal+3&sort=published_at").expect(200);
    let (plan, _) = explain(&app.database, &last_statement());
    assert!(!sequential(&plan), "{plan:#}");
}

#[test]
fn a_search_with_many_matches_is_counted_up_to_a_limit() {
    let (app, _log) = texts();
    // Each language has half of the articles, and nearly all have the word in the spelling of their language.
    app.sql(
        "UPDATE articles SET language = CASE WHEN hashtext(id::text) % 2 = 0 THEN 'en' ELSE 'fr' END,
            body = CASE WHEN hashtext(id::text) % 25 = 0 THEN 'rien' ELSE 'frère' END;
        ANALYZE articles",
    );
    let page = app.get("/v1/articles?q=fr%C3%A8re&count=exact").expect(200);
    assert_eq!(page["total"]["kind"], "estimate");
    let value = page["total"]["value"].as_i64().unwrap();
    // Postgres assumes that word and language are independent. Here each text has both.
    assert!((40_000..100_000).contains(&value), "{value}");
    // Each text is checked for its language.
    let counted = last_of(&["SELECT count(*)".to_owned()]);
    let (plan, _) = explain(&app.database, &counted);
    assert!(plan["Plans"][0]["Actual Rows"].as_f64().unwrap() <= 10_001.0, "{plan:#}");
}

#[test]
fn a_count_is_exact_after_most_records_are_gone() {
    let (app, _log) = texts();
    app.get("/v1/articles?q=commun&count=exact").expect(200);
    // The statistics still say that half of all have the word.
    app.sql(
        "DELETE FROM articles WHERE headline = 'Titre' AND body LIKE 'commun%' AND abs(hashtext(id::text)) % 1000 > 0",
    );
    let counted = app.database.ask("SELECT count(*) FROM articles WHERE vector @@ 'commun'");
    assert!((1..200).contains(&counted.parse::<i64>().unwrap()), "{counted}");
    let total = app.get("/v1/articles?q=commun&count=exact").expect(200)["total"].clone();
    assert_eq!(total, serde_json::json!({"value": counted.parse::<i64>().unwrap(), "kind": "exact"}));
}

#[test]
fn a_rare_word_oldest_first_ends_with_undated_articles() {
    let (app, _log) = texts();
    let list = "/v1/articles?q=peu&sort=published_at";
    let all = app.get(list).expect(200)["items"].as_array().unwrap().clone();
    let key = |article: &Value| {
        let published = article["published_at"].as_str().map(str::to_owned);
        (published.is_none(), published, article["id"].as_str().unwrap().to_owned())
    };
    let keys: Vec<_> = all.iter().map(key).collect();
    assert_eq!(keys.iter().map(|(is_undated, ..)| *is_undated).collect::<Vec<_>>(), [[false; 5], [true; 5]].concat());
    assert!(keys.is_sorted(), "{keys:?}");
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.get(&format!("{list}&limit=3{cursor}")).expect(200);
        paged.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged, all);
}

#[test]
fn filters_that_rarely_occur_together_use_one_index() {
    let (app, _log) = texts();
    // Articles in English and articles with `commun` have even numbers; those of this publisher have odd ones.
    for (filter, conditions) in [
        ("publisher=Journal+3&language=en", &["(publisher = 'Journal 3'::text)", "(language = 'en'::text)"][..]),
        ("publisher=Journal+3&q=commun", &["(publisher = 'Journal 3'::text)", "(vector @@ "]),
    ] {
        let page = app.get(&format!("/v1/articles?{filter}")).expect(200);
        assert_eq!(page["items"], Value::Array(Vec::new()), "{filter}");
        let (plan, buffers) = explain(&app.database, &last_statement());
        let scan = nodes(&plan).into_iter().find(|node| node["Index Name"] == "articles_words_idx");
        let scan = scan.unwrap_or_else(|| panic!("{filter}: {plan:#}"));
        let found = scan["Index Cond"].as_str().unwrap_or_default();
        assert!(conditions.iter().all(|condition| found.contains(condition)), "{filter}: {found}: {plan:#}");
        assert!(buffers <= 200, "{filter}: {buffers} buffers: {plan:#}");
    }
    // They have much in common, so scanning one of them finds enough.
    for filter in ["publisher=Journal+4&language=en", "publisher=Journal+5&language=fr"] {
        let page = app.get(&format!("/v1/articles?{filter}")).expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 20);
        let (plan, buffers) = explain(&app.database, &last_statement());
        assert!(nodes(&plan).iter().any(|node| node["Index Name"] == "articles_publisher_idx"), "{filter}: {plan:#}");
        assert!(buffers <= 120, "{filter}: {buffers} buffers: {plan:#}");
    }
}
