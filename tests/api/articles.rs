//! Articles: creation, stored form and errors.

mod empty;
mod list;
mod update;

use serde_json::{Value, json};
use verbatim::domain::article_url::UrlNormalizer;

use super::support::answers::{id, pointers, refusal, settled};
use super::support::{Client, Response, TestApp};

fn create(app: &Client, article: &Value) -> Response {
    app.post("/v1/articles", article)
}

fn create_from_text(app: &Client, text: &str) -> Response {
    app.request("POST", "/v1/articles").header("content-type", "text/plain; charset=utf-8").body(text).send()
}

#[test]
fn the_response_has_every_member_of_an_article() {
    let app = TestApp::start();
    let sent = json!({
        "headline": "Le port rouvre",
        "body": "Le port rouvre lundi. « Nous sommes prêts », a déclaré Awa Diallo à Dakar.",
        "language": "fr",
        "url": "https://quotidien.example/2026/03/02/port?page=1",
        "publisher": "Le Quotidien",
        "external_id": "q-17",
        "authors": ["Fatou Sow", "Jean Petit"],
        "section": "Économie",
        "keywords": ["port", "mer"],
        "published_at": "2026-03-02T09:00:00.25+01:00",
    });
    let answer = create(&app, &sent);
    let (location, etag) = (answer.header("location").to_owned(), answer.header("etag").to_owned());
    let created = answer.expect(201);
    let mut expected = sent;
    expected["published_at"] = json!("2026-03-02T08:00:00.250Z");
    expected["version"] = json!(1);
    expected["body_version"] = json!(1);
    expected["blocks"] = json!([{"role": "paragraph", "start": 0, "end": 74}]);
    expected["content_hash"] = json!("443cf28010e9b3988a538216c9b7e81b711ac918127344247ffa513f7b3cab6a");
    assert_eq!(settled(&created), expected);
    assert_eq!(created["created_at"], created["updated_at"]);
    assert_eq!(location, format!("/v1/articles/{}", id(&created)));
    let read = app.get(&location);
    assert_eq!(read.header("etag"), etag);
    assert_eq!(read.expect(200), created);
}

#[test]
fn an_article_needs_only_a_headline_and_a_body() {
    let app = TestApp::start();
    let created = create(&app, &json!({"headline": "Bref", "body": "12 345"})).expect(201);
    let expected = json!({
        "version": 1, "body_version": 1, "headline": "Bref", "body": "12 345", "language": "und", "url": null,
        "blocks": [{"role": "heading", "start": 0, "end": 6}],
        "publisher": null, "external_id": null, "authors": [], "section": null, "keywords": [], "published_at": null,
        "content_hash": "919ca55a7fdf124fa02bcb67603a2ca8d7d822cf65e1ddf7135044d872a6f6c1",
    });
    assert_eq!(settled(&created), expected);
}

#[test]
fn the_first_line_of_a_plain_text_that_is_not_blank_is_the_headline() {
    let app = TestApp::start();
    let text = "\r\n \u{a0}\n\t Le port rouvre \u{202f}\r\n\r\nIl rouvre lundi.\n";
    let created = create_from_text(&app, text).expect(201);
    assert_eq!((&created["headline"], &created["body"]), (&json!("Le port rouvre"), &json!(text)));
}

#[test]
fn a_byte_order_mark_is_kept_in_the_body_and_left_out_of_the_headline() {
    let app = TestApp::start();
    let created = create_from_text(&app, "\u{feff}Le port rouvre\nIl rouvre lundi.").expect(201);
    assert_eq!(created["headline"], "Le port rouvre");
    assert_eq!(created["body"], "\u{feff}Le port rouvre\nIl rouvre lundi.");
}

#[test]
fn a_blank_plain_text_is_refused() {
    let app = TestApp::start();
    assert_eq!(pointers(create_from_text(&app, "")), ["/body", "/headline"]);
    assert_eq!(pointers(create_from_text(&app, " \n\u{a0}\r\n\u{feff}\n")), ["/headline"]);
}

#[test]
fn the_first_line_of_a_plain_text_has_the_maximum_length_of_a_headline() {
    let app = TestApp::start();
    let line = "é".repeat(500);
    assert_eq!(create_from_text(&app, &format!("{line}\nSuite")).expect(201)["headline"], line);
    assert_eq!(pointers(create_from_text(&app, &format!("{line}é\nSuite"))), ["/headline"]);
}

