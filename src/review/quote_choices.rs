//! `quotes.csv` in the project's folder: quotes that a person pinned, rejected, cleared for passing on or shortened.

use std::collections::BTreeMap;

use super::rows::read_rows;
use super::{ReviewError, ToReview, WhyReview, hash_fits};
use crate::answer::AnswerId;
use crate::record::Analysis;

const REQUIRED: [&str; 2] = ["answer", "status"];
const OPTIONAL: [&str; 4] = ["text_hash", "quote", "who", "when"];

/// What stands between the pieces of a shortened quote.
const GAPS: [&str; 2] = ["[...]", "[…]"];

/// What a person says of an answer as a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuoteStatus {
    /// Goes before all others wherever the answer can be quoted.
    Pinned,
    /// Is never quoted.
    Rejected,
    /// May be passed on.
    QuoteOk,
}

impl QuoteStatus {
    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            QuoteStatus::Pinned => "pinned",
            QuoteStatus::Rejected => "rejected",
            QuoteStatus::QuoteOk => "quote_ok",
        }
    }
}

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuoteLine {
    /// The answer.
    pub answer: AnswerId,
    /// What is said of it.
    pub status: QuoteStatus,
    /// [`super::text_hash`] of the text the person read; empty: whatever the text is.
    pub text_hash: String,
    /// The quote shortened, with `[...]` for what is left out; empty: as the run chooses.
    pub quote: String,
    /// The person.
    pub who: String,
    /// Line in the file, from 1.
    pub line: u64,
}

/// What all lines on one answer come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuoteChoice {
    /// Before all others; a later line goes after an earlier one.
    pub pinned: Option<u64>,
    /// Never.
    pub rejected: bool,
    /// In these words.
    pub shortened: Option<String>,
}

/// Reads `quotes.csv`.
///
/// # Errors
/// [`ReviewError`] with file and line, for a missing column, an unknown status or an empty answer.
pub fn read_quotes(file: &str, bytes: &[u8]) -> Result<Vec<QuoteLine>, ReviewError> {
    read_rows(file, bytes, &REQUIRED, &OPTIONAL)?
        .iter()
        .map(|row| {
            let wrong = |what: &str, how: &str| ReviewError::row(file, row.line, what, how);
            let all = [QuoteStatus::Pinned, QuoteStatus::Rejected, QuoteStatus::QuoteOk];
            let status = all
                .into_iter()
                .find(|status| status.name() == row.cell(1).to_lowercase())
                .ok_or_else(|| wrong("the status is unknown", "write pinned, rejected or quote_ok"))?;
            if row.cell(0).is_empty() {
                return Err(wrong("the answer is empty", "write its id, or take the line out"));
            }
            Ok(QuoteLine {
                answer: AnswerId(row.cell(0).to_owned()),
                status,
                text_hash: row.cell(2).to_lowercase(),
                quote: row.cell(3).to_owned(),
                who: row.cell(4).to_owned(),
                line: row.line,
            })
        })
        .collect()
}

/// Puts the choices into an analysis. What no longer fits is listed in [`super::Review::to_review`] and not applied.
pub fn apply_quotes(analysis: &mut Analysis, lines: &[QuoteLine], file: &str) {
    let rows: BTreeMap<String, usize> =
        analysis.records.iter().enumerate().map(|(row, record)| (record.answer.id.0.clone(), row)).collect();
    for line in lines {
        let row = rows.get(&line.answer.0).copied();
        let record = row.and_then(|row| analysis.records.get_mut(row));
        let why = match record.as_ref().map(|record| record.shown.as_str()) {
            None => Some(WhyReview::AnswerGone),
            Some(shown) if !hash_fits(&line.text_hash, shown) => Some(WhyReview::TextChanged),
            Some(shown) if !line.quote.is_empty() && !stands_in(&line.quote, shown) => Some(WhyReview::NotInText),
            Some(_) => None,
        };
        match (row, record, why) {
            (Some(row), Some(record), None) => {
                let choice = analysis.review.quotes.entry(row).or_default();
                match line.status {
                    QuoteStatus::Pinned => {
                        choice.pinned = Some(line.line);
                        choice.rejected = false;
                    }
                    QuoteStatus::Rejected => {
                        choice.pinned = None;
                        choice.rejected = true;
                    }
                    QuoteStatus::QuoteOk => record.quote_ok = true,
                }
                if !line.quote.is_empty() {
                    choice.shortened = Some(line.quote.clone());
                }
            }
            (_, _, why) => analysis.review.to_review.push(ToReview {
                file: file.to_owned(),
                line: line.line,
                answer: line.answer.0.clone(),
                code: String::new(),
                action: line.status.name().to_owned(),
                why: why.unwrap_or(WhyReview::AnswerGone),
            }),
        }
    }
}

