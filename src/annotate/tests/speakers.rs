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
