//! The public keys of the issuer of tokens: read from a file, or fetched from the issuer.

use crate::auth::{Issuer, JwtSettings};
use crate::tls;
use actix_web::rt::{task, time};
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::config::Config;

/// How often a file is read, and the pause after a failure.
const FILE_PERIOD: Duration = Duration::from_secs(5);
/// How often the issuer is asked.
const URL_PERIOD: Duration = Duration::from_secs(60);
/// How long it may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The most bytes of a key set.
const MAX_BYTES: u64 = 1 << 20;

/// Where the keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JwksSource {
    File(PathBuf),
    Url(String),
}

impl fmt::Display for JwksSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Url(url) => f.write_str(url),
        }
    }
}

impl JwksSource {
    /// An `https` URL, or else the path of a file. Keys that are fetched without TLS could be anybody's, so `http` is for the
    /// loopback address only. `None` for another `http` URL.
    pub fn parse(text: &str) -> Option<Self> {
        let is_url = |start: &str| text.get(..start.len()).is_some_and(|given| given.eq_ignore_ascii_case(start));
        if is_url("https://") || is_url("http://127.0.0.1:") || is_url("http://localhost:") {
            return Some(Self::Url(text.to_owned()));
        }
        (!is_url("http://")).then(|| Self::File(text.into()))
    }

    /// Reads the keys. Blocks.
    fn read(&self) -> Result<String, String> {
        match self {
            Self::File(path) => fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}")),
            Self::Url(url) => fetch(url).map_err(|error| format!("cannot be fetched: {error}")),
        }
    }
}

fn fetch(url: &str) -> Result<String, ureq::Error> {
    let config = Config::builder().timeout_global(Some(TIMEOUT)).max_redirects(0).tls_config(tls::client()).build();
    let answer = Agent::new_with_config(config).get(url).call()?;
    answer.into_body().into_with_config().limit(MAX_BYTES).read_to_string()
}

/// An issuer with its keys. When they have to be fetched, [`refresh`] does so: the service starts without them.
///
/// # Errors
/// When a file has no keys.
pub fn issuer(settings: JwtSettings, source: &JwksSource) -> Result<Issuer, String> {
    let issuer = Issuer::new(settings);
    if let JwksSource::File(_) = source {
        issuer.replace_keys(&source.read()?).map_err(|error| error.to_string())?;
    }
    Ok(issuer)
}

/// Keeps the keys of an issuer up to date. When they cannot be used, the former ones stay in use, and the log says so once.
pub async fn refresh(issuer: Arc<Issuer>, source: JwksSource) {
    let (mut keys, mut reported) = (String::new(), String::new());
    loop {
        let reading = source.clone();
        let read = task::spawn_blocking(move || reading.read()).await;
        let replaced = match read.unwrap_or_else(|panic| Err(panic.to_string())) {
            Ok(text) if text == keys => Ok(()),
            Ok(text) => {
                keys = text;
                issuer.replace_keys(&keys).map_err(|error| error.to_string())
            }
            Err(error) => Err(error),
        };
        let pause = match (&replaced, &source) {
            (Ok(()), JwksSource::Url(_)) => URL_PERIOD,
            _ => FILE_PERIOD,
        };
        let error = replaced.err().unwrap_or_default();
        if !error.is_empty() && error != reported {
            log::warn!("the former public keys of the issuer stay in use: {source} {error}");
        }
        reported = error;
        time::sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_url_with_tls_or_a_file() {
        let url = |text: &str| Some(JwksSource::Url(text.to_owned()));
        for text in ["https://id.example/jwks", "HTTPS://id.example", "http://127.0.0.1:1/jwks", "http://localhost:1"] {
            assert_eq!(JwksSource::parse(text), url(text));
        }
        for text in ["http://id.example/jwks", "http://127.0.0.1.example/jwks", "HTTP://id.example"] {
            assert_eq!(JwksSource::parse(text), None, "{text}");
        }
        assert_eq!(JwksSource::parse("keys/jwks.json"), Some(JwksSource::File("keys/jwks.json".into())));
    }
}
