//! Finds quotes with the same words as a text, or with similar words.
//!
//! Quotes with the same words are found by their cluster. Candidates for similar words come from the full-text index. Quotes
//! that share most of the rarest words come first, and their trigrams are compared. Very common words are searched in the
//! newest quotes only.

use super::complete;
use super::row::QuoteRow;
use crate::domain::QuoteStatus;
use crate::domain::quote::{self, MatchKind, QuoteMatch, QuoteMatchQuery};
use crate::domain::text_diff::{differences, trigram_similarity, trigrams};
use crate::schema::quotes;
use crate::store::fulltext::{Collection, Statistics, VECTOR};
use crate::store::{Result, references};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Nullable, Text, Uuid as SqlUuid};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Maximum number of candidates whose trigrams are compared.
const MAX_CANDIDATES: i32 = 500;
/// Maximum number of words that candidates are searched by.
const MAX_WORDS: usize = 8;
/// Number of words that are searched even if they are common, because the rarest word may be a typo.
const MIN_WORDS: usize = 3;
/// Approximate maximum number of index entries that are read for the words, if there are more than [`MIN_WORDS`].
const MAX_ENTRIES: f64 = 30_000.0;
/// If the words have more index entries than this in total, the most common ones are searched in the [`NEWEST_QUOTES`] quotes only.
/// Reading two posting lists of half a million entries takes longer than reading those quotes.
const COMMON_ENTRIES: f64 = 10.0 * MAX_ENTRIES;
/// Number of newest quotes in which the most common words are searched.
const NEWEST_QUOTES: i32 = 10_000;
/// Maximum number of code points of a quote that are compared.
const COMPARED_LENGTH: i32 = 5_000;

/// The quotes that match a text, the most similar first, without rejected quotes. `language` is the language of the text.
pub fn matching(
    conn: &mut PgConnection,
    statistics: &Statistics,
    query: &QuoteMatchQuery,
    language: &str,
) -> Result<Vec<QuoteMatch>> {
    let Some((canonical, cluster)) = quote::canonical(&query.text) else { return Ok(Vec::new()) };
    let mut speaker: Vec<Uuid> = query.speaker.into_iter().collect();
    references::follow(conn, &mut [], &mut [&mut speaker])?;
    let query = &QuoteMatchQuery { speaker: speaker.pop(), ..query.clone() };
    let mut found: Vec<(MatchKind, f64, Uuid)> = Vec::new();
    for (id, text) in in_cluster(conn, cluster, query)? {
        let kind = if text.trim() == query.text.trim() { MatchKind::Exact } else { MatchKind::Canonical };
        found.push((kind, 1.0, id));
    }
    if found.len() < query.limit {
        let given = trigrams(&canonical);
        let mut best: HashMap<Option<Uuid>, (f64, Uuid)> = HashMap::new();
        for candidate in candidates(conn, statistics, cluster, query, language)? {
            let score = trigram_similarity(&given, &trigrams(&candidate.canonical_text));
            // The newest candidate represents its cluster.
            let entry = best.entry(candidate.cluster_id).or_insert((score, candidate.id));
            *entry = (score, entry.1.max(candidate.id));
        }
        found.extend(
            best.into_values()
                .filter(|(score, _)| *score >= query.threshold)
                .map(|(score, id)| (MatchKind::Fuzzy, score, id)),
        );
    }
    found.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(b.2.cmp(&a.2)));
    found.truncate(query.limit);
    let ids: Vec<Uuid> = found.iter().map(|(_, _, id)| *id).collect();
    let rows = quotes::table.filter(quotes::id.eq_any(ids)).select(QuoteRow::as_select()).load(conn)?;
    let mut quotes: HashMap<Uuid, _> = complete(conn, rows)?.into_iter().map(|quote| (quote.id, quote)).collect();
    let matches = found.into_iter().filter_map(|(kind, score, id)| {
        let quote = quotes.remove(&id)?;
        let differences = differences(&query.text, &quote.text);
        Some(QuoteMatch { kind, score, quote, differences })
    });
    Ok(matches.collect())
}

/// The quotes of a cluster: first those with the same text, then the newest.
fn in_cluster(conn: &mut PgConnection, cluster: Uuid, requested: &QuoteMatchQuery) -> Result<Vec<(Uuid, String)>> {
    let mut query = quotes::table
        .filter(quotes::cluster_id.eq(cluster))
        .filter(quotes::status.ne(QuoteStatus::Rejected))
        .order((quotes::text.eq(requested.text.trim()).desc(), quotes::published_desc.desc(), quotes::id.desc()))
        .limit(i64::try_from(requested.limit).unwrap_or(i64::MAX))
        .select((quotes::id, quotes::text))
        .into_boxed::<Pg>();
    if let Some(speaker) = requested.speaker {
        query = query.filter(quotes::speaker_id.eq(speaker));
    }
    if let Some(language) = &requested.language {
        query = query.filter(quotes::language.eq(language.clone()));
    }
    Ok(query.load(conn)?)
}

#[derive(QueryableByName)]
struct QuoteCandidate {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    cluster_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    canonical_text: String,
}

