//! The column `suggestion` of quotes and mentions: what a machine run finds instead of what a person decided.

use super::Result;
use crate::domain::span::Span;
use crate::domain::suggestion::Suggestion;
use crate::schema::entities;
use chrono::{DateTime, Utc};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Jsonb;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A suggestion as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
pub struct StoredSuggestion {
    entity_id: Option<Uuid>,
    speaker_label: Option<String>,
    text: String,
    spans: Vec<(i32, i32)>,
    confidence: f64,
    extractor: String,
    at: DateTime<Utc>,
    /// Whether a person has decided about the record since. Then it is no longer shown, and a run that finds the same again does not
    /// suggest it again.
    is_answered: bool,
}

impl StoredSuggestion {
    /// The suggestion, unless a person has answered it.
    pub fn shown(self) -> Option<Suggestion> {
        let Self { entity_id, speaker_label, text, spans, confidence, extractor, at, is_answered } = self;
        let spans = spans.into_iter().map(|(start, end)| Span { start, end }).collect();
        (!is_answered).then_some(Suggestion { entity_id, speaker_label, text, spans, confidence, extractor, at })
    }

    /// The suggestion after a decision of a person about its record.
    pub fn answered(self) -> Self {
        Self { is_answered: true, ..self }
    }

    /// The suggestion if a person has answered it. An open one is dropped by an edit of the article, which moves its spans, and by a run
    /// that does not find it again.
    pub fn unless_open(&self) -> Option<Self> {
        self.is_answered.then(|| self.clone())
    }
}

impl From<Suggestion> for StoredSuggestion {
    fn from(suggestion: Suggestion) -> Self {
        let Suggestion { entity_id, speaker_label, text, spans, confidence, extractor, at } = suggestion;
        let spans = spans.into_iter().map(|span| (span.start, span.end)).collect();
        Self { entity_id, speaker_label, text, spans, confidence, extractor, at, is_answered: false }
    }
}

/// The suggestion of a record after a run that `found` one or none. What is found again stays as it is, and so does an answered one,
/// which nobody sees, until another takes its place.
pub fn after_run(stored: Option<&StoredSuggestion>, found: Option<Suggestion>) -> Option<StoredSuggestion> {
    let found = found.map(StoredSuggestion::from);
    let same = |(stored, found): &(&StoredSuggestion, &StoredSuggestion)| {
        (stored.entity_id, &stored.text) == (found.entity_id, &found.text)
    };
    match stored.zip(found.as_ref()).filter(same) {
        Some((stored, _)) => Some(stored.clone()),
        None => found.or_else(|| stored.and_then(StoredSuggestion::unless_open)),
    }
}

/// Replaces the entities of suggestions by those that they were merged into, and removes the suggestions that no longer disagree
/// with their record, given by its entity and its words.
pub fn follow_merges<'a>(
    conn: &mut PgConnection,
    records: impl Iterator<Item = (&'a mut Option<Suggestion>, Option<Uuid>, &'a str)>,
) -> Result<()> {
    let suggested: Vec<_> = records.filter(|(suggestion, ..)| suggestion.is_some()).collect();
    let ids: BTreeSet<Uuid> = suggested.iter().filter_map(|(suggestion, ..)| suggestion.as_ref()?.entity_id).collect();
    let survivors: HashMap<Uuid, Uuid> = match ids.is_empty() {
        true => HashMap::new(),
        false => {
            let known = entities::table.filter(entities::id.eq_any(ids)).select((entities::id, entities::merged_into));
            let rows: Vec<(Uuid, Option<Uuid>)> = known.load(conn)?;
            rows.into_iter().map(|(id, merged_into)| (id, merged_into.unwrap_or(id))).collect()
        }
    };
    for (suggestion, entity, text) in suggested {
        *suggestion = suggestion
            .take()
            .map(|found| Suggestion { entity_id: found.entity_id.and_then(|id| survivors.get(&id).copied()), ..found })
            .filter(|found| found.disagrees_with(entity, text));
    }
    Ok(())
}

impl ToSql<Jsonb, Pg> for StoredSuggestion {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Jsonb, Pg>::to_sql(&serde_json::to_value(self)?, &mut out.reborrow())
    }
}

impl FromSql<Jsonb, Pg> for StoredSuggestion {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(serde_json::from_value(<Value as FromSql<Jsonb, Pg>>::from_sql(value)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(entity: u128) -> Suggestion {
        Suggestion {
            entity_id: Some(Uuid::from_u128(entity)),
            speaker_label: None,
            text: "Oui".to_owned(),
            spans: vec![Span { start: 0, end: 3 }],
            confidence: 0.5,
            extractor: "names 1".to_owned(),
            at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn an_answered_suggestion_is_not_made_again() {
        let answered = after_run(None, Some(found(1))).unwrap().answered();
        let again = after_run(Some(&answered), Some(Suggestion { confidence: 0.9, ..found(1) })).unwrap();
        assert_eq!((&again, again.clone().shown()), (&answered, None));
        assert_eq!(after_run(Some(&answered), Some(found(2))).unwrap().shown(), Some(found(2)));
        assert_eq!(after_run(Some(&answered), None), Some(answered));
        assert_eq!(after_run(after_run(None, Some(found(1))).as_ref(), None), None);
    }
}
