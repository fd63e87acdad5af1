//! The regular verbs of English.

use crate::annotate::languages::Forms;

/// A regular English verb; a hyphen after it means that its last consonant is doubled: `admit-`, `admitted`.
pub(super) fn regular(entry: &str) -> Forms {
    let infinitive = entry.trim_end_matches('-');
    let consonant_y = infinitive.ends_with('y') && !infinitive.ends_with(['a', 'e', 'o']) && {
        let before = infinitive.chars().rev().nth(1);
        !matches!(before, Some('a' | 'e' | 'o' | 'u'))
    };
    let sibilant = ["s", "sh", "ch", "x", "z"].iter().any(|end| infinitive.ends_with(end));
    let third = match infinitive {
        _ if consonant_y => format!("{}ies", &infinitive[..infinitive.len() - 1]),
        _ if sibilant => format!("{infinitive}es"),
        _ => format!("{infinitive}s"),
    };
    let (past, gerund) = if entry.ends_with('-') {
        let consonant = infinitive.chars().last().map_or(String::new(), String::from);
        (format!("{infinitive}{consonant}ed"), format!("{infinitive}{consonant}ing"))
    } else if let Some(stem) = infinitive.strip_suffix('e') {
        let gerund = if stem.ends_with('e') { format!("{infinitive}ing") } else { format!("{stem}ing") };
        (format!("{infinitive}d"), gerund)
    } else if consonant_y {
        (format!("{}ied", &infinitive[..infinitive.len() - 1]), format!("{infinitive}ing"))
    } else {
        (format!("{infinitive}ed"), format!("{infinitive}ing"))
    };
    Forms { finite: vec![third, past.clone()], participles: vec![past], gerund }
}

#[cfg(test)]
mod tests {
    use super::regular;

    #[test]
    fn spelling_changes_of_the_stem_are_followed() {
        assert_eq!(regular("reply").finite, ["replies", "replied"]);
        assert_eq!(regular("say").finite[0], "says");
        assert_eq!(regular("promise").gerund, "promising");
        assert_eq!(regular("agree").gerund, "agreeing");
        assert_eq!(regular("stress").finite[0], "stresses");
        assert_eq!(regular("admit-").finite, ["admits", "admitted"]);
        assert_eq!(regular("quip-").gerund, "quipping");
    }
}
