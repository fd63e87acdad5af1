//! Ids as a parameter of a statement.

use uuid::Uuid;

/// As many as Postgres takes an array for that it does not know.
const UNKNOWN: usize = 10;

/// These ids, of which some are there twice when they are few. A statement that asks for fewer than Postgres takes an
/// unknown array for looks cheaper to it than for any ids, and is planned anew each time.
pub fn planned_once(ids: &[Uuid]) -> Vec<Uuid> {
    let repeated = ids.iter().cycle().take(if ids.is_empty() { 0 } else { ids.len().max(UNKNOWN) });
    repeated.copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_repeated_and_many_are_not() {
        let ids: Vec<Uuid> = (0..20).map(Uuid::from_u128).collect();
        assert_eq!(planned_once(&ids), ids);
        assert_eq!(planned_once(&ids[..2]).len(), UNKNOWN);
        assert!(planned_once(&ids[..2]).iter().all(|id| ids[..2].contains(id)));
        assert!(planned_once(&[]).is_empty());
    }
}
