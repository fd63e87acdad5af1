//! The form in which an alias is indexed, and the aliases that are not.

use crate::annotate::AliasKind;
use crate::annotate::fold;
use std::borrow::Cow;

/// An alias as it is indexed: the article of a periphrasis needs no capital.
pub fn indexed(alias: &str, kind: AliasKind) -> Cow<'_, str> {
    let mut chars = alias.chars();
    match chars.next() {
        Some(first) if kind == AliasKind::Periphrasis && first.is_uppercase() => {
            let head: String = alias.chars().take_while(|c| c.is_alphanumeric()).collect();
            if ["le", "la", "les", "l", "the"].contains(&fold::fold(&head).as_str()) {
                first.to_lowercase().chain(chars).collect::<String>().into()
            } else {
                alias.into()
            }
        }
        _ => alias.into(),
    }
}

/// Articles, prepositions, conjunctions, pronouns and particles of family names, folded.
const SMALL_WORDS: &str = "a an and are as at au aux be but by ce ces cette d da dans de del der des di dos du el elle elles en et eux
    for from he her his i il ils in is it its j je l la le les leur leurs lui mais me moi n ne not nous of on or ou par pas pour qu que
    qui s sa se ses she son sous sur that the their them they this to tu un une van vers von vous was we who with y you";

/// Whether a lower-case alias is a small word, such as the `de` of a family name, which stands in every sentence.
pub fn is_small_word(alias: &str, kind: AliasKind) -> bool {
    if !matches!(kind, AliasKind::Name | AliasKind::Acronym | AliasKind::Misspelling)
        || alias.contains(char::is_uppercase)
    {
        return false;
    }
    let folded = fold::fold(alias);
    SMALL_WORDS.split_whitespace().any(|word| word == folded)
}
