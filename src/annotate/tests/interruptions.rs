//! Sources that stand within the marks of a quotation.

use super::{assert_quotes, english, french};

#[test]
fn the_source_within_the_marks_is_no_part_of_the_quote() {
    assert_quotes(
        french,
        &[
            (
                "« La digue tiendra, a rappelé Anne Morel, mais il faut la surveiller. »",
                &["la digue tiendra / mais il faut la surveiller. <- anne morel"],
            ),
            (
                "« Nous partons demain, a prévenu le maire, et sans regret. »",
                &["nous partons demain / et sans regret. <- le maire"],
            ),
            (
                "« Quelle honte ! s'est exclamée Anne Morel. Nous irons en appel. »",
                &["quelle honte ! / nous irons en appel. <- anne morel"],
            ),
            ("« Le port rouvrira mardi, assure Anne Morel »", &["le port rouvrira mardi <- anne morel"]),
            ("“La digue tiendra, explique Anne Morel, directrice du port.”", &["la digue tiendra <- anne morel"]),
            (
                "Anne Morel arrive. « Il pleut, constate-t-elle, mais nous jouerons. »",
                &["il pleut / mais nous jouerons. <- elle"],
            ),
            (
                "« La digue tiendra, a promis Anne Morel lundi, et le port aussi. »",
                &["la digue tiendra / et le port aussi. <- anne morel"],
            ),
            // What the speaker reports is hers.
            (
                "« Il m'a dit que Paul Roux partait, et je l'ai cru », a raconté Anne Morel.",
                &["il m'a dit que paul roux partait, et je l'ai cru <- anne morel"],
            ),
            (
                "« Il est parti, m'a-t-il dit, sans un mot », raconte Anne Morel.",
                &["il est parti, m'a-t-il dit, sans un mot <- anne morel"],
            ),
            (
                "« Le maire a dit oui, le préfet a dit non », résume Anne Morel.",
                &["le maire a dit oui, le préfet a dit non <- anne morel"],
            ),
        ],
    );
    assert_quotes(
        english,
        &[
            (
                "\"The bridge is safe, said Anna Bell, and it will last.\"",
                &["the bridge is safe / and it will last. <- anna bell"],
            ),
            (
                "\"He told me it was safe, and I believed him,\" said Anna Bell.",
                &["he told me it was safe, and i believed him, <- anna bell"],
            ),
            (
                "\"The mayor left, she said nothing, and we waited,\" said Anna Bell.",
                &["the mayor left, she said nothing, and we waited, <- anna bell"],
            ),
        ],
    );
}

#[test]
fn a_source_ends_a_quotation_whose_mark_was_forgotten() {
    assert_quotes(
        french,
        &[
            (
                "« La digue tiendra, a dit Anne Morel. Il pleut.\n\n« Non, jamais », a répondu Paul Roux.",
                &["la digue tiendra <- anne morel", "non, jamais <- paul roux"],
            ),
            (
                "\"La digue tiendra, a dit Anne Morel.\n\n\"Non\", a répondu Paul Roux.",
                &["la digue tiendra <- anne morel", "non <- paul roux"],
            ),
            (
                "« La digue tiendra, dit Anne Morel. « Elle est neuve. »",
                &["la digue tiendra <- anne morel", "elle est neuve. <- anne morel"],
            ),
            (
                "« La digue tiendra. Elle est neuve et solide.\n\nPaul Roux en doute. « Elle a cédé », dit-il.",
                &["la digue tiendra. elle est neuve et solide. <- nobody", "elle a cédé <- il"],
            ),
        ],
    );
    assert_quotes(
        english,
        &[
            (
                "\"The bridge is safe, Anna Bell said.\n\n\"It is not,\" said Tom Hale.",
                &["the bridge is safe <- anna bell", "it is not, <- tom hale"],
            ),
            (
                "“The bridge is safe, the mayor told reporters on Monday. It will open soon.",
                &["the bridge is safe <- the mayor"],
            ),
            (
                "\"The bridge is safe,\" Anna Bell said. \"It was tested twice.\n\n\"No,\" said Tom Hale.",
                &["the bridge is safe, <- anna bell", "it was tested twice. <- anna bell", "no, <- tom hale"],
            ),
        ],
    );
}

