//! The queries for names: what matches, read within bounds, and the best of it.

use crate::domain::EntityKind;
use crate::domain::page::SetFilter;
use crate::store::Result;
use diesel::connection::Connection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Double, Integer, Nullable, Text, Uuid as SqlUuid};
use std::cmp::Reverse;
use uuid::Uuid;

/// Names of one tier that are read; of more, the best known are taken.
const READ: i32 = 2_000;
/// The names of the best known entities, which are looked through when a tier has more than it may read, and for common
/// words.
pub(super) const WELL_KNOWN: i32 = 10_000;
/// Words of the name asked for that are looked for; of more, the longest.
const WORDS: usize = 6;

/// Which entities may be found.
#[derive(Debug, Default)]
pub struct Among<'a> {
    pub kind: SetFilter<EntityKind>,
    /// Only these, when there is a list; and none of the others.
    pub include: Option<&'a [Uuid]>,
    pub exclude: &'a [Uuid],
}

/// A name that may be the one asked for.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) entity_id: Uuid,
    pub(super) position: i32,
    pub(super) name_key: String,
    pub(super) mentions: i64,
    /// 0 to 1.
    pub(super) similarity: f64,
}

/// The words of a folded name that are looked for.
pub(super) fn words(key: &str) -> Vec<&str> {
    // A name of signs alone is not folded, and has what patterns are made of.
    let mut words: Vec<&str> = key.split(' ').filter(|word| !word.contains(['%', '_', '\\'])).collect();
    words.sort_by_key(|word| Reverse(word.len()));
    words.dedup();
    words.truncate(WORDS);
    words
}

/// What comes after all names that begin like this: nothing that is a letter comes after the last code point.
pub(super) fn after_all(key: &str) -> String {
    format!("{key}{}", char::MAX)
}

pub(super) fn beginning(key: &str) -> Query {
    let query = Query::new("name_key >= ", key).and("name_key < ", &after_all(key));
    // Read in order, so that the exact ones are among those that are read.
    Query { sequence: " ORDER BY name_key", order: "(name_key = $1) DESC, weight DESC", ..query }
}

/// Names that have all of these words, if only inside of longer ones; those that have the longest at a word's beginning
/// come first.
pub(super) fn containing(conn: &mut PgConnection, words: &[&str], among: &Among, most: i32) -> Result<Names> {
    let Some((longest, others)) = words.split_first() else { return Ok(Names::default()) };
    let query = others
        .iter()
        .fold(Query::new("name_key LIKE ", &inside(longest)), |query, word| query.and("name_key LIKE ", &inside(word)));
    let query = Query {
        similarity: "(' ' || name_key LIKE '% ' || substr($1, 2))::integer",
        order: "similarity DESC, weight DESC",
        ..query
    };
    by_trigrams(conn, 1.0, |conn| query.load(conn, among, most))
}

pub(super) fn inside(word: &str) -> String {
    format!("%{word}%")
}

/// Runs a query for which only the index of trigrams will do; the planner takes words to be rarer or more common than
/// they are, and would read the whole table. `threshold` is the word similarity from which on a name comes near.
pub(super) fn by_trigrams<T>(
    conn: &mut PgConnection,
    threshold: f64,
    query: impl FnOnce(&mut PgConnection) -> Result<T>,
) -> Result<T> {
    conn.transaction(|conn| {
        diesel::sql_query(
            "SELECT set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true),
                set_config('pg_trgm.word_similarity_threshold', $1, true)",
        )
        .bind::<Text, _>(threshold.to_string())
        .execute(conn)?;
        query(conn)
    })
}

/// One tier's query: the names that match, and how they are weighed.
pub(super) struct Query {
    /// Of the columns of `entity_names`, with the values as `$1`, `$2`...
    conditions: String,
    values: Vec<String>,
    /// In what order names are read; no matter which when empty.
    sequence: &'static str,
    /// Whether the best known names are walked when more match.
    walk: bool,
    similarity: &'static str,
    order: &'static str,
}

/// The names that a query finds.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) best: Vec<Candidate>,
    /// More names match than were looked at.
    pub(super) is_cut: bool,
    /// Some entity bears exactly the first value, of whatever kind it is.
    pub(super) is_borne: bool,
}

impl Query {
    /// Names of which `condition` holds, which ends before its value.
    pub(super) fn new(condition: &str, value: &str) -> Self {
        Self {
            conditions: format!("{condition}$1"),
            values: vec![value.to_owned()],
            sequence: "",
            walk: true,
            similarity: "0",
            order: "weight DESC",
        }
    }

    pub(super) fn and(mut self, condition: &str, value: &str) -> Self {
        self.values.push(value.to_owned());
        self.conditions += &format!(" AND {condition}${}", self.values.len());
        self
    }

