//! Reported clauses without quotation marks, in both languages.

use super::{assert_quotes, english, french};

#[test]
fn a_complementizer_or_an_infinitive_opens_a_reported_clause() {
    assert_eq!(
        french("Anne Morel a annoncé lundi que la digue serait refaite."),
        ["indirect: que la digue serait refaite <- anne morel"]
    );
    assert_eq!(
        french("La mairie affirme n'avoir reçu aucune plainte."),
        ["indirect: n'avoir reçu aucune plainte <- la mairie"]
    );
    assert_eq!(
        french("La mairie annonce, dans un communiqué, avoir reçu trois plaintes."),
        ["indirect: avoir reçu trois plaintes <- la mairie"]
    );
}

#[test]
fn a_reported_clause_may_precede_its_cue() {
    assert_eq!(
        french("La digue sera refaite cet été, a annoncé la mairie."),
        ["indirect: la digue sera refaite cet été <- la mairie"]
    );
    assert_eq!(
        french("La digue sera refaite cet été, selon la mairie."),
        ["indirect: la digue sera refaite cet été <- la mairie"]
    );
    assert_eq!(
        french("Selon la mairie, la digue sera refaite cet été."),
        ["indirect: la digue sera refaite cet été <- la mairie"]
    );
    assert_eq!(
        english("The bridge will be closed, officials said."),
        ["indirect: the bridge will be closed <- officials"]
    );
    assert_eq!(
        english("The bridge will be closed, according to the city council."),
        ["indirect: the bridge will be closed <- the city council"]
    );
}

#[test]
fn a_clause_between_dashes_is_reported() {
    let found = french("La digue – la plus longue du pays, selon la mairie – sera refaite.");
    assert_eq!(found, ["indirect: la plus longue du pays <- la mairie"]);
}

#[test]
fn an_english_clause_needs_no_complementizer() {
    assert_eq!(
        english("Anna Bell said that the bridge was safe."),
        ["indirect: that the bridge was safe <- anna bell"]
    );
    assert_eq!(english("Anna Bell said the bridge was safe."), ["indirect: the bridge was safe <- anna bell"]);
    assert_eq!(
        english("Police said at least three people were hurt."),
        ["indirect: at least three people were hurt <- police"]
    );
    assert_eq!(
        english("Anna Bell told the council that the bridge was safe."),
        ["indirect: that the bridge was safe <- anna bell"]
    );
}

#[test]
fn one_sentence_may_have_two_reported_clauses() {
    let found = french("La mairie a rappelé que la digue était vieille et a ajouté que le port serait fermé.");
    assert_eq!(
        found,
        ["indirect: que la digue était vieille <- la mairie", "indirect: que le port serait fermé <- la mairie"]
    );
}

#[test]
fn a_short_fragment_makes_a_reported_clause_mixed() {
    assert_eq!(
        french("La mairie juge que la digue est « trop vieille »."),
        ["mixed: que la digue est « trop vieille » <- la mairie"]
    );
    assert_eq!(
        english("Anna Bell said that the bridge was \"perfectly safe\"."),
        ["mixed: that the bridge was \"perfectly safe\" <- anna bell"]
    );
}

#[test]
fn facts_objects_and_negations_are_not_reported_clauses() {
    for body in [
        "La mairie a annoncé la mesure que tous attendaient.",
        "Selon les estimations, la digue sera refaite cet été.",
        "On dit que la digue sera refaite cet été.",
        "Il est bon de rappeler que la digue est vieille.",
        "La mairie n'a pas dit que la digue serait refaite.",
        "La hausse a été annoncée lundi par décret.",
        "Le juge de la cour et une annonce de trop.",
    ] {
        assert_eq!(french(body), Vec::<String>::new(), "{body}");
    }
    for body in [
        "The claims about the bridge were false.",
        "I said that the bridge was safe.",
        "The bridge was announced by the city that built it.",
    ] {
        assert_eq!(english(body), Vec::<String>::new(), "{body}");
    }
}

