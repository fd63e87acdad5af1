//! Fetches the pages of a list of addresses, one after the other, so that no server gets two requests at once.

use super::encoding;
use super::formats::DocumentFormat;
use crate::app::public_network;
use crate::domain::network::Network;
use encoding_rs::Encoding;
use serde_json::Value;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;
use ureq::config::Config;
use ureq::{Agent, ResponseExt};
use url::Url;

/// How long a page may take, with its redirects.
const TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const MAX_REDIRECTS: u32 = 5;
/// Largest page, in bytes.
const MAX_PAGE: usize = 8 << 20;

/// Fetches pages. An address may not lead into the network of this machine unless the settings allow it.
#[derive(Clone)]
pub struct Pages {
    agent: Agent,
}

impl Pages {
    /// Fetches from the public internet and from the `allowed` networks.
    pub fn new(allowed: Vec<Network>) -> Self {
        let settings = Config::builder()
            .max_redirects(MAX_REDIRECTS)
            .timeout_global(Some(TIMEOUT))
            .timeout_connect(Some(CONNECT_TIMEOUT));
        Self { agent: public_network::agent(settings, Arc::from(allowed), "--page-network") }
    }

    /// The article of the page at the address in a line, the articles of a feed, or why there are none. A line that begins with #
    /// has no address.
    pub fn articles(&self, line: &str) -> Vec<Result<Value, String>> {
        let line = line.trim();
        if line.starts_with('#') {
            return Vec::new();
        }
        self.read(line).unwrap_or_else(|why| vec![Err(format!("{line}: {why}"))])
    }

    fn read(&self, line: &str) -> Result<Vec<Result<Value, String>>, String> {
        let url = Url::parse(line).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
        let url = url.ok_or("it is not an http or https URL")?;
        let Page { address, media_type, text } = self.fetch(&url)?;
        let format = DocumentFormat::detect(&text).or(media_type.contains("html").then_some(DocumentFormat::Html));
        let format = format.ok_or("it is neither a web page nor a feed")?;
        let articles = format.records(&text, Some(&address))?;
        Ok(articles.into_iter().map(|article| article.map_err(|why| format!("{url}: {why}"))).collect())
    }

    fn fetch(&self, url: &Url) -> Result<Page, String> {
        let request = self.agent.get(url.as_str()).header("accept", "text/html, application/xhtml+xml, */*;q=0.5");
        let mut answer = request.call().map_err(|error| error.to_string())?;
        if !answer.status().is_success() {
            return Err(format!("the server answers {}", answer.status().as_u16()));
        }
        let address = Url::parse(&answer.get_uri().to_string()).unwrap_or_else(|_| url.clone());
        let media_type = answer.headers().get("content-type").and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or_default().to_ascii_lowercase();
        let mut bytes = Vec::new();
        let body = answer.body_mut().as_reader();
        body.take(MAX_PAGE as u64 + 1).read_to_end(&mut bytes).map_err(|error: io::Error| error.to_string())?;
        if bytes.len() > MAX_PAGE {
            return Err(format!("it is larger than {MAX_PAGE} bytes"));
        }
        let label = media_type.split_once("charset=").map(|(_, label)| label.trim_matches(['"', '\'', ' ']));
        let declared = label.and_then(|label| Encoding::for_label(label.as_bytes()));
        let text = declared.unwrap_or_else(|| encoding::detect(&bytes)).decode(&bytes).0.into_owned();
        Ok(Page { address, media_type, text })
    }
}

/// A page that was fetched.
struct Page {
    /// Its address after redirects.
    address: Url,
    media_type: String,
    text: String,
}
