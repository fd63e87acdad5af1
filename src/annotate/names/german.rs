//! Finds people and places in German text by lists: in German, capitals tell names from no other noun.

use super::consistency;
use super::gazetteer::{NameLanguage, gazetteer};
use super::tokenized_text::{self, Marked, TokenizedText};
use crate::annotate::fold;
use crate::annotate::languages;
use crate::annotate::{AliasKind, EntityKind};

/// Most surnames and particles after a first name.
const LONGEST: usize = 5;

/// Marks the names of a German text, sorted and without overlaps.
pub fn mark(text: &TokenizedText<'_>) -> Vec<Marked> {
    let mut marks = people(text);
    let listed = gazetteer().find(&text.words, NameLanguage::English).into_iter().filter_map(|hit| {
        let sure = !hit.ambiguous && text.words[hit.at].initial && hit.kind != AliasKind::Periphrasis;
        let mut mark = text.mark_words(hit.at, hit.words, gazetteer().known(hit.known).kind, 0.8);
        mark.known = Some(hit.known);
        (sure && text.tokens[mark.tokens.0].start == mark.span.start && text.tokens[mark.tokens.1].end == mark.span.end)
            .then_some(mark)
    });
    let listed = listed.collect();
    tokenized_text::add_without_overlaps(&mut marks, listed);
    consistency::unify(text, NameLanguage::English, &mut marks);
    marks
}

/// People by a known first name and the capitalised words after it: `Anna von der Heide`.
fn people(text: &TokenizedText<'_>) -> Vec<Marked> {
    let language = languages::german();
    let info = |n: usize| language.info(&text.near(n, 0).chars().take(24).collect::<String>().to_lowercase());
    let described = |n: usize| info(n).is_role() || info(n).is_time() || info(n).is_group() || info(n).is_title();
    let capital = |n: usize| text.tokens.get(n).is_some_and(|token| token.is_capitalized() && !token.new_line);
    let first_name = |n: usize| {
        let part = text.tokens[n].text.split('-').next().unwrap_or_default();
        text.tokens[n].is_capitalized() && !described(n) && gazetteer().is_first_name(fold::hash_word(part))
    };
    let mut marks = Vec::new();
    let mut at = 0;
    while at < text.tokens.len() {
        let mut last = at;
        if first_name(at) {
            while last - at < LONGEST {
                let particles = (last + 1..last + 4).take_while(|&n| info(n).is_particle()).count();
                let next = last + particles + 1;
                if !capital(next) || described(next) || text.tokens[next].opens {
                    break;
                }
                last = next;
            }
        }
        if last > at {
            marks.push(text.mark((at, last), EntityKind::Person, 0.85));
        }
        at = last + 1;
    }
    marks
}
