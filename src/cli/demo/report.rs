//! What the demo prints: quotes and names as tables, and the requests to continue with.

use super::api::{Api, list, text};
use super::error::DemoError;
use crate::table::{one_line, table};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Kind and name of each entity by its id.
pub(super) type Names = HashMap<String, (String, String)>;

/// The entities that are mentioned in articles or speak in them.
pub(super) fn entity_names(api: &Api, articles: &[Value]) -> Result<Names, DemoError> {
    let mut names = Names::new();
    for article in articles {
        let speakers = list(&article["quotes"]).filter_map(|quote| quote["speaker_id"].as_str());
        for id in list(&article["mentions"]).filter_map(|mention| mention["entity_id"].as_str()).chain(speakers) {
            if !names.contains_key(id) {
                let entity = api.get(&format!("/v1/entities/{id}"))?;
                names.insert(id.to_owned(), (text(&entity, "kind").to_owned(), text(&entity, "name").to_owned()));
            }
        }
    }
    Ok(names)
}

/// The quotes of each article, the names in the first, and commands to continue with.
pub(super) fn report(base: &str, articles: &[Value], names: &Names) -> String {
    let mut printed = String::new();
    for article in articles {
        let mut rows = vec![["SPEAKER", "STATUS", "KIND", "SPANS", "WORDS"].map(str::to_owned)];
        rows.extend(list(&article["quotes"]).map(|quote| quote_row(quote, names)));
        let date = text(article, "published_at").split('T').next().unwrap_or_default();
        printed +=
            &format!("\n{}\n({}, {date})\n\n{}", text(article, "headline"), text(article, "publisher"), table(&rows));
    }
    let Some(first) = articles.first() else { return printed };
    let speaker = list(&first["quotes"]).find_map(|quote| quote["speaker_id"].as_str()).unwrap_or_default();
    let speaker_name = names.get(speaker).map_or("the speaker", |(_, name)| name);
    let id = text(first, "id");
    printed
        + &format!(
            "\nNames in the first article:\n\n{}\n\
             Spans are code points of the body. Go on with:\n\n\
             # The first article with its quotes\ncurl '{base}/v1/articles/{id}?include=quotes'\n\
             # Quotes of {speaker_name}\ncurl '{base}/v1/quotes?speaker={speaker}'\n\
             # Entities related to {speaker_name}\ncurl '{base}/v1/entities/{speaker}/related'\n\
             # Quotes a month\ncurl '{base}/v1/stats/timeline?of=quotes&interval=month'\n\
             # The API in a browser: {base}/docs\n\n\
             The service keeps running; Ctrl-C stops it.\n",
            table(&mention_rows(first, names))
        )
}

fn quote_row(quote: &Value, names: &Names) -> [String; 5] {
    let label = || quote["speaker_label"].as_str().unwrap_or("-").to_owned();
    let speaker = quote["speaker_id"].as_str().and_then(|id| names.get(id)).map(|(_, name)| name.clone());
    let spans = list(&quote["spans"]).map(span).collect::<Vec<_>>().join(", ");
    let word = |member| text(quote, member).to_owned();
    [speaker.unwrap_or_else(label), word("speaker_status"), word("kind"), spans, one_line(text(quote, "text"))]
}

/// A row for each entity, in order of the first mention, with a separate row for mentions that a person added.
fn mention_rows(article: &Value, names: &Names) -> Vec<[String; 5]> {
    let mut rows: BTreeMap<(u64, bool), Vec<&Value>> = BTreeMap::new();
    let mut first_starts: HashMap<&str, u64> = HashMap::new();
    for mention in list(&article["mentions"]) {
        let start = mention["start"].as_u64().unwrap_or_default();
        let entity = mention["entity_id"].as_str().unwrap_or(text(mention, "exact"));
        let first_start = *first_starts.entry(entity).or_insert(start);
        rows.entry((first_start, mention["origin"] == "human")).or_default().push(mention);
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
