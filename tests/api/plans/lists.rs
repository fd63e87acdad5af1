//! Plans of the most frequent lists: each scans one index in the order of the list.

use serde_json::{Value, json};

use super::{avoid_sequential_scans, collection, explain, last_keys_of, last_of, last_read_of, nodes};

#[test]
fn each_page_among_100_000_articles_scans_one_index() {
    let (app, _log) = collection();
    let entity = "e0000000-0000-0000-0000-000000000007";
    let other = "e0000000-0000-0000-0000-000000000003";
    let article = "a0000000-0000-0000-0000-000000050000";
    let cluster = "c0000000-0000-0000-0000-000000000007";
    let speaker = format!("(speaker_id = '{entity}'::uuid)");
    let named = format!("(entity_id = '{entity}'::uuid)");
    let within = format!("(article_id = '{article}'::uuid)");
    for (call, of, index, condition, most) in [
        (format!("/v1/articles/{article}"), "articles", "articles_pkey", format!("(id = ANY ('{{{article}}}'"), 8),
        (
            "/v1/articles?publisher=Journal+3".into(),
            "articles",
            "articles_publisher_idx",
            "(publisher = 'Journal 3'::text)".into(),
            60,
        ),
        (
            "/v1/articles?section=Rubrique+3".into(),
            "articles",
            "articles_section_idx",
            "(section = 'Rubrique 3'::text)".into(),
            60,
        ),
        (format!("/v1/articles?mentions={entity}"), "mentions", "mentions_entity_id_idx", named.clone(), 12),
        // Two values, each from its own index range.
        (
            format!("/v1/articles?mentions={other}&mentions={entity}"),
            "mentions",
            "mentions_entity_id_idx",
            named.clone(),
            12,
        ),
        (
            format!("/v1/articles?quotes_by={other}&quotes_by={entity}"),
            "quotes",
            "quotes_quoted_idx",
            speaker.clone(),
            12,
        ),
        (
            format!("/v1/quotes?about={other}&about={entity}&kind=direct"),
            "quote_about",
            "quote_about_entity_id_idx",
            named.clone(),
            30,
        ),
        (format!("/v1/articles?quotes_by={entity}"), "quotes", "quotes_quoted_idx", speaker.clone(), 12),
        (format!("/v1/quotes?speaker={entity}"), "quotes", "quotes_speaker_id_idx", speaker, 60),
        (format!("/v1/quotes?about={entity}"), "quote_about", "quote_about_entity_id_idx", named.clone(), 30),
        (
            format!("/v1/quotes?about={entity}&publisher=Journal+3&kind=direct&min_confidence=0.5"),
            "quote_about",
            "quote_about_entity_id_idx",
            named.clone(),
            30,
        ),
        (
            format!("/v1/quotes?cluster={cluster}"),
            "quotes",
            "quotes_cluster_id_idx",
            format!("(cluster_id = '{cluster}'::uuid)"),
            60,
        ),
        (format!("/v1/articles/{article}/quotes"), "quotes", "quotes_article_id_idx", within.clone(), 12),
        (format!("/v1/articles/{article}/mentions"), "mentions", "mentions_article_id_idx", within, 16),
        (format!("/v1/mentions?entity={entity}"), "mentions", "mentions_entity_id_idx", named, 400),
    ] {
        assert_ne!(app.get(&call).expect(200)["items"], Value::Array(Vec::new()), "{call}");
        let (plan, buffers) = explain(&app.database, &last_read_of(of));
        let scan = nodes(&plan).into_iter().find(|node| node["Index Name"] == index);
        let scan = scan.unwrap_or_else(|| panic!("{call}: {plan:#}"));
        let found = scan["Index Cond"].as_str().unwrap_or_default();
        assert!(found.contains(&condition), "{call}: {found}: {plan:#}");
        assert!(nodes(&plan).iter().all(|node| node["Node Type"] != "Seq Scan"), "{call}: {plan:#}");
        assert!(buffers <= most, "{call}: {buffers} buffers: {plan:#}");
    }
    // Other values are looked up in the combined index, or met in the order of the list.
    for (call, statement, most) in [
        ("/v1/quotes?publisher=Journal+3", "SELECT quotes.", 600),
        ("/v1/quotes?cue=dire+7", "SELECT quotes.", 1_200),
        (&format!("/v1/quotes?speaker={entity}&sort=-confidence"), "SELECT quotes.", 600),
        ("/v1/mentions?publisher=Journal+3", "SELECT \"mentions\".", 3_000),
    ] {
        assert_ne!(app.get(call).expect(200)["items"], Value::Array(Vec::new()), "{call}");
        let (plan, buffers) = explain(&app.database, &last_of(&[statement.to_owned()]));
        assert!(nodes(&plan).iter().all(|node| node["Node Type"] != "Seq Scan"), "{call}: {plan:#}");
        assert!(buffers <= most, "{call}: {buffers} buffers: {plan:#}");
    }
    // The records are then loaded by their ids.
    for (call, of, index) in [
        (format!("/v1/articles?mentions={entity}"), "articles", "articles_pkey"),
        (format!("/v1/quotes?about={entity}&sort=published_at"), "quotes", "quotes_pkey"),
    ] {
        app.get(&call).expect(200);
        let (plan, buffers) = explain(&app.database, &last_read_of(of));
        let scanned: Vec<_> = nodes(&plan).into_iter().filter_map(|node| node["Index Name"].as_str()).collect();
        assert_eq!(scanned, [index], "{call}: {plan:#}");
        assert!(buffers <= 200, "{call}: {buffers} buffers: {plan:#}");
    }
    // Without a filter, only the index of the order is scanned.
    for (call, of, index) in [
        ("/v1/quotes", "quotes", "quotes_published_desc_idx"),
        ("/v1/quotes?sort=published_at", "quotes", "quotes_published_desc_idx"),
        ("/v1/quotes?sort=-confidence", "quotes", "quotes_confidence_idx"),
        ("/v1/mentions", "mentions", "mentions_published_desc_idx"),
        ("/v1/mentions?origin=human", "mentions", "mentions_human_idx"),
        ("/v1/mentions?kind=role&sort=published_at", "mentions", "mentions_kind_idx"),
    ] {
        app.get(call).expect(200);
        let (plan, buffers) = explain(&app.database, &last_read_of(of));
        let scanned: Vec<_> = nodes(&plan).into_iter().filter_map(|node| node["Index Name"].as_str()).collect();
        assert_eq!(scanned, [index], "{call}: {plan:#}");
        assert!(nodes(&plan).iter().all(|node| node["Sort Key"] == Value::Null), "{call}: {plan:#}");
        assert!(buffers <= 60, "{call}: {buffers} buffers: {plan:#}");
    }
}

