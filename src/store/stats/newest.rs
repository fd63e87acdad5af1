//! Counts of the newest records that match, when no counts are kept that have the answer.

use super::{Counted, DISTINCT_REST, REST};
use crate::domain::Dimension;
use crate::domain::stats::Records;
use crate::store::search::{self, Collection};
use crate::store::statement::Statement;
use crate::store::{Result, articles, mentions, quotes};
use diesel::pg::PgConnection;

/// The newest `window` records that match, with their keys.
///
/// When there are more, what is counted is what was published after the first that is not: an answer that is exact from
/// a time on, which can be said, and listed.
///
/// # Errors
/// Only the database's own.
pub fn counted(conn: &mut PgConnection, records: &Records, by: Option<Dimension>, window: i64) -> Result<Counted> {
    let key = by.map_or("''", column);
    let (table, unit, conditions) = match records {
        Records::Articles(filter) => {
            let reading = search::read(conn, Collection::Articles, filter.search.as_ref(), &filter.language)?;
            let conditions = articles::list::newest(filter, reading.as_ref());
            ("articles", "articles.id", Statement::default().all_of(conditions))
        }
        Records::Mentions(filter) => {
            ("mentions", "mentions.id", Statement::default().all_of(mentions::list::matching(filter)))
        }
        Records::Quotes { filter, .. } => {
            let reading = search::read(conn, Collection::Quotes, filter.search.as_ref(), &filter.language)?;
            let conditions = quotes::list::newest(filter, reading.as_ref());
            ("quotes", "coalesce(cluster_id, quotes.id)", Statement::default().all_of(conditions))
        }
    };
    let with = Statement::of(format!(
        "WITH matching AS MATERIALIZED (
            SELECT {table}.id, {unit} AS unit, {key} AS key, {table}.published_desc FROM {table} WHERE "
    ))
    .then(conditions)
    .sql(format!(
        " ORDER BY {table}.published_desc DESC, {table}.id DESC LIMIT {window} + 1
        ), last AS (
            SELECT CASE WHEN count(*) > {window} THEN min(published_desc) END AS at FROM matching
        ), considered AS MATERIALIZED (
            SELECT matching.* FROM matching CROSS JOIN last WHERE last.at IS NULL OR matching.published_desc > last.at
        ), edge AS (
            SELECT CASE WHEN isfinite(last.at) THEN last.at + interval '1 microsecond'
                -- Of the undated, some are not considered: then none is.
                WHEN last.at IS NOT NULL THEN '0001-01-01 00:00:00Z' END AS since,
                (SELECT count(*) FROM considered) AS records
            FROM last
        ), "
    ));
    let with = match (by, records) {
        (Some(Dimension::About), Records::Quotes { filter, .. }) => {
            let with = with.sql(
                "keyed AS (
                    SELECT a.entity_id::text AS key, publication_day(c.published_desc) AS day, 1 AS n, unit
                    FROM considered c JOIN quote_about a ON a.quote_id = c.id",
            );
            let with = match filter.about.any.is_empty() {
                true => with,
                false => {
                    let given = filter.about.any.iter().map(ToString::to_string).collect();
                    with.sql(" WHERE a.entity_id = ANY (").texts(given).sql("::uuid[])")
                }
            };
            with.sql(")")
        }
        _ => with.sql("keyed AS (SELECT key, publication_day(published_desc) AS day, 1 AS n, unit FROM considered)"),
    };
    let one_per_cluster = matches!(records, Records::Quotes { one_per_cluster: true, .. });
    Ok(Counted {
        with,
        count: if one_per_cluster { "count(DISTINCT unit)" } else { "count(*)" },
        total: if one_per_cluster {
            "(SELECT count(DISTINCT unit) FROM considered)"
        } else {
            "(SELECT records FROM edge)"
        },
        others: (by != Some(Dimension::About)).then_some(if one_per_cluster { DISTINCT_REST } else { REST }),
    })
}

/// The key of a record, empty when it has none. What a quote is about stands in a table of its own.
fn column(by: Dimension) -> &'static str {
    match by {
        Dimension::Language => "language",
        Dimension::Publisher => "coalesce(publisher, '')",
        Dimension::Section => "coalesce(section, '')",
        Dimension::Kind => "kind",
        Dimension::SpeakerStatus => "speaker_status",
        Dimension::Status => "status",
        Dimension::Cue => "coalesce(cue_lemma, '')",
        Dimension::Speaker => "coalesce(speaker_id::text, '')",
        Dimension::Entity => "coalesce(entity_id::text, '')",
        Dimension::About => "''",
    }
}
