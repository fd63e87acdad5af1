//! Finds the quotation marks of a line.

use crate::annotate::Span;
use crate::annotate::text::Text;

/// Marks that open and close each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Guillemets,
    /// Guillemets that point inwards: `»so«`.
    Inward,
    Curly,
    Straight,
    Single,
    /// `「so」` and `『so』`.
    Corner,
}

/// The number of families.
pub const FAMILIES: usize = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Open,
    Close,
    /// Opens, or closes an open mark of its family.
    Either,
}

#[derive(Debug, Clone, Copy)]
pub struct Mark {
    pub at: usize,
    /// Its length in code points: `` and '' are one mark.
    pub width: usize,
    pub family: Family,
    pub side: Side,
}

/// Whether a character before a closing mark may be the closing mark of a nested quotation, or a space.
pub fn closes_nested(c: char) -> bool {
    matches!(c, '\'' | '’' | '”' | '"' | '»' | '›' | '“' | '«' | ' ')
}

/// The quotation marks of a line, in order.
pub fn marks(text: &Text, line: Span, single_marks: bool) -> Vec<Mark> {
    let mut scan = Scan { text, line, found: Vec::new(), inward: false, guillemets: false };
    let mut singles = Singles::default();
    let mut at = line.start;
    while at < line.end {
        let width = match scan.double(at) {
            Some(mark) => {
                scan.found.push(mark);
                mark.width
            }
            None => {
                if matches!(text.at(at), '\'' | '‘') {
                    singles.read(&mut scan, at, single_marks);
                }
                1
            }
        };
        at += width;
    }
    singles.close_uncertain(&mut scan.found);
    scan.found.sort_by_key(|mark| mark.at);
    scan.found
}

struct Scan<'a> {
    text: &'a Text,
    line: Span,
    found: Vec<Mark>,
    /// Whether guillemets that point inwards are open.
    inward: bool,
    /// Whether the last other guillemet opens.
    guillemets: bool,
}

impl Scan<'_> {
    fn before(&self, at: usize) -> char {
        if at == self.line.start { ' ' } else { self.text.before(at) }
    }

    fn is_free_before(&self, at: usize) -> bool {
        let before = self.before(at);
        before.is_whitespace() || matches!(before, '(' | '[' | '—' | '–' | '\'' | '“' | '«' | '"' | ':')
    }

    /// The double mark at `at`.
    fn double(&mut self, at: usize) -> Option<Mark> {
        let (before, after) = (self.before(at), self.text.at(at + 1));
        let (free_before, free_after) = (self.is_free_before(at), !after.is_alphanumeric());
        let mark = |family, side| Some(Mark { at, width: 1, family, side });
        match self.text.at(at) {
            '«' if self.inward && !before.is_whitespace() => {
                self.inward = false;
                mark(Family::Inward, Side::Close)
            }
            '»' if free_before && !free_after && !self.guillemets => {
                self.inward = true;
                mark(Family::Inward, Side::Open)
            }
            c @ ('«' | '‹' | '»' | '›') => {
                self.guillemets = matches!(c, '«' | '‹');
                mark(Family::Guillemets, if self.guillemets { Side::Open } else { Side::Close })
            }
            c @ ('<' | '>') if after == c => {
                let side = if c == '<' { Side::Open } else { Side::Close };
                Some(Mark { at, width: 2, family: Family::Guillemets, side })
            }
            '「' | '『' => mark(Family::Corner, Side::Open),
            '」' | '』' => mark(Family::Corner, Side::Close),
            '„' => mark(Family::Curly, Side::Open),
            '“' if !free_before && free_after => mark(Family::Curly, Side::Close),
            '“' => mark(Family::Curly, Side::Open),
            '”' | '‟' if free_before && !free_after => mark(Family::Curly, Side::Open),
            '”' | '‟' => mark(Family::Curly, Side::Close),
            '`' if after == '`' => Some(Mark { at, width: 2, family: Family::Straight, side: Side::Open }),
            '\'' if after == '\'' => Some(Mark { at, width: 2, family: Family::Straight, side: Side::Either }),
            // After a digit, a straight mark is a unit or closes a quotation: `9"8`, `a 27" screen`.
            '"' if before.is_ascii_digit() && after.is_ascii_digit() => None,
            '"' if before.is_ascii_digit() => mark(Family::Straight, Side::Close),
            '"' if free_before && may_open(after, self.text.at(at + 2)) => mark(Family::Straight, Side::Open),
            '"' if !before.is_whitespace() && free_after => mark(Family::Straight, Side::Close),
            '"' if matches!(after, ',' | '.' | ';' | ':' | ')') => mark(Family::Straight, Side::Close),
            '"' => mark(Family::Straight, Side::Either),
            _ => None,
        }
    }
}

/// Whether a quotation may begin with `first` and `second`.
fn may_open(first: char, second: char) -> bool {
    let ellipsis = first == '.' && second == '.';
    !first.is_whitespace() && (ellipsis || !matches!(first, ',' | '.' | ';' | ':' | '!' | '?' | ')' | ']'))
}

/// Tells single marks from apostrophes.
#[derive(Default)]
struct Singles {
    open: Opening,
    /// Where the apostrophe of a plural (`the workers' council`) would close the open mark.
    uncertain: Option<usize>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Opening {
    #[default]
    None,
    Certain,
    /// Before a lower-case letter, as in `'em`: a mark only if a certain one closes it.
    Possible(usize),
}

impl Singles {
    fn read(&mut self, scan: &mut Scan, at: usize, straight: bool) {
        let (before, after) = (scan.before(at), scan.text.at(at + 1));
        let curly = scan.text.at(at) == '‘';
        let possible = straight && before.is_whitespace() && after.is_alphabetic();
        let certain =
            if curly { scan.is_free_before(at) && after.is_alphanumeric() } else { possible && after.is_uppercase() };
        if certain {
            self.close_uncertain(&mut scan.found);
            self.open = Opening::Certain;
            scan.found.push(single(at, Side::Open));
        } else if !curly && possible && self.open == Opening::None {
            self.open = Opening::Possible(at);
        } else if !curly && !after.is_alphanumeric() && self.open != Opening::None {
            let plural = before == 's' && !matches!(after, ',' | '.' | ';' | ':' | '!' | '?' | ')' | '\n');
            match self.open {
                _ if !(matches!(before, ',' | '.' | '!' | '?' | '…') || before.is_alphanumeric()) => {}
                Opening::Certain if plural => self.uncertain = Some(at),
                Opening::Possible(_) if before == 's' => {}
                opening => {
                    if let Opening::Possible(start) = opening {
                        scan.found.push(single(start, Side::Open));
                    }
                    scan.found.push(single(at, Side::Close));
                    (self.open, self.uncertain) = (Opening::None, None);
                }
            }
        }
    }

    /// Closes an open mark at the last plural, when nothing else closes it.
    fn close_uncertain(&mut self, found: &mut Vec<Mark>) {
        if let (Opening::Certain, Some(at)) = (self.open, self.uncertain.take()) {
            found.push(single(at, Side::Close));
        }
        self.open = Opening::None;
    }
}

fn single(at: usize, side: Side) -> Mark {
    Mark { at, width: 1, family: Family::Single, side }
}
