//! Finds quotes, their speakers, and names in a text.
//!
//! Pure functions: no database, no HTTP, no clock, no network. Spans are half-open ranges of Unicode code points of the
//! article's body, counted from zero.
//!
//! [`pipeline`] runs the steps in order. [`grammar`] finds the speakers of quotes and reported speech, [`names`] finds
//! people, places and organisations, and [`languages`] has the words of each language.

pub mod blocks;
mod calibration;
mod cleaning;
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
mod turns;
mod work;

#[cfg(test)]
mod tests;

pub use crate::domain::{AliasKind, BlockRole, EntityKind, MentionKind, QuoteKind, SpeakerStatus};
pub use calibration::Evidence;
pub use findings::{Annotation, Block, Document, FoundAlias, FoundEntity, FoundMention, FoundQuote, Gender, Span};
pub use names::dictionary;
#[cfg(feature = "train-names")]
pub use names::train;
pub use pipeline::{annotate, prepare};
