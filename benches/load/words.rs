//! Vocabularies of French and English: function words, and as many generated words as a newspaper has, made of
//! syllables with the endings, accents and elisions of the language.

use crate::dice::{Dice, Zipf};
use std::collections::HashSet;

/// Number of content words of each language.
const CONTENT_WORDS: usize = 150_000;

/// A reporting verb as printed, and its lemma.
pub type Cue = (&'static str, &'static str);

/// The words of a language.
pub struct Language {
    pub code: &'static str,
    function: &'static [&'static str],
    function_ranks: Zipf,
    content: Vec<String>,
    content_ranks: Zipf,
    pub cues: &'static [Cue],
    /// Unnamed sources: anonymous people and groups.
    pub anonymous: &'static [&'static str],
    pub collective: &'static [&'static str],
    pub sections: &'static [&'static str],
}

impl Language {
    pub fn french() -> Self {
        Self::new("fr", FRENCH_FUNCTION, FRENCH_COMMON, &FRENCH_PARTS, FRENCH_CUES, FRENCH_SOURCES, FRENCH_SECTIONS)
    }

    pub fn english() -> Self {
        Self::new(
            "en",
            ENGLISH_FUNCTION,
            ENGLISH_COMMON,
            &ENGLISH_PARTS,
            ENGLISH_CUES,
            ENGLISH_SOURCES,
            ENGLISH_SECTIONS,
        )
    }

    fn new(
        code: &'static str,
        function: &'static [&'static str],
        common: &[&str],
        parts: &Parts,
        cues: &'static [Cue],
        (anonymous, collective): (&'static [&'static str], &'static [&'static str]),
        sections: &'static [&'static str],
    ) -> Self {
        Self {
            code,
            function,
            function_ranks: Zipf::new(function.len(), 1.0, 0.9),
            content: vocabulary(common, parts),
            content_ranks: Zipf::new(CONTENT_WORDS, 3.0, 1.02),
            cues,
            anonymous,
            collective,
            sections,
        }
    }

    /// Draws a content word by frequency.
    pub fn content(&self, dice: &mut Dice) -> &str {
        &self.content[self.content_ranks.draw(dice)]
    }

    /// Draws one of the first `ranks` content words uniformly.
    pub fn among(&self, ranks: usize, dice: &mut Dice) -> &str {
        &self.content[dice.below(ranks)]
    }

    /// Returns the content word of a rank.
    pub fn ranked(&self, rank: usize) -> &str {
        &self.content[rank]
    }

    /// Draws a function word.
    pub fn function(&self, dice: &mut Dice) -> &'static str {
        self.function[self.function_ranks.draw(dice)]
    }

    /// Joins `word` to `next`: French elides a vowel before another.
    pub fn join(&self, word: &'static str, next: &str) -> (&'static str, &'static str) {
        let vowel = next.chars().next().is_some_and(|c| "aeiouyéèêàâîôœAEIOUÉÈÊÀ".contains(c));
        let elided = ELISIONS.iter().find(|(whole, _)| self.code == "fr" && vowel && *whole == word);
        elided.map_or((word, " "), |(_, elided)| (elided, ""))
    }
}

/// Returns common words and generated words without duplicates.
fn vocabulary(common: &[&str], parts: &Parts) -> Vec<String> {
    let mut dice = Dice::new(0x0ca6, 0);
    let mut words: Vec<String> = common.iter().map(|word| (*word).to_owned()).collect();
    let mut seen: HashSet<String> = words.iter().cloned().collect();
    while words.len() < CONTENT_WORDS {
        // Rarer words are longer.
        let syllables = 1 + dice.below(if words.len() < 2_000 { 2 } else { 4 });
        let mut word = String::new();
        for _ in 0..syllables {
            word.push_str(dice.of(parts.onsets));
            word.push_str(dice.of(parts.vowels));
        }
        word.push_str(dice.of(parts.endings));
        if word.chars().count() > 3 && seen.insert(word.clone()) {
            words.push(word);
        }
    }
    words
}

/// The syllables of a language.
struct Parts {
    onsets: &'static [&'static str],
    vowels: &'static [&'static str],
    endings: &'static [&'static str],
}

