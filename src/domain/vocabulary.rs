//! The closed word lists of the model, spelled as they are on the wire and in the database.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Text;
use serde::{Deserialize, Serialize};
use std::io::Write;

/// One enum per word list: serde, the database and the API document all spell a word the same way.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, AsExpression, FromSqlRow)]
        #[diesel(sql_type = Text)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as it stands on the wire and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value that `word` spells.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }

        impl ToSql<Text, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                out.write_all(self.as_str().as_bytes())?;
                Ok(IsNull::No)
            }
        }

        impl FromSql<Text, Pg> for $name {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                let word = std::str::from_utf8(value.as_bytes())?;
                Self::parse(word)
                    .ok_or_else(|| format!("{word:?} is no {}", stringify!($name)).into())
            }
        }
    };
}

words! {
    /// What an entity is.
    EntityKind {
        Person = "person",
        Organization = "organization",
        Place = "place",
        Product = "product",
        Event = "event",
        Work = "work",
        Other = "other",
    }
}

words! {
    /// What sort of name an alias is.
    AliasKind {
        Name = "name",
        Acronym = "acronym",
        /// A description that stands for the entity: `le royaume chérifien`.
        Periphrasis = "periphrasis",
        /// The name of something near that stands for the entity: `Rabat` for Morocco.
        Metonym = "metonym",
        /// An office: `le ministre de la Défense`.
        Role = "role",
        Demonym = "demonym",
        Misspelling = "misspelling",
    }
}

words! {
    /// How an entity is named at a mention.
    MentionKind {
        Name = "name",
        /// A description: `l'État hébreu`.
        Nominal = "nominal",
        /// An office: `le ministre`.
        Role = "role",
    }
}

words! {
    /// How the words of a quote are reported.
    QuoteKind {
        /// A whole utterance between quotation marks.
        Direct = "direct",
        /// A quoted fragment in the reporter's sentence.
        Partial = "partial",
        /// Reported without quotation marks.
        Indirect = "indirect",
        /// Reported partly between quotation marks and partly without.
        Mixed = "mixed",
    }
}

words! {
    /// What is known of who said it.
    SpeakerStatus {
        /// The speaker is a known entity.
        Named = "named",
        /// The source asked not to be named.
        Anonymous = "anonymous",
        /// A group, a country or an institution speaks.
        Collective = "collective",
        /// The article names no source.
        Unattributed = "unattributed",
        /// A source is printed but not linked to an entity.
        Unresolved = "unresolved",
    }
}

words! {
    /// What a human decided about a quote.
    QuoteStatus {
        /// Found by a machine, not reviewed.
        Machine = "machine",
        Verified = "verified",
        Rejected = "rejected",
        Disputed = "disputed",
    }
}

words! {
    /// Who made a record.
    Origin {
        Machine = "machine",
        Human = "human",
    }
}

words! {
    /// Where a span stands since its article's text last changed.
    Anchor {
        /// At the same offsets.
        Exact = "exact",
        /// The same text elsewhere, in one place only.
        Moved = "moved",
        /// No longer found, or found more than once: it keeps its old spans and `body_version`.
        Orphaned = "orphaned",
    }
}

words! {
    /// What a review did.
    ReviewAction {
        Verify = "verify",
        Reject = "reject",
        Dispute = "dispute",
        Reattribute = "reattribute",
        Edit = "edit",
        Comment = "comment",
    }
}

words! {
    /// What a line of an article is.
    BlockRole {
        /// The headline, also where the body repeats it.
        Headline = "headline",
        Heading = "heading",
        Paragraph = "paragraph",
        /// What a web page leaves in the text: a lone `close`, a line of links.
        Boilerplate = "boilerplate",
    }
}

words! {
    /// What records are counted by. Each is spelled as the filter that finds the records of one value.
    Dimension {
        Speaker = "speaker",
        About = "about",
        Entity = "entity",
        Publisher = "publisher",
        Language = "language",
        Section = "section",
        Kind = "kind",
        SpeakerStatus = "speaker_status",
        Status = "status",
        Cue = "cue",
    }
}

words! {
    /// How long the steps of a timeline are. A week begins on Monday.
    Interval {
        Day = "day",
        Week = "week",
        Month = "month",
        Year = "year",
    }
}
