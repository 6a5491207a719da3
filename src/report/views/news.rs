//! "Nytt siden sist": what came, changed and went; which tags changed, apart by cause; what is more or less common among
//! the new answers, beyond chance; and what a person wrote that no longer fits.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::changes::Cause;
use crate::changes::baseline::Why;
use crate::changes::trends::{Trend, Trends, Watched};
use crate::codebook::Level;
use crate::report::compose::{Composer, Figure};
use crate::report::numbers::LEAST_FOR_PERCENT;
use crate::review::{ToReview, WhyReview};
use crate::run_description::{CodeTold, SinceLastRun, TagsTold};
use crate::text::Language;

/// Codes of each cause, and rows of each table, at most.
const MOST: usize = 20;

/// The section.
#[derive(Debug, Serialize)]
pub struct NewsSection {
    since: Option<SinceView>,
    to_review: Vec<ReviewRow>,
    /// So many more stand in `to_review.csv`.
    to_review_more: usize,
}

#[derive(Debug, Serialize)]
struct SinceView {
    intro: String,
    answers: Vec<Part>,
    causes: Vec<CauseView>,
    /// Whether there were new answers and old ones.
    compared: bool,
    trends_intro: String,
    trends: Vec<TrendRow>,
    none_beyond_chance: bool,
    drift: Vec<DriftRow>,
}

#[derive(Debug, Serialize)]
struct Part {
    label: String,
    figure: Figure,
}

#[derive(Debug, Serialize)]
struct CauseView {
    name: String,
    figure: Figure,
    codes: Vec<CodeRow>,
    more: usize,
    turned: Vec<String>,
}

#[derive(Debug, Serialize)]
struct CodeRow {
    name: String,
    level: String,
    gained: String,
    lost: String,
}

#[derive(Debug, Serialize)]
struct TrendRow {
    name: String,
    rises: bool,
    new: String,
    before: String,
}

#[derive(Debug, Serialize)]
struct DriftRow {
    name: String,
    new: String,
    before: String,
}

#[derive(Debug, Serialize)]
struct ReviewRow {
    answer: String,
    href: Option<String>,
    code: String,
    action: String,
    why: String,
    place: String,
}

/// Puts the section together; none where there is no run before and nothing to look at. What is passed on has no list of
/// a person's own lines.
pub fn news(composer: &mut Composer<'_>) -> Option<NewsSection> {
    let description = composer.description;
    let since = description.since_last.as_ref().map(|news| since(composer, news));
    let lines: &[ToReview] = if composer.source.is_shared() { &[] } else { &composer.source.analysis.review.to_review };
    if since.is_none() && lines.is_empty() {
        return None;
    }
    let shown = lines.len().min(5 * MOST);
    let rows: BTreeMap<&str, usize> = (composer.source.analysis.records.iter().enumerate())
        .map(|(row, record)| (record.answer.id.0.as_str(), row))
        .collect();
    let to_review = lines.iter().take(shown).map(|line| review_row(composer, line, &rows)).collect();
    Some(NewsSection { since, to_review, to_review_more: lines.len() - shown })
}

fn since(composer: &mut Composer<'_>, news: &SinceLastRun) -> SinceView {
    let run = composer.numbers.whole(news.previous_run as usize);
    let list = |composer: &mut Composer<'_>, label: &str, title: &str, rows: &[usize]| {
        let title = composer.words.fill(title, &[("run", &run)]);
        let (label, filter) = (composer.word(label), composer.word("news_filter"));
        Part { label, figure: of_rows(composer, rows.len(), &title, &filter, rows) }
    };
    let plain = |composer: &Composer<'_>, label: &str, number: usize| Part {
        label: composer.word(label),
        figure: of_number(composer, number),
    };
    let answers = vec![
        list(composer, "news_label_new", "news_list_new", &news.new_rows),
        list(composer, "news_label_changed", "news_list_changed", &news.changed_rows),
        plain(composer, "news_label_gone", news.gone_answers),
        plain(composer, "news_label_same", news.unchanged_answers),
    ];
    let causes = if composer.source.is_shared() {
        Vec::new()
    } else {
        news.tags.iter().map(|told| cause(composer, told)).collect()
    };
    let trends = &news.trends;
    SinceView {
        intro: composer.words.fill("news_since", &[("run", &run)]),
        answers,
        causes,
        compared: trends.compared_any(),
        trends_intro: trends_intro(composer, news),
        trends: told(composer, trends).take(MOST).map(|trend| trend_row(composer, trends, trend)).collect(),
        none_beyond_chance: !trends.any(),
        drift: drift(composer, trends),
    }
}