/// Every member with its maximum length, in characters of four bytes where allowed.
fn longest() -> Value {
    let wide = |count: usize| "𝄞".repeat(count);
    let url = format!("https://a.example/{}", "b".repeat(2048 - 18));
    json!({
        "headline": wide(500), "body": wide(10), "language": "fra", "url": url, "publisher": wide(200),
        "external_id": wide(300), "authors": vec![wide(200); 50], "section": wide(200), "keywords": vec![wide(200); 50],
    })
}

#[test]
fn members_of_maximum_length_are_stored() {
    let app = TestApp::start();
    let created = create(&app, &longest()).expect(201);
    for (member, value) in longest().as_object().unwrap() {
        assert_eq!(&created[member], value, "{member}");
    }
}

#[test]
fn members_that_are_too_long_are_refused_together() {
    let app = TestApp::start();
    let mut article = longest();
    for member in ["headline", "language", "url", "publisher", "external_id", "section"] {
        article[member] = json!(format!("{}a", article[member].as_str().unwrap()));
    }
    for member in ["authors", "keywords"] {
        article[member][7] = json!("a".repeat(201));
        article[member].as_array_mut().unwrap().push(json!("a"));
    }
    let expected = [
        "/authors",
        "/authors/7",
        "/external_id",
        "/headline",
        "/keywords",
        "/keywords/7",
        "/language",
        "/publisher",
        "/section",
        "/url",
    ];
    let mut found = pointers(create(&app, &article));
    found.dedup();
    assert_eq!(found, expected);
}

#[test]
fn members_that_are_empty_are_refused_together() {
    let app = TestApp::start();
    let article = json!({
        "headline": "", "body": "", "language": "", "url": "", "publisher": "", "external_id": "", "authors": [""],
        "section": "", "keywords": ["mer", ""], "published_at": "",
    });
    let expected = [
        "/authors/0",
        "/body",
        "/external_id",
        "/headline",
        "/keywords/1",
        "/language",
        "/published_at",
        "/publisher",
        "/section",
        "/url",
    ];
    let mut found = pointers(create(&app, &article));
    found.dedup();
    assert_eq!(found, expected);
}

#[test]
fn members_that_are_missing_unknown_or_of_the_wrong_type_are_refused_by_name() {
    let app = TestApp::start();
    let article = json!({"headline": 3, "authors": "Fatou Sow", "titre": "Bref", "published_at": "lundi"});
    assert_eq!(pointers(create(&app, &article)), ["/authors", "/body", "/headline", "/published_at", "/titre"]);
}

#[test]
fn a_body_is_at_most_one_mebibyte_of_utf_8() {
    let app = TestApp::start();
    let body = "é".repeat(1 << 19);
    let created = create(&app, &json!({"headline": "Long", "body": body})).expect(201);
    assert!(created["body"] == body.as_str());
    assert_eq!(pointers(create(&app, &json!({"headline": "Long", "body": format!("{body}a")}))), ["/body"]);
}

#[test]
fn a_body_is_kept_byte_for_byte() {
    let app = TestApp::start();
    let body = "\u{feff} Un\r\ndeux\rtrois\u{2028}\u{a0}: «\u{202f}quatre\u{202f}» e\u{301} é 👩\u{200d}🚀 \u{200f}\u{1}\t \n\n ";
    let created = create(&app, &json!({"headline": "Octets", "body": body})).expect(201);
    let from_text = create_from_text(&app, body).expect(201);
    for article in [created, from_text] {
        let path = format!("/v1/articles/{}", id(&article));
        assert_eq!(app.get(&path).expect(200)["body"], body);
        assert_eq!(app.get(&format!("{path}/versions/1")).expect(200)["body"], body);
    }
}

#[test]
fn a_url_is_kept_in_its_normal_form() {
    let app = TestApp::start();
    for (given, normal) in [
        ("HTTPS://Quotidien.EXAMPLE:443/A?b=C#d", "https://quotidien.example/A?b=C"),
        ("http://quotidien.example:80", "http://quotidien.example/"),
        ("https://quotidien.example:8443/a/", "https://quotidien.example:8443/a/"),
    ] {
        assert_eq!(app.article(json!({"url": given}))["url"], normal);
    }
}

#[test]
fn a_url_that_is_not_absolute_http_is_refused() {
    let app = TestApp::start();
    for url in ["/a", "quotidien.example/a", "ftp://quotidien.example/a", "mailto:a@b.example", "https://", "http:a"] {
        let mut found = pointers(create(&app, &json!({"headline": "H", "body": "B", "url": url})));
        found.dedup();
        assert_eq!(found, ["/url"], "{url}");
    }
}

