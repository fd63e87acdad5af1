//! Several speakers in one sentence, and several bearers of one name.

use super::{check, read};

#[test]
fn several_people_speak_together() {
    check(
        "fr",
        &[
            ("« C'est fini », ont dit Anne Morel et Paul Roux.", &[("C'est fini", "Anne Morel et Paul Roux")]),
            ("Anne Morel et Paul Roux ont dit : « C'est fini. »", &[("C'est fini.", "Anne Morel et Paul Roux")]),
            ("Le maire et la préfète ont déclaré : « C'est fini. »", &[("C'est fini.", "Le maire et la préfète")]),
            (
                "« C'est fini », affirment Anne Morel, maire de Sète, et Paul Roux.",
                &[("C'est fini", "Anne Morel, maire de Sète, et Paul Roux")],
            ),
            (
                "Pour Anne Morel et Paul Roux, « la digue est perdue ».",
                &[("la digue est perdue", "Anne Morel et Paul Roux")],
            ),
            // Each says something else.
            (
                "« C'est fini », a dit Anne Morel, et Paul Roux a répondu : « Pas encore. »",
                &[("C'est fini", "Anne Morel"), ("Pas encore.", "Paul Roux")],
            ),
            ("« C'est fini », a dit Anne Morel et Paul Roux est sorti.", &[("C'est fini", "Anne Morel")]),
        ],
    );
    check(
        "en",
        &[
            ("\"It is over,\" said Anna Bell and Paul Ross.", &[("It is over,", "Anna Bell and Paul Ross")]),
            ("\"It is over,\" Anna Bell and Paul Ross said.", &[("It is over,", "Anna Bell and Paul Ross")]),
            (
                "Anna Bell, Paul Ross and Luke Hall said: \"It is over.\"",
                &[("It is over.", "Anna Bell, Paul Ross and Luke Hall")],
            ),
            (
                "The mayor and the sheriff told reporters: \"It is over.\"",
                &[("It is over.", "The mayor and the sheriff")],
            ),
            (
                "\"It is over,\" Anna Bell said, and Paul Ross answered: \"Not yet.\"",
                &[("It is over,", "Anna Bell"), ("Not yet.", "Paul Ross")],
            ),
            ("Anna Bell, a lawyer and mother of two, said: \"It is over.\"", &[("It is over.", "Anna Bell")]),
        ],
    );
}

