//! Numbers, shares and dates as people write them in the report's language.

use jiff::civil::Date;

use crate::patterns::Count;
use crate::text::Language;

/// Below this base, counts are told and shares are not.
pub const LEAST_FOR_PERCENT: usize = 30;

const NO_BREAK_SPACE: char = '\u{a0}';

/// Writes numbers for readers of one language.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    language: Language,
}

impl Numbers {
    /// For a language.
    pub fn new(language: Language) -> Self {
        Numbers { language }
    }

    fn is_english(self) -> bool {
        self.language == Language::En
    }

    /// `1 247` with a no-break space; `1,247` in English.
    pub fn whole(self, number: usize) -> String {
        let digits = number.to_string();
        let separator = if self.is_english() { ',' } else { NO_BREAK_SPACE };
        let mut written = String::with_capacity(digits.len() + digits.len() / 3);
        for (position, digit) in digits.chars().enumerate() {
            if position > 0 && (digits.len() - position).is_multiple_of(3) {
                written.push(separator);
            }
            written.push(digit);
        }
        written
    }

    /// With `decimals` decimals and the language's decimal mark.
    pub fn decimal(self, number: f64, decimals: usize) -> String {
        let written = format!("{number:.decimals$}");
        let written = if written.trim_start_matches('-').chars().all(|sign| sign == '0' || sign == '.') {
            written.trim_start_matches('-').to_owned()
        } else {
            written.replace('-', "\u{2212}")
        };
        if self.is_english() { written } else { written.replace('.', ",") }
    }

    /// `17 %`; `<1 %` and `>99 %` where rounding would say none or all.
    pub fn percent(self, share: f64) -> String {
        let rounded = (share * 100.0).round();
        let number = if share > 0.0 && rounded < 1.0 {
            "<1".to_owned()
        } else if share < 1.0 && rounded > 99.0 {
            ">99".to_owned()
        } else {
            format!("{rounded:.0}")
        };
        if self.is_english() { format!("{number}%") } else { format!("{number}{NO_BREAK_SPACE}%") }
    }

    /// `16–20 %`.
    pub fn percent_range(self, low: f64, high: f64) -> String {
        let (low, high) = ((low * 100.0).round(), (high * 100.0).round());
        let sign = if self.is_english() { "%".to_owned() } else { format!("{NO_BREAK_SPACE}%") };
        if low == high { format!("{low:.0}{sign}") } else { format!("{low:.0}–{high:.0}{sign}") }
    }

    /// The share, where the base allows one.
    pub fn share(self, count: &Count) -> Option<String> {
        (count.n >= LEAST_FOR_PERCENT && !count.suppressed).then(|| self.percent(count.share))
    }

    /// The interval of the share, where the base allows one.
    pub fn interval(self, count: &Count) -> Option<String> {
        (count.n >= LEAST_FOR_PERCENT && !count.suppressed).then(|| self.percent_range(count.low, count.high))
    }

    /// `84` of a hundred, rounded.
    pub fn of_hundred(self, k: usize, n: usize) -> usize {
        if n == 0 { 0 } else { (k * 200 + n) / (2 * n) }
    }

    /// `16. november 2026`; `16 November 2026` in English.
    pub fn date(self, date: Date, months: &[String]) -> String {
        let month = month(date, months);
        let (day, year) = (date.day(), date.year());
        if self.is_english() { format!("{day} {month} {year}") } else { format!("{day}. {month} {year}") }
    }

    /// `3.–16. november 2026`, with no more said twice than needed.
    pub fn date_range(self, from: Date, to: Date, months: &[String]) -> String {
        if from == to {
            return self.date(from, months);
        }
        let dot = if self.is_english() { "" } else { "." };
        if (from.year(), from.month()) == (to.year(), to.month()) {
            format!("{}{dot}–{}", from.day(), self.date(to, months))
        } else if from.year() == to.year() {
            format!("{}{dot} {} – {}", from.day(), month(from, months), self.date(to, months))
        } else {
            format!("{} – {}", self.date(from, months), self.date(to, months))
        }
    }
}

fn month(date: Date, months: &[String]) -> String {
    let position = usize::try_from(date.month()).unwrap_or(1).saturating_sub(1);
    months.get(position).cloned().unwrap_or_else(|| date.month().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped_by_a_space_that_does_not_break() {
        let norwegian = Numbers::new(Language::Nb);
        assert_eq!(norwegian.whole(7), "7");
        assert_eq!(norwegian.whole(1_247), "1\u{a0}247");
        assert_eq!(norwegian.whole(1_000_000), "1\u{a0}000\u{a0}000");
        assert_eq!(Numbers::new(Language::En).whole(1_247), "1,247");
    }

    #[test]
    fn decimals_have_a_comma_and_no_negative_zero() {
        let norwegian = Numbers::new(Language::Nb);
        assert_eq!(norwegian.decimal(2.345, 1), "2,3");
        assert_eq!(norwegian.decimal(-0.001, 1), "0,0");
        assert_eq!(norwegian.decimal(-1.25, 2), "\u{2212}1,25");
    }

    #[test]
    fn a_share_is_never_rounded_to_none_or_all() {
        let norwegian = Numbers::new(Language::Nb);
        assert_eq!(norwegian.percent(0.001), "<1\u{a0}%");
        assert_eq!(norwegian.percent(0.999), ">99\u{a0}%");
        assert_eq!(norwegian.percent(0.0), "0\u{a0}%");
        assert_eq!(norwegian.percent(1.0), "100\u{a0}%");
    }

    #[test]
    fn small_bases_have_no_percent() {
        let norwegian = Numbers::new(Language::Nb);
        let count = |n| Count::new(crate::patterns::Unit::Answers, 3, n);
        assert_eq!(norwegian.share(&count(29)), None);
        assert_eq!(norwegian.share(&count(30)), Some("10\u{a0}%".to_owned()));
    }

    #[test]
    fn dates_say_nothing_twice() {
        let months: Vec<String> = (1..=12).map(|number| format!("m{number}")).collect();
        let norwegian = Numbers::new(Language::Nb);
        let range = |from, to| norwegian.date_range(from, to, &months);
        let date = jiff::civil::date;
        assert_eq!(range(date(2026, 11, 3), date(2026, 11, 16)), "3.–16. m11 2026");
        assert_eq!(range(date(2026, 10, 3), date(2026, 11, 16)), "3. m10 – 16. m11 2026");
        assert_eq!(range(date(2025, 10, 3), date(2026, 1, 2)), "3. m10 2025 – 2. m1 2026");
        assert_eq!(range(date(2026, 11, 3), date(2026, 11, 3)), "3. m11 2026");
    }
}
