//! Sentences of the press, of all kinds.

use super::check;

#[test]
fn sentences_of_the_french_press_have_their_speakers() {
    check(
        "fr",
        &[
            (
                "Contacté par nos soins, Marc Delvaux évoque « une simple erreur de calendrier » et promet des excuses.",
                &[("une simple erreur de calendrier", "Marc Delvaux")],
            ),
            (
                "« On ne va pas se mentir, c'est dur », glisse entre deux clients Nadia Ferrand, 42 ans, restauratrice à Dinan.",
                &[("On ne va pas se mentir, c'est dur", "Nadia Ferrand")],
            ),
            (
                "« Ça fait vingt ans qu'on attend », s'emporte un riverain. « Et toujours rien », renchérit sa voisine.",
                &[("Ça fait vingt ans qu'on attend", "un riverain"), ("Et toujours rien", "sa voisine")],
            ),
            (
                "Marc Delvaux, lui, n'en démord pas : « Le dossier est solide. »",
                &[("Le dossier est solide.", "Marc Delvaux")],
            ),
            (
                "Pour autant, « rien n'est joué », tempère le sélectionneur Yves Camus.",
                &[("rien n'est joué", "Yves Camus")],
            ),
            ("La réponse de Nadia Ferrand a fusé : « Pas question. »", &[("Pas question.", "Nadia Ferrand")]),
            (
                "« Nous sommes prêts », a indiqué à l'AFP Hélène Sorbier, porte-parole du collectif.",
                &[("Nous sommes prêts", "Hélène Sorbier")],
            ),
            (
                "Sur son compte, Hélène Sorbier a salué « un homme libre et généreux ».",
                &[("un homme libre et généreux", "Hélène Sorbier")],
            ),
            (
                "Le ministre s'est dit « très préoccupé par la situation ».",
                &[("très préoccupé par la situation", "Le ministre")],
            ),
            (
                "« La ville doit », selon l'adjointe Nadia Ferrand, « montrer l'exemple ».",
                &[("La ville doit / montrer l'exemple", "Nadia Ferrand")],
            ),
            (
                "Et Marc Delvaux de conclure : « Nous avons fait notre part. »",
                &[("Nous avons fait notre part.", "Marc Delvaux")],
            ),
            ("D'un ton las, le gardien lâche : « Ils reviendront. »", &[("Ils reviendront.", "le gardien")]),
            (
                "Interrogée sur ce point, la direction assure que « toutes les règles ont été respectées ».",
                &[("toutes les règles ont été respectées", "la direction")],
            ),
            (
                "« Je ne commente pas une enquête en cours », s'est borné à répondre le procureur de Brest, Yves Camus.",
                &[("Je ne commente pas une enquête en cours", "Yves Camus")],
            ),
            (
                "Selon un témoin de la scène, « la voiture a surgi de nulle part ».",
                &[("la voiture a surgi de nulle part", "un témoin de la scène")],
            ),
            (
                "« Le texte ira au vote », a fait savoir le cabinet d'Hélène Sorbier.",
                &[("Le texte ira au vote", "le cabinet d'Hélène Sorbier")],
            ),
            (
                "Yves Camus y voit « le signe d'un malaise profond ».",
                &[("le signe d'un malaise profond", "Yves Camus")],
            ),
            (
                "« Mon frère n'aurait jamais fait ça », répète en boucle Sylvie Delvaux.",
                &[("Mon frère n'aurait jamais fait ça", "Sylvie Delvaux")],
            ),
            (
                "La présidente de région a, de son côté, réclamé « des actes, pas des mots ».",
                &[("des actes, pas des mots", "La présidente de région")],
            ),
            (
                "Dans les travées, on ironise sur « le ministre des bonnes intentions ».",
                &[("le ministre des bonnes intentions", "nobody")],
            ),
            ("« C'est David contre Goliath », image Yves Camus.", &[("C'est David contre Goliath", "Yves Camus")]),
            (
                "Le syndicaliste Karim Belhadj l'affirme sans détour : « On nous sacrifie. »",
                &[("On nous sacrifie.", "Karim Belhadj")],
            ),
            ("« À quoi bon ? », s'interroge-t-il, les yeux rivés sur la mer.", &[("À quoi bon ?", "il")]),
            (
                "Nadia Ferrand insiste sur le fait que « personne ne sera laissé au bord de la route ».",
                &[("personne ne sera laissé au bord de la route", "Nadia Ferrand")],
            ),
            (
                "Le rapport, que Le Courrier a pu consulter, fait état de « manquements graves ».",
                &[("manquements graves", "Le rapport")],
            ),
            (
                "« Il y a eu, c'est vrai, des maladresses », concède Hélène Sorbier.",
                &[("Il y a eu, c'est vrai, des maladresses", "Hélène Sorbier")],
            ),
            (
                "La candidate Nadia Ferrand veut « rendre la parole aux habitants » et « en finir avec les passe-droits ».",
                &[
                    ("rendre la parole aux habitants", "Nadia Ferrand"),
                    ("en finir avec les passe-droits", "Nadia Ferrand"),
                ],
            ),
            (
                "Yves Camus s'est félicité d'« une avancée majeure », mais Karim Belhadj a déploré « un texte vidé de sa substance ».",
                &[("une avancée majeure", "Yves Camus"), ("un texte vidé de sa substance", "Karim Belhadj")],
            ),
        ],
    );
}

