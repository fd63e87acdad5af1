//! The standard metrics of a process, as far as the system tells them.

use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use std::fmt;
use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Measures this process at each scrape.
#[derive(Debug)]
pub struct ProcessCollector {
    started: Duration,
}

impl ProcessCollector {
    /// For a process that starts now.
    pub fn new() -> Self {
        Self { started: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() }
    }
}

impl Collector for ProcessCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        if let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) {
            let seconds = [usage.user_time(), usage.system_time()]
                .map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6)
                .iter()
                .sum::<f64>();
            let cpu = ConstCounter::new(seconds);
            let help = "Processor time used, by user and system code";
            cpu.encode(encoder.encode_descriptor("process_cpu_seconds", help, None, cpu.metric_type())?)?;
        }
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let gauges = [
            ("process_start_time_seconds", "Start of the process, since 1970", Some(self.started.as_secs_f64())),
            ("process_resident_memory_bytes", "Memory in use, without swapped pages", kibibytes(&status, "VmRSS:")),
            ("process_virtual_memory_bytes", "Address space in use", kibibytes(&status, "VmSize:")),
            ("process_threads", "Threads", number(&status, "Threads:")),
            ("process_open_fds", "Open files and sockets", open_files()),
            (
                "process_max_fds",
                "Limit of open files and sockets",
                getrlimit(Resource::RLIMIT_NOFILE).ok().map(|(soft, _)| soft as f64),
            ),
        ];
        for (name, help, value) in gauges {
            if let Some(value) = value {
                let gauge = ConstGauge::new(value);
                gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
            }
        }
        Ok(())
    }
}

/// The number after a key of `/proc/self/status`.
fn number(status: &str, key: &str) -> Option<f64> {
    let value = status.lines().find_map(|line| line.strip_prefix(key))?;
    value.split_whitespace().next()?.parse().ok()
}

fn kibibytes(status: &str, key: &str) -> Option<f64> {
    number(status, key).map(|kibibytes| kibibytes * 1024.0)
}

fn open_files() -> Option<f64> {
    // One of them is the folder that is being read.
    fs::read_dir("/proc/self/fd").ok().map(|files| (files.count() as f64 - 1.0).max(0.0))
}
