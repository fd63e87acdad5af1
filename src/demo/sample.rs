//! The sample: an article of our own writing, who and what is named in it, and who says what.

use serde_json::{Value, json};

/// The article: its headline again as the first lines of the text, a section heading, leftovers of a web page, and
/// guillemets with U+00A0 and U+202F, as the wire sends them.
pub(super) const BODY: &str = include_str!("article_fr.txt");
pub(super) const PUBLISHER: &str = "La Gazette des ports";
pub(super) const EXTERNAL_ID: &str = "verbatim-demo-1";
/// The scheme of the entities' identifiers, by which a later run finds them again.
pub(super) const SCHEME: &str = "verbatim-demo";

pub(super) struct Entity {
    /// Its identifier in [`SCHEME`].
    pub key: &'static str,
    pub kind: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    /// Each with its kind.
    pub aliases: &'static [(&'static str, &'static str)],
    /// The words that name it in the text, each with which occurrence of them, from 0, and how they name it.
    pub mentions: &'static [(&'static str, usize, &'static str)],
}

pub(super) const ENTITIES: &[Entity] = &[
    Entity {
        key: "portugal",
        kind: "place",
        name: "Portugal",
        description: "État d’Europe du Sud",
        aliases: &[("Lisbonne", "metonym")],
        mentions: &[("Portugal", 2, "name")],
    },
    Entity {
        key: "norvege",
        kind: "place",
        name: "Norvège",
        description: "État d’Europe du Nord",
        aliases: &[("le royaume scandinave", "periphrasis"), ("Oslo", "metonym")],
        mentions: &[("Norvège", 2, "name"), ("Le royaume scandinave", 0, "nominal")],
    },
    Entity {
        key: "valadares",
        kind: "person",
        name: "Inês Valadares",
        description: "Ministre portugaise de la Mer",
        aliases: &[("la ministre portugaise de la Mer", "role")],
        mentions: &[
            ("la ministre portugaise de la Mer", 0, "role"),
            ("Inês Valadares", 0, "name"),
            ("Inês Valadares", 1, "name"),
        ],
    },
    Entity {
        key: "solbakken",
        kind: "person",
        name: "Henrik Solbakken",
        description: "Secrétaire d’État norvégien aux Transports",
        aliases: &[("M. Solbakken", "name"), ("le secrétaire d’État norvégien aux Transports", "role")],
        mentions: &[
            ("le secrétaire d’État norvégien aux Transports", 0, "role"),
            ("Henrik Solbakken", 0, "name"),
            ("M. Solbakken", 0, "name"),
        ],
    },
    Entity {
        key: "mer-du-nord",
        kind: "place",
        name: "mer du Nord",
        description: "Mer bordière de l’Atlantique",
        aliases: &[],
        mentions: &[("mer du Nord", 0, "name")],
    },
];

pub(super) struct Quote {
    /// Its words; several pieces where the sentence is interrupted by its cue.
    pub pieces: &'static [&'static str],
    /// Which occurrence of the words it is, from 0.
    pub occurrence: usize,
    pub kind: &'static str,
    /// The speaker's key, when it is an entity.
    pub speaker: Option<&'static str>,
    /// The source as printed, and which occurrence of it.
    pub label: Option<(&'static str, usize)>,
    pub status: &'static str,
    /// The reporting verb as printed, and its lemma.
    pub cue: Option<(&'static str, &'static str)>,
}

