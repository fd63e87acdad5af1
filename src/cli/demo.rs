//! `verbatim demo`: runs the service, stores sample articles through its API, and prints what was found in them.
//!
//! Its data is apart from that of `verbatim serve`: it is in the folder `demo` of the data folder, and a database at
//! `DATABASE_URL` that contains other articles is refused.

mod api;
mod curated;
mod error;
mod report;

use super::outcome::Outcome;
use super::signals::StopSignals;
use super::start_log::start_log;
use crate::config::{AdminKey, Database, ServeSettings};
use crate::http::wire::examples::ARTICLE;
use crate::server::{Server, has_articles_besides};
use actix_web::rt::System;
use api::{Api, text};
use error::DemoError;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::thread;
use tokio::sync::oneshot;

/// An article of our own writing, with invented people.
struct Sample {
    id: &'static str,
    /// Its `external_id` is this after [`ID_PREFIX`].
    number: &'static str,
    published_at: &'static str,
    section: &'static str,
    /// Its first line is the headline.
    text: &'static str,
}

const ID_PREFIX: &str = "verbatim-demo-";
const PUBLISHER: &str = "La Gazette des ports";

/// Three articles about one subject, and one about another. The first text looks as it comes from a web page: the headline
/// repeated, a section heading, a leftover button, and guillemets with U+00A0 and U+202F.
const SAMPLES: [Sample; 4] = [
    Sample {
        id: ARTICLE,
        number: "1",
        published_at: "2026-01-12T17:30:00Z",
        section: "Économie",
        text: include_str!("demo/ferry_agreement_fr.txt"),
    },
    Sample {
        id: "019bb341-e9c0-7000-8000-000000000102",
        number: "2",
        published_at: "2026-02-09T18:00:00Z",
        section: "Économie",
        text: include_str!("demo/ferry_crew_fr.txt"),
    },
    Sample {
        id: "019bb341-e9c0-7000-8000-000000000103",
        number: "3",
        published_at: "2026-03-16T07:15:00Z",
        section: "Culture",
        text: include_str!("demo/lighthouse_fr.txt"),
    },
    Sample {
        id: "019bb341-e9c0-7000-8000-000000000104",
        number: "4",
        published_at: "2026-05-18T11:45:00Z",
        section: "Economy",
        text: include_str!("demo/ferry_departure_en.txt"),
    },
];

pub(super) fn run(settings: &ServeSettings, binary: &clap::Command) -> Outcome {
    let (mut config, log) = settings.read()?;
    match &mut config.database {
        Database::Own { data_dir, .. } => data_dir.push("demo"),
        Database::At(url) if has_articles_besides(url, ID_PREFIX)? => return Err(DemoError::NotEmpty.into()),
        Database::At(_) => {}
    }
    start_log(&log, binary);
    System::new().block_on(async {
        let mut stop = StopSignals::listen()?;
        let server = Server::bind(&config)?;
        let address = server.address();
        // In a thread that is not joined: the service can be stopped before the samples are stored.
        let (done, shown) = oneshot::channel();
        let key = config.access.admin_key.clone();
        thread::spawn(move || drop(done.send(show(address, key))));
        let mut failure = None;
        let until = async {
            tokio::select! {
                result = shown => match result.unwrap_or(Err(DemoError::Panicked)) {
                    Ok(()) => stop.received().await,
                    Err(error) => failure = Some(error),
                },
                () = stop.received() => {}
            }
        };
        server.run(until).await?;
        failure.map_or(Ok(()), |error| Err(error.into()))
    })
}

/// Stores the samples that are missing, reads them back and prints what was found in them. Blocks.
fn show(address: SocketAddr, key: Option<AdminKey>) -> Result<(), DemoError> {
    let api = Api::new(address, key);
    api.wait_until_ready()?;
    let mut articles = Vec::new();
    for sample in &SAMPLES {
        if store(&api, "articles", &sample.record())? {
            articles.push(api.get(&format!("/v1/articles/{}?include=mentions,quotes", sample.id))?);
        }
    }
    store(&api, "entities", &curated::duplicate())?;
    let names = report::entity_names(&api, &articles)?;
    let text = report::report(&api.base, &articles, &names);
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

impl Sample {
    /// The record to import.
    fn record(&self) -> Value {
        let mut article = json!({
            "id": self.id,
            "headline": self.text.lines().next(),
            "body": self.text,
            "publisher": PUBLISHER,
            "external_id": format!("{ID_PREFIX}{}", self.number),
            "section": self.section,
            "published_at": self.published_at,
        });
        if self.id == ARTICLE {
            curated::add_to(&mut article);
        }
        article
    }
}

/// Imports a record unless it was stored before. Returns whether it is stored: somebody may have deleted it.
fn store(api: &Api, resource: &str, record: &Value) -> Result<bool, DemoError> {
    match api.get(&format!("/v1/{resource}/{}", text(record, "id"))) {
        Ok(_) => Ok(true),
        Err(DemoError::Refused { status: 410, .. }) => Ok(false),
        Err(DemoError::Refused { status: 404, .. }) => {
            let request = "/v1/import?annotate=true";
            let result = api.post(request, &json!([record]))?;
            match text(&result, "result") {
                "failed" => Err(DemoError::Refused {
                    request: format!("POST {request}"),
                    status: 200,
                    body: result.to_string(),
                }),
                _ => Ok(true),
            }
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sample_has_the_difficulties_of_a_web_page() {
        let body = SAMPLES[0].text;
        let mut lines = body.lines().filter(|line| !line.is_empty());
        assert_eq!(lines.next(), lines.next());
        for mark in ["«\u{a0}", "\u{a0}»", "«\u{202f}", "\u{202f}»", "[…]", "\nTrois jours de mer\n"] {
            assert!(body.contains(mark), "{mark:?}");
        }
    }
}
