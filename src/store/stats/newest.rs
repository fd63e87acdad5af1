//! Counts of the newest records that match, when no counts are kept that have the answer.

use super::{Counted, DISTINCT_REST, REST};
use crate::domain::Dimension;
use crate::domain::quote::QuoteFilter;
use crate::domain::stats::CountTarget;
use crate::store::page::{Predicate, from_pg_time};
use crate::store::search::Statistics;
use crate::store::statement::Statement;
use crate::store::walk::Placed;
use crate::store::{Result, articles, mentions, quotes};
use chrono::{DateTime, Utc};
use diesel::data_types::PgTimestamp;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

/// The beginning of a statement about the newest `window` records that match: `considered (id, unit, key,
/// published_desc)`, `unit` being what counts once where the same words do, and `edge (since, records)`.
///
/// When more match, what is considered is what was published after the first that is one too many: an answer that is exact
/// from a time on, which can be said, and listed.
///
/// # Errors
/// Only the database's own.
pub(in crate::store) fn considered(
    conn: &mut PgConnection,
    statistics: &Statistics,
    records: &CountTarget,
    key: &str,
    window: i64,
) -> Result<Statement> {
    let matching = match records {
        CountTarget::Articles(filter) => articles::list::newest(conn, statistics, filter, key, window + 1)?,
        CountTarget::Mentions(filter) => {
            of_table("mentions", "mentions.id", "mentions.id", key, mentions::list::matching(filter))
        }
        CountTarget::Quotes { filter, one_per_cluster } => {
            quotes::list::newest(conn, statistics, filter, *one_per_cluster, key, window + 1)?
        }
    };
    Ok(Statement::of("WITH matching AS MATERIALIZED (").then(matching).sql(format!(
        " ORDER BY published_desc DESC, id DESC LIMIT {window} + 1
        ), last AS MATERIALIZED (
            SELECT CASE WHEN count(*) > {window} THEN min(published_desc) END AS at FROM matching
        ), considered AS MATERIALIZED (
            SELECT matching.* FROM matching CROSS JOIN last WHERE last.at IS NULL OR matching.published_desc > last.at
        ), edge AS (
            SELECT CASE WHEN isfinite(last.at) THEN last.at + interval '1 microsecond'
                -- Of the undated, some are too many: then none is considered.
                WHEN last.at IS NOT NULL THEN '0001-01-01 00:00:00Z' END AS since,
                (SELECT count(*) FROM considered) AS records
            FROM last
        )"
    )))
}

/// A record that is counted, as `matching` has it.
#[derive(Debug, Queryable)]
pub(in crate::store) struct Unit {
    id: Uuid,
    unit: Uuid,
    key: String,
    published_desc: PgTimestamp,
}

impl Placed for Unit {
    fn place(&self) -> (Option<DateTime<Utc>>, Uuid) {
        (from_pg_time(self.published_desc), self.id)
    }
}

/// The records of a table for `matching`, that some conditions hold of.
pub(in crate::store) fn of_table<Source: 'static>(
    table: &str,
    id: &str,
    unit: &str,
    key: &str,
    conditions: Vec<Predicate<Source>>,
) -> Statement {
    Statement::of(format!(
        "SELECT {id} AS id, {unit} AS unit, {key} AS key, {table}.published_desc FROM {table} WHERE "
    ))
    .all_of(conditions)
}

/// CountTarget for `matching` that have been read already.
pub(in crate::store) fn of_units(units: Vec<Unit>) -> Statement {
    let times: Vec<_> = units.iter().map(|unit| unit.published_desc).collect();
    let (ids, of_same): (Vec<_>, Vec<_>) = units.iter().map(|unit| (unit.id, unit.unit)).unzip();
    Statement::of("SELECT * FROM unnest(")
        .value::<Array<SqlUuid>, _>(ids)
        .sql(", ")
        .value::<Array<SqlUuid>, _>(of_same)
        .sql(", ")
        .texts(units.into_iter().map(|unit| unit.key).collect())
        .sql(", ")
        .value::<Array<Timestamptz>, _>(times)
        .sql(") AS units (id, unit, key, published_desc)")
}

/// Keeps an entity that quotes are about to those that their filter names, if it names any.
pub(in crate::store) fn of_the_named(with: Statement, filter: &QuoteFilter, entity: &str) -> Statement {
    match filter.about.include.is_empty() {
        true => with,
        false => {
            let named = filter.about.include.iter().map(ToString::to_string).collect();
            with.sql(format!(" AND {entity} = ANY (")).texts(named).sql("::uuid[])")
        }
    }
}

/// The newest `window` records that match, with their keys.
///
/// # Errors
/// Only the database's own.
pub(super) fn counted(
    conn: &mut PgConnection,
    statistics: &Statistics,
    records: &CountTarget,
    by: Option<Dimension>,
    window: i64,
) -> Result<Counted> {
    let with = considered(conn, statistics, records, by.map_or("''", column), window)?;
    let with = match (by, records) {
        (Some(Dimension::About), CountTarget::Quotes { filter, .. }) => {
            let with = with.sql(
                ", keyed AS (
                    SELECT a.entity_id::text AS key, publication_day(c.published_desc) AS day, 1 AS n, unit
                    FROM considered c JOIN quote_about a ON a.quote_id = c.id WHERE true",
            );
            of_the_named(with, filter, "a.entity_id").sql(")")
        }
        _ => with.sql(", keyed AS (SELECT key, publication_day(published_desc) AS day, 1 AS n, unit FROM considered)"),
    };
    let one_per_cluster = matches!(records, CountTarget::Quotes { one_per_cluster: true, .. });
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