    /// The most alike to the first value first, whoever bears them.
    pub(super) fn by_likeness(self) -> Self {
        let similarity = "(word_similarity($1, name_key) + similarity($1, name_key)) / 2";
        Self { walk: false, similarity, order: "similarity DESC, weight DESC", ..self }
    }

    /// And one of these is a word of it.
    pub(super) fn and_any(mut self, words: &[String]) -> Self {
        let any: Vec<String> = words
            .iter()
            .map(|word| {
                self.values.push(word.clone());
                let place = self.values.len();
                // The first is found by its trigrams.
                format!("name_key LIKE '%' || ${place} || '%' AND ' ' || name_key || ' ' LIKE '% ' || ${place} || ' %'")
            })
            .collect();
        self.conditions += &format!(" AND ({})", any.join(" OR "));
        self
    }

    /// The `most` best of the names that match, one of each entity.
    ///
    /// Not cached, as its plan is to follow how common its words are. Names are read before their kind is looked at: of
    /// a rare kind there may be none among a hundred thousand.
    pub(super) fn load(self, conn: &mut PgConnection, among: &Among, most: i32) -> Result<Names> {
        let Self { conditions, values, sequence, walk, similarity, order } = self;
        let [kinds, no_kinds, any, none, read_at, known_at, most_at] = [1, 2, 3, 4, 5, 6, 7].map(|n| values.len() + n);
        let of_kind = format!("(kind = ANY (${kinds}) OR ${kinds} = '{{}}') AND kind <> ALL (${no_kinds})");
        let any =
            if among.include.is_some() { format!("entity_id = ANY (${any})") } else { format!("${any} = '{{}}'") };
        let these = format!("{conditions} AND {any} AND entity_id <> ALL (${none})");
        let sql = format!(
            "WITH matching AS MATERIALIZED (
                SELECT entity_id, position, name_key, kind, weight, ({similarity})::double precision AS similarity
                FROM entity_names WHERE {these}{sequence} LIMIT ${read_at}
            ), extent AS MATERIALIZED (
                SELECT count(*) = ${read_at} AS is_cut, coalesce(bool_or(name_key = $1), false) AS is_borne FROM matching
            ), known AS MATERIALIZED (
                SELECT *, ({similarity})::double precision AS similarity FROM (
                    SELECT entity_id, position, name_key, kind, weight FROM entity_names
                    ORDER BY weight DESC LIMIT ${known_at}
                ) AS names
                WHERE {walk} AND (SELECT is_cut FROM extent) AND {these} AND {of_kind} LIMIT ${most_at}
            ), weighed AS (
                SELECT DISTINCT ON (entity_id) *
                FROM (SELECT * FROM matching WHERE {of_kind} UNION ALL SELECT * FROM known) AS names
                ORDER BY entity_id, {order}, position
            )
            SELECT entity_id, coalesce(position, -1) AS position, coalesce(name_key, '') AS name_key,
                coalesce(mentions, 0) AS mentions, coalesce(similarity, 0) AS similarity,
                is_cut OR (SELECT count(*) FROM weighed) > ${most_at} AS is_cut, is_borne
            FROM extent
            LEFT JOIN (SELECT * FROM weighed ORDER BY {order} LIMIT ${most_at}) AS names ON true
            LEFT JOIN entity_counts USING (entity_id)"
        );
        let query =
            values.iter().fold(diesel::sql_query(sql).into_boxed(), |query, value| query.bind::<Text, _>(value));
        let rows: Vec<Row> = query
            .bind::<Array<Text>, _>(&among.kind.include)
            .bind::<Array<Text>, _>(&among.kind.exclude)
            .bind::<Array<SqlUuid>, _>(among.include.unwrap_or_default())
            .bind::<Array<SqlUuid>, _>(among.exclude)
            .bind::<Integer, _>(READ)
            .bind::<Integer, _>(WELL_KNOWN)
            .bind::<Integer, _>(most)
            .load(conn)?;
        let (is_cut, is_borne) = rows.first().map_or((false, false), |row| (row.is_cut, row.is_borne));
        Ok(Names { best: rows.into_iter().filter_map(Row::into_candidate).collect(), is_cut, is_borne })
    }
}

/// A name that matches; without an entity, only whether more match than were read.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    entity_id: Option<Uuid>,
    #[diesel(sql_type = Integer)]
    position: i32,
    #[diesel(sql_type = Text)]
    name_key: String,
    #[diesel(sql_type = BigInt)]
    mentions: i64,
    #[diesel(sql_type = Double)]
    similarity: f64,
    #[diesel(sql_type = Bool)]
    is_cut: bool,
    #[diesel(sql_type = Bool)]
    is_borne: bool,
}

impl Row {
    fn into_candidate(self) -> Option<Candidate> {
        let Self { position, name_key, mentions, similarity, .. } = self;
        self.entity_id.map(|entity_id| Candidate { entity_id, position, name_key, mentions, similarity })
    }
}
