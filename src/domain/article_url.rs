//! Normalises the URLs of articles, so that they can be compared.

use url::Url;

/// Maximum length of a normalised URL in bytes.
pub const MAX_URL_BYTES: usize = 2048;

/// The query parameters that are removed from URLs by default.
pub const TRACKING_PARAMETERS: [&str; 3] = ["utm_*", "fbclid", "gclid"];

/// The reason why a URL is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    #[error("must be an absolute http or https URL")]
    NotHttp,
    #[error("must be at most 2048 bytes once normalised")]
    TooLong,
}

/// Normalises URLs for storage and comparison.
#[derive(Debug, Clone)]
pub struct UrlNormalizer {
    /// Names of query parameters that only track the reader; a final `*` matches any suffix.
    tracking_parameters: Vec<String>,
}

impl Default for UrlNormalizer {
    fn default() -> Self {
        Self::new(TRACKING_PARAMETERS.map(str::to_owned).to_vec())
    }
}

impl UrlNormalizer {
    /// Removes these query parameters; a final `*` matches any suffix.
    pub fn new(tracking_parameters: Vec<String>) -> Self {
        Self { tracking_parameters }
    }

    /// The normal form: scheme and host in lower case, no default port, no fragment, no tracking parameters. The other
    /// parameters stay as they are.
    ///
    /// # Errors
    /// When the URL is not absolute, is not http or https, or is too long.
    pub fn normalise(&self, given: &str) -> Result<String, UrlError> {
        let mut url = Url::parse(given).map_err(|_| UrlError::NotHttp)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(UrlError::NotHttp);
        }
        url.set_fragment(None);
        if let Some(query) = url.query() {
            let pairs: Vec<&str> = query.split('&').collect();
            let kept: Vec<&str> = pairs.iter().copied().filter(|pair| !self.is_tracking(pair)).collect();
            if kept.len() < pairs.len() {
                let kept = kept.join("&");
                url.set_query(Some(kept.as_str()).filter(|kept| !kept.is_empty()));
            }
        }
        let url = String::from(url);
        if url.len() > MAX_URL_BYTES { Err(UrlError::TooLong) } else { Ok(url) }
    }

    fn is_tracking(&self, pair: &str) -> bool {
        let name = pair.split('=').next().unwrap_or_default();
        self.tracking_parameters.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(beginning) => name.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning)),
            None => name.eq_ignore_ascii_case(pattern),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracking_parameters_are_left_out_and_others_stay_as_they_are() {
        let normal = |url: &str| UrlNormalizer::default().normalise(url).unwrap();
        for (given, expected) in [
            ("https://a.example/b?utm_source=x&id=1&UTM_Medium=y", "https://a.example/b?id=1"),
            ("https://a.example/b?fbclid=x#top", "https://a.example/b"),
            ("https://a.example/b?gclid", "https://a.example/b"),
            ("https://a.example/b?gclids=1&q=a+b%20c&&", "https://a.example/b?gclids=1&q=a+b%20c&&"),
            ("https://a.example/b?", "https://a.example/b?"),
        ] {
            assert_eq!(normal(given), expected, "{given}");
            assert_eq!(normal(expected), expected);
        }
        let none = UrlNormalizer::new(Vec::new());
        assert_eq!(none.normalise("http://A.example/?utm_id=1").unwrap(), "http://a.example/?utm_id=1");
    }
}
