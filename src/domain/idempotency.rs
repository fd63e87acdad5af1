//! Requests that are sent again after a break.

/// The `Idempotency-Key` of a caller, and the digest of the request that it was sent with.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    pub caller: String,
    pub key: String,
    /// SHA-256.
    pub request: Vec<u8>,
}
