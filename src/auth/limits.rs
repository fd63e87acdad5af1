//! Limits on what one key, or one address without a key, may use: cost per second, and requests at the same time.

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How many seconds of its rate somebody may use at once.
pub const BURST_SECONDS: u32 = 10;

/// The settings of the limits; `None` for no limit.
#[derive(Debug, Clone, Copy, Default)]
pub struct LimitSettings {
    /// Cost per second of a key.
    pub per_key: Option<NonZeroU32>,
    /// Cost per second of an address without a key.
    pub per_address: Option<NonZeroU32>,
    /// Requests of a key or an address at the same time.
    pub concurrent: Option<NonZeroU32>,
}

/// Who is limited.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The key of this name.
    Key(Arc<str>),
    Address(IpAddr),
}

impl Subject {
    /// An address; of IPv6 the network, as one client may have all its addresses.
    pub fn address(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = u128::from(address) & !u128::from(u64::MAX);
                Self::Address(Ipv6Addr::from(network).into())
            }
            address => Self::Address(address),
        }
    }
}

/// What is left after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Cost in [`BURST_SECONDS`].
    pub quota: u32,
    pub remaining: u32,
    /// Time until everything is available again.
    pub reset: Duration,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitError {
    /// The rate is used up.
    Rate { quota: u32, retry_after: Duration },
    /// Too many requests at the same time.
    Concurrency { limit: u32 },
}

type Limiter = RateLimiter<Subject, HashMapStateStore<Subject>, DefaultClock, StateInformationMiddleware>;

/// Counts what everybody uses.
pub struct Limits {
    keys: Option<Limiter>,
    addresses: Option<Limiter>,
    concurrent: Option<NonZeroU32>,
    in_flight: Mutex<HashMap<Subject, u32>>,
}

impl Limits {
    /// Limits by these settings.
    pub fn new(settings: LimitSettings) -> Self {
        let limiter = |rate: NonZeroU32| {
            let burst = rate.saturating_mul(NonZeroU32::MIN.saturating_add(BURST_SECONDS - 1));
            RateLimiter::hashmap(Quota::per_second(rate).allow_burst(burst)).with_middleware()
        };
        Self {
            keys: settings.per_key.map(limiter),
            addresses: settings.per_address.map(limiter),
            concurrent: settings.concurrent,
            in_flight: Mutex::default(),
        }
    }

    /// Charges somebody the cost of a request. `None` without a limit.
    ///
    /// # Errors
    /// When the rate is used up.
    pub fn charge(&self, subject: &Subject, cost: NonZeroU32) -> Result<Option<Allowance>, LimitError> {
        let limiter = match subject {
            Subject::Key(_) => &self.keys,
            Subject::Address(_) => &self.addresses,
        };
        let Some(limiter) = limiter else { return Ok(None) };
        let checked = limiter.check_key_n(subject, cost);
        // A request that costs more than a whole burst needs the whole burst.
        let checked =
            checked.or_else(|too_much| limiter.check_key_n(subject, NonZeroU32::new(too_much.0).unwrap_or(cost)));
        match checked {
            Ok(Ok(state)) => {
                let quota = state.quota().burst_size().get();
                let remaining = state.remaining_burst_capacity().min(quota);
                let reset = state.quota().replenish_interval() * (quota - remaining);
                Ok(Some(Allowance { quota, remaining, reset }))
            }
            Ok(Err(not_until)) => {
                let quota = not_until.quota().burst_size().get();
                Err(LimitError::Rate { quota, retry_after: not_until.wait_time_from(limiter.clock().now()) })
            }
            Err(_) => Ok(None),
        }
    }

    /// Counts a request as under way until the result is dropped. `None` without a limit.
    ///
    /// # Errors
    /// When too many requests of this subject are under way.
    pub fn enter(self: &Arc<Self>, subject: &Subject) -> Result<Option<InFlight>, LimitError> {
        let Some(limit) = self.concurrent else { return Ok(None) };
        let mut in_flight = self.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        let count = in_flight.entry(subject.clone()).or_default();
        if *count >= limit.get() {
            return Err(LimitError::Concurrency { limit: limit.get() });
        }
        *count += 1;
        drop(in_flight);
        Ok(Some(InFlight { limits: Arc::clone(self), subject: subject.clone() }))
    }

    /// Drops the state of callers who have their whole burst again.
    pub fn drop_idle(&self) {
        for limiter in [&self.keys, &self.addresses].into_iter().flatten() {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// A request that is under way.
pub struct InFlight {
    limits: Arc<Limits>,
    subject: Subject,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut in_flight = self.limits.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = in_flight.get_mut(&self.subject) {
            *count -= 1;
            if *count == 0 {
                in_flight.remove(&self.subject);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(number: u32) -> NonZeroU32 {
        NonZeroU32::new(number).unwrap()
    }

    fn key(name: &str) -> Subject {
        Subject::Key(name.into())
    }

    #[test]
    fn a_burst_is_allowed_and_then_the_rate() {
        let limits = Limits::new(LimitSettings { per_key: Some(units(2)), ..LimitSettings::default() });
        let allowance = limits.charge(&key("a"), units(15)).unwrap().unwrap();
        assert_eq!((allowance.quota, allowance.remaining), (20, 5));
        assert!(allowance.reset > Duration::from_secs(7), "{allowance:?}");
        let Err(LimitError::Rate { quota: 20, retry_after }) = limits.charge(&key("a"), units(7)) else { panic!() };
        assert!(retry_after > Duration::from_millis(500) && retry_after <= Duration::from_secs(1), "{retry_after:?}");
        // Others are not concerned, and addresses have no limit here.
        assert!(limits.charge(&key("b"), units(20)).is_ok());
        assert_eq!(limits.charge(&Subject::address([192, 0, 2, 1].into()), units(1000)), Ok(None));
    }

    #[test]
    fn a_request_that_costs_more_than_a_burst_takes_all_of_it() {
        let limits = Limits::new(LimitSettings { per_key: Some(units(1)), ..LimitSettings::default() });
        assert_eq!(limits.charge(&key("a"), units(1000)).unwrap().unwrap().remaining, 0);
        assert!(limits.charge(&key("a"), units(1)).is_err());
    }

    #[test]
    fn requests_at_the_same_time_are_counted_per_subject() {
        let limits = LimitSettings { concurrent: Some(units(1)), ..LimitSettings::default() };
        let limits = Arc::new(Limits::new(limits));
        let first = limits.enter(&key("a")).unwrap();
        assert!(matches!(limits.enter(&key("a")), Err(LimitError::Concurrency { limit: 1 })));
        assert!(limits.enter(&key("b")).is_ok());
        drop(first);
        assert!(limits.enter(&key("a")).is_ok());
        assert!(limits.in_flight.lock().unwrap().is_empty());
    }

    #[test]
    fn the_addresses_of_an_ipv6_network_are_one() {
        let address = |text: &str| Subject::address(text.parse().unwrap());
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff:1"));
        assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
        assert_ne!(address("192.0.2.1"), address("192.0.2.2"));
        assert_eq!(address("::ffff:192.0.2.1"), address("192.0.2.1"));
    }
}
