//! Finds quotations: the text between quotation marks.
//!
//! Each line is read once, with a stack of open marks. A nested quotation is part of the outer one. A quotation may
//! continue in the next lines, with or without a mark at their start. An unpaired mark affects only its own line. Takes time
//! linear in the length of the text.

use super::text::Text;
use super::{Block, Span};

/// Maximum number of lines without a mark within a quotation.
const MAX_UNMARKED_LINES: usize = 4;
/// Maximum length of the rest of a line after a stray mark, in code points. A longer rest is a quotation.
const MAX_UNQUOTED_REST: usize = 20;

/// An outermost quotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    /// Span including the marks.
    pub outer: Span,
    /// Spans without the marks and adjacent spaces, one per line.
    pub parts: Vec<Span>,
    /// Whether it has a closing mark. Without one it ends with its line.
    pub closed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Guillemets,
    Curly,
    Straight,
    Single,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Open,
    Close,
    /// Closes a quotation of its family if one is open, else opens one.
    Either,
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    at: usize,
    family: Family,
    side: Side,
}

#[derive(Debug, Clone)]
struct Opened {
    at: usize,
    family: Family,
    /// The parts of the quotation in earlier lines.
    before: Vec<Span>,
    /// Offset of the mark that opened it.
    start: usize,
}

/// Finds the outermost quotations of a text, in order. `blocks` are its lines. `single_marks`: whether `'so'` is quoted.
pub fn find(text: &Text, blocks: &[Block], single_marks: bool) -> Vec<Quoted> {
    let lines: Vec<Vec<Mark>> = blocks.iter().map(|block| marks(text, block.span, single_marks)).collect();
    let mut found = Vec::new();
    let mut carried: Option<Opened> = None;
    for (i, line) in lines.iter().enumerate() {
        carried = read_line(text, blocks, &lines, i, line, carried, &mut found);
    }
    outermost(found)
}

/// Adds the quotations that end in a line, and returns the quotation that continues in the next line.
fn read_line(
    text: &Text,
    blocks: &[Block],
    lines: &[Vec<Mark>],
    i: usize,
    line: &[Mark],
    carried: Option<Opened>,
    found: &mut Vec<Quoted>,
) -> Option<Opened> {
    let span = blocks[i].span;
    let mut stack: Vec<Opened> = Vec::new();
    let mut open = [0usize; 4];
    let mut skip_first = false;
    if let Some(mut carried) = carried {
        skip_first = line.first().is_some_and(|mark| mark.at == span.start && mark.family == carried.family);
        carried.at = if skip_first { span.start + 1 } else { span.start };
        open[carried.family as usize] += 1;
        stack.push(carried);
    }
    let mut last_closed = 0;
    for mark in &line[usize::from(skip_first)..] {
        let family = mark.family as usize;
        let closes = match mark.side {
            Side::Open => false,
            Side::Close => true,
            Side::Either => open[family] > 0,
        };
        if !closes {
            open[family] += 1;
            stack.push(Opened { at: mark.at + 1, family: mark.family, before: Vec::new(), start: mark.at });
            continue;
        }
        // A straight mark may close a curly one and the reverse, as in `"so”`, if no mark of its own family is open.
        let family = match mark.family {
            Family::Curly if open[family] == 0 => Family::Straight,
            Family::Straight if open[family] == 0 => Family::Curly,
            family => family,
        };
        if open[family as usize] == 0 {
            continue;
        }
        while let Some(opened) = stack.pop() {
            open[opened.family as usize] -= 1;
            if opened.family == family {
                last_closed = mark.at;
                close(text, opened, mark.at, mark.at + 1, true, found);
                break;
            }
        }
    }
    let opened = stack.pop().filter(|opened| opened.family != Family::Single)?;
    if continues(text, blocks, lines, i, opened.family) {
        let mut opened = opened;
        let part = text.trim(Span { start: opened.at, end: span.end });
        if part.start < part.end {
            opened.before.push(part);
        }
        return Some(opened);
    }
    if last_closed < opened.at && (!opened.before.is_empty() || opened.at + MAX_UNQUOTED_REST < span.end) {
        close(text, opened, span.end, span.end, false, found);
    }
    None
}

