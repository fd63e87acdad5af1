//! Counts elementary steps, so that tests can tell linear from quadratic work without a clock.

/// Counts `steps`; does nothing outside of tests.
#[cfg(not(test))]
#[inline(always)]
pub fn count(_steps: usize) {}

/// Counts `steps` of the thread.
#[cfg(test)]
pub fn count(steps: usize) {
    tests::STEPS.with(|counted| counted.set(counted.get() + steps));
}

#[cfg(test)]
mod tests {
    use crate::annotate::dictionary::{Dictionary, StoredEntity};
    use crate::annotate::{AliasKind, Document, EntityKind, annotate};
    use std::cell::Cell;
    use uuid::Uuid;

    thread_local! {
        pub static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    /// The steps that annotating a text takes.
    fn steps(headline: Option<&str>, body: &str, language: &str, aliases: &Dictionary) -> usize {
        STEPS.set(0);
        annotate(&Document { headline, body, language: Some(language) }, aliases);
        STEPS.get()
    }

    /// Pieces of text that repeat, and what could make work grow with the square of their number.
    const PIECES: [&str; 53] = [
        "[",
        "[a](http",
        "says ",
        "Bell said, ",
        ", Bell said, the plan ",
        "threatened to ",
        "as Bell told us, ",
        "\"",
        "« ",
        "« “ „",
        "« a »\n",
        "\"ab\"\n",
        "“a\n",
        "« a » dit, ",
        "« un deux trois quatre », a dit Anne Morel. ",
        "\"a,\" he said ",
        "selon, ",
        "a dit que ",
        "a dit que mais, ",
        "ajoutant que, ",
        "said Bell, who ",
        "told reporters that ",
        "lundi ",
        "le ",
        "A",
        "Ab ",
        "Ab-",
        "M. ",
        "Anne-",
        "Anne Morel, ",
        "ANNE-",
        "l'État hébreu, ",
        "le-pays-du-Cèdre-",
        "Office de la mer (OM) ",
        "(",
        ") » ",
        "U.S.",
        "a.",
        "l'",
        "\n",
        "🦀",
        "<",
        "&",
        "â€",
        "**",
        "「",
        "`` ",
        "»a",
        "'a ",
        "'s' ",
        "– a ?\n",
        "Anne Morel : a ?\n",
        "« Oui, dit Anne Morel, ",
    ];

    /// Many people and organisations of one name.
    fn namesakes() -> Dictionary {
        let mut names = Dictionary::default();
        for n in 0..500 {
            for (name, kind) in [("Anne", EntityKind::Person), ("Ab", EntityKind::Organization)] {
                let id = Uuid::from_u128(n * 2 + u128::from(kind == EntityKind::Person));
                let entity = StoredEntity { id, kind, name: format!("{name} {n}") };
                names.insert(name, AliasKind::Name, &entity);
            }
        }
        names
    }

    /// Four times the text may take little more than four times the steps.
    fn assert_linear(
        name: &str,
        text: impl Fn(usize) -> (Option<String>, String),
        language: &str,
        aliases: &Dictionary,
    ) {
        let count = |size: usize| {
            let (headline, body) = text(size);
            steps(headline.as_deref(), &body, language, aliases)
        };
        let (small, large) = (count(8_000), count(32_000));
        assert!(large <= small * 5, "{name:?} in {language}: {small} steps, then {large}");
        assert!(large / 32_000 < 3_000, "{name:?} in {language}: {} steps for each character", large / 32_000);
    }

    #[test]
    fn work_is_linear_in_the_length_of_hostile_texts() {
        let aliases = namesakes();
        for piece in PIECES {
            for language in ["fr", "en", "de"] {
                assert_linear(piece, |size| (None, piece.repeat(size / piece.len())), language, &aliases);
            }
        }
    }

    #[test]
    fn work_is_linear_in_two_hostile_halves() {
        for (first, second) in
            [("x\n", "\"ab\"\n"), ("\"ab\"\n", "“ab\n"), ("« a b » ", "Ab "), ("Ab Cd, ", "elle dit « a » ")]
        {
            let text = |size: usize| {
                let half = |piece: &str| piece.repeat(size / 2 / piece.len());
                (Some("ab".to_owned()), half(first) + &half(second))
            };
            assert_linear(first, text, "fr", &Dictionary::default());
        }
    }

    #[test]
    fn work_is_linear_in_texts_of_different_names() {
        for format in [
            (|n| format!("Anne X{n}. ")) as fn(usize) -> String,
            |n| format!("M. Ab{n} a dit « oui ». "),
            |n| format!("Anne Morel{n}, ministre, "),
            |n| format!("Société{n} (S{n}) "),
            |n| format!("« ligne {n} »\n"),
        ] {
            let text = |size: usize| (None, (0..size / 12).map(format).collect());
            for language in ["fr", "en"] {
                assert_linear(&format(7), text, language, &Dictionary::default());
            }
        }
    }
}
