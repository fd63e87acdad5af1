//! A generated article: its entities, its sentences, and the metadata of its publisher.

use crate::dice::{Dice, Zipf, mix};
use crate::names::{Cast, capital};
use crate::prose::{Marks, Mention, Prose, Quote, Source};
use crate::time;
use crate::words::Language;
use uuid::Uuid;
use verbatim::domain::EntityKind;

const SEED: u64 = 0xa57;
const WIRE: u64 = 0x317e;
/// Consecutive articles that share agency copy, within a language.
const WIRE_WINDOW: usize = 200;

const PUBLISHERS: [(&str, &str); 20] = [
    ("Le Quotidien du Port", "quotidien-du-port"),
    ("La Gazette des Communes libres", "gazette-libre"),
    ("The Harbour Times", "harbour-times"),
    ("L’Écho de l’Ouest", "echo-ouest"),
    ("Le Courrier de la Vallée", "courrier-vallee"),
    ("The Morning Ledger", "morning-ledger"),
    ("Tribune d’Alger-Centre", "tribune-centre"),
    ("Nord Matin", "nord-matin"),
    ("The Northern Observer", "northern-observer"),
    ("Le Fil économique", "fil-economique"),
    ("La Dépêche des Îles", "depeche-iles"),
    ("City & Country", "city-and-country"),
    ("Le Journal du Rail", "journal-du-rail"),
    ("The Weekly Dispatch", "weekly-dispatch"),
    ("Sud Soir", "sud-soir"),
    ("Radio Phare", "radio-phare"),
    ("The Coastal Review", "coastal-review"),
    ("Les Cahiers de l’Énergie", "cahiers-energie"),
    ("Evening Standard-Bearer", "standard-bearer"),
    ("Public Record", "public-record"),
];
const ENGLISH: [usize; 8] = [2, 5, 8, 11, 13, 16, 18, 19];
const FRENCH_MARKS: [Marks; 3] = [Marks("«\u{a0}", "\u{a0}»"), Marks("«\u{202f}", "\u{202f}»"), Marks("« ", " »")];
const ENGLISH_MARKS: [Marks; 3] = [Marks("“", "”"), Marks("\"", "\""), Marks("“", "”")];

/// The parameters of the whole collection.
pub struct Collection {
    pub articles: usize,
    pub languages: [Language; 2],
    pub cast: Cast,
    publishers: Zipf,
    keywords: Zipf,
    wires: Zipf,
}

/// An article with its mentions and quotes. Spans count code points of the body.
pub struct Article {
    pub id: Uuid,
    /// Milliseconds since 1970.
    pub received: i64,
    pub published: Option<i64>,
    pub headline: String,
    pub body: String,
    pub language: &'static str,
    pub publisher: &'static str,
    pub url: Option<String>,
    pub external_id: Option<String>,
    pub authors: Vec<String>,
    pub section: &'static str,
    pub keywords: Vec<String>,
    pub mentions: Vec<Mention>,
    pub quotes: Vec<Quote>,
    /// Continues the random sequence for values that are not in the text.
    pub dice: Dice,
}

impl Collection {
    pub fn new(articles: usize, languages: [Language; 2], cast: Cast) -> Self {
        Self {
            articles,
            languages,
            cast,
            publishers: Zipf::new(PUBLISHERS.len(), 2.0, 0.8),
            keywords: Zipf::new(3_000, 4.0, 1.0),
            wires: Zipf::new(WIRE_WINDOW / 5, 1.0, 1.0),
        }
    }

    /// Generates article `index`, always the same.
    pub fn article(&self, index: usize) -> Article {
        let mut dice = Dice::new(SEED, index as u64);
        let (received, published) = time::of_article(index, self.articles, &mut dice);
        let outlet = self.publishers.draw(&mut dice);
        let is_english = ENGLISH.contains(&outlet);
        let language = &self.languages[usize::from(is_english)];
        let marks = if is_english { ENGLISH_MARKS } else { FRENCH_MARKS }[outlet % 3];
        let section = dice.of(language.sections);
        let people = self.people(&mut dice);
        let (prose, quotes) = self.body(index, language, marks, &people, &mut dice);
        let (publisher, host) = PUBLISHERS[outlet];
        let url = dice.chance(95).then(|| {
            let slug: String = language.among(3_000, &mut dice).chars().filter(char::is_ascii).collect();
            format!("https://www.{host}.example/{}/{slug}-{index}", &time::day(received)[..7])
        });
        Article {
            id: time::id(received, &mut dice),
            received,
            published,
            headline: self.headline(language, people[0], &mut dice),
            body: prose.text,
            language: language.code,
            publisher,
            url,
            external_id: dice.chance(90).then(|| format!("{host}-{index}")),
            authors: (0..dice.below(3)).map(|_| self.author(&mut dice)).collect(),
            section,
            keywords: self.keywords(language, &mut dice),
            mentions: prose.mentions,
            quotes,
            dice,
        }
    }