#[test]
fn any_infinitive_directly_after_its_verb_is_reported() {
    for (body, clause) in [
        ("Anne Morel a annoncé geler les loyers pendant deux ans.", "geler les loyers pendant deux ans"),
        ("La mairie affirme chercher un autre terrain depuis mars.", "chercher un autre terrain depuis mars"),
        ("Le club a confirmé recruter trois joueurs cet hiver.", "recruter trois joueurs cet hiver"),
        ("Anne Morel assure réussir tous ses essais en mer.", "réussir tous ses essais en mer"),
        ("Le syndicat indique ne pas bloquer les quais ce soir.", "ne pas bloquer les quais ce soir"),
    ] {
        assert!(
            french(body).iter().any(|quote| quote.starts_with(&format!("indirect: {clause} <-"))),
            "{:?}",
            french(body)
        );
    }
    for body in [
        "Anne Morel a annoncé hier la fermeture du port et du marché.",
        "La mairie a annoncé mercredi matin une hausse de la taxe.",
        "Le club a confirmé Olivier Roux comme entraîneur de son équipe.",
        "La mairie a annoncé janvier comme date de la reprise.",
        "Anne Morel a dit premier venu, premier servi, à tous.",
        "Le port a nié toute fuite de fioul dans le bassin.",
        "La mairie dément brader le vieux stade du port.",
        "Anne Morel nie, mardi, détourner l'argent du club.",
    ] {
        assert_eq!(french(body), Vec::<String>::new(), "{body}");
    }
}

#[test]
fn adjuncts_may_stand_between_a_verb_and_its_infinitive() {
    assert_quotes(
        french,
        &[
            (
                "Luc Petit a assuré au journal du soir, ce jeudi, avoir remis les clés.",
                &["avoir remis les clés <- luc petit"],
            ),
            ("Le gardien a avoué ce lundi avoir ouvert la grille.", &["avoir ouvert la grille <- le gardien"]),
            (
                "L'armée annonce, via un communiqué publié en ligne, avoir pris la ville.",
                &["avoir pris la ville <- l'armée"],
            ),
            ("Luc Petit a confirmé lundi la hausse de la taxe.", &[]),
        ],
    );
}

#[test]
fn the_source_of_a_phrase_may_be_described() {
    assert_quotes(
        french,
        &[
            (
                "Selon l'avocat de la famille, Me Sow, les travaux ont commencé trop tard.",
                &["les travaux ont commencé trop tard <- sow"],
            ),
            (
                "Selon Luc Petit, un élu qui s'oppose au projet, les travaux commenceront lundi.",
                &["les travaux commenceront lundi <- luc petit"],
            ),
            ("Selon Luc Petit, les travaux commenceront lundi.", &["les travaux commenceront lundi <- luc petit"]),
        ],
    );
    assert_quotes(
        english,
        &[(
            "According to the mayor the bridge has been closed since Monday, after a storm.",
            &["the bridge has been closed since monday, after a storm <- the mayor"],
        )],
    );
}

#[test]
fn a_clause_without_a_complementizer_has_a_verb_of_its_own() {
    assert_quotes(
        english,
        &[
            ("Officials stated the bridge was safe.", &["the bridge was safe <- officials"]),
            (
                "Anna Bell told the council on Monday the bridge, built in 1901, was safe.",
                &["the bridge, built in 1901, was safe <- anna bell"],
            ),
            ("Anna Bell said Tom Hale wishes to use the bridge.", &["tom hale wishes to use the bridge <- anna bell"]),
            ("The survey found most voters favoured the bridge.", &["most voters favoured the bridge <- the survey"]),
            (
                "Anna Bell said the bridge was safe, but Tom Hale said it was not.",
                &["the bridge was safe <- anna bell", "it was not <- tom hale"],
            ),
            ("Anna Bell noted the time and closed the session.", &[]),
            ("Anna Bell predicted the score and was paid ten pounds.", &[]),
            ("Anna Bell estimated the number of cars that should have been counted.", &[]),
            ("In a 2003 interview with the paper, Anna Bell said nothing.", &[]),
        ],
    );
}

