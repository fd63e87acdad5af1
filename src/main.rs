//! The binary. Its commands are in [`verbatim::cli`].

use std::process::ExitCode;

/// The service allocates and frees hundreds of small values a request, often in different threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    verbatim::cli::run()
}
