//! Paging: every list in every order, from the first page to the last.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{self, SyncSender};
use std::thread;

use serde_json::{Value, json};

use crate::support::document::{operations, with};
use crate::support::{Client, TestApp, refused};

/// Every list with its orders, the default first.
const ORDERS: [(&str, &[&str]); 22] = [
    ("list_articles", &["-published_at", "published_at", "-created_at", "relevance"]),
    ("list_mentions", &["-published_at", "published_at"]),
    ("list_mentions_of_article", &[]),
    ("list_quotes_of_article", &[]),
    ("list_article_versions", &[]),
    ("list_article_history", &[]),
    ("list_entity_history", &[]),
    ("list_mention_history", &[]),
    ("list_quote_history", &[]),
    ("list_entities", &["relevance", "name", "-mentions", "-quotes", "-updated_at"]),
    ("list_duplicates", &[]),
    ("list_judgements", &[]),
    ("list_reviews_of_quote", &[]),
    ("list_reviews_of_mention", &[]),
    ("list_review_queue", &[]),
    ("list_claim_reviews", &[]),
    ("list_keys", &[]),
    ("list_merges", &[]),
    ("list_splits", &[]),
    ("list_webhooks", &[]),
    ("list_webhook_deliveries", &[]),
    ("list_quotes", &["-published_at", "published_at", "-confidence", "relevance"]),
];

#[test]
fn these_tests_cover_every_list_and_order_of_the_document() {
    let documented = operations().into_iter().filter_map(|operation| {
        let query = operation.parameters("query");
        query.iter().find(|parameter| parameter["name"] == "cursor")?;
        let sort = query.iter().find(|parameter| parameter["name"] == "sort").map(|sort| &sort["schema"]["enum"]);
        let orders = sort.and_then(Value::as_array).into_iter().flatten().map(|order| order.as_str().unwrap());
        Some((operation.id, orders.collect::<Vec<_>>()))
    });
    let here = ORDERS.iter().map(|(id, orders)| (*id, orders.to_vec()));
    assert_eq!(documented.collect::<BTreeMap<_, _>>(), here.collect());
}

/// Pseudo-random numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Reads all items of a list in pages of `limit`, and checks that `Link` and `next_cursor` agree.
#[track_caller]
fn walk(client: &Client, path: &str, limit: usize) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = Some(with(path, &format!("limit={limit}")));
    while let Some(address) = next {
        let answer = client.get(&address);
        let page = answer.json();
        assert_eq!(answer.status, 200, "{page}");
        let found = page["items"].as_array().unwrap();
        items.extend(found.iter().cloned());
        let link = answer.header("link");
        next = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).map(str::to_owned);
        match (page["next_cursor"].as_str(), &next) {
            (Some(cursor), Some(next)) => {
                assert_eq!(found.len(), limit, "a page in the middle is not full");
                assert!(next.ends_with(&format!("cursor={cursor}")), "{next}");
            }
            (None, None) => assert_eq!(link, ""),
            other => panic!("the cursor and the link disagree: {other:?}"),
        }
    }
    items
}

fn ids(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["id"].as_str().unwrap()).collect()
}

/// Returns the ids sorted by key and id, records without a key last. `down` reverses both.
fn ordered<K: PartialOrd>(records: &[Value], down: bool, key: impl Fn(&Value) -> Option<K>) -> Vec<&str> {
    let turned = |order: Ordering| if down { order.reverse() } else { order };
    let mut all: Vec<_> = records.iter().map(|record| (key(record), record["id"].as_str().unwrap())).collect();
    all.sort_by(|(a, a_id), (b, b_id)| {
        let keys = match (a, b) {
            (Some(a), Some(b)) => turned(a.partial_cmp(b).unwrap()),
            _ => a.is_none().cmp(&b.is_none()),
        };
        keys.then(turned(a_id.cmp(b_id)))
    });
    all.into_iter().map(|(_, id)| id).collect()
}

fn text(member: &str) -> impl Fn(&Value) -> Option<String> {
    let member = member.to_owned();
    move |record| record[&member].as_str().map(str::to_owned)
}

/// Reads a list with several page sizes.
#[track_caller]
fn assert_walk(app: &TestApp, path: &str, expected: &[&str]) {
    for limit in [1, 7, expected.len(), 200] {
        let found = walk(app, path, limit);
        assert_eq!(ids(&found), expected, "{path} by {limit}");
    }
}