#[test]
fn a_count_by_confidence_scans_only_its_index() {
    let (app, _log) = collection();
    let total = app.get("/v1/quotes?min_confidence=1&count=exact").expect(200)["total"].clone();
    assert_eq!(total["kind"], "exact");
    let counted = last_of(&["SELECT count(*)".to_owned()]);
    let (plan, buffers) = explain(&app.database, &counted);
    let scans: Vec<_> = nodes(&plan).into_iter().filter_map(|node| node["Index Name"].as_str()).collect();
    assert_eq!(scans, ["quotes_confidence_idx"], "{plan:#}");
    assert!(buffers <= 60, "{buffers} buffers: {plan:#}");
}

#[test]
fn more_mentions_of_a_kind_than_are_counted_are_estimated() {
    let (app, _log) = collection();
    let total =
        |kind: &str| app.get(&format!("/v1/mentions?entity_kind={kind}&count=exact")).expect(200)["total"].clone();
    let many = total("person");
    assert_eq!(many["kind"], "estimate");
    assert!((250_000..350_000).contains(&many["value"].as_i64().unwrap()), "{many}");
    let (plan, buffers) = explain(&app.database, &last_of(&["SELECT count(*)".to_owned()]));
    assert!(buffers <= 40_000, "{buffers} buffers: {plan:#}");
    assert_eq!(total("place"), json!({"value": 0, "kind": "exact"}));
}

