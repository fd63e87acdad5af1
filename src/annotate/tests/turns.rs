//! Statements after a colon and a line break, transcripts, dialogues, lists and short utterances.

use super::{assert_quotes, english, french};

#[test]
fn a_statement_may_follow_a_colon_on_the_next_line() {
    assert_quotes(
        french,
        &[
            ("Anne Morel a écrit :\n\n« Nous avons perdu un ami. »", &["nous avons perdu un ami. <- anne morel"]),
            (
                "Anne Morel a publié le communiqué suivant :\n« Le port est fermé. »",
                &["le port est fermé. <- anne morel"],
            ),
            ("Le port est fermé.\n\n« Nous avons perdu un ami. »", &["nous avons perdu un ami. <- nobody"]),
        ],
    );
    assert_quotes(
        english,
        &[
            ("Anna Bell said:\n\"The bridge is safe.\"", &["the bridge is safe. <- anna bell"]),
            (
                "Statement from Anna Bell:\n\n“The bridge is safe. It was tested.”",
                &["the bridge is safe. it was tested. <- anna bell"],
            ),
        ],
    );
}

#[test]
fn a_signature_may_stand_beside_the_quotation() {
    assert_quotes(
        english,
        &[
            ("“The bridge is safe. It was tested.” — Anna Bell", &["the bridge is safe. it was tested. <- anna bell"]),
            (
                "What they said\n\n\"It is safe.\" - Anna Bell, mayor\n\n\"It is not.\" - Tom Hale, driver",
                &["it is safe. <- anna bell", "it is not. <- tom hale"],
            ),
            ("“The bridge is safe.” — Anna Bell was not so sure.", &["the bridge is safe. <- nobody"]),
        ],
    );
}

#[test]
fn turns_of_an_interview_are_quotes_of_people() {
    assert_quotes(
        french,
        &[
            (
                "Le Courrier : Partez-vous ?\nAnne Morel : Non. Je reste ici.\nLe Courrier : Et après ?\nAnne Morel : On verra bien.",
                &["non. je reste ici. <- anne morel", "on verra bien. <- anne morel"],
            ),
            (
                "Comment va le port ?\n\nAnne Morel : Il va bien. Nous y veillons.",
                &["il va bien. nous y veillons. <- anne morel"],
            ),
            // A list of people is no conversation.
            ("Les candidats sont connus.\nAnne Morel : ingénieure, 42 ans.\nPaul Roux : avocat, 50 ans.", &[]),
            ("Quel prix ?\nTarif : douze euros la place.", &[]),
        ],
    );
    assert_quotes(
        english,
        &[(
            "Harbor Times: Is it safe?\n\nAnna Bell: It is. We tested it twice.",
            &["it is. we tested it twice. <- anna bell"],
        )],
    );
}

#[test]
fn lines_of_a_dialogue_have_their_sources() {
    assert_quotes(
        french,
        &[
            (
                "– Vous partez ? demande la journaliste.\n– Demain, répond Anne Morel.\n– Et après ?",
                &["vous partez ? <- la journaliste", "demain <- anne morel"],
            ),
            (
                "— Pourquoi maintenant ? s'étonne Paul Roux.\n— Parce qu'il le faut, réplique Anne Morel, et vite.",
                &["pourquoi maintenant ? <- paul roux", "parce qu'il le faut <- anne morel"],
            ),
            // Lists and insertions have dashes too.
            ("- Le port sera fermé.\n- La digue sera refaite.", &[]),
            (
                "Le maire – élu en 2020 – a rappelé que le port rouvrirait lundi.",
                &["que le port rouvrirait lundi <- le maire"],
            ),
        ],
    );
}

#[test]
fn short_utterances_are_quotes_when_they_are_said() {
    assert_quotes(
        french,
        &[
            ("Le préfet se lève. Anne Morel : « Non. »", &["non. <- anne morel"]),
            (
                "- Anne Morel (maire) : « C'est fini. »\n- Paul Roux (préfet) : « On verra. »",
                &["c'est fini. <- anne morel", "on verra. <- paul roux"],
            ),
            (
                "« Tout va bien. » « Le port rouvrira lundi. »",
                &["tout va bien. <- nobody", "le port rouvrira lundi. <- nobody"],
            ),
            ("Que répond Anne Morel ? « Non. »", &["non. <- nobody"]),
            (
                "Nora : « Je viens ici chaque matin. » Hugo : « Moi, jamais le dimanche. »",
                &["je viens ici chaque matin. <- nora", "moi, jamais le dimanche. <- hugo"],
            ),
            ("Verdict : « La digue tiendra tout l'hiver. »", &["la digue tiendra tout l'hiver. <- nobody"]),
            (
                "Paul Roux doute. « Il pleut », dit-il.\n\n« Tiendra-t-elle ? » « Elle tiendra ! » s'agace Anne Morel.",
                &["il pleut <- il", "tiendra-t-elle ? <- nobody", "elle tiendra ! <- anne morel"],
            ),
            ("Le « Non » l'emporte à Sète.", &[]),
        ],
    );
    assert_quotes(
        english,
        &[
            (
                "\"Is it safe?\" \"Not at all,\" Anna Bell replied.",
                &["is it safe? <- nobody", "not at all, <- anna bell"],
            ),
            ("The answer of Anna Bell was one word: \"Never.\"", &["never. <- anna bell"]),
            ("Anna Bell, 45, baker: \"So do I.\"", &["so do i. <- anna bell"]),
            (
                "Said the chairman: \"Order.\" Asked the clerk: \"Why?\"",
                &["order. <- the chairman", "why? <- the clerk"],
            ),
            ("“The soup was cold” Farrow says.", &["the soup was cold <- farrow"]),
            ("The \"Never\" campaign opened.", &[]),
        ],
    );
}

