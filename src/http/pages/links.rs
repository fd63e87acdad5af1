//! The addresses of pages.

use crate::http::context::public_path;
pub use crate::http::respond::link::with_query;
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
