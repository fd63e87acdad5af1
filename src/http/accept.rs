//! `Accept`: which media types a caller takes.

/// Whether the header lets a media type through.
///
/// RFC 9110, 12.5.1: a range with weight 0 excludes; the most specific range that names a type counts.
pub fn accepts(accept: &str, produced: &str) -> bool {
    let essence = produced.split(';').next().unwrap_or_default().trim();
    let kind = essence.split('/').next().unwrap_or_default();
    let mut best = (0, false);
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let rank = match name.as_str() {
            name if name == essence => 3,
            name if name.strip_suffix("/*") == Some(kind) => 2,
            "*/*" => 1,
            _ => continue,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok());
        if rank > best.0 {
            best = (rank, weight.is_none_or(|weight| weight > 0.0));
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_range_decides() {
        assert!(accepts("application/json", "application/json"));
        assert!(accepts("text/html, */*;q=0.1", "application/json"));
        assert!(accepts("application/*", "application/json"));
        assert!(!accepts("text/html", "application/json"));
        assert!(!accepts("application/json;q=0, */*", "application/json"));
        assert!(!accepts("*/*;q=0", "application/json"));
        assert!(accepts("application/openmetrics-text", "application/openmetrics-text; version=1.0.0; charset=utf-8"));
    }
}
