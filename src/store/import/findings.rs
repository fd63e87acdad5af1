//! Mentions and quotes of an article that is imported.

use crate::domain::import::{ArticleRecord, ClaimReviewRecord, EntityRef, FindingHistory, MentionRecord, QuoteRecord};
use crate::domain::review::Review;
use crate::domain::span::Span;
use crate::domain::text::Body;
use crate::domain::{FieldError, MentionStatus, new_id};
use crate::schema::{mentions as mention_table, quotes as quote_table};
use crate::store::candidates::CandidateColumns;
use crate::store::mentions::row::InsertedMention;
use crate::store::quotes::row::InsertedQuote;
use crate::store::spans::SpanList;
use crate::store::{Error, Resource, Result, about, article_text, mentions, quotes, references, rows, tombstones};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Creates or changes the mentions and quotes of a record. Returns whether anything changed.
///
/// # Errors
/// Faults at the members of the record.
pub fn import(
    conn: &mut PgConnection,
    article: Uuid,
    record: &ArticleRecord,
    keys: &HashMap<String, Uuid>,
    actor: Option<&str>,
) -> Result<bool> {
    if record.mentions.is_empty() && record.quotes.is_empty() {
        return Ok(false);
    }
    let references = References::resolve(conn, record, keys)?;
    let Some(text) = article_text::lock(conn, article)? else {
        return tombstones::missing(conn, Resource::Article, article);
    };
    let body = Body::new(&text.body);
    let earlier = record.history.iter().flat_map(|history| &history.earlier);
    let earlier: HashMap<i32, Body> = earlier.map(|text| (text.body_version, Body::new(&text.body))).collect();
    let texts = Texts { version: text.version, body: &body, earlier };
    let mentions = import_mentions(conn, article, &texts, &record.mentions, &references.of_mentions)?;
    let quotes = import_quotes(conn, article, &texts, (&record.quotes, &references.of_quotes), actor)?;
    if mentions.created || quotes.created {
        mentions::record_changes_in(conn, article)?;
        about::refresh(conn, &[article])?;
    }
    Ok(mentions.created || mentions.changed || quotes.created || quotes.changed)
}

/// Whether mentions or quotes were created or changed.
#[derive(Default)]
struct Done {
    created: bool,
    changed: bool,
}

/// The texts that spans refer to.
struct Texts<'a> {
    version: i32,
    body: &'a Body<'a>,
    /// Earlier texts that are restored, by version.
    earlier: HashMap<i32, Body<'a>>,
}

impl Texts<'_> {
    /// The text of a record: the current one, unless its history names another.
    fn of(&self, history: Option<&FindingHistory>) -> Result<(i32, &Body<'_>)> {
        match history {
            Some(history) if history.body_version != self.version => {
                let text = self.earlier.get(&history.body_version);
                let text = text.ok_or_else(|| Error::field("/body_version", "there is no such text"))?;
                Ok((history.body_version, text))
            }
            _ => Ok((self.version, self.body)),
        }
    }
}

/// The entities of the mentions and quotes of a record, in their order.
struct References {
    of_mentions: Vec<Option<Uuid>>,
    of_quotes: Vec<Option<Uuid>>,
}

impl References {
    fn resolve(conn: &mut PgConnection, record: &ArticleRecord, keys: &HashMap<String, Uuid>) -> Result<Self> {
        let given = || {
            let mentions = record.mentions.iter().map(|mention| mention.entity.as_ref());
            mentions.chain(record.quotes.iter().map(|quote| quote.speaker.as_ref())).flatten()
        };
        let ids: HashSet<Uuid> =
            given().filter_map(|given| if let EntityRef::Id(id) = given { Some(*id) } else { None }).collect();
        // An entity of the record may be a stored one that was merged.
        let known = references::survivors(conn, ids.into_iter().chain(keys.values().copied()))?;
        let mut faults = Vec::new();
        let mut resolve = |given: Option<&EntityRef>, pointer: String| match given? {
            EntityRef::Id(id) if known.contains_key(id) => known.get(id).copied(),
            EntityRef::Id(_) => {
                faults.push(FieldError::new(format!("{pointer}_id"), "there is no such entity"));
                None
            }
            EntityRef::Key(key) => {
                let id = keys.get(key).and_then(|id| known.get(id)).copied();
                if id.is_none() {
                    faults.push(FieldError::new(pointer, "is not the key of an entity of this record"));
                }
                id
            }
        };
        let mentions = record.mentions.iter().enumerate();
        let of_mentions = mentions
            .map(|(index, mention)| resolve(mention.entity.as_ref(), format!("/mentions/{index}/entity")))
            .collect();
        let quotes = record.quotes.iter().enumerate();
        let of_quotes =
            quotes.map(|(index, quote)| resolve(quote.speaker.as_ref(), format!("/quotes/{index}/speaker"))).collect();
        if faults.is_empty() { Ok(Self { of_mentions, of_quotes }) } else { Err(Error::Invalid(faults)) }
    }
}