#[test]
fn sentences_of_the_english_press_have_their_speakers() {
    check(
        "en",
        &[
            (
                "Reached by phone, Mark Delroy spoke of \"a simple scheduling error\" and promised to apologise.",
                &[("a simple scheduling error", "Mark Delroy")],
            ),
            (
                "\"I won't lie to you, it's hard,\" says Nadia Farrow, 42, between two customers at her cafe in Dover.",
                &[("I won't lie to you, it's hard,", "Nadia Farrow")],
            ),
            (
                "\"We've been waiting for 20 years,\" one resident fumed. \"And still nothing,\" his neighbour added.",
                &[("We've been waiting for 20 years,", "one resident"), ("And still nothing,", "his neighbour")],
            ),
            ("Mark Delroy is adamant: \"The case is solid.\"", &[("The case is solid.", "Mark Delroy")]),
            (
                "\"We are ready,\" Helen Sorley, a spokeswoman for the group, told Reuters.",
                &[("We are ready,", "Helen Sorley")],
            ),
            (
                "Writing on social media, Helen Sorley paid tribute to \"a free and generous man\".",
                &[("a free and generous man", "Helen Sorley")],
            ),
            (
                "The minister said he was \"deeply worried by the situation\".",
                &[("deeply worried by the situation", "The minister")],
            ),
            (
                "Yves Camden, who describes himself as \"a man of the people\", is seeking a second term.",
                &[("a man of the people", "Yves Camden")],
            ),
            ("\"They will be back,\" the guard said wearily.", &[("They will be back,", "the guard")]),
            (
                "Asked about this, the company said that \"all rules were followed\".",
                &[("all rules were followed", "the company")],
            ),
            (
                "\"I do not comment on a live investigation,\" was all the Brest prosecutor, Yves Camden, would say.",
                &[("I do not comment on a live investigation,", "Yves Camden")],
            ),
            (
                "According to one witness, \"the car came out of nowhere\".",
                &[("the car came out of nowhere", "one witness")],
            ),
            (
                "\"The bill will go to a vote,\" Helen Sorley's office said.",
                &[("The bill will go to a vote,", "Helen Sorley's office")],
            ),
            (
                "\"My brother would never have done that,\" Sylvia Delroy keeps repeating.",
                &[("My brother would never have done that,", "Sylvia Delroy")],
            ),
            ("The governor, for her part, demanded \"deeds, not words\".", &[("deeds, not words", "The governor")]),
            (
                "\"It's David against Goliath,\" is how Yves Camden puts it.",
                &[("It's David against Goliath,", "Yves Camden")],
            ),
            (
                "Union leader Karim Belton put it bluntly: \"We are being sacrificed.\"",
                &[("We are being sacrificed.", "Karim Belton")],
            ),
            ("\"What's the point?\" he wonders, eyes fixed on the sea.", &[("What's the point?", "he")]),
            (
                "\"There were, it is true, some blunders,\" Helen Sorley conceded.",
                &[("There were, it is true, some blunders,", "Helen Sorley")],
            ),
            (
                "Candidate Nadia Farrow wants to \"give residents their voice back\" and \"put an end to favours\".",
                &[("give residents their voice back", "Nadia Farrow"), ("put an end to favours", "Nadia Farrow")],
            ),
            (
                "Yves Camden hailed \"a major step forward\", but Karim Belton deplored \"a bill stripped of its substance\".",
                &[("a major step forward", "Yves Camden"), ("a bill stripped of its substance", "Karim Belton")],
            ),
            (
                "\"It was chaos,\" recalls Nadia Farrow, who was on the bridge that night. \"People were screaming.\"",
                &[("It was chaos,", "Nadia Farrow"), ("People were screaming.", "Nadia Farrow")],
            ),
            (
                "Delroy, 54, told jurors he \"panicked\" when police arrived.",
                &[("he \"panicked\" when police arrived", "Delroy")],
            ),
            ("In a post on X, Farrow wrote: \"Thank you, Dover.\"", &[("Thank you, Dover.", "Farrow")]),
            (
                "\"Our hearts go out to the family,\" the club said in a statement.",
                &[("Our hearts go out to the family,", "the club")],
            ),
            (
                "The mother of one victim, Karen Vidal, said she \"could not forgive\" the driver.",
                &[("she \"could not forgive\" the driver", "Karen Vidal")],
            ),
            (
                "\"We can't wait,\" said Belton. Asked when work would start, he replied: \"Tomorrow.\"",
                &[("We can't wait,", "Belton"), ("Tomorrow.", "Belton")],
            ),
        ],
    );
}
