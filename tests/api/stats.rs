//! Statistics by value and by time, and the links from each number to its records.

mod counts;
mod mentions;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::{id, items, refusal};
use crate::support::document::encoded;

/// Twelve quotes in six articles, one of them undated: two speakers and none, two kinds, three publishers and none.
fn collection() -> (TestApp, [Value; 2]) {
    let app = TestApp::start();
    let people = ["Awa Diallo", "Port"].map(|name| app.entity(json!({"name": name})));
    for n in 0..6_usize {
        let publishers = json!(["Alpha", "Beta", "Alpha", null, "Gamma", "Alpha"]);
        let languages = ["fr", "fr", "en", "fr", "de", "en"];
        let dates = json!([
            "2026-01-31T23:59:59.999999Z",
            "2026-02-01T00:00:00Z",
            "2026-02-02T12:00:00Z",
            "2026-04-30T00:00:00Z",
            null,
            "2026-02-01T00:00:00Z",
        ]);
        let article = app.article(json!({
            "body": "Le port : « Nous sommes prêts ». « Oui ».",
            "publisher": publishers[n],
            "language": languages[n],
            "section": (n % 2 == 0).then_some("Monde"),
            "published_at": dates[n],
        }));
        app.mention(&article, "Nous", json!({"entity_id": people[n % 2]["id"]}));
        app.mention(&article, "Oui", json!({"kind": "role"}));
        let speaker = if n < 4 { people[usize::from(n == 3)]["id"].clone() } else { json!(null) };
        app.quote(&article, json!({"speaker_id": speaker, "cue": "a dit", "cue_lemma": "dire"}));
        let second = app.quote(&article, json!({"text": "Oui", "kind": "partial"}));
        if n == 0 {
            app.patch(&format!("/v1/quotes/{}", id(&second)), &json!({"status": "rejected"})).expect(200);
        }
    }
    (app, people)
}

/// Reads statistics, and compares the count of each item with the list that it links to.
#[track_caller]
fn opened(app: &TestApp, question: &str) -> Value {
    let answer = app.get(question).expect(200);
    for item in answer["items"].as_array().unwrap() {
        assert_eq!(
            items(app, &href(&answer, item)).len(),
            usize::try_from(item["count"].as_u64().unwrap()).unwrap(),
            "{question}: {item}"
        );
    }
    answer
}

/// The list behind an item: its own link, or the template of its group with its range.
fn href(answer: &Value, item: &Value) -> String {
    if let Some(href) = item["href"].as_str() {
        return href.to_owned();
    }
    let group = answer["groups"].as_array().unwrap().iter().find(|group| group["group"] == item["group"]).unwrap();
    let template = group["href_template"].as_str().unwrap();
    let (list, variables) = template.strip_suffix('}').and_then(|template| template.split_once('{')).unwrap();
    let separator = variables.strip_suffix("published_from,published_to").unwrap();
    let until = item["end"].as_str().map(|end| format!("&published_to={}", encoded(end))).unwrap_or_default();
    format!("{list}{separator}published_from={}{until}", encoded(item["start"].as_str().unwrap()))
}

/// Value (`-` for none, `*` for the others) and count of each item, in order.
fn told(answer: &Value) -> String {
    let item = |item: &Value| {
        let group = if item["group"].is_null() { item } else { &item["group"] };
        let name = match group["kind"].as_str() {
            Some("none") => "-",
            Some("other") => "*",
            _ => group["label"].as_str().unwrap_or_default(),
        };
        let start = item["start"].as_str().map_or("", |start| &start[..10]);
        format!("{start}{}{name} {}", if start.is_empty() || name.is_empty() { "" } else { " " }, item["count"])
    };
    answer["items"].as_array().unwrap().iter().map(item).collect::<Vec<_>>().join(", ")
}

const WHOLE: Value = Value::Null;

