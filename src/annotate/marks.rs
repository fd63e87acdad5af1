//! Finds quotations: the text between quotation marks.
//!
//! Each line is read once, with a stack of open marks. A nested quotation is part of the outer one. A quotation may
//! continue in the next lines, with or without a mark at their start. An unpaired mark affects only its own line. Takes time
//! linear in the length of the text.

mod scan;

use super::text::Text;
use super::{Block, Span};
use scan::{FAMILIES, Family, Mark, Side};

/// Maximum number of lines without a mark within a quotation.
const MAX_UNMARKED_LINES: usize = 4;
/// Maximum length of the rest of a line after a stray mark, in code points. A longer rest is a quotation.
const MAX_UNQUOTED_REST: usize = 20;

/// How a quotation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// With its closing mark, or where its source interrupts it.
    Closed,
    /// With its line; the next one repeats the opening mark.
    Continued,
    /// With its line, without a mark.
    Open,
    /// Where another quotation opens. It is a quotation only if its source interrupts it.
    Stray,
    /// With a mark that none opens. It is a quotation only if its source follows.
    Unopened,
    /// With its line, which opens with the dash of a dialogue. It is a quotation only if its source interrupts it.
    Dash,
}

/// An outermost quotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    /// From the opening mark to the closing mark.
    pub outer: Span,
    /// The text between the marks, one part for each line and on each side of an interruption.
    pub parts: Vec<Span>,
    pub ending: Ending,
}

impl Quoted {
    /// Whether a mark closes it, here or in the next line.
    pub fn is_closed(&self) -> bool {
        matches!(self.ending, Ending::Closed | Ending::Continued)
    }

    /// Its last character, before the closing marks of nested quotations.
    pub fn last_char(&self, text: &Text) -> char {
        let Some(part) = self.parts.last() else { return '\n' };
        let inner = (part.start..part.end).rev().take(MAX_NESTED_CLOSERS).map(|at| text.at(at));
        inner.into_iter().find(|&c| !scan::closes_nested(c)).unwrap_or('\n')
    }
}

/// Maximum number of closing marks and spaces before the last one.
const MAX_NESTED_CLOSERS: usize = 6;

#[derive(Debug, Clone)]
struct Opened {
    /// The first code point of the text, after the mark or at the start of a line.
    at: usize,
    family: Family,
    /// The parts in earlier lines.
    before: Vec<Span>,
    /// The opening mark.
    start: usize,
}

/// Finds the outermost quotations of a text, in order. `blocks` are its lines. `single_marks`: whether `'so'` is quoted.
pub fn find(text: &Text, blocks: &[Block], single_marks: bool) -> Vec<Quoted> {
    let lines: Vec<Vec<Mark>> = blocks.iter().map(|block| scan::marks(text, block.span, single_marks)).collect();
    let mut reader = MarkReader { text, blocks, lines: &lines, found: Vec::new() };
    let mut carried: Option<Opened> = None;
    for i in 0..lines.len() {
        carried = reader.read_line(i, carried);
    }
    outermost(reader.found)
}

struct MarkReader<'a> {
    text: &'a Text,
    blocks: &'a [Block],
    lines: &'a [Vec<Mark>],
    found: Vec<Quoted>,
}