#[test]
fn lines_and_turns_have_their_speakers_in_french() {
    super::check(
        "fr",
        &[
            (
                "Dans une lettre aux salariés, Hélène Sorbier écrit :\n\n« Nous devons tourner la page. »",
                &[("Nous devons tourner la page.", "Hélène Sorbier")],
            ),
            (
                "Ouest Matin : Comment vivez-vous cette saison ?\nKarim Belhadj : Très bien. Le groupe travaille.\nOuest Matin : Et la suite ?\nKarim Belhadj : Nous verrons en mai.",
                &[("Très bien. Le groupe travaille.", "Karim Belhadj"), ("Nous verrons en mai.", "Karim Belhadj")],
            ),
            (
                "14 h 05. Hélène Sorbier arrive au palais.\n14 h 20. « Je n'ai pas peur », dit-elle aux caméras.",
                &[("Je n'ai pas peur", "Hélène Sorbier")],
            ),
            (
                "– Avez-vous signé ? interroge le juge.\n– Oui, admet Marc Delvaux.",
                &[("Avez-vous signé ?", "le juge"), ("Oui", "Marc Delvaux")],
            ),
            (
                "Ils ont réagi.\n- Nadia Ferrand (Verts) : « Une honte. »\n- Yves Camus (centre) : « Un progrès. »",
                &[("Une honte.", "Nadia Ferrand"), ("Un progrès.", "Yves Camus")],
            ),
            (
                "« Une honte », tranche Nadia Ferrand. « Un scandale, même. »",
                &[("Une honte", "Nadia Ferrand"), ("Un scandale, même.", "Nadia Ferrand")],
            ),
            ("« Jamais. » Hélène Sorbier ne cède rien.", &[("Jamais.", "Hélène Sorbier")]),
            ("Photo : le port de Cassis au petit matin, un jour de mistral.", &[]),
            ("Horaires : du lundi au vendredi, de 9 h à 17 h.\nTarifs : 5 euros, gratuit pour les enfants.", &[]),
            ("Le juge a tranché en un mot : « Coupable. »", &[("Coupable.", "Le juge")]),
        ],
    );
}

#[test]
fn lines_and_turns_have_their_speakers_in_english() {
    super::check(
        "en",
        &[
            (
                "In a letter to staff, Helen Sorley wrote:\n\n\"We must turn the page.\"",
                &[("We must turn the page.", "Helen Sorley")],
            ),
            (
                "Dover Post: How is the season going?\nKarim Belton: Very well. The group is working hard.\nDover Post: And after that?\nKarim Belton: We will see in May.",
                &[("Very well. The group is working hard.", "Karim Belton"), ("We will see in May.", "Karim Belton")],
            ),
            (
                "14:05 - Helen Sorley arrives at the court.\n14:20 - \"I am not afraid,\" she tells the cameras.",
                &[("I am not afraid,", "Helen Sorley")],
            ),
            (
                "What they said:\n- Nadia Farrow (Greens): \"A disgrace.\"\n- Yves Camden (Liberals): \"A step forward.\"",
                &[("A disgrace.", "Nadia Farrow"), ("A step forward.", "Yves Camden")],
            ),
            (
                "\"A disgrace,\" said Nadia Farrow. \"A scandal, even.\"",
                &[("A disgrace,", "Nadia Farrow"), ("A scandal, even.", "Nadia Farrow")],
            ),
            ("\"Never.\" Helen Sorley is giving nothing away.", &[("Never.", "Helen Sorley")]),
            ("Photo: the port of Dover at dawn on a windy day.", &[]),
            ("Opening hours: Monday to Friday, 9am to 5pm.\nTickets: £5, free for children.", &[]),
            ("The judge ruled in one word: \"Guilty.\"", &[("Guilty.", "The judge")]),
        ],
    );
}
