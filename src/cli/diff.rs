//! `innspill diff PROJECT [RUN] [RUN]`

pub mod json;

use std::io::Write;
use std::path::PathBuf;

use innspill::changes::trends::{Trend, Watched};
use innspill::changes::{Cause, ChangeReport, baseline, compare_since};
use innspill::codebook::{Codebook, Level};
use innspill::review::{ToReview, WhyReview};
use innspill::settings::ReportLanguage;
use innspill::store::{RunState, Store, StoredRun};
use innspill::text::Language;

use super::failure::Failure;
use super::{persons_work, project};

/// Say what changed between two runs: answers, tags by cause, rise and fall beyond chance
///
/// Without RUN the last two runs are compared, and rise and fall are sought among the answers of the last week, or since
/// the run that `[runs] baseline` names, as in the report. With one RUN, it and the last are compared. A run that is named
/// is the baseline: rise and fall are corrected for every run since it. Where none is named they are corrected for every
/// run of the project, which finds less.
///
/// Examples:
///   innspill diff my-project
///   innspill diff my-project 12
///   innspill diff my-project 12 19 --format json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Diff {
    /// The project's folder
    #[arg(value_name = "PROJECT")]
    project: PathBuf,
    /// The earlier run, and the later
    #[arg(value_name = "RUN", num_args = 0..=2)]
    runs: Vec<u32>,
    /// Where the project's store lies [default: the settings', else innspill.db in the project]
    #[arg(long, value_name = "PATH")]
    store: Option<PathBuf>,
    /// How to write it; JSON has the ids of the answers
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    format: DiffFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum DiffFormat {
    /// For people, in the project's language.
    Text,
    /// One JSON object.
    Json,
}

impl Diff {
    /// Loads both runs, compares them, prints.
    pub fn run(self) -> Result<(), Failure> {
        let settings = project::settings(&self.project)?;
        let store = Store::open_existing(&project::store_path(&self.project, &settings, self.store.as_deref()))?;
        let runs = store.runs()?;
        let done: Vec<u32> = runs.iter().filter(|run| run.state == RunState::Done).map(|run| run.run).collect();
        let (before, now) = match (self.runs.as_slice(), done.as_slice()) {
            ([before, now], _) => (*before, *now),
            ([before], [.., last]) => (*before, *last),
            ([], [.., before, last]) => (*before, *last),
            _ => return Err(Failure::Usage("diff: there is only one run yet; nothing to compare it with".to_owned())),
        };
        if before >= now {
            return Err(Failure::Usage(format!("diff: run {before} is not before run {now}; name the earlier first")));
        }
        let (earlier, later) = (store.load(Some(before))?, store.load(Some(now))?);
        let started = runs.iter().find(|run| run.run == now).and_then(|run| run.started.parse().ok());
        let named = if self.runs.is_empty() { settings.runs.baseline.filter(|run| *run < now) } else { Some(before) };
        let baseline = baseline::choose(&runs, before, now, started.unwrap_or_default(), named)
            .ok_or_else(|| project::no_baseline(named))?;
        let ids = if baseline.run == before { None } else { Some((baseline.run, store.ids_of(baseline.run)?)) };
        let since = ids.as_ref().map(|(run, ids)| (*run, ids));
        let report = compare_since(earlier.side(), later.side(), baseline.looks, since);
        let mut looked_at = later.analysis.clone();
        persons_work::apply_silently(Some(&self.project), &mut looked_at, &later.codebook)?;
        let to_review = looked_at.review.to_review;
        let mut output = std::io::stdout().lock();
        match self.format {
            DiffFormat::Json => writeln!(output, "{:#}", json::report(&report, &to_review))?,
            DiffFormat::Text => {
                let words = Words::of(settings.language);
                for line in lines(&report, &later, words).into_iter().chain(review_lines(&to_review, words)) {
                    writeln!(output, "{line}")?;
                }
            }
        }
        Ok(())
    }
}

