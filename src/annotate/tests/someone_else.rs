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

#[test]
fn the_head_of_a_description_speaks_in_french() {
    super::check(
        "fr",
        &[
            (
                "« Elle n'a jamais touché à cet argent », a martelé à la sortie de l'audience l'avocat de Nadia Ferrand.",
                &[("Elle n'a jamais touché à cet argent", "l'avocat de Nadia Ferrand")],
            ),
            (
                "« Il rentrait toujours avant minuit », se souvient la mère de Théo Lambrecht, assise devant sa maison de Vannes.",
                &[("Il rentrait toujours avant minuit", "la mère de Théo Lambrecht")],
            ),
            (
                "Le directeur de cabinet de la ministre Hélène Sorbier s'est défendu : « Personne ici n'a reçu ce rapport. »",
                &[("Personne ici n'a reçu ce rapport.", "Le directeur de cabinet de la ministre Hélène Sorbier")],
            ),
            (
                "« Nos mandants attendent des réponses », soulignent les avocats de Marc Delvaux et de son épouse.",
                &[("Nos mandants attendent des réponses", "les avocats de Marc Delvaux et de son épouse")],
            ),
            (
                "Un proche d'Hélène Sorbier le confie : « Elle partira avant l'été. »",
                &[("Elle partira avant l'été.", "Un proche d'Hélène Sorbier")],
            ),
            (
                "« Le club n'a rien signé », précise l'entourage de Karim Belhadj.",
                &[("Le club n'a rien signé", "l'entourage de Karim Belhadj")],
            ),
            (
                "Selon l'agent de Karim Belhadj, le joueur passera sa visite médicale jeudi.",
                &[("le joueur passera sa visite médicale jeudi", "l'agent de Karim Belhadj")],
            ),
            (
                "L'épouse de Marc Delvaux, Sylvie Delvaux, a pris la parole : « Nous avons vécu un enfer. »",
                &[("Nous avons vécu un enfer.", "Sylvie Delvaux")],
            ),
            (
                "« La liste sera prête vendredi », a promis la tête de liste écologiste, Nadia Ferrand.",
                &[("La liste sera prête vendredi", "Nadia Ferrand")],
            ),
            (
                "« C'est une décision grave », a réagi le prédécesseur d'Hélène Sorbier au ministère, Yves Camus.",
                &[("C'est une décision grave", "Yves Camus")],
            ),
        ],
    );
}

#[test]
fn the_head_of_a_description_speaks_in_english() {
    super::check(
        "en",
        &[
            (
                "\"She never touched that money,\" the attorney for Nadia Farrow told the court on Tuesday.",
                &[("She never touched that money,", "the attorney for Nadia Farrow")],
            ),
            (
                "\"He was always home by midnight,\" said the mother of Theo Lambert, sitting outside her house in Dover.",
                &[("He was always home by midnight,", "the mother of Theo Lambert")],
            ),
            (
                "\"Nobody here received the report,\" Secretary Helen Sorley's chief of staff said.",
                &[("Nobody here received the report,", "Secretary Helen Sorley's chief of staff")],
            ),
            (
                "A close ally of Helen Sorley said: \"She will be gone by summer.\"",
                &[("She will be gone by summer.", "A close ally of Helen Sorley")],
            ),
            (
                "According to Farrow's agent, the striker will have a medical on Thursday.",
                &[("the striker will have a medical on Thursday", "Farrow's agent")],
            ),
            (
                "\"We have lived through hell,\" said Marcus Delroy's wife, Sylvia.",
                &[("We have lived through hell,", "Marcus Delroy's wife, Sylvia")],
            ),
            (
                "\"It is a grave decision,\" said Helen Sorley's predecessor at the ministry, Yves Camden.",
                &[("It is a grave decision,", "Yves Camden")],
            ),
            (
                "The widow of the late senator Mark Delroy wept. \"He deserved better,\" she said.",
                &[("He deserved better,", "The widow of the late senator Mark Delroy")],
            ),
            (
                "\"The club has signed nothing,\" a spokesperson for coach Karim Belton said in an email.",
                &[("The club has signed nothing,", "a spokesperson for coach Karim Belton")],
            ),
            (
                "\"The list will be ready on Friday,\" promised the Green Party's lead candidate, Nadia Farrow.",
                &[("The list will be ready on Friday,", "Nadia Farrow")],
            ),
        ],
    );
}
