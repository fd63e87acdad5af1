//! The regular verbs of French.

use crate::annotate::languages::Forms;

/// A regular French verb in `-er` (with its spelling changes) or `-ir` (like `finir`).
pub(super) fn regular(infinitive: &str) -> Forms {
    match infinitive.strip_suffix("er") {
        Some(stem) => er_verb(stem),
        None => ir_verb(infinitive.strip_suffix("ir").unwrap_or(infinitive)),
    }
}

fn er_verb(stem: &str) -> Forms {
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

fn ir_verb(stem: &str) -> Forms {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn has(verb: &str, forms: &[&str]) {
        let made = regular(verb);
        for form in forms {
            let known = made.finite.iter().chain(&made.participles).chain([&made.gerund]).any(|f| f == form);
            assert!(known, "{verb}: {form} is missing from {made:?}");
        }
    }

    #[test]
    fn spelling_changes_of_the_stem_are_followed() {
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
}