#[test]
fn a_noun_a_colon_or_a_phrase_may_report_a_clause() {
    assert_quotes(
        english,
        &[
            (
                "The mayor rejected Tom Hale's repeated warning that the bridge would fall.",
                &["that the bridge would fall <- tom hale"],
            ),
            (
                "The mayor rejected the claim by Tom Hale that the bridge would fall.",
                &["that the bridge would fall <- tom hale"],
            ),
            ("The mayor rejected the claim that the bridge would fall.", &[]),
            ("The mayor liked the view of the bridge that Tom Hale built.", &[]),
        ],
    );
    assert_quotes(
        french,
        &[
            (
                "Le maire partage la crainte de Luc Petit que le pont soit fermé.",
                &["que le pont soit fermé <- luc petit"],
            ),
            (
                "Interrogé sur la taxe, Luc Petit a répondu : jamais, et mes votes le montrent.",
                &["jamais, et mes votes le montrent <- luc petit"],
            ),
            (
                "Le silence des machines a été, selon les ouvriers, ce qui les a réveillés.",
                &["le silence des machines a été / ce qui les a réveillés <- les ouvriers"],
            ),
            ("Luc Petit s'est assuré que la porte était fermée.", &[]),
            ("Le maire salue l'annonce que le pont sera refait.", &[]),
            ("Luc Petit a prévenu les secours dès que la fumée est sortie.", &[]),
        ],
    );
}

#[test]
fn clauses_of_news_are_reported_in_french() {
    super::check(
        "fr",
        &[
            (
                "Hélène Sorbier a fait savoir mardi soir qu'elle ne briguerait pas un second mandat.",
                &[("qu'elle ne briguerait pas un second mandat", "Hélène Sorbier")],
            ),
            ("D'après le rapport, la crue aurait pu être évitée.", &[("la crue aurait pu être évitée", "le rapport")]),
            (
                "Le groupe dit vouloir fermer deux sites d'ici à 2027.",
                &[("vouloir fermer deux sites d'ici à 2027", "Le groupe")],
            ),
            (
                "La crue aurait pu être évitée, estime Nadia Ferrand.",
                &[("La crue aurait pu être évitée", "Nadia Ferrand")],
            ),
            (
                "Marc Delvaux a rappelé que le pont datait de 1931, avant de préciser qu'il serait démoli en juin.",
                &[("que le pont datait de 1931", "Marc Delvaux"), ("qu'il serait démoli en juin", "Marc Delvaux")],
            ),
            ("L'opposition accuse le maire d'avoir caché les comptes.", &[]),
            (
                "Le pont, assure Marc Delvaux, sera démoli en juin.",
                &[("Le pont / sera démoli en juin", "Marc Delvaux")],
            ),
            ("La nouvelle que tous attendaient est tombée à midi.", &[]),
            (
                "Interrogée par la presse, Nadia Ferrand a répondu que rien n'était décidé.",
                &[("que rien n'était décidé", "Nadia Ferrand")],
            ),
            ("Le village sait que la route est longue.", &[]),
        ],
    );
}

#[test]
fn clauses_of_news_are_reported_in_english() {
    super::check(
        "en",
        &[
            (
                "Helen Sorley announced on Tuesday evening that she would not seek a second term.",
                &[("that she would not seek a second term", "Helen Sorley")],
            ),
            (
                "According to the report, the flood could have been avoided.",
                &[("the flood could have been avoided", "the report")],
            ),
            (
                "The group says it wants to close two sites by 2027.",
                &[("it wants to close two sites by 2027", "The group")],
            ),
            (
                "The flood could have been avoided, Nadia Farrow believes.",
                &[("The flood could have been avoided", "Nadia Farrow")],
            ),
            (
                "Mark Delroy said the bridge dated from 1931 and added that it would be demolished in June.",
                &[
                    ("the bridge dated from 1931", "Mark Delroy"),
                    ("that it would be demolished in June", "Mark Delroy"),
                ],
            ),
            ("The opposition vowed to take the case to court.", &[("to take the case to court", "The opposition")]),
            (
                "The bridge, Mark Delroy said, will be demolished in June.",
                &[("The bridge / will be demolished in June", "Mark Delroy")],
            ),
            ("The news that everyone was waiting for came at noon.", &[]),
            (
                "Asked by reporters, Nadia Farrow replied that nothing had been decided.",
                &[("that nothing had been decided", "Nadia Farrow")],
            ),
            (
                "The mayor rejected Nadia Farrow's claim that the accounts were hidden.",
                &[("that the accounts were hidden", "Nadia Farrow")],
            ),
        ],
    );
}
