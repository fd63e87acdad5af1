//! Decides by context which of several entities with one name an article means.
//!
//! Each candidate gets a score of named parts. The best one is chosen if its score is high enough and far enough ahead of the second.
//! Otherwise the name keeps its candidates, with their scores.

use crate::domain::mention::{Candidate, Link};
use crate::domain::text::context_words;
use crate::store::sql::Sql;
use crate::store::{Result, judgements};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text, Uuid as SqlUuid};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Maximum number of candidates that are compared for one article. Names of more entities keep their candidates.
const MAX_COMPARED: usize = 100;
/// Maximum number of other entities of the article that are looked for in earlier articles.
const MAX_OTHERS: usize = 50;

/// Minimum score of the entity that is chosen.
const MIN_SCORE: f64 = 0.2;
/// Minimum lead over the second.
const MIN_LEAD: f64 = 0.15;
/// Score of the possibility that it is none of the candidates.
const UNKNOWN: f64 = 0.1;

/// What speaks for a candidate. Each part is between 0 and 1.
#[derive(Debug, Clone, Copy, Default)]
struct Evidence {
    /// A person linked the name to this entity elsewhere in the article.
    named_by_human: f64,
    /// Words of its description and its roles are next to the name.
    described: f64,
    /// Other entities of the article occur in its recent articles.
    co_mentioned: f64,
    /// Its recent articles are of the same publisher.
    published: f64,
    /// It has more of the recent mentions than the other candidates.
    frequent: f64,
}

impl Evidence {
    fn score(&self) -> f64 {
        self.named_by_human
            + 0.5 * self.described
            + 0.25 * self.co_mentioned
            + 0.15 * self.published
            + 0.1 * self.frequent
    }

    /// Whether this article itself speaks for the candidate, and not only its history.
    fn has_context(&self) -> bool {
        self.named_by_human + self.described + self.co_mentioned > 0.0
    }
}

/// Data about a candidate.
#[derive(Debug, Default, QueryableByName)]
struct Profile {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    /// The description and the roles.
    #[diesel(sql_type = Array<Text>)]
    descriptions: Vec<String>,
    /// The number of recent mentions.
    #[diesel(sql_type = BigInt)]
    mentions: i64,
    /// The number of recent articles.
    #[diesel(sql_type = BigInt)]
    articles: i64,
    /// The number of those of the article's publisher.
    #[diesel(sql_type = BigInt)]
    of_publisher: i64,
    /// The number of other entities of the article that occur in those.
    #[diesel(sql_type = BigInt)]
    co_mentioned: i64,
    #[diesel(sql_type = Bool)]
    named_by_human: bool,
}

/// Where names are printed, as far as it is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place<'a> {
    pub article: Option<Uuid>,
    pub publisher: Option<&'a str>,
}

/// Links names with several candidates to the one that the context supports, or else gives the candidates their scores. `contexts` has
/// the words near each name.
pub fn decide(conn: &mut PgConnection, place: Place, contexts: &[BTreeSet<String>], linked: &mut [Link]) -> Result<()> {
    let open = linked.iter().filter(|link| is_open(link));
    let candidates: BTreeSet<Uuid> =
        open.flat_map(|link| &link.candidates).map(|candidate| candidate.entity_id).collect();
    if candidates.is_empty() || candidates.len() > MAX_COMPARED {
        return Ok(());
    }
    let candidates: Vec<Uuid> = candidates.into_iter().collect();
    let others: BTreeSet<Uuid> = linked.iter().filter_map(|link| link.entity).take(MAX_OTHERS).collect();
    let profiles = profiles(conn, place, &candidates, &others)?;
    let judged = judgements::among(conn, &candidates)?;
    for (link, near) in linked.iter_mut().zip(contexts).filter(|(link, _)| is_open(link)) {
        let ranked = rank(link, &profiles, near, others.len());
        match choose(&ranked, &judged) {
            Some((id, doubt)) => *link = Link { entity: Some(id), doubt, ..Link::default() },
            None => link.candidates = scored(&ranked),
        }
    }
    Ok(())
}

/// The candidates with the probability of each. The rest is the probability that it is none of them.
fn scored(ranked: &[(Uuid, Evidence)]) -> Vec<Candidate> {
    let all: f64 = ranked.iter().map(|(_, evidence)| evidence.score()).sum();
    let score = |evidence: &Evidence| rounded_score(evidence.score() / (all + UNKNOWN));
    ranked.iter().map(|(id, evidence)| Candidate { entity_id: *id, score: Some(score(evidence)) }).collect()
}

/// Rounds a score to three decimals.
fn rounded_score(score: f64) -> f64 {
    (score * 1000.0).round() / 1000.0
}

/// Whether a name has several candidates, all of which are known.
fn is_open(link: &Link) -> bool {
    link.candidates.len() > 1 && link.candidate_count == link.candidates.len()
}

