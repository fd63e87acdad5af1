//! Words that tell the kinds of English names apart.

use crate::annotate::EntityKind;
use crate::annotate::languages;
use std::collections::HashSet;
use std::sync::LazyLock;

/// A set of words.
pub type Words = LazyLock<HashSet<&'static str>>;

/// Titles before a person's name that are not part of it.
pub static TITLES: Words = LazyLock::new(|| {
    "Mr. Mr Mrs. Mrs Ms. Ms Miss Dr. Dr Prof. Professor Sir Lord Lady Dame President Vice Prime Minister \
         Chancellor Premier Senator Sen. Rep. Representative Gov. Governor Mayor Judge Justice Gen. General \
         Col. Colonel Lt. Lieutenant Sgt. Sergeant Capt. Captain Maj. Major Adm. Admiral Cmdr. Commander Rev. \
         Reverend Pope King Queen Prince Princess Secretary Ambassador Chairman Coach Attorney Speaker \
         Officer MP MEP MSP Constable Inspector Superintendent Sheriff Councillor Cllr Congressman Congresswoman \
         Commissioner Detective Det. Archbishop Bishop Cardinal Rabbi Imam CEO CFO COO PC DC Supt. Insp."
        .split(' ')
        .collect()
});

/// Words in the name of an organisation.
pub static ORGANIZATIONS: Words = LazyLock::new(|| {
    "Inc. Inc Corp. Corp Co. Ltd. Ltd LLC PLC Group Holdings Company Corporation Bank Partners Capital \
         Industries Motors Airlines Airways Systems Technologies Pictures University College School Institute \
         Academy Hospital Church Museum Foundation Society Association Federation Union League Club Party \
         Committee Commission Council Congress Senate Parliament Assembly Court Department Ministry Agency \
         Bureau Office Administration Authority Service Services Force Forces Army Navy Police Guard Corps \
         Board Center Centre Organization Organisation Fund Trust Network Alliance Coalition Front Movement \
         Times Post Journal News Press Tribune Herald Magazine Observatory Housing Energy Media Studios Labs \
         Laboratories Ventures Records Entertainment Pharmaceuticals Telecom Cooperative Brewery Insurance"
        .split(' ')
        .collect()
});

/// Last words in the name of a place.
pub static PLACES: Words = LazyLock::new(|| {
    "County City River Lake Mountain Mountains Valley Island Islands Street Avenue Road Boulevard Square \
         Park Beach Bay Sea Ocean Gulf Strait Peninsula Desert Province Region District Airport Station \
         Bridge Heights Hills Springs Village Town Township Coast Canyon Forest Harbor Falls"
        .split(' ')
        .collect()
});

/// Last words in the name of an event.
pub static EVENTS: Words = LazyLock::new(|| {
    "Cup Games Olympics Open Championship Championships War Day Festival Awards Summit Marathon".split(' ').collect()
});

/// Lower-case particles inside people's names.
pub static PARTICLES: Words =
    LazyLock::new(|| "de da do dos del della der den van von bin ibn al el la le du di ter y e".split(' ').collect());

/// Lower-case words after which a capitalised run is a place.
pub static INTO_PLACES: Words =
    LazyLock::new(|| "in near outside throughout across toward towards around into at".split(' ').collect());

/// Capitalised words that name no person, place or organisation.
pub static NO_NAMES: Words = LazyLock::new(|| {
    "I Q A TV AM PM OK DNA HIV AIDS COVID-19 COVID GDP CEO CFO A.M. P.M. Mr GMT ET EST EDT PDT GMT."
        .split(' ')
        .collect()
});

/// Words before the name of a person.
pub static INTO_PEOPLE: Words = LazyLock::new(|| {
    "minister president spokesman spokeswoman spokesperson leader coach director lawyer attorney analyst \
         author actor actress singer executive chief officer candidate mayor professor secretary chairman \
         chairwoman by wife"
        .split(' ')
        .collect()
});

/// Words before `of` that begin the name of an organisation: `University of Leeds`.
pub static BODIES_OF: Words = LazyLock::new(|| {
    "University Ministry Department Bank House Church College Institute Institutes \
         Office Bureau Board Council Court Chamber Federation Association"
        .split(' ')
        .collect()
});

/// Words before `of` that begin the name of a place: `Gulf of Aden`.
pub static LANDS_OF: Words = LazyLock::new(|| "Gulf Bay Isle Strait Cape".split(' ').collect());

/// Words after the name of a person that speaks or is described.
pub static SPEECH: Words = LazyLock::new(|| {
    "said says told added who wrote argued insisted warned asked tweeted testified noted explained".split(' ').collect()
});

/// Last words of names of laws, plans and prizes, which are no person, place or organisation.
pub static OTHERS: Words = LazyLock::new(|| {
    "Act Bill Law Plan Treaty Agreement Accord Pact Prize Award Medal Amendment Constitution Programme Program Project \
         Initiative Protocol Convention Charter Declaration Report Strategy"
        .split(' ')
        .collect()
});

/// Whether a word is a title, an office or an occupation: `Senator`, `CEO`.
pub fn describes(word: &str) -> bool {
    let simple = |word: &str| {
        TITLES.contains(word)
            || word.len() <= 24 && {
                let info = languages::english().info(word.to_lowercase().trim_end_matches('.'));
                info.is_title() || info.is_role()
            }
    };
    simple(word) || word.split_once('-').is_some_and(|(first, _)| simple(first))
}

/// The class of a word, as a feature of the tagger.
pub fn class(word: &str) -> Option<char> {
    if word.len() > 24 || !word.starts_with(char::is_alphabetic) {
        return None;
    }
    let info = languages::english().info(&word.to_lowercase());
    let classes = [
        (describes(word), 't'),
        (ORGANIZATIONS.contains(word), 'k'),
        (PLACES.contains(word), 'q'),
        (EVENTS.contains(word) || OTHERS.contains(word), 'e'),
        (info.reports(), 'v'),
        (info.is_group(), 'p'),
        (info.is_time(), 'y'),
    ];
    classes.iter().find(|(has, _)| *has).map(|(_, class)| *class)
}

/// The kind of a name that begins with this word and `of`.
pub fn head_of(word: &str) -> Option<EntityKind> {
    if BODIES_OF.contains(word) {
        Some(EntityKind::Organization)
    } else {
        LANDS_OF.contains(word).then_some(EntityKind::Place)
    }
}
