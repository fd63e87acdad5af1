//! Query parameters, as they were given and as a type.

use crate::http::context;
use crate::http::respond::problem::Problem;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeSet;
use std::future::{Ready, ready};
use std::ops::Deref;

/// The query's pairs, percent-decoded, in the order in which they were given.
pub struct Parameters {
    pairs: Vec<(String, String)>,
    /// Names of parameters that are not UTF-8.
    unreadable: Vec<String>,
}

impl Parameters {
    /// Reads a request's query.
    pub fn of(request: &HttpRequest) -> Self {
        let (mut pairs, mut unreadable) = (Vec::new(), Vec::new());
        for piece in request.query_string().split('&') {
            for (name, value) in url::form_urlencoded::parse(piece.as_bytes()).into_owned() {
                // Invalid UTF-8 decodes to replacement characters, which is not the text that was sent.
                if percent_decode_str(piece).decode_utf8().is_err() {
                    unreadable.push(name.clone());
                }
                // The form of a page sends its empty fields too.
                if !(value.is_empty() && context::is_page(request)) {
                    pairs.push((name, value));
                }
            }
        }
        Self { pairs, unreadable }
    }

    /// The parameters without those of these names.
    pub fn without(mut self, names: &[&str]) -> Self {
        self.pairs.retain(|(name, _)| !names.contains(&name.as_str()));
        self
    }

    /// Each name with its value, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Each name once.
    pub fn names(&self) -> BTreeSet<&str> {
        self.pairs().map(|(name, _)| name).collect()
    }

    /// The names of the parameters that are not UTF-8.
    pub fn unreadable(&self) -> &[String] {
        &self.unreadable
    }

    /// Every value that was given for `name`.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.pairs().filter(|(given, _)| *given == name).map(|(_, value)| value).collect()
    }
}

/// The query of a request, validated.
#[derive(Clone)]
pub struct ValidQuery(pub Value);

/// The query parameters of an operation, as a type.
pub struct Query<T>(pub T);

impl<T> Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = request.extensions_mut().remove::<ValidQuery>();
        let query = query.ok_or_else(|| Problem::unexpected("the query was not checked"));
        // The query matches the document; an error of serde is still a fault of the request.
        let read = |ValidQuery(query)| serde_json::from_value(query).map(Self);
        ready(query.and_then(|query| read(query).map_err(|error| Problem::parameter("query", error.to_string()))))
    }
}
