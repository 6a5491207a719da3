//! The run's log as a note: what the project was made with and counted; no cell contents.

use super::DocumentUnit;
use super::documents::grouping_attribute;
use super::project::Parts;
use crate::tag::Outcome;

impl Parts<'_> {
    /// What the run was made with and counted; no cell contents.
    pub(super) fn log(&self) -> String {
        let description = self.project.description;
        let count = |outcome: Outcome| self.records().iter().filter(|record| record.tagging.outcome == outcome).count();
        let mut lines = vec![
            format!("{}, {}", description.title, description.dated.date()),
            format!("innspill {}", description.innspill_version),
            format!(
                "Kodebok: {} ({} {}), sha256 {}",
                description.codebook.name,
                description.codebook.id,
                description.codebook.version,
                description.codebook.sha256
            ),
        ];
        if let Some(run) = description.id {
            lines.push(format!("Kjøring: {run:06}"));
        }
        if !description.encoder.name.is_empty() {
            lines.push(format!("Koder: {}, sha256 {}", description.encoder.name, description.encoder.sha256));
        }
        for input in &description.inputs {
            lines.push(format!("Inndata: {}, {} enheter, sha256 {}", input.path, input.units, input.sha256));
        }
        lines.push(format!(
            "Svar: {}. Kodet {}, usikre {}, ikke dekket av kodeboka {}, uten innhold {}.",
            self.records().len(),
            count(Outcome::Coded),
            count(Outcome::Undecided),
            count(Outcome::NoneOfTheAbove),
            count(Outcome::NoContent)
        ));
        let each = match (self.project.unit, grouping_attribute(self.project.analysis)) {
            (DocumentUnit::Answer, _) => "svar".to_owned(),
            (DocumentUnit::Group, Some(attribute)) => attribute.to_owned(),
            (DocumentUnit::Group, None) => "slag svar".to_owned(),
        };
        lines.push(format!("Dokumenter: {}, ett for hvert {each}.", self.outlines.len()));
        lines.push(
            "Kodet av maskin der koderen er innspill. Merknaden til hver koding sier hvordan den ble satt, og hvor \
             sannsynlig den er."
                .to_owned(),
        );
        lines.join("\n") + "\n"
    }
}
