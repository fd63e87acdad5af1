//! `verbatim import --format urls`: pages and feeds that are fetched.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use serde_json::Value;

use crate::support::TestApp;
use crate::support::answers::items;
use crate::support::endpoint::Endpoint;
use crate::support::process::{run, verbatim};

const PAGE: &str = "<html lang=\"fr\"><head><title>Le port rouvre</title></head>\
    <body><article><p>Le port rouvre lundi.</p></article></body></html>";

fn serving(body: &str) -> Endpoint {
    Endpoint::on(TcpListener::bind("127.0.0.1:0").unwrap(), body)
}

/// Imports a list of addresses, with further options. Returns the exit code and what is printed.
fn import(app: &TestApp, list: &Path, options: &[&str]) -> (Option<i32>, String, String) {
    let mut arguments = vec!["import", list.to_str().unwrap(), "--format", "urls", "--url", &app.base];
    arguments.extend(options);
    run(&mut verbatim(&arguments))
}

fn urls(app: &TestApp) -> Vec<String> {
    let mut urls: Vec<String> =
        items(app, "/v1/articles").iter().map(|article| article["url"].as_str().unwrap().to_owned()).collect();
    urls.sort();
    urls
}

#[test]
fn the_pages_of_a_list_become_articles_and_what_fails_is_told_by_line() {
    let app = TestApp::start();
    let (site, large) = (serving(PAGE), serving(&"<html>".repeat(2 << 20)));
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.txt");
    let lines = [
        "# Pages of the port",
        &site.url("/200/a"),
        "",
        &site.url("/404/b"),
        "ftp://gazette.example/",
        &site.url("/302/c"),
        &large.url("/200/d"),
    ];
    fs::write(&list, lines.join("\n")).unwrap();
    let state = folder.path().join("state");
    let options = ["--page-network", "127.0.0.0/8", "--state", state.to_str().unwrap()];
    let (status, printed, said) = import(&app, &list, &options);
    assert_eq!((status, printed.as_str()), (Some(1), "2 created, 0 updated, 0 unchanged, 3 failed\n"), "{said}");
    for told in [
        format!("list.txt:4: {}: the server answers 404", site.url("/404/b")),
        "list.txt:5: ftp://gazette.example/: it is not an http or https URL".to_owned(),
        format!("list.txt:7: {}: it is larger than 8388608 bytes", large.url("/200/d")),
    ] {
        assert!(said.contains(&told), "{told}: {said}");
    }
    assert_eq!(urls(&app), [site.url("/200/a"), site.url("/200/redirected")]);
    let first = site.next();
    assert_eq!((first.method.as_str(), first.path.as_str()), ("GET", "/200/a"));
    assert!(first.header("user-agent").starts_with("verbatim/"));
    let fetched = site.messages.try_iter().count();
    assert_eq!(fetched, 3);
    // The state says that everything is done: nothing is fetched again.
    let (status, ..) = import(&app, &list, &options);
    assert_eq!((status, site.messages.try_iter().count()), (Some(0), 0));
}

#[test]
fn addresses_that_are_not_on_the_public_internet_are_not_fetched() {
    let app = TestApp::start();
    let site = serving(PAGE);
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list");
    fs::write(&list, site.url("/200/a")).unwrap();
    let (status, _, said) = import(&app, &list, &[]);
    assert_eq!(status, Some(2));
    assert!(said.contains("the address is not on the public internet; --page-network can allow it"), "{said}");
    assert!(site.messages.try_recv().is_err());
}

#[test]
fn relative_links_of_a_feed_belong_to_its_address_or_fail() {
    let feed = "<rss version=\"2.0\"><channel><title>Gazette</title>\
        <item><title>A</title><guid isPermaLink=\"false\">a</guid><link>/a</link><description>Un texte.</description></item>\
        <item><title>B</title><guid isPermaLink=\"false\">b</guid><link>http://b.example/</link><description>Un texte.</description></item>\
        </channel></rss>";
    let app = TestApp::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("feed.rss");
    fs::write(&file, feed).unwrap();
    let (status, printed, said) = run(&mut verbatim(&["import", file.to_str().unwrap(), "--url", &app.base]));
    assert_eq!((status, printed.as_str()), (Some(1), "1 created, 0 updated, 0 unchanged, 1 failed\n"), "{said}");
    assert!(said.contains("feed.rss:1: its link \"/a\" is relative"), "{said}");
    let site = serving(feed);
    let list = folder.path().join("list");
    fs::write(&list, site.url("/200/feed")).unwrap();
    let (status, printed, said) = import(&app, &list, &["--page-network", "127.0.0.1"]);
    assert_eq!((status, printed.as_str()), (Some(0), "1 created, 0 updated, 1 unchanged, 0 failed\n"), "{said}");
    let mut expected = ["http://b.example/".to_owned(), site.url("/a")];
    expected.sort();
    assert_eq!(urls(&app), expected);
    let sources: Vec<Value> = items(&app, "/v1/articles").iter().map(|article| article["publisher"].clone()).collect();
    assert_eq!(sources, ["Gazette", "Gazette"]);
}
