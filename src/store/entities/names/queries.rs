//! Queries for names. Each reads a bounded number of matches and returns the best ones.

use crate::domain::EntityKind;
use crate::domain::page::SetFilter;
use crate::store::Result;
use diesel::connection::Connection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Double, Integer, Nullable, Text, Uuid as SqlUuid};
use std::cmp::Reverse;
use uuid::Uuid;

/// Maximum number of matches that a query reads. If there are more, it also reads the matches among the most mentioned names.
const MAX_READ: i32 = 2_000;
/// Number of names that are searched as the most mentioned ones.
pub(super) const MOST_MENTIONED: i32 = 10_000;
/// Maximum number of words of a query that are searched. The longest words are used.
const MAX_WORDS: usize = 6;

/// The entities to search.
#[derive(Debug, Default)]
pub struct Scope<'a> {
    pub kind: SetFilter<EntityKind>,
    /// If given, only these entities are searched.
    pub include: Option<&'a [Uuid]>,
    /// These entities are not searched.
    pub exclude: &'a [Uuid],
}

/// A name that matches a query.
#[derive(Debug)]
pub(super) struct NameCandidate {
    pub(super) entity_id: Uuid,
    pub(super) position: i32,
    pub(super) name_key: String,
    pub(super) mentions: i64,
    /// The similarity to the query, 0 to 1.
    pub(super) similarity: f64,
}

/// Returns the words of a query that are searched, the longest first.
pub(super) fn words(key: &str) -> Vec<&str> {
    // The key of a name that is only punctuation is this punctuation, which may contain wildcards of LIKE.
    let mut words: Vec<&str> = key.split(' ').filter(|word| !word.contains(['%', '_', '\\'])).collect();
    words.sort_by_key(|word| Reverse(word.len()));
    words.dedup();
    words.truncate(MAX_WORDS);
    words
}

/// Returns the exclusive end of the range of names with a prefix. No letter sorts after the last code point.
pub(super) fn prefix_end(key: &str) -> String {
    format!("{key}{}", char::MAX)
}

/// Names with this prefix.
pub(super) fn with_prefix(key: &str) -> NameQuery {
    let query = NameQuery::new("name_key >= ", key).and("name_key < ", &prefix_end(key));
    // In order of name, so that names equal to the prefix are read first.
    NameQuery { read_order: " ORDER BY name_key", order: "(name_key = $1) DESC, weight DESC", ..query }
}

/// Names that contain all of these words, possibly inside longer words. Names with a word that begins with the longest of them
/// come first.
pub(super) fn containing(conn: &mut PgConnection, words: &[&str], scope: &Scope, limit: i32) -> Result<Matches> {
    let Some((longest, others)) = words.split_first() else { return Ok(Matches::default()) };
    let query = others.iter().fold(NameQuery::new("name_key LIKE ", &pattern(longest)), |query, word| {
        query.and("name_key LIKE ", &pattern(word))
    });
    let query = NameQuery {
        similarity: "(' ' || name_key LIKE '% ' || substr($1, 2))::integer",
        order: "similarity DESC, weight DESC",
        ..query
    };
    by_trigrams(conn, 1.0, |conn| query.load(conn, scope, limit))
}

/// The pattern of names that contain a word.
pub(super) fn pattern(word: &str) -> String {
    format!("%{word}%")
}

/// Runs a query that must use the trigram index. The planner of Postgres misestimates the frequency of words and would read the
/// whole table. `threshold` is the minimum word similarity of a match.
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

/// A query for names, and the order of its matches.
pub(super) struct NameQuery {
    /// Conditions on the columns of `entity_names`, with the values as `$1`, `$2`...
    conditions: String,
    values: Vec<String>,
    /// The order in which matches are read; empty for any order.
    read_order: &'static str,
    /// Whether the most mentioned names are searched too when there are more matches than are read.
    searches_most_mentioned: bool,
    similarity: &'static str,
    order: &'static str,
}

/// The best matches of a query.
#[derive(Debug, Default)]
pub(super) struct Matches {
    pub(super) best: Vec<NameCandidate>,
    /// Whether there are more matches.
    pub(super) is_truncated: bool,
    /// Whether a name of an entity of any kind equals the first value.
    pub(super) has_exact: bool,
}

impl NameQuery {
    /// Creates a query for names that match `condition` followed by the value.
    pub(super) fn new(condition: &str, value: &str) -> Self {
        Self {
            conditions: format!("{condition}$1"),
            values: vec![value.to_owned()],
            read_order: "",
            searches_most_mentioned: true,
            similarity: "0",
            order: "weight DESC",
        }
    }

    pub(super) fn and(mut self, condition: &str, value: &str) -> Self {
        self.values.push(value.to_owned());
        self.conditions += &format!(" AND {condition}${}", self.values.len());
        self
    }