const FRENCH_PARTS: Parts = Parts {
    onsets: &[
        "b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "v", "ch", "br", "cr", "dr", "gr", "pr", "tr",
        "pl", "cl", "gn", "qu", "j", "", "bl", "fl",
    ],
    vowels: &[
        "a", "e", "i", "o", "u", "é", "è", "ai", "ou", "on", "an", "en", "in", "eu", "au", "oi", "ê", "â", "î", "ô",
    ],
    endings: &[
        "", "s", "tion", "tions", "ment", "ments", "ité", "eur", "euse", "age", "isme", "er", "é", "ée", "és", "ées",
        "ique", "iques", "able", "ance", "ait", "aient", "ra", "ront", "if", "ive", "ois",
    ],
};

const ENGLISH_PARTS: Parts = Parts {
    onsets: &[
        "b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "w", "sh", "th", "br", "cr", "dr", "gr", "st",
        "pr", "tr", "pl", "cl", "k", "", "sp",
    ],
    vowels: &["a", "e", "i", "o", "u", "ea", "oo", "ai", "ou", "an", "en", "in", "on", "er", "ar", "or"],
    endings: &[
        "", "s", "ing", "ed", "er", "ers", "ness", "ment", "ments", "ly", "tion", "tions", "ism", "ist", "able",
        "ance", "t", "d", "ck", "ll", "ful", "ive", "al",
    ],
};

const ELISIONS: &[(&str, &str)] = &[
    ("le", "l’"),
    ("la", "l’"),
    ("de", "d’"),
    ("que", "qu’"),
    ("ne", "n’"),
    ("se", "s’"),
    ("ce", "c'"),
    ("jusque", "jusqu'"),
];

const FRENCH_FUNCTION: &[&str] = &[
    "de", "la", "le", "les", "et", "des", "en", "un", "une", "que", "du", "dans", "pour", "par", "sur", "au", "qui",
    "ne", "se", "pas", "plus", "ce", "avec", "son", "sa", "ses", "aux", "mais", "été", "est", "sont", "leur", "cette",
    "ces", "nous", "comme", "entre", "sans", "après", "avant", "où", "même", "très", "aussi", "déjà", "à", "ont",
    "sous", "jusque", "depuis",
];
const FRENCH_COMMON: &[&str] = &[
    "gouvernement",
    "président",
    "ministre",
    "pays",
    "ville",
    "année",
    "accord",
    "élection",
    "marché",
    "région",
    "grève",
    "budget",
    "entreprise",
    "salariés",
    "énergie",
    "sécurité",
    "économie",
    "réforme",
    "projet",
    "loi",
    "assemblée",
    "justice",
    "police",
    "hôpital",
    "école",
    "santé",
    "travail",
    "transport",
    "port",
    "navire",
    "climat",
    "eau",
    "agriculture",
    "prix",
    "croissance",
    "emploi",
    "impôt",
    "frontière",
    "armée",
    "guerre",
    "paix",
    "négociation",
    "sommet",
    "européen",
    "syndicat",
    "manifestation",
    "enquête",
    "procès",
    "tribunal",
    "maire",
    "commune",
    "habitants",
    "logement",
    "route",
    "chantier",
    "train",
    "usine",
    "industrie",
    "banque",
    "dette",
    "euros",
    "milliards",
    "millions",
    "recherche",
    "université",
    "étudiants",
    "culture",
    "musée",
    "cinéma",
    "livre",
    "match",
    "équipe",
    "saison",
    "victoire",
    "défaite",
    "tempête",
    "inondation",
    "incendie",
    "secours",
    "victimes",
    "familles",
    "enfants",
    "jeunes",
    "retraite",
    "pouvoir",
    "parti",
    "gauche",
    "droite",
    "opposition",
    "majorité",
    "scrutin",
    "campagne",
    "débat",
    "texte",
    "mesure",
    "décision",
    "annonce",
    "rapport",
    "chiffres",
    "hausse",
    "baisse",
    "semaine",
    "mois",
    "jour",
    "nuit",
];
const FRENCH_CUES: &[Cue] = &[
    ("a déclaré", "déclarer"),
    ("a affirmé", "affirmer"),
    ("a souligné", "souligner"),
    ("a expliqué", "expliquer"),
    ("estime", "estimer"),
    ("a annoncé", "annoncer"),
    ("a ajouté", "ajouter"),
    ("a assuré", "assurer"),
    ("a indiqué", "indiquer"),
    ("a rappelé", "rappeler"),
    ("a dénoncé", "dénoncer"),
    ("s’est félicité", "féliciter"),
    ("a regretté", "regretter"),
    ("prévient", "prévenir"),
    ("a martelé", "marteler"),
    ("a reconnu", "reconnaître"),
];
const FRENCH_SOURCES: (&[&str], &[&str]) = (
    &[
        "un responsable sous couvert d’anonymat",
        "une source proche du dossier",
        "un diplomate qui a requis l’anonymat",
        "un haut fonctionnaire",
    ],
    &["les autorités", "les habitants", "la direction", "les syndicats", "l’opposition", "les enquêteurs"],
);
const FRENCH_SECTIONS: &[&str] = &[
    "Politique",
    "Économie",
    "International",
    "Société",
    "Culture",
    "Sport",
    "Sciences",
    "Régions",
    "Planète",
    "Idées",
];