/// The candidates with their evidence, the best first.
fn rank(
    link: &Link,
    profiles: &HashMap<Uuid, Profile>,
    near: &BTreeSet<String>,
    others: usize,
) -> Vec<(Uuid, Evidence)> {
    let unknown = Profile::default();
    let ids: Vec<Uuid> = link.candidates.iter().map(|candidate| candidate.entity_id).collect();
    let profile = |id: &Uuid| profiles.get(id).unwrap_or(&unknown);
    let descriptions: Vec<BTreeSet<String>> =
        ids.iter().map(|id| profile(id).descriptions.iter().flat_map(|text| context_words(text)).collect()).collect();
    let mentions: i64 = ids.iter().map(|id| profile(id).mentions).sum();
    let mut ranked: Vec<(Uuid, Evidence)> = ids
        .iter()
        .zip(&descriptions)
        .map(|(id, description)| {
            let profile = profile(id);
            // Words that describe all candidates do not tell them apart.
            let is_distinctive = |word: &&String| !descriptions.iter().all(|other| other.contains(*word));
            let described = description.intersection(near).filter(is_distinctive).count();
            let evidence = Evidence {
                named_by_human: f64::from(u8::from(profile.named_by_human)),
                described: share(described as i64, 2),
                co_mentioned: share(profile.co_mentioned, others.min(3) as i64),
                published: share(profile.of_publisher, profile.articles),
                frequent: share(profile.mentions, mentions),
            };
            (*id, evidence)
        })
        .collect();
    ranked.sort_by(|(_, a), (_, b)| b.score().total_cmp(&a.score()));
    ranked
}

/// A part of a whole, from 0 to 1; 0 of nothing.
fn share(part: i64, whole: i64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64).min(1.0) }
}

/// The entity that is chosen, with the probability that it is another one. `None` if the evidence does not suffice.
///
/// If a person judged the first two to be different, history alone does not suffice.
fn choose(ranked: &[(Uuid, Evidence)], judged: &[[Uuid; 2]]) -> Option<(Uuid, f32)> {
    let [(first, best), (second, next), ..] = ranked else { return None };
    let (score, lead) = (best.score(), best.score() - next.score());
    let is_judged = judged.contains(&[*first.min(second), *first.max(second)]);
    if score < MIN_SCORE || lead < MIN_LEAD || (is_judged && !best.has_context()) {
        return None;
    }
    let doubt = 1.0 - score / (score + next.score() + UNKNOWN);
    Some((*first, doubt as f32))
}

/// Reads the profiles of candidates: what their newest 100 mentions in other articles say.
fn profiles(
    conn: &mut PgConnection,
    place: Place,
    candidates: &[Uuid],
    others: &BTreeSet<Uuid>,
) -> Result<HashMap<Uuid, Profile>> {
    let article = place.article.unwrap_or_default();
    let rows: Vec<Profile> = Sql::new(
        "SELECT e.id,
            array_remove(array(
                SELECT name FROM entity_aliases WHERE entity_id = e.id AND kind IN ('role', 'periphrasis')) || e.description, NULL)
                AS descriptions,
            r.mentions, cardinality(r.articles)::bigint AS articles, r.of_publisher,
            (SELECT count(DISTINCT m.entity_id) FROM mentions AS m
                WHERE m.article_id = ANY (r.articles) AND m.entity_id <> e.id AND m.entity_id = ANY (",
    )
    .bind(others.iter().copied().collect::<Vec<_>>())
    .sql(")) AS co_mentioned, EXISTS (SELECT FROM mentions WHERE origin = 'human' AND entity_id = e.id AND article_id = ")
    .bind(article)
    .sql(
        ") AS named_by_human
        FROM entities AS e
        CROSS JOIN LATERAL (
            SELECT count(*) AS mentions, coalesce(array_agg(DISTINCT article_id), '{}') AS articles,
                count(DISTINCT article_id) FILTER (WHERE publisher = ",
    )
    .bind(place.publisher.unwrap_or_default().to_owned())
    .sql(
        ") AS of_publisher
            FROM (
                SELECT article_id, publisher FROM mentions WHERE entity_id = e.id AND article_id <> ",
    )
    .bind(article)
    .sql(
        " ORDER BY published_desc DESC, article_id DESC LIMIT 100
            ) AS newest
        ) AS r
        WHERE e.id = ANY (",
    )
    .bind(candidates.to_vec())
    .sql(")")
    .rows(conn)?;
    Ok(rows.into_iter().map(|profile| (profile.id, profile)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: [Uuid; 2] = [Uuid::from_u128(1), Uuid::from_u128(2)];

    fn ranked(best: Evidence, next: Evidence) -> Vec<(Uuid, Evidence)> {
        vec![(PAIR[1], best), (PAIR[0], next)]
    }

    #[test]
    fn without_evidence_nobody_is_chosen() {
        let none = Evidence::default();
        assert_eq!(choose(&ranked(none, none), &[]), None);
        let equal = Evidence { described: 1.0, co_mentioned: 1.0, ..none };
        assert_eq!(choose(&ranked(equal, equal), &[]), None);
    }

    #[test]
    fn a_choice_is_the_surer_the_more_speaks_for_it() {
        let history = Evidence { published: 1.0, frequent: 1.0, ..Evidence::default() };
        let more = Evidence { described: 1.0, ..history };
        let doubts = [history, more].map(|best| choose(&ranked(best, Evidence::default()), &[]).unwrap().1);
        assert!(doubts[1] < doubts[0] && doubts[0] < 0.3 && doubts[1] > 0.05, "{doubts:?}");
    }

    #[test]
    fn scores_leave_room_for_somebody_else() {
        let evidence = Evidence { described: 1.0, ..Evidence::default() };
        let scores = scored(&ranked(evidence, Evidence::default())).into_iter().map(|candidate| candidate.score);
        assert_eq!(scores.collect::<Vec<_>>(), [Some(0.833), Some(0.0)]);
    }

    #[test]
    fn history_alone_does_not_tell_judged_entities_apart() {
        let history = Evidence { published: 1.0, frequent: 1.0, ..Evidence::default() };
        assert_eq!(choose(&ranked(history, Evidence::default()), &[PAIR]), None);
        let met = Evidence { co_mentioned: 1.0, ..history };
        assert_eq!(choose(&ranked(met, Evidence::default()), &[PAIR]).unwrap().0, PAIR[1]);
    }
}
