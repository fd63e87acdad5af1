//! Records to be imported: articles with what was found in them, and entities.

use super::article::{ArticlePatch, NewArticle};
use super::claim_review::NewClaimReview;
use super::entity::{EntityPatch, NewEntity};
use super::judgement::Judgement;
use super::mention::{Candidate, MentionPatch, NewMention};
use super::merge::{Merge, MergeSource, MoveList};
use super::quote::{NewQuote, Quote, QuotePatch};
use super::review::Review;
use super::split::Split;
use super::suggestion::Suggestion;
use super::{
    Anchor, DeletedResource, FieldError, MentionStatus, Origin, QuoteKind, QuoteStatus, ReviewAction, SpeakerStatus,
};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use uuid::Uuid;

/// A record of an import.
#[derive(Debug, Clone)]
pub enum ImportRecord {
    Article(Box<ArticleRecord>),
    Entity(Box<EntityRecord>),
    Quote(Box<ReviewedQuote>),
    Judgement(Judgement),
    Split(Split),
    Merge(Merge, Vec<MergeSource>),
    Moves(MoveList),
    Deleted(DeletedRecord),
}

/// An article with its entities, mentions and quotes. Absent members leave those of a stored article as they are.
#[derive(Debug, Clone, Default)]
pub struct ArticleRecord {
    pub id: Option<Uuid>,
    pub article: ArticlePatch,
    pub entities: Vec<EntityRecord>,
    pub mentions: Vec<MentionRecord>,
    pub quotes: Vec<QuoteRecord>,
    pub history: Option<ArticleHistory>,
}

/// An entity. Absent members leave those of a stored entity as they are.
#[derive(Debug, Clone, Default)]
pub struct EntityRecord {
    pub id: Option<Uuid>,
    /// Its key in the record of an article.
    pub key: Option<String>,
    pub entity: EntityPatch,
    pub merged_into: Option<Uuid>,
    pub history: Option<History>,
}

/// An entity that a mention or a quote refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityRef {
    Id(Uuid),
    /// The key of an entity of the same record.
    Key(String),
}

/// A mention. It is the stored one with its id, or else the one with its span.
#[derive(Debug, Clone)]
pub struct MentionRecord {
    pub id: Option<Uuid>,
    pub entity: Option<EntityRef>,
    /// Without its entity.
    pub new: NewMention,
    /// That of a mention of this origin when absent.
    pub status: Option<MentionStatus>,
    pub reviews: Vec<Review>,
    pub history: Option<FindingHistory>,
}

/// A quote. It is the stored one with its id, or else the one with its spans.
#[derive(Debug, Clone)]
pub struct QuoteRecord {
    pub id: Option<Uuid>,
    pub speaker: Option<EntityRef>,
    /// Without its speaker.
    pub quote: QuotePatch,
    pub origin: Origin,
    pub extractor: Option<String>,
    pub history: Option<FindingHistory>,
    pub reviews: Vec<Review>,
    pub claim_reviews: Vec<ClaimReviewRecord>,
}

/// A claim review that is restored with its quote.
#[derive(Debug, Clone)]
pub struct ClaimReviewRecord {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    pub actor: Option<String>,
    pub new: NewClaimReview,
}

/// A stored quote as it was exported, with the decisions of a reviewer. Absent members leave the quote as it is.
#[derive(Debug, Clone, Default)]
pub struct ReviewedQuote {
    pub id: Uuid,
    /// The version that the reviewer saw.
    pub version: Option<i32>,
    pub status: Option<QuoteStatus>,
    pub speaker_id: Option<Uuid>,
    /// The name of the speaker. Counts before `speaker_id`.
    pub speaker_name: Option<String>,
    pub speaker_status: Option<SpeakerStatus>,
    pub note: Option<String>,
    /// Members that a review in a table cannot change. They must be those of the stored quote.
    pub kind: Option<QuoteKind>,
    pub text: Option<String>,
    pub speaker_label: Option<String>,
    pub cue: Option<String>,
    pub cue_lemma: Option<String>,
}

/// A record that was deleted where it comes from: its id is never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeletedRecord {
    pub id: Uuid,
    pub resource: DeletedResource,
    pub deleted_at: DateTime<Utc>,
}

