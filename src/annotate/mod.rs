//! Finds quotes, their speakers, and names in a text.
//!
//! Pure functions: no database, no HTTP, no clock, no network. All offsets are Unicode code points, zero-based and
//! half-open, into the article's body.
//!
//! [`pipeline`] calls the parts in order. [`grammar`] finds who says what, [`names`] finds people, places and
//! organisations, and [`languages`] has the words of each language.

pub mod blocks;
pub mod extraction;
mod findings;
pub mod fold;
pub mod grammar;
pub mod language;
pub mod languages;
pub mod marks;
pub mod names;
mod pipeline;
pub mod quotes;
pub mod sentences;
pub mod text;
pub mod tokens;
mod work;

#[cfg(test)]
mod tests;

pub use crate::domain::{AliasKind, BlockRole, EntityKind, MentionKind, QuoteKind, SpeakerStatus};
pub use findings::{Annotation, Block, Document, FoundAlias, FoundEntity, FoundMention, FoundQuote, Gender, Span};
pub use names::dictionary;
#[cfg(feature = "train-names")]
pub use names::train;
pub use pipeline::{annotate, prepare};