#[test]
fn the_maximum_length_of_a_url_applies_to_its_normal_form() {
    let app = TestApp::start();
    let url = format!("https://quotidien.example/?{}", "'".repeat(1000));
    let problem = refusal(create(&app, &json!({"headline": "H", "body": "B", "url": url})), 422, "invalid_content");
    let expected = json!([{"pointer": "/url", "detail": "must be at most 2048 bytes once normalised"}]);
    assert_eq!(problem["errors"], expected);
}

#[test]
fn a_url_belongs_to_one_article_in_every_spelling() {
    let app = TestApp::start();
    let first = app.article(json!({"url": "https://quotidien.example/a"}));
    let other = app.article(json!({"url": "https://quotidien.example/b"}));
    let again = json!({"headline": "H", "body": "B", "url": "https://QUOTIDIEN.example:443/a#top"});
    let expected = json!({
        "type": "/problems/url_taken", "title": "URL already taken", "status": 409,
        "detail": "another article has this url", "code": "url_taken", "errors": [],
    });
    let answer = create(&app, &again);
    assert_eq!(answer.header("location"), format!("/v1/articles/{}", id(&first)));
    let mut problem = refusal(answer, 409, "url_taken");
    assert_eq!(problem.as_object_mut().unwrap().remove("existing_id"), Some(first["id"].clone()));
    assert_eq!(problem, expected);
    let path = format!("/v1/articles/{}", id(&other));
    assert_eq!(refusal(app.patch(&path, &json!({"url": again["url"]})), 409, "url_taken"), expected);
}

#[test]
fn tracking_parameters_do_not_make_a_new_url() {
    let app = TestApp::start();
    let article = app.article(json!({"url": "https://quotidien.example/a?id=1&utm_source=feed&fbclid=x"}));
    assert_eq!(article["url"], "https://quotidien.example/a?id=1");
    let again = json!({"headline": "H", "body": "B", "url": "https://quotidien.example/a?gclid=y&id=1"});
    refusal(create(&app, &again), 409, "url_taken");
    let found = app.get("/v1/articles?url=https://quotidien.example/a?id=1%26utm_medium=mail").expect(200);
    assert_eq!(found["items"][0]["id"], article["id"]);
    let counted = app.get("/v1/stats/top?of=articles&url=https://quotidien.example/a?id=1%26gclid=z").expect(200);
    assert_eq!(counted["total"], 1);
}

#[test]
fn a_setting_names_the_tracking_parameters() {
    let app = TestApp::with(|config| config.urls = UrlNormalizer::new(vec!["from".to_owned()]));
    let article = app.article(json!({"url": "https://quotidien.example/a?utm_source=feed&from=mail"}));
    assert_eq!(article["url"], "https://quotidien.example/a?utm_source=feed");
}

#[test]
fn a_date_is_the_start_of_that_day_and_a_language_tag_its_primary_tag() {
    let app = TestApp::start();
    let article = app.article(json!({"published_at": "2012-05-22", "language": "fr-CA"}));
    assert_eq!((&article["published_at"], &article["language"]), (&json!("2012-05-22T00:00:00Z"), &json!("fr")));
    for (query, count) in [
        ("published_from=2012-05-22&published_to=2012-05-23&language=fr-BE", 1),
        ("published_from=2012-05-23", 0),
        ("published_to=2012-05-22", 0),
    ] {
        for list in ["/v1/articles", "/v1/stats/top"] {
            let found = app.get(&format!("{list}?{}{query}", if list == "/v1/articles" { "" } else { "of=articles&" }));
            let found = found.expect(200);
            let counted = found["total"].as_u64().unwrap_or_else(|| found["items"].as_array().unwrap().len() as u64);
            assert_eq!(counted, count, "{list} {query}");
        }
    }
    let path = format!("/v1/articles/{}", id(&article));
    let changed = app.patch(&path, &json!({"published_at": "2013-01-01", "language": "pt-BR"})).expect(200);
    assert_eq!((&changed["published_at"], &changed["language"]), (&json!("2013-01-01T00:00:00Z"), &json!("pt")));
    assert_eq!(pointers(app.patch(&path, &json!({"published_at": "2013-02-30"}))), ["/published_at"]);
    assert_eq!(pointers(app.patch(&path, &json!({"language": "brésilien"}))), ["/language"]);
}

#[test]
fn an_external_id_belongs_to_one_article_of_a_publisher() {
    let app = TestApp::start();
    let of = |publisher: Value| json!({"headline": "H", "body": "B", "publisher": publisher, "external_id": "1"});
    for publisher in [json!("Le Quotidien"), json!("Le Soir"), json!(null)] {
        let first = create(&app, &of(publisher.clone())).expect(201);
        let answer = create(&app, &of(publisher));
        assert_eq!(answer.header("location"), format!("/v1/articles/{}", id(&first)));
        let problem = refusal(answer, 409, "external_id_taken");
        assert_eq!(problem["existing_id"], first["id"]);
        assert_eq!(problem["detail"], "another article of this publisher has this external_id");
    }
}

