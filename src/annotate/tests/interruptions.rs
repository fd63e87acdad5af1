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
