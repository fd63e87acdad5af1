//! Review in a browser: the session, the queue, decisions and the way back.

use regex::Regex;
use serde_json::{Value, json};
use verbatim::auth::Anonymous;
use verbatim::config::AccessConfig;

use super::{BROWSER, browse, checked, id, page, text_of};
use crate::support::{Client, Response, TestApp, refused};

/// Sends a form as a browser does.
fn submit(client: &Client, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Response {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = client.request("POST", path).header("accept", BROWSER).header("cookie", cookie);
    request.header("content-type", "application/x-www-form-urlencoded").body(body).send()
}

/// Signs in with a key, and returns the cookie.
#[track_caller]
fn sign_in(client: &Client, key: &str) -> String {
    let answer = submit(client, "/sign-in", "", &[("key", key)]);
    assert_eq!((answer.status, answer.header("location")), (303, "/"), "{}", answer.text());
    let cookie = answer.header("set-cookie");
    assert!(cookie.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

fn browse_with(client: &Client, path: &str, cookie: &str) -> Response {
    client.request("GET", path).header("accept", BROWSER).header("cookie", cookie).send()
}

fn token(html: &str) -> String {
    Regex::new(r#"name="token" value="([0-9a-f]{32})""#).unwrap().captures(html).expect("a token")[1].to_owned()
}

/// A service with three quotes to review, which are found by the annotator.
fn to_review() -> (TestApp, Vec<Value>) {
    let app = TestApp::start();
    let body = "Le port rouvre. « Nous sommes prêts », a déclaré Awa Diallo. « Il fait beau », a ajouté Léa Martin. « Tout va bien », a dit Ana Costa.";
    let new = json!({"headline": "Le port", "body": body, "language": "fr", "published_at": "2026-03-02"});
    app.post("/v1/articles?annotate=true", &new).expect(201);
    let quotes = app.get("/v1/reviews/queue?order=uncertain").expect(200)["items"].as_array().unwrap().clone();
    assert_eq!(quotes.len(), 3);
    (app, quotes)
}

#[test]
fn quotes_are_decided_one_after_the_other_and_a_decision_is_undone() {
    let (app, quotes) = to_review();
    let html = page(&app, "/review");
    assert!(text_of(&html).contains("3 left") && html.contains("<script src=\"/assets/review.js?v="), "{html}");
    let (first, token) = (id(&quotes[0]), token(&html));
    let decide = |action: &str, name: &str| {
        submit(
            &app,
            &format!("/quotes/{first}/review"),
            "",
            &[("token", &*token), ("action", action), ("speaker_name", name)],
        )
    };
    let answer = decide("reject", "");
    assert_eq!((answer.status, answer.header("location")), (303, &*format!("/review?done={first}")));
    let html = page(&app, &format!("/review?done={first}"));
    assert!(text_of(&html).contains("2 left") && html.contains("data-key=\"u\""), "{html}");
    assert_eq!(app.get(&format!("/v1/quotes/{first}")).expect(200)["status"], "rejected");

    let answer = decide("undo", "");
    assert_eq!(answer.header("location"), format!("/review?again={first}"));
    let quote = app.get(&format!("/v1/quotes/{first}")).expect(200);
    assert_eq!((&quote["status"], quote["reviews"].as_array().unwrap().len()), (&json!("machine"), 2));
    assert!(page(&app, &format!("/review?again={first}")).contains(&format!("/quotes/{first}/review")));

    let speaker = quote["speaker_id"].clone();
    decide("reattribute", "Inês Valadares");
    assert_ne!(app.get(&format!("/v1/quotes/{first}")).expect(200)["speaker_id"], speaker);
    decide("undo", "");
    assert_eq!(app.get(&format!("/v1/quotes/{first}")).expect(200)["speaker_id"], speaker);
}

#[test]
fn the_filters_of_the_queue_stay_after_a_decision() {
    let (app, quotes) = to_review();
    let html = page(&app, &format!("/review?order=recent&language=fr&done={}", id(&quotes[0])));
    let hidden = Regex::new(r#"name="filters" value="([^"]*)""#).unwrap();
    assert_eq!(text_of(&hidden.captures(&html).unwrap()[1]), "order=recent&language=fr");
    let token = token(&html);
    let fields = [("token", &*token), ("action", "verify"), ("filters", "order=recent&language=fr&cursor=x&done=y")];
    let answer = submit(&app, &format!("/quotes/{}/review", id(&quotes[0])), "", &fields);
    assert_eq!(answer.header("location"), format!("/review?order=recent&language=fr&done={}", id(&quotes[0])));
    page(&app, answer.header("location"));
}

#[test]
fn a_form_of_another_session_or_of_another_site_changes_nothing() {
    let (app, quotes) = to_review();
    let path = format!("/quotes/{}/review", id(&quotes[0]));
    let html = checked(&submit(&app, &path, "", &[("token", "0".repeat(32).as_str()), ("action", "reject")]), 403);
    assert!(html.contains("load the page again"), "{html}");
    let token = token(&page(&app, "/review"));
    let request = app.request("POST", &path).header("accept", BROWSER).header("origin", "https://evil.example");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    checked(&request.body(format!("token={token}&action=reject")).send(), 403);
    for (kind, body, status) in [
        ("application/json", "{}".to_owned(), 415),
        ("application/x-www-form-urlencoded", format!("token={token}"), 400),
        ("application/x-www-form-urlencoded", format!("token={token}&action=burn"), 400),
        ("application/x-www-form-urlencoded", format!("token={token}&action=reattribute"), 422),
        ("application/x-www-form-urlencoded", format!("token={token}&action=reattribute&speaker_name=A%00"), 400),
        (
            "application/x-www-form-urlencoded",
            format!("token={token}&action=reattribute&speaker_name={}", "a".repeat(301)),
            422,
        ),
        ("application/x-www-form-urlencoded", "a".repeat(20_000), 413),
    ] {
        let request = app.request("POST", &path).header("accept", BROWSER).header("content-type", kind);
        checked(&request.body(body).send(), status);
    }
    assert_eq!(app.get(&format!("/v1/quotes/{}", id(&quotes[0]))).expect(200)["version"], 1);
}

#[test]
fn a_key_signs_in_and_its_scope_holds() {
    let app = TestApp::with(|config| {
        config.access = AccessConfig { anonymous: Anonymous::UntilKeysExist, ..AccessConfig::default() };
    });
    let admin = app.with_key(app.key("boss", json!({"scope": "admin"}))["secret"].as_str().unwrap());
    let secret = |name: &str, scope: &str| {
        let key = admin.post("/v1/keys", &json!({"name": name, "scope": scope})).expect(201);
        key["secret"].as_str().unwrap().to_owned()
    };
    let article = admin.post("/v1/articles", &json!({"headline": "Le port", "body": "« Oui », dit-elle."})).expect(201);
    let new = json!({"article_id": article["id"], "text": "Oui", "status": "machine", "origin": "machine", "extractor": "a/1"});
    let quote = admin.post("/v1/quotes", &new).expect(201);

    let html = checked(&browse(&app, "/", "en"), 401);
    assert!(html.contains("<a class=\"button\" href=\"/sign-in\">Sign in</a>"), "{html}");
    let html = checked(&submit(&app, "/sign-in", "", &[("key", "vbt_wrong")]), 401);
    assert!(html.contains("role=\"alert\""), "{html}");

    let reader = sign_in(&app, &secret("reader", "read"));
    checked(&browse_with(&app, "/", &reader), 200);
    checked(&browse_with(&app, "/review", &reader), 403);
    // Links to the API work in the session, but it writes only with forms.
    let list = app.request("GET", "/v1/quotes?format=csv").header("cookie", &reader).send();
    assert!(list.status == 200 && list.header("content-type").starts_with("text/csv"), "{}", list.text());

    let reviewer = sign_in(&app, &secret("reviewer", "review"));
    let html = checked(&browse_with(&app, "/review", &reviewer), 200);
    let review = json!({"action": "verify"});
    let path = format!("/v1/quotes/{}/reviews", id(&quote));
    refused(&app, &app.request("POST", &path).header("cookie", &reviewer).json(&review).send(), 401, "unauthorized");
    let path = format!("/quotes/{}/review", id(&quote));
    let fields = [("token", &*token(&html)), ("action", "verify")];
    checked(&submit(&app, &path, "", &fields), 401);
    checked(&submit(&app, &path, &reader, &fields), 403);
    assert_eq!(submit(&app, &path, &reviewer, &fields).status, 303);
    let reviewed = admin.get(&format!("/v1/quotes/{}", id(&quote))).expect(200);
    assert_eq!((&reviewed["status"], &reviewed["reviews"][0]["actor"]), (&json!("verified"), &json!("reviewer")));

    let html = checked(&browse_with(&app, "/sign-in", &reviewer), 200);
    let answer = submit(&app, "/sign-out", &reviewer, &[("token", &token(&html))]);
    assert!(
        answer.header("set-cookie").starts_with("verbatim_session=; Path=/; Max-Age=0;"),
        "{}",
        answer.header("set-cookie")
    );
}
