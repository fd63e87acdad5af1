//! The text format that Prometheus had before OpenMetrics, which other collectors read.

/// Converts OpenMetrics to the text format 0.0.4.
///
/// Its counters are declared with the name of their samples, which ends with `_total`, and it has neither units nor an end
/// mark.
pub fn from_open_metrics(text: &str) -> String {
    let mut converted = String::with_capacity(text.len());
    // The description comes before the type, which decides the name.
    let mut help = None;
    for line in text.lines() {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some("HELP"), Some(name), text) => help = Some((name, text.unwrap_or_default())),
            (Some("#"), Some("TYPE"), Some(name), Some(kind)) => {
                let end = if kind == "counter" { "_total" } else { "" };
                if let Some((_, text)) = help.take().filter(|(described, _)| *described == name) {
                    converted += &format!("# HELP {name}{end} {text}\n");
                }
                converted += &format!("# TYPE {name}{end} {kind}\n");
            }
            (Some("#"), ..) => {}
            _ => {
                converted += line;
                converted.push('\n');
            }
        }
    }
    converted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_have_the_name_of_their_samples_and_units_are_left_out() {
        let text = "# HELP a_requests Requests answered.\n# TYPE a_requests counter\na_requests_total{b=\"# c\"} 1\n\
                    # HELP a_wait_seconds Waits.\n# TYPE a_wait_seconds gauge\n# UNIT a_wait_seconds seconds\na_wait_seconds 0.5\n\
                    # EOF\n";
        let expected = "# HELP a_requests_total Requests answered.\n# TYPE a_requests_total counter\n\
                        a_requests_total{b=\"# c\"} 1\n\
                        # HELP a_wait_seconds Waits.\n# TYPE a_wait_seconds gauge\na_wait_seconds 0.5\n";
        assert_eq!(from_open_metrics(text), expected);
    }
}
