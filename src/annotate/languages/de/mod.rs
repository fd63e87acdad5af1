//! German.

mod conjugation;

use super::Sources;

pub(super) static SOURCES: Sources = Sources {
    code: "de",
    words: include_str!("words.txt"),
    verbs: include_str!("verbs.txt"),
    roles: include_str!("roles.txt"),
    boilerplate: include_str!("boilerplate.txt"),
    conjugate: conjugation::regular,
};
