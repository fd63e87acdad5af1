//! Constructions that attribute words: passives, unknown verbs, phrases, lines, documents.

use super::check;

#[test]
fn french_constructions_attribute() {
    check(
        "fr",
        &[
            ("« Rendez-nous le port ! » tonitrule la pêcheuse Anne Morel.", &[("Rendez-nous le port !", "Anne Morel")]),
            ("C'est un « désastre complet », barrit Anne Morel.", &[("désastre complet", "Anne Morel")]),
            ("« La digue tiendra », a fulgoré le maire Paul Roux.", &[("La digue tiendra", "Paul Roux")]),
            ("« La digue tiendra », dixit Anne Morel.", &[("La digue tiendra", "Anne Morel")]),
            ("« La digue tiendra », de l'aveu même d'Anne Morel.", &[("La digue tiendra", "Anne Morel")]),
            (
                "Parler de « vieille digue », selon les mots malheureux d'Anne Morel, n'a convaincu personne.",
                &[("vieille digue", "Anne Morel")],
            ),
            (
                "La digue est décrite comme « une passoire à ciel ouvert » par les pêcheurs.",
                &[("une passoire à ciel ouvert", "les pêcheurs")],
            ),
            (
                "La digue aurait été « trop chère », « mal payée », « vite oubliée », selon Anne Morel.",
                &[("trop chère", "Anne Morel"), ("mal payée", "Anne Morel"), ("vite oubliée", "Anne Morel")],
            ),
            (
                "Le port rouvre lundi.\n\n« Il n'y aura ni fête ni feu d'artifice cette année. »\n\nAnne Morel\n\nC'est tout.",
                &[("Il n'y aura ni fête ni feu d'artifice cette année.", "Anne Morel")],
            ),
            (
                "Les pêcheurs ont confirmé qu'il s'agissait d'une « simple fuite d'huile ».",
                &[("simple fuite d'huile", "Les pêcheurs")],
            ),
            ("« La digue tiendra », pour reprendre les mots d'Anne Morel.", &[("La digue tiendra", "Anne Morel")]),
            ("« La digue tiendra », selon les termes employés par Anne Morel.", &[("La digue tiendra", "Anne Morel")]),
            ("« La digue tiendra », tonne un docker, Paul Roux.", &[("La digue tiendra", "Paul Roux")]),
            (
                "La digue est décrite par Anne Morel comme « une passoire à ciel ouvert ».",
                &[("une passoire à ciel ouvert", "Anne Morel")],
            ),
            // A passive with a thing, and a noun beside the marks, are no sources.
            ("Le quai sera « entièrement refait à neuf » par endroits.", &[("entièrement refait à neuf", "nobody")]),
        ],
    );
}

#[test]
fn english_constructions_attribute() {
    check(
        "en",
        &[
            ("\"The bridge is safe,\" Bell whooped.", &[("The bridge is safe,", "Bell")]),
            ("\"The bridge is safe,\" chirrups Anna Bell.", &[("The bridge is safe,", "Anna Bell")]),
            ("\"The bridge is safe,\" points out engineer Anna Bell.", &[("The bridge is safe,", "Anna Bell")]),
            ("\"The bridge is safe\" Bell says.", &[("The bridge is safe", "Bell")]),
            ("\"The bridge is safe.\" she said.", &[("The bridge is safe.", "she")]),
            ("The bridge was described as \"a work of art\" by Anna Bell.", &[("a work of art", "Anna Bell")]),
            ("The divers, dubbed \"night herons\" by the staff, left at dawn.", &[("night herons", "the staff")]),
            (
                "An audit found the bridge had been \"badly planned and poorly built\".",
                &[("badly planned and poorly built", "An audit")],
            ),
            (
                "\"The bridge is safe,\" said Anna Bell.\n\nThe mayor, Paul Ross, says repairs can wait until May.\n\n\"We look at every bolt.\"",
                &[
                    ("The bridge is safe,", "Anna Bell"),
                    ("repairs can wait until May", "Paul Ross"),
                    ("We look at every bolt.", "Paul Ross"),
                ],
            ),
            ("As Anna Bell put it, \"the bridge is lost.\"", &[("the bridge is lost.", "Anna Bell")]),
            ("The court ruled that \"the bridge is lost\".", &[("the bridge is lost", "The court")]),
            ("Paul Ross was told by Anna Bell: \"The bridge is lost.\"", &[("The bridge is lost.", "Anna Bell")]),
            ("Said the mayor: \"The bridge is lost.\"", &[("The bridge is lost.", "the mayor")]),
            // Not every verb reports.
            ("Anna Bell noted the time and closed the bridge. Paul Ross reported a burglary and was questioned.", &[]),
        ],
    );
}

#[test]
fn terms_titles_and_names_in_marks_are_no_quotes() {
    for body in [
        "Le port, surnommé « la petite Venise », rouvre lundi.",
        "Paul Roux, alias « le Grand », est sorti de prison.",
        "À l'ordre du jour, « l'Accord sur les pêches entre Sète et Agde » occupera deux jours.",
        "Les mots « digue », « jetée » et « môle de nuit » sont rayés de la liste.",
        "Le règlement réserve le quai aux bateaux « dont le moteur est éteint » à toute heure.",
        "Le plan, dit « de la dernière chance », est voté.",
        "L'affaire dite des « faux quais » sera jugée.",
        "Anne Morel recevait une délégation de « bonnets verts ».",
    ] {
        check("fr", &[(body, &[])]);
    }
    for body in [
        "The band's second record, \"Songs for an Empty Tram,\" is out on Friday.",
        "The words struck off the list are \"deep dive,\" \"synergy,\" and \"move the needle forward.\"",
        "The bylaw allows stalls only for traders \"with a fixed address in the borough\" who pay.",
        "A man known to neighbours as \"Doc\" left the bridge.",
        "Anna Bell, dubbed \"the iron lady of the port\", resigned.",
        "Her latest book, \"A Life at the Port,\" is out, Anna Bell told reporters.",
        "The vendor, nicknamed \"Patches\", left the bridge.",
        "Ross, also known as \"the Bishop of Soho\", left the bridge.",
    ] {
        check("en", &[(body, &[])]);
    }
}
