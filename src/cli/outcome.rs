//! The result of a command.

use std::error::Error;

/// Success, or the error that is printed before the binary exits.
pub(super) type Outcome = Result<(), Box<dyn Error>>;
