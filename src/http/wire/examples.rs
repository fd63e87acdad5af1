//! The ids in the examples of the document. `verbatim demo` stores records with them, so that a reader can send the examples.

/// An article with two texts.
pub const ARTICLE: &str = "019bb341-e9c0-7000-8000-000000000001";
/// Its principal speaker, Inês Valadares.
pub const PERSON: &str = "019bb341-e9c0-7000-8000-000000000002";
/// The same person in another spelling, an entity of its own.
pub const SAME_PERSON: &str = "019bb341-e9c0-7000-8000-000000000003";
/// Another person in the article, Henrik Solbakken.
pub const OTHER_PERSON: &str = "019bb341-e9c0-7000-8000-000000000004";
/// Norway.
pub const PLACE: &str = "019bb341-e9c0-7000-8000-000000000005";
/// What the person said in the article.
pub const QUOTE: &str = "019bb341-e9c0-7000-8000-000000000006";
/// A mention of the place in the article.
pub const MENTION: &str = "019bb341-e9c0-7000-8000-000000000007";
/// A claim review of the quote.
pub const CLAIM_REVIEW: &str = "019bb341-e9c0-7000-8000-000000000008";
/// The id of no record: the service makes the ids of keys, webhooks, merges, splits and judgements.
pub const NOBODY: &str = "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5";
