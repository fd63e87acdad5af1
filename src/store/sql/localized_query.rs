//! A search parsed for each language, and its SQL conditions.

use super::Sql;
use super::access_path::AccessPath;

/// A search parsed with the text search configuration of each language, which has its own stop words and stems.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalizedQuery {
    /// One group for each distinct query. A language for which the search has only stop words is in no group.
    groups: Vec<Group>,
    /// True if every language is in a group.
    covers_all_languages: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Group {
    languages: Vec<String>,
    /// The `tsquery` as text.
    query: String,
}

impl Default for LocalizedQuery {
    fn default() -> Self {
        Self { groups: Vec::new(), covers_all_languages: true }
    }
}

impl LocalizedQuery {
    /// Adds the query of a language; an empty one matches nothing.
    pub fn add(&mut self, language: String, query: String) {
        match self.groups.iter_mut().find(|group| group.query == query) {
            _ if query.is_empty() => self.covers_all_languages = false,
            Some(group) => group.languages.push(language),
            None => self.groups.push(Group { languages: vec![language], query }),
        }
    }

    /// The indexes of the groups.
    pub fn groups(&self) -> std::ops::Range<usize> {
        0..self.groups.len()
    }

    /// The `tsquery` of each group as text.
    pub fn queries(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().map(|group| group.query.as_str())
    }

    /// The condition that a text matches the query of its language, in the group of the access path or in any group.
    pub fn matches(&self, table: &str, path: &AccessPath) -> Sql {
        let matches =
            |group: &Group| Sql::new(format!("{table}.vector @@ ")).bind(group.query.clone()).sql("::tsquery");
        if let ([group], true) = (&self.groups[..], self.covers_all_languages) {
            return matches(group);
        }
        let of_group = |group: &Group| {
            let language = Sql::new(format!("{table}.language = ANY (")).bind(group.languages.clone()).sql(")");
            Sql::all([if path.uses_index("language") { language } else { language.checked_per_row() }, matches(group)])
        };
        match path.group() {
            Some(group) => self.groups.get(group).map_or_else(|| Sql::new("false"), of_group),
            None => Sql::any(self.groups.iter().map(of_group)),
        }
    }

    /// The rank of a text: a word of the headline weighs ten times as much as one of the body.
    pub fn rank(&self, table: &str) -> Sql {
        let query = self.query_by_language(&format!("{table}.language"));
        Sql::new(format!("coalesce(ts_rank_cd({table}.vector, ")).append(query).sql("), 0)::double precision")
    }

    /// An expression for the query of the language in a column.
    pub fn query_by_language(&self, column: &str) -> Sql {
        let cases = self.groups.iter().fold(Sql::new("CASE"), |cases, group| {
            let when = cases.sql(format!(" WHEN {column} = ANY (")).bind(group.languages.clone()).sql(") THEN ");
            when.bind(group.query.clone()).sql("::tsquery")
        });
        // A CASE needs at least one branch.
        cases.sql(" WHEN false THEN NULL::tsquery END")
    }
}