#[test]
fn the_most_frequent_values_have_shares_and_the_rest_is_one_item() {
    let (app, people) = collection();
    let answer = opened(&app, "/v1/stats/top?by=publisher&limit=1");
    assert_eq!(
        answer,
        json!({
            "total": 11,
            "items": [
                {"kind": "value", "key": "Alpha", "label": "Alpha", "count": 5, "share": 5.0 / 11.0,
                    "href": "/v1/quotes?publisher=Alpha"},
                {"kind": "other", "key": null, "label": null, "count": 6, "share": 6.0 / 11.0,
                    "href": "/v1/quotes?not.publisher=Alpha"},
            ],
            "considered": {"records": 11, "complete": true, "published_from": WHOLE},
        })
    );
    let speakers = opened(&app, "/v1/stats/top?not.kind=partial&by=speaker");
    assert_eq!(speakers["items"][0]["key"], people[0]["id"]);
    assert_eq!(told(&speakers), "Awa Diallo 3, - 2, Port 1");
}

#[test]
fn records_are_counted_by_each_of_their_dimensions() {
    let (app, _) = collection();
    for (question, expected) in [
        ("of=quotes&by=speaker", "- 7, Awa Diallo 3, Port 1"),
        ("of=quotes&by=about", "Awa Diallo 3, Port 3"),
        ("of=quotes&by=publisher", "Alpha 5, - 2, Beta 2, Gamma 2"),
        ("of=quotes&by=language", "fr 5, en 4, de 2"),
        ("of=quotes&by=kind", "direct 6, partial 5"),
        ("of=quotes&by=speaker_status", "unattributed 7, named 4"),
        ("of=quotes&by=status", "verified 11"),
        ("of=quotes&by=cue", "dire 6, - 5"),
        ("of=quotes&by=status&status=rejected", "rejected 1"),
        ("of=quotes&by=language&limit=2", "fr 5, en 4, * 2"),
        ("of=quotes&by=language&not.language=fr&limit=1", "en 4, * 2"),
        ("of=quotes&by=language&language=fr&language=de", "fr 5, de 2"),
        (
            "of=quotes&by=publisher&published_from=2026-02-01T00:00:00Z&published_to=2026-03-01T00:00:00Z",
            "Alpha 4, Beta 2",
        ),
        ("of=quotes&by=publisher&published_from=2026-02-01T00:00:00.000001Z", "- 2, Alpha 2"),
        ("of=quotes&by=kind&language=fr", "direct 3, partial 2"),
        ("of=quotes&by=speaker&kind=direct&limit=1", "Awa Diallo 3, * 3"),
        ("of=articles&by=publisher", "Alpha 3, - 1, Beta 1, Gamma 1"),
        ("of=articles&by=language", "fr 3, en 2, de 1"),
        ("of=articles&by=section", "- 3, Monde 3"),
        ("of=articles&by=language&section=Monde", "de 1, en 1, fr 1"),
        ("of=mentions", "- 6, Awa Diallo 3, Port 3"),
        ("of=mentions&by=kind", "name 6, role 6"),
        ("of=mentions&by=publisher&kind=role", "Alpha 3, - 1, Beta 1, Gamma 1"),
        ("of=mentions&by=language", "fr 6, en 4, de 2"),
    ] {
        assert_eq!(told(&opened(&app, &format!("/v1/stats/top?{question}"))), expected, "{question}");
    }
}