#[test]
fn all_of_several_speakers_are_given() {
    for (language, body) in [
        ("fr", "« C'est fini », ont dit Anne Morel et Paul Roux."),
        ("en", "\"It is over,\" said Anna Morel and Paul Roux."),
    ] {
        let found = read(body, language);
        let names: Vec<&str> =
            found.quotes[0].speakers.iter().map(|&entity| found.entities[entity].name.as_str()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        assert!(names[0].ends_with("Morel") && names[1] == "Paul Roux", "{names:?}");
        assert_eq!(found.quotes[0].speaker, None);
    }
}

#[test]
fn a_name_of_several_people_names_nobody() {
    let speaker = |language: &str, body: &str| {
        let found = read(body, language);
        let quote = found.quotes.last().expect("a quote");
        quote.speaker.map(|entity| found.entities[entity].name.clone())
    };
    let nobody = [
        ("fr", "Luc Morel a battu son cousin Paul Morel. « C'est fini », a dit M. Morel."),
        ("fr", "Paul Roux et Paul Morel ont voté. « C'est fini », a dit Paul."),
        ("fr", "Anne Morel et Luc Morel ont voté. « C'est fini », a dit Morel."),
        ("en", "Luke Bell beat his cousin Paul Bell. \"It is over,\" Mr Bell said."),
        ("en", "Paul Bell and Paul Ross voted. \"It is over,\" Paul said."),
        ("en", "Luke Bell and Anna Bell voted. \"It is over,\" said Bell."),
    ];
    for (language, body) in nobody {
        assert_eq!(speaker(language, body), None, "{body}");
    }
    let found = read("Luke Bell beat his cousin Paul Bell. \"It is over,\" said Bell.", "en");
    let both: Vec<&str> =
        found.quotes[0].candidates.iter().map(|&entity| found.entities[entity].name.as_str()).collect();
    assert_eq!(both, ["Luke Bell", "Paul Bell"]);
    let one = [
        ("fr", "Anne Morel et Luc Morel ont voté. « C'est fini », a dit Mme Morel.", "Anne Morel"),
        ("fr", "Anne Morel et Luc Morel ont voté. « C'est fini », a dit Luc Morel.", "Luc Morel"),
        ("fr", "Anne Morel et Luc Roux ont voté. « C'est fini », a dit Roux.", "Luc Roux"),
        ("en", "Luke Bell and Anna Bell voted. \"It is over,\" said Mrs Bell.", "Anna Bell"),
        ("en", "Luke Bell and Anna Bell voted. \"It is over,\" Luke Bell said.", "Luke Bell"),
        ("en", "Dana Bell met her brother Jim Bell. \"It is over,\" Mr Bell said.", "Jim Bell"),
    ];
    for (language, body, name) in one {
        assert_eq!(speaker(language, body).as_deref(), Some(name), "{body}");
    }
}

#[test]
fn each_source_is_one_person_or_several_in_french() {
    super::check(
        "fr",
        &[
            (
                "Yves Camus et son frère Alain Camus dirigent le domaine. « La récolte sera mauvaise », prévient Camus.",
                &[("La récolte sera mauvaise", "Camus")],
            ),
            (
                "Hélène Sorbier a reçu Jean Sorbier, son cousin. « Nous ne sommes d'accord sur rien », a dit M. Sorbier.",
                &[("Nous ne sommes d'accord sur rien", "Jean Sorbier")],
            ),
            (
                "« Nous irons jusqu'en cassation », ont annoncé Me Karine Vidal et Me Luc Ansart.",
                &[("Nous irons jusqu'en cassation", "Me Karine Vidal et Me Luc Ansart")],
            ),
            (
                "Nadia Ferrand, Marc Delvaux et Yves Camus dénoncent « une loi écrite en une nuit ».",
                &[("une loi écrite en une nuit", "Nadia Ferrand, Marc Delvaux et Yves Camus")],
            ),
            (
                "« La grève continue », ont lancé la déléguée syndicale et le représentant des cadres.",
                &[("La grève continue", "la déléguée syndicale et le représentant des cadres")],
            ),
            (
                "Selon Nadia Ferrand et Marc Delvaux, le vote aura lieu en mars.",
                &[("le vote aura lieu en mars", "Nadia Ferrand et Marc Delvaux")],
            ),
            (
                "« Tout est prêt », assure Nadia Ferrand, tandis que Marc Delvaux juge la date « bien trop proche ».",
                &[("Tout est prêt", "Nadia Ferrand"), ("bien trop proche", "Marc Delvaux")],
            ),
            (
                "Nadia Ferrand a accompagné Marc Delvaux à Rennes. « Tout est prêt », a dit ce dernier.",
                &[("Tout est prêt", "Marc Delvaux")],
            ),
            (
                "Marc Delvaux et Nadia Ferrand se sont salués. « Tout est prêt », a glissé Ferrand.",
                &[("Tout est prêt", "Nadia Ferrand")],
            ),
            (
                "Marc Delvaux père et Marc Delvaux fils étaient là. « Tout est prêt », a dit le premier adjoint.",
                &[("Tout est prêt", "le premier adjoint")],
            ),
        ],
    );
}

#[test]
fn each_source_is_one_person_or_several_in_english() {
    super::check(
        "en",
        &[
            (
                "Yves Camden and his brother Alan Camden run the estate. \"The harvest will be poor,\" Camden warned.",
                &[("The harvest will be poor,", "Camden")],
            ),
            (
                "Helen Sorley met John Sorley, her cousin. \"We agree on nothing,\" Mr Sorley said.",
                &[("We agree on nothing,", "John Sorley")],
            ),
            (
                "\"We will appeal,\" announced lawyers Karen Vidal and Luke Ansart.",
                &[("We will appeal,", "lawyers Karen Vidal and Luke Ansart")],
            ),
            (
                "Nadia Farrow, Mark Delroy and Yves Camden condemned \"a law written in one night\".",
                &[("a law written in one night", "Nadia Farrow, Mark Delroy and Yves Camden")],
            ),
            (
                "\"The strike goes on,\" the shop steward and the managers' delegate told reporters.",
                &[("The strike goes on,", "the shop steward and the managers' delegate")],
            ),
            (
                "According to Nadia Farrow and Mark Delroy, the vote will be held in March.",
                &[("the vote will be held in March", "Nadia Farrow and Mark Delroy")],
            ),
            (
                "\"Everything is ready,\" said Nadia Farrow, while Mark Delroy called the date \"far too close\".",
                &[("Everything is ready,", "Nadia Farrow"), ("far too close", "Mark Delroy")],
            ),
            (
                "Nadia Farrow went to Dover with Mark Delroy. \"Everything is ready,\" Delroy said.",
                &[("Everything is ready,", "Mark Delroy")],
            ),
            (
                "Mark Delroy and Nadia Farrow shook hands. \"Everything is ready,\" she said.",
                &[("Everything is ready,", "Nadia Farrow")],
            ),
            (
                "\"Everything is ready,\" said Nadia Farrow, and Mark Delroy nodded.",
                &[("Everything is ready,", "Nadia Farrow")],
            ),
        ],
    );
}
