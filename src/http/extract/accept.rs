//! `Accept`: the media types that a caller takes.

use actix_web::http::header::{Accept, Quality};
use actix_web::mime::{Mime, STAR};

/// Whether the header allows a media type: a weight of 0 excludes it.
pub fn accepts(accept: &Accept, produced: &Mime) -> bool {
    weight(accept, produced) > Quality::ZERO
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

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::Header;
    use actix_web::test::TestRequest;

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
