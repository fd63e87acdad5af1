//! Tests of the data files of the gazetteer.

use super::*;

fn named(text: &str, language: NameLanguage) -> Vec<&'static str> {
    let hits = gazetteer().find(&fold::words(text), language);
    hits.iter().map(|hit| gazetteer().known(hit.known).french).collect()
}

#[test]
fn every_row_has_its_columns() {
    assert!(rows(STATES).all(|row| row.len() == 7));
    assert!(rows(ORGANIZATIONS).all(|row| row.len() == 4));
    assert!(rows(PLACES).all(|row| row.len() <= 2));
    assert!(rows(FIRST_NAMES).all(|row| row.len() == 2 && ["f", "m", "u"].contains(&row[0])));
    assert!(rows(STATES).filter(|row| !row[2].is_empty()).count() >= 195);
}

#[test]
fn wikidata_items_are_well_formed_and_given_once() {
    let ids: Vec<&str> = gazetteer().known.iter().filter_map(|known| known.wikidata).collect();
    assert!(ids.iter().all(|id| id[1..].parse::<u32>().is_ok() && id.starts_with('Q')));
    let once: std::collections::HashSet<_> = ids.iter().collect();
    assert_eq!(once.len(), ids.len());
}

#[test]
fn states_are_known_by_name_and_periphrasis() {
    assert_eq!(named("Le Maroc, ou le royaume chérifien", NameLanguage::French), ["Maroc", "Maroc"]);
    assert_eq!(named("L’État hébreu et le pays du Cèdre", NameLanguage::French), ["Israël", "Liban"]);
    assert_eq!(named("Uncle Sam and Germany", NameLanguage::English), ["États-Unis", "Allemagne"]);
    assert!(named("un état, des pays, le royaume", NameLanguage::French).is_empty());
}

#[test]
fn the_longer_state_wins() {
    assert_eq!(named("en Guinée équatoriale et en Guinée", NameLanguage::French), ["Guinée équatoriale", "Guinée"]);
    assert_eq!(
        named("la République démocratique du Congo", NameLanguage::French),
        ["République démocratique du Congo"]
    );
}

#[test]
fn capitals_know_their_state() {
    let hit = gazetteer().find(&fold::words("Rabat"), NameLanguage::French)[0];
    let state = gazetteer().known(hit.known).capital_of.map(|state| gazetteer().known(state).french);
    assert_eq!(state, Some("Maroc"));
}

#[test]
fn demonyms_lead_to_states() {
    let state = |word: &str| gazetteer().demonym(&fold::words(word), 0).map(|(s, _)| gazetteer().known(s).english);
    assert_eq!(state("israéliennes"), Some("Israel"));
    assert_eq!(state("South Koreans"), Some("South Korea"));
    assert_eq!(state("fromage"), None);
}

#[test]
fn first_names_tell_the_gender() {
    assert_eq!(gazetteer().gender("Marie-France Dupré"), Some(Gender::Feminine));
    assert_eq!(gazetteer().gender("Jean-Marie Dupré"), Some(Gender::Masculine));
    assert_eq!(gazetteer().gender("Camille Dupré"), None);
    assert_eq!(gazetteer().gender("Xqz Dupré"), None);
}

#[test]
fn aliases_leave_the_name_itself_out() {
    let hit = gazetteer().find(&fold::words("OTAN"), NameLanguage::French)[0];
    let known = gazetteer().known(hit.known);
    let aliases = known.aliases(known.name(NameLanguage::French));
    assert!(aliases.iter().any(|a| a.name == "NATO" && a.kind == AliasKind::Acronym));
    assert!(aliases.iter().all(|a| a.name != known.french));
}
