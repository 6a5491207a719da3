//! What people have decided of codes on answers, from corrections and check sets together: to learn from, and to hold the
//! machine against.

use std::collections::BTreeMap;

use super::check_set::CheckedAnswer;
use super::code_name::{CodeName, resolve};
use super::{Action, Correction, hash_fits};
use crate::codebook::{Codebook, Level};
use crate::record::Analysis;

/// By position in [`Analysis::records`], then code: whether it holds.
pub type Decisions = BTreeMap<usize, BTreeMap<CodeName, bool>>;

/// Puts together what was decided. Corrections outrank check sets, and the last line on a code of an answer holds. Where
/// the answer's text is another now, or the codebook lacks the code, nothing is decided.
///
/// A topic that holds brings its theme and the patterns that it implies, and a theme that does not hold takes its topics
/// with it, unless something is said of those. An answer of a check set was read for all codes.
pub fn decisions(
    analysis: &Analysis,
    codebook: &Codebook,
    corrections: &[Correction],
    checked: &[CheckedAnswer],
) -> Decisions {
    let rows: BTreeMap<&str, usize> =
        analysis.records.iter().enumerate().map(|(row, record)| (record.answer.id.0.as_str(), row)).collect();
    let row_of = |id: &str, hash: &str| {
        let row = *rows.get(id)?;
        let record = analysis.records.get(row)?;
        hash_fits(hash, &record.shown).then_some(row)
    };
    let mut decided = Decisions::new();
    for answer in checked {
        let Some(row) = row_of(&answer.answer.0, &answer.text_hash) else { continue };
        let said = answer.holds(codebook);
        let all = codebook.codes().into_iter().filter_map(|entry| {
            let code = CodeName::new(entry.level, &entry.code);
            let holds = said.get(&code).copied().unwrap_or(Some(false))?;
            Some((code, holds))
        });
        decided.insert(row, all.collect());
    }
    let mut said: Decisions = Decisions::new();
    for correction in corrections {
        let row = row_of(&correction.answer.0, &correction.text_hash);
        if let (Some(row), Some(code)) = (row, resolve(&correction.code, codebook)) {
            said.entry(row).or_default().insert(code, correction.action != Action::Remove);
        }
    }
    for (row, said) in said {
        let follows = following(&said, codebook);
        let own = decided.entry(row).or_default();
        own.extend(follows);
        own.extend(said);
    }
    decided
}

/// What follows from what was said; said again, it would outrank this.
fn following(said: &BTreeMap<CodeName, bool>, codebook: &Codebook) -> BTreeMap<CodeName, bool> {
    let mut follows = BTreeMap::new();
    for (code, holds) in said {
        match (code, holds) {
            (CodeName::Theme(theme), false) => {
                let topics = codebook.codes().into_iter().filter(|entry| entry.level == Level::Topic);
                let own = topics.filter(|entry| entry.code.split_once('/').is_some_and(|(above, _)| above == theme));
                follows.extend(own.map(|entry| (CodeName::Topic(entry.code), false)));
            }
            (CodeName::Topic(topic), true) => {
                if let Some((theme, _)) = topic.split_once('/') {
                    follows.insert(CodeName::Theme(theme.to_owned()), true);
                }
                let implied = codebook.patterns.iter().filter(|pattern| pattern.implied_by.contains(topic));
                follows.extend(implied.map(|pattern| (CodeName::Pattern(pattern.id.clone()), true)));
            }
            _ => {}
        }
    }
    follows
}

#[cfg(test)]
mod tests {
    use super::super::check_set::Said;
    use super::super::fixture::{analysis, codebook, record};
    use super::super::{read_corrections, text_hash};
    use super::*;
    use crate::answer::AnswerId;

    fn topic(code: &str) -> CodeName {
        CodeName::Topic(code.to_owned())
    }

    #[test]
    fn the_last_word_holds_and_brings_what_it_implies() {
        let analysis = analysis(vec![record("1", "en tekst", &[], &[]), record("2", "to", &[], &[])]);
        let lines = format!(
            "answer,text_hash,code,action\n1,,ai,add\n1,,ai,remove\n1,{},collaboration/silos,add\n2,,leadership,remove\n\
             2,0123456789,ai,add\n3,,ai,add\n",
            text_hash("en tekst")
        );
        let codebook = codebook();
        let corrections = read_corrections("c.csv", lines.as_bytes(), &codebook).unwrap();
        let found = decisions(&analysis, &codebook, &corrections, &[]);
        let expected = [
            (CodeName::Theme("collaboration".into()), true),
            (topic("collaboration/silos"), true),
            (CodeName::Pattern("ai".into()), false),
            (CodeName::Pattern("silos".into()), true),
        ];
        assert_eq!(found[&0], BTreeMap::from(expected));
        let of_two = &found[&1];
        assert!(of_two.values().all(|holds| !holds) && of_two.contains_key(&topic("leadership/delegation")));
        assert!(!of_two.contains_key(&CodeName::Pattern("ai".into())) && found.len() == 2);
    }

    #[test]
    fn a_check_set_says_of_every_code_whether_it_holds_but_where_the_person_was_unsure() {
        let analysis = analysis(vec![record("1", "en tekst", &[], &[])]);
        let codebook = codebook();
        let said = [("collaboration/silos", Said::Yes), ("ai", Said::Unsure), ("trust", Said::No)];
        let checked = CheckedAnswer {
            answer: AnswerId("1".to_owned()),
            text_hash: String::new(),
            probability: 0.5,
            said: said.into_iter().map(|(code, said)| (code.to_owned(), said)).collect(),
            who: String::new(),
            when: String::new(),
            line: 2,
        };
        let found = decisions(&analysis, &codebook, &[], &[checked]);
        let held: Vec<&CodeName> = found[&0].iter().filter(|(_, holds)| **holds).map(|(code, _)| code).collect();
        assert_eq!(held.len(), 3, "{held:?}");
        assert_eq!(found[&0].len(), codebook.codes().len() - 1);
    }
}
