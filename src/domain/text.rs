//! Text addressed by Unicode code points: slices, canonical form and search.

use super::span::{Span, SpanError};
use super::typography::Folded;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

/// Maximum length of the stored context on either side of a span, in code points.
pub const CONTEXT_LENGTH: i32 = 32;
/// Maximum number of spans that [`locate`] returns.
pub const MAX_CANDIDATES: usize = 20;

/// Whether a text or a name in a value contains U+0000, which Postgres cannot store.
pub fn contains_null_character(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(contains_null_character),
        Value::Object(members) => {
            members.iter().any(|(name, member)| name.contains('\0') || contains_null_character(member))
        }
        _ => false,
    }
}

/// A text that can be sliced by code points.
pub struct Body<'a> {
    text: &'a str,
    /// The byte offset of each code point, and the length of the text.
    offsets: Vec<u32>,
}

impl<'a> Body<'a> {
    /// Indexes `text`, in time and memory linear in its length.
    pub fn new(text: &'a str) -> Self {
        let end = text.len();
        let offsets = text.char_indices().map(|(at, _)| at).chain([end]).map(to_u32).collect();
        Self { text, offsets }
    }

    /// The text itself.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The number of code points.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// True for the empty text.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The code points of `span`; `None` if the span is outside the text or ends before it starts.
    pub fn slice(&self, span: Span) -> Option<&'a str> {
        let start = *self.offsets.get(usize::try_from(span.start).ok()?)?;
        let end = *self.offsets.get(usize::try_from(span.end).ok()?)?;
        self.text.get(start as usize..end as usize)
    }

    /// The slices of `spans` joined by one space: the text of a quote.
    ///
    /// # Errors
    /// The index of the first span that is empty, out of the body, or out of order.
    pub fn slice_all(&self, spans: &[Span]) -> Result<String, (usize, SpanError)> {
        let mut text = String::new();
        let mut reached = 0;
        for (index, span) in spans.iter().enumerate() {
            if span.is_empty() {
                return Err((index, SpanError::Empty));
            }
            if span.start < reached {
                return Err((index, SpanError::Disordered));
            }
            let Some(part) = self.slice(*span) else {
                return Err((index, SpanError::OutOfBody(self.len())));
            };
            if index > 0 {
                text.push(' ');
            }
            text.push_str(part);
            reached = span.end;
        }
        Ok(text)
    }

    /// Up to [`CONTEXT_LENGTH`] code points before `start`.
    pub fn prefix(&self, start: i32) -> &'a str {
        self.slice(Span { start: (start - CONTEXT_LENGTH).max(0), end: start }).unwrap_or("")
    }

    /// Up to [`CONTEXT_LENGTH`] code points from `end` on.
    pub fn suffix(&self, end: i32) -> &'a str {
        let last = i32::try_from(self.len()).unwrap_or(i32::MAX);
        self.slice(Span { start: end, end: end.saturating_add(CONTEXT_LENGTH).min(last) }).unwrap_or("")
    }
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn to_i32(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// Returns the canonical form: lower case, without accents, punctuation and `[...]`, with single spaces.
///
/// The same words have the same canonical form in any typography. Offsets into it are not offsets into the text.
pub fn canonical(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let without_ellipses = text.replace("[...]", " ").replace("[…]", " ").replace("(...)", " ").replace("(…)", " ");
    for c in without_ellipses.nfkd().flat_map(char::to_lowercase) {
        match c {
            '\u{300}'..='\u{36f}' => {}
            'œ' => out.push_str("oe"),
            'æ' => out.push_str("ae"),
            c if c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) => out.push(c),
            _ if out.ends_with(' ') || out.is_empty() => {}
            _ => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Returns the sort key of a name: the first 200 characters of its canonical form, or of the name if that form is empty.
pub fn name_key(name: &str) -> String {
    let folded = canonical(name);
    let key = if folded.is_empty() { name } else { &folded };
    key.chars().take(200).collect()
}

/// The words of a text that describe somebody: folded, without short words, and cut to six letters, so that `footballeur` and
/// `footballeuse` are equal.
pub fn context_words(text: &str) -> Vec<String> {
    let canonical = canonical(text);
    let words = canonical.split(' ').filter(|word| word.chars().count() >= 5);
    words.map(|word| word.chars().take(6).collect()).collect()
}

/// Finds `wanted` in `body` as whole words, in any typography: see [`Folded`].
///
/// White space and one pair of quotation marks around `wanted` are ignored. Returns at most [`MAX_CANDIDATES`] spans.
pub fn locate(body: &Body, wanted: &str) -> Vec<Span> {
    Folded::new(body.text).find(&Folded::new(strip_marks(wanted)), true, MAX_CANDIDATES)
}

fn strip_marks(text: &str) -> &str {
    let text = text.trim();
    let pairs = [('«', '»'), ('“', '”'), ('„', '“'), ('"', '"'), ('‹', '›')];
    for (open, close) in pairs {
        if let Some(inner) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            return inner.trim();
        }
    }
    text
}

/// Splits the text of a quote into the slices of its spans.
pub fn parts(text: &str, spans: &[Span]) -> Vec<String> {
    let mut chars = text.chars();
    spans
        .iter()
        .enumerate()
        .map(|(index, span)| {
            if index > 0 {
                chars.next();
            }
            chars.by_ref().take(usize::try_from(span.len()).unwrap_or(0)).collect()
        })
        .collect()
}

/// Returns the span without white space and quotation marks at its edges; `None` if nothing is left.
pub fn tighten(body: &Body, span: Span) -> Option<Span> {
    let text = body.slice(span)?;
    let loose = |c: char| c.is_whitespace() || "«»“”„‟‹›\"".contains(c);
    let leading = text.chars().take_while(|c| loose(*c)).count();
    let trailing = text.chars().rev().take_while(|c| loose(*c)).count();
    let tight = Span { start: span.start + to_i32(leading), end: span.end - to_i32(trailing) };
    (!tight.is_empty()).then_some(tight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Texts with characters that make wrong offsets show: combining accents, 4-byte characters, no-break spaces.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-zé]{1,4}",
            Just("e\u{301}".to_owned()),
            Just("👩‍🚀".to_owned()),
            Just("\u{a0}".to_owned()),
            Just("\u{202f}".to_owned()),
            Just("« ".to_owned()),
            Just("’".to_owned()),
            Just("𝄞".to_owned()),
            Just("\u{200f}".to_owned()),
            Just("\n".to_owned()),
        ];
        prop::collection::vec(piece, 1..40).prop_map(|pieces| pieces.concat())
    }

    fn text_and_span() -> impl Strategy<Value = (String, Span)> {
        text().prop_flat_map(|text| {
            let length = i32::try_from(text.chars().count()).unwrap();
            (Just(text), 0..length).prop_flat_map(move |(text, start)| {
                (Just(text), Just(start), start + 1..=length).prop_map(|(text, start, end)| (text, Span { start, end }))
            })
        })
    }

    fn units(text: &str, span: Span) -> String {
        let (start, end) = (usize::try_from(span.start).unwrap(), usize::try_from(span.end).unwrap());
        text.chars().skip(start).take(end - start).collect()
    }

    proptest! {
        #[test]
        fn a_slice_has_the_code_points_of_its_span((text, span) in text_and_span()) {
            let body = Body::new(&text);
            let slice = body.slice(span).unwrap();
            prop_assert_eq!(slice, units(&text, span));
            // Offsets in bytes and in UTF-16 units of the same slice.
            let before: String = text.chars().take(usize::try_from(span.start).unwrap()).collect();
            prop_assert_eq!(&text[before.len()..before.len() + slice.len()], slice);
            let wide: Vec<u16> = text.encode_utf16().collect();
            let (at, length) = (before.encode_utf16().count(), slice.encode_utf16().count());
            prop_assert_eq!(String::from_utf16(&wide[at..at + length]).unwrap(), slice);
        }

        #[test]
        fn context_is_at_most_32_code_points_and_adjacent_to_the_span((text, span) in text_and_span()) {
            let body = Body::new(&text);
            let (prefix, suffix) = (body.prefix(span.start), body.suffix(span.end));
            prop_assert!(prefix.chars().count() <= 32 && suffix.chars().count() <= 32);
            let around = format!("{prefix}{}{suffix}", body.slice(span).unwrap());
            prop_assert!(text.contains(&around));
        }

        #[test]
        fn a_span_out_of_the_text_has_no_slice(text in text(), start in -5..100_i32, end in -5..100_i32) {
            let length = i32::try_from(text.chars().count()).unwrap();
            let inside = 0 <= start && start <= end && end <= length;
            prop_assert_eq!(Body::new(&text).slice(Span { start, end }).is_some(), inside);
        }

        #[test]
        fn located_spans_have_the_wanted_canonical_text((text, span) in text_and_span()) {
            let body = Body::new(&text);
            let wanted = body.slice(span).unwrap();
            for found in locate(&body, wanted) {
                let slice = body.slice(found).unwrap();
                prop_assert_eq!(canonical(slice), canonical(wanted));
            }
        }

        #[test]
        fn canonical_is_idempotent(text in text()) {
            prop_assert_eq!(canonical(&canonical(&text)), canonical(&text));
        }

        #[test]
        fn parts_splits_a_joined_text_into_its_slices((text, first) in text_and_span(), gap in 0..3_i32) {
            let body = Body::new(&text);
            let second = Span { start: first.end + gap, end: first.end + gap + 1 };
            if let Ok(joined) = body.slice_all(&[first, second]) {
                let expected = vec![body.slice(first).unwrap().to_owned(), body.slice(second).unwrap().to_owned()];
                prop_assert_eq!(parts(&joined, &[first, second]), expected);
            }
        }
    }

    #[test]
    fn locate_ignores_differences_of_spaces_and_marks() {
        let body = Body::new("Il a dit\u{a0}: «\u{202f}C’est\nfini\u{202f}». Non.");
        let expected = vec![Span { start: 13, end: 23 }];
        for wanted in ["C'est fini", "C’est  fini", "« C'est fini »", " \"C'est fini\" "] {
            assert_eq!(locate(&body, wanted), expected, "{wanted}");
        }
        assert_eq!(body.slice(expected[0]), Some("C’est\nfini"));
        assert!(locate(&body, "est fin").is_empty(), "cut out of a word");
        assert!(locate(&body, "  ").is_empty());
    }

    #[test]
    fn the_canonical_form_ignores_differences_of_typography() {
        for text in ["« L’État, c’est [...] moi ! »", "l'etat c'est moi", "L\u{2019}E\u{301}TAT\u{202f}; C'EST (…) MOI"]
        {
            assert_eq!(canonical(text), "l etat c est moi");
        }
        assert_eq!(canonical("Œuvre 2"), "oeuvre 2");
        assert_eq!(canonical("« … » !"), "");
    }

    #[test]
    fn tighten_removes_marks_and_spaces_at_the_edges() {
        let body = Body::new("«\u{a0}Oui\u{a0}» !");
        assert_eq!(tighten(&body, Span { start: 0, end: 7 }), Some(Span { start: 2, end: 5 }));
        assert_eq!(tighten(&body, Span { start: 0, end: 2 }), None);
    }
}
