//! French quotations.

use super::super::SpeakerStatus;
use super::{french, read};

#[test]
fn an_inverted_verb_after_the_marks_attributes() {
    assert_eq!(
        french("« Le port rouvrira mardi », a déclaré Anne Morel."),
        ["direct: le port rouvrira mardi <- anne morel"]
    );
    assert_eq!(
        french("« Le port rouvrira mardi » assure Anne Morel."),
        ["direct: le port rouvrira mardi <- anne morel"]
    );
    assert_eq!(french("« Quelle journée ! », s'est exclamée Anne Morel."), ["direct: quelle journée ! <- anne morel"]);
}

#[test]
fn time_and_addressee_between_verb_and_subject_are_skipped() {
    let words = "direct: le port rouvrira mardi <- anne morel";
    for verb in [
        "a déploré dimanche",
        "a confié lundi soir à la presse",
        "a expliqué lors d'une réunion publique",
        "a répété mercredi devant les élus",
    ] {
        assert_eq!(french(&format!("« Le port rouvrira mardi », {verb} Anne Morel.")), [words], "{verb}");
    }
    assert_eq!(french("« Le port rouvrira mardi », raconte, très émue, Anne Morel."), [words]);
}

#[test]
fn an_apposition_may_precede_or_follow_the_name() {
    let words = "direct: le port rouvrira mardi <- anne morel";
    assert_eq!(french("« Le port rouvrira mardi », a déclaré la directrice du port, Anne Morel."), [words]);
    assert_eq!(french("« Le port rouvrira mardi », a déclaré Anne Morel, directrice du port."), [words]);
    assert_eq!(
        french("Anne Morel, directrice du port, a déclaré : « Le port rouvrira mardi. »"),
        ["direct: le port rouvrira mardi. <- anne morel"]
    );
    assert_eq!(
        french("La directrice du port, Anne Morel, a déclaré : « Le port rouvrira mardi. »"),
        ["direct: le port rouvrira mardi. <- anne morel"]
    );
}

#[test]
fn a_nearer_name_is_not_always_the_subject() {
    let found = french("L'avocate de Paul Roux a répondu au journaliste : « Mon client est innocent. »");
    assert_eq!(found, ["direct: mon client est innocent. <- l'avocate de paul roux"]);
}

#[test]
fn a_pronoun_refers_to_the_last_source_of_its_gender() {
    let body = "Anne Morel dirige le port. « Il rouvrira mardi », a-t-elle promis.";
    let found = read(body, "fr");
    let speaker = found.quotes[0].speaker.map(|entity| found.entities[entity].name.as_str());
    assert_eq!(speaker, Some("Anne Morel"));
    assert_eq!(found.quotes[0].speaker_status, SpeakerStatus::Named);
    assert_eq!(found.quotes[0].cue_lemma.as_deref(), Some("promettre"));
}

#[test]
fn a_cue_inside_the_marks_attributes() {
    let body = "« Nous partons demain, a prévenu Anne Morel, et sans regret. »";
    assert_eq!(french(body), ["direct: nous partons demain / et sans regret. <- anne morel"]);
    // A cue in the words of the speaker is not the cue of the quotation.
    let body = "« Il m'a dit que Paul Roux partait, et je l'ai cru », a raconté Anne Morel.";
    assert_eq!(french(body), ["direct: il m'a dit que paul roux partait, et je l'ai cru <- anne morel"]);
}

#[test]
fn a_source_phrase_may_precede_or_follow_the_quotation() {
    assert_eq!(
        french("Selon Anne Morel, « la digue tiendra cet hiver »."),
        ["direct: la digue tiendra cet hiver <- anne morel"]
    );
    assert_eq!(
        french("La digue « tiendra encore tout cet hiver », selon Anne Morel."),
        ["partial: tiendra encore tout cet hiver <- anne morel"]
    );
    assert_eq!(
        french("Pour Anne Morel, « la digue tiendra cet hiver »."),
        ["direct: la digue tiendra cet hiver <- anne morel"]
    );
}