#[test]
fn a_timeline_counts_every_interval_from_the_first_record_to_the_last() {
    let (app, _) = collection();
    let answer = opened(&app, "/v1/stats/timeline");
    assert_eq!(
        answer["items"][0],
        json!({
            "start": "2026-01-01T00:00:00Z", "end": "2026-02-01T00:00:00Z", "count": 1,
        })
    );
    let template = json!([{"group": null, "href_template": "/v1/quotes{?published_from,published_to}"}]);
    assert_eq!(answer["groups"], template);
    assert_eq!(told(&answer), "2026-01-01 1, 2026-02-01 6, 2026-03-01 0, 2026-04-01 2");
    for (question, expected) in [
        ("interval=year", "2026-01-01 9"),
        ("interval=week&published_to=2026-02-03T00:00:00Z", "2026-01-26 5, 2026-02-02 2"),
        (
            "interval=day&published_from=2026-01-31T00:00:00Z&published_to=2026-02-03T00:00:00Z",
            "2026-01-31 1, 2026-02-01 4, 2026-02-02 2",
        ),
        (
            "interval=day&published_from=2026-02-01T12:00:00Z&published_to=2026-02-03T01:00:00Z",
            "2026-02-01 0, 2026-02-02 2, 2026-02-03 0",
        ),
        ("published_from=2025-12-01T00:00:00Z&published_to=2026-02-01T00:00:00Z", "2025-12-01 0, 2026-01-01 1"),
        ("of=articles", "2026-01-01 1, 2026-02-01 3, 2026-03-01 0, 2026-04-01 1"),
        ("of=mentions&kind=role", "2026-01-01 1, 2026-02-01 3, 2026-03-01 0, 2026-04-01 1"),
        ("kind=direct&language=en", "2026-02-01 2"),
        ("status=rejected", "2026-01-01 1"),
        ("language=it", ""),
    ] {
        assert_eq!(told(&opened(&app, &format!("/v1/stats/timeline?{question}"))), expected, "{question}");
    }
}

#[test]
fn the_buckets_of_a_timeline_are_cut_at_its_range_and_coverage() {
    let (app, _) = collection();
    let ranges = |query: &str| -> Vec<(String, String)> {
        let answer = opened(&app, &format!("/v1/stats/timeline?{query}"));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        answer["items"].as_array().unwrap().iter().map(|item| (text(&item["start"]), text(&item["end"]))).collect()
    };
    let range = |start: &str, end: &str| (start.to_owned(), end.to_owned());
    assert_eq!(
        ranges("published_from=2026-01-31T12:00:00Z&published_to=2026-02-01T06:00:00Z"),
        [range("2026-01-31T12:00:00Z", "2026-02-01T00:00:00Z"), range("2026-02-01T00:00:00Z", "2026-02-01T06:00:00Z"),]
    );
    assert_eq!(ranges("min_confidence=0&window=4")[0], range("2026-02-01T00:00:00.000001Z", "2026-03-01T00:00:00Z"),);
    // The end of the year 9999 is no time that a filter takes.
    app.article(json!({"published_at": "9999-12-31T23:59:59Z"}));
    let answer =
        app.get("/v1/stats/timeline?of=articles&interval=year&published_from=9999-01-01T00:00:00Z").expect(200);
    assert_eq!(answer["items"], json!([{"start": "9999-01-01T00:00:00Z", "end": null, "count": 1}]));
}

#[test]
fn a_timeline_has_one_link_per_group() {
    let (app, _) = collection();
    let query =
        "interval=day&group_by=language&groups=1&published_from=2020-01-01T00:00:00Z&published_to=2026-06-01T00:00:00Z";
    let answer = app.get(&format!("/v1/stats/timeline?publisher=Alpha&{query}")).expect(200);
    assert!(answer["items"].as_array().unwrap().len() > 4000);
    let group = |kind: &str, key: Value| json!({"kind": kind, "key": key, "label": key});
    let expected = json!([
        {"group": group("value", json!("en")), "href_template":
            "/v1/quotes?publisher=Alpha&language=en{&published_from,published_to}"},
        {"group": group("other", Value::Null), "href_template":
            "/v1/quotes?publisher=Alpha&not.language=en{&published_from,published_to}"},
    ]);
    assert_eq!(answer["groups"], expected);
}