/// Stores articles with few distinct dates, some undated.
fn articles(app: &TestApp, count: u64) -> Vec<Value> {
    let mut dice = Dice(count);
    let mut article = || {
        let published = match dice.below(5) {
            0 => Value::Null,
            day => json!(format!("2026-03-0{day}T08:00:00Z")),
        };
        app.article(json!({"published_at": published, "language": if dice.below(2) == 0 { "fr" } else { "en" }}))
    };
    (0..count).map(|_| article()).collect()
}

#[test]
fn articles_are_complete_in_every_order() {
    let app = TestApp::start();
    let stored = articles(&app, 60);
    app.sql(
        "UPDATE articles SET created_at = timestamptz '2026-01-01' + abs(hashtext(id::text)) % 4 * interval '1 day'",
    );
    let created = walk(&app, "/v1/articles", 200);
    for (sort, expected) in [
        ("-published_at", ordered(&stored, true, text("published_at"))),
        ("published_at", ordered(&stored, false, text("published_at"))),
        ("-created_at", ordered(&created, true, text("created_at"))),
    ] {
        assert_walk(&app, &format!("/v1/articles?sort={sort}"), &expected);
    }
    assert_walk(&app, "/v1/articles", &ordered(&stored, true, text("published_at")));
}

#[test]
fn a_filtered_list_is_complete() {
    let app = TestApp::start();
    let stored = articles(&app, 40);
    let french: Vec<Value> = stored.iter().filter(|article| article["language"] == "fr").cloned().collect();
    let dated: Vec<Value> = stored.iter().filter(|article| article["published_at"].is_string()).cloned().collect();
    assert!(!french.is_empty() && french.len() < stored.len());
    for (filter, matching) in [
        ("language=fr", &french),
        ("not.language=en", &french),
        ("language=fr&language=en", &stored),
        ("published_from=2020-01-01T00:00:00Z", &dated),
        ("published_to=2030-01-01T00:00:00Z", &dated),
    ] {
        assert_walk(&app, &format!("/v1/articles?{filter}"), &ordered(matching, true, text("published_at")));
        let path = format!("/v1/articles?{filter}&sort=published_at");
        assert_walk(&app, &path, &ordered(matching, false, text("published_at")));
    }
}

#[test]
fn quotes_are_complete_in_every_order() {
    let app = TestApp::start();
    let mut dice = Dice(1);
    let mut quote = |article: &Value| {
        // Exact in binary, so that JSON shows the same number.
        let confidence = [0.0, 0.25, 0.5, 1.0][usize::try_from(dice.below(4)).unwrap()];
        let mut quote = app.quote(article, json!({"confidence": confidence}));
        quote["published_at"] = article["published_at"].clone();
        quote
    };
    let stored: Vec<Value> = articles(&app, 40).iter().map(&mut quote).collect();
    for (sort, expected) in [
        ("-published_at", ordered(&stored, true, text("published_at"))),
        ("published_at", ordered(&stored, false, text("published_at"))),
        ("-confidence", ordered(&stored, true, |quote| quote["confidence"].as_f64())),
    ] {
        assert_walk(&app, &format!("/v1/quotes?sort={sort}"), &expected);
        // All have the same words, so only the first in the order is listed.
        assert_walk(&app, &format!("/v1/quotes?sort={sort}&dedupe=cluster"), &expected[..1]);
    }
    assert_walk(&app, "/v1/quotes", &ordered(&stored, true, text("published_at")));
}

#[test]
fn mentions_are_complete_in_every_order() {
    let app = TestApp::start();
    let entity = app.entity(json!({}));
    let mention = |article: &Value| {
        let mut mention = app.mention(article, "Dakar", json!({"entity_id": entity["id"]}));
        mention["published_at"] = article["published_at"].clone();
        mention
    };
    let stored: Vec<Value> = articles(&app, 40).iter().map(mention).collect();
    for filter in [String::new(), format!("&entity={}", entity["id"].as_str().unwrap())] {
        for (sort, down) in [("-published_at", true), ("published_at", false)] {
            let expected = ordered(&stored, down, text("published_at"));
            assert_walk(&app, &format!("/v1/mentions?sort={sort}{filter}"), &expected);
        }
    }
    assert_walk(&app, "/v1/mentions", &ordered(&stored, true, text("published_at")));
}

