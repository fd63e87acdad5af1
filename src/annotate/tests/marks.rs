//! Marks that are missing, mixed, spaced oddly or foreign.

use super::{assert_quotes, english, french, read, show};

#[test]
fn oddly_spaced_and_mixed_marks_quote() {
    let words: &[&str] = &["le port rouvrira mardi <- anne morel"];
    for quotation in [
        "\"\u{a0}Le port rouvrira mardi\u{a0}\"",
        "\" Le port rouvrira mardi \"",
        "«Le port rouvrira mardi»",
        "« Le port rouvrira mardi\"",
        "« Le port rouvrira mardi”",
        "\"Le port rouvrira mardi »",
        "“Le port rouvrira mardi\"",
        "`` Le port rouvrira mardi ''",
        "„Le port rouvrira mardi“",
        "»Le port rouvrira mardi«",
        "‹ Le port rouvrira mardi ›",
        "<<Le port rouvrira mardi>>",
        "\"Le port rouvrira mardi \"",
    ] {
        let body = format!("La ville attend. {quotation}, a déclaré Anne Morel.");
        assert_quotes(french, &[(&body, words)]);
    }
}

#[test]
fn a_quotation_without_its_opening_mark_needs_its_source() {
    assert_quotes(
        french,
        &[
            ("Le port rouvrira dès mardi », a déclaré Anne Morel.", &["le port rouvrira dès mardi <- anne morel"]),
            ("Le port rouvrira dès mardi », le long du quai.", &[]),
        ],
    );
    assert_quotes(
        english,
        &[("The bridge is safe and sound,” Anna Bell said.", &["the bridge is safe and sound, <- anna bell"])],
    );
}

#[test]
fn british_single_marks_quote_and_apostrophes_do_not() {
    assert_quotes(
        english,
        &[
            (
                "'It's safe,' said Anna Bell. 'We won't close the bridge's ramp.'",
                &["it's safe, <- anna bell", "we won't close the bridge's ramp. <- anna bell"],
            ),
            ("Anna Bell called the plan 'a betrayal of everyone'.", &["a betrayal of everyone <- anna bell"]),
            (
                "Anna Bell said: ‘The workers’ council met the owners’ lawyers.’",
                &["the workers’ council met the owners’ lawyers. <- anna bell"],
            ),
            ("‘We want more jobs’ said Anna Bell.", &["we want more jobs <- anna bell"]),
            (
                "‘I asked him and he said “no way”,’ said Anna Bell.",
                &["i asked him and he said “no way”, <- anna bell"],
            ),
            ("\"He said 'no way' to me,\" said Anna Bell.", &["he said 'no way' to me, <- anna bell"]),
            ("“She goes, ‘That one is mine,’” said Anna Bell.", &["she goes, ‘that one is mine,’ <- anna bell"]),
            (
                "The dockers’ leader said the plan was ‘a betrayal of everyone’.",
                &["a betrayal of everyone <- the dockers’ leader"],
            ),
            ("The dogs' owners met in the '90s, and rock 'n' roll won 'em over.", &[]),
            ("It was the bosses' idea, the drivers' fear and the owners' loss.", &[]),
        ],
    );
}

#[test]
fn a_quotation_of_several_paragraphs_has_one_source() {
    assert_quotes(
        french,
        &[
            (
                "Anne Morel a écrit :\n« Nous avons perdu un ami.\n« Il va nous manquer. »",
                &["nous avons perdu un ami. / il va nous manquer. <- anne morel"],
            ),
            (
                "Paul Roux doute. « Il pleut », dit-il.\n\n« La digue est neuve.\n\n» Elle tiendra », répond Anne Morel.",
                &["il pleut <- il", "la digue est neuve. / elle tiendra <- anne morel"],
            ),
        ],
    );
    assert_quotes(
        english,
        &[
            (
                "“The bridge is safe,” Anna Bell said. “We tested it.\n\n“We will test it again,” she added.",
                &["the bridge is safe, <- anna bell", "we tested it. / we will test it again, <- anna bell"],
            ),
            (
                "“We tested it twice.\n\n“We will test it again,” said Anna Bell.",
                &["we tested it twice. / we will test it again, <- anna bell"],
            ),
        ],
    );
}

