//! Polis: `comments.csv` of a conversation's export; its other files hold votes and no words.

use super::{Export, Known, Part, SurveyColumn, SurveyTool, Table, Unfit, find, known, weight};
use crate::settings::Role;

const OWN: &[Known] = &[
    known("comment id", Part::System(Role::Id), 2),
    known("comment body|comment", Part::System(Role::Text), 1),
    known("author id", Part::System(Role::Respondent), 1),
    known("datetime", Part::System(Role::Time), 0),
    known("timestamp", Part::System(Role::Drop), 1),
    known("agrees|total agrees", Part::System(Role::Keep), 1),
    known("disagrees|total disagrees", Part::System(Role::Keep), 1),
    known("passes|total passes", Part::System(Role::Keep), 0),
    known("moderated", Part::System(Role::Keep), 1),
    known("importance", Part::System(Role::Keep), 0),
    known("voter id", Part::System(Role::Drop), 1),
    known("vote", Part::System(Role::Drop), 1),
    known("group id", Part::System(Role::Drop), 1),
    known("n comments", Part::System(Role::Drop), 1),
    known("n votes", Part::System(Role::Drop), 1),
    known("n agree", Part::System(Role::Drop), 1),
    known("n disagree", Part::System(Role::Drop), 1),
];

/// A comment's number with what goes with it, or the tallies of a participant.
pub(super) fn fits(table: Table<'_>) -> bool {
    weight(OWN, table.normals) >= 4
}

/// Reads the headers.
pub(super) fn read(table: Table<'_>) -> Result<Export, Unfit> {
    if !table.normals.iter().any(|normal| find(OWN, normal) == Some(1)) {
        return Err(Unfit {
            tool: SurveyTool::Polis,
            column: "comment-body".to_owned(),
            what: "is missing: votes and participants hold no words; read the export's comments.csv",
        });
    }
    let has_datetime = table.normals.iter().any(|normal| normal == "datetime");
    let column = |normal: &String| match find(OWN, normal).and_then(|place| OWN.get(place)) {
        Some(_) if normal == "timestamp" && !has_datetime => SurveyColumn::system(Role::Time),
        Some(known) => SurveyColumn { part: known.part, name: None },
        None => SurveyColumn::system(Role::Keep),
    };
    let mut export = Export::new(SurveyTool::Polis, table.normals.iter().map(column).collect());
    export.row_is_respondent = false;
    if !has_datetime && !table.normals.iter().any(|normal| normal == "timestamp") {
        export.note_missing("datetime", "answers have no time");
    }
    if !table.normals.iter().any(|normal| normal == "author id") {
        export.note_missing("author-id", "nobody knows which comments are one person's");
    }
    Ok(export)
}
