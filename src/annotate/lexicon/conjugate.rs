//! The forms of verbs that news is told in: third persons, participles, infinitive.

/// The forms of one verb.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Forms {
    pub finite: Vec<String>,
    pub participles: Vec<String>,
    pub gerund: String,
}

/// A regular French verb in `-er` (with its spelling changes) or `-ir` (like `finir`).
pub(super) fn french_regular(infinitive: &str) -> Forms {
    match infinitive.strip_suffix("er") {
        Some(stem) => french_er(stem),
        None => french_ir(infinitive.strip_suffix("ir").unwrap_or(infinitive)),
    }
}

fn french_er(stem: &str) -> Forms {
    // Before a mute e the stem may change (`rappelle`, `répète`, `lève`), before a and o it keeps its sound (`annonça`).
    let mute = mute_stem(stem);
    let soft = match stem.chars().last() {
        Some('c') => format!("{}ç", &stem[..stem.len() - 1]),
        Some('g') => format!("{stem}e"),
        _ => stem.to_owned(),
    };
    let future = if stem.ends_with("oy") || stem.ends_with("uy") || mute != stem && !stem_has_acute(stem) {
        &mute
    } else {
        stem
    };
    let finite = [
        join(&mute, &["e", "ent"]),
        join(&soft, &["ait", "aient", "a"]),
        join(stem, &["èrent"]),
        join(&format!("{future}er"), &["a", "ont", "ait", "aient"]),
    ]
    .concat();
    Forms { finite, participles: join(stem, &["é", "ée", "és", "ées"]), gerund: format!("{soft}ant") }
}

fn french_ir(stem: &str) -> Forms {
    let finite = join(stem, &["it", "issent", "issait", "issaient", "irent", "ira", "iront", "irait", "iraient"]);
    Forms { finite, participles: join(stem, &["i", "ie", "is", "ies"]), gerund: format!("{stem}issant") }
}

fn stem_has_acute(stem: &str) -> bool {
    stem.chars().rev().take(3).any(|c| c == 'é')
}

fn mute_stem(stem: &str) -> String {
    if let Some(head) = stem.strip_suffix("pel").or_else(|| stem.strip_suffix("jet")) {
        let tail = &stem[head.len()..];
        return format!("{stem}{}", &tail[tail.len() - 1..]);
    }
    if let Some(head) = stem.strip_suffix("oy").or_else(|| stem.strip_suffix("uy")) {
        return format!("{head}{}i", &stem[head.len()..head.len() + 1]);
    }
    // `répét-` becomes `répèt-`, `martel-` `martèl-`: the last vowel before a single final consonant.
    let chars: Vec<char> = stem.chars().collect();
    if let [head @ .., 'é' | 'e', consonant] = chars.as_slice()
        && !matches!(consonant, 'a' | 'e' | 'é' | 'i' | 'o' | 'u')
        && head.last().is_some_and(|&before| before != 'e')
    {
        return format!("{}è{consonant}", head.iter().collect::<String>());
    }
    if let [head @ .., 'é', first @ ('g' | 'c' | 't'), second @ ('u' | 'r')] = chars.as_slice() {
        return format!("{}è{first}{second}", head.iter().collect::<String>());
    }
    stem.to_owned()
}

fn join(stem: &str, endings: &[&str]) -> Vec<String> {
    endings.iter().map(|ending| format!("{stem}{ending}")).collect()
}

/// A regular English verb.
pub(super) fn english_regular(infinitive: &str) -> Forms {
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
    let (past, gerund) = if let Some(stem) = infinitive.strip_suffix('e') {
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
    use super::*;

    fn has(verb: &str, forms: &[&str]) {
        let made = french_regular(verb);
        for form in forms {
            let known = made.finite.iter().chain(&made.participles).chain([&made.gerund]).any(|f| f == form);
            assert!(known, "{verb}: {form} is missing from {made:?}");
        }
    }

    #[test]
    fn french_spelling_changes() {
        has(
            "déclarer",
            &["déclare", "déclarent", "déclarait", "déclara", "déclarèrent", "déclarerait", "déclaré", "déclarant"],
        );
        has("annoncer", &["annonce", "annonçait", "annonça", "annoncèrent", "annonçant"]);
        has("juger", &["juge", "jugeait", "jugea", "jugeant", "jugèrent"]);
        has("rappeler", &["rappelle", "rappelait", "rappellera", "rappelé"]);
        has("répéter", &["répète", "répétait", "répétera"]);
        has("marteler", &["martèle", "martelait", "martèlera"]);
        has("espérer", &["espère", "espèrent", "espérait"]);
        has("alléguer", &["allègue", "alléguait"]);
        has("tweeter", &["tweete", "tweeté"]);
        has("avertir", &["avertit", "avertissait", "averti", "avertissant"]);
        has("relever", &["relève", "relevait"]);
    }

    #[test]
    fn english_spelling_changes() {
        assert_eq!(english_regular("reply").finite, ["replies", "replied"]);
        assert_eq!(english_regular("say").finite[0], "says");
        assert_eq!(english_regular("promise").gerund, "promising");
        assert_eq!(english_regular("agree").gerund, "agreeing");
        assert_eq!(english_regular("stress").finite[0], "stresses");
    }
}
