//! Adds the filters of lists to the statistics operations of the document.

use crate::http::extract::stats_query::NOT_FILTERS;
use serde_json::{Value, json};

/// The paths of statistics operations, each with the lists whose filters it takes.
const OPERATIONS: [(&str, &[&str]); 5] = [
    ("/v1/stats/timeline", &["/v1/quotes", "/v1/articles", "/v1/mentions"]),
    ("/v1/stats/top", &["/v1/quotes", "/v1/articles", "/v1/mentions"]),
    ("/v1/graph/speaks-about", &["/v1/quotes"]),
    ("/v1/graph/co-mentions", &["/v1/articles"]),
    ("/v1/entities/{id}/related", &["/v1/articles"]),
];

/// Gives each statistics operation the filters of its lists.
pub fn add_filters(paths: &mut Value, schemas: &Value) {
    for (operation, lists) in OPERATIONS {
        add_filters_of(paths, schemas, operation, lists);
    }
}

/// Gives an operation the filters of its lists. With several lists, the description of a filter names those that have it.
fn add_filters_of(paths: &mut Value, schemas: &Value, operation: &str, lists: &[&str]) {
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
                        known["schema"]["items"] = union(schemas, mine, theirs);
                    }
                }
            }
        }
    }
    let Some(own) = paths[operation]["get"]["parameters"].as_array_mut() else { return };
    for (mut filter, words) in filters {
        if lists.len() > 1 {
            let description = filter["description"].as_str().unwrap_or_default().trim_end_matches('.');
            filter["description"] = json!(format!("{description} ({}).", words.join(", ")));
        }
        own.push(filter);
    }
}

/// An enum of the values of two enums: of an `anyOf`, generators of clients would make a type of its own for each.
fn union(schemas: &Value, first: &Value, second: &Value) -> Value {
    let values = |schema: &Value| {
        let name = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()).unwrap_or_default();
        schemas[name]["enum"].as_array().cloned().expect("filters of one name have equal values or enums")
    };
    let mut all = values(first);
    for value in values(second) {
        if !all.contains(&value) {
            all.push(value);
        }
    }
    json!({"type": "string", "enum": all})
}