fn close(text: &Text, opened: Opened, at: usize, end: usize, closed: bool, found: &mut Vec<Quoted>) {
    let mut parts = opened.before;
    let part = text.trim(Span { start: opened.at, end: at });
    if part.start < part.end {
        parts.push(part);
    }
    if !parts.is_empty() {
        found.push(Quoted { outer: Span { start: opened.start, end }, parts, closed });
    }
}

/// Whether a quotation that is open at the end of line `i` continues: the next line repeats its opening mark, or the next
/// mark of its family closes it.
fn continues(text: &Text, blocks: &[Block], lines: &[Vec<Mark>], i: usize, family: Family) -> bool {
    let ahead = (i + 1)..lines.len().min(i + 2 + MAX_UNMARKED_LINES);
    for j in ahead {
        let Some(mark) = lines[j].iter().find(|mark| mark.family == family) else { continue };
        let opens_line = mark.at == blocks[j].span.start;
        if opens_line && j == i + 1 {
            return true;
        }
        let after = text.at(mark.at + 1);
        return !opens_line
            && match mark.side {
                Side::Open => false,
                Side::Close => true,
                Side::Either => !text.before(mark.at).is_whitespace() && !after.is_alphanumeric(),
            };
    }
    false
}

/// Keeps the quotations that are not inside another one.
fn outermost(mut found: Vec<Quoted>) -> Vec<Quoted> {
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

/// The quotation marks of a line, in order.
fn marks(text: &Text, line: Span, single_marks: bool) -> Vec<Mark> {
    let mut found = Vec::new();
    let mut single_open = false;
    for at in line.start..line.end {
        let mark = |family, side| Some(Mark { at, family, side });
        let (before, after) = (if at == line.start { ' ' } else { text.before(at) }, text.at(at + 1));
        let free_before =
            before.is_whitespace() || matches!(before, '(' | '[' | '—' | '–' | '\'' | '“' | '«' | '"' | ':');
        let free_after = !after.is_alphanumeric();
        let mark = match text.at(at) {
            '«' | '‹' => mark(Family::Guillemets, Side::Open),
            '»' | '›' => mark(Family::Guillemets, Side::Close),
            '„' => mark(Family::Curly, Side::Open),
            '“' if !free_before && free_after => mark(Family::Curly, Side::Close),
            '“' => mark(Family::Curly, Side::Open),
            '”' | '‟' if free_before && !free_after => mark(Family::Curly, Side::Open),
            '”' | '‟' => mark(Family::Curly, Side::Close),
            // After a digit, a straight mark is a unit or closes a quotation: `9"8`, `a 27" screen`.
            '"' if before.is_ascii_digit() && after.is_ascii_digit() => None,
            '"' if before.is_ascii_digit() => mark(Family::Straight, Side::Close),
            '"' if free_before && !after.is_whitespace() => mark(Family::Straight, Side::Open),
            '"' if !before.is_whitespace() && free_after => mark(Family::Straight, Side::Close),
            '"' => mark(Family::Straight, Side::Either),
            '‘' if free_before && !free_after => mark(Family::Single, Side::Open),
            '\'' if single_marks && before.is_whitespace() && after.is_uppercase() => mark(Family::Single, Side::Open),
            '\'' if single_open && free_after && may_precede_closing_single(before) => {
                mark(Family::Single, Side::Close)
            }
            _ => None,
        };
        if let Some(mark) = mark {
            if mark.family == Family::Single {
                single_open = mark.side == Side::Open;
            }
            found.push(mark);
        }
    }
    found
}

fn may_precede_closing_single(c: char) -> bool {
    matches!(c, ',' | '.' | '!' | '?' | '…') || (c.is_alphanumeric() && c != 's')
}

#[cfg(test)]
mod tests {
    use super::super::blocks;
    use super::*;

    fn quoted(body: &str) -> Vec<String> {
        let text = Text::new(body);
        find(&text, &blocks::find(&text, None), true)
            .iter()
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
        assert_eq!(quoted("“One line of it.\n\n“And another,” he said."), ["One line of it. / And another,"]);
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
