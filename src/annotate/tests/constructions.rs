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

#[test]
fn constructions_of_news_attribute_in_french() {
    super::check(
        "fr",
        &[
            (
                "« Une erreur de jeunesse », plaide aujourd'hui Marc Delvaux.",
                &[("Une erreur de jeunesse", "Marc Delvaux")],
            ),
            (
                "Aux dires de Nadia Ferrand, « personne n'a rien vu venir ».",
                &[("personne n'a rien vu venir", "Nadia Ferrand")],
            ),
            (
                "Le texte est qualifié de « recul historique » par Hélène Sorbier.",
                &[("recul historique", "Hélène Sorbier")],
            ),
            (
                "Le procureur a requis douze ans de prison, évoquant « un crime préparé de longue date ».",
                &[("un crime préparé de longue date", "Le procureur")],
            ),
            (
                "Dans son rapport, la Cour des comptes pointe « des dépenses sans contrôle ».",
                &[("des dépenses sans contrôle", "Cour des comptes")],
            ),
            (
                "Il s'agit, selon Yves Camus, d'« un chantier mené sans plan ».",
                &[("un chantier mené sans plan", "Yves Camus")],
            ),
            (
                "Le musée expose « des toiles venues de Bruges et de Gand » jusqu'en mai.",
                &[("des toiles venues de Bruges et de Gand", "nobody")],
            ),
            ("« La page est tournée », veut croire Hélène Sorbier.", &[("La page est tournée", "Hélène Sorbier")]),
            (
                "Interrogé par la radio locale, Marc Delvaux parle d'« une affaire classée ».",
                &[("une affaire classée", "Marc Delvaux")],
            ),
            (
                "Le tribunal a jugé le licenciement « sans cause réelle et sérieuse ».",
                &[("sans cause réelle et sérieuse", "Le tribunal")],
            ),
        ],
    );
}

#[test]
fn constructions_of_news_attribute_in_english() {
    super::check(
        "en",
        &[
            ("\"A youthful mistake,\" is how Mark Delroy now describes it.", &[("A youthful mistake,", "Mark Delroy")]),
            ("By Nadia Farrow's own account, \"nobody saw it coming\".", &[("nobody saw it coming", "Nadia Farrow")]),
            (
                "The bill was branded \"a step back in time\" by Helen Sorley.",
                &[("a step back in time", "Helen Sorley")],
            ),
            (
                "The prosecutor asked for twelve years, citing \"a crime long in the planning\".",
                &[("a crime long in the planning", "The prosecutor")],
            ),
            (
                "In its report, the Audit Office points to \"spending without any control\".",
                &[("spending without any control", "Audit Office")],
            ),
            (
                "Mark Delroy lashed out at \"a deaf and blind administration\".",
                &[("a deaf and blind administration", "Mark Delroy")],
            ),
            (
                "It was, in Yves Camden's words, \"a building site run without a plan\".",
                &[("a building site run without a plan", "Yves Camden")],
            ),
            ("Asked about the dam, Mark Delroy spoke of \"a closed case\".", &[("a closed case", "Mark Delroy")]),
            (
                "The court ruled the dismissal \"unfair and without cause\".",
                &[("unfair and without cause", "The court")],
            ),
            ("\"The page is turned,\" Helen Sorley told the local radio.", &[("The page is turned,", "Helen Sorley")]),
        ],
    );
}

#[test]
fn titles_and_terms_of_news_are_no_quotes_in_french() {
    super::check(
        "fr",
        &[
            ("La commission « Avenir des territoires ruraux » se réunira en mai.", &[]),
            ("Le navire « Étoile du Ponant » a quitté Brest dimanche.", &[]),
            ("Le mot « souveraineté » revient douze fois dans le discours.", &[]),
            ("L'exposition « Un siècle de lumière » ouvre samedi au musée.", &[]),
            ("Le fameux « effet papillon » a encore frappé.", &[]),
            ("Alerté par les voisins, le maire a noté l'absence de gardien et appelé la police.", &[]),
            ("Les « gilets bleus » ont défilé sous une banderole « Non au tunnel ».", &[]),
            ("Le prix « Plume d'or » revient à Nadia Ferrand pour son roman « Les Eaux noires ».", &[]),
            ("Il a été condamné pour « abus de confiance » et « faux en écriture ».", &[]),
            (
                "Le programme « Cœur de ville » est, selon Nadia Ferrand, un échec complet.",
                &[("Le programme « Cœur de ville » est / un échec complet", "Nadia Ferrand")],
            ),
        ],
    );
}

#[test]
fn titles_and_terms_of_news_are_no_quotes_in_english() {
    super::check(
        "en",
        &[
            ("The \"Future of Rural Areas\" committee will meet in May.", &[]),
            ("The trawler \"Morning Star\" left Dover on Sunday.", &[]),
            ("The word \"sovereignty\" appears twelve times in the speech.", &[]),
            ("The exhibition \"A Century of Light\" opens at the museum on Saturday.", &[]),
            ("The so-called \"butterfly effect\" has struck again.", &[]),
            ("The mayor noted the absence of a guard and called the police.", &[]),
            ("The \"blue vests\" marched behind a banner reading \"No Tunnel\".", &[]),
            ("Nadia Farrow won the \"Golden Quill\" prize for her novel \"Black Waters\".", &[]),
            ("He was convicted of \"breach of trust\" and \"forgery\".", &[]),
            ("Delroy, nicknamed \"the Fox\", founded the company \"Clear Sky Ltd\" in 1998.", &[]),
        ],
    );
}