pub(super) const QUOTES: &[Quote] = &[
    Quote {
        pieces: &["sans escale"],
        occurrence: 2,
        kind: "partial",
        speaker: None,
        label: None,
        status: "unattributed",
        cue: None,
    },
    Quote {
        pieces: &["à parts égales"],
        occurrence: 0,
        kind: "partial",
        speaker: None,
        label: Some(("Les deux pays", 0)),
        status: "collective",
        cue: None,
    },
    Quote {
        pieces: &[
            "Nous remettons sur l’eau ce que nous n’aurions jamais dû mettre sur l’autoroute […] et nos ports y \
             gagneront autant que nos routes",
        ],
        occurrence: 0,
        kind: "direct",
        speaker: Some("valadares"),
        label: Some(("Inês Valadares", 1)),
        status: "named",
        cue: Some(("a assuré", "assurer")),
    },
    Quote {
        pieces: &["La mer du Nord ne pardonne rien", "mais nos équipages la connaissent."],
        occurrence: 0,
        kind: "direct",
        speaker: Some("solbakken"),
        label: Some(("M. Solbakken", 0)),
        status: "named",
        cue: Some(("a rappelé", "rappeler")),
    },
    Quote {
        pieces: &["de vitrine"],
        occurrence: 0,
        kind: "partial",
        speaker: None,
        label: Some(("Les syndicats de marins", 0)),
        status: "collective",
        cue: Some(("dénoncent", "dénoncer")),
    },
    Quote {
        pieces: &[
            "Le navire sera prêt, mais personne ne sait encore qui paiera le carburant au-delà de la première année",
        ],
        occurrence: 0,
        kind: "direct",
        speaker: None,
        label: Some(("une responsable norvégienne des Transports", 0)),
        status: "anonymous",
        cue: Some(("a reconnu", "reconnaître")),
    },
];

/// The article as it is sent.
pub(super) fn article() -> Value {
    json!({
        "headline": BODY.lines().next(),
        "body": BODY,
        "language": "fr",
        "publisher": PUBLISHER,
        "external_id": EXTERNAL_ID,
        "section": "Économie",
        "keywords": ["transport maritime", "diplomatie"],
        "published_at": "2026-01-12T17:30:00Z",
    })
}

impl Entity {
    /// The entity as it is sent.
    pub fn body(&self) -> Value {
        let alias = |(name, kind): &(_, _)| json!({"name": name, "language": "fr", "kind": kind});
        json!({
            "kind": self.kind,
            "name": self.name,
            "description": self.description,
            "aliases": self.aliases.iter().map(alias).collect::<Vec<_>>(),
            "identifiers": [{"scheme": SCHEME, "value": self.key}],
        })
    }
}

impl Quote {
    /// The quote as it is sent: by its words alone where they stand in one place, else by its spans.
    pub fn body(&self, article: &Value, speaker: Option<&Value>) -> Value {
        let mut body = json!({
            "article_id": article,
            "kind": self.kind,
            "speaker_id": speaker,
            "speaker_span": self.label.map(|(words, occurrence)| span(words, occurrence)),
            "speaker_status": self.status,
            "cue_span": self.cue.map(|(words, _)| span(words, 0)),
            "cue_lemma": self.cue.map(|(_, lemma)| lemma),
        });
        match self.pieces {
            [words] if BODY.matches(words).count() == 1 => body["text"] = json!(words),
            pieces => body["spans"] = pieces.iter().map(|piece| span(piece, self.occurrence)).collect(),
        }
        body
    }

    /// As the service writes the words.
    pub fn text(&self) -> String {
        self.pieces.join(" ")
    }
}

/// Where `words` stand in the article for the `occurrence`th time, from 0: in code points, as everywhere in the API.
pub(super) fn span(words: &str, occurrence: usize) -> Value {
    let (byte, _) = BODY.match_indices(words).nth(occurrence).expect("the sample's words stand in its text");
    let start = BODY[..byte].chars().count();
    json!({"start": start, "end": start + words.chars().count()})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_of_the_sample_stand_in_its_text() {
        for entity in ENTITIES {
            for (words, occurrence, _) in entity.mentions {
                assert!(span(words, *occurrence)["end"].as_u64() > Some(0));
            }
        }
        for quote in QUOTES {
            assert_eq!(quote.body(&json!("id"), None)["kind"], quote.kind);
        }
    }

    #[test]
    fn the_text_has_what_makes_a_wire_text_hard() {
        let mut lines = BODY.lines().filter(|line| !line.is_empty());
        assert_eq!(lines.next(), lines.next());
        for mark in ["«\u{a0}", "\u{a0}»", "«\u{202f}", "\u{202f}»", "[…]", "\nTrois jours de mer\n"] {
            assert!(BODY.contains(mark), "{mark:?}");
        }
    }
}
