//! Generates articles with names, quotes, numbers and subordinate clauses, about three kilobytes each, always the same.

pub const LANGUAGES: [&str; 2] = ["fr", "en"];
/// Fewest characters of an article.
const LENGTH: usize = 2_900;

/// Words and sentences of a language. `{p}` is a person, `{s}` the surname of that person, `{r}` a role, `{o}` an
/// organisation, `{l}` a place, `{t}` a sentence that somebody says, `{n}` a number.
struct Vocabulary {
    first: &'static [&'static str],
    last: &'static [&'static str],
    roles: &'static [&'static str],
    organizations: &'static [&'static str],
    places: &'static [&'static str],
    said: &'static [&'static str],
    sentences: &'static [&'static str],
}

const FRENCH: Vocabulary = Vocabulary {
    first: &["Anne", "Bruno", "Claire", "Driss", "Élodie", "Fabrice", "Gisèle", "Hamid", "Inès", "Jean-Marc", "Leïla"],
    last: &["Morel", "Vasseur", "Tazi", "Le Goff", "Delaunay", "Okoye", "Ferrand", "Haddad", "Rousselot", "de Brissac"],
    roles: &["maire", "porte-parole du gouvernement", "ministre des Transports", "directrice du port", "préfet"],
    organizations: &["Commission européenne", "SNCF", "Cour des comptes", "Organisation mondiale de la santé", "CGT"],
    places: &["Marseille", "Rabat", "le Portugal", "Bergen", "Saint-Malo", "la Norvège", "Bruxelles", "Casablanca"],
    said: &[
        "nous avons attendu ce navire pendant onze ans",
        "personne ne peut dire aujourd’hui ce que coûtera la deuxième année",
        "les habitants nous l’ont demandé […] et ils avaient raison",
        "il faut que chacun prenne sa part de l’effort",
        "ce texte ne règle rien, il reporte tout",
        "je ne signerai pas un accord qui oublie les petits ports",
    ],
    sentences: &[
        "« {t} », a déclaré {p}, {r} de {l}, devant {n} personnes réunies sur le quai.",
        "Selon {o}, le trafic a augmenté de {n} % en un an, malgré la grève de mars.",
        "{p} a annoncé mardi que le chantier de {l} commencerait avant l’été, et qu’il durerait {n} mois.",
        "Le projet, présenté en janvier à {l}, doit encore être approuvé par {o}.",
        "« {t}, a ajouté {s}, et nous le savions. »",
        "Interrogée sur ce point, {p} a dénoncé un calendrier « intenable » et réclamé des garanties.",
        "Les deux parties se retrouveront à {l} le {n} novembre, à huis clos.",
        "D’après un responsable de {o} sous couvert d’anonymat, « {t} ».",
        "Le prix du billet passera de {n} à {n} euros, ce qui reste en dessous de celui de l’avion.",
        "M. {s} n’a pas souhaité répondre à nos questions.",
    ],
};

const ENGLISH: Vocabulary = Vocabulary {
    first: &["Alice", "Brian", "Carol", "Derek", "Emily", "Farah", "George", "Hannah", "Ivan", "Joan", "Kofi"],
    last: &["Barlow", "Whitcombe", "Mensah", "O'Hara", "Lindqvist", "Pryce", "Sandoval", "Thorne", "Vance", "Abbott"],
    roles: &["mayor", "government spokesman", "transport minister", "harbour master", "chief executive"],
    organizations: &["European Commission", "World Health Organization", "Port Authority", "Labour Party", "NATO"],
    places: &["Bristol", "Oslo", "Portugal", "Nairobi", "Halifax", "Norway", "Brussels", "Chicago"],
    said: &[
        "we have waited eleven years for this ship",
        "nobody can say today what the second year will cost",
        "people asked us for it, and they were right",
        "everyone has to carry a share of the burden",
        "this bill settles nothing; it puts everything off",
        "I will not sign a deal that forgets the small harbours",
    ],
    sentences: &[
        "“{t},” said {p}, the {r} of {l}, in front of {n} people on the quay.",
        "According to the {o}, traffic rose by {n} percent in a year in spite of the strike in March.",
        "{p} said on Tuesday that work in {l} would begin before the summer and would take {n} months.",
        "The plan, which was presented in {l} in January, has yet to be approved by the {o}.",
        "“{t},” {s} added. “And we knew it.”",
        "Asked about it, {p} called the timetable “untenable” and demanded guarantees.",
        "The two sides will meet again in {l} on November {n}, behind closed doors.",
        "“{t},” an official of the {o} told reporters on condition of anonymity.",
        "The price of a ticket will rise from {n} to {n} dollars, which is still less than a flight.",
        "Mr. {s} did not wish to answer our questions.",
    ],
};

/// Generates articles in a language of [`LANGUAGES`].
pub fn articles(language: &str, count: usize) -> Vec<String> {
    let words = if language == "fr" { &FRENCH } else { &ENGLISH };
    let mut random = Random(0x5eed);
    (0..count).map(|_| article(words, &mut random)).collect()
}

fn article(words: &Vocabulary, random: &mut Random) -> String {
    let mut text = String::new();
    let mut person = String::new();
    while text.chars().count() < LENGTH {
        for _ in 0..=random.below(4) {
            let sentence = random.choose(words.sentences);
            text.push_str(&fill(sentence, words, random, &mut person));
            text.push(' ');
        }
        text.push_str("\n\n");
    }
    text
}

/// Fills the slots of a sentence. A surname is that of the last person.
fn fill(sentence: &str, words: &Vocabulary, random: &mut Random, person: &mut String) -> String {
    let mut parts = sentence.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (slot, rest) = part.split_once('}').unwrap_or((part, ""));
        match slot {
            "p" => {
                *person = random.choose(words.last).to_owned();
                text.push_str(&format!("{} {person}", random.choose(words.first)));
            }
            "s" if person.is_empty() => text.push_str(random.choose(words.last)),
            "s" => text.push_str(person),
            "r" => text.push_str(random.choose(words.roles)),
            "o" => text.push_str(random.choose(words.organizations)),
            "l" => text.push_str(random.choose(words.places)),
            "t" => text.push_str(random.choose(words.said)),
            _ => text.push_str(&(random.below(28) + 2).to_string()),
        }
        text.push_str(rest);
    }
    text
}

/// Random numbers, always the same: a linear congruential generator with the constants of MMIX.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn choose(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len())]
    }
}