#[test]
fn lists_filtered_by_several_entities_are_complete() {
    let app = TestApp::start();
    let [one, other, third] = ["Awa Diop", "Moussa Sow", "Fatou Fall"].map(|name| app.entity(json!({"name": name})));
    let id = |entity: &Value| entity["id"].as_str().unwrap().to_owned();
    let stored = articles(&app, 40);
    let mut quotes = Vec::new();
    for (n, article) in stored.iter().enumerate() {
        let mut quote = app.quote(article, json!({"speaker_id": id([&one, &other, &third][n % 3])}));
        quote["published_at"] = article["published_at"].clone();
        quote["language"] = article["language"].clone();
        quotes.push(quote);
        // Inside the quote, so that the quote is about them.
        if n % 4 == 0 || n % 4 == 2 {
            app.mention(article, "Nous", json!({"entity_id": id(&one)}));
        }
        let also = if n % 4 == 3 { &third } else { &other };
        if n % 4 > 0 {
            app.mention(article, "sommes", json!({"entity_id": id(also)}));
        }
    }
    let of = |all: &[Value], keeps: &dyn Fn(usize, &Value) -> bool| -> Vec<Value> {
        all.iter().enumerate().filter(|(n, record)| keeps(*n, record)).map(|(_, record)| record.clone()).collect()
    };
    let either = |parameter: &str| format!("{parameter}={}&{parameter}={}", id(&other), id(&one));
    let is_french = |record: &Value| record["language"] == "fr";
    for (list, matching) in [
        (format!("articles?{}", either("mentions")), of(&stored, &|n, _| n % 4 < 3)),
        (
            format!("articles?{}&language=fr", either("mentions")),
            of(&stored, &|n, article| n % 4 < 3 && is_french(article)),
        ),
        (format!("articles?{}", either("quotes_by")), of(&stored, &|n, _| n % 3 < 2)),
        (
            format!("articles?{}&mentions={}", either("quotes_by"), id(&third)),
            of(&stored, &|n, _| n % 3 < 2 && n % 4 == 3),
        ),
        (format!("quotes?{}", either("about")), of(&quotes, &|n, _| n % 4 < 3)),
        (format!("quotes?{}&language=fr", either("about")), of(&quotes, &|n, quote| n % 4 < 3 && is_french(quote))),
    ] {
        assert!(matching.len() > 5 && matching.len() < 40, "{list}");
        for (sort, down) in [("-published_at", true), ("published_at", false)] {
            let expected = ordered(&matching, down, text("published_at"));
            assert_walk(&app, &format!("/v1/{list}&sort={sort}"), &expected);
        }
    }
}

#[test]
fn entities_are_complete_in_every_order() {
    const NAMES: [(&str, &str); 6] =
        [("Awa", "awa"), ("AWA", "awa"), ("Âwa", "awa"), ("Zoé", "zoe"), ("zoe", "zoe"), ("Émile", "emile")];
    let app = TestApp::start();
    let article = app.article(json!({}));
    let mut dice = Dice(2);
    let mut stored = Vec::new();
    for (name, key) in NAMES.iter().cycle().take(30) {
        let mut entity = app.entity(json!({"name": name}));
        let (mentions, quotes) = (dice.below(3), dice.below(3));
        for _ in 0..mentions {
            app.mention(&article, "Dakar", json!({"entity_id": entity["id"]}));
        }
        for _ in 0..quotes {
            app.quote(&article, json!({"speaker_id": entity["id"]}));
        }
        entity["key"] = json!(key);
        entity["mentions"] = json!(mentions);
        entity["quotes"] = json!(quotes);
        stored.push(entity);
    }
    app.sql(
        "UPDATE entities SET updated_at = timestamptz '2026-01-01' + abs(hashtext(id::text)) % 4 * interval '1 day'",
    );
    app.compact_counters();
    let updated = walk(&app, "/v1/entities", 200);
    for (sort, expected) in [
        ("name", ordered(&stored, false, text("key"))),
        ("-mentions", ordered(&stored, true, |entity| entity["mentions"].as_u64())),
        ("-quotes", ordered(&stored, true, |entity| entity["quotes"].as_u64())),
        ("-updated_at", ordered(&updated, true, text("updated_at"))),
    ] {
        assert_walk(&app, &format!("/v1/entities?sort={sort}"), &expected);
    }
    assert_walk(&app, "/v1/entities", &ordered(&stored, false, text("key")));
}

