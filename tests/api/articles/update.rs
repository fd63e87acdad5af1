//! Changes to articles, and their versions.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::{column, id, items, pointers, refusal, settled, time};

fn path(article: &Value) -> String {
    format!("/v1/articles/{}", id(article))
}

/// An article with a value in every member.
fn full(app: &TestApp) -> Value {
    app.article(json!({
        "url": "https://quotidien.example/a", "external_id": "1", "authors": ["Fatou Sow"], "section": "Monde",
        "keywords": ["port"],
    }))
}

/// Returns the expected article after a change of some members.
fn with(article: &Value, changes: Value) -> Value {
    let mut expected = settled(article);
    expected["version"] = json!(article["version"].as_i64().unwrap() + 1);
    expected.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    expected
}

#[test]
fn a_patch_changes_only_the_members_it_contains() {
    let app = TestApp::start();
    for (member, value) in [
        ("headline", json!("Le port ferme")),
        ("language", json!("wo")),
        ("url", json!("https://quotidien.example/b")),
        ("publisher", json!("Le Soir")),
        ("external_id", json!("2")),
        ("authors", json!(["Jean Petit", "Fatou Sow"])),
        ("section", json!("Économie")),
        ("keywords", json!([])),
        ("published_at", json!("2026-03-03T08:00:00Z")),
    ] {
        let article = app.article(json!({"section": "Monde", "keywords": ["port"]}));
        let changed = app.patch(&path(&article), &json!({member: value})).expect(200);
        assert_eq!(settled(&changed), with(&article, json!({member: value})));
        assert_eq!((&changed["id"], &changed["created_at"]), (&article["id"], &article["created_at"]));
        assert!(time(&changed["updated_at"]) > time(&article["updated_at"]));
        assert_eq!(app.get(&path(&article)).expect(200), changed);
        app.delete(&path(&article)).expect(204);
    }
}

#[test]
fn null_clears_a_member() {
    let app = TestApp::start();
    let article = full(&app);
    let clear = json!({"url": null, "publisher": null, "external_id": null, "section": null, "published_at": null});
    let changed = app.patch(&path(&article), &clear).expect(200);
    assert_eq!(settled(&changed), with(&article, clear));
}

#[test]
fn null_is_refused_for_required_members() {
    let app = TestApp::start();
    let article = full(&app);
    let patch = json!({"headline": null, "body": null, "authors": null, "keywords": null});
    assert_eq!(pointers(app.patch(&path(&article), &patch)), ["/authors", "/body", "/headline", "/keywords"]);
    assert_eq!(app.get(&path(&article)).expect(200), article);
}

#[test]
fn null_detects_the_language_again() {
    let app = TestApp::start();
    let body = "The defence minister said on Tuesday that the negotiations with the allies were still under way.";
    let article = app.article(json!({"body": body, "language": "fr"}));
    let changed = app.patch(&path(&article), &json!({"language": null})).expect(200);
    assert_eq!(settled(&changed), with(&article, json!({"language": "en"})));
}

#[test]
fn a_patch_without_changes_does_not_change_the_article() {
    let app = TestApp::start();
    let article = full(&app);
    let same = json!({
        "headline": article["headline"], "body": article["body"], "language": "fr",
        "url": "HTTPS://quotidien.example:443/a#top", "publisher": "Le Quotidien", "external_id": "1",
        "authors": ["Fatou Sow"], "section": "Monde", "keywords": ["port"],
        "published_at": "2026-03-02T09:00:00+01:00",
    });
    for patch in [json!({}), same] {
        assert_eq!(app.patch(&path(&article), &patch).expect(200), article);
    }
}

#[test]
fn a_time_has_microseconds() {
    let app = TestApp::start();
    let given = json!({"published_at": "2026-03-02T08:00:00.123456789Z"});
    let article = app.article(given.clone());
    assert_eq!(article["published_at"], "2026-03-02T08:00:00.123456Z");
    assert_eq!(app.patch(&path(&article), &given).expect(200), article);
}

#[test]
fn members_that_only_the_service_sets_are_refused() {
    let app = TestApp::start();
    let article = full(&app);
    let patch = json!({"id": article["id"], "version": 2, "body_version": 2, "content_hash": "", "created_at": null});
    let expected = ["/body_version", "/content_hash", "/created_at", "/id", "/version"];
    assert_eq!(pointers(app.patch(&path(&article), &patch)), expected);
}

