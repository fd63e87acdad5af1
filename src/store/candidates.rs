//! The columns `candidates` and `candidate_scores` of mentions.
//!
//! The scores are beside the ids, so that merges and deletions change only the ids. A survivor has no score.

use crate::domain::mention::Candidate;
use serde_json::{Map, Value};
use uuid::Uuid;

/// The two columns.
pub struct CandidateColumns {
    /// In order of id; `None` without candidates.
    pub ids: Option<Vec<Option<Uuid>>>,
    /// By id; `None` if the candidates were not compared.
    pub scores: Option<Value>,
}

impl From<&[Candidate]> for CandidateColumns {
    fn from(candidates: &[Candidate]) -> Self {
        let mut ids: Vec<Uuid> = candidates.iter().map(|candidate| candidate.entity_id).collect();
        ids.sort_unstable();
        let score = |candidate: &Candidate| Some((candidate.entity_id.to_string(), candidate.score?.into()));
        let scores: Map<String, Value> = candidates.iter().filter_map(score).collect();
        Self {
            ids: (!ids.is_empty()).then(|| ids.into_iter().map(Some).collect()),
            scores: (!scores.is_empty()).then_some(Value::Object(scores)),
        }
    }
}

/// The candidates with their scores, the most probable first, then by id.
pub fn ranked(ids: impl IntoIterator<Item = Uuid>, scores: Option<&Value>) -> Vec<Candidate> {
    let score = |id: &Uuid| scores.and_then(|scores| scores.get(id.to_string())).and_then(Value::as_f64);
    let mut candidates: Vec<Candidate> =
        ids.into_iter().map(|id| Candidate { entity_id: id, score: score(&id) }).collect();
    let probability = |candidate: &Candidate| candidate.score.unwrap_or(-1.0);
    candidates.sort_by(|a, b| probability(b).total_cmp(&probability(a)).then(a.entity_id.cmp(&b.entity_id)));
    candidates
}
