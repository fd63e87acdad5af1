//! Tests of the rules for names with sentences in which they apply, and in which they do not.

use super::*;
use crate::annotate::names::dictionary::StoredEntity;
use uuid::Uuid;

/// `name/kind` of every mention, kinds by their first letter.
fn found(names: &Names, text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let show = |m: &FoundMention| {
        let name: String = chars[m.span.start..m.span.end].iter().collect();
        format!("{name}/{}", &format!("{:?}", m.entity_kind)[..1])
    };
    names.mentions.iter().map(show).collect()
}

fn find_with(body: &str, blocks: &[Block], language: &str, aliases: &Dictionary) -> Names {
    let text = crate::annotate::text::Text::new(body);
    let cut = crate::annotate::tokens::Tokens::new(&text, crate::annotate::languages::for_tag(language));
    find(&TokenizedText::new(body, &text, &cut), blocks, language, aliases)
}

fn find_in(text: &str, language: &str) -> Names {
    find_with(text, &[], language, &Dictionary::default())
}

fn english(text: &str) -> Vec<String> {
    found(&find_in(text, "en"), text)
}

fn french(text: &str) -> Vec<String> {
    found(&find_in(text, "fr"), text)
}

#[test]
fn english_titles_and_first_names_make_people() {
    assert_eq!(english("On Tuesday, Sen. Wanda Hotchkiss met Mr. Ozolins."), ["Wanda Hotchkiss/P", "Ozolins/P"]);
    assert_eq!(english("The plan, said Deborah Quist, is bold."), ["Deborah Quist/P"]);
    assert!(english("The senator met a professor on Tuesday.").is_empty());
}

#[test]
fn english_particles_join_names() {
    assert_eq!(english("Then Pieter van der Molen left."), ["Pieter van der Molen/P"]);
}

#[test]
fn english_organisations_are_found_by_their_words() {
    assert_eq!(
        english("He left Quandry Systems Inc. for the University of Westmarch."),
        ["Quandry Systems Inc./O", "University of Westmarch/O"]
    );
    assert_eq!(english("She joined the Ministry of Fisheries (MOF)."), ["Ministry of Fisheries/O", "MOF/O"]);
    assert!(english("The ministry and the university agreed.").is_empty());
}

#[test]
fn english_places_are_found_by_lists_and_prepositions() {
    assert_eq!(
        english("A barn burned in Ostlefield, near Otter Valley, in Ohio."),
        ["Ostlefield/P", "Otter Valley/P", "Ohio/P"]
    );
    assert_eq!(find_in("A barn burned in Ostlefield.", "en").entities[0].kind, EntityKind::Place);
}

#[test]
fn english_sentence_openers_are_not_names() {
    assert!(english("However, nobody came. Police waited. Meanwhile, it rained on Monday.").is_empty());
    assert_eq!(english("But Deborah Quist stayed."), ["Deborah Quist/P"]);
}

#[test]
fn english_nationalities_are_not_names() {
    assert!(english("Many Israelis and a German tourist waited.").is_empty());
}

#[test]
fn an_english_headline_in_capitals_has_no_names() {
    let text = "Small Town Baker Wins Giant Prize\n\nThe prize went to Deborah Quist.";
    let blocks = [
        Block { role: BlockRole::Headline, span: Span { start: 0, end: 33 } },
        Block { role: BlockRole::Paragraph, span: Span { start: 35, end: 67 } },
    ];
    assert_eq!(found(&find_with(text, &blocks, "en", &Dictionary::default()), text), ["Deborah Quist/P"]);
}

#[test]
fn a_surname_and_a_title_mean_the_person_named_in_full() {
    let text = "Deborah Quist spoke first. Quist smiled. \"No,\" Ms. Quist said.";
    let names = find_in(text, "en");
    assert_eq!(names.entities.len(), 1);
    assert_eq!(names.gender(0), Some(Gender::Feminine));
    assert!(names.mentions.iter().all(|m| m.entity == Some(0)));
    assert_eq!(names.resolve("Ms. Quist"), Some(0));
    assert_eq!(names.resolve("Deborah Quist"), Some(0));
    assert_eq!(names.resolve("Mr. Ozolins"), None);
}

#[test]
fn a_title_distinguishes_two_people_with_one_surname() {
    let text = "Deborah Quist and Howard Quist argued. Ms. Quist left before Mr. Quist came.";
    let names = find_in(text, "en");
    let entities: Vec<_> = names.mentions.iter().map(|m| m.entity).collect();
    assert_eq!(entities, [Some(0), Some(1), Some(0), Some(1)]);
    assert_eq!(names.resolve("Quist"), None);
}

