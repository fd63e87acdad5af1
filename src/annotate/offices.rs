//! Words for who somebody is that mean the same, or one of which means the other: a `Sen.` is `the senator`, a
//! `procureur` is `le magistrat`.

/// For a word that stands for somebody: the words and titles that he may have been introduced with.
const OFFICES: [(&str, &[&str]); 40] = [
    ("senator", &["sen"]),
    ("representative", &["rep"]),
    ("congressman", &["rep", "representative", "sen", "senator"]),
    ("congresswoman", &["rep", "representative", "sen", "senator"]),
    ("lawmaker", &["sen", "senator", "rep", "representative", "congressman", "congresswoman"]),
    ("governor", &["gov"]),
    ("doctor", &["dr", "physician", "surgeon", "epidemiologist"]),
    ("physician", &["dr", "doctor", "surgeon"]),
    ("professor", &["prof"]),
    ("general", &["gen"]),
    ("colonel", &["col"]),
    ("officer", &["sgt", "lt", "capt", "sergeant", "lieutenant", "captain"]),
    ("scientist", &["researcher", "physicist", "biologist", "geologist", "astronomer"]),
    ("lawyer", &["attorney"]),
    ("attorney", &["lawyer"]),
    ("politician", &["sen", "senator", "rep", "representative", "mayor", "governor", "minister"]),
    ("manager", &["coach"]),
    ("coach", &["manager"]),
    ("magistrat", &["procureur", "juge", "président"]),
    ("magistrate", &["procureure", "juge", "présidente"]),
    ("élu", &["maire", "député", "sénateur", "conseiller", "président"]),
    ("élue", &["maire", "députée", "sénatrice", "conseillère", "présidente"]),
    ("parlementaire", &["député", "députée", "sénateur", "sénatrice", "eurodéputé", "eurodéputée"]),
    ("avocat", &["me", "maître"]),
    ("avocate", &["me", "maître"]),
    ("médecin", &["dr", "docteur", "pr", "chirurgien", "épidémiologiste", "infectiologue"]),
    ("docteur", &["dr"]),
    ("professeur", &["pr"]),
    ("professeure", &["pr"]),
    ("scientifique", &["chercheur", "chercheuse", "professeur", "professeure", "physicien", "physicienne"]),
    ("chercheur", &["scientifique", "professeur", "historien", "sociologue", "économiste", "politologue"]),
    ("chercheuse", &["scientifique", "professeure", "historienne", "sociologue", "économiste", "politologue"]),
    ("officier", &["colonel", "capitaine", "commandant", "lieutenant", "général"]),
    ("militaire", &["colonel", "capitaine", "commandant", "lieutenant", "général"]),
    ("dirigeant", &["président", "directeur", "pdg", "patron"]),
    ("dirigeante", &["présidente", "directrice", "pdg", "patronne"]),
    ("patron", &["pdg", "directeur", "président"]),
    ("patronne", &["pdg", "directrice", "présidente"]),
    ("sportif", &["joueur", "coureur", "nageur", "cycliste", "skieur", "athlète"]),
    ("technicien", &["entraîneur", "sélectionneur"]),
];

/// What else somebody may be called whom `role` stands for.
pub fn behind(role: &str) -> &'static [&'static str] {
    OFFICES.iter().find(|(word, _)| *word == role).map_or(&[], |(_, others)| others)
}

/// Whether a title says what its bearer is, as `Sen.` does and `Mr.` does not.
pub fn is_title(word: &str) -> bool {
    matches!(
        word,
        "sen" | "rep" | "gov" | "dr" | "prof" | "gen" | "col" | "sgt" | "lt" | "capt" | "me" | "maître" | "pr"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_has_other_words_and_a_courtesy_title_none() {
        assert!(behind("senator").contains(&"sen") && behind("voisin").is_empty());
        assert!(is_title("sen") && !is_title("mr") && !is_title("mme"));
    }
}
