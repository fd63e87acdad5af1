//! Places and agencies of datelines: `PARIS (AFP) –`, `HARBOUR CITY, May 3 (Reuters) -`.

use super::tokenized_text::{Marked, TokenizedText};
use crate::annotate::EntityKind;

/// Longest place, and longest dateline, in tokens.
const LONGEST_PLACE: usize = 5;
const LONGEST: usize = 14;

/// The names of the datelines of a text, in order.
pub fn find(text: &TokenizedText<'_>) -> Vec<Marked> {
    let lines = (0..text.tokens.len()).filter(|&at| at == 0 || text.tokens[at].new_line);
    lines.filter_map(|first| dateline(text, first)).flatten().collect()
}

fn is_dash(text: &str) -> bool {
    matches!(text, "-" | "–" | "—" | "--")
}

/// The place, and the agency in brackets, of the line that begins at a token.
fn dateline(text: &TokenizedText<'_>, first: usize) -> Option<Vec<Marked>> {
    let in_line = |n: usize| text.tokens.get(n).filter(|token| n == first || !token.new_line);
    let capital = |n: &usize| in_line(*n).is_some_and(|token| token.is_capitalized());
    let last = (first..first + LONGEST_PLACE).take_while(capital).last()?;
    let dash = (last + 1..first + LONGEST).take_while(|&n| in_line(n).is_some()).find(|&n| is_dash(text.near(n, 0)))?;
    let between = last + 1..dash;
    let open = between.clone().find(|&n| text.near(n, 0) == "(");
    let agency = open.filter(|&open| {
        text.near(dash, -1) == ")"
            && (open + 1..dash - 1).all(|n| capital(&n))
            && open + 1 < dash - 1
            && dash - open < 7
    });
    let shouted = (first..=last).all(|n| text.tokens[n].is_acronym());
    // Between place and agency or dash stand a region and a date only.
    let plain = between.take_while(|n| Some(*n) != open).all(|n| {
        let token = text.tokens[n].text;
        token == "," || text.tokens[n].is_capitalized() || token.len() <= 4 && token.chars().all(|c| c.is_ascii_digit())
    });
    if !plain || agency.is_none() && !(shouted && last < first + 3 && is_long_dash(text.near(dash, 0))) {
        return None;
    }
    let mut marks = vec![text.mark((first, last), EntityKind::Place, 0.85)];
    marks.extend(agency.map(|open| text.mark((open + 1, dash - 2), EntityKind::Organization, 0.85)));
    Some(marks)
}

fn is_long_dash(text: &str) -> bool {
    matches!(text, "–" | "—" | "--")
}