/// A number with the answers behind it; in what is passed on, neither small numbers nor lists.
fn of_rows(composer: &mut Composer<'_>, number: usize, title: &str, filter: &str, rows: &[usize]) -> Figure {
    if composer.source.is_shared() { of_number(composer, number) } else { composer.answers(title, filter, rows) }
}

fn of_number(composer: &Composer<'_>, number: usize) -> Figure {
    Figure { text: composer.unless_small(number), ..composer.plain(number, "answers") }
}

fn cause(composer: &mut Composer<'_>, told: &TagsTold) -> CauseView {
    let name = composer.word(match told.cause {
        Cause::NewAnswer => "cause_new_answer",
        Cause::ChangedAnswer => "cause_changed_answer",
        Cause::WithdrawnAnswer => "cause_withdrawn_answer",
        Cause::Codebook => "cause_codebook",
        Cause::Model => "cause_model",
        Cause::CodebookAndModel => "cause_codebook_and_model",
        Cause::Correction => "cause_correction",
    });
    let title = composer.words.fill("news_list_cause", &[("cause", &name)]);
    let filter = composer.word("news_filter");
    let figure = if told.rows.len() == told.answers {
        of_rows(composer, told.answers, &title, &filter, &told.rows)
    } else {
        of_number(composer, told.answers)
    };
    let mut codes: Vec<&CodeTold> = told.codes.iter().collect();
    codes.sort_by_key(|code| std::cmp::Reverse(code.gained + code.lost));
    let more = codes.len().saturating_sub(MOST);
    let row = |code: &&CodeTold| CodeRow {
        name: composer.code_name(code.level, &code.code),
        level: composer.level(code.level),
        gained: composer.numbers.whole(code.gained),
        lost: composer.numbers.whole(code.lost),
    };
    let turned = |key: &str, name: String, answers: usize| {
        composer.words.fill(key, &[("n", &composer.numbers.whole(answers)), ("name", &name)])
    };
    let facet = |id: &str| {
        let facet = composer.source.codebook.facets.iter().find(|facet| facet.id == id);
        let name = facet.map_or("", |facet| facet.name.get(composer.description.language));
        if name.is_empty() { id.to_owned() } else { name.to_owned() }
    };
    let sides = told.sides.iter();
    let sides = sides.map(|(topic, &answers)| turned("news_sides", composer.code_name(Level::Topic, topic), answers));
    let facets = told.facets.iter().map(|(id, &answers)| turned("news_facets", facet(id), answers));
    CauseView {
        figure,
        codes: codes.iter().take(MOST).map(row).collect(),
        more,
        turned: sides.chain(facets).collect(),
        name,
    }
}

fn trends_intro(composer: &Composer<'_>, news: &SinceLastRun) -> String {
    let key = match news.baseline_why {
        Why::Named => "news_trends_named",
        Why::Week => "news_trends_week",
        Why::RunBefore => "news_trends_before",
    };
    let whole = |number: usize| composer.numbers.whole(number);
    let since = composer.words.fill(key, &[("run", &whole(news.baseline as usize))]);
    let (looks, things) = (whole(news.trends.looks as usize), whole(news.trends.compared.len()));
    format!("{since} {}", composer.words.fill("news_trends_how", &[("looks", &looks), ("things", &things)]))
}

/// What is beyond chance and may be told.
fn told<'t>(composer: &Composer<'_>, trends: &'t Trends) -> impl Iterator<Item = &'t Trend> {
    let small = |number: usize| composer.source.is_small(number);
    let (n_old, n_new) = (trends.old, trends.new);
    // In what is passed on no number is told that is small, or that leaves a small rest.
    let hidden: Vec<bool> = (trends.beyond_chance())
        .map(|trend| [(trend.old, n_old), (trend.new, n_new)].into_iter().any(|(k, n)| small(k) || small(n - k.min(n))))
        .collect();
    trends.beyond_chance().zip(hidden).filter(|(_, hidden)| !hidden).map(|(trend, _)| trend)
}

