//! Tables on a terminal.

/// Columns as wide as their widest cell, two spaces apart; the last one is not filled up. The first row holds the heads.
pub fn table<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Words of a text in one line of a table: what would break the line, or steer a terminal, is a space.
pub fn one_line(words: &str) -> String {
    let plain = words.replace(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'), " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let rows = [["WHO", "WHAT"], ["Zoé", "oui"], ["Anatole", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(table(&rows), "WHO      WHAT\nZoé      oui\nAnatole\n");
    }

    #[test]
    fn a_cell_is_one_line_and_steers_nothing() {
        assert_eq!(one_line("deux\nlignes,\u{a0}un \u{1b}[31mrouge\t"), "deux lignes, un [31mrouge");
    }
}
