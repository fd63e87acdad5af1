//! Pages of a list on the wire: cursors, `next_cursor`, `Link` and `total`.

use super::input::Parameters;
use super::json;
use super::problem::{Code, Problem};
use crate::domain::page::{Count, DEFAULT_LIMIT, Key, Page, PageRequest, Position, Total};
use crate::domain::search::Ranked;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

/// Parameters that choose a part or a form of a list, not which records are in it.
const NOT_FILTERS: [&str; 4] = ["limit", "cursor", "count", "include"];

/// How the matching records are counted: `exact` up to 10,000 at least, and estimated beyond where no counts are kept;
/// `estimate` only estimates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CountBody {
    Exact,
    Estimate,
}

/// How many records match in all.
#[derive(Debug, Serialize, ToSchema)]
pub struct TotalBody {
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub value: i64,
    /// `exact` up to 10,000 at least; `estimate` comes from the database's statistics and may be off by a little.
    pub kind: CountBody,
}

impl From<Total> for TotalBody {
    fn from(total: Total) -> Self {
        let kind = match total.kind {
            Count::Exact => CountBody::Exact,
            Count::Estimate => CountBody::Estimate,
        };
        Self { value: total.value, kind }
    }
}

/// What an order of relevance is an order of: the newest matches, 200 at most.
#[derive(Debug, Serialize, ToSchema)]
pub struct RankedBody {
    /// How many matches were ranked.
    #[schema(minimum = 0, maximum = 200, value_type = i32)]
    pub considered: usize,
    /// Whether there are no others: older ones are not in the list.
    pub complete: bool,
}

impl From<Ranked> for RankedBody {
    fn from(ranked: Ranked) -> Self {
        Self { considered: ranked.considered, complete: ranked.complete }
    }
}

/// The parameters every list has.
pub struct ListParameters<'a> {
    pub limit: Option<i64>,
    pub cursor: Option<&'a str>,
    pub count: Option<CountBody>,
}

/// What a list is ordered by, to tell its cursors from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    Time,
    Text,
    Number,
    Count,
}

impl ListParameters<'_> {
    /// Reads the cursor and gives the part of the list that is asked for.
    ///
    /// # Errors
    /// 400 when the cursor was not given by this very list.
    pub fn into_request(self, request: &HttpRequest, kind: KeyKind) -> Result<PageRequest, Problem> {
        let after = self.cursor.map(|cursor| decode(cursor, &fingerprint(request), kind)).transpose()?;
        let count = self.count.map(|count| match count {
            CountBody::Exact => Count::Exact,
            CountBody::Estimate => Count::Estimate,
        });
        Ok(PageRequest { limit: self.limit.unwrap_or(DEFAULT_LIMIT), after, count })
    }
}

/// Answers a page: `body` puts the items, the next cursor and the total into the list's own shape.
pub fn answer<T, B: Serialize>(
    request: &HttpRequest,
    page: Page<T>,
    body: impl FnOnce(Vec<T>, Option<String>, Option<TotalBody>) -> B,
) -> HttpResponse {
    let next = page.next.map(|position| encode(&position, &fingerprint(request)));
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = &next {
        response.insert_header((header::LINK, format!("<{}>; rel=\"next\"", next_address(request, cursor))));
    }
    json::answer(&mut response, &body(page.items, next, page.total.map(Into::into)))
}

fn next_address(request: &HttpRequest, cursor: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in Parameters::of(request).pairs() {
        if name != "cursor" {
            query.append_pair(name, value);
        }
    }
    query.append_pair("cursor", cursor);
    format!("{}?{}", request.path(), query.finish())
}

/// A digest of the path and of every parameter that decides which records are in the list and in what order.
fn fingerprint(request: &HttpRequest) -> String {
    let parameters = Parameters::of(request);
    let mut pairs: Vec<_> = parameters.pairs().filter(|(name, _)| !NOT_FILTERS.contains(name)).collect();
    pairs.sort_unstable();
    let digest = Sha256::digest(format!("{}\n{pairs:?}", request.path()));
    URL_SAFE_NO_PAD.encode(&digest[..9])
}

/// `[fingerprint, kind of key, key, id]` as JSON in unpadded base64url.
fn encode(position: &Position, fingerprint: &str) -> String {
    let key = match &position.key {
        Key::Time(time) => serde_json::json!(["t", time.map(|time| time.timestamp_micros())]),
        Key::Text(text) => serde_json::json!(["s", text]),
        Key::Number(number) => serde_json::json!(["n", number]),
        Key::Count(count) => serde_json::json!(["c", count]),
    };
    URL_SAFE_NO_PAD.encode(serde_json::json!([fingerprint, key, position.id]).to_string())
}

fn decode(cursor: &str, fingerprint: &str, kind: KeyKind) -> Result<Position, Problem> {
    let refuse =
        || Problem::new(Code::InvalidCursor, "cursor: was not given by this list with these filters and this sort");
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refuse())?;
    let (print, (tag, key), id): (String, (String, serde_json::Value), Uuid) =
        serde_json::from_slice(&bytes).map_err(|_| refuse())?;
    if print != fingerprint {
        return Err(refuse());
    }
    let key = match (kind, tag.as_str()) {
        (KeyKind::Time, "t") if key.is_null() => Some(Key::Time(None)),
        (KeyKind::Time, "t") => key.as_i64().and_then(time).map(|time| Key::Time(Some(time))),
        (KeyKind::Text, "s") => key.as_str().filter(|text| !text.contains('\0')).map(|text| Key::Text(text.to_owned())),
        (KeyKind::Number, "n") => key.as_f64().map(Key::Number),
        (KeyKind::Count, "c") => key.as_i64().map(Key::Count),
        _ => None,
    };
    Ok(Position { key: key.ok_or_else(refuse)?, id })
}

/// A time that the database can hold; a made-up cursor may name others.
fn time(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros).filter(|time| (0..=9999).contains(&time.year()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> impl Strategy<Value = (KeyKind, Key)> {
        prop_oneof![
            Just((KeyKind::Time, Key::Time(None))),
            (-62_167_219_200_000_000_i64..253_402_300_800_000_000)
                .prop_map(|micros| (KeyKind::Time, Key::Time(DateTime::from_timestamp_micros(micros)))),
            "[^\\x00]{0,200}".prop_map(|text| (KeyKind::Text, Key::Text(text))),
            (0.0..=1.0_f64).prop_map(|number| (KeyKind::Number, Key::Number(number))),
            any::<i64>().prop_map(|count| (KeyKind::Count, Key::Count(count))),
        ]
    }

    proptest! {
        #[test]
        fn a_cursor_says_the_position_it_was_made_from((kind, key) in key(), id in any::<u128>()) {
            let position = Position { key, id: Uuid::from_u128(id) };
            let cursor = encode(&position, "print");
            prop_assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            prop_assert!(cursor.len() <= 2048);
            prop_assert_eq!(decode(&cursor, "print", kind).unwrap(), position);
            prop_assert!(decode(&cursor, "other", kind).is_err());
        }

        #[test]
        fn no_text_breaks_the_decoder(text in "\\PC{0,100}") {
            for kind in [KeyKind::Time, KeyKind::Text, KeyKind::Number, KeyKind::Count] {
                prop_assert!(decode(&text, "print", kind).is_err());
            }
        }
    }

    #[test]
    fn a_cursor_of_another_order_is_refused() {
        let cursor = encode(&Position { key: Key::Count(1), id: Uuid::nil() }, "print");
        assert!(decode(&cursor, "print", KeyKind::Time).is_err());
    }
}