    /// Orders matches by their similarity to the first value.
    pub(super) fn by_similarity(self) -> Self {
        let similarity = "(word_similarity($1, name_key) + similarity($1, name_key)) / 2";
        Self { searches_most_mentioned: false, similarity, order: "similarity DESC, weight DESC", ..self }
    }

    /// Adds the condition that one of these words is a word of the name.
    pub(super) fn and_any_word(mut self, words: &[String]) -> Self {
        let any: Vec<String> = words
            .iter()
            .map(|word| {
                self.values.push(word.clone());
                let n = self.values.len();
                // The trigram index serves the first condition.
                format!("name_key LIKE '%' || ${n} || '%' AND ' ' || name_key || ' ' LIKE '% ' || ${n} || ' %'")
            })
            .collect();
        self.conditions += &format!(" AND ({})", any.join(" OR "));
        self
    }

    /// Returns the best matches, at most `limit`, with one name per entity.
    ///
    /// Names are read before their kind is checked. Otherwise, a query for a rare kind could read a hundred thousand names without
    /// a match.
    pub(super) fn load(self, conn: &mut PgConnection, scope: &Scope, limit: i32) -> Result<Matches> {
        let Self { conditions, values, read_order, searches_most_mentioned, similarity, order } = self;
        let [kinds, no_kinds, include, exclude, read_at, mentioned_at, limit_at] =
            [1, 2, 3, 4, 5, 6, 7].map(|n| values.len() + n);
        let of_kind = format!("(kind = ANY (${kinds}) OR ${kinds} = '{{}}') AND kind <> ALL (${no_kinds})");
        let is_included = if scope.include.is_some() {
            format!("entity_id = ANY (${include})")
        } else {
            format!("${include} = '{{}}'")
        };
        let these = format!("{conditions} AND {is_included} AND entity_id <> ALL (${exclude})");
        let sql = format!(
            "WITH matching AS MATERIALIZED (
                SELECT entity_id, position, name_key, kind, weight, ({similarity})::double precision AS similarity
                FROM entity_names WHERE {these}{read_order} LIMIT ${read_at}
            ), extent AS MATERIALIZED (
                SELECT count(*) = ${read_at} AS is_truncated, coalesce(bool_or(name_key = $1), false) AS has_exact FROM matching
            ), most_mentioned AS MATERIALIZED (
                SELECT *, ({similarity})::double precision AS similarity FROM (
                    SELECT entity_id, position, name_key, kind, weight FROM entity_names
                    ORDER BY weight DESC LIMIT ${mentioned_at}
                ) AS names
                WHERE {searches_most_mentioned} AND (SELECT is_truncated FROM extent) AND {these} AND {of_kind} LIMIT ${limit_at}
            ), ranked AS (
                SELECT DISTINCT ON (entity_id) *
                FROM (SELECT * FROM matching WHERE {of_kind} UNION ALL SELECT * FROM most_mentioned) AS names
                ORDER BY entity_id, {order}, position
            )
            SELECT entity_id, coalesce(position, -1) AS position, coalesce(name_key, '') AS name_key,
                coalesce(mentions, 0) AS mentions, coalesce(similarity, 0) AS similarity,
                is_truncated OR (SELECT count(*) FROM ranked) > ${limit_at} AS is_truncated, has_exact
            FROM extent
            LEFT JOIN (SELECT * FROM ranked ORDER BY {order} LIMIT ${limit_at}) AS names ON true
            LEFT JOIN entity_counts USING (entity_id)"
        );
        let query =
            values.iter().fold(diesel::sql_query(sql).into_boxed(), |query, value| query.bind::<Text, _>(value));
        let rows: Vec<CandidateRow> = query
            .bind::<Array<Text>, _>(&scope.kind.include)
            .bind::<Array<Text>, _>(&scope.kind.exclude)
            .bind::<Array<SqlUuid>, _>(scope.include.unwrap_or_default())
            .bind::<Array<SqlUuid>, _>(scope.exclude)
            .bind::<Integer, _>(MAX_READ)
            .bind::<Integer, _>(MOST_MENTIONED)
            .bind::<Integer, _>(limit)
            .load(conn)?;
        let (is_truncated, has_exact) = rows.first().map_or((false, false), |row| (row.is_truncated, row.has_exact));
        Ok(Matches {
            best: rows.into_iter().filter_map(CandidateRow::into_candidate).collect(),
            is_truncated,
            has_exact,
        })
    }
}

/// A match. If there are no matches, the query returns one row without an entity.
#[derive(QueryableByName)]
struct CandidateRow {
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
    is_truncated: bool,
    #[diesel(sql_type = Bool)]
    has_exact: bool,
}

impl CandidateRow {
    fn into_candidate(self) -> Option<NameCandidate> {
        let Self { position, name_key, mentions, similarity, .. } = self;
        self.entity_id.map(|entity_id| NameCandidate { entity_id, position, name_key, mentions, similarity })
    }
}