#[test]
fn a_series_of_fragments_has_one_source() {
    let found = french(
        "Anne Morel a jugé la digue « trop basse pour tenir », la jetée « en très mauvais état » et le quai « bon à démolir ».",
    );
    assert_eq!(
        found,
        [
            "partial: trop basse pour tenir <- anne morel",
            "partial: en très mauvais état <- anne morel",
            "partial: bon à démolir <- anne morel"
        ]
    );
    let found = french("La digue « a bien tenu cette fois » mais « reste fragile », a-t-elle jugé.");
    assert_eq!(found.len(), 2);
}

#[test]
fn a_second_verb_continues_the_source_of_the_sentence() {
    let found = french("« Le port rouvrira mardi », a déclaré Anne Morel, ajoutant que « la digue sera refaite ».");
    assert_eq!(found, ["direct: le port rouvrira mardi <- anne morel", "partial: la digue sera refaite <- anne morel"]);
    let found = french("Anne Morel a salué « un effort immense », avant de préciser : « La digue sera refaite. »");
    assert_eq!(found[1], "direct: la digue sera refaite. <- anne morel");
}

#[test]
fn a_quotation_without_a_cue_continues_the_source_of_its_paragraph() {
    let found = french("« Le port rouvrira mardi », a déclaré Anne Morel. « La digue sera refaite. »");
    assert_eq!(found[1], "direct: la digue sera refaite. <- anne morel");
}

#[test]
fn the_next_sentence_or_a_signature_may_name_the_source() {
    let found = french("Le plan doit « refaire toute la digue ». C'est ce qu'a annoncé Anne Morel.");
    assert_eq!(found, ["partial: refaire toute la digue <- anne morel"]);
    let found = french(
        "Le port se souvient :\n« Nous avons refait la digue à mains nues. »\n— Anne Morel, directrice\nLa suite est connue.",
    );
    assert_eq!(found, ["direct: nous avons refait la digue à mains nues. <- anne morel"]);
}

#[test]
fn a_quotation_that_opens_a_line_is_attributed_to_the_next_person() {
    let found = french("« Je n'y crois pas encore. » Au bout du quai, Anne Morel regarde la mer.");
    assert_eq!(found, ["direct: je n'y crois pas encore. <- anne morel"]);
    // A thing is not a source.
    assert_eq!(
        french("« Je n'y crois pas encore. » Le vent se lève.")[0],
        "direct: je n'y crois pas encore. <- nobody"
    );
}

#[test]
fn a_gerund_may_have_its_own_subject() {
    let found = french("Un homme affirmant que « la digue va céder demain » est monté sur le toit.");
    assert_eq!(found, ["partial: la digue va céder demain <- un homme"]);
    let found = french("La mairie a publié un communiqué affirmant que « la digue tiendra bon ».");
    assert_eq!(found, ["partial: la digue tiendra bon <- la mairie"]);
}

#[test]
fn a_relative_clause_refers_to_the_noun_before_it() {
    let found = french("Le plan déplaît à Anne Morel, qui dénonce « un projet bâti sur le sable ».");
    assert_eq!(found.len(), 1);
    assert!(found[0].ends_with("<- anne morel"), "{found:?}");
}

#[test]
fn titles_terms_and_scare_quotes_are_not_quotes() {
    assert_eq!(french("Le film « La vie est un long fleuve » sort mardi."), Vec::<String>::new());
    assert_eq!(french("L'opération « Main tendue aux familles » commence mardi."), Vec::<String>::new());
    assert_eq!(french("Le « petit port » rouvre mardi."), Vec::<String>::new());
    assert_eq!(french("La loi dite « de la mer ouverte » entre en vigueur mardi."), Vec::<String>::new());
}

#[test]
fn other_verbs_attribute_nothing() {
    let body = "Anne Morel a conclu un marché « sans le moindre risque pour nous » hier.";
    assert_eq!(french(body), ["partial: sans le moindre risque pour nous <- nobody"]);
}