/// The version and the times of a record that is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// The history of an article that is restored.
#[derive(Debug, Clone)]
pub struct ArticleHistory {
    pub record: History,
    pub body_version: i32,
    pub body_created_at: DateTime<Utc>,
    /// The earlier texts, oldest first.
    pub earlier: Vec<EarlierText>,
}

/// An earlier text of an article that is restored.
#[derive(Debug, Clone)]
pub struct EarlierText {
    pub body_version: i32,
    pub headline: String,
    pub body: String,
    pub language: String,
    pub created_at: DateTime<Utc>,
}

/// The history of a mention or a quote that is restored.
#[derive(Debug, Clone)]
pub struct FindingHistory {
    pub record: History,
    pub body_version: i32,
    pub anchor: Anchor,
    /// Empty for quotes.
    pub candidates: Vec<Candidate>,
    pub candidate_count: i32,
    pub suggestion: Option<Suggestion>,
}

/// How records are imported.
#[derive(Debug, Clone)]
pub struct ImportMode {
    /// Nothing is stored.
    pub dry_run: bool,
    /// Stored records stay as they are.
    pub keep_stored: bool,
    /// The first record that fails ends the import.
    pub stop_at_failure: bool,
    /// The actor of the reviews that record changes of quotes.
    pub actor: Option<Arc<str>>,
}

/// The effect of a record on what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Created,
    Updated,
    Unchanged,
}

/// A record that was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    pub outcome: Outcome,
    pub id: Uuid,
    pub is_article: bool,
}

fn required<T: Clone>(member: &Option<T>, pointer: &str, faults: &mut Vec<FieldError>) -> Option<T> {
    if member.is_none() {
        faults.push(FieldError::new(pointer, "is required of a record that is not stored yet"));
    }
    member.clone()
}

impl ArticleRecord {
    /// The article to create when none is stored.
    ///
    /// # Errors
    /// The members that are missing.
    pub fn to_new(&self) -> Result<NewArticle, Vec<FieldError>> {
        let mut faults = Vec::new();
        let given = &self.article;
        let headline = required(&given.headline, "/headline", &mut faults);
        let body = required(&given.body, "/body", &mut faults);
        let (Some(headline), Some(body)) = (headline, body) else { return Err(faults) };
        Ok(NewArticle {
            headline,
            body,
            language: given.language.clone().flatten(),
            url: given.url.clone().flatten(),
            publisher: given.publisher.clone().flatten(),
            external_id: given.external_id.clone().flatten(),
            authors: given.authors.clone().unwrap_or_default(),
            section: given.section.clone().flatten(),
            keywords: given.keywords.clone().unwrap_or_default(),
            published_at: given.published_at.flatten(),
        })
    }

    /// Whether the record is an article alone, without an id.
    pub fn is_plain(&self) -> bool {
        self.id.is_none() && self.entities.is_empty() && self.mentions.is_empty() && self.quotes.is_empty()
    }

    /// Whether the record has a key by which it is found when it is sent again.
    pub fn has_key(&self) -> bool {
        let is_given = |member: &Option<Option<String>>| member.as_ref().is_some_and(Option::is_some);
        self.id.is_some() || is_given(&self.article.external_id) || is_given(&self.article.url)
    }
}

impl EntityRecord {
    /// The entity to create when none is stored.
    ///
    /// # Errors
    /// The members that are missing.
    pub fn to_new(&self) -> Result<NewEntity, Vec<FieldError>> {
        let mut faults = Vec::new();
        let given = &self.entity;
        let kind = required(&given.kind, "/kind", &mut faults);
        let name = required(&given.name, "/name", &mut faults);
        let (Some(kind), Some(name)) = (kind, name) else { return Err(faults) };
        Ok(NewEntity {
            kind,
            name,
            description: given.description.clone().flatten(),
            aliases: given.aliases.clone().unwrap_or_default(),
            identifiers: given.identifiers.clone().unwrap_or_default(),
        })
    }
}

impl MentionRecord {
    /// The patch for a stored mention. Sets only the entity: a given kind or confidence cannot be told from a default.
    pub fn to_patch(&self, entity: Option<Uuid>) -> MentionPatch {
        MentionPatch { entity_id: entity.map(Some), ..MentionPatch::default() }
    }
}