#[test]
fn marks_of_other_scripts_quote() {
    for (language, body, words) in [
        (
            "ja",
            "市長は「港は月曜日に再開し、ストライキはもうありません」と述べた。",
            "港は月曜日に再開し、ストライキはもうありません",
        ),
        ("zh", "市长说：「港口星期一重新开放，不会再有罢工」。", "港口星期一重新开放，不会再有罢工"),
        ("de", "»Der Hafen öffnet am Montag wieder«, sagte sie.", "der hafen öffnet am montag wieder"),
        ("de", "„Der Hafen öffnet am Montag wieder“, sagte sie.", "der hafen öffnet am montag wieder"),
        ("sv", "”Hamnen öppnar igen på måndag”, sade hon.", "hamnen öppnar igen på måndag"),
    ] {
        let found: Vec<String> = read(body, language).quotes.iter().map(|quote| show(body, quote)).collect();
        assert!(found.len() == 1 && found[0].contains(&format!(": {words} <- ")), "{found:?}");
    }
}

#[test]
fn marks_of_all_kinds_quote_in_french() {
    super::check(
        "fr",
        &[
            (
                "\"Nous avons attendu trois heures sous la pluie\" raconte Nadia Ferrand, trempée.",
                &[("Nous avons attendu trois heures sous la pluie", "Nadia Ferrand")],
            ),
            (
                "“Nous avons tout perdu en une nuit”, soupire Yves Camus devant sa grange.",
                &[("Nous avons tout perdu en une nuit", "Yves Camus")],
            ),
            (
                "«Nous avons tout perdu en une nuit», soupire Yves Camus devant sa grange.",
                &[("Nous avons tout perdu en une nuit", "Yves Camus")],
            ),
            (
                "« Il m'a dit “pars” et je suis partie », raconte Nadia Ferrand.",
                &[("Il m'a dit “pars” et je suis partie", "Nadia Ferrand")],
            ),
            (
                "« Nous avons tout perdu », soupire Yves Camus.\n\n« L'État doit nous aider, demande Nadia Ferrand.\n\nLe préfet viendra lundi.",
                &[("Nous avons tout perdu", "Yves Camus"), ("L'État doit nous aider", "Nadia Ferrand")],
            ),
            (
                "« Nous avons tout perdu. Les bêtes sont mortes.\n\n« Il faudra dix ans pour reconstruire », ajoute Yves Camus.",
                &[(
                    "Nous avons tout perdu. Les bêtes sont mortes. / Il faudra dix ans pour reconstruire",
                    "Yves Camus",
                )],
            ),
            ("« Nous avons tout perdu \", soupire Yves Camus.", &[("Nous avons tout perdu", "Yves Camus")]),
            ("L'écran de 27\" coûte moins cher qu'un écran de 32\", note le magazine.", &[]),
            ("Le cap de l'« exception » est passé à 12 h 30 et l'« aujourd'hui » d'hier n'est plus.", &[]),
            ("„Nous avons tout perdu“, soupire Yves Camus.", &[("Nous avons tout perdu", "Yves Camus")]),
        ],
    );
}

#[test]
fn marks_of_all_kinds_quote_in_english() {
    super::check(
        "en",
        &[
            (
                "'We waited three hours in the rain,' said Nadia Farrow, soaked to the skin.",
                &[("We waited three hours in the rain,", "Nadia Farrow")],
            ),
            (
                "\"We waited three hours in the rain\", said Nadia Farrow.",
                &[("We waited three hours in the rain", "Nadia Farrow")],
            ),
            (
                "''We lost everything overnight,'' said Yves Camden outside his barn.",
                &[("We lost everything overnight,", "Yves Camden")],
            ),
            ("“He said ‘go’ and I went,” Nadia Farrow recalled.", &[("He said ‘go’ and I went,", "Nadia Farrow")]),
            (
                "\"We lost everything. The animals are dead.\n\n\"It will take ten years to rebuild,\" Yves Camden added.",
                &[("We lost everything. The animals are dead. / It will take ten years to rebuild,", "Yves Camden")],
            ),
            (
                "“We lost everything,” Yves Camden said.\n\n“The state must help us, Nadia Farrow said.\n\nThe governor will visit on Monday.",
                &[("We lost everything,", "Yves Camden"), ("The state must help us", "Nadia Farrow")],
            ),
            (
                "The 27\" screen costs less than a 32\" one, the magazine noted.",
                &[("The 27\" screen costs less than a 32\" one", "the magazine")],
            ),
            ("“We lost everything,\" said Yves Camden.", &[("We lost everything,", "Yves Camden")]),
            ("The farmers' union and the villagers' council don't agree, and it's the growers' loss.", &[]),
            (
                "‘The owners’ promises weren’t kept,’ Nadia Farrow said.",
                &[("The owners’ promises weren’t kept,", "Nadia Farrow")],
            ),
        ],
    );
}
