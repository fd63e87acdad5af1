//! The page of statistics.

use regex::Regex;
use serde_json::{Value, json};

use super::{browse, checked, id, page, text_of};
use crate::support::TestApp;

/// A service with two quotes by a speaker in January and one in March, and one without a speaker.
fn quoted() -> (TestApp, Value) {
    let app = TestApp::start();
    let awa = app.entity(json!({"name": "=Awa <b>Diallo</b>"}));
    let days = [
        ("2026-01-05", &awa["id"]),
        ("2026-01-20", &awa["id"]),
        ("2026-03-02", &awa["id"]),
        ("2026-03-03", &Value::Null),
    ];
    for (day, speaker) in days {
        let article = app.article(json!({"published_at": day}));
        app.mention(&article, "Le port", json!({"entity_id": awa["id"]}));
        app.quote(&article, json!({"text": "Le port rouvre lundi", "speaker_id": speaker}));
    }
    app.compact_counters();
    (app, awa)
}

#[test]
fn the_statistics_are_plots_that_lead_to_what_they_count() {
    let (app, awa) = quoted();
    let html = page(&app, "/stats?q=&language=fr");
    let text = text_of(&html);
    assert!(text.contains("4 quotes") && text.contains("Share of voice: Speaker"), "{html}");
    // A month without quotes is there too.
    for title in [
        "2026-01: 2",
        "2026-02: 0",
        "2026-03: 2",
        "=Awa <b>Diallo</b>: 3",
        "none: 1",
        "=Awa <b>Diallo</b> → =Awa <b>Diallo</b>: 3",
    ] {
        assert!(text.contains(title), "{title}: {html}");
    }
    for link in [
        "/search?language=fr&amp;published_from=2026-01-01&amp;published_to=2026-02-01".to_owned(),
        format!("/search?language=fr&amp;speaker={}", id(&awa)),
        format!("/search?language=fr&amp;speaker={0}&amp;about={0}", id(&awa)),
    ] {
        assert!(html.contains(&format!("<a href=\"{link}\"")), "{link}: {html}");
        page(&app, &link.replace("&amp;", "&"));
    }
    let french = checked(&browse(&app, "/stats?by=kind&interval=year", "fr"), 200);
    assert!(french.contains("citation directe: 4") && french.contains("2026: 4"), "{french}");
    checked(&browse(&app, "/stats?by=section", "en"), 400);
    page(&TestApp::start(), "/stats");
}

#[test]
fn plots_and_their_data_are_files() {
    let (app, _) = quoted();
    let html = page(&app, "/stats?by=publisher");
    let files: Vec<String> =
        Regex::new(r#"href="(/stats/[^"]*)""#).unwrap().captures_iter(&html).map(|file| file[1].to_owned()).collect();
    assert_eq!(files.len(), 6);
    for file in &files {
        let answer = app.get(file);
        let is_plot = file.contains(".svg");
        let kind = if is_plot { "image/svg+xml" } else { "text/csv; charset=utf-8" };
        assert_eq!((answer.status, answer.header("content-type")), (200, kind), "{file}");
        assert!(answer.header("content-disposition").starts_with("attachment; filename=\"verbatim-"));
        if is_plot {
            roxmltree::Document::parse(&answer.text()).unwrap_or_else(|error| panic!("{file}: {error}"));
        }
    }
    assert_eq!(app.get("/stats/top.csv").text(), "label,count\n'=Awa <b>Diallo</b>,3\nnone,1\n");
    checked(&app.get("/stats/other.csv"), 400);
}
