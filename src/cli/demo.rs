//! `verbatim demo`: runs the service, stores sample articles through its API, and prints what was found in them.
//!
//! Its data is apart from that of `verbatim serve`: it is in the folder `demo` of the data folder, and a database at
//! `DATABASE_URL` that contains other articles is refused.

mod api;
mod error;
mod report;

use super::outcome::Outcome;
use super::signals::StopSignals;
use super::start_log::start_log;
use crate::config::{AdminKey, Database, ServeSettings};
use crate::server::{Server, has_articles_besides};
use actix_web::rt::System;
use api::{Api, list, text};
use error::DemoError;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::thread;
use tokio::sync::oneshot;

/// An article of our own writing, with invented people.
struct Sample {
    /// Its `external_id` is this after [`ID_PREFIX`].
    id: &'static str,
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
        id: "1",
        published_at: "2026-01-12T17:30:00Z",
        section: "Économie",
        text: include_str!("demo/ferry_agreement_fr.txt"),
    },
    Sample {
        id: "2",
        published_at: "2026-02-09T18:00:00Z",
        section: "Économie",
        text: include_str!("demo/ferry_crew_fr.txt"),
    },
    Sample {
        id: "3",
        published_at: "2026-03-16T07:15:00Z",
        section: "Culture",
        text: include_str!("demo/lighthouse_fr.txt"),
    },
    Sample {
        id: "4",
        published_at: "2026-05-18T11:45:00Z",
        section: "Economy",
        text: include_str!("demo/ferry_departure_en.txt"),
    },
];

/// Words of the first article and the entity that they mean, which only a person can know: a mention added by hand.
const CORRECTION: (&str, &str) = ("Le royaume scandinave", "Norvège");

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
        let path = format!("/v1/articles/{}?include=mentions,quotes", store(&api, sample)?);
        articles.push(api.get(&path)?);
    }
    let names = report::entity_names(&api, &articles)?;
    if let Some(first) = articles.first_mut()
        && add_correction(&api, first, &names)?
    {
        *first = api.get(&format!("/v1/articles/{}?include=mentions,quotes", text(first, "id")))?;
    }
    let text = report::report(&api.base, &articles, &names);
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

/// Stores an article unless it was stored before. Returns its id.
fn store(api: &Api, sample: &Sample) -> Result<String, DemoError> {
    let external_id = format!("{ID_PREFIX}{}", sample.id);
    let list = format!("/v1/articles?external_id={external_id}&publisher={}", PUBLISHER.replace(' ', "%20"));
    if let Some(id) = api.get(&list)?["items"][0]["id"].as_str() {
        return Ok(id.to_owned());
    }
    let article = json!({
        "headline": sample.text.lines().next(),
        "body": sample.text,
        "publisher": PUBLISHER,
        "external_id": external_id,
        "section": sample.section,
        "published_at": sample.published_at,
    });
    let stored = api.post("/v1/articles?annotate=true", &article)?;
    Ok(text(&stored, "id").to_owned())
}

/// Adds the mention of [`CORRECTION`] to an article unless it was added before. Returns whether it did.
fn add_correction(api: &Api, article: &Value, names: &report::Names) -> Result<bool, DemoError> {
    let (words, name) = CORRECTION;
    let body = text(article, "body");
    let start = body.find(words).map(|byte| body[..byte].chars().count());
    let entity = names.iter().find(|(_, (_, entity))| entity == name);
    let (Some(start), Some((id, _))) = (start, entity) else { return Ok(false) };
    if list(&article["mentions"]).any(|mention| mention["start"] == start) {
        return Ok(false);
    }
    let mention = json!({"start": start, "end": start + words.chars().count(), "exact": words, "entity_id": id,
        "kind": "nominal"});
    api.post(&format!("/v1/articles/{}/mentions", text(article, "id")), &mention)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sample_has_the_difficulties_of_a_web_page() {
        let body = SAMPLES[0].text;
        let mut lines = body.lines().filter(|line| !line.is_empty());
        assert_eq!(lines.next(), lines.next());
        for mark in ["«\u{a0}", "\u{a0}»", "«\u{202f}", "\u{202f}»", "[…]", "\nTrois jours de mer\n", CORRECTION.0]
        {
            assert!(body.contains(mark), "{mark:?}");
        }
    }
}
