//! The regular verbs of German.

use crate::annotate::languages::Forms;

/// A regular German verb: `sagen`, `sagt`, `sagte`, `sage`, `gesagt`.
pub(super) fn regular(infinitive: &str) -> Forms {
    let stem = infinitive.strip_suffix("en").or_else(|| infinitive.strip_suffix('n')).unwrap_or(infinitive);
    let link = if stem.ends_with(['t', 'd']) || stem.ends_with("gn") { "e" } else { "" };
    let prefixed = ["be", "er", "ver", "ent", "zer", "ge"].iter().any(|prefix| stem.starts_with(prefix));
    let foreign = infinitive.ends_with("ieren");
    let augment = if prefixed || foreign { "" } else { "ge" };
    let past = format!("{stem}{link}te");
    Forms {
        finite: vec![format!("{stem}{link}t"), past.clone(), format!("{past}n"), format!("{stem}e")],
        participles: vec![format!("{augment}{stem}{link}t")],
        gerund: format!("{infinitive}d"),
    }
}

#[cfg(test)]
mod tests {
    use super::regular;

    #[test]
    fn stems_and_prefixes_are_followed() {
        assert_eq!(regular("sagen").finite, ["sagt", "sagte", "sagten", "sage"]);
        assert_eq!(regular("antworten").finite[..2], ["antwortet", "antwortete"]);
        assert_eq!(regular("sagen").participles, ["gesagt"]);
        assert_eq!(regular("erklären").participles, ["erklärt"]);
        assert_eq!(regular("kritisieren").participles, ["kritisiert"]);
        assert_eq!(regular("jubeln").finite[0], "jubelt");
    }
}
