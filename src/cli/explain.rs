//! `innspill explain ID [--in PROJECT|FILE]`

use std::io::Write;
use std::path::PathBuf;

use innspill::answer::Kind;
use innspill::codebook::Level;
use innspill::ingest::{ReadOptions, read_inputs};
use innspill::pipeline::shown_text;
use innspill::settings::Settings;
use innspill::store::load_latest;
use innspill::tag::{Input, Reason, Tagger, Tagging};
use innspill::text::mend;

use super::failure::Failure;
use super::opening::{open_codebook, open_encoder, open_project_tagger, open_tagger};

/// Say why an answer got its tags
///
/// Prints the answer as it is shown, each listed code with what spoke for and against it, and the codes that came
/// close. Weights are log-odds: above 0 speaks for the code.
///
/// Examples:
///   innspill explain 3f2a9c --in my-project
///   innspill explain 7 --in answers.csv
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Explain {
    /// Id of the answer
    id: String,
    /// Project or file that holds it
    #[arg(long = "in", value_name = "PROJECT|FILE", default_value = ".")]
    place: PathBuf,
    /// Codebook [default: the project's, else the innovation codebook]
    #[arg(long, value_name = "FILE")]
    codebook: Option<PathBuf>,
    /// Encoder [default: the project's, else embedded]
    #[arg(long, value_name = "NAME|FOLDER")]
    encoder: Option<String>,
}

/// So many codes below their threshold are named.
const CLOSE_CODES: usize = 4;

impl Explain {
    /// Finds the answer, tags it, prints why.
    pub fn run(self) -> Result<(), Failure> {
        let settings_file = self.place.join("innspill.toml");
        let project = settings_file.is_file();
        let settings = if project {
            Settings::from_file(&settings_file).map_err(|error| Failure::Usage(error.to_string()))?
        } else {
            Settings::default()
        };
        let subject = if project { self.find_in_project() } else { self.find_in_file() }?;
        let own = settings.codebook.as_ref().map(|path| self.place.join(path));
        let codebook = open_codebook(self.codebook.as_deref().or(own.as_deref()))?;
        let encoder = open_encoder(self.encoder.as_ref().unwrap_or(&settings.encoder))?;
        // Another codebook or encoder than the project's is read with the shipped heads.
        let own = project && self.codebook.is_none() && self.encoder.is_none();
        let mut tagger = if own {
            open_project_tagger(&self.place, &settings, codebook, encoder)?.0
        } else {
            open_tagger(codebook, encoder, None)?
        };
        let mended = mend(&subject.shown);
        let input = Input { text: &mended, kind: subject.kind.as_ref() };
        let failed = |error: innspill::tag::TagError| Failure::Usage(error.to_string());
        let tagging = tagger.tag(&[input]).map_err(failed)?.remove(0);
        let reasons = tagger.explain(input).map_err(failed)?;
        print(&mut std::io::stdout().lock(), &self.id, &subject, &mended, &tagging, &reasons, &tagger)?;
        Ok(())
    }

    /// The answer as the last run of the project has it.
    fn find_in_project(&self) -> Result<Subject, Failure> {
        let analysis = load_latest(&self.place).map_err(|error| Failure::Usage(error.to_string()))?;
        let record = analysis.records.into_iter().find(|record| record.answer.id.0 == self.id);
        record.map(|record| Subject { shown: record.shown, kind: record.answer.kind }).ok_or_else(|| self.unknown())
    }

    fn find_in_file(&self) -> Result<Subject, Failure> {
        if self.place.is_dir() {
            return Err(Failure::Usage(format!(
                "{}: is no project: name a project or a file with --in",
                self.place.display()
            )));
        }
        let input = read_inputs(std::slice::from_ref(&self.place), &ReadOptions::default())
            .map_err(|error| Failure::Usage(error.to_string()))?;
        let answer = input.answers.into_iter().find(|answer| answer.id.0 == self.id).ok_or_else(|| self.unknown())?;
        Ok(Subject { shown: shown_text(&answer.text), kind: answer.kind })
    }

    fn unknown(&self) -> Failure {
        Failure::Usage(format!("{}: no answer with id {}: ids stand in answers.csv", self.place.display(), self.id))
    }
}

