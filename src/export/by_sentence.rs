//! The same material with a record per sentence: `--unit sentence`.

use crate::answer::AnswerId;
use crate::record::{Analysis, ClusterSummary, Record};
use crate::review::{QuoteChoice, Review};
use crate::span::{CodePoints, Span};
use crate::tag::{Outcome, Tag, Tagging};
use crate::text::sentences;

use super::tags::theme_spans;

/// A record per sentence, in order; ids are `<answer>:<sentence>`, and the columns `answer_id` and `sentence` lead back.
///
/// A sentence has the codes whose words stand in it, with spans that count from its own start. A code without any
/// words of its own stands on the sentence of an answer that is one sentence, and on none of an answer of several.
/// Facets and the group of alike answers are the whole answer's.
pub fn by_sentence(analysis: &Analysis) -> Analysis {
    let mut records = Vec::with_capacity(analysis.records.len() * 2);
    let mut first_row = Vec::with_capacity(analysis.records.len());
    for record in &analysis.records {
        first_row.push(records.len());
        let points = CodePoints::new(&record.shown);
        let mut spans: Vec<Span> = sentences(&record.shown).iter().map(|bytes| points.span(bytes)).collect();
        if spans.is_empty() {
            spans.push(Span { start: 0, end: u32::try_from(record.shown.chars().count()).unwrap_or(u32::MAX) });
        }
        let alone = spans.len() == 1;
        records.extend((1_usize..).zip(&spans).map(|(number, span)| sentence(record, number, *span, alone)));
    }
    let rows_of = |row: usize| {
        let first = first_row.get(row).copied().unwrap_or(records.len());
        first..first_row.get(row + 1).copied().unwrap_or(records.len())
    };
    let mut review = Review { notes: analysis.review.notes.clone(), ..Review::default() };
    for (&row, set_by) in &analysis.review.set_by {
        review.set_by.extend(rows_of(row).map(|row| (row, set_by.clone())));
    }
    for (&row, choice) in &analysis.review.quotes {
        // A person's shortening is of the whole answer.
        review.quotes.extend(rows_of(row).map(|row| (row, QuoteChoice { shortened: None, ..choice.clone() })));
    }
    let mut sizes = vec![0_usize; analysis.clusters.len()];
    for cluster in records.iter().filter_map(|record| record.cluster) {
        if let Some(size) = sizes.get_mut(cluster) {
            *size += 1;
        }
    }
    let clusters = (analysis.clusters.iter().zip(sizes))
        .map(|(cluster, size)| ClusterSummary {
            quotes: cluster.quotes.iter().filter_map(|&row| first_row.get(row).copied()).collect(),
            size,
            ..cluster.clone()
        })
        .collect();
    Analysis {
        records,
        clusters,
        counts: analysis.counts.clone(),
        near_equal: Vec::new(),
        thresholds: analysis.thresholds.clone(),
        group_names: analysis.group_names.clone(),
        review,
    }
}

fn sentence(record: &Record, number: usize, place: Span, alone: bool) -> Record {
    let shown = place.slice(&record.shown).to_owned();
    let mut answer = record.answer.clone();
    answer.id = AnswerId(format!("{}:{number}", record.answer.id));
    answer.text.clone_from(&shown);
    answer.kept.insert(0, ("answer_id".to_owned(), record.answer.id.0.clone()));
    answer.kept.insert(1, ("sentence".to_owned(), number.to_string()));
    Record {
        tagging: tagging_of(&record.tagging, place, alone),
        shown,
        answer,
        cluster: record.cluster,
        same_text_group: None,
        human_checked: record.human_checked,
        quote_ok: record.quote_ok,
    }
}

fn tagging_of(whole: &Tagging, place: Span, alone: bool) -> Tagging {
    let here = |tag: &Tag, spans: &[Span]| -> Option<Tag> {
        let inside = cut(spans, place);
        let stands = !inside.is_empty() || (alone && spans.is_empty());
        stands.then(|| Tag { spans: inside, ..tag.clone() })
    };
    let listed = |tags: &[Tag]| -> Vec<Tag> { tags.iter().filter_map(|tag| here(tag, &tag.spans)).collect() };
    let topics = listed(&whole.topics);
    let themes: Vec<Tag> = (whole.themes.iter())
        .filter_map(|theme| here(theme, &theme_spans(theme, &whole.topics)))
        .map(|tag| Tag { spans: Vec::new(), ..tag })
        .collect();
    let patterns = listed(&whole.patterns);
    let verdicts = (whole.verdicts.iter())
        .filter(|verdict| topics.iter().any(|topic| topic.code == verdict.topic))
        .map(|verdict| crate::tag::TopicVerdict { spans: cut(&verdict.spans, place), ..verdict.clone() })
        .collect();
    let coded = !(themes.is_empty() && topics.is_empty() && patterns.is_empty());
    let outcome = match whole.outcome {
        Outcome::Coded if !coded => Outcome::NoneOfTheAbove,
        other => other,
    };
    Tagging { outcome, themes, topics, verdicts, patterns, ..whole.clone() }
}

/// The parts of `spans` that lie in `place`, counted from its start.
fn cut(spans: &[Span], place: Span) -> Vec<Span> {
    (spans.iter())
        .map(|span| Span { start: span.start.max(place.start), end: span.end.min(place.end) })
        .filter(|span| span.start < span.end)
        .map(|span| Span { start: span.start - place.start, end: span.end - place.start })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn each_code_stands_on_the_sentence_that_holds_its_words() {
        let mut analysis = fixture::analysis(1);
        let record = &mut analysis.records[0];
        record.shown = "Først 🙂 noe annet. Riv siloene nå. Takk".to_owned();
        let start = u32::try_from("Først 🙂 noe annet. Riv ".chars().count()).unwrap();
        let span = Span { start, end: start + 7 };
        record.tagging.topics[0].spans = vec![span];
        record.tagging.patterns[0].spans = vec![span];
        let split = by_sentence(&analysis);
        let texts: Vec<&str> = split.records.iter().map(|record| record.shown.as_str()).collect();
        assert_eq!(texts, ["Først 🙂 noe annet.", "Riv siloene nå.", "Takk"]);
        assert_eq!(split.records[0].tagging.outcome, Outcome::NoneOfTheAbove);
        assert!(split.records[0].tagging.themes.is_empty());
        let second = &split.records[1];
        assert_eq!(second.tagging.topics[0].spans[0].slice(&second.shown), "siloene");
        assert_eq!(second.tagging.themes[0].code, "collaboration");
        assert_eq!(second.answer.id.0, "xq-0:2");
        assert_eq!(second.answer.kept[0], ("answer_id".to_owned(), "xq-0".to_owned()));
    }

    #[test]
    fn no_code_of_an_answer_of_one_sentence_is_lost() {
        let mut analysis = fixture::analysis(12);
        for record in &mut analysis.records {
            for tag in &mut record.tagging.topics {
                tag.spans.clear();
            }
        }
        let split = by_sentence(&analysis);
        for (before, after) in analysis.records.iter().zip(&split.records) {
            assert_eq!(before.tagging.topics.len(), after.tagging.topics.len());
            assert_eq!(before.tagging.themes.len(), after.tagging.themes.len());
        }
    }
}
