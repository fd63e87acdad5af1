//! Pages of a list: cursors, `Link` and `total`.

use super::query::Parameters;
use crate::domain::page::{DEFAULT_LIMIT, Key, Page, PageRequest, Position};
use crate::domain::time::is_storable;
use crate::http::context;
use crate::http::respond::json;
use crate::http::respond::problem::Problem;
use crate::http::wire::page::{KeyKind, PageParameters, TotalBody};
use crate::http::wire::problem::Code;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Parameters that do not affect which records are in a list or their order.
const NOT_FILTERS: [&str; 6] = ["limit", "cursor", "count", "include", "format", "bom"];

/// Parses the requested page of a list.
///
/// # Errors
/// 400 when the cursor belongs to another list, other filters or another order.
pub fn page_request(request: &HttpRequest, parameters: PageParameters) -> Result<PageRequest, Problem> {
    let PageParameters { limit, cursor, count, key } = parameters;
    let after = cursor.map(|cursor| decode(&cursor, &fingerprint(request), key)).transpose()?;
    Ok(PageRequest { limit: limit.unwrap_or(DEFAULT_LIMIT), after, count: count.map(Into::into) })
}

/// Responds with a page. `body` builds the response body from the items, the next cursor and the total.
pub fn respond<T, B: Serialize>(
    request: &HttpRequest,
    page: Page<T>,
    body: impl FnOnce(Vec<T>, Option<String>, Option<TotalBody>) -> B,
) -> HttpResponse {
    let next = page.next.map(|position| encode(&position, &fingerprint(request)));
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = &next {
        response.insert_header((header::LINK, format!("<{}>; rel=\"next\"", next_address(request, cursor))));
    }
    json::respond_page(request, &mut response, &body(page.items, next, page.total.map(Into::into)))
}

/// The link to the records after `position` in the list of a request.
pub fn link_to_next(request: &HttpRequest, position: &Position) -> String {
    next_address(request, &encode(position, &fingerprint(request)))
}

fn next_address(request: &HttpRequest, cursor: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in Parameters::of(request).pairs() {
        if name != "cursor" {
            query.append_pair(name, value);
        }
    }
    query.append_pair("cursor", cursor);
    context::public_path(&format!("{}?{}", request.path(), query.finish()))
}

/// Returns the link to the records after `position` in the list at `path` without filters.
pub fn link_to_rest(path: &str, position: &Position) -> String {
    let cursor = encode(position, &digest(path, &[]));
    context::public_path(&format!("{path}?cursor={cursor}"))
}

/// The cursor of a list that a tool answers: `arguments` are those that affect its records or their order.
pub fn cursor(position: &Position, tool: &str, arguments: &str) -> String {
    encode(position, &digest(tool, &[("arguments", arguments)]))
}

/// The position that a [`cursor`] stands for.
///
/// # Errors
/// 400 when the cursor belongs to another tool or other arguments.
pub fn position(text: &str, tool: &str, arguments: &str, kind: KeyKind) -> Result<Position, Problem> {
    decode(text, &digest(tool, &[("arguments", arguments)]), kind)
}

/// Returns a digest of the path and of every parameter that affects the records of the list or their order.
fn fingerprint(request: &HttpRequest) -> String {
    let parameters = Parameters::of(request);
    let mut pairs: Vec<_> = parameters.pairs().filter(|(name, _)| !NOT_FILTERS.contains(name)).collect();
    pairs.sort_unstable();
    digest(request.path(), &pairs)
}

fn digest(path: &str, pairs: &[(&str, &str)]) -> String {
    let digest = Sha256::digest(format!("{path}\n{pairs:?}"));
    BASE64URL_NOPAD.encode(&digest[..9])
}

/// `[fingerprint, kind of key, key, id]` as JSON in unpadded base64url.
fn encode(position: &Position, fingerprint: &str) -> String {
    let key = match &position.key {
        Key::Time(time) => serde_json::json!(["t", time.map(|time| time.timestamp_micros())]),
        Key::Text(text) => serde_json::json!(["s", text]),
        Key::Number(number) => serde_json::json!(["n", number]),
        Key::Count(count) => serde_json::json!(["c", count]),
    };
    BASE64URL_NOPAD.encode(serde_json::json!([fingerprint, key, position.id]).to_string().as_bytes())
}

fn decode(cursor: &str, fingerprint: &str, kind: KeyKind) -> Result<Position, Problem> {
    let refuse =
        || Problem::new(Code::InvalidCursor, "cursor: was not given by this list with these filters and this sort");
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).map_err(|_| refuse())?;
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

/// Returns the time in a cursor. A forged cursor may have any number.
fn time(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros).filter(|time| is_storable(*time))
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
        fn a_cursor_decodes_to_its_position((kind, key) in key(), id in any::<u128>()) {
            let position = Position { key, id: Uuid::from_u128(id) };
            let cursor = encode(&position, "print");
            prop_assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            prop_assert!(cursor.len() <= 2048);
            prop_assert_eq!(decode(&cursor, "print", kind).unwrap(), position);
            prop_assert!(decode(&cursor, "other", kind).is_err());
        }

        #[test]
        fn arbitrary_text_is_not_a_cursor(text in "\\PC{0,100}") {
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
