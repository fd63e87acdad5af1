//! Quotes of an import by themselves: rows of an exported table, with the decisions of a reviewer.

use crate::domain::import::{ImportMode, Imported, Outcome, ReviewedQuote};
use crate::domain::quote::NewReview;
use crate::store::{Error, Result, quotes, references, reviews};
use diesel::PgConnection;

/// Adds the review that gives a stored quote the decisions of the record. A quote that has them already is unchanged, also when
/// the version of the record is an older one: an import can be repeated.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Gone`] for the quote, [`Error::Stale`] when its version is not that of the record, faults at
/// members that the record cannot change, and those of [`reviews::review_quote`].
pub fn import(conn: &mut PgConnection, record: &ReviewedQuote, mode: &ImportMode) -> Result<Imported> {
    let stored = quotes::find(conn, record.id)?;
    let imported = |outcome| Ok(Imported { outcome, id: stored.id, is_article: false });
    if mode.keep_stored {
        return imported(Outcome::Unchanged);
    }
    let speaker = match &record.speaker_name {
        Some(name) => Some(reviews::named(conn, name, "speaker")?),
        None => references::survivor(conn, record.speaker_id)?,
    };
    let (decision, unchanged) = (record.decision(&stored, speaker), record.check_unchanged(&stored));
    if decision.is_none() && unchanged.is_ok() {
        return imported(Outcome::Unchanged);
    }
    if record.version.is_some_and(|version| version != stored.version) {
        return Err(Error::Stale { current: stored.version });
    }
    unchanged.map_err(Error::Invalid)?;
    let Some((action, changes)) = decision else { return imported(Outcome::Unchanged) };
    let review = NewReview {
        action,
        changes,
        speaker_name: None,
        note: record.note.clone(),
        actor: mode.actor.as_deref().map(str::to_owned),
    };
    // Another change since the quote was read is not overwritten.
    reviews::review_quote(conn, stored.id, &Some(vec![stored.version]), &review)?;
    imported(Outcome::Updated)
}