/// Quotes that share some of the rarest words with the text, those with the most shared words first.
fn candidates(
    conn: &mut PgConnection,
    statistics: &Statistics,
    cluster: Uuid,
    query: &QuoteMatchQuery,
    language: &str,
) -> Result<Vec<QuoteCandidate>> {
    let (words, rare) = rare_words(conn, statistics, language, &query.text)?;
    // Each step requires fewer of the words. Postgres runs a step only if the steps before it found too few quotes.
    let mut steps = shared_words(&words[..rare]);
    let among_newest = steps.len();
    steps.extend(shared_words(if rare < words.len() { &words } else { &[] }));
    let wanted = "cluster_id <> $2 AND status <> 'rejected' AND ($3 OR speaker_id = $4) AND ($5 = '' OR language = $5)";
    let newest = format!(
        "(SELECT * FROM quotes WHERE {wanted} ORDER BY published_desc DESC, id DESC LIMIT {NEWEST_QUOTES}) AS quotes"
    );
    let selects = (1..=steps.len()).map(|step| {
        let table = if step <= among_newest { "quotes" } else { &newest };
        format!(
            "(SELECT id, cluster_id, canonical_text FROM {table} WHERE vector @@ ($1::text[])[{step}]::tsquery AND {wanted}
                LIMIT {MAX_CANDIDATES})"
        )
    });
    let selects: Vec<String> = selects.collect();
    if selects.is_empty() {
        return Ok(Vec::new());
    }
    // Later steps find the quotes of earlier steps again, so this reads more rows than candidates are wanted.
    let rows: Vec<QuoteCandidate> = diesel::sql_query(format!(
        "WITH candidates AS MATERIALIZED ({})
        SELECT id, cluster_id, left(canonical_text, {COMPARED_LENGTH}) AS canonical_text FROM candidates
            LIMIT 2 * {MAX_CANDIDATES}",
        selects.join(" UNION ALL "),
    ))
    .bind::<Array<Text>, _>(steps)
    .bind::<SqlUuid, _>(cluster)
    .bind::<Bool, _>(query.speaker.is_none())
    .bind::<Nullable<SqlUuid>, _>(query.speaker)
    .bind::<Text, _>(query.language.as_deref().unwrap_or_default())
    .load(conn)?;
    let mut seen = HashSet::new();
    Ok(rows.into_iter().filter(|row| seen.insert(row.id)).take(MAX_CANDIDATES as usize).collect())
}

/// Queries for quotes with all of some words, with three quarters, with half, and with two of them.
///
/// If there are at most two words, the last query needs one of them.
fn shared_words(words: &[String]) -> Vec<String> {
    let all = words.len();
    let minimum = if all < 3 { 1 } else { 2 };
    let mut counts = vec![all, all * 3 / 4, all / 2, minimum];
    counts.retain(|count| (minimum..=all).contains(count));
    counts.dedup();
    let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    counts.into_iter().map(|count| at_least(count, &quoted)).collect()
}

/// A tsquery for at minimum `count` of these words.
fn at_least(count: usize, words: &[String]) -> String {
    match words {
        _ if count == 1 => format!("({})", words.join(" | ")),
        _ if count >= words.len() => format!("({})", words.join(" & ")),
        [first, rest @ ..] => format!("({first} & {} | {})", at_least(count - 1, rest), at_least(count, rest)),
        [] => String::new(),
    }
}

/// The lexemes of a text that candidates are searched by, the rarest first, and the number of those to search in all quotes.
fn rare_words(
    conn: &mut PgConnection,
    statistics: &Statistics,
    language: &str,
    text: &str,
) -> Result<(Vec<String>, usize)> {
    #[derive(QueryableByName)]
    struct Lexemes {
        #[diesel(sql_type = Array<Text>)]
        lexemes: Vec<String>,
    }
    let Lexemes { lexemes } = diesel::sql_query("SELECT tsvector_to_array(text_vector($1, $2)) AS lexemes")
        .bind::<Text, _>(language)
        .bind::<Text, _>(text)
        .get_result(conn)?;
    let stats = statistics.table_stats(conn, Collection::Quotes)?;
    let entries = |lexeme: &String| match &stats {
        Some(stats) => stats.rows * stats.frequency(VECTOR, lexeme),
        None => 0.0,
    };
    let mut words: Vec<(f64, String)> = lexemes.into_iter().map(|lexeme| (entries(&lexeme), lexeme)).collect();
    // Of words with the same frequency or without statistics, longer ones are assumed to be rarer.
    words.sort_by(|(a, a_word), (b, b_word)| a.total_cmp(b).then(b_word.len().cmp(&a_word.len())));
    let (mut read, mut rare) = (0.0, 0);
    let mut chosen = Vec::new();
    for (entries, word) in words.into_iter().take(MAX_WORDS) {
        read += entries;
        if chosen.len() >= MIN_WORDS && read > MAX_ENTRIES {
            break;
        }
        rare += usize::from(read <= COMMON_ENTRIES);
        chosen.push(word);
    }
    Ok((chosen, rare))
}

fn quoted(lexeme: &str) -> String {
    format!("'{}'", lexeme.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_requires_fewer_words() {
        let words = ["a", "b'c", "d", "e"].map(str::to_owned);
        assert_eq!(shared_words(&words[..0]), Vec::<String>::new());
        assert_eq!(shared_words(&words[..1]), ["('a')"]);
        assert_eq!(shared_words(&words[..2]), ["('a' & 'b''c')", "('a' | 'b''c')"]);
        assert_eq!(shared_words(&words[..3]), ["('a' & 'b''c' & 'd')", "('a' & ('b''c' | 'd') | ('b''c' & 'd'))"]);
        let of_four = shared_words(&words);
        assert_eq!(of_four.len(), 3);
        assert_eq!(of_four[0], "('a' & 'b''c' & 'd' & 'e')");
        assert_eq!(of_four[1], "('a' & ('b''c' & ('d' | 'e') | ('d' & 'e')) | ('b''c' & 'd' & 'e'))");
    }
}
