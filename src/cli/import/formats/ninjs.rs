//! ninjs of the IPTC: news in JSON.

use super::times::to_rfc3339;
use super::{Record, html, invalid};
use serde_json::Value;

/// Whether JSON is a ninjs document.
pub fn is_ninjs(text: &str) -> bool {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let has = |members: &[&str]| members.iter().any(|member| value.get(member).is_some());
    has(&["uri"]) && has(&["headline", "headlines"]) && has(&["body_text", "body_html", "body_xhtml", "bodies"])
}

/// The article of a document, in the versions 1 and 2 of ninjs.
///
/// # Errors
/// When it is not JSON, or has no headline or text.
pub fn record(text: &str) -> Result<Value, String> {
    let item: Value = serde_json::from_str(text).map_err(|error| invalid("ninjs", error))?;
    let member = |name: &str| item[name].as_str().map(str::to_owned);
    let values = |name: &str| item[name].as_array().into_iter().flatten();
    let marked_up = ["body_xhtml", "body_html"].into_iter().find_map(member).map(|body| html::text(&body));
    let bodies = values("bodies").filter_map(|body| {
        let is_html = body["contenttype"].as_str().is_some_and(|kind| kind.contains("html"));
        body["value"].as_str().map(|value| if is_html { html::text(value) } else { value.to_owned() })
    });
    let times = ["firstcreated", "contentcreated", "versioncreated"].into_iter().filter_map(member);
    let keywords = values("keywords").filter_map(Value::as_str).map(str::to_owned);
    let subjects = values("subject").chain(values("subjects")).filter_map(|subject| subject["name"].as_str());
    let first_value = |name: &str| values(name).find_map(|value| value["value"].as_str().map(str::to_owned));
    let sources = values("infosource").chain(values("infosources"));
    Record::default()
        .text("external_id", member("uri"))
        .text("headline", member("headline").or_else(|| first_value("headlines")))
        .text("body", member("body_text").or(marked_up).or_else(|| bodies.into_iter().next()))
        .text("language", member("language"))
        .text(
            "publisher",
            member("source").or_else(|| sources.into_iter().find_map(|s| s["name"].as_str().map(str::to_owned))),
        )
        .text("published_at", times.into_iter().find_map(|time| to_rfc3339(&time)))
        .list("authors", member("byline"))
        .list("keywords", keywords.chain(subjects.map(str::to_owned)))
        .finish()
}
