//! Every word of the pages, in English and in French, and how each language writes numbers and dates.

use crate::domain::{AliasKind, Anchor, EntityKind, Origin, QuoteKind, QuoteStatus, ReviewAction, SpeakerStatus};
use actix_web::HttpRequest;
use actix_web::http::header::{AcceptLanguage, Header, Preference};
use chrono::{DateTime, Datelike, NaiveDate, Utc};

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    French,
}

macro_rules! texts {
    ($($name:ident: $english:literal, $french:literal;)+) => {
        /// The words of the pages in one language.
        pub struct Text { $(pub $name: &'static str),+ }
        static ENGLISH: Text = Text { $($name: $english),+ };
        static FRENCH: Text = Text { $($name: $french),+ };
    };
}

texts! {
    tagline: "Who said what, about whom, pinned to the exact words.", "Qui a dit quoi, sur qui, au mot près.";
    skip: "Skip to the content", "Aller au contenu";
    search: "Search", "Rechercher";
    search_quotes: "Search what was said", "Chercher dans les propos";
    quotes: "Quotes", "Citations";
    articles: "Articles", "Articles";
    people: "People and names", "Personnes et noms";
    api: "API", "API";
    persons: "people", "personnes";
    quotes_counted: "quotes", "citations";
    articles_counted: "articles", "articles";
    newest_quotes: "Newest quotes", "Dernières citations";
    most_quoted: "Most quoted", "Les plus cités";
    all_quotes: "All quotes", "Toutes les citations";
    empty_title: "Nothing is stored yet", "Rien n’est encore enregistré";
    empty_sample: "To see the service with sample articles, start it with", "Pour voir le service avec des articles d’exemple, lancez";
    empty_archive: "To load an archive of files, run", "Pour charger une archive de fichiers, lancez";
    empty_api: "To store articles over HTTP, see the API", "Pour enregistrer des articles par HTTP, voir l’API";
    unknown_speaker: "Unknown speaker", "Locuteur inconnu";
    undated: "undated", "sans date";
    in_article: "Quotes in this article", "Citations de l’article";
    no_quotes: "No quotes.", "Aucune citation.";
    text_as_received: "Text as received", "Texte tel que reçu";
    shown_in_text: "Show in the text", "Voir dans le texte";
    confidence: "Confidence", "Confiance";
    found_by: "Found by", "Trouvé par";
    legend: "Marks", "Marques";
    legend_name: "a name", "un nom";
    legend_cue: "a reporting verb", "un verbe de parole";
    versions: "Versions of the text", "Versions du texte";
    this_version: "shown here", "affichée ici";
    earlier_version: "An earlier version of the text is shown.", "Une version antérieure du texte est affichée.";
    current_version: "Show the current text", "Afficher le texte actuel";
    only_first_marked: "Only the first 200 quotes and names are marked.", "Seuls les 200 premières citations et noms sont marqués.";
    original: "Original", "Original";
    section: "Section", "Rubrique";
    publisher: "Publisher", "Média";
    language: "Language", "Langue";
    problem_what: "What it means", "Signification";
    problem_request: "Request", "Requête";
    spoken_by: "Speaker", "Locuteur";
    spoken_about: "About", "À propos de";
    from: "From", "Du";
    before: "Before", "Avant le";
    order: "Order", "Ordre";
    newest: "Newest first", "Plus récentes d’abord";
    oldest: "Oldest first", "Plus anciennes d’abord";
    most_relevant: "Best match first", "Plus pertinentes d’abord";
    most_confident: "Most certain first", "Plus sûres d’abord";
    by_name: "By name", "Par nom";
    most_named: "Most mentioned first", "Plus mentionnés d’abord";
    most_quoted_first: "Most quoted first", "Plus cités d’abord";
    once: "The same words once", "Mêmes propos une seule fois";
    filters: "Filters", "Filtres";
    remove_filter: "remove", "retirer";
    kind: "Kind", "Nature";
    source: "Source", "Source";
    review: "Review", "Relecture";
    found: "found", "trouvées";
    about_number: "about", "environ";
    nothing_found: "Nothing matches.", "Aucun résultat.";
    next_page: "Next page", "Page suivante";
    open_in_api: "Open as API call", "Ouvrir dans l’API";
    download_csv: "Download CSV", "Télécharger en CSV";
    newest_counted: "Counts are of the newest matches.", "Comptes sur les résultats les plus récents.";
    only_newest_ranked: "Only the newest 200 matches are ranked.", "Seuls les 200 résultats les plus récents sont classés.";
    search_articles: "Search articles", "Chercher dans les articles";
    search_people: "Search names", "Chercher un nom";
    also_named: "Also called", "Autres noms";
    identifiers: "Identifiers", "Identifiants";
    said: "What they said", "Ses propos";
    said_about: "What others said about them", "Ce qu’on en dit";
    who_speaks: "Who speaks about them", "Qui en parle";
    speaks_of: "Whom they speak about", "De qui il est question";
    named_with: "Named with", "Cité avec";
    likely_same: "Perhaps the same", "Peut-être la même entité";
    all_articles: "Articles that name them", "Articles qui en parlent";
    in_context: "In the text", "Dans le texte";
    occurrences: "Occurrences", "Occurrences";
    printed_first: "first printed", "première parution";
    variants: "Wordings", "Formulations";
    elsewhere: "The same words elsewhere", "Les mêmes propos ailleurs";
    reviews: "Reviews", "Relectures";
    no_reviews: "Nobody has reviewed this quote.", "Personne n’a relu cette citation.";
    somebody: "somebody", "quelqu’un";
    cite: "Cite", "Citer";
    permanent_link: "Permanent link", "Lien permanent";
    said_on: "Said on", "Dit le";
    statistics: "Statistics", "Statistiques";
    quotes_over_time: "Quotes over time", "Citations au fil du temps";
    share_of_voice: "Share of voice", "Temps de parole";
    who_about_whom: "Who speaks about whom", "Qui parle de qui";
    others: "all others", "tous les autres";
    none: "none", "aucun";
    table: "Table", "Tableau";
    count_by: "Count by", "Compter par";
    interval: "Interval", "Intervalle";
    month: "Month", "Mois";
    year: "Year", "Année";
    week: "Week", "Semaine";
    day: "Day", "Jour";
    show: "Show", "Afficher";
    review_queue: "What to review next", "À relire";
    left: "left", "restantes";
    nothing_left: "Nothing is left to review.", "Il ne reste rien à relire.";
    review_keys: "Keys: j k next and previous, v verify, x reject, d dispute, r another speaker, u undo.", "Touches : j k suivante et précédente, v vérifier, x rejeter, d contester, r autre locuteur, u annuler.";
    verify: "Verify", "Vérifier";
    reject: "Reject", "Rejeter";
    dispute: "Dispute", "Contester";
    reattribute: "Change speaker", "Changer le locuteur";
    right_speaker: "Name of the speaker", "Nom du locuteur";
    undo: "Undo", "Annuler";
    sign_in: "Sign in", "Se connecter";
    sign_out: "Sign out", "Se déconnecter";
    signed_in: "You are signed in.", "Vous êtes connecté.";
    sign_in_with_key: "Sign in with an API key. Reviews need one with the scope review.", "Connectez-vous avec une clé d’API. Relire demande la portée review.";
    key: "API key", "Clé d’API";
    back_home: "Back to the home page", "Retour à l’accueil";
}

const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const FRENCH_MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

impl Language {
    /// The language that a browser prefers; English if it prefers neither.
    pub fn of(request: &HttpRequest) -> Self {
        let ranked = AcceptLanguage::parse(request).map(|accepted| accepted.ranked()).unwrap_or_default();
        let known = ranked.into_iter().find_map(|preference| match preference {
            Preference::Specific(tag) => match tag.primary_language() {
                "fr" => Some(Self::French),
                "en" => Some(Self::English),
                _ => None,
            },
            Preference::Any => Some(Self::English),
        });
        known.unwrap_or(Self::English)
    }

    /// Its tag.
    pub fn tag(self) -> &'static str {
        self.pick("en", "fr")
    }

    pub fn text(self) -> &'static Text {
        match self {
            Self::English => &ENGLISH,
            Self::French => &FRENCH,
        }
    }

    pub fn pick<'a>(self, english: &'a str, french: &'a str) -> &'a str {
        match self {
            Self::English => english,
            Self::French => french,
        }
    }

    /// A whole number with separated thousands.
    pub fn number(self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let separator = self.pick(",", "\u{202f}");
        let mut written = if number < 0 { "−".to_owned() } else { String::new() };
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                written.push_str(separator);
            }
            written.push(digit);
        }
        written
    }

    /// A share from 0 to 1.
    pub fn percent(self, share: f64) -> String {
        format!("{:.0}{}%", share * 100.0, self.pick("", "\u{202f}"))
    }

    /// A day such as `2 March 2026`.
    pub fn day(self, day: NaiveDate) -> String {
        let first = self.pick("1", "1er");
        let number = if day.day() == 1 { first.to_owned() } else { day.day().to_string() };
        format!("{number} {}", self.month(day))
    }

    /// A month such as `March 2026`.
    pub fn month(self, day: NaiveDate) -> String {
        let months = match self {
            Self::English => &ENGLISH_MONTHS,
            Self::French => &FRENCH_MONTHS,
        };
        format!("{} {}", months[day.month0() as usize], day.year())
    }

    /// The day of a time, or that it has none.
    pub fn day_of(self, time: Option<DateTime<Utc>>) -> String {
        time.map_or_else(|| self.text().undated.to_owned(), |time| self.day(time.date_naive()))
    }

    /// The words of a quote between the quotation marks of this language.
    pub fn quoted(self, words: &str) -> String {
        match self {
            Self::English => format!("“{words}”"),
            Self::French => format!("«\u{202f}{words}\u{202f}»"),
        }
    }

    pub fn quote_kind(self, kind: QuoteKind) -> &'static str {
        match kind {
            QuoteKind::Direct => self.pick("direct quote", "citation directe"),
            QuoteKind::Partial => self.pick("partial quote", "citation partielle"),
            QuoteKind::Indirect => self.pick("reported speech", "discours indirect"),
            QuoteKind::Mixed => self.pick("mixed quote", "citation mixte"),
        }
    }

    pub fn quote_status(self, status: QuoteStatus) -> &'static str {
        match status {
            QuoteStatus::Machine => self.pick("not reviewed", "non relue"),
            QuoteStatus::Verified => self.pick("verified", "vérifiée"),
            QuoteStatus::Rejected => self.pick("rejected", "rejetée"),
            QuoteStatus::Disputed => self.pick("disputed", "contestée"),
        }
    }

    pub fn speaker_status(self, status: SpeakerStatus) -> &'static str {
        match status {
            SpeakerStatus::Named => self.pick("named", "nommé"),
            SpeakerStatus::Anonymous => self.pick("anonymous", "anonyme"),
            SpeakerStatus::Collective => self.pick("collective", "collectif"),
            SpeakerStatus::Unattributed => self.pick("unattributed", "sans attribution"),
            SpeakerStatus::Unresolved => self.pick("unresolved", "non identifié"),
        }
    }

    pub fn entity_kind(self, kind: EntityKind) -> &'static str {
        match kind {
            EntityKind::Person => self.pick("Person", "Personne"),
            EntityKind::Organization => self.pick("Organisation", "Organisation"),
            EntityKind::Place => self.pick("Place", "Lieu"),
            EntityKind::Product => self.pick("Product", "Produit"),
            EntityKind::Event => self.pick("Event", "Événement"),
            EntityKind::Work => self.pick("Work", "Œuvre"),
            EntityKind::Other => self.pick("Other", "Autre"),
        }
    }

    pub fn alias_kind(self, kind: AliasKind) -> &'static str {
        match kind {
            AliasKind::Name => self.pick("name", "nom"),
            AliasKind::Acronym => self.pick("acronym", "sigle"),
            AliasKind::Periphrasis => self.pick("description", "périphrase"),
            AliasKind::Metonym => self.pick("metonym", "métonymie"),
            AliasKind::Role => self.pick("office", "fonction"),
            AliasKind::Demonym => self.pick("demonym", "gentilé"),
            AliasKind::Misspelling => self.pick("misspelling", "graphie fautive"),
        }
    }

    pub fn review_action(self, action: ReviewAction) -> &'static str {
        match action {
            ReviewAction::Verify => self.pick("verified", "a vérifié"),
            ReviewAction::Reject => self.pick("rejected", "a rejeté"),
            ReviewAction::Dispute => self.pick("disputed", "a contesté"),
            ReviewAction::Reattribute => self.pick("reattributed", "a réattribué"),
            ReviewAction::Edit => self.pick("edited", "a modifié"),
            ReviewAction::Comment => self.pick("commented", "a commenté"),
        }
    }

    pub fn anchor(self, anchor: Anchor) -> Option<&'static str> {
        match anchor {
            Anchor::Exact => None,
            Anchor::Moved => Some(self.pick("moved by an edit", "déplacée par une modification")),
            Anchor::Orphaned => Some(self.pick("no longer in the text", "absente du texte actuel")),
        }
    }

    pub fn origin(self, origin: Origin) -> &'static str {
        match origin {
            Origin::Machine => self.pick("the annotator", "l’annotateur"),
            Origin::Human => self.pick("a person", "une personne"),
        }
    }

    /// The name of a language by its tag, for those that are common here; else the tag.
    pub fn name_of(self, tag: &str) -> String {
        match tag {
            "en" => self.pick("English", "anglais"),
            "fr" => self.pick("French", "français"),
            "de" => self.pick("German", "allemand"),
            "es" => self.pick("Spanish", "espagnol"),
            "it" => self.pick("Italian", "italien"),
            "pt" => self.pick("Portuguese", "portugais"),
            "ar" => self.pick("Arabic", "arabe"),
            "nl" => self.pick("Dutch", "néerlandais"),
            "und" => self.pick("unknown language", "langue inconnue"),
            other => other,
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn the_language_is_the_preferred_one_of_those_that_are_known() {
        let language = |accepted: &str| {
            Language::of(&TestRequest::default().insert_header(("accept-language", accepted)).to_http_request())
        };
        for accepted in ["fr", "fr-CA, en;q=0.5", "de, fr;q=0.8, en;q=0.7", "en;q=0.2, fr;q=0.9"] {
            assert_eq!(language(accepted), Language::French, "{accepted}");
        }
        for accepted in ["", "en-GB, fr;q=0.9", "de", "*", "nonsense;;"] {
            assert_eq!(language(accepted), Language::English, "{accepted}");
        }
    }

    #[test]
    fn numbers_and_dates_are_written_as_the_language_writes_them() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        assert_eq!(
            (Language::English.day(day), Language::French.day(day)),
            ("1 March 2026".into(), "1er mars 2026".into())
        );
        assert_eq!(Language::English.number(1_234_567), "1,234,567");
        assert_eq!(Language::French.number(-1234), "−1\u{202f}234");
        assert_eq!((Language::English.number(0), Language::English.number(999)), ("0".into(), "999".into()));
        assert_eq!(
            (Language::English.percent(0.834), Language::French.percent(1.0)),
            ("83%".into(), "100\u{202f}%".into())
        );
    }
}
