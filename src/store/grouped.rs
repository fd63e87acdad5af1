//! Rows by what they belong to.

use std::collections::HashMap;
use std::hash::Hash;

/// All that belongs to each key, in the order that it came in.
pub fn grouped<K: Eq + Hash, V>(pairs: impl IntoIterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut all: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        all.entry(key).or_default().push(value);
    }
    all
}