#[test]
fn a_source_within_the_marks_is_cut_out_in_french() {
    super::check(
        "fr",
        &[
            (
                "« Nous avons, a reconnu Hélène Sorbier, sous-estimé la crue. »",
                &[("Nous avons / sous-estimé la crue.", "Hélène Sorbier")],
            ),
            (
                "« Le rapport existe, assure Marc Delvaux, et je l'ai lu. »",
                &[("Le rapport existe / et je l'ai lu.", "Marc Delvaux")],
            ),
            (
                "« Le rapport existe », assure Marc Delvaux, « et je l'ai lu ».",
                &[("Le rapport existe / et je l'ai lu", "Marc Delvaux")],
            ),
            (
                "« C'est ma dernière saison, a soufflé, ému, Karim Belhadj. Merci à tous. »",
                &[("C'est ma dernière saison / Merci à tous.", "Karim Belhadj")],
            ),
            (
                "Hélène Sorbier s'est expliquée. « J'ai eu tort, a-t-elle admis devant les députés. Je le regrette. »",
                &[("J'ai eu tort / Je le regrette.", "Hélène Sorbier")],
            ),
            (
                "« Mon père disait qu'il fallait tenir, et j'ai tenu », raconte Yves Camus.",
                &[("Mon père disait qu'il fallait tenir, et j'ai tenu", "Yves Camus")],
            ),
            (
                "« Le ministre, a-t-on appris hier, ne viendra pas », regrette Yves Camus.",
                &[("Le ministre, a-t-on appris hier, ne viendra pas", "Yves Camus")],
            ),
            ("« L'eau monte, prévient le maire, M. Camus, et vite. »", &[("L'eau monte / et vite.", "Camus")]),
            (
                "« La vie, c'est comme la mer, disait ma grand-mère, il faut apprendre à nager », sourit Nadia Ferrand.",
                &[("La vie, c'est comme la mer, disait ma grand-mère, il faut apprendre à nager", "Nadia Ferrand")],
            ),
            ("« Tout brûle, a crié un pompier, sortez ! »", &[("Tout brûle / sortez !", "un pompier")]),
        ],
    );
}

#[test]
fn a_source_within_the_marks_is_cut_out_in_english() {
    super::check(
        "en",
        &[
            (
                "\"We underestimated,\" Helen Sorley admitted, \"the strength of the flood.\"",
                &[("We underestimated, / the strength of the flood.", "Helen Sorley")],
            ),
            (
                "\"The report exists,\" Mark Delroy insists, \"and I have read it.\"",
                &[("The report exists, / and I have read it.", "Mark Delroy")],
            ),
            (
                "\"The report exists, Mark Delroy insists, and I have read it.\"",
                &[("The report exists / and I have read it.", "Mark Delroy")],
            ),
            (
                "\"Get out!\" a firefighter shouted at us. \"It is all coming down!\"",
                &[("Get out!", "a firefighter"), ("It is all coming down!", "a firefighter")],
            ),
            (
                "\"This is my last season,\" said an emotional Karim Belton. \"Thank you all.\"",
                &[("This is my last season,", "Karim Belton"), ("Thank you all.", "Karim Belton")],
            ),
            (
                "Helen Sorley explained herself. \"I was wrong,\" she told lawmakers, \"and I regret it.\"",
                &[("I was wrong, / and I regret it.", "Helen Sorley")],
            ),
            (
                "\"My father said we had to hold on, and I did,\" Yves Camden recalled.",
                &[("My father said we had to hold on, and I did,", "Yves Camden")],
            ),
            (
                "\"The minister, we learned yesterday, is not coming,\" said Yves Camden.",
                &[("The minister, we learned yesterday, is not coming,", "Yves Camden")],
            ),
            (
                "\"Life,\" as my grandmother used to say, \"is like the sea.\" Nadia Farrow laughed.",
                &[("Life, / is like the sea.", "my grandmother")],
            ),
            (
                "\"I saw him,\" said Yves Camden, \"but he said nothing.\"",
                &[("I saw him, / but he said nothing.", "Yves Camden")],
            ),
        ],
    );
}
