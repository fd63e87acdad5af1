//! Spans: half-open ranges of Unicode code points into an article's body.

/// `[start, end)` in Unicode code points, zero-based.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub start: i32,
    pub end: i32,
}

/// Why a span or a list of spans cannot be used with a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    #[error("start must be less than end")]
    Empty,
    #[error("end is beyond the body, which has {0} code points")]
    OutOfBody(usize),
    #[error("spans must be in order and must not overlap")]
    Disordered,
    #[error("a span must not begin or end with white space or an outer quotation mark")]
    LooseEdge,
}

impl Span {
    /// The number of code points.
    pub fn len(self) -> i32 {
        self.end - self.start
    }

    /// True when nothing lies in the span.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// True when `other` lies wholly inside.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The same length at another start.
    pub fn moved_to(self, start: i32) -> Span {
        Span { start, end: start + self.len() }
    }
}

/// Spans that may overlap each other, to be asked about by others. A question takes logarithmic time.
#[derive(Debug, Default)]
pub struct Cover {
    starts: Vec<i32>,
    /// The furthest end of the spans up to this one.
    ends: Vec<i32>,
}

impl Cover {
    /// Sorts the spans.
    pub fn new(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut spans: Vec<Span> = spans.into_iter().collect();
        spans.sort_unstable();
        let furthest = spans.iter().scan(i32::MIN, |furthest, span| {
            *furthest = span.end.max(*furthest);
            Some(*furthest)
        });
        Self { ends: furthest.collect(), starts: spans.iter().map(|span| span.start).collect() }
    }

    /// True when one of the spans has a code point in common with `span`.
    pub fn overlaps(&self, span: Span) -> bool {
        let before = self.starts.partition_point(|start| *start < span.end);
        before > 0 && self.ends[before - 1] > span.start
    }
}

/// For each of the outer span lists, the indexes of the inner spans that lie wholly in one of its spans.
///
/// `inner` is sorted by start and no two overlap. Takes time for what is found, not for every pair.
pub fn contained<'a>(outer: impl IntoIterator<Item = &'a [Span]>, inner: &[Span]) -> impl Iterator<Item = Vec<usize>> {
    let inside = move |span: &Span| {
        let first = inner.partition_point(|inner| inner.start < span.start);
        let end = span.end;
        (first..inner.len()).take_while(move |index| inner[*index].end <= end)
    };
    outer.into_iter().map(move |spans| spans.iter().flat_map(&inside).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spans(most: usize) -> impl Strategy<Value = Vec<Span>> {
        let span = (0..40_i32, 1..12_i32).prop_map(|(start, length)| Span { start, end: start + length });
        prop::collection::vec(span, 0..most)
    }

    proptest! {
        #[test]
        fn a_cover_overlaps_what_one_of_its_spans_does(all in spans(8), asked in spans(8)) {
            let cover = Cover::new(all.iter().copied());
            for span in asked {
                let expected = all.iter().any(|other| other.start < span.end && span.start < other.end);
                prop_assert_eq!(cover.overlaps(span), expected);
            }
        }

        #[test]
        fn contained_spans_are_those_that_lie_in_one_of_the_outer_ones(outer in prop::collection::vec(spans(4), 0..6), all in spans(12)) {
            let mut inner: Vec<Span> = Vec::new();
            let mut sorted = all;
            sorted.sort_unstable();
            for span in sorted {
                if inner.last().is_none_or(|last| last.end <= span.start) {
                    inner.push(span);
                }
            }
            let found: Vec<Vec<usize>> = contained(outer.iter().map(Vec::as_slice), &inner).collect();
            for (spans, found) in outer.iter().zip(found) {
                let inside = |outer: &Span| (0..inner.len()).filter(|index| outer.contains(inner[*index])).collect::<Vec<_>>();
                let expected: Vec<usize> = spans.iter().flat_map(inside).collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