/// A row that is restored, with its version and times.
#[derive(Serialize)]
struct Restored<R> {
    #[serde(flatten)]
    row: R,
    version: i32,
    #[serde(serialize_with = "rows::time")]
    created_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "rows::time")]
    updated_at: Option<DateTime<Utc>>,
}

impl<R> Restored<R> {
    fn new(row: R, history: &FindingHistory) -> Self {
        let (created_at, updated_at) = (Some(history.record.created_at), Some(history.record.updated_at));
        Self { row, version: history.record.version, created_at, updated_at }
    }
}

/// Inserts rows, those that are restored with their histories.
fn insert<R: Serialize>(conn: &mut PgConnection, table: &str, rows: Vec<(R, Option<&FindingHistory>)>) -> Result<()> {
    let (mut new, mut restored) = (Vec::new(), Vec::new());
    for (row, history) in rows {
        match history {
            None => new.push(row),
            Some(history) => restored.push(Restored::new(row, history)),
        }
    }
    rows::insert_below_articles(conn, table, &new)?;
    rows::insert_below_articles(conn, table, &restored)
}

fn import_mentions(
    conn: &mut PgConnection,
    article: Uuid,
    texts: &Texts,
    records: &[MentionRecord],
    entities: &[Option<Uuid>],
) -> Result<Done> {
    let stored: Vec<(Uuid, i32, i32)> = mention_table::table
        .filter(mention_table::article_id.eq(article))
        .order(mention_table::id)
        .select((mention_table::id, mention_table::span_start, mention_table::span_end))
        .load(conn)?;
    let ids: HashSet<Uuid> = stored.iter().map(|(id, ..)| *id).collect();
    let mut places: HashMap<Span, Uuid> = HashMap::new();
    for (id, start, end) in stored {
        places.entry(Span { start, end }).or_insert(id);
    }
    check_ids(conn, Resource::Mention, "mentions", records.iter().map(|record| record.id), &ids)?;
    let (mut rows, mut reviews, mut done, mut given) = (Vec::new(), Vec::new(), Done::default(), HashSet::new());
    for (index, (record, entity)) in records.iter().zip(entities).enumerate() {
        let place = format!("/mentions/{index}");
        if record.id.is_none() && !given.insert(record.new.span) {
            return Err(Error::field(place, GIVEN_TWICE));
        }
        let known = match record.id {
            Some(id) => Some(id).filter(|id| ids.contains(id)),
            None => places.get(&record.new.span).copied(),
        };
        if let Some(id) = known {
            done.changed |= change_mention(conn, id, record, *entity).map_err(|error| error.inside(&place))?;
            continue;
        }
        let row = new_mention(article, texts, record, *entity).map_err(|error| error.inside(&place))?;
        let review = |review| OfMention { mention_id: row.id, review: RestoredReview::new(article, review) };
        reviews.extend(record.reviews.iter().map(review));
        rows.push((row, record.history.as_ref()));
    }
    done.created = !rows.is_empty();
    insert(conn, "mentions", rows)?;
    rows::insert(conn, "mention_reviews", &reviews)?;
    Ok(done)
}

