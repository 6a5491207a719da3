//! Patterns across groups: what recurs, where, among whom, and how sure that is.
//!
//! [`seek`] reads an [`Analysis`] and gives [`Patterns`]: pure functions from data to data. Every
//! number is a [`Count`] (`k` of `n` units, with an interval), and every one leads to the answers
//! behind it, as positions in [`Analysis::records`]. There is no prose here: the report words it.
//!
//! **Who is counted.** A share of answers is over the answers with content whose outcome is clear:
//! [`Outcome::Coded`](crate::tag::Outcome::Coded) or
//! [`Outcome::NoneOfTheAbove`](crate::tag::Outcome::NoneOfTheAbove). Undecided answers and answers
//! without content are in neither `k` nor `n`, as their cells in `answers.csv` are empty. Groups of
//! alike answers were found without the codebook, so their base is every answer with content.
//!
//! **One voice each.** Where the respondent is known, tests between groups and verdicts count the
//! respondent once, however many answers were given; an answer without a respondent is a voice of
//! its own ([`Unit::Voices`] where both occur).
//!
//! In reading order: [`count`] and [`interval`] say what a number is; `frame` and `wording` lay the
//! records out for counting; then one file per kind of pattern; [`findings`] sorts what is worth
//! telling, and [`small_cells`] makes it fit to pass on.

pub mod alike;
pub mod consensus;
pub mod contrast;
pub mod cooccurrence;
pub mod count;
pub mod emergence;
pub mod findings;
mod frame;
mod groups_compared;
pub mod interval;
pub mod multiple;
mod own_steps;
pub mod phrases;
pub mod prevalence;
pub mod quotes;
pub mod ranks;
mod reading;
mod saturation;
mod settings;
pub mod small_cells;
pub mod suppression;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_comparisons;
pub mod unasked;

pub use alike::AlikeLetter;
pub use consensus::{Consensus, ConsensusWord, GroupConsensus, GroupStance, Side, Sides};
pub use contrast::{Contrast, WordContrast};
pub use cooccurrence::Cooccurrence;
pub use count::{Count, Reach, Subject, Unit};
pub use emergence::SuggestedCode;
pub use findings::{Finding, FindingKind, FindingSubject};
pub use own_steps::OwnSteps;
pub use phrases::UncoveredPhrase;
pub use prevalence::{Breadth, GroupCount, KindCount, Loudest, Prevalence};
pub use quotes::Quote;
pub use ranks::{Rank, Ranking};
pub use saturation::Saturation;
pub use settings::{PatternSettings, SmallCells};
pub use small_cells::{MergedGroups, OTHERS};
pub use unasked::Unasked;

use serde::Serialize;

use self::frame::Frame;
use self::reading::ReadWords;
use crate::codebook::Codebook;
use crate::group_work::GroupWork;
use crate::record::Analysis;

/// All that was found. Lists are sorted, each as its type says; positions are in [`Analysis::records`].
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Patterns {
    /// Every theme, topic and pattern in the order of the codebook (those that nobody mentions too),
    /// then the groups of alike answers in their order.
    pub prevalence: Vec<Prevalence>,
    /// Themes; topics; topics within each theme; patterns: in order of voices, ties called ties.
    pub rankings: Vec<Ranking>,
    /// Codes and groups of alike answers that differ between groups: those that stand after
    /// correction, strongest first.
    pub contrasts: Vec<Contrast>,
    /// Words that one group uses more, or less, than the others: those that stand, strongest first.
    pub word_contrasts: Vec<WordContrast>,
    /// One per topic with a verdict, in the order of the codebook.
    pub consensus: Vec<Consensus>,
    /// Pairs of topics and patterns in the same answer, most surely together first.
    pub cooccurrence: Vec<Cooccurrence>,
    /// What came up without being asked about, most answers first.
    pub unasked: Vec<Unasked>,
    /// Recurring phrases that no code covers, most telling first.
    pub uncovered: Vec<UncoveredPhrase>,
    /// Five or more alike texts, largest first.
    pub alike_letters: Vec<AlikeLetter>,
    /// What is worth telling, in the order to tell it.
    pub findings: Vec<Finding>,
    /// What groups voted for and where they placed topics; filled in by the caller, who has the files.
    pub group_work: Option<GroupWork>,
    /// Proposals to oneself or one's own organisation, by topic, most answers first.
    pub own_steps: Vec<OwnSteps>,
    /// How much that is new the last answers brought; none where there are too few answers.
    pub saturation: Option<Saturation>,
    /// Codes that the codebook might lack, most worth adding first; filled in by the caller, who has an encoder
    /// ([`emergence::suggest`]).
    pub suggested: Vec<SuggestedCode>,
}

impl Patterns {
    /// The prevalence of one subject.
    pub fn of(&self, subject: &Subject) -> Option<&Prevalence> {
        self.prevalence.iter().find(|entry| entry.subject == *subject)
    }
}

/// What is read out of the texts before anything is counted by groups; the same for both editions of a run.
#[derive(Debug)]
pub struct Wording {
    words: ReadWords,
    used: contrast::LemmaUse,
    uncovered: Vec<UncoveredPhrase>,
}

impl Wording {
    /// Reads every answer's words; of `settings` only the numbers of words, phrases and voices matter.
    pub fn read(analysis: &Analysis, codebook: &Codebook, settings: &PatternSettings) -> Self {
        let frame = Frame::new(analysis, settings);
        let words = ReadWords::of(frame.records);
        let (used, uncovered) = rayon::join(
            || contrast::LemmaUse::of(&frame, &words, settings),
            || phrases::read(&frame, &words, codebook, settings),
        );
        Wording { words, used, uncovered }
    }
}

/// Seeks the patterns of `analysis`.
///
/// The same answers give the same patterns in whatever order they stand. Spans index
/// [`Record::shown`](crate::record::Record::shown).
pub fn seek(analysis: &Analysis, codebook: &Codebook, settings: &PatternSettings) -> Patterns {
    seek_with(analysis, codebook, settings, &Wording::read(analysis, codebook, settings))
}

/// The same with words that are read already: of this analysis, or of one that differs in its groups alone.
pub fn seek_with(analysis: &Analysis, codebook: &Codebook, settings: &PatternSettings, wording: &Wording) -> Patterns {
    let frame = Frame::new(analysis, settings);
    let codes = frame.code_rows(codebook);
    let mut patterns = Patterns {
        prevalence: prevalence::prevalence(&frame, analysis, &codes, settings),
        rankings: ranks::rankings(&frame, codebook, &codes),
        contrasts: contrast::contrasts_of(&frame, analysis, &codes, settings),
        word_contrasts: contrast::word_contrasts_of(&frame, &wording.used, settings),
        consensus: consensus::consensus(&frame, codebook, settings),
        cooccurrence: cooccurrence::pairs_of(&frame, codebook, &codes, settings),
        unasked: unasked::unasked(&frame, analysis, codebook, &codes, settings),
        uncovered: phrases::illustrated(&frame, wording.uncovered.clone(), settings),
        alike_letters: alike::alike_letters(&frame, analysis, settings),
        own_steps: own_steps::own_steps(&frame, &codes, settings),
        saturation: saturation::saturation(&frame, analysis, &codes),
        ..Patterns::default()
    };
    patterns.findings = findings::findings(&frame, &patterns, codebook, settings);
    if let Some(rules) = &settings.small_cells {
        suppression::suppress(&mut patterns, rules);
    }
    patterns
}
