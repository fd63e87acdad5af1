//! The enumerations of the model, with one spelling for JSON, database and API description.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Text;
use serde::{Deserialize, Serialize};
use std::io::Write;

/// Defines an enum whose values have one spelling in JSON, in the database and in the API description.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, AsExpression, FromSqlRow)]
        #[diesel(sql_type = Text)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the spelling in JSON and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Parses the spelling of a value.
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
    /// What a key may do. Each scope includes those before it.
    Scope {
        Read = "read",
        /// Verify, reject, dispute and reattribute quotes.
        Review = "review",
        Write = "write",
        /// Manage keys.
        Admin = "admin",
    }
}

words! {
    /// The kind of an entity.
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
    /// The kind of an alias.
    AliasKind {
        Name = "name",
        Acronym = "acronym",
        /// A description that stands for the entity: `le royaume chérifien`.
        Periphrasis = "periphrasis",
        /// The name of something related that stands for the entity: `Rabat` for Morocco.
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
    /// What is known about the speaker.
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
    /// The review status of a quote.
    QuoteStatus {
        /// Found by a machine, not reviewed.
        Machine = "machine",
        Verified = "verified",
        Rejected = "rejected",
        Disputed = "disputed",
    }
}

words! {
    /// The review status of a mention.
    MentionStatus {
        /// Found by a machine, not reviewed.
        Machine = "machine",
        Verified = "verified",
        /// It names no entity. It is left out of lists unless they ask for it.
        Rejected = "rejected",
    }
}

words! {
    /// Whether a machine or a human created a record.
    Origin {
        Machine = "machine",
        Human = "human",
    }
}

words! {
    /// What happened to a span at the last change of the article's text.
    Anchor {
        /// At the same offsets.
        Exact = "exact",
        /// The same words at another position or in another typography, and at no other place.
        Moved = "moved",
        /// No longer found, found more than once, or said by somebody else now: it keeps its old spans and `body_version`.
        Orphaned = "orphaned",
    }
}

words! {
    /// The action of a review.
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
    /// The kind of a record in the change feed.
    ChangedResource {
        Article = "article",
        Entity = "entity",
        Mention = "mention",
        Quote = "quote",
        Review = "review",
        ClaimReview = "claim_review",
        Judgement = "judgement",
    }
}

words! {
    /// The kind of a deleted record whose id is exported.
    DeletedResource {
        Article = "article",
        Entity = "entity",
        Mention = "mention",
        Quote = "quote",
        Judgement = "judgement",
        ClaimReview = "claim_review",
    }
}

words! {
    /// What happened to a record.
    ChangeAction {
        Create = "create",
        Update = "update",
        Delete = "delete",
        /// The entity was merged into another.
        Merge = "merge",
        /// The merge of the entity was undone.
        Undo = "undo",
    }
}

words! {
    /// The state of a merge.
    MergeStatus {
        /// Mentions and quotes are being moved to the survivor.
        Moving = "moving",
        Done = "done",
        /// Mentions and quotes are being moved back.
        Undoing = "undoing",
        Undone = "undone",
    }
}

words! {
    /// What became of a message to a webhook.
    DeliveryStatus {
        /// It is sent, or tried again later.
        Pending = "pending",
        Delivered = "delivered",
        /// It was given up.
        Dead = "dead",
    }
}

words! {
    /// The role of a line of an article.
    BlockRole {
        /// The headline, also where the body repeats it.
        Headline = "headline",
        Heading = "heading",
        Paragraph = "paragraph",
        /// A remnant of a web page: a single `close`, a line of links.
        Boilerplate = "boilerplate",
    }
}

words! {
    /// A dimension by which records are grouped. Its spelling is the name of the filter for one of its values.
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
    /// The interval of a timeline. A week begins on Monday.
    Interval {
        Day = "day",
        Week = "week",
        Month = "month",
        Year = "year",
    }
}

words! {
    /// Why two entities may be the same.
    DuplicateReason {
        /// A name or alias is equal, apart from case, accents and the order of words.
        SameName = "same_name",
        /// One name has all words of the other: `Awa Marie Diallo`, `Awa Diallo`.
        ContainedName = "contained_name",
        /// The names differ by few letters.
        SimilarName = "similar_name",
        /// The first name is an initial: `A. Diallo`.
        Initials = "initials",
        /// One name has the initials of the other: `OMS`.
        Acronym = "acronym",
        /// The same entities occur in their articles.
        CoMentioned = "co_mentioned",
        /// Their articles are of the same publishers.
        Publisher = "publisher",
        /// Their descriptions and roles have words in common.
        Description = "description",
    }
}
