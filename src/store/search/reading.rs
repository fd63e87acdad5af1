//! A search as the texts of each language read it, and the condition that it makes of that.

use super::Collection;
use super::estimate::needed;
use super::queries::Queries;
use super::steps::{Step, Way};
use crate::domain::page::SetFilter;
use crate::domain::search::Search;
use crate::store::Result;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, Bool, Double, Nullable, Text};
use std::collections::BTreeSet;

/// A search read by the dictionaries of each language in the collection: its stop words, its accents, its stems.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Never empty queries; languages in which nothing is left of the search are in no group.
    groups: Vec<Group>,
    /// No language is in no group.
    is_of_all: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Group {
    languages: Vec<String>,
    /// As Postgres spells a tsquery.
    query: String,
}

impl Reading {
    /// Reads a search in the languages of a filter, or else in those that the collection has texts of.
    ///
    /// # Errors
    /// Only the database's own.
    pub fn of(
        conn: &mut PgConnection,
        queries: &Queries,
        collection: Collection,
        search: &Search,
        languages: &SetFilter<String>,
    ) -> Result<Self> {
        let rows = match &languages.include[..] {
            [] => {
                let present = queries.present(conn, collection)?;
                queries.of(conn, search.as_str(), &present)?
            }
            chosen => {
                let chosen: BTreeSet<String> = chosen.iter().cloned().collect();
                queries.of(conn, search.as_str(), &chosen.into_iter().collect::<Vec<_>>())?
            }
        };
        let mut groups: Vec<Group> = Vec::new();
        let mut is_of_all = true;
        for (language, query) in rows {
            match groups.iter_mut().find(|group| group.query == *query) {
                _ if query.is_empty() => is_of_all = false,
                Some(group) => group.languages.push(language),
                None => groups.push(Group { languages: vec![language], query: query.to_string() }),
            }
        }
        Ok(Self { groups, is_of_all })
    }

    /// The queries, as Postgres spells them.
    pub fn queries(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().map(|group| group.query.as_str())
    }

    /// The queries with their languages; `None` for all.
    pub fn groups(&self) -> impl Iterator<Item = (Option<&[String]>, &str)> {
        let is_of_all = self.is_of_all && self.groups.len() == 1;
        self.groups.iter().map(move |group| ((!is_of_all).then_some(&group.languages[..]), group.query.as_str()))
    }

    /// True when words have to stand beside each other, which no index knows.
    pub fn has_phrases(&self) -> bool {
        // There are no such marks in a lexeme.
        self.queries().any(|query| query.contains('<'))
    }

    /// True when no text matches that lacks some words, in whichever language.
    pub fn needs_words(&self) -> bool {
        self.queries().all(|query| !needed(query).is_empty())
    }

    /// The same, one query at a time.
    pub fn each(&self) -> impl Iterator<Item = Self> {
        self.groups
            .iter()
            .map(|group| Self { groups: vec![group.clone()], is_of_all: self.is_of_all && self.groups.len() == 1 })
    }

    /// The condition on a vector and its language.
    pub fn matches<V, L>(&self, vector: V, language: L, step: &Step) -> Matches<V, L> {
        Matches { vector, language, reading: self.clone(), way: step.way, is_general: step.is_general }
    }

    /// The condition on the bits of a text's words and its language, of all that match and of few others.
    pub fn may_match<B, L>(&self, bits: B, language: L) -> MayMatch<B, L> {
        let groups = self.groups.iter();
        let needed =
            groups.map(|group| (group.languages.clone(), needed(&group.query).into_iter().collect())).collect();
        MayMatch { bits, language, needed }
    }

    /// How well a text matches, its headline weighing ten times as much as the rest.
    pub fn rank<V, L>(&self, vector: V, language: L) -> Rank<V, L> {
        Rank { vector, language, reading: self.clone() }
    }

    /// The query for the text of a row.
    pub(super) fn walk_query<'b, L: QueryFragment<Pg>>(
        &'b self,
        language: &'b L,
        mut out: AstPass<'_, 'b, Pg>,
    ) -> QueryResult<()> {
        out.push_sql("CASE");
        for group in &self.groups {
            out.push_sql(" WHEN ");
            language.walk_ast(out.reborrow())?;
            out.push_sql(" = ANY (");
            out.push_bind_param::<Array<Text>, _>(&group.languages)?;
            out.push_sql(") THEN ");
            out.push_bind_param::<Text, _>(&group.query)?;
            out.push_sql("::tsquery");
        }
        // A CASE has a branch at least.
        out.push_sql(" WHEN false THEN NULL::tsquery END");
        Ok(())
    }
}

