//! A mark per code: whether a person's check says that its numbers can be used.
//!
//! The rule, on the codes of this project and this check set:
//!
//! | mark | when |
//! |---|---|
//! | ikke kontrollert | no answer was read on which the machine had set the code, and none that should have had it |
//! | bør ikke brukes | of five or more such answers read, fewer than half were right, or surely fewer than 60 % |
//! | kontrollert | ten or more read (or all there are), 70 % or more right and surely more than half, and half or more of what should be set was |
//! | lite kontrollert | all else |
//!
//! "Surely" is by the 95 % interval.

use super::estimates::Estimate;

/// How far a code can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// "kontrollert".
    Checked,
    /// "lite kontrollert".
    LittleChecked,
    /// "bør ikke brukes".
    DoNotUse,
    /// "ikke kontrollert".
    NotChecked,
}

impl Mark {
    /// As Norwegian tables have it.
    pub fn name_nb(self) -> &'static str {
        match self {
            Mark::Checked => "kontrollert",
            Mark::LittleChecked => "lite kontrollert",
            Mark::DoNotUse => "bør ikke brukes",
            Mark::NotChecked => "ikke kontrollert",
        }
    }

    /// The key of its words in the report's languages.
    pub fn id(self) -> &'static str {
        match self {
            Mark::Checked => "mark_checked",
            Mark::LittleChecked => "mark_little_checked",
            Mark::DoNotUse => "mark_do_not_use",
            Mark::NotChecked => "mark_not_checked",
        }
    }
}

const READ_TO_CONDEMN: usize = 5;
const READ_TO_TRUST: usize = 10;
const PRECISION_OF_THE_USELESS: f64 = 0.5;
const PRECISION_SURELY_TOO_LOW: f64 = 0.6;
const PRECISION_TO_TRUST: f64 = 0.7;
const PRECISION_SURELY_ENOUGH: f64 = 0.5;
const RECALL_TO_TRUST: f64 = 0.5;

/// The mark of a code: `read` answers on which the machine had set it, of `set` in all; `missed` ones that it should
/// have set.
pub fn mark(read: usize, set: usize, missed: usize, precision: Option<Estimate>, recall: Option<Estimate>) -> Mark {
    let Some(precision) = precision else {
        return if missed == 0 { Mark::NotChecked } else { Mark::LittleChecked };
    };
    let useless = precision.value < PRECISION_OF_THE_USELESS || precision.high < PRECISION_SURELY_TOO_LOW;
    let enough = read >= READ_TO_TRUST || (read > 0 && read >= set);
    let right = precision.value >= PRECISION_TO_TRUST && precision.low > PRECISION_SURELY_ENOUGH;
    let found = recall.is_some_and(|recall| recall.value >= RECALL_TO_TRUST);
    if read >= READ_TO_CONDEMN && useless {
        Mark::DoNotUse
    } else if enough && right && found {
        Mark::Checked
    } else {
        Mark::LittleChecked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(value: f64, low: f64, high: f64) -> Option<Estimate> {
        Some(Estimate { value, low, high })
    }

    #[test]
    fn the_mark_follows_the_rule() {
        let good = share(0.9, 0.7, 0.97);
        assert_eq!(mark(0, 20, 0, None, None), Mark::NotChecked);
        assert_eq!(mark(0, 20, 2, None, None), Mark::LittleChecked);
        assert_eq!(mark(12, 40, 1, good, share(0.8, 0.5, 0.9)), Mark::Checked);
        assert_eq!(mark(12, 40, 9, good, share(0.4, 0.2, 0.6)), Mark::LittleChecked);
        assert_eq!(mark(9, 40, 0, good, share(1.0, 0.5, 1.0)), Mark::LittleChecked);
        assert_eq!(mark(3, 3, 0, share(1.0, 1.0, 1.0), share(1.0, 0.5, 1.0)), Mark::Checked);
        assert_eq!(mark(6, 40, 0, share(0.3, 0.1, 0.7), share(1.0, 0.5, 1.0)), Mark::DoNotUse);
        assert_eq!(mark(40, 90, 0, share(0.52, 0.4, 0.59), share(1.0, 0.5, 1.0)), Mark::DoNotUse);
        assert_eq!(mark(4, 40, 0, share(0.3, 0.1, 0.7), share(1.0, 0.5, 1.0)), Mark::LittleChecked);
    }
}
