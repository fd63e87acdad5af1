//! Schemas of the domain's enumerations, for the document. The domain does not know utoipa.

use crate::domain::{
    AliasKind, Anchor, BlockRole, Dimension, EntityKind, Interval, MentionKind, Origin, QuoteKind, QuoteStatus,
    ReviewAction, SpeakerStatus,
};
use std::borrow::Cow;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! word_schemas {
    ($($name:ident: $description:literal,)+) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = $name::ALL.iter().map(|word| word.as_str());
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some(words))
                    .description(Some($description))
                    .into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )+};
}

word_schemas! {
    EntityKind: "What an entity is.",
    BlockRole: "What a part of a body is: `boilerplate` is what a web page leaves in the text.",
    AliasKind: "What sort of name an alias is: `periphrasis` is a description that stands for the entity (`le royaume chérifien`), `metonym` the name of something near (`Rabat`).",
    MentionKind: "How the entity is named: by a `name`, a description (`nominal`), or an office (`role`).",
    QuoteKind: "`direct`: a whole utterance between quotation marks; `partial`: a quoted fragment in the reporter's sentence; `indirect`: without quotation marks; `mixed`: partly so.",
    SpeakerStatus: "`named`: a known entity; `anonymous`: a source that asked not to be named; `collective`: a group, a country or an institution; `unattributed`: the article names no source; `unresolved`: a source is printed but not linked to an entity.",
    QuoteStatus: "`machine`: found by a machine and not reviewed; the others are what a human decided.",
    Origin: "Who made the record.",
    Anchor: "Where the spans stand since the article's text last changed: `exact`, at the same offsets; `moved`, the same text elsewhere in one place only; `orphaned`, not found: the spans belong to the older `body_version`.",
    ReviewAction: "What a review did.",
    Dimension: "What records are counted by, spelled as the filter that finds the records of one value.",
    Interval: "How long the steps of a timeline are, in UTC; a week begins on Monday.",
}