/// `vector @@ query`, with the query of each language.
#[derive(Debug, Clone)]
pub struct Matches<V, L> {
    vector: V,
    language: L,
    reading: Reading,
    way: Way,
    is_general: bool,
}

impl<V: QueryFragment<Pg>, L: QueryFragment<Pg>> QueryFragment<Pg> for Matches<V, L> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.way == Way::Any {
            // Which plan is good depends on the words: every search is planned for its own.
            out.unsafe_to_cache_prepared();
        }
        let matches = |group: &'b Group, mut out: AstPass<'_, 'b, Pg>| {
            self.vector.walk_ast(out.reborrow())?;
            // As `Hidden` has it, where the plan is the same for all words.
            out.push_sql(if self.is_general { " @@ (SELECT " } else { " @@ " });
            out.push_bind_param::<Text, _>(&group.query)?;
            out.push_sql(if self.is_general { "::tsquery)" } else { "::tsquery" });
            QueryResult::Ok(())
        };
        match &self.reading.groups[..] {
            [] => out.push_sql("false"),
            [group] if self.reading.is_of_all => matches(group, out.reborrow())?,
            groups => {
                for (index, group) in groups.iter().enumerate() {
                    out.push_sql(if index == 0 { "(((" } else { " OR ((" });
                    self.language.walk_ast(out.reborrow())?;
                    out.push_sql(" = ANY (");
                    out.push_bind_param::<Array<Text>, _>(&group.languages)?;
                    out.push_sql(if self.way.looks_at("language") { ")) IS TRUE AND " } else { ")) AND " });
                    matches(group, out.reborrow())?;
                    out.push_sql(")");
                }
                out.push_sql(")");
            }
        }
        Ok(())
    }
}

/// True where `word_bits` of a text's words has those of all that a query needs, with the query of each language.
#[derive(Debug, Clone)]
pub struct MayMatch<B, L> {
    bits: B,
    language: L,
    /// Languages, and the lexemes that a text of these needs.
    needed: Vec<(Vec<String>, Vec<String>)>,
}

impl<B: QueryFragment<Pg>, L: QueryFragment<Pg>> QueryFragment<Pg> for MayMatch<B, L> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("(false");
        for (languages, lexemes) in &self.needed {
            out.push_sql(" OR (");
            self.language.walk_ast(out.reborrow())?;
            out.push_sql(" = ANY (");
            out.push_bind_param::<Array<Text>, _>(languages)?;
            out.push_sql(") AND ~");
            self.bits.walk_ast(out.reborrow())?;
            // Once for all texts.
            out.push_sql(" & (SELECT word_bits(");
            out.push_bind_param::<Array<Text>, _>(lexemes)?;
            out.push_sql(")) = 0)");
        }
        out.push_sql(")");
        Ok(())
    }
}

/// `ts_rank_cd(vector, query)`, with the query of each language.
#[derive(Debug, Clone)]
pub struct Rank<V, L> {
    vector: V,
    language: L,
    reading: Reading,
}

impl<V: QueryFragment<Pg>, L: QueryFragment<Pg>> QueryFragment<Pg> for Rank<V, L> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("coalesce(ts_rank_cd(");
        self.vector.walk_ast(out.reborrow())?;
        out.push_sql(", ");
        self.reading.walk_query(&self.language, out.reborrow())?;
        out.push_sql("), 0)::double precision");
        Ok(())
    }
}

/// What makes an expression of a fragment on a vector and its language.
macro_rules! expression {
    ($name:ident, $sql_type:ty) => {
        impl<V, L> diesel::expression::Expression for $name<V, L> {
            type SqlType = $sql_type;
        }

        impl<V, L> diesel::query_builder::QueryId for $name<V, L> {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }

        impl<V, L, GB> diesel::expression::ValidGrouping<GB> for $name<V, L> {
            type IsAggregate = diesel::expression::is_aggregate::No;
        }

        impl<V, L, QS: ?Sized> diesel::expression::AppearsOnTable<QS> for $name<V, L>
        where
            V: diesel::expression::AppearsOnTable<QS>,
            L: diesel::expression::AppearsOnTable<QS>,
        {
        }

        impl<V: SelectableExpression<QS>, L: SelectableExpression<QS>, QS: ?Sized> SelectableExpression<QS>
            for $name<V, L>
        {
        }
    };
}

expression!(Matches, Nullable<Bool>);
expression!(MayMatch, Nullable<Bool>);
expression!(Rank, Double);
