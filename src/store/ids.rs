//! Ids as a parameter of a statement.

use uuid::Uuid;

/// Number of elements that Postgres assumes for an array parameter.
const UNKNOWN: usize = 10;

/// Pads a short list of ids by repeating some. With fewer ids than Postgres assumes, a custom plan looks cheaper than
/// the generic one, and Postgres plans the statement each time.
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
