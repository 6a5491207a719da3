//! What every section needs: names in the reader's language, figures with their links, quotes, and groups in words.

use serde::Serialize;

use super::evidence::{Evidence, Limits, Weight};
use super::numbers::Numbers;
use super::words::Words;
use crate::codebook::Level;
use crate::export::Source;
use crate::export::answers::topic_column;
use crate::patterns::{Count, Finding, Quote, Reach, Subject};
use crate::review::Mark;
use crate::run_description::RunDescription;
use crate::span::Span;

/// Characters of a quote at most.
const LONGEST_QUOTE: usize = 320;

/// A number as it stands in the text, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// As written.
    pub text: String,
    /// The number itself; none where it is hidden.
    pub value: Option<usize>,
    /// What it counts: `answers`, `respondents`, `voices`, `groups`.
    pub unit: &'static str,
    /// The list behind it.
    pub href: Option<String>,
}

/// A stretch of a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuotePart {
    /// Its words.
    pub text: String,
    /// Whether they earned the code.
    pub marked: bool,
}

/// A quote and where it stands in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuoteView {
    /// In order.
    pub parts: Vec<QuotePart>,
    /// The answer; none in what is passed on.
    pub href: Option<String>,
    /// `nb`, `nn`, `en`; none for other languages.
    pub lang: Option<&'static str>,
}

/// A count with its base, share and interval, as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CountView {
    /// `k`.
    pub figure: Figure,
    /// `n`.
    pub base: String,
    /// The share; none where the base is too small for one.
    pub share: Option<String>,
    /// Its interval.
    pub interval: Option<String>,
}

/// Puts figures together and keeps account of the evidence.
#[derive(Debug)]
pub struct Composer<'a> {
    /// What is told.
    pub source: &'a Source<'a>,
    /// Of which run.
    pub description: &'a RunDescription,
    /// In which words.
    pub words: &'a Words,
    /// And figures.
    pub numbers: Numbers,
    /// With which answers behind them.
    pub evidence: Evidence,
}

impl<'a> Composer<'a> {
    /// An empty account.
    pub fn new(source: &'a Source<'a>, description: &'a RunDescription, words: &'a Words, limits: Limits) -> Self {
        Composer {
            source,
            description,
            words,
            numbers: Numbers::new(description.language),
            evidence: Evidence::new(source, limits),
        }
    }

    /// A subject's name in the report's language.
    pub fn name(&self, subject: &Subject) -> String {
        self.source.name(subject, self.description.language).name
    }

    /// A code's name in the report's language.
    pub fn code_name(&self, level: Level, code: &str) -> String {
        self.source.codebook.name(level, code, self.description.language)
    }

    /// A text of the report's language.
    pub fn word(&self, key: &str) -> String {
        self.words.get(key).to_owned()
    }

    /// The smallest number that may be passed on.
    pub fn least(&self) -> usize {
        usize::try_from(self.description.privacy.min_group_size).unwrap_or(usize::MAX)
    }

    /// A number of answers, linked to them.
    pub fn answers(&mut self, title: &str, filter: &str, rows: &[usize]) -> Figure {
        let href = self.evidence.link(title, filter, rows, Weight::Number);
        Figure { text: self.numbers.whole(rows.len()), value: Some(rows.len()), unit: "answers", href }
    }

    /// A number without a list behind it.
    pub fn plain(&self, number: usize, unit: &'static str) -> Figure {
        Figure { text: self.numbers.whole(number), value: Some(number), unit, href: None }
    }

    /// A count's `k`, linked to `rows`; hidden where it is suppressed.
    pub fn figure(&mut self, count: &Count, title: &str, filter: &str, rows: &[usize], weight: Weight) -> Figure {
        let unit = crate::export::unit_id(count.unit);
        if count.suppressed {
            return Figure { text: self.hidden(), value: None, unit, href: None };
        }
        let href = self.evidence.link(title, filter, rows, weight);
        Figure { text: self.numbers.whole(count.k), value: Some(count.k), unit, href }
    }