impl ReviewedQuote {
    /// The action and the changes of the review that gives `stored` the decisions of the row; `None` when it has them already. `speaker`
    /// is the entity that the row names.
    pub fn decision(&self, stored: &Quote, speaker: Option<Uuid>) -> Option<(ReviewAction, QuotePatch)> {
        let status = self.status.filter(|status| *status != stored.status);
        // A row as it was exported has a speaker, or a status that says why not.
        let is_removed = speaker.is_none() && self.speaker_status.is_some_and(|status| status != SpeakerStatus::Named);
        let speaker_id = if is_removed { Some(None) } else { speaker.map(Some) };
        // Beside a speaker, the other statuses are those of before.
        let fits = |status: SpeakerStatus| {
            speaker.is_none() || matches!(status, SpeakerStatus::Named | SpeakerStatus::Collective)
        };
        let changes = QuotePatch {
            status,
            speaker_id: speaker_id.filter(|speaker| *speaker != stored.speaker_id),
            speaker_status: self.speaker_status.filter(|status| *status != stored.speaker_status && fits(*status)),
            ..QuotePatch::default()
        };
        let is_noted = |note: &String| stored.reviews.iter().any(|review| review.note.as_ref() == Some(note));
        let action = match status {
            Some(QuoteStatus::Verified) => ReviewAction::Verify,
            Some(QuoteStatus::Rejected) => ReviewAction::Reject,
            Some(QuoteStatus::Disputed) => ReviewAction::Dispute,
            Some(QuoteStatus::Machine) => ReviewAction::Edit,
            None if changes != QuotePatch::default() => ReviewAction::Reattribute,
            None if self.note.as_ref().is_some_and(|note| !is_noted(note)) => ReviewAction::Comment,
            None => return None,
        };
        Some((action, changes))
    }

    /// Checks the members that the row cannot change. Spaces may differ: spreadsheets change line breaks.
    ///
    /// # Errors
    /// Those that differ from the stored quote.
    pub fn check_unchanged(&self, stored: &Quote) -> Result<(), Vec<FieldError>> {
        let differs = |given: &Option<String>, stored: Option<&str>| {
            let words = stored.unwrap_or_default().split_whitespace();
            given.as_ref().is_some_and(|given| !given.split_whitespace().eq(words))
        };
        let differing = [
            ("/text", differs(&self.text, Some(&stored.text))),
            ("/kind", self.kind.is_some_and(|kind| kind != stored.kind)),
            ("/speaker_label", differs(&self.speaker_label, stored.speaker_label.as_deref())),
            ("/cue", differs(&self.cue, stored.cue.as_deref())),
            ("/cue_lemma", differs(&self.cue_lemma, stored.cue_lemma.as_deref())),
        ];
        let detail = "differs from the stored quote: an import changes only status, speaker_id, speaker_name and \
            speaker_status, and adds a note";
        let faults: Vec<FieldError> = differing
            .into_iter()
            .filter(|(_, differs)| *differs)
            .map(|(pointer, _)| FieldError::new(pointer, detail))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

impl QuoteRecord {
    /// The quote to create when none is stored.
    pub fn to_new(&self, article_id: Uuid, speaker_id: Option<Uuid>) -> NewQuote {
        let given = self.quote.clone();
        NewQuote {
            article_id,
            text: given.text,
            spans: given.spans,
            kind: given.kind.unwrap_or(QuoteKind::Direct),
            speaker_id,
            speaker_label: given.speaker_label.flatten(),
            speaker_span: given.speaker_span.flatten(),
            speaker_status: given.speaker_status,
            cue: given.cue.flatten(),
            cue_span: given.cue_span.flatten(),
            cue_lemma: given.cue_lemma.flatten(),
            said_on: given.said_on.flatten(),
            status: given.status,
            confidence: given.confidence.unwrap_or(1.0),
            origin: self.origin,
            extractor: self.extractor.clone(),
        }
    }

    /// The patch for a stored quote, which keeps its text and spans.
    pub fn to_patch(&self, speaker: Option<Uuid>) -> QuotePatch {
        QuotePatch { text: None, spans: None, speaker_id: speaker.map(Some), ..self.quote.clone() }
    }
}
