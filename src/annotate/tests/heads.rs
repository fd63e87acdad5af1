//! The head of the source: appositions, roles before and after names, subjects of subordinate clauses.

use super::check;

#[test]
fn a_french_source_is_found_beside_its_description() {
    check(
        "fr",
        &[
            (
                "« La digue tiendra », assure Anne Morel, ingénieure et directrice du port de Sète.",
                &[("La digue tiendra", "Anne Morel")],
            ),
            (
                "« La digue tiendra », a répondu, très calme, la directrice du port, Anne Morel.",
                &[("La digue tiendra", "Anne Morel")],
            ),
            (
                "Selon l'avocate du port, Me Anne Morel, la digue tiendra encore dix ans.",
                &[("la digue tiendra encore dix ans", "Anne Morel")],
            ),
            (
                "Selon Anne Morel, directrice du port, « la digue tiendra dix ans ».",
                &[("la digue tiendra dix ans", "Anne Morel")],
            ),
            (
                "Quand les riverains ont protesté, l'adjoint Paul Roux s'est levé. « La digue tiendra bien dix ans. »",
                &[("La digue tiendra bien dix ans.", "Paul Roux")],
            ),
            (
                "Paul Roux partait quand un pêcheur l'a interpellé en criant « la digue va céder ce soir ».",
                &[("la digue va céder ce soir", "un pêcheur")],
            ),
            (
                "« La digue tiendra », un ouvrage de béton, très ancien, a déclaré la directrice Anne Morel.",
                &[("La digue tiendra", "Anne Morel")],
            ),
            (
                "Le syndicat des pêcheurs « dénonce un chantier bâclé » et demande un report.",
                &[("dénonce un chantier bâclé", "Le syndicat des pêcheurs")],
            ),
            (
                "« Nous avons prévenu trois fois », la conseillère Anne Morel ouvre ainsi la séance.",
                &[("Nous avons prévenu trois fois", "Anne Morel")],
            ),
            (
                "Anne Morel était là. Un pêcheur, lui, parle d'une « digue à bout de souffle ».",
                &[("digue à bout de souffle", "Un pêcheur")],
            ),
            (
                "Paul Roux était là. Une riveraine, elle, parle d'une « digue à bout de souffle ».",
                &[("digue à bout de souffle", "Une riveraine")],
            ),
            (
                "Pour son conseil, Me Paul Roux, « la digue tiendra dix ans ».",
                &[("la digue tiendra dix ans", "Paul Roux")],
            ),
            (
                "« La digue tiendra », martèle à chaque réunion, devant les élus, Anne Morel.",
                &[("La digue tiendra", "Anne Morel")],
            ),
            (
                "« La digue tiendra », a, non sans malice, glissé à la presse Anne Morel.",
                &[("La digue tiendra", "Anne Morel")],
            ),
            (
                "Paul Roux a répondu à Anne Morel, qui l'accusait d'avoir menti : « Je n'ai rien caché. »",
                &[("Je n'ai rien caché.", "Paul Roux")],
            ),
            (
                "Paul Roux a reçu Anne Morel. Cette dernière a parlé d'une « digue à bout de souffle ».",
                &[("digue à bout de souffle", "Anne Morel")],
            ),
            // A name that is no subject is no source.
            (
                "« La digue tiendra dix ans. » Le vent souffle sur le quai Anne Morel.",
                &[("La digue tiendra dix ans.", "nobody")],
            ),
        ],
    );
}

#[test]
fn an_english_source_is_found_beside_its_description() {
    check(
        "en",
        &[
            (
                "\"The bridge is safe,\" said Lowmoor Housing senior officer Anna Bell.",
                &[("The bridge is safe,", "Anna Bell")],
            ),
            (
                "\"The bridge is safe,\" Anna Bell, Chief Bridge Analyst at Lowmoor, said in a note.",
                &[("The bridge is safe,", "Anna Bell")],
            ),
            (
                "According to the city's chief engineer, Anna Bell, the bridge will be safe for years.",
                &[("the bridge will be safe for years", "Anna Bell")],
            ),
            (
                "When the council asked for a date, engineer Anna Bell shook her head. \"I have none to give you.\"",
                &[("I have none to give you.", "Anna Bell")],
            ),
            (
                "Anna Bell, noting that the bridge was \"older than all of us,\" added: \"It will be closed.\"",
                &[("older than all of us,", "Anna Bell"), ("It will be closed.", "Anna Bell")],
            ),
            (
                "The plan was attacked from all sides, with one resident calling it \"a danger to us all\".",
                &[("a danger to us all", "one resident")],
            ),
            (
                "Paul Ross replied to Anna Bell, who had accused him of lying: \"I hid nothing.\"",
                &[("I hid nothing.", "Paul Ross")],
            ),
            (
                "Paul Ross and Anna Bell met on Monday. \"It went well,\" the latter said.",
                &[("It went well,", "Anna Bell")],
            ),
            ("\"It made a lot of noise,\" one said.", &[("It made a lot of noise,", "one")]),
            ("\"It made a lot of noise,\" said another.", &[("It made a lot of noise,", "another")]),
            (
                "The retired judge, known to friends as \"Big Sam,\" has called the bridge \"a danger to us all\".",
                &[("a danger to us all", "The retired judge")],
            ),
            (
                "Mayor Anna Bell thanked Norway, the United States and Japan for \"lending us divers at no cost.\"",
                &[("lending us divers at no cost.", "Anna Bell")],
            ),
        ],
    );
}