#[test]
fn an_article_cannot_move_to_a_publisher_that_has_its_external_id() {
    let app = TestApp::start();
    app.article(json!({"publisher": "Le Quotidien", "external_id": "1"}));
    let other = app.article(json!({"publisher": "Le Soir", "external_id": "1"}));
    let path = format!("/v1/articles/{}", id(&other));
    refusal(app.patch(&path, &json!({"publisher": "Le Quotidien"})), 409, "external_id_taken");
    assert_eq!(app.get(&path).expect(200), other);
}

#[test]
fn a_deleted_article_frees_its_url_and_its_external_id() {
    let app = TestApp::start();
    let keys = json!({"url": "https://quotidien.example/a", "external_id": "1"});
    let first = app.article(keys.clone());
    app.delete(&format!("/v1/articles/{}", id(&first))).expect(204);
    assert_ne!(id(&app.article(keys)), id(&first));
}

#[test]
fn everything_in_a_deleted_article_is_deleted() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let mention = app.mention(&article, "Dakar", json!({}));
    let quote = app.quote(&article, json!({}));
    let path = format!("/v1/articles/{}", id(&article));
    assert_eq!(app.delete(&path).expect(204), Value::Null);
    for below in ["", "/versions", "/versions/1", "/mentions", "/quotes"] {
        let problem = refusal(app.get(&format!("{path}{below}")), 410, "gone");
        assert_eq!(problem["detail"], "this article was deleted");
    }
    refusal(app.get(&format!("/v1/mentions/{}", id(&mention))), 410, "gone");
    refusal(app.get(&format!("/v1/quotes/{}", id(&quote))), 410, "gone");
    refusal(app.delete(&path), 410, "gone");
    refusal(app.patch(&path, &json!({"section": "A"})), 410, "gone");
    let mention = json!({"start": 0, "end": 2});
    refusal(app.post(&format!("{path}/mentions"), &mention), 410, "gone");
}

#[test]
fn an_unknown_id_is_404_and_a_malformed_id_is_400() {
    let app = TestApp::start();
    for below in ["", "/versions", "/versions/1", "/mentions", "/quotes"] {
        let problem =
            refusal(app.get(&format!("/v1/articles/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5{below}")), 404, "not_found");
        assert_eq!(problem["detail"], "there is no such article");
        let problem = refusal(app.get(&format!("/v1/articles/17{below}")), 400, "invalid_parameter");
        assert_eq!(problem["errors"][0]["parameter"], "id");
    }
}

#[test]
fn the_language_is_detected_when_it_is_not_given() {
    let app = TestApp::start();
    for (body, language) in [
        ("Le ministre de la Défense a souligné mardi que les négociations se poursuivaient avec les alliés.", "fr"),
        ("The defence minister said on Tuesday that the negotiations with the allies were still under way.", "en"),
        ("Der Verteidigungsminister sagte am Dienstag, dass die Verhandlungen mit den Verbündeten andauern.", "de"),
        ("1 2 3 …", "und"),
    ] {
        assert_eq!(create(&app, &json!({"headline": "H", "body": body})).expect(201)["language"], language, "{body}");
        let given = create(&app, &json!({"headline": "H", "body": body, "language": "wo"})).expect(201);
        assert_eq!(given["language"], "wo", "what is given is believed");
    }
}

#[test]
fn the_same_text_has_the_same_content_hash() {
    let app = TestApp::start();
    let hash = |body: &str| create(&app, &json!({"headline": "H", "body": body})).expect(201)["content_hash"].clone();
    let first = hash("« L’été\u{a0}», dit-il.\r\nIl part [...] lundi.");
    assert_eq!(first, hash("\"L'Ete\" dit il; il  PART (…) lundi\n"));
    assert_ne!(first, hash("« L’été », dit-il. Il part mardi."));
}

#[test]
fn labels_are_stored_unchanged() {
    let app = TestApp::start();
    let labels = json!(["O\"Malley", "a\\b", "{x,y}", "NULL", "l'été, «\u{a0}oui\u{a0}»", "tab\there"]);
    let article = app.article(json!({"authors": labels, "keywords": labels}));
    let read = app.get(&format!("/v1/articles/{}", id(&article))).expect(200);
    assert_eq!((&read["authors"], &read["keywords"]), (&labels, &labels));
    assert_eq!(read, article);
}
