//! Queues changes for the webhooks that they match.

use super::deliveries;
use super::row::WebhookRow;
use crate::domain::change::{Change, ChangeFilter, ChangePosition};
use crate::domain::search::Search;
use crate::domain::webhook::{ChangeContext, Webhook, WebhookSettings};
use crate::domain::{ChangedResource, new_id};
use crate::schema::{articles, quotes, reviews, webhooks};
use crate::store::changes::{self, After};
use crate::store::sql::Sql;
use crate::store::{Error, Result, references};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

/// Changes that are queued in one transaction.
const BATCH: i64 = 500;

/// The result of a round of queuing.
#[derive(Debug, Clone, Copy)]
pub struct Queued {
    /// Whether any webhook is enabled.
    pub has_webhooks: bool,
    /// Whether more changes are ready.
    pub has_more: bool,
}

/// Queues the next changes for each webhook. Skips webhooks for which another instance is doing so.
///
/// # Errors
/// Only those of the database.
pub fn queue_changes(conn: &mut PgConnection) -> Result<Queued> {
    let ids: Vec<Uuid> =
        webhooks::table.filter(webhooks::enabled).order(webhooks::id).select(webhooks::id).load(conn)?;
    let mut queued = Queued { has_webhooks: !ids.is_empty(), has_more: false };
    for id in ids {
        queued.has_more |= conn.transaction(|conn| queue_for(conn, id))?;
    }
    Ok(queued)
}

/// Queues the next changes for a webhook; true when there may be more.
fn queue_for(conn: &mut PgConnection, id: Uuid) -> Result<bool> {
    let found: Option<(WebhookRow, String)> = webhooks::table
        .find(id)
        .filter(webhooks::enabled)
        .select((WebhookRow::as_select(), webhooks::cursor))
        .for_update()
        .skip_locked()
        .first(conn)
        .optional()?;
    let Some((row, cursor)) = found else { return Ok(false) };
    let webhook = Webhook::from(row);
    let after = ChangePosition::parse(&cursor).map_or(After::Now, After::Position);
    let page = match changes::read(conn, after, &ChangeFilter::default(), BATCH) {
        // After a restore, or when the service was down for longer than changes are kept.
        Err(Error::ChangesRemoved) => {
            log::warn!("webhook {id} has missed changes that were removed");
            let begin = changes::now(conn)?;
            return set_cursor(conn, id, begin).map(|()| false);
        }
        page => page?,
    };
    let Some(last) = page.items.last().map(|change| change.position) else { return Ok(false) };
    let mut settings = webhook.settings;
    references::follow(conn, &mut [&mut settings.speakers], &mut [])?;
    let matching = matching(conn, &settings, page.items)?;
    deliveries::insert(conn, id, matching.iter().map(message))?;
    set_cursor(conn, id, last)?;
    Ok(page.has_more)
}

fn set_cursor(conn: &mut PgConnection, id: Uuid, cursor: ChangePosition) -> Result<()> {
    diesel::update(webhooks::table.find(id)).set(webhooks::cursor.eq(cursor.to_string())).execute(conn)?;
    Ok(())
}

/// The changes that a webhook gets.
fn matching(conn: &mut PgConnection, settings: &WebhookSettings, changes: Vec<Change>) -> Result<Vec<Change>> {
    let publishers: HashMap<Uuid, Option<String>> = match settings.publishers.is_empty() {
        true => HashMap::new(),
        false => {
            let ids: Vec<Uuid> = changes.iter().filter_map(|change| change.article_id).collect();
            let found = articles::table.filter(articles::id.eq_any(ids));
            found.select((articles::id, articles::publisher)).load(conn)?.into_iter().collect()
        }
    };
    let of = |resource| {
        let of_resource = changes.iter().filter(move |change| change.resource == resource);
        of_resource.map(|change| change.record_id).collect::<Vec<_>>()
    };
    let found = match settings.search.as_deref().map(Search::parse) {
        Some(Ok(search)) => found(conn, &search, of(ChangedResource::Quote), of(ChangedResource::Review))?,
        _ => HashMap::new(),
    };
    let mut speakers: HashMap<Uuid, Option<Uuid>> = HashMap::new();
    if !settings.speakers.is_empty() {
        let by_quote = quotes::table.filter(quotes::id.eq_any(of(ChangedResource::Quote)));
        speakers.extend(by_quote.select((quotes::id, quotes::speaker_id)).load::<(Uuid, Option<Uuid>)>(conn)?);
        let by_review = reviews::table
            .inner_join(quotes::table.on(quotes::id.eq(reviews::quote_id)))
            .filter(reviews::id.eq_any(of(ChangedResource::Review)));
        speakers.extend(by_review.select((reviews::id, quotes::speaker_id)).load::<(Uuid, Option<Uuid>)>(conn)?);
    }
    let is_sent = |change: &Change| {
        let context = ChangeContext {
            publisher: change.article_id.and_then(|article| publishers.get(&article).cloned()),
            speaker: speakers.get(&change.record_id).copied(),
            matches_search: found.get(&change.record_id).copied(),
        };
        settings.matches(change, &context)
    };
    Ok(changes.into_iter().filter(is_sent).collect())
}

/// Whether each of these quotes, and the quote of each of these reviews, matches a search.
fn found(
    conn: &mut PgConnection,
    search: &Search,
    quotes: Vec<Uuid>,
    reviews: Vec<Uuid>,
) -> Result<HashMap<Uuid, bool>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        record_id: Uuid,
        #[diesel(sql_type = Bool)]
        is_match: bool,
    }
    let rows: Vec<Found> = Sql::new("WITH changed (record_id, quote_id) AS (SELECT id, id FROM unnest(")
        .bind(quotes)
        .sql(") AS id UNION ALL SELECT id, quote_id FROM reviews WHERE id = ANY (")
        .bind(reviews)
        .sql(")) SELECT record_id, vector @@ websearch_to_tsquery(search_config(language), ")
        .bind(search.as_str().to_owned())
        .sql(") AS is_match FROM changed JOIN quotes ON quotes.id = changed.quote_id")
        .rows(conn)?;
    Ok(rows.into_iter().map(|row| (row.record_id, row.is_match)).collect())
}

/// The id and the body of the message about a change.
fn message(change: &Change) -> (Uuid, String) {
    let Change { position, at, actor, action, resource, record_id, article_id, version } = change;
    let body = json!({
        "type": format!("{}.{}", resource.as_str(), action.as_str()),
        "timestamp": at,
        "data": {
            "id": position.to_string(), "at": at, "actor": actor, "action": action, "resource": resource,
            "record_id": record_id, "article_id": article_id, "version": version,
        },
    });
    (new_id(), body.to_string())
}
