//! The addresses of pages.

use crate::http::context::public_path;
use uuid::Uuid;

pub fn quote(id: Uuid) -> String {
    public_path(&format!("/quotes/{id}"))
}

pub fn article(id: Uuid) -> String {
    public_path(&format!("/articles/{id}"))
}

pub fn entity(id: Uuid) -> String {
    public_path(&format!("/people/{id}"))
}

/// A path with a query.
pub fn with_query<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    match query.finish() {
        query if query.is_empty() => public_path(path),
        query => public_path(&format!("{path}?{query}")),
    }
}
