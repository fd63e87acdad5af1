//! Schemas of the domain's enumerations, for the document. The domain does not know utoipa.

use crate::domain::{
    AliasKind, Anchor, BlockRole, ChangeAction, ChangedResource, DeletedResource, DeliveryStatus, Dimension,
    DuplicateReason, EntityKind, Interval, MentionKind, MentionStatus, MergeStatus, Origin, QuoteKind, QuoteStatus,
    ReviewAction, Scope, SpeakerStatus,
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
    EntityKind: "The kind of an entity.",
    BlockRole: "The role of a part of a body; `boilerplate` is text of the web page around the article.",
    AliasKind: "The kind of an alias: a `periphrasis` describes the entity (`le royaume chérifien`), a `metonym` is the name of something closely related (`Rabat`).",
    MentionKind: "The kind of a mention: a `name`, a description (`nominal`), or an office (`role`).",
    QuoteKind: "`direct`: a whole utterance between quotation marks; `partial`: a quoted fragment in the reporter's sentence; `indirect`: without quotation marks; `mixed`: partly between quotation marks.",
    SpeakerStatus: "`named`: a known entity; `anonymous`: a source that asked not to be named; `collective`: a group, a country or an institution; `unattributed`: the article names no source; `unresolved`: a source is printed but not linked to an entity.",
    QuoteStatus: "The review status: `machine` is found by a machine and not reviewed; the others were set by a human.",
    MentionStatus: "The review status: `machine` is found by a machine and not reviewed; `rejected` names no entity.",
    Origin: "The creator of the record.",
    Anchor: "The state of the spans after changes of the text: `exact`: at the same offsets; `moved`: at other offsets, or in another typography; `orphaned`: not found, no longer in quotation marks, or attributed to somebody else by name, so that the spans refer to the older `body_version`.",
    Scope: "The rights of a key; each scope includes those before it. `review`: change quotes; `write`: change everything except keys; `admin`: manage keys.",
    ReviewAction: "The action of a review.",
    MergeStatus: "`moving`: mentions and quotes are being moved to the survivor; `done`: all are moved; `undoing`: they are being moved back; `undone`: the sources are as before.",
    DeliveryStatus: "`pending`: being sent, or tried again later; `delivered`: answered with a status from 200 to 299; `dead`: given up.",
    DeletedResource: "The kind of the deleted record.",
    ChangedResource: "The kind of a record in the change feed.",
    ChangeAction: "What happened to the record. An entity that is merged into another has `merge`, and `undo` when that is undone.",
    Dimension: "The member that records are counted by. It has the name of its filter.",
    DuplicateReason: "`same_name`: a name or alias is equal, apart from case, accents and the order of words; `contained_name`: one name has all words of the other; `similar_name`: the names differ by few letters; `initials`: the first name is an initial; `acronym`: one name has the initials of the other; `co_mentioned`: the same entities occur in their recent articles; `publisher`: their recent articles have the same publishers; `description`: their descriptions and roles have words in common.",
    Interval: "The length of the intervals of a timeline, in UTC; a week begins on Monday.",
}
