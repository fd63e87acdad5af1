//! The spans, the speaker and the cue of a quote, checked against the article's text.

use super::re_anchor::side_span;
use super::row::QuoteColumns;
use crate::domain::anchoring::PlaceIndex;
use crate::domain::quote::{self, MAX_QUOTE, MAX_SPANS, QuotePatch};
use crate::domain::span::Span;
use crate::domain::text::{self, Body};
use crate::domain::{Anchor, FieldError, QuoteKind, QuoteStatus, SpeakerStatus};
use crate::store::article_text::Text;
use crate::store::spans::SpanList;
use crate::store::{Conflict, Error, Result};

/// The text of a quote and its spans in a body.
pub struct Passage {
    text: String,
    spans: Vec<Span>,
    prefix: String,
    suffix: String,
}

impl Passage {
    /// The passage at `spans`. Fails if `given` differs from its text.
    pub fn at(body: &Body, spans: &[Span], given: Option<&str>) -> Result<Self> {
        let [first, .., last] = spans else {
            let Some(only) = spans.first() else {
                return Err(Error::field("/spans", "must have at least one span"));
            };
            return Self::between(body, spans, given, *only, *only);
        };
        Self::between(body, spans, given, *first, *last)
    }

    fn between(body: &Body, spans: &[Span], given: Option<&str>, first: Span, last: Span) -> Result<Self> {
        if spans.len() > MAX_SPANS {
            return Err(Error::field("/spans", format!("must have at most {MAX_SPANS} spans")));
        }
        let text = body
            .slice_all(spans)
            .map_err(|(index, error)| Error::field(format!("/spans/{index}"), error.to_string()))?;
        let errors: Vec<FieldError> =
            spans.iter().enumerate().filter_map(|(index, span)| untrimmed_edge(body, index, *span)).collect();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        if given.is_some_and(|given| given != text) {
            return Err(Error::field("/text", "must equal the body's text at the spans, joined by one space"));
        }
        if text.chars().count() > MAX_QUOTE {
            return Err(Error::field("/spans", format!("must be at most {MAX_QUOTE} characters")));
        }
        let (prefix, suffix) = (body.prefix(first.start).to_owned(), body.suffix(last.end).to_owned());
        Ok(Self { text, spans: spans.to_vec(), prefix, suffix })
    }

    /// The passage at the only occurrence of `words`, with the text of the body.
    pub fn of_words(body: &Body, words: &str) -> Result<Self> {
        let mut places: Vec<Span> =
            text::locate(body, words).into_iter().filter_map(|place| text::tighten(body, place)).collect();
        places.dedup();
        match places[..] {
            [] => Err(Error::field("/text", "not found in the article's body")),
            [place] => Self::at(body, &[place], None),
            _ => Err(Error::Conflict(Conflict::AmbiguousText { candidates: places })),
        }
    }

    /// The columns of a quote with this passage, and with default values elsewhere.
    pub fn into_columns(self, body_version: i32) -> QuoteColumns {
        let (canonical_text, cluster_id) = quote::canonical(&self.text).unzip();
        QuoteColumns {
            body_version,
            anchor: Anchor::Exact,
            text: self.text,
            spans: SpanList(self.spans),
            prefix: self.prefix,
            suffix: self.suffix,
            kind: QuoteKind::Direct,
            speaker_id: None,
            speaker_label: None,
            speaker_span: None,
            speaker_status: SpeakerStatus::Unattributed,
            cue: None,
            cue_span: None,
            cue_lemma: None,
            said_on: None,
            status: QuoteStatus::Machine,
            confidence: 1.0,
            canonical_text,
            cluster_id,
            suggestion: None,
        }
    }
}

/// The error for a span that begins or ends with white space or a quotation mark.
fn untrimmed_edge(body: &Body, index: usize, span: Span) -> Option<FieldError> {
    let detail = match text::tighten(body, span) {
        Some(tight) if tight == span => return None,
        Some(tight) => format!(
            "must not begin or end with white space or a quotation mark: send start {} and end {}",
            tight.start, tight.end
        ),
        None => "contains only white space and quotation marks".to_owned(),
    };
    Some(FieldError::new(format!("/spans/{index}"), detail))
}

/// The parts of an attribution, which the article has next to the quote.
#[derive(Clone, Copy)]
pub enum Side {
    Speaker,
    Cue,
}

impl Side {
    /// Pointers to the words and to the span, and the maximum length in code points.
    const fn members(self) -> (&'static str, &'static str, usize) {
        match self {
            Self::Speaker => ("/speaker_label", "/speaker_span", 500),
            Self::Cue => ("/cue", "/cue_span", 200),
        }
    }
}

