//! What the first rows of a column say of its use.

use std::collections::BTreeSet;

/// The filled cells of one column in the first rows, trimmed.
#[derive(Debug, Default)]
pub(super) struct ColumnSample<'a> {
    /// In input order.
    pub(super) values: Vec<&'a str>,
}

impl<'a> ColumnSample<'a> {
    /// One sample per column out of the first rows.
    pub(super) fn of_rows(columns: usize, rows: &'a [Vec<String>]) -> Vec<Self> {
        let mut samples: Vec<Self> = (0..columns).map(|_| ColumnSample::default()).collect();
        for row in rows {
            for (sample, cell) in samples.iter_mut().zip(row) {
                let cell = cell.trim();
                if !cell.is_empty() {
                    sample.values.push(cell);
                }
            }
        }
        samples
    }

    /// The share of values that pass a test; 0 where there are none.
    pub(super) fn share(&self, test: impl Fn(&str) -> bool) -> f64 {
        if self.values.is_empty() {
            return 0.0;
        }
        self.values.iter().filter(|value| test(value)).count() as f64 / self.values.len() as f64
    }

    fn distinct(&self) -> usize {
        self.values.iter().collect::<BTreeSet<_>>().len()
    }

    /// Characters in the average value.
    pub(super) fn mean_length(&self) -> f64 {
        if self.values.is_empty() {
            return 0.0;
        }
        self.values.iter().map(|value| value.chars().count()).sum::<usize>() as f64 / self.values.len() as f64
    }

    /// Whether the values are numbers (ratings, counts, codes).
    pub(super) fn is_numeric(&self) -> bool {
        self.share(|value| value.replace(',', ".").parse::<f64>().is_ok()) >= 0.9
    }

    /// Whether the values look chosen from a list: short, and each one by many.
    pub(super) fn is_closed(&self) -> bool {
        self.values.len() >= 6 && self.mean_length() < 40.0 && self.distinct() * 2 <= self.values.len()
    }

    /// Words in the average value.
    pub(super) fn mean_words(&self) -> f64 {
        if self.values.is_empty() {
            return 0.0;
        }
        self.values.iter().map(|value| value.split_whitespace().count()).sum::<usize>() as f64
            / self.values.len() as f64
    }

    /// Whether a value comes again.
    pub(super) fn repeats(&self) -> bool {
        self.distinct() < self.values.len()
    }

    /// Whether the values are few sentences that were chosen again and again.
    pub(super) fn is_chosen_from_long_texts(&self) -> bool {
        self.values.len() >= 9 && self.mean_length() < 200.0 && self.distinct() * 3 <= self.values.len()
    }

    /// Whether the values are several choices each, with `;` after every one or `, ` between them.
    pub(super) fn is_multiple_choice(&self) -> bool {
        if self.share(|value| value.ends_with(';')) >= 0.6 {
            return true;
        }
        [';', ','].into_iter().any(|separator| {
            let joined = self.share(|value| value.contains(separator)) >= 0.2;
            let parts: Vec<&str> = self.values.iter().flat_map(|value| value.split(separator)).map(str::trim).collect();
            let distinct = parts.iter().collect::<BTreeSet<_>>().len();
            joined && self.values.len() >= 6 && distinct * 3 <= parts.len() && self.mean_length() < 200.0
        })
    }

    /// Whether an id column of a doubtful name holds no value twice.
    pub(super) fn is_unique(&self) -> bool {
        self.distinct() == self.values.len()
    }

    /// How much the column looks like free text; none where it does not.
    pub(super) fn free_text_score(&self) -> Option<f64> {
        let words = self.values.iter().map(|value| value.split_whitespace().count()).sum::<usize>();
        let wordy = words >= 2 * self.values.len();
        let varied = self.distinct() * 2 > self.values.len() || self.values.len() <= 2;
        let text = self.share(|value| value.chars().any(char::is_alphabetic)) >= 0.8;
        let is_time = self.share(|value| super::parse_time(value).is_some()) >= 0.5;
        let is_link = self.share(|value| value.starts_with("http://") || value.starts_with("https://")) >= 0.5;
        let score = self.mean_length();
        (!self.values.is_empty() && wordy && varied && text && !is_time && !is_link && score >= 8.0).then_some(score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sectors_are_closed_and_wishes_are_free_text() {
        let sectors = ColumnSample { values: vec!["stat", "kommune", "stat", "stat", "kommune", "privat"] };
        assert!(sectors.is_closed());
        assert_eq!(sectors.free_text_score(), None);
        let wishes =
            ColumnSample { values: vec!["Mer tid til utvikling", "Færre skjemaer, takk", "Felles mål på tvers"] };
        assert!(!wishes.is_closed());
        assert!(wishes.free_text_score().is_some());
        let dates = ColumnSample { values: vec!["3. november 2025", "4. november 2025"] };
        assert_eq!(dates.free_text_score(), None);
        assert_eq!(ColumnSample::default().free_text_score(), None);
    }
}