#[test]
fn a_patch_has_the_limits_of_a_create() {
    let app = TestApp::start();
    let article = full(&app);
    let patch = json!({"headline": "é".repeat(501), "url": "ftp://a.example/", "section": "", "language": "FR"});
    let mut found = pointers(app.patch(&path(&article), &patch));
    found.dedup();
    assert_eq!(found, ["/headline", "/language", "/section", "/url"]);
    assert_eq!(pointers(app.patch(&path(&article), &json!({"body": "é".repeat((1 << 19) + 1)}))), ["/body"]);
}

#[test]
fn a_new_body_creates_a_new_version() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let changed = app.patch(&path(&article), &json!({"body": "Le port ferme."})).expect(200);
    let expected = json!({
        "body": "Le port ferme.", "body_version": 2, "blocks": [{"role": "paragraph", "start": 0, "end": 14}],
        "content_hash": "a35c73c48fcce522e89d7bd4cf0fb61c2225f9a3abebdf1cb756aa79a84616cb",
    });
    assert_eq!(settled(&changed), with(&article, expected));
    let renamed = app.patch(&path(&article), &json!({"headline": "Fermeture"})).expect(200);
    assert_eq!((&renamed["version"], &renamed["body_version"]), (&json!(3), &json!(2)));
}

#[test]
fn versions_are_listed_newest_first_and_read_by_number() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "Un."}));
    app.patch(&path(&article), &json!({"body": "Deux.", "headline": "Le port ferme", "language": "wo"})).expect(200);
    // The same text again is a third version.
    let last = app.patch(&path(&article), &json!({"body": "Un."})).expect(200);
    let text = |n: i32, body: &str, headline: &str, language: &str| json!({"article_id": article["id"], "body_version": n, "headline": headline, "body": body, "language": language});
    let expected = [
        text(3, "Un.", "Le port ferme", "wo"),
        text(2, "Deux.", "Le port ferme", "wo"),
        text(1, "Un.", "Le port rouvre", "fr"),
    ];
    for limit in [1, 2, 3] {
        let texts = items(&app, &format!("{}/versions?limit={limit}", path(&article)));
        assert_eq!(texts.len(), 3);
        for (text, expected) in texts.iter().zip(&expected) {
            let mut read = app.get(&format!("{}/versions/{}", path(&article), text["body_version"])).expect(200);
            let mut settled = settled(&read);
            // A list leaves the bodies out: a page of them could hold 200 MiB.
            read.as_object_mut().unwrap().remove("body");
            assert_eq!(&read, text);
            settled.as_object_mut().unwrap().remove("content_hash");
            assert_eq!(&settled, expected);
        }
        assert_eq!(texts[0]["content_hash"], last["content_hash"]);
        assert_eq!(texts[2]["content_hash"], article["content_hash"]);
        assert_eq!(texts[2]["created_at"], article["created_at"]);
        assert_ne!(texts[1]["content_hash"], article["content_hash"]);
    }
}

#[test]
fn a_version_does_not_have_later_changes_of_its_article() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "Un."}));
    app.patch(&path(&article), &json!({"body": "Deux."})).expect(200);
    app.patch(&path(&article), &json!({"headline": "Le port ferme"})).expect(200);
    assert_eq!(
        column(&app, &format!("{}/versions", path(&article)), "headline"),
        [json!("Le port ferme"), json!("Le port rouvre")]
    );
}

#[test]
fn versions_are_counted() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    app.patch(&path(&article), &json!({"body": "Deux."})).expect(200);
    for kind in ["exact", "estimate"] {
        let page = app.get(&format!("{}/versions?limit=1&count={kind}", path(&article))).expect(200);
        assert_eq!(page["total"], json!({"value": 2, "kind": kind}));
    }
}

#[test]
fn an_unknown_version_is_404_and_a_malformed_number_is_400() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let problem = refusal(app.get(&format!("{}/versions/2", path(&article))), 404, "not_found");
    assert_eq!(problem["detail"], "there is no such version of this article");
    for number in ["0", "-1", "un", "2147483648"] {
        let problem = refusal(app.get(&format!("{}/versions/{number}", path(&article))), 400, "invalid_parameter");
        assert_eq!(problem["errors"][0]["parameter"], "n", "{number}");
    }
}