#[test]
fn a_pronoun_refers_to_a_person() {
    check(
        "en",
        &[
            (
                "A photo showed Paul Ross on the bridge. \"It was cold up there,\" he said.",
                &[("It was cold up there,", "Paul Ross")],
            ),
            (
                "Anna Bell resigned on Sunday. \"I can no longer defend the plan,\" her statement read.",
                &[("I can no longer defend the plan,", "Anna Bell")],
            ),
            (
                "Anna Bell met the company on Monday. \"The bridge is safe,\" she said.",
                &[("The bridge is safe,", "Anna Bell")],
            ),
            (
                "Anna Bell came on Monday. Her husband, Ewan, was blunter. \"They never cared,\" he said.",
                &[("They never cared,", "Her husband, Ewan")],
            ),
            (
                "The case began when clerk Anna Bell noticed bills that she described as \"too round to be true\".",
                &[("too round to be true", "Anna Bell")],
            ),
            (
                "Anna Bell said in a statement that it was over. \"We are leaving,\" the statement said.",
                &[("that it was over", "Anna Bell"), ("We are leaving,", "Anna Bell")],
            ),
            (
                "The company met Anna Bell on Monday. \"The bridge is safe,\" she said.",
                &[("The bridge is safe,", "Anna Bell")],
            ),
        ],
    );
    check(
        "fr",
        &[
            (
                "Anne Morel a reçu Paul Roux. « La digue tiendra », a-t-elle dit. « J'en doute », a-t-il répondu.",
                &[("La digue tiendra", "Anne Morel"), ("J'en doute", "Paul Roux")],
            ),
            (
                "« La digue est vieille », note le rapport. « Il faut la refaire », ajoute-t-il.",
                &[("La digue est vieille", "le rapport"), ("Il faut la refaire", "le rapport")],
            ),
        ],
    );
}

#[test]
fn a_source_is_found_with_its_description_in_french() {
    super::check(
        "fr",
        &[
            (
                "« La toiture menace de tomber », alerte Nadia Ferrand, présidente de l'association des parents d'élèves du lycée.",
                &[("La toiture menace de tomber", "Nadia Ferrand")],
            ),
            (
                "Pour le patron de l'aciérie, Marc Delvaux, « la reprise est une question de semaines ».",
                &[("la reprise est une question de semaines", "Marc Delvaux")],
            ),
            (
                "Le médecin-chef Yves Camus, qui dirige les urgences depuis 2011, le répète : « Nous manquons de lits. »",
                &[("Nous manquons de lits.", "Yves Camus")],
            ),
            (
                "Selon la vice-présidente du département chargée des routes, Nadia Ferrand, le tunnel rouvrira en mars.",
                &[("le tunnel rouvrira en mars", "Nadia Ferrand")],
            ),
            (
                "« On nous a oubliés », lâche Yves Camus, éleveur à Millau, tel un résumé de la journée.",
                &[("On nous a oubliés", "Yves Camus")],
            ),
            (
                "Après la visite du ministre Marc Delvaux, la maire Nadia Ferrand a estimé que la page était tournée.",
                &[("que la page était tournée", "Nadia Ferrand")],
            ),
            (
                "Invitée de la matinale, la sénatrice Hélène Sorbier a jugé le texte « bâclé de bout en bout ».",
                &[("bâclé de bout en bout", "Hélène Sorbier")],
            ),
            (
                "Alors que Marc Delvaux quittait la salle, Nadia Ferrand a lancé : « Le débat est clos. »",
                &[("Le débat est clos.", "Nadia Ferrand")],
            ),
            (
                "Le boulanger, dont la boutique a brûlé, est amer : « Trente ans de travail partis en fumée. »",
                &[("Trente ans de travail partis en fumée.", "Le boulanger")],
            ),
            ("Le proviseur, Yves Camus, l'assure : « La toiture tiendra. »", &[("La toiture tiendra.", "Yves Camus")]),
        ],
    );
}

#[test]
fn a_source_is_found_with_its_description_in_english() {
    super::check(
        "en",
        &[
            (
                "\"The roof could fall,\" warned Nadia Farrow, who chairs the school's parents' association.",
                &[("The roof could fall,", "Nadia Farrow")],
            ),
            (
                "Steelworks owner Mark Delroy said restarting the furnace was \"a matter of weeks\".",
                &[("a matter of weeks", "Mark Delroy")],
            ),
            (
                "Dr Yves Camden, who has run the emergency ward since 2011, put it bluntly: \"We are short of beds.\"",
                &[("We are short of beds.", "Yves Camden")],
            ),
            (
                "According to the county's deputy head of roads, Nadia Farrow, the tunnel will reopen in March.",
                &[("the tunnel will reopen in March", "Nadia Farrow")],
            ),
            (
                "\"They forgot us,\" says Yves Camden, 61, a sheep farmer near Dover.",
                &[("They forgot us,", "Yves Camden")],
            ),
            (
                "After a visit by Transport Minister Mark Delroy, Mayor Nadia Farrow said the page had been turned.",
                &[("the page had been turned", "Nadia Farrow")],
            ),
            (
                "Speaking on breakfast radio, Senator Helen Sorley called the bill \"a mess from start to finish\".",
                &[("a mess from start to finish", "Helen Sorley")],
            ),
            (
                "As Mark Delroy left the room, Nadia Farrow called out: \"The debate is over.\"",
                &[("The debate is over.", "Nadia Farrow")],
            ),
            (
                "The baker, whose shop burned down, is bitter: \"Thirty years of work up in smoke.\"",
                &[("Thirty years of work up in smoke.", "The baker")],
            ),
            (
                "\"The roof could fall,\" reads the report handed to Nadia Farrow.",
                &[("The roof could fall,", "the report")],
            ),
        ],
    );
}