/// The words of one language.
struct Words {
    language: Language,
    heading: &'static str,
    answers: &'static str,
    causes: [&'static str; 7],
    tags_as_before: &'static str,
    answers_word: &'static str,
    no_trend: &'static str,
    no_new: &'static str,
    trend_heading: &'static str,
    rise: &'static str,
    fall: &'static str,
    of: &'static str,
    against: &'static str,
    without_code: &'static str,
    long: &'static str,
    length: &'static str,
    languages: [&'static str; 4],
    other_side: &'static str,
    other_value: &'static str,
    to_review: &'static str,
    review_line: &'static str,
    why: [&'static str; 5],
}

const BOKMAL: Words = Words {
    language: Language::Nb,
    heading: "Nytt fra kjøring {a} til {b}",
    answers: "Svar: {new} nye, {changed} endret, {gone} trukket, {same} som før.",
    causes: [
        "nye svar",
        "endrede svar",
        "trukne svar",
        "kodeboka er endret",
        "modellen er en annen",
        "kodebok og modell er endret samtidig",
        "rettet av menneske",
    ],
    tags_as_before: "Merkelapper: ingen er endret.",
    answers_word: "svar",
    no_trend: "Ingen endring utover tilfeldig variasjon blant de nye svarene (siden kjøring {a}, sett {looks} ganger).",
    no_new: "Ingen nye svar å sammenligne med de gamle.",
    trend_heading: "Endret utover tilfeldig variasjon blant de nye svarene (siden kjøring {a}, sett {looks} ganger):",
    rise: "oftere",
    fall: "sjeldnere",
    of: "av",
    against: "mot",
    without_code: "uten kode",
    long: "lange svar",
    length: "Lengde på et svar, i tegn (median): {old} før, {new} i de nye.",
    languages: ["på bokmål", "på nynorsk", "på engelsk", "på annet språk"],
    other_side: "  {name}: {n} med en annen side",
    other_value: "  {name}: {n} med en annen verdi",
    to_review: "Må ses på ({n}):",
    review_line: "  {file}:{line}: {answer} {code}: {why}",
    why: [
        "svaret er endret siden",
        "svaret finnes ikke nå",
        "kodeboka har ikke koden",
        "sitatet står ikke i svaret",
        "det merknaden gjelder, finnes ikke nå",
    ],
};

const NYNORSK: Words = Words {
    language: Language::Nn,
    heading: "Nytt frå køyring {a} til {b}",
    answers: "Svar: {new} nye, {changed} endra, {gone} trekte, {same} som før.",
    causes: [
        "nye svar",
        "endra svar",
        "trekte svar",
        "kodeboka er endra",
        "modellen er ein annan",
        "kodebok og modell er endra samstundes",
        "retta av menneske",
    ],
    tags_as_before: "Merkelappar: ingen er endra.",
    answers_word: "svar",
    no_trend: "Inga endring utover tilfeldig variasjon blant dei nye svara (sidan køyring {a}, sett {looks} gonger).",
    no_new: "Ingen nye svar å samanlikne med dei gamle.",
    trend_heading: "Endra utover tilfeldig variasjon blant dei nye svara (sidan køyring {a}, sett {looks} gonger):",
    rise: "oftare",
    fall: "sjeldnare",
    of: "av",
    against: "mot",
    without_code: "utan kode",
    long: "lange svar",
    length: "Lengd på eit svar, i teikn (median): {old} før, {new} i dei nye.",
    languages: ["på bokmål", "på nynorsk", "på engelsk", "på anna språk"],
    other_side: "  {name}: {n} med ei anna side",
    other_value: "  {name}: {n} med ein annan verdi",
    to_review: "Må sjåast på ({n}):",
    review_line: "  {file}:{line}: {answer} {code}: {why}",
    why: [
        "svaret er endra sidan",
        "svaret finst ikkje no",
        "kodeboka har ikkje koden",
        "sitatet står ikkje i svaret",
        "det merknaden gjeld, finst ikkje no",
    ],
};

const ENGLISH: Words = Words {
    language: Language::En,
    heading: "New from run {a} to {b}",
    answers: "Answers: {new} new, {changed} changed, {gone} withdrawn, {same} as before.",
    causes: [
        "new answers",
        "changed answers",
        "withdrawn answers",
        "the codebook was edited",
        "the model is another",
        "codebook and model changed at once",
        "corrected by a person",
    ],
    tags_as_before: "Tags: none has changed.",
    answers_word: "answers",
    no_trend: "No change beyond chance among the new answers (since run {a}, looked {looks} times).",
    no_new: "No new answers to compare with the old.",
    trend_heading: "Changed beyond chance among the new answers (since run {a}, looked {looks} times):",
    rise: "more often",
    fall: "less often",
    of: "of",
    against: "against",
    without_code: "without a code",
    long: "long answers",
    length: "Length of an answer in characters (median): {old} before, {new} among the new.",
    languages: ["in bokmål", "in nynorsk", "in English", "in another language"],
    other_side: "  {name}: {n} with another side",
    other_value: "  {name}: {n} with another value",
    to_review: "To be looked at ({n}):",
    review_line: "  {file}:{line}: {answer} {code}: {why}",
    why: [
        "the answer has changed since",
        "the answer is not there now",
        "the codebook lacks the code",
        "the quote does not stand in the answer",
        "what the note is on is not there now",
    ],
};

impl Words {
    fn of(language: ReportLanguage) -> &'static Words {
        match language {
            ReportLanguage::Nb => &BOKMAL,
            ReportLanguage::Nn => &NYNORSK,
            ReportLanguage::En => &ENGLISH,
        }
    }

    fn cause(&self, cause: Cause) -> &'static str {
        let [new, changed, withdrawn, codebook, model, both, correction] = self.causes;
        match cause {
            Cause::NewAnswer => new,
            Cause::ChangedAnswer => changed,
            Cause::WithdrawnAnswer => withdrawn,
            Cause::Codebook => codebook,
            Cause::Model => model,
            Cause::CodebookAndModel => both,
            Cause::Correction => correction,
        }
    }

    fn name(&self, codebook: &Codebook, level: Level, code: &str) -> String {
        codebook.name(level, code, self.language)
    }
}

/// `text` with each `{name}` replaced.
fn fill(text: &str, values: &[(&str, String)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

fn lines(report: &ChangeReport, later: &StoredRun, words: &Words) -> Vec<String> {
    let ends = [("a", report.before.to_string()), ("b", report.now.to_string())];
    let mut lines = vec![
        fill(words.heading, &ends),
        fill(
            words.answers,
            &[
                ("new", report.new.len().to_string()),
                ("changed", report.changed.len().to_string()),
                ("gone", report.withdrawn.len().to_string()),
                ("same", report.unchanged.to_string()),
            ],
        ),
    ];
    if report.tags.is_empty() {
        lines.push(words.tags_as_before.to_owned());
    }
    for (cause, changes) in &report.tags {
        lines.push(format!("{} ({} {}):", capital(words.cause(*cause)), changes.answers.len(), words.answers_word));
        for ((level, code), change) in &changes.codes {
            let name = words.name(&later.codebook, *level, code);
            lines.push(format!("  {name}: +{} -{}", change.gained, change.lost));
        }
        let turned = |words: &str, name: String, count: usize| fill(words, &[("name", name), ("n", count.to_string())]);
        for (topic, &count) in &changes.sides {
            let name = words.name(&later.codebook, Level::Topic, topic);
            lines.push(turned(words.other_side, name, count));
        }
        lines.extend(changes.facets.iter().map(|(facet, &count)| turned(words.other_value, facet.clone(), count)));
    }
    let trends = &report.trends;
    if !trends.compared_any() {
        lines.push(words.no_new.to_owned());
        return lines;
    }
    let looked = [("looks", trends.looks.to_string()), ("a", report.baseline.to_string())];
    if trends.any() {
        lines.push(fill(words.trend_heading, &looked));
        lines.extend(trends.beyond_chance().map(|trend| trend_line(trend, report, later, words)));
    } else {
        lines.push(fill(words.no_trend, &looked));
    }
    let (old, new) = trends.median_length;
    lines.push(fill(words.length, &[("old", old.to_string()), ("new", new.to_string())]));
    lines
}

/// What a person wrote that does not fit the later run.
fn review_lines(to_review: &[ToReview], words: &Words) -> Vec<String> {
    if to_review.is_empty() {
        return Vec::new();
    }
    let [text_changed, answer_gone, unknown_code, not_in_text, subject_gone] = words.why;
    let line = |entry: &ToReview| {
        let why = match entry.why {
            WhyReview::TextChanged => text_changed,
            WhyReview::AnswerGone => answer_gone,
            WhyReview::UnknownCode => unknown_code,
            WhyReview::NotInText => not_in_text,
            WhyReview::SubjectGone => subject_gone,
        };
        let file = entry.file.rsplit(['/', '\\']).next().unwrap_or(&entry.file);
        fill(
            words.review_line,
            &[
                ("file", file.to_owned()),
                ("line", entry.line.to_string()),
                ("answer", entry.answer.clone()),
                ("code", entry.code.clone()),
                ("why", why.to_owned()),
            ],
        )
    };
    let heading = fill(words.to_review, &[("n", to_review.len().to_string())]);
    std::iter::once(heading).chain(to_review.iter().map(line)).collect()
}

fn trend_line(trend: &Trend, report: &ChangeReport, later: &StoredRun, words: &Words) -> String {
    let [nb, nn, en, other] = words.languages;
    let name = match &trend.of {
        Watched::Code(level, code) => words.name(&later.codebook, *level, code),
        Watched::Language(Language::Nb) => nb.to_owned(),
        Watched::Language(Language::Nn) => nn.to_owned(),
        Watched::Language(Language::En) => en.to_owned(),
        Watched::Language(Language::Other) => other.to_owned(),
        Watched::WithoutCode => words.without_code.to_owned(),
        Watched::Long => words.long.to_owned(),
    };
    let (old, new) = (report.trends.old, report.trends.new);
    let way = if report.trends.rises(trend) { words.rise } else { words.fall };
    format!("  {name}: {way}, {} {} {new} {} {} {} {old}", trend.new, words.of, words.against, trend.old, words.of)
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