#[test]
fn anonymous_and_collective_sources_have_their_status() {
    let status = |body: &str| read(body, "fr").quotes[0].speaker_status;
    assert_eq!(status("« La digue est perdue », a confié un responsable du port."), SpeakerStatus::Anonymous);
    assert_eq!(status("« La digue est perdue », a confié une source proche du dossier."), SpeakerStatus::Anonymous);
    assert_eq!(
        status("« La digue est perdue », a confié le directeur sous couvert d'anonymat."),
        SpeakerStatus::Anonymous
    );
    assert_eq!(status("« La digue est perdue », ont déploré les riverains."), SpeakerStatus::Collective);
    assert_eq!(status("« La digue est perdue », a indiqué la préfecture."), SpeakerStatus::Collective);
    assert_eq!(status("« La digue est perdue », a déclaré le directeur."), SpeakerStatus::Unresolved);
    assert_eq!(status("Sur le mur est écrit « la digue est à nous »."), SpeakerStatus::Unattributed);
}

#[test]
fn a_role_identifies_the_person() {
    let body = "La directrice du port, Anne Morel, était là. « La digue est perdue », a déclaré la directrice.";
    let found = read(body, "fr");
    let speaker = found.quotes[0].speaker.map(|entity| found.entities[entity].name.as_str());
    assert_eq!(speaker, Some("Anne Morel"));
    assert!(found.quotes[0].reference_span.is_some());
}

#[test]
fn a_description_may_continue_the_previous_speaker() {
    let named = |body: &str| read(body, "fr").quotes.iter().map(|quote| quote.speaker.is_some()).collect::<Vec<_>>();
    let letter = "« Personne ne m'a appelé », assure Marc Delaunay. « Je l'ai appris à la radio », ";
    assert_eq!(named(&format!("{letter}poursuit l'ancien préfet.")), [true, true]);
    // Another person may answer, and the gender must agree.
    assert_eq!(named(&format!("{letter}répond le préfet.")), [true, false]);
    let letter = letter.replace("Marc", "Anne");
    assert_eq!(named(&format!("{letter}poursuit le préfet.")), [true, false]);
}

#[test]
fn a_synonym_of_a_role_identifies_the_person() {
    let named = |body: &str| read(body, "fr").quotes.last().map(|quote| quote.speaker.is_some());
    let case = "Le procureur de Sète, Luc Petit, est venu hier. « L'enquête se poursuit sans bruit », a indiqué le ";
    assert_eq!(named(&format!("{case}magistrat.")), Some(true));
    assert_eq!(named(&format!("{case}pompier.")), Some(false));
    let plea = "« Le dossier est vide », a dit Me Luc Petit. « Nous verrons bien demain », a ajouté l'avocat.";
    assert_eq!(named(plea), Some(true));
}

#[test]
fn aux_yeux_de_is_a_source_phrase_only_after_a_quotation() {
    assert_eq!(
        french("Le texte, « trop long et trop flou » aux yeux d'Anne Roy, sera réécrit."),
        ["direct: trop long et trop flou <- anne roy"]
    );
    assert_eq!(french("Les larmes montent aux yeux d'Anne Roy, qui part."), Vec::<String>::new());
}

#[test]
fn adverbial_phrases_do_not_separate_the_verb_from_its_subject_or_object() {
    for body in [
        "Anne Morel y voit, pour sa part, une « trahison sans nom ».",
        "Anne Morel y voit par ailleurs une « trahison sans nom ».",
        "Anne Morel a, d'emblée, dénoncé une « trahison sans nom ».",
        "Anne Morel a par ailleurs dénoncé une « trahison sans nom ».",
        "Anne Morel a tout d'abord évoqué une « trahison sans nom ».",
        "Anne Morel a pour sa part évoqué une « trahison sans nom ».",
        "Anne Morel a d'ailleurs dénoncé une « trahison sans nom ».",
    ] {
        assert_eq!(french(body), ["partial: trahison sans nom <- anne morel"], "{body}");
    }
    for body in [
        "Le port, par ailleurs, cherche une « perle rare ».",
        "Pour sa part, le port ouvre une « boutique éphémère ».",
        "Le texte, d'abord affiché, annonce une « perle rare ».",
    ] {
        assert!(french(body).iter().all(|quote| !quote.ends_with("sa part") && !quote.ends_with("ailleurs")), "{body}");
    }
}
