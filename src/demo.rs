//! A first look at the service: stores a sample article through its HTTP API, and shows who said what in it.

mod sample;

use sample::{BODY, ENTITIES, EXTERNAL_ID, PUBLISHER, QUOTES, SCHEME};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};
use ureq::http::Request;

/// How long the service may take to become ready: its database may have to come up first.
const READY_LIMIT: Duration = Duration::from_secs(60);
/// For one request.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

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

/// Puts the sample into the service at `address`, what is there already excepted, reads it back and prints it.
/// Blocks.
///
/// # Errors
/// When the service refuses something, or does not answer.
pub fn run(address: SocketAddr) -> Result<(), DemoError> {
    let api = Api::new(address);
    api.wait_until_ready()?;
    let (id, found) = store(&api)?;
    let article = api.get(&format!("/v1/articles/{id}?include=mentions,quotes"))?;
    let speakers = names(&api, &article)?;
    let text = report(&api.base, &article, &speakers, found);
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

/// Stores what is missing. Answers the article's id, and whether the article was there already.
fn store(api: &Api) -> Result<(String, bool), DemoError> {
    let query = format!("/v1/articles?external_id={EXTERNAL_ID}&publisher={}", PUBLISHER.replace(' ', "%20"));
    let found = api.get(&query)?["items"][0]["id"].as_str().map(str::to_owned);
    let was_there = found.is_some();
    let id = match found {
        Some(id) => id,
        None => id_of(&api.post("/v1/articles", &sample::article())?),
    };
    let article = api.get(&format!("/v1/articles/{id}?include=mentions,quotes"))?;
    // Somebody has edited it: our spans are not about that text.
    if article["body"] == BODY {
        let entities = store_entities(api)?;
        store_mentions(api, &article, &entities)?;
        store_quotes(api, &article, &entities)?;
    }
    Ok((id, was_there))
}

type Ids = HashMap<&'static str, Value>;

fn store_entities(api: &Api) -> Result<Ids, DemoError> {
    let mut ids = Ids::new();
    for entity in ENTITIES {
        let found = api.get(&format!("/v1/entities?identifier={SCHEME}:{}", entity.key))?;
        let id = match &found["items"][0]["id"] {
            Value::Null => api.post("/v1/entities", &entity.body())?["id"].clone(),
            id => id.clone(),
        };
        ids.insert(entity.key, id);
    }
    Ok(ids)
}

fn store_mentions(api: &Api, article: &Value, entities: &Ids) -> Result<(), DemoError> {
    let path = format!("/v1/articles/{}/mentions", id_of(article));
    for entity in ENTITIES {
        for (words, occurrence, kind) in entity.mentions {
            let mut mention = sample::span(words, *occurrence);
            let is_there = |one: &&Value| one["start"] == mention["start"] && one["end"] == mention["end"];
            if list(&article["mentions"]).find(is_there).is_none() {
                mention["entity_id"] = entities[entity.key].clone();
                mention["kind"] = json!(kind);
                api.post(&path, &mention)?;
            }
        }
    }
    Ok(())
}

fn store_quotes(api: &Api, article: &Value, entities: &Ids) -> Result<(), DemoError> {
    for quote in QUOTES {
        if !list(&article["quotes"]).any(|one| one["text"] == quote.text()) {
            let speaker = quote.speaker.map(|key| &entities[key]);
            api.post("/v1/quotes", &quote.body(&article["id"], speaker))?;
        }
    }
    Ok(())
}

/// The names of the speakers that are entities.
fn names(api: &Api, article: &Value) -> Result<HashMap<String, String>, DemoError> {
    let mut names = HashMap::new();
    for id in list(&article["quotes"]).filter_map(|quote| quote["speaker_id"].as_str()) {
        if !names.contains_key(id) {
            let entity = api.get(&format!("/v1/entities/{id}"))?;
            names.insert(id.to_owned(), entity["name"].as_str().unwrap_or_default().to_owned());
        }
    }
    Ok(names)
}

/// Who said what, and how to go on.
fn report(base: &str, article: &Value, names: &HashMap<String, String>, found: bool) -> String {
    let headline = article["headline"].as_str().unwrap_or_default();
    let state = if found { "was here already: found again by its external_id" } else { "is stored" };
    let mut rows = vec![["SPEAKER", "STATUS", "KIND", "SPANS", "WORDS"].map(str::to_owned)];
    rows.extend(list(&article["quotes"]).map(|quote| row(quote, names)));
    let rows = table(&rows);
    let id = id_of(article);
    let speaker = list(&article["quotes"]).find_map(|quote| quote["speaker_id"].as_str()).unwrap_or_default();
    let name = names.get(speaker).map_or("somebody", String::as_str);
    format!(
        "\n{headline}\n({PUBLISHER}; the article {state})\n\n{rows}\n\
         Spans are code points of the article's body. Go on with:\n\n\
         # the article with its quotes\ncurl '{base}/v1/articles/{id}?include=quotes'\n\
         # what {name} said\ncurl '{base}/v1/quotes?speaker={speaker}'\n\
         # the people\ncurl '{base}/v1/entities?kind=person'\n\
         # the API, in a browser: {base}/docs\n\n\
         The service goes on; Ctrl-C stops it.\n"
    )
}

fn row(quote: &Value, names: &HashMap<String, String>) -> [String; 5] {
    let text = |member: &str| quote[member].as_str().unwrap_or_default().to_owned();
    let name = quote["speaker_id"].as_str().and_then(|id| names.get(id)).cloned();
    let speaker = name.unwrap_or_else(|| quote["speaker_label"].as_str().unwrap_or("-").to_owned());
    let spans = list(&quote["spans"]).map(|span| format!("{}-{}", span["start"], span["end"]));
    [speaker, text("speaker_status"), text("kind"), spans.collect::<Vec<_>>().join(", "), text("text")]
}

/// Columns as wide as their widest cell; the last one is not filled up.
fn table(rows: &[[String; 5]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let [a, b, c, d] = [0, 1, 2, 3].map(width);
    let line = |[speaker, status, kind, spans, words]: &[String; 5]| {
        format!("{speaker:<a$}  {status:<b$}  {kind:<c$}  {spans:<d$}  {words}\n")
    };
    rows.iter().map(line).collect()
}

fn id_of(record: &Value) -> String {
    record["id"].as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A client of the service.
struct Api {
    agent: ureq::Agent,
    base: String,
}

impl Api {
    fn new(address: SocketAddr) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(REQUEST_LIMIT));
        Self {
            agent: config.proxy(None).build().into(),
            base: format!("http://{}", crate::healthcheck::reachable(address)),
        }
    }

    fn wait_until_ready(&self) -> Result<(), DemoError> {
        let begun = Instant::now();
        loop {
            match self.get("/readyz") {
                Ok(_) => return Ok(()),
                Err(error) if begun.elapsed() > READY_LIMIT => return Err(DemoError::NotReady(error.to_string())),
                Err(_) => thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    fn get(&self, path: &str) -> Result<Value, DemoError> {
        self.send("GET", path, ())
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, DemoError> {
        self.send("POST", path, body.to_string())
    }

    fn send(&self, method: &str, path: &str, body: impl ureq::AsSendBody) -> Result<Value, DemoError> {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        let request = request.header("content-type", "application/json").body(body).map_err(ureq::Error::from)?;
        let mut answer = self.agent.run(request)?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer.body_mut().read_json()?);
        }
        let body = answer.body_mut().read_to_string()?;
        Err(DemoError::Refused { request: format!("{method} {path}"), status: status.as_u16(), body })
    }
}
