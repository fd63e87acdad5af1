//! Somebody else speaks for a named person: the head of the noun phrase is the speaker.

use super::check;

#[test]
fn the_head_of_a_french_description_speaks() {
    check(
        "fr",
        &[
            ("« Il est innocent », a plaidé l'avocat de Paul Roux.", &[("Il est innocent", "l'avocat de Paul Roux")]),
            ("« Il est parti », confie la sœur d'Anne Morel.", &[("Il est parti", "la sœur d'Anne Morel")]),
            (
                "L'ancien conseiller de Mme Morel a répondu : « Elle ne reviendra pas. »",
                &[("Elle ne reviendra pas.", "L'ancien conseiller de Mme Morel")],
            ),
            (
                "« Rien n'est perdu », assure le porte-parole du ministre Paul Roux.",
                &[("Rien n'est perdu", "le porte-parole du ministre Paul Roux")],
            ),
            (
                "Selon la directrice de campagne d'Anne Morel, « rien n'est encore joué ».",
                &[("rien n'est encore joué", "la directrice de campagne d'Anne Morel")],
            ),
            (
                "« Mon client se taira », a dit l'avocate de Paul Roux, Me Jeanne Colas.",
                &[("Mon client se taira", "Jeanne Colas")],
            ),
            // The holder of an office is named by it.
            (
                "« Rien n'est perdu », assure le ministre de l'Intérieur Paul Roux.",
                &[("Rien n'est perdu", "Paul Roux")],
            ),
            ("« Rien n'est perdu », assure la maire de Sète, Anne Morel.", &[("Rien n'est perdu", "Anne Morel")]),
            // The role belongs to the person whose complement it has.
            (
                "Me Jeanne Colas, avocate de Paul Roux, est sortie. « Il est libre », a dit l'avocate de Paul Roux.",
                &[("Il est libre", "Jeanne Colas")],
            ),
            (
                "Le porte-parole du parti, Luc Petit, est là. « C'est non », a dit le porte-parole de Paul Roux.",
                &[("C'est non", "le porte-parole de Paul Roux")],
            ),
            (
                "« Je n'ai rien fait », répète le prévenu par la voix de son avocate, Anne Morel.",
                &[("Je n'ai rien fait", "le prévenu")],
            ),
        ],
    );
}

#[test]
fn the_head_of_an_english_description_speaks() {
    check(
        "en",
        &[
            ("\"He is innocent,\" said the lawyer of Paul Ross.", &[("He is innocent,", "the lawyer of Paul Ross")]),
            ("\"He is innocent,\" Paul Ross's lawyer said.", &[("He is innocent,", "Paul Ross's lawyer")]),
            (
                "\"She left early,\" recalled a former colleague of Anna Bell.",
                &[("She left early,", "a former colleague of Anna Bell")],
            ),
            (
                "The brother of Anna Bell told reporters: \"She will not be back.\"",
                &[("She will not be back.", "The brother of Anna Bell")],
            ),
            (
                "\"Nothing is lost,\" said the spokesman of Mayor Paul Ross.",
                &[("Nothing is lost,", "the spokesman of Mayor Paul Ross")],
            ),
            ("\"He is innocent,\" said Ross's lawyer, Anna Bell.", &[("He is innocent,", "Anna Bell")]),
            ("\"He is innocent,\" said Paul Ross's lawyer Anna Bell.", &[("He is innocent,", "Anna Bell")]),
            ("\"Not at all,\" said the mayor's brother, Councillor Paul Ross.", &[("Not at all,", "Paul Ross")]),
            ("\"He was a shy boy,\" said Bell's aunt, Rosie.", &[("He was a shy boy,", "Rosie")]),
            ("\"Nothing is lost,\" said the mayor of Leeds, Anna Bell.", &[("Nothing is lost,", "Anna Bell")]),
            ("The mayor of Leeds, Anna Bell, waved. \"It is over,\" the mayor said.", &[("It is over,", "Anna Bell")]),
            (
                "The mayor of Leeds, Anna Bell, waved. \"It is over,\" said the mayor of York.",
                &[("It is over,", "the mayor of York")],
            ),
        ],
    );
}