/// Whether every piece between the gaps stands in the text, in order, and none begins or ends within a word (so that
/// `uenig` cannot be made `enig`). Runs of white space count as one space.
pub fn stands_in(quote: &str, text: &str) -> bool {
    let one_space = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (mut quote, text) = (one_space(quote), one_space(text));
    for gap in GAPS {
        quote = quote.replace(gap, "\n");
    }
    let pieces: Vec<&str> = quote.split('\n').map(str::trim).filter(|piece| !piece.is_empty()).collect();
    let mut from = 0;
    for piece in &pieces {
        let Some(end) = whole_words(&text, piece, from) else { return false };
        from = end;
    }
    !pieces.is_empty()
}

/// Where the first `piece` at or after `from` ends that neither begins nor ends within a word.
fn whole_words(text: &str, piece: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    rest.match_indices(piece).map(|(at, _)| (from + at, from + at + piece.len())).find_map(|(start, end)| {
        let in_word = |left: Option<char>, right: Option<char>| {
            left.is_some_and(char::is_alphanumeric) && right.is_some_and(char::is_alphanumeric)
        };
        let cut_start = in_word(text.get(..start)?.chars().next_back(), piece.chars().next());
        let cut_end = in_word(piece.chars().next_back(), text.get(end..)?.chars().next());
        (!cut_start && !cut_end).then_some(end)
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{analysis, record};
    use super::*;

    const TEXT: &str = "Vi er uenige om mye,\nmen siloene må ned, og det haster.";

    #[test]
    fn the_pieces_of_a_shortened_quote_stand_in_the_text_in_order_as_whole_words() {
        for good in [
            "siloene må ned",
            "Vi er uenige [...] siloene må ned",
            "[…] om mye, men siloene [...] haster.",
            "mye, men siloene må ned, og det haster",
        ] {
            assert!(stands_in(good, TEXT), "{good}");
        }
        for bad in [
            "siloene må opp",
            "siloene må ned [...] Vi er uenige",
            "enige om mye",
            "Vi er uenig",
            "[...]",
            "",
            "Vi er [..] haster",
        ] {
            assert!(!stands_in(bad, TEXT), "{bad}");
        }
    }

    #[test]
    fn choices_are_kept_and_what_does_not_fit_is_listed() {
        let mut planted = analysis(vec![record("1", TEXT, &[], &[]), record("2", "Delegér", &[], &[])]);
        let lines = read_quotes(
            "quotes.csv",
            b"answer,status,quote,text_hash\n1,pinned,siloene [...] haster,\n1,quote_ok,,\n2,rejected,,\n2,pinned,ikke der,\n\
              3,pinned,,\n2,quote_ok,,00\n",
        )
        .unwrap();
        apply_quotes(&mut planted, &lines, "quotes.csv");
        let choice = &planted.review.quotes[&0];
        assert_eq!((choice.pinned, choice.shortened.as_deref()), (Some(2), Some("siloene [...] haster")));
        assert!(planted.records[0].quote_ok && !planted.records[1].quote_ok);
        assert!(planted.review.quotes[&1].rejected);
        let whys: Vec<WhyReview> = planted.review.to_review.iter().map(|entry| entry.why).collect();
        assert_eq!(whys, [WhyReview::NotInText, WhyReview::AnswerGone, WhyReview::TextChanged]);
    }
}
