//! What an alias asks of a text to be met there.

use crate::annotate::AliasKind;
use crate::annotate::names::{common, fold};
use std::borrow::Cow;

/// An alias as it is indexed: a periphrasis may begin a sentence or not, so its article asks for no capital.
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

/// True of a name that no text tells from an ordinary word, such as the `de` of a family: it is met in every sentence.
pub fn is_ordinary(alias: &str, kind: AliasKind) -> bool {
    matches!(kind, AliasKind::Name | AliasKind::Acronym | AliasKind::Misspelling)
        && !alias.contains(char::is_uppercase)
        && (common::french(alias) || common::english(alias))
}