    /// What stands where a number is hidden.
    pub fn hidden(&self) -> String {
        self.words.fill("hidden", &[("least", &self.numbers.whole(self.least()))])
    }

    /// A number, or what stands in its place where it is too small to be passed on.
    pub fn unless_small(&self, number: usize) -> String {
        if self.source.is_small(number) { self.hidden() } else { self.numbers.whole(number) }
    }

    /// A count in full, linked to `rows`.
    pub fn count(&mut self, count: &Count, title: &str, filter: &str, rows: &[usize]) -> CountView {
        CountView {
            figure: self.figure(count, title, filter, rows, Weight::Number),
            base: self.numbers.whole(count.n),
            share: self.numbers.share(count),
            interval: self.numbers.interval(count),
        }
    }

    /// `k av n` with the share where the base allows one, unlinked.
    pub fn of(&self, count: &Count) -> String {
        if count.suppressed {
            return self.hidden();
        }
        let (k, n) = (self.numbers.whole(count.k), self.numbers.whole(count.n));
        let of = self.words.fill("k_of_n", &[("k", &k), ("n", &n)]);
        match self.numbers.share(count) {
            Some(share) => format!("{of} ({share})"),
            None => of,
        }
    }

    /// The filter on `answers.csv` that gives the answers about a subject.
    pub fn filter(&self, subject: &Subject) -> String {
        match subject {
            Subject::Code { level: Level::Theme, code } => format!("theme_{code} = 1"),
            Subject::Code { level: Level::Topic, code } => format!("{} = 1", topic_column("topic", code)),
            Subject::Code { level: Level::Pattern, code } => format!("pat_{code} = 1"),
            Subject::Cluster { id } => format!("cluster_id = {id}"),
        }
    }

    /// A title for the list behind a subject's number.
    pub fn subject_title(&self, subject: &Subject) -> String {
        let name = self.name(subject);
        match subject {
            Subject::Code { level, .. } => format!("{name} ({})", self.level(*level)),
            Subject::Cluster { .. } => format!("{name} ({})", self.word("alike_one")),
        }
    }

    /// What a level is called.
    pub fn level(&self, level: Level) -> String {
        self.word(match level {
            Level::Theme => "level_theme",
            Level::Topic => "level_topic",
            Level::Pattern => "level_pattern",
        })
    }

    /// `11 av 12 bord`, `alle 5 sektorer`.
    pub fn groups_of(&self, attribute: &str, groups: &Count) -> Option<String> {
        if groups.suppressed || groups.n == 0 {
            return None;
        }
        let (k, n) = (self.numbers.whole(groups.k), self.numbers.whole(groups.n));
        let values = |name: &'_ str| -> [(&'static str, String); 3] {
            [("k", k.clone()), ("n", n.clone()), ("groups", name.to_owned())]
        };
        let (key, values) = match self.words.plural(attribute) {
            Some(plural) if groups.k == groups.n && groups.n > 1 => ("all_groups", values(plural)),
            Some(plural) => ("some_groups", values(plural)),
            None => ("unknown_groups", values(attribute)),
        };
        let borrowed: Vec<(&str, &str)> = values.iter().map(|(key, value)| (*key, value.as_str())).collect();
        Some(self.words.fill(key, &borrowed))
    }

    /// In how many groups, attribute by attribute.
    pub fn reach(&self, reach: &[Reach]) -> Vec<String> {
        reach.iter().filter_map(|reach| self.groups_of(&reach.attribute, &reach.groups)).collect()
    }

    /// The mark of what a finding is about, where a person has read a random set and the code is not among those that can
    /// be trusted; where nobody has, the first screen says so once.
    pub fn mark(&self, finding: &Finding) -> Option<String> {
        self.source.analysis.review.check.as_ref()?;
        let mark = crate::export::findings::mark(self.source, finding)?;
        (mark != Mark::Checked).then(|| self.word(mark.id()))
    }

    /// A quote, if its words may be shown; its answer joins the appendix.
    pub fn quote(&mut self, quote: &Quote) -> Option<QuoteView> {
        if !self.source.may_quote(quote.row) {
            return None;
        }
        let record = self.source.analysis.records.get(quote.row)?;
        let lang = language_of(record.tagging.language);
        let parts = match self.source.analysis.review.shortened(quote.row) {
            Some(words) => vec![QuotePart { text: words.to_owned(), marked: false }],
            None => parts(&record.shown, quote.excerpt, &quote.highlights, LONGEST_QUOTE),
        };
        Some(QuoteView { parts, href: self.evidence.answer(quote.row), lang })
    }

    /// The first of the quotes whose words may be shown.
    pub fn first_quote(&mut self, quotes: &[Quote]) -> Option<QuoteView> {
        quotes.iter().find_map(|quote| self.quote(quote))
    }

    /// A whole answer as a quote.
    pub fn whole_answer(&mut self, row: usize) -> Option<QuoteView> {
        let record = self.source.analysis.records.get(row)?;
        let end = u32::try_from(record.shown.chars().count()).unwrap_or(u32::MAX);
        self.quote(&Quote { row, excerpt: Span { start: 0, end }, highlights: Vec::new() })
    }
}

