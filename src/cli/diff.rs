//! `innspill diff PROJECT [RUN] [RUN]`

use std::io::Write;
use std::path::PathBuf;

use innspill::changes::trends::{Trend, Watched};
use innspill::changes::{Cause, ChangeReport, compare};
use innspill::codebook::{Codebook, Level};
use innspill::settings::ReportLanguage;
use innspill::store::{RunState, Store, StoredRun};
use innspill::text::Language;
use serde_json::json;

use super::failure::Failure;
use super::project;

/// Say what changed between two runs: answers, tags by cause, rise and fall beyond chance
///
/// Without RUN the last two runs are compared; with one, it and the last. A run that is named first is the baseline: rise
/// and fall are corrected for every run since it, so name the same all week and look as often as you like. Without one
/// they are corrected for every run of the project, which finds less.
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
        let finished = |state: RunState| matches!(state, RunState::Done | RunState::Pruned);
        // Who names no baseline looks every time, so every run since the first counts.
        let baseline = if self.runs.is_empty() { runs.first().map_or(before, |run| run.run) } else { before };
        let looks = runs.iter().filter(|run| run.run > baseline && run.run <= now && finished(run.state)).count();
        let (earlier, later) = (store.load(Some(before))?, store.load(Some(now))?);
        let report = compare(earlier.side(), later.side(), u32::try_from(looks).unwrap_or(u32::MAX));
        let mut output = std::io::stdout().lock();
        match self.format {
            DiffFormat::Json => writeln!(output, "{:#}", as_json(&report))?,
            DiffFormat::Text => {
                for line in lines(&report, &later, Words::of(settings.language)) {
                    writeln!(output, "{line}")?;
                }
            }
        }
        Ok(())
    }
}

fn as_json(report: &ChangeReport) -> serde_json::Value {
    let tags: Vec<serde_json::Value> = report
        .tags
        .iter()
        .map(|(cause, changes)| {
            let codes: Vec<serde_json::Value> = changes
                .codes
                .iter()
                .map(|((level, code), change)| {
                    let level = innspill::export::level_id(*level);
                    json!({"level": level, "code": code, "gained": change.gained, "lost": change.lost})
                })
                .collect();
            json!({"cause": cause, "answers": changes.answers, "codes": codes})
        })
        .collect();
    json!({
        "before": report.before, "now": report.now, "new": report.new, "changed": report.changed,
        "withdrawn": report.withdrawn, "unchanged": report.unchanged, "tools": report.tools, "tags": tags,
        "trends": report.trends,
    })
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
    length: &'static str,
    languages: [&'static str; 4],
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
    no_trend: "Ingen endring utover tilfeldig variasjon blant de nye svarene.",
    no_new: "Ingen nye svar å sammenligne med de gamle.",
    trend_heading: "Endret utover tilfeldig variasjon blant de nye svarene (sett {looks} ganger siden kjøring {a}):",
    rise: "oftere",
    fall: "sjeldnere",
    of: "av",
    against: "mot",
    without_code: "uten kode",
    length: "Lengde på et svar, i tegn (median): {old} før, {new} i de nye.",
    languages: ["på bokmål", "på nynorsk", "på engelsk", "på annet språk"],
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
    no_trend: "Inga endring utover tilfeldig variasjon blant dei nye svara.",
    no_new: "Ingen nye svar å samanlikne med dei gamle.",
    trend_heading: "Endra utover tilfeldig variasjon blant dei nye svara (sett {looks} gonger sidan køyring {a}):",
    rise: "oftare",
    fall: "sjeldnare",
    of: "av",
    against: "mot",
    without_code: "utan kode",
    length: "Lengd på eit svar, i teikn (median): {old} før, {new} i dei nye.",
    languages: ["på bokmål", "på nynorsk", "på engelsk", "på anna språk"],
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
    no_trend: "No change beyond chance among the new answers.",
    no_new: "No new answers to compare with the old.",
    trend_heading: "Changed beyond chance among the new answers (looked {looks} times since run {a}):",
    rise: "more often",
    fall: "less often",
    of: "of",
    against: "against",
    without_code: "without a code",
    length: "Length of an answer in characters (median): {old} before, {new} among the new.",
    languages: ["in bokmål", "in nynorsk", "in English", "in another language"],
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
    }
    let trends = &report.trends;
    if trends.new == 0 || trends.old == 0 {
        lines.push(words.no_new.to_owned());
        return lines;
    }
    let [baseline, _] = ends;
    if trends.any() {
        lines.push(fill(words.trend_heading, &[("looks", trends.looks.to_string()), baseline]));
        lines.extend(trends.beyond_chance().map(|trend| trend_line(trend, report, later, words)));
    } else {
        lines.push(words.no_trend.to_owned());
    }
    let (old, new) = trends.median_length;
    lines.push(fill(words.length, &[("old", old.to_string()), ("new", new.to_string())]));
    lines
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
    };
    let (old, new) = (report.trends.old, report.trends.new);
    // Shares compared crosswise, so that no rounding decides.
    let rises = trend.new as u128 * old as u128 > trend.old as u128 * new as u128;
    let way = if rises { words.rise } else { words.fall };
    format!("  {name}: {way}, {} {} {new} {} {} {} {old}", trend.new, words.of, words.against, trend.old, words.of)
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
