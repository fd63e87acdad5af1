//! The history of a record: the states that it had at its versions.

/// A version of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Version<T> {
    pub state: T,
    /// The state at the version before; `None` for the first version that is known.
    pub before: Option<T>,
    /// Who made this version of the one before, if it was the holder of a key.
    pub actor: Option<String>,
}

impl<T> Version<T> {
    /// Converts the states.
    pub fn map<U>(self, f: impl Fn(T) -> U) -> Version<U> {
        Version { state: f(self.state), before: self.before.map(f), actor: self.actor }
    }
}