const ENGLISH_FUNCTION: &[&str] = &[
    "the", "of", "and", "to", "a", "in", "that", "for", "on", "was", "with", "is", "by", "as", "at", "from", "it",
    "has", "had", "be", "were", "its", "his", "her", "are", "which", "an", "but", "not", "after", "who", "their",
    "have", "they", "this", "more", "been", "would", "about", "than", "when", "over", "into", "could", "before",
    "under", "some", "other",
];
const ENGLISH_COMMON: &[&str] = &[
    "government",
    "president",
    "minister",
    "country",
    "city",
    "year",
    "agreement",
    "election",
    "market",
    "region",
    "strike",
    "budget",
    "company",
    "workers",
    "energy",
    "security",
    "economy",
    "reform",
    "project",
    "bill",
    "parliament",
    "court",
    "police",
    "hospital",
    "school",
    "health",
    "work",
    "transport",
    "harbour",
    "ship",
    "climate",
    "water",
    "farming",
    "price",
    "growth",
    "jobs",
    "tax",
    "border",
    "army",
    "war",
    "peace",
    "talks",
    "summit",
    "european",
    "union",
    "protest",
    "inquiry",
    "trial",
    "mayor",
    "council",
    "residents",
    "housing",
    "road",
    "site",
    "train",
    "factory",
    "industry",
    "bank",
    "debt",
    "pounds",
    "billion",
    "million",
    "research",
    "university",
    "students",
    "culture",
    "museum",
    "film",
    "book",
    "match",
    "team",
    "season",
    "victory",
    "defeat",
    "storm",
    "flood",
    "fire",
    "rescue",
    "victims",
    "families",
    "children",
    "pension",
    "power",
    "party",
    "left",
    "right",
    "opposition",
    "majority",
    "vote",
    "campaign",
    "debate",
    "measure",
    "decision",
    "announcement",
    "report",
    "figures",
    "rise",
    "fall",
    "week",
    "month",
    "day",
    "night",
];
const ENGLISH_CUES: &[Cue] = &[
    ("said", "say"),
    ("told reporters", "tell"),
    ("added", "add"),
    ("announced", "announce"),
    ("warned", "warn"),
    ("insisted", "insist"),
    ("explained", "explain"),
    ("argued", "argue"),
    ("acknowledged", "acknowledge"),
    ("claimed", "claim"),
    ("recalled", "recall"),
    ("promised", "promise"),
];
const ENGLISH_SOURCES: (&[&str], &[&str]) = (
    &[
        "an official on condition of anonymity",
        "a source close to the matter",
        "a diplomat who asked not to be named",
        "a senior official",
    ],
    &["the authorities", "residents", "the management", "the unions", "the opposition", "investigators"],
);
const ENGLISH_SECTIONS: &[&str] =
    &["Politics", "Business", "World", "Society", "Culture", "Sport", "Science", "Regions", "Environment", "Opinion"];
