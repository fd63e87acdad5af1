//! The grammar of reported speech: cues, noun phrases, subjects, attributions and indirect speech.
//!
//! It contains no words: the words of each language and their properties are in [`super::languages`].

pub mod attribution;
pub mod cues;
pub mod discourse;
pub mod indirect;
pub mod interruptions;
pub mod noun_phrases;

mod adjuncts;
mod coordination;
mod patterns;
mod polarity;
mod roles;
mod subjects;
mod verb_subjects;