#[test]
fn a_timeline_has_the_largest_groups_and_the_rest() {
    let (app, people) = collection();
    for (question, expected) in [
        (
            "group_by=language&groups=1",
            "2026-01-01 fr 1, 2026-01-01 * 0, 2026-02-01 fr 2, 2026-02-01 * 4, 2026-03-01 fr 0, \
            2026-03-01 * 0, 2026-04-01 fr 2, 2026-04-01 * 0",
        ),
        ("group_by=kind&interval=year&language=fr&language=en", "2026-01-01 direct 5, 2026-01-01 partial 4"),
        ("group_by=speaker&interval=year", "2026-01-01 - 5, 2026-01-01 Awa Diallo 3, 2026-01-01 Port 1"),
        ("group_by=speaker&interval=year&groups=1", "2026-01-01 - 5, 2026-01-01 * 4"),
        ("group_by=about&interval=year", "2026-01-01 Port 3, 2026-01-01 Awa Diallo 2"),
        ("of=mentions&group_by=entity&interval=year&groups=2&kind=name", "2026-01-01 Port 3, 2026-01-01 Awa Diallo 2"),
        ("of=articles&group_by=section&interval=year", "2026-01-01 - 3, 2026-01-01 Monde 2"),
    ] {
        let answer = opened(&app, &format!("/v1/stats/timeline?{question}"));
        let mut told: Vec<_> = told(&answer).split(", ").map(str::to_owned).collect();
        let mut expected: Vec<_> = expected.split(", ").map(str::to_owned).collect();
        told.sort();
        expected.sort();
        assert_eq!(told, expected, "{question}");
    }
    let one = format!("/v1/stats/timeline?interval=year&speaker={}", id(&people[0]));
    assert_eq!(told(&opened(&app, &one)), "2026-01-01 3");
}

#[test]
fn dedupe_counts_the_same_words_once() {
    let (app, _) = collection();
    for (question, expected) in [
        ("top?dedupe=cluster&by=publisher", "- 2, Alpha 2, Beta 2, Gamma 2"),
        ("top?dedupe=cluster&by=kind&limit=1", "direct 1, * 1"),
        ("top?dedupe=cluster&by=about", "Awa Diallo 1, Port 1"),
        ("timeline?dedupe=cluster", "2026-01-01 1, 2026-02-01 2, 2026-03-01 0, 2026-04-01 2"),
    ] {
        assert_eq!(told(&opened(&app, &format!("/v1/stats/{question}"))), expected, "{question}");
    }
    assert_eq!(app.get("/v1/stats/top?dedupe=cluster&by=publisher").expect(200)["total"], 2);
}

#[test]
fn a_query_without_a_rollup_counts_the_newest_records_and_reports_its_coverage() {
    let (app, _) = collection();
    // Of nine dated quotes, the two of April and two of February are newer than the fifth newest.
    let answer = opened(&app, "/v1/stats/top?by=publisher&min_confidence=0&window=4");
    assert_eq!(
        answer["considered"],
        json!({"records": 4, "complete": false, "published_from": "2026-02-01T00:00:00.000001Z"})
    );
    assert_eq!((told(&answer), &answer["total"]), ("- 2, Alpha 2".to_owned(), &json!(4)));
    let answer = opened(&app, "/v1/stats/timeline?min_confidence=0&window=4&interval=month");
    assert_eq!(told(&answer), "2026-02-01 2, 2026-03-01 0, 2026-04-01 2");
    // Undated records are the oldest. When the window has no room for all of them, none is counted.
    let answer = opened(&app, "/v1/stats/top?by=publisher&min_confidence=0&window=10");
    assert_eq!(
        answer["considered"],
        json!({"records": 9, "complete": false, "published_from": "0001-01-01T00:00:00Z"})
    );
    let answer = opened(&app, "/v1/stats/top?by=publisher&min_confidence=0&window=11");
    assert_eq!(answer["considered"], json!({"records": 11, "complete": true, "published_from": WHOLE}));
}

