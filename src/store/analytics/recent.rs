//! The newest matching records, for statistics that the rollups do not contain.

use crate::domain::Dimension;
use crate::domain::quote::QuoteFilter;
use crate::domain::stats::CountTarget;
use crate::store::counts::{KeyedCounts, UNRANKED};
use crate::store::fulltext::Statistics;
use crate::store::sql::Sql;
use crate::store::sql::access_path::AccessPath;
use crate::store::sql::filter::is_any;
use crate::store::{Connection, Result, articles, mentions, quotes};

/// Like [`UNRANKED`], but counts records with the same unit once.
const UNRANKED_UNITS: &str = "SELECT count(DISTINCT unit) AS n FROM keyed WHERE key NOT IN (SELECT key FROM ranked)";

/// Starts a statement about the newest `window` matching records, with the common table expressions
/// `recent (id, unit, key, published_desc)` and `coverage (since, records)`.
///
/// With `one_per_cluster`, records with the same unit count once. If more than `window` records match, `recent` contains only
/// those published after the first record outside of the window. So counts are exact from that time on, and a list from that
/// time on has the same records.
pub fn newest(
    conn: &mut Connection,
    statistics: &Statistics,
    records: &CountTarget,
    key: &str,
    window: i64,
) -> Result<Sql> {
    let matching = match records {
        CountTarget::Articles(filter) => articles::list::newest(conn, statistics, filter, key, window + 1)?,
        CountTarget::Mentions(filter) => Sql::new(format!(
            "SELECT mentions.id, mentions.id AS unit, {key} AS key, mentions.published_desc FROM mentions WHERE "
        ))
        .append(mentions::list::conditions(filter).conditions(&AccessPath::Planner)),
        CountTarget::Quotes { filter, one_per_cluster } => {
            quotes::list::newest(conn, statistics, filter, *one_per_cluster, key, window + 1)?
        }
    };
    Ok(Sql::new("WITH matching AS MATERIALIZED (").append(matching).sql(format!(
        " ORDER BY published_desc DESC, id DESC LIMIT {window} + 1
        ), beyond AS MATERIALIZED (
            SELECT CASE WHEN count(*) > {window} THEN min(published_desc) END AS at FROM matching
        ), recent AS MATERIALIZED (
            SELECT matching.* FROM matching CROSS JOIN beyond WHERE beyond.at IS NULL OR matching.published_desc > beyond.at
        ), coverage AS (
            SELECT CASE WHEN isfinite(beyond.at) THEN beyond.at + interval '1 microsecond'
                -- Some undated records are outside of the window, so no undated record is counted.
                WHEN beyond.at IS NOT NULL THEN '0001-01-01 00:00:00Z' END AS since,
                (SELECT count(*) FROM recent) AS records
            FROM beyond
        )"
    )))
}

/// Restricts the entities that quotes are about to those of the filter, if it includes any.
pub fn of_named_entities(with: Sql, filter: &QuoteFilter, entity: &str) -> Sql {
    match filter.about.include.is_empty() {
        true => with,
        false => with.sql(" AND ").append(is_any(entity, &filter.about.include)),
    }
}

/// The newest `window` matching records, counted by the values of a dimension.
pub fn keyed(
    conn: &mut Connection,
    statistics: &Statistics,
    records: &CountTarget,
    by: Option<Dimension>,
    window: i64,
) -> Result<KeyedCounts> {
    let with = newest(conn, statistics, records, by.map_or("''", column), window)?;
    let with = match (by, records) {
        (Some(Dimension::About), CountTarget::Quotes { filter, .. }) => {
            let with = with.sql(
                ", keyed AS (
                    SELECT a.entity_id::text AS key, publication_day(r.published_desc) AS day, 1 AS n, unit
                    FROM recent r JOIN quote_about a ON a.quote_id = r.id WHERE true",
            );
            of_named_entities(with, filter, "a.entity_id").sql(")")
        }
        _ => with.sql(", keyed AS (SELECT key, publication_day(published_desc) AS day, 1 AS n, unit FROM recent)"),
    };
    let one_per_cluster = matches!(records, CountTarget::Quotes { one_per_cluster: true, .. });
    let (count, total, others) = match one_per_cluster {
        true => ("count(DISTINCT unit)", "(SELECT count(DISTINCT unit) FROM recent)", UNRANKED_UNITS),
        false => ("count(*)", "(SELECT records FROM coverage)", UNRANKED),
    };
    Ok(KeyedCounts { with, count, total, others: (by != Some(Dimension::About)).then_some(others) })
}

/// The expression for the key of a record; the key is empty if the record has no value. [`keyed`] joins the keys of `About`.
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
