//! Did anyone say this? Quotes in the same words, and quotes in words much like them.
//!
//! The same words are found by their cluster. For those that are alike, the index of the full text finds quotes that
//! have some of the rarest words, which are then compared closely: nothing that grows with the texts is kept for it. Very common
//! words are looked for among the newest quotes alone.

use super::complete;
use super::row::QuoteRow;
use crate::annotate::language;
use crate::domain::QuoteStatus;
use crate::domain::quote::{self, MatchKind, QuoteMatch, QuoteMatchQuery};
use crate::domain::text_diff::{alike, differences, trigrams};
use crate::schema::quotes;
use crate::store::Result;
use crate::store::fulltext::{Collection, Statistics, VECTOR};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Nullable, Text, Uuid as SqlUuid};
use std::collections::HashMap;
use uuid::Uuid;

/// Quotes with some of the words that are compared closely.
const COMPARED: i32 = 500;
/// Words by which quotes are looked for.
const WORDS: usize = 8;
/// Words that are looked for however common they are: the rarest may be a typo.
const AT_LEAST: usize = 3;
/// Entries of the index that are read for the others, about.
const ENTRIES: f64 = 30_000.0;
/// Where those have more entries than this, the commonest are looked for among so many of the newest quotes: two lists of half
/// a million take longer to read than these.
const MANY_ENTRIES: f64 = 10.0 * ENTRIES;
const NEWEST: i32 = 10_000;
/// The code points of a quote that are compared.
const LENGTH: usize = 5_000;

