//! SurveyXact: the data set as CSV or a workbook, with the tool's background and status variables, then a column per
//! variable by its name or its label.

use super::{Export, Known, Part, SurveyColumn, SurveyTool, Table, Unfit, by_list, find, known, weight};
use crate::ingest::personal::Personal;
use crate::settings::Role;

const OWN: &[Known] = &[
    known("respondentid|respondent id|respid|respondent", Part::System(Role::Id), 1),
    known("closetime|close time", Part::System(Role::Time), 2),
    known("starttime|start time", Part::System(Role::Drop), 1),
    known("difftime|diff time", Part::System(Role::Drop), 2),
    known("created", Part::System(Role::Drop), 0),
    known("modified", Part::System(Role::Drop), 0),
    known("survey", Part::System(Role::Drop), 0),
    known("organization|organisation", Part::System(Role::Drop), 0),
    known("responsecollectsessions|response collect sessions", Part::System(Role::Drop), 2),
    known("numberofreturnedmail|number of returned mail", Part::System(Role::Drop), 2),
    known("importgroup|import group", Part::System(Role::Drop), 1),
    known("distributionschedule|distribution schedule", Part::System(Role::Drop), 1),
    known("email|e mail|e post", Part::Personal(Personal::Email), 0),
    known("digitaldistributionstatus|digital distribution status", Part::System(Role::Drop), 2),
    known("digitaldistributionerrormessage|digital distribution error message", Part::System(Role::Drop), 1),
];

/// The sorts of status, each with a 0/1 variable per value: `statoverall_4` is 1 where all was answered.
const STATUS: [&str; 9] = [
    "statoverall",
    "statcompletion",
    "statcreation",
    "statdistribution",
    "statsource",
    "statcollect",
    "statinternal",
    "stato",
    "stats",
];

fn status(normal: &str) -> Option<&str> {
    let (name, value) = normal.rsplit_once(' ')?;
    let is_status = name.starts_with("stat") && !name.contains(' ') && value.bytes().all(|byte| byte.is_ascii_digit());
    is_status.then_some(name)
}

/// Several status variables, or the tool's times.
pub(super) fn fits(table: Table<'_>) -> bool {
    let statuses = table.normals.iter().filter(|normal| status(normal).is_some_and(|name| STATUS.contains(&name)));
    statuses.count() >= 3 || weight(OWN, table.normals) >= 5
}

/// Reads the headers.
pub(super) fn read(table: Table<'_>) -> Result<Export, Unfit> {
    let mut export = Export::new(SurveyTool::SurveyXact, by_list(table, OWN));
    let mut unknown = Vec::new();
    for ((header, normal), column) in table.header.iter().zip(table.normals).zip(&mut export.columns) {
        match status(normal) {
            // Whether the respondent came to the end is worth keeping; the other states say how mail was sent.
            Some("statoverall") => *column = SurveyColumn::system(Role::Keep),
            Some(name) => {
                *column = SurveyColumn::system(Role::Drop);
                if !STATUS.contains(&name) {
                    unknown.push(header);
                }
            }
            None => {}
        }
    }
    for header in unknown {
        export.note_unknown(header);
    }
    for (place, header, consequence) in
        [(0, "respondentid", "answers are known by their row"), (1, "closetime", "answers have no time")]
    {
        if !table.normals.iter().any(|normal| find(OWN, normal) == Some(place)) {
            export.note_missing(header, consequence);
        }
    }
    export.note_codes(table, "export with the variables' labels as headers, or name the questions in innspill.toml");
    Ok(export)
}