/// A language tag for what is quoted.
pub fn language_of(language: crate::text::Language) -> Option<&'static str> {
    match language {
        crate::text::Language::Other => None,
        known => Some(crate::export::answers::language_id(known)),
    }
}

/// The excerpt in parts, at most `longest` characters of it, cut between words.
pub fn parts(text: &str, excerpt: Span, highlights: &[Span], longest: usize) -> Vec<QuotePart> {
    let characters: Vec<char> = text.chars().collect();
    let from = (excerpt.start as usize).min(characters.len());
    let whole_end = (excerpt.end as usize).clamp(from, characters.len());
    let to = cut(&characters, from, whole_end, longest);
    let mut parts = Vec::new();
    let mut at = from;
    let mut add = |start: usize, end: usize, marked: bool| {
        let text: String = characters.get(start..end).unwrap_or_default().iter().collect();
        if !text.is_empty() {
            parts.push(QuotePart { text, marked });
        }
    };
    for highlight in crate::export::tags::union(highlights.to_vec()) {
        let start = (highlight.start as usize).clamp(at, to);
        let end = (highlight.end as usize).clamp(start, to);
        add(at, start, false);
        add(start, end, true);
        at = end;
    }
    add(at, to, false);
    if to < whole_end {
        parts.push(QuotePart { text: " …".to_owned(), marked: false });
    }
    parts
}

/// Where to cut: at the last space within the limit, if one is near.
fn cut(characters: &[char], from: usize, end: usize, longest: usize) -> usize {
    let limit = from.saturating_add(longest);
    if end <= limit {
        return end;
    }
    let window = characters.get(from..limit).unwrap_or_default();
    match window.iter().rposition(|character| character.is_whitespace()) {
        Some(space) if space * 2 > longest => from + space,
        _ => limit,
    }
}

/// At most `longest` characters on one line.
pub fn snippet(text: &str, longest: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = u32::try_from(line.chars().count()).unwrap_or(u32::MAX);
    parts(&line, Span { start: 0, end }, &[], longest).into_iter().map(|part| part.text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(parts: &[QuotePart]) -> String {
        parts.iter().map(|part| if part.marked { format!("[{}]", part.text) } else { part.text.clone() }).collect()
    }

    #[test]
    fn highlights_are_marked_within_the_excerpt_only() {
        let text = "Åpne dører. Siloene må rives nå.";
        let excerpt = Span { start: 12, end: 32 };
        let highlights = [Span { start: 12, end: 19 }, Span { start: 0, end: 4 }, Span { start: 23, end: 28 }];
        assert_eq!(written(&parts(text, excerpt, &highlights, 100)), "[Siloene] må [rives] nå.");
    }

    #[test]
    fn long_quotes_are_cut_between_words() {
        assert_eq!(snippet("ett to tre\nfire fem", 12), "ett to tre …");
        assert_eq!(snippet("ett", 12), "ett");
        assert_eq!(snippet("sammenhengendeord", 5), "samme …");
    }
}