    /// The entities of an article: the first is popular, most others too, some are associated with the first.
    fn people(&self, dice: &mut Dice) -> Vec<usize> {
        let first = self.cast.draw(dice);
        let mut people = vec![first];
        for _ in 0..dice.between(5, 9) {
            let next = if dice.chance(60) { self.cast.draw(dice) } else { self.cast.companion(first, dice) };
            people.push(next);
        }
        people
    }

    fn body<'a>(
        &'a self,
        index: usize,
        language: &'a Language,
        marks: Marks,
        people: &[usize],
        dice: &mut Dice,
    ) -> (Prose<'a>, Vec<Quote>) {
        let mut prose = Prose::new(&self.cast, language, marks);
        let target = dice.between(2_500, 3_300);
        let mut quotes_left = dice.below(12) + usize::from(dice.chance(10));
        let names = dice.between(12, 28);
        let mut quotes = Vec::with_capacity(quotes_left);
        let mut until_break = 3;
        loop {
            let sentences_left = target.saturating_sub(prose.text.len()) / 115;
            let names_left = names.saturating_sub(prose.mentions.len());
            if sentences_left + quotes_left + names_left == 0 {
                return (prose, quotes);
            }
            if !prose.text.is_empty() {
                prose.push(if until_break == 0 { "\n\n" } else { " " });
            }
            until_break = if until_break == 0 { dice.between(2, 4) } else { until_break - 1 };
            if dice.below(sentences_left.max(quotes_left) + 1) < quotes_left {
                quotes.push(self.quote(index, &mut prose, people, dice));
                quotes_left -= 1;
            } else {
                let is_named = dice.below(sentences_left + 1) < names_left;
                let name = is_named.then(|| people[dice.below(people.len())]);
                prose.tell(name, dice);
            }
        }
    }

    /// A statement by an entity of the article; one in ten is agency copy.
    fn quote(&self, index: usize, prose: &mut Prose, people: &[usize], dice: &mut Dice) -> Quote {
        if dice.chance(10) {
            let wire = index / WIRE_WINDOW * WIRE_WINDOW + self.wires.draw(dice);
            let mut dice = Dice::new(WIRE, mix(wire as u64) ^ u64::from(prose.is_french()));
            let people = self.people(&mut dice);
            return self.quote_of(prose, &people, &mut dice);
        }
        self.quote_of(prose, people, dice)
    }

    fn quote_of(&self, prose: &mut Prose, people: &[usize], dice: &mut Dice) -> Quote {
        let speaks = |rank: &&usize| self.cast.entities[**rank].kind == EntityKind::Person;
        let speakers: Vec<usize> = people.iter().filter(speaks).copied().collect();
        let speaker = speakers.get(dice.below(speakers.len().max(1))).copied().unwrap_or(people[0]);
        let source = Source::draw(speaker, prose.language(), dice);
        let about = dice.chance(40).then(|| people[dice.below(people.len())]);
        prose.say(&source, about, dice)
    }

    fn headline(&self, language: &Language, about: usize, dice: &mut Dice) -> String {
        let mut headline = self.cast.entities[about].name.clone();
        for _ in 0..dice.between(2, 4) {
            let content = language.content(dice);
            let (lead, gap) = language.join(language.function(dice), content);
            headline = format!("{headline} {lead}{gap}{content}");
        }
        headline
    }

    fn author(&self, dice: &mut Dice) -> String {
        // There are a few hundred journalists.
        let mut who = Dice::new(SEED, dice.below(400) as u64);
        format!("{}. {}", capital(["a", "c", "e", "j", "m", "s"][who.below(6)]), crate::names::surname(&mut who))
    }

    fn keywords(&self, language: &Language, dice: &mut Dice) -> Vec<String> {
        let mut keywords: Vec<String> = Vec::new();
        for _ in 0..dice.between(1, 5) {
            let keyword = language.ranked(self.keywords.draw(dice));
            if !keywords.iter().any(|known| known == keyword) {
                keywords.push(keyword.to_owned());
            }
        }
        keywords
    }
}