fn new_mention<'a>(
    article: Uuid,
    texts: &Texts,
    record: &'a MentionRecord,
    entity: Option<Uuid>,
) -> Result<InsertedMention<'a>> {
    let history = record.history.as_ref();
    let (version, body) = texts.of(history)?;
    let mut columns = mentions::columns(version, body, &record.new)?;
    columns.entity_id = entity;
    columns.status = record.status.unwrap_or(columns.status);
    if columns.status == MentionStatus::Rejected && entity.is_some() {
        return Err(Error::field("/status", "a rejected mention has no entity"));
    }
    if let Some(FindingHistory { anchor, candidates, candidate_count, suggestion, .. }) = history {
        columns.anchor = *anchor;
        let candidates = CandidateColumns::from(&candidates[..]);
        (columns.candidates, columns.candidate_scores) = (candidates.ids, candidates.scores);
        columns.candidate_count = *candidate_count;
        columns.suggestion = suggestion.clone().map(Into::into);
    }
    let id = record.id.unwrap_or_else(new_id);
    Ok(InsertedMention { id, article_id: article, extractor: record.new.extractor.as_deref(), columns })
}

/// Whether the record changes a stored mention.
fn change_mention(conn: &mut PgConnection, id: Uuid, record: &MentionRecord, entity: Option<Uuid>) -> Result<bool> {
    if entity.is_none() {
        return Ok(false);
    }
    let by_id = mention_table::table.filter(mention_table::id.eq(id));
    let version: i32 = by_id.select(mention_table::version).first(conn)?;
    Ok(mentions::update(conn, id, &None, &record.to_patch(entity))?.version != version)
}

/// Without ids, it is not known which of two at the same place is meant.
const GIVEN_TWICE: &str = "is given twice";

fn import_quotes(
    conn: &mut PgConnection,
    article: Uuid,
    texts: &Texts,
    (records, speakers): (&[QuoteRecord], &[Option<Uuid>]),
    actor: Option<&str>,
) -> Result<Done> {
    let stored: Vec<(Uuid, SpanList)> = quote_table::table
        .filter(quote_table::article_id.eq(article))
        .order(quote_table::id)
        .select((quote_table::id, quote_table::spans))
        .load(conn)?;
    let ids: HashSet<Uuid> = stored.iter().map(|(id, _)| *id).collect();
    let mut places: HashMap<Vec<Span>, Uuid> = HashMap::new();
    for (id, spans) in stored {
        places.entry(spans.0).or_insert(id);
    }
    check_ids(conn, Resource::Quote, "quotes", records.iter().map(|record| record.id), &ids)?;
    let (mut rows, mut reviews, mut claim_reviews, mut done) = (Vec::new(), Vec::new(), Vec::new(), Done::default());
    let mut given = HashSet::new();
    for (index, (record, speaker)) in records.iter().zip(speakers).enumerate() {
        let place = format!("/quotes/{index}");
        if let Some(id) = record.id.filter(|id| ids.contains(id)) {
            done.changed |= change_quote(conn, id, record, *speaker, actor).map_err(|error| error.inside(&place))?;
            continue;
        }
        let row = new_quote(article, texts, record, *speaker).map_err(|error| error.inside(&place))?;
        if record.id.is_none() && !given.insert(row.columns.spans.0.clone()) {
            return Err(Error::field(place, GIVEN_TWICE));
        }
        let known = places.get(&row.columns.spans.0).copied().filter(|_| record.id.is_none());
        match known {
            Some(id) => {
                done.changed |=
                    change_quote(conn, id, record, *speaker, actor).map_err(|error| error.inside(&place))?;
            }
            None => {
                let review = |review| OfQuote { quote_id: row.id, review: RestoredReview::new(article, review) };
                reviews.extend(record.reviews.iter().map(review));
                let claim_review = |review| RestoredClaimReview::new((article, row.id), review);
                claim_reviews.extend(record.claim_reviews.iter().map(claim_review));
                rows.push((row, record.history.as_ref()));
            }
        }
    }
    done.created = !rows.is_empty();
    insert(conn, "quotes", rows)?;
    rows::insert(conn, "reviews", &reviews)?;
    rows::insert(conn, "claim_reviews", &claim_reviews)?;
    Ok(done)
}

