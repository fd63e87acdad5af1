//! A first look at the service: sends it a sample article, and shows who said what in it and who is named.

mod api;

use crate::table::{one_line, table};
use api::Api;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::net::SocketAddr;

/// The sample, of our own writing: its headline again as the first lines of the text, a section heading, leftovers of a
/// web page, and guillemets with U+00A0 and U+202F, as the wire sends them.
const BODY: &str = include_str!("demo/article_fr.txt");
const PUBLISHER: &str = "La Gazette des ports";
const EXTERNAL_ID: &str = "verbatim-demo-1";
/// What no machine can know of this text alone, and a person adds: which of three kingdoms these words mean.
const CORRECTION: (&str, &str) = ("Le royaume scandinave", "Norvège");

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("the service does not become ready: {0}")]
    NotReady(String),
    #[error("{request} was answered {status}: {body}")]
    Refused { request: String, status: u16, body: String },
    #[error("the service does not answer: {0}")]
    Unreachable(#[from] ureq::Error),
    #[error("cannot print: {0}")]
    Print(#[from] io::Error),
}

/// Puts the sample into the service at `address` unless it is there already, reads it back and prints what was found in
/// it. Blocks.
///
/// # Errors
/// When the service refuses something, or does not answer.
pub fn run(address: SocketAddr) -> Result<(), DemoError> {
    let api = Api::new(address);
    api.wait_until_ready()?;
    let (id, was_there) = store(&api)?;
    let path = format!("/v1/articles/{id}?include=mentions,quotes");
    let article = api.get(&path)?;
    let names = correct(&api, &article)?;
    let article = api.get(&path)?;
    let text = report(&api.base, &article, &names, was_there);
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

/// Stores the article. Answers its id, and whether it was there already.
fn store(api: &Api) -> Result<(String, bool), DemoError> {
    let query = format!("/v1/articles?external_id={EXTERNAL_ID}&publisher={}", PUBLISHER.replace(' ', "%20"));
    if let Some(id) = api.get(&query)?["items"][0]["id"].as_str() {
        return Ok((id.to_owned(), true));
    }
    let article = json!({
        "headline": BODY.lines().next(),
        "body": BODY,
        "publisher": PUBLISHER,
        "external_id": EXTERNAL_ID,
        "section": "Économie",
        "keywords": ["transport maritime", "diplomatie"],
        "published_at": "2026-01-12T17:30:00Z",
    });
    let stored = api.post("/v1/articles?annotate=true", &article)?;
    Ok((text(&stored, "id").to_owned(), false))
}

/// Kinds and names of the entities by their id.
type Names = HashMap<String, (String, String)>;

/// Adds the mention that a person sees, unless it was added before. Answers the article's entities.
fn correct(api: &Api, article: &Value) -> Result<Names, DemoError> {
    let mut names = Names::new();
    let speakers = list(&article["quotes"]).filter_map(|quote| quote["speaker_id"].as_str());
    for id in list(&article["mentions"]).filter_map(|mention| mention["entity_id"].as_str()).chain(speakers) {
        if !names.contains_key(id) {
            let entity = api.get(&format!("/v1/entities/{id}"))?;
            names.insert(id.to_owned(), (text(&entity, "kind").to_owned(), text(&entity, "name").to_owned()));
        }
    }
    let (words, meant) = CORRECTION;
    let body = text(article, "body");
    let start = body.find(words).map(|byte| body[..byte].chars().count());
    let entity = names.iter().find(|(_, (_, name))| name == meant);
    if let (Some(start), Some((id, _))) = (start, entity)
        && !list(&article["mentions"]).any(|mention| mention["start"] == start)
    {
        let mention = json!({"start": start, "exact": words, "end": start + words.chars().count(),
            "entity_id": id, "kind": "nominal"});
        api.post(&format!("/v1/articles/{}/mentions", text(article, "id")), &mention)?;
    }
    Ok(names)
}

/// Who said what, who is named, and how to go on.
fn report(base: &str, article: &Value, names: &Names, was_there: bool) -> String {
    let state = if was_there { "was here already: found again by its external_id" } else { "is stored" };
    let mut quotes = vec![["SPEAKER", "STATUS", "KIND", "SPANS", "WORDS"].map(str::to_owned)];
    quotes.extend(list(&article["quotes"]).map(|one| quote(one, names)));
    let speaker = list(&article["quotes"]).find_map(|quote| quote["speaker_id"].as_str()).unwrap_or_default();
    let speaker_name = names.get(speaker).map_or("somebody", |(_, name)| name);
    let (headline, id) = (text(article, "headline"), text(article, "id"));
    let (quotes, mentions) = (table(&quotes), table(&mentions(article, names)));
    format!(
        "\n{headline}\n({PUBLISHER}; the article {state})\n\n{quotes}\n{mentions}\n\
         Spans are code points of the article's body. The machine found this, but for what a human added. Go on with:\n\n\
         # the article with its quotes\ncurl '{base}/v1/articles/{id}?include=quotes'\n\
         # what {speaker_name} said\ncurl '{base}/v1/quotes?speaker={speaker}'\n\
         # the people\ncurl '{base}/v1/entities?kind=person'\n\
         # the API, in a browser: {base}/docs\n\n\
         The service goes on; Ctrl-C stops it.\n"
    )
}

fn quote(quote: &Value, names: &Names) -> [String; 5] {
    let label = || quote["speaker_label"].as_str().unwrap_or("-").to_owned();
    let speaker = quote["speaker_id"].as_str().and_then(|id| names.get(id)).map(|(_, name)| name.clone());
    let spans = list(&quote["spans"]).map(span).collect::<Vec<_>>().join(", ");
    let word = |member| text(quote, member).to_owned();
    [speaker.unwrap_or_else(label), word("speaker_status"), word("kind"), spans, one_line(text(quote, "text"))]
}

/// A row for each entity, in order of their first mention, and one more for what humans found of it.
fn mentions(article: &Value, names: &Names) -> Vec<[String; 5]> {
    let mut rows: BTreeMap<(u64, bool), Vec<&Value>> = BTreeMap::new();
    let mut first: HashMap<&str, u64> = HashMap::new();
    for mention in list(&article["mentions"]) {
        let start = mention["start"].as_u64().unwrap_or_default();
        let name = mention["entity_id"].as_str().unwrap_or(text(mention, "exact"));
        let place = *first.entry(name).or_insert(start);
        rows.entry((place, mention["origin"] == "human")).or_default().push(mention);
    }
    let head = ["NAME", "KIND", "FOUND BY", "SPANS", "PRINTED"].map(str::to_owned);
    let row = |(_, mentions): (_, Vec<&Value>)| {
        let entity = mentions[0]["entity_id"].as_str().and_then(|id| names.get(id)).cloned();
        let (kind, name) = entity.unwrap_or_else(|| ("-".to_owned(), one_line(text(mentions[0], "exact"))));
        let mut printed: Vec<String> = mentions.iter().map(|mention| one_line(text(mention, "exact"))).collect();
        printed.dedup();
        let spans = mentions.iter().map(|mention| span(mention)).collect::<Vec<_>>().join(", ");
        [name, kind, text(mentions[0], "origin").to_owned(), spans, printed.join(", ")]
    };
    std::iter::once(head).chain(rows.into_iter().map(row)).collect()
}

fn span(value: &Value) -> String {
    format!("{}-{}", value["start"], value["end"])
}

fn text<'a>(record: &'a Value, member: &str) -> &'a str {
    record[member].as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_what_makes_a_wire_text_hard() {
        let mut lines = BODY.lines().filter(|line| !line.is_empty());
        assert_eq!(lines.next(), lines.next());
        for mark in ["«\u{a0}", "\u{a0}»", "«\u{202f}", "\u{202f}»", "[…]", "\nTrois jours de mer\n", CORRECTION.0]
        {
            assert!(BODY.contains(mark), "{mark:?}");
        }
    }
}