/// What is explained.
struct Subject {
    shown: String,
    kind: Option<Kind>,
}

fn print(
    out: &mut impl Write,
    id: &str,
    subject: &Subject,
    text: &innspill::text::Mended<'_>,
    tagging: &Tagging,
    reasons: &[Reason],
    tagger: &Tagger,
) -> std::io::Result<()> {
    let kind = subject.kind.as_ref().map_or("no kind", |kind| kind.0.as_str());
    writeln!(out, "{}  {}  {}  {}", id, kind, language(tagging), outcome(tagging))?;
    writeln!(out, "{}\n", text.text())?;
    for reason in reasons.iter().filter(|reason| reason.listed) {
        print_reason(out, text, reason)?;
        for verdict in tagging.verdicts.iter().filter(|verdict| verdict.topic == reason.code) {
            writeln!(out, "    side {:?} ({}), {:?}", verdict.verdict, verdict.score.value(), verdict.basis)?;
        }
    }
    let mut close: Vec<&Reason> = reasons.iter().filter(|reason| !reason.listed).collect();
    close.sort_by(|left, right| nearness(right).total_cmp(&nearness(left)));
    if !close.is_empty() {
        writeln!(out, "not listed, closest first:")?;
        for reason in close.iter().take(CLOSE_CODES) {
            writeln!(
                out,
                "  {} {}  score {} under its threshold of {}",
                level(reason.level),
                reason.code,
                reason.score.value(),
                reason.threshold.value()
            )?;
        }
    }
    let facets: Vec<String> =
        (tagging.facets.iter()).map(|(facet, value)| format!("{facet} {}", value.as_deref().unwrap_or("-"))).collect();
    writeln!(out, "facets: {}", facets.join(", "))?;
    writeln!(out, "codebook {}, encoder {}", tagger.codebook().codebook.id, tagger.encoder().id().name)
}

fn print_reason(out: &mut impl Write, text: &innspill::text::Mended<'_>, reason: &Reason) -> std::io::Result<()> {
    writeln!(
        out,
        "{} {}  score {}, listed from {}",
        level(reason.level),
        reason.code,
        reason.score.value(),
        reason.threshold.value()
    )?;
    if let Some(topic) = &reason.brought_by {
        writeln!(out, "    brought along by {topic}")?;
    }
    let mut parts = vec![
        format!("words {:+.2}", reason.surface),
        format!("meaning of the whole {:+.2}", reason.meaning),
        format!("codebook's terms {:+.2}", reason.terms),
    ];
    if reason.level == Level::Theme {
        parts.push(format!("its topics {:+.2}", reason.topics));
    }
    writeln!(out, "    {}", parts.join(", "))?;
    let quoted = |place: &std::ops::Range<usize>| text.text().get(place.clone()).unwrap_or_default().to_owned();
    if !reason.words.is_empty() {
        let words: Vec<String> =
            reason.words.iter().map(|word| format!("{} {:+.2}", quoted(&word.place), word.weight)).collect();
        writeln!(out, "    strongest words: {}", words.join(", "))?;
    }
    if !reason.found.is_empty() {
        let found: Vec<String> = (reason.found.iter())
            .map(|(place, suffices)| format!("{}{}", quoted(place), if *suffices { "" } else { " (hint)" }))
            .collect();
        writeln!(out, "    terms of the codebook: {}", found.join(", "))?;
    }
    Ok(())
}

/// How near a code came to being listed.
fn nearness(reason: &Reason) -> f64 {
    reason.score.value() - reason.threshold.value()
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Theme => "theme",
        Level::Topic => "topic",
        Level::Pattern => "pattern",
    }
}

fn outcome(tagging: &Tagging) -> &'static str {
    use innspill::tag::Outcome;
    match tagging.outcome {
        Outcome::Coded => "coded",
        Outcome::Undecided => "undecided",
        Outcome::NoneOfTheAbove => "none of the above",
        Outcome::NoContent => "no content",
    }
}

fn language(tagging: &Tagging) -> &'static str {
    use innspill::text::Language;
    match tagging.language {
        Language::Nb => "nb",
        Language::Nn => "nn",
        Language::En => "en",
        Language::Other => "other",
    }
}
