//! `Accept`: the media types that a caller takes.

use crate::http::wire::export::{CSV, ListFormat, NDJSON};
use crate::http::wire::json_ld::JSON_LD;
use actix_web::http::header::{self, Accept, HeaderMap, Quality};
use actix_web::mime::{APPLICATION_JSON, Mime, STAR, TEXT_HTML};

/// Whether the header allows a media type: a weight of 0 excludes it.
pub fn accepts(accept: &Accept, produced: &Mime) -> bool {
    weight(accept, produced) > Quality::ZERO
}

/// Whether a caller takes a page rather than JSON, as browsers do.
pub fn prefers_page(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT).filter_map(|line| line.to_str().ok());
    let ranges = lines.flat_map(|line| line.split(',')).filter_map(|range| range.trim().parse().ok());
    let accept = Accept(ranges.collect());
    weight(&accept, &TEXT_HTML) > weight(&accept, &APPLICATION_JSON)
}

/// The weight that the header gives a media type: that of the most specific range that matches it (RFC 9110, 12.5.1).
pub fn weight(accept: &Accept, produced: &Mime) -> Quality {
    let specificity = |range: &Mime| match (range.type_(), range.subtype()) {
        (STAR, STAR) => Some(1),
        (kind, STAR) if kind == produced.type_() => Some(2),
        _ if range.essence_str() == produced.essence_str() => Some(3),
        _ => None,
    };
    let ranges = accept.iter().filter_map(|range| Some((specificity(&range.item)?, range.quality)));
    ranges.max_by_key(|(specificity, _)| *specificity).map_or(Quality::ZERO, |(_, quality)| quality)
}

/// The form in which a caller wants a record or a list: the given one, or else the one that `Accept` prefers, JSON if in doubt.
pub fn format(headers: &HeaderMap, given: Option<ListFormat>) -> ListFormat {
    let lines = || headers.get_all(header::ACCEPT).filter_map(|line| line.to_str().ok());
    // Most requests name no other form.
    let is_named = lines().any(|line| ["ndjson", "csv", "ld+json"].iter().any(|name| line.contains(name)));
    if given.is_some() || !is_named {
        return given.unwrap_or(ListFormat::Json);
    }
    let ranges = lines().flat_map(|line| line.split(',')).filter_map(|range| range.trim().parse().ok());
    let accept = Accept(ranges.collect());
    let forms = [
        (ListFormat::Csv, CSV),
        (ListFormat::Ndjson, NDJSON),
        (ListFormat::Jsonld, JSON_LD),
        (ListFormat::Json, "application/json"),
    ];
    let weight_of = |kind: &str| kind.parse().map_or(Quality::ZERO, |kind| weight(&accept, &kind));
    let best = forms.into_iter().max_by_key(|(_, kind)| weight_of(kind));
    best.map_or(ListFormat::Json, |(format, _)| format)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::Header;
    use actix_web::test::TestRequest;

    #[test]
    fn a_record_or_a_list_has_the_form_that_is_given_or_accepted() {
        let form = |accept: &str, given: Option<ListFormat>| {
            let request = TestRequest::default().insert_header(("accept", accept)).to_http_request();
            format(request.headers(), given)
        };
        for (accept, expected) in [
            ("", ListFormat::Json),
            ("*/*", ListFormat::Json),
            ("text/csv", ListFormat::Csv),
            ("application/x-ndjson, */*;q=0.1", ListFormat::Ndjson),
            ("text/csv;q=0.5, application/json", ListFormat::Json),
            ("text/csv, */*", ListFormat::Json),
            ("application/ld+json", ListFormat::Jsonld),
            ("application/ld+json, application/json;q=0.9", ListFormat::Jsonld),
            ("application/json, application/ld+json", ListFormat::Json),
        ] {
            assert_eq!(form(accept, None), expected, "{accept}");
        }
        assert_eq!(form("application/json", Some(ListFormat::Csv)), ListFormat::Csv);
    }

    #[test]
    fn a_browser_takes_a_page_and_other_clients_do_not() {
        let prefers = |accept: &str| {
            prefers_page(TestRequest::default().insert_header(("accept", accept)).to_http_request().headers())
        };
        assert!(prefers("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8") && prefers("text/html"));
        for accept in ["", "*/*", "application/json", "text/html;q=0.5, application/json", "text/html;q=0", "text/csv"]
        {
            assert!(!prefers(accept), "{accept}");
        }
    }

    #[test]
    fn the_most_specific_range_decides() {
        let accepts = |accept: &str, produced: &str| {
            let request = TestRequest::default().insert_header(("accept", accept)).to_http_request();
            accepts(&Accept::parse(&request).unwrap(), &produced.parse().unwrap())
        };
        assert!(accepts("application/json", "application/json"));
        assert!(accepts("text/html, */*;q=0.1", "application/json"));
        assert!(accepts("application/*", "application/json"));
        assert!(accepts("application/openmetrics-text", "application/openmetrics-text; version=1.0.0; charset=utf-8"));
        assert!(!accepts("text/html", "application/json"));
        assert!(!accepts("application/json;q=0, */*", "application/json"));
        assert!(!accepts("*/*;q=0", "application/json"));
        assert!(!accepts("nonsense", "application/json"));
    }
}
