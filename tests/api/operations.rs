//! The files for operators agree with the service: dashboard, alert rules, documentation.

use std::collections::BTreeSet;
use std::fs;

use regex::Regex;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::embedded::eventually;

fn text(file: &str) -> String {
    fs::read_to_string(format!("docs/operations/{file}")).unwrap()
}

/// The names of the samples that a service exports after some requests.
fn exported() -> BTreeSet<String> {
    let app = TestApp::start();
    app.article(json!({}));
    app.post("/v1/annotate", &json!({"body": "« Nous sommes prêts », a déclaré Awa Diallo."})).expect(200);
    app.get("/v1/articles?limit=0").expect(400);
    let metrics = eventually("a measurement", || {
        let metrics = app.get("/metrics").text();
        metrics.contains("verbatim_records{kind=\"articles\"} 1\n").then_some(metrics)
    });
    let samples = metrics.lines().filter(|line| !line.starts_with('#'));
    samples.map(|line| line.split(['{', ' ']).next().unwrap().to_owned()).collect()
}

/// The series that PromQL expressions name.
fn series(text: &str) -> BTreeSet<String> {
    let name = Regex::new(r"\b(?:verbatim|process)_[a-z_]+").unwrap();
    name.find_iter(text).map(|found| found.as_str().to_owned()).collect()
}

#[test]
fn every_series_of_the_dashboard_and_the_alerts_exists_and_every_exported_one_is_explained() {
    let exported = exported();
    for file in ["dashboard.json", "alerts.yaml"] {
        let missing: Vec<_> = series(&text(file)).into_iter().filter(|name| !exported.contains(name)).collect();
        assert!(missing.is_empty(), "{file}: {missing:?} is not exported");
    }
    let explained = text("monitoring.md");
    for name in &exported {
        let family = ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        assert!(explained.contains(&format!("`{family}`")), "{name} is not in monitoring.md");
    }
}

#[test]
fn every_alert_says_what_to_do_and_every_panel_what_it_shows() {
    let (alerts, explained) = (text("alerts.yaml"), text("monitoring.md"));
    let names: Vec<&str> = alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(names.len() > 5, "{names:?}");
    for name in &names {
        assert!(explained.contains(&format!("| `{name}` | ")), "{name} is not in monitoring.md");
    }
    let dashboard: Value = serde_json::from_str(&text("dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_i64().unwrap()), "{panel}");
        if panel["type"] != "row" {
            let is_described = panel["description"].as_str().is_some_and(|text| text.ends_with('.'));
            assert!(is_described && !panel["targets"].as_array().unwrap().is_empty(), "{panel}");
        }
    }
    assert!(ids.len() > 20);
}