#[test]
fn a_name_misspelt_once_is_not_a_second_person() {
    let text = "Deborah Quistman spoke. Later Deborah Quistmann left. Ms. Quistman and Deborah Quistman agree.";
    let names = find_in(text, "en");
    assert_eq!(names.entities.len(), 1);
    assert_eq!(names.entities[0].name, "Deborah Quistman");
    assert_eq!(names.entities[0].aliases[0].kind, AliasKind::Misspelling);
}

#[test]
fn people_with_similar_names_are_two() {
    let text = "Deborah Quist met Deborah Quill. Howard Lane met Howard Lang.";
    assert_eq!(find_in(text, "en").entities.len(), 4);
}

#[test]
fn a_short_form_in_brackets_is_the_same_organisation() {
    let text = "The Royal Otter Society (ROS) was founded. The ROS grew.";
    let names = find_in(text, "en");
    assert_eq!(names.entities.len(), 1);
    assert_eq!(names.entities[0].aliases[0].name, "ROS");
    let other = find_in("The Royal Otter Society (XYZ) was founded.", "en");
    assert_eq!(other.entities.len(), 2);
}

#[test]
fn french_states_periphrases_and_people_are_found() {
    let text =
        "Rabat et l’État hébreu négocient. Le Maroc a reçu Claire Vasseur, et le royaume chérifien s’en félicite.";
    let names = find_in(text, "fr");
    let entity = |name: &str| names.resolve(name).map(|n| names.entities[n].name.as_str());
    assert_eq!(entity("Maroc"), Some("Maroc"));
    assert_eq!(entity("l'Etat hébreu"), Some("Israël"));
    assert_eq!(entity("le royaume chérifien"), Some("Maroc"));
    assert_eq!(names.entities.iter().filter(|e| e.name == "Maroc").count(), 1);
    assert!(found(&names, text).contains(&"Claire Vasseur/P".to_owned()));
}

#[test]
fn french_titles_are_not_part_of_a_name() {
    let text = "Selon Hélène Bertin, la réforme est prête. Mme Bertin a salué M. Lambert, ministre du Budget.";
    let names = find_in(text, "fr");
    assert!(found(&names, text).starts_with(&["Hélène Bertin/P".into(), "Bertin/P".into(), "Lambert/P".into()]));
    assert_eq!(names.mentions[0].entity, names.mentions[1].entity);
    assert_eq!(names.gender(names.mentions[2].entity.unwrap()), Some(Gender::Masculine));
}

#[test]
fn the_field_of_an_office_is_not_an_entity() {
    let names =
        find_in("Le ministre de la Défense, Armand Vauquelin, a rencontré la Fédération française de tennis.", "fr");
    let full = |name: &str| names.entities.iter().find(|e| e.name == name).is_some_and(|e| e.full_name);
    assert!(!full("Défense") && full("Armand Vauquelin") && full("Fédération française de tennis"));
}

#[test]
fn french_common_words_are_not_names() {
    assert!(french("Depuis lundi, les habitants attendent. Pourtant, rien ne vient.").is_empty());
}

#[test]
fn a_longer_surname_is_another_person() {
    let text = "Selon Anne Martinet, tout va bien. Anne Martin est partie. Mme Martin a répondu à Mme Martinet.";
    let names = find_in(text, "fr");
    let people: Vec<_> = names.entities.iter().filter(|e| e.kind == EntityKind::Person).map(|e| &e.name).collect();
    assert_eq!(people, ["Anne Martinet", "Anne Martin"]);
}

fn stored(alias: &str, kind: EntityKind, name: &str, id: u128) -> Dictionary {
    let mut aliases = Dictionary::default();
    aliases.insert(alias, AliasKind::Name, &StoredEntity { id: Uuid::from_u128(id), kind, name: name.into() });
    aliases
}

#[test]
fn a_stored_alias_links_to_its_entity_in_any_language() {
    let aliases = stored("Grüner Hof", EntityKind::Organization, "Grüner Hof AG", 7);
    for language in ["de", "fr", "en"] {
        let names = find_with("Gestern kam Grüner Hof.", &[], language, &aliases);
        assert_eq!(names.entities[0].stored, Some(Uuid::from_u128(7)), "{language}");
        assert_eq!(names.entities[0].name, "Grüner Hof AG");
    }
}

