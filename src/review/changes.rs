//! What corrections from elsewhere would change, before they are written.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::code_name::{CodeName, resolve};
use super::corrections::{Action, Correction, verdict_name};
use super::hash_fits;
use crate::codebook::{Codebook, Level};
use crate::record::{Analysis, Record};

/// What a correction does to the answer as it is coded now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Sets a code that is not set.
    Adds,
    /// Takes out a code that is set.
    Removes,
    /// Gives a topic another side.
    TurnsSide,
    /// Says what the machine says.
    Agrees,
    /// Is not applied: the text has changed.
    TextChanged,
    /// Is not applied: the answer is not there.
    AnswerGone,
}

impl Effect {
    fn sign(self) -> &'static str {
        match self {
            Effect::Adds => "+",
            Effect::Removes => "-",
            Effect::TurnsSide => "~",
            Effect::Agrees => "=",
            Effect::TextChanged | Effect::AnswerGone => "!",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Effect::Adds => "codes added",
            Effect::Removes => "codes removed",
            Effect::TurnsSide => "sides changed",
            Effect::Agrees => "codes confirmed",
            Effect::TextChanged => "left out: the text has changed (må ses på)",
            Effect::AnswerGone => "left out: no such answer",
        }
    }
}

/// What would change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Corrections that say something new and fit, in their order.
    pub new: Vec<Correction>,
    /// Their effects, and those of the ones that do not fit.
    pub effects: Vec<(Effect, Correction)>,
    /// Corrections that stand in the project already.
    pub known: usize,
}

impl Changes {
    /// A line per change, then how many of each sort. Ids and codes, no texts.
    pub fn in_words(&self) -> String {
        let mut text = String::new();
        let mut sums: BTreeMap<Effect, usize> = BTreeMap::new();
        for (effect, correction) in &self.effects {
            *sums.entry(*effect).or_default() += 1;
            let side = correction.verdict.map_or_else(String::new, |side| format!(" {}", verdict_name(side)));
            let who = if correction.who.is_empty() { String::new() } else { format!(" ({})", correction.who) };
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{} {} {}{side}{who}", effect.sign(), correction.answer, correction.code);
        }
        for (effect, count) in sums {
            let _ = writeln!(text, "{count} {}", effect.words());
        }
        if self.known > 0 {
            let _ = writeln!(text, "{} known already", self.known);
        }
        text
    }
}

/// Compares corrections from elsewhere with the answers as the machine codes them and with the corrections that are
/// there.
pub fn changes(
    analysis: &Analysis,
    codebook: &Codebook,
    before: &[Correction],
    from_elsewhere: Vec<Correction>,
) -> Changes {
    let records: BTreeMap<&str, &Record> =
        analysis.records.iter().map(|record| (record.answer.id.0.as_str(), record)).collect();
    let mut last: BTreeMap<(String, String), Correction> = BTreeMap::new();
    for correction in before {
        last.insert((correction.answer.0.clone(), correction.code.clone()), correction.clone());
    }
    let mut changes = Changes::default();
    for correction in from_elsewhere {
        let key = (correction.answer.0.clone(), correction.code.clone());
        if last.get(&key).is_some_and(|known| known.says_the_same(&correction)) {
            changes.known += 1;
            continue;
        }
        let effect = match records.get(correction.answer.0.as_str()) {
            None => Effect::AnswerGone,
            Some(record) if !hash_fits(&correction.text_hash, &record.shown) => Effect::TextChanged,
            Some(record) => effect(record, &correction, codebook),
        };
        if !matches!(effect, Effect::AnswerGone | Effect::TextChanged) {
            last.insert(key, correction.clone());
            changes.new.push(correction.clone());
        }
        changes.effects.push((effect, correction));
    }
    changes
}

fn effect(record: &Record, correction: &Correction, codebook: &Codebook) -> Effect {
    let set = resolve(&correction.code, codebook).is_some_and(|code| is_set(record, &code));
    let side = record.tagging.verdicts.iter().find(|verdict| verdict.topic == correction.code);
    let other_side = correction.verdict.is_some_and(|wanted| side.is_some_and(|side| side.verdict != wanted));
    match (correction.action, set) {
        (Action::Remove, true) => Effect::Removes,
        (Action::Remove, false) => Effect::Agrees,
        (_, false) => Effect::Adds,
        (_, true) if other_side => Effect::TurnsSide,
        (_, true) => Effect::Agrees,
    }
}

pub(super) fn is_set(record: &Record, code: &CodeName) -> bool {
    let tags = match code.level() {
        Level::Theme => &record.tagging.themes,
        Level::Topic => &record.tagging.topics,
        Level::Pattern => &record.tagging.patterns,
    };
    tags.iter().any(|tag| tag.code == code.code())
}
