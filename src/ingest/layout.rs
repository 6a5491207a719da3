//! What each column of a table is used for.

use super::headers::{self, TextHeader, normalise};
use super::personal::{self, Personal};
use super::survey::Unfit;
use crate::settings::{Role, Source};

/// A column and what it is used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRead {
    /// Its header, outer blanks removed.
    pub header: String,
    /// The words of the question it answers, where they are not the header.
    pub question: Option<String>,
    /// Its use.
    pub role: Role,
    /// The sort of personal data it looks like, where that is why it was dropped.
    pub personal: Option<Personal>,
    /// Name of the group it holds.
    pub group: Option<String>,
}

/// Why no layout could be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LayoutError {
    /// A survey tool's export lacks a column, or has one that is not as it should be.
    Unfit(Unfit),
    /// Nothing looks like free text.
    NoText,
    /// The settings name a text column that is not there.
    Missing(String),
}

/// Every column's use, and for each use its columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    pub(super) columns: Vec<ColumnRead>,
    /// The text columns; more than one only in a sheet of questions.
    pub(super) texts: Vec<usize>,
    /// Whether the text columns' headers are the questions.
    pub(super) headers_are_questions: bool,
    pub(super) groups: Vec<(String, usize)>,
    pub(super) kept: Vec<usize>,
    pub(super) id: Option<usize>,
    pub(super) kind: Option<usize>,
    pub(super) question: Option<usize>,
    pub(super) asked_under: Option<usize>,
    pub(super) phase: Option<usize>,
    pub(super) respondent: Option<usize>,
    pub(super) time: Option<usize>,
    /// Whether a row is all that one respondent said, even where it holds one text.
    pub(super) row_is_respondent: bool,
    /// Whether ids lead back to a person in the tool that gave them.
    pub(super) ids_are_private: bool,
    /// Whether respondents are codes of a tool, which lead back to a person there.
    pub(super) respondents_are_private: bool,
}

impl Layout {
    /// Whether the headers alone name the text for certain, so that no row need be looked at.
    pub(super) fn is_certain(headers: &[String], source: &Source) -> bool {
        !source.columns.text.is_empty()
            || source.roles.values().any(|&role| role == Role::Text)
            || headers
                .iter()
                .any(|header| matches!(headers::text_header(&normalise(header)), Some(TextHeader::Certain(_))))
    }

    /// Takes up a column that was not there at the start (a JSON field that only later rows have).
    pub(super) fn add(&mut self, header: &str, source: &Source) -> usize {
        let index = self.columns.len();
        let normal = normalise(header);
        let set = source_role(header, &normal, source);
        let taken = |role: Role| self.single(role).is_some();
        let (role, personal, group) = match set {
            Some((role, group)) => (role, None, group),
            None => match (personal::by_header(&normal), headers::single_role(&normal)) {
                (_, Some((role, _))) if !taken(role) => (role, None, None),
                (Some(personal), _) => (Role::Drop, Some(personal), None),
                _ if headers::is_group(&normal) => (Role::Group, None, None),
                _ if headers::is_language(&normal) => (Role::Drop, None, None),
                _ => (Role::Keep, None, None),
            },
        };
        let role = if role == Role::Text || (is_single(role) && taken(role)) { Role::Keep } else { role };
        let header = header.trim().to_owned();
        let group = (role == Role::Group).then(|| group.unwrap_or_else(|| header.clone()));
        self.columns.push(ColumnRead { header, question: None, role, personal, group });
        self.index(index);
        index
    }

    fn single(&self, role: Role) -> Option<usize> {
        match role {
            Role::Id => self.id,
            Role::Kind => self.kind,
            Role::Question => self.question,
            Role::AskedUnder => self.asked_under,
            Role::Phase => self.phase,
            Role::Respondent => self.respondent,
            Role::Time => self.time,
            Role::Text | Role::Group | Role::Keep | Role::Drop => None,
        }
    }

    /// What a column is called where people see it: its question's words, else its header.
    pub(super) fn name(&self, column: usize) -> Option<&str> {
        self.columns.get(column).map(|column| column.question.as_deref().unwrap_or(&column.header))
    }

    pub(super) fn index(&mut self, index: usize) {
        let Some(column) = self.columns.get(index) else { return };
        match column.role {
            Role::Text => self.texts.push(index),
            Role::Group => {
                let name = column.group.clone().unwrap_or_else(|| column.header.clone());
                self.groups.push((name, index));
            }
            Role::Keep => self.kept.push(index),
            Role::Drop => {}
            Role::Id => self.id = Some(index),
            Role::Kind => self.kind = Some(index),
            Role::Question => self.question = Some(index),
            Role::AskedUnder => self.asked_under = Some(index),
            Role::Phase => self.phase = Some(index),
            Role::Respondent => self.respondent = Some(index),
            Role::Time => self.time = Some(index),
        }
    }
}

pub(super) fn is_single(role: Role) -> bool {
    !matches!(role, Role::Text | Role::Group | Role::Keep | Role::Drop)
}

/// The role and group name that the settings give a header.
pub(super) fn source_role(header: &str, normal: &str, source: &Source) -> Option<(Role, Option<String>)> {
    let is = |wanted: &str| wanted == header.trim() || normalise(wanted) == normal;
    let columns = &source.columns;
    let single = [
        (Role::Id, &columns.id),
        (Role::Respondent, &columns.respondent),
        (Role::Time, &columns.time),
        (Role::Kind, &columns.kind),
        (Role::Question, &columns.question),
        (Role::AskedUnder, &columns.asked_under),
        (Role::Phase, &columns.phase),
    ];
    if columns.text.iter().any(|wanted| is(wanted)) {
        return Some((Role::Text, None));
    }
    if let Some((role, _)) = single.iter().find(|(_, wanted)| wanted.as_deref().is_some_and(is)) {
        return Some((*role, None));
    }
    if let Some((name, _)) = columns.groups.iter().find(|(_, wanted)| is(wanted)) {
        return Some((Role::Group, Some(name.clone())));
    }
    source.roles.iter().find(|(wanted, _)| is(wanted)).map(|(_, role)| (*role, None))
}