impl MarkReader<'_> {
    /// Adds the quotations that end in a line, and returns the quotation that continues in the next line.
    fn read_line(&mut self, i: usize, carried: Option<Opened>) -> Option<Opened> {
        let (span, line) = (self.blocks[i].span, &self.lines[i]);
        let first_found = self.found.len();
        let continued = self.found.last().is_some_and(|last| last.ending == Ending::Continued);
        let mut stack: Vec<Opened> = Vec::new();
        let mut open = [0usize; FAMILIES];
        let mut closers = [0usize; FAMILIES];
        line.iter().filter(|mark| mark.side != Side::Open).for_each(|mark| closers[mark.family as usize] += 1);
        if let Some(mut carried) = carried {
            carried.at = span.start;
            open[carried.family as usize] += 1;
            stack.push(carried);
        }
        for (place, mark) in line.iter().enumerate() {
            closers[mark.family as usize] -= usize::from(mark.side != Side::Open);
            let (family, repeated) = (mark.family as usize, continued && mark.at == span.start);
            // A straight mark on the wrong side of a space closes: `"We sail, "she said`.
            let last = mark.family == Family::Straight && open[family] > 0 && closers[family] == 0;
            if repeated || mark.side == Side::Open && !last || mark.side == Side::Either && open[family] == 0 {
                open[mark.family as usize] += 1;
                let at = mark.at + mark.width;
                stack.push(Opened { at, family: mark.family, before: Vec::new(), start: mark.at });
                continue;
            }
            let mixed =
                || stack.iter().rev().map(|opened| opened.family).find(|&family| may_mix(mark, family, &closers));
            let own = (open[mark.family as usize] > 0).then_some(mark.family);
            let Some(family) = own.or_else(mixed) else {
                if place == 0 {
                    self.close_unopened(span, mark);
                }
                continue;
            };
            while let Some(opened) = stack.pop() {
                open[opened.family as usize] -= 1;
                if opened.family == family {
                    self.close(opened, mark.at, mark.at + mark.width, Ending::Closed);
                    break;
                }
            }
        }
        let opened = stack.into_iter().find(|opened| opened.family != Family::Single)?;
        self.end_line(i, opened, first_found, continued)
    }

    /// Ends a quotation that is open at the end of line `i`, or returns it when it continues.
    fn end_line(&mut self, i: usize, mut opened: Opened, first_found: usize, continued: bool) -> Option<Opened> {
        let span = self.blocks[i].span;
        let next = self.found[first_found..].iter().map(|quoted| quoted.outer.start).find(|&at| at >= opened.at);
        if let Some(next) = next {
            self.close(opened, next, next, Ending::Stray);
            return None;
        }
        match self.continuation(i, opened.family) {
            Some(Continuation::Marked) => self.close(opened, span.end, span.end, Ending::Continued),
            Some(Continuation::Unmarked) => {
                let part = self.text.trim(Span { start: opened.at, end: span.end });
                if part.start < part.end {
                    opened.before.push(part);
                }
                return Some(opened);
            }
            None if continued || !opened.before.is_empty() || opened.at + MAX_UNQUOTED_REST < span.end => {
                self.close(opened, span.end, span.end, Ending::Open)
            }
            None => {}
        }
        None
    }

    fn close(&mut self, opened: Opened, at: usize, end: usize, ending: Ending) {
        let mut parts = opened.before;
        let part = self.text.trim(Span { start: opened.at, end: at });
        if part.start < part.end {
            parts.push(part);
        }
        if !parts.is_empty() {
            self.found.push(Quoted { outer: Span { start: opened.start, end }, parts, ending });
        }
    }

    /// Adds the start of a line up to its first mark, which closes a quotation that none opens.
    fn close_unopened(&mut self, span: Span, mark: &Mark) {
        let start = (span.start..mark.at).find(|&at| self.text.at(at).is_alphanumeric());
        let certain = matches!(mark.family, Family::Guillemets | Family::Curly);
        if let Some(start) = start.filter(|_| certain) {
            let part = self.text.trim(Span { start, end: mark.at });
            let outer = Span { start, end: mark.at + mark.width };
            self.found.push(Quoted { outer, parts: vec![part], ending: Ending::Unopened });
        }
    }

    /// How a quotation that is open at the end of line `i` continues: the next line repeats its opening mark, or the next
    /// mark of its family closes it.
    fn continuation(&self, i: usize, family: Family) -> Option<Continuation> {
        let ahead = (i + 1)..self.lines.len().min(i + 2 + MAX_UNMARKED_LINES);
        for j in ahead {
            let Some(mark) = self.lines[j].iter().find(|mark| mark.family == family) else { continue };
            let opens_line = mark.at == self.blocks[j].span.start;
            if opens_line {
                return (j == i + 1).then_some(Continuation::Marked);
            }
            let after = self.text.at(mark.at + mark.width);
            let closes = match mark.side {
                Side::Open => false,
                Side::Close => true,
                Side::Either => !self.text.before(mark.at).is_whitespace() && !after.is_alphanumeric(),
            };
            return closes.then_some(Continuation::Unmarked);
        }
        None
    }
}

enum Continuation {
    Marked,
    Unmarked,
}

/// Whether a mark may close a quotation that a mark of another family opened, as in `"so”`: no mark of that family follows.
fn may_mix(mark: &Mark, family: Family, closers: &[usize; FAMILIES]) -> bool {
    let double = |family| matches!(family, Family::Guillemets | Family::Curly | Family::Straight);
    let alike = family != Family::Guillemets && mark.family != Family::Guillemets;
    double(family) && double(mark.family) && (alike || closers[family as usize] == 0)
}

