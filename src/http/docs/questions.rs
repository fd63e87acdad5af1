//! The filters of questions over many records in the document: those of the lists, which a question is asked under.

use crate::http::questions::NOT_FILTERS;
use serde_json::{Value, json};

/// Questions under the filters of lists: their addresses, and the lists'.
const QUESTIONS: [(&str, &[&str]); 5] = [
    ("/v1/stats/timeline", &["/v1/quotes", "/v1/articles", "/v1/mentions"]),
    ("/v1/stats/top", &["/v1/quotes", "/v1/articles", "/v1/mentions"]),
    ("/v1/graph/speaks-about", &["/v1/quotes"]),
    ("/v1/graph/co-mentions", &["/v1/articles"]),
    ("/v1/entities/{id}/related", &["/v1/articles"]),
];

/// Gives each question the filters of its lists.
pub fn add_filters(paths: &mut Value) {
    for (question, lists) in QUESTIONS {
        add_filters_of(paths, question, lists);
    }
}

/// Gives a question the filters of some lists; of several, each filter says which of them have it.
fn add_filters_of(paths: &mut Value, question: &str, lists: &[&str]) {
    let mut filters: Vec<(Value, Vec<&str>)> = Vec::new();
    for list in lists {
        for filter in paths[list]["get"]["parameters"].as_array().into_iter().flatten() {
            if filter["name"].as_str().is_none_or(|name| NOT_FILTERS.contains(&name)) {
                continue;
            }
            let word = list.rsplit('/').next().unwrap_or_default();
            match filters.iter_mut().find(|(known, _)| known["name"] == filter["name"]) {
                None => filters.push((filter.clone(), vec![word])),
                Some((known, words)) => {
                    words.push(word);
                    let (mine, theirs) = (&known["schema"]["items"], &filter["schema"]["items"]);
                    if mine != theirs {
                        known["schema"]["items"] = json!({"anyOf": [mine, theirs]});
                    }
                }
            }
        }
    }
    let Some(own) = paths[question]["get"]["parameters"].as_array_mut() else { return };
    for (mut filter, words) in filters {
        if lists.len() > 1 {
            let description = filter["description"].as_str().unwrap_or_default().trim_end_matches('.');
            filter["description"] = json!(format!("{description} ({}).", words.join(", ")));
        }
        own.push(filter);
    }
}