/// The quotes that match a text, the closest first. Rejected quotes are left out.
///
/// # Errors
/// Only the database's own.
pub fn matching(conn: &mut PgConnection, statistics: &Statistics, query: &QuoteMatchQuery) -> Result<Vec<QuoteMatch>> {
    let Some((canonical, cluster)) = quote::canonical(&query.text) else { return Ok(Vec::new()) };
    let mut found: Vec<(MatchKind, f64, Uuid)> = Vec::new();
    for (id, text) in in_cluster(conn, cluster, query)? {
        let kind = if text.trim() == query.text.trim() { MatchKind::Exact } else { MatchKind::Canonical };
        found.push((kind, 1.0, id));
    }
    if found.len() < query.limit {
        let given = trigrams(&canonical);
        let mut best: HashMap<Option<Uuid>, (f64, Uuid)> = HashMap::new();
        for candidate in with_rare_words(conn, statistics, cluster, query)? {
            let score = alike(&given, &trigrams(&candidate.canonical_text));
            // Of the same words elsewhere, the newest record of them stands for all.
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

/// The quotes of a cluster, those in exactly these words first, then the newest.
fn in_cluster(conn: &mut PgConnection, cluster: Uuid, asked: &QuoteMatchQuery) -> Result<Vec<(Uuid, String)>> {
    let mut query = quotes::table
        .filter(quotes::cluster_id.eq(cluster))
        .filter(quotes::status.ne(QuoteStatus::Rejected))
        .order((quotes::text.eq(asked.text.trim()).desc(), quotes::published_desc.desc(), quotes::id.desc()))
        .limit(i64::try_from(asked.limit).unwrap_or(i64::MAX))
        .select((quotes::id, quotes::text))
        .into_boxed::<Pg>();
    if let Some(speaker) = asked.speaker {
        query = query.filter(quotes::speaker_id.eq(speaker));
    }
    if let Some(language) = &asked.language {
        query = query.filter(quotes::language.eq(language.clone()));
    }
    Ok(query.load(conn)?)
}

#[derive(QueryableByName)]
struct Candidate {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    cluster_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    canonical_text: String,
}

/// Quotes that have two of the rarest words, or the one there is.
fn with_rare_words(
    conn: &mut PgConnection,
    statistics: &Statistics,
    cluster: Uuid,
    query: &QuoteMatchQuery,
) -> Result<Vec<Candidate>> {
    let language = query.language.as_deref().unwrap_or_else(|| language::detect(&query.text));
    let (words, rare) = rare_words(conn, statistics, language, &query.text)?;
    let asked = "cluster_id <> $3 AND status <> 'rejected' AND ($4 OR speaker_id = $5) AND ($6 = '' OR language = $6)";
    let newest =
        format!("(SELECT * FROM quotes WHERE {asked} ORDER BY published_desc DESC, id DESC LIMIT {NEWEST}) AS newest");
    let having = |query: &str, quotes: &str| {
        format!(
            "(SELECT id, cluster_id, canonical_text FROM {quotes} WHERE vector @@ {query}::tsquery AND {asked} LIMIT $7)"
        )
    };
    let (among_all, among_newest) = (any_two(&words[..rare]), any_two(&words).filter(|_| rare < words.len()));
    let candidates =
        [among_all.as_ref().map(|_| having("$1", "quotes")), among_newest.as_ref().map(|_| having("$2", &newest))];
    let candidates: Vec<String> = candidates.into_iter().flatten().collect();
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    // Planned for its words, and read before it is known whose they are: a speaker may have none of them.
    let rows = diesel::sql_query(format!(
        "WITH candidates AS MATERIALIZED ({})
        SELECT id, cluster_id, left(canonical_text, $8) AS canonical_text FROM candidates",
        candidates.join(" UNION ALL "),
    ))
    .bind::<Text, _>(among_all.unwrap_or_default())
    .bind::<Text, _>(among_newest.unwrap_or_default())
    .bind::<SqlUuid, _>(cluster)
    .bind::<Bool, _>(query.speaker.is_none())
    .bind::<Nullable<SqlUuid>, _>(query.speaker)
    .bind::<Text, _>(query.language.as_deref().unwrap_or_default())
    .bind::<Integer, _>(COMPARED)
    .bind::<Integer, _>(i32::try_from(LENGTH).unwrap_or(i32::MAX))
    .load(conn)?;
    Ok(rows)
}

/// The lexemes of a text that quotes are looked for by, the rarest first; and how many of these are not too common to be read.
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
    let sample = statistics.of(conn, Collection::Quotes)?;
    let entries = |lexeme: &String| match &sample {
        Some(sample) => sample.rows * sample.frequency(VECTOR, lexeme),
        None => 0.0,
    };
    let mut words: Vec<(f64, String)> = lexemes.into_iter().map(|lexeme| (entries(&lexeme), lexeme)).collect();
    // Among those that nothing is known of, long ones are the rarer.
    words.sort_by(|(a, a_word), (b, b_word)| a.total_cmp(b).then(b_word.len().cmp(&a_word.len())));
    let (mut read, mut rare) = (0.0, 0);
    let mut chosen = Vec::new();
    for (entries, word) in words.into_iter().take(WORDS) {
        read += entries;
        if chosen.len() >= AT_LEAST && read > ENTRIES {
            break;
        }
        rare += usize::from(read <= MANY_ENTRIES);
        chosen.push(word);
    }
    Ok((chosen, rare))
}

/// A tsquery for two of these words; for all when there are no three.
fn any_two(words: &[String]) -> Option<String> {
    let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    match &quoted[..] {
        [] => None,
        [one] => Some(one.clone()),
        [one, other] => Some(format!("{one} | {other}")),
        several => {
            let pairs = several.iter().enumerate().filter(|(at, _)| *at > 0);
            let pair = |(at, word): (usize, &String)| format!("({word} & ({}))", several[..at].join(" | "));
            Some(pairs.map(pair).collect::<Vec<_>>().join(" | "))
        }
    }
}

fn quoted(lexeme: &str) -> String {
    format!("'{}'", lexeme.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_two_words_are_asked_for_and_fewer_when_there_are_no_three() {
        let words = ["a", "b'c", "d"].map(str::to_owned);
        assert_eq!(any_two(&words[..0]), None);
        assert_eq!(any_two(&words[..1]).as_deref(), Some("'a'"));
        assert_eq!(any_two(&words[..2]).as_deref(), Some("'a' | 'b''c'"));
        assert_eq!(any_two(&words).as_deref(), Some("('b''c' & ('a')) | ('d' & ('a' | 'b''c'))"));
    }
}