#[test]
fn a_stored_name_inside_of_a_joined_word_has_its_own_text() {
    let names = find_with("Hier Morel-Anne Roy partait.", &[], "de", &stored("Anne", EntityKind::Other, "Anne", 7));
    assert_eq!(names.entities[0].stored, Some(Uuid::from_u128(7)));
    let mut two = stored("Anne", EntityKind::Other, "Anne", 7);
    two.insert(
        "Anne",
        AliasKind::Name,
        &StoredEntity { id: Uuid::from_u128(8), kind: EntityKind::Other, name: "Anne".into() },
    );
    let names = find_with("Hier Morel-Anne Roy partait.", &[], "de", &two);
    assert_eq!(names.entities[0].name, "Anne");
}

#[test]
fn a_longer_name_is_not_cut_by_a_stored_part_of_it() {
    let aliases = stored("Deborah", EntityKind::Place, "Deborah", 7);
    let text = "She met Deborah Quist in May.";
    assert_eq!(found(&find_with(text, &[], "en", &aliases), text), ["Deborah Quist/P"]);
}

#[test]
fn a_stored_common_word_does_not_match_a_sentence_opener() {
    let aliases = stored("Police", EntityKind::Work, "Police", 7);
    assert!(find_with("Police waited.", &[], "en", &aliases).mentions.is_empty());
    assert_eq!(find_with("He sold his Police album.", &[], "en", &aliases).mentions.len(), 1);
}

#[test]
fn several_stored_entities_of_one_name_stay_candidates() {
    let mut aliases = stored("Deborah Quist", EntityKind::Person, "Deborah Quist", 1);
    let other = StoredEntity { id: Uuid::from_u128(2), kind: EntityKind::Person, name: "Deborah Quist (judge)".into() };
    aliases.insert("Deborah Quist", AliasKind::Name, &other);
    let names = find_with("Then Deborah Quist left.", &[], "en", &aliases);
    assert_eq!(names.entities[0].stored, None);
    assert_eq!(names.entities[0].candidates.len(), 2);
}

#[test]
fn a_state_stored_by_name_is_found_by_its_periphrasis() {
    let aliases = stored("Israël", EntityKind::Place, "Israël", 9);
    let names = find_with("Hier, l’État hébreu a réagi.", &[], "fr", &aliases);
    assert_eq!(names.entities[0].stored, Some(Uuid::from_u128(9)));
}

#[test]
fn hostile_texts_have_mentions_inside_the_text() {
    for text in ["A".repeat(300_000), "A ".repeat(150_000), "Ab ".repeat(100_000), "Jean B. ".repeat(40_000)] {
        for language in ["fr", "en"] {
            let names = find_in(&text, language);
            assert!(names.mentions.iter().all(|m| m.span.end <= text.len()));
        }
    }
}

proptest::proptest! {
    #[test]
    fn mentions_lie_in_the_text_in_order(text in "(\\PC|[A-Z][a-z]{1,6}|M\\. |’|\n| ){0,60}", french in proptest::bool::ANY) {
        let names = find_in(&text, if french { "fr" } else { "en" });
        let length = text.chars().count();
        let mut free = 0;
        for mention in &names.mentions {
            proptest::prop_assert!(mention.span.start >= free && mention.span.start < mention.span.end);
            proptest::prop_assert!(mention.entity.is_none_or(|e| e < names.entities.len()));
            proptest::prop_assert!((0.0..=1.0).contains(&mention.confidence));
            free = mention.span.end;
        }
        proptest::prop_assert!(free <= length);
    }
}

#[test]
fn boilerplate_has_no_names() {
    let body = "Anne Morel arrive à Lens.\n\nFacebook\n\nElle repart.";
    let blocks = crate::annotate::blocks::find(&crate::annotate::text::Text::new(body), None);
    assert_eq!(found(&find_with(body, &blocks, "fr", &Dictionary::default()), body), ["Anne Morel/P", "Lens/P"]);
    let body = "Anne Morel travaille chez Facebook.";
    let blocks = crate::annotate::blocks::find(&crate::annotate::text::Text::new(body), None);
    let names = find_with(body, &blocks, "fr", &Dictionary::default());
    assert_eq!(names.mentions.len(), 2);
}

#[test]
fn a_field_of_government_is_not_an_organisation() {
    use super::linking::is_government_field;
    assert!(
        ["Défense", "Affaires étrangères", "Éducation nationale", "Défense nationale marocaine"]
            .into_iter()
            .all(is_government_field)
    );
    assert!(
        !["Santé publique France", "Défense des Marins", "Justice Pour Tous", "Cour des comptes"]
            .into_iter()
            .any(is_government_field)
    );
}