#[test]
fn the_lists_of_an_article_are_complete_in_order_of_start() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "« Oui », « Oui », « Oui »"}));
    let id = article["id"].as_str().unwrap();
    let mut dice = Dice(3);
    let (mut mentions, mut quotes) = (Vec::new(), Vec::new());
    for _ in 0..20 {
        let start = 2 + 9 * dice.below(3);
        let span = json!({"start": start, "end": start + 3});
        mentions.push(app.post(&format!("/v1/articles/{id}/mentions"), &span).expect(201));
        quotes.push(app.post("/v1/quotes", &json!({"article_id": id, "spans": [span]})).expect(201));
    }
    let start = |mention: &Value| mention["start"].as_u64();
    assert_walk(&app, &format!("/v1/articles/{id}/mentions"), &ordered(&mentions, false, start));
    let start = |quote: &Value| quote["spans"][0]["start"].as_u64();
    assert_walk(&app, &format!("/v1/articles/{id}/quotes"), &ordered(&quotes, false, start));
}

#[test]
fn the_versions_of_an_article_are_complete_from_the_newest() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let path = format!("/v1/articles/{}", article["id"].as_str().unwrap());
    for number in 2..=11 {
        app.patch(&path, &json!({"body": format!("Texte {number}.")})).expect(200);
    }
    for limit in [1, 4, 11, 200] {
        let texts = walk(&app, &format!("{path}/versions"), limit);
        let numbers: Vec<_> = texts.iter().map(|text| text["body_version"].as_u64().unwrap()).collect();
        assert_eq!(numbers, (1..=11).rev().collect::<Vec<_>>());
        let body =
            |text: &Value| app.get(&format!("{path}/versions/{}", text["body_version"])).expect(200)["body"].clone();
        assert_eq!((body(&texts[0]), &body(&texts[10])), (json!("Texte 11."), &article["body"]));
    }
}

#[test]
fn an_empty_list_has_no_next_page() {
    let app = TestApp::start();
    for path in ["/v1/articles", "/v1/entities", "/v1/mentions", "/v1/quotes"] {
        assert_eq!(app.get(path).expect(200), json!({"items": [], "next_cursor": null}));
    }
}

/// Returns the cursor of the second page of a list.
#[track_caller]
fn cursor(app: &TestApp, path: &str) -> String {
    app.get(&with(path, "limit=1")).expect(200)["next_cursor"].as_str().unwrap().to_owned()
}

#[test]
fn a_cursor_is_refused_by_every_other_list() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let other = app.article(json!({}));
    for article in [&article, &article, &other, &other] {
        app.mention(article, "Dakar", json!({}));
        app.quote(article, json!({}));
    }
    let (id, other) = (article["id"].as_str().unwrap(), other["id"].as_str().unwrap());
    let articles = cursor(&app, "/v1/articles?language=fr&publisher=Le+Quotidien");
    let mentions = cursor(&app, &format!("/v1/articles/{id}/mentions"));
    for (path, cursor) in [
        ("/v1/articles".to_owned(), &articles),
        ("/v1/articles?language=fr".to_owned(), &articles),
        ("/v1/articles?language=en&publisher=Le+Quotidien".to_owned(), &articles),
        ("/v1/articles?not.language=fr&publisher=Le+Quotidien".to_owned(), &articles),
        ("/v1/articles?language=fr&publisher=Le+Quotidien&section=Monde".to_owned(), &articles),
        ("/v1/articles?language=fr&publisher=Le+Quotidien&sort=-created_at".to_owned(), &articles),
        ("/v1/quotes?language=fr&publisher=Le+Quotidien".to_owned(), &articles),
        (format!("/v1/articles/{other}/mentions"), &mentions),
        (format!("/v1/articles/{id}/quotes"), &mentions),
        (format!("/v1/articles/{id}/versions"), &mentions),
    ] {
        let answer = app.get(&with(&path, &format!("cursor={cursor}")));
        refused(&app, &answer, 400, "invalid_cursor");
    }
}