fn name_of(composer: &Composer<'_>, watched: &Watched) -> String {
    match watched {
        Watched::Code(level, code) => composer.code_name(*level, code),
        Watched::Language(Language::Nb) => composer.word("drift_nb"),
        Watched::Language(Language::Nn) => composer.word("drift_nn"),
        Watched::Language(Language::En) => composer.word("drift_en"),
        Watched::Language(Language::Other) => composer.word("drift_other"),
        Watched::WithoutCode => composer.word("drift_without_code"),
        Watched::Long => composer.word("drift_long"),
    }
}

/// `k av n`, with the share where the base allows one.
fn of(composer: &Composer<'_>, k: usize, n: usize) -> String {
    let (k_told, n_told) = (composer.unless_small(k), composer.numbers.whole(n));
    let of = composer.words.fill("k_of_n", &[("k", &k_told), ("n", &n_told)]);
    let hidden = composer.source.is_small(k) || composer.source.is_small(n - k.min(n));
    if n < LEAST_FOR_PERCENT || hidden {
        return of;
    }
    format!("{of} ({})", composer.numbers.percent(k as f64 / n as f64))
}

fn trend_row(composer: &Composer<'_>, trends: &Trends, trend: &Trend) -> TrendRow {
    TrendRow {
        name: name_of(composer, &trend.of),
        rises: trends.rises(trend),
        new: of(composer, trend.new, trends.new),
        before: of(composer, trend.old, trends.old),
    }
}

/// What is beyond chance in the words of one line each, at most `most` of them.
pub fn trends_in_words(composer: &Composer<'_>, trends: &Trends, most: usize) -> Vec<String> {
    told(composer, trends)
        .take(most)
        .map(|trend| {
            let key = if trends.rises(trend) { "news_more" } else { "news_less" };
            let [new, of_new, before, of_before] =
                [trend.new, trends.new, trend.old, trends.old].map(|number| composer.numbers.whole(number));
            let name = name_of(composer, &trend.of);
            let values = [
                ("name", &*name),
                ("new", &*new),
                ("of_new", &*of_new),
                ("before", &*before),
                ("of_before", &*of_before),
            ];
            composer.words.fill(key, &values)
        })
        .collect()
}

/// Language, length and what no code covers, whether beyond chance or not; of languages, those that are there. What is
/// passed on has them only where no number is small.
fn drift(composer: &Composer<'_>, trends: &Trends) -> Vec<DriftRow> {
    let is_told = |trend: &&Trend| match trend.of {
        Watched::Language(_) => trend.old + trend.new > 0,
        Watched::WithoutCode => true,
        Watched::Code(..) | Watched::Long => false,
    };
    let mut shares: Vec<&Trend> = trends.compared.iter().filter(is_told).collect();
    shares.sort_by(|left, right| left.of.cmp(&right.of));
    let small = |k: usize, n: usize| composer.source.is_small(k) || composer.source.is_small(n - k.min(n));
    if shares.iter().any(|trend| small(trend.new, trends.new) || small(trend.old, trends.old)) {
        return Vec::new();
    }
    let mut rows: Vec<DriftRow> = (shares.into_iter())
        .map(|trend| DriftRow {
            name: name_of(composer, &trend.of),
            new: of(composer, trend.new, trends.new),
            before: of(composer, trend.old, trends.old),
        })
        .collect();
    let (old, new) = trends.median_length;
    rows.push(DriftRow {
        name: composer.word("drift_length"),
        new: composer.numbers.whole(new),
        before: composer.numbers.whole(old),
    });
    rows
}

fn review_row(composer: &mut Composer<'_>, line: &ToReview, rows: &BTreeMap<&str, usize>) -> ReviewRow {
    let why = composer.word(match line.why {
        WhyReview::TextChanged => "review_text_changed",
        WhyReview::AnswerGone => "review_answer_gone",
        WhyReview::UnknownCode => "review_unknown_code",
        WhyReview::NotInText => "review_not_in_text",
        WhyReview::SubjectGone => "review_subject_gone",
    });
    let file = line.file.rsplit(['/', '\\']).next().unwrap_or(&line.file);
    ReviewRow {
        href: rows.get(line.answer.as_str()).and_then(|&row| composer.evidence.answer(row)),
        answer: line.answer.clone(),
        code: line.code.clone(),
        action: line.action.clone(),
        why,
        place: composer
            .words
            .fill("review_place", &[("file", file), ("line", &composer.numbers.whole(line.line as usize))]),
    }
}