fn new_quote<'a>(
    article: Uuid,
    texts: &Texts,
    record: &'a QuoteRecord,
    speaker: Option<Uuid>,
) -> Result<InsertedQuote<'a>> {
    let history = record.history.as_ref();
    let (version, body) = texts.of(history)?;
    let new = record.to_new(article, speaker);
    let mut columns = quotes::columns(version, body, &new)?;
    if let Some(history) = history {
        columns.anchor = history.anchor;
        columns.suggestion = history.suggestion.clone().map(Into::into);
    }
    let id = record.id.unwrap_or_else(new_id);
    Ok(InsertedQuote {
        id,
        article_id: article,
        origin: record.origin,
        extractor: record.extractor.as_deref(),
        columns,
    })
}

/// Whether the record changes a stored quote.
fn change_quote(
    conn: &mut PgConnection,
    id: Uuid,
    record: &QuoteRecord,
    speaker: Option<Uuid>,
    actor: Option<&str>,
) -> Result<bool> {
    let by_id = quote_table::table.filter(quote_table::id.eq(id));
    let version: i32 = by_id.select(quote_table::version).first(conn)?;
    Ok(quotes::update(conn, id, &None, &record.to_patch(speaker), actor)?.version != version)
}

/// Refuses ids of records of another article, of deleted records, and ids that are given twice.
fn check_ids(
    conn: &mut PgConnection,
    resource: Resource,
    member: &str,
    given: impl Iterator<Item = Option<Uuid>>,
    stored: &HashSet<Uuid>,
) -> Result<()> {
    let given: Vec<(usize, Uuid)> = given.enumerate().filter_map(|(index, id)| Some((index, id?))).collect();
    let new: Vec<Uuid> = given.iter().map(|(_, id)| *id).filter(|id| !stored.contains(id)).collect();
    let taken: HashSet<Uuid> = tombstones::taken(conn, resource, &new)?;
    let mut seen = HashSet::new();
    let fault = |(index, id): &(usize, Uuid)| {
        let detail = match (seen.insert(*id), taken.contains(id)) {
            (false, _) => GIVEN_TWICE,
            (_, true) => "is of another article, or of a deleted record",
            _ => return None,
        };
        Some(FieldError::new(format!("/{member}/{index}/id"), detail))
    };
    let faults: Vec<FieldError> = given.iter().filter_map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// A review that is restored.
#[derive(Serialize)]
struct RestoredReview<'a> {
    id: Uuid,
    article_id: Uuid,
    actor: Option<&'a str>,
    action: crate::domain::ReviewAction,
    before: &'a Option<serde_json::Value>,
    after: &'a Option<serde_json::Value>,
    note: Option<&'a str>,
    #[serde(serialize_with = "rows::time")]
    at: Option<DateTime<Utc>>,
}

impl<'a> RestoredReview<'a> {
    fn new(article_id: Uuid, review: &'a Review) -> Self {
        Self {
            id: review.id,
            article_id,
            actor: review.actor.as_deref(),
            action: review.action,
            before: &review.from,
            after: &review.to,
            note: review.note.as_deref(),
            at: Some(review.at),
        }
    }
}

#[derive(Serialize)]
struct OfQuote<'a> {
    quote_id: Uuid,
    #[serde(flatten)]
    review: RestoredReview<'a>,
}

#[derive(Serialize)]
struct OfMention<'a> {
    mention_id: Uuid,
    #[serde(flatten)]
    review: RestoredReview<'a>,
}

/// A claim review that is restored.
#[derive(Serialize)]
struct RestoredClaimReview<'a> {
    id: Uuid,
    #[serde(serialize_with = "rows::time")]
    created_at: Option<DateTime<Utc>>,
    actor: Option<&'a str>,
    quote_id: Uuid,
    article_id: Uuid,
    publisher: &'a str,
    url: &'a str,
    rating: &'a str,
    title: Option<&'a str>,
    date: Option<NaiveDate>,
}

impl<'a> RestoredClaimReview<'a> {
    fn new((article_id, quote_id): (Uuid, Uuid), review: &'a ClaimReviewRecord) -> Self {
        Self {
            id: review.id,
            created_at: Some(review.created_at),
            actor: review.actor.as_deref(),
            quote_id,
            article_id,
            publisher: &review.new.publisher,
            url: &review.new.url,
            rating: &review.new.rating,
            title: review.new.title.as_deref(),
            date: review.new.date,
        }
    }
}
