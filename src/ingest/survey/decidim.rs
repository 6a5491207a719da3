//! Decidim's open data: proposals (`body/nb`), comments (`body` beside `commentable_id`), and the answers to a survey
//! (`1. Question`).

use super::{Export, Known, Part, SurveyColumn, SurveyTool, Table, Unfit, known, question, weight};
use crate::ingest::personal::Personal;
use crate::settings::Role;

/// Columns that only Decidim has, in normal form; a `/` between words is a blank there.
const SIGNS: &[Known] = &[
    known("component id", Part::System(Role::Drop), 1),
    known("participatory space id", Part::System(Role::Drop), 1),
    known("participatory space url", Part::System(Role::Drop), 1),
    known("category id", Part::System(Role::Drop), 1),
    known("scope id", Part::System(Role::Drop), 1),
    known("commentable id", Part::System(Role::Drop), 2),
    known("commentable type", Part::System(Role::Drop), 1),
    known("root commentable url", Part::System(Role::Drop), 1),
    known("answered on", Part::System(Role::Drop), 1),
    known("ip hash", Part::System(Role::Drop), 1),
    known("user status", Part::System(Role::Drop), 1),
];

/// Three columns that only it has.
pub(super) fn fits(table: Table<'_>) -> bool {
    weight(SIGNS, table.normals) >= 3
}

fn own(normal: &str) -> Option<Part> {
    let first = normal.split(' ').next().unwrap_or("");
    let last = normal.rsplit(' ').next().unwrap_or("");
    Some(match normal {
        "id" | "answer id" => Part::System(Role::Id),
        "published at" | "created at" | "answered on" => Part::System(Role::Time),
        "author id" | "user id" => Part::System(Role::Respondent),
        "author name" | "author nickname" | "user name" => Part::Personal(Personal::Name),
        "ip hash" => Part::Personal(Personal::Ip),
        "address" | "latitude" | "longitude" => Part::Personal(Personal::Address),
        "alignment" | "state" | "user status" | "depth" => Part::System(Role::Keep),
        "locale" => Part::System(Role::Drop),
        _ if first == "title" => Part::System(Role::Keep),
        _ if matches!(first, "category" | "scope" | "taxonomies") && normal.contains("name") => {
            Part::System(Role::Group)
        }
        _ if last == "url" || last == "id" || last == "urls" || last == "ids" => Part::System(Role::Drop),
        _ => return None,
    })
}

/// Reads the headers.
pub(super) fn read(table: Table<'_>) -> Result<Export, Unfit> {
    let is_survey = table.normals.iter().any(|normal| normal == "answered on" || normal == "user status");
    let mut time_taken = false;
    let column = |(header, normal): (&String, &String)| {
        if let Some(part) = own(normal) {
            // "published_at" and "created_at" may both be there; the first is the time.
            let again = part == Part::System(Role::Time) && std::mem::replace(&mut time_taken, true);
            return SurveyColumn { part: if again { Part::System(Role::Drop) } else { part }, name: None };
        }
        if normal == "body" || normal.starts_with("body ") {
            return SurveyColumn { part: Part::System(Role::Text), name: None };
        }
        if !is_survey {
            return SurveyColumn::system(Role::Keep);
        }
        // "3. Question" loses its number.
        let words = question::clean(header);
        let words = match words.split_once(". ") {
            Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => rest.to_owned(),
            _ => words,
        };
        SurveyColumn { name: Some(words.clone()), ..question::column(&words) }
    };
    let columns: Vec<SurveyColumn> = table.header.iter().zip(table.normals).map(column).collect();
    if !is_survey && !columns.iter().any(|column| column.part == Part::System(Role::Text)) {
        return Err(Unfit {
            tool: SurveyTool::Decidim,
            column: "body".to_owned(),
            what: "is missing, so there is no text to read; export proposals or comments with their body",
        });
    }
    let mut export = Export::new(SurveyTool::Decidim, columns);
    export.row_is_respondent = is_survey;
    if !time_taken {
        let is_comments = table.normals.iter().any(|normal| normal == "commentable id");
        export.note_missing(if is_comments { "created_at" } else { "published_at" }, "answers have no time");
    }
    Ok(export)
}