#[test]
fn the_most_confident_quotes_about_an_entity_scan_one_index() {
    let (app, _log) = collection();
    let entity = "e0000000-0000-0000-0000-000000000007";
    // A fifth of all quotes are about this entity.
    app.database.execute_as_admin(&format!(
        "SET session_replication_role = replica;
        INSERT INTO quote_about (quote_id, entity_id, article_id, published_desc, kind, status, confidence, speaker_status, language)
            SELECT quote_id, '{entity}', article_id, published_desc, kind, status, confidence, speaker_status, language FROM quote_about
            WHERE abs(hashtext(quote_id::text)) % 5 = 0 ON CONFLICT DO NOTHING"
    ));
    app.sql("ANALYZE quote_about");
    for filter in ["", "&kind=direct"] {
        let list = format!("/v1/quotes?about={entity}&sort=-confidence{filter}");
        let mut page = app.get(&list).expect(200);
        for _ in 0..2 {
            assert_eq!(page["items"].as_array().unwrap().len(), 20, "{filter}");
            let sent = last_of(&["SELECT DISTINCT quote_about.confidence".to_owned()]);
            let (plan, buffers) = explain(&app.database, &sent);
            let scanned: Vec<_> = nodes(&plan).into_iter().filter_map(|node| node["Index Name"].as_str()).collect();
            assert_eq!(scanned, ["quote_about_confidence_idx"], "{filter}: {plan:#}");
            assert!(buffers <= 60, "{filter}: {buffers} buffers: {plan:#}");
            page = app.get(&format!("{list}&cursor={}", page["next_cursor"].as_str().unwrap())).expect(200);
        }
    }
}

#[test]
fn the_quotes_about_an_entity_with_a_word_are_read_in_batches() {
    let (app, _log) = collection();
    let entity = "e0000000-0000-0000-0000-000000000007";
    // Half of all quotes are about this entity; one in 40 of them has the word.
    app.database.execute_as_admin(&format!(
        "SET session_replication_role = replica;
        UPDATE quotes SET text = 'le climat' WHERE abs(hashtext(id::text)) % 40 = 0;
        INSERT INTO quote_about (quote_id, entity_id, article_id, published_desc, kind, status, confidence, speaker_status, language)
            SELECT id, '{entity}', article_id, published_desc, kind, status, confidence, speaker_status, language FROM quotes
            WHERE abs(hashtext(id::text)) / 1000 % 2 = 0 ON CONFLICT DO NOTHING;
        SELECT rebuild_counters()"
    ));
    app.sql("VACUUM ANALYZE quotes, quote_about");
    let page = app.get(&format!("/v1/quotes?about={entity}&q=climat")).expect(200);
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 20);
    assert!(items.iter().all(|item| item["text"] == "le climat"), "{items:?}");
    avoid_sequential_scans(&app);
    let (plan, buffers) = explain(&app.database, &last_read_of("quotes"));
    let scanned: Vec<_> = nodes(&plan).into_iter().filter_map(|node| node["Index Name"].as_str()).collect();
    assert_eq!(scanned, ["quotes_pkey"], "{plan:#}");
    // At most the third batch is needed: 3,200 quotes, each found by three pages of the index.
    assert!(buffers <= 12_000, "{buffers} buffers: {plan:#}");
}

#[test]
fn the_review_queue_scans_the_index_of_its_order() {
    let (app, _log) = collection();
    // A person decided about the newest and the least certain quotes, so the queue begins behind them.
    app.sql(
        "INSERT INTO reviews (id, article_id, quote_id, action)
            SELECT gen_random_uuid(), article_id, id, 'verify' FROM (
                (SELECT * FROM quotes ORDER BY published_desc DESC, id DESC LIMIT 50)
                UNION (SELECT * FROM quotes ORDER BY confidence, id LIMIT 50)) AS decided;
        ANALYZE reviews",
    );
    let entity = "e0000000-0000-0000-0000-000000000007";
    avoid_sequential_scans(&app);
    for (call, index, most) in [
        ("order=uncertain".to_owned(), "quotes_confidence_idx", 600),
        ("order=recent".to_owned(), "quotes_published_desc_idx", 600),
        ("order=uncertain&min_confidence=0.5&kind=direct".to_owned(), "quotes_confidence_idx", 600),
        (format!("order=recent&speaker={entity}"), "quotes_speaker_id_idx", 600),
    ] {
        let page = app.get(&format!("/v1/reviews/queue?{call}")).expect(200);
        assert!(!page["items"].as_array().unwrap().is_empty(), "{call}");
        let (plan, buffers) = explain(&app.database, &last_keys_of("quotes"));
        let scanned: Vec<_> = nodes(&plan).into_iter().filter_map(|node| node["Index Name"].as_str()).collect();
        assert!(scanned.contains(&index), "{call}: {plan:#}");
        assert!(nodes(&plan).iter().all(|node| node["Node Type"] != "Seq Scan"), "{call}: {plan:#}");
        assert!(buffers <= most, "{call}: {buffers} buffers: {plan:#}");
    }
}