#[test]
fn invalid_parameters_of_statistics_are_named() {
    let (app, _) = collection();
    for (question, parameter) in [
        ("top?of=articles&speaker=0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "speaker"),
        ("top?of=mentions&dedupe=cluster", "dedupe"),
        ("top?of=articles&by=kind", "by"),
        ("top?of=mentions&kind=direct", "kind"),
        ("top?sort=relevance", "sort"),
        ("top?by=language&language=french", "language"),
        ("top?limit=51", "limit"),
        ("top?by=language&not.language=fr&limit=50", "limit"),
        ("timeline?group_by=entity", "group_by"),
        ("timeline?interval=hour", "interval"),
        ("timeline?window=0", "window"),
        ("timeline?interval=day&published_from=1900-01-01T00:00:00Z", "interval"),
        ("timeline?of=mentions&status=disputed", "status"),
    ] {
        let problem = refusal(app.get(&format!("/v1/stats/{question}")), 400, "invalid_parameter");
        assert_eq!(problem["errors"][0]["parameter"], parameter, "{question}: {problem}");
    }
}

#[test]
fn a_search_combines_with_a_filter_on_an_article_or_a_cluster() {
    let (app, _) = collection();
    let quote = app.get("/v1/quotes?q=pr%C3%AAts&limit=1").expect(200)["items"][0].clone();
    let article = format!("article={}", quote["article_id"].as_str().unwrap());
    let cluster = format!("cluster={}", quote["cluster_id"].as_str().unwrap());
    for filter in [article, cluster] {
        for search in ["pr%C3%AAts", "absent"] {
            let filter = format!("{filter}&q={search}");
            let listed = items(&app, &format!("/v1/quotes?{filter}")).len();
            let top = app.get(&format!("/v1/stats/top?of=quotes&by=kind&{filter}")).expect(200);
            assert_eq!(top["total"], listed, "{filter}");
            let timeline = app.get(&format!("/v1/stats/timeline?of=quotes&interval=year&{filter}")).expect(200);
            assert_eq!(timeline["considered"]["records"], listed, "{filter}");
        }
    }
}

#[test]
fn the_coverage_is_the_same_with_and_without_rollups() {
    let (app, people) = collection();
    let person = id(&people[0]);
    // Two of them are undated. `min_confidence` is not in the rollups, and all quotes have it.
    for filter in ["of=quotes".to_owned(), format!("of=quotes&speaker={person}"), "of=quotes&kind=partial".to_owned()] {
        let records =
            |question: &str| app.get(&format!("/v1/stats/{question}")).expect(200)["considered"]["records"].clone();
        let top = records(&format!("top?by=speaker_status&{filter}&min_confidence=0"));
        for question in [
            format!("top?by=speaker_status&{filter}"),
            format!("timeline?{filter}"),
            format!("timeline?{filter}&group_by=kind"),
            format!("timeline?{filter}&group_by=speaker"),
            format!("timeline?{filter}&min_confidence=0"),
        ] {
            assert_eq!(records(&question), top, "{question}");
        }
    }
}

#[test]
fn the_quotes_about_one_entity_are_all_counted() {
    let (app, people) = collection();
    let person = id(&people[0]);
    let listed = items(&app, &format!("/v1/quotes?about={person}")).len();
    assert!(listed > 1);
    let answer = app.get(&format!("/v1/stats/top?of=quotes&by=about&about={person}&window=1")).expect(200);
    assert_eq!((&answer["total"], &answer["items"][0]["count"]), (&json!(listed), &json!(listed)));
    assert_eq!(answer["considered"], json!({"records": listed, "complete": true, "published_from": WHOLE}));
}

#[test]
fn a_window_above_the_maximum_is_refused() {
    let app = TestApp::start();
    for question in ["stats/top?by=kind", "stats/timeline?of=quotes", "graph/speaks-about?limit=1"] {
        let problem = refusal(app.get(&format!("/v1/{question}&window=100001")), 400, "invalid_parameter");
        assert_eq!(problem["errors"][0]["parameter"], "window");
        app.get(&format!("/v1/{question}&window=100000&q=port")).expect(200);
    }
}