/// The words of the speaker or the cue. With a span, they are the text at the span. Fails if `words` differs from that text.
pub fn side(body: &Body, side: Side, span: Option<Span>, words: Option<String>) -> Result<Option<String>> {
    let (words_member, span_member, max_length) = side.members();
    let Some(span) = span else { return Ok(words) };
    let actual = body.slice_all(&[span]).map_err(|(_, error)| Error::field(span_member, error.to_string()))?;
    if words.is_some_and(|words| words != actual) {
        return Err(Error::field(words_member, format!("must equal the body's text at {span_member}")));
    }
    if actual.chars().count() > max_length {
        return Err(Error::field(span_member, format!("must be at most {max_length} characters")));
    }
    Ok(Some(actual))
}

/// True if the patch sets a passage that must be checked against the current text.
///
/// A patch that repeats the stored text, with the stored spans or without spans, sets none. So an orphaned quote stays orphaned.
pub fn sets_passage(columns: &QuoteColumns, patch: &QuotePatch) -> bool {
    let same_spans = patch.spans.as_ref().is_none_or(|spans| *spans == columns.spans.0);
    match &patch.text {
        Some(text) => !(same_spans && *text == columns.text),
        None => patch.spans.is_some(),
    }
}

/// True if the patch sets the speaker label, the cue, or the span of either.
pub fn sets_side(patch: &QuotePatch) -> bool {
    patch.speaker_label.is_some() || patch.speaker_span.is_some() || patch.cue.is_some() || patch.cue_span.is_some()
}

impl QuoteColumns {
    /// Sets the passage of the patch in the current text.
    pub fn move_to(&mut self, text: &Text, patch: &QuotePatch) -> Result<()> {
        let body = Body::new(&text.body);
        let passage = match (&patch.spans, &patch.text) {
            (None, Some(words)) => Passage::of_words(&body, words)?,
            (spans, given) => Passage::at(&body, spans.as_deref().unwrap_or(&self.spans.0), given.as_deref())?,
        };
        let moved = passage.into_columns(text.version);
        let stays = (moved.body_version, &moved.spans) == (self.body_version, &self.spans);
        if moved.body_version != self.body_version {
            let shift = moved.start() - self.start();
            let mut index = PlaceIndex::new(&body);
            self.speaker_span = side_span(&mut index, self.speaker_span, self.speaker_label.as_deref(), Some(shift));
            self.cue_span = side_span(&mut index, self.cue_span, self.cue.as_deref(), Some(shift));
        }
        *self = Self {
            body_version: moved.body_version,
            anchor: if stays { self.anchor } else { moved.anchor },
            text: moved.text,
            spans: moved.spans,
            prefix: moved.prefix,
            suffix: moved.suffix,
            canonical_text: moved.canonical_text,
            cluster_id: moved.cluster_id,
            ..self.clone()
        };
        Ok(())
    }

    /// Sets the speaker and the cue of the patch. `body` is the text that the spans of this quote refer to.
    pub fn set_sides(&mut self, body: &Body, patch: &QuotePatch) -> Result<()> {
        if patch.speaker_label.is_some() || patch.speaker_span.is_some() {
            let stored = (self.speaker_span.map(|range| range.0), self.speaker_label.take());
            let (span, words) = patched_side(Side::Speaker, stored, patch.speaker_span, patch.speaker_label.clone())?;
            self.speaker_label = side(body, Side::Speaker, span, words)?;
            self.speaker_span = span.map(Into::into);
        }
        if patch.cue.is_some() || patch.cue_span.is_some() {
            let stored = (self.cue_span.map(|range| range.0), self.cue.take());
            let (span, words) = patched_side(Side::Cue, stored, patch.cue_span, patch.cue.clone())?;
            self.cue = side(body, Side::Cue, span, words)?;
            self.cue_span = span.map(Into::into);
        }
        Ok(())
    }

    /// Sets the members that need no check against the text.
    pub fn set_plain(&mut self, patch: &QuotePatch) {
        self.kind = patch.kind.unwrap_or(self.kind);
        self.speaker_id = patch.speaker_id.unwrap_or(self.speaker_id);
        self.said_on = patch.said_on.unwrap_or(self.said_on);
        self.status = patch.status.unwrap_or(self.status);
        self.confidence = patch.confidence.unwrap_or(self.confidence);
        if let Some(lemma) = &patch.cue_lemma {
            self.cue_lemma.clone_from(lemma);
        }
    }
}

/// The span and the words after a patch. A new span without words takes the text at the span. Words that have a span cannot be
/// set to null.
fn patched_side(
    side: Side,
    stored: (Option<Span>, Option<String>),
    span: Option<Option<Span>>,
    words: Option<Option<String>>,
) -> Result<(Option<Span>, Option<String>)> {
    let (words_member, span_member, _) = side.members();
    let new_span = span.unwrap_or(stored.0);
    match words {
        Some(None) if new_span.is_some() => {
            Err(Error::field(words_member, format!("cannot be null while {span_member} is set")))
        }
        Some(words) => Ok((new_span, words)),
        None if span.flatten().is_some() => Ok((new_span, None)),
        None => Ok((new_span, stored.1)),
    }
}
