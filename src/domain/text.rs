//! Text by Unicode code points: slices, the canonical form, looking for words, following them into an edited text.

use super::Anchor;
use super::span::Span;
use unicode_normalization::UnicodeNormalization;

/// How many code points of context a record keeps on either side.
pub const CONTEXT: i32 = 32;
/// The most places [`locate`] looks at before it calls a text ambiguous.
pub const MAX_CANDIDATES: usize = 20;

/// A text that can be sliced by code points.
pub struct Body<'a> {
    text: &'a str,
    /// The byte at which each code point begins, and the end of the text.
    offsets: Vec<u32>,
}

impl<'a> Body<'a> {
    /// Indexes `text`: time and memory linear in its length.
    pub fn new(text: &'a str) -> Self {
        let end = text.len();
        let offsets = text.char_indices().map(|(at, _)| at).chain([end]).map(to_u32).collect();
        Self { text, offsets }
    }

    /// The number of code points.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// True for the empty text.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The code points of `span`; `None` when it leaves the text or is turned round.
    pub fn slice(&self, span: Span) -> Option<&'a str> {
        let start = *self.offsets.get(usize::try_from(span.start).ok()?)?;
        let end = *self.offsets.get(usize::try_from(span.end).ok()?)?;
        self.text.get(start as usize..end as usize)
    }

    /// Up to [`CONTEXT`] code points before `start`.
    pub fn prefix(&self, start: i32) -> &'a str {
        self.slice(Span { start: (start - CONTEXT).max(0), end: start }).unwrap_or("")
    }

    /// Up to [`CONTEXT`] code points from `end` on.
    pub fn suffix(&self, end: i32) -> &'a str {
        let last = i32::try_from(self.len()).unwrap_or(i32::MAX);
        self.slice(Span { start: end, end: end.saturating_add(CONTEXT).min(last) }).unwrap_or("")
    }

    /// Where `needle` stands, letter for letter; at most `limit` places.
    pub fn find(&self, needle: &str, limit: usize) -> Vec<Span> {
        if needle.is_empty() {
            return Vec::new();
        }
        let length = to_i32(needle.chars().count());
        let places = self.text.match_indices(needle).take(limit);
        places.map(|(byte, _)| self.code_point_at(byte)).map(|start| Span { start, end: start + length }).collect()
    }

    /// The code point that begins at `byte`.
    fn code_point_at(&self, byte: usize) -> i32 {
        to_i32(self.offsets.partition_point(|offset| (*offset as usize) < byte))
    }
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn to_i32(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// Lower case, accents and spaces folded, punctuation and `[...]` dropped: equal for two printings of the same words.
///
/// Offsets into it mean nothing: folding changes lengths.
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

/// What a list by name is ordered by: the canonical form's first 200 characters, or the name's own when nothing is left.
pub fn name_key(name: &str) -> String {
    let folded = canonical(name);
    let key = if folded.is_empty() { name } else { &folded };
    key.chars().take(200).collect()
}

/// Where `wanted` stands in `body` when spaces and quotation marks are folded and it is not cut out of a longer word.
///
/// White space and one pair of quotation marks around `wanted` are not looked for. At most [`MAX_CANDIDATES`] places.
pub fn locate(body: &Body, wanted: &str) -> Vec<Span> {
    let (haystack, starts) = fold(body.text);
    let (needle, _) = fold(strip_marks(wanted));
    let needle = needle.trim();
    if needle.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (byte, _) in haystack.match_indices(needle) {
        let end = byte + needle.len();
        if cuts_word(&haystack, byte) || cuts_word(&haystack, end) {
            continue;
        }
        // `starts` has one entry for each folded character, in order of its byte.
        let first = starts.partition_point(|(at, _)| *at < byte);
        let last = starts.partition_point(|(at, _)| *at < end) - 1;
        found.push(Span { start: starts[first].1, end: starts[last].1 + 1 });
        if found.len() == MAX_CANDIDATES {
            break;
        }
    }
    found
}

/// The text with runs of white space as one space and all quotation marks and apostrophes alike, and for each
/// character of it its byte there and the code point of `text` that it stands for.
fn fold(text: &str) -> (String, Vec<(usize, i32)>) {
    let mut folded = String::with_capacity(text.len());
    let mut starts = Vec::with_capacity(text.len());
    let mut in_space = false;
    for (index, c) in text.chars().enumerate() {
        let c = match c {
            c if c.is_whitespace() => ' ',
            '«' | '»' | '“' | '”' | '„' | '‟' | '‹' | '›' => '"',
            '’' | '‘' | 'ʼ' | '‛' => '\'',
            c => c,
        };
        if c == ' ' && in_space {
            continue;
        }
        in_space = c == ' ';
        starts.push((folded.len(), to_i32(index)));
        folded.push(c);
    }
    (folded, starts)
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

/// True when a letter or digit stands on both sides of `byte`.
fn cuts_word(text: &str, byte: usize) -> bool {
    let before = text[..byte].chars().next_back();
    let after = text[byte..].chars().next();
    before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)
}

/// Where a slice of an older text stands in a newer one: at the same offsets, elsewhere in one place only, or nowhere.
pub fn follow(body: &Body, exact: &str, span: Span) -> (Anchor, Span) {
    follow_all(body, &[exact.to_owned()], &[span])
        .map_or((Anchor::Orphaned, span), |(anchor, spans)| (anchor, spans[0]))
}

/// The same for several slices that belong together: all stay, or all are found in order. `None` when orphaned.
pub fn follow_all(body: &Body, parts: &[String], spans: &[Span]) -> Option<(Anchor, Vec<Span>)> {
    if parts.iter().zip(spans).all(|(part, span)| body.slice(*span) == Some(part)) {
        return Some((Anchor::Exact, spans.to_vec()));
    }
    if let Some(moved) = follow_together(body, parts, spans) {
        return Some((Anchor::Moved, moved));
    }
    let mut moved: Vec<Span> = Vec::with_capacity(parts.len());
    for part in parts {
        let [place] = body.find(part, 2)[..] else { return None };
        if moved.last().is_some_and(|last| place.start < last.end) {
            return None;
        }
        moved.push(place);
    }
    Some((Anchor::Moved, moved))
}

/// All slices shifted by one distance, when just one shift fits: a part printed twice is told apart by its neighbours.
fn follow_together(body: &Body, parts: &[String], spans: &[Span]) -> Option<Vec<Span>> {
    let (longest, _) = parts.iter().enumerate().max_by_key(|(_, part)| part.len())?;
    let mut fitting = body.find(&parts[longest], MAX_CANDIDATES).into_iter().filter_map(|place| {
        let shift = place.start - spans[longest].start;
        let moved: Vec<Span> = spans.iter().map(|span| span.moved_to(span.start + shift)).collect();
        let fits = parts.iter().zip(&moved).all(|(part, span)| body.slice(*span) == Some(part));
        fits.then_some(moved)
    });
    let only = fitting.next()?;
    fitting.next().is_none().then_some(only)
}

/// The parts a quote's text was joined from, by the lengths of its spans.
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

/// The span without white space and quotation marks at its edges; `None` when nothing is left.
pub fn tighten(body: &Body, span: Span) -> Option<Span> {
    let text = body.slice(span)?;
    let loose = |c: char| c.is_whitespace() || "«»“”„‟‹›\"".contains(c);
    let leading = text.chars().take_while(|c| loose(*c)).count();
    let trailing = text.chars().rev().take_while(|c| loose(*c)).count();
    let tight = Span { start: span.start + to_i32(leading), end: span.end - to_i32(trailing) };
    (!tight.is_empty()).then_some(tight)
}