#[test]
fn a_cursor_is_valid_with_another_limit_include_count_or_order_of_filters() {
    let app = TestApp::start();
    let stored = articles(&app, 10);
    let expected = ordered(&stored, true, text("published_at"));
    let cursor = cursor(&app, "/v1/articles?publisher=Le+Quotidien&not.language=de");
    for parameters in
        ["limit=200", "limit=9", "include=body&count=exact&limit=20", "count=estimate&limit=20&include=quotes,mentions"]
    {
        let path = format!("/v1/articles?not.language=de&cursor={cursor}&{parameters}&publisher=Le%20Quotidien");
        let page = app.get(&path).expect(200);
        assert_eq!(ids(page["items"].as_array().unwrap()), expected[1..], "{parameters}");
    }
}

#[test]
fn a_manipulated_cursor_is_refused_without_a_server_error() {
    let app = TestApp::start();
    articles(&app, 3);
    let cursor = cursor(&app, "/v1/articles");
    let mut refusals = 0;
    for (at, letter) in cursor.char_indices() {
        let changed = format!("{}{}{}", &cursor[..at], if letter == 'A' { 'B' } else { 'A' }, &cursor[at + 1..]);
        let answer = app.get(&format!("/v1/articles?cursor={changed}"));
        // Parameters that change only the page keep the cursor valid.
        if answer.status != 200 {
            refused(&app, &answer, 400, "invalid_cursor");
            refusals += 1;
        }
        let cut = app.get(&format!("/v1/articles?cursor={}", &cursor[..=at]));
        if at + 1 < cursor.len() {
            refused(&app, &cut, 400, "invalid_cursor");
        }
    }
    // The fingerprint alone is 12 letters of JSON, which are 16 of the cursor.
    assert!(refusals > 16, "{refusals} of {}", cursor.len());
    for made_up in ["AA", "e30", "W10", "bnVsbA", "WyIiLFsidCIsMF0sIiJd"] {
        let answer = app.get(&format!("/v1/articles?cursor={made_up}"));
        refused(&app, &answer, 400, "invalid_cursor");
    }
}

#[test]
fn the_link_keeps_every_parameter_of_the_request() {
    let app = TestApp::start();
    articles(&app, 3);
    let path = "/v1/articles?publisher=Le+Quotidien&language=fr&language=en&limit=1&include=body&sort=published_at";
    let page = app.get(path);
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(page.header("link"), format!("<{path}&cursor={cursor}>; rel=\"next\""));
}

/// Creates, changes and deletes articles until the receiver of its rounds is dropped.
fn write(client: &Client, seed: u64, rounds: &SyncSender<()>) {
    let mut dice = Dice(seed);
    let mut date = move || json!(format!("2026-03-0{}T08:00:00Z", 1 + dice.below(4)));
    loop {
        let new = json!({"headline": "Bref", "body": "Bref.", "publisher": "L'Autre", "published_at": date()});
        let made = client.post("/v1/articles", &new).expect(201);
        let path = format!("/v1/articles/{}", made["id"].as_str().unwrap());
        client.patch(&path, &json!({"published_at": date()})).expect(200);
        client.patch(&path, &json!({"published_at": null})).expect(200);
        if made["id"].as_str().unwrap().ends_with(['0', '2', '4', '6', '8', 'a', 'c', 'e']) {
            client.delete(&path).expect(204);
        }
        if rounds.send(()).is_err() {
            return;
        }
    }
}

#[test]
fn a_list_read_during_writes_has_every_unchanged_record_once() {
    let app = TestApp::with(|config| config.pool_size = 8);
    let untouched: BTreeSet<String> =
        articles(&app, 50).iter().map(|article| article["id"].as_str().unwrap().to_owned()).collect();
    thread::scope(|scope| {
        let (sender, rounds) = mpsc::sync_channel(0);
        for seed in 0..4 {
            let (app, sender) = (&app, sender.clone());
            scope.spawn(move || write(app, seed, &sender));
        }
        drop(sender);
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut path = "/v1/articles?limit=10".to_owned();
        loop {
            let page = app.get(&path).expect(200);
            for item in page["items"].as_array().unwrap() {
                *seen.entry(item["id"].as_str().unwrap().to_owned()).or_default() += 1;
            }
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/v1/articles?limit=10&cursor={cursor}");
            // Writes happened since this page, and continue while the next one is read.
            rounds.recv().unwrap();
            rounds.recv().unwrap();
        }
        drop(rounds);
        assert!(seen.len() > untouched.len(), "the writers were not seen");
        for id in &untouched {
            assert_eq!(seen.get(id), Some(&1), "{id}");
        }
    });
}

