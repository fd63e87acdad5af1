//! Pages for people: what holds for all of them, and helpers for the tests of each.

mod article;
mod home;
mod quote;
mod review;
mod search;
mod stats;

use html5ever::driver::ParseOpts;
use html5ever::parse_document;
use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::RcDom;
use regex::Regex;
use serde_json::{Value, json};
use verbatim::auth::Anonymous;
use verbatim::config::AccessConfig;

use crate::support::{Client, Response, TestApp, refused};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// Asks for a page as a browser does.
#[track_caller]
fn browse(client: &Client, path: &str, languages: &str) -> Response {
    client.request("GET", path).header("accept", BROWSER).header("accept-language", languages).send()
}

/// Returns an English page, after checking what holds for every page.
#[track_caller]
fn page(client: &Client, path: &str) -> String {
    checked(&browse(client, path, "en"), 200)
}

/// Checks that an answer is a page that is well-formed, and that runs and loads nothing but files of this service.
#[track_caller]
fn checked(answer: &Response, status: u16) -> String {
    let html = answer.text();
    assert_eq!((answer.status, answer.header("content-type")), (status, "text/html; charset=utf-8"), "{html}");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self';"), "{policy}");
    assert_eq!(answer.header("referrer-policy"), "same-origin", "without it, a browser's forms have no origin");
    assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{policy}");
    let dom = parse_document(RcDom::default(), ParseOpts::default()).one(html.as_str());
    assert!(dom.errors.borrow().is_empty(), "{:?}\n{html}", dom.errors.borrow());
    let inline = Regex::new(r#"<script>|<style|<[^>]* (style|on[a-z]+)=""#).unwrap();
    assert!(!inline.is_match(&html), "{html}");
    for loaded in Regex::new(r#"<(?:link|script|img)[^>]* (?:href|src)="([^"]*)""#).unwrap().captures_iter(&html) {
        assert!(loaded[1].starts_with("/assets/"), "{}", &loaded[1]);
    }
    let ids: Vec<&str> =
        Regex::new(r#" id="([^"]*)""#).unwrap().captures_iter(&html).map(|id| id.extract::<1>().1[0]).collect();
    assert!(ids.iter().enumerate().all(|(index, id)| !ids[..index].contains(id)), "an id is there twice: {ids:?}");
    html
}

/// Returns the text of a piece of HTML.
fn text_of(html: &str) -> String {
    let text = Regex::new("<[^>]*>").unwrap().replace_all(html, "").into_owned();
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")]
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to))
}

/// The id of a record.
fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap()
}

#[test]
fn pages_are_in_the_language_that_the_browser_prefers() {
    let app = TestApp::start();
    let answer = browse(&app, "/", "fr-CA, en;q=0.8");
    let html = checked(&answer, 200);
    assert!(html.contains("<html lang=\"fr\">") && html.contains("Qui a dit quoi"), "{html}");
    let vary: Vec<_> = answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!((answer.header("content-language"), vary), ("fr", vec!["accept-language, cookie", "accept"]));
    let html = page(&app, "/");
    assert!(html.contains("<html lang=\"en\">") && html.contains("Who said what"), "{html}");
}

#[test]
fn a_page_that_fails_says_why_as_a_page() {
    let app = TestApp::start();
    let nobody = "01900000-0000-7000-8000-000000000000";
    for (path, status, words) in [
        (format!("/articles/{nobody}"), 404, "Not found"),
        ("/articles/1".to_owned(), 400, "Invalid parameter"),
        ("/?page=%3Cb%3E1".to_owned(), 400, "is not a parameter of this operation"),
        ("/problems/nonsense".to_owned(), 404, "Not found"),
    ] {
        let answer = browse(&app, &path, "en");
        let html = checked(&answer, status);
        assert!(html.contains(words) && html.contains(answer.header("x-request-id")), "{path}: {html}");
    }
    let refusal = app.request("POST", "/articles/1").header("accept", BROWSER).send();
    checked(&refusal, 405);
    assert_eq!(refusal.header("allow"), "GET, HEAD, OPTIONS");
    assert_eq!(app.request("HEAD", "/").header("accept", BROWSER).send().status, 200);
}

#[test]
fn every_problem_is_explained_to_a_browser() {
    let app = TestApp::start();
    let html = page(&app, "/problems/gone");
    assert!(html.contains("The record was deleted. Its id is never used again."), "{html}");
    assert_eq!(app.get("/problems/gone").expect(200)["code"], "gone");
}

#[test]
fn the_files_of_pages_are_kept_by_browsers() {
    let app = TestApp::start();
    let html = page(&app, "/");
    for file in Regex::new(r#"href="(/assets/[^"]*)""#).unwrap().captures_iter(&html) {
        let answer = app.get(&file[1]);
        assert_eq!((answer.status, answer.header("cache-control")), (200, "public, max-age=31536000, immutable"));
        assert!(
            answer.header("content-type").starts_with("text/css") || answer.header("content-type") == "image/svg+xml"
        );
    }
    checked(&app.get("/assets/nothing.css"), 404);
}

#[test]
fn pages_need_a_key_where_the_api_does() {
    let app = TestApp::with(|config| {
        config.access = AccessConfig { anonymous: Anonymous::Fixed(None), admin_key: None, ..AccessConfig::default() };
    });
    checked(&browse(&app, "/", "en"), 401);
    assert_eq!(app.get("/").expect(200)["name"], "verbatim");
    page(&app, "/problems/unauthorized");
}

#[test]
fn pages_can_be_turned_off() {
    let app = TestApp::with(|config| config.pages = false);
    let article = app.article(json!({}));
    refused(&app, &app.get(&format!("/articles/{}", id(&article))), 404, "no_such_route");
    refused(&app, &app.request("GET", "/").header("accept", "text/html").send(), 406, "not_acceptable");
    assert_eq!(browse(&app, "/", "en").expect(200)["name"], "verbatim");
    refused(&app, &app.get("/assets/style.css"), 404, "no_such_route");
}