/// Keeps the quotations that are not inside another one.
pub fn outermost(mut found: Vec<Quoted>) -> Vec<Quoted> {
    found.sort_by_key(|quoted| (quoted.outer.start, std::cmp::Reverse(quoted.outer.end)));
    let mut end = 0;
    found.retain(|quoted| {
        let outer = quoted.outer.start >= end;
        if outer {
            end = quoted.outer.end;
        }
        outer
    });
    found
}

#[cfg(test)]
mod tests {
    use super::super::blocks;
    use super::*;

    fn quoted(body: &str) -> Vec<String> {
        let text = Text::new(body);
        find(&text, &blocks::find(&text, None), true)
            .iter()
            .filter(|q| !matches!(q.ending, Ending::Stray | Ending::Unopened))
            .map(|q| q.parts.iter().map(|&part| text.slice(part)).collect::<Vec<_>>().join(" / "))
            .collect()
    }

    #[test]
    fn all_families_of_marks_quote() {
        assert_eq!(quoted("Il dit « oui », “non”, \"si\", „ja“ et ‘no’."), ["oui", "non", "si", "ja", "no"]);
    }

    #[test]
    fn a_nested_quotation_is_part_of_the_outer_one() {
        assert_eq!(quoted("« Il m'a dit “viens donc” hier », dit-elle."), ["Il m'a dit “viens donc” hier"]);
        assert_eq!(quoted("“He said ‘no way’ to me,” she said."), ["He said ‘no way' to me,"]);
        assert_eq!(quoted("« a « b » c »"), ["a « b » c"]);
    }

    #[test]
    fn marks_of_seconds_and_inches_do_not_quote() {
        for (body, found) in [
            ("Le relais a pris 3'41\"12, un record.", &[][..]),
            ("Il court en 9\"8 et crie \"enfin\".", &["enfin"]),
            ("A 27\" screen and a \"smart\" lock.", &["smart"]),
            ("Un tuyau de 12\" fuit sous la rue.", &[]),
            ("Un écran de 55\", puis \"le noir\".", &["le noir"]),
            ("Elle a dit \"48\"30 suffira\" hier.", &["48\"30 suffira"]),
            // A mark after a digit still closes a quotation.
            ("Il a répondu \"en 2012\".", &["en 2012"]),
            ("\"Nous étions 300\", dit-elle.", &["Nous étions 300"]),
            ("Le \"G20\" et le \"G7\" se voient.", &["G20", "G7"]),
            ("\"De 5 à 6\", puis \"7\" et \"8 ou 9\".", &["De 5 à 6", "7", "8 ou 9"]),
            ("She read \"page 12\" and \"page 13\".", &["page 12", "page 13"]),
        ] {
            assert_eq!(quoted(body), found, "{body}");
        }
    }

    #[test]
    fn a_quotation_continues_in_the_next_line() {
        assert_eq!(quoted("“One line of it.\n\n“And another,” he said."), ["One line of it.", "And another,"]);
        assert_eq!(quoted("Il écrit : « Un.\nDeux.\nTrois. »\nFin."), ["Un. / Deux. / Trois."]);
    }

    #[test]
    fn straight_and_curly_marks_close_each_other() {
        assert_eq!(quoted("\"We go,” he said. “You stay,\" she said."), ["We go,", "You stay,"]);
        assert_eq!(quoted("“He said \"no way\" to me,” she said."), ["He said \"no way\" to me,"]);
        assert_eq!(quoted("« Nous partons\" », dit-elle."), ["Nous partons\""]);
    }

    #[test]
    fn an_unpaired_mark_affects_only_its_line() {
        let found = quoted("Il a dit « une chose bien étrange hier.\nElle a dit « deux ».");
        assert_eq!(found, ["une chose bien étrange hier.", "deux"]);
        assert_eq!(quoted("« jamais fermé, dit-il. « Mais ceci oui »."), ["Mais ceci oui"]);
        assert_eq!(quoted("fermé » sans début, « puis bien »."), ["puis bien"]);
    }

    #[test]
    fn apostrophes_do_not_quote() {
        assert_eq!(quoted("The dogs' tails and the '90s don't matter, o'clock."), Vec::<String>::new());
        assert_eq!(quoted("'Stay here,' he said."), ["Stay here,"]);
    }
}