#[test]
fn a_page_is_full_although_records_are_deleted_while_it_is_read() {
    let app = TestApp::start();
    let entity = app.entity(json!({"name": "Dakar"}));
    let entity = entity["id"].as_str().unwrap();
    let article = app.article(json!({}));
    let article = article["id"].as_str().unwrap();
    app.sql(&format!(
        "INSERT INTO quotes (id, article_id, body_version, text, spans, prefix, suffix, kind, speaker_status, status, confidence, origin,
                language)
            SELECT gen_random_uuid(), '{article}', 1, 'mot ' || n, ARRAY[0, 5], '', '', 'direct', 'unattributed', 'machine', n / 100.0, 'machine', 'fr'
            FROM generate_series(1, 30) AS n;
        DELETE FROM quote_about"
    ));
    // As the entries about the entity stand when every other quote was deleted after they were read.
    app.database.execute_as_admin(&format!(
        "SET session_replication_role = replica;
        INSERT INTO quote_about (quote_id, entity_id, article_id, published_desc, kind, status, confidence, speaker_status, language)
            SELECT id, '{entity}', article_id, published_desc, kind, status, confidence, speaker_status, language FROM quotes;
        DELETE FROM quotes WHERE round(confidence * 100)::integer % 2 = 0"
    ));
    for sort in ["-confidence", "-published_at", "published_at"] {
        let list = format!("/v1/quotes?about={entity}&limit=4&sort={sort}");
        let page = app.get(&list).expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 4, "{sort}");
        assert_eq!(crate::support::answers::items(&app, &list).len(), 15, "{sort}");
    }
}

#[test]
fn a_page_of_bodies_has_a_maximum_size_in_bytes() {
    let app = TestApp::start();
    app.sql(
        "INSERT INTO articles (id, headline, body, content_hash, language, published_at)
            SELECT gen_random_uuid(), 'Titre ' || n, repeat('mot ', 262144), sha256('x'), 'fr', '2026-03-02' FROM generate_series(1, 40) AS n",
    );
    for list in ["/v1/articles?include=body&limit=200", "/v1/articles?include=body&limit=200&q=mot&sort=relevance"] {
        assert_eq!(lengths_of_pages(&app, list), [32, 8], "{list}");
    }
    assert_eq!(lengths_of_pages(&app, "/v1/articles?limit=200"), [40]);
}

#[test]
fn a_page_of_long_quotes_holds_as_many_as_it_has_room_for() {
    let app = TestApp::start();
    let article = app.article(json!({}))["id"].as_str().unwrap().to_owned();
    app.sql(&format!(
        "INSERT INTO quotes (id, article_id, body_version, text, spans, prefix, suffix, kind, speaker_status, status, confidence, origin,
                canonical_text, cluster_id, language)
            SELECT gen_random_uuid(), '{article}', 1, 'mot', array[n, n + 3], '', '', 'direct', 'unattributed', 'verified', 1, 'human',
                repeat('mot ', 131072), gen_random_uuid(), 'fr' FROM generate_series(1, 100) AS n"
    ));
    for list in [
        "/v1/quotes?limit=200".to_owned(),
        "/v1/quotes?limit=200&sort=-confidence".to_owned(),
        "/v1/quotes?limit=200&q=mot&sort=relevance".to_owned(),
        format!("/v1/articles/{article}/quotes?limit=200"),
    ] {
        assert_eq!(lengths_of_pages(&app, &list), [63, 37], "{list}");
    }
    let embedded = app.get("/v1/articles?include=quotes").expect(200)["items"][0].clone();
    assert_eq!(embedded["quotes"].as_array().unwrap().len(), 50);
    let rest = embedded["quotes_next"].as_str().unwrap();
    assert_eq!(lengths_of_pages(&app, &format!("{rest}&limit=200")), [50]);
}

/// The number of records on each page of a list.
fn lengths_of_pages(app: &TestApp, list: &str) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut path = list.to_owned();
    loop {
        let page = app.get(&path).expect(200);
        lengths.push(page["items"].as_array().unwrap().len());
        let Some(cursor) = page["next_cursor"].as_str() else { return lengths };
        path = format!("{list}&cursor={cursor}");
    }
}
